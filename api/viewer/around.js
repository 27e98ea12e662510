// What stands around the map: the counts, and a notice when there is nothing to see.

import { element } from "./dom.js";
import { number } from "./words.js";

const REFILL_DAYS = 7;
const byId = (id) => document.getElementById(id);

/**
 * Properties of the cells among drawn features, each once: a hexagon on the edge of a tile is
 * drawn by both tiles.
 */
export function distinct(features) {
  return [...new Map(features.map(({ properties }) => [properties.cell, properties])).values()];
}

/** Say how many cells are in view, how often they were passed and how many of them lately. */
export function drawCounts(cells, today) {
  const passes = cells.reduce((sum, cell) => sum + cell.passes, 0);
  const fresh = cells.filter((cell) => today - cell.last_seen < REFILL_DAYS).length;
  const share = cells.length ? `${Math.round((100 * fresh) / cells.length)} %` : "–";
  const figures = [
    [number(cells.length), "", cells.length === 1 ? "hexagon" : "hexagons", " in view"],
    [number(passes), "", passes === 1 ? "pass" : "passes", " through them"],
    [share, "seen ", "this week", ""],
  ];
  const roomy = (words) => element("i", {}, words); // left out where the page is narrow
  const items = figures.map(([value, before, name, after]) =>
    element("div", {}, element("dt", {}, roomy(before), name, roomy(after)),
      element("dd", {}, value)),
  );
  byId("counts").replaceChildren(...items);
  byId("counts").hidden = false;
}

/** A notice over an empty map. */
export function sayEmpty() {
  say(
    element("h2", {}, "No road has been seen yet"),
    element("p", {}, "Drive with a camera, then send what it recorded:"),
    element("code", {}, `roadcomb upload FOLDER --to ${location.origin}`),
  );
}

/** A notice instead of the map; `retry` tries again. */
export function sayBroken(problem, retry) {
  say(
    element("h2", {}, "The map cannot be shown"),
    element("p", {}, problem.message),
    element("button", { type: "button", class: "action", onclick: retry }, "Try again"),
  );
}

/** Take the notice away. */
export const sayNothing = () => { byId("notice").hidden = true; };

function say(...children) {
  byId("notice").replaceChildren(element("div", { class: "card" }, children));
  byId("notice").hidden = false;
}
