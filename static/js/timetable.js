// SPDX-FileCopyrightText: 2026 Fachtag contributors
// SPDX-License-Identifier: EUPL-1.2
//
// The timetable by mouse, pen or finger: whatever is dropped somewhere fills in the form of the page and sends it. Everything works
// without this file, by that form.

"use strict";

const form = document.getElementById("place");
const QUARTER = 15; // minutes, as in app/programme/timetable.py
const HOLD = 400; // milliseconds: a finger that moves sooner scrolls the page
const SPARED = 100; // milliseconds in which the press that ends it is none
const FAR = 6; // pixels: less is a click
const EDGE = 48; // pixels from the end of the window: what is held there scrolls it
let held = null; // { thing, edge: whether by its lower edge, pointer, x, y, lifted }

if (form) {
  document.querySelectorAll(".only-script").forEach((one) => (one.hidden = false));
  document.querySelectorAll(".placed").forEach(prepare);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => event.key === "Escape" && letGo());
  document.addEventListener("touchmove", (event) => held?.lifted && event.preventDefault(), { passive: false }); // no scrolling meanwhile
}

function prepare(thing) {
  thing.classList.add("movable");
  thing.addEventListener("dragstart", (event) => event.preventDefault()); // else the link in it would be dragged
  thing.addEventListener("contextmenu", (event) => held?.lifted && event.preventDefault()); // of a finger that holds
  thing.addEventListener("pointerdown", (event) => hold(event, thing, false));
  if (!("lasts" in thing.dataset) || !thing.closest("td")) return;
  const edge = document.createElement("div");
  edge.className = "placed__edge";
  edge.addEventListener("pointerdown", (event) => hold(event, thing, true));
  thing.append(edge);
}

function hold(event, thing, edge) {
  if (event.button !== 0 || held) return;
  event.stopPropagation();
  held = { thing, edge, pointer: event.pointerId, x: event.pageX, y: event.pageY, lifted: false };
  if (event.pointerType === "touch") held.waits = setTimeout(lift, HOLD);
}

function lift() {
  held.waits = undefined;
  held.lifted = true;
  held.thing.setPointerCapture(held.pointer); // its end is heard outside of the window, too
  held.thing.classList.add("lifted"); // what lies below it is what is pointed at
  document.addEventListener("click", spare, { capture: true });
}

function move(event) {
  if (held?.pointer !== event.pointerId) return;
  if (!held.lifted) {
    if (Math.hypot(event.pageX - held.x, event.pageY - held.y) < FAR) return;
    if (held.waits !== undefined) return letGo();
    lift();
  }
  if (!held.edge) held.thing.style.translate = `${event.pageX - held.x}px ${event.pageY - held.y}px`;
  if (event.clientY < EDGE) scrollBy(0, -EDGE / 2);
  else if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 2);
  mark(placeUnder(event));
}

function drop(event) {
  if (held?.pointer !== event.pointerId) return;
  const { thing, edge, lifted } = held;
  const place = lifted ? placeUnder(event) : null;
  if (place && edge) resize(thing, place, event);
  else if (place) put(thing, place, event);
  letGo();
}

function letGo() {
  if (!held) return;
  clearTimeout(held.waits);
  held.thing.classList.remove("lifted");
  held.thing.style.translate = "";
  mark(null);
  held = null;
  setTimeout(() => document.removeEventListener("click", spare, { capture: true }), SPARED);
}

// The end of dragging is no press on the link below.
function spare(event) {
  event.preventDefault();
  event.stopPropagation();
}

function mark(place) {
  document.querySelectorAll(".receiving").forEach((one) => one !== place && one.classList.remove("receiving"));
  place?.classList.add("receiving");
}

function placeUnder(event) {
  const place = document.elementFromPoint(event.clientX, event.clientY)?.closest("td[data-at], .unplaced");
  return place && fits(place) ? place : null;
}

// A workshop without a round has no time that it could keep; an end has no room.
function fits(place) {
  const { thing, edge } = held;
  return place.matches("td") ? !edge || place.dataset.room === thing.closest("td").dataset.room : !edge && Boolean(thing.dataset.start);
}

function put(thing, place, event) {
  const at = place.matches("td") ? clock(quarter(place, event)) : thing.dataset.start;
  send(thing, place.dataset.room, place.dataset.date ?? thing.closest("td")?.dataset.date, at, "");
}

function resize(thing, place, event) {
  const cell = thing.closest("td");
  send(thing, cell.dataset.room, cell.dataset.date, thing.dataset.start, clock(quarter(place, event) + QUARTER));
}

// Minutes after midnight: of the cell, and of how far down in it.
function quarter(place, event) {
  const box = place.getBoundingClientRect();
  const down = Math.floor(((event.clientY - box.top) / box.height) * Number(place.dataset.quarters));
  const [hours, minutes] = place.dataset.at.split(":").map(Number);
  return hours * 60 + minutes + Math.max(down, 0) * QUARTER;
}

function clock(minutes) {
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function send(thing, room, date, start, end) {
  const fields = form.elements;
  fields.what.value = thing.dataset.key;
  fields.room_id.value = room;
  if (fields.date && date) fields.date.value = date;
  fields.start.value = start.padStart(5, "0");
  fields.end.value = end;
  form.requestSubmit();
}
