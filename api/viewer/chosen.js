// The chosen hexagon: told in the panel, marked on the map, kept in the address.
//
// The law: the panel and its picture come first. Whatever makes the map draw waits until they are on
// the screen, for where a processor draws it, a frame of the map holds the whole page up.

import { comparedIn, keep } from "./address.js";
import { camera } from "./camera.js";
import { compare } from "./compare.js";
import { answerOf } from "./foresight.js";
import { painted } from "./graphics.js";
import { CELLS, pictureFeatures } from "./layers.js";
import { failed, known, loading } from "./panel.js";
import { nextPass } from "./prospect.js";

const SIDE_PANEL_PX = 416; // the panel and its margins, on a wide page
const NARROW_PX = 640;
const PATIENCE_MS = 120; // a panel that is there sooner need not say that it is looked up

/** What of the map one hexagon at a time is the chosen one of; `today()` is the node's day. */
export class Chosen {
  cell = null;
  #answer = null;
  #shown = 0;
  #marked = null;
  #camera = null;
  #next = null;

  /** `play(id)` drives along from a picture; frames: of a map that a processor draws, or null. */
  constructor(map, panel, today, play, frames) {
    Object.assign(this, { map, panel, today, play, frames });
  }

  /** Choose a cell by its H3 index in hex, and ask the node about it. */
  async open(cell) {
    this.cell = cell;
    this.#answer = null;
    this.#shown = 0;
    this.frames?.hold();
    keep("cell", cell);
    const waits = setTimeout(() => this.#fill(loading(() => this.close())), PATIENCE_MS);
    try {
      const answer = await answerOf(cell);
      if (this.cell !== cell) return;
      this.#answer = answer;
    } catch (problem) {
      if (this.cell !== cell) return;
      this.#fill(failed(problem, () => this.close(), () => this.open(cell)));
      this.#place();
      return;
    } finally {
      clearTimeout(waits);
    }
    this.#next = null;
    this.#tell();
    this.#next = nextPass(cell);
    this.panel.querySelector(".facts").before(this.#next);
    await painted(this.panel.querySelector("img.picture"));
    if (this.cell !== cell) return;
    this.frames?.release();
    this.#place();
    this.#uncover();
    const days = comparedIn(location.hash);
    if (days && this.#answer.history.length) await compare(this.#answer, days);
  }

  /** Choose none; `toMap` hands the keyboard back to the map. */
  close(toMap = true) {
    this.cell = null;
    this.#answer = null;
    this.#fill([]);
    this.#place();
    if (toMap) this.map.getCanvas().focus({ preventScroll: true });
  }

  /** Draw what is known, again when the day has changed or another picture is shown. */
  draw() {
    if (!this.#answer) return;
    this.#tell();
    this.#place();
  }

  #tell() {
    const show = (index) => {
      this.#shown = index;
      this.draw();
      this.panel.querySelector('[aria-pressed="true"]').focus();
    };
    const acts = {
      close: () => this.close(), show, play: this.play, compare: () => compare(this.#answer),
    };
    this.#fill(known(this.#answer, this.today(), this.#shown, this.#next, acts));
  }

  /** On the map: the hexagon's mark, dots of its pictures, the camera of the one that is shown. */
  #place() {
    const pictures = this.#answer?.pictures ?? [];
    if (this.#marked !== this.cell) {
      this.#mark(this.#marked, false);
      this.#mark(this.cell, true);
      this.#marked = this.cell;
    }
    this.map.getSource("pictures")?.setData(pictureFeatures(pictures));
    this.#aim(pictures[this.#shown]);
  }

  #mark(cell, chosen) {
    if (!cell) return;
    this.map.setFeatureState({ source: CELLS, sourceLayer: CELLS, id: cell }, { chosen });
  }

  #fill(children) {
    keep("cell", this.cell);
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
