// My statement, after signing in: `roadcomb rewards --open` makes a link that opens it once.
//
// The laws: the link's token leaves the address before anything else is asked, is sent to the node
// alone and once, and what it is exchanged for lives in this tab only, until it is closed.

import { keep, partIn } from "./address.js";
import { openDialog } from "./dialog.js";
import { element } from "./dom.js";
import { goToCell } from "./search.js";
import { fetchJson } from "./service.js";
import { counted, dateWords, number, parseDay, tokens } from "./words.js";

const SLOT = "roadcomb session";
const MOST_ROWS = 50;

/** The signed header in a link's fragment, or null for nonsense. */
export function signedIn(hash) {
  const token = partIn(hash, "signin");
  if (!token || !/^[A-Za-z0-9_-]{40,1000}$/.test(token)) return null;
  try {
    const text = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    return /^[\x20-\x7e]+$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** Take the link out of the address; what it says, or null where there is none. */
export function takeLink() {
  if (partIn(location.hash, "signin") === null) return null;
  const link = { header: signedIn(location.hash) };
  keep("signin", null);
  return link;
}

/** Sign in by a link that was taken, and show the statement; the page's button shows it again. */
export async function arrive(link, page) {
  const button = document.getElementById("mine");
  button.onclick = () => show(page);
  if (link) await exchange(link.header);
  button.hidden = !sessionStorage.getItem(SLOT);
  if (link) await show(page);
}

async function exchange(header) {
  sessionStorage.removeItem(SLOT);
  if (!header) return;
  const answer = await fetchJson("/v1/sessions", { method: "POST", headers: { Authorization: header } })
    .catch(() => null); // said by the dialog, which finds no session
  if (answer) sessionStorage.setItem(SLOT, answer.session);
}

async function show(page) {
  const body = openDialog("My statement");
  body.append(element("p", { class: "words", role: "status" }, "Asking the node…"));
  try {
    body.replaceChildren(...told(await statement(), body, page));
  } catch (problem) {
    if (problem.status === 401) forget();
    body.replaceChildren(
      element("p", { class: "words", role: "alert" }, problem.message),
      element("p", { class: "words" }, "On the machine with your key:"),
      element("p", { class: "words" }, element("code", {}, `roadcomb rewards --to ${location.origin} --open`)),
    );
  }
}

const bearer = () => ({ headers: { Authorization: `Bearer ${sessionStorage.getItem(SLOT)}` } });

async function statement() {
  const first = await fetchJson("/v1/sessions/statement", bearer());
  const drives = [...first.drives];
  for (let next = first.next; next;) {
    const page = await fetchJson(`/v1/sessions/statement?after=${next}`, bearer());
    drives.push(...page.drives);
    next = page.next;
  }
  return { ...first, drives };
}

function forget() {
  sessionStorage.removeItem(SLOT);
  document.getElementById("mine").hidden = true;
}

function told({ drives, epochs, address, stake, demand }, body, page) {
  const close = () => body.closest("dialog").close();
  const earned = epochs.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const leave = async () => {
    await fetch("/v1/sessions", { method: "DELETE", ...bearer() }).catch(() => null);
    forget();
    close();
  };
  const goes = (act) => (event) => {
    event.preventDefault();
    close();
    act();
  };
  return [
    element("p", { class: "words" }, element("b", { class: "sum" }, `${tokens(earned)} tokens`),
      ` in ${counted(epochs.length, "day")}, `,
      address ? `paid to ${address}.` : "bound to no address yet: roadcomb init --payout."),
    ...stake.words.map((words) => element("p", { class: "words" }, `${words}.`)),
    ...demand.map((night) => element("p", { class: "words" }, `${night.day}: ${night.words}.`)),
    ...[...epochs].reverse().map((epoch) => day(epoch, (cell) => goes(() => goToCell(cell, page)))),
    element("h3", {}, counted(drives.length, "drive")),
    element("ul", { class: "drives" }, drives.map((each) =>
      drive(each, goes(() => page.player.start(`${each.public_id}/0`))))),
    element("button", { type: "button", class: "quiet leave", onclick: leave }, "Sign out"),
  ];
}

function day({ day: iso, amount, rows, why, devices, fleet }, goTo) {
  const shown = rows.slice(0, MOST_ROWS);
  const head = ["Hexagon", "Grade", "Tokens", "Why not more"].map((name) =>
    element("th", { scope: "col" }, name));
  return element(
    "details", {},
    element("summary", {}, `${dateWords(parseDay(iso))}: ${tokens(amount)} tokens, `,
      counted(rows.length, "hexagon pass", "hexagon passes")),
    [why, ...devices.map(deviceWords), ...fleetWords(fleet)].filter(Boolean).map((words) =>
      element("p", { class: "words" }, sentences(words))),
    element("div", { class: "scroll" }, element("table", {},
      element("thead", {}, element("tr", {}, head)), element("tbody", {}, shown.map((each) => row(each, goTo(each.cell)))))),
    rows.length > shown.length
      ? element("p", { class: "words" }, `${number(rows.length - shown.length)} more: roadcomb rewards --rows`)
      : null,
  );
}

const deviceWords = ({ device, why }) => why && `Device ${device.slice(0, 12)}: ${why}`;

function fleetWords({ gave, received }) {
  const came = received.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return [
    gave && `${tokens(gave.amount)} tokens of these went to your fleet's manager.`,
    received.length && `${tokens(came)} tokens more came from ${counted(received.length, "driver")} of your fleet.`,
  ];
}

const sentences = (why) => [why].flat().filter(Boolean).join(" ");

function row({ cell, grade, amount, why }, onclick) {
  return element(
    "tr", {},
    element("td", {}, element("a", { href: `#cell=${cell}`, onclick }, cell)),
    element("td", {}, number(grade)),
    element("td", {}, tokens(amount)),
    element("td", {}, sentences(why)),
  );
}

function drive({ public_id: id, state, verdict, offered, accepted, held, rejected, pending, why }, onclick) {
  const counts = Object.entries({ accepted, held, rejected, pending })
    .filter(([, count]) => count).map(([name, count]) => `${number(count)} ${name}`);
  const words = `${counted(offered, "frame")}: ${counts.join(", ") || "none judged"}`;
  const name = accepted ? element("a", { href: `#picture=${id}/0`, onclick }, verdict ?? state) : verdict ?? state;
  return element("li", {}, element("b", {}, name), ` · ${words}${why ? `. ${why}` : ""}`);
}
