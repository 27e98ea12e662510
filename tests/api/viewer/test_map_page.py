"""What a person sees on the map: a headless Chromium draws it, and the pixels are looked at."""

from roadcomb.cells import format_cell
from roadcomb.epochs import date_of, epoch_of
from tests.api.viewer.looking import (
    EXACT,
    Look,
    colour_at,
    drawn_cells,
    middle_of,
    open_panel,
    panel_words,
    rgb,
)
from tests.api.viewer.roads import ROADS
from tests.drives import NOW_MS
from tiles.style import FRESHNESS


def freshness(age_days: int) -> str:
    return [colour for first, colour in FRESHNESS if age_days >= first][-1]


MOST_MS = 400
PRESSED = """async ([x, y]) => {
  window.drawn = 0;
  const canvas = roadcomb.map.getCanvas();
  const at = { clientX: x, clientY: y, bubbles: true, button: 0 };
  roadcomb.map.on("render", () => { drawn += 1; });
  const began = performance.now();
  canvas.dispatchEvent(new PointerEvent("pointerdown", at));
  for (const kind of ["mousedown", "mouseup"]) canvas.dispatchEvent(new MouseEvent(kind, at));
  for (const _ of [1, 2, 3]) await new Promise(requestAnimationFrame);
  return [drawn, performance.now() - began];
}"""


def test_the_map_draws_exactly_the_cells_that_were_driven(look: Look) -> None:
    assert drawn_cells(look()) == {format_cell(cell) for road in ROADS for cell in road.cells()}


def test_each_hexagon_has_the_colour_of_its_freshness(look: Look) -> None:
    page = look()
    for road in ROADS:
        _, x, y = middle_of(page, road)
        assert abs(colour_at(page, x, y) - rgb(freshness(road.age_days))).max() <= EXACT


def test_in_the_dark_the_freshest_is_the_brightest_on_a_dark_ground(look: Look) -> None:
    page = look(scheme="dark")
    shades = [colour_at(page, *middle_of(page, road)[1:]).sum() for road in ROADS]
    ground = colour_at(page, 550, 740).sum()
    assert [*shades, ground] == sorted([*shades, ground], reverse=True)
    assert len({*shades, ground}) == len(ROADS) + 1


def test_a_click_shows_the_newest_picture_its_date_and_its_grade(look: Look) -> None:
    page = look()
    for road in ROADS:
        words = open_panel(page, road)
        day = date_of(epoch_of(road.t_ms))
        assert f"{day:%a}, {day.day} {day:%b %Y}" in words
        assert f"{road.grade} of 1,000" in words
        page.wait_for_function("() => document.querySelector('#panel .picture').naturalWidth > 0")


def test_what_a_pointer_rests_on_is_asked_for_once_and_its_picture_is_there_with_the_click(
    look: Look,
) -> None:
    page = look()
    cell, x, y = middle_of(page, ROADS[0])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(lambda answer: answer.url.endswith("/thumbnail.jpg")):
        page.mouse.move(x, y)
    page.mouse.click(x, y)
    page.wait_for_function("() => document.querySelector('#panel img.picture')?.complete")
    assert [url for url in asked if url.endswith(f"/v1/cells/{cell}")] == asked[:1]


def test_a_map_that_a_processor_draws_waits_after_a_press_and_is_drawn_then(look: Look) -> None:
    page = look()
    _, x, y = middle_of(page, ROADS[0])
    drawn, waited_ms = page.evaluate(PRESSED, [x, y])
    assert drawn == 0 or waited_ms > MOST_MS
    page.wait_for_function("() => drawn > 0")


def test_a_picture_that_waits_for_its_blur_is_not_shown_but_said(look: Look) -> None:
    page = look("waiting")
    words = open_panel(page, ROADS[0])
    assert "Picture waits for its blur" in words
    assert f"{ROADS[0].grade} of 1,000" in words
    assert page.locator("#panel img").count() == 0


def test_the_address_brings_back_the_chosen_hexagon_and_the_view(look: Look) -> None:
    page = look()
    cell, *_ = middle_of(page, ROADS[1])
    open_panel(page, ROADS[1])
    page.evaluate("() => roadcomb.map.jumpTo({zoom: 18})")
    page.wait_for_function("() => location.hash.includes('map=18')")
    again = look(hash_=page.evaluate("() => location.hash"))
    assert cell in panel_words(again)
    assert again.evaluate("() => roadcomb.map.getZoom()") == 18


def test_the_keyboard_alone_opens_and_closes_a_hexagon(look: Look) -> None:
    page = look()
    page.evaluate("(place) => roadcomb.map.jumpTo({center: place})", [*ROADS[0].place(5)][::-1])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "Last seen today" in panel_words(page)
    page.wait_for_function("() => document.activeElement.id === 'panel'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    assert "cell=" not in page.evaluate("() => location.hash")


def test_a_page_360_pixels_wide_holds_everything(look: Look) -> None:
    page = look(width=360)
    open_panel(page, ROADS[0])
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    for name in (".masthead", "#panel", "#panel .facts"):
        box = page.locator(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_a_node_without_a_drive_says_how_to_send_one(look: Look) -> None:
    assert "roadcomb upload" in look("empty").inner_text("#notice")


def test_the_counts_are_those_of_the_cells_in_view(look: Look) -> None:
    page = look()
    cells = {cell for road in ROADS for cell in road.cells()}
    figures = page.locator("#counts dd").all_inner_texts()
    recent = {cell for road in ROADS if road.age_days < 7 for cell in road.cells()}
    passes = sum(len(road.cells()) for road in ROADS)
    share = f"{100 * len(recent) / len(cells):.0f} %"
    assert figures == [str(len(cells)), str(passes), share]


def test_today_is_the_nodes_day_not_the_browsers(look: Look) -> None:
    page = look()
    assert page.evaluate("() => roadcomb.today") == epoch_of(NOW_MS)
    assert "Last seen today" in open_panel(page, ROADS[0])
