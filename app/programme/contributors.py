# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whom the team names as contributing: to the day as a whole, to an item for everybody, to a run. Without accounts; nobody gets a
mail by it. The place is said by a key: "day", "item-5", "run-7"; what is not released yet has a number below zero."""

import re
from dataclasses import dataclass

from app.events.models import Event
from app.programme.plan import ContributorFacts, Plan
from app.programme.rules import ContributorRole, Thing, roles_of
from app.refusal import Missing, found

DAY = "day"
_KEY = re.compile(r"(item|run)-(-?[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody contributes to: the day where both numbers are None."""

    key: str
    title: str
    item_id: int | None = None
    run_id: int | None = None

    @property
    def roles(self) -> tuple[ContributorRole, ...]:
        return roles_of(self.item_id, self.run_id)

    @property
    def usual_role(self) -> ContributorRole:
        if self.run_id is not None:
            return ContributorRole.FACILITATION
        return ContributorRole.DAY_MODERATION if self.item_id is None else ContributorRole.TALK

    def contributors(self, plan: Plan) -> dict[int, ContributorFacts]:
        """All of them by their numbers, in order, those who were asked only too."""
        return plan.contributors(item_id=self.item_id, run_id=self.run_id)

    def get(self, plan: Plan, number: int) -> ContributorFacts:
        """Raises `Missing`."""
        return found(self.contributors(plan).get(number))


def place_of(event: Event, plan: Plan, key: str) -> Place:
    """Raises `Missing`."""
    if key == DAY:
        return Place(DAY, event.title)
    read = _KEY.fullmatch(key)
    if read is None:
        raise Missing
    number = int(read[2])
    if read[1] == "run":
        return Place(key, plan.name_of(found(plan.get(Thing.RUN, number))), run_id=number)
    return Place(key, found(plan.get(Thing.ITEM, number)).title, item_id=number)
