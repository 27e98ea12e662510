// The player: drives along a public drive, picture by picture, by keys, buttons or by itself.
//
// The law: what is on the screen is what the address names, and pictures that may not be shown are
// said and never skipped in silence when one steps by hand; played, they are passed over.

import { keep } from "./address.js";
import { camera } from "./camera.js";
import { element } from "./dom.js";
import { licence, pixels } from "./panel.js";
import { reportButton } from "./report.js";
import { fetchJson } from "./service.js";
import { number, parseDay, takenWords } from "./words.js";

export const SPEEDS = [0.5, 1, 2, 4, 8];
const PICTURES_PER_S = 1.5; // at speed 1
const FOLLOW = 0.3; // so far from the middle of the free view the camera moves without the map
const NARROW_PX = 640;

/** Index of the picture after `at` that can be shown, or null at the end. */
export function following(pictures, at, step = 1) {
  for (let index = at + step; index >= 0 && index < pictures.length; index += step) {
    if (pictures[index].thumbnail) return index;
  }
  return null;
}

/** The speed above or below another; it stays within SPEEDS. */
export function faster(speed, step) {
  const at = SPEEDS.indexOf(speed) + step;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))];
}

/** One drive at a time in a card of the page. */
export class Player {
  id = null;
  #pictures = [];
  #at = 0;
  #speed = 1;
  #timer = null;
  #camera = null;
  #back = null;

  constructor(map, card) {
    Object.assign(this, { map, card });
    card.addEventListener("keydown", (event) => this.#key(event));
  }

  get open() {
    return !this.card.hidden;
  }

  /** Begin at a picture by its id, "drive/n". */
  async start(id) {
    this.#stop();
    this.#back ??= document.activeElement;
    const [drive] = id.split("/");
    this.id = id;
    this.card.hidden = false;
    document.body.classList.add("with-player");
    this.card.replaceChildren(this.#top("Driving along"), element("div", { class: "picture skeleton" }));
    try {
      const pictures = await allOf(drive);
      if (this.id !== id) return;
      this.#pictures = pictures;
    } catch (problem) {
      const words = element("p", { class: "words", role: "alert" }, problem.message);
      this.card.replaceChildren(this.#top("That did not work"), words);
      return;
    }
    const at = this.#pictures.findIndex((picture) => picture.id === id);
    this.#show(Math.max(0, at));
    this.card.focus({ preventScroll: true });
  }

  close() {
    this.#stop();
    this.#camera?.remove();
    this.#camera = null;
    this.id = null;
    this.card.hidden = true;
    document.body.classList.remove("with-player");
    keep("picture", null);
    const back = this.#back?.isConnected ? this.#back : this.map.getCanvas();
    this.#back = null;
    back.focus({ preventScroll: true });
  }

  #show(index) {
    const focused = this.card.contains(document.activeElement)
      ? document.activeElement.getAttribute("data-control") : null;
    this.#at = index;
    const picture = this.#pictures[index];
    this.id = picture.id;
    keep("picture", picture.id);
    this.card.replaceChildren(...this.#children(picture));
    if (focused) this.card.querySelector(`[data-control="${focused}"]`)?.focus();
    this.#aim(picture);
    const next = this.#pictures[index + 1];
    if (next?.thumbnail) new Image().src = next.thumbnail;
  }

  #children(picture) {
    const day = parseDay(picture.day);
    const last = this.#pictures.length - 1;
    return [
      this.#top(`Picture ${number(this.#at + 1)} of ${number(last + 1)}`),
      this.#timer ? pixels({ ...picture, full: null }, day) : pixels(picture, day),
      element("p", { class: "words", role: this.#timer ? null : "status" },
        `${takenWords(picture)} · grade ${number(picture.grade)} · `, licence(picture)),
      element(
        "div", { class: "controls", role: "group", "aria-label": "Drive along" },
        control("previous", "Previous picture", "←", () => this.#step(-1), this.#at === 0),
        control("play", this.#timer ? "Pause" : "Play", this.#timer ? "❚❚" : "▶", () => this.#toggle()),
        control("next", "Next picture", "→", () => this.#step(1), this.#at === last),
        element("label", {}, "Speed ", this.#speeds()),
      ),
      reportButton(picture),
      element("p", { class: "words hint" }, "← → step, Space plays, + and − change the speed, Escape closes."),
    ];
  }

  #speeds() {
    const options = SPEEDS.map((speed) =>
      element("option", { value: speed, selected: speed === this.#speed }, `${speed}×`));
    const onchange = ({ target }) => this.#pace(Number(target.value));
    return element("select", { "data-control": "speed", "aria-label": "Speed", onchange }, options);
  }

  #top(title) {
    const close = { type: "button", class: "close", "aria-label": "Close", onclick: () => this.close() };
    return element("header", { class: "panel-top" }, element("h2", {}, title), element("button", close, "×"));
  }

  #key(event) {
    if (event.target.matches("select, textarea, input")) return;
    const does = {
      ArrowLeft: () => this.#step(-1),
      ArrowRight: () => this.#step(1),
      Home: () => this.#show(0),
      End: () => this.#show(this.#pictures.length - 1),
      " ": () => this.#toggle(),
      "+": () => this.#pace(faster(this.#speed, 1)),
      "-": () => this.#pace(faster(this.#speed, -1)),
    }[event.key];
    if (!does || !this.#pictures.length) return;
    if (event.key === " " && event.target.matches("button")) return;
    event.preventDefault();
    does();
  }

  #step(step) {
    this.#stop();
    const index = this.#at + step;
    this.#show(Math.min(this.#pictures.length - 1, Math.max(0, index)));
  }

  #toggle() {
    if (this.#timer) this.#stop();
    else this.#run();
    this.#show(this.#at);
  }

  #pace(speed) {
    this.#speed = speed;
    if (this.#timer) this.#run();
    this.#show(this.#at);
  }

  #run() {
    this.#stop();
    this.#timer = setInterval(() => {
      const next = following(this.#pictures, this.#at);
      if (next === null) this.#stop();
      this.#show(next ?? this.#at);
    }, 1000 / (PICTURES_PER_S * this.#speed));
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #aim(picture) {
    this.#camera?.remove();
    this.#camera = camera(picture).addTo(this.map);
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const card = this.card.getBoundingClientRect();
    const free = width <= NARROW_PX
      ? { left: 0, width, height: Math.max(card.top, 1) }
      : { left: card.right, width: width - card.right, height };
    const at = this.map.project([picture.lon, picture.lat]);
    const [x, y] = [at.x - free.left - free.width / 2, at.y - free.height / 2];
    if (Math.abs(x) > FOLLOW * free.width || Math.abs(y) > FOLLOW * free.height) {
      this.map.panBy([x, y], { animate: false });
    }
  }
}

async function allOf(drive) {
  const pictures = [];
  for (let first = 0; first !== null;) {
    const page = await fetchJson(`/v1/pictures/${drive}?first=${first}`);
    pictures.push(...page.pictures);
    first = page.next;
  }
  return pictures;
}

function control(name, label, sign, onclick, disabled = false) {
  const attributes = { type: "button", "data-control": name, "aria-label": label, title: label };
  // Not `disabled`: a button that loses the focus under a hand loses the keyboard, too.
  return element("button", { ...attributes, "aria-disabled": disabled ? "true" : null, onclick }, sign);
}
