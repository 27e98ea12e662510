// One place on two of its days, side by side.

import { keep } from "./address.js";
import { openDialog } from "./dialog.js";
import { element } from "./dom.js";
import { pixels } from "./panel.js";
import { fetchJson } from "./service.js";
import { counted, dateWords, number, parseDay } from "./words.js";

const TURN_M_PER_DEG = 0.3; // a picture that looks 30° elsewhere is as far as one 9 m away
const METRES_PER_DEG = 111_195;

/** The picture that shows most nearly what another shows, by place and heading; null of none. */
export function mostLike(pictures, other) {
  const scored = pictures.map((picture) => [away(picture, other) + (picture.thumbnail ? 0 : 1e6), picture]);
  return scored.sort(([a], [b]) => a - b)[0]?.[1] ?? null;
}

function away(one, other) {
  if (!other) return 0;
  const east = (one.lon - other.lon) * Math.cos((one.lat * Math.PI) / 180);
  const metres = Math.hypot(one.lat - other.lat, east) * METRES_PER_DEG;
  return metres + turn(one.heading, other.heading) * TURN_M_PER_DEG;
}

function turn(one, other) {
  if (!Number.isFinite(one) || !Number.isFinite(other)) return 0;
  const angle = Math.abs(one - other) % 360;
  return Math.min(angle, 360 - angle);
}

/** Compare two days of a cell, its newest and its oldest unless they are given. */
export async function compare(cell, days = null) {
  const [newest, oldest] = [cell.history[0].day, cell.history.at(-1).day];
  const known = days?.every((day) => cell.history.some((each) => each.day === day));
  const chosen = known ? [...days] : [oldest, newest];
  const body = openDialog("Then and now", () => keep("compare", null));
  const sides = element("div", { class: "sides" });
  body.append(sides);
  const draw = async () => {
    keep("compare", chosen.join("~"));
    try {
      sides.replaceChildren(...(await drawn(cell, chosen, draw)));
    } catch (problem) {
      sides.replaceChildren(element("p", { class: "words", role: "alert" }, problem.message));
    }
  };
  await draw();
}

async function drawn(cell, chosen, draw) {
  const answers = await Promise.all(
    chosen.map((day) => fetchJson(`/v1/cells/${cell.cell}?day=${day}`)),
  );
  const left = mostLike(answers[0].pictures, answers[1].pictures[0]);
  const right = mostLike(answers[1].pictures, left);
  return [left, right].map((picture, side) => column(cell, chosen, side, picture, draw));
}

function column(cell, chosen, side, picture, draw) {
  const day = parseDay(chosen[side]);
  const options = cell.history.map((each) =>
    element("option", { value: each.day, selected: each.day === chosen[side] },
      `${dateWords(parseDay(each.day))}, ${counted(each.pictures, "picture")}`));
  const onchange = async ({ target }) => {
    chosen[side] = target.value;
    await draw();
    document.querySelectorAll(".sides select")[side]?.focus();
  };
  const label = side ? "Right" : "Left";
  return element(
    "figure", {},
    element("select", { "aria-label": `${label} picture's day`, onchange }, options),
    picture ? pixels(picture, day) : element("p", { class: "words" }, "No picture of this day."),
    picture && element("figcaption", {}, element("span", {}, `Grade ${number(picture.grade)}`)),
  );
}
