# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads of the organisers' pages across slices. The number of queries does not depend on how many people there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.address import in_letters
from app.attendees.filters import MOST_WORDS, clean_search
from app.attendees.lists import PAGE_LENGTH, Page, RunChoice, runs_of
from app.events.models import Event, TeamMember
from app.events.queries import missing_before_publishing
from app.folding import plain, spellings
from app.organisations.models import Organisation, OrganisationKind
from app.organisations.queries import name_of_kind
from app.organising.rules import Step, next_steps
from app.outbox.models import Message
from app.outbox.queries import Queue, Trouble, get_with_content, queue, trouble, worker_alive
from app.outbox.rules import State
from app.people.models import Organiser
from app.people.rules import Role
from app.programme.models import AgendaItem
from app.refusal import Missing
from app.registration.models import Registration
from app.registration.rules import RESERVED, Participation, Status
from app.results.models import WorkshopResult

LATEST = 8
# Whatever was signed here: a personal link, a calendar's address, a link that sets a password (T03, T14).
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class MyEvent:
    event: Event
    role: Role | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """How a day stands. `reserved` seats wait for somebody to confirm the address, `kept` ones for a name."""

    registered: int
    reserved: int
    kept: int
    pending: int
    accompanying: int
    online: int
    kinds: tuple[tuple[str, int], ...]
    runs: Sequence[RunChoice]
    latest: Sequence[Registration]
    trouble: Trouble
    queue: Queue
    worker_alive: bool
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as it left, for a person to read. Signed links are masked: they open somebody else's page."""

    subject: str
    sender: str
    recipient: str
    date: str
    text: str
    invitation: str


@dataclass(frozen=True, slots=True)
class MyDays:
    """The days somebody works on: those to come (the next first), those that are over and those put away (the last first)."""

    to_come: Sequence[MyEvent]
    over: Sequence[MyEvent]
    archived: Sequence[MyEvent]

    @property
    def all(self) -> Sequence[MyEvent]:
        return (*self.to_come, *self.over, *self.archived)


def my_days(session: Session, organiser: Organiser, now: datetime) -> MyDays:
    """An administrator sees all. One query."""
    found = (
        select(Event, TeamMember.role)
        .join(
            TeamMember,
            (TeamMember.event_id == Event.id) & (TeamMember.organiser_id == organiser.id),
            isouter=organiser.is_admin,
        )
        .order_by(Event.starts_at, Event.id)
    )
    mine = [MyEvent(event, role) for event, role in session.execute(found)]
    listed = [one for one in mine if one.event.archived_at is None]
    return MyDays(
        to_come=[one for one in listed if one.event.ends_at > now],
        over=[one for one in reversed(listed) if one.event.ends_at <= now],
        archived=[one for one in reversed(mine) if one.event.archived_at is not None],
    )


def dashboard(session: Session, event: Event, now: datetime, *, with_people: bool) -> Dashboard:
    """Ten queries, and one more `with_people`."""
    kept = (Registration.status == Status.UNCONFIRMED) & (Registration.email == "")
    reserved, kept_seats, registered, pending, accompanying, online = session.execute(
        select(
            func.count(Registration.id).filter(
                Registration.status.in_(RESERVED), Registration.has_seat, ~kept
            ),
            func.count(Registration.id).filter(kept),
            func.count(Registration.id).filter(Registration.status == Status.REGISTERED),
            func.count(Registration.id).filter(Registration.status == Status.PENDING),
            func.coalesce(func.sum(Registration.accompanying).filter(Registration.has_seat), 0),
            func.count(Registration.id).filter(
                Registration.has_seat, Registration.participation == Participation.ONLINE
            ),
        ).where(Registration.event_id == event.id)
    ).one()
    runs = runs_of(session, event)
    return Dashboard(
        registered=registered,
        reserved=reserved,
        kept=kept_seats,
        pending=pending,
        accompanying=accompanying,
        online=online,
        kinds=_kinds(session, event),
        runs=runs,
        latest=_latest(session, event) if with_people else (),
        trouble=trouble(session, event.id, limit=5),
        queue=queue(session, now, event.id),
        worker_alive=worker_alive(session, now),
        steps=next_steps(
            event,
            needed=[one.field for one in missing_before_publishing(event) if one.needed],
            has_programme=_has_programme(session, event, runs),
            documented=_is_documented(session, event),
            now=now,
        ),
    )


def list_mails(session: Session, event: Event, state: State | None, text: str, number: int) -> Page[Message]:
    """The day's mails, newest first: two queries, and one more for a search. Few subjects go to many people, so they
    are folded here."""
    conditions = [Message.event_id == event.id]
    if state is not None:
        conditions.append(Message.state == state)
    words = clean_search(text).split()[:MOST_WORDS]
    subjects = select(Message.subject_line).where(Message.event_id == event.id).distinct()
    folded = {one: plain(one) for one in session.scalars(subjects)} if words else {}
    for word in words:
        fitting = [one for one, said in folded.items() if any(part in said for part in spellings(word))]
        to = Message.recipient.icontains(word, autoescape=True)
        conditions.append(or_(to, Message.subject_line.in_(fitting)))
    total = session.scalar(select(func.count(Message.id)).where(*conditions)) or 0
    number = min(max(number, 1), max(-(-total // PAGE_LENGTH), 1))
    wanted = select(Message).where(*conditions).order_by(Message.id.desc())
    items = session.scalars(wanted.limit(PAGE_LENGTH).offset((number - 1) * PAGE_LENGTH)).all()
    return Page(items, total, number)


def get_mail(session: Session, event: Event, message_id: int) -> Message:
    """One mail with its bytes. Raises `Missing` for a mail of another day (T02)."""
    message = get_with_content(session, message_id)
    if message is None or message.event_id != event.id:
        raise Missing
    return message


def read_letter(message: Message) -> SentMail | None:
    """What was sent; None before it was built, and after the time for which bytes are kept."""
    if message.frozen is None:
        return None
    mail: EmailMessage = message_from_bytes(message.frozen, policy=policy.default)
    body = mail.get_body(("plain",))
    calendar = next((part for part in mail.walk() if part.get_content_type() == "text/calendar"), None)
    return SentMail(
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        recipient=in_letters(str(mail["To"] or "")),
        date=str(mail["Date"] or ""),
        text=_TOKEN.sub("…", body.get_content() if body is not None else ""),
        invitation=str(calendar.get_param("method") or "") if calendar is not None else "",
    )


def _kinds(session: Session, event: Event) -> tuple[tuple[str, int], ...]:
    """Registered people by kind of organisation, in the reader's language, the most frequent first."""
    number = func.count(Registration.id)
    found = (
        select(name_of_kind(), number)
        .join(Organisation, Organisation.kind == OrganisationKind.key)
        .join(Registration, Registration.organisation_id == Organisation.id)
        .where(Registration.event_id == event.id, Registration.status == Status.REGISTERED)
        .group_by(OrganisationKind.id)
        .order_by(number.desc(), OrganisationKind.position, OrganisationKind.id)
    )
    return tuple(session.execute(found))


def _latest(session: Session, event: Event) -> Sequence[Registration]:
    found = select(Registration).where(Registration.event_id == event.id)
    newest = found.order_by(Registration.created_at.desc(), Registration.id.desc()).limit(LATEST)
    return session.scalars(newest.options(joinedload(Registration.organisation))).all()


def _has_programme(session: Session, event: Event, runs: Sequence[RunChoice]) -> bool:
    item = select(AgendaItem.id).where(AgendaItem.event_id == event.id).limit(1)
    return session.scalar(item) is not None or bool(runs)


def _is_documented(session: Session, event: Event) -> bool:
    written = (WorkshopResult.findings != "") | (WorkshopResult.summary != "")
    found = select(WorkshopResult.id).where(WorkshopResult.event_id == event.id, written).limit(1)
    return session.scalar(found) is not None
