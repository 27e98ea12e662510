// A dialog over the page: the browser keeps the keyboard inside and gives it back at the end.

import { element } from "./dom.js";

/** Open a dialog with a title; `closed` is called once it is gone. Answers its body. */
export function openDialog(title, closed = () => {}) {
  document.querySelector("dialog[open]")?.close();
  const body = element("div", { class: "dialog-body" });
  const close = { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() };
  const top = element("header", { class: "panel-top" }, element("h2", {}, title), element("button", close, "×"));
  const dialog = element("dialog", { class: "card dialog", "aria-label": title }, top, body);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  return body;
}
