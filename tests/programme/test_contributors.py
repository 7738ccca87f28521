# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who contributes: named on one page per item and run, said alike wherever the agenda stands, and nowhere before they agreed."""

import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.events.models import Event
from app.people.rules import Role
from app.programme.credits import Credit, credit_lines
from app.programme.models import Contributor
from app.programme.plan import ContributorFacts
from app.programme.rules import MOST_CONTRIBUTORS, ContributorRole
from app.refusal import Refusal
from app.scheduling.contributing import add_to_place
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.factories.organising import a_day, somebody
from tests.pages import Visitor
from tests.pdf import text_of
from tests.programme.test_organiser_views import lead
from tests.scheduling.steps import release_now

PEOPLE = "/organise/events/musterfachtag/programme/people"
AGENDA = "/events/musterfachtag/agenda"
ADA = ContributorFacts("Prof. Dr. Ada Probe", "", "Universität Musterstadt", about="Forscht zu Akten.")
LALE = ContributorFacts("Dr. Lale Mustermann", "Leiterin", "Hochschule Beispielheim")
ASKED = ContributorFacts("Ulf Angefragt", "Landrat", "Kreis Muster", confirmed=False)
MINUTES = ContributorFacts("Olga Entwurf", role=ContributorRole.MINUTES)
GREETING = ContributorFacts("Jon Beispiel", "Oberbürgermeister", role=ContributorRole.GREETING)
MODERATION = ContributorFacts(
    "Kim Exempel", "", "Freies Radio", ContributorRole.DAY_MODERATION, "Fragt gern nach."
)
BOTH = "Aylin Beispiel; Prof. Dr. Ada Probe, Universität Musterstadt; Dr. Lale Mustermann, Leiterin, Hochschule Beispielheim"


def name(app: Flask, event_id: int, *named: tuple[str, ContributorFacts]) -> None:
    with app.app_context(), transaction() as session:
        for key, facts in named:
            add_to_place(session, event_id, key, facts, NOW)
        if session.get_one(Event, event_id).agenda_released_at is not None:
            release_now(session, event_id, NOW)


def a_full_day(app: Flask) -> tuple[int, dict[str, int]]:
    event_id, ids = a_day(app, released=True)
    run, item = f"run-{ids['1.1']}", f"item-{ids['item-1']}"
    people = [(run, ADA), (run, LALE), (run, MINUTES), (run, ASKED), (item, GREETING), ("day", MODERATION)]
    name(app, event_id, *people)
    return event_id, ids


def test_two_of_two_universities_cannot_be_mixed_up() -> None:
    def said(*people: tuple[str, str, str, ContributorRole]) -> tuple[str, ...]:
        return credit_lines(Credit(0, role, *words) for *words, role in people)

    lead_, talk = ContributorRole.FACILITATION, ContributorRole.TALK
    assert said(("A", "", "Uni X", lead_), ("B", "", "Uni Y", lead_)) == ("A, Uni X; B, Uni Y",)
    assert said(("A", "", "", lead_), ("B", "", "", lead_)) == ("A, B",)
    assert said(("C", "", "", talk), ("A", "", "", lead_), ("D", "Rektor", "", talk)) == (
        "Talk: C; D, Rektor",
        "A",
    )


def test_every_way_of_reading_the_agenda_says_the_same(app: Flask) -> None:
    a_full_day(app)
    visitor = Visitor(app.test_client())
    page = visitor.get(AGENDA).text
    for words in (
        *(BOTH, "Protokoll: Olga Entwurf", "Grußwort: Jon Beispiel, Oberbürgermeister"),
        *("Moderation des Tages: Kim Exempel, Freies Radio", "Forscht zu Akten.", "Fragt gern nach."),
    ):
        assert words in page
    with visitor.client.get(f"{AGENDA}.pdf") as response:
        printed = " ".join(text_of(response.data).split())
    for words in (BOTH, "Protokoll: Olga Entwurf", "Forscht zu Akten.", "Fragt gern nach."):
        assert words in printed
    read = json.loads(visitor.client.get(f"{AGENDA}.json").data)
    extras = read["schedule"]["x-fachtag"]
    assert [one["name"] for one in extras["moderation"]] == ["Kim Exempel"]
    first = next(iter(extras["workshops"].values()))
    assert [one["name"] for one in first["contributors"]][1:] == [ADA.name, LALE.name, MINUTES.name]
    assert first["contributors"][2]["organisation"] == "Hochschule Beispielheim"
    schedule = ET.fromstring(visitor.client.get(f"{AGENDA}.xml").data)  # noqa: S314  # our own
    persons = [one.text for one in schedule.iter("person")]
    assert "Dr. Lale Mustermann, Leiterin, Hochschule Beispielheim" in persons
    assert "Jon Beispiel, Oberbürgermeister" in persons
    calendar = visitor.client.get(f"{AGENDA}.ics").text.replace("\r\n ", "").replace("\\", "")
    assert f"{BOTH}nProtokoll: Olga Entwurf" in calendar


@pytest.mark.parametrize("ending", ["", ".json", ".xml", ".ics"])
def test_who_was_only_asked_stands_nowhere_in_public(app: Flask, ending: str) -> None:
    event_id, ids = a_full_day(app)
    item = f"item-{ids['item-1']}"
    name(
        app,
        event_id,
        (item, ASKED),
        ("day", ContributorFacts("Ulf Angefragt", role=MODERATION.role, confirmed=False)),
    )
    assert "Angefragt" not in app.test_client().get(f"{AGENDA}{ending}").text
    assert (
        "Ulf Angefragt, Landrat, Kreis Muster" in lead(app, event_id).get(PEOPLE.removesuffix("/people")).text
    )


@pytest.mark.parametrize("released", [False, True])
def test_people_are_named_changed_moved_confirmed_and_removed(app: Flask, released: bool) -> None:
    """Everybody sees it with the release, of the agenda or of its working copy."""
    event_id, ids = a_day(app, released=released)
    visitor, home = lead(app, event_id), f"{PEOPLE}/run-{ids['1.1']}"

    def in_public() -> str:
        with app.app_context(), transaction() as session:
            release_now(session, event_id, NOW)
        return visitor.get(AGENDA).text

    aylin = next(one for one in visitor.get(home).links() if re.fullmatch(rf"{home}/[0-9]+", one))
    form = visitor.get(f"{home}/new")
    assert form.values(form.form())["role"] == "facilitation"
    page = form.send(name=" Dr.  Lale Mustermann ", organisation="Hochschule", confirmed=None)
    assert (page.status, page.address) == (200, home)
    assert "angefragt" in page.text
    (lale,) = {one for one in page.links() if re.fullmatch(rf"{home}/-?[0-9]+", one)} - {aylin}
    for deed, order in (("up", ["Dr.", "Aylin"]), ("down", ["Aylin", "Dr."])):
        page = visitor.get(home).send(action=f"{lale}/{deed}")
        names = ("Dr. Lale", "Aylin Beispiel")
        assert [one.split()[0] for one in sorted(names, key=page.text.index)] == order
    visitor.get(home).send(action=f"{lale}/confirm")
    assert "Mustermann" not in visitor.get(AGENDA).text
    assert "Dr. Lale Mustermann, Hochschule" in in_public()
    (lale,) = {one for one in visitor.get(home).links() if re.fullmatch(rf"{home}/-?[0-9]+", one)} - {aylin}
    assert visitor.get(lale).send(function="Rektorin", role="minutes").address == home
    assert "Protokoll: Dr. Lale Mustermann, Rektorin, Hochschule" in in_public()
    assert visitor.get(f"{lale}/remove").send().address == home
    assert "Mustermann" not in in_public()
    assert visitor.get(lale).status == 404


def test_another_moderation_of_the_day_waits_for_its_release_as_well(app: Flask) -> None:
    event_id, _ids = a_full_day(app)
    visitor, programme = lead(app, event_id), PEOPLE.removesuffix("/people")
    assert f"{programme}/release" not in visitor.get(programme).links()
    visitor.get(f"{PEOPLE}/day/new").send(name="Olga Entwurf")
    page = visitor.get(programme)
    assert "Olga Entwurf" in page.text
    assert f"{programme}/release" in page.links()
    assert "Moderation des Tages: Kim Exempel, Freies Radio; Olga Entwurf" not in visitor.get(AGENDA).text


def test_who_may_not_edit_is_not_offered_to_take_a_change_back(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    programme = PEOPLE.removesuffix("/people")
    lead(app, event_id).get(f"{programme}/items/{ids['item-1']}").send(title="Ankommen mit Musik")
    restore = f"{programme}/item-{ids['item-1']}/restore"
    for email, role, offered in (
        ("vera@example.org", Role.VIEWER, False),
        ("otto@example.org", Role.ORGANISER, True),
    ):
        page = somebody(app, email, event_id, role).get(programme)
        assert "Ankommen mit Musik" in page.text
        assert (page.soup.find("form", action=restore) is not None) == offered


def test_two_on_one_person_see_both_texts(app: Flask) -> None:
    """F30"""
    event_id, ids = a_full_day(app)
    home = f"{PEOPLE}/item-{ids['item-1']}"
    with app.app_context():
        jon = db.session.query(Contributor).filter_by(name="Jon Beispiel").one().id
    visitor = lead(app, event_id)
    early, late = visitor.get(f"{home}/{jon}"), visitor.get(f"{home}/{jon}")
    assert early.send(function="Bürgermeister").address == home
    again = late.send(function="Dezernent")
    assert again.status == 409
    assert "Bürgermeister" in again.text
    assert again.values(again.form())["function"] == "Dezernent"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Aylin Beispiel"}, "name"),
        ({"name": "Neu", "role": "day_moderation"}, "role"),
        ({"name": "Neu", "about": "x" * 601}, "about"),
    ],
)
def test_a_refused_name_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(f"{PEOPLE}/run-{ids['1.1']}/new").send(**{"function": "Landrat", **typed})
    assert page.status == 422
    assert list(page.errors()) == [field]
    assert page.values(page.form())["function"] == "Landrat"


@pytest.mark.parametrize("key", ["", "run-999", "item-999", "round-1", "run-0x1", "day/x", f"run-{2**80}"])
def test_places_that_are_not_there(app: Flask, key: str) -> None:
    event_id, _ids = a_day(app)
    assert lead(app, event_id).get(f"{PEOPLE}/{key}").status == 404


def test_a_place_of_another_day_is_not_there(app: Flask) -> None:
    """T02"""
    _event_id, ids = a_day(app)
    other, _ = a_day(app, slug="anderer", programme=False)
    address = f"/organise/events/anderer/programme/people/run-{ids['1.1']}"
    assert lead(app, other).get(address).status == 404


def test_too_many_are_refused(app: Flask) -> None:
    event_id, _ids = a_day(app)
    many = [("day", ContributorFacts(str(n), role=MODERATION.role)) for n in range(MOST_CONTRIBUTORS)]
    name(app, event_id, *many)
    with pytest.raises(Refusal, match="at most"):
        name(app, event_id, ("day", MODERATION))


@pytest.mark.parametrize(
    "places",
    [
        lambda _ids: {},
        lambda ids: {"run_id": ids["1.1"], "item_id": ids["item-1"]},
        lambda ids: {"run_id": ids["1.1"], "role": ContributorRole.DAY_MODERATION},
    ],
)
def test_the_database_knows_one_place_and_its_role(
    app: Flask, places: Callable[[dict[str, int]], dict[str, object]]
) -> None:
    _event_id, ids = a_day(app)
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.add(Contributor(name="Nirgends", **places(ids)))
