# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What participants are asked: read once per change of the questions, then kept; seats of options are counted anew."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import Seats
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import questions_of
from app.store.cache import Cache
from app.store.transactions import reads_only

OptionSeats = Mapping[int, Seats]
"""Option id → its seats, of those options that have a limit."""

_kept: Cache[tuple[Question, ...]] = Cache(size=64)


def asked_questions(session: Session, event: Event) -> list[Question]:
    """The questions that participants are asked, in their order, to read only: they belong to no session, and the
    seats of their options are of some earlier moment. Asks nothing of the database where there are none."""
    if not event.questions_version:
        return []
    if not reads_only(session):  # what is not committed yet may never be
        return _read(session, event)

    def read() -> tuple[Question, ...]:
        questions = _read(session, event)
        for one in questions:
            session.expunge(one)
        return tuple(questions)

    return list(_kept.get((event.id, event.questions_version), read))


def questions_to_judge(session: Session, event: Event) -> list[Question]:
    """The same inside a transaction that holds the day's lock, with the seats of this moment where options have a
    limit."""
    if not event.questions_version:
        return []
    kept = _kept.find((event.id, event.questions_version))
    return _read(session, event) if kept is None or limited_options(kept) else list(kept)


def _read(session: Session, event: Event) -> list[Question]:
    return [one for one in questions_of(session, event.id) if not one.organiser_only]


def asks_needs(questions: Iterable[Question]) -> bool:
    """Whether one of them asks already what somebody cannot do without in a workshop: nobody is asked twice."""
    return any(option.need for one in questions if one.sensitive for option in one.offered)


def limited_options(questions: Iterable[Question]) -> list[Option]:
    return [option for one in questions for option in one.options if option.capacity is not None]


def count_option_seats(session: Session, questions: Iterable[Question]) -> OptionSeats:
    """Those of this moment. Asks nothing where no option has a limit."""
    limited = [option.id for option in limited_options(questions)]
    if not limited:
        return {}
    counted = select(Option.id, Option.capacity, Option.taken, Option.extra).where(Option.id.in_(limited))
    return {row.id: Seats(row.capacity, row.taken, row.extra) for row in session.execute(counted)}
