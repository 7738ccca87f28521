# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes instead of places: in the form and on the personal page, without JavaScript, until the date, and told to nobody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from app.clock import now
from app.events.models import Event, Notice
from app.events.notices import changes_of, day_facts
from app.events.rules import Placement
from app.organising.checks import data_findings
from app.programme.models import Round, Run
from app.programme.rules import Thing
from app.refusal import Refusal
from app.registration.history import By
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.questions.service import add_standard_set
from app.registration.rules import Actor, UnknownRun
from app.registration.service import confirm
from app.registration.workshops.models import Place, RegistrationNeed, Wish
from app.registration.workshops.rules import Need
from app.registration.workshops.service import give_wishes
from app.registration.workshops.wishes import (
    OtherWay,
    RunChanged,
    Wished,
    WishesOver,
    replace_wishes,
    wishes_of,
)
from app.scheduling import service as scheduling
from app.scheduling.carrying_out import RunIsWished
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event, make_programme
from tests.mailbox import link_in, mailbox
from tests.organising.helpers import a_day, signs_up
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import ORGANISER, Day, open_day
from tests.scheduling.steps import change_facts, replan_run, take_out

DAY = "/events/musterfachtag"
PERSON = {
    "given_name": "Ella",
    "family_name": "Muster",
    "email": "ella@example.org",
    "organisation": "Stadt Musterstadt",
}


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """A day that takes wishes: ids of its rounds ("r1") and runs ("1.1")."""
    with app.app_context(), transaction() as session:
        event = make_event(
            session, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3), capacity=20
        )
        programme = make_programme(session, event, released=True)
        return {f"r{one.number}": one.id for one in programme.rounds} | {
            label: run.id for label, run in programme.runs.items()
        }


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    with app.app_context():
        yield open_day(placement=Placement.WISHES, wishes_until=NOW + timedelta(days=3), capacity=9)


def wishes(day: Day, name: str) -> dict[int, list[int]]:
    db.session.rollback()
    return dict(wishes_of(db.session(), day.ids[name]).runs)


def give(day: Day, name: str, *labels: str, now_: object = None, **changes: object) -> None:
    runs: dict[int, list[int]] = {}
    for label in labels:
        runs.setdefault(day.rounds[int(label[0])], []).append(day.runs[label])
    with day.step() as session:
        give_wishes(session, day.ids[name], Wished(runs, **changes), day.now)  # type: ignore[arg-type]


def test_wishes_in_the_form_then_on_the_page(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    form = Visitor(client).get(f"{DAY}/register")
    assert f"round-{ids['r1']}" not in form.values(form.form())
    first, second = f"wish-{ids['r1']}-1", f"wish-{ids['r1']}-2"
    twice = form.send(**PERSON, **{first: str(ids["1.1"]), second: str(ids["1.1"])})
    assert (twice.status, set(twice.errors())) == (422, {second})
    assert twice.values(twice.form())[first] == str(ids["1.1"])
    sent = twice.send(**{second: str(ids["1.2"]), f"absent-{ids['r2']}": "y", "needs": "step_free"})
    assert sent.status == 200
    page = Visitor(client).get(link_in(mailbox(app).newest("ella@example.org")))
    page = page.send(button="Anmeldung bestätigen")
    assert "Sie können Ihre Wünsche bis" in page.text
    with app.app_context():
        one = db.session.scalars(select(Registration.id)).one()
        assert wishes_of(db.session(), one) == Wished(
            {ids["r1"]: [ids["1.1"], ids["1.2"]]}, frozenset({ids["r2"]}), frozenset({Need.STEP_FREE}), {}
        )
        assert db.session.scalars(select(Place)).all() == []
        assert data_findings(db.session(), now()) == []
        db.session.rollback()
    again = page.follow("Meine Wünsche ändern")
    assert again.values(again.form())[second] == str(ids["1.2"])
    page = again.send(**{first: "", f"absent-{ids['r2']}": None, "needs": None})
    assert "Sie nehmen an dieser Runde nicht teil" not in page.text
    with app.app_context():
        assert wishes_of(db.session(), one) == Wished({ids["r1"]: [ids["1.2"]]}, frozenset(), frozenset(), {})


def test_what_others_wish_is_told_to_nobody(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    before = client.get(f"{DAY}/register").get_data(as_text=True)
    Visitor(client).get(f"{DAY}/register").send(**PERSON, **{f"wish-{ids['r1']}-1": str(ids["1.1"])})
    after = client.get(f"{DAY}/register").get_data(as_text=True)
    options = [line for line in before.splitlines() if "<option" in line]
    assert options == [line for line in after.splitlines() if "<option" in line]
    assert "frei" not in "".join(options)


def test_nobody_is_asked_twice_what_they_need(app: Flask, client: FlaskClient) -> None:
    """The day's question asks it already; who said it with the wishes before can still change it there."""
    day = a_day(app, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3))
    form = Visitor(client).get(f"/events/{day.slug}/register")
    form.send(**PERSON, needs="induction_loop")
    with app.app_context(), transaction() as session:
        one = session.scalars(select(Registration)).one()
        before = personal_token(confirm(session, one.id, now()))
        add_standard_set(session, day.event_id, str, By(Actor.ORGANISER), now())
    assert client.get(f"/events/{day.slug}/register").text.count("Access without steps") == 1
    assert 'name="needs"' not in client.get(f"/events/{day.slug}/register").text
    assert 'name="needs"' in client.get(f"/my/{before}/wishes").text
    reference = signs_up(app, day, 2)
    with app.app_context():
        two = db.session.scalars(select(Registration).where(Registration.reference == reference)).one()
        after = personal_token(two)
    assert 'name="needs"' not in client.get(f"/my/{after}/wishes").text


def test_a_need_stands_in_no_list_and_no_file(app: Flask, client: FlaskClient) -> None:
    """DP-04."""
    team = a_day(app, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3))
    form = Visitor(client).get(f"/events/{team.slug}/register")
    form.send(**PERSON, needs="induction_loop")
    with app.app_context():
        assert db.session.scalars(select(RegistrationNeed)).one().need is Need.INDUCTION_LOOP
        one = db.session.scalars(select(Registration)).one()
        reference, token = one.reference, personal_token(one)
    otto = Visitor(signed_in(app, "otto@example.org"))
    for address in (f"{team.home}/registrations", f"{team.home}/registrations/{reference}"):
        assert "Induktion" not in otto.get(address).text
    mailbox(app).deliver()
    assert all("Induktion" not in str(mail) for mail in mailbox(app).read())
    assert token


def test_the_team_notes_wishes(app: Flask) -> None:
    """Also after the date; without places, without needs, and with a word when somebody else saved first."""
    team = a_day(app, placement=Placement.WISHES, wishes_until=now() - timedelta(days=1))
    otto = Visitor(signed_in(app, "otto@example.org"))
    form = otto.get(f"{team.home}/registrations/new")
    first, second = f"wish-{team.rounds[0]}-1", f"wish-{team.rounds[0]}-2"
    assert first in form.values(form.form())
    assert "needs" not in form.values(form.form())
    person = form.send(**PERSON, **{first: str(team.runs["1.2"])})
    assert person.status == 200
    assert "1.2 Datenschutz im Fallmanagement" in person.text
    noting = person.follow("Wünsche eintragen")
    other = otto.get(noting.address)
    twice = noting.send(**{second: str(team.runs["1.2"])})
    assert (twice.status, set(twice.errors())) == (422, {second})
    assert twice.send(**{second: str(team.runs["1.1"])}).status == 200
    stale = other.send(**{first: "", f"absent-{team.rounds[1]}": "y"})
    assert stale.status == 409
    assert stale.send().status == 200
    with app.app_context():
        one = db.session.scalars(select(Registration.id)).one()
        found = wishes_of(db.session(), one)
        assert (found.runs, found.absent) == ({}, frozenset({team.rounds[1]}))
        db.session.rollback()
        with transaction() as session:
            session.get_one(Event, team.event_id).placed_at = now()
    chosen = otto.get(noting.address)
    assert f"round-{team.rounds[0]}" in chosen.values(chosen.form())


def test_only_the_lead_reads_needs(app: Flask) -> None:
    """DP-04, DP-12."""
    team = a_day(app, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3))
    Visitor(app.test_client()).get(f"/events/{team.slug}/register").send(**PERSON, needs="step_free")
    with app.app_context():
        reference = db.session.scalars(select(Registration.reference)).one()
    address = f"{team.home}/registrations/{reference}"
    assert Visitor(signed_in(app, "otto@example.org")).get(f"{address}/sensitive").status == 403
    asked = Visitor(signed_in(app, "lea@example.org")).get(address).follow("Sensible Antworten")
    assert "Stufenlos" not in asked.text
    assert "tufenlos" in asked.send().text


def test_own_data_say_it_all(app: Flask, client: FlaskClient, day: Day) -> None:
    """DP-06."""
    day.join("anna")
    give(day, "anna", "1.2", "1.1", needs=frozenset({Need.STEP_FREE}))
    token = personal_token(day.of("anna"))
    page = Visitor(client).get(f"/my/{token}/data")
    for words in (
        "Datenschutz im Fallmanagement; Beraten ohne Vorurteil",
        "Worauf Sie nicht verzichten können",
    ):
        assert words in page.text
    found = client.get(f"/my/{token}/data.json").get_json()
    assert found["workshops"][0]["wishes"] == ["Datenschutz im Fallmanagement", "Beraten ohne Vorurteil"]
    assert [one["need"] for one in found["needs"]] == ["step_free"]
    assert found["workshops"][1]["leads"] is None


def test_until_the_date_and_not_after(day: Day) -> None:
    day.join("anna")
    give(day, "anna", "1.2", "1.1", "2.1")
    assert wishes(day, "anna") == {
        day.rounds[1]: [day.runs["1.2"], day.runs["1.1"]],
        day.rounds[2]: [day.runs["2.1"]],
    }
    until = day.event.wishes_until
    assert until is not None
    day.now = until
    with pytest.raises(WishesOver):
        give(day, "anna", "1.1")
    assert len(wishes(day, "anna")[day.rounds[1]]) == 2


def test_only_what_is_offered_in_that_round(day: Day) -> None:
    day.join("anna")
    for runs in ({day.rounds[1]: [day.runs["2.1"]]}, {day.rounds[1]: [10**6]}, {10**6: [day.runs["1.1"]]}):
        with pytest.raises(UnknownRun), day.step() as session:
            give_wishes(session, day.ids["anna"], Wished(runs), day.now)
    day.set_run("1.1", takes_place=False)
    with pytest.raises(UnknownRun):
        give(day, "anna", "1.1")
    assert wishes(day, "anna") == {}


def test_a_run_that_is_wished_for_stays(day: Day) -> None:
    day.join("anna")
    give(day, "anna", "1.1")
    moved = {"label": "9.9", "round_id": day.rounds[2], "room_id": None}
    with pytest.raises(RunIsWished), day.step() as session:
        replan_run(session, day.runs["1.1"], day.now, **moved)
    with pytest.raises(Refusal), day.step() as session:
        take_out(session, day.event_id, Thing.RUN, day.runs["1.1"], day.now)
    assert wishes(day, "anna") == {day.rounds[1]: [day.runs["1.1"]]}


def test_a_form_from_before_the_change_is_told_so(day: Day) -> None:
    """Nobody gets a place past the allocation, and nobody wishes where places are given at once."""
    with pytest.raises(OtherWay):
        day.register("anna", "1.1")
    direct = open_day(slug="direkt")
    direct.join("berta")
    with pytest.raises(OtherWay):
        give(direct, "berta", "1.1")


def test_who_leaves_or_is_substituted(day: Day) -> None:
    day.join("anna")
    give(day, "anna", "1.2", needs=frozenset({Need.STEP_FREE}))
    day.substitute("anna", "berta")
    assert wishes(day, "berta") == {day.rounds[1]: [day.runs["1.2"]]}
    assert db.session.scalars(select(RegistrationNeed)).all() == []


def test_places_become_wishes(app: Flask) -> None:
    with app.app_context():
        day = open_day(capacity=9)
        day.set_run("1.1", capacity=1)
        day.join("anna", labels=("1.1", "2.1"))
        day.join("berta", labels=("1.2",))
        day.choose("berta", "1.1")  # waits there beside the place
        switch(day, Placement.WISHES)
        assert wishes(day, "anna") == {
            day.rounds[1]: [day.runs["1.1"]],
            day.rounds[2]: [day.runs["2.1"]],
        }
        assert wishes(day, "berta") == {day.rounds[1]: [day.runs["1.1"], day.runs["1.2"]]}
        assert db.session.scalars(select(Place)).all() == []
        assert day.run("1.1").taken == 0


def places_of(day: Day) -> list[tuple[str, str, str, int | None]]:
    names = {number: name for name, number in day.ids.items()}
    labels = {number: label for label, number in day.runs.items()}
    db.session.rollback()
    found = db.session.scalars(select(Place).order_by(Place.registration_id, Place.run_id))
    return [(names[p.registration_id], labels[p.run_id], p.state.value, p.waiting_number) for p in found]


def take_back(day: Day) -> None:
    """Half a minute after the last change."""
    notice = db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
    number, moment = notice.id, notice.at + timedelta(seconds=30)
    with day.step(moment) as session:
        scheduling.take_back(session, day.event_id, number, ORGANISER, moment)


def counted(day: Day) -> list[tuple[int, int, int]]:
    return [(one.taken, one.extra, one.waiting) for one in (day.run(label) for label in sorted(day.runs))]


class TestTakenBack:
    """Who asked for wishes by mistake has a minute: every place, number and count is what it was."""

    def test_everything_is_as_it_was(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=3)
            day.set_run("1.1", capacity=1)
            day.join("anna", labels=("1.1", "2.1"))
            day.join("berta", labels=("1.2",))
            day.choose("berta", "1.1")  # waits there beside the place
            day.join("clara", labels=("1.1",))
            day.join("dora", labels=("1.2",))  # waits for the day
            before, counts = places_of(day), counted(day)
            assert {state for _, _, state, _ in before} == {"place", "waiting", "wanted"}
            switch(day, Placement.WISHES)
            assert (places_of(day), set(counted(day))) == ([], {(0, 0, 0)})
            take_back(day)
            assert (places_of(day), counted(day)) == (before, counts)
            event = db.session.get_one(Event, day.event_id)
            assert (event.placement, event.wishes_until) == (Placement.DIRECT, None)
            assert db.session.scalars(select(Notice)).all() == []
            assert data_findings(db.session(), day.now) == []

    def test_the_form_takes_it_back_as_the_button_does(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna", labels=("1.1", "2.1"))
            before, counts = places_of(day), counted(day)
            switch(day, Placement.WISHES)
            moment = day.now + timedelta(seconds=20)
            with day.step(moment) as session:
                change_facts(session, day.event_id, moment, placement=Placement.DIRECT)
            assert (places_of(day), counted(day)) == (before, counts)
            with day.step(moment + timedelta(seconds=1)) as session:  # and nothing twice
                change_facts(session, day.event_id, day.now, venue_name="Anderswo")
            assert (places_of(day), counted(day)) == (before, counts)

    def test_who_left_meanwhile_has_left_and_the_next_moves_up(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.set_run("1.1", capacity=1)
            day.join("anna", labels=("1.1",))
            day.join("berta", labels=("1.1",))
            switch(day, Placement.WISHES)
            day.cancel("anna")
            take_back(day)
            assert places_of(day) == [("berta", "1.1", "place", None)]
            assert counted(day)[0] == (1, 0, 0)

    def test_who_said_not_in_this_round_has_no_place_there(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna", labels=("1.1", "2.1"))
            switch(day, Placement.WISHES)
            with day.step() as session:
                wished = Wished({}, frozenset({day.rounds[1]}))
                replace_wishes(
                    session,
                    session.get_one(Event, day.event_id),
                    session.get_one(Registration, day.ids["anna"]),
                    wished,
                )
            take_back(day)
            assert places_of(day) == [("anna", "2.1", "place", None)]

    def test_a_run_called_off_meanwhile_is_named(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna", labels=("1.1",))
            switch(day, Placement.WISHES)
            with day.step() as session:
                replan_run(session, day.runs["1.1"], day.now, takes_place=False)
            with pytest.raises(RunChanged, match="was changed meanwhile"):
                take_back(day)
            assert db.session.get_one(Event, day.event_id).placement is Placement.WISHES

    def test_what_was_chosen_in_the_minute_of_the_other_way_becomes_a_wish(self, day: Day) -> None:
        day.join("anna")
        give(day, "anna", "1.1")
        switch(day, Placement.DIRECT)
        day.choose("anna", "1.2")
        take_back(day)
        assert wishes(day, "anna") == {day.rounds[1]: [day.runs["1.2"]]}
        assert (places_of(day), set(counted(day))) == ([], {(0, 0, 0)})

    def test_another_change_forgets_which_places_there_were(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna", labels=("1.1",))
            switch(day, Placement.WISHES)
            with day.step() as session:
                change_facts(session, day.event_id, day.now, venue_name="Anderswo")
            assert [one.places for one in db.session.scalars(select(Notice))] == [{}, {}]

    def test_the_mail_says_how_workshops_are_chosen_now(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna")
            was = day_facts(db.session.get_one(Event, day.event_id))
            switch(day, Placement.WISHES)
            (line,) = changes_of(was, day_facts(db.session.get_one(Event, day.event_id)))
            assert line.name == "choosing"
            assert line.old.startswith("Sie wählen Ihre Workshops selbst.")
            assert line.new.startswith("Sie wünschen sich Workshops bis ")

    def test_a_day_without_workshops_tells_nobody(self, app: Flask) -> None:
        with app.app_context():
            day = open_day(capacity=9)
            day.join("anna")
            with day.step() as session:
                session.execute(delete(Round))
            switch(day, Placement.WISHES)
            assert db.session.scalars(select(Notice)).all() == []


def test_a_look_at_the_other_way_loses_no_wish(day: Day) -> None:
    """The team switches to direct places and back; who chose something meanwhile wishes for that."""
    day.join("anna", "ben")
    give(day, "anna", "1.2", "1.1", "2.1")
    give(day, "ben", "1.1")
    before = wishes(day, "anna")
    switch(day, Placement.DIRECT)
    day.choose("ben", "1.2")
    switch(day, Placement.WISHES)
    assert wishes(day, "anna") == before
    assert wishes(day, "ben") == {day.rounds[1]: [day.runs["1.2"]]}
    with pytest.raises(OtherWay):
        day.choose("ben", "1.1")


def switch(day: Day, placement: Placement) -> None:
    with day.step() as session:
        until = day.now + timedelta(days=1)
        change_facts(session, day.event_id, day.now, placement=placement, wishes_until=until)


def test_places_become_wishes_only_knowingly(app: Flask) -> None:
    """Nobody empties all workshops by one press of "save"; a double press does not ask again."""
    team = a_day(app)
    signs_up(app, team, 1, choices={team.rounds[0]: team.runs["1.1"]})
    lea = Visitor(signed_in(app, "lea@example.org"))
    page = lea.get(f"{team.home}/edit").send(placement="wishes", wishes_date="01.02.2031")
    assert (page.status, set(page.errors())) == (422, {"become_wishes"})
    assert "1 Plätze in Workshops sind vergeben." in page.text
    with app.app_context():
        assert db.session.get_one(Run, team.runs["1.1"]).taken == 1
    page = page.send(become_wishes="y")
    assert "Workshops werden anders gewählt" in page.text
    page = page.send()
    assert page.status == 200, page.errors()
    with app.app_context():
        assert db.session.get_one(Run, team.runs["1.1"]).taken == 0
        assert db.session.scalars(select(Wish.run_id)).all() == [team.runs["1.1"]]


def test_the_day_needs_a_date_for_wishes(app: Flask) -> None:
    team = a_day(app)
    lea = Visitor(signed_in(app, "lea@example.org"))
    page = lea.get(f"{team.home}/edit").send(placement="wishes")
    assert (page.status, set(page.errors())) == (422, {"wishes_date"})
    page = page.send(wishes_date="01.02.2031")
    assert page.status == 200, page.errors()
    assert page.values(page.form(f"{team.home}/edit"))["placement"] == "wishes"
    with app.app_context():
        event = db.session.get_one(Event, team.event_id)
        assert event.awaits_places
        late = event.starts_at + timedelta(hours=1)
    with app.app_context(), pytest.raises(Refusal), transaction() as session:
        change_facts(session, team.event_id, now(), wishes_until=late)
    assert Wish.__tablename__ == "wish"


def test_a_wish_over_two_rounds_stands_in_both(app: Flask, client: FlaskClient) -> None:
    """On the personal page, on the team's page, and where wishes are changed."""
    wished = {"placement": Placement.WISHES, "wishes_until": now() + timedelta(days=3)}
    team = a_day(app, capacity=9, **wished)
    with app.app_context(), transaction() as session:
        session.get_one(Run, team.runs["1.1"]).spans = 2
    reference = signs_up(app, team)
    with app.app_context(), transaction() as session:
        one = session.scalars(select(Registration)).one()
        give_wishes(session, one.id, Wished({team.rounds[0]: [team.runs["1.1"]]}), NOW)
        token = personal_token(one)
    mine = Visitor(client).get(f"/my/{token}")
    otto = Visitor(signed_in(app, "otto@example.org")).get(f"{team.home}/registrations/{reference}")
    for page in (mine, otto, mine.follow("Meine Daten")):
        assert "ginge hier weiter" in page.text
        assert "kein Wunsch" not in page.text.lower()
    for editor in (mine.follow("Meine Wünsche ändern"), otto.follow("Wünsche eintragen")):
        assert "„1.1 Beraten ohne Vorurteil“ geht weiter. Er steht unter den Wünschen." in editor.text
