# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which people of a day a list, a file or an action is about, and in which order they come.

With 100,000 people nothing may touch every row twice. So filters on an organisation are turned into ids of
organisations, and an order is a row of `Segment`s, each of them sorted by an index: a page counts the segments and
reads rows of those alone that it shows.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from sqlalchemy.sql.operators import custom_op

from app.events.models import Event
from app.folding import clean_line, spellings
from app.organisations.models import Organisation
from app.organisations.service import find_organisation
from app.people.rules import address_key
from app.programme.models import Round, Run
from app.programme.rounds import filled_by
from app.refusal import N_
from app.registration.consents.models import Purpose
from app.registration.consents.records import agreed_to
from app.registration.models import Registration, registration_quota
from app.registration.questions.models import Answer
from app.registration.questions.queries import said_in
from app.registration.rules import IN_LINE, PLACED, Participation, PlaceState, Status
from app.registration.workshops.models import Place, RoundAbsence, RunStaff, Wish

LONGEST_SEARCH = 100
MOST_WORDS = 6


class SortOrder(Enum):
    NAME = "name"
    ORGANISATION = "organisation"
    STATUS = "status"
    REGISTERED = "registered"
    WAITING = "waiting"


class Without(Enum):
    """What somebody who takes part has not got yet."""

    WISH = "wish"
    PLACE = "place"


WITHOUT_LABELS = {
    Without.WISH: N_("any wish for a workshop"),
    Without.PLACE: N_("a workshop in one of the rounds"),
}
ORDER_LABELS = {
    SortOrder.NAME: N_("Name"),
    SortOrder.ORGANISATION: N_("Organisation"),
    SortOrder.STATUS: N_("Status"),
    SortOrder.REGISTERED: N_("Registered last"),
    SortOrder.WAITING: N_("Waiting number"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people a list shows, and in which order. `option_id` is an answer that was chosen; `consent` says what
    somebody agreed to, or did not; `accompanied`: only who does not come alone; `participation`: who comes, or who takes part online."""

    text: str = ""
    status: Status | None = None
    run_id: int | None = None
    organisation: str = ""
    kind: str = ""
    district: str = ""
    quota_id: int | None = None
    option_id: int | None = None
    consent: tuple[Purpose, bool] | None = None
    without: Without | None = None
    accompanied: bool = False
    participation: Participation | None = None
    order: SortOrder = SortOrder.NAME

    @property
    def everybody(self) -> bool:
        """Nothing narrows the list."""
        return self == Wanted(order=self.order)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an order: whom it holds, by which columns they are sorted in it, and how many they are.

    Of organisations there may be thousands, so their condition is made only when it is asked.
    """

    holds: ColumnElement[bool] | None
    order: tuple[InstrumentedAttribute[Any], ...]
    people: int
    latest_first: bool = False
    organisation_id: int | None = None


def clean_search(text: str) -> str:
    """What was typed into a search, without what no database takes (T43)."""
    kept = (
        letter if unicodedata.category(letter)[0] != "C" else " "
        for letter in clean_line(text[:LONGEST_SEARCH])
    )
    return " ".join("".join(kept).split())


def conditions(session: Session, event: Event, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is true of everybody who is wanted. Every word has to be found in one of the columns."""
    found = [Registration.event_id == event.id]
    if wanted.status is not None:
        found.append(Registration.status == wanted.status)
    if wanted.run_id is not None:
        found.append(_is_in(Registration.id, select(Place.registration_id), Place.run_id == wanted.run_id))
    if wanted.quota_id is not None:
        links = registration_quota.c
        mine = select(links.registration_id)
        found.append(_is_in(Registration.id, mine, links.quota_id == wanted.quota_id))
    if wanted.option_id is not None:
        chosen = said_in(Answer).with_only_columns(Answer.registration_id)
        found.append(_is_in(Registration.id, chosen, Answer.option_id == wanted.option_id))
    if wanted.consent is not None:
        purpose, agrees = wanted.consent
        found.append(agreed_to(purpose) if agrees else ~agreed_to(purpose))
    if wanted.without is not None:
        found += takes_part()
        found += _WITHOUT[wanted.without](session, event)
    if wanted.accompanied:
        found.append(Registration.accompanying > 0)
    if wanted.participation is not None:
        found.append(Registration.participation == wanted.participation)
    found += _of_organisation(session, wanted)
    words = [_has_word(word) for word in _words(wanted)]
    elsewhere = len(found) > 1 or wanted.order is not SortOrder.NAME
    if words and elsewhere and _on_sqlite(session):
        # Only the index by name holds all that is searched; with the others SQLite would read the whole table. For
        # PostgreSQL that is the quicker way: it would read it for the outer list as well.
        hits = select(Registration.id).where(*found, *words)
        return [Registration.id.in_(hits.order_by(Registration.sort_key).limit(2**31))]
    return found + words


def _words(wanted: Wanted) -> list[str]:
    return clean_search(wanted.text).split()[:MOST_WORDS]


def _is_in(
    column: ColumnElement[int] | InstrumentedAttribute[int], ids: Select[int], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    return column.in_(ids.where(condition))


def takes_part() -> list[ColumnElement[bool]]:
    """Who has a seat and gets places in workshops."""
    return [Registration.has_seat.is_(True), Registration.status.in_(PLACED)]


def in_the_house() -> list[ColumnElement[bool]]:
    """Who of these sits on a chair."""
    return [*takes_part(), Registration.participation == Participation.ROOM]


def without_of(event: Event, *, has_runs: bool) -> Without | None:
    """What may be missing on this day: wishes as long as places are not given, places otherwise. `has_runs`: whether a
    workshop takes place at all."""
    if not has_runs:
        return None
    return Without.WISH if event.awaits_places else Without.PLACE


def _without_wish(_session: Session, event: Event) -> list[ColumnElement[bool]]:
    """Who has said nothing of any round, and leads nothing."""
    of_day = select(Round.id).where(Round.event_id == event.id, Round.booked)
    said = (
        select(Wish.registration_id).where(Wish.round_id.in_(of_day)),
        select(RoundAbsence.registration_id).where(RoundAbsence.round_id.in_(of_day)),
        select(RunStaff.registration_id).join(RunStaff.run).where(Run.round_id.in_(of_day)),
    )
    return [Registration.id.not_in(ids) for ids in said]


def _without_place(session: Session, event: Event) -> list[ColumnElement[bool]]:
    """Who is nowhere in a round in which something takes place: neither in a run, nor absent, nor leading one."""
    runs = session.scalars(
        select(Run)
        .join(Run.round)
        .where(Round.event_id == event.id, Round.booked)
        .options(joinedload(Run.round))
    ).all()
    filling: dict[int, list[int]] = defaultdict(list)
    for run_id, rounds in filled_by(session, event, runs).items():
        for one in rounds:
            filling[one.id].append(run_id)
    on = {run.id for run in runs if run.takes_place}
    return [or_(false(), *(_nowhere(one, ids) for one, ids in filling.items() if on.intersection(ids)))]


def _nowhere(round_id: int, run_ids: Sequence[int]) -> ColumnElement[bool]:
    somewhere = (
        select(Place.registration_id).where(Place.run_id.in_(run_ids), Place.state == PlaceState.PLACE),
        select(RunStaff.registration_id).where(RunStaff.run_id.in_(run_ids)),
        select(RoundAbsence.registration_id).where(RoundAbsence.round_id == round_id),
    )
    return and_(*(Registration.id.not_in(ids) for ids in somewhere))


_WITHOUT = {Without.WISH: _without_wish, Without.PLACE: _without_place}


def _of_organisation(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """A name or another spelling that we know means that organisation alone, other words whatever has them."""
    of_one: list[ColumnElement[bool]] = []
    theirs: ColumnElement[int] = _aside(session, Registration.organisation_id)
    if wanted.kind:
        of_one.append(Organisation.kind == wanted.kind)
    if wanted.district:
        of_one.append(Organisation.district == wanted.district)
    if wanted.organisation:
        known = find_organisation(session, wanted.organisation)
        if known is not None:
            of_one.append(Organisation.id == known.id)
            theirs = Registration.organisation_id.expression
        else:
            words = clean_search(wanted.organisation).split()[:MOST_WORDS]
            of_one += [names_hold(Organisation.sort_key, word) for word in words]
    return [_is_in(theirs, select(Organisation.id), and_(*of_one))] if of_one else []


def _aside(session: Session, column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """SQLite would read the people of each organisation by that index, and then sort them all. With a plus before the
    column it walks along the index of the order, which takes a tenth of the time."""
    if not _on_sqlite(session):
        return column.expression
    return UnaryExpression(column.expression, operator=custom_op("+"), type_=column.type)


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _has_word(word: str) -> ColumnElement[bool]:
    """In a name, an address, a reference or the name of an organisation."""
    address = word.casefold() if word.isascii() else address_key(word)
    return or_(
        names_hold(Registration.sort_key, word),
        _holds_text(Registration.email_key, address),
        _holds_text(Registration.reference, word.upper()),
        _is_in(
            Registration.organisation_id, select(Organisation.id), names_hold(Organisation.sort_key, word)
        ),
    )


def names_hold(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Whether the word stands in a column of folded names (`folding.plain`), however its umlauts are written."""
    return or_(false(), *(_holds_text(column, one) for one in spellings(word)))


def _holds_text(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Wildcards in the text are plain letters."""
    return column.contains(text, autoescape=True)


_BY_NAME: tuple[InstrumentedAttribute[Any], ...] = (Registration.sort_key, Registration.id)


def segments(
    session: Session,
    wanted: Wanted,
    narrowed: Sequence[ColumnElement[bool]],
    by_status: Mapping[Status, int] | None = None,
) -> list[Segment]:
    """The order in its parts, counted by one statement, or by none if `by_status` says how many there are."""
    if wanted.order is SortOrder.ORGANISATION:
        return _by_organisation(session, narrowed)
    if wanted.order is SortOrder.WAITING:
        in_line = _in_line()
        waiting = how_many(
            session, [*narrowed, in_line]
        )  # asked apart: few of many, by the index of the status
        known = _known_numbers(wanted, by_status)
        total = sum(known.values()) if known is not None else how_many(session, narrowed)
        return [
            Segment(in_line, (Registration.waiting_number,), waiting),
            Segment(~in_line, _BY_NAME, total - waiting),
        ]
    known = _known_numbers(wanted, by_status)
    if wanted.order is SortOrder.STATUS:
        found = known or {row[0]: row[1] for row in _count(session, narrowed, Registration.status)}
        return [Segment(Registration.status == one, _BY_NAME, found.get(one, 0)) for one in Status]
    total = sum(known.values()) if known is not None else how_many(session, narrowed)
    if wanted.order is SortOrder.REGISTERED:
        return [Segment(None, (Registration.created_at, Registration.id), total, latest_first=True)]
    return [Segment(None, _BY_NAME, total)]


def _known_numbers(wanted: Wanted, by_status: Mapping[Status, int] | None) -> Mapping[Status, int] | None:
    if by_status is None or not replace(wanted, status=None).everybody:
        return None
    return by_status if wanted.status is None else {wanted.status: by_status[wanted.status]}


def is_search(wanted: Wanted) -> bool:
    """Whether words narrow the list enough to sort what they find; a letter or two find nearly everybody."""
    return any(len(word) > 2 for word in _words(wanted))


def searched_ids(
    session: Session, narrowed: Sequence[ColumnElement[bool]], order: SortOrder, start: int, many: int
) -> tuple[Sequence[int], int]:
    """The ids from number `start` on, at most `many`, and how many there are: people are looked through once."""
    found = ordered(narrowed, order).add_columns(func.count().over())
    rows = session.execute(found.offset(start).limit(many)).all()
    total = rows[0][1] if rows else (how_many(session, narrowed) if start else 0)
    return [row[0] for row in rows], total


def how_many(session: Session, narrowed: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Registration).where(*narrowed)) or 0


def how_many_accompany(session: Session, narrowed: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.coalesce(func.sum(Registration.accompanying), 0)).where(*narrowed)) or 0


def _in_line() -> ColumnElement[bool]:
    return and_(Registration.status.in_(IN_LINE), ~Registration.has_seat)


def _count(
    session: Session, narrowed: Sequence[ColumnElement[bool]], *columns: InstrumentedAttribute[Any]
) -> Sequence[Any]:
    return session.execute(select(*columns, func.count()).where(*narrowed).group_by(*columns)).all()


def _by_organisation(session: Session, narrowed: Sequence[ColumnElement[bool]]) -> list[Segment]:
    counted = (
        select(Registration.organisation_id, func.count().label("people"))
        .where(*narrowed)
        .group_by(Registration.organisation_id)
        .subquery()
    )
    found = (
        select(Organisation.id, counted.c.people)
        .join(counted, counted.c.organisation_id == Organisation.id)
        .order_by(Organisation.sort_key, Organisation.id)
    )
    return [Segment(None, _BY_NAME, many, organisation_id=one) for one, many in session.execute(found)]


def shown_ids(
    session: Session, narrowed: Sequence[ColumnElement[bool]], parts: Sequence[Segment], start: int, many: int
) -> Sequence[int]:
    """The ids from number `start` on, at most `many`: one statement for each segment that they lie in, but one for
    all organisations."""
    touched: list[tuple[Segment, int, int]] = []
    for part in parts:
        if start >= part.people:
            start -= part.people
        elif many > 0:
            touched.append((part, start, min(many, part.people - start)))
            many -= touched[-1][2]
            start = 0
    if len(touched) > 1 and touched[0][0].organisation_id is not None:
        return _ids_of_organisations(session, narrowed, touched)
    return [one for part in touched for one in _ids_in(session, narrowed, *part)]


def _ids_of_organisations(
    session: Session, narrowed: Sequence[ColumnElement[bool]], touched: Sequence[tuple[Segment, int, int]]
) -> Sequence[int]:
    some = [part.organisation_id for part, _, _ in touched]
    found = (
        select(Registration.id)
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .where(*narrowed, Registration.organisation_id.in_(some))
        .order_by(Organisation.sort_key, Organisation.id, *_BY_NAME)
    )
    return session.scalars(found.offset(touched[0][1]).limit(sum(many for _, _, many in touched))).all()


def _ids_in(
    session: Session, narrowed: Sequence[ColumnElement[bool]], part: Segment, start: int, many: int
) -> Sequence[int]:
    """Read from the nearer end: nobody skips more than half of a list."""
    from_the_end = start > part.people // 2
    if from_the_end:
        start = part.people - start - many
    order = [one.desc() if part.latest_first != from_the_end else one.asc() for one in part.order]
    mine = [*narrowed] if part.holds is None else [*narrowed, part.holds]
    if part.organisation_id is not None:
        mine.append(Registration.organisation_id == part.organisation_id)
    ids = session.scalars(
        select(Registration.id).where(*mine).order_by(*order).offset(start).limit(many)
    ).all()
    return ids[::-1] if from_the_end else ids


def ordered(narrowed: Sequence[ColumnElement[bool]], order: SortOrder) -> Select[int]:
    """The ids of all of them in one statement: what files and actions are made from."""
    found = select(Registration.id).where(*narrowed)
    if order is SortOrder.ORGANISATION:
        found = found.join(Organisation, Registration.organisation_id == Organisation.id)
        return found.order_by(Organisation.sort_key, Organisation.id, *_BY_NAME)
    if order is SortOrder.STATUS:
        ranks = {status: number for number, status in enumerate(Status)}
        return found.order_by(
            case(*((Registration.status == one, rank) for one, rank in ranks.items())), *_BY_NAME
        )
    if order is SortOrder.REGISTERED:
        return found.order_by(Registration.created_at.desc(), Registration.id.desc())
    if order is SortOrder.WAITING:
        return found.order_by(case((_in_line(), Registration.waiting_number), else_=2**31 - 1), *_BY_NAME)
    return found.order_by(*_BY_NAME)


def count_online(session: Session, event: Event) -> int:
    """Who takes part online for certain; asked where the day offers it."""
    if not event.offers_online:
        return 0
    counted = select(func.count(Registration.id)).where(
        Registration.event_id == event.id,
        Registration.has_seat.is_(True),
        Registration.participation == Participation.ONLINE,
    )
    return session.scalar(counted) or 0
