// The address bar keeps everything: the view (#map=zoom/lat/lon, written by MapLibre), the chosen
// cell, the picture that is driven along, what is coloured and which days are shown.

const CELL = /^[0-9a-f]{15,16}$/;
const PICTURE = /^[A-Za-z0-9-]{1,64}\/[0-9]{1,9}$/;
const DAYS = /^\d{4}-\d{2}-\d{2}~\d{4}-\d{2}-\d{2}$/;

/** The value of a part of a location hash, or null. */
export const partIn = (hash, name) => parts(hash).find(([each]) => each === name)?.[1] ?? null;

/** The hash with that part, or without it for null; what else stands in it is kept. */
export function withPart(hash, name, value) {
  const kept = parts(hash).filter(([each]) => each !== name);
  if (value !== null && value !== undefined) kept.push([name, value]);
  return kept.length ? `#${kept.map((pair) => pair.join("=")).join("&")}` : "";
}

const valid = (value, pattern) => (value && pattern.test(value) ? value : null);

/** The cell named in a location hash, or null. */
export const cellIn = (hash) => valid(partIn(hash, "cell"), CELL);

/** The id of the picture driven along at, or null. */
export const pictureIn = (hash) => valid(partIn(hash, "picture"), PICTURE);

/** The two days that are compared, or null. */
export const comparedIn = (hash) => valid(partIn(hash, "compare"), DAYS)?.split("~") ?? null;

/** Whether a hash says where to look. */
export const hasView = (hash) => Boolean(partIn(hash, "map"));

/** The hash with that cell, or without one. */
export const withCell = (hash, cell) => withPart(hash, "cell", cell);

/** Put a part into the address bar, without an entry in the history. */
export function keep(name, value) {
  const hash = withPart(location.hash, name, value);
  history.replaceState(history.state, "", hash || location.pathname + location.search);
}

function parts(hash) {
  return hash.replace(/^#/, "").split("&").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [part] : [part.slice(0, at), part.slice(at + 1)];
  });
}
