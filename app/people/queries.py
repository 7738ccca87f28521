# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads of the people slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from app.people.models import Organiser, PasswordLink, SignIn
from app.people.rules import LinkReason, address_key, token_hash


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is verified against, outside of any transaction. Without an account both are None."""

    organiser_id: int | None = None
    password_hash: str | None = None


def find_organiser(session: Session, email: str) -> Organiser | None:
    return session.scalar(select(Organiser).where(Organiser.email_key == address_key(email)))


def credentials(session: Session, email: str) -> Credentials:
    """Of the enabled account with this address; empty for everybody else."""
    wanted = select(Organiser.id, Organiser.password_hash).where(
        Organiser.email_key == address_key(email), Organiser.disabled_at.is_(None)
    )
    row = session.execute(wanted).first()
    return Credentials(*row) if row else Credentials()


def find_sign_in(session: Session, token: str, now: datetime) -> SignIn | None:
    """The sign-in this token belongs to, with its organiser: one query. None once ended, over or disabled."""
    return session.scalar(
        _living(now).where(SignIn.token_hash == token_hash(token)).options(contains_eager(SignIn.organiser))
    )


def sign_ins_of(session: Session, organiser_id: int, now: datetime) -> Sequence[SignIn]:
    """The browsers signed in now, the latest first."""
    return session.scalars(
        _living(now)
        .where(SignIn.organiser_id == organiser_id)
        .order_by(SignIn.created_at.desc(), SignIn.id.desc())
    ).all()


def find_password_link(
    session: Session, link_id: int, reason: LinkReason, now: datetime
) -> PasswordLink | None:
    """The link while it can still be used: not closed, not over, the account not disabled."""
    return session.scalar(
        select(PasswordLink)
        .join(PasswordLink.organiser)
        .where(
            PasswordLink.id == link_id,
            PasswordLink.reason == reason,
            PasswordLink.closed_at.is_(None),
            PasswordLink.ends_at > now,
            Organiser.disabled_at.is_(None),
        )
        .options(contains_eager(PasswordLink.organiser))
    )


def organisers(session: Session) -> Sequence[Organiser]:
    return session.scalars(select(Organiser).order_by(Organiser.email_key)).all()


def _living(now: datetime) -> Select[SignIn]:
    return (
        select(SignIn)
        .join(SignIn.organiser)
        .where(SignIn.ended_at.is_(None), SignIn.ends_at > now, Organiser.disabled_at.is_(None))
    )
