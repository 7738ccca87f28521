# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everything that is stored about whoever has a mail address, over all days (Art. 15 GDPR, DP-06).

For the team, which answers whoever asks without a personal link. What a registration or a group holds is read where their
owners read it (`app.privacy`); the keys of `about_address` are documented in docs/eigene-daten.md and stay as they are.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, undefer

from app.address import NoAddress, in_ascii, in_letters
from app.allocation.models import PlacingCondition
from app.attendees.models import DistinctPair
from app.attendees.queries import mails_about
from app.db import Base
from app.events.models import Event, Quota, TeamMember
from app.legal.models import BarrierReport
from app.organisation_admin.models import OrganisationMerge, merged_registration
from app.organising.log_words import POINTS_TO, pointed_at
from app.organising.mentions import find_mentions
from app.organising.queries import read_letter
from app.outbox.models import Message
from app.people.audit import record
from app.people.budget import spend
from app.people.models import AuditEntry, Organiser, PasswordLink, SignIn
from app.people.rules import address_key
from app.privacy.contact_data import contact_as_json, contact_data
from app.privacy.own_data import as_json, memory_as_json, own_data, time_as_json
from app.programme.models import Run
from app.registration.models import Group, GroupGuest, Named, Registration, registration_quota
from app.registration.rules import SHARED, Status
from app.registration.suppression import is_suppressed
from app.registration.workshops.memory import memories_of_address
from app.registration.workshops.models import PlaceChange

FORMAT = 3
LOOK, PDF, JSON = "look", "pdf", "json"
Json = dict[str, Any]
AddressOf = Callable[[Event], str]
# Rows of these are told as such; of all others that name an account as who did it, the number is.
_TOLD = {"sign_in", "password_link", "team_member", "audit_entry"}


@dataclass(frozen=True, slots=True)
class Found:
    """A registration, for the list on the page."""

    slug: str
    event: str
    language: str
    name: str
    reference: str
    status: Status
    confirmed: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AboutAddress:
    """`data` is what the file says; `people` are its registrations with what a page needs to lead there."""

    data: Json
    people: Sequence[Found]
    names: Sequence[str]

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each part beside the registrations; parts without anything are left out."""
        parts = {name: len(part) for name, part in self.data.items() if isinstance(part, list)}
        parts["no_mails"] = int(self.data["no_mails"])
        return {name: number for name, number in parts.items() if number and name != "registrations"}

    @property
    def empty(self) -> bool:
        return not self.people and not self.counts


SAME_LOOK = timedelta(hours=1)


def note_look(session: Session, email: str, form: str, key: str, organiser_id: int, now: datetime) -> None:
    """Before everything about the address is read; `form` is LOOK, or the kind of file that is taken. It is written into the log
    of the installation, and where a file is taken into that of each day, with the registration; the address into none (DP-12).

    A page that is loaded anew, which the `key` of its form tells, is the same look.
    """
    once = hashlib.sha256(f"{organiser_id} {key}".encode()).hexdigest()
    if form == LOOK and not spend(session, f"look:{once}", 1, SAME_LOOK, now):
        return
    registrations = _registrations(session, address_key(email))
    record(session, now, organiser_id, None, "person.look", "", {"format": form, "rows": len(registrations)})
    if form != LOOK:
        for one in registrations:
            subject = f"registration {one.id}"
            record(
                session, now, organiser_id, one.event_id, "registration.disclose", subject, {"format": form}
            )


def about_address(session: Session, email: str, address_of: AddressOf, now: datetime) -> AboutAddress:
    """Reads every text of the installation, so it is never asked for in a transaction that writes."""
    registrations = _registrations(session, address_key(email))
    spellings = _spellings(email)
    groups = session.scalars(select(Group).where(_is(Group.email, spellings)).order_by(Group.id)).all()
    account = session.scalar(select(Organiser).where(Organiser.email_key == address_key(email)))
    ids = [one.id for one in registrations]
    guests = session.scalars(select(GroupGuest).where(GroupGuest.registration_id.in_(ids))).all()
    names = list(dict.fromkeys(_names(registrations, groups, guests, account)))
    data: Json = {
        "format": FORMAT,
        "email": email,
        "as_of": time_as_json(now),
        "registrations": [_registration(session, one, address_of) for one in registrations],
        "groups": [
            _without_mails(contact_as_json(contact_data(session, one, now), address_of(one.event)))
            for one in groups
        ],
        "named_by_contacts": [_guest(one) for one in guests],
        "accounts": [_account(session, account)] if account else [],
        "barrier_reports": [_report(one) for one in _reports(session, spellings)],
        "mails": [_mail(one) for one in _mails(session, spellings, registrations, groups)],
        "remembered": [memory_as_json(one) for one in memories_of_address(session, address_key(email))],
        "no_mails": is_suppressed(session, address_key(email)),
        "log": _log(session, ids, [one.id for one in groups], account),
        "mentions": _mentions(session, spellings, names, ids),
    }
    return AboutAddress(data, [_found(one) for one in registrations], names)


def _spellings(email: str) -> list[str]:
    """One address in the forms in which it may be stored, in small letters."""
    key = address_key(email)
    found = {email.lower(), key, in_letters(key)}
    with suppress(NoAddress):
        found.add(in_ascii(email).lower())
    return sorted(found)


def _is(column: Any, spellings: Iterable[str]) -> ColumnElement[bool]:
    return func.lower(column).in_(spellings)


def _registrations(session: Session, key: str) -> Sequence[Registration]:
    """Those who share the address as well."""
    shared = Registration.email_key.startswith(key + SHARED, autoescape=True)
    found = select(Registration).where(or_(Registration.email_key == key, shared))
    return session.scalars(found.order_by(Registration.id)).all()


def _names(
    registrations: Iterable[Registration],
    groups: Iterable[Group],
    guests: Iterable[GroupGuest],
    account: Organiser | None,
) -> Iterable[str]:
    """As they may stand in a text: Anna Beispiel; Beispiel, Anna."""
    named: list[Named] = [*registrations, *groups, *guests]
    for one in named:
        if one.full_name:
            yield one.full_name
            yield one.listed_name
    if account is not None:
        yield account.name


def _found(one: Registration) -> Found:
    event = one.event
    name = one.full_name
    confirmed = one.confirmed_at is not None
    return Found(
        event.slug, event.title, event.language, name, one.reference, one.status, confirmed, one.created_at
    )


def _registration(session: Session, one: Registration, address_of: AddressOf) -> Json:
    """What the person reads as own data, and what the team says of it only when asked."""
    own = _without_mails(as_json(own_data(session, one), address_of(one.event)))
    return {**own, "noted": _noted(session, one)}


def _without_mails(data: Json) -> Json:
    """All mails stand in one list, with their words."""
    return {name: part for name, part in data.items() if name not in {"format", "mails"}}


def _noted(session: Session, one: Registration) -> Json:
    conditions = select(PlacingCondition).where(
        or_(PlacingCondition.first_id == one.id, PlacingCondition.second_id == one.id)
    )
    pairs = select(func.count()).where(or_(DistinctPair.first_id == one.id, DistinctPair.second_id == one.id))
    quotas = select(Quota.name).join(registration_quota).where(registration_quota.c.registration_id == one.id)
    merges = select(OrganisationMerge.name).join(merged_registration)
    changes = select(PlaceChange).where(PlaceChange.registration_id == one.id).order_by(PlaceChange.id)
    return {
        "quotas": list(session.scalars(quotas.order_by(Quota.id))),
        "conditions": [
            {"kind": condition.kind.value, "workshop": _title(session, condition.run_id)}
            for condition in session.scalars(conditions.order_by(PlacingCondition.id))
        ],
        "told_apart_from": session.scalar(pairs) or 0,
        "earlier_organisations": list(
            session.scalars(merges.where(merged_registration.c.registration_id == one.id))
        ),
        "workshop_changes": [
            {
                "at": time_as_json(change.at),
                "workshop": change.run.workshop.title if change.run is not None else None,
                "room": change.room.name if change.room is not None else None,
                "fact": change.fact.value,
                "before": change.old or None,
                "after": change.new or None,
                "note": change.note or None,
            }
            for change in session.scalars(changes)
        ],
    }


def _title(session: Session, run_id: int | None) -> str | None:
    run = session.get(Run, run_id) if run_id is not None else None
    return run.workshop.title if run is not None else None


def _guest(one: GroupGuest) -> Json:
    return {
        "number": one.reference,
        "day": one.registration.event.title,
        "given_name": one.given_name,
        "family_name": one.family_name,
        "taken_off": one.ended,
    }


def _account(session: Session, one: Organiser) -> Json:
    links = select(PasswordLink).where(PasswordLink.organiser_id == one.id).order_by(PasswordLink.id)
    visits = select(SignIn).where(SignIn.organiser_id == one.id).order_by(SignIn.id)
    teams = select(TeamMember).where(TeamMember.organiser_id == one.id).order_by(TeamMember.id)
    return {
        "name": one.name,
        "email": one.email,
        "administrator": one.is_admin,
        "begins_days": one.creates_days,
        "created_at": time_as_json(one.created_at),
        "signed_in_at": time_as_json(one.signed_in_at),
        "disabled_at": time_as_json(one.disabled_at),
        "teams": [{"day": team.event.title, "role": team.role.value} for team in session.scalars(teams)],
        "sign_ins": [
            {
                "browser": visit.browser or None,
                "created_at": time_as_json(visit.created_at),
                "ends_at": time_as_json(visit.ends_at),
                "ended_at": time_as_json(visit.ended_at),
            }
            for visit in session.scalars(visits)
        ],
        "password_links": [
            {
                "kind": link.reason.value,
                "entered_by": link.invited_by or None,
                "day": link.invited_to or None,
                "created_at": time_as_json(link.created_at),
                "ends_at": time_as_json(link.ends_at),
            }
            for link in session.scalars(links)
        ],
        "did": [{"what": table, "times": times} for table, times in _did(session, one.id)],
    }


def _did(session: Session, organiser_id: int) -> Iterable[tuple[str, int]]:
    """In how many rows of each table the account stands as who did it."""
    for table in Base.metadata.sorted_tables:
        keys = [one.parent for one in table.foreign_keys if one.column.table is Organiser.__table__]
        if keys and table.name not in _TOLD:
            number = (
                select(func.count()).select_from(table).where(or_(*(one == organiser_id for one in keys)))
            )
            if times := session.scalar(number):
                yield table.name, times


def _reports(session: Session, spellings: Iterable[str]) -> Sequence[BarrierReport]:
    found = select(BarrierReport).where(_is(BarrierReport.email, spellings))
    return session.scalars(found.order_by(BarrierReport.id)).all()


def _report(one: BarrierReport) -> Json:
    return {
        "email": one.email,
        "page": one.page or None,
        "text": one.text,
        "created_at": time_as_json(one.created_at),
        "answered_at": time_as_json(one.answered_at),
    }


def _mails(
    session: Session, spellings: Iterable[str], registrations: Iterable[Registration], groups: Iterable[Group]
) -> Sequence[Message]:
    """To the address, and about a registration or group that has it now, wherever they went."""
    about = {mail.id for one in registrations for mail in mails_about(session, one)}
    about |= {mail.id for one in groups for mail in contact_data(session, one, one.created_at).mails}
    found = select(Message).where(or_(_is(Message.recipient, spellings), Message.id.in_(about)))
    return session.scalars(found.options(undefer(Message.frozen)).order_by(Message.id)).all()


def _mail(one: Message) -> Json:
    letter = read_letter(one)
    return {
        "kind": one.kind,
        "recipient": one.recipient,
        "state": one.state.value,
        "written_at": time_as_json(one.created_at),
        "sent_at": time_as_json(one.sent_at),
        "answer": one.smtp_answer or None,
        "subject": one.subject_line or None,
        "text": letter.text if letter is not None else None,
    }


def _log(
    session: Session, registrations: Iterable[int], groups: Iterable[int], account: Organiser | None
) -> list[Json]:
    """Lines about them, and those of the account. Who else did it is not theirs to know."""
    things = {("registration", one) for one in registrations} | {("group", one) for one in groups}
    things |= {("organiser", account.id)} if account else set()
    subjects = [f"{kind} {number}" for kind, number in things]
    by = AuditEntry.organiser_id == (account.id if account else None)
    beside = AuditEntry.action.in_(["registration.two_people", "registration.substitute"])
    found = select(AuditEntry).where(or_(AuditEntry.subject.in_(subjects), by, beside))
    return [
        {
            "at": time_as_json(one.at),
            "action": one.action,
            "own_account": account is not None and one.organiser_id == account.id,
            "about": one.subject or None,
            "detail": one.detail,
        }
        for one in session.scalars(found.order_by(AuditEntry.id))
        if one.subject in subjects or (account and one.organiser_id == account.id) or _points_to(one, things)
    ]


def _points_to(entry: AuditEntry, things: set[tuple[str, int]]) -> bool:
    named = {key for name in POINTS_TO for key in pointed_at(entry.action, name, entry.detail.get(name))}
    return not named.isdisjoint(things)


def _mentions(
    session: Session, spellings: Sequence[str], names: Sequence[str], own: Sequence[int]
) -> list[Json]:
    found = find_mentions(session, spellings, names, own)
    days = select(Event.id, Event.title).where(Event.id.in_({one.event_id for one in found}))
    titles = dict(session.execute(days).all())
    return [
        {
            "table": one.table,
            "field": one.column,
            "day": titles.get(one.event_id or 0),
            "text": one.words or None,
        }
        for one in found
    ]
