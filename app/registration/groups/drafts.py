# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the form of a group brought before it was corrected; for a single form `service` does the same."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.outbox.rules import family_of
from app.outbox.service import withdraw
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Group, Registration
from app.registration.queries import keys_of_form, members_of
from app.registration.rules import Reason, Status
from app.registration.service import end


def groups_of_form(session: Session, event_id: int, key: str) -> Sequence[Group]:
    """Whatever the form with this key brought, the one that says the same first."""
    sent = select(Group).where(Group.event_id == event_id, Group.nonce.between(*keys_of_form(key)))
    return sorted(session.scalars(sent), key=lambda group: (group.nonce != key, group.id))


def make_way(session: Session, of_form: Sequence[Group], by: By, now: datetime) -> None:
    """What nobody has confirmed of it goes as if it had not been sent, its mail that waits included."""
    for draft in of_form:
        if draft.confirmed_at is None:
            _remove(session, draft, by, now)


def _remove(session: Session, draft: Group, by: By, now: datetime) -> None:
    members = members_of(session, draft)
    for one in members:
        if one.active:
            end(session, one, Status.CANCELLED, by, Reason.REPLACED, now)
    draft.event.together_count -= draft.together
    session.flush()
    withdraw(session, family_of(notifications.GROUP_CONFIRM), draft.id)
    for row in (*members, draft):
        session.expunge(row)
    session.execute(delete(Registration).where(Registration.group_id == draft.id))
    session.execute(delete(Group).where(Group.id == draft.id))
