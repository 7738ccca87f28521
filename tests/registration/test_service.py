# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Taking part, verb by verb: who gets a seat, who waits, who moves up, and what the history says of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.attendees import manual
from app.events.rules import EventStatus
from app.outbox import settling
from app.outbox.models import Message
from app.outbox.rules import DeliveryPolicy
from app.refusal import ChangedMeanwhile, Missing
from app.registration import correcting, promotion, service
from app.registration.admission import Entry
from app.registration.groups.service import CONTACT
from app.registration.history import PARTICIPANT
from app.registration.jobs import expire_holds
from app.registration.models import Registration, StatusChange
from app.registration.rules import AddressTaken, AlreadyEnded, Closed, DayIsOver, Reason, Status
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event
from tests.registration.steps import CLOSED, HOUR, MINUTE, ORGANISER, Day, open_day, person

UNCONFIRMED, REGISTERED, WAITING = Status.UNCONFIRMED, Status.REGISTERED, Status.WAITING
CANCELLED, EXPIRED = Status.CANCELLED, Status.EXPIRED
STARTS, ENDS = at("9:30"), at("15:45")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_who_is_moved_up_by_hand_sits_there() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben")
    with day.step() as session:
        manual.move_up(session, day.ids["ben"], ORGANISER, day.now, extra_seat=True)
    ben = day.of("ben")
    assert (ben.status, ben.has_seat) == (REGISTERED, True)
    assert (day.seats(), day.mails("ben")[-1]) == ((2, 0), "registration.moved_up")


# -- registering and confirming


def test_register_holds_a_seat_for_an_hour() -> None:
    day = open_day(capacity=2)
    day.register("anna")
    anna = day.of("anna")
    assert (anna.status, anna.has_seat, anna.waiting_number) == (UNCONFIRMED, True, None)
    assert anna.reserved_until == day.now + HOUR
    assert anna.confirmed_at is None
    assert anna.sort_key == "beispiel, anna"
    assert day.seats() == (1, 0)
    assert day.mails("anna") == ["registration.confirm"]
    assert day.history("anna") == [(None, "unconfirmed", "participant", "submitted")]


def test_confirm() -> None:
    day = open_day(capacity=2)
    day.join("anna")
    anna = day.of("anna")
    assert (anna.status, anna.has_seat, anna.reserved_until) == (REGISTERED, True, None)
    assert anna.confirmed_at == day.now
    assert anna.invited_sequence == 0
    assert day.mails("anna") == ["registration.registered"]
    assert day.history("anna")[1:] == [("unconfirmed", "registered", "participant", "address_confirmed")]


def test_second_press_changes_nothing() -> None:
    """T07, F31: the link of the mail may be opened and pressed as often as one likes."""
    day = open_day(capacity=2)
    day.join("anna")
    before = (day.of("anna").version, day.all_mails(), day.history("anna"))
    day.confirm("anna")
    assert (day.of("anna").version, day.all_mails(), day.history("anna")) == before


def test_same_form_again_lands_on_the_same_registration() -> None:
    """F26, F31: double click, reload, retry after an unknown outcome."""
    day = open_day(capacity=2)
    day.register("anna")
    first, mails = day.ids["anna"], day.all_mails()
    day.register("anna")
    assert day.ids["anna"] == first
    assert day.seats() == (1, 0)
    assert day.all_mails() == mails
    assert len(day.history("anna")) == 1


def test_same_form_again_says_again_whether_it_waits() -> None:
    day = open_day(capacity=1)
    for name, waits in (("anna", False), ("ben", True)):
        day.register(name)
        with day.step() as session:
            entry = Entry(person(name), f"nonce-{name}", "de")
            assert service.answer_form(session, day.event_id, entry, day.now).waits is waits


def test_same_form_again_after_closing_still_lands_there() -> None:
    day = open_day(capacity=2)
    day.join("anna")
    first = day.ids["anna"]
    day.register("anna", now=CLOSED)
    assert day.ids["anna"] == first


def test_nonce_counts_within_one_day_only() -> None:
    one, other = open_day(), None
    with transaction() as session:
        event = make_event(session, slug="anderer-tag")
        other = Day(event.id, {}, {})
    one.register("anna", nonce="gleich")
    other.register("anna", nonce="gleich")
    assert one.ids["anna"] != other.ids["anna"]


@pytest.mark.parametrize("email", ["anna@example.org", "Anna@Example.ORG", " anna@example.org "])
def test_second_registration_of_an_address(email: str) -> None:
    """T09, T44: nothing new comes into being; the address is reminded of its link."""
    day = open_day(capacity=3)
    day.join("anna")
    first = day.ids["anna"]
    day.register("again", email=email)
    assert day.ids["again"] == first
    assert day.seats() == (1, 0)
    assert day.mails("anna") == ["registration.registered", "link.personal"]
    assert day.of("anna").given_name == "Anna"


def test_second_registration_before_confirming_asks_again() -> None:
    day = open_day(capacity=3)
    day.register("anna")
    day.register("again", email="anna@example.org")
    assert day.ids["again"] == day.ids["anna"]
    with day.step() as session:
        settling.tidy(
            session, now=day.now, policy=DeliveryPolicy()
        )  # as the worker does before it sends anything
    assert day.mails("anna") == ["registration.confirm"]
    assert day.of("anna").mail_revision == 2


def test_form_is_no_mail_cannon() -> None:
    """T08: whatever is sent in, an address that has not answered gets three mails a day."""
    day = open_day()
    for number in range(6):
        day.register(f"try{number}", email="opfer@example.org")
    assert day.all_mails() == 3
    day.register("late", email="opfer@example.org", now=NOW + timedelta(days=1, hours=1))
    assert day.all_mails() == 4


def test_cannon_counts_across_days_and_returns() -> None:
    """T08: a hold that ends and a new registration do not refill the budget."""
    day = open_day()
    for number in range(5):
        day.register(f"try{number}", email="opfer@example.org")
        day.expire(f"try{number}")
    assert day.all_mails() == 3


# -- the window, asked inside the transaction


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        ({"registration_opens_at": NOW + HOUR}, NOW),
        ({}, at("23:59").replace(month=2, day=28)),
        ({}, CLOSED),
        ({"registration_closes_at": None}, STARTS),
        ({"registration_closes_at": None}, ENDS),
        ({"status": EventStatus.CANCELLED}, NOW),
        ({"status": EventStatus.DRAFT}, NOW),
    ],
)
def test_window_is_asked_inside_the_transaction(changes: dict[str, object], now: object) -> None:
    """T31: whatever the page said before, nothing is stored, counted or mailed."""
    day = open_day(**changes)
    with pytest.raises(Closed):
        day.register("anna", now=now)  # type: ignore[arg-type]
    assert db.session.scalar(select(func.count(Registration.id))) == 0
    assert db.session.scalar(select(func.count(Message.id))) == 0
    assert day.seats() == (0, 0)


def test_window_is_read_anew_behind_the_lock() -> None:
    """T31: the page was opened while the window was; somebody closed it in between."""
    day = open_day()
    stale = day.event
    assert stale.registration_closes_at is not None
    assert stale.registration_closes_at > NOW
    day.set_event(registration_closes_at=NOW - MINUTE)
    with pytest.raises(Closed):
        day.register("anna")


def test_unknown_day_and_registration() -> None:
    with transaction() as session:
        with pytest.raises(Missing):
            service.register(session, 404, Entry(person("anna"), "n"), NOW)
        with pytest.raises(Missing):
            service.confirm(session, 404, NOW)


# -- waiting


def test_full_day_draws_numbers_without_gaps() -> None:
    day = open_day(capacity=1)
    day.join("anna")
    for name in ("ben", "cem", "dora"):
        day.register(name)
    assert [day.of(name).waiting_number for name in ("ben", "cem", "dora")] == [1, 2, 3]
    assert day.seats() == (1, 3)
    day.confirm("cem")
    assert day.status("cem") is WAITING
    assert day.mails("cem") == ["registration.waiting"]
    assert day.of("cem").invited_sequence is None


def test_seat_goes_to_the_first_whose_address_is_confirmed() -> None:
    """F33: and never to a newcomer, also while the freed seat is not taken yet."""
    day = open_day(capacity=1)
    day.join("anna")
    day.register("ben")  # first, but unconfirmed
    day.join("cem", "dora")
    day.forget_mails()
    day.cancel("anna")
    assert day.statuses() == {"anna": CANCELLED, "ben": UNCONFIRMED, "cem": REGISTERED, "dora": WAITING}
    assert day.mails("cem") == ["registration.moved_up"]
    assert day.of("cem").invited_sequence == 0
    assert day.history("cem")[-1] == ("waiting", "registered", "system", "moved_up")
    assert day.of("cem").waiting_number == 2  # kept for the file
    assert day.mails("ben") == day.mails("dora") == []
    day.confirm("ben")
    assert day.status("ben") is WAITING
    day.cancel("cem")
    assert day.statuses() == {"anna": CANCELLED, "ben": REGISTERED, "cem": CANCELLED, "dora": WAITING}


def test_newcomer_waits_behind_somebody_who_has_not_confirmed() -> None:
    day = open_day(capacity=1)
    day.join("anna")
    day.register("ben")
    day.cancel("anna")
    assert day.seats() == (0, 1)
    day.register("cem")
    assert not day.of("cem").has_seat
    day.confirm("cem")
    assert day.status("cem") is REGISTERED
    day.confirm("ben")
    assert day.status("ben") is WAITING


def test_numbers_are_never_reused() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem")
    day.cancel("cem")
    day.cancel("ben")
    day.join("dora")
    assert [day.of(name).waiting_number for name in ("ben", "cem", "dora")] == [1, 2, 3]
    day.cancel("anna")
    assert day.status("dora") is REGISTERED
    day.join("emil")
    assert day.of("emil").waiting_number == 4


def test_numbers_are_never_renumbered() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem", "dora")
    day.cancel("ben")
    assert [day.of(name).waiting_number for name in ("cem", "dora")] == [2, 3]


def test_who_moved_up_and_cancels_is_gone() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem")
    day.cancel("anna")
    day.cancel("ben")
    assert day.statuses() == {"anna": CANCELLED, "ben": CANCELLED, "cem": REGISTERED}
    assert day.seats() == (1, 0)
    assert [line[1] for line in day.history("ben")] == ["unconfirmed", "waiting", "registered", "cancelled"]


def test_leaving_the_line() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem")
    day.cancel("ben")
    assert day.seats() == (1, 1)
    assert day.mails("ben")[-1] == "registration.cancelled"
    assert day.of("ben").invited_sequence is None
    day.cancel("anna")
    assert day.status("cem") is REGISTERED


@pytest.mark.parametrize("now", [CLOSED, STARTS, STARTS + HOUR, ENDS])
def test_nobody_moves_up_after_closing(now: object) -> None:
    """F36: neither after closing nor after the start; the seat stays free."""
    day = open_day(capacity=1)
    day.join("anna", "ben")
    day.forget_mails()
    day.cancel("anna", ORGANISER, now=now)  # type: ignore[arg-type]
    assert day.status("ben") is WAITING
    assert day.seats() == (0, 1)
    assert day.mails("ben") == []


def test_nobody_moves_up_when_a_hold_ends_after_closing() -> None:
    day = open_day(capacity=1)
    day.register("anna", now=at("23:30").replace(month=2, day=28))
    day.join("ben")
    day.expire("anna", now=CLOSED + HOUR)
    assert day.statuses() == {"anna": EXPIRED, "ben": WAITING}


def test_two_runs_of_moving_up_give_the_seat_once() -> None:
    """F35"""
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem")
    day.set_event(capacity=2)
    for expected in (["Ben"], []):
        with day.step() as session:
            event = service.lock_event(session, day.event_id)
            moved = promotion.move_up(session, event, day.now, Reason.CAPACITY_RAISED)
            assert [one.given_name for one in moved] == expected
    assert day.statuses() == {"anna": REGISTERED, "ben": REGISTERED, "cem": WAITING}
    assert day.history("ben")[-1] == ("waiting", "registered", "system", "capacity_raised")


# -- holds


def test_hold_that_ends_goes_to_the_next() -> None:
    """T32"""
    day = open_day(capacity=1)
    day.register("anna")
    day.join("ben")
    day.expire("anna", now=NOW + HOUR)  # one minute before the hold ends
    assert day.status("anna") is UNCONFIRMED
    day.expire("anna", now=NOW + HOUR + MINUTE)
    assert day.statuses() == {"anna": EXPIRED, "ben": REGISTERED}
    assert day.history("anna")[-1] == ("unconfirmed", "expired", "system", "hold_ended")
    assert day.mails("anna") == ["registration.confirm"]  # silence: the address may be a stranger's
    day.expire("anna")
    assert len(day.history("anna")) == 2


def test_confirmed_in_time_is_not_expired() -> None:
    """The worker looked before, and asks again behind the lock."""
    day = open_day(capacity=1)
    day.join("anna")
    day.expire("anna", now=NOW + 3 * HOUR)
    assert day.status("anna") is REGISTERED


def test_worker_ends_what_is_overdue() -> None:
    """T32: 20 holds for nobody; a real person still gets a seat after the hold."""
    day = open_day(capacity=20)
    for number in range(20):
        day.register(f"junk{number}")
    day.join("anna")
    assert day.status("anna") is WAITING
    late = day.now + 2 * HOUR
    assert service.overdue_holds(db.session(), day.now) == []
    assert expire_holds(late) == 20
    day.now = late
    day.check()
    assert day.status("anna") is REGISTERED
    assert day.seats() == (1, 0)
    assert expire_holds(late) == 0


def test_ended_hold_is_taken_up_again() -> None:
    day = open_day(capacity=1)
    day.register("anna", "1.1")
    day.expire("anna")
    assert day.places("anna") == {"1.1": "wanted"}
    day.confirm("anna")
    anna = day.of("anna")
    assert (anna.status, anna.has_seat) == (REGISTERED, True)
    assert anna.confirmed_at == day.now
    assert day.history("anna")[-1] == ("expired", "registered", "participant", "returned")
    assert day.mails("anna") == ["registration.registered"]
    assert day.places("anna") == {"1.1": "place"}


def test_ended_hold_is_taken_up_again_behind_the_line() -> None:
    day = open_day(capacity=1)
    day.register("anna", "1.1")
    day.join("ben")
    day.expire("anna")
    day.join("cem")
    day.confirm("anna")
    assert day.statuses() == {"anna": WAITING, "ben": REGISTERED, "cem": WAITING}
    assert (day.of("cem").waiting_number, day.of("anna").waiting_number) == (2, 3)
    assert day.places("anna") == {"1.1": "wanted"}
    assert day.history("anna")[-1] == ("expired", "waiting", "participant", "returned")


def test_who_waited_unconfirmed_gets_a_new_number() -> None:
    day = open_day(capacity=1)
    day.join("anna")
    day.register("ben")
    day.expire("ben")
    assert day.seats() == (1, 0)
    day.confirm("ben")
    assert (day.status("ben"), day.of("ben").waiting_number) == (WAITING, 2)


@pytest.mark.parametrize("now", [CLOSED, STARTS, ENDS])
def test_ended_hold_stays_ended_after_closing(now: object) -> None:
    """T31"""
    day = open_day(capacity=1)
    day.register("anna")
    day.expire("anna")
    with pytest.raises(Closed):
        day.confirm("anna", now=now)  # type: ignore[arg-type]
    assert day.status("anna") is EXPIRED


def test_ended_hold_beside_a_newer_registration() -> None:
    day = open_day(capacity=3)
    day.register("anna")
    day.expire("anna")
    day.register("again", email="anna@example.org")
    day.confirm("again")
    with pytest.raises(AlreadyEnded):
        day.confirm("anna")
    assert day.statuses() == {"anna": EXPIRED, "again": REGISTERED}


# -- cancelling


@pytest.mark.parametrize("by", [PARTICIPANT, ORGANISER])
def test_cancel_says_who_and_why(by: service.By) -> None:
    day = open_day(capacity=1)
    day.join("anna")
    day.cancel("anna", by)
    assert day.history("anna")[-1] == ("registered", "cancelled", by.actor.value, "cancelled")
    last = db.session.scalars(select(StatusChange).order_by(StatusChange.id.desc()).limit(1)).one()
    assert (last.note, last.at) == (by.note, day.now)
    assert day.seats() == (0, 0)
    assert day.mails("anna") == ["registration.cancelled"]


def test_second_cancelling_is_refused() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben", "cem")
    day.cancel("anna")
    with pytest.raises(AlreadyEnded):
        day.cancel("anna")
    assert day.statuses() == {"anna": CANCELLED, "ben": REGISTERED, "cem": WAITING}
    with pytest.raises(AlreadyEnded):
        day.confirm("anna")


def test_after_the_day_only_the_team_cancels() -> None:
    """The page offers it as long as the verb does it; an old page that is sent again changes nothing."""
    day = open_day(capacity=1)
    day.join("anna")
    ends_at = day.event.ends_at
    registration = db.session.get_one(Registration, day.ids["anna"])
    assert registration.may_leave(ends_at - timedelta(minutes=1))
    assert not registration.may_leave(ends_at)
    for by in (PARTICIPANT, CONTACT):
        with pytest.raises(DayIsOver):
            day.cancel("anna", by, now=ends_at)
    assert day.statuses() == {"anna": REGISTERED}
    day.cancel("anna", ORGANISER, now=ends_at)
    assert day.statuses() == {"anna": CANCELLED}


def test_cancelled_unconfirmed_hears_nothing() -> None:
    """T08: the address may be a stranger's."""
    day = open_day(capacity=1)
    day.register("anna")
    mails = day.all_mails()
    day.cancel("anna", ORGANISER)
    assert day.all_mails() == mails
    assert day.seats() == (0, 0)


def test_numbers_of_the_calendar_rise_for_ever() -> None:
    """RFC 5546: CANCEL above its REQUEST, and who comes back is above the CANCEL."""
    day = open_day(capacity=2)
    told = []
    for name in ("anna", "again", "thrice"):
        day.register(name, email="anna@example.org")
        day.confirm(name)
        told.append(day.of(name).invited_sequence)
        day.cancel(name)
        told.append(day.of(name).invited_sequence)
    assert told == [0, 1, 2, 3, 4, 5]


def test_new_address_is_numbered_above_its_own_past() -> None:
    """A new address that had a registration of its own is above what that one was told."""
    day = open_day(capacity=3)
    day.join("anna")
    day.cancel("anna")
    day.join("ben")
    with day.step() as session:
        ben = service.lock_registration(session, day.ids["ben"])
        correcting.change_person(
            session, ben.id, person("ben", email="anna@example.org"), ben.version, day.now, with_email=True
        )
    assert day.of("ben").sequence_offset > day.of("anna").sequence_offset


# -- by hand


def test_added_by_hand_is_in_at_once() -> None:
    day = open_day(capacity=2)
    day.add("anna", "1.1", now=CLOSED)
    anna = day.of("anna")
    assert (anna.status, anna.has_seat, anna.confirmed_at) == (REGISTERED, True, day.now)
    assert day.history("anna") == [(None, "registered", "organiser", "added_by_hand")]
    assert day.mails("anna") == ["registration.registered"]
    assert day.places("anna") == {"1.1": "place"}


def test_added_by_hand_to_a_full_day_waits() -> None:
    day = open_day(capacity=1)
    day.join("anna")
    day.add("ben", "1.1")
    assert (day.status("ben"), day.of("ben").waiting_number) == (WAITING, 1)
    assert day.places("ben") == {"1.1": "wanted"}
    assert day.mails("ben") == ["registration.waiting"]


def test_overbooked_by_hand() -> None:
    day = open_day(capacity=1)
    day.join("anna", "ben")
    day.add("cem", extra=True)
    event = day.event
    assert (event.capacity, event.extra, event.taken, event.waiting) == (1, 1, 2, 1)
    assert day.statuses() == {"anna": REGISTERED, "ben": WAITING, "cem": REGISTERED}


def test_extra_seat_is_not_used_while_one_is_free() -> None:
    day = open_day(capacity=1)
    day.add("anna", extra=True)
    assert (day.event.extra, day.event.taken) == (0, 1)


def test_adding_somebody_who_is_there_changes_nothing() -> None:
    day = open_day(capacity=3)
    day.join("anna")
    first, mails = day.ids["anna"], day.all_mails()
    day.add("anna", extra=True)
    assert day.ids["anna"] == first
    assert (day.all_mails(), day.seats()) == (mails, (1, 0))


# -- changes of one's own


def test_change_person() -> None:
    day = open_day()
    day.join("anna")
    with day.step() as session:
        version = service.lock_registration(session, day.ids["anna"]).version
        new = person("anna", family_name="Älter", organisation="Kreis Neu", email="fremd@example.org")
        correcting.change_person(session, day.ids["anna"], new, version, day.now)
    anna = day.of("anna")
    assert (anna.full_name, anna.sort_key, anna.organisation.name) == (
        "Anna Älter",
        "alter, anna",
        "Kreis Neu",
    )
    assert anna.email == "anna@example.org"  # the address needs `with_email`
    with transaction() as session, pytest.raises(ChangedMeanwhile):
        correcting.change_person(session, day.ids["anna"], person("anna"), version, day.now)
    assert day.of("anna").family_name == "Älter"


def test_change_person_to_an_address_that_is_taken() -> None:
    """T44"""
    day = open_day()
    day.join("anna", "ben")
    taken = person("ben", email="ANNA@example.org")
    version = day.of("ben").version
    with pytest.raises(AddressTaken), day.step() as session:
        correcting.change_person(session, day.ids["ben"], taken, version, day.now, with_email=True)
    assert (day.of("ben").email, day.of("ben").family_name) == ("ben@example.org", "Beispiel")


def test_renewing_link_and_feed() -> None:
    day = open_day()
    day.join("anna")
    day.forget_mails()
    feed, link = day.of("anna").feed_key, day.of("anna").link_key
    with day.step() as session:
        correcting.renew_feed(session, day.ids["anna"], day.now)
    renewed = day.of("anna").feed_key
    assert renewed != feed
    assert day.of("anna").link_key == link
    assert day.of("anna").feed_changed_at == day.now
    assert day.mails("anna") == []
    with day.step() as session:
        correcting.renew_link(session, day.ids["anna"], day.now)
    assert day.of("anna").feed_key == renewed
    assert day.of("anna").link_key != link
    assert day.mails("anna") == ["link.personal"]


def test_workshops_are_changed_only_while_registration_is_open() -> None:
    """T31"""
    day = open_day()
    day.join("anna")
    with pytest.raises(Closed):
        day.choose("anna", "1.1", now=CLOSED)
    assert day.places("anna") == {}
    day.cancel("anna")
    with pytest.raises(AlreadyEnded):
        day.choose("anna", "1.1", now=NOW)


def test_second_write_that_fails_takes_the_first_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing: when telling fails, no seat is taken and no history written."""
    day = open_day(capacity=1)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(service.notifications, "ask_to_confirm", fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        day.register("anna", "1.1")
    day.check()
    assert day.seats() == (0, 0)
    assert day.run("1.1").taken == 0
    assert db.session.scalar(select(func.count(StatusChange.id))) == 0
