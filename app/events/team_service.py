# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team of a day: who works on it, and as what. There is always somebody who leads."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, contains_eager

from app.events.models import Event, TeamMember
from app.events.queries import get_of_event
from app.events.service import lock_event
from app.folding import list_key
from app.people.audit import record
from app.people.models import Organiser
from app.people.rules import Permission, Role, may
from app.refusal import N_, Refusal, refuse_changed

LAST_LEAD = N_("Somebody has to lead this day. Please make another person lead first.")


def find_event_of(session: Session, slug: str, organiser_id: int) -> tuple[Event | None, Role | None]:
    """The event and the role of this organiser in its team: one query."""
    membership = and_(TeamMember.event_id == Event.id, TeamMember.organiser_id == organiser_id)
    row = session.execute(
        select(Event, TeamMember.role).outerjoin(TeamMember, membership).where(Event.slug == slug)
    ).first()
    return (row[0], row[1]) if row else (None, None)


def team_of(session: Session, event_id: int) -> Sequence[TeamMember]:
    """Members by name, with their accounts."""
    found = (
        select(TeamMember)
        .join(TeamMember.organiser)
        .where(TeamMember.event_id == event_id)
        .order_by(TeamMember.organiser_id)
        .options(contains_eager(TeamMember.organiser))
    )
    return sorted(session.scalars(found), key=lambda one: list_key(one.organiser.name))


def events_with(session: Session, organiser: Organiser, permission: Permission) -> Sequence[Event]:
    """The days on which this person has the permission, the latest first; an administrator leads every team."""
    found = select(Event).order_by(Event.starts_at.desc(), Event.id.desc())
    if not organiser.is_admin:
        roles = [role for role in Role if may(role, permission)]
        mine = select(TeamMember.event_id).where(
            TeamMember.organiser_id == organiser.id, TeamMember.role.in_(roles)
        )
        found = found.where(Event.id.in_(mine))
    return session.scalars(found).all()


def may_create_days(organiser: Organiser, roles: Iterable[Role | None]) -> bool:
    """An administrator, whoever got the account from the operator, and whoever edits a day already: not somebody who was
    asked to stand at one door. `roles`: those that the person has on any day."""
    return organiser.is_admin or organiser.creates_days or any(may(one, Permission.EDIT) for one in roles)


def roles_of(session: Session, organiser: Organiser) -> Sequence[Role]:
    """On whichever days, each once."""
    return session.scalars(
        select(TeamMember.role).where(TeamMember.organiser_id == organiser.id).distinct()
    ).all()


def get_member(session: Session, event_id: int, member_id: int) -> TeamMember:
    """Raises `Missing` for a member of another team."""
    return get_of_event(session, TeamMember, event_id, member_id)


def add_member(
    session: Session, event_id: int, organiser: Organiser, role: Role, *, by: Organiser | None, now: datetime
) -> TeamMember:
    """Refuses who is in the team already, and disabled accounts."""
    event = lock_event(session, event_id)
    if organiser.disabled_at is not None:
        raise Refusal(N_("This account is disabled. Please ask an administrator."), field="email")
    known = select(TeamMember.id).where(
        TeamMember.event_id == event.id, TeamMember.organiser_id == organiser.id
    )
    if session.scalar(known) is not None:
        raise Refusal(N_("This person is in the team already."), field="email")
    member = TeamMember(event=event, organiser=organiser, role=role)
    session.add(member)
    session.flush()
    _record(session, now, by, member, "team.add", role=role.value)
    return member


def change_role(
    session: Session, event_id: int, member_id: int, role: Role, seen: str, *, by: Organiser, now: datetime
) -> TeamMember:
    """Refuses to take the lead from the last one who has it; and when somebody else gave another role since the one was read
    whose fingerprint is `seen` (F30)."""
    lock_event(session, event_id)
    member = get_member(session, event_id, member_id)
    refuse_changed(member.role, seen)
    if role is not Role.LEAD:
        refuse_last_lead(session, member)
    before, member.role = member.role, role
    session.flush()
    _record(session, now, by, member, "team.role", before=before.value, role=role.value)
    return member


def remove_member(session: Session, event_id: int, member_id: int, *, by: Organiser, now: datetime) -> None:
    """The account stays; only this day is closed to it. Refuses to remove the last lead."""
    lock_event(session, event_id)
    member = get_member(session, event_id, member_id)
    refuse_last_lead(session, member)
    _record(session, now, by, member, "team.remove", role=member.role.value)
    session.delete(member)
    session.flush()


def refuse_last_lead(session: Session, member: TeamMember) -> None:
    """Asked under the event's lock, so that two leads cannot leave at the same moment. A disabled lead does not count."""
    others = (
        select(func.count())
        .select_from(TeamMember)
        .join(TeamMember.organiser)
        .where(
            TeamMember.event_id == member.event_id,
            TeamMember.role == Role.LEAD,
            TeamMember.id != member.id,
            Organiser.disabled_at.is_(None),
        )
    )
    if member.role is Role.LEAD and session.scalar(others) == 0:
        raise Refusal(LAST_LEAD, field="role")


def _record(
    session: Session, now: datetime, by: Organiser | None, member: TeamMember, action: str, **detail: str
) -> None:
    subject = f"organiser {member.organiser_id}"
    record(session, now, by.id if by else None, member.event_id, action, subject, dict(detail))
