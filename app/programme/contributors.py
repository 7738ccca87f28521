# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where somebody contributes or something stands: the day as a whole, an item for everybody, a run, a short talk. Said by a key: "day",
"item-5", "run-7", "sub-9"; what is not released yet has a number below zero."""

import re
from dataclasses import dataclass
from typing import Any

from app.events.models import Event
from app.programme.plan import Plan
from app.programme.rules import ContributorRole, Thing, roles_of
from app.refusal import Missing, found

DAY = "day"
_KEY = re.compile(r"(item|run|sub)-(-?[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody contributes to, or something stands inside of: the day where all numbers are None."""

    key: str
    title: str
    item_id: int | None = None
    run_id: int | None = None
    sub_item_id: int | None = None

    @property
    def named(self) -> dict[str, int | None]:
        return {"item_id": self.item_id, "run_id": self.run_id, "sub_item_id": self.sub_item_id}

    @property
    def roles(self) -> tuple[ContributorRole, ...]:
        return roles_of(whole_day=self.key == DAY)

    @property
    def usual_role(self) -> ContributorRole:
        if self.run_id is not None:
            return ContributorRole.FACILITATION
        return ContributorRole.DAY_MODERATION if self.key == DAY else ContributorRole.TALK

    def takes(self, thing: Thing) -> bool:
        """Stands belong to items; in a short talk, and in the day as a whole, nothing stands."""
        if thing is Thing.STAND:
            return self.item_id is not None
        return thing is Thing.CONTRIBUTOR or self.item_id is not None or self.run_id is not None

    def listed(self, plan: Plan, thing: Thing) -> dict[int, Any]:
        """All of its things of a kind by their numbers, in order. Raises `Missing` where none can stand."""
        if not self.takes(thing):
            raise Missing
        return plan.listed(thing, **self.named)

    def get(self, plan: Plan, thing: Thing, number: int) -> Any:
        """Raises `Missing`."""
        return found(self.listed(plan, thing).get(number))


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
    if read[1] == "sub":
        return Place(key, found(plan.get(Thing.SUB_ITEM, number)).title, sub_item_id=number)
    return Place(key, found(plan.get(Thing.ITEM, number)).title, item_id=number)
