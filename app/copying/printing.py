# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the next host has to know, on paper: how this day was made, who made it, what is still open. Nobody who took part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app import documents
from app.checklist.models import Task
from app.documents import Block, Document
from app.events.models import Event, Room, TeamMember
from app.formatting import plain
from app.people.rules import ROLE_LABELS
from app.programme.agenda import AgendaLine
from app.programme.printing import whole_agenda
from app.registration.questions.models import Question
from app.results.queries import AgreementView
from app.results.rules import LEVEL_LABELS, STATUS_LABELS
from app.texts import gettext, language, ngettext, short_day, span


@dataclass(frozen=True, slots=True)
class HandOver:
    """All that the paper tells of a day."""

    team: Sequence[TeamMember]
    rooms: Sequence[Room]
    lines: Sequence[AgendaLine]
    questions: Sequence[Question]
    tasks: Sequence[Task]
    agreements: Sequence[AgreementView]


def hand_over_document(event: Event, known: HandOver, here: str) -> Document:
    """`here` is the address of the public page."""
    heading = gettext("Hand-over")
    return Document(
        title=f"{heading}: {event.title}",
        language=language(),
        footer=event.title,
        page=gettext("Page"),
        blocks=(
            documents.facts(_day(event, here)),
            documents.paragraph(
                gettext(
                    "In this installation “New day from this one” on the day’s overview takes over what stands here;"
                    " the team of this day can do so and add you to the new team."
                )
            ),
            *_team(known.team),
            *whole_agenda(event, known.lines),
            *_rooms(known.rooms),
            *_questions(known.questions),
            *_tasks(known.tasks),
            *_agreements(known.agreements),
        ),
    )


def _day(event: Event, here: str) -> list[tuple[str, object]]:
    return [
        (gettext("When"), span(event.starts_at, event.ends_at)),
        (gettext("Where"), event.place),
        (gettext("Getting there and access"), event.venue_note),
        (gettext("Host"), event.lead_host.name if event.lead_host else ""),
        (gettext("Together with"), "; ".join(one.name for one in event.cohosts)),
        (gettext("Series"), event.series.name if event.series else ""),
        (gettext("For whom"), event.for_whom),
        (gettext("Fee"), event.fee_note),
        (gettext("Funding"), event.funding_note),
        (gettext("Seats"), event.capacity),
        (gettext("Contact"), " · ".join(one for one in (event.contact_name, event.contact_email) if one)),
        (gettext("On the web"), here),
    ]


def _team(team: Sequence[TeamMember]) -> Iterator[Block]:
    if team:
        rows = [(one.organiser.name, gettext(ROLE_LABELS[one.role]), one.organiser.email) for one in team]
        heads = gettext("Name"), gettext("Role"), gettext("Mail address")
        yield documents.heading(gettext("Team"))
        yield documents.table(
            gettext("Who worked on this day"), [(one, False) for one in heads], rows, (3, 2, 4)
        )


def _rooms(rooms: Sequence[Room]) -> Iterator[Block]:
    if rooms:
        told = [(one.where, one.seats or "", " · ".join(one.facts.access)) for one in rooms]
        heads = [(gettext("Room"), False), (gettext("Seats"), True), (gettext("Ways in"), False)]
        yield documents.heading(gettext("Rooms"))
        yield documents.table(gettext("Rooms of the day"), heads, told, (3, 0, 4))


def _questions(questions: Sequence[Question]) -> Iterator[Block]:
    if questions:
        yield documents.heading(gettext("Questions of the form"))
        yield documents.items(_question(one) for one in questions)


def _question(question: Question) -> str:
    options = ", ".join(one.label for one in question.offered)
    return f"{question.label} ({options})" if options else question.label


def _tasks(tasks: Sequence[Task]) -> Iterator[Block]:
    if tasks:
        heads = gettext("Task"), gettext("When"), gettext("Status")
        rows = [(one.text, distance(one.days_before), _state(one)) for one in tasks]
        yield documents.heading(gettext("Checklist"))
        yield documents.table(
            gettext("What was to be done, and when"), [(one, False) for one in heads], rows, (5, 3, 0)
        )


def _state(task: Task) -> str:
    return gettext("done") if task.done_at else gettext("open")


def distance(days_before: int) -> str:
    """ "14 days before", "on the day", "7 days after"."""
    if not days_before:
        return gettext("on the day")
    if days_before > 0:
        return ngettext("%(num)d day before", "%(num)d days before", days_before)
    return ngettext("%(num)d day after", "%(num)d days after", -days_before)


def _agreements(agreements: Sequence[AgreementView]) -> Iterator[Block]:
    yield documents.heading(gettext("Agreements that are still open"))
    if not agreements:
        yield documents.paragraph(gettext("None: nothing was agreed, or everything is done."))
        return
    heads = (
        gettext("Agreement"),
        gettext("Who takes care of it"),
        gettext("Level"),
        gettext("Until when"),
        gettext("Status"),
    )
    rows = [
        (
            plain(one.text),
            one.owner,
            gettext(LEVEL_LABELS[one.level]),
            short_day(one.due),
            gettext(STATUS_LABELS[one.status]),
        )
        for one in agreements
    ]
    yield documents.table(gettext("Open agreements"), [(one, False) for one in heads], rows, (4, 3, 2, 2, 2))
