// What the colours say, which days are shown, what was searched: pure, run by Node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { comparedIn, partIn, pictureIn, withPart } from "../../../api/viewer/address.js";
import { daysWords, ordered } from "../../../api/viewer/legend.js";
import { SHADES, axisOf, filterOf, lookIn, withLook } from "../../../api/viewer/look.js";
import { asked } from "../../../api/viewer/search.js";
import { isoDay, parseDay, tokens } from "../../../api/viewer/words.js";

test("a look comes back from the address that it was written into, and the rest stays", () => {
  const look = { shade: "grade", since: 20458, until: 20460 };
  const hash = withLook("#map=16/0.5/-25", look);
  assert.deepEqual(lookIn(hash), look);
  assert.equal(partIn(hash, "map"), "16/0.5/-25");
  assert.equal(withLook(hash, { shade: "freshness", since: null, until: null }), "#map=16/0.5/-25");
});

test("nonsense in the address is the usual look", () => {
  const usual = { shade: "freshness", since: null, until: null };
  for (const hash of ["", "#colour=rust&since=soon", "#colour=__proto__&until=2026-13-99"]) {
    assert.deepEqual(lookIn(hash), usual);
  }
});

test("only ids of pictures and pairs of days are read from the address", () => {
  assert.equal(pictureIn("#picture=0b9e-aa/12"), "0b9e-aa/12");
  assert.equal(pictureIn("#picture=../../v1/1"), null);
  assert.deepEqual(comparedIn("#compare=2026-01-05~2026-01-06"), ["2026-01-05", "2026-01-06"]);
  assert.equal(comparedIn("#compare=2026-01-05"), null);
  assert.equal(withPart("#a=1&picture=x/1", "picture", null), "#a=1");
});

test("headings both ways along a road are one axis, headings across are several", () => {
  const bits = (...sectors) => sectors.reduce((sum, sector) => sum | (1 << sector), 0);
  assert.equal(axisOf(bits(0)), axisOf(bits(0, 4)));
  assert.notEqual(axisOf(bits(0)), axisOf(bits(2)));
  assert.equal(axisOf(bits(0, 1)), 4);
  assert.equal(axisOf(0), -1);
});

test("each set of headings stands in exactly one arm of the map's expression", () => {
  const colours = { axis: ["a", "b", "c", "d", "e"], line: "none" };
  const arms = SHADES.direction.colour(0, colours).slice(2, -1);
  const values = arms.filter((_, at) => at % 2 === 0).flat();
  assert.deepEqual(values.sort((a, b) => a - b), Array.from({ length: 255 }, (_, at) => at + 1));
});

test("a filter has a bound for each day that was chosen and none for the others", () => {
  assert.deepEqual(filterOf({ since: null, until: null }), ["all"]);
  assert.deepEqual(filterOf({ since: 3, until: null }), ["all", [">=", ["get", "last_seen"], 3]]);
  assert.equal(filterOf({ since: 3, until: 9 }).length, 3);
});

test("a slider that is moved past the other takes it along", () => {
  assert.deepEqual(ordered({ since: 9, until: 5 }, "since"), { since: 9, until: 9 });
  assert.deepEqual(ordered({ since: 9, until: 5 }, "until"), { since: 5, until: 5 });
  assert.equal(daysWords({ since: null, until: null }), "All days");
});

test("coordinates are understood as people write them, and what is no place is not", () => {
  assert.deepEqual(asked("35.6595, 139.7005"), { lat: 35.6595, lon: 139.7005 });
  assert.deepEqual(asked(" 0.5° S 25 W"), { lat: -0.5, lon: -25 });
  assert.deepEqual(asked("8C2A1072B59B3FF"), { cell: "8c2a1072b59b3ff" });
  for (const text of ["", "Tokyo", "91, 0", "0, 181", "8c2a"]) assert.equal(asked(text), null);
});

test("a day's name leads back to the day", () => {
  for (const day of [0, 20458, 30000]) assert.equal(parseDay(isoDay(day)), day);
});

test("tokens are written to the last base unit, beyond what a float holds", () => {
  assert.equal(tokens("1600000000"), "1.6");
  assert.equal(tokens("9007199254740993000000001"), "9,007,199,254,740,993.000000001");
  assert.equal(tokens("-1"), "−0.000000001");
  assert.equal(tokens("0"), "0");
});

const css = readFileSync(new URL("../../../api/viewer/viewer.css", import.meta.url), "utf8");
const [light, dark] = css.split("@media (prefers-color-scheme: dark)");
for (const [name, sheet, order] of [["light", light, -1], ["dark", dark, 1]]) {
  test(`in the ${name} scheme the ramp of grades is in strict order of lightness`, () => {
    const shades = [0, 1, 2, 3, 4].map((index) => brightness(sheet, `--scale-${index}`));
    for (let at = 1; at < shades.length; at += 1) {
      assert.ok(order * (shades[at] - shades[at - 1]) > 0.02, `${shades}`);
    }
  });
}

function brightness(sheet, name) {
  const [, hex] = sheet.match(new RegExp(`${name}: #([0-9a-f]{6});`));
  const [r, g, b] = [0, 2, 4].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
