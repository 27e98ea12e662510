// Lines of latitude and longitude: the whole background, so that no other map is needed.

const STEPS = [
  45, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002,
];
const LINES = 4; // at least so many across a view
const POLE = 85.06; // Web Mercator's edge

/** Degrees between lines for a view so many degrees wide. */
export const stepFor = (span) => STEPS.find((step) => span / step >= LINES) ?? STEPS.at(-1);

/** Multiples of `step` in [low, high], free of rounding noise. */
export function ticks(low, high, step) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const values = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) {
    values.push(Number((n * step).toFixed(digits)));
  }
  return values;
}

/** GeoJSON of the lines in a view and somewhat around it. */
export function graticule({ west, south, east, north }) {
  const step = stepFor(east - west);
  const [dx, dy] = [(east - west) / 2, (north - south) / 2];
  const [left, right] = [west - dx, east + dx];
  const [bottom, top] = [Math.max(-POLE, south - dy), Math.min(POLE, north + dy)];
  const lines = [
    ...ticks(left, right, step).map((x) => [[x, bottom], [x, top]]),
    ...ticks(bottom, top, step).map((y) => [[left, y], [right, y]]),
  ];
  return {
    type: "Feature",
    properties: {},
    geometry: { type: "MultiLineString", coordinates: lines },
  };
}
