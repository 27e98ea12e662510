"""Driving along, comparing two days and reporting a picture, in a real browser."""

import base64
from typing import TYPE_CHECKING

from ingest.requests import authorization
from ingest.sessions import PATH
from rewards.signin import link_of
from tests.api.viewer.looking import Look, open_panel
from tests.api.viewer.roads import FRAMES, ROADS, TWICE
from tests.drives import NOW_MS, contributor

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOADED = "() => document.querySelector('#player img').naturalWidth > 0"


def drive_along(page: "Page") -> None:
    open_panel(page, ROADS[0])
    page.click("text=Drive along")
    page.wait_for_selector("#player img")


def number(page: "Page") -> int:
    return int(page.inner_text("#player h2").split()[1])


def test_the_arrow_keys_drive_along_and_the_address_keeps_the_picture(look: Look) -> None:
    page = look()
    drive_along(page)
    page.keyboard.press("Home")
    assert number(page) == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert number(page) == 2
    page.wait_for_function(LOADED)
    again = look(hash_=page.evaluate("() => location.hash"))
    again.wait_for_selector("#player img")
    assert number(again) == 2
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert number(page) == FRAMES
    page.keyboard.press("Escape")
    page.wait_for_selector("#player", state="hidden")
    assert "picture=" not in page.evaluate("() => location.hash")
    assert page.locator("#panel .grade").count() == 1


def test_played_it_goes_on_to_the_last_picture_and_stops(look: Look) -> None:
    page = look()
    drive_along(page)
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("+")
    assert page.locator("#player select").input_value() == "8"
    page.keyboard.press(" ")
    page.wait_for_function(
        f"() => document.querySelector('#player h2').textContent.startsWith('Picture {FRAMES} ')"
    )
    page.wait_for_selector("#player [aria-label=Play]")


def test_two_days_of_one_place_stand_side_by_side(look: Look) -> None:
    page = look("twice")
    open_panel(page, TWICE[0])
    page.click("text=Compare two days")
    page.wait_for_function(
        "() => document.querySelectorAll('.sides img').length === 2"
        " && [...document.querySelectorAll('.sides img')].every((one) => one.naturalWidth > 0)"
    )
    grades = [f"Grade {road.grade}" for road in reversed(TWICE)]
    assert page.locator(".sides figcaption").all_inner_texts() == grades
    days = page.eval_on_selector_all(".sides select", "(all) => all.map((one) => one.value)")
    assert page.evaluate("() => location.hash").endswith("compare=" + "~".join(days))
    again = look("twice", hash_=page.evaluate("() => location.hash"))
    again.wait_for_selector(".sides select")
    page.select_option(".sides select >> nth=0", days[1])
    page.wait_for_function(
        "() => [...document.querySelectorAll('.sides figcaption')]"
        f".every((one) => one.textContent === '{grades[1]}')"
    )
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator("#panel .grade").count() == 1


def test_a_panel_tells_what_the_next_pass_would_earn(look: Look) -> None:
    page = look()
    open_panel(page, ROADS[0])
    page.wait_for_selector(".next-pass b")
    assert "100 % of a full reward" in page.inner_text(".next-pass")


def test_a_picture_is_reported_with_the_keyboard_alone(look: Look) -> None:
    page = look()
    open_panel(page, ROADS[2])
    page.focus("#panel [data-control=report]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog form")
    page.fill("dialog textarea", "a plate on the left")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Thank you")
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.dataset.control") == "report"


def test_a_signed_link_shows_my_statement_once_and_leaves_the_address(look: Look) -> None:
    hash_ = "#" + link_of(contributor(0), "", NOW_MS).partition("#")[2]
    page = look(hash_=hash_)
    page.wait_for_selector("dialog .drives li")
    assert f"{FRAMES} frames: {FRAMES} accepted" in page.inner_text("dialog")
    assert "signin" not in page.evaluate("() => location.href")
    page.click("text=Sign out")
    page.wait_for_selector("#mine", state="hidden")
    assert page.evaluate("() => sessionStorage.length") == 0


def test_the_link_carries_the_signed_request_and_nothing_else() -> None:
    token = link_of(contributor(0), "http://node/", NOW_MS).partition("#signin=")[2]
    signed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert signed == authorization(contributor(0), "POST", PATH, NOW_MS)


def test_what_lies_over_the_map_fits_a_page_360_pixels_wide(look: Look) -> None:
    page = look("twice", width=360)
    open_panel(page, TWICE[0])
    page.click("text=Compare two days")
    page.wait_for_selector(".sides select")
    for name in ("dialog", ".sides", "#search"):
        box = page.locator(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    page.click("text=Drive along")
    page.wait_for_selector("#player img")
    box = page.locator("#player .controls").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
