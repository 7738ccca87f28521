# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' pages of organisations, and the page of people who seem to be registered twice."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees.models import DistinctPair
from app.organisations.models import Organisation
from app.organisations.rules import UsualKind
from app.people.rules import Role
from app.registration.models import Registration
from app.registration.service import confirm, register
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import Queries, a_day, somebody
from tests.pages import Page, Visitor
from tests.people.helpers import an_organiser, signed_in
from tests.registration.steps import KI, TOWN, Entry, add_organisations, person

ALL = "/organise/organisations"
TYPED = "KI Musterau"


def joins(app: Flask, event_id: int, name: str, organisation: str = TYPED, **changes: str) -> None:
    with app.app_context(), transaction() as session:
        someone = person(name, organisation=organisation, **changes)
        confirm(session, register(session, event_id, Entry(someone, f"nonce-{name}-0123456789"), NOW).id, NOW)


def admin(app: Flask) -> Visitor:
    with app.app_context():
        add_organisations()
    an_organiser(app, "ada@example.org", name="Ada Muster", is_admin=True)
    return Visitor(signed_in(app, "ada@example.org"))


def id_of(app: Flask, name: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


def rows(page: Page) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.soup.select("tbody tr")
    ]


def test_a_typed_name_is_merged_into_the_one_it_means_and_taken_back(app: Flask) -> None:
    visitor = admin(app)
    event_id, _ = a_day(app)
    joins(app, event_id, "pia")
    joins(app, event_id, "uwe")
    page = visitor.get("/organise/").follow("Organisationen")
    assert rows(page)[0] == [f"{TYPED} vorläufig Vielleicht gemeint {KI}", "Sonstige", "–", "2"]
    assert len(rows(page)) == 4
    page = page.follow(KI)  # the suggestion; the organisation itself stands below
    assert page.heading == f"„{TYPED}“ zusammenführen"
    assert f"2 Anmeldungen gehen an „{KI}“ über." in page.text
    page = page.send(button="Zusammenführen")
    assert page.heading == KI
    assert (
        f"„{TYPED}“ ist jetzt eine andere Schreibweise dieser Organisation. 2 Anmeldungen sind mitgekommen."
        in page.text
    )
    assert [row[0] for row in rows(page)] == ["Musterfachtag: Vom Einzelfall zur Struktur", TYPED]
    page = page.send(button="Zurücknehmen")
    assert (page.heading, page.status) == (TYPED, 200)
    assert f"„{TYPED}“ ist wieder eine eigene Organisation." in page.text


SPELLINGS = ["Caritas Musterstadt e. V.", "Caritas-Verband Musterstadt", "Caritasverband Musterstadt"]


def test_new_spellings_are_proposed_to_each_other(app: Flask) -> None:
    """Nobody knows the organisation yet, and three people wrote it in three ways."""
    visitor = admin(app)
    event_id, _ = a_day(app)
    for number, name in enumerate(SPELLINGS):
        joins(app, event_id, f"person{number}", name)
    page = visitor.get(ALL)
    for name in SPELLINGS:
        [row] = [row[0] for row in rows(page) if row[0].startswith(f"{name} vorläufig")]
        assert {one for one in SPELLINGS if f"Vielleicht gemeint {one} vorläufig" in row} == {*SPELLINGS} - {
            name
        }
    for name in SPELLINGS[:2]:
        page = visitor.get(f"{ALL}/{id_of(app, name)}/merge").follow(SPELLINGS[2])
        assert f"1 Anmeldung geht an „{SPELLINGS[2]}“ über." in page.text
        assert ("wird damit aufgenommen" in page.text) is (name == SPELLINGS[0])
        page = page.send(button="Zusammenführen")
        assert page.heading == SPELLINGS[2]
    assert not any("vorläufig" in row[0] for row in rows(visitor.get(ALL)))
    with app.app_context():
        assert {one.organisation.name for one in db.session.scalars(select(Registration))} == {SPELLINGS[2]}


def test_refusals_are_sentences_and_keep_what_was_typed(app: Flask) -> None:
    """A11Y-06, F30"""
    visitor = admin(app)
    event_id, _ = a_day(app)
    joins(app, event_id, "pia")
    own = f"{ALL}/{id_of(app, TYPED)}"
    page = visitor.get(own).send(name=KI, district="Kreis Neu")
    assert (page.status, page.errors()) == (
        422,
        {"name": "Es gibt schon eine Organisation mit diesem Namen. Führen Sie die beiden zusammen."},
    )
    assert page.values(page.form(own))["district"] == "Kreis Neu"
    open_form = visitor.get(own)
    assert visitor.get(own).send(kind="ki", known=True).status == 200
    page = open_form.send(district="Kreis Neu")
    assert page.status == 409
    assert "Kommunales Integrationszentrum" in page.text  # what is stored now stands beside it
    page = page.send()
    assert page.status == 200
    with app.app_context():
        stored = db.session.get_one(Organisation, id_of(app, TYPED))
        assert (stored.kind, stored.district, stored.provisional) == (
            UsualKind.OTHER,
            "Kreis Neu",
            True,
        )


def test_a_stale_merge_page_is_refused(app: Flask) -> None:
    visitor = admin(app)
    event_id, _ = a_day(app)
    joins(app, event_id, "pia")
    page = visitor.get(f"{ALL}/{id_of(app, TYPED)}/merge?into={id_of(app, KI)}")
    visitor.get(f"{ALL}/{id_of(app, KI)}/merge?into={id_of(app, TOWN)}").send(button="Zusammenführen")
    page = page.send(button="Zusammenführen")
    assert page.status == 422
    assert "Bitte wählen Sie diese." in page.text
    for into in ("", "abc", "0", str(id_of(app, TYPED)), str(2**63)):
        page = visitor.get(f"{ALL}/{id_of(app, TYPED)}/merge?into={into}")
        assert (page.status, "Was folgt" in page.text) == (200, False)


def test_an_administrator_adds_one(app: Flask) -> None:
    visitor = admin(app)
    page = (
        visitor.get(ALL).follow("Organisation hinzufügen").send(name="Amt Neu", kind="state", district="NRW")
    )
    assert "„Amt Neu“ ist gespeichert." in page.text
    assert ["Amt Neu", "Land", "NRW", "0"] in rows(page)
    again = visitor.get(f"{ALL}/new").send(name="AMT NEU")
    assert (again.status, list(again.errors())) == (422, ["name"])


def test_search_finds_other_spellings(app: Flask) -> None:
    visitor = admin(app)
    event_id, _ = a_day(app)
    joins(app, event_id, "pia")
    visitor.get(f"{ALL}/{id_of(app, TYPED)}/merge?into={id_of(app, TOWN)}").send(button="Zusammenführen")
    joins(app, event_id, "uwe", "Verein 100 %")
    for query, names in (
        ("q=ki+musterau", [KI, TOWN]),
        ("q=%25", ["Verein 100 % vorläufig"]),
        ("show=provisional", ["Verein 100 % vorläufig"]),
        ("q=gibtsnicht", []),
        ("show=", ["Verein 100 % vorläufig", "Ausländerbehörde Musterau", KI, TOWN]),
    ):
        assert [row[0] for row in rows(visitor.get(f"{ALL}?{query}"))] == names


@pytest.mark.long
def test_a_list_costs_the_same_with_one_row_and_with_many(app: Flask) -> None:
    visitor = admin(app)
    event_id, _ = a_day(app, capacity=None)
    found = []
    for numbers in (range(1), range(1, 40)):
        for number in numbers:
            joins(app, event_id, f"p{number}", f"Amt {number}")
        with Queries(app) as queries:
            visitor.get(ALL)
        found.append(queries.count)
    assert found[0] == found[1]


# -- who may what


@pytest.fixture
def two_days(app: Flask) -> tuple[int, int]:
    with app.app_context(), transaction() as session:
        return make_event(session).id, make_event(session, slug="fremder-tag", title="Fremder Tag").id


def test_whoever_changes_people_of_a_day_changes_what_they_typed(
    app: Flask, two_days: tuple[int, int]
) -> None:
    """T01: what concerns days of others stays as it is, and what is only there is not even seen."""
    admin(app)
    mine, other = two_days
    joins(app, mine, "pia")
    joins(app, mine, "kim", KI)
    joins(app, mine, "ben", "Geteilter Verein")
    joins(app, other, "cem", "Geteilter Verein")
    joins(app, other, "dana", "Fremder Verein")
    visitor = somebody(app, "otto@example.org", mine, Role.ORGANISER)
    assert [row[0] for row in rows(visitor.get(ALL))] == [
        "Geteilter Verein vorläufig",
        f"{TYPED} vorläufig Vielleicht gemeint {KI}",
        KI,
    ]
    typed, shared, foreign, ki = (
        id_of(app, name) for name in (TYPED, "Geteilter Verein", "Fremder Verein", KI)
    )
    for one in (shared, ki):
        page = visitor.get(f"{ALL}/{one}")
        assert "Die Verwaltung der Installation kann sie ändern." in page.text
        assert "Fremder Tag" not in page.text
        assert visitor.get(f"{ALL}/{one}/merge").status == 404
        answer = visitor.post(f"{ALL}/{one}", {**FILLED, "csrf_token": token(visitor)})
        assert answer.status == 404
    assert visitor.get(f"{ALL}/{foreign}").status == 404
    assert visitor.get(f"{ALL}/new").status == 403
    page = visitor.get(f"{ALL}/{typed}/merge?into={ki}").send(button="Zusammenführen")
    assert page.heading == KI
    assert page.send(button="Zurücknehmen").heading == TYPED


FILLED = {"name": "Umbenannt", "kind": "other", "district": "", "region_id": "", "version": "1"}


def token(visitor: Visitor) -> str:
    page = visitor.get("/organise/account/name")
    return str(page.soup.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]


def test_what_was_typed_on_days_of_others_is_not_proposed(app: Flask, two_days: tuple[int, int]) -> None:
    """T01: nobody else has seen that name, and it is not one's own to accept."""
    mine, other = two_days
    own, shared, foreign = SPELLINGS
    joins(app, mine, "pia", own)
    for day, name in ((mine, "ben"), (other, "cem")):
        joins(app, day, name, shared)
    joins(app, other, "dana", foreign)
    visitor = somebody(app, "otto@example.org", mine, Role.ORGANISER)
    assert [row[0] for row in rows(visitor.get(ALL))] == [f"{own} vorläufig", f"{shared} vorläufig"]
    for target in (shared, foreign):
        page = visitor.get(f"{ALL}/{id_of(app, own)}/merge?into={id_of(app, target)}")
        assert "Was folgt" not in page.text
        assert target not in page.text
        sent = {"into": str(id_of(app, target)), "csrf_token": token(visitor)}
        assert visitor.post(f"{ALL}/{id_of(app, own)}/merge", sent).status in {404, 422}


@pytest.mark.parametrize("role", [Role.CHECK_IN, Role.VIEWER])
def test_looking_is_not_enough(app: Flask, two_days: tuple[int, int], role: Role) -> None:
    mine, _ = two_days
    joins(app, mine, "pia")
    visitor = somebody(app, "vera@example.org", mine, role)
    assert "Noch keine Organisationen" in visitor.get(ALL).text
    assert visitor.get(f"{ALL}/{id_of(app, TYPED)}").status == 404


def test_a_merge_of_others_is_not_taken_back(app: Flask, two_days: tuple[int, int]) -> None:
    """T02"""
    mine, other = two_days
    joins(app, mine, "pia")
    joins(app, other, "uwe")
    chief = admin(app)
    chief.get(f"{ALL}/{id_of(app, TYPED)}/merge?into={id_of(app, KI)}").send(button="Zusammenführen")
    visitor = somebody(app, "otto@example.org", mine, Role.LEAD)
    assert "Zurücknehmen" not in visitor.get(f"{ALL}/{id_of(app, KI)}").text
    assert visitor.post(f"{ALL}/merges/1/undo", {"csrf_token": token(visitor)}).status == 404
    assert visitor.post(f"{ALL}/merges/99/undo", {"csrf_token": token(visitor)}).status == 404


def test_what_a_stranger_typed_is_only_text(app: Flask) -> None:
    """T10: in the list, on the page, in the question and in the sentence after it."""
    visitor = admin(app)
    event_id, _ = a_day(app)
    evil = "<script>alert(1)</script>%(name)s{{7*7}}"
    joins(app, event_id, "pia", evil)
    one = id_of(app, evil)
    for address in (ALL, f"{ALL}/{one}", f"{ALL}/{one}/merge?into={id_of(app, KI)}"):
        assert evil in visitor.get(address).text
        assert "<script>alert" not in visitor.get(address).response.text
    page = visitor.get(f"{ALL}/{one}/merge?into={id_of(app, KI)}").send(button="Zusammenführen")
    assert f"„{evil}“ ist jetzt eine andere Schreibweise" in page.text


# -- registered twice


def test_two_registrations_of_one_person_are_shown_until_somebody_says_they_are_two(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = somebody(app, "lea@example.org", event_id, Role.ORGANISER)
    page = visitor.get("/organise/events/musterfachtag/registrations").follow("Doppelt angemeldet?")
    assert "Niemand scheint doppelt angemeldet zu sein" in page.text
    joins(app, event_id, "a1", given_name="Alex")
    joins(app, event_id, "a2", given_name="Alex")
    page = visitor.get(page.address)
    [[first, second, alike]] = rows(page)
    assert first == f"Beispiel, Alex a1@example.org {TYPED} Angemeldet"
    assert second == f"Beispiel, Alex a2@example.org {TYPED} Angemeldet"
    assert alike.startswith("Name Organisation Das sind zwei Personen")
    page = page.send(button="Das sind zwei Personen")
    assert "Niemand scheint doppelt angemeldet zu sein" in page.text
    with app.app_context():
        assert db.session.scalars(select(DistinctPair.organiser_id)).one() is not None
        assert len(db.session.scalars(select(Registration.id)).all()) == 2
    looking = somebody(app, "chris@example.org", event_id, Role.CHECK_IN)
    assert looking.get(page.address).status == 403
