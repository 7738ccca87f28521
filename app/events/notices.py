# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people were told of a day's changed facts: written with the change, read by mails and to take it back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import Json
from app.events.facts import DayFacts, from_json, in_json
from app.events.models import Event, Notice
from app.events.rules import Placement
from app.outbox.rules import QUIET
from app.refusal import N_, Missing, Refusal
from app.texts import gettext, moment, span


@dataclass(frozen=True, slots=True)
class FactChange:
    """One line of a mail, in words; `name` is "when", "where", "choosing" or "wishes". `old` or `new` may be empty."""

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
    def moved(self) -> bool:
        """Whether somebody may be unable to come now."""
        return any(one.name in {"when", "where"} for one in self.changes)

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
    places: Json | None = None,
) -> None:
    """People are told that these facts `changed`; `before` says how they were, and `places` what became wishes by it.

    Of earlier changes nothing can be taken back any more, so their places are forgotten.
    """
    was = in_json(before, sorted(changed))
    earlier = update(Notice).where(Notice.event_id == event.id).values(places={})
    session.execute(earlier.execution_options(synchronize_session="fetch"))
    session.add(Notice(event_id=event.id, at=now, note=note, before=was, places=places or {}))


def news_since(session: Session, event: Event, since: datetime) -> News:
    """What differs now from how it was when the first notice after `since` was written."""
    found = select(Notice).where(Notice.event_id == event.id, Notice.at > since)
    notices = session.scalars(found.order_by(Notice.id)).all()
    facts = was = day_facts(event)
    for notice in reversed(notices):
        was = from_json(was, notice.before)
    return News(changes_of(was, facts), [one.note for one in notices if one.note])


def changes_of(was: DayFacts, facts: DayFacts) -> list[FactChange]:
    """What a participant has to know of them: when, where, how workshops are chosen, and until when wishes count."""
    lines = [
        FactChange(
            "when", gettext("When"), span(was.starts_at, was.ends_at), span(facts.starts_at, facts.ends_at)
        ),
        FactChange("where", gettext("Where"), was.place, facts.place),
        _choosing_changed(was, facts),
    ]
    return [one for one in lines if one.old != one.new]


def _choosing_changed(was: DayFacts, facts: DayFacts) -> FactChange:
    if was.placement is facts.placement:
        return FactChange("wishes", gettext("Wishes until"), _until(was), _until(facts))
    return FactChange("choosing", gettext("How workshops are chosen"), _choosing(was), _choosing(facts))


def _choosing(facts: DayFacts) -> str:
    if facts.placement is Placement.DIRECT:
        return gettext("You choose your workshops yourself. Who comes first gets the place.")
    return gettext(
        "You wish for workshops until %(when)s. Then places are given to all at once.", when=_until(facts)
    )


def _until(facts: DayFacts) -> str:
    """Nobody wishes where everybody chooses: a date that is left over says nothing."""
    if facts.placement is Placement.DIRECT or facts.wishes_until is None:
        return ""
    return moment(facts.wishes_until)


def revocable(session: Session, event: Event, now: datetime) -> Notice | None:
    """The last change, while no mail about it can have left."""
    newest = select(Notice).where(Notice.event_id == event.id).order_by(Notice.id.desc()).limit(1)
    notice = session.scalar(newest)
    return notice if notice is not None and now < notice.at + QUIET else None


def get_revocable(session: Session, event: Event, notice_id: int, now: datetime) -> Notice:
    """A change that can be taken back. Refuses one whose mails may have left, and any but the last."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.event_id != event.id:
        raise Missing
    last = revocable(session, event, now)
    if last is None or last.id != notice.id:
        raise Refusal(
            N_("The mails are leaving already. Please change the day again; everybody is told of that, too.")
        )
    return notice


def facts_before(event: Event, notice: Notice) -> DayFacts:
    """The day's facts as they would be without this change."""
    return from_json(day_facts(event), notice.before)
