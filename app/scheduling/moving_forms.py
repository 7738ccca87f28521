# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms that move what the programme has already."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from wtforms import RadioField

from app.events.models import Event, Room
from app.programme.plan import Key, Plan, plan_seen
from app.programme.rules import Thing
from app.programme.timetable import placed, unplaced
from app.scheduling.moving import Target
from app.scheduling.room_forms import rooms_to_choose
from app.texts import local_day
from app.web.editing import (
    Choice,
    ClockTime,
    EditingForm,
    OnADate,
    WholeNumber,
    clock_of,
    given_end,
    given_moment,
    options,
)
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l

MOST_MINUTES = 720
LATER, EARLIER = "later", "earlier"


class ShiftForm(OnADate, BaseForm):
    """Sent by GET, so that the page that shows what would move has an address."""

    class Meta(BaseForm.Meta):
        csrf = False

    date = Choice(_l("Date"))
    start = ClockTime(
        _l("From"),
        required=True,
        description=_l("Whatever begins at this time or after it on that date moves."),
    )
    minutes = WholeNumber(_l("By how many minutes?"), least=1, most=MOST_MINUTES, required=True)
    way = RadioField(
        _l("Where to?"),
        choices=options([(LATER, _l("Later")), (EARLIER, _l("Earlier"))]),
        default=LATER,
    )

    @classmethod
    def of(cls, event: Event, sent: Mapping[str, Any]) -> "ShiftForm":
        form = cls(formdata=sent if sent else None)
        form.offer_dates(event.starts_at, event.ends_at)
        return form

    @property
    def moment(self) -> datetime:
        return given_moment(self.chosen_date, self.start.data)

    @property
    def by(self) -> int:
        minutes = self.minutes.data or 0
        return -minutes if self.way.data == EARLIER else minutes


class PlaceForm(OnADate, EditingForm):
    """What is to be where and when. The script of the timetable fills it in and sends it; so does everybody else."""

    refused_at: ClassVar[Mapping[str, str]] = {"ends_at": "end"}
    what = Choice(_l("What"))
    room_id = Choice(_l("Room"))
    date = Choice(_l("Date"))
    start = ClockTime(
        _l("From"), required=True, description=_l("A workshop comes into the round that is at this time.")
    )
    end = ClockTime(
        _l("Until"),
        end=True,
        description=_l("Leave empty to keep its length. Of a workshop the round says it."),
    )

    @classmethod
    def on(cls, event: Event, plan: Plan, rooms: Iterable[Room], what: str) -> "PlaceForm":
        """`what` is the key of what it is filled from, if there is such a thing."""
        things = {one.key: one for one in (*placed(plan), *unplaced(plan))}
        one = things.get(what)
        data: dict[str, Any] = {"version": plan_seen(plan)}
        if one is not None:
            begins = one.starts_at or event.starts_at
            data |= {"what": one.key, "room_id": str(one.room_id or ""), "start": clock_of(begins)}
            data["date"] = local_day(begins).isoformat()
        form = cls(data=data)
        rounds = [(f"round-{number}", facts.title) for number, facts in plan.of(Thing.ROUND).items()]
        form.what.offer([*((key, one.title) for key, one in things.items()), *rounds])
        form.room_id.offer(rooms_to_choose(rooms))
        form.offer_dates(event.starts_at, event.ends_at)
        return form

    @property
    def key(self) -> Key:
        thing, number = self.what.data.split("-", 1)
        return Thing(thing), int(number)

    def target(self) -> Target:
        end = (
            None
            if self.end.data is None
            else given_end(self.chosen_date, self.end.data, after=self.start.data)
        )
        room = int(self.room_id.data) if self.room_id.data else None
        return Target(given_moment(self.chosen_date, self.start.data), end, room)


class AgreeForm(EditingForm):
    """One button below what it would do."""

    @classmethod
    def seen(cls, version: str) -> "AgreeForm":
        return cls(formdata=None, data={"version": version})
