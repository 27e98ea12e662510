// The search: a place by its coordinates, or a hexagon by its H3 index.

import { keep } from "./address.js";
import { element } from "./dom.js";
import { fetchJson } from "./service.js";
import { PAID_RESOLUTION, resolutionOf } from "./words.js";

const CLOSE_ZOOM = 17;
const NUMBER = "([-+]?\\d{1,3}(?:\\.\\d+)?)°?";
const PLACE = new RegExp(`^${NUMBER}\\s*([NS]?)\\s*[,;\\s]\\s*${NUMBER}\\s*([EW]?)$`, "i");
const CELL = /^[0-9a-f]{15}$/i;

/** What somebody typed: a place, a cell, or null for neither. */
export function asked(text) {
  const words = text.trim();
  if (CELL.test(words)) return { cell: words.toLowerCase() };
  const found = PLACE.exec(words);
  if (!found) return null;
  const [, north, ns, east, ew] = found;
  const lat = Number(north) * (ns.toUpperCase() === "S" ? -1 : 1);
  const lon = Number(east) * (ew.toUpperCase() === "W" ? -1 : 1);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** Fill the form and listen to it. */
export function listenToSearch(form, page) {
  const field = element("input", {
    type: "search", name: "q", autocomplete: "off", spellcheck: "false",
    placeholder: "Latitude, longitude or cell", "aria-label": "Search a place or a hexagon",
    "aria-describedby": "search-said",
  });
  const said = element("p", { id: "search-said", role: "status" });
  form.replaceChildren(field, element("button", { type: "submit", class: "go" }, "Go"), said);
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = await go(asked(field.value), page).catch(({ message }) => message);
  });
}

/** Look there; answers what has to be said. */
async function go(wanted, page) {
  const { map } = page;
  if (!wanted) return "Write 35.6595, 139.7005 or the 15 digits of a cell.";
  if (!wanted.cell) {
    map.jumpTo({ center: [wanted.lon, wanted.lat], zoom: Math.max(map.getZoom(), CLOSE_ZOOM) });
    return "";
  }
  return goToCell(wanted.cell, page);
}

/** Show a hexagon and choose it; answers what has to be said. */
export async function goToCell(cell, { map, chosen }) {
  const resolution = Math.min(resolutionOf(cell), PAID_RESOLUTION);
  const { features } = await fetchJson(`/v1/coverage?cell=${cell}&resolution=${resolution}`);
  if (!features.length) return "This hexagon was not seen yet.";
  map.fitBounds(boxOf(features[0].geometry.coordinates[0]), { maxZoom: CLOSE_ZOOM, animate: false });
  keep("cell", cell);
  await chosen.open(cell);
  chosen.panel.focus();
  return "";
}

const boxOf = (ring) => [0, 1].map((side) =>
  [0, 1].map((axis) => Math[side ? "max" : "min"](...ring.map((corner) => corner[axis]))));
