# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What changed about what is for everybody since somebody heard of it: folded, so that what changed back is no news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.agenda import read_surroundings
from app.programme.differences import Difference, in_words
from app.programme.plan import ItemFacts, Plan, plan_from_json, read_plan
from app.programme.rules import Thing
from app.programme.versions import known_version, versions_of


def items_differ(old: Plan, new: Plan) -> bool:
    """Whether anybody's own day differs by them."""
    return _of_everybody(old) != _of_everybody(new)


@dataclass(frozen=True, slots=True)
class AgendaNews:
    """Old and new in the reader's words, and what the team adds."""

    lines: Sequence[Difference] = ()
    notes: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.lines)


def item_news(session: Session, event: Event, since: datetime) -> AgendaNews:
    """Nothing before the second release."""
    known = known_version(session, event, since)
    if known is None:
        return AgendaNews()
    old, new = (_of_everybody(plan) for plan in (plan_from_json(known.plan), read_plan(session, event)))
    if old == new:
        return AgendaNews()
    notes = [one.note for one in versions_of(session, event) if one.note and one.number > known.number]
    return AgendaNews(in_words(event, old, new, read_surroundings(session, event)), notes[::-1])


def _of_everybody(plan: Plan) -> Plan:
    """Title, times and room of the items: what who comes has to know of them."""
    return Plan(
        {
            (Thing.ITEM, number): ItemFacts("", one.title, one.starts_at, one.ends_at, room_id=one.room_id)
            for number, one in plan.of(Thing.ITEM).items()
        }
    )
