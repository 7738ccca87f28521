# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which rounds a run fills: its own and, where it goes on, those that follow by number.

The rule stands here twice, for values and for the database, and nowhere else. Numbers say which rounds belong together,
not which comes first: rounds 1 and 2 may be in the morning and in the afternoon, with round 3 between them.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event
from app.programme.models import Round, Run

Times = tuple[datetime, datetime]  # from, until
Parts = tuple[Times, ...]


def numbers_filled(first: int, spans: int) -> range:
    """The numbers of the rounds that a run over `spans` rounds fills, from its own number on."""
    return range(first, first + spans)


def parts_of(times: Iterable[Times]) -> Parts:
    """When something is, in order of time: what touches is one part, with anything between them there are several."""
    parts: list[Times] = []
    for starts_at, ends_at in sorted(times):
        if parts and parts[-1][1] >= starts_at:
            parts[-1] = parts[-1][0], max(parts[-1][1], ends_at)
        else:
            parts.append((starts_at, ends_at))
    return tuple(parts)


def parts_of_rounds(rounds: Iterable[Round]) -> Parts:
    return parts_of((one.starts_at, one.ends_at) for one in rounds)


def fills(own: type[Round], one: type[Round]) -> ColumnElement[bool]:
    """The condition under which a `Run`, whose round is `own`, fills the round `one`."""
    return and_(one.event_id == own.event_id, one.number >= own.number, one.number < own.number + Run.spans)


def filled_by(session: Session, event: Event, runs: Iterable[Run]) -> dict[int, list[Round]]:
    """Run id → the rounds it fills, in order. Asks nothing where every run fills one round."""
    every = list(runs)
    if all(run.spans == 1 for run in every):
        return {run.id: [run.round] for run in every}
    own = aliased(Round)
    pairs = (
        select(Run.id, Round)
        .join(own, Run.round_id == own.id)
        .join(Round, fills(own, Round))
        .where(Round.event_id == event.id, Run.id.in_([run.id for run in every]))
        .order_by(Round.number)
    )
    found: dict[int, list[Round]] = {run.id: [] for run in every}
    for run_id, round_ in session.execute(pairs):
        found[run_id].append(round_)
    return found


def rounds_from(session: Session, event: Event, round_: Round, spans: int) -> list[Round]:
    """The rounds that a run would fill from this one on, in order; fewer than `spans` if there are not so many."""
    numbers = numbers_filled(round_.number, spans)
    found = select(Round).where(Round.event_id == event.id, Round.number.in_(numbers))
    return list(session.scalars(found.order_by(Round.number)))
