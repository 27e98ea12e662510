// The chosen hexagon: marked on the map, told in the panel, kept in the address.

import { Marker } from "./vendor/maplibre-gl.mjs";
import { withCell } from "./address.js";
import { element, svg } from "./dom.js";
import { CELLS, pictureFeatures } from "./layers.js";
import { failed, known, loading } from "./panel.js";
import { fetchJson } from "./service.js";

const SIDE_PANEL_PX = 416; // the panel and its margins, on a wide page
const NARROW_PX = 640;

/** What of the map one hexagon at a time is the chosen one of; `today()` is the node's day. */
export class Chosen {
  cell = null;
  #answer = null;
  #shown = 0;
  #asking = null;
  #camera = null;

  constructor(map, panel, today) {
    Object.assign(this, { map, panel, today });
  }

  /** Choose a cell by its H3 index in hex, and ask the node about it. */
  async open(cell) {
    this.#forget();
    this.cell = cell;
    this.#mark(true);
    this.#asking = new AbortController();
    this.#fill(loading(() => this.close()));
    try {
      this.#answer = await fetchJson(`/v1/cells/${cell}`, { signal: this.#asking.signal });
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.#fill(failed(problem, () => this.close(), () => this.open(cell)));
      return;
    }
    this.draw();
    this.#uncover();
  }

  /** Choose none; `toMap` hands the keyboard back to the map. */
  close(toMap = true) {
    this.#forget();
    this.cell = null;
    this.#fill([]);
    if (toMap) this.map.getCanvas().focus({ preventScroll: true });
  }

  /** Draw what is known, again when the day has changed or another picture is shown. */
  draw() {
    if (!this.#answer) return;
    const { pictures } = this.#answer;
    const show = (index) => {
      this.#shown = index;
      this.draw();
      this.panel.querySelector('[aria-pressed="true"]').focus();
    };
    this.#fill(known(this.#answer, this.today(), this.#shown, { close: () => this.close(), show }));
    this.map.getSource("pictures").setData(pictureFeatures(pictures));
    this.#aim(pictures[this.#shown]);
  }

  #forget() {
    this.#asking?.abort();
    this.#mark(false);
    this.#answer = null;
    this.#shown = 0;
    this.#aim(null);
    this.map.getSource("pictures")?.setData(pictureFeatures([]));
  }

  #mark(chosen) {
    if (!this.cell) return;
    this.map.setFeatureState({ source: CELLS, sourceLayer: CELLS, id: this.cell }, { chosen });
  }

  #fill(children) {
    const hash = withCell(location.hash, this.cell);
    history.replaceState(history.state, "", hash || location.pathname + location.search);
    this.panel.replaceChildren(...children.filter(Boolean));
    this.panel.hidden = children.length === 0;
    document.body.classList.toggle("with-panel", !this.panel.hidden);
  }

  /** The camera of the shown picture: where it stood and where it looked. */
  #aim(picture) {
    this.#camera?.remove();
    this.#camera = picture ? camera(picture).addTo(this.map) : null;
  }

  /** Move the map when the panel lies over what it tells about. */
  #uncover() {
    const [picture] = this.#answer.pictures;
    if (!picture) return;
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const at = this.map.project([picture.lon, picture.lat]);
    const free = width <= NARROW_PX
      ? { width, height: height - this.panel.offsetHeight }
      : { width: width - SIDE_PANEL_PX, height };
    const seen = at.x > 0 && at.y > 0 && at.x < free.width - 20 && at.y < free.height - 20;
    if (!seen) this.map.panBy([at.x - free.width / 2, at.y - free.height / 2]);
  }
}

function camera({ lat, lon, heading }) {
  const looking = Number.isFinite(heading);
  const drawing = svg(
    "svg", { class: "camera", viewBox: "-30 -30 60 60", "aria-hidden": "true" },
    looking ? svg("path", { class: "sight", d: "M0 0L-13 -26A29 29 0 0 1 13 -26Z" }) : null,
    svg("circle", { r: 6 }),
  );
  return new Marker({
    element: element("div", { class: "camera-marker" }, drawing),
    rotation: looking ? heading : 0,
    rotationAlignment: "map",
  }).setLngLat([lon, lat]);
}
