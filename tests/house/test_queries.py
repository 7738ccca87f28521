# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How many statements a page costs: from cache one, a list the same with one row and with many.

The figures are equalities. Who makes a page cheaper lowers its number here; who makes it dearer says why.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.events.models import Event
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisations.rules import UsualKind
from app.people.rules import Role
from app.registration.admission import Entry
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.service import confirm, register
from app.web.database import db, transaction
from tests.abuse.world import LEAD, SLUG, build_world
from tests.factories.days import make_event, make_programme
from tests.factories.organising import Queries, somebody
from tests.factories.questions import make_questions
from tests.mailbox import link_in, mailbox
from tests.pages import Visitor, values_of
from tests.people.helpers import signed_in

DAY = "/events/musterfachtag"
CACHED = [DAY, f"{DAY}/agenda", f"{DAY}/agenda.json", f"{DAY}/agenda.xml", "/calendar/all.ics"]
CACHED += [
    f"{DAY}/agenda.atom",
    f"{DAY}/agenda.ics",
    f"{DAY}/agenda?kind=workshop",
    f"{DAY}/agenda?view=rooms",
]
CACHED += ["/calendar/events/musterfachtag.ics", "/calendar/regions/owl.ics", f"{DAY}/results"]
FIRST = {
    DAY: 13,  # with the programme, for search engines: seven kinds of things, rooms and kinds of items
    f"{DAY}/agenda": 4,
    f"{DAY}/agenda.json": 4,
    f"{DAY}/agenda.xml": 2,
    f"{DAY}/agenda.atom": 2,
    f"{DAY}/agenda.ics": 3,
    f"{DAY}/agenda?kind=workshop": 4,
    f"{DAY}/agenda?view=rooms": 5,  # in the house's order of rooms
    "/calendar/all.ics": 2,
    "/calendar/events/musterfachtag.ics": 3,
    "/calendar/regions/owl.ics": 2,
    f"{DAY}/results": 9,  # the agenda was read for its page
}
OTHERS = {
    "/": 2,
    "/calendar": 2,
    f"{DAY}/register": 4,
    f"{DAY}/register/sent": 1,
    f"{DAY}/register/waiting": 1,
}
# With a workshop chosen, without questions: 3 form, 14 send (two of them budgets, T08), 2 link, 7 confirm and the page.
WHOLE_REGISTRATION = 26


def count(app: Flask, client: FlaskClient, address: str, **headers: str) -> int:
    """Statements of one GET. BEGIN and the pragmas around it are not statements."""
    with Queries(app) as queries:
        response = client.get(address, headers=headers)
        response.get_data()
        response.close()
    assert response.status_code in {200, 304}, (address, response.status_code)
    return queries.count


@pytest.fixture
def house(app: Flask) -> Flask:
    build_world(app)
    return app


def test_a_page_from_cache_costs_one_statement(house: Flask) -> None:
    """Also with another visitor, in another language, and for a program that knows the answer already."""
    client = house.test_client()
    first = {address: count(house, client, address) for address in CACHED}
    assert {address: count(house, house.test_client(), address) for address in CACHED} == dict.fromkeys(
        CACHED, 1
    )
    for address in CACHED:
        tag = client.get(address).headers.get("ETag")
        if tag:
            assert count(house, client, address, **{"If-None-Match": tag}) == 1
    assert first == FIRST


def test_the_first_rendering_costs_the_same_with_a_longer_programme(app: Flask) -> None:
    found = []
    for slug, copies in (("kurz", 1), ("lang", 4)):
        with app.app_context(), transaction() as session:
            event = make_event(session, slug=slug)
            programme = make_programme(session, event)
            for number in range(copies - 1):
                _more(session, event, programme, number)
        client = app.test_client()
        pages = [
            f"/events/{slug}",
            f"/events/{slug}/agenda",
            f"/events/{slug}/agenda?view=rooms",
            f"/events/{slug}/register",
            f"/calendar/events/{slug}.ics",
        ]
        found.append([count(app, client, address) for address in pages])
    assert found[0] == found[1]


def _more(session, event, programme, number):  # type: ignore[no-untyped-def]
    from app.programme.plan import RunPlan
    from app.programme.rules import Thing
    from app.programme.workshop_facts import WorkshopFacts
    from app.scheduling.editing import add_run
    from tests.scheduling.steps import add, release_now

    for round_ in programme.rounds:
        facts = WorkshopFacts(f"Noch einer {number} {round_.number}", "Mehr.")
        workshop = add(session, event.id, Thing.WORKSHOP, facts, now()).id
        plan = RunPlan(f"{round_.number}.{number + 5}", round_.id, None, 9, workshop_id=workshop)
        add_run(session, event.id, plan, ("A", "B"), now())
        release_now(session, event.id, now())


def test_the_other_public_pages(house: Flask) -> None:
    client = house.test_client()
    first = count(house, client, f"{DAY}/register")
    assert first == 14  # reads the programme and the questions, which then are kept
    assert {address: count(house, client, address) for address in OTHERS} == OTHERS


@pytest.mark.long
def test_lists_cost_the_same_with_one_row_and_with_many(app: Flask) -> None:
    """Participants, workshops, mails, the dashboard, the exports: nothing is asked once per row."""
    with app.app_context(), transaction() as session:
        make_programme(session, make_event(session))
        event_id = session.scalars(select(Event.id)).one()
    lead = somebody(app, "jonas@example.org", event_id, Role.LEAD).client
    pages = [
        f"/organise/events/{SLUG}/{page}"
        for page in (
            "",
            "registrations",
            "workshops",
            "mails",
            "programme",
            "results",
            "registrations?status=registered",
        )
    ]
    _people(app, event_id, range(2))
    lead.get(pages[5])  # reads the agenda, which then is kept
    few = {page: count(app, lead, page) for page in pages}
    _people(app, event_id, range(2, 60))
    many = {page: count(app, lead, page) for page in pages}
    assert many == few
    assert max(few.values()) <= 16, few


def _people(app: Flask, event_id: int, numbers: range) -> None:
    with app.app_context():
        session = db.session
        first, second = session.execute(
            select(db.metadata.tables["run"].c.round_id, db.metadata.tables["run"].c.id)
            .order_by("id")
            .limit(2)
        ).all()
        session.rollback()
        for number in numbers:
            person = Person(
                f"Nummer {number}", "Reihe", f"n{number}@example.org", f"Amt {number}", "Beratung"
            )
            choice = {first[0]: (first if number % 2 else second)[1]}
            with transaction() as writing:
                made = register(
                    writing, event_id, Entry(person, f"nonce-reihe-{number:08d}", "de", choice), now()
                )
                confirm(writing, made.id, now())


@pytest.mark.parametrize("quotas", [0, 1])
def test_a_personal_page_costs_the_same_for_the_first_and_the_last_in_line(app: Flask, quotas: int) -> None:
    with app.app_context(), transaction() as session:
        event_id = make_event(session, capacity=2).id
        make_programme(session, session.get_one(Event, event_id))
        for _ in range(quotas):
            house = Aim(QuotaTarget.KIND, kind=UsualKind.OTHER)
            facts = QuotaFacts("Q", QuotaEffect.RESERVE, house, 2)
            add_quota(session, event_id, facts, PARTICIPANT, now())
    _people(app, event_id, range(8))
    from app.registration.links import personal_address

    with app.app_context():
        people = db.session.scalars(select(Registration).order_by(Registration.id)).all()
        pages = [personal_address(one) for one in people]
        db.session.rollback()
    client = app.test_client()
    client.get(pages[0])  # reads the programme
    found = {count(app, client, page) for page in pages}
    assert max(found) - min(found) <= 1 + 2 * quotas
    assert max(found) <= 6 + 4 * bool(quotas), found


def some_answers(session: Session, event_id: int) -> dict[str, str]:
    """What is sent for a choice, a text that hangs on it and is sensitive, and another text."""
    asked = make_questions(session, event_id)
    meal = asked["meal"]
    return {meal.field: str(meal.options[3].id), asked["diet"].field: "Nüsse", asked["badge"].field: "Erika"}


@pytest.mark.parametrize(("questions", "quotas"), [(False, 0), (True, 0), (False, 2)])
def test_a_whole_registration(app: Flask, questions: bool, quotas: int) -> None:
    """Form, post, mail opened, confirmed, personal page; the statements of the worker are not among them.

    Eight questions of all kinds cost six statements more, as many as two would: two count the seats of options with a
    limit, three write the answers down, one reads them. With quotas three more: read them, count the seat in all the
    person falls under, write down which these are.
    """
    allowed = WHOLE_REGISTRATION + 6 * questions + (3 if quotas else 0)
    with app.app_context(), transaction() as session:
        event = make_event(session)
        answers = some_answers(session, event.id) if questions else {}
        programme = make_programme(session, event)
        for number in range(quotas):
            house = Aim(QuotaTarget.KIND, kind=UsualKind.OTHER)
            effect = list(QuotaEffect)[number % 2]
            add_quota(session, event.id, QuotaFacts(f"Q{number}", effect, house, 9), PARTICIPANT, now())
        wish = {f"round-{programme.rounds[0].id}": str(programme.runs["1.1"].id)}
        warm = {
            "given_name": "Anna",
            "family_name": "Warm",
            "email": "warm@example.org",
            "organisation": "Amt",
        }
    browser = Visitor(app.test_client())
    browser.get(f"{DAY}/register").send(**warm)
    parts: dict[str, list[str]] = {}

    def step(name: str, act):  # type: ignore[no-untyped-def]
        with Queries(app) as queries:
            found = act()
        parts[name] = list(queries.statements)
        return found

    person = {**warm, "given_name": "Erika", "email": "erika@example.org", **wish, **answers}
    form = step("form", lambda: browser.get(f"{DAY}/register"))
    step("send, and the page after it", lambda: form.send(**person))
    link = link_in(mailbox(app).newest("erika@example.org"))
    page = step("link", lambda: browser.get(link))
    done = step("confirm, and the personal page after it", lambda: page.send(button="Anmeldung bestätigen"))
    assert done.heading == "Sie sind angemeldet"
    total = sum(map(len, parts.values()))
    figures = {name: len(found) for name, found in parts.items()}
    assert total == allowed, f"{total} statements: {figures}\n" + "\n".join(
        f"{name}: {_short(one)}" for name, found in parts.items() for one in found
    )
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        assert list(_reading_a_crowd(app, [one for found in parts.values() for one in found])) == []


# The tables that grow with the number of people, by the names that statements give them.
CROWD = r"(registration|place|answer|sensitive_answer|status_change|message|budget|consent)(_\d+)?"
# A whole table, or everybody of a day: an index of which the day alone is used.
READS_A_CROWD = re.compile(rf"SCAN {CROWD}\b|SEARCH {CROWD} USING .*\(event_id=\?\)")


def _reading_a_crowd(app: Flask, statements: list[str]) -> Iterator[str]:
    """What costs the more the more people there are, as SQLite plans it without having counted its rows: it once read
    all of a day's registrations for each new one."""
    with app.app_context():
        raw = db.session.connection().connection.dbapi_connection
        for one in statements:
            for line in raw.execute(f"EXPLAIN QUERY PLAN {one}", [None] * one.count("?")):
                if READS_A_CROWD.search(line[3]):
                    yield f"{line[3]}: {_short(one)}"


def _short(statement: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"SELECT .*? FROM", "SELECT … FROM", statement, flags=re.DOTALL))[:160]


def test_who_knocks_at_the_organisers_door_costs_little(house: Flask) -> None:
    """Two statements find the visitor, the event and the role, before anything is asked for the page."""
    assert count(house, signed_in(house, LEAD), "/organise/account") <= 3
    with Queries(house) as queries:
        house.test_client().get(f"/organise/events/{SLUG}/registrations")
    assert queries.count == 0


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("page", ["register", "register/group"])
def test_a_known_address_costs_what_a_new_one_costs(app: Flask, page: str, confirmed: bool) -> None:
    """T09: who sends a form with somebody else's address learns nothing from the time of the answer. `tools.timing`
    measures it; here the statements are counted: as many, and of each table as many, except that the letter to who is
    known and the guest of a group stand for a line in the history. A savepoint is none, as BEGIN is none."""
    with app.app_context(), transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        run = {f"round-{programme.rounds[0].id}": str(programme.runs["1.1"].id)}
        event_id = event.id
    with app.app_context():
        for name in ("warm", "bekannt"):
            entry = Entry(Person("Erika", "Probe", f"{name}@example.org", "Amt"), f"nonce-{name}")
            with transaction() as writing:
                number = register(writing, event_id, entry, now()).id
            if confirmed:
                with transaction() as writing:
                    confirm(writing, number, now())
    browser = Visitor(app.test_client())
    found = {}
    for name in ("warm", "vorher", "neu", "bekannt"):
        form = browser.get(f"{DAY}/{page}")
        typed = {"given_name": "Erika", "family_name": "Probe", "email": f"{name}@example.org"}
        if page == "register":
            values = {**typed, "organisation": "Amt", **run}
        else:
            contact = {**typed, "email": f"kontakt-{name}@example.org", "organisation": "Amt"}
            values = contact | {f"rows-0-{field}": value for field, value in typed.items()}
        data = values_of(form.form()) | values
        with Queries(app) as queries:
            assert browser.client.post(f"{DAY}/{page}", data=data).status_code == 303
        found[name] = sorted(_kind(one) for one in queries.statements if "SAVEPOINT" not in one)
    new = found["neu"].copy()
    new.remove("INSERT INTO status_change")
    known = found["bekannt"].copy()
    known.remove("UPDATE registration" if page == "register" else "INSERT INTO group_guest")
    assert known == new


def _kind(statement: str) -> str:
    words = statement.split()
    table = words[words.index("FROM") + 1] if words[0] == "SELECT" else ""
    return f"SELECT {table}" if table else " ".join(words[: 2 if words[0] == "UPDATE" else 3])
