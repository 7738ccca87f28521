# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What of the agenda somebody wants to see, as an address says it: round, room, kind, places left, access; list or grid.

Only what a day offers counts, so there are as many pages to keep as there are choices, however many addresses people write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum

from app.events.facts import RoomFacts
from app.events.rules import Loop
from app.programme.agenda import AgendaLine, RoundView, RunView
from app.programme.kinds import Kind
from app.programme.rounds import numbers_filled

WORKSHOP = "workshop"  # beside the kinds of items
YES = "y"  # what a browser sends for a tick


class View(Enum):
    LIST = "list"
    ROOMS = "rooms"
    TRACKS = "tracks"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`round` is a round's number, `room` where it is, `kind` a kind's key or `WORKSHOP`. `unknown`: the address asks for
    something that the day does not have (any more)."""

    round: str = ""
    room: str = ""
    kind: str = ""
    free: bool = False
    step_free: bool = False
    loop: bool = False
    view: View = View.LIST
    unknown: bool = False

    @property
    def narrows(self) -> bool:
        return any((self.round, self.room, self.kind, self.free, self.step_free, self.loop))

    def query(self, **other: object) -> dict[str, str]:
        """As an address says it, each state in one way; `other` is what shall be different there."""
        said = {**asdict(replace(self, unknown=False)), **other}
        view = View(said.pop("view"))
        found = {name: YES if value is True else str(value) for name, value in said.items() if value}
        return found if view is View.LIST else {**found, "view": view.value}


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen on a day."""

    rounds: tuple[RoundView, ...]
    rooms: tuple[str, ...]
    kinds: tuple[Kind, ...]
    views: tuple[View, ...]
    free: bool
    step_free: bool
    loop: bool


def read_offer(lines: Sequence[AgendaLine], *, counts: bool) -> Offer:
    """`counts`: whether free places mean anything at this moment."""
    rounds = [line.round for line in lines if line.round is not None]
    runs = [run for one in rounds for run in one.runs]
    rooms = [room for room in (*(line.room for line in lines), *(run.room for run in runs)) if room]
    kinds = {line.kind.key: line.kind for line in lines if line.kind is not None}
    return Offer(
        tuple(sorted(rounds, key=lambda one: one.number)),
        tuple(dict.fromkeys(room.where for room in rooms)),
        tuple(kinds.values()),
        (
            View.LIST,
            *((View.ROOMS,) if any(run.room for run in runs) else ()),
            *((View.TRACKS,) if any(run.about.track for run in runs) else ()),
        ),
        counts and bool(runs),
        bool(rooms),
        any(room.loop is not Loop.NONE for room in rooms),
    )


def read_wanted(asked: Mapping[str, str], offer: Offer) -> Wanted:
    """What an address asks for; what the day does not offer is left out, and `unknown` says so."""
    known = {
        "round": {str(one.number) for one in offer.rounds},
        "room": set(offer.rooms),
        "kind": {one.key for one in offer.kinds} | ({WORKSHOP} if offer.rounds else set()),
        "view": {one.value for one in offer.views},
        **{name: {YES} if getattr(offer, name) else set() for name in ("free", "step_free", "loop")},
    }
    said = {name: asked[name] for name in known if asked.get(name)}
    good = {name: value for name, value in said.items() if value in known[name]}
    ticks = {name: True for name in ("free", "step_free", "loop") if good.pop(name, None)}
    view = View(good.pop("view", View.LIST.value))
    odd = any(value not in known[name] for name, value in said.items())
    return Wanted(**good, **ticks, view=view, unknown=odd)  # type: ignore[arg-type]


def choose(lines: Sequence[AgendaLine], wanted: Wanted) -> list[AgendaLine]:
    """The lines with what is wanted; a round stays if one of its workshops does, or if nothing is filtered."""
    return list(_chosen(lines, wanted)) if wanted.narrows else list(lines)


def amount(lines: Sequence[AgendaLine]) -> int:
    """Items and workshops; a round without any counts as itself."""
    return sum(len(line.round.runs) or 1 if line.round else 1 for line in lines)


def _chosen(lines: Sequence[AgendaLine], wanted: Wanted) -> Iterator[AgendaLine]:
    for line in lines:
        if line.round is None:
            if _wants_item(line, wanted):
                yield line
            continue
        runs = tuple(run for run in line.round.runs if _wants_run(line.round, run, wanted))
        if runs:
            yield replace(line, round=replace(line.round, runs=runs, going_on=()))


def _wants_item(line: AgendaLine, wanted: Wanted) -> bool:
    key = line.kind.key if line.kind else ""
    return (
        not wanted.round and not wanted.free and wanted.kind in {"", key} and _wants_room(line.room, wanted)
    )


def _wants_run(round_: RoundView, run: RunView, wanted: Wanted) -> bool:
    filled = {str(number) for number in numbers_filled(round_.number, run.spans)}
    return (
        (not wanted.round or wanted.round in filled)
        and wanted.kind in {"", WORKSHOP}
        and (not wanted.free or is_free(run))
        and _wants_room(run.room, wanted)
    )


def is_free(run: RunView) -> bool:
    """Whether somebody who comes now gets a place in it."""
    return run.takes_place and not run.waiting and not run.seats.full


def _wants_room(room: RoomFacts | None, wanted: Wanted) -> bool:
    """Of what has no room yet nobody knows whether it is step-free."""
    if room is None:
        return not (wanted.room or wanted.step_free or wanted.loop)
    return (
        wanted.room in {"", room.where}
        and (not wanted.step_free or room.step_free)
        and (not wanted.loop or room.loop is not Loop.NONE)
    )
