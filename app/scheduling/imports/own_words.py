# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Our own schedules read back: which entry is a run, and what is said of its workshop.

The XML has no more than words for it, in which the facts of a workshop can be found again; the JSON has them under `x-fachtag`.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from app.programme.workshop_facts import WORKSHOP_FACTS, WorkshopFacts, facts_in_lines
from app.scheduling.imports.values import LONGEST_LABEL, AsRun, Entry, line_of, text_of


def is_run(entry: Entry) -> bool:
    """Of a schedule of ours: runs have odd numbers, items even ones."""
    return entry.number.isdecimal() and int(entry.number[-1]) % 2 == 1


def run_of_lines(entry: Entry) -> Entry:
    """An entry of our XML: its title begins with the number of the run, its description says the facts of the workshop."""
    if not is_run(entry):
        return entry
    label, title = labelled(entry.title)
    said, rest = facts_in_lines(entry.description)
    return replace(
        entry,
        title=title,
        description=rest,
        run=AsRun(label, facts_of(entry, title, said, spoken="language" in said), round_title=entry.subtitle),
    )


def labelled(title: str) -> tuple[str, str]:
    """ "1.2 Beraten" as "1.2" and "Beraten"."""
    label, _, rest = title.partition(" ")
    return (label, rest.strip()) if rest.strip() and len(label) <= LONGEST_LABEL else ("", title)


def facts_of(entry: Entry, title: str, said: Mapping[str, Any], *, spoken: bool = True) -> WorkshopFacts:
    """What an entry says of its workshop. `spoken`: its language is one of its own, not that of the day."""
    lines = {
        one.name: text_of(one.name, str(said.get(one.name) or ""))
        if WORKSHOP_FACTS[one.name].rows
        else line_of(one.name, str(said.get(one.name) or ""), WORKSHOP_FACTS[one.name].longest)
        for one in fields(WorkshopFacts)
        if one.name not in {"title", "undocumented", "language"}
    }
    return WorkshopFacts(
        **{
            **lines,
            "title": title,
            "abstract": entry.abstract,
            "track": entry.track,
            "language": entry.language if spoken else "",
        },
        undocumented=bool(said.get("undocumented")),
    )
