// What is drawn: the node's style, dressed in the viewer's colours, and what only a viewer needs.

import { SHADES, filterOf } from "./look.js";

export const CELLS = "cells"; // source, and layer in its tiles
export const FILL = "cells-fill";
const EMPTY = { type: "FeatureCollection", features: [] };
const STATE = (name) => ["boolean", ["feature-state", name], false];

/** A whole MapLibre style: `source` is the TileJSON of the cells, `look` of look.js. */
export function mapStyle(source, today, colours, look) {
  return {
    version: 8,
    sources: {
      [CELLS]: { ...source, type: "vector", promoteId: { [CELLS]: "cell" } },
      graticule: { type: "geojson", data: EMPTY },
      pictures: { type: "geojson", data: EMPTY },
    },
    layers: layers(today, colours, look),
  };
}

/** Dress a drawn map anew: another day, another colour scheme, or another look. */
export function dress(map, today, colours, look) {
  for (const { id, paint, filter } of layers(today, colours, look)) {
    if (filter) map.setFilter(id, filter);
    for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
  }
}

function layers(today, colours, look) {
  const shade = SHADES[look.shade].colour(today, colours);
  const cells = { source: CELLS, "source-layer": CELLS, filter: filterOf(look) };
  return [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
    {
      id: "graticule", type: "line", source: "graticule",
      paint: { "line-color": colours.line, "line-width": 1 },
    },
    {
      id: "cells-glow", type: "line", ...cells,
      paint: {
        "line-color": shade,
        "line-opacity": colours.glow,
        "line-width": zoomed(4, 34),
        "line-blur": zoomed(4, 30),
      },
    },
    {
      id: FILL, type: "fill", ...cells,
      paint: { "fill-color": shade, "fill-antialias": false },
    },
    {
      id: "cells-edge", type: "line", ...cells,
      paint: { "line-color": colours.ground, "line-width": zoomed(0.6, 3) },
    },
    {
      id: "cells-chosen", type: "line", ...cells, layout: { "line-join": "round" },
      paint: {
        "line-color": colours.chosen,
        "line-width": ["case", STATE("chosen"), 3, STATE("hover"), 1.5, 0],
      },
    },
    {
      id: "pictures", type: "circle", source: "pictures",
      paint: {
        "circle-radius": 3.5,
        "circle-color": colours.chosen,
        "circle-stroke-color": colours.ground,
        "circle-stroke-width": 1.5,
      },
    },
  ];
}

/** Within one integer zoom a hexagon grows from about 9 to 24 pixels, past 16 it doubles on. */
function zoomed(small, large) {
  return ["interpolate", ["exponential", 2], ["zoom"], 15, small, 19, large];
}

/** GeoJSON points of where pictures were taken. */
export function pictureFeatures(pictures) {
  const features = pictures.map(({ id, lat, lon }) => ({
    type: "Feature",
    properties: { id },
    geometry: { type: "Point", coordinates: [lon, lat] },
  }));
  return { type: "FeatureCollection", features };
}
