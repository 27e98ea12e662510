// The viewer's pure modules, run by Node (tests/api/test_viewer_modules.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cellIn, hasView, withCell } from "../../../api/viewer/address.js";
import { CLASSES, classOf, freshnessColour } from "../../../api/viewer/freshness.js";
import { graticule, stepFor, ticks } from "../../../api/viewer/graticule.js";
import * as words from "../../../api/viewer/words.js";

const CELL = "8c2a1072b59b3ff";

test("the address keeps the view when a cell is chosen and when it is let go", () => {
  const view = "#map=16/0.5/-25";
  assert.equal(withCell(view, CELL), `${view}&cell=${CELL}`);
  assert.equal(withCell(`${view}&cell=${CELL}`, null), view);
  assert.equal(withCell(`#cell=${CELL}`, null), "");
});

test("a cell is read from the address and nothing else is taken for one", () => {
  assert.equal(cellIn(`#map=1/2/3&cell=${CELL}`), CELL);
  assert.equal(cellIn("#cell=../../etc"), null);
  assert.equal(cellIn(""), null);
  assert.equal(hasView("#map=16/0.5/-25"), true);
  assert.equal(hasView(`#cell=${CELL}`), false);
});

test("every age falls in exactly the class that the map's expression colours it with", () => {
  const colours = CLASSES.map((_, index) => `colour ${index}`);
  const [, , first, ...steps] = freshnessColour(0, colours);
  for (let age = -3; age < 60; age += 1) {
    let colour = first;
    for (let at = 0; at < steps.length; at += 2) if (age >= steps[at]) colour = steps[at + 1];
    assert.equal(colour, colours[classOf(age)]);
  }
});

test("a hexagon seen ahead of the node's clock is as fresh as can be", () => {
  assert.equal(classOf(-1), 0);
  assert.equal(words.ageWords(-1), "today");
});

test("days are UTC days and come back as the date they came from", () => {
  assert.equal(words.parseDay("1970-01-01"), 0);
  assert.equal(words.parseDay("2026-01-05"), 20458);
  assert.equal(words.dateWords(20458), "Mon, 5 Jan 2026");
  assert.equal(words.dayOf(20458 * 86_400_000 + 86_399_999), 20458);
  assert.equal(words.takenWords({ day: "2026-01-05", taken: null }), "Mon, 5 Jan 2026");
  assert.equal(
    words.takenWords({ day: "2026-01-05", taken: "2026-01-05T08:00:01.250Z" }),
    "Mon, 5 Jan 2026, 08:00:01 UTC",
  );
});

test("the age is told as one says it", () => {
  assert.deepEqual([0, 1, 12].map(words.ageWords), ["today", "yesterday", "12 days ago"]);
});

test("from twenty on the number of contributors is not told", () => {
  assert.deepEqual([0, 19, 20, 63].map(words.contributorWords), ["0", "19", "20+", "20+"]);
});

test("the resolution is read from the cell's index", () => {
  assert.equal(words.resolutionOf(CELL), 12);
  assert.equal(words.resolutionOf("8029fffffffffff"), 0);
});

test("hexagons of the paid resolution are 19 m apart and of each coarser one 2.65 times more", () => {
  assert.equal(words.spacingWords(12), "19 m");
  assert.equal(words.spacingWords(11), "50 m");
  assert.equal(words.spacingWords(8), "919 m");
  assert.equal(words.spacingWords(5), "17 km");
});

test("headings are listed clockwise from north, in words", () => {
  assert.equal(words.sectorWords([]), "");
  assert.equal(words.sectorWords([0, 2, 7]), "north, east and north-west");
});

test("some lines of the graticule cross every view, and not too many", () => {
  for (let span = 360; span > 0.001; span /= 1.7) {
    const lines = ticks(-span / 2, span / 2, stepFor(span)).length;
    assert.ok(lines >= 4 && lines <= 12, `${lines} lines over ${span} degrees`);
  }
});

test("lines stand at round numbers and stay on the map", () => {
  assert.deepEqual(ticks(0.1, 0.45, 0.1), [0.1, 0.2, 0.3, 0.4]);
  const world = graticule({ west: -180, south: -85, east: 180, north: 85 });
  const latitudes = world.geometry.coordinates.flat().map(([, lat]) => lat);
  assert.ok(latitudes.every((lat) => Math.abs(lat) <= 85.06));
});

const css = readFileSync(new URL("../../../api/viewer/viewer.css", import.meta.url), "utf8");
const [light, dark] = css.split("@media (prefers-color-scheme: dark)");
for (const [name, sheet, order] of [["light", light, 1], ["dark", dark, -1]]) {
  test(`in the ${name} scheme lightness alone tells the classes apart, in their order`, () => {
    const shades = CLASSES.map((_, index) => lightness(colour(sheet, `--fresh-${index}`)));
    shades.push(lightness(colour(sheet, "--ground")));
    shades.slice(1).forEach((shade, index) => {
      assert.ok(order * (shade - shades[index]) >= 4, `${shades.map(Math.round)}`);
    });
  });

  test(`in the ${name} scheme words stand out from the panel (WCAG AA)`, () => {
    const panel = luminance(colour(sheet, "--panel"));
    for (const ink of ["--ink", "--muted"]) {
      const [low, high] = [luminance(colour(sheet, ink)), panel].sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) >= 4.5, ink);
    }
  });
}

function colour(sheet, name) {
  const [, hex] = sheet.match(new RegExp(`${name}: #([0-9a-f]{6});`));
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** Relative luminance of sRGB, 0..1 (WCAG 2.2). */
function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** CIE L*, 0..100: equal steps look equal. */
function lightness(rgb) {
  const y = luminance(rgb);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}
