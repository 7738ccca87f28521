# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the events slice."""

from dataclasses import fields, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates

from app.db import Base, Json, enum_of, line, pk, text
from app.events.facts import FACTS, NEEDED, RoomEntry, RoomFacts, place_of
from app.events.rules import (
    TEXT_OF_STATE,
    Aim,
    EventStatus,
    Loop,
    Placement,
    QuotaEffect,
    QuotaTarget,
    RegistrationState,
    Seats,
    Window,
    line_moves,
    opens_form,
    registration_state,
)
from app.organisations.models import MasterData, Organisation, Region
from app.people.models import Organiser
from app.people.rules import Role
from app.texts import last_day, local_day

LONGEST_LINK = 500
UID_HOME = "fachtag.invalid"  # right-hand side of every calendar UID: constant, and no host name (D2)


def new_uid() -> str:
    return f"{uuid4()}@{UID_HOME}"


class Scarce:
    """Everything scarce has one shape: the database refuses to sell what is not there.

    Seats are claimed by one conditional UPDATE and given back in the transaction that cancels; `extra` is
    overbooking by hand; waiting numbers are drawn from `waiting_counter` under the same lock and never reused.
    `waiting` counts who stands in line now.
    """

    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    extra: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    waiting_counter: Mapped[int] = mapped_column(default=0)

    @property
    def seats(self) -> Seats:
        return Seats(self.capacity, self.taken, self.extra)


def scarce_checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("extra >= 0", name="extra_not_negative"),
        CheckConstraint("capacity IS NULL OR taken <= capacity + extra", name="not_oversold"),
        CheckConstraint("waiting >= 0 AND waiting <= waiting_counter", name="waiting_in_range"),
    )


class InCalendars:
    """What calendars know: a UID for ever, a sequence that only rises, and stamps that are never "now"."""

    uid: Mapped[str] = mapped_column(String(255), unique=True, default=new_uid)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]


event_cohost = Table(
    "event_cohost",
    Base.metadata,
    Column("event_id", ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
)


class Series(MasterData, Base):
    """Days that follow one another, of hosts that take turns."""

    __tablename__ = "series"


class Event(Scarce, InCalendars, Base):
    """A specialist day. `revision` rises with every change the public can see, `changed_at` (whole seconds) with it;
    `version` guards against lost updates. `language` is that of the texts its team writes. `reserved` is what its reservations hold back at the moment; how many quotas
    and codes there are, and how many groups come only together, stands here, so that a day without any costs no
    question. `questions_version` rises with every change of the organisers' questions and is 0 where there never were
    any; `consents` names, with blanks between, what people are asked to agree to. With `approval` the team decides who is admitted after confirming the address. With
    `asks_accompanying` forms ask how many people come along, with `offers_online` whether somebody comes or takes part online. Where workshops are wished for,
    `wishes_until` ends it, and `placed_at` says when the allocation was published; from then on, with `swaps`, people may
    offer to swap places, until `swaps_until` or the beginning. With `offer_hours` a free seat is
    offered to the first in line for so long, without it they move up at once. A day that is to be called off says at
    `calls_off_at` when; `off_reason` and `off_instead` are what people read about it.
    It may be one of a `series`; `predecessor_id` is the day from which it was made. One that was put away
    (`archived_at`) stands below the others in the lists of its team. `tables_at`
    says since when people read at which discussion tables they sit, so that a day without any costs no question.
    `text_before`, `text_open` and `text_after` are what its team says about registering, each in its time; `form_code` is what
    one types before the form opens, empty where everybody may.
    Entries in calendars of people who register from now on are numbered from `lowest_offset` on: an address of which no row
    tells any more may have been sent a lower number.
    """

    __tablename__ = "event"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint, ...]:
        return (
            *scarce_checks(),
            CheckConstraint("ends_at > starts_at", name="ends_after_start"),
            CheckConstraint("revision >= 0", name="revision_not_negative"),
            CheckConstraint("reserved >= 0", name="reserved_not_negative"),
            CheckConstraint("code_count >= 0 AND code_count <= quota_count", name="codes_are_quotas"),
            CheckConstraint("offer_hours IS NULL OR offer_hours > 0", name="offer_hours"),
            CheckConstraint("together_count >= 0", name="together_not_negative"),
            CheckConstraint("placement = 'direct' OR wishes_until IS NOT NULL", name="wishes_end"),
            CheckConstraint("language IN ('de', 'en')", name="language"),
            CheckConstraint("placed_at IS NULL OR placement = 'wishes'", name="placed_by_wishes"),
        )

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[line]
    language: Mapped[str] = mapped_column(String(2), default="de")
    status: Mapped[EventStatus] = mapped_column(enum_of(EventStatus, "status"), default=EventStatus.DRAFT)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    summary: Mapped[text]
    description: Mapped[text]
    for_whom: Mapped[text]
    fee_note: Mapped[str] = mapped_column(String(FACTS["fee_note"].longest), default="")
    funding_note: Mapped[str] = mapped_column(String(FACTS["funding_note"].longest), default="")
    venue_name: Mapped[str] = mapped_column(String(FACTS["venue_name"].longest), default="")
    venue_street: Mapped[str] = mapped_column(String(FACTS["venue_street"].longest), default="")
    venue_postcode: Mapped[str] = mapped_column(String(FACTS["venue_postcode"].longest), default="")
    venue_city: Mapped[str] = mapped_column(String(FACTS["venue_city"].longest), default="")
    venue_note: Mapped[text]
    contact_name: Mapped[str] = mapped_column(String(FACTS["contact_name"].longest), default="")
    contact_email: Mapped[str] = mapped_column(String(FACTS["contact_email"].longest), default="")
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    moves_up_until: Mapped[datetime | None]
    text_before: Mapped[text]
    text_open: Mapped[text]
    text_after: Mapped[text]
    form_code: Mapped[str] = mapped_column(String(FACTS["form_code"].longest), default="")
    confirm_within_minutes: Mapped[int] = mapped_column(default=60)
    approval: Mapped[bool] = mapped_column(default=False)
    asks_accompanying: Mapped[bool] = mapped_column(default=True)
    offers_online: Mapped[bool] = mapped_column(default=False)
    offer_hours: Mapped[int | None]
    reserved: Mapped[int] = mapped_column(default=0)
    quota_count: Mapped[int] = mapped_column(default=0)
    code_count: Mapped[int] = mapped_column(default=0)
    together_count: Mapped[int] = mapped_column(default=0)
    questions_version: Mapped[int] = mapped_column(default=0)
    lowest_offset: Mapped[int] = mapped_column(default=0)
    consents: Mapped[str] = mapped_column(String(200), default="")
    placement: Mapped[Placement] = mapped_column(enum_of(Placement, "placement"), default=Placement.DIRECT)
    wishes_until: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    swaps: Mapped[bool] = mapped_column(default=True)
    swaps_until: Mapped[datetime | None]
    agenda_released_at: Mapped[datetime | None]
    documentation_released_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    tables_at: Mapped[datetime | None]
    calls_off_at: Mapped[datetime | None] = mapped_column(index=True)
    off_reason: Mapped[text]
    off_instead: Mapped[text]
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    lead_host_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    predecessor_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL"), index=True
    )

    region: Mapped[Region | None] = relationship()
    lead_host: Mapped[Organisation | None] = relationship()
    series: Mapped[Series | None] = relationship()
    cohosts: Mapped[list[Organisation]] = relationship(secondary=event_cohost, order_by=Organisation.id)

    __mapper_args__ = {"version_id_col": version}

    @property
    def seats(self) -> Seats:
        return Seats(self.capacity, self.taken, self.extra, self.reserved)

    @property
    def awaits_places(self) -> bool:
        """Places in workshops are wished for, and not given yet: until then nobody holds one or waits for one."""
        return self.placement is Placement.WISHES and self.placed_at is None

    def takes_wishes(self, now: datetime) -> bool:
        return self.awaits_places and self.wishes_until is not None and now < self.wishes_until

    @property
    def swaps_end(self) -> datetime:
        return self.swaps_until or self.starts_at

    def takes_swaps(self, now: datetime) -> bool:
        """Whether people may offer to swap the places that the allocation gave them."""
        given = self.status is EventStatus.PUBLISHED and self.placed_at is not None
        return given and self.swaps and now < self.swaps_end

    def agenda_is_news(self, now: datetime) -> bool:
        """Nobody is told of an agenda that is not public yet, or of a day that is over."""
        return self.agenda_released_at is not None and now < self.ends_at

    @property
    def shows_links(self) -> bool:
        """Whether who takes part reads by which links: not before the agenda is released, nor of a day that is called off."""
        return self.agenda_released_at is not None and self.status is EventStatus.PUBLISHED

    @property
    def window(self) -> Window:
        return Window(self.registration_opens_at, self.registration_closes_at)

    @property
    def place(self) -> str:
        """The venue on one line: "Haus, Straße, PLZ Ort"."""
        return place_of(self.venue_name, self.venue_street, self.venue_postcode, self.venue_city)

    @property
    def is_described(self) -> bool:
        """Nothing is missing without which no day is published."""
        return all(getattr(self, name) for name in NEEDED)

    @property
    def over_several_dates(self) -> bool:
        """A time alone then does not say on which of them."""
        return local_day(self.starts_at) != last_day(self.ends_at)

    def has_begun(self, now: datetime) -> bool:
        """From here on nobody comes in another one's place."""
        return now >= self.starts_at

    def is_over(self, now: datetime) -> bool:
        """What was, was: nobody cancels any more, and nobody is told of changes."""
        return now >= self.ends_at

    def registration_state(self, now: datetime) -> RegistrationState:
        return registration_state(
            self.status,
            self.window,
            self.starts_at,
            self.ends_at,
            self.seats,
            self.waiting,
            now,
            has_quotas=self.quota_count > 0 or self.together_count > 0,
        )

    def registration_text(self, state: RegistrationState) -> str:
        """What the team says about registering in this state."""
        name = TEXT_OF_STATE.get(state)
        return getattr(self, name) if name is not None else ""

    def opens_form(self, key: str) -> bool:
        """Whether who shows this `form_key` may register: where the team set a code, not everybody may."""
        return opens_form(self.form_code, key)

    def line_moves(self, now: datetime) -> bool:
        """Whether free seats and places still go to who waits."""
        state = self.registration_state(now)
        return line_moves(self.status, state, self.moves_up_until, self.starts_at, now)

    @validates("slug")
    def _keep_slug(self, _key: str, slug: str) -> str:
        return slug.lower()


class Notice(Base):
    """The team changed facts of a public day, and people were told.

    `before` holds the facts that changed, as they were (`app.events.facts.in_json`): mails say old and new by it, and by it
    the change can be taken back. `places` are those that became wishes by it, for the same end. `note` is what the team adds
    in its own words. Who it was stands in the log.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_event_id_at", "event_id", "at"),)

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    note: Mapped[text]
    before: Mapped[Json] = mapped_column(JSON)
    places: Mapped[Json] = mapped_column(JSON, default=dict)


class Quota(Base):
    """Seats of a day that are reserved for some, or of which some get no more than these.

    `taken` counts who falls under it and holds a seat, `waiting` who stands in the day's line. A reservation may be
    exceeded, a cap never is: it grows by `extra` for who is seated by hand or comes under it with an organisation, and
    shrinks back as they leave. A reservation holds back what is not taken of it, until it is released.
    """

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        UniqueConstraint("event_id", "code_key"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("extra >= 0", name="extra_not_negative"),
        CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        CheckConstraint("effect <> 'cap' OR taken <= capacity + extra", name="not_oversold"),
        CheckConstraint("(target = 'kind') = (organisation_kind IS NOT NULL)", name="kind_iff_target"),
        CheckConstraint("target <> 'district' OR district <> ''", name="district_if_target"),
        CheckConstraint(
            "(target = 'organisation') = (organisation_id IS NOT NULL)", name="organisation_iff_target"
        ),
        CheckConstraint("(target = 'code') = (code_key IS NOT NULL)", name="code_iff_target"),
        CheckConstraint("release_at IS NULL OR effect = 'reserve'", name="only_reservations_end"),
        CheckConstraint("released_at IS NULL OR release_at IS NOT NULL", name="released_at_its_date"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    effect: Mapped[QuotaEffect] = mapped_column(enum_of(QuotaEffect, "effect"))
    target: Mapped[QuotaTarget] = mapped_column(enum_of(QuotaTarget, "target"))
    organisation_kind: Mapped[str | None] = mapped_column(String(60), ForeignKey("organisation_kind.key"))
    district: Mapped[str] = mapped_column(String(100), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str] = mapped_column(String(60), default="")
    code_key: Mapped[str | None] = mapped_column(String(120))
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    extra: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    release_at: Mapped[datetime | None] = mapped_column(index=True)
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def aim(self) -> Aim:
        return Aim(self.target, self.organisation_kind, self.district, self.organisation_id, self.code)

    @property
    def full(self) -> bool:
        """A cap that leaves nobody in any more."""
        return self.effect is QuotaEffect.CAP and self.taken >= self.capacity + self.extra

    @property
    def still_extra(self) -> int:
        """What the limit has beyond its own figure as long as people sit there; `extra`, unless somebody has just left."""
        return Seats(self.capacity, self.taken, self.extra).still_extra

    @property
    def held_back(self) -> int:
        """Seats that others do not get."""
        return max(self.capacity - self.taken, 0) if self.is_open_reservation else 0

    @property
    def is_open_reservation(self) -> bool:
        return self.effect is QuotaEffect.RESERVE and self.released_at is None


class Room(Base):
    """A room of the day's venue, or of another house that it names; what it offers to people decides who can go there (A11Y-18).
    One that is `online` may have no house at all; `online_link` is read by those only who take part there."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("seats IS NULL OR seats > 0", name="seats"),
        CheckConstraint("online OR online_link = ''", name="link_only_online"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    seats: Mapped[int | None]
    step_free: Mapped[bool] = mapped_column(default=True)
    loop: Mapped[Loop] = mapped_column(enum_of(Loop, "loop"), default=Loop.NONE)
    note: Mapped[str] = mapped_column(String(300), default="")
    venue: Mapped[str] = mapped_column(String(180), default="")
    online: Mapped[bool] = mapped_column(default=False)
    online_link: Mapped[str] = mapped_column(String(LONGEST_LINK), default="")
    position: Mapped[int] = mapped_column(default=0)

    @property
    def where(self) -> str:
        return self.facts.where

    @property
    def facts(self) -> RoomFacts:
        return RoomFacts(**{one.name: getattr(self, one.name) for one in fields(RoomFacts)})

    @property
    def entry(self) -> RoomEntry:
        """With the link: for the team only."""
        return RoomEntry(self.facts, self.online_link)

    def furnish(self, entry: RoomEntry) -> None:
        """Of a room that is only online nobody asks how to get or hear there."""
        facts = entry.facts
        if facts.only_online:
            facts = replace(facts, step_free=True, loop=Loop.NONE)
        for one in fields(RoomFacts):
            setattr(self, one.name, getattr(facts, one.name))
        self.online_link = entry.link


class TeamMember(Base):
    """Who works on an event, and as what."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("event_id", "organiser_id"),)

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))

    event: Mapped[Event] = relationship()
    organiser: Mapped[Organiser] = relationship()
