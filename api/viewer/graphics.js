// What draws the map: a graphics card, or the processor, which has better things to do.

const MOST_MS = 400; // so long a picture or a hand may keep the map waiting
const DRAG_PX = 3;
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * Whether a graphics card draws. Without one a frame of the map holds the page up, and smooth edges
 * double its time. Browsers that draw by software name it; their own sign of it (a major performance
 * caveat) is not given by all.
 */
export function isAccelerated() {
  const context = document.createElement("canvas").getContext("webgl2");
  const named = context?.getExtension("WEBGL_debug_renderer_info");
  const renderer = named ? context.getParameter(named.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(renderer);
}

/** When the page has been painted, and with it the image it waits for. */
export async function painted(image) {
  const late = new Promise((done) => { setTimeout(done, MOST_MS); });
  await Promise.race([late, image ? image.decode().catch(() => {}) : null]);
  await Promise.race([late, new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); })]);
}

/**
 * The frames of a map that a processor draws: one that nothing has changed in is drawn when a button
 * goes up, just before the click is told. Held from the press on, it comes after the panel.
 */
export class Frames {
  #held = null;
  #wanted = false;
  #draw;

  constructor(map) {
    this.#draw = map.triggerRepaint.bind(map);
    map.triggerRepaint = () => {
      if (this.#held) this.#wanted = true;
      else this.#draw();
    };
    const canvas = map.getCanvasContainer();
    let pressed = null;
    canvas.addEventListener("pointerdown", ({ clientX, clientY }) => {
      pressed = [clientX, clientY];
      this.hold();
    }, { capture: true });
    canvas.addEventListener("pointermove", ({ buttons, clientX, clientY }) => {
      if (!buttons || !pressed) return;
      const [x, y] = pressed;
      if (Math.hypot(clientX - x, clientY - y) > DRAG_PX) this.release();
    }, { capture: true });
  }

  /** No frame, until it is released or too long ago. */
  hold() {
    clearTimeout(this.#held);
    this.#held = setTimeout(() => this.release(), MOST_MS);
  }

  release() {
    clearTimeout(this.#held);
    this.#held = null;
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#draw();
  }
}
