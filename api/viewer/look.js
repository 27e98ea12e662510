// What the colours of the hexagons say, and of which days they are shown.
//
// The laws: an ordered property has colours in strict order of lightness, so that its order survives
// any colour vision and print; headings have no order, so theirs are hues that Okabe and Ito (2008)
// chose to be told apart by everybody; every value falls into exactly one class.

import { partIn, withPart } from "./address.js";
import { CLASSES, freshnessColour } from "./freshness.js";
import { isoDay, parseDay } from "./words.js";

const GRADES = [
  { from: 0, words: "0+" }, { from: 200, words: "200+" }, { from: 400, words: "400+" },
  { from: 600, words: "600+" }, { from: 800, words: "800+" },
];
const CONTRIBUTORS = [
  { from: 0, words: "1" }, { from: 2, words: "2" }, { from: 3, words: "3–4" },
  { from: 5, words: "5–9" }, { from: 10, words: "10+" },
];
const AXES = [
  { bits: 0b00010001, words: "N–S" }, { bits: 0b00100010, words: "NE–SW" },
  { bits: 0b01000100, words: "E–W" }, { bits: 0b10001000, words: "SE–NW" },
  { bits: 0b11111111, words: "several" },
];

const steps = (name, classes, colours) => [
  "step", ["get", name], colours[0],
  ...classes.slice(1).flatMap(({ from }, index) => [from, colours[index + 1]]),
];

/** Index of the class of a cell's headings, a number of eight bits; -1 where none is known. */
export const axisOf = (sectors) =>
  sectors ? AXES.findIndex(({ bits }) => (sectors & ~bits) === 0) : -1;

function headings(colours) {
  const byClass = AXES.map(() => []);
  for (let sectors = 1; sectors < 256; sectors += 1) byClass[axisOf(sectors)].push(sectors);
  const arms = byClass.flatMap((values, index) => [values, colours.axis[index]]);
  return ["match", ["get", "sectors"], ...arms, colours.line];
}

/** What may be coloured: its words, its classes, its ramp in viewer.css, and its expression. */
export const SHADES = {
  freshness: {
    name: "Freshness", title: "Days since last seen", classes: CLASSES, ramp: "fresh",
    colour: (today, colours) => freshnessColour(today, colours.fresh),
  },
  grade: {
    name: "Grade", title: "Grade of the best picture", classes: GRADES, ramp: "scale",
    colour: (_, colours) => steps("best_grade", GRADES, colours.scale),
  },
  contributors: {
    name: "Contributors", title: "Contributors", classes: CONTRIBUTORS, ramp: "scale",
    colour: (_, colours) => steps("contributors", CONTRIBUTORS, colours.scale),
  },
  direction: {
    name: "Direction", title: "Headings driven", classes: AXES, ramp: "axis",
    colour: (_, colours) => headings(colours),
  },
};

/** Which shade and days a location hash asks for; null is no bound, nonsense is left out. */
export function lookIn(hash) {
  const shade = partIn(hash, "colour");
  const day = (name) => {
    const number = parseDay(partIn(hash, name) ?? "");
    return Number.isFinite(number) ? number : null;
  };
  return {
    shade: Object.hasOwn(SHADES, shade ?? "") ? shade : "freshness",
    since: day("since"),
    until: day("until"),
  };
}

/** The hash that asks for a look; what goes without saying is left out. */
export function withLook(hash, { shade, since, until }) {
  const named = [
    ["colour", shade === "freshness" ? null : shade],
    ["since", since === null ? null : isoDay(since)],
    ["until", until === null ? null : isoDay(until)],
  ];
  return named.reduce((all, [name, value]) => withPart(all, name, value), hash);
}

/** A MapLibre filter: cells last seen on `since` or later, and first seen on `until` or before. */
export function filterOf({ since, until }) {
  return [
    "all",
    ...(since === null ? [] : [[">=", ["get", "last_seen"], since]]),
    ...(until === null ? [] : [["<=", ["get", "first_seen"], until]]),
  ];
}
