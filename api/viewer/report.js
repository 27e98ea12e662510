// A person's word that a picture should be looked at again, or blurred more.

import { openDialog } from "./dialog.js";
import { element } from "./dom.js";
import { fetchJson } from "./service.js";

const KINDS = [
  ["blur", "A face or a licence plate can be read"],
  ["private", "My house, my car or I can be recognised"],
  ["wrong-place", "It was not taken here"],
  ["other", "Something else"],
];
const MOST_WORDS = 500;

/** A button that opens the form for a picture. */
export const reportButton = (picture) => element(
  "button", { type: "button", class: "quiet", "data-control": "report", onclick: () => ask(picture) },
  "Report, or ask for a blur",
);

function ask(picture) {
  const body = openDialog("What is wrong with this picture?");
  const choices = KINDS.map(([value, words], index) => element(
    "label", {},
    element("input", { type: "radio", name: "kind", value, checked: index === 0 }), ` ${words}`,
  ));
  const words = element("textarea", {
    name: "words", rows: 3, maxlength: MOST_WORDS, "aria-label": "In your words, if you like",
    placeholder: "In your words, if you like",
  });
  const said = element("p", { role: "status", class: "words" });
  const send = element("button", { type: "submit", class: "action" }, "Send");
  const form = element("form", { class: "report" }, element("fieldset", {}, choices), words, send, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const kind = form.elements.kind.value;
    try {
      await fetchJson(`/v1/pictures/${picture.id}/reports`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind, words: words.value }),
      });
      form.replaceChildren(said);
      said.textContent = "Thank you. The operator of this node will look at it.";
    } catch ({ message }) {
      send.disabled = false;
      said.textContent = message;
    }
  });
  body.append(form);
}
