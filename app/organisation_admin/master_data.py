# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Regions, districts, kinds of organisation, laws and series: added, renamed, put in order, retired. What is in use is not removed but retired.

A district stands by its name where it is used, so a new name is written there, too, under the locks of the days whose quotas
name it. A kind is named by its key, so that its new name stands everywhere at once; whoever names one says so by a foreign key,
and by that it is found, in whichever slice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Column, func, or_, select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base
from app.events.models import Event, Quota, Series
from app.events.service import lock_event, mark_changed
from app.folding import clean_line, slug_of
from app.organisations.models import District, Organisation, OrganisationKind, Region
from app.organisations.rules import UsualKind, name_key
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal, found
from app.registration.history import By
from app.registration.questions.models import Law, Question

Entry = Region | District | OrganisationKind | Law | Series
Table = type[Any]  # of an entry


class NameGiven(Refusal):
    def __init__(self, field: str = "name") -> None:
        super().__init__(N_("There is one of that name already."), field=field)


class InUse(Refusal):
    def __init__(self, entry: Entry) -> None:
        super().__init__(
            N_("“%(name)s” is in use and cannot be removed. Retire it: then it is offered no more."),
            name=entry.name,
        )


def entries(session: Session, table: Table) -> Sequence[Entry]:
    """All of them in their order, the retired ones too."""
    rows: Sequence[Entry] = session.scalars(select(table).order_by(table.position, table.id)).all()
    return rows


def get_entry(session: Session, table: Table, entry_id: int) -> Entry:
    """Raises `Missing`."""
    entry: Entry = found(session.get(table, entry_id))
    return entry


def add_entry(session: Session, table: Table, name: str, by: By, now: datetime, **more: str) -> Entry:
    """At the end of the order. Refuses a name that is there. `more`: `name_en` of a kind of organisation, `state` of a region."""
    shown, more = clean_line(name), _clean(more)
    _refuse_given(session, table, shown, more.get("name_en", ""))
    last = session.scalar(select(func.max(table.position))) or 0
    if table is Region:
        made: Entry = Region(
            name=shown,
            slug=_free_key(session, Region.slug, slug_of(shown) or "region"),
            position=last + 1,
            **more,
        )
    elif table is District:
        made = District(name=shown, name_key=name_key(shown), position=last + 1)
    elif table is OrganisationKind:
        key = _free_key(session, OrganisationKind.key, (slug_of(shown) or "kind").replace("-", "_")[:50])
        made = OrganisationKind(name=shown, key=key, position=last + 1, **more)
    else:
        made = table(name=shown, position=last + 1)
    session.add(made)
    session.flush()
    _record(session, made, "master_data.add", by, now)
    return made


def rename_entry(
    session: Session,
    table: Table,
    entry_id: int,
    name: str,
    version: int,
    by: By,
    now: datetime,
    **more: str,
) -> None:
    """Where it is used, too, but for laws: questions keep what people were told. Refuses a name that is another one's, and a stale version (F30)."""
    shown, more = clean_line(name), _clean(more)
    days = [lock_event(session, one) for one in _days_with(session, get_entry(session, table, entry_id))]
    entry = _locked(session, table, entry_id)
    if entry.version != version:
        raise ChangedMeanwhile
    _refuse_given(session, table, shown, more.get("name_en", ""), besides=entry)
    if isinstance(entry, District):
        for used in (Organisation, Quota):
            named = used.district.in_(_spellings(session, entry))
            session.execute(update(used).where(named).values(district=shown, version=used.version + 1))
        entry.name_key = name_key(shown)
    for column, value in {"name": shown, **more}.items():
        setattr(entry, column, value)
    for day in days:
        mark_changed(day, now, calendar=False)
    session.flush()
    session.expire_all()
    _record(session, entry, "master_data.change", by, now)


def move_up(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    """One place further to the front; the first stays. Documentations list people by kinds in this order."""
    naming = _days_with(session, get_entry(session, table, entry_id)) if table is OrganisationKind else []
    days = [lock_event(session, one) for one in naming]
    ordered = list(entries(session, table))
    entry = get_entry(session, table, entry_id)
    at = ordered.index(entry)
    if at:
        ordered[at - 1 : at + 1] = [entry, ordered[at - 1]]
        for position, one in enumerate(ordered, start=1):
            if one.position != position:
                one.position = position
        for day in days:
            mark_changed(day, now, calendar=False)
        session.flush()
        _record(session, entry, "master_data.move", by, now)


def retire(session: Session, table: Table, entry_id: int, by: By, now: datetime) -> None:
    """Offered no more; where it was chosen it stays. Refuses what has to be offered."""
    entry = _locked(session, table, entry_id)
    _refuse_needed(entry)
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
    """Refuses one that is in use, and one that has to be offered."""
    entry = _locked(session, table, entry_id)
    _refuse_needed(entry)
    if in_use(session, entry):
        raise InUse(entry)
    _record(session, entry, "master_data.remove", by, now)
    try:
        with session.begin_nested():
            session.delete(entry)
    except IntegrityError:  # named by somebody at this moment; the database says no
        raise InUse(entry) from None


def needed(entry: Entry) -> bool:
    """Organisations that somebody typed in get this kind, so it is always offered."""
    return isinstance(entry, OrganisationKind) and entry.key == UsualKind.OTHER


def in_use(session: Session, entry: Entry) -> bool:
    """Whether a day, an organisation, a quota, a question or anything else names it."""
    if isinstance(entry, OrganisationKind):
        named = (select(one).where(one == entry.key).exists() for one in _naming_a_kind())
        return session.scalar(select(or_(*named))) or False
    if isinstance(entry, Law):
        return session.scalar(select(Question.id).where(Question.law == entry.name).limit(1)) is not None
    if isinstance(entry, Series):
        return session.scalar(select(Event.id).where(Event.series_id == entry.id).limit(1)) is not None
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
    if isinstance(entry, OrganisationKind):
        of_days = [one for one in _naming_a_kind() if "event_id" in one.table.c]
        named = union(*(select(one.table.c.event_id).where(one == entry.key) for one in of_days))
        return sorted(session.scalars(named))
    if isinstance(entry, Series):
        days = select(Event.id).where(Event.series_id == entry.id)
    elif isinstance(entry, Region):
        days = select(Event.id).where(Event.region_id == entry.id)
    else:
        days = select(Quota.event_id).where(Quota.district.in_(_spellings(session, entry))).distinct()
    return sorted(session.scalars(days))


def _naming_a_kind() -> list[Column[Any]]:
    """Columns of all tables that hold the key of a kind."""
    key = OrganisationKind.__table__.c.key
    every = (one for table in Base.metadata.sorted_tables for one in table.foreign_keys)
    return [one.parent for one in every if one.column is key]


def _spellings(session: Session, entry: District) -> list[str]:
    """How it is written where it is used: data of before knew small and capital letters."""
    named = union(select(Organisation.district), select(Quota.district))
    return [one for one in session.scalars(named) if name_key(one) == entry.name_key]


def _locked(session: Session, table: Table, entry_id: int) -> Entry:
    entry: Entry = found(session.get(table, entry_id, with_for_update=True, populate_existing=True))
    return entry


def _clean(more: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_line(value) for name, value in more.items()}


def _refuse_needed(entry: Entry) -> None:
    if needed(entry):
        raise Refusal(
            N_("“%(name)s” stays: organisations that somebody types in get this kind. You can rename it."),
            name=entry.name,
        )


def _refuse_given(
    session: Session, table: Table, name: str, name_en: str, besides: Entry | None = None
) -> None:
    """Imports understand both names of a kind, so none of them may mean another kind."""
    given: set[str] = set()
    for one in entries(session, table):
        if one is not besides:
            given |= {name_key(one.name), name_key(getattr(one, "name_en", ""))}
    if name_key(name) in given:
        raise NameGiven
    if name_en and name_key(name_en) in given:
        raise NameGiven("name_en")


def _free_key(session: Session, column: InstrumentedAttribute[str], wanted: str) -> str:
    """What stands in the address of a region's calendar, and for a kind wherever it is named."""
    taken = set(session.scalars(select(column)))
    return next(
        one for number in count(1) if (one := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )


def _record(session: Session, entry: Entry, action: str, by: By, now: datetime) -> None:
    subject = f"region {entry.id}"
    if isinstance(entry, District):
        subject = f"district {entry.id}"
    elif isinstance(entry, OrganisationKind):
        subject = f"organisation_kind {entry.id}"
    elif isinstance(entry, Law):
        subject = f"law {entry.id}"
    elif isinstance(entry, Series):
        subject = f"series {entry.id}"
    record(session, now, by.organiser_id, None, action, subject, {"name": entry.name})
