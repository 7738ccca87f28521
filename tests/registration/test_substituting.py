# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Somebody else comes in a person's place: everything passes on at once, once, and tells nobody who is known (T09, DP-16)."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import manual
from app.events.rules import QuotaEffect
from app.refusal import Missing, Refusal
from app.registration.admission import Entry
from app.registration.models import Registration
from app.registration.questions import answering
from app.registration.questions.models import Answer, SensitiveAnswer
from app.registration.rules import (
    AddressTaken,
    AlreadyEnded,
    DayHasBegun,
    MailedEnough,
    NoSeatThere,
    OwnAddress,
    Status,
)
from app.registration.service import cancel, expire
from app.registration.substituting import substitute
from app.web.database import db, transaction
from tests.factories.questions import make_questions
from tests.registration.steps import (
    KI,
    OF_MUSTERAU,
    OFFICE,
    ORGANISER,
    PARTICIPANT,
    TOWN,
    Day,
    add_organisations,
    open_day,
    person,
)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day() -> Day:
    """Two seats: anna and ben sit, cem waits with number 1."""
    day = open_day(capacity=2)
    day.set_run("1.1", capacity=1)
    day.join("anna", labels=("1.1", "2:absent"))
    day.join("ben", "cem", labels=("1.1",))
    day.forget_mails()
    return day


def test_everything_passes_on_in_one_step(day: Day) -> None:
    counts = day.seats()
    day.substitute("anna", "svenja")
    assert day.seats() == counts
    assert (day.status("anna"), day.status("svenja")) == (Status.CANCELLED, Status.REGISTERED)
    assert (day.places("anna"), day.places("svenja")) == ({}, {"1.1": "place", "2": "absent"})
    assert day.places("ben") == {"1.1": "waiting 1"}
    assert day.history("anna")[-1] == ("registered", "cancelled", "participant", "substituted")
    assert day.history("svenja") == [(None, "registered", "participant", "named")]
    new, old = day.of("svenja"), day.of("anna")
    assert (new.predecessor_id, new.named_by, new.reference == old.reference) == (
        old.id,
        "Anna Beispiel",
        False,
    )
    assert (day.mails("anna"), day.mails("svenja")) == (
        ["registration.substituted"],
        ["registration.registered"],
    )
    assert (old.sequence_offset, old.invited_sequence) == (1, 1)
    assert (new.sequence_offset, new.invited_sequence) == (0, 0)
    assert day.statuses()["cem"] is Status.WAITING


def test_a_number_and_an_offer_pass_on_as_they_are(day: Day) -> None:
    day.substitute("cem", "dora")
    assert (day.of("cem").waiting_number, day.of("dora").waiting_number) == (None, 1)
    assert day.mails("dora") == ["registration.waiting"]
    day.set_event(offer_hours=24)
    day.cancel("ben")
    until = day.of("dora").reserved_until
    day.substitute("dora", "ella")
    assert (day.status("ella"), day.of("ella").reserved_until) == (Status.OFFERED, until)
    assert day.mails("ella") == ["registration.offered"]
    day.accept("ella")
    assert day.seats() == (2, 0)


def test_only_answers_the_organisers_need_pass_on() -> None:
    """DP-03, DP-04: nobody consents for somebody else; an option that was limited stays with the place."""
    day = open_day()
    with transaction() as session:
        asked = make_questions(session, day.event_id)
        meal, needs = asked["meal"].options[3], asked["needs"].options[0].id
        meal.capacity = 1
        ids = {name: one.id for name, one in asked.items()}
        given = {ids["meal"]: (meal.id,), ids["diet"]: "Nüsse", ids["needs"]: (needs,), ids["badge"]: "Aylin"}
    day.register("anna", given=given)
    day.confirm("anna")
    kept = {
        one.id for one in asked.values() if not one.withdrawable and not one.sensitive and one.id in given
    }
    before = _answered(day, "anna")
    assert kept
    assert before > kept
    day.substitute("anna", "svenja")
    assert (_answered(day, "anna"), _answered(day, "svenja")) == (set(), kept)
    assert db.session.scalars(select(SensitiveAnswer.id)).all() == []


def _answered(day: Day, name: str) -> set[int]:
    db.session.rollback()
    found: set[int] = set()
    for table in (Answer, SensitiveAnswer):
        rows = select(table.question_id).where(table.registration_id == day.ids[name])
        found |= set(db.session.scalars(rows))
    return found


def test_the_same_form_lands_on_the_same_person(day: Day) -> None:
    """F31: a second press changes nothing; another form comes too late."""
    day.substitute("anna", "svenja", nonce="nonce-same")
    before = day.all_mails()
    day.substitute("anna", "svenja", nonce="nonce-same")
    assert day.all_mails() == before
    with pytest.raises(AlreadyEnded):
        day.substitute("anna", "ella")
    assert day.statuses().get("ella") is None


def test_who_is_registered_keeps_that_and_nobody_is_told(day: Day) -> None:
    """T09: for who names somebody it looks the same; the seat of one who has one already goes on."""
    day.substitute("anna", "ben", nonce="nonce-same")
    day.substitute("anna", "ben", nonce="nonce-same")
    assert day.statuses() == {
        "anna": Status.CANCELLED,
        "ben": Status.REGISTERED,
        "cem": Status.REGISTERED,
    }
    assert day.history("anna")[-1][3] == "substituted"
    assert (day.mails("anna"), day.mails("ben")) == (
        ["registration.substituted"],
        ["link.personal", "places.changed"],
    )


def test_who_only_waits_or_never_confirmed_gets_the_place(day: Day) -> None:
    day.register("dora")
    day.substitute("anna", "cem", key="cem2")
    day.substitute("ben", "dora", key="dora2")
    assert day.statuses() == {
        "anna": Status.CANCELLED,
        "ben": Status.CANCELLED,
        "cem": Status.CANCELLED,
        "dora": Status.CANCELLED,
        "cem2": Status.REGISTERED,
        "dora2": Status.REGISTERED,
    }
    assert [day.history(name)[-1][3] for name in ("cem", "dora")] == ["replaced", "replaced"]
    assert day.seats() == (2, 0)


def test_refusals(day: Day) -> None:
    day.register("dora")
    with pytest.raises(AlreadyEnded):
        day.substitute("dora", "ella")  # nobody who has not confirmed makes us write to others (T08)
    with pytest.raises(OwnAddress):
        day.substitute("anna", "anna", key="x")
    with pytest.raises(DayHasBegun):
        day.substitute("anna", "ella", now=day.event.starts_at)
    day.substitute("anna", "ella", now=day.event.starts_at - timedelta(seconds=1))


def test_nobody_is_named_to_death(day: Day) -> None:
    """T08: three mails a day to an address that has not asked for any, known or not."""
    for number in range(3):
        day.add(f"otto{number}", extra=True)
        day.substitute(f"otto{number}", "ella", key=f"ella{number}")
        day.cancel(f"ella{number}")
    with pytest.raises(MailedEnough):
        day.substitute("ben", "ella", key="ella9")
    assert day.status("ben") is Status.REGISTERED


def test_the_team_names_somebody_of_another_house() -> None:
    """T31: the quotas of the other organisation are asked; a full one says no to the team as well."""
    add_organisations()
    day = open_day(capacity=5)
    day.join("anna", organisation=TOWN)
    quota = day.add_quota("Musterau", 1, QuotaEffect.CAP, OF_MUSTERAU)
    day.join("ben", organisation=KI)
    with pytest.raises(NoSeatThere):
        day.substitute("anna", "svenja", by=ORGANISER, organisation=OFFICE)
    assert day.quota(quota) == (1, 0)
    day.substitute("ben", "dora", by=ORGANISER, organisation=OFFICE)
    assert day.quota(quota) == (1, 0)
    day.substitute("dora", "ella", by=ORGANISER, organisation=TOWN)
    assert day.quota(quota) == (0, 0)
    assert day.of("ella").named_by == ""
    with pytest.raises(AddressTaken):
        day.substitute("anna", "ella", by=ORGANISER, organisation=TOWN)
    entry = Entry(person("karl"), "nonce-karl")
    with day.step() as session:
        day.ids["karl"] = manual.substitute(session, day.ids["anna"], entry, ORGANISER, day.now).id
    assert day.history("karl") == [(None, "registered", "organiser", "named")]


def test_exactly_one_wins(app: Flask, day: Day) -> None:
    """Two substitutes, a cancellation and the end of an offer at the same moment: the place goes to one of them."""
    day.set_event(offer_hours=24)
    day.cancel("ben")
    offered = day.of("cem")
    until = offered.reserved_until
    assert until is not None

    def one(session: object, now: object) -> None:
        substitute(session, offered_id, Entry(person("ella"), "nonce-1"), PARTICIPANT, now)  # type: ignore[arg-type]

    def two(session: object, now: object) -> None:
        substitute(session, offered_id, Entry(person("otto"), "nonce-2"), PARTICIPANT, now)  # type: ignore[arg-type]

    def leave(session: object, now: object) -> None:
        cancel(session, offered_id, PARTICIPANT, now)  # type: ignore[arg-type]

    def over(session: object, now: object) -> None:
        expire(session, offered_id, until)  # type: ignore[arg-type]

    offered_id, now = day.ids["cem"], day.now
    start, refused = threading.Barrier(4), []

    def press(action: object) -> None:
        with app.app_context():
            start.wait(10)
            try:
                with transaction() as session:
                    action(session, now)  # type: ignore[operator]
            except Refusal:
                refused.append(action)

    threads = [threading.Thread(target=press, args=(action,)) for action in (one, two, leave, over)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    found = db.session.scalars(select(Registration).where(Registration.predecessor_id == offered_id)).all()
    assert len(found) <= 1
    assert day.status("cem") in {Status.CANCELLED, Status.EXPIRED}
    assert len(refused) in {2, 3}
    assert day.seats() == (1 + len(found), 0)


def test_what_is_withdrawn_later_does_not_touch_the_new_one(day: Day) -> None:
    day.substitute("anna", "svenja")
    with pytest.raises(Refusal):
        day.cancel("anna")
    with transaction() as session, pytest.raises(Missing):
        answering.withdraw_answer(session, day.ids["anna"], 1, day.now)
    assert day.seats() == (2, 1)
