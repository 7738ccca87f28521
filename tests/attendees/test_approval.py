# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day that asks the team: seat and place in line are kept until it decides, nobody overtakes, the reason is told."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.refusal import Refusal
from app.registration.rules import AlreadyEnded, Status
from tests.factories.days import NOW, at
from tests.organising.helpers import a_day, seats_of, signs_up, status_of
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import open_day

PENDING, REGISTERED, WAITING, REJECTED = Status.PENDING, Status.REGISTERED, Status.WAITING, Status.REJECTED


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.usefixtures("inside")
class TestVerbs:
    def test_the_seat_is_kept_and_the_invitation_waits_for_the_decision(self) -> None:
        day = open_day(capacity=2, approval=True)
        day.join("anna")
        assert (day.status("anna"), day.of("anna").has_seat) == (PENDING, True)
        assert day.of("anna").invited_sequence is None
        day.approve("anna")
        assert day.status("anna") is REGISTERED
        assert day.of("anna").invited_sequence == 0
        assert day.mails("anna") == ["registration.registered"]  # the older ones had not left
        assert day.history("anna")[-1] == ("pending", "registered", "organiser", "approved")
        day.approve("anna")
        assert len(day.history("anna")) == 3

    def test_turned_down_the_seat_goes_to_the_next_who_is_admitted(self) -> None:
        day = open_day(capacity=1, approval=True)
        day.join("anna", "berta", "carla")
        day.approve("carla")
        assert [day.status(one) for one in ("anna", "berta", "carla")] == [PENDING, PENDING, WAITING]
        day.reject("anna")
        assert (day.status("anna"), day.of("anna").has_seat) == (REJECTED, False)
        assert [day.status(one) for one in ("berta", "carla")] == [PENDING, REGISTERED]
        assert day.mails("anna")[-1] == "registration.rejected"
        assert day.history("anna")[-1] == ("pending", "rejected", "organiser", "rejected")

    def test_who_waits_for_the_team_keeps_the_place_in_line(self) -> None:
        day = open_day(capacity=1, approval=True)
        day.join("anna", "berta")
        day.set_event(capacity=2)
        day.join("carla")  # a seat is free, but Berta stands before her
        assert not day.of("carla").has_seat
        day.approve("berta")
        assert day.status("berta") is REGISTERED
        assert day.status("carla") is PENDING

    def test_without_a_reason_nobody_is_turned_down(self) -> None:
        day = open_day(approval=True)
        day.join("anna")
        with pytest.raises(Refusal):
            day.reject("anna", why="")
        assert day.status("anna") is PENDING

    def test_only_who_waits_for_a_decision_gets_one(self) -> None:
        day = open_day(approval=True)
        day.register("anna")
        for decide in (day.approve, day.reject):
            with pytest.raises(Refusal):
                decide("anna")
        day.confirm("anna")
        day.cancel("anna")
        with pytest.raises(Refusal):
            day.approve("anna")
        day.join("berta")
        day.reject("berta")
        with pytest.raises(AlreadyEnded):
            day.confirm("berta")

    def test_who_was_turned_down_may_ask_again(self) -> None:
        day = open_day(approval=True)
        day.join("anna")
        day.reject("anna")
        day.join("anna", nonce="noch einmal")
        assert day.status("anna") is PENDING

    def test_a_group_waits_for_the_team_and_seats_it_gave_do_not(self) -> None:
        day = open_day(approval=True)
        group = day.group("anna", "berta", takes_part=True)
        day.confirm_group(group)
        assert {day.status(one) for one in ("anna", "berta")} == {PENDING}
        day.approve("berta")
        assert day.status("berta") is REGISTERED

    def test_a_substitute_waits_in_the_place_of_who_waited(self) -> None:
        day = open_day(approval=True)
        day.join("anna")
        day.substitute("anna", "berta")
        assert (day.status("berta"), day.of("berta").has_seat) == (PENDING, True)


def test_the_team_decides_on_the_page(app: Flask) -> None:
    day = a_day(app, approval=True)
    first, second = signs_up(app, day, 1), signs_up(app, day, 2)
    otto = Visitor(signed_in(app, "otto@example.org"))
    home = otto.get(f"{day.home}/")
    assert "2 Personen warten auf Ihre Entscheidung" in home.text
    page = otto.get(f"{day.home}/registrations/{first}")
    assert "Diese Anmeldung wartet auf Ihre Entscheidung" in page.text
    assert "Zugesagt." in page.send(button="Zusagen").text
    assert status_of(app, first) == ("registered", True)
    form = otto.get(f"{day.home}/registrations/{second}/reject")
    refused = form.send(note="")
    assert refused.status == 422
    done = form.send(note="Der Tag ist für <b>Behörden</b> gedacht.")
    assert "Der Tag ist für &lt;b&gt;Behörden&lt;/b&gt; gedacht." in str(done.soup)
    assert status_of(app, second) == ("rejected", False)
    assert otto.get(f"{day.home}/registrations/{second}/reject").status == 404


def test_the_team_decides_about_many(app: Flask) -> None:
    day = a_day(app, approval=True, capacity=3)
    people = [signs_up(app, day, number) for number in range(1, 6)]
    otto = Visitor(signed_in(app, "otto@example.org"))
    query = {"pick": people[:2]}
    page = otto.get(f"{day.home}/registrations/many/reject", query_string=query)
    assert "Es betrifft 2 Personen" in page.text
    question = page.send(note="Wir haben zu wenig Platz.")
    assert "2 Personen bekommen eine E-Mail." in question.text
    assert "Wir haben zu wenig Platz." in question.soup.find("pre").text  # type: ignore[union-attr]
    question.send()
    page = otto.get(f"{day.home}/registrations/many/approve?who=all&status=pending")
    assert "Es betrifft 3 Personen" in page.text
    page.send().send()
    found = [status_of(app, one)[0] for one in people]
    assert found == ["rejected", "rejected", "registered", "registered", "registered"]
    assert seats_of(app, day) == (3, 0, 0)


def test_a_viewer_cannot_decide(app: Flask) -> None:
    day = a_day(app, approval=True)
    one = signs_up(app, day, 1)
    vera = Visitor(signed_in(app, "vera@example.org"))
    assert "Zusagen" not in vera.get(f"{day.home}/registrations/{one}").text
    assert vera.get(f"{day.home}/registrations/{one}/reject").status == 403


def test_the_day_is_asked_for_it_in_its_form(app: Flask) -> None:
    day = a_day(app)
    lea = Visitor(signed_in(app, "lea@example.org"))
    page = lea.get(f"{day.home}/edit").send(approval="y")
    assert page.values(page.form())["approval"] == "y"
    public = app.test_client().get(f"/events/{day.slug}").get_data(as_text=True)
    assert "Das Organisationsteam entscheidet, wer teilnimmt." in public
    assert at("9:30") > NOW
