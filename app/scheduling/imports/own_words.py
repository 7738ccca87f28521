# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Our own schedules read back: which entry is a run, and what is said of its workshop.

The XML has no more than words for it, in which the facts of a workshop can be found again; the JSON has them under `x-fachtag`.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from app.folding import clean_text
from app.programme.agenda import AgendaLine
from app.programme.schedule import inside_in_lines
from app.programme.workshop_facts import WORKSHOP_FACTS, WorkshopFacts, facts_in_lines
from app.scheduling.imports.matching import Held
from app.scheduling.imports.values import LONGEST_LABEL, AsRun, Entry, line_of, printable, text_of
from app.texts import force_locale


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


def without_inside(entry: Entry, known: Held, spoken: str) -> Entry:
    """Without the words and the names that we put into it for short talks and stands: those stay in the day as they are. Of who
    has a role the file says where they contribute. `spoken` is the language of the day."""
    holder = known if isinstance(known, AgendaLine) else known.run
    with force_locale(spoken):
        lines = inside_in_lines(holder.inside, holder.stands if isinstance(holder, AgendaLine) else ())
        said = clean_text(printable("\n".join(lines)))
    own = {one.who for one in holder.contributors}
    elsewhere = {who.who for one in holder.inside for who in one.contributors} - own
    return replace(
        entry,
        description=entry.description.removesuffix(said).rstrip("\n"),
        people=tuple(one for one in entry.people if one.role is not None or one.who not in elsewhere),
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
