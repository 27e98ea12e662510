"""Colours, days and search, as a person uses them; and nothing of it is lost with the page."""

from roadcomb.cells import format_cell
from roadcomb.epochs import date_of, epoch_of
from tests.api.viewer.looking import (
    EXACT,
    Look,
    colour_at,
    drawn_cells,
    middle_of,
    panel_words,
    rgb,
)
from tests.api.viewer.roads import ROADS
from tests.drives import NOW_MS

GRADES = ("#d3e1ef", "#a3c5e2", "#669fcd", "#2f74b5", "#123f7a")
"""Of viewer.css, for grades from 0, 200, 400, 600 and 800."""


def test_coloured_by_grade_each_hexagon_has_its_grades_colour_and_so_it_stays(look: Look) -> None:
    page = look()
    page.select_option(".legend select", "grade")
    page.wait_for_function("() => roadcomb.map.loaded()")
    again = look(hash_=page.evaluate("() => location.hash"))
    for each in (page, again):
        for road in ROADS:
            _, x, y = middle_of(each, road)
            assert abs(colour_at(each, x, y) - rgb(GRADES[road.grade // 200])).max() <= EXACT
        assert "Grade of the best picture" in each.inner_text("#legend")


def test_every_shade_draws_every_hexagon_and_says_what_its_colours_mean(look: Look) -> None:
    page = look()
    titles = set()
    for shade in ("contributors", "direction", "freshness"):
        page.select_option(".legend select", shade)
        page.wait_for_function("() => roadcomb.map.loaded()")
        titles.add(page.inner_text("#legend h2"))
        assert len(drawn_cells(page)) == len({cell for road in ROADS for cell in road.cells()})
        assert page.evaluate("() => document.activeElement.tagName") == "SELECT"
    assert len(titles) == 3
    _, x, y = middle_of(page, ROADS[0])
    page.select_option(".legend select", "direction")
    page.wait_for_function("() => roadcomb.map.loaded()")
    assert abs(colour_at(page, x, y) - rgb("#0072b2")).max() <= EXACT  # all go north


def test_days_leave_the_hexagons_that_were_seen_in_them(look: Look) -> None:
    day = date_of(epoch_of(NOW_MS) - 10)
    since = look(hash_=f"#since={day}")
    recent = {format_cell(cell) for road in ROADS if road.age_days < 10 for cell in road.cells()}
    assert drawn_cells(since) == recent
    until = look(hash_=f"#until={day}")
    older = {format_cell(cell) for road in ROADS if road.age_days >= 10 for cell in road.cells()}
    assert drawn_cells(until) == older


def test_the_slider_moved_by_the_keyboard_shows_fewer_days_and_the_address_keeps_them(
    look: Look,
) -> None:
    page = look()
    page.click(".days summary")
    slider = page.locator("input[name=since]")
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => location.hash.includes('since=')")
    page.wait_for_function("() => roadcomb.map.loaded()")
    assert drawn_cells(page) == {format_cell(cell) for cell in ROADS[0].cells()}
    assert "Seen since" in page.inner_text(".days summary")
    page.keyboard.press("Home")
    page.wait_for_function("() => !location.hash.includes('since=')")


def test_a_search_finds_a_hexagon_a_place_and_says_what_is_neither(look: Look) -> None:
    page = look(hash_="#map=4/10/10")
    cell = format_cell(sorted(ROADS[1].cells())[0])
    page.fill("#search input", cell)
    page.keyboard.press("Enter")
    assert cell in panel_words(page)
    page.wait_for_function("() => document.activeElement.id === 'panel'")  # what a search ends with
    centre = page.evaluate("() => roadcomb.map.getCenter()")
    assert abs(centre["lng"] + 25) < 0.01
    page.fill("#search input", "48.2, 16.4")
    page.keyboard.press("Enter")
    page.wait_for_function("() => Math.abs(roadcomb.map.getCenter().lat - 48.2) < 1e-6")
    page.fill("#search input", "somewhere")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#search-said').textContent")
    assert "35.6595" in page.inner_text("#search-said")
