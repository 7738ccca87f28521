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
from app.texts import gettext, language, moment, ngettext, span, times


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
    """Everything that took place, with who facilitated it, under one heading; nothing without lines."""
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
    for run in line.round.runs if line.round else ():
        room = run.room.where if run.room else ""
        yield "", f"{run.label} {run.title}".strip(), " · ".join(run.credits), room


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
    runs = line.round.runs if line.round else ()
    access = " · ".join(line.room.access) if line.room else ""
    texts = "\n\n".join(one for one in (line.subtitle, line.note, line.description, *line.in_short) if one)
    if not runs and not texts and not access and not line.contributors:
        return
    yield documents.heading(f"{_times(day, line)}: {line.title}")
    yield from map(documents.paragraph, line.credits)
    yield from _introduced(line.contributors)
    yield from documents.paragraphs(texts)
    if access:
        yield documents.paragraph(access)
    for run in runs:
        yield documents.heading(f"{run.label} {run.title}".strip(), 3)
        about = " · ".join(_about(run))
        if about:
            yield documents.paragraph(about, sticky=bool(run.abstract))
        yield from documents.paragraphs(run.abstract)
        yield from documents.paragraphs("\n".join(run.about.in_lines()))
        yield from _introduced(run.contributors)


def _introduced(people: Sequence[Credit]) -> Iterator[Block]:
    for one in people:
        if one.about:
            yield documents.paragraph(f"{one.name}: {one.about}")


def _about(run: RunView) -> Iterator[str]:
    if not run.takes_place:
        yield gettext("does not take place")
    if run.room:
        yield run.room.where
    yield from run.credits
    if run.spans > 1:
        yield ngettext("over %(num)d round", "over %(num)d rounds", run.spans)
    if run.room:
        yield from run.room.access
