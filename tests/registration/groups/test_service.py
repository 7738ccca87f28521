# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Several colleagues at once: seats held for all, nobody mailed before the contact confirms, all or none together."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.events.models import Event
from app.events.rules import QuotaEffect
from app.outbox.models import Message
from app.people.models import AuditEntry
from app.refusal import Missing, Refusal
from app.registration import notifications
from app.registration.groups import members
from app.registration.groups.queries import see_group
from app.registration.groups.service import Allotment, allot, lock_group, refuse_group, renew_group_link
from app.registration.models import Group, GroupGuest, Registration
from app.registration.queries import FORM_KEY
from app.registration.quotas.rules import Why
from app.registration.rules import (
    AlreadyEnded,
    Closed,
    InGroupAlready,
    MailedEnough,
    Status,
    TooFewSeats,
    TooMany,
)
from app.registration.suppression import is_suppressed
from app.scheduling.queries import count_told_of_cancelling
from app.scheduling.service import cancel_day
from app.web.database import db, transaction
from tests.registration.steps import (
    CLOSED,
    HOUR,
    KI,
    OF_KI,
    OF_MUSTERAU,
    OFFICE,
    ORGANISER,
    WHY,
    Day,
    add_organisations,
    open_day,
    person,
)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def seen(day: Day, group_id: int) -> dict[str, str]:
    """What the contact sees: given name → status, and why somebody waits."""
    db.session.rollback()
    members = see_group(db.session(), db.session.get_one(Group, group_id), day.now)
    return {
        one.name.partition(" ")[0]: one.status.value
        + (f" {one.line.before} {one.line.why.value}" if one.line else "")
        for one in members
    }


def told(recipient: str) -> list[str]:
    db.session.rollback()
    mails = select(Message.kind).where(Message.recipient == f"{recipient}@example.org")
    return list(db.session.scalars(mails.order_by(Message.id)))


def test_nobody_hears_before_the_contact_has_confirmed() -> None:
    """T08, DP-16: one mail to the contact; after the button each colleague is told by whom."""
    day = open_day(capacity=3)
    group = day.group("clara", "anna", "ben")
    assert day.seats() == (2, 0)
    assert (told("clara"), told("anna"), told("ben")) == (["group.confirm"], [], [])
    assert seen(day, group) == {"Anna": "unconfirmed", "Ben": "unconfirmed"}
    day.confirm_group(group)
    day.confirm_group(group)
    assert (told("clara"), told("anna")) == (["group.confirm"], ["registration.registered"])
    assert day.of("anna").named_by == "Clara Beispiel"
    assert day.history("anna") == [
        (None, "unconfirmed", "contact", "submitted"),
        ("unconfirmed", "registered", "contact", "group_confirmed"),
    ]
    assert day.seats() == (2, 0)


def test_seats_and_numbers_in_the_order_of_the_rows() -> None:
    day = open_day(capacity=2)
    group = day.group("clara", "anna", "ben", "cem", takes_part=True)
    assert [day.of(name).has_seat for name in ("clara", "anna", "ben", "cem")] == [True, True, False, False]
    day.confirm_group(group)
    assert seen(day, group) == {
        "Clara": "registered",
        "Anna": "registered",
        "Ben": "waiting 0 event_full",
        "Cem": "waiting 1 event_full",
    }
    assert day.of("clara").named_by == ""
    day.group("clara", "anna", nonce="nonce-clara-anna-ben-cem")  # the same form again
    assert day.seats() == (2, 2)


def test_a_group_expires_and_comes_back_as_one() -> None:
    day = open_day(capacity=2)
    group = day.group("clara", "anna", "ben")
    day.join("dora")
    day.expire("anna")
    assert day.statuses() == {
        "anna": Status.EXPIRED,
        "ben": Status.EXPIRED,
        "dora": Status.REGISTERED,
    }
    day.register("ben", nonce="alone")
    ben = day.ids["ben"]
    day.confirm_group(group)
    assert day.status("anna") is Status.WAITING
    assert seen(day, group) == {"Anna": "waiting 0 event_full", "Ben": "waiting 0 event_full"}  # T09
    assert day.ids["ben"] == ben
    late = day.group("clara", "emil")
    day.expire("emil", now=day.now + 2 * HOUR)
    with pytest.raises(Closed):
        day.confirm_group(late, now=CLOSED)


def test_together_all_get_seats_or_all_wait() -> None:
    """Part 4: the group is passed over until there are seats for all of it, and then moves as one."""
    day = open_day(capacity=3)
    day.join("karl", "lena")
    group = day.group("clara", "anna", "ben", together=True)
    assert day.seats() == (2, 2)
    day.join("dora")  # one seat is free, but not for the group
    assert day.status("dora") is Status.REGISTERED
    day.confirm_group(group)
    day.join("emil")
    assert day.status("emil") is Status.WAITING
    assert seen(day, group) == {"Anna": "waiting 0 together", "Ben": "waiting 1 together"}
    line = day.line("anna")
    assert line is not None
    assert (line.why, line.seats) == (Why.TOGETHER, 2)
    day.cancel("karl")
    assert (day.status("anna"), day.status("emil")) == (Status.WAITING, Status.REGISTERED)
    day.set_event(capacity=5)
    day.cancel("lena")
    assert seen(day, group) == {"Anna": "registered", "Ben": "registered"}
    assert day.seats() == (4, 0)


def test_together_nobody_moves_before_all_have_confirmed() -> None:
    """Who has confirmed moves up past who has not, as everywhere; but no part of the group does."""
    day = open_day(capacity=1)
    day.join("karl")
    group = day.group("clara", "anna", "ben", together=True)
    day.confirm("anna")
    day.set_event(capacity=3)
    day.register("dora")
    assert (day.status("anna"), day.of("dora").has_seat) == (Status.WAITING, False)
    day.confirm_group(group)
    assert seen(day, group) == {"Anna": "registered", "Ben": "registered"}
    assert day.of("dora").has_seat is False


def test_together_under_a_limit() -> None:
    """T31: two of the district at most; a group of two waits when there is one left, and somebody else may come."""
    add_organisations()
    day = open_day(capacity=10)
    quota = day.add_quota("Musterau", 2, QuotaEffect.CAP, OF_MUSTERAU)
    day.join("karl", organisation=KI)
    group = day.group("clara", "anna", "ben", together=True, organisation=OFFICE)
    day.confirm_group(group)
    assert (day.quota(quota), seen(day, group)["Anna"]) == ((1, 2), "waiting 0 together")
    day.join("lena")
    assert day.status("lena") is Status.REGISTERED
    day.cancel("karl")
    assert (day.quota(quota), seen(day, group)["Anna"]) == ((2, 0), "registered")


def test_who_is_registered_already_looks_like_somebody_new() -> None:
    """T09: the row stands there as a new one would; nothing of that registration is the contact's to change."""
    day = open_day(capacity=3)
    day.join("xenia")
    day.forget_mails()
    group = day.group("clara", "xenia", "anna")
    assert (told("xenia"), seen(day, group)) == ([], {"Anna": "unconfirmed", "Xenia": "unconfirmed"})
    day.confirm_group(group)
    assert seen(day, group) == {"Anna": "registered", "Xenia": "registered"}
    assert (told("xenia"), told("anna")) == (["link.personal"], ["registration.registered"])
    assert day.seats() == (2, 0)
    reference = db.session.scalars(select(GroupGuest.reference)).one()
    with day.step() as session:
        members.send_member_link(session, group, reference, day.now)
    with day.step() as session:
        members.cancel_member(session, group, reference, day.now)
    assert (day.status("xenia"), seen(day, group)["Xenia"]) == (Status.REGISTERED, "cancelled")
    with day.step() as session, pytest.raises(AlreadyEnded):
        members.cancel_member(session, group, reference, day.now)


def test_who_is_registered_already_stands_in_a_group_that_comes_only_together() -> None:
    """T09: as somebody new would, with the seats of the others or waiting beside them."""
    day = open_day(capacity=3)
    day.join("xenia")
    group = day.group("clara", "xenia", "anna", together=True)
    assert seen(day, group) == {"Anna": "unconfirmed", "Xenia": "unconfirmed"}
    day.confirm_group(group)
    assert seen(day, group) == {"Anna": "registered", "Xenia": "registered"}
    assert day.seats() == (2, 0)


def test_a_second_press_looks_the_same_for_both() -> None:
    """F31, T09: for somebody known and for somebody new."""
    day = open_day()
    day.join("xenia")
    group = day.group("clara", "anna")
    day.confirm_group(group)
    for name in ("xenia", "ella"):
        for _ in range(2):
            day.add_colleague(group, name)
        with pytest.raises(InGroupAlready):
            day.add_colleague(group, name, nonce="another")
    assert seen(day, group) == {"Anna": "registered", "Ella": "registered", "Xenia": "registered"}
    assert day.seats() == (3, 0)


def test_a_full_day_says_nothing_of_who_has_a_seat() -> None:
    day = open_day(capacity=1)
    day.join("xenia")
    group = day.group("clara", "anna", "xenia")
    day.confirm_group(group)
    assert seen(day, group) == {"Anna": "waiting 0 event_full", "Xenia": "waiting 0 event_full"}


def test_the_contact_changes_the_own_group_only() -> None:
    """T02: another group's people are not found; who passed the place on is not shown any more."""
    day = open_day(capacity=5)
    group, other = day.group("clara", "anna", "ben"), day.group("dieter", "cem")
    day.confirm_group(group)
    day.confirm_group(other)
    for verb in (members.cancel_member, members.send_member_link):
        with day.step() as session, pytest.raises(Missing):
            verb(session, group, day.of("cem").reference, day.now)
    day.substitute_member(group, "anna", "ella")
    assert seen(day, group) == {"Ben": "registered", "Ella": "registered"}
    assert day.of("ella").named_by == "Clara Beispiel"
    with day.step() as session:
        members.cancel_member(session, group, day.of("ben").reference, day.now)
    assert day.history("ben")[-1] == ("registered", "cancelled", "contact", "cancelled")
    day.add_colleague(group, "emil")
    day.add_colleague(group, "emil")
    assert seen(day, group) == {"Ben": "cancelled", "Ella": "registered", "Emil": "registered"}
    with pytest.raises(InGroupAlready):
        day.add_colleague(group, "ella")
    assert day.seats() == (3, 0)


def test_seats_are_kept_for_an_organisation_and_named_later() -> None:
    """Part 6: event and quota count at once; what has no name goes back at its date."""
    add_organisations()
    day = open_day(capacity=3)
    quota = day.add_quota("Musterau", 3, QuotaEffect.CAP, OF_MUSTERAU)
    group = day.allot("clara", 3, organisation=OFFICE)
    assert (day.seats(), day.quota(quota), told("clara")) == ((3, 0), (3, 0), ["group.seats"])
    day.join("karl")
    assert day.status("karl") is Status.WAITING
    with pytest.raises(TooFewSeats):
        day.allot("dieter", 1)
    day.add_colleague(group, "anna")
    assert (day.status("anna"), day.of("anna").organisation.name) == (Status.REGISTERED, OFFICE)
    assert (told("anna"), day.seats()) == (["registration.registered"], (3, 1))
    assert seen(day, group) == {"Anna": "registered", "": "unconfirmed"}
    seats = db.session.scalars(select(Registration.id).where(Registration.email == "")).all()
    assert len(seats) == 2
    day.ids["seat"] = seats[0]
    day.expire("seat", now=day.now + HOUR)
    assert day.status("seat") is Status.UNCONFIRMED
    until = day.of("seat").reserved_until
    assert until is not None
    day.expire("seat", now=until)
    assert (day.seats(), day.quota(quota), day.status("karl")) == ((2, 0), (1, 0), Status.REGISTERED)
    assert day.history("seat")[-1] == ("unconfirmed", "expired", "system", "seat_not_named")


def test_a_kept_seat_for_who_has_one_goes_to_the_next() -> None:
    day = open_day(capacity=2)
    day.join("xenia")
    group = day.allot("clara", 1)
    day.join("karl")
    day.add_colleague(group, "xenia")
    assert (day.status("karl"), seen(day, group)) == (
        Status.REGISTERED,
        {"": "cancelled", "Xenia": "registered"},
    )
    other = open_day(capacity=1, slug="anderer-tag")
    kept = other.allot("clara", 1)
    other.join("wanda")
    other.add_colleague(kept, "wanda")  # she waits, so the seat is better
    assert seen(other, kept) == {"Wanda": "registered"}


def test_limits_of_a_group() -> None:
    """T08, T32: twenty people, twenty mails a day, three forms a day for one contact."""
    day = open_day()
    with pytest.raises(TooMany):
        day.group("clara", *(f"p{number}" for number in range(21)))
    group = day.group("clara", "anna")
    day.confirm_group(group)
    for number in range(19):
        day.add_colleague(group, f"q{number}")
    with pytest.raises(TooMany):
        day.add_colleague(group, "q20")
    with day.step() as session:
        members.send_member_link(session, group, day.of("anna").reference, day.now)
    with day.step() as session, pytest.raises(MailedEnough):
        members.send_member_link(session, group, day.of("anna").reference, day.now)
    assert day.group("clara", "ben") > 0
    assert day.group("clara", "cem") > 0
    assert day.group("clara", "dora") == 0


def test_nobody_of_the_group_is_a_substitute_for_another() -> None:
    """The seat would be lost: the contact knows this person, so no secret stands against saying so (T09)."""
    day = open_day(capacity=5)
    group = day.group("clara", "anna", "ben")
    day.confirm_group(group)
    with pytest.raises(InGroupAlready):
        day.substitute_member(group, "anna", "ben")
    assert seen(day, group) == {"Anna": "registered", "Ben": "registered"}
    assert day.seats() == (2, 0)


def test_who_only_brings_others_is_told_when_the_day_is_called_off() -> None:
    """Who takes part hears of it as everybody, and who never confirmed or brings nobody any more hears nothing."""
    day = open_day(capacity=20)
    brings = day.group("clara", "anna", "ben")
    comes_too = day.group("dora", "emil", takes_part=True)
    nobody_left = day.group("frida", "gregor")
    day.group("heidi", "ingo")
    day.join("karl")
    knows_one = day.group("jana", "karl")  # who was registered already
    for group in (brings, comes_too, nobody_left, knows_one):
        day.confirm_group(group)
    day.cancel("gregor")
    assert count_told_of_cancelling(db.session(), db.session.get_one(Event, day.event_id)) == 7
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)
    last = {name: told(name)[-1] for name in ("anna", "ben", "clara", "dora", "emil", "frida", "heidi")}
    assert last == {
        "anna": "registration.cancelled",
        "ben": "registration.cancelled",
        "clara": "group.called_off",
        "dora": "registration.cancelled",
        "emil": "registration.cancelled",
        "frida": last["frida"],
        "heidi": "group.confirm",
    }
    assert "group.called_off" not in told("frida") + told("dora")
    assert (told("jana")[-1], told("karl")[-1]) == ("group.called_off", "registration.cancelled")


def test_who_is_known_waits_in_the_group_as_somebody_new_would() -> None:
    """T09: a row of somebody known stands with a seat while there are seats for the rows before it, else in line."""
    day = open_day(capacity=3)
    day.join("xenia")
    roomy = day.group("clara", "anna", "xenia")
    assert waiting_guests(roomy) == [False]
    day.set_event(capacity=2)
    tight = day.group("dana", "ben", "xenia")
    assert waiting_guests(tight) == [True]


def waiting_guests(group_id: int) -> list[bool]:
    db.session.rollback()
    return list(db.session.scalars(select(GroupGuest.waits).where(GroupGuest.group_id == group_id)))


def test_who_had_enough_mails_is_not_written_to_but_the_contact_is() -> None:
    """T08: the contact pressed the button with the mail in hand, so theirs is told in any case; for the others it is one of
    the few mails that nobody asked for."""
    day = open_day(capacity=5)
    group = day.group("clara", "anna", "ben", takes_part=True)
    with day.step() as session:
        for name in ("clara", "anna"):
            while notifications.spend_mail(session, f"{name}@example.org", day.now):
                pass
    day.confirm_group(group)
    assert seen(day, group) == {"Clara": "registered", "Anna": "registered", "Ben": "registered"}
    assert told("clara") == ["group.confirm", "registration.registered"]
    assert (told("anna"), told("ben")) == ([], ["registration.registered"])


def test_who_is_no_contact_gives_the_seats_back_with_one_press() -> None:
    """T08: no such mail follows. A second press changes nothing, and a group that was confirmed stays."""
    day = open_day(capacity=3)
    kept = day.group("dieter", "emil")
    day.confirm_group(kept)
    group = day.group("clara", "anna", "ben")
    day.join("karl")
    assert day.status("karl") is Status.WAITING
    for number in (group, group, kept):
        with day.step() as session:
            refuse_group(session, number, day.now)
    assert seen(day, group) == {"Anna": "cancelled", "Ben": "cancelled"}
    assert (day.status("karl"), day.status("emil"), day.seats()) == (
        Status.REGISTERED,
        Status.REGISTERED,
        (2, 0),
    )
    assert [is_suppressed(db.session(), f"{name}@example.org") for name in ("clara", "dieter")] == [
        True,
        False,
    ]


def test_who_comes_back_with_a_seat_gets_the_workshop_that_was_chosen() -> None:
    day = open_day(capacity=2)
    group = day.group("clara", "anna")
    day.choose("anna", "1.1")
    day.expire("anna")
    assert day.places("anna") == {"1.1": "wanted"}
    day.confirm_group(group)
    assert (day.status("anna"), day.places("anna")) == (Status.REGISTERED, {"1.1": "place"})


def test_a_new_link_goes_to_the_contact_and_the_old_one_opens_nothing() -> None:
    """T08: before the group is confirmed it asks again; and it is one of the few mails of that address."""
    day = open_day()
    group = day.group("clara", "anna")
    keys = set()
    for confirmed in (False, True, True, True):
        if confirmed:
            day.confirm_group(group)
        with day.step() as session:
            keys.add(renew_group_link(session, group, day.now).link_key)
    assert len(keys) == 4
    assert told("clara") == ["group.confirm", "group.confirm", "group.link"]


def test_a_group_that_comes_only_together_comes_back_together() -> None:
    """With seats for all, else with numbers in the order of the rows."""
    day = open_day(capacity=2)
    group = day.group("clara", "anna", "ben", together=True)
    day.expire("anna")
    day.confirm_group(group)
    assert (seen(day, group), day.seats()) == ({"Anna": "registered", "Ben": "registered"}, (2, 0))
    tight = open_day(capacity=2, slug="anderer-tag")
    group = tight.group("clara", "anna", "ben", together=True)
    tight.expire("anna")
    tight.join("karl")
    tight.confirm_group(group)
    assert seen(tight, group) == {"Anna": "waiting 0 together", "Ben": "waiting 1 together"}


def test_who_is_known_waits_beside_a_group_that_comes_only_together() -> None:
    """T09: with the others, or waiting as they do."""
    day = open_day(capacity=4)
    day.join("xenia")
    assert waiting_guests(day.group("clara", "anna", "xenia", together=True)) == [False]
    assert waiting_guests(day.group("dora", "ben", "cem", "emil", "xenia", together=True)) == [True]


def test_a_form_that_is_corrected_takes_the_place_of_what_it_said_before() -> None:
    """F02: nobody holds seats for names that were a slip."""
    day = open_day(capacity=3)
    wrong, right = (
        day.group("clara", "anna", name, together=True, nonce=said.rjust(FORM_KEY, "0"))
        for name, said in (("ben", "1"), ("bea", "2"))
    )
    assert db.session.scalars(select(Group.id)).all() == [right]
    assert right != wrong
    assert (seen(day, right), day.seats()) == ({"Anna": "unconfirmed", "Bea": "unconfirmed"}, (2, 0))
    assert day.event.together_count == 1


@pytest.mark.parametrize("way", ["registered", "allotted"])
def test_a_seat_that_was_kept_twice_and_went_to_a_group_leaves_one(way: str) -> None:
    add_organisations()
    day = open_day(capacity=2)
    for name, aim in (("KIs", OF_KI), ("Musterau", OF_MUSTERAU)):
        day.add_quota(name, 1, QuotaEffect.RESERVE, aim)
    day.join("karl")
    assert day.status("karl") is Status.WAITING
    if way == "registered":
        day.group("clara", "kim", organisation=KI)
    else:
        day.allot("clara", 1, organisation=KI)
    assert (day.status("karl"), day.seats()) == (Status.REGISTERED, (2, 0))


def test_as_many_as_a_group_may_have_are_taken() -> None:
    day = open_day()
    group = day.group("clara", *(f"p{number}" for number in range(20)), nonce="nonce-of-twenty")
    assert len(seen(day, group)) == 20


def test_somebody_known_who_is_named_twice_stands_there_once() -> None:
    """T09: as somebody new does."""
    day = open_day()
    day.join("xenia")
    group = day.group("clara", "xenia", "anna", "xenia", "anna")
    members = see_group(db.session(), db.session.get_one(Group, group), day.now)
    assert sorted(one.name for one in members) == ["Anna Beispiel", "Xenia Beispiel"]


def test_seats_are_kept_until_a_date_that_is_to_come_and_before_the_day() -> None:
    day = open_day()
    begin = day.event.starts_at
    for until in (day.now, begin + HOUR):
        wanted = Allotment(person("clara"), 2, until, f"until-{until}")
        with pytest.raises(Refusal) as refused, transaction() as session:
            allot(session, day.event_id, wanted, ORGANISER, day.now)
        assert refused.value.field == "until"
    day.allot("clara", 2, until=begin)
    assert day.seats() == (2, 0)
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "group.allot")).one()
    group = db.session.scalars(select(Group)).one()
    assert (noted.subject, noted.event_id) == (f"group {group.id}", day.event_id)
    assert noted.detail == {"seats": 2, "organisation": group.organisation_id}


def test_a_group_is_read_behind_the_lock_of_its_day() -> None:
    """Whatever the page has read before: somebody else may have changed it."""
    day = open_day()
    number = day.group("clara", "anna")
    with transaction() as session:
        read = session.get_one(Group, number)
        assert read.language == "de"
        changed = update(Group).where(Group.id == number).values(language="en")
        session.execute(changed.execution_options(synchronize_session=False))
        lock_group(session, number)
        assert read.language == "en"


def test_seats_are_held_until_the_contact_has_had_time_to_confirm() -> None:
    day = open_day()
    day.group("clara", "anna")
    until = day.of("anna").reserved_until
    assert until is not None
    assert (until - day.now).total_seconds() == 60 * day.event.confirm_within_minutes


@pytest.mark.parametrize(("capacity", "together"), [(3, Status.REGISTERED), (2, Status.WAITING)])
def test_a_group_that_comes_only_together_counts_who_comes_along(capacity: int, together: Status) -> None:
    day = open_day(capacity=capacity)
    day.confirm_group(day.group("clara", "anna", "ben", together=True, accompanying=1))
    assert (day.status("anna"), day.status("ben")) == (together, together)


def test_a_group_of_nobody_new_needs_one_seat_as_one_somebody_would() -> None:
    """T09: what the contact reads of somebody known is what would be true of somebody new."""
    day = open_day(capacity=2)
    day.join("xenia")
    assert waiting_guests(day.group("clara", "xenia", together=True)) == [False]
