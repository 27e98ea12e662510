// A camera on the map: where a picture was taken, and where it looked.

import { Marker } from "./vendor/maplibre-gl.mjs";
import { element, svg } from "./dom.js";

/** A marker of a picture's place and heading, for a map. */
export function camera({ lat, lon, heading }) {
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
