# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What changed about people's workshops without their doing: noted with the change, folded for the mail."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from app.events.facts import RoomFacts
from app.events.models import Room
from app.events.rules import Loop
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.rules import PlaceState
from app.registration.workshops.models import PlaceChange
from app.registration.workshops.rules import PlaceFact
from app.texts import stored_times


@dataclass(frozen=True, slots=True)
class RunChange:
    """What changed about a run; for the words see `PlaceChange`."""

    run: Run
    fact: PlaceFact
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class RunNews:
    """One line of a mail. `old` and `new` as people read them; for a yes or no, empty means "not". Of a room `run` is its name,
    and it is in no round."""

    run: str
    round: str
    round_id: int
    fact: PlaceFact
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlaceNews:
    """`noted`: what the team added, each with the name of the room whose link it is about, else with None."""

    lines: tuple[RunNews, ...]
    noted: tuple[tuple[str | None, str], ...]

    def __bool__(self) -> bool:
        return bool(self.lines)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for _room, text in self.noted))

    def with_links_of(self, rooms: Container[str]) -> "PlaceNews":
        """Without new links of other rooms, and what was added to them: who has left a workshop need not know them."""
        return PlaceNews(
            tuple(
                one for one in self.lines if one.fact is not PlaceFact.LINK or not one.new or one.run in rooms
            ),
            tuple((room, text) for room, text in self.noted if room is None or room in rooms),
        )

    @property
    def of_links(self) -> bool:
        """Whether a link by which the person takes part is another now."""
        return any(one.fact is PlaceFact.LINK for one in self.lines)

    @property
    def only_of_rooms(self) -> bool:
        """Nothing about the person's own workshops."""
        return all(not one.round for one in self.lines)

    @property
    def only_of_links(self) -> bool:
        return all(one.fact is PlaceFact.LINK for one in self.lines)

    @property
    def lost_in(self) -> set[int]:
        """The ids of the rounds in which the person may want to choose anew."""
        return {
            one.round_id
            for one in self.lines
            if (one.fact is PlaceFact.OFF and one.new) or (one.fact is PlaceFact.PLACE and not one.new)
        }


def gained(run: Run) -> RunChange:
    return RunChange(run, PlaceFact.PLACE, new="yes")


def lost(run: Run) -> RunChange:
    return RunChange(run, PlaceFact.PLACE, old="yes")


def out_of_line(run: Run) -> RunChange:
    return RunChange(run, PlaceFact.LINE, old="yes")


def between(
    before: Iterable[tuple[Run, PlaceState]], after: Iterable[tuple[Run, PlaceState]]
) -> list[RunChange]:
    """What somebody else's hand changed about the runs a person is in or waits for."""
    facts = {PlaceState.PLACE: PlaceFact.PLACE, PlaceState.WAITING: PlaceFact.LINE}
    had, has = dict(before), dict(after)
    return [
        change
        for run in dict.fromkeys((*had, *has))
        if had.get(run) is not has.get(run)
        for change in (
            *([RunChange(run, facts[had[run]], old="yes")] if had.get(run) in facts else []),
            *([RunChange(run, facts[has[run]], new="yes")] if has.get(run) in facts else []),
        )
    ]


def called_off(run: Run) -> RunChange:
    return RunChange(run, PlaceFact.OFF, new="yes")


def on_again(run: Run) -> RunChange:
    """For who leads it: a place in it is gone."""
    return RunChange(run, PlaceFact.OFF, old="yes")


@dataclass(frozen=True, slots=True)
class RoomChange:
    """What changed about a room, whatever one does there; with what the team adds. For the words see `PlaceChange`."""

    room_id: int
    fact: PlaceFact
    old: str
    new: str
    note: str


def note_rooms(session: Session, people: Sequence[int], changes: Sequence[RoomChange], now: datetime) -> None:
    """For all of these at once."""
    rows = [
        {
            "registration_id": one,
            "room_id": change.room_id,
            "at": now,
            "fact": change.fact,
            "old": change.old,
            "new": change.new,
            "note": change.note,
        }
        for change in changes
        for one in people
    ]
    if rows:
        session.execute(insert(PlaceChange), rows)


def note_changes(
    session: Session, registration: Registration, changes: Iterable[RunChange], now: datetime, text: str = ""
) -> None:
    for one in changes:
        session.add(
            PlaceChange(
                registration_id=registration.id,
                run_id=one.run.id,
                at=now,
                fact=one.fact,
                old=one.old,
                new=one.new,
                note=text,
            )
        )


def place_news(session: Session, registration: Registration, since: datetime) -> PlaceNews:
    """What changed after `since` and did not change back."""
    found = (
        select(PlaceChange)
        .where(PlaceChange.registration_id == registration.id, PlaceChange.at > since)
        .options(
            joinedload(PlaceChange.run).joinedload(Run.workshop),
            joinedload(PlaceChange.run).joinedload(Run.round),
            joinedload(PlaceChange.room),
        )
        .order_by(PlaceChange.id)
    )
    changes = session.scalars(found).all()
    folded: dict[tuple[Run | Room, PlaceFact], tuple[str, str]] = {}
    for one in changes:
        about = one.run or one.room
        if about is not None:
            key = about, one.fact
            folded[key] = folded[key][0] if key in folded else one.old, one.new
    for run in [one for one, fact in folded if fact is PlaceFact.OFF and isinstance(one, Run)]:
        # It was called off, and is on again: what is left of it is that the place is gone.
        if folded[run, PlaceFact.OFF][1] and run.takes_place:
            del folded[run, PlaceFact.OFF]
            if (run, PlaceFact.ROLE) not in folded:
                folded.setdefault((run, PlaceFact.PLACE), ("yes", ""))
    lines = [
        RunNews(*_named(about), fact, *_words(fact, old, new))
        for (about, fact), (old, new) in folded.items()
        if old != new and _is_worth_a_word(folded, about, fact)
    ]
    noted = (
        (one.room.name if one.room and one.fact is PlaceFact.LINK and one.new else None, one.note)
        for one in changes
        if one.note
    )
    return PlaceNews(tuple(lines), tuple(noted))


def _named(about: Run | Room) -> tuple[str, str, int]:
    if isinstance(about, Room):
        return about.name, "", 0
    return f"{about.label} {about.workshop.title}", about.round.title, about.round_id


def _is_worth_a_word(
    folded: Mapping[tuple[Run | Room, PlaceFact], tuple[str, str]], about: Run | Room, fact: PlaceFact
) -> bool:
    """Of a run that does not take place nothing else, and that only to who knew of being in it; of one in which somebody has a
    place only now, or no longer, not what changed about it: they never knew it otherwise, or need not know it. Nor that who has a
    place waits no longer."""
    stands = {one: folded[about, one] for one in _HOW_ONE_STANDS if (about, one) in folded}
    off = folded.get((about, PlaceFact.OFF), ("", ""))[1]
    if fact is PlaceFact.OFF:
        return not off or not stands or any(old for old, _new in stands.values())
    if off:
        return False
    if fact is PlaceFact.LINE:
        return bool(stands[fact][1] or not stands.get(PlaceFact.PLACE, ("", ""))[1])
    if fact not in _ABOUT_A_RUN:
        return True
    return all(old and new for one, (old, new) in stands.items() if one is not PlaceFact.LINE)


_HOW_ONE_STANDS = (PlaceFact.PLACE, PlaceFact.ROLE, PlaceFact.LINE)
_ABOUT_A_RUN = frozenset((PlaceFact.TIMES, PlaceFact.ROOM, PlaceFact.ACCESS, PlaceFact.TITLE))


def access_code(room: RoomFacts) -> str:
    """As `PlaceChange` keeps it: "step_free/fixed"; without steps to get there, or not, and the loop. "online/none" where
    nobody goes there."""
    if room.only_online:
        return f"online/{Loop.NONE.value}"
    return f"{'step_free' if room.step_free else 'steps'}/{room.loop.value}"


def _access(code: str) -> str:
    way, _, loop = code.partition("/")
    return RoomFacts("", None, way != "steps", Loop(loop), online=way == "online").reach


def _words(fact: PlaceFact, old: str, new: str) -> tuple[str, str]:
    if fact is PlaceFact.ACCESS:
        return _access(old), _access(new)
    if fact is not PlaceFact.TIMES:
        return old, new
    return stored_times(old), stored_times(new)
