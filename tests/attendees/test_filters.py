# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whom a list is about, in which order, and what it says of them: on the page, in the address and in the file."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.attendees import lists
from app.attendees.filters import (
    SortOrder,
    Wanted,
    Without,
    conditions,
    how_many_accompany,
    is_search,
    searched_ids,
)
from app.events.models import Event
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisations.models import Organisation
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation
from app.programme.models import Run
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.questions.models import Answer
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import RoundAnswer, Status
from app.registration.workshops.models import RunStaff, StaffRole, Wish
from app.registration.workshops.places import Choices
from app.web.database import db, transaction
from tests.attendees.test_exports import read_csv, read_xlsx, take_out
from tests.factories.days import NOW
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import open_day

OTTO = "otto@example.org"
KI, OFFICE = "KI Kreis Musterau", "Ausländerbehörde Probeburg"


def names(page: Page) -> list[str]:
    return [tag.get_text(" ", strip=True).partition(",")[0] for tag in page.soup.select("main tbody th a")]


def busy_day(app: Flask) -> tuple[Day, dict[str, str]]:
    """Anders (KI, vegan), Brandt (KI, waits), Celik (office, everything), Dorn (nobody knows from where)."""
    day = a_day(app, capacity=3)
    with app.app_context(), transaction() as session:
        add_organisation(session, KI, kind=UsualKind.KI, district="Kreis Musterau")
        office = add_organisation(
            session, OFFICE, kind=UsualKind.IMMIGRATION_OFFICE, district="Kreis Probeburg"
        )
        asked = make_questions(session, day.event_id)
        aim = Aim(QuotaTarget.ORGANISATION, organisation_id=office.id)
        quota = add_quota(session, day.event_id, QuotaFacts("Amt", QuotaEffect.CAP, aim, 5), PARTICIPANT, NOW)
        meal, needs = asked["meal"], asked["needs"]
        known = {
            "vegan": str(meal.options[2].id),
            "quiet": str(needs.options[1].id),
            "meal": meal.field,
            "needs": needs.field,
            "quota": str(quota.id),
        }
        vegan = {meal.id: (meal.options[2].id,)}
        everything = {meal.id: (meal.options[0].id,)}
    run = {day.rounds[0]: day.runs["1.1"]}
    signs_up(app, day, 1, family_name="Anders", organisation=KI, given=vegan, choices=run)
    signs_up(app, day, 2, family_name="Celik", organisation=OFFICE, given=everything)
    signs_up(app, day, 3, family_name="Dorn", organisation="Irgendwo")
    signs_up(app, day, 4, family_name="Brandt", organisation=KI)
    return day, known


def test_filters_alone_and_together(app: Flask) -> None:
    day, known = busy_day(app)
    visitor, address = Visitor(signed_in(app, OTTO)), f"{day.home}/registrations"
    for query, found in [
        ({"kind": "ki"}, ["Anders", "Brandt"]),
        ({"district": "Kreis Probeburg"}, ["Celik"]),
        ({"organisation": KI}, ["Anders", "Brandt"]),
        ({"organisation": "probeburg"}, ["Celik"]),
        ({"quota": known["quota"]}, ["Celik"]),
        ({"answer": known["vegan"]}, ["Anders"]),
        ({"run": str(day.runs["1.1"])}, ["Anders"]),
        ({"kind": "ki", "status": "waiting"}, ["Brandt"]),
        ({"kind": "ki", "status": "registered", "q": "and", "answer": known["vegan"]}, ["Anders"]),
        ({"kind": "ki", "district": "Kreis Probeburg"}, []),
        ({"sort": "status"}, ["Anders", "Celik", "Dorn", "Brandt"]),
        ({"sort": "organisation"}, ["Celik", "Dorn", "Anders", "Brandt"]),
        ({"sort": "waiting"}, ["Brandt", "Anders", "Celik", "Dorn"]),
    ]:
        assert names(visitor.get(address, query_string=query)) == found, query
        file = read_csv(take_out(visitor.client, day, "csv", **query))
        assert [line[1] for line in file[1:]] == found, query


def test_who_is_nowhere_in_a_round(app: Flask) -> None:
    """A place, an absence, a role, or a workshop that goes on from the round before: each is somewhere. Who waits for a
    seat of the day is not asked."""
    day = a_day(app, capacity=6)
    with app.app_context(), transaction() as session:
        set_run_in(session, day.runs["1.1"], spans=2, room_id=None)
    first, second = day.rounds
    in_first: Choices = {first: day.runs["1.2"]}
    chosen: list[Choices] = [
        {first: day.runs["1.1"]},
        {**in_first, second: day.runs["2.1"]},
        {**in_first, second: RoundAnswer.ABSENT},
        in_first,
        {},
        in_first,
        {},
    ]
    for number, choices in enumerate(chosen, start=1):
        signs_up(app, day, number, choices=choices, family_name=f"Muster{number}")
    with app.app_context(), transaction() as session:
        sixth = session.scalars(select(Registration.id).where(Registration.family_name == "Muster6")).one()
        session.add(RunStaff(run_id=day.runs["2.1"], registration_id=sixth, role=StaffRole.FACILITATOR))
    visitor = Visitor(signed_in(app, OTTO))
    page = visitor.get(f"{day.home}/registrations?without=place")
    assert names(page) == ["Muster4", "Muster5"]
    assert "Ohne: Workshop in einer der Runden" in page.text
    lists_page = visitor.get(f"{day.home}/workshops")
    assert "2 von 6 Teilnehmenden haben in einer der Runden keinen Workshop." in lists_page.text
    assert names(lists_page.follow("Anzeigen")) == ["Muster4", "Muster5"]


def set_run_in(session: Session, run_id: int, **facts: object) -> None:
    for name, value in facts.items():
        setattr(session.get_one(Run, run_id), name, value)


def test_the_alias_of_an_organisation_means_it(app: Flask) -> None:
    day, _ = busy_day(app)
    with app.app_context(), transaction() as session:
        into = session.scalars(select(Organisation.id).where(Organisation.name == OFFICE)).one()
        add_organisation(session, "ABH").merged_into_id = into
    page = Visitor(signed_in(app, OTTO)).get(f"{day.home}/registrations?organisation=abh")
    assert names(page) == ["Celik"]


@pytest.mark.parametrize(
    "query",
    [
        "kind=kis",
        "district=Mond",
        "quota=99",
        "quota=x",
        "answer=99",
        "answer=-1",
        "sort=id",
        "without=x",
        "without=wish",
    ],
)
def test_a_filter_that_does_not_exist_shows_nothing(app: Flask, query: str) -> None:
    day, _ = busy_day(app)
    assert signed_in(app, OTTO).get(f"{day.home}/registrations?{query}").status_code == 404


def test_sensitive_answers_are_no_filter_and_no_column(app: Flask) -> None:
    """DP-04: whoever filters by an answer learns who gave it."""
    day, known = busy_day(app)
    client = signed_in(app, OTTO)
    address = f"{day.home}/registrations"
    assert client.get(f"{address}?answer={known['quiet']}").status_code == 404
    page = Visitor(client).get(f"{address}?col={known['needs']}&col=email")
    assert "Was brauchen Sie?" not in page.response.text
    # In what could be chosen or followed; elsewhere random characters may spell the short name of a field.
    offered = {tag["value"] for tag in page.soup.select("input[name=col]")}
    assert "email" in offered
    assert known["needs"] not in offered
    assert [
        tag["href"]
        for tag in page.soup.select("a[href]:not([hreflang])")
        if f"={known['needs']}" in tag["href"]
    ] == []


def test_chips_take_one_filter_away_and_keep_the_others(app: Flask) -> None:
    day, _ = busy_day(app)
    visitor, address = Visitor(signed_in(app, OTTO)), f"{day.home}/registrations"
    page = visitor.get(f"{address}?q=a&kind=ki&status=registered&sort=status")
    chips = {tag.span.get_text(): tag["href"] for tag in page.soup.select(".chip")}
    assert chips == {
        "Suche: a": f"{address}?status=registered&kind=ki&sort=status",
        "Status: Angemeldet": f"{address}?q=a&kind=ki&sort=status",
        "Art der Organisation: Kommunales Integrationszentrum": f"{address}?q=a&status=registered&sort=status",
    }
    assert visitor.get(address).soup.select(".chip") == []
    nobody = visitor.get(f"{address}?q=nirgends")
    assert "Niemand passt dazu" in nobody.text


def test_columns_on_the_page_and_in_the_file(app: Flask) -> None:
    """What was chosen stands in the address, is remembered in this browser, and can be taken out as it is."""
    day, known = busy_day(app)
    client = signed_in(app, OTTO)
    visitor, address = Visitor(client), f"{day.home}/registrations"

    def heads(page: Page) -> list[str]:
        return [tag.get_text(" ", strip=True) for tag in page.soup.select("main thead th")][2:]

    usual = ["Organisation", "Status", "Workshops", "Angemeldet am"]
    assert heads(visitor.get(address)) == usual
    chosen = visitor.get(f"{address}?col=&col=email&col=quotas&col={known['meal']}&col=nonsense")
    assert heads(chosen) == ["E-Mail-Adresse", "Kontingente", "Verpflegung"]
    celik = chosen.soup.select("main tbody tr")[2]
    assert [cell.get_text(strip=True) for cell in celik.select("td")[1:]] == [
        "person2@example.org",
        "Amt",
        "alles",
    ]
    assert heads(visitor.get(address)) == heads(chosen)
    assert heads(Visitor(signed_in(app, "lea@example.org")).get(address)) == usual
    shown = f"email quotas {known['meal']}"
    file = read_xlsx(take_out(client, day, "xlsx", columns="shown", shown=shown, sort="status"))
    assert file[:2] == [
        ["Nachname", "Vorname", "E-Mail-Adresse", "Kontingente", "Verpflegung"],
        ["Anders", "Aylin", "person1@example.org", None, "vegan"],
    ]
    assert heads(visitor.get(f"{address}?col=")) == []


def test_every_page_of_every_order_and_filter_is_the_file_cut_into_pieces(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages, read from both ends, hold what one statement says, nobody twice and nobody left out."""
    day, known = busy_day(app)
    monkeypatch.setattr(lists, "PAGE_LENGTH", 3)
    with app.app_context(), transaction() as session:
        pattern = session.scalars(select(Registration).order_by(Registration.id)).first()
        assert pattern is not None
        columns = Registration.__mapper__.column_attrs.keys()
        organisations = session.scalars(select(Organisation.id)).all()
        rows = []
        for number in range(20):
            row = {name: getattr(pattern, name) for name in columns if name != "id"}
            waits = number % 3 == 0
            row |= {
                "reference": f"R{number}",
                "nonce": f"n{number}",
                "email_key": f"x{number}@example.org",
                "sort_key": f"muster{number % 4}",
                "organisation_id": organisations[number % len(organisations)],
                "status": Status.WAITING if waits else Status.REGISTERED,
                "has_seat": not waits,
                "waiting_number": 100 - number if waits else None,
            }
            rows.append(row)
        new = session.scalars(insert(Registration).returning(Registration.id), rows).all()
        option = int(known["vegan"])
        session.execute(
            insert(Answer),
            [
                {"registration_id": one, "question_id": 1, "number": 1, "option_id": option, "asked": "", "text": "", "holds": False}
                for one in new[::2]
            ],
        )  # fmt: skip
    with app.app_context():
        event = db.session.get_one(Event, day.event_id)
        ways = [
            {},
            {"status": Status.REGISTERED},
            {"kind": UsualKind.KI},
            {"option_id": option},
            {"text": "muster1"},
            {"text": "r1", "kind": UsualKind.KI},
            {"run_id": day.runs["1.1"]},
        ]
        for order, narrow in product(SortOrder, ways):
            wanted = Wanted(order=order, **narrow)
            every = lists.every_id(db.session(), event, wanted)
            first = lists.list_people(db.session(), event, wanted, 1)
            read = [
                row.registration.id
                for number in range(1, first.pages + 1)
                for row in lists.list_people(db.session(), event, wanted, number).items
            ]
            assert (read, first.total) == (list(every), len(every)), wanted
            by_status = lists.count_day(db.session(), event).people
            counted = lists.list_people(db.session(), event, wanted, 2, by_status=by_status)
            assert [row.registration.id for row in counted.items] == read[3:6] or first.pages == 1
        assert len(lists.every_id(db.session(), event, Wanted())) == 24


def test_who_comes_along_is_a_column_a_filter_and_a_sum(app: Flask) -> None:
    """Of those whom the list shows; a figure says how many of them have a seat."""
    day = a_day(app, capacity=6)
    signs_up(app, day, 1, family_name="Anders", accompanying=2)
    signs_up(app, day, 2, family_name="Brandt")
    signs_up(app, day, 3, family_name="Celik", accompanying=1)
    signs_up(app, day, 4, family_name="Dorn", accompanying=1)  # waits
    visitor = Visitor(signed_in(app, OTTO))
    page = visitor.get(f"{day.home}/registrations?col=accompanying")
    assert "4 Personen + 4 Begleitpersonen" in page.text
    assert "Begleitpersonen mit Platz" in page.text
    assert [row.get_text(strip=True) for row in page.soup.select("main tbody td:last-of-type")] == [
        "2",
        "–",
        "1",
        "1",
    ]
    page = visitor.get(f"{day.home}/registrations?accompanied=yes&status=registered")
    assert (names(page), "2 Personen + 3 Begleitpersonen" in page.text) == (["Anders", "Celik"], True)
    assert "Begleitpersonen: mindestens eine" in page.text
    assert visitor.get(f"{day.home}/registrations?accompanied=maybe").status == 404
    file = read_csv(take_out(visitor.client, day, "csv", accompanied="yes"))
    assert [line[file[0].index("Begleitpersonen")] for line in file[1:]] == ["2", "1", "1"]
    assert "6 von 6" in visitor.get(day.home).text


def test_a_day_that_never_asked_offers_no_such_filter(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).asks_accompanying = False
    signs_up(app, day)
    page = Visitor(signed_in(app, OTTO)).get(f"{day.home}/registrations")
    assert page.soup.select_one("#f-accompanied") is None
    assert "Begleitperson" not in page.heading


def test_who_has_said_nothing_while_people_may_wish(app: Flask) -> None:
    """Nobody who wished, stays away or leads something, and nobody of another day."""
    with app.app_context():
        day, other = open_day(capacity=5), open_day(slug="anderer-tag")
        day.join("anna", "ben", "cem", "dora", "emil", "fritz")
        other.join("gerd")
        day.choose("ben", "1:absent")
        with transaction() as session:
            run = session.get_one(Run, day.runs["1.1"])
            wish = Wish(registration_id=day.ids["anna"], round_id=run.round_id, run_id=run.id, rank=1)
            leads = RunStaff(run_id=run.id, registration_id=day.ids["cem"], role=StaffRole.FACILITATOR)
            session.add_all([wish, leads])
        found = conditions(db.session(), day.event, Wanted(without=Without.WISH))
        silent = db.session.scalars(select(Registration.given_name).where(*found).order_by(Registration.id))
        assert list(silent) == ["Dora", "Emil"]


@pytest.mark.parametrize(("text", "narrows"), [("", False), ("mu", False), ("m u", False), ("mus", True)])
def test_two_letters_are_no_search_yet(text: str, narrows: bool) -> None:
    assert is_search(Wanted(text=text)) is narrows


def test_nobody_is_none(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.join("anna")
        session, nobody = db.session(), Registration.id < 0
        assert searched_ids(session, [nobody], SortOrder.NAME, 0, 3) == ([], 0)
        assert [how_many_accompany(session, [one]) for one in (nobody, ~nobody)] == [0, 0]
