// SPDX-FileCopyrightText: 2026 Fachtag contributors
// SPDX-License-Identifier: EUPL-1.2
//
// Small comforts. Every page works without this file.

"use strict";

// Where autofocus is switched off or unknown, people still land on the list of what to correct.
window.addEventListener("load", () => {
  const summary = document.querySelector(".error-summary");
  if (summary && document.activeElement === document.body) summary.focus();
});

// A second press on the button while the first is on its way. The server would cope; the person need not wonder.
const WAIT = 10000; // milliseconds; then the form may be sent again, for instance after a lost connection
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "repeatable" in form.dataset) return; // files are fetched one after the other
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not `disabled`: that would take the button's own value out of what is sent, and the focus away.
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), WAIT);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

// Buttons that copy the field beside them; without this file they stay hidden, the field can be selected by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const done = button.parentElement.querySelector("[role=status]");
  if (!field) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // plain http in a house network has no clipboard object
    }
    if (done) done.textContent = button.dataset.done;
  });
}

// A question that hangs on an answer before it is hidden as long as that answer is not chosen. The server decides again.
for (const form of document.querySelectorAll("form")) {
  const depending = form.querySelectorAll("[data-only-if]");
  const update = () => {
    for (const one of depending) {
      const answer = form.querySelector(`input:is([type=radio], [type=checkbox])[name^="q-"][value="${one.dataset.onlyIf}"]`);
      if (answer) one.hidden = !answer.checked || answer.closest("[hidden]") !== null;
    }
  };
  if (!depending.length) continue;
  form.addEventListener("change", update);
  window.addEventListener("pageshow", update); // also after the browser has filled in what was typed before
  update();
}

// Wishes in order: buttons beside each select change it with its neighbour. Without this file people choose anew by hand.
for (const list of document.querySelectorAll("[data-wishes]")) {
  const selects = [...list.querySelectorAll("select")];
  if (selects.length < 2) continue;
  const said = document.createElement("p");
  said.className = "kern-sr-only";
  said.setAttribute("role", "status");
  list.append(said);
  selects.forEach((select, place) => {
    const row = document.createElement("div");
    row.className = "actions";
    if (place > 0) row.append(mover(list, select, selects[place - 1], "up", said));
    if (place < selects.length - 1) row.append(mover(list, select, selects[place + 1], "down", said));
    select.closest(".kern-form-input").append(row);
  });
}

function mover(list, from, to, way, said) {
  const button = document.createElement("button");
  const words = list.dataset[way];
  button.type = "button";
  button.className = "kern-btn kern-btn--tertiary";
  button.dataset.way = way;
  button.setAttribute("aria-label", `${words}: ${from.labels[0].textContent.trim()}`);
  const label = document.createElement("span");
  label.className = "kern-label";
  label.textContent = words;
  button.append(label);
  button.addEventListener("click", () => {
    [from.value, to.value] = [to.value, from.value];
    const hidden = to.closest("details");
    if (hidden) hidden.open = true;
    // The focus goes along with the wish, so that the next press moves it on.
    const field = to.closest(".kern-form-input");
    (field.querySelector(`[data-way="${way}"]`) ?? field.querySelector("[data-way]")).focus();
    said.textContent = "";
    requestAnimationFrame(() => (said.textContent = `${list.dataset.moved} ${to.labels[0].textContent.trim()}: ${to.selectedOptions[0].text}`));
  });
  return button;
}

// The language on top leads to the form's own button for it, which keeps what was typed: press it at once.
for (const link of document.querySelectorAll('a[href="#other-language"]')) {
  link.addEventListener("click", (event) => {
    const button = document.getElementById("other-language");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

// A reload keeps what was typed, as going back does by itself. It is noted with this entry of the tab's history alone; passwords
// never are. If somebody else has saved in between, the form has another version, and shows what is stored.
const NOTED = 300; // milliseconds after the last letter
const kept = [...document.querySelectorAll("form[method=post]")];
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type));
const versions = () => kept.map((form) => form.elements.version?.value ?? "").join();
let noting;

function valueOf(field) {
  if (field.options) return [...field.options].map((option) => option.selected);
  return /^(checkbox|radio)$/.test(field.type) ? field.checked : field.value;
}

function giveBack(field, value) {
  if (field.options) [...field.options].forEach((option, place) => (option.selected = value[place]));
  else if (/^(checkbox|radio)$/.test(field.type)) field.checked = value;
  else field.value = value;
}

function note() {
  const typed = kept.map((form) => fieldsOf(form).map((field) => [field.name, valueOf(field)]));
  history.replaceState({ typed, versions: versions() }, "");
}

document.addEventListener("input", (event) => {
  if (!kept.includes(event.target.form)) return;
  clearTimeout(noting);
  noting = setTimeout(note, NOTED);
});
window.addEventListener("load", () => {
  const way = performance.getEntriesByType("navigation")[0]?.type;
  if (!history.state?.typed || way === "navigate" || history.state.versions !== versions()) return;
  kept.forEach((form, place) => {
    const fields = fieldsOf(form);
    const typed = history.state.typed[place];
    if (fields.map((field) => field.name).join() !== typed.map(([name]) => name).join()) return;
    fields.forEach((field, number) => giveBack(field, typed[number][1]));
    form.dispatchEvent(new Event("change"));
  });
});
