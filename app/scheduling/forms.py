# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' forms of the day, rounds, workshops and runs."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import time
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length, Optional

from app.events.facts import FACTS, DayFacts, Fact
from app.events.models import Event
from app.events.notices import day_facts
from app.events.rules import PLACEMENT_LABELS, Placement
from app.folding import clean_line
from app.programme.plan import Plan, RoundFacts, RunPlan, seen_as
from app.programme.rules import MOST_CONTRIBUTORS, Thing
from app.programme.workshop_facts import LANGUAGE_CHOICES, WORKSHOP_FACTS, WorkshopFact, WorkshopFacts
from app.refusal import fingerprint
from app.scheduling.service import CallingOff
from app.texts import gettext, last_day
from app.web.asking import AskingForm, TellingForm
from app.web.editing import (
    TOO_LONG,
    Choice,
    ClockTime,
    Day,
    EditingForm,
    SpanForm,
    WholeNumber,
    clock_of,
    code_text,
    day_of,
    formatted_text,
    given_end,
    given_moment,
    long_text,
    moment_of,
    options,
    short_text,
    span_data,
)
from app.web.forms import valid_address
from app.web.texts import lazy_gettext as _l


def _label(name: str) -> Any:
    return _l(FACTS[name].label)


def _hint(name: str) -> Any:
    return _hint_of(FACTS[name])


def _label_of(fact: Fact | WorkshopFact) -> Any:
    return _l(fact.label)


def _hint_of(fact: Fact | WorkshopFact) -> Any:
    return _l(fact.hint) if fact.hint else ""


def _text(name: str, *, required: bool = False) -> StringField:
    """The field of a fact of a day that is a text."""
    return _text_of(FACTS[name], required=required)


def _text_of(fact: Fact | WorkshopFact, *, required: bool = False) -> StringField:
    if fact.rows:
        several = long_text if isinstance(fact, WorkshopFact) and fact.one_per_line else formatted_text
        return several(_l(fact.label), rows=fact.rows, required=required, description=_hint_of(fact))
    return short_text(_l(fact.label), longest=fact.longest, required=required, description=_hint_of(fact))


_MARKS = ("approval", "asks_accompanying", "offers_online", "swaps")


class DayForm(TellingForm, EditingForm):
    """All facts of a day. `version` is a fingerprint of the facts that were read, see `service.fingerprint`."""

    refused_at: ClassVar[Mapping[str, str]] = {
        "ends_at": "end_time",
        "registration_closes_at": "closes_date",
        "moves_up_until": "moves_up_date",
        "wishes_until": "wishes_date",
        "swaps_until": "swaps_date",
    }
    unstored: ClassVar[Collection[str]] = frozenset({"note", "become_wishes"})

    title = _text("title", required=True)
    language = Choice(
        _label("language"),
        choices=[("de", _l("German")), ("en", _l("English"))],
        default="de",
        description=_hint("language"),
    )
    start_date = Day(_l("Date"), required=True)
    start_time = ClockTime(_l("From"), required=True)
    end_time = ClockTime(_l("Until"), required=True, end=True)
    end_date = Day(_l("Last date"), description=_l("Only if it lasts several days, or past midnight."))
    summary = _text("summary")
    description = _text("description")
    for_whom = _text("for_whom")
    venue_name = _text("venue_name")
    venue_street = _text("venue_street")
    venue_postcode = _text("venue_postcode")
    venue_city = _text("venue_city")
    venue_note = _text("venue_note")
    contact_name = _text("contact_name")
    contact_email = StringField(
        _label("contact_email"),
        [
            Optional(),
            Length(max=FACTS["contact_email"].longest, message=TOO_LONG),
            valid_address,
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "email"},
    )
    capacity = WholeNumber(
        _label("capacity"), least=1, most=20_000, description=_l("Leave empty if there is no limit.")
    )
    offer_hours = WholeNumber(
        _label("offer_hours"),
        least=1,
        most=336,
        description=_l(
            "Leave empty to give a free seat to the next person at once. A working day has ten hours, from 8 to 18;"
            " weekends and the public holidays of North Rhine-Westphalia do not count."
        ),
    )
    approval = BooleanField(
        _label("approval"),
        description=_l(
            "Who has confirmed the mail address keeps a seat or a place in line until you approve, or turn down"
            " with a reason. Who waits for you now still has to be decided when you take the mark away."
        ),
    )
    asks_accompanying = BooleanField(_label("asks_accompanying"), description=_hint("asks_accompanying"))
    offers_online = BooleanField(_label("offers_online"), description=_hint("offers_online"))
    placement = RadioField(
        _label("placement"),
        choices=options((one.value, _l(label)) for one, label in PLACEMENT_LABELS.items()),
        default=Placement.DIRECT.value,
        description=_l(
            "With wishes it does not matter who is first: you start the allocation, look at it, and publish it. What"
            " people have chosen directly so far becomes their first wish."
        ),
    )
    become_wishes = BooleanField(
        _l("Yes, the places taken so far become first wishes"),
        description=_l(
            "Only if you have changed to wishes above. For a minute you can take it back; after that the places do not"
            " come back."
        ),
    )
    wishes_date = Day(_label("wishes_until"), description=_l("Only with wishes."))
    wishes_time = ClockTime(_l("Time"), description=_l("Leave empty for the end of that day."))
    swaps = BooleanField(
        _label("swaps"),
        default=True,
        description=_l(
            "Only with wishes. Nobody changes place who has not agreed, and the conditions of your allocation are kept."
            " Without the mark, open offers end."
        ),
    )
    swaps_date = Day(_label("swaps_until"), description=_hint("swaps_until"))
    swaps_time = ClockTime(_l("Time"), description=_l("Leave empty for the end of that day."))
    opens_date = Day(_label("registration_opens_at"), description=_l("Leave empty to open at once."))
    opens_time = ClockTime(_l("Opening time"), description=_l("Leave empty for the beginning of that day."))
    closes_date = Day(
        _label("registration_closes_at"), description=_l("Leave empty to close when the day begins.")
    )
    closes_time = ClockTime(_l("Closing time"), description=_l("Leave empty for the end of that day."))
    moves_up_date = Day(_label("moves_up_until"), description=_hint("moves_up_until"))
    moves_up_time = ClockTime(_l("Time"), description=_l("Leave empty for the end of that day."))
    form_code = code_text(_label("form_code"), description=_hint("form_code"))
    fee_note = _text("fee_note")
    funding_note = _text("funding_note")
    text_before = _text("text_before")
    text_open = _text("text_open")
    text_after = _text("text_after")

    @classmethod
    def of(cls, event: Event, *, stored: bool = False) -> "DayForm":
        facts = day_facts(event)
        one_date = day_of(facts.starts_at) == last_day(facts.ends_at)
        data = {
            **{name: getattr(facts, name) for name in DayFacts.__slots__},
            "start_date": day_of(facts.starts_at),
            "start_time": clock_of(facts.starts_at),
            "end_time": clock_of(facts.ends_at),
            "end_date": None if one_date else last_day(facts.ends_at),
            "placement": facts.placement.value,
            "wishes_date": day_of(facts.wishes_until),
            "wishes_time": clock_of(facts.wishes_until),
            "swaps_date": day_of(facts.swaps_until),
            "swaps_time": clock_of(facts.swaps_until),
            "opens_date": day_of(facts.registration_opens_at),
            "opens_time": clock_of(facts.registration_opens_at),
            "closes_date": day_of(facts.registration_closes_at),
            "closes_time": clock_of(facts.registration_closes_at),
            "moves_up_date": day_of(facts.moves_up_until),
            "moves_up_time": clock_of(facts.moves_up_until),
            "version": fingerprint(facts),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        for day, clock in (
            (self.opens_date, self.opens_time),
            (self.closes_date, self.closes_time),
            (self.wishes_date, self.wishes_time),
            (self.swaps_date, self.swaps_time),
            (self.moves_up_date, self.moves_up_time),
        ):
            if clock.data is not None and day.data is None and not day.errors:
                day.errors = [gettext("Please enter the date as well, or leave the time empty.")]
                valid = False
        return valid

    def facts(self) -> DayFacts:
        starts_at = given_moment(self.start_date.data, self.start_time.data)
        ends_at = given_end(self.end_date.data or self.start_date.data, self.end_time.data)
        texts = {
            field.name: field.data or ""
            for field in self
            if field.name in DayFacts.__slots__
            and field.name not in {"capacity", "offer_hours", *_MARKS, "placement"}
        }
        return DayFacts(
            starts_at=starts_at,
            ends_at=ends_at,
            registration_opens_at=moment_of(self.opens_date.data, self.opens_time.data or time(0, 0)),
            registration_closes_at=moment_of(self.closes_date.data, self.closes_time.data or time(23, 59)),
            moves_up_until=moment_of(self.moves_up_date.data, self.moves_up_time.data or time(23, 59)),
            capacity=self.capacity.data,
            offer_hours=self.offer_hours.data,
            approval=bool(self.approval.data),
            asks_accompanying=bool(self.asks_accompanying.data),
            offers_online=bool(self.offers_online.data),
            swaps=bool(self.swaps.data),
            placement=Placement(self.placement.data),
            wishes_until=moment_of(self.wishes_date.data, self.wishes_time.data or time(23, 59)),
            swaps_until=moment_of(self.swaps_date.data, self.swaps_time.data or time(23, 59)),
            **texts,
        )


class RoundForm(SpanForm):
    number = WholeNumber(_l("Number"), least=1, most=50, required=True)
    title = short_text(_l("Title"), required=True, description=_l("For instance: Workshop round 1."))
    booked = BooleanField(
        _l("People choose beforehand"),
        default=True,
        description=_l(
            "Without the mark nobody registers for it: people choose on the day, or groups are formed there. It has no"
            " waiting lists, and nobody is asked to choose."
        ),
    )

    def offer(self, event: Event) -> "RoundForm":
        self.offer_dates(event.starts_at, event.ends_at)
        return self

    @classmethod
    def of(cls, round_: RoundFacts, *, stored: bool = False) -> "RoundForm":
        data = {
            **span_data(round_.starts_at, round_.ends_at),
            "number": round_.number,
            "title": round_.title,
            "booked": round_.booked,
            "version": seen_as(round_),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    @classmethod
    def next_to(cls, source: RoundFacts, number: int) -> "RoundForm":
        """For a copy: as long, right after it."""
        later = source.ends_at + (source.ends_at - source.starts_at)
        title = re.sub(rf"\b{source.number}\b", str(number), source.title)
        times = span_data(source.ends_at, later)
        return cls(data={**times, "number": number, "title": title, "booked": source.booked})

    def facts(self) -> RoundFacts:
        return RoundFacts(
            *(self.number.data or 0, self.title.data or "", self.starts_at, self.ends_at),
            booked=bool(self.booked.data),
        )


class WorkshopForm(EditingForm):
    title = _text_of(WORKSHOP_FACTS["title"], required=True)
    abstract = _text_of(WORKSHOP_FACTS["abstract"])
    track = _text_of(WORKSHOP_FACTS["track"])
    target_group = _text_of(WORKSHOP_FACTS["target_group"])
    prerequisites = _text_of(WORKSHOP_FACTS["prerequisites"])
    method = _text_of(WORKSHOP_FACTS["method"])
    language = Choice(
        _label_of(WORKSHOP_FACTS["language"]),
        choices=[(key, _l(name)) for key, name in LANGUAGE_CHOICES],
    )
    interpreting = _text_of(WORKSHOP_FACTS["interpreting"])
    guiding_questions = _text_of(WORKSHOP_FACTS["guiding_questions"])
    materials = _text_of(WORKSHOP_FACTS["materials"])
    undocumented = BooleanField(
        _label_of(WORKSHOP_FACTS["undocumented"]), description=_hint_of(WORKSHOP_FACTS["undocumented"])
    )

    @classmethod
    def of(cls, workshop: WorkshopFacts, *, stored: bool = False) -> "WorkshopForm":
        data = {
            **{name: getattr(workshop, name) for name in WORKSHOP_FACTS},
            "version": seen_as(workshop),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> WorkshopFacts:
        asked = {name: self[name].data for name in WORKSHOP_FACTS if name != "undocumented"}
        texts = {name: value or "" for name, value in asked.items()}
        return WorkshopFacts(**texts, undocumented=bool(self.undocumented.data))


class RunForm(AskingForm, EditingForm):
    """A workshop in a round: number, room, seats; of a new one also who facilitates."""

    unstored: ClassVar[Collection[str]] = frozenset({"note", "called_off"})
    round_id = Choice(_l("Round"))
    label = short_text(_l("Number"), longest=10, required=True, description=_l("For instance 1.3"))
    room_id = Choice(_l("Room"))
    station = short_text(
        _l("Table or corner"),
        longest=60,
        description=_l("For instance: Table 3. Only where several groups share a room at the same time."),
    )
    capacity = WholeNumber(
        _l("Places"),
        least=1,
        most=20_000,
        description=_l("Leave empty if there is no limit."),
    )
    least_people = WholeNumber(
        _l("Least people"),
        most=20_000,
        description=_l("With fewer, an allocation leaves it out. Leave empty if it takes place in any case."),
    )
    spans = WholeNumber(
        _l("Fills how many rounds?"),
        least=1,
        most=9,
        description=_l(
            "Leave empty for one round. The rounds are those whose numbers follow; on the clock something else may lie"
            " between them, as a plenary between two parts."
        ),
    )
    contributors = long_text(
        _l("Who facilitates"),
        rows=3,
        description=_l(
            "One name per line. Function, organisation and other roles follow on a page of their own."
        ),
    )
    takes_place = BooleanField(_l("It takes place"), default=True)
    called_off = BooleanField(
        _l("If not: yes, whoever holds a place in it loses it"),
        description=_l("They get a mail and can choose something else."),
    )

    def offer(self, plan: Plan, rooms: Iterable[tuple[str, str]]) -> "RunForm":
        rounds = sorted(plan.of(Thing.ROUND).items(), key=lambda pair: pair[1].number)
        self.round_id.offer((str(number), one.title) for number, one in rounds)
        self.room_id.offer(rooms)
        return self

    @classmethod
    def of(cls, run: RunPlan, *, stored: bool = False) -> "RunForm":
        data = {
            "round_id": str(run.round_id),
            "label": run.label,
            "room_id": str(run.room_id or ""),
            "station": run.station,
            "capacity": run.capacity,
            "least_people": run.least_people or None,
            "spans": run.spans if run.spans > 1 else None,
            "takes_place": run.takes_place,
            "version": seen_as(run),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        names = self.names()
        if len(names) > MOST_CONTRIBUTORS:
            self.contributors.errors = [
                gettext("Please name at most %(number)d people.", number=MOST_CONTRIBUTORS)
            ]
            valid = False
        elif any(len(name) > 200 for name in names):
            self.contributors.errors = [gettext("Please write one name per line.")]
            valid = False
        return valid

    def names(self) -> tuple[str, ...]:
        """One per line; empty lines and doubled spaces are nobody."""
        lines = (" ".join(line.split()) for line in (self.contributors.data or "").splitlines())
        return tuple(line for line in lines if line)

    def plan(self, workshop_id: int) -> RunPlan:
        return RunPlan(
            label=self.label.data or "",
            round_id=int(self.round_id.data),
            room_id=int(self.room_id.data) if self.room_id.data else None,
            capacity=self.capacity.data,
            spans=self.spans.data or 1,
            station=clean_line(self.station.data or ""),
            least_people=self.least_people.data or 0,
            takes_place=bool(self.takes_place.data),
            workshop_id=workshop_id,
        )


class CallOffForm(AskingForm):
    """Why the day does not take place, and what happens instead."""

    reason = formatted_text(
        _l("Why the day does not take place"),
        rows=3,
        required=True,
        description=_l("Stands in the mail and on the public page."),
    )
    instead = formatted_text(
        _l("What happens instead"),
        rows=3,
        description=_l("For instance a new date, or who answers questions. Stands beside the reason."),
    )

    def why(self) -> CallingOff:
        return CallingOff(self.reason.data or "", self.instead.data or "")
