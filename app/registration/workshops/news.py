# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What changed about people's workshops without their doing: noted with the change, folded for the mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.events.facts import RoomFacts
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
    """One line of a mail. `old` and `new` as people read them; for a yes or no, empty means "not"."""

    run: str
    round: str
    round_id: int
    fact: PlaceFact
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlaceNews:
    lines: tuple[RunNews, ...]
    notes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.lines)

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
        )
        .order_by(PlaceChange.at, PlaceChange.id)
    )
    changes = session.scalars(found).all()
    folded: dict[tuple[int, PlaceFact], tuple[Run, str, str]] = {}
    for one in changes:
        key = one.run_id, one.fact
        old = folded[key][1] if key in folded else one.old
        folded[key] = one.run, old, one.new
    off = {run_id for (run_id, fact), (_run, _old, new) in folded.items() if fact is PlaceFact.OFF and new}
    lines = [
        RunNews(
            f"{run.label} {run.workshop.title}", run.round.title, run.round_id, fact, *_words(fact, old, new)
        )
        for (run_id, fact), (run, old, new) in folded.items()
        # Of a run that does not take place nothing else is worth a word.
        if old != new and (fact is PlaceFact.OFF or run_id not in off)
    ]
    return PlaceNews(tuple(lines), tuple(dict.fromkeys(one.note for one in changes if one.note)))


def access_code(room: RoomFacts) -> str:
    """As `PlaceChange` keeps it: "step_free/fixed"; without steps to get there, or not, and the loop."""
    return f"{'step_free' if room.step_free else 'steps'}/{room.loop.value}"


def _access(code: str) -> str:
    way, _, loop = code.partition("/")
    return RoomFacts("", None, way == "step_free", Loop(loop)).reach


def _words(fact: PlaceFact, old: str, new: str) -> tuple[str, str]:
    if fact is PlaceFact.ACCESS:
        return _access(old), _access(new)
    if fact is not PlaceFact.TIMES:
        return old, new
    return stored_times(old), stored_times(new)
