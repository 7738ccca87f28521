# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of people as files: CSV and XLSX, row by row, so that a long list needs no more memory than a short one.

Files are German. The rule for cells stands in `app.spreadsheets`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from app.attendees.columns import LABELS, NAMES, OF_CONSENTS, OF_PERSON, Columns
from app.attendees.lists import ChosenRun, OnFile, PersonRow
from app.programme.models import Round
from app.registration.consents.models import Purpose
from app.registration.person import Kind, PersonField
from app.registration.questions.exports import answer_cell
from app.registration.questions.models import Question
from app.registration.rules import (
    ACTIVE,
    KEPT,
    PARTICIPATION_LABELS,
    STATUS_LABELS,
    Participation,
    PlaceState,
    Status,
)
from app.spreadsheets import WIDTH, Cell
from app.texts import force_locale, gettext

_WIDTHS = {"reference": 12, "status": 22, "waiting": 14} | {
    name: one.width for name, one in OF_PERSON.items()
}


def title() -> str:
    """Of the sheet."""
    with force_locale("de"):
        return str(gettext("Registrations"))


def headings(columns: Columns, rounds: Sequence[Round]) -> list[str]:
    """The first line: reference, names, then what was chosen; workshops are one column per round."""
    with force_locale("de"):
        head = [(name, gettext(LABELS[name])) for name in columns.names]
        names = [gettext(one.label) for one in NAMES]
    first = [label for name, label in head if name == "reference"]
    rest: list[str] = []
    for name, label in head:
        if name == "workshops":
            rest += [one.title for one in rounds]
        elif name != "reference":
            rest.append(label)
    return [*first, *names, *rest, *(one.label for one in columns.questions)]


def widths(columns: Columns, rounds: Sequence[Round]) -> list[int]:
    """Of the columns of `headings`, in letters."""
    first = [_WIDTHS[name] for name in columns.names if name == "reference"]
    rest: list[int] = []
    for name in columns.names:
        if name == "workshops":
            rest += [WIDTH] * len(rounds)
        elif name != "reference":
            rest.append(_WIDTHS.get(name, WIDTH))
    return [*first, *(one.width for one in NAMES), *rest, *([WIDTH] * len(columns.questions))]


def cells(
    rows: Iterable[PersonRow[OnFile]], columns: Columns, rounds: Sequence[Round]
) -> Iterator[list[Cell]]:
    """One line per person, in the columns of `headings`. Questions are never the sensitive ones: those leave as
    `counts` only (DP-04)."""
    with force_locale("de"):
        statuses = {status: gettext(label) for status, label in STATUS_LABELS.items()}
        waits, wants, kept = gettext("waiting list"), gettext("wish"), gettext(KEPT)
        answers = gettext("No"), gettext("Yes")
        ways = {one: gettext(label) for one, label in PARTICIPATION_LABELS.items()}
    say: dict[str, Callable[[PersonRow[OnFile]], Cell]] = {
        **{name: _typed_in(one, ways) for name, one in OF_PERSON.items()},
        **{name: _agreed_to(one, answers) for name, one in OF_CONSENTS.items()},
        "kind": lambda row: row.registration.kind,
        "district": lambda row: row.registration.district,
        "status": lambda row: _status(row.registration, statuses, kept),
        "waiting": lambda row: row.registration.waiting_number if _in_line(row.registration) else None,
        "quotas": lambda row: "; ".join(row.quotas),
        "registered": lambda row: row.registration.created_at,
        "confirmed": lambda row: row.registration.confirmed_at,
    }
    parts: list[Callable[[PersonRow[OnFile]], Cell]] = []
    for name in columns.names:
        if name == "workshops":
            parts += [_workshops_of(one, waits, wants) for one in rounds]
        elif name != "reference":
            parts.append(say[name])
    parts += [_answer_to(one) for one in columns.questions]
    with_reference = "reference" in columns
    for row in rows:
        one = row.registration
        first: list[Cell] = [one.reference] if with_reference else []
        yield [*first, *(one.typed_in[field.name] for field in NAMES), *(part(row) for part in parts)]


def _status(one: OnFile, statuses: Mapping[Status, str], kept: str) -> str:
    unnamed = one.status is Status.UNCONFIRMED and not one.typed_in["email"]
    return kept if unnamed else statuses[one.status]


def _typed_in(one: PersonField, ways: Mapping[Participation, str]) -> Callable[[PersonRow[OnFile]], Cell]:
    name = one.name
    if one.kind is Kind.WAY:
        return lambda row: ways[row.registration.typed_in[name]]
    return lambda row: row.registration.typed_in[name]


def _agreed_to(purpose: Purpose, answers: tuple[str, str]) -> Callable[[PersonRow[OnFile]], Cell]:
    return lambda row: answers[purpose in row.agreed]


def _workshops_of(round_: Round, waits: str, wants: str) -> Callable[[PersonRow[OnFile]], Cell]:
    number = round_.id
    return lambda row: "; ".join(
        _choice(choice, waits, wants) for choice in row.choices if number in choice.round_ids
    )


def _answer_to(question: Question) -> Callable[[PersonRow[OnFile]], Cell]:
    return lambda row: answer_cell(question, row.answers.get(question.id, ()))


def _in_line(registration: OnFile) -> bool:
    return registration.status in ACTIVE and not registration.has_seat


def _choice(choice: ChosenRun, waits: str, wants: str) -> str:
    run = f"{choice.label} {choice.title}"
    if choice.state is PlaceState.WAITING:
        return f"{run} ({waits} {choice.waiting_number})"
    return f"{run} ({wants})" if choice.state is PlaceState.WANTED else run
