// The panel: what is known of one hexagon, its newest picture first.

import { element, svg } from "./dom.js";
import { classOf } from "./freshness.js";
import { reportButton } from "./report.js";
import { rose } from "./rose.js";
import {
  ageWords, contributorWords, counted, dateWords, gradeWords, number, parseDay, resolutionOf,
  spacingWords, takenWords,
} from "./words.js";

const FULL_GRADE = 1000;
const SHARP_MS = 1_000; // the whole picture is asked for when the page rests, by then at last
const WAITS = {
  blur: {
    title: "Picture waits for its blur",
    text: "Faces and licence plates are made unreadable before any picture leaves the node.",
  },
};

/** The panel while the node is asked. */
export function loading(close) {
  return [top("Looking it up…", null, close), element("div", { class: "picture skeleton" })];
}

/** The panel when the node could not say; `retry` asks again. */
export function failed(problem, close, retry) {
  const unknown = problem.status === 404;
  const title = unknown ? "Not seen yet" : "That did not work";
  const button = element("button", { type: "button", class: "action", onclick: retry }, "Try again");
  return [
    top(title, null, close),
    element("p", { class: "words", role: "alert" }, problem.message),
    unknown ? null : button,
  ];
}

/**
 * The panel of an answer of /v1/cells, `today` a day number, `shown` the index of its picture;
 * `next` tells of its next pass; `show(index)` is called when another picture is chosen, `play(id)`
 * to drive along from it, `compare()` to see two days side by side.
 */
export function known(cell, today, shown, next, { close, show, play, compare }) {
  const lastSeen = parseDay(cell.last_seen);
  const age = today - lastSeen;
  const picture = cell.pictures[shown];
  return [
    top(`Last seen ${ageWords(age)}`, classOf(age), close),
    figure(picture, today),
    picture ? gradeBar(picture.grade) : null,
    picture ? actions(cell, picture, play, compare) : null,
    cell.pictures.length > 1 ? further(cell.pictures, shown, today, show) : null,
    next,
    facts(cell),
    element("p", { class: "cell-name" },
      `H3 ${cell.cell} · hexagons ${spacingWords(resolutionOf(cell.cell))} apart`),
  ];
}

function top(title, freshness, close) {
  const dot = freshness === null ? null : hexagon(freshness);
  const button = element(
    "button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "×",
  );
  return element("header", { class: "panel-top" }, dot, element("h2", {}, title), button);
}

/** A small hexagon in the colour of a freshness class. */
export const hexagon = (freshness) => swatch(`--fresh-${freshness}`);

/** A small hexagon in a colour of the style sheet. */
export function swatch(colour) {
  return svg(
    "svg", { class: "hexagon", viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("path", { d: "M10 0 18.66 5V15L10 20 1.34 15V5Z", fill: `var(${colour})` }),
  );
}

function figure(picture, today) {
  if (!picture) return waiting({ title: "No picture here", text: "Only its passes are known." });
  const day = parseDay(picture.day);
  const caption = element(
    "figcaption", {},
    element("time", { datetime: picture.taken ?? picture.day }, takenWords(picture)),
    element("span", {}, ageWords(today - day)),
    licence(picture),
  );
  return element("figure", {}, pixels(picture, day), caption);
}

/** What the picture may be used under. */
export const licence = (picture) =>
  element("span", { class: "licence", title: "Licence" }, picture.licence);

function actions(cell, picture, play, compare) {
  const button = (words, onclick) => element("button", { type: "button", class: "quiet", onclick }, words);
  return element(
    "div", { class: "actions" },
    button("Drive along", () => play(picture.id)),
    cell.history.length > 1 ? button("Compare two days", compare) : null,
    reportButton(picture),
  );
}

/** A picture, or why it is not there, as an element. */
export function pixels(picture, day) {
  if (!picture.thumbnail) return waiting(WAITS[picture.waits_for] ?? WAITS.blur);
  const image = element("img", {
    class: "picture", src: picture.thumbnail, alt: `The street as seen on ${dateWords(day)}`,
  });
  if (picture.full) image.addEventListener("load", () => sharpen(image, picture.full), { once: true });
  const broken = { title: "Picture could not be loaded", text: "The node did not send it." };
  image.addEventListener("error", () => image.replaceWith(waiting(broken)), { once: true });
  if (!picture.full) return image;
  const link = { href: picture.full, target: "_blank", rel: "noopener", title: "Open full size" };
  return element("a", link, image);
}

/** The thumbnail stands until the whole picture is there, and where it may not be had. */
function sharpen(image, full) {
  const sharp = new Image();
  sharp.addEventListener("load", () => { image.src = full; });
  const begin = () => { sharp.src = full; };
  if (window.requestIdleCallback) requestIdleCallback(begin, { timeout: SHARP_MS });
  else setTimeout(begin);
}

function waiting({ title, text }) {
  return element(
    "div", { class: "picture waiting" },
    element("strong", {}, title),
    element("span", {}, text),
  );
}

function gradeBar(grade) {
  const share = (100 * grade) / FULL_GRADE;
  const bar = { role: "meter", "aria-label": "Grade", "aria-valuemin": 0, "aria-valuemax": FULL_GRADE };
  return element(
    "div", { class: "grade" },
    element("span", { class: "grade-name" }, "Grade"),
    element("div", { class: "bar", ...bar, "aria-valuenow": grade },
      element("div", { style: `width: ${share}%` })),
    element("span", { class: "grade-value" }, element("b", {}, number(grade)),
      ` of ${number(FULL_GRADE)}, ${gradeWords(grade)}`),
  );
}

function facts(cell) {
  const pairs = [
    ["Passes", number(cell.passes)],
    ["Contributors", contributorWords(cell.contributors)],
    ["First seen", dateWords(parseDay(cell.first_seen))],
    ["Best grade", number(cell.best_grade)],
    ["Mean grade", number(Math.round(cell.mean_grade))],
  ];
  const list = pairs.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  return element("section", { class: "facts" }, element("dl", {}, list), rose(cell.sectors));
}

function further(pictures, shown, today, show) {
  const items = pictures.map((picture, index) => {
    const age = today - parseDay(picture.day);
    const face = picture.thumbnail
      ? element("img", { src: picture.thumbnail, alt: "", loading: "lazy" })
      : element("span", { class: "blank", "aria-hidden": "true" });
    const label = `Picture of ${dateWords(parseDay(picture.day))}, grade ${picture.grade}`;
    const button = element(
      "button",
      {
        type: "button",
        "aria-label": label,
        "aria-pressed": String(index === shown),
        onclick: () => show(index),
      },
      face,
      element("span", { class: "strip-words" }, hexagon(classOf(age)), String(picture.grade)),
    );
    return element("li", {}, button);
  });
  return element(
    "section", { class: "further" },
    element("h3", {}, counted(pictures.length, "picture")),
    element("ul", { class: "strip" }, items),
  );
}
