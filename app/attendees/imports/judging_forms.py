# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From rows to people: what is wrong in which cell, in the words of the forms, and which lines are left out, and why.

Nothing is saved here.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.address import NoAddress, read_address
from app.attendees.imports.bounds import Cell
from app.attendees.imports.choosing import Chooser
from app.attendees.imports.headings import FULL_NAME, key_of
from app.attendees.imports.service import Newcomer
from app.attendees.imports.tables import Table
from app.attendees.imports.targets import KIND, Mapped, Subject, Target, part_name, way_of
from app.folding import clean_line, is_unprintable
from app.organisations.rules import name_key
from app.people.rules import address_key
from app.refusal import Refusal
from app.registration.person import LISTED, Kind, Person, PersonField
from app.registration.rules import MOST_ACCOMPANYING, refuse_accompanied_online
from app.texts import gettext, sentence_of
from app.web.editing import TOO_LONG, not_between
from app.web.forms import REQUIRED

_BREAKS = re.compile(r"\s+")
_TOTALS = frozenset(
    (
        "summe",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "anzahl",
        "total",
        "sum",
        "stand",
        "ergebnis",
        "teilnehmerzahl",
    )
)
_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in one cell: the row's number in the file, the column, what stands there, and why it cannot stay."""

    row: int
    label: str
    typed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of the file that adds nobody: its number, what stands in it, and why."""

    row: int
    text: str
    why: str


@dataclass(slots=True)
class JudgedTable:
    """Who can be added, in the order of the file; every other line, with its reason; and what is wrong in which cell."""

    people: list[Newcomer] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    @property
    def bad_rows(self) -> list[int]:
        """The numbers of the rows with errors."""
        return list(dict.fromkeys(one.row for one in self.faults))

    @property
    def every_left_out(self) -> list[LeftOut]:
        """Those with errors among them, in the order of the file."""
        wrong: dict[int, list[str]] = {}
        for one in self.faults:
            wrong.setdefault(one.row, []).append(f"{one.label}: {one.sentence}")
        texts = {one.row: one.typed for one in reversed(self.faults) if one.typed}
        bad = [LeftOut(row, texts.get(row, ""), " ".join(why)) for row, why in wrong.items()]
        return sorted([*self.left_out, *bad], key=lambda one: one.row)


@dataclass(frozen=True, slots=True)
class Expected:
    """What rows are read by: the targets of the day, the columns, the order of names in one column, and the keys of
    addresses that are registered already."""

    targets: Sequence[Target]
    mapping: Mapped
    order: str
    registered: Collection[str]

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        place = self.mapping.get(name)
        return cells[place] if place is not None and place < len(cells) else ""


def judge(table: Table, expected: Expected) -> JudgedTable:
    judged = JudgedTable()
    for number, cells in table.above:
        judged.left_out.append(LeftOut(number, _shown(cells), gettext("stands above the headings")))
    rows = _Rows(table, expected)
    for number, cells in table.rows:
        if why := rows.no_person(cells):
            judged.left_out.append(LeftOut(number, _shown(cells), why))
            continue
        one, faults = rows.read(number, cells)
        judged.faults += faults
        if one is None:
            continue
        if why := rows.known(number, one.person):
            judged.left_out.append(LeftOut(number, _shown(cells), why))
        else:
            judged.people.append(one)
    return judged


class _Rows:
    """Reads one row after the other; knows the addresses and the kinds of organisation of those before."""

    def __init__(self, table: Table, expected: Expected) -> None:
        self._expected = expected
        self._head = [key_of(one) for one in table.head]
        self._chooser = Chooser(expected.targets)
        self._rows_of: dict[str, int] = {}
        self._kinds: dict[str, str] = {}
        self._person_columns = {
            place
            for one in expected.targets
            if one.subject in {Subject.PERSON, Subject.FULL_NAME}
            and not (one.field and one.field.kind is Kind.COUNT)  # under it a sum may stand
            and (place := expected.mapping.get(one.name)) is not None
        }

    def no_person(self, cells: Sequence[Cell]) -> str:
        """Why the row cannot be meant as somebody; empty if it can."""
        texts = [clean_line(one or "=") for one in cells]
        filled = [one for one in texts if one]
        keys = [key_of(one) for one in texts]
        if any(self._head) and keys == self._head[: len(keys)]:
            return gettext("the headings again")
        if any("@" in one for one in filled):
            return ""
        first = re.split(r"[\W\d_]+", filled[0].casefold(), maxsplit=1)[0] if filled else ""
        if first in _TOTALS:
            return gettext("a total, no person")
        if not any(texts[place] for place in self._person_columns if place < len(texts)):
            return gettext("nothing stands in the columns of the person")
        return ""

    def known(self, number: int, person: Person) -> str:
        """Why nobody has to be added; empty if somebody has."""
        key = address_key(person.email)
        if key in self._expected.registered:
            return gettext("registered already")
        before = self._rows_of.setdefault(key, number)
        if before != number:
            return gettext("the same mail address as in row %(number)s", number=before)
        return ""

    def read(self, number: int, cells: Sequence[Cell]) -> tuple[Newcomer | None, list[CellFault]]:
        faults: list[CellFault] = []
        person = self._person(number, cells, faults)
        kind = None
        for target in self._expected.targets:
            if target.subject is Subject.KIND:
                kind = self._kind(number, self._expected.cell(cells, KIND), person, target, faults)
        chosen, wrong = self._chooser.read(
            {
                one.name: cell
                for one in self._expected.targets
                if (cell := self._expected.cell(cells, one.name)) != ""
            },
            online=person is not None and person.is_online,
        )
        faults += [CellFault(number, one.label, _cut(typed), sentence) for one, typed, sentence in wrong]
        if faults or person is None:
            return None, faults
        self._chooser.count(chosen)
        return Newcomer(person, kind, chosen.choices, chosen.given, chosen.wished, number), []

    def _person(self, number: int, cells: Sequence[Cell], faults: list[CellFault]) -> Person | None:
        typed, whole, broken = self._typed(cells)
        values: dict[str, Any] = {}
        for one in LISTED:
            if one.name in broken:
                faults.append(CellFault(number, gettext(one.label), "=…", broken[one.name]))
                continue
            value = typed[one.name]
            sentence = _wrong(one, value)
            if one.kind is Kind.ADDRESS and value and not sentence:
                value, sentence = _address(value)
            if sentence:
                shown = value or (whole if one.kind is Kind.NAME else "")
                faults.append(CellFault(number, gettext(one.label), _cut(shown), sentence))
            values[one.name] = _READ[one.kind](value) if one.kind in _READ else value
        if faults:
            return None
        try:
            refuse_accompanied_online(values["participation"], values["accompanying"])
        except Refusal as refusal:
            label = next(gettext(one.label) for one in LISTED if one.name == refusal.field)
            faults.append(CellFault(number, label, str(values["accompanying"]), sentence_of(refusal)))
            return None
        return Person(**values)

    def _typed(self, cells: Sequence[Cell]) -> tuple[dict[str, str], str, dict[str, str]]:
        """What stands in the cells of a person, a name in one cell taken apart; that cell; and what cannot be read."""
        typed: dict[str, str] = {}
        broken: dict[str, str] = {}
        formula = gettext("A formula stands here. Please put its value there.")
        for one in LISTED:
            cell = self._expected.cell(cells, one.name)
            if cell is None:
                broken[one.name] = formula
            typed[one.name] = _line(cell or "")
        cell = self._expected.cell(cells, FULL_NAME)
        if cell is None:
            broken |= dict.fromkeys(("family_name", "given_name"), formula)
        typed["email"], beside = _parted(typed["email"])
        whole = _line(cell or "")
        if not whole and not (typed["family_name"] or typed["given_name"]):
            whole = beside
        if whole:
            parted = dict(
                zip(("family_name", "given_name"), part_name(whole, self._expected.order), strict=True)
            )
            typed |= {name: value for name, value in parted.items() if not typed[name]}
        return typed, whole, broken

    def _kind(
        self, number: int, cell: Cell, person: Person | None, target: Target, faults: list[CellFault]
    ) -> str | None:
        if cell == "":
            return None
        kind = self._chooser.kind(_line(cell or "="))
        sentence = ""
        if kind is None:
            sentence = gettext(
                "No kind of organisation is called so. There are: %(kinds)s.", kinds=self._chooser.kinds
            )
        elif person is not None:
            before = self._kinds.setdefault(name_key(person.organisation), kind)
            if before != kind:
                sentence = gettext("A row above says another kind for this organisation.")
        if sentence:
            faults.append(CellFault(number, target.label, _cut(cell or "=…"), sentence))
        return kind


def _line(text: str) -> str:
    """A cell as one line: whoever broke it wanted to see it all."""
    return clean_line(_BREAKS.sub(" ", text))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _shown(cells: Sequence[Cell]) -> str:
    return _cut(" · ".join(line for one in cells if (line := _line(one or ""))))


def _parted(typed: str) -> tuple[str, str]:
    """The address in "Müller, Jörg <joerg@example.org>" or "mailto:joerg@example.org", and the name beside it."""
    text = re.sub(r"^mailto:\s*", "", typed, flags=re.IGNORECASE).strip(" ;,")
    found = re.fullmatch(r"\"?([^<>\"]*)\"?\s*<([^<>\s]+)>", text)
    if found is None:
        return text.removeprefix("<").removesuffix(">"), ""
    return found[2], found[1].strip(" '")


def _wrong(field: PersonField, value: str) -> str:
    """Why the value cannot stay, in the words of the form for one person; empty if it can."""
    if not value:
        return str(REQUIRED) if field.required else ""
    if field.kind is Kind.WAY:
        return "" if way_of(value) is not None else str(gettext("Please write “in the room” or “online”."))
    if field.kind is Kind.COUNT:
        return "" if _number(value) is not None else not_between(0, MOST_ACCOMPANYING)
    if len(value) > field.longest:
        return str(TOO_LONG) % {"max": field.longest}
    return _legible(value) or (_letters(value) if field.kind is Kind.NAME else "")


def _number(value: str) -> int | None:
    """How many accompany somebody; a spreadsheet may write 1 as 1,0. None: it is no such number."""
    digits = re.sub(r"[.,]0+\Z", "", value)
    if digits in {"", "-", "–"}:
        return 0
    return int(digits) if re.fullmatch(rf"[0-{MOST_ACCOMPANYING}]", digits) else None


_READ: Mapping[Kind, Callable[[str], Any]] = {Kind.COUNT: _number, Kind.WAY: way_of}


def _legible(value: str) -> str:
    if value.isascii() and value.isprintable():
        return ""
    if "\ufffd" in value:
        return str(gettext("A letter is broken here, in the file itself. Please correct it there."))
    if any(is_unprintable(one) for one in value):
        return str(
            gettext("This text contains characters that cannot be shown. Please type it in again by hand.")
        )
    return ""


def _letters(value: str) -> str:
    if not value.isascii() and any(unicodedata.category(one) == "So" for one in value):
        return str(gettext("Please write the name in letters, without symbols or pictures."))
    return ""


def _address(value: str) -> tuple[str, str]:
    """The address as it is kept, and why it cannot stay."""
    try:
        return read_address(value), ""
    except NoAddress as refusal:
        if value.count("@") > 1:
            return value, gettext("Two mail addresses stand here. Please leave one.")
        return value, sentence_of(refusal)
