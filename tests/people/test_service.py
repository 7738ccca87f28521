# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.outbox.models import Message
from app.people import queries, service
from app.people.audit import KEPT, entries_of, record
from app.people.models import AuditEntry, Budget, Organiser, PasswordLink, SignIn
from app.people.rules import LONGEST_SIGN_IN, LinkReason, Origin
from app.refusal import Missing, Refusal
from app.web.database import transaction
from tests.people.helpers import MAIL, password_hash

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Origin("192.0.2.0/24", "key")


@contextmanager
def working(app: Flask) -> Iterator[Session]:
    with app.app_context(), transaction() as session:
        yield session


def jonas(session: Session, *, is_admin: bool = False, email: str = MAIL) -> Organiser:
    return service.create_organiser(
        session, email, "Jonas  Platzhalter", password_hash(), NOW, is_admin=is_admin
    )


def get_jonas(session: Session) -> Organiser:
    found = queries.find_organiser(session, MAIL)
    assert found is not None
    return found


def test_create(app: Flask) -> None:
    with working(app) as session:
        person = jonas(session)
        assert (person.name, person.email_key, person.is_admin) == ("Jonas Platzhalter", MAIL, False)
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["organiser.create"]


def test_one_account_per_address(app: Flask) -> None:
    """T44: another spelling is the same account."""
    with working(app) as session:
        jonas(session)
        with pytest.raises(Refusal) as refused:
            jonas(session, email=MAIL.upper())
        assert refused.value.field == "email"
        assert session.scalar(select(func.count(Organiser.id))) == 1


def test_the_table_keeps_only_the_hash_of_a_token(app: Flask) -> None:
    """T16, ASVS 7.2"""
    with working(app) as session:
        opened, token = service.open_session(session, jonas(session), "Firefox, Windows", NOW)
        assert len(token) >= 43  # 256 bits
        assert token not in (opened.token_hash, str(vars(opened)))
        assert queries.find_sign_in(session, token, NOW) is opened
        assert queries.find_sign_in(session, opened.token_hash, NOW) is None
        assert queries.find_sign_in(session, "", NOW) is None


def test_a_sign_in_ends_after_a_week_in_any_case(app: Flask) -> None:
    """ASVS 7.3.2"""
    with working(app) as session:
        _, token = service.open_session(session, jonas(session), "", NOW)
        assert queries.find_sign_in(session, token, NOW + LONGEST_SIGN_IN - timedelta(seconds=1)) is not None
        assert queries.find_sign_in(session, token, NOW + LONGEST_SIGN_IN) is None


def test_end_one_and_end_all_but_one(app: Flask) -> None:
    """ASVS 7.4, 7.5.2"""
    with working(app) as session:
        person = jonas(session)
        first, second, third = (service.open_session(session, person, name, NOW)[0] for name in "abc")
        stranger = service.create_organiser(session, "b@example.org", "B", password_hash(), NOW)
        service.open_session(session, stranger, "z", NOW)
        service.end_session(session, first.id, NOW)
        assert [one.browser for one in queries.sign_ins_of(session, person.id, NOW)] == ["c", "b"]
        service.end_all_sessions(session, person.id, NOW, but=second.id)
        assert [one.browser for one in queries.sign_ins_of(session, person.id, NOW)] == ["b"]
        service.end_all_sessions(session, person.id, NOW)
        assert queries.sign_ins_of(session, person.id, NOW) == []
        assert len(queries.sign_ins_of(session, stranger.id, NOW)) == 1
        assert third.ended_at == NOW


def test_sign_in_asks_again_in_the_transaction(app: Flask) -> None:
    """Between the comparison and the transaction the account was disabled, or its password changed."""
    with working(app) as session:
        person = jonas(session)
        proven = queries.credentials(session, MAIL)
        assert proven.organiser_id == person.id
        service.sign_in(session, proven, "", HERE, NOW)
        person.password_hash = "$argon2id$another"
        session.flush()
        for spoilt in (proven, queries.Credentials()):
            with pytest.raises(Refusal) as refused:
                service.sign_in(session, spoilt, "", HERE, NOW)
            assert refused.value.sentence == service.NO_MATCH
        person.disabled_at = NOW
        session.flush()
        assert queries.credentials(session, MAIL) == queries.Credentials()


def test_disable_ends_everything(app: Flask) -> None:
    """T16, ASVS 7.4.2"""
    with working(app) as session:
        person = jonas(session)
        _, token = service.open_session(session, person, "", NOW)
        link = service.welcome(session, person, NOW, "de")
        service.disable(session, person, NOW)
        assert queries.find_sign_in(session, token, NOW) is None
        assert queries.find_password_link(session, link.id, LinkReason.WELCOME, NOW) is None


def test_the_last_administrator_stays(app: Flask) -> None:
    with working(app) as session:
        only = jonas(session, is_admin=True)
        with pytest.raises(Refusal):
            service.disable(session, only, NOW)
        assert only.disabled_at is None
        jonas(session, is_admin=True, email="b@example.org")
        service.disable(session, only, NOW)
        assert only.disabled_at == NOW


def test_change_password_ends_all_sign_ins_and_links(app: Flask) -> None:
    """ASVS 7.4.3"""
    with working(app) as session:
        person = jonas(session)
        service.open_session(session, person, "", NOW)
        link = service.welcome(session, person, NOW, "de")
        service.change_password(session, person, password_hash(), "new hash", NOW)
        assert person.password_hash == "new hash"
        assert queries.sign_ins_of(session, person.id, NOW) == []
        assert queries.find_password_link(session, link.id, LinkReason.WELCOME, NOW) is None
        with pytest.raises(Refusal):
            service.change_password(session, person, password_hash(), "third hash", NOW)
        assert person.password_hash == "new hash"


def test_a_link_works_once_and_not_for_ever(app: Flask) -> None:
    """T03, ASVS 6.4.1"""
    with working(app) as session:
        person = jonas(session)
        link = service.welcome(session, person, NOW, "de")
        late = link.ends_at
        assert late == NOW + timedelta(days=7)
        assert queries.find_password_link(session, link.id, LinkReason.FORGOTTEN, NOW) is None
        assert queries.find_password_link(session, link.id, LinkReason.WELCOME, late) is None
        with pytest.raises(Missing):
            service.set_password(session, link.id, LinkReason.WELCOME, new_hash="x", origin=HERE, now=late)
        service.set_password(session, link.id, LinkReason.WELCOME, new_hash="x", origin=HERE, now=NOW)
        assert person.password_hash == "x"
        with pytest.raises(Missing):
            service.set_password(session, link.id, LinkReason.WELCOME, new_hash="y", origin=HERE, now=NOW)
        assert person.password_hash == "x"


def mails(session: Session) -> list[tuple[str, str]]:
    return [(row.kind, row.recipient) for row in session.scalars(select(Message).order_by(Message.id))]


def test_forgot_password_mails_only_accounts_and_to_the_kept_address(app: Flask) -> None:
    """T09: the answer is the same; the mail goes to the address of the account, never to the one typed in."""
    with working(app) as session:
        jonas(session)
        assert service.forgot_password(session, MAIL.upper(), HERE, NOW, "de") is True
        assert service.forgot_password(session, "nobody@example.org", HERE, NOW, "de") is True
        assert mails(session) == [("people.password", MAIL)]


def test_forgot_password_is_no_mail_cannon(app: Flask) -> None:
    """T08: three mails an hour for an account, silently; twenty tries for a network, aloud."""
    with working(app) as session:
        jonas(session)
        answers = [service.forgot_password(session, MAIL, HERE, NOW, "de") for _ in range(25)]
        assert answers == [True] * 20 + [False] * 5
        elsewhere = Origin("198.51.100.0/24", "key")
        assert service.forgot_password(session, MAIL, elsewhere, NOW, "de") is True
        assert len(mails(session)) == 3
        assert service.forgot_password(session, MAIL, HERE, NOW + HOUR, "de") is True
        assert len(mails(session)) == 4


@pytest.mark.long
@pytest.mark.sqlite_only  # the same budget as below and in test_budget, which both engines keep; only more often
def test_guessing_is_slow_and_hurts_only_the_guesser(app: Flask) -> None:
    """T37: 10,000 guesses from one network; the account stays open from elsewhere, and here after a quarter of an hour."""
    elsewhere = Origin("198.51.100.0/24", "key")
    with working(app) as session:
        granted = sum(
            service.may_try_sign_in(session, MAIL, HERE, NOW + timedelta(seconds=s * 0.36))
            for s in range(10_000)
        )
        assert granted <= 4 * 10  # the 10,000 guesses took an hour
        hour_later = NOW + HOUR
        assert service.may_try_sign_in(session, MAIL, elsewhere, NOW + timedelta(minutes=59)) is True
        assert service.may_try_sign_in(session, MAIL, HERE, hour_later + timedelta(minutes=15)) is True


@pytest.mark.long
def test_guessing_from_many_networks_ends_too(app: Flask) -> None:
    """T37: a hundred an hour for one account in all; a mailed link opens it at once, and the hour does anyway."""
    with working(app) as session:
        person = jonas(session)
        origins = [Origin(f"10.0.{n}.0/24", "key") for n in range(50)]
        granted = sum(
            service.may_try_sign_in(session, MAIL, origin, NOW) for origin in origins for _ in range(5)
        )
        assert granted == 100
        assert service.may_try_sign_in(session, MAIL, HERE, NOW) is False
        link = service.welcome(session, person, NOW, "de")
        service.set_password(session, link.id, LinkReason.WELCOME, new_hash="x", origin=HERE, now=NOW)
        assert service.may_try_sign_in(session, MAIL, HERE, NOW) is True
        assert service.may_try_sign_in(session, MAIL, HERE, NOW + HOUR) is True


def test_a_network_that_is_refused_takes_nothing_from_an_account(app: Flask) -> None:
    """T37: who has used the network's budget up cannot lock others out."""
    with working(app) as session:
        for n in range(100):
            service.may_try_sign_in(session, f"p{n}@example.org", HERE, NOW)
        before = session.scalar(select(func.sum(Budget.spent)))
        assert service.may_try_sign_in(session, MAIL, HERE, NOW) is False
        assert session.scalar(select(func.sum(Budget.spent))) == before


def test_signing_in_gives_the_account_its_budget_back(app: Flask) -> None:
    with working(app) as session:
        jonas(session)
        for _ in range(9):
            service.may_try_sign_in(session, MAIL, HERE, NOW)
        service.sign_in(session, queries.credentials(session, MAIL), "", HERE, NOW)
        assert [service.may_try_sign_in(session, MAIL, HERE, NOW) for _ in range(11)] == [True] * 10 + [False]


def _record_and_break(app: Flask) -> None:
    with working(app) as session:
        record(session, NOW, None, 7, "team.add", "organiser 1", {"role": "lead"})
        raise ZeroDivisionError


def test_audit_is_part_of_the_deed(app: Flask) -> None:
    """The second write is broken on purpose: the first is gone with it."""
    with pytest.raises(ZeroDivisionError):
        _record_and_break(app)
    with working(app) as session:
        assert entries_of(session, 7) == []
        record(session, NOW, None, 7, "first")
        record(session, NOW, None, 7, "second", "x" * 300)
        record(session, NOW, None, 8, "elsewhere")
        assert [entry.action for entry in entries_of(session, 7)] == ["second", "first"]


def test_sweep(app: Flask) -> None:
    """Retention: what is over for four weeks, and audit after twelve months."""
    with working(app) as session:
        person = jonas(session)
        service.open_session(session, person, "old", NOW - timedelta(days=60))
        service.open_session(session, person, "new", NOW)
        session.add(
            PasswordLink(
                organiser=person, reason=LinkReason.WELCOME, created_at=NOW, ends_at=NOW - timedelta(days=40)
            )
        )
        service.welcome(session, person, NOW, "de")
        record(session, NOW - KEPT, None, None, "ancient")
        service.may_try_sign_in(session, MAIL, HERE, NOW - HOUR)
        service.sweep(session, NOW)
        assert session.scalars(select(SignIn.browser)).all() == ["new"]
        assert session.scalar(select(func.count(PasswordLink.id))) == 1
        assert "ancient" not in session.scalars(select(AuditEntry.action)).all()
        assert session.scalar(select(func.count(Budget.id))) == 0
