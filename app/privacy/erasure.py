# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forgetting people when their day is long over (DP-07).

Each verb is for one day, locks it first, may be called as often as one likes, and returns how many it changed. What
stays is counted and names nobody: organisation, status, when.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from app.attendees.mailings import CIRCULAR
from app.attendees.models import MailingCopy
from app.db import new_link_key
from app.events.models import Event
from app.events.seats import leave_line
from app.events.service import lock_event
from app.outbox.models import Message
from app.outbox.rules import WAITING, family_of
from app.outbox.service import forget_wording
from app.people.audit import record
from app.registration import notifications
from app.registration.calendar_invitations import FAMILIES, leave_address
from app.registration.consents.models import Consent
from app.registration.groups.service import CONTACT, lock_group
from app.registration.history import PARTICIPANT, SYSTEM
from app.registration.models import ANSWERS, GivenAnswer, Group, GroupGuest, Registration, StatusChange
from app.registration.person import NOBODY, columns_of
from app.registration.promotion import move_up
from app.registration.questions import answers
from app.registration.questions.models import Option, Question
from app.registration.questions.rules import Retention
from app.registration.quotas import waiting_list
from app.registration.rules import ENDED, Reason, Status, new_reference
from app.registration.service import end, lock_registration
from app.registration.workshops.memory import forget_memory
from app.registration.workshops.models import Exemption, RegistrationNeed, SwapOffer, Wish
from app.store.portions import portions

ENDED_KEPT = timedelta(days=30)  # who cancelled, never confirmed, was not admitted or only waited
NAMES_KEPT = timedelta(days=183)  # who took part: until the documentation has been sent
ANSWERS_KEPT = {
    Retention.DAYS: timedelta(days=14),
    Retention.MONTHS: NAMES_KEPT,
    Retention.WITHDRAWAL: NAMES_KEPT,  # nobody can withdraw any more what nobody can be told from
}
FORGOTTEN = "registration.forget"
FORGOTTEN_GROUP = "group.forget"


def days_to_forget(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the days that are over long enough and still hold something to forget."""
    found = (
        select(Event.id)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            or_(
                and_(Event.ends_at <= now - ENDED_KEPT, _is_surplus()),
                and_(Event.ends_at <= now - ENDED_KEPT, Registration.named_by != ""),
                and_(Event.ends_at <= now - ENDED_KEPT, exists().where(Group.event_id == Event.id)),
                and_(Event.ends_at <= now - NAMES_KEPT, _has_name()),
                and_(Event.ends_at <= now - ANSWERS_KEPT[Retention.DAYS], _needs_of_person()),
                *(
                    and_(Event.ends_at <= now - kept, exists().where(_given_in(table, retention)))
                    for retention, kept in ANSWERS_KEPT.items()
                    for table in ANSWERS
                ),
            )
        )
    )
    return session.scalars(found.distinct().order_by(Event.id)).all()


def delete_surplus(session: Session, event_id: int, now: datetime) -> int:
    """Delete who never took part, thirty days after the end: history, places and mails included."""
    event = lock_event(session, event_id)
    if event.ends_at > now - ENDED_KEPT:
        return 0
    found = select(Registration.id, Registration.status).where(
        Registration.event_id == event_id, _is_surplus()
    )
    # The newest row of all stays until there is a newer one: SQLite would give its id to the next person, and with it
    # the links that were signed for this one. Until then its names are removed (`remove_names`).
    newest = session.scalar(select(func.max(Registration.id)))
    surplus = {one: status for one, status in session.execute(found) if one != newest}
    for one, status in surplus.items():
        if status is Status.WAITING:
            leave_line(session, event, waiting_list.quotas_of(session, event, one))
        elif status is Status.PENDING:  # nobody ever decided
            undecided = session.get_one(Registration, one)
            end(session, undecided, Status.EXPIRED, SYSTEM, Reason.HOLD_ENDED, now)
    session.flush()
    for ids in portions(sorted(surplus)):
        _delete_mails(session, ids)
        session.execute(delete(Registration).where(Registration.id.in_(ids)))
    if newest is not None:
        _empty_newest(session, event_id, newest, now)
    return len(surplus)


def delete_groups(session: Session, event_id: int, now: datetime) -> int:
    """Thirty days after the end nobody needs the contact persons any more; their colleagues stay, without them.

    A group whose holds the worker has not ended yet waits for the next time.
    """
    event = lock_event(session, event_id)
    if event.ends_at > now - ENDED_KEPT:
        return 0
    kept = exists().where(Registration.group_id == Group.id, Registration.status == Status.UNCONFIRMED)
    ids = list(session.scalars(select(Group.id).where(Group.event_id == event_id, ~kept)))
    for some in portions(sorted(ids)):
        _delete_mails_of(session, {family_of(notifications.GROUP_LINK)}, some)
        session.execute(delete(Group).where(Group.id.in_(some)))
    session.execute(
        update(Registration)
        .where(Registration.event_id == event_id, Registration.named_by != "")
        .values(named_by="")
        .execution_options(synchronize_session=False)
    )
    event.together_count = _count_together(session, event_id)
    session.flush()
    return len(ids)


def remove_names(session: Session, event_id: int, now: datetime) -> int:
    """Six months after the end nobody can be told from a registration any more."""
    event = lock_event(session, event_id)
    if event.ends_at > now - NAMES_KEPT:
        return 0
    ids = session.scalars(
        select(Registration.id)
        .where(Registration.event_id == event_id, _has_name())
        .order_by(Registration.id)
    ).all()
    for one in ids:
        _remove_name(session, one, now)
    return len(ids)


def forget_person(session: Session, registration_id: int, now: datetime) -> None:
    """The person asks for it (Art. 17 GDPR): cancel unless the day is over, and remove everything that names them.

    A second time changes nothing but the withdrawn links. One mail may be left: it takes the day out of the calendar of the
    address, and goes when it has left (`delete_last_mails`).
    """
    registration = lock_registration(session, registration_id)
    event_id = registration.event_id
    forget_memory(session, registration)
    if registration.active and not registration.event.is_over(now):
        end(session, registration, Status.CANCELLED, PARTICIPANT, Reason.CANCELLED, now)
    else:
        answers.give_back(session, registration, for_good=True)
    for table in ANSWERS:
        gone = delete(table).where(table.registration_id == registration_id)
        session.execute(gone.execution_options(synchronize_session=False))
    for mine in (Wish, RegistrationNeed, Exemption, Consent, SwapOffer):
        session.execute(delete(mine).where(mine.registration_id == registration_id))
    session.execute(delete(GroupGuest).where(GroupGuest.registration_id == registration_id))
    successor = update(Registration).where(Registration.predecessor_id == registration_id)
    named = successor.values(named_by="").returning(Registration.id)
    told = session.scalars(named.execution_options(synchronize_session=False)).all()
    forget_wording(session, FAMILIES, told)  # their mails say who named them
    registration.group = None
    if not registration.event.is_over(now):
        leave_address(session, registration, now)
    session.flush()
    move_up(session, registration.event, now)
    _remove_name(session, registration_id, now)
    session.expire(registration)
    record(session, now, None, event_id, FORGOTTEN, f"registration {registration_id}")


def delete_last_mails(session: Session) -> int:
    """Delete what took the day out of a calendar after its owner was forgotten, once it has left or never will; how many."""
    nameless = select(Registration.id).where(Registration.email == "")
    gone = delete(Message).where(
        Message.kind == notifications.ADDRESS_LEFT,
        Message.state.not_in(WAITING),
        Message.subject_id.in_(nameless),
    )
    found = session.scalars(gone.returning(Message.id).execution_options(synchronize_session=False))
    return len(found.all())


def forget_contact(session: Session, group_id: int, now: datetime) -> None:
    """The contact person of a group asks for it (Art. 17 GDPR): the group ends, the colleagues stay, each alone.

    Seats that nobody is named for go to the next. Mails that say who named somebody lose their words. No mail is left to
    tell of it.
    """
    group = lock_group(session, group_id)
    event = group.event
    members = session.scalars(select(Registration).where(Registration.group_id == group_id)).all()
    for one in members:
        if one.unnamed and one.active and not event.is_over(now):
            end(session, one, Status.CANCELLED, CONTACT, Reason.SEAT_NOT_NAMED, now)
    session.flush()
    told = [one.id for one in members]
    alone = update(Registration).where(Registration.group_id == group_id).values(group_id=None, named_by="")
    session.execute(alone.execution_options(synchronize_session=False))
    forget_wording(session, FAMILIES, told)
    _delete_mails_of(session, {family_of(notifications.GROUP_LINK)}, [group_id])
    session.expire_all()
    session.execute(delete(Group).where(Group.id == group_id))
    event.together_count = _count_together(session, event.id)
    session.flush()
    move_up(session, event, now)
    record(session, now, None, event.id, FORGOTTEN_GROUP, f"group {group_id}")


def _count_together(session: Session, event_id: int) -> int:
    together = select(func.count(Group.id)).where(Group.event_id == event_id, Group.together)
    return session.scalar(together) or 0


def delete_answers(session: Session, event_id: int, now: datetime) -> int:
    """Delete the answers whose time is over, each by the period that its question names (DP-04)."""
    event = lock_event(session, event_id)
    over = [retention for retention, kept in ANSWERS_KEPT.items() if event.ends_at <= now - kept]
    questions = select(Question.id).where(Question.event_id == event_id, Question.retention.in_(over))
    ids = list(session.scalars(questions))
    deleted = 0
    for table in ANSWERS if ids else ():
        gone = delete(table).where(table.question_id.in_(ids)).returning(table.id)
        deleted += len(session.scalars(gone.execution_options(synchronize_session=False)).all())
    if deleted:
        # No answer is left that could hold one of their options.
        session.execute(
            update(Option)
            .where(Option.question_id.in_(ids))
            .values(taken=0)
            .execution_options(synchronize_session=False)
        )
    return deleted


def delete_needs(session: Session, event_id: int, now: datetime) -> int:
    """Delete what people could not do without or could not take, 14 days after the end (DP-04)."""
    event = lock_event(session, event_id)
    if event.ends_at > now - ANSWERS_KEPT[Retention.DAYS]:
        return 0
    of_day = select(Registration.id).where(Registration.event_id == event_id)
    gone = delete(RegistrationNeed).where(RegistrationNeed.registration_id.in_(of_day))
    needs = session.scalars(gone.returning(RegistrationNeed.registration_id)).all()
    exempt = delete(Exemption).where(Exemption.registration_id.in_(of_day))
    return len(needs) + len(session.scalars(exempt.returning(Exemption.registration_id)).all())


def _needs_of_person() -> ColumnElement[bool]:
    tables = (RegistrationNeed, Exemption)
    return or_(*(exists().where(one.registration_id == Registration.id) for one in tables))


def _given_in(table: type[GivenAnswer], retention: Retention) -> ColumnElement[bool]:
    return and_(
        table.registration_id == Registration.id,
        table.question_id == Question.id,
        Question.retention == retention,
    )


def _empty_newest(session: Session, event_id: int, newest: int, now: datetime) -> None:
    wanted = select(Registration.id).where(
        Registration.id == newest, Registration.event_id == event_id, _is_surplus(), _has_name()
    )
    if session.scalar(wanted) is not None:
        _remove_name(session, newest, now)


def _remove_name(session: Session, registration_id: int, now: datetime) -> None:
    """Links and calendar of the person are withdrawn, the reference is a new one, mails and notes are gone, but for the one
    that takes the day out of a calendar."""
    the_others = or_(Message.kind != notifications.ADDRESS_LEFT, Message.state.not_in(WAITING))
    _delete_mails(session, [registration_id], the_others)
    session.execute(
        update(StatusChange).where(StatusChange.registration_id == registration_id).values(note="")
    )
    session.execute(
        update(Registration)
        .where(Registration.id == registration_id)
        .values(
            **columns_of(NOBODY) | {"email_key": f"#{registration_id}"},  # unique among the active of a day
            named_by="",
            reference=new_reference(),
            nonce=f"#{registration_id}",
            link_key=new_link_key(),
            feed_key=new_link_key(),
            feed_changed_at=now,
            version=Registration.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _delete_mails(session: Session, ids: Sequence[int], *only: ColumnElement[bool]) -> None:
    copies = select(MailingCopy.id).where(MailingCopy.registration_id.in_(ids))
    _delete_mails_of(session, FAMILIES, ids, *only)
    _delete_mails_of(session, {family_of(CIRCULAR)}, copies)


def _delete_mails_of(
    session: Session, families: Collection[str], ids: Sequence[int] | Select[int], *only: ColumnElement[bool]
) -> None:
    session.execute(
        delete(Message)
        .where(Message.family.in_(families), Message.subject_id.in_(ids), *only)
        .execution_options(synchronize_session=False)
    )


def _is_surplus() -> ColumnElement[bool]:
    return Registration.status.in_((*ENDED, Status.WAITING, Status.PENDING))


def _has_name() -> ColumnElement[bool]:
    return Registration.email != ""
