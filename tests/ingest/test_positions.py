"""Between the fixes of a real receiver of 1 Hz a straight line is as good as anything finer."""

from pathlib import Path

import numpy as np

from tests.benchmarks.bench_positions import (
    GAIN,
    METHODS,
    TRACE,
    errors_m,
    linear,
    read_trace,
    thinned,
)


def test_a_frame_between_two_fixes_a_second_apart_is_as_far_off_as_the_receiver_itself(
    real_data: Path,
) -> None:
    receiver, truth = read_trace(real_data / TRACE)
    own = np.percentile(errors_m(linear, [receiver], truth), (50, 95))
    found = np.percentile(errors_m(linear, thinned(receiver), truth), (50, 95))
    assert (found <= own + 0.1).all()
    assert (found <= (1.5, 1.95)).all()


def test_no_finer_method_gains_what_would_pay_for_it(real_data: Path) -> None:
    """The day one does, Track.at is to use it."""
    receiver, truth = read_trace(real_data / TRACE)
    tracks = thinned(receiver)
    medians = {name: np.median(errors_m(method, tracks, truth)) for name, method in METHODS.items()}
    assert min(medians.values()) > (1 - GAIN) * medians["linear"]
