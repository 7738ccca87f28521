# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The forms of an import: the file, what names in it mean, and the last press."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField

from app.attendees.imports.forms import READING, ReadingForm, offer_readings, said_of_reading
from app.attendees.imports.tables import FileRead, Wished
from app.events.facts import RoomFacts
from app.programme.kinds import Kind
from app.refusal import fingerprint
from app.scheduling.imports.files import ENDINGS, MEGABYTES
from app.scheduling.imports.names import AS
from app.scheduling.imports.plans import ITEMS, NEW, NONE, ROUND, Choices, Outcome
from app.scheduling.imports.values import ProgrammeFile
from app.texts import clock_times, gettext, ngettext, short_day
from app.web.editing import Choice
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l

MAKE_ROOMS = "make_rooms"


class UploadForm(BaseForm):
    file = FileField(
        _l("XML, JSON, XLSX, ODS or CSV file"),
        [FileRequired(_l("Please choose a file."))],
        description=_l("At most %(megabytes)d MB.", megabytes=MEGABYTES),
        render_kw={"accept": ENDINGS},
    )


class TakeOverForm(BaseForm):
    """The last press. What was looked at comes along."""

    leave_out = BooleanField(_l("Leave out the entries with errors and take over the others"))
    version = HiddenField()


class LookForm(ReadingForm):
    """What names in the file mean."""

    make_rooms = BooleanField(_l("Make all rooms for which nothing is chosen below"))


@dataclass(frozen=True, slots=True)
class Said:
    """What an address or a form says, by the names of fields."""

    sent: Mapping[str, str]

    def wished(self) -> Wished:
        return Wished(**{name: self.sent.get(name, "") for name in READING})

    def choices(self, file: ProgrammeFile) -> Choices:
        """Of whatever the file names."""
        rooms = {one.room for one in file.entries} | {one.name for one in file.rooms}
        return Choices(
            _chosen(self.sent, {room_field(one): one for one in rooms}),
            _chosen(self.sent, {kind_field(one.kind): one.kind for one in file.entries}),
            _chosen(self.sent, {block_field(one.starts_at): one.starts_at for one in file.entries}),
            bool(self.sent.get(MAKE_ROOMS)),
        )


def _chosen(sent: Mapping[str, str], named: Mapping[str, Any]) -> dict[Any, str]:
    return {name: sent[field] for field, name in named.items() if sent.get(field)}


def room_field(name: str) -> str:
    return f"room-{fingerprint(name)[:16]}"


def kind_field(word: str) -> str:
    return f"kind-{fingerprint(word)[:16]}"


def block_field(starts_at: datetime) -> str:
    return f"block-{starts_at:%Y%m%d%H%M}"


def look_form(
    outcome: Outcome,
    rooms: Iterable[RoomFacts],
    kinds: Iterable[Kind],
    choices: Choices,
    read: FileRead | None,
) -> tuple[Any, list[tuple[str, list[Any]]]]:
    """The form as it stands, and its fields under the headings of the page."""
    existing = [(f"{AS}{one.name}", one.name) for one in rooms]
    offered = [(one.key, one.word) for one in kinds]
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {MAKE_ROOMS: choices.make_rooms}
    for name in outcome.unknown_rooms:
        made = [("", gettext("Please choose")), (NEW, gettext("Make this room")), (NONE, gettext("No room"))]
        fields[room_field(name)] = Choice(name, choices=[*made, *existing])
        data[room_field(name)] = choices.rooms.get(name, "")
    for word in outcome.unknown_kinds:
        made = [(NEW, gettext("A kind of its own: %(name)s", name=word))]
        fields[kind_field(word)] = Choice(word, choices=[*made, *offered])
        data[kind_field(word)] = choices.kinds.get(word, NEW)
    for block in outcome.blocks:
        when = f"{short_day(block.starts_at)}, {clock_times(block.starts_at, block.ends_at)}"
        number = ngettext("%(num)d entry", "%(num)d entries", len(block.titles))
        fields[block_field(block.starts_at)] = RadioField(
            f"{when}: {number}",
            choices=[
                (ROUND, gettext("Workshops of a round, one of which everybody chooses")),
                (ITEMS, gettext("For everybody, side by side")),
            ],
            description=" · ".join(block.titles[:8]) + (" …" if len(block.titles) > 8 else ""),
        )
        data[block_field(block.starts_at)] = block.chosen
    data |= said_of_reading(read) if read is not None else {}
    form = type("LookForm", (LookForm,), fields)(formdata=None, data=data)
    if read is not None:
        offer_readings(form, read)
    for name in (*(READING if read is None else ()), *(() if outcome.unknown_rooms else (MAKE_ROOMS,))):
        del form[name]
    return form, _sections(form, outcome)


def _sections(form: Any, outcome: Outcome) -> list[tuple[str, list[Any]]]:
    rooms = [form[MAKE_ROOMS]] if MAKE_ROOMS in form else []
    rooms += [form[room_field(name)] for name in outcome.unknown_rooms]
    kinds = [form[kind_field(word)] for word in outcome.unknown_kinds]
    blocks = [form[block_field(block.starts_at)] for block in outcome.blocks]
    found = [
        (gettext("The file"), [form[name] for name in READING if name in form]),
        (gettext("Rooms that the day does not know"), rooms),
        (gettext("Kinds that the day does not know"), kinds),
        (gettext("Several entries at the same time"), blocks),
    ]
    return [(title, fields) for title, fields in found if fields]


def take_over_form(form: Any, seen: str) -> Any:
    """`TakeOverForm` with what was looked at in hidden fields."""
    sent = {field.name: field.data for field in form}
    said = {
        name: ("y" if value else "") if isinstance(value, bool) else value or ""
        for name, value in sent.items()
    }
    made = type("TakeOverForm", (TakeOverForm,), {name: HiddenField() for name in said})
    return made(data={**said, "version": seen})
