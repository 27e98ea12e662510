// How fresh is a hexagon? Its age is the node's day less the day it was last seen.
//
// The law: the classes' colours, which stand in viewer.css, are in strict order of lightness, and
// the freshest stands out most from the ground. So the order survives any colour vision and print.

/**
 * First age in days of each class, freshest first, and its words. Seven days is when a hexagon
 * earns fully again; fourteen is what Hivemapper's Scout calls stale, twenty-eight its refresh.
 */
export const CLASSES = [
  { from: 0, words: "today" },
  { from: 1, words: "1" },
  { from: 2, words: "2" },
  { from: 3, words: "3–6" },
  { from: 7, words: "7–13" },
  { from: 14, words: "14–27" },
  { from: 28, words: "28+" },
];

const FIVE = [0, 1, 2, 3, 4];

/** Index of the class of an age; ahead of the clock is the freshest. */
export const classOf = (age) =>
  Math.max(0, CLASSES.findLastIndex((each) => age >= each.from));

/** A MapLibre expression: the colour of a tile's cell as seen on day `today`. */
export function freshnessColour(today, colours) {
  const age = ["-", today, ["get", "last_seen"]];
  const steps = CLASSES.slice(1).flatMap((each, index) => [each.from, colours[index + 1]]);
  return ["step", age, colours[0], ...steps];
}

/** The colours that the style sheet gives in the present colour scheme. */
export function readColours(style) {
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    fresh: CLASSES.map((_, index) => read(`--fresh-${index}`)),
    scale: FIVE.map((index) => read(`--scale-${index}`)),
    axis: FIVE.map((index) => read(`--axis-${index}`)),
    ground: read("--ground"),
    line: read("--graticule"),
    chosen: read("--chosen"),
    glow: Number(read("--glow")),
  };
}
