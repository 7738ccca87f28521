# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of people as files: CSV and XLSX, row by row, so that a long list needs no more memory than a short one.

**The rule for cells (SEC-08, T29).** People type in their names themselves, and a spreadsheet calculates a cell that
begins with a formula sign. In CSV, a text whose first letter, after white space, invisible signs and quotation marks,
is one of `= + - @` (also in their full-width forms), or that begins with a tab or a line end, gets an apostrophe in
front: `=SUM(1)` leaves as `'=SUM(1)`. `unescape_cell` takes exactly that apostrophe away again, so a list that comes
back is what went out. Texts with an apostrophe of their own (`O'Neil`) stay as they are. In XLSX every text is
written as a text cell and needs no apostrophe.

CSV is UTF-8 with a byte order mark, separated by semicolons, lines end with CR LF: what German spreadsheets open by
a double click. Numbers and times are written as such in XLSX; times are those of Berlin. Files are German.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from app.clock import BERLIN
from app.organisations.rules import KIND_LABELS
from app.programme.models import Round
from app.refusal import N_
from app.registration.answers import date_of, number_of
from app.registration.columns import LABELS, Columns
from app.registration.lists import Held, OnFile, Row
from app.registration.models import Question
from app.registration.queries import Count
from app.registration.rules import ACTIVE, STATUS_LABELS, PlaceState, QuestionKind
from app.web.texts import force_locale, gettext

Cell = str | int | datetime | None

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"
_FORMULA_SIGNS = frozenset("=+-@")
_LINE_SIGNS = frozenset("\t\r\n")
_QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›＇＂")
_LONGEST_TEXT = 32_767  # what an XLSX cell holds; XlsxWriter drops a longer text silently

_ALWAYS = (N_("Family name"), N_("Given name"))
_WIDTHS = {"reference": 12, "email": 32, "organisation": 36, "role": 28, "status": 22, "waiting": 14}
_WIDTH = 30
_WIDTHS_OF_NAMES = (22, 18)


def escape_cell(text: str) -> str:
    """The text as it may stand in a CSV file: see the rule above."""
    return f"'{text}" if _might_be_formula(text) else text


def unescape_cell(text: str) -> str:
    """What `escape_cell` was given."""
    return text[1:] if text.startswith("'") and _might_be_formula(text[1:]) else text


def headings(columns: Columns, rounds: Sequence[Round]) -> list[str]:
    """The first line: reference, names, then what was chosen; workshops are one column per round."""
    with force_locale("de"):
        head = [(name, gettext(LABELS[name])) for name in columns.names]
        names = [gettext(heading) for heading in _ALWAYS]
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
            rest += [_WIDTH] * len(rounds)
        elif name != "reference":
            rest.append(_WIDTHS.get(name, _WIDTH))
    return [*first, *_WIDTHS_OF_NAMES, *rest, *([_WIDTH] * len(columns.questions))]


def cells(rows: Iterable[Row[OnFile]], columns: Columns, rounds: Sequence[Round]) -> Iterator[list[Cell]]:
    """One line per person, in the columns of `headings`. Questions are never the sensitive ones: those leave as
    `counts` only (DP-04)."""
    with force_locale("de"):
        statuses = {status: gettext(label) for status, label in STATUS_LABELS.items()}
        kinds = {kind: gettext(label) for kind, label in KIND_LABELS.items()}
        waits, wants = gettext("waiting list"), gettext("wish")
    say: dict[str, Callable[[Row[OnFile]], Cell]] = {
        "email": lambda row: row.registration.email,
        "organisation": lambda row: row.registration.organisation,
        "kind": lambda row: kinds[row.registration.kind],
        "district": lambda row: row.registration.district,
        "role": lambda row: row.registration.role_title,
        "status": lambda row: statuses[row.registration.status],
        "waiting": lambda row: row.registration.waiting_number if _in_line(row.registration) else None,
        "quotas": lambda row: "; ".join(row.quotas),
        "registered": lambda row: row.registration.created_at,
        "confirmed": lambda row: row.registration.confirmed_at,
    }
    parts: list[Callable[[Row[OnFile]], Cell]] = []
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
        yield [*first, one.family_name, one.given_name, *(part(row) for part in parts)]


def _workshops_of(round_: Round, waits: str, wants: str) -> Callable[[Row[OnFile]], Cell]:
    number = round_.id
    return lambda row: "; ".join(_choice(held, waits, wants) for held in row.held if held.round_id == number)


def _answer_to(question: Question) -> Callable[[Row[OnFile]], Cell]:
    return lambda row: _answer(question, row.answers.get(question.id, ()))


def counts(numbers: Sequence[Count]) -> tuple[list[str], Iterator[list[Cell]]]:
    """How often each answer was given: the first line, and the others."""
    with force_locale("de"):
        head = [gettext("Question"), gettext("Answer"), gettext("Number of people"), gettext("Limit")]
        answered = gettext("answered")
    return head, (
        [
            one.question.label,
            _words(one.question, one.option) if one.option else answered,
            one.people,
            one.limit,
        ]
        for one in numbers
    )


def write_csv(file: BinaryIO, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([escape_cell(cell) for cell in head])
    for line in lines:
        writer.writerow([_in_csv(cell) for cell in line])
    text.detach()  # the file stays open


def write_xlsx(
    file: BinaryIO, head: Sequence[str], lines: Iterable[Sequence[Cell]], wide: Sequence[int] = ()
) -> None:
    """`wide` are the widths of the columns, in letters."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    import xlsxwriter  # 3 MB that most web workers never need

    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    with force_locale("de"):
        sheet = book.add_worksheet(gettext("Registrations"))
    for number in range(len(head)):
        sheet.set_column(number, number, wide[number] if number < len(wide) else _WIDTH)
    sheet.freeze_panes(1, 0)
    for number, text in enumerate(head):
        sheet.write_string(0, number, text[:_LONGEST_TEXT], bold)
    for line_number, line in enumerate(lines, start=1):
        for number, cell in enumerate(line):
            if isinstance(cell, datetime):
                sheet.write_datetime(line_number, number, _berlin(cell), moment)
            elif isinstance(cell, int):
                sheet.write_number(line_number, number, cell)
            elif cell:
                sheet.write_string(line_number, number, cell[:_LONGEST_TEXT])
    book.close()


def _might_be_formula(text: str) -> bool:
    if text[:1].isalnum():  # nearly every text there is
        return False
    for letter in text:
        if letter in _LINE_SIGNS:
            return True
        if letter.isspace() or letter in _QUOTES or unicodedata.category(letter) in {"Cc", "Cf"}:
            continue
        return unicodedata.normalize("NFKC", letter)[:1] in _FORMULA_SIGNS
    return False


def _in_csv(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{_berlin(cell):%d.%m.%Y %H:%M}"
    return "" if cell is None else escape_cell(str(cell))


def _berlin(moment: datetime) -> datetime:
    """Wall clock time to the minute, without a zone: spreadsheets know none."""
    return moment.astimezone(BERLIN).replace(tzinfo=None, second=0, microsecond=0)


def _in_line(registration: OnFile) -> bool:
    return registration.status in ACTIVE and not registration.holds_seat


def _answer(question: Question, texts: Sequence[str]) -> Cell:
    if not texts:
        return ""
    first = texts[0]
    if question.kind is QuestionKind.NUMBER and (number := number_of(first)) is not None:
        return number
    if question.kind is QuestionKind.DATE and (day := date_of(first)) is not None:
        return f"{day:%d.%m.%Y}"
    return "; ".join(_words(question, text) for text in texts)


def _words(question: Question, text: str) -> str:
    if question.kind is not QuestionKind.YES_NO:
        return text
    with force_locale("de"):
        return str(gettext(text))


def _choice(held: Held, waits: str, wants: str) -> str:
    run = f"{held.label} {held.title}"
    if held.state is PlaceState.WAITING:
        return f"{run} ({waits} {held.waiting_number})"
    return f"{run} ({wants})" if held.state is PlaceState.WANTED else run
