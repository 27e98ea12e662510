// The legend: what the colours say, what they should say, and of which days.

import { element } from "./dom.js";
import { swatch } from "./panel.js";
import { SHADES } from "./look.js";
import { dateWords } from "./words.js";

const LEAST_DAYS = 27; // the sliders reach back as far as this, further where something older is

/**
 * The legend of a page, in a node of the document; `change(look)` is called with another look.
 * `oldest` is the first day of anything drawn.
 */
export function drawLegend(node, { look, today, oldest }, change) {
  const shade = SHADES[look.shade];
  const items = shade.classes.map(({ words }, index) =>
    element("li", {}, swatch(`--${shade.ramp}-${index}`), element("span", {}, words)));
  node.replaceChildren(
    element("div", { class: "legend-top" }, element("h2", {}, shade.title), chooser(look, change)),
    element("ol", {}, items),
    days(node, { look, today, oldest }, change),
  );
  node.hidden = false;
}

function chooser(look, change) {
  const options = Object.entries(SHADES).map(([value, { name }]) =>
    element("option", { value, selected: value === look.shade }, name));
  const onchange = ({ target }) => {
    change({ ...look, shade: target.value });
    document.querySelector(".legend select").focus();
  };
  return element("select", { "aria-label": "Colour by", onchange }, options);
}

function days(node, { look, today, oldest }, change) {
  const first = Math.min(oldest, today - LEAST_DAYS, look.since ?? today, look.until ?? today);
  const open = node.querySelector("details")?.open ?? (look.since !== null || look.until !== null);
  const said = element("span", {}, daysWords(look));
  let now = look;
  const slider = (name, words, none) => {
    const value = now[name] ?? none;
    const out = element("output", {}, now[name] === null ? "any" : dateWords(value));
    const input = element("input", {
      type: "range", name, min: first, max: today, step: 1, value,
      "aria-valuetext": dateWords(value),
      oninput: ({ target }) => {
        const day = Number(target.value) === none ? null : Number(target.value);
        now = ordered({ ...now, [name]: day }, name);
        out.textContent = day === null ? "any" : dateWords(day);
        target.setAttribute("aria-valuetext", out.textContent);
        said.textContent = daysWords(now);
        change(now, false);
      },
    });
    return element("label", {}, element("span", {}, words), input, out);
  };
  return element(
    "details", { class: "days", open },
    element("summary", {}, said),
    slider("since", "Seen since", first),
    slider("until", "First seen until", today),
  );
}

/** A look whose days are in order: the one that was moved pushes the other. */
export function ordered(look, moved) {
  const { since, until } = look;
  if (since === null || until === null || since <= until) return look;
  return moved === "since" ? { ...look, until: since } : { ...look, since: until };
}

/** The days of a look in words. */
export function daysWords({ since, until }) {
  if (since === null && until === null) return "All days";
  if (until === null) return `Seen since ${dateWords(since)}`;
  if (since === null) return `First seen until ${dateWords(until)}`;
  return `${dateWords(since)} – ${dateWords(until)}`;
}
