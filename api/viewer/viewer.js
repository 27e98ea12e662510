// The viewer: asks the node what there is, draws it, and listens to pointer, keys and address.

import {
  LngLatBounds, Map, NavigationControl, ScaleControl, prewarm,
} from "./vendor/maplibre-gl.mjs";
import { cellIn, hasView, pictureIn } from "./address.js";
import { distinct, drawCounts, sayBroken, sayEmpty, sayNothing } from "./around.js";
import { Chosen } from "./chosen.js";
import { expect, rest } from "./foresight.js";
import { readColours } from "./freshness.js";
import { Frames, isAccelerated } from "./graphics.js";
import { graticule } from "./graticule.js";
import { CELLS, FILL, dress, mapStyle } from "./layers.js";
import { drawLegend } from "./legend.js";
import { lookIn, withLook } from "./look.js";
import { Player } from "./player.js";
import { listenToSearch } from "./search.js";
import { fetchJson } from "./service.js";
import { arrive, takeLink } from "./session.js";
import { dayOf } from "./words.js";

prewarm(); // its worker loads while the node is asked
const DARK = matchMedia("(prefers-color-scheme: dark)");
const ACCELERATED = isAccelerated();
const REACH_PX = 24; // how far from a tap or the crosshair a hexagon may be
const NARROW_PX = 640;
const colours = () => readColours(getComputedStyle(document.documentElement));
const nodeDay = async () => dayOf((await fetchJson("/v1/node")).now_ms);

async function start(link) {
  sayNothing();
  const [today, source] = await Promise.all([nodeDay(), cellsSource()]);
  const look = lookIn(location.hash);
  const page = { map: draw(source, today, look), today, look, oldest: today };
  page.player = new Player(page.map, document.getElementById("player"));
  const panel = document.getElementById("panel");
  const frames = ACCELERATED ? null : new Frames(page.map);
  const play = (id) => page.player.start(id);
  page.chosen = new Chosen(page.map, panel, () => page.today, play, frames);
  legend(page);
  listenToSearch(document.getElementById("search"), page);
  listen(page);
  if (!source.bounds) sayEmpty();
  window.roadcomb = page;
  await arrive(link, page);
}

/** The TileJSON behind the vector source of the node's style, its addresses made absolute. */
async function cellsSource() {
  const { sources } = await fetchJson("/style.json");
  const { url } = Object.values(sources).find(({ type }) => type === "vector");
  const tilejson = await fetchJson(url);
  const tiles = tilejson.tiles.map((tile) => decodeURI(new URL(tile, location.href).href));
  return { ...tilejson, tiles };
}

function draw(source, today, look) {
  const map = new Map({
    container: "map",
    style: mapStyle(source, today, colours(), look),
    hash: "map",
    attributionControl: { compact: true },
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: 20,
    fadeDuration: 0,
    canvasContextAttributes: { antialias: ACCELERATED },
    ...(source.bounds && !hasView(location.hash) ? fitted(source.bounds) : {}),
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
  return map;
}

function legend(page) {
  drawLegend(document.getElementById("legend"), page, (look, redraw = true) => {
    const hash = withLook(location.hash, look);
    history.replaceState(history.state, "", hash || location.pathname + location.search);
    show(page, look, redraw);
  });
}

/** Show another look; `redraw` the legend too, but not under a hand that moves its sliders. */
function show(page, look, redraw = true) {
  page.look = look;
  dress(page.map, page.today, colours(), look);
  if (redraw) legend(page);
}

function fitted([west, south, east, north]) {
  const side = innerWidth <= NARROW_PX ? 24 : 60;
  const padding = { top: 110, bottom: 120, left: side, right: side };
  const bounds = new LngLatBounds([west, south], [east, north]);
  return { bounds, fitBoundsOptions: { padding, maxZoom: 17.5 } };
}

function listen(page) {
  const { map, chosen, player } = page;
  map.on("load", () => {
    drawGraticule(map);
    follow(chosen, player);
  });
  map.on("move", () => drawGraticule(map));
  map.on("idle", () => {
    const cells = distinct(map.queryRenderedFeatures({ layers: [FILL] }));
    drawCounts(cells, page.today);
    age(page, cells);
  });
  map.on("click", ({ point }) => {
    const cell = cellNear(map, point);
    if (cell) chosen.open(cell);
    else chosen.close();
  });
  listenToHover(map);
  listenToKeys(map, chosen, player);
  addEventListener("hashchange", () => {
    const link = takeLink();
    if (link) arrive(link, page);
    follow(chosen, player);
    const look = lookIn(location.hash);
    if (withLook("", look) !== withLook("", page.look)) show(page, look);
  });
  DARK.addEventListener("change", () => dress(map, page.today, colours(), page.look));
  document.addEventListener("visibilitychange", () => !document.hidden && newDay(page));
}

/** The sliders reach back to the oldest that was seen; not while one is held. */
function age(page, cells) {
  const oldest = Math.min(page.oldest, ...cells.map(({ first_seen }) => first_seen));
  if (oldest === page.oldest || document.activeElement?.type === "range") return;
  page.oldest = oldest;
  legend(page);
}

function listenToHover(map) {
  let hovered = null;
  const hover = (cell) => {
    const state = (id, value) => id && ACCELERATED
      && map.setFeatureState({ source: CELLS, sourceLayer: CELLS, id }, { hover: value });
    if (cell === hovered) return;
    rest(cell);
    state(hovered, false);
    state(cell, true);
    hovered = cell;
    map.getCanvas().style.cursor = cell ? "pointer" : "";
  };
  map.on("mousemove", ({ point }) => hover(cellNear(map, point, 0)));
  map.on("mouseout", () => hover(null));
  for (const kind of ["mousedown", "touchstart"]) {
    map.on(kind, ({ point, points = [] }) => points.length < 2 && expect(cellNear(map, point)));
  }
}

function listenToKeys(map, chosen, player) {
  const canvas = map.getCanvas();
  canvas.addEventListener("keydown", async ({ key }) => {
    if (key !== "Enter") return;
    const cell = cellNear(map, { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
    if (!cell) return;
    await chosen.open(cell);
    chosen.panel.focus();
  });
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (player.open) player.close();
    else if (chosen.cell) chosen.close();
  });
}

/** Choose what the address names. */
function follow(chosen, player) {
  const picture = pictureIn(location.hash);
  if (picture && picture !== player.id) player.start(picture);
  if (!picture && player.open) player.close();
  const cell = cellIn(location.hash);
  if (cell === chosen.cell) return;
  if (cell) chosen.open(cell);
  else chosen.close(false);
}

/** A page left open overnight must not call yesterday's hexagons fresh. */
async function newDay(page) {
  const today = await nodeDay().catch(() => page.today);
  if (today === page.today) return;
  page.today = today;
  show(page, page.look);
  page.chosen.draw();
}

function drawGraticule(map) {
  const { _sw: sw, _ne: ne } = map.getBounds();
  const view = { west: sw.lng, south: sw.lat, east: ne.lng, north: ne.lat };
  map.getSource("graticule")?.setData(graticule(view));
}

/** The cell drawn at a point of the page, else the nearest within reach of it, or null. */
function cellNear(map, { x, y }, reach = REACH_PX) {
  if (!map.getLayer(FILL)) return null;
  const ask = (area) => map.queryRenderedFeatures(area, { layers: [FILL] });
  const [exact] = ask([x, y]);
  if (exact || !reach) return exact?.properties.cell ?? null;
  const distance = ({ geometry: { type, coordinates } }) => {
    const corners = coordinates.flat(type === "Polygon" ? 1 : 2);
    const away = corners.map((corner) => map.project(corner)).map((at) => Math.hypot(at.x - x, at.y - y));
    return Math.min(...away);
  };
  const around = ask([[x - reach, y - reach], [x + reach, y + reach]]);
  const ranked = around.map((each) => [distance(each), each.properties.cell]);
  return ranked.sort(([a], [b]) => a - b)[0]?.[1] ?? null;
}

const run = (link) => start(link).catch((problem) => sayBroken(problem, () => run(null)));
run(takeLink());
