# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda on paper: the day at a glance, then what happens in each round."""

from collections.abc import Iterator, Sequence

from app import documents
from app.documents import Block, Document
from app.events.models import Event
from app.events.rules import EventStatus
from app.programme.agenda import AgendaLine, RunView
from app.programme.credits import Credit, credit_lines
from app.programme.inside import SubItemView, needs_of_stands
from app.texts import gettext, language, moment, ngettext, span, times, times_in_parts


def agenda_document(
    day: Event,
    lines: Sequence[AgendaLine],
    here: str,
    named: Sequence[tuple[str, str]],
    logos: Sequence[tuple[bytes, str]],
    moderation: Sequence[Credit] = (),
) -> Document:
    """The released agenda as a PDF says it; `here` is the address of the page, `named` are those behind the day by role,
    `logos` PNGs with their words, `moderation` who moderates the day."""
    heads = [
        (gettext("Time"), False),
        (gettext("What"), False),
        (gettext("Kind"), False),
        (gettext("Where"), False),
    ]
    glance = [(_times(day, one), one.title, _word(one), one.room.where if one.room else "") for one in lines]
    when = span(day.starts_at, day.ends_at)
    return Document(
        title=f"{gettext('Agenda')}: {day.title}",
        language=language(),
        footer=gettext("As of %(moment)s", moment=moment(day.changed_at)),
        page=gettext("Page"),
        blocks=(
            *_called_off(day),
            documents.paragraph(f"{when}, {day.place}" if day.place else when),
            *map(documents.paragraph, credit_lines(moderation)),
            *_introduced(moderation),
            documents.table(gettext("Agenda of the day"), heads, glance, (0, 4, 2, 3)),
            documents.paragraph(gettext("What has changed since stands here: %(address)s", address=here)),
            *(block for line in lines for block in _told(day, line)),
            *_behind(named, logos),
        ),
    )


def whole_agenda(event: Event, lines: Sequence[AgendaLine]) -> Iterator[Block]:
    """Every line, with who facilitated it, under one heading; nothing without lines."""
    if lines:
        heads = gettext("Time"), gettext("What"), gettext("Facilitation"), gettext("Where")
        yield documents.heading(gettext("Agenda"))
        yield documents.table(
            gettext("Agenda of the day"),
            [(head, False) for head in heads],
            [row for line in lines for row in _agenda_rows(event, line)],
            (0, 4, 3, 2),
        )


def _agenda_rows(event: Event, line: AgendaLine) -> Iterator[tuple[str, str, str, str]]:
    yield _times(event, line), line.title, "", line.room.where if line.room else ""
    yield from (("", f"– {one.heading}", " · ".join(one.credits), "") for one in line.inside)
    for run in line.round.runs if line.round else ():
        notes = [] if run.takes_place else [gettext("does not take place")]
        if run.spans > 1:
            notes.append(ngettext("over %(num)d round", "over %(num)d rounds", run.spans))
        name = f"{run.label} {run.title}".strip() + (f" ({', '.join(notes)})" if notes else "")
        yield "", name, " · ".join(run.credits), run.where
        yield from (("", f"– {one.heading}", " · ".join(one.credits), "") for one in run.inside)


def _times(day: Event, line: AgendaLine) -> str:
    return times(line.starts_at, line.ends_at, dated=day.over_several_dates)


def _word(line: AgendaLine) -> str:
    return gettext("Workshops") if line.kind is None else line.kind.word


def _behind(named: Sequence[tuple[str, str]], logos: Sequence[tuple[bytes, str]]) -> Iterator[Block]:
    if named or logos:
        yield documents.heading(gettext("Who stands behind this day"))
        yield documents.facts(named)
        yield from documents.logos(logos)


def _called_off(day: Event) -> Iterator[Block]:
    if day.status is EventStatus.CANCELLED:
        yield documents.paragraph(gettext("The day had to be called off."))


def _told(day: Event, line: AgendaLine) -> Iterator[Block]:
    """What the glance leaves out, if there is anything."""
    runs, going_on = (line.round.runs, line.round.going_on) if line.round else ((), ())
    access = " · ".join(line.room.access) if line.room else ""
    more = line.subtitle, line.note, line.description, line.in_short, access, line.contributors, line.inside
    if not runs and not going_on and not any((*more, line.stands)):
        return
    yield documents.heading(f"{_times(day, line)}: {line.title}")
    yield from map(documents.paragraph, line.credits)
    yield from _introduced(line.contributors)
    if line.subtitle:
        yield documents.paragraph(line.subtitle)
    yield from documents.formatted(line.note)
    yield from documents.formatted(line.description)
    if line.in_short:
        yield documents.paragraph(" · ".join(line.in_short))
    yield from _nested(line.inside)
    if line.stands:
        yield documents.paragraph(gettext("Stands"), sticky=True)
        yield documents.items(one.line for one in line.stands)
    if access:
        yield documents.paragraph(access)
    if line.round and line.round.on_the_day:
        yield documents.paragraph(line.round.on_the_day)
    for run in going_on:
        if run.takes_place:
            title = f"{run.label} {run.title}".strip()
            yield documents.paragraph(gettext("“%(title)s” goes on.", title=title))
    for run in runs:
        yield documents.heading(f"{run.label} {run.title}".strip(), 3)
        about = " · ".join(_about(day, run))
        if about:
            yield documents.paragraph(about, sticky=bool(run.abstract))
        yield from documents.formatted(run.abstract, 4)
        said = "\n".join(run.about.in_lines())
        if said:
            yield documents.paragraph(said)
        yield from _introduced(run.contributors)
        yield from _nested(run.inside)


def stands_document(day: Event, lines: Sequence[AgendaLine]) -> Document:
    """The stands of these items for the house: what to put where, and where power is needed."""
    heads = [gettext("Table"), gettext("Organisation"), gettext("Power"), gettext("Note")]
    return Document(
        title=f"{gettext('Stands')}: {day.title}",
        language=language(),
        footer=day.title,
        page=gettext("Page"),
        blocks=tuple(block for line in lines for block in _stands_sheet(day, line, heads))
        or (documents.paragraph(gettext("No stand is entered yet.")),),
    )


def _stands_sheet(day: Event, line: AgendaLine, heads: Sequence[str]) -> Iterator[Block]:
    yield documents.heading(f"{_times(day, line)}: {line.title}")
    where = line.room.where if line.room else gettext("No room")
    yield documents.paragraph(f"{where}. {needs_of_stands(line.stands)}", sticky=True)
    rows = [
        (one.table_label, one.organisation, gettext("yes") if one.needs_power else "", one.note)
        for one in line.stands
    ]
    yield documents.table(line.title, [(head, False) for head in heads], rows, (2, 4, 1, 4))


def _nested(inside: Sequence[SubItemView]) -> Iterator[Block]:
    if inside:
        yield documents.items("; ".join((one.heading, *one.credits)) for one in inside)
    for one in inside:
        if one.note:
            yield documents.formatted_lines(one.note, f"{one.title}: ")
        yield from _introduced(one.contributors)


def _introduced(people: Sequence[Credit]) -> Iterator[Block]:
    for one in people:
        if one.about:
            yield documents.formatted_lines(one.about, f"{one.name}: ")


def _about(day: Event, run: RunView) -> Iterator[str]:
    if not run.takes_place:
        yield gettext("does not take place")
    if run.where:
        yield run.where
    yield from run.credits
    if run.in_parts:
        yield gettext("in parts: %(times)s", times=times_in_parts(run.parts, dated=day.over_several_dates))
    elif run.spans > 1:
        yield ngettext("over %(num)d round", "over %(num)d rounds", run.spans)
    if run.room:
        yield from run.room.access
