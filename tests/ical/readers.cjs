// SPDX-FileCopyrightText: 2026 Fachtag contributors
// SPDX-License-Identifier: EUPL-1.2
// Reads calendars with the two JavaScript parsers. In: per line a JSON list of texts. Out: per line, for each text, a map
// reader -> events.
"use strict";
const { createInterface } = require("node:readline");
const ICAL = require("ical.js");
const nodeIcal = require("node-ical");

// A time without zone would silently take the zone of this machine.
function instant(time) {
  if (time.zone === ICAL.Timezone.floatingTimezone) throw new Error(`floating time ${time}`);
  return time.toJSDate().toISOString();
}

function withIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      starts: instant(event.startDate),
      ends: instant(event.endDate),
      summary: event.summary,
      description: event.description ?? "",
      location: event.location ?? "",
      sequence: event.sequence,
      status: component.getFirstPropertyValue("status"),
      method: calendar.getFirstPropertyValue("method"),
    };
  });
}

function withNodeIcal(text) {
  const parsed = Object.values(nodeIcal.sync.parseICS(text));
  return parsed.filter((part) => part.type === "VEVENT").map((event) => ({
    uid: event.uid,
    starts: event.start.toISOString(),
    ends: event.end.toISOString(),
    summary: event.summary,
    description: event.description ?? "",
    location: event.location ?? "",
    sequence: Number(event.sequence),
    status: event.status,
    method: event.method ?? null,
  }));
}

// A line of calendars in, a line of answers out, until the input ends.
createInterface({ input: process.stdin }).on("line", (line) => {
  const answers = JSON.parse(line).map((text) => ({ "ical.js": withIcalJs(text), "node-ical": withNodeIcal(text) }));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
});
