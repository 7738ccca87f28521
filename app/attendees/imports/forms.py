# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From a table to people: which column says what, and what is wrong in which cell."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField

from app.address import NoAddress, read_address
from app.attendees.imports.tables import Cell, Table
from app.folding import clean_line, loose
from app.people.rules import address_key
from app.registration.person import LISTED, Kind, Person, PersonField
from app.texts import gettext, sentence_of
from app.web.editing import TOO_LONG, Choice
from app.web.forms import REQUIRED, BaseForm, adds, is_unprintable
from app.web.texts import lazy_gettext as _l

NOWHERE = ""

Mapped = Mapping[str, int | None]


class UploadForm(BaseForm):
    file = FileField(
        _l("CSV or XLSX file"),
        [FileRequired(_l("Please choose a file."))],
        description=_l("The first line holds the headings. At most 20,000 people and 8 MB."),
        render_kw={"accept": ".csv,.txt,.xlsx"},
    )


@adds({one.name: Choice(_l(one.label)) for one in LISTED})
class MappingForm(BaseForm):
    """Which column says what; sent by GET, because the page only shows what would follow."""

    class Meta(BaseForm.Meta):
        csrf = False

    def offer(self, table: Table) -> "MappingForm":
        heads = [
            (str(place), one or gettext("Column %(number)s", number=place + 1))
            for place, one in enumerate(table.head)
        ]
        for one in LISTED:
            self[one.name].offer([(NOWHERE, gettext("Not in the file")), *heads])
        return self


@adds({one.name: HiddenField() for one in LISTED})
class ImportForm(BaseForm):
    """The last press. The columns come along as they were shown."""

    leave_out = BooleanField(_l("Leave out the rows with errors and import the others"))
    tell = BooleanField(
        _l("Send everybody a mail with the invitation and the personal link"),
        description=_l("Without this mark nobody is written to now."),
    )


def mapping_of(sent: Mapping[str, str], table: Table) -> dict[str, int | None]:
    """The columns that an address or a form names; what it does not name is guessed from the headings."""
    guessed = guess(table.head)
    found: dict[str, int | None] = {}
    for name in guessed:
        value = sent.get(name)
        if value is None:
            found[name] = guessed[name]
        else:
            known = value.isdecimal() and value.isascii() and len(value) < 4 and int(value) < len(table.head)
            found[name] = int(value) if known else None
    return found


def guess(head: Sequence[str]) -> dict[str, int | None]:
    folded = [loose(one) for one in head]
    return {
        one.name: next((folded.index(word) for word in map(loose, one.headings) if word in folded), None)
        for one in LISTED
    }


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in one cell: the row's number in the file, the field, what stands there, and why it cannot stay."""

    row: int
    field: PersonField
    typed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """The people of a table: those who can be added, those who are known or named twice, and what is wrong."""

    people: Sequence[Person]
    known: Sequence[Person]
    faults: Sequence[CellFault]
    bad_rows: int


def judge(table: Table, mapping: Mapped, registered: Collection[str]) -> JudgedTable:
    """Nothing is saved here. `registered` are the keys of addresses that are registered already."""
    people: list[Person] = []
    known: list[Person] = []
    faults: list[CellFault] = []
    seen: set[str] = set()
    bad_rows = 0
    for number, cells in table.rows:
        values, wrong = _read(number, cells, mapping)
        if wrong:
            faults += wrong
            bad_rows += 1
            continue
        person = Person(**values)
        key = address_key(person.email)
        (known if key in registered or key in seen else people).append(person)
        seen.add(key)
    return JudgedTable(people, known, faults, bad_rows)


def _read(number: int, cells: Sequence[Cell], mapping: Mapped) -> tuple[dict[str, str], list[CellFault]]:
    values: dict[str, str] = {}
    faults: list[CellFault] = []
    for field in LISTED:
        place = mapping[field.name]
        cell: Cell = cells[place] if place is not None and place < len(cells) else ""
        if cell is None:
            faults.append(
                CellFault(number, field, "=…", gettext("A formula stands here. Please put its value there."))
            )
            continue
        value = clean_line(cell)
        sentence = _wrong(field, value)
        if field.kind is Kind.ADDRESS and value and not sentence:
            value, sentence = _address(value)
        if sentence:
            faults.append(CellFault(number, field, value[:100], sentence))
        values[field.name] = value
    return values, faults


def _wrong(field: PersonField, value: str) -> str:
    """Why the value cannot stay, in the words of the form for one person; empty if it can."""
    if not value:
        return str(REQUIRED) if field.required else ""
    if len(value) > field.longest:
        return str(TOO_LONG) % {"max": field.longest}
    return _shown(value) or (_letters(value) if field.kind is Kind.NAME else "")


def _shown(value: str) -> str:
    if value.isascii() and value.isprintable():
        return ""
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
        return value, sentence_of(refusal)
