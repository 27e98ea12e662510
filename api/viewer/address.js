// The address bar keeps the view (#map=zoom/lat/lon, written by MapLibre) and the chosen cell.

const CELL = /^[0-9a-f]{15,16}$/;

/** The cell named in a location hash, or null. */
export function cellIn(hash) {
  const value = parts(hash).find(([name]) => name === "cell")?.[1];
  return value && CELL.test(value) ? value : null;
}

/** Whether a hash says where to look. */
export const hasView = (hash) => parts(hash).some(([name, value]) => name === "map" && value);

/** The hash with that cell, or without one; what else stands in it is kept. */
export function withCell(hash, cell) {
  const kept = parts(hash).filter(([name]) => name !== "cell");
  if (cell) kept.push(["cell", cell]);
  return kept.length ? `#${kept.map((pair) => pair.join("=")).join("&")}` : "";
}

function parts(hash) {
  return hash.replace(/^#/, "").split("&").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [part] : [part.slice(0, at), part.slice(at + 1)];
  });
}
