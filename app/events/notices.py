# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people were told of a day's changed facts: written with the change, read by mails and to take it back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.facts import DayFacts, from_json, in_json
from app.events.models import Event, Notice
from app.outbox.rules import QUIET
from app.refusal import N_, Missing, Refusal
from app.texts import gettext, moment, span


@dataclass(frozen=True, slots=True)
class FactChange:
    """One line of a mail, in words; `name` is "when", "where" or "wishes". `old` or `new` may be empty."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since somebody heard of the day last, and what the team adds."""

    changes: Sequence[FactChange] = ()
    notes: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def about(self) -> str:
        """The name of what changed, or "several"."""
        return self.changes[0].name if len(self.changes) == 1 else "several"


def day_facts(event: Event) -> DayFacts:
    return DayFacts(**{name: getattr(event, name) for name in DayFacts.__slots__})


def write_notice(
    session: Session,
    event: Event,
    before: DayFacts,
    changed: Collection[str],
    note: str,
    now: datetime,
) -> None:
    """People are told that these facts `changed`; `before` says how they were."""
    was = in_json(before, sorted(changed))
    session.add(Notice(event_id=event.id, at=now, note=note, before=was))


def news_since(session: Session, event: Event, since: datetime) -> News:
    """What differs now from how it was when the first notice after `since` was written."""
    found = select(Notice).where(Notice.event_id == event.id, Notice.at > since)
    notices = session.scalars(found.order_by(Notice.at, Notice.id)).all()
    facts = was = day_facts(event)
    for notice in reversed(notices):
        was = from_json(was, notice.before)
    return News(changes_of(was, facts), [one.note for one in notices if one.note])


def changes_of(was: DayFacts, facts: DayFacts) -> list[FactChange]:
    """What a participant has to know of them: when, where, and until when wishes count."""
    lines = [
        FactChange(
            "when", gettext("When"), span(was.starts_at, was.ends_at), span(facts.starts_at, facts.ends_at)
        ),
        FactChange("where", gettext("Where"), was.place, facts.place),
        FactChange("wishes", gettext("Wishes until"), _until(was), _until(facts)),
    ]
    return [one for one in lines if one.old != one.new]


def _until(facts: DayFacts) -> str:
    return moment(facts.wishes_until) if facts.wishes_until is not None else ""


def revocable(session: Session, event: Event, now: datetime) -> Notice | None:
    """The last change, while no mail about it can have left. Not another way of choosing: places do not come back by it."""
    newest = select(Notice).where(Notice.event_id == event.id).order_by(Notice.id.desc()).limit(1)
    notice = session.scalar(newest)
    if notice is None or now >= notice.at + QUIET or "placement" in notice.before:
        return None
    return notice


def facts_before(session: Session, event: Event, notice_id: int, now: datetime) -> DayFacts:
    """The day's facts as they would be without this change. Refuses one whose mails may have left, and any but the last."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.event_id != event.id:
        raise Missing
    last = revocable(session, event, now)
    if last is None or last.id != notice.id:
        raise Refusal(
            N_("The mails are leaving already. Please change the day again; everybody is told of that, too.")
        )
    return from_json(day_facts(event), notice.before)
