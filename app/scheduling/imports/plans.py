# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The day before a file, what the team chooses, and what is to become of each entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.events.facts import RoomFacts
from app.events.models import Event
from app.programme.agenda import AgendaLine, Meeting, RoundView, RunView
from app.programme.kinds import Kind, KindFacts
from app.programme.workshop_facts import WorkshopFacts
from app.scheduling.imports.values import Entry, Fault, Person

NEW, NONE = "new", "none"
ITEMS, ROUND = "items", "round"


@dataclass(frozen=True, slots=True)
class Day:
    """The day as it is before the file: its agenda, rooms by name, kinds by key."""

    event: Event
    lines: Sequence[AgendaLine]
    rooms: Mapping[str, RoomFacts]
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the team says of what the day does not know. Rooms: name in the file → `NEW`, `NONE` or `=` and the name of a room;
    kinds: word → `NEW` or a key; blocks: beginning → `ITEMS` or `ROUND`. `make_rooms`: those that nothing is said of are made."""

    rooms: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[datetime, str] = field(default_factory=dict)
    make_rooms: bool = False


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """`kind` is a key, or the word for a kind that is to be made."""

    entry: Entry
    known: AgendaLine | None
    kind: str
    said: Mapping[str, str]  # the texts of the item but its title, by the names of its facts
    room: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """`said`: the file names it, so it is one even if nothing runs in it. `booked` None: it does not say."""

    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    known: RoundView | None
    said: bool = False
    booked: bool | None = None


@dataclass(frozen=True, slots=True)
class PlannedWorkshop:
    """`known` is a run of it, if the day has one."""

    facts: WorkshopFacts
    known: RunView | None


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """`workshop` is the place of its workshop among `Outcome.workshops`. `least_people` and `station` None: as it
    was."""

    entry: Entry
    known: Meeting | None
    round: PlannedRound
    workshop: int
    label: str
    room: str
    capacity: int | None
    least_people: int | None
    spans: int
    takes_place: bool
    station: str | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Several entries that begin and end together, so that they may be a round."""

    starts_at: datetime
    ends_at: datetime
    titles: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rooms` and `kinds` (word → what it will be) are to be made. `unknown_rooms` and `unknown_kinds` are all names that something may be said of;
    `staying` are titles of what is in the day and not in the file. `moderation` None: the file says nothing of it."""

    rounds: tuple[PlannedRound, ...]
    workshops: tuple[PlannedWorkshop, ...]
    runs: tuple[PlannedRun, ...]
    items: tuple[PlannedItem, ...] = ()
    faults: tuple[Fault, ...] = ()
    rooms: tuple[RoomFacts, ...] = ()
    kinds: Mapping[str, KindFacts] = field(default_factory=dict)
    unknown_rooms: tuple[str, ...] = ()
    unknown_kinds: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    staying: tuple[str, ...] = ()
    moderation: tuple[Person, ...] | None = None
