# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The forms of an import: the file, how it is read, which column is what, and the last press."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.attendees.imports.headings import FULL_NAME
from app.attendees.imports.letters import LETTERS
from app.attendees.imports.tables import FileRead, Table
from app.attendees.imports.targets import ORDERS, Mapped, Subject, Target, guess_columns, order_of
from app.folding import clean_line
from app.refusal import N_
from app.registration.person import LISTED
from app.texts import gettext
from app.web.asking import AskingForm
from app.web.editing import Choice
from app.web.forms import BaseForm, adds
from app.web.texts import lazy_gettext as _l

NOWHERE = ""
READING = ("sheet", "letters", "separator", "head")  # what `tables.Wished` says, under the same names
ORDER, CHOSEN_FOR = "order", "of"
_LONGEST_HEAD = 60
_SEPARATOR_LABELS = {
    "semicolon": N_("Semicolon"),
    "comma": N_("Comma"),
    "tab": N_("Tab"),
    "bar": N_("Vertical bar"),
}


class UploadForm(BaseForm):
    file = FileField(
        _l("CSV, XLSX or ODS file"),
        [FileRequired(_l("Please choose a file."))],
        description=_l("At most 20,000 people and 8 MB."),
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx,.ods"},
    )


class ReadingForm(BaseForm):
    """How a file is read; sent by GET, because the page only shows what would follow."""

    class Meta(BaseForm.Meta):
        csrf = False

    sheet = Choice(_l("Sheet"))
    letters = RadioField(_l("How the letters are written"))
    separator = Choice(_l("Between the columns stands"))
    head = Choice(_l("Headings"))


@adds({one.name: Choice(_l(one.label)) for one in LISTED})
class LookForm(ReadingForm):
    """How the file is read and which column says what.

    `of` says for which sheet, separator and headings the columns were chosen: for others they are guessed anew.
    """

    of = HiddenField()


@adds({one.name: HiddenField() for one in LISTED})
class ImportForm(AskingForm):
    """The last press. What was looked at comes along."""

    leave_out = BooleanField(_l("Leave out the rows with errors and import the others"))
    tell = BooleanField(
        _l("Send everybody a mail with the invitation and the personal link"),
        description=_l("You see the mail first. Without this mark nobody is written to now."),
    )


def look_form(read: FileRead, targets: Sequence[Target], sent: Mapping[str, str]) -> Any:
    """The form as it stands for a file that was read so; `sent` is what `sent_of` says."""
    fields: dict[str, Any] = {one.name: Choice(one.label, choices=_columns(read.table)) for one in targets}
    fields[ORDER] = Choice(
        gettext("Names in one column"), choices=[(key, gettext(words)) for key, words in ORDERS.items()]
    )
    form = type("LookForm", (LookForm,), fields)(formdata=None, data=sent)
    offer_readings(form, read)
    for one in LISTED:
        if one.name not in fields:  # the day does not ask it
            del form[one.name]
    if not sent[FULL_NAME]:
        del form[ORDER]
    return form


def offer_readings(form: Any, read: FileRead) -> None:
    """What a `ReadingForm` can choose from for this file; where there is nothing to choose, it does not ask."""
    form.sheet.offer((str(number), _short(name)) for number, name in enumerate(read.sheets))
    form.head.offer(_heads(read))
    form.separator.offer((key, gettext(words)) for key, words in _SEPARATOR_LABELS.items())
    readings = read.letters.readings if read.letters else ()
    form.letters.choices = [
        SelectChoice(one.name, f"{gettext(LETTERS[one.name])}: {', '.join(one.words)}") for one in readings
    ]
    if not read.sure:
        form.letters.data = None
    for name, needed in (
        ("sheet", len(read.sheets) > 1),
        ("letters", bool(readings)),
        ("separator", bool(read.separator)),
    ):
        if not needed:
            del form[name]


def said_of_reading(read: FileRead) -> dict[str, str]:
    """How it was read, in the words of a `ReadingForm`."""
    return {
        "sheet": str(read.sheet) if read.sheets else "",
        "letters": read.letters.name if read.letters and read.sure else "",
        "separator": read.separator,
        "head": str(read.table.head_line),
    }


def import_form(sent: Mapping[str, str]) -> Any:
    """`ImportForm` with what was looked at in hidden fields."""
    return type("ImportForm", (ImportForm,), {name: HiddenField() for name in sent})(data=sent)


def sent_of(
    sent: Mapping[str, str], read: FileRead, targets: Sequence[Target]
) -> tuple[Mapped, dict[str, str]]:
    """The columns that an address or a form names; what it does not name is guessed. And all that it says, or would, to
    look at the same again."""
    basis = f"{read.sheet}-{read.separator}-{read.table.head_line}"
    named = sent if sent.get(CHOSEN_FOR, basis) == basis else {}
    mapping = _mapping_of(named, read.table, targets)
    whole = mapping[FULL_NAME]
    guessed = order_of(read.table.head[whole]) if whole is not None else ""
    order = named.get(ORDER, "")
    said = {
        **said_of_reading(read),
        CHOSEN_FOR: basis,
        ORDER: order if order in ORDERS else guessed,
        **{name: NOWHERE if place is None else str(place) for name, place in mapping.items()},
    }
    return mapping, said


def _mapping_of(sent: Mapping[str, str], table: Table, targets: Sequence[Target]) -> dict[str, int | None]:
    guessed = guess_columns(targets, table.head, [cells for _number, cells in table.rows[:50]])
    found: dict[str, int | None] = {}
    for one in targets:
        value = sent.get(one.name)
        if value is None:
            found[one.name] = guessed[one.name]
        else:
            known = value.isdecimal() and value.isascii() and len(value) < 4 and int(value) < len(table.head)
            found[one.name] = int(value) if known else None
    return found


def _columns(table: Table) -> list[tuple[str, str]]:
    """Every column in which anything stands: by its heading, else by what stands there first."""
    first: dict[int, str] = {}
    for _number, cells in table.rows:
        for place, cell in enumerate(cells):
            if cell:
                first.setdefault(place, cell)
    names = [(NOWHERE, gettext("Not in the file"))]
    for place, heading in enumerate(table.head):
        if heading.strip():
            names.append((str(place), _short(heading)))
        elif place in first:
            column = gettext("Column %(number)s", number=place + 1)
            names.append((str(place), f"{column}: {_short(first[place])}"))
    return names


def _heads(read: FileRead) -> list[tuple[str, str]]:
    lines = [
        (
            str(number),
            gettext("Row %(number)s", number=number)
            + ": "
            + _short(" · ".join(cell for one in cells if (cell := clean_line(one or "")))),
        )
        for number, cells in read.first
    ]
    return [*lines, ("0", gettext("There are no headings"))]


def _short(text: str) -> str:
    line = clean_line(text.replace("\n", " "))
    return line if len(line) <= _LONGEST_HEAD else f"{line[: _LONGEST_HEAD - 1]}…"


def sections(form: Any, targets: Sequence[Target]) -> list[tuple[str, list[Any]]]:
    """The fields of `look_form` under the headings of the page."""
    titles = {
        Subject.PLACE: gettext("Workshops"),
        Subject.WISH: gettext("Wishes"),
        Subject.ANSWER: gettext("Answers"),
    }
    person = gettext("Person")
    found: dict[str, list[Any]] = {
        gettext("The file"): [form[one] for one in READING if one in form],
        person: [],
    }
    for one in targets:
        found.setdefault(titles.get(one.subject, person), []).append(form[one.name])
        if one.name == FULL_NAME and ORDER in form:
            found[person].append(form[ORDER])
    return [(title, fields) for title, fields in found.items() if fields]
