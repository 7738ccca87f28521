# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases around organisations: naming, describing, and the names' part of merging two of them.

What merging does to people and quotas stands in `organisation_admin`, which knows both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.db import insert_of
from app.folding import clean_line
from app.organisations.models import District, Office, Organisation, Region
from app.organisations.queries import aliases_of
from app.organisations.rules import NameTaken, UsualKind, columns_of, name_key
from app.refusal import N_, Missing, Refusal
from app.store.portions import portions

NO_KINDS: Mapping[str, str] = MappingProxyType({})


# Read anew, and merged by nobody else before the transaction ends. Only what is found is locked, no alias.
_LOCK: dict[str, Any] = {"read": True, "key_share": True, "of": Organisation}
_spelling = aliased(Organisation)
_meant = Organisation.id == func.coalesce(_spelling.merged_into_id, _spelling.id)
# By its own name or by an alias, in one question; put together once, because every registration asks it.
NAMED = select(Organisation).join(_spelling, _meant).where(_spelling.name_key == bindparam("key"))
LOCKED = NAMED.with_for_update(**_LOCK).execution_options(populate_existing=True)


def name_organisation(session: Session, name: str) -> Organisation:
    """The organisation of that name or alias; a name nobody has used yet becomes a provisional one.

    Two people from the same new organisation may register for two days at the same moment: no lock is common to
    them, so the later one waits for the index and takes the row of the first. Whoever merges an organisation holds
    its row until its people have moved on; who comes after that asks again, and finds where it went.
    """
    key = name_key(name)
    found = session.scalar(LOCKED, {"key": key})
    if found is None:
        new = insert_of(session)(Organisation).values(**columns_of(name), provisional=True)
        session.execute(new.on_conflict_do_nothing(index_elements=[Organisation.name_key]))
        found = session.scalars(LOCKED, {"key": key}).one()
    while found.is_alias:
        found = session.scalars(LOCKED, {"key": key}).one()
    return found


def name_organisations(
    session: Session, names: Collection[str], kinds: Mapping[str, str] = NO_KINDS
) -> dict[str, Organisation]:
    """The same for many names: name → organisation. `kinds`, by name, are those of new ones where that is known."""
    keys = {name: name_key(name) for name in names}
    found = _by_key(session, set(keys.values()))
    new = {key: columns_of(name) for name, key in keys.items() if key not in found}
    if new:
        known = {name_key(name): kind for name, kind in kinds.items()}
        rows = [
            {**new[key], "provisional": True, "kind": known.get(key, UsualKind.OTHER)} for key in sorted(new)
        ]
        session.execute(
            insert_of(session)(Organisation).on_conflict_do_nothing(index_elements=[Organisation.name_key]),
            rows,
        )
        found |= _by_key(session, set(new))
    for name, key in keys.items():
        if found[key].is_alias:  # merged by somebody else at this moment
            found[key] = name_organisation(session, name)
    return {name: found[key] for name, key in keys.items()}


def _by_key(session: Session, keys: Collection[str]) -> dict[str, Organisation]:
    """By the key of a name or an alias; locked, as in `name_organisation`."""
    wanted = sorted(keys)
    found: dict[str, Organisation] = {}
    for some in portions(wanted):
        those = select(_spelling.name_key, Organisation).join(_spelling, _meant)
        those = those.where(_spelling.name_key.in_(some)).order_by(Organisation.id)
        locked = those.with_for_update(**_LOCK).execution_options(populate_existing=True)
        found |= {row[0]: row[1] for row in session.execute(locked)}
    return found


def find_organisation(session: Session, name: str) -> Organisation | None:
    return session.scalar(NAMED, {"key": name_key(name)})


def add_organisation(
    session: Session,
    name: str,
    *,
    kind: str = UsualKind.OTHER,
    district: str = "",
    region: Region | None = None,
    provisional: bool = False,
) -> Organisation:
    """Refuses a name or alias that is there."""
    if find_organisation(session, name) is not None:
        raise NameTaken
    organisation = Organisation(
        **columns_of(name),
        kind=kind,
        district=keep_district(session, district),
        region=region,
        provisional=provisional,
    )
    session.add(organisation)
    session.flush()
    return organisation


def keep_district(session: Session, name: str) -> str:
    """The district as it is spelled already; a new one is offered from now on. Nothing typed is no district."""
    shown = clean_line(name)
    if not shown:
        return ""
    known = select(District.name).where(District.name_key == name_key(shown))
    if (spelled := session.scalar(known)) is not None:
        return spelled
    last = select(func.coalesce(func.max(District.position), 0) + 1).scalar_subquery()
    new = insert_of(session)(District).values(
        name=shown, name_key=name_key(shown), position=last, retired=False, version=1
    )
    session.execute(new.on_conflict_do_nothing(index_elements=[District.name_key]))
    return session.scalars(known).one()


def accept_organisation(
    session: Session, name: str, *, kind: str = UsualKind.OTHER, district: str = ""
) -> Organisation:
    """The one of that name or alias, or a new one: somebody of the team named it, so it may be suggested to others."""
    there = find_organisation(session, name)
    if there is None:
        return add_organisation(session, name, kind=kind, district=district)
    there.provisional = False
    session.flush()
    return there


def make_office(session: Session, organisation: Organisation) -> None:
    """From now on it hosts new days."""
    session.merge(Office(id=1, organisation_id=organisation.id))
    session.flush()


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What the organisers' form says of an organisation."""

    name: str
    kind: str
    district: str
    region_id: int | None
    provisional: bool


def lock_organisations(session: Session, ids: Sequence[int]) -> list[Organisation]:
    """These rows in the order asked for, locked against anybody who names them, and read anew. Raises `Missing`.

    After the events, before registrations; several always in the order of their ids.
    """
    found = session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {one.id: one for one in found}
    if set(by_id) != set(ids):
        raise Missing
    return [by_id[one] for one in ids]


def keep_organisation(session: Session, organisation_id: int) -> Organisation:
    """It stays what it is until the end of the transaction. Refuses an alias; raises `Missing`."""
    found = session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update(**_LOCK)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    refuse_alias(found)
    return found


def describe(session: Session, organisation: Organisation, facts: OrganisationFacts) -> None:
    """Everything but whom it concerns. The old name stays as an alias; refuses a name that is another one's."""
    if name_key(facts.name) != organisation.name_key:
        _rename(session, organisation, facts.name)
    for column, value in columns_of(facts.name).items():
        setattr(organisation, column, value)
    organisation.kind = facts.kind
    organisation.district = keep_district(session, facts.district)
    organisation.region_id = facts.region_id
    organisation.provisional = facts.provisional
    session.flush()


def _rename(session: Session, organisation: Organisation, name: str) -> None:
    old_name = organisation.name
    there = session.scalar(select(Organisation).where(Organisation.name_key == name_key(name)))
    if there is not None and there.merged_into_id != organisation.id:
        raise NameTaken
    if there is None:
        alias = Organisation(merged_into_id=organisation.id, provisional=organisation.provisional)
    else:
        alias = there
        alias.name_key = f"#{alias.id}"  # makes room in the index for a moment
        session.flush()
    organisation.name_key = name_key(name)
    session.flush()
    for column, value in columns_of(old_name).items():
        setattr(alias, column, value)
    session.add(alias)
    session.flush()


def refuse_alias(organisation: Organisation) -> None:
    if organisation.is_alias:
        raise Refusal(N_("This organisation has been merged into another one in the meantime."))


def refuse_merge(source: Organisation, target: Organisation) -> None:
    """Two different ones that nobody has merged, and the target an organiser has seen."""
    if source.id == target.id:
        raise Refusal(N_("An organisation cannot be merged into itself. Please choose another one."))
    refuse_alias(source)
    if target.is_alias:
        raise Refusal(N_("This organisation has been merged into another one. Please choose that one."))
    if target.provisional:
        raise Refusal(
            N_("“%(name)s” has not been accepted yet. Accept it first, or choose another one."),
            name=target.name,
        )


def make_alias(session: Session, source: Organisation, target: Organisation) -> list[int]:
    """`source` and its aliases are aliases of `target` from now on; the ids of those aliases. Both are locked."""
    aliases = aliases_of(session, source)
    for one in (source, *aliases):
        one.merged_into_id = target.id
    session.flush()
    return [one.id for one in aliases]


def part_again(session: Session, source: Organisation, target: Organisation, aliases: Sequence[int]) -> None:
    """Takes `make_alias` back; aliases that moved on since stay where they are."""
    source.merged_into_id = None
    session.flush()
    for one in aliases_of(session, target):
        if one.id in aliases:
            one.merged_into_id = source.id
    session.flush()
