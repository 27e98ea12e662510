// Foresight: what a hand is about to choose is asked for before it does.
//
// The law: a hexagon is asked for once while its answer is fresh, whoever asks; a pointer that only
// passes over one asks for nothing. The first picture of what may be chosen is decoded, too, so that
// a click has nothing left to wait for.

import { fetchJson } from "./service.js";

const REST_MS = 50; // a pointer that stays so long on one hexagon may be about to choose it
const FRESH_MS = 10_000;
const MOST = 24;

const answers = new Map(); // by cell: what was asked, when, and the picture that came with it
let resting = null;

/** The node's answer of a cell: the one that is on its way, or came a moment ago, or a new one. */
export function answerOf(cell) {
  const known = answers.get(cell);
  if (known && performance.now() - known.asked < FRESH_MS) return known.answer;
  const answer = fetchJson(`/v1/cells/${cell}`);
  const entry = { answer, asked: performance.now(), image: null };
  answers.delete(cell);
  answers.set(cell, entry);
  if (answers.size > MOST) answers.delete(answers.keys().next().value);
  answer.then(
    ({ pictures: [first] }) => { entry.image = decoded(first?.thumbnail); },
    () => answers.get(cell) === entry && answers.delete(cell), // what failed is asked again
  );
  return answer;
}

/** The pointer is over a cell, or null: ask for it when it stays. */
export function rest(cell) {
  clearTimeout(resting);
  resting = cell && setTimeout(expect, REST_MS, cell);
}

/** A hand is about to choose a cell, or null: ask for it now. */
export function expect(cell) {
  if (cell) answerOf(cell).catch(() => {}); // told when it is chosen
}

/** A picture that is held, so that an element of its address has it at once. */
function decoded(address) {
  if (!address) return null;
  const image = new Image();
  image.src = address;
  image.decode().catch(() => {}); // the panel says what is wrong with it
  return image;
}
