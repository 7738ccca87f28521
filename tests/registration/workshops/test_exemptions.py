# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who cannot take a workshop says so; it counts once the team accepted it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation.instance import Instance, as_data
from app.allocation.loader import Terms, read_question
from app.allocation.models import PlacingCondition
from app.allocation.rules import ConditionKind, Mixing, Mode
from app.events.models import Event
from app.events.rules import Placement
from app.people.models import AuditEntry
from app.people.rules import Role
from app.privacy.erasure import days_to_forget, delete_needs, forget_person
from app.programme.models import Run
from app.refusal import Missing, Refusal
from app.registration.admission import Entry
from app.registration.history import by_organiser
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.service import confirm, register
from app.registration.workshops.exemptions import count_exemptions, exemptions_of, exemptions_of_day, judge
from app.registration.workshops.models import Exemption
from app.registration.workshops.rules import Verdict
from app.registration.workshops.wishes import Wished, replace_wishes, wishes_of
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event, make_programme
from tests.factories.organising import somebody
from tests.pages import Visitor, words

WHY = "Ich habe ihn im letzten Jahr geleitet."
BY = by_organiser(None)


class Day:
    def __init__(self, session: Session, *, others: int = 1) -> None:
        self.event = make_event(session)
        built = make_programme(session, self.event)
        self.event.placement = Placement.WISHES
        self.event.wishes_until = self.event.starts_at - timedelta(days=20)
        self.runs = {label: run.id for label, run in built.runs.items()}
        self.workshops = {label: run.workshop_id for label, run in built.runs.items()}
        self.rounds = {label: run.round_id for label, run in built.runs.items()}
        self.anna = self.join(session, "Anna")
        for number in range(others):
            self.join(session, f"Ben{number}")
        self.event_id = self.event.id

    def join(self, session: Session, name: str) -> int:
        person = Person(name, "Muster", f"{name.lower()}@example.org", f"Amt {name}")
        entry = Entry(person, f"nonce-{name}-0123456789")
        return confirm(session, register(session, self.event.id, entry, NOW).id, NOW).id


def say(session: Session, day: Day, cannot: dict[int, str] | None, **wished: object) -> None:
    person = session.get_one(Registration, day.anna)
    replace_wishes(session, session.get_one(Event, day.event_id), person, Wished(cannot=cannot, **wished))  # type: ignore[arg-type]


def question(session: Session, day: Day) -> Instance:
    return read_question(
        session, session.get_one(Event, day.event_id), Terms(Mode.GENEROUS, Mixing.NONE, 1, 60)
    )


def barred(instance: Instance, person: int) -> tuple[int, ...]:
    return next(one.forbidden for one in instance.people if one.id == person)


def test_it_counts_once_the_team_accepted_it(app: Flask) -> None:
    """Until then, and set aside, the question is the same to the letter: saying it alone gains nothing."""
    with app.app_context(), transaction() as session:
        day = Day(session)
        before = as_data(question(session, day))
        workshop = day.workshops["1.2"]  # runs in both rounds
        say(session, day, {workshop: WHY})
        assert as_data(question(session, day)) == before
        judge(session, day.event_id, day.anna, workshop, Verdict.SET_ASIDE, BY, NOW)
        assert as_data(question(session, day)) == before
        judge(session, day.event_id, day.anna, workshop, Verdict.ACCEPTED, BY, NOW)
        assert barred(question(session, day), day.anna) == (day.runs["1.2"], day.runs["2.2"])
        judge(session, day.event_id, day.anna, workshop, Verdict.SET_ASIDE, BY, NOW)
        assert as_data(question(session, day)) == before


def test_a_place_that_the_team_fixed_wins(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = Day(session)
        say(session, day, {day.workshops["1.2"]: WHY})
        judge(session, day.event_id, day.anna, day.workshops["1.2"], Verdict.ACCEPTED, BY, NOW)
        session.add(
            PlacingCondition(
                event_id=day.event_id, kind=ConditionKind.PIN, first_id=day.anna, run_id=day.runs["1.2"]
            )
        )
        session.flush()
        assert barred(question(session, day), day.anna) == (day.runs["2.2"],)


def test_another_reason_is_a_new_question(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = Day(session)
        workshop = day.workshops["1.1"]
        say(session, day, {workshop: WHY})
        judge(session, day.event_id, day.anna, workshop, Verdict.ACCEPTED, BY, NOW)
        say(session, day, {workshop: WHY})
        assert [one.verdict for one in exemptions_of(session, day.anna)] == [Verdict.ACCEPTED]
        say(session, day, None)  # a form that does not ask
        assert [one.verdict for one in exemptions_of(session, day.anna)] == [Verdict.ACCEPTED]
        say(session, day, {workshop: "Doch ein anderer Grund."})
        assert [one.verdict for one in exemptions_of(session, day.anna)] == [Verdict.OPEN]
        say(session, day, {})
        assert exemptions_of(session, day.anna) == []


def test_workshops_and_people_of_another_day_are_refused(app: Flask) -> None:
    """T02"""
    with app.app_context(), transaction() as session:
        day = Day(session)
        other = make_event(session, slug="anderer")
        foreign = make_programme(session, other).runs["1.1"].workshop_id
        with pytest.raises(Refusal):
            say(session, day, {foreign: WHY})
        say(session, day, {day.workshops["1.1"]: WHY})
        with pytest.raises(Missing):
            judge(session, other.id, day.anna, day.workshops["1.1"], Verdict.ACCEPTED, BY, NOW)
        assert count_exemptions(session, other) == (0, 0)


def test_it_is_forgotten_with_the_needs(app: Flask) -> None:
    """DP-04: a reason may tell of health."""
    with app.app_context(), transaction() as session:
        day = Day(session)
        say(session, day, {day.workshops["1.1"]: WHY})
        over = session.get_one(Event, day.event_id).ends_at
        assert delete_needs(session, day.event_id, over + timedelta(days=13)) == 0
        assert day.event_id in days_to_forget(session, over + timedelta(days=15))
        assert delete_needs(session, day.event_id, over + timedelta(days=15)) == 1
        assert session.scalars(select(Exemption)).all() == []


def test_who_asks_to_be_forgotten_takes_it_along(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = Day(session)
        say(session, day, {day.workshops["1.1"]: WHY})
        forget_person(session, day.anna, NOW)
        assert session.scalars(select(Exemption)).all() == []


@pytest.mark.sqlite_only
def test_from_the_wishes_to_the_team_and_back(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = Day(session)
        token = personal_token(session.get_one(Registration, day.anna))
    person = Visitor(app.test_client())
    page = person.get(f"/my/{token}/wishes")
    workshop, run = day.workshops["1.1"], day.runs["1.1"]
    both = page.send(**{f"cannot-{workshop}": WHY, f"wish-{day.rounds['1.1']}-1": str(run)})
    assert both.status == 422
    assert list(both.errors()) == [f"cannot-{workshop}"]
    assert both.values(both.form())[f"cannot-{workshop}"] == WHY
    long = page.send(**{f"cannot-{workshop}": "x" * 301})
    assert (long.status, list(long.errors())) == (422, [f"cannot-{workshop}"])
    assert page.send(**{f"cannot-{workshop}": WHY}).status == 200
    team = somebody(app, "jonas@example.org", day.event_id, Role.ORGANISER)
    desk = team.get("/organise/events/musterfachtag/allocation")
    assert "1 wartet auf Ihr Wort" in desk.text
    listed = team.get("/organise/events/musterfachtag/allocation/exemptions")
    assert WHY in listed.text
    done = listed.send(button="Annehmen")
    assert "Angenommen" in done.text
    assert "Angenommen" in person.get(f"/my/{token}/wishes").text
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).wishes_until = NOW - timedelta(days=1)
    assert "„Beraten ohne Vorurteil“ nicht besuchen können: Angenommen." in person.get(f"/my/{token}").text
    own = person.get(f"/my/{token}/data").text
    assert WHY in own
    assert "Angenommen" in own
    with app.app_context():
        session = db.session()
        assert wishes_of(session, day.anna).cannot == {workshop: WHY}
        assert [
            one.said.verdict for one in exemptions_of_day(session, session.get_one(Event, day.event_id))
        ] == [Verdict.ACCEPTED]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exemption.judge")).one()
        assert WHY not in str(entry.detail)
    assert (
        somebody(app, "vera@example.org", day.event_id, Role.VIEWER)
        .get("/organise/events/musterfachtag/allocation/exemptions")
        .status
        == 403
    )


@pytest.mark.sqlite_only
def test_a_workshop_is_asked_about_with_the_numbers_of_all_its_runs(app: Flask) -> None:
    """What is said holds for each of them."""
    with app.app_context(), transaction() as session:
        day = Day(session)
        token = personal_token(session.get_one(Registration, day.anna))
        session.get_one(Run, day.runs["2.1"]).workshop_id = day.workshops["1.1"]
    asked = Visitor(app.test_client()).get(f"/my/{token}/wishes").tree
    (label,) = asked.xpath(f"//label[@for='f-cannot-{day.workshops['1.1']}']")
    assert words(label).startswith("1.1, 2.1 Beraten ohne Vorurteil")


@pytest.mark.sqlite_only
def test_a_day_without_any_says_so(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = Day(session)
    team = somebody(app, "jonas@example.org", day.event_id, Role.ORGANISER)
    listed = team.get("/organise/events/musterfachtag/allocation/exemptions")
    assert "Niemand hat das gesagt" in words(listed.tree.find(".//main"))
