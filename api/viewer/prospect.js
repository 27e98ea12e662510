// What a hexagon's next pass would earn: told when it is known, without making the panel wait.

import { element } from "./dom.js";
import { fetchJson } from "./service.js";
import { PAID_RESOLUTION, dateWords, parseDay, resolutionOf, tokens } from "./words.js";

/** A line of words about the next pass of a cell; empty until the node has answered. */
export function nextPass(cell) {
  const line = element("p", { class: "words next-pass" });
  if (resolutionOf(cell) === PAID_RESOLUTION) {
    fetchJson(`/v1/cells/${cell}/next-pass`).then(
      (answer) => line.append(...told(answer)),
      () => line.append("What its next pass would earn is not known just now."),
    );
  }
  return line;
}

function told({ refill_days: days, full_days: full, earns, rate_of: day }) {
  const share = Math.round((100 * days) / full);
  const rate = day ? `the rate of ${dateWords(parseDay(day))}` : "the policy's ceiling";
  return [
    "A pass today would earn up to ", element("b", {}, `${tokens(earns)} tokens`),
    ` (${share} % of a full reward, by ${rate}).`,
  ];
}
