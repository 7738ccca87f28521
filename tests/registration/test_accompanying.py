# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who does not come alone: the chairs of the day and of runs, the line, groups, substitutes, another number."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.attendees import manual
from app.events.rules import Placement, QuotaEffect
from app.refusal import Refusal
from app.registration.accompanying import ClosedForMore, NoChairForMore, OverForNumbers, take_number
from app.registration.models import Registration
from app.registration.quotas.rules import Why
from app.registration.rules import Status
from app.registration.service import lock_registration
from app.registration.workshops.places import NoPlaceForMore
from app.web.database import db, transaction
from tests.factories.days import make_event
from tests.mailbox import mailbox, text_of
from tests.pages import Visitor
from tests.registration.steps import KI, OF_KI, OFFICE, ORGANISER, Day, add_organisations, open_day
from tests.registration.test_views import PERSON, confirm, sign_up


@pytest.fixture
def house(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def taken(day: Day) -> int:
    return day.seats()[0]


# -- the day


def test_each_takes_a_chair_of_the_day_and_gives_it_back(house: None) -> None:
    day = open_day(capacity=4)
    day.join("anna", accompanying=2)
    assert taken(day) == 3
    day.join("ben", accompanying=1)
    assert (day.status("ben"), taken(day)) == (Status.WAITING, 3)
    day.cancel("anna")
    assert (day.status("ben"), taken(day)) == (Status.REGISTERED, 2)


def test_nobody_overtakes_who_does_not_come_alone(house: None) -> None:
    """One chair is free, the first in line needs two: it stays free for them, and the next come after them."""
    day = open_day(capacity=3)
    day.join("anna", "karl")
    day.join("ben", accompanying=1)
    day.join("cara")
    assert [day.status(name) for name in ("ben", "cara")] == [Status.WAITING, Status.WAITING]
    line = day.line("ben")
    assert line is not None
    assert (line.why, line.seats, line.before) == (Why.ACCOMPANIED, 2, 0)
    day.cancel("anna")
    assert [day.status(name) for name in ("ben", "cara")] == [Status.REGISTERED, Status.WAITING]
    assert taken(day) == 3


def test_fewer_may_move_up_at_once(house: None) -> None:
    day = open_day(capacity=2)
    day.join("anna")
    day.join("ben", accompanying=1)
    day.accompany("ben", 0)
    assert (day.status("ben"), taken(day)) == (Status.REGISTERED, 2)


def test_more_need_a_free_seat(house: None) -> None:
    day = open_day(capacity=3)
    day.join("anna", "ben")
    day.accompany("anna", 1)
    assert (day.of("anna").accompanying, taken(day)) == (1, 3)
    with pytest.raises(NoChairForMore):
        day.accompany("ben", 1)
    assert (day.of("ben").accompanying, taken(day)) == (0, 3)


def test_more_do_not_pass_by_who_waits(house: None) -> None:
    """The free seat waits for two; the team may decide otherwise."""
    day = open_day(capacity=3)
    day.join("anna", "ben")
    day.join("cara", accompanying=1)
    with pytest.raises(NoChairForMore):
        day.accompany("anna", 1)
    day.accompany("anna", 1, by_team=True)
    assert taken(day) == 3


def test_more_only_while_registration_is_open_and_fewer_until_the_end(house: None) -> None:
    day = open_day(capacity=9)
    day.join("anna", accompanying=1)
    day.set_event(registration_closes_at=day.now)
    with pytest.raises(ClosedForMore):
        day.accompany("anna", 2)
    day.accompany("anna", 0)
    assert taken(day) == 1
    day.now = day.event.ends_at
    with pytest.raises(OverForNumbers):
        day.accompany("anna", 1)


def test_what_is_not_asked_is_refused_and_may_be_taken_back(house: None) -> None:
    """A form that was open while the team stopped asking; the team may note a number in any case."""
    day = open_day(capacity=9)
    day.join("anna", accompanying=2)
    day.set_event(asks_accompanying=False)
    with pytest.raises(Refusal) as refused:
        day.register("ben", accompanying=1)
    assert refused.value.field == "accompanying"
    day.accompany("anna", 1)
    with pytest.raises(Refusal):
        day.accompany("anna", 2)
    day.accompany("anna", 2, by_team=True)
    day.add("cara", accompanying=1)
    assert taken(day) == 5


def test_a_quota_counts_people_and_keeps_no_seat_for_who_comes_along(house: None) -> None:
    day = open_day(capacity=4)
    quota = day.add_quota("KIs", 2, QuotaEffect.RESERVE, OF_KI)
    day.join("kim", organisation=KI, accompanying=1)
    assert (day.quota(quota), day.event.taken, day.event.reserved) == ((1, 0), 2, 1)
    day.join("lia", organisation=KI, accompanying=2)  # one is kept for a KI, one more is free
    assert day.status("lia") is Status.WAITING
    day.join("otto", organisation=OFFICE)
    assert day.status("otto") is Status.WAITING  # the free one stays for who stands first
    day.accompany("lia", 1)
    assert (day.status("lia"), day.quota(quota)) == (Status.REGISTERED, (2, 0))
    assert (day.event.taken, day.event.reserved) == (4, 0)


def test_the_team_overbooks_by_as_many_as_are_missing(house: None) -> None:
    day = open_day(capacity=2)
    day.join("anna")
    day.add("ben", extra=True, accompanying=2)
    assert (day.event.taken, day.event.extra) == (4, 2)
    day.accompany("ben", 0)
    assert (day.event.taken, day.event.extra) == (2, 0)


def test_a_form_that_was_corrected_keeps_what_it_had_only_with_as_few_chairs(house: None) -> None:
    day = open_day(capacity=3)
    form = "f" * 24
    day.register("anna", accompanying=2, nonce=f"{form}{'1' * 40}")
    day.register("anna", accompanying=1, nonce=f"{form}{'2' * 40}")
    assert (day.of("anna").has_seat, taken(day)) == (True, 2)
    day.join("ben")
    day.register("anna", accompanying=2, nonce=f"{form}{'3' * 40}")
    assert (day.of("anna").has_seat, taken(day)) == (False, 1)


def test_the_database_says_no(house: None) -> None:
    day = open_day(capacity=9)
    day.join("anna")
    for number in (-1, 3):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(update(Registration).values(accompanying=number))
    with pytest.raises(ValueError, match="3 accompany"), transaction() as session:
        take_number(session, lock_registration(session, day.ids["anna"]), 3, day.now)


# -- workshops


def test_each_takes_a_place_in_the_runs(house: None) -> None:
    day = open_day(capacity=9)
    day.set_run("1.1", capacity=3)
    day.join("anna", labels=("1.1",), accompanying=1)
    day.join("ben", labels=("1.1",), accompanying=1)
    day.join("cara", labels=("1.1",))
    assert [day.places(name) for name in ("anna", "ben", "cara")] == [
        {"1.1": "place"},
        {"1.1": "waiting 1"},
        {"1.1": "waiting 2"},
    ]
    day.choose("anna", "1.2")
    assert [day.places(name) for name in ("ben", "cara")] == [{"1.1": "place"}, {"1.1": "place"}]
    assert (day.run("1.1").taken, day.run("1.2").taken) == (3, 2)


def test_more_need_a_place_in_each_run(house: None) -> None:
    day = open_day(capacity=9)
    day.set_run("2.1", capacity=1)
    day.join("anna", labels=("1.1", "2.1"))
    with pytest.raises(NoPlaceForMore) as refused:
        day.accompany("anna", 1)
    assert refused.value.field == "accompanying"
    assert (taken(day), day.run("1.1").taken, day.of("anna").accompanying) == (1, 1, 0)
    day.choose("anna", "2:open")
    day.accompany("anna", 1)
    assert (taken(day), day.run("1.1").taken) == (2, 2)


def test_fewer_let_the_next_in_line_into_the_run(house: None) -> None:
    day = open_day(capacity=9)
    day.set_run("1.1", capacity=2)
    day.join("anna", labels=("1.1",), accompanying=1)
    day.join("ben", labels=("1.1",))
    day.accompany("anna", 0)
    assert day.places("ben") == {"1.1": "place"}
    assert "place" in day.mails("ben")[-1]


def test_people_swap_with_who_needs_as_many_places(house: None) -> None:
    day = open_day(capacity=9)
    day.set_run("1.1", capacity=2)
    day.set_run("1.2", capacity=2)
    day.join("anna", labels=("1.1",), accompanying=1)
    day.join("ben", labels=("1.2",))
    day.join("cara", labels=("1.2",))
    day.choose("anna", "1.2")
    day.choose("ben", "1.1")
    assert day.places("ben") == {"1.2": "place", "1.1": "waiting 1"}  # one place is no swap for two
    day.cancel("cara")
    day.cancel("ben")
    assert day.places("anna") == {"1.2": "place"}


# -- others


def test_a_group_is_counted_with_who_comes_along(house: None) -> None:
    day = open_day(capacity=4)
    group = day.group("karl", "anna", "ben", together=True, accompanying=2)
    assert taken(day) == 4
    day.confirm_group(group)
    other = day.group("nora", "cara", "dora", accompanying=1)
    day.confirm_group(other)
    day.cancel("anna")
    assert [day.status(name) for name in ("cara", "dora")] == [Status.REGISTERED, Status.WAITING]


def test_a_group_that_comes_only_together_waits_for_all_its_chairs(house: None) -> None:
    day = open_day(capacity=3)
    group = day.group("karl", "anna", "ben", together=True, accompanying=2)
    day.confirm_group(group)
    assert [day.status(name) for name in ("anna", "ben")] == [Status.WAITING, Status.WAITING]
    line = day.line("anna")
    assert line is not None
    assert (line.why, line.seats) == (Why.TOGETHER, 4)


def test_a_kept_seat_is_one_and_who_comes_along_needs_another(house: None) -> None:
    day = open_day(capacity=3)
    group = day.allot("karl", 2)
    day.add_colleague(group, "anna", accompanying=1)
    assert (day.of("anna").accompanying, taken(day)) == (1, 3)
    with pytest.raises(NoChairForMore):
        day.add_colleague(group, "ben", accompanying=1)
    day.add_colleague(group, "ben")
    assert taken(day) == 3


def test_who_is_known_is_refused_like_anybody(house: None) -> None:
    """T09: the contact cannot tell from the refusal who is registered already."""
    day = open_day(capacity=2)
    group = day.allot("karl", 1)
    day.join("anna")
    for name in ("anna", "ben"):
        with pytest.raises(NoChairForMore):
            day.add_colleague(group, name, accompanying=1)


def test_a_seat_passes_on_without_who_came_along(house: None) -> None:
    day = open_day(capacity=3)
    day.set_run("1.1", capacity=2)
    day.join("anna", labels=("1.1",), accompanying=1)
    day.join("ben", labels=("1.1",))
    day.join("cara")
    assert day.status("cara") is Status.WAITING
    day.substitute("anna", "dora")
    assert (day.of("dora").accompanying, day.of("dora").has_seat) == (0, True)
    assert day.places("ben") == {"1.1": "place"}
    assert (day.status("cara"), taken(day)) == (Status.REGISTERED, 3)


def test_who_comes_back_late_needs_all_chairs_again(house: None) -> None:
    day = open_day(capacity=2)
    day.register("anna", accompanying=1)
    day.expire("anna")
    assert taken(day) == 0
    day.join("ben")
    day.confirm("anna")
    assert (day.status("anna"), day.of("anna").has_seat) == (Status.WAITING, False)


# -- pages and mails


def test_the_form_asks_and_the_person_reads_it_everywhere(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=3)
    asked = Visitor(client).get("/events/musterfachtag/register")
    assert "Begleitpersonen" in asked.text
    sign_up(client, accompanying="1")
    page = confirm(app, client, "person0@example.org")
    assert "Begleitpersonen 1" in page.text
    told = mailbox(app).newest("person0@example.org")
    assert "Für wen: Sie und 1 Begleitperson" in text_of(told)
    details = page.follow("Angaben berichtigen")
    saved = details.send(accompanying="2")
    assert "Begleitpersonen 2" in saved.text
    with app.app_context(), transaction() as session:
        make_event(session, slug="zweiter")
    refused = Visitor(client).get("/events/musterfachtag/register").send(**PERSON, accompanying="7")
    assert refused.status == 422
    assert list(refused.errors()) == ["accompanying"]


def test_a_number_for_which_there_are_no_seats_is_refused_at_its_field(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=2)
    sign_up(client)
    details = confirm(app, client, "person0@example.org").follow("Angaben berichtigen")
    refused = details.send(accompanying="2", role_title="Leitung")
    assert refused.status == 422
    assert "nicht genug Plätze frei" in refused.errors()["accompanying"]
    with app.app_context():
        one = db.session.scalars(select(Registration)).one()
        assert (one.accompanying, one.role_title) == (0, "Beratung")


def test_a_day_that_does_not_ask_has_no_such_field(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=9, asks_accompanying=False)
    for address in ("/events/musterfachtag/register", "/events/musterfachtag/register/group"):
        assert "Begleitperson" not in Visitor(client).get(address).text
    sign_up(client)
    page = confirm(app, client, "person0@example.org")
    assert "Begleitperson" not in page.follow("Angaben berichtigen").text


def test_wishes_have_no_chairs_yet(house: None) -> None:
    """Until places are given, another number only counts for the day."""
    day = open_day(capacity=9)
    day.set_event(placement=Placement.WISHES, wishes_until=day.event.starts_at)
    day.join("anna")
    day.accompany("anna", 2)
    assert (taken(day), day.run("1.1").taken) == (3, 0)


def test_the_team_moves_somebody_up_with_who_comes_along(house: None) -> None:
    day = open_day(capacity=2)
    day.join("anna")
    day.join("ben", accompanying=2)
    with pytest.raises(Refusal), day.step() as session:
        manual.move_up(session, day.ids["ben"], ORGANISER, day.now, extra_seat=False)
    with day.step() as session:
        manual.move_up(session, day.ids["ben"], ORGANISER, day.now, extra_seat=True)
    assert (day.event.taken, day.event.extra) == (4, 2)
