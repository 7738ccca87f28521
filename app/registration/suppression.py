# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Addresses that get no mail before they are confirmed, because their owner or an administrator said so (T08).

A suppressed address is one whose budget for such mails is used up for good: asking for it costs no statement more, so
nobody can tell from the time an answer takes (T09). Only a hash is kept.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.people.audit import record
from app.people.budget import give_back, use_up, used_up
from app.people.models import Budget
from app.people.rules import address_key
from app.registration.rules import address_of

_MAIL = "mail:"


def suppress(session: Session, email: str, organiser_id: int | None, now: datetime) -> None:
    """No more mails before confirmation to this address; `organiser_id` None: its owner said so. Twice is once."""
    if is_suppressed(session, address_key(email)):
        return
    use_up(session, mail_bucket(address_key(email)))
    record(session, now, organiser_id, None, "address.silence")


def allow(session: Session, email: str, organiser_id: int, now: datetime) -> None:
    """The address may be written to again. Does nothing when it is not on the list."""
    key = address_key(email)
    if is_suppressed(session, key):
        give_back(session, mail_bucket(key))
        record(session, now, organiser_id, None, "address.allow")


def is_suppressed(session: Session, email_key: str) -> bool:
    found = select(Budget.id).where(Budget.bucket == mail_bucket(email_key), used_up())
    return session.scalar(found) is not None


def suppressed_among(session: Session, email_keys: Iterable[str]) -> set[str]:
    """Those that get no mail nobody asked for."""
    buckets = {key: mail_bucket(key) for key in email_keys}
    listed = set(session.scalars(select(Budget.bucket).where(Budget.bucket.startswith(_MAIL), used_up())))
    return {key for key, bucket in buckets.items() if bucket in listed}


def count_suppressed(session: Session) -> int:
    listed = select(func.count(Budget.id)).where(Budget.bucket.startswith(_MAIL), used_up())
    return session.scalar(listed) or 0


def mail_bucket(email_key: str) -> str:
    """Mails that nobody asked for."""
    return f"{_MAIL}{_hashed(email_key)}"


def link_bucket(email_key: str) -> str:
    """Links sent again to somebody who is suppressed and takes part all the same."""
    return f"link:{_hashed(email_key)}"


def _hashed(email_key: str) -> str:
    """Buckets outlive a registration, so no address stands in them. `name+word@` is the mailbox of `name@`."""
    local, _, domain = address_of(email_key).rpartition("@")
    mailbox = f"{local.partition('+')[0] or local}@{domain}"
    return hashlib.sha256(mailbox.encode()).hexdigest()[:40]
