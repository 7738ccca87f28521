// SPDX-FileCopyrightText: 2026 Fachtag contributors
// SPDX-License-Identifier: EUPL-1.2
//
// The timetable by mouse: whatever is dropped somewhere fills in the form of the page and sends it. Everything works without this
// file, by that form.

"use strict";

const form = document.getElementById("place");
const QUARTER = 15; // minutes, as in app/programme/timetable.py
let dragged = null; // what is dragged, and whether by its lower edge

if (form) {
  document.querySelectorAll(".only-script").forEach((one) => (one.hidden = false));
  document.querySelectorAll(".placed").forEach(prepare);
  document.querySelectorAll("td[data-at], .unplaced").forEach(receive);
}

function prepare(thing) {
  thing.draggable = true;
  thing.querySelectorAll("a").forEach((link) => (link.draggable = false)); // else the link would be dragged
  thing.addEventListener("dragstart", (event) => begin(event, thing, false));
  if (!("lasts" in thing.dataset) || !thing.closest("td")) return;
  const edge = document.createElement("div");
  edge.className = "placed__edge";
  edge.draggable = true;
  edge.addEventListener("dragstart", (event) => begin(event, thing, true));
  thing.append(edge);
}

function begin(event, thing, edge) {
  event.stopPropagation();
  event.dataTransfer.setData("text/plain", thing.dataset.key); // Firefox drags nothing without data
  event.dataTransfer.effectAllowed = "move";
  dragged = { thing, edge };
}

function receive(place) {
  place.addEventListener("dragover", (event) => {
    if (!dragged || !fits(place)) return;
    event.preventDefault();
    place.classList.add("receiving");
  });
  place.addEventListener("dragleave", () => place.classList.remove("receiving"));
  place.addEventListener("drop", (event) => {
    place.classList.remove("receiving");
    if (!dragged || !fits(place)) return;
    event.preventDefault();
    if (dragged.edge) resize(place, event);
    else move(place, event);
    dragged = null;
  });
}

// A workshop without a round has no time that it could keep; an end has no room.
function fits(place) {
  const { thing, edge } = dragged;
  return place.matches("td") ? !edge || place.dataset.room === thing.closest("td").dataset.room : !edge && Boolean(thing.dataset.start);
}

function move(place, event) {
  const at = place.matches("td") ? clock(quarter(place, event)) : dragged.thing.dataset.start;
  send(place.dataset.room, place.dataset.date ?? dragged.thing.closest("td")?.dataset.date, at, "");
}

function resize(place, event) {
  const cell = dragged.thing.closest("td");
  send(cell.dataset.room, cell.dataset.date, dragged.thing.dataset.start, clock(quarter(place, event) + QUARTER));
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

function send(room, date, start, end) {
  const fields = form.elements;
  fields.what.value = dragged.thing.dataset.key;
  fields.room_id.value = room;
  if (fields.date && date) fields.date.value = date;
  fields.start.value = start.padStart(5, "0");
  fields.end.value = end;
  form.requestSubmit();
}
