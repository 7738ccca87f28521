# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""When the demo's days are, and in which order their people come."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from app.clock import BERLIN
from app.demo import people
from app.demo.people import Guest

FIRST_CAPACITY = 40  # of the upcoming day, until more people came than expected
SOUGHT_AFTER = "1.1"  # the run that is full before anything else
THURSDAY = 3


WEEKS_AHEAD = 10


def upcoming_date(now: datetime) -> date:
    """The first Thursday that is at least ten weeks away."""
    earliest = now.astimezone(BERLIN).date() + timedelta(weeks=WEEKS_AHEAD)
    return earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """In which order people come. `early` fills the first seats, Toni and `lucky` among them: `lucky` gets Toni's
    place in the full run, `alex` Toni's seat at the day."""

    early: list[Guest]
    lucky: Guest
    alex: Guest
    late: list[Guest]


def _in_order(guests: list[Guest]) -> Arrivals:
    random = Random(people.SEED + 1)  # noqa: S311 - a story, no secret
    alex = next(guest for guest in guests if guest.email == people.MOVED_UP)
    others = [guest for guest in guests if guest is not alex]
    random.shuffle(others)
    fill_the_run = [guest for guest in others if guest.first == SOUGHT_AFTER]
    rest = [guest for guest in others if guest.first != SOUGHT_AFTER]
    lucky = replace(fill_the_run.pop(), first="1.2")
    early = [*fill_the_run, people.toni(), lucky]
    places_left = FIRST_CAPACITY - len(early)
    early += rest[:places_left]
    random.shuffle(early)
    return Arrivals(early, lucky, alex, rest[places_left:])


def at(on: date, clock: str) -> datetime:
    """A moment in Berlin: at(date(2023, 9, 29), "9:30")."""
    hour, minute = clock.split(":")
    return datetime.combine(on, time(int(hour), int(minute)), BERLIN)


def spread(opens: datetime, closes: datetime, number: int) -> list[datetime]:
    """So many moments in office hours of the working days from one to the other, most of them early, in order."""
    random = Random(people.SEED + number)  # noqa: S311 - a story, no secret
    first, last = (moment.astimezone(BERLIN).date() for moment in (opens, closes))
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    days = [day for day in days if day.weekday() < 5]
    weights = [1 + 4 / (1 + n) for n in range(len(days))]
    chosen = random.choices(days, weights, k=number)
    return sorted(at(day, "8:00") + timedelta(seconds=random.randrange(10 * 3600)) for day in chosen)
