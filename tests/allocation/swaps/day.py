# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day whose places were given by an allocation, with one seat in each run of round 1; and what people do with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.rules import AllocationState, ConditionKind, Mixing, Mode
from app.allocation.swaps import service
from app.allocation.swaps.rules import Answer
from app.events.rules import Placement
from app.people.models import AuditEntry
from app.programme.models import Run, Workshop
from app.registration.workshops.models import RegistrationNeed, SwapChain, SwapOffer
from app.registration.workshops.rules import Need
from app.registration.workshops.swap_offers import MySwaps, offers_of, proposals_of
from app.web.database import db
from tests.registration.steps import Day, open_day


@dataclass
class SwapDay(Day):
    """People sit in runs of round 1: `seat(anna="1.1")`."""

    def seat(self, **labels: str) -> None:
        """Before the allocation is published: the mails of that are forgotten."""
        for name, label in labels.items():
            self.join(name, labels=tuple(label.split()), organisation=HOUSES.get(name, "Stadt Musterstadt"))

    def publish(self, mixing: Mixing = Mixing.NONE) -> None:
        self.set_event(placement=Placement.WISHES, wishes_until=self.now, placed_at=self.now)
        with self.step() as session:
            session.add(
                AllocationRun(
                    event_id=self.event_id,
                    name="Ohne Mischung",
                    mode=Mode.GENEROUS,
                    mixing=mixing,
                    seed=1,
                    nonce=f"nonce-of-the-allocation-{self.event_id}",
                    state=AllocationState.DONE,
                    created_at=self.now,
                    finished_at=self.now,
                    published_at=self.now,
                    protocol={},
                )
            )
        self.forget_mails()

    def condition(self, kind: ConditionKind, **values: Any) -> None:
        with self.step() as session:
            session.add(PlacingCondition(event_id=self.event_id, kind=kind, **values))

    def needs(self, name: str, need: Need) -> None:
        with self.step() as session:
            session.add(RegistrationNeed(registration_id=self.ids[name], need=need))

    def offer(self, name: str, *labels: str, round_: int = 1, now: datetime | None = None) -> bool:
        with self.step(now) as session:
            runs = [self.runs[one] for one in labels]
            return service.offer_place(session, self.ids[name], self.rounds[round_], runs, self.now)

    def withdraw(self, name: str, round_: int = 1) -> None:
        with self.step() as session:
            service.withdraw_offer(session, self.ids[name], self.rounds[round_], self.now)

    def settle(self, now: datetime | None = None) -> None:
        """What the worker's job does; afterwards there is nothing left to do."""
        with self.step(now) as session:
            service.settle_day(session, self.event_id, self.now)
        if self.event.takes_swaps(self.now):
            assert not service.is_due(db.session(), self.event, self.now)

    def due(self) -> bool:
        return service.is_due(db.session(), self.event, self.now)

    def swaps(self, name: str) -> MySwaps:
        db.session.rollback()
        session, one = db.session(), self.ids[name]
        return MySwaps(offers_of(session, one), proposals_of(session, one))

    def asked(self, name: str) -> list[tuple[str, str]]:
        """What the person gives and gets, in labels."""
        return [(one.gives.split()[0], one.gets.split()[0]) for one in self.swaps(name).proposals]

    def wanted(self, name: str) -> list[list[str]]:
        return [[title.split()[0] for title in one.wanted] for one in self.swaps(name).offers]

    def agree(self, *names: str, now: datetime | None = None) -> Answer:
        """One after the other; the last answer."""
        answer = Answer.GONE
        for name in names:
            key = self.swaps(name).proposals[0].key
            with self.step(now) as session:
                answer = service.agree(session, self.ids[name], key, self.now)
        return answer

    def decline(self, name: str) -> Answer:
        key = self.swaps(name).proposals[0].key
        with self.step() as session:
            return service.decline(session, self.ids[name], key, self.now)

    def sits(self, *names: str) -> list[str]:
        return [
            " ".join(sorted(label for label, state in self.places(one).items() if state == "place"))
            for one in names
        ]

    def chains(self) -> int:
        db.session.rollback()
        return len(db.session.scalars(select(SwapChain.id)).all())

    def offers(self) -> int:
        db.session.rollback()
        return len(db.session.scalars(select(SwapOffer.id)).all())

    def log(self) -> list[str]:
        db.session.rollback()
        found = select(AuditEntry.action).where(AuditEntry.action.startswith("swap."))
        return list(db.session.scalars(found.order_by(AuditEntry.id)))


HOUSES: dict[str, str] = {}


def swap_day(**changes: Any) -> SwapDay:
    """Runs 1.1 to 1.4 with one seat each; 2.1 and 2.2 as always, 2.2 of the same workshop as 1.2."""
    made = open_day(**changes)
    day = SwapDay(made.event_id, made.runs, made.rounds, made.now)
    with day.step() as session:
        round_ = session.get_one(Run, day.runs["1.1"]).round
        for label in ("1.3", "1.4"):
            workshop = Workshop(event_id=day.event_id, title=f"Thema {label}", abstract="")
            run = Run(
                workshop=workshop,
                round=round_,
                label=label,
                capacity=1,
                created_at=day.now,
                modified_at=day.now,
            )
            session.add_all([workshop, run])
            session.flush()
            day.runs[label] = run.id
    for label in ("1.1", "1.2"):
        day.set_run(label, capacity=1)
    return day
