"""What stays put while the street goes by is on the glass, and is told with its place and count."""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import pytest

from quality.grade import CLEAR
from quality.mount import Mount
from quality.telling import in_words, told
from quality.view import Finding, Seen, ViewObserver
from roadcomb.records import Frame
from tests.quality.deliveries import along, frames_at
from tests.quality.pictures import Image, drawn_frames, look_at


@lru_cache
def _drive() -> tuple[Image, ...]:
    seen = [look_at(data).small for data in drawn_frames()[:16]]
    return tuple(small for small in seen if small is not None)


def _frames(count: int) -> tuple[Frame, ...]:
    return frames_at([drawn_frames()[0]] * count, along(count))


def _seen(pictures: list[Image]) -> Seen:
    observer = ViewObserver()
    for n, (frame, small) in enumerate(zip(_frames(len(pictures)), pictures, strict=True)):
        observer.see(n, frame, small)
    return observer.seen()


def _over(change: Callable[[Image], Image]) -> list[Image]:
    return [change(small.copy()) for small in _drive()]


def _covered(small: Image) -> Image:
    height, width = small.shape
    small[: height // 2, width // 2 :] = 25
    return small


def _spotted(small: Image) -> Image:
    """Drops in the lower left."""
    mask = np.zeros_like(small)
    for x, y in ((30, 130), (62, 120), (40, 96), (80, 140)):
        cv2.circle(mask, (x, y), 14, 255, -1)
    return np.where(mask > 0, cv2.GaussianBlur(small, (0, 0), 7), small).astype(np.uint8)


def _frosted(small: Image) -> Image:
    flowers = np.random.default_rng(5).normal(0, 40, small.shape)
    frost = 150 + cv2.GaussianBlur(flowers, (0, 0), 1.2) * 3
    return np.clip(small * 0.5 + frost * 0.5, 0, 255).astype(np.uint8)


def test_a_clean_windscreen_has_no_findings_and_a_clear_view() -> None:
    seen = _seen(list(_drive()))
    assert seen.findings == ()
    assert max(seen.view.covered, seen.view.spotted) <= 8


def test_a_thing_before_the_view_is_found_where_it_is() -> None:
    finding = _seen(_over(_covered)).findings[0]
    assert (finding.code, finding.where) == ("view-covered", "upper-right")
    assert 180 <= finding.per_mille <= 280


def test_drops_in_the_lower_left_are_told_with_their_place_and_their_frames() -> None:
    finding = _seen(_over(_spotted)).findings[0]
    assert (finding.code, finding.where, finding.of) == ("glass-spotted", "lower-left", 16)
    assert finding.frames >= 14


def test_frost_is_texture_that_stays_put() -> None:
    seen = _seen(_over(_frosted))
    assert seen.findings[0].code == "glass-frosted"
    assert seen.view.frosted > 300


def test_a_car_at_a_light_tells_nothing_of_its_glass() -> None:
    assert _seen([_drive()[0]] * 30) == Seen(CLEAR, 0, ())
    once = _seen(_over(_covered))
    waiting = [small for small in _over(_covered) for _ in range(3)]
    assert _seen(waiting) == once


def test_a_few_pictures_tell_nothing() -> None:
    assert _seen(_over(_covered)[:7]) == Seen(CLEAR, 0, ())


def test_the_own_bonnet_is_told_but_costs_nothing_up_to_its_share() -> None:
    def with_bonnet(small: Image) -> Image:
        small[-14:] = 20
        return small

    seen = _seen(_over(with_bonnet))
    assert seen.own_car > 0
    assert seen.view.covered <= 8


def test_pictures_of_another_shape_and_frames_without_one_are_left_out() -> None:
    observer = ViewObserver()
    for n, (frame, small) in enumerate(zip(_frames(16), _over(_covered), strict=True)):
        observer.see(3 * n, frame, small)
        observer.see(3 * n + 1, frame, None)
        observer.see(3 * n + 2, frame, np.ascontiguousarray(small.T))
    assert observer.seen() == _seen(_over(_covered))


def test_a_finding_reads_as_a_driver_would_say_it() -> None:
    finding = Finding("glass-spotted", "lower-left", 90, 38, 40)
    said = "drops or dirt on the glass in the lower left in 38 of 40 frames"
    assert in_words(finding) == said
    nowhere = Mount(None, None, None, None, ())
    assert told(Seen(CLEAR, 0, (finding,)), nowhere)["view"] == [
        {
            "code": "glass-spotted",
            "where": "lower-left",
            "per_mille": 90,
            "frames": 38,
            "of": 40,
            "words": said,
        }
    ]
    assert told(Seen(CLEAR, 0, ()), nowhere) == {}


@pytest.mark.parametrize("change", [_covered, _spotted, _frosted])
def test_equal_pictures_in_equal_order_give_equal_findings(
    change: Callable[[Image], Image],
) -> None:
    assert _seen(_over(change)) == _seen(_over(change))
