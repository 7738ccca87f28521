# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases around accounts: create, sign in, change the password, disable.

Hashes come in ready-made: hashing is slow and happens before the transaction opens.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.outbox.service import enqueue
from app.people.audit import forget_entries, record
from app.people.budget import forget_budgets, give_back, spend
from app.people.models import Organiser, PasswordLink, SignIn
from app.people.queries import Credentials, find_organiser, find_password_link
from app.people.rules import (
    LINK_LIVES,
    LONGEST_SIGN_IN,
    PASSWORD_MAILS_PER_ACCOUNT,
    PASSWORD_MAILS_PER_NETWORK,
    SIGN_INS_PER_ACCOUNT,
    SIGN_INS_PER_ACCOUNT_AND_NETWORK,
    SIGN_INS_PER_NETWORK,
    Limit,
    LinkReason,
    Origin,
    address_key,
    bucket,
    token_hash,
)
from app.refusal import N_, Missing, Refusal

__all__ = ["record", "spend"]  # other slices take these two from here as well

WELCOME = "people.welcome"
FORGOTTEN = "people.password"
MAIL_KINDS = {LinkReason.WELCOME: WELCOME, LinkReason.FORGOTTEN: FORGOTTEN}

# One sentence for a wrong address, a wrong password and a disabled account (T09).
NO_MATCH = N_("The mail address and the password do not belong together. Please check both.")
CHANGED_MEANWHILE = N_("The password was changed meanwhile. Please sign in again.")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Into the team of a day: its id and title, and the name of whoever invites."""

    event_id: int
    title: str
    by: str


# -- accounts


def create_organiser(
    session: Session,
    email: str,
    name: str,
    password_hash: str,
    now: datetime,
    *,
    is_admin: bool = False,
    by: Organiser | None = None,
) -> Organiser:
    """A new account; one that a colleague makes may not begin days of its own. Refuses an address that has one already."""
    organiser = Organiser(
        email=email.strip(),
        email_key=address_key(email),
        name=" ".join(name.split()),
        password_hash=password_hash,
        is_admin=is_admin,
        creates_days=by is None,
        created_at=now,
    )
    taken = Refusal(N_("There is an account with this mail address already."), field="email")
    if find_organiser(session, email) is not None:
        raise taken
    try:
        with session.begin_nested():
            session.add(organiser)
    except IntegrityError:
        raise taken from None
    record(
        session,
        now,
        by.id if by else None,
        None,
        "organiser.create",
        f"organiser {organiser.id}",
        {"admin": is_admin},
    )
    return organiser


def rename(session: Session, organiser: Organiser, name: str, now: datetime) -> None:
    organiser.name = " ".join(name.split())
    record(session, now, organiser.id, None, "organiser.rename", f"organiser {organiser.id}")


def disable(session: Session, organiser: Organiser, now: datetime, by: Organiser | None = None) -> None:
    """The account keeps its history and loses its sign-ins at once. Refuses to leave the house without an administrator."""
    others = select(Organiser.id).where(
        Organiser.is_admin, Organiser.disabled_at.is_(None), Organiser.id != organiser.id
    )
    if organiser.is_admin and session.scalars(others.with_for_update()).first() is None:
        raise Refusal(N_("This is the only administrator. Please create another one first."))
    organiser.disabled_at = organiser.disabled_at or now
    end_all_sessions(session, organiser.id, now)
    _close_links(session, organiser.id, now)
    record(session, now, by.id if by else None, None, "organiser.disable", f"organiser {organiser.id}")


# -- signing in


def may_try_sign_in(session: Session, email: str, origin: Origin, now: datetime) -> bool:
    """Spend one try. The order matters: a network that is refused takes nothing from the account."""
    in_network, from_here, anywhere = _sign_in_buckets(email, origin)
    return (
        _spend(session, in_network, SIGN_INS_PER_NETWORK, now)
        and _spend(session, from_here, SIGN_INS_PER_ACCOUNT_AND_NETWORK, now)
        and _spend(session, anywhere, SIGN_INS_PER_ACCOUNT, now)
    )


def sign_in(
    session: Session,
    proven: Credentials,
    browser: str,
    origin: Origin,
    now: datetime,
    *,
    new_hash: str | None = None,
) -> tuple[SignIn, str]:
    """Sign somebody in whose password was verified against `proven`.

    Asks again whether the account is still enabled and has that password. Refuses with the same sentence as for a
    wrong password. `new_hash` replaces a hash made with outdated costs.
    """
    organiser = (
        session.get(Organiser, proven.organiser_id, with_for_update=True) if proven.organiser_id else None
    )
    if (
        organiser is None
        or organiser.disabled_at is not None
        or organiser.password_hash != proven.password_hash
    ):
        raise Refusal(NO_MATCH)
    if new_hash is not None:
        organiser.password_hash = new_hash
    _forgive(session, organiser, origin)
    return open_session(session, organiser, browser, now)


def open_session(session: Session, organiser: Organiser, browser: str, now: datetime) -> tuple[SignIn, str]:
    """A new sign-in and its token. The token is told this once; the table keeps its hash."""
    token = secrets.token_urlsafe(32)
    opened = SignIn(
        organiser=organiser,
        token_hash=token_hash(token),
        browser=browser[:60],
        created_at=now,
        ends_at=now + LONGEST_SIGN_IN,
    )
    organiser.signed_in_at = now
    session.add(opened)
    session.flush()
    record(
        session,
        now,
        organiser.id,
        None,
        "organiser.sign_in",
        f"organiser {organiser.id}",
        {"browser": opened.browser},
    )
    return opened, token


def end_session(session: Session, sign_in_id: int, now: datetime) -> None:
    session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=now)
    )


def end_all_sessions(session: Session, organiser_id: int, now: datetime, but: int | None = None) -> None:
    """Sign every browser of this person out, except the sign-in `but`."""
    living = SignIn.organiser_id == organiser_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0)
    session.execute(update(SignIn).where(*living).values(ended_at=now))


# -- passwords


def change_password(
    session: Session, organiser: Organiser, old_hash: str, new_hash: str, now: datetime
) -> None:
    """The old password was verified against `old_hash`. All sign-ins end, the one at hand too: the caller opens a new one."""
    session.refresh(organiser, with_for_update=True)
    if organiser.password_hash != old_hash or organiser.disabled_at is not None:
        raise Refusal(CHANGED_MEANWHILE)
    _set_password(session, organiser, new_hash, now)


def reset_password(session: Session, organiser: Organiser, new_hash: str, now: datetime) -> None:
    """An operator sets a new password; nobody asks for the old one."""
    _set_password(session, organiser, new_hash, now)


def welcome(
    session: Session, organiser: Organiser, now: datetime, language: str, to: Invitation | None = None
) -> PasswordLink:
    """Mail a new organiser the link with which they set their first password, and who invited them to what."""
    return _mail_link(session, organiser, LinkReason.WELCOME, now, language=language, to=to)


def forgot_password(session: Session, email: str, origin: Origin, now: datetime, language: str) -> bool:
    """Mail a link if the address has an account; the answer does not tell (T09). False: too many from this network."""
    if not _spend(
        session, bucket("password-network", origin.network, origin.key), PASSWORD_MAILS_PER_NETWORK, now
    ):
        return False
    granted = _spend(
        session, bucket("password", address_key(email), origin.key), PASSWORD_MAILS_PER_ACCOUNT, now
    )
    organiser = find_organiser(session, email)
    if granted and organiser is not None and organiser.disabled_at is None:
        _mail_link(session, organiser, LinkReason.FORGOTTEN, now, language=language)
    return True


def set_password(
    session: Session, link_id: int, reason: LinkReason, *, new_hash: str, origin: Origin, now: datetime
) -> Organiser:
    """Use a mailed link up. Every sign-in and every other link of the account ends, and so does a lock on signing in.

    Raises `Missing` when the link has been used or is over.
    """
    link = find_password_link(session, link_id, reason, now)
    if link is None:
        raise Missing
    used = (
        update(PasswordLink)
        .where(PasswordLink.id == link.id, PasswordLink.closed_at.is_(None))
        .values(closed_at=now)
    )
    if session.execute(used.returning(PasswordLink.id)).first() is None:
        raise Missing
    _set_password(session, link.organiser, new_hash, now)
    _forgive(session, link.organiser, origin)
    return link.organiser


# -- keeping house


def end_everything(session: Session, now: datetime) -> int:
    """After a restore: sign-ins and links that had ended since the backup would live again. Returns how many ended."""
    signed_in = update(SignIn).where(SignIn.ended_at.is_(None), SignIn.ends_at > now).values(ended_at=now)
    mailed = update(PasswordLink).where(PasswordLink.closed_at.is_(None)).values(closed_at=now)
    ended = session.scalars(signed_in.returning(SignIn.id)).all()
    return len(ended) + len(session.scalars(mailed.returning(PasswordLink.id)).all())


def sweep(session: Session, now: datetime) -> None:
    """Forget what has served its purpose: budgets, sign-ins and links four weeks after their end, audit after twelve months."""
    long_ago = now - LONGEST_SIGN_IN * 4
    forget_budgets(session, now)
    forget_entries(session, now)
    session.execute(delete(SignIn).where(or_(SignIn.ends_at < long_ago, SignIn.ended_at < long_ago)))
    session.execute(delete(PasswordLink).where(PasswordLink.ends_at < long_ago))


def _set_password(session: Session, organiser: Organiser, new_hash: str, now: datetime) -> None:
    organiser.password_hash = new_hash
    end_all_sessions(session, organiser.id, now)
    _close_links(session, organiser.id, now)
    record(session, now, organiser.id, None, "organiser.password", f"organiser {organiser.id}")


def _close_links(session: Session, organiser_id: int, now: datetime) -> None:
    living = PasswordLink.organiser_id == organiser_id, PasswordLink.closed_at.is_(None)
    session.execute(update(PasswordLink).where(*living).values(closed_at=now))


def _mail_link(
    session: Session,
    organiser: Organiser,
    reason: LinkReason,
    now: datetime,
    *,
    language: str,
    to: Invitation | None = None,
) -> PasswordLink:
    link = PasswordLink(organiser=organiser, reason=reason, created_at=now, ends_at=now + LINK_LIVES[reason])
    if to is not None:
        link.invited_by, link.invited_to = to.by, to.title
    session.add(link)
    session.flush()
    enqueue(
        session,
        kind=MAIL_KINDS[reason],
        subject_id=link.id,
        revision=1,
        recipient=organiser.email,
        event_id=to.event_id if to else None,
        now=now,
        give_up_at=link.ends_at,
        language=language,
    )
    return link


def _spend(session: Session, name: str, limit: Limit, now: datetime) -> bool:
    return spend(session, name, limit.times, limit.window, now)


def _forgive(session: Session, organiser: Organiser, origin: Origin) -> None:
    """Whoever proved who they are starts with a full budget; the network's stays, or one account would open it for all."""
    _, from_here, anywhere = _sign_in_buckets(organiser.email, origin)
    give_back(session, from_here, anywhere)


def _sign_in_buckets(email: str, origin: Origin) -> tuple[str, str, str]:
    account = address_key(email)
    return (
        bucket("sign-in-network", origin.network, origin.key),
        bucket("sign-in-here", f"{account}\0{origin.network}", origin.key),
        bucket("sign-in", account, origin.key),
    )
