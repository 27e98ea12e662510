// Numbers into words. Days are UTC days counted from 1970-01-01, as the map's tiles carry them.

const DAY_MS = 86_400_000;
export const PAID_RESOLUTION = 12;
const PAID_SPACING_M = 18.76; // mean distance of centres at resolution 12; the H3 documentation
const TOKEN_DECIMALS = 9;
const COMPASS = [
  "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west",
];
// Made when first asked: what they load takes longer than any other module of the page.
const dates = once(() => new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric",
}));
const numbers = once(() => new Intl.NumberFormat("en-GB"));

/** The day number of an instant. */
export const dayOf = (ms) => Math.floor(ms / DAY_MS);

/** The day number of "2026-01-05". */
export const parseDay = (iso) => dayOf(Date.parse(`${iso}T00:00:00Z`));

/** "2026-01-05" of a day number. */
export const isoDay = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** "Mon, 5 Jan 2026" of a day number. */
export const dateWords = (day) => dates().format(new Date(day * DAY_MS));

/** "Mon, 5 Jan 2026, 08:00:01 UTC" of a picture, or its day, where a node tells no more. */
export function takenWords({ day, taken }) {
  const words = dateWords(parseDay(day));
  return taken ? `${words}, ${taken.slice(11, 19)} UTC` : words;
}

/** "today", "yesterday", "5 days ago" of an age in days; a day ahead of the clock is today. */
export function ageWords(age) {
  if (age <= 0) return "today";
  return age === 1 ? "yesterday" : `${number(age)} days ago`;
}

/** "1.25" of base units of money, nine decimals, as text or BigInt; never by way of a float. */
export function tokens(units) {
  const text = BigInt(units).toString().replace("-", "").padStart(TOKEN_DECIMALS + 1, "0");
  const whole = numbers().format(BigInt(text.slice(0, -TOKEN_DECIMALS)));
  const rest = text.slice(-TOKEN_DECIMALS).replace(/0+$/, "");
  return `${BigInt(units) < 0n ? "−" : ""}${whole}${rest ? `.${rest}` : ""}`;
}

export const number = (value) => numbers().format(value);

/** "1 pass", "2 passes". */
export const counted = (count, one, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

/** Estimated by a sketch of 64 bits, which tells nothing useful beyond twenty. */
export const contributorWords = (count) => (Number(count) >= 20 ? "20+" : String(count));

/** The resolution, 0 to 15, in the index of an H3 cell written in hex. */
export const resolutionOf = (cell) => Number((BigInt(`0x${cell}`) >> 52n) & 15n);

/** Distance of neighbouring centres; each resolution is coarser by the square root of seven. */
export function spacingWords(resolution) {
  const metres = PAID_SPACING_M * Math.sqrt(7) ** (PAID_RESOLUTION - resolution);
  if (metres >= 10_000) return `${number(Math.round(metres / 1000))} km`;
  if (metres >= 1000) return `${(metres / 1000).toFixed(1)} km`;
  return `${number(Math.round(metres))} m`;
}

/** "north and east" of sector numbers 0 to 7, clockwise from north. */
export function sectorWords(sectors) {
  const names = sectors.map((sector) => COMPASS[sector]);
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** "good", for a grade of 0 to 1000. */
export function gradeWords(grade) {
  if (grade >= 800) return "very good";
  if (grade >= 600) return "good";
  if (grade >= 400) return "fair";
  return grade >= 200 ? "poor" : "very poor";
}

/** What `make` gives, made once. */
function once(make) {
  let made = null;
  return () => (made ??= make());
}
