// The rose: in which of eight directions a hexagon was driven through.

import { svg } from "./dom.js";
import { sectorWords } from "./words.js";

const SECTORS = 8;
const INNER = 13;
const OUTER = 44;
const GAP_DEG = 5;

/** An SVG rose with the given sectors (0 is north, clockwise) lit. */
export function rose(sectors) {
  const words = sectors.length ? `Driven heading ${sectorWords(sectors)}` : "Heading unknown";
  const petals = Array.from({ length: SECTORS }, (_, sector) =>
    svg("path", { d: petal(sector), class: sectors.includes(sector) ? "lit" : null }),
  );
  const north = svg("text", { x: 0, y: -50, "text-anchor": "middle" }, "N");
  return svg(
    "svg",
    { class: "rose", viewBox: "-62 -62 124 112", role: "img", "aria-label": words },
    svg("title", {}, words),
    ...petals,
    north,
  );
}

function petal(sector) {
  const half = 360 / SECTORS / 2;
  const [from, to] = [sector * 45 - half + GAP_DEG / 2, sector * 45 + half - GAP_DEG / 2];
  const corners = [[INNER, from], [OUTER, from], [OUTER, to], [INNER, to]].map(point);
  const [a, b, c, d] = corners;
  return `M${a}L${b}A${OUTER} ${OUTER} 0 0 1 ${c}L${d}A${INNER} ${INNER} 0 0 0 ${a}Z`;
}

function point([radius, deg]) {
  const angle = (deg * Math.PI) / 180;
  return `${(radius * Math.sin(angle)).toFixed(2)} ${(-radius * Math.cos(angle)).toFixed(2)}`;
}
