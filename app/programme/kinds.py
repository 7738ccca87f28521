# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of items: as values for the agenda, and the verbs by which a day's team adds its own.

Every verb locks the event first and flushes, never commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import get_of_event
from app.events.service import lock_event, mark_changed
from app.folding import plain, slug_of
from app.programme.conflicts import refuse_stale
from app.programme.models import AgendaKind
from app.programme.rules import Icon, Thing
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Refusal, found
from app.texts import language


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the agenda says it; see `AgendaKind`."""

    key: str
    name: str
    name_en: str
    icon: Icon
    pause: bool = False
    beside: bool = False

    @property
    def word(self) -> str:
        """In the reader's language, as far as there is a word in it."""
        return self.in_language(language())

    def in_language(self, spoken: str) -> str:
        return (self.name_en if spoken == "en" else self.name) or self.name


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What the team says of a kind of its own."""

    name: str
    name_en: str
    icon: Icon
    pause: bool = False
    beside: bool = False


def kind_of(row: AgendaKind) -> Kind:
    return Kind(row.key, row.name, row.name_en, row.icon, row.pause, row.beside)


def kinds_for(session: Session, event: Event) -> Sequence[AgendaKind]:
    """What a day can choose from: the usual ones in their order, then its own."""
    rows = select(AgendaKind).where(or_(AgendaKind.event_id.is_(None), AgendaKind.event_id == event.id))
    return session.scalars(rows.order_by(AgendaKind.event_id.is_not(None), AgendaKind.position)).all()


def get_kind(session: Session, event: Event, key: str) -> AgendaKind:
    """A usual one or one of this day (T02); raises `Missing`."""
    return found(next((one for one in kinds_for(session, event) if one.key == key), None))


def get_own_kind(session: Session, event: Event, kind_id: int) -> AgendaKind:
    """Raises `Missing`, for the usual ones too: they belong to every day."""
    return get_of_event(session, AgendaKind, event.id, kind_id)


def add_kind(session: Session, event_id: int, facts: KindFacts, now: datetime) -> AgendaKind:
    """Refuses a name that is there."""
    event = lock_event(session, event_id)
    refuse_given_name(session, event, facts)
    last = session.scalar(select(func.max(AgendaKind.position))) or 0
    kind = AgendaKind(event_id=event.id, key=_free_key(session, event, facts.name), position=last + 1)
    _write(kind, facts)
    session.add(kind)
    mark_changed(event, now, calendar=False)
    session.flush()
    return kind


def change_kind(
    session: Session, event_id: int, kind_id: int, facts: KindFacts, version: int, now: datetime
) -> None:
    """Refuses a stale version (F30) and a name that is there."""
    event = lock_event(session, event_id)
    kind = get_own_kind(session, event, kind_id)
    session.refresh(kind)
    refuse_stale(kind, version)
    refuse_given_name(session, event, facts, besides=kind)
    _write(kind, facts)
    mark_changed(event, now, calendar=False)
    session.flush()


def remove_kind(session: Session, event_id: int, kind_id: int, now: datetime) -> None:
    """Refuses as `refuse_removing_kind`."""
    event = lock_event(session, event_id)
    kind = get_own_kind(session, event, kind_id)
    refuse_removing_kind(session, event, kind)
    session.delete(kind)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_kind(session: Session, event: Event, kind: AgendaKind) -> None:
    """It stays while an item is of it, in the agenda or in its working copy."""
    copy = read_working_copy(session, event)
    for plan in (copy.released, copy.plan):
        for item in plan.of(Thing.ITEM).values():
            if item.kind == kind.key:
                raise Refusal(
                    N_("“%(title)s” is of this kind. Please choose another kind there first."),
                    title=item.title,
                )


def refuse_given_name(
    session: Session, event: Event, facts: KindFacts, besides: AgendaKind | None = None
) -> None:
    """Two kinds of one name could not be told apart, in neither language."""
    for field in ("name", "name_en"):
        for one in kinds_for(session, event):
            name = getattr(facts, field)
            if one is not besides and name and plain(getattr(one, field)) == plain(name):
                raise Refusal(N_("There is one of that name already."), field=field)


def _write(kind: AgendaKind, facts: KindFacts) -> None:
    kind.name, kind.name_en, kind.icon = facts.name, facts.name_en, facts.icon
    kind.pause, kind.beside = facts.pause, facts.beside


def _free_key(session: Session, event: Event, name: str) -> str:
    """What files say; with the number of the day, so that days do not take names from each other."""
    wanted = f"{(slug_of(name) or 'kind')[:40]}-{event.id}"
    taken = set(session.scalars(select(AgendaKind.key)))
    return next(one for n in count(1) if (one := wanted if n == 1 else f"{wanted}-{n}") not in taken)
