# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team does by hand for one person: each verb stands in the log, with what it did."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import manual
from app.events.models import Event
from app.events.rules import QuotaEffect
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.people.models import AuditEntry
from app.refusal import ChangedMeanwhile, Refusal
from app.registration.admission import Entry, admit_many
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.notifications import REGISTERED, WAITING, notify_status
from app.registration.rules import AlreadyEnded, Status
from app.texts import force_locale
from app.web.database import db
from tests.factories.days import NOW
from tests.pages import Visitor
from tests.registration.steps import (
    HOUR,
    KI,
    OF_KI,
    OF_MUSTERAU,
    ORGANISER,
    Day,
    add_organisations,
    open_day,
    person,
)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def logged(day: Day, name: str) -> list[tuple[str, dict[str, object]]]:
    rows = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == f"registration {day.ids[name]}")
        .order_by(AuditEntry.id)
    )
    return [(row.action.removeprefix("registration."), row.detail) for row in rows]


def moved_up(day: Day, name: str, *, extra_seat: bool) -> Registration:
    with day.step() as session:
        return manual.move_up(session, day.ids[name], ORGANISER, day.now, extra_seat=extra_seat)


def test_another_number_of_people_who_come_along_is_told(app: Flask) -> None:
    """Whoever cannot come alone reads which chairs are kept, whatever else was corrected; a slip in a name tells nobody."""
    day = open_day(capacity=4)
    day.join("anna")
    day.forget_mails()
    for changes, told in (({"role_title": "Leitung"}, []), ({"accompanying": 2}, ["accompanying.changed"])):
        with day.step() as session:
            one = session.get_one(Registration, day.ids["anna"])
            facts = replace(one.person, **changes)
            manual.correct(session, one.id, facts, one.version, ORGANISER, day.now)
        assert day.mails("anna") == told
    message = db.session.scalars(select(Message).where(Message.kind == "accompanying.changed")).one()
    with app.test_request_context(), force_locale("de"):
        mail = BUILDERS[message.kind](db.session(), message)
    assert mail is not None
    assert "Sie haben Plätze für sich und 2 Begleitpersonen." in mail.text
    assert mail.calendar is None


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("way", ["by hand", "from a file"])
def test_whom_the_team_enters_reads_by_whom_and_what_is_stored(app: Flask, way: str, *, waits: bool) -> None:
    """DP-16: in the first mail and on the personal page; who registered alone reads no such thing."""
    day = open_day(capacity=1 + (not waits))
    day.join("ben")
    with day.step() as session:
        if way == "by hand":
            entry = Entry(person("anna"), "nonce-anna")
            day.ids["anna"] = manual.add(
                session, day.event_id, entry, ORGANISER, day.now, extra_seat=False
            ).id
        else:
            event = session.get_one(Event, day.event_id)
            ((number, _seat),) = admit_many(
                session, event, [person("anna")], ORGANISER, day.now, invited=True
            )
            day.ids["anna"] = number
            notify_status(session, session.get_one(Registration, number), day.now, first=True)
    for name, told in (("anna", True), ("ben", False)):
        one = day.of(name)
        kind = WAITING if one.status is Status.WAITING else REGISTERED
        message = db.session.scalars(
            select(Message).where(Message.kind == kind, Message.subject_id == one.id)
        ).one()
        with app.test_request_context(), force_locale("de"):
            mail = BUILDERS[kind](db.session(), message)
        assert mail is not None
        for text in (mail.text, mail.html):
            assert ("Das Organisationsteam hat Sie zu diesem Tag angemeldet." in text) is told
            assert ("Wir speichern Ihren Namen" in text) is told
        page = Visitor(app.test_client()).get(f"/my/{personal_token(one)}")
        assert ("Eingetragen von Das Organisationsteam" in page.text) is told


def test_each_verb_is_logged() -> None:
    day = open_day(capacity=2)
    day.add("anna")
    day.add("ben")
    day.add("cem")
    moved_up(day, "cem", extra_seat=True)
    with day.step() as session:
        one = session.get_one(Registration, day.ids["ben"])
        facts = replace(person("ben"), role_title="Leitung")
        manual.correct(session, one.id, facts, one.version, ORGANISER, day.now)
    with day.step() as session:
        one = session.get_one(Registration, day.ids["ben"])
        manual.choose_workshops(session, one.id, day.choices("1.1"), one.version, ORGANISER, day.now)
    with day.step() as session:
        manual.send_link(session, day.ids["ben"], ORGANISER, day.now)
    with day.step() as session:
        entry = Entry(person("dora"), "nonce-dora")
        day.ids["dora"] = manual.substitute(session, day.ids["ben"], entry, ORGANISER, day.now).id
    with day.step() as session:
        manual.cancel(session, day.ids["anna"], ORGANISER, day.now)
    assert logged(day, "anna") == [("add", {"status": "registered", "overbooked": False}), ("cancel", {})]
    assert logged(day, "ben") == [
        ("add", {"status": "registered", "overbooked": False}),
        ("change", {"fields": ["role_title"]}),
        ("workshops", {}),
        ("link", {}),
    ]
    assert logged(day, "cem") == [
        ("add", {"status": "waiting", "overbooked": False}),
        ("move_up", {"overbooked": True}),
    ]
    assert logged(day, "dora") == [("substitute", {"predecessor": day.ids["ben"]})]


def test_what_changes_nothing_is_not_logged() -> None:
    day = open_day(capacity=2)
    day.add("anna", "1.1")
    before = logged(day, "anna"), day.mails("anna")
    with day.step() as session:
        one = session.get_one(Registration, day.ids["anna"])
        manual.correct(session, one.id, person("anna"), one.version, ORGANISER, day.now)
        manual.choose_workshops(session, one.id, day.choices("1.1"), one.version, ORGANISER, day.now)
    day.add("anna")
    assert (logged(day, "anna"), day.mails("anna")) == before


def test_a_free_seat_is_no_overbooking() -> None:
    day = open_day(capacity=1)
    day.add("anna")
    day.add("ben")
    with pytest.raises(Refusal, match="no free seat"):
        moved_up(day, "ben", extra_seat=False)
    assert moved_up(day, "ben", extra_seat=True).status is Status.REGISTERED
    assert (day.event.extra, day.seats()) == (1, (2, 0))
    with pytest.raises(Refusal, match="does not stand on the waiting list"):
        moved_up(day, "ben", extra_seat=False)


def test_a_stale_version_and_somebody_who_left_are_refused() -> None:
    day = open_day(capacity=2)
    day.add("anna")
    version = day.of("anna").version

    def choose(version: int) -> None:
        with day.step() as session:
            manual.choose_workshops(session, day.ids["anna"], day.choices("1.1"), version, ORGANISER, day.now)

    with pytest.raises(ChangedMeanwhile):
        choose(version + 1)
    day.cancel("anna")
    with pytest.raises(AlreadyEnded):
        choose(day.of("anna").version)
    with pytest.raises(AlreadyEnded), day.step() as session:
        manual.correct(session, day.ids["anna"], person("anna"), 1, ORGANISER, day.now)
    with pytest.raises(AlreadyEnded), day.step() as session:
        manual.send_link(session, day.ids["anna"], ORGANISER, day.now)


def test_only_who_waits_is_given_a_seat() -> None:
    """Whoever has not confirmed, or waits for the team's decision, is told so; and not after the day."""
    day = open_day(capacity=1, approval=True)
    day.add("karl")
    day.register("anna")
    with pytest.raises(Refusal, match="not confirmed yet"):
        moved_up(day, "anna", extra_seat=True)
    day.confirm("anna")
    with pytest.raises(Refusal, match="approve first"):
        moved_up(day, "anna", extra_seat=True)
    with pytest.raises(Refusal, match="does not stand on the waiting list"):
        moved_up(day, "karl", extra_seat=True)
    day.approve("anna")
    over = day.event.ends_at
    with pytest.raises(Refusal, match="over or cancelled"), day.step(over) as session:
        manual.move_up(session, day.ids["anna"], ORGANISER, over, extra_seat=True)
    with day.step(NOW + 2 * HOUR) as session:
        manual.move_up(session, day.ids["anna"], ORGANISER, day.now, extra_seat=True)
    assert (day.status("anna"), day.seats()) == (Status.REGISTERED, (2, 0))


def test_one_person_added_under_two_reservations_leaves_a_seat_for_the_line() -> None:
    add_organisations()
    day = open_day(capacity=2)
    for name, aim in (("KIs", OF_KI), ("Kreis", OF_MUSTERAU)):
        day.add_quota(name, 1, QuotaEffect.RESERVE, aim)
    day.join("anna")
    assert day.status("anna") is Status.WAITING
    with day.step() as session:
        entry = Entry(person("kim", organisation=KI), "nonce-kim")
        day.ids["kim"] = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=False).id
    assert (day.status("kim"), day.status("anna")) == (Status.REGISTERED, Status.REGISTERED)


def test_a_waiting_person_under_two_reservations_leaves_a_seat_for_the_line() -> None:
    """Moved up by hand, and both reservations end with it."""
    add_organisations()
    day = open_day(capacity=3)
    day.join("karl", "anna", "ben")
    day.register("kim", organisation=KI)
    day.confirm("kim")
    day.join("dora")
    for name, aim in (("KIs", OF_KI), ("Kreis", OF_MUSTERAU)):
        day.add_quota(name, 1, QuotaEffect.RESERVE, aim)
    day.set_event(capacity=5)
    assert moved_up(day, "kim", extra_seat=False).status is Status.REGISTERED
    assert day.status("dora") is Status.REGISTERED


def test_the_team_notes_another_number_when_people_no_longer_can() -> None:
    day = open_day(capacity=3)
    day.add("anna")
    day.set_event(asks_accompanying=False)
    with day.step() as session:
        one = session.get_one(Registration, day.ids["anna"])
        manual.correct(session, one.id, person("anna", accompanying=1), one.version, ORGANISER, day.now)
    assert (day.of("anna").accompanying, day.seats()) == (1, (2, 0))
