# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Claiming and giving back what is scarce: the seats of a day and of its quotas, the places of a workshop run.

Each verb is one conditional UPDATE, and the table's CHECK stands behind it. Callers hold the lock on the event's
row (`service.lock_event`), so that "full" and "the next waiting number" are one decision. The updates pass by the
mapper on purpose: seats are no edit of the row, so its `version` stays.

`quotas` are those the person falls under. Who falls under a reservation that holds something back takes a seat of it;
everybody else only gets what no reservation holds back.

`chairs` are the person's and those of who comes along: got together or not at all. Quotas and lines count people, not
chairs: who comes along is no seat of an organisation, and stands in no line of their own.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, or_, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Event, Quota, Scarce

_COUNTERS = ("taken", "extra", "waiting", "waiting_counter", "reserved")
_QUOTA = cast(Table, Quota.__table__)
_COUNTED = (
    update(_QUOTA)
    .where(_QUOTA.c.id.in_(bindparam("those", expanding=True)))
    .values({name: _QUOTA.c[name] + bindparam(f"by_{name}") for name in ("taken", "waiting", "extra")})
    .returning(_QUOTA.c.id, _QUOTA.c.taken, _QUOTA.c.waiting, _QUOTA.c.extra)
)

Condition = Callable[[Table], ColumnElement[bool]]


def claim_seat(session: Session, scarce: Scarce, quotas: Sequence[Quota] = (), *, chairs: int) -> bool:
    """Take one seat, of the day and of each quota at once. False when there is none, or not so many chairs. No chair is always
    there, and counted nowhere."""
    if not chairs:
        return True
    if any(quota.full for quota in quotas):
        return False
    change = _taking(quotas, chairs)
    if not _update(session, scarce, change, _room_for(scarce, change)):
        return False
    _count(session, quotas, taken=1)
    return True


def claim_seats(
    session: Session, event: Event, wanted: Sequence[Sequence[Quota]], chairs: Sequence[int]
) -> list[bool]:
    """For many, one after the other, what `claim_seat` does for one: each entry holds somebody's quotas. The decisions
    are made under the lock from the rows as they were read; one statement per counter writes them down."""
    seats = event.seats
    by_quota: Counter[int] = Counter()
    quotas = {quota.id: quota for mine in wanted for quota in mine}
    got = []
    for mine, many in zip(wanted, chairs, strict=True):
        back = sum(quota.held_back > 0 for quota in mine)
        got.append(not many or (not seats.missing(many, back) and not any(quota.full for quota in mine)))
        if got[-1]:
            seats = replace(seats, taken=seats.taken + many, reserved=seats.reserved - back)
            for quota in mine:
                by_quota[quota.id] += 1
                set_committed_value(quota, "taken", quota.taken + 1)
    change = {"taken": seats.taken - event.taken, "reserved": seats.reserved - event.reserved}
    _update(session, event, change)
    for quota_id, number in sorted(by_quota.items()):
        _count(session, [quotas[quota_id]], taken=number)
    return got


def join_line_together(session: Session, event: Event, wanted: Sequence[Sequence[Quota]]) -> list[int]:
    """The next waiting numbers for all of them, in their order."""
    if not wanted:
        return []
    many = len(wanted)
    _update(session, event, {"waiting": many, "waiting_counter": many})
    by_quota = Counter(quota.id for mine in wanted for quota in mine)
    quotas = {quota.id: quota for mine in wanted for quota in mine}
    for quota_id, number in sorted(by_quota.items()):
        _count(session, [quotas[quota_id]], waiting=number)
    return list(range(event.waiting_counter - many + 1, event.waiting_counter + 1))


def release_seat(session: Session, scarce: Scarce, quotas: Sequence[Quota] = (), *, chairs: int) -> None:
    """Give one back. As long as people sit on seats that were added by hand, it is one of those, and gone."""
    if not chairs:
        return
    change = {"taken": -chairs}
    back = sum(_holds_back(quota, quota.taken - 1) for quota in quotas)
    if back:
        change["reserved"] = back
    now = scarce.seats
    needless = now.extra - replace(now, taken=now.taken - chairs, reserved=now.reserved + back).still_extra
    if needless:
        change["extra"] = -needless
    if not _update(session, scarce, change, _so_many_sit):
        raise RuntimeError(f"{_table(scarce).name} {_id(scarce)}: a seat was given back that nobody held")
    _count(session, quotas, taken=-1)


def join_line(session: Session, scarce: Scarce, quotas: Sequence[Quota] = ()) -> int:
    """Draw the next waiting number: never reused, never renumbered."""
    _update(session, scarce, {"waiting": 1, "waiting_counter": 1})
    _count(session, quotas, waiting=1)
    return scarce.waiting_counter


def leave_line(session: Session, scarce: Scarce, quotas: Sequence[Quota] = ()) -> None:
    if not _update(session, scarce, {"waiting": -1}, _somebody_waits):
        raise RuntimeError(f"{_table(scarce).name} {_id(scarce)}: somebody left a line that was empty")
    _count(session, quotas, waiting=-1)


def overbook(session: Session, scarce: Scarce, quotas: Sequence[Quota] = (), *, chairs: int) -> None:
    """One seat more than there are, by hand: raises `extra` beside the capacity, where it is full, and takes it.

    A seat that is held back for others counts as gone.
    """
    change = _taking(quotas, chairs)
    if missing := scarce.seats.missing(chairs, -change.get("reserved", 0)):
        change["extra"] = missing
    _update(session, scarce, change)
    full = [quota for quota in quotas if quota.full]
    _count(session, full, taken=1, extra=1)
    _count(session, [quota for quota in quotas if quota not in full], taken=1)


def move_quotas(session: Session, event: Event, old: Sequence[Quota], new: Sequence[Quota]) -> None:
    """Somebody with a seat falls under other quotas from now on, whatever is left of them."""
    _change_reserved(session, event, sum(_holds_back(quota, quota.taken - 1) for quota in old))
    _count(session, old, taken=-1)
    _change_reserved(session, event, -sum(quota.held_back > 0 for quota in new))
    full = [quota for quota in new if quota.full]
    _count(session, full, taken=1, extra=1)
    _count(session, [quota for quota in new if quota not in full], taken=1)


def move_in_line(session: Session, old: Sequence[Quota], new: Sequence[Quota]) -> None:
    _count(session, old, waiting=-1)
    _count(session, new, waiting=1)


def set_reserved(session: Session, event: Event, quotas: Sequence[Quota]) -> None:
    """After quotas were added, changed, released or taken away; these are all that are left."""
    _change_reserved(session, event, sum(quota.held_back for quota in quotas) - event.reserved)


def _change_reserved(session: Session, event: Event, by: int) -> None:
    if by:
        _update(session, event, {"reserved": by})


def _taking(quotas: Sequence[Quota], chairs: int) -> dict[str, int]:
    """What taking a seat changes; `reserved`, if it is taken from what is held back."""
    back = sum(quota.held_back > 0 for quota in quotas)
    return {"taken": chairs, "reserved": -back} if back else {"taken": chairs}


def _room_for(scarce: Scarce, change: Mapping[str, int]) -> Condition:
    """What `Seats.missing` says, asked of the row itself."""
    if not isinstance(scarce, Event):
        return _free
    if "reserved" not in change:
        return _beside_reserved
    return _free if change["taken"] == 1 else _beside_what_stays_reserved


def _holds_back(quota: Quota, taken: int) -> bool:
    """Whether the seat that leaves `taken` behind is held back again."""
    return quota.is_open_reservation and taken < quota.capacity


def _count(
    session: Session, quotas: Sequence[Quota], *, taken: int = 0, waiting: int = 0, extra: int = 0
) -> None:
    """All of these quotas in one statement; the table's CHECKs refuse what must not be. Whoever leaves a limit that has
    grown takes that seat along."""
    if not quotas:
        return
    by_id = {quota.id: quota for quota in quotas}
    change = {"taken": taken, "waiting": waiting, "extra": extra}
    rows = session.execute(_COUNTED, {"those": sorted(by_id), **_by(change)}).all()
    if len(rows) != len(by_id):
        raise RuntimeError(f"quotas {sorted(by_id)}: one of them is gone")
    for row in rows:
        for name in ("taken", "waiting", "extra"):
            set_committed_value(by_id[row.id], name, getattr(row, name))
    for quota in by_id.values() if taken < 0 else ():
        if needless := quota.extra - quota.still_extra:
            _count(session, [quota], extra=-needless)


def _update(
    session: Session, scarce: Scarce, change: Mapping[str, int], condition: Condition | None = None
) -> bool:
    """Add to the counters, if the condition holds; what the row says afterwards is what `scarce` says."""
    statement = _changing(_table(scarce), tuple(change), condition)
    row = session.execute(statement, {"row": _id(scarce), **_by(change)}).one_or_none()
    if row is None:
        return False
    for name, value in row._mapping.items():
        set_committed_value(scarce, name, value)
    return True


@cache
def _changing(table: Table, counters: tuple[str, ...], condition: Condition | None) -> Any:
    """The statement, made once: putting it together costs more than running it."""
    conditions = [] if condition is None else [condition(table)]
    return (
        update(table)
        .where(table.c.id == bindparam("row"), *conditions)
        .values({name: table.c[name] + bindparam(f"by_{name}") for name in counters})
        .returning(*(table.c[name] for name in _COUNTERS if name in table.c))
    )


def _by(change: Mapping[str, int]) -> dict[str, int]:
    return {f"by_{name}": by for name, by in change.items()}


def _free(table: Table) -> ColumnElement[bool]:
    return _fits(table, table.c.taken + bindparam("by_taken"))


def _beside_reserved(table: Table) -> ColumnElement[bool]:
    """Free for who falls under no reservation."""
    return _fits(table, table.c.taken + table.c.reserved + bindparam("by_taken"))


def _beside_what_stays_reserved(table: Table) -> ColumnElement[bool]:
    """Free for who takes a reserved seat and does not come alone."""
    reserved = table.c.reserved + bindparam("by_reserved")
    return _fits(table, table.c.taken + reserved + bindparam("by_taken"))


def _fits(table: Table, gone: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(table.c.capacity.is_(None), gone <= table.c.capacity + table.c.extra)


def _so_many_sit(table: Table) -> ColumnElement[bool]:
    return table.c.taken + bindparam("by_taken") >= 0


def _somebody_waits(table: Table) -> ColumnElement[bool]:
    return table.c.waiting > 0


def _table(scarce: Scarce) -> Table:
    return cast(Table, type(scarce).__table__)  # type: ignore[attr-defined]


def _id(scarce: Scarce) -> int:
    return cast(int, scarce.id)  # type: ignore[attr-defined]
