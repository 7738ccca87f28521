# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day's people in numbers: where they come from, and how they became so many. Two queries, however many there are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from sqlalchemy import BigInteger, cast, extract, func, select
from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.models import Event
from app.folding import list_key
from app.organisations.models import Organisation
from app.registration.models import Registration
from app.registration.rules import ACTIVE

HOUR = 3600  # seconds; Berlin's days begin on full hours of UTC


@dataclass(frozen=True, slots=True)
class Headcount:
    """People of one kind of organisation, by its key, or of one district who have a seat, and who wait."""

    name: str
    seated: int
    waiting: int

    @property
    def people(self) -> int:
        return self.seated + self.waiting


@dataclass(frozen=True, slots=True)
class Growth:
    """At the end of a day so many had registered of those who have a seat or wait now."""

    day: date
    people: int


@dataclass(frozen=True, slots=True)
class Origins:
    by_kind: list[Headcount]
    by_district: list[Headcount]


def origins(session: Session, event: Event) -> Origins:
    """Most people first. No district is an empty name."""
    counted = (
        select(Organisation.kind, Organisation.district, Registration.has_seat, func.count(Registration.id))
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(Organisation.kind, Organisation.district, Registration.has_seat)
    )
    rows = [(kind, district, seated, number) for kind, district, seated, number in session.execute(counted)]
    return Origins(
        _shares((kind, seated, number) for kind, _district, seated, number in rows),
        _shares((district, seated, number) for _kind, district, seated, number in rows),
    )


def _shares(rows: Iterable[tuple[str, bool, int]]) -> list[Headcount]:
    seated: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for name, has_seat, number in rows:
        (seated if has_seat else waiting)[name] += number
    shares = [Headcount(name, seated[name], waiting[name]) for name in {**seated, **waiting}]
    return sorted(shares, key=lambda one: (-one.people, list_key(one.name)))


def growth(session: Session, event: Event) -> list[Growth]:
    """Every day in Berlin from the first registration to the last one, also those on which nobody came."""
    hour = cast(extract("epoch", Registration.created_at), BigInteger) // HOUR
    counted = (
        select(hour, func.count(Registration.id))
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(hour)
    )
    by_day: Counter[date] = Counter()
    for number_of_hour, people in session.execute(counted):
        moment = datetime.fromtimestamp(int(number_of_hour) * HOUR, UTC)
        by_day[moment.astimezone(BERLIN).date()] += people
    if not by_day:
        return []
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        Growth(day, people) for day, people in zip(days, accumulate(by_day[day] for day in days), strict=True)
    ]


def curve(grown: Sequence[Growth], top: int) -> str:
    """The points of an SVG polyline in a box of 100 by 100 whose upper edge is `top` people."""
    width = max(len(grown) - 1, 1)
    points = [(100 * number / width, 100 - 100 * one.people / top) for number, one in enumerate(grown)]
    if len(points) == 1:
        points = [(0.0, points[0][1]), (100.0, points[0][1])]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
