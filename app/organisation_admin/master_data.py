# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Regions, districts and laws: added, renamed, put in order, retired. What is in use is not removed but retired.

A district stands by its name where it is used, so a new name is written there, too, under the locks of the days whose quotas
name it.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import func, or_, select, union, update
from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.queries import slug_of
from app.events.service import lock_event, mark_changed
from app.folding import clean_line
from app.organisations.models import District, Organisation, Region
from app.organisations.rules import name_key
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal, found
from app.registration.history import By
from app.registration.questions.models import Law, Question

Entry = Region | District | Law
Table = type[Any]  # of an entry


class NameGiven(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("There is one of that name already."), field="name")


def entries(session: Session, table: Table) -> Sequence[Entry]:
    """All of them in their order, the retired ones too."""
    rows: Sequence[Entry] = session.scalars(select(table).order_by(table.position, table.id)).all()
    return rows


def get_entry(session: Session, table: Table, entry_id: int) -> Entry:
    """Raises `Missing`."""
    entry: Entry = found(session.get(table, entry_id))
    return entry


def add_entry(session: Session, table: Table, name: str, by: By, now: datetime) -> Entry:
    """At the end of the order. Refuses a name that is there."""
    shown = clean_line(name)
    _refuse_given(session, table, shown)
    last = session.scalar(select(func.max(table.position))) or 0
    if table is Region:
        made: Entry = Region(name=shown, slug=_free_slug(session, shown), position=last + 1)
    elif table is District:
        made = District(name=shown, name_key=name_key(shown), position=last + 1)
    else:
        made = Law(name=shown, position=last + 1)
    session.add(made)
    session.flush()
    _record(session, made, "master_data.add", by, now)
    return made


def rename_entry(
    session: Session, table: Table, entry_id: int, name: str, version: int, by: By, now: datetime
) -> None:
    """Where it is used, too, but for laws: questions keep what people were told. Refuses a name that is another one's, and a stale version (F30)."""
    shown = clean_line(name)
    days = [lock_event(session, one) for one in _days_with(session, get_entry(session, table, entry_id))]
    entry = _locked(session, table, entry_id)
    if entry.version != version:
        raise ChangedMeanwhile
    if name_key(shown) != name_key(entry.name):
        _refuse_given(session, table, shown)
    if isinstance(entry, District):
        for used in (Organisation, Quota):
            named = used.district.in_(_spellings(session, entry))
            session.execute(update(used).where(named).values(district=shown, version=used.version + 1))
        entry.name_key = name_key(shown)
    entry.name = shown
    for day in days:
        mark_changed(day, now, calendar=False)
    session.flush()
    session.expire_all()
    _record(session, entry, "master_data.change", by, now)


def move_up(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    """One place further to the front; the first stays."""
    ordered = list(entries(session, table))
    entry = get_entry(session, table, entry_id)
    at = ordered.index(entry)
    if at:
        ordered[at - 1 : at + 1] = [entry, ordered[at - 1]]
        for position, one in enumerate(ordered, start=1):
            if one.position != position:
                one.position = position
        session.flush()
        _record(session, entry, "master_data.move", by, now)


def retire(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    """Offered no more; where it was chosen it stays."""
    entry = _locked(session, table, entry_id)
    if not entry.retired:
        entry.retired = True
        session.flush()
        _record(session, entry, "master_data.retire", by, now)


def offer_again(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    entry = _locked(session, table, entry_id)
    if entry.retired:
        entry.retired = False
        session.flush()
        _record(session, entry, "master_data.offer", by, now)


def remove_entry(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    """Refuses one that is in use."""
    entry = _locked(session, table, entry_id)
    if in_use(session, entry):
        raise Refusal(
            N_("“%(name)s” is in use and cannot be removed. Retire it: then it is offered no more."),
            name=entry.name,
        )
    _record(session, entry, "master_data.remove", by, now)
    session.delete(entry)
    session.flush()


def in_use(session: Session, entry: Entry) -> bool:
    """Whether a day, an organisation, a quota or a question names it."""
    if isinstance(entry, Law):
        return session.scalar(select(Question.id).where(Question.law == entry.name).limit(1)) is not None
    if isinstance(entry, Region):
        days = select(Event.id).where(Event.region_id == entry.id)
        organisations = select(Organisation.id).where(Organisation.region_id == entry.id)
    else:
        spelled = _spellings(session, entry)
        days = select(Quota.id).where(Quota.district.in_(spelled))
        organisations = select(Organisation.id).where(Organisation.district.in_(spelled))
    return session.scalar(select(or_(days.exists(), organisations.exists()))) or False


def _days_with(session: Session, entry: Entry) -> Sequence[int]:
    """Days whose pages or quotas say its name, in the order in which they are locked."""
    if isinstance(entry, Law):
        return []
    if isinstance(entry, Region):
        days = select(Event.id).where(Event.region_id == entry.id)
    else:
        days = select(Quota.event_id).where(Quota.district.in_(_spellings(session, entry))).distinct()
    return sorted(session.scalars(days))


def _spellings(session: Session, entry: District) -> list[str]:
    """How it is written where it is used: data of before knew small and capital letters."""
    named = union(select(Organisation.district), select(Quota.district))
    return [one for one in session.scalars(named) if name_key(one) == entry.name_key]


def _locked(session: Session, table: Table, entry_id: int) -> Entry:
    entry: Entry = found(session.get(table, entry_id, with_for_update=True, populate_existing=True))
    return entry


def _refuse_given(session: Session, table: Table, name: str) -> None:
    if any(name_key(one.name) == name_key(name) for one in entries(session, table)):
        raise NameGiven


def _free_slug(session: Session, name: str) -> str:
    """What stands in the address of the region's calendar."""
    wanted, taken = slug_of(name) or "region", set(session.scalars(select(Region.slug)))
    return next(
        one for number in count(1) if (one := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )


def _record(session: Session, entry: Entry, action: str, by: By, now: datetime) -> None:
    subject = f"region {entry.id}"
    if isinstance(entry, District):
        subject = f"district {entry.id}"
    elif isinstance(entry, Law):
        subject = f"law {entry.id}"
    record(session, now, by.organiser_id, None, action, subject, {"name": entry.name})
