# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A participant's way: form, mail, confirmation, personal page, workshops, waiting, cancelling, calendar."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisations.rules import UsualKind
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event, make_programme
from tests.ical.readers import read_everywhere
from tests.mailbox import calendar_of, link_in, mailbox, text_of
from tests.pages import Page, Visitor

PERSON = {
    "given_name": "Svenja",
    "family_name": "Demohaus",
    "email": "svenja.demohaus@example.org",
    "organisation": "Der Paritätische, Kreisgruppe (Beispiel)",
    "role_title": "Beratung",
}


@pytest.fixture
def day(app: Flask) -> dict[str, int]:
    """A day with two seats and two rounds; ids of its runs by label."""
    with app.app_context(), transaction() as session:
        event = make_event(session, capacity=2)
        programme = make_programme(session, event)
        programme.runs["1.1"].capacity = 1
        event.agenda_released_at = event.created_at
        event.revision += 1
        ids = {label: run.id for label, run in programme.runs.items()}
        return ids | {f"round{run.round.number}": run.round_id for run in programme.runs.values()}


def sign_up(client: FlaskClient, number: int = 0, **changes: str) -> Page:
    person = {**PERSON, "email": f"person{number}@example.org", "given_name": f"Nummer{'abcdefgh'[number]}"}
    return Visitor(client).get("/events/musterfachtag/register").send(**{**person, **changes})


def confirm(app: Flask, client: FlaskClient, email: str) -> Page:
    link = link_in(mailbox(app).newest(email))
    return Visitor(client).get(link).send(button="Anmeldung bestätigen")


def statuses(app: Flask) -> dict[str, Status]:
    with app.app_context():
        return {r.email: r.status for r in db.session.scalars(select(Registration))}


def test_registers_confirms_and_is_in(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    page = Visitor(client).get("/events/musterfachtag/register")
    assert page.status == 200
    page = page.send(**PERSON, **{f"round-{day['round1']}": str(day["1.1"])})
    assert page.heading == "Bitte per E-Mail bestätigen"
    assert "svenja" not in page.address.lower()
    assert statuses(app) == {PERSON["email"]: Status.UNCONFIRMED}

    asked = mailbox(app).newest(PERSON["email"])
    assert "Svenja" not in asked["Subject"] + text_of(asked)
    assert calendar_of(asked) is None
    page = Visitor(client).get(link_in(asked))
    assert page.heading == "Bitte bestätigen Sie Ihre Anmeldung"
    assert statuses(app) == {PERSON["email"]: Status.UNCONFIRMED}
    page = page.send(button="Anmeldung bestätigen")
    assert page.heading == "Sie sind angemeldet"
    assert "Ihr Platz ist sicher" in page.text

    invited = mailbox(app).newest(PERSON["email"])
    method, calendar = calendar_of(invited) or ("", b"")
    assert method == "REQUEST"
    for reader, events in read_everywhere(calendar).items():
        assert [(e.summary, e.sequence) for e in events] == [
            ("Musterfachtag: Vom Einzelfall zur Struktur", 0)
        ], reader
    assert link_in(invited) == link_in(asked)


def test_full_day_waits_and_moves_up(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    for number in range(2):
        sign_up(client, number)
        confirm(app, client, f"person{number}@example.org")
    assert "Alle Plätze sind vergeben" in Visitor(client).get("/events/musterfachtag").text
    assert "Alle Plätze sind vergeben" in Visitor(client).get("/events/musterfachtag/register").text
    for number in (2, 3):
        assert "Alle Plätze sind vergeben" in sign_up(client, number).text
        page = confirm(app, client, f"person{number}@example.org")
        assert page.heading == "Sie stehen auf der Warteliste"
        assert f"Ihre Nummer ist {number - 1}." in page.text
    assert "Ihre Nummer ist 2." in text_of(mailbox(app).newest("person3@example.org"))

    link = link_in(mailbox(app).newest("person0@example.org"))
    page = Visitor(client).get(link).follow("Abmelden").send(button="Abmelden")
    assert page.heading == "Sie sind nicht mehr angemeldet"
    assert statuses(app) == {
        "person0@example.org": Status.CANCELLED,
        "person1@example.org": Status.REGISTERED,
        "person2@example.org": Status.REGISTERED,
        "person3@example.org": Status.WAITING,
    }
    moved = mailbox(app).newest("person2@example.org")
    assert "Sie haben jetzt einen Platz" in moved["Subject"]
    assert (calendar_of(moved) or ("",))[0] == "REQUEST"
    cancelled = calendar_of(mailbox(app).newest("person0@example.org"))
    assert cancelled is not None
    assert cancelled[0] == "CANCEL"


def test_a_seat_is_offered_and_answered_behind_the_link(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    """T07: opening the page takes nothing; the buttons do."""
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().offer_hours = 24
    for number in range(4):
        sign_up(client, number)
        confirm(app, client, f"person{number}@example.org")
    page = Visitor(client).get(link_in(mailbox(app).newest("person2@example.org")))
    assert "Sie sind als Nächstes an der Reihe. Alle Plätze sind vergeben." in page.text
    assert "mit einem Angebot" in page.text
    link = link_in(mailbox(app).newest("person0@example.org"))
    Visitor(client).get(link).follow("Abmelden").send(button="Abmelden")

    offer = mailbox(app).newest("person2@example.org")
    assert "Ein Platz ist für Sie frei" in offer["Subject"]
    assert calendar_of(offer) is None
    for _ in range(2):
        page = Visitor(client).get(link_in(offer))
    assert page.heading == "Ein Platz ist für Sie frei"
    assert statuses(app)["person2@example.org"] is Status.OFFERED
    waiting = Visitor(client).get(link_in(mailbox(app).newest("person3@example.org")))
    assert "Ein Platz ist gerade jemand anderem angeboten." in waiting.text
    page = page.send(button="Platz ablehnen")
    assert page.heading == "Sie sind nicht mehr angemeldet"
    assert statuses(app)["person2@example.org"] is Status.CANCELLED
    assert calendar_of(mailbox(app).newest("person2@example.org")) is None
    old = Visitor(client).post(f"{page.address}/accept", {})
    assert old.status == 400

    offer = mailbox(app).newest("person3@example.org")
    page = Visitor(client).get(link_in(offer)).send(button="Platz annehmen")
    assert page.heading == "Sie sind angemeldet"
    accepted = mailbox(app).newest("person3@example.org")
    assert "Sie sind angemeldet" in accepted["Subject"]
    assert (calendar_of(accepted) or ("",))[0] == "REQUEST"


def test_a_code_is_asked_only_where_there_is_one(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    page = Visitor(client).get("/events/musterfachtag/register")
    assert "code" not in page.values(page.form())
    with app.app_context(), transaction() as session:
        facts = QuotaFacts("Gäste", QuotaEffect.RESERVE, Aim(QuotaTarget.CODE, code="Sommer-27"), 2)
        add_quota(session, session.scalars(select(Event.id)).one(), facts, PARTICIPANT, NOW)
    page = sign_up(client, 0, code="Winter-27")
    assert page.status == 422
    assert list(page.errors()) == ["code"]
    assert page.values(page.form())["code"] == "Winter-27"
    assert statuses(app) == {}
    assert "Im Moment ist kein Platz für Sie frei" in sign_up(client, 0).text
    assert confirm(app, client, "person0@example.org").heading == "Sie stehen auf der Warteliste"
    assert (
        "für andere freigehalten"
        in Visitor(client).get(link_in(mailbox(app).newest("person0@example.org"))).text
    )
    assert "60 Minuten lang ein Platz reserviert" in sign_up(client, 1, code="sommer-27").text


def test_the_name_of_a_quota_is_text_wherever_somebody_reads_it(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    """T20"""
    with app.app_context(), transaction() as session:
        aim = Aim(QuotaTarget.KIND, kind=UsualKind.OTHER)
        facts = QuotaFacts("<i>Alle</i> & %(andere)s", QuotaEffect.CAP, aim, 0)
        add_quota(session, session.scalars(select(Event.id)).one(), facts, PARTICIPANT, NOW)
    sign_up(client, 0)
    page = confirm(app, client, "person0@example.org")
    sentence = "Die Plätze für „<i>Alle</i> & %(andere)s“ sind alle vergeben."
    assert sentence in page.text
    assert page.soup.find("i") is None
    mail = mailbox(app).newest("person0@example.org")
    assert sentence in " ".join(text_of(mail).split())
    html = mail.get_body(("html",))
    assert html is not None
    assert "<i>" not in html.get_content()


def test_same_answer_for_known_and_unknown_address(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    """T09: known and unknown addresses get identical bytes, but for the address that was typed in."""
    first = sign_up(client, 0)
    confirm(app, client, "person0@example.org")
    known = sign_up(client, 0)
    unknown = sign_up(client, 1)
    said = [
        one.response.text.replace(f"person{number}@example.org", "…")
        for one, number in ((first, 0), (known, 0), (unknown, 1))
    ]
    assert said == [said[0]] * 3
    assert len(statuses(app)) == 2


def test_bad_input_keeps_what_was_typed(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    page = sign_up(client, 0, email="keine-adresse", family_name="")
    assert page.status == 422
    assert page.title.startswith("Fehler: ")
    assert set(page.errors()) == {"email", "family_name"}
    assert page.values(page.form())["organisation"] == PERSON["organisation"]
    assert statuses(app) == {}


def test_run_that_is_full_puts_in_line_beside_the_place(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    first_round = f"round-{day['round1']}"
    sign_up(client, 0, **{first_round: str(day["1.1"])})
    confirm(app, client, "person0@example.org")
    sign_up(client, 1, **{first_round: str(day["1.2"])})
    mine = confirm(app, client, "person1@example.org")
    page = mine.follow("Workshops wählen").send(**{first_round: str(day["1.1"])})
    assert "Sie sind als Nächstes an der Reihe." in page.text
    assert "Ihr Platz ist sicher" in page.text

    link = link_in(mailbox(app).newest("person0@example.org"))
    Visitor(client).get(link).follow("Workshops wählen").send(**{first_round: "absent"})
    page = Visitor(client).get(mine.address)
    assert "stehen vor Ihnen" not in page.text
    assert "Ihr Platz ist sicher" in page.text
    assert "Ihre Workshops haben sich geändert" in mailbox(app).newest("person1@example.org")["Subject"]


def test_a_kept_form_gives_everybody_their_own_tokens(app: Flask, day: dict[str, int]) -> None:
    """T31, T33: the form is drawn once; what makes it somebody's own is put in for each, and seats are those of now."""
    address = "/events/musterfachtag/register"
    forms = [Visitor(app.test_client()).get(address) for _ in range(3)]
    hidden = [{name: page.values(page.form())[name] for name in ("csrf_token", "nonce")} for page in forms]
    for name in ("csrf_token", "nonce"):
        assert len({one[name] for one in hidden}) == 3
    assert [page.response.text.count("\0") for page in forms] == [0, 0, 0]
    drawn = {
        page.response.text.replace(one["csrf_token"], "").replace(one["nonce"], "")
        for page, one in zip(forms, hidden, strict=True)
    }
    assert len(drawn) == 1
    assert "noch 1 Platz" in forms[0].text
    person = {**PERSON, f"round-{day['round1']}": str(day["1.1"])}
    assert forms[1].send(**person).heading == "Bitte per E-Mail bestätigen"
    assert "noch 1 Platz" not in Visitor(app.test_client()).get(address).text
    assert forms[2].send(**{**person, "family_name": ""}).status == 422


def test_same_workshop_twice_is_refused(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    page = sign_up(
        client, 0, **{f"round-{day['round1']}": str(day["1.2"]), f"round-{day['round2']}": str(day["2.2"])}
    )
    assert page.status == 422
    assert statuses(app) == {}


def test_double_click_is_one_registration(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    page = Visitor(client).get("/events/musterfachtag/register")
    for _ in range(2):
        assert page.send(**PERSON).status == 200
    assert statuses(app) == {PERSON["email"]: Status.UNCONFIRMED}
    assert len(mailbox(app).deliver()) == 1


def test_foreign_link_is_a_404_and_replaced_one_a_410(
    app: Flask, client: FlaskClient, day: dict[str, int]
) -> None:
    sign_up(client, 0)
    page = confirm(app, client, "person0@example.org")
    # Not the last letter: of its six bits two say nothing.
    spoilt = page.address[:-2] + ("A" if page.address[-2] != "A" else "B") + page.address[-1]
    assert Visitor(client).get(spoilt).status == 404
    fresh = page.send(button="Neuer persönlicher Link")
    assert fresh.heading == "Sie sind angemeldet"
    assert Visitor(client).get(page.address).status == 410


def test_stale_form_keeps_what_was_typed(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    """T33: without a valid token nothing is stored, and nothing typed is lost."""
    page = Visitor(client).get("/events/musterfachtag/register").send(**PERSON, csrf_token="stale")
    assert page.status == 422
    assert page.values(page.form())["given_name"] == "Svenja"
    assert statuses(app) == {}


def test_a_colleague_comes_in_the_place(app: Flask, client: FlaskClient, day: dict[str, int]) -> None:
    """DP-16: the substitute reads what is stored, by whom; the one who does not come gets CANCEL. T09: known or not,
    the pages are the same."""
    for number in range(2):
        sign_up(client, number)
        confirm(app, client, f"person{number}@example.org")
    seen = []
    for number, address in ((0, "person1@example.org"), (1, "erika@example.org")):
        link = link_in(mailbox(app).newest(f"person{number}@example.org"))
        page = Visitor(client).get(link).follow("Vertretung nennen")
        wrong = page.send(given_name="http://b.example", family_name="Muster", email="nichts")
        assert wrong.status == 422
        assert sorted(wrong.errors()) == ["email", "given_name"]
        page = wrong.send(given_name="Erika", family_name="Muster", email=address, role_title="Leitung")
        assert page.heading == "Sie sind nicht mehr angemeldet"
        seen.append(page.text.partition(" Name ")[0])
        assert (calendar_of(mailbox(app).newest(f"person{number}@example.org")) or ("",))[0] == "CANCEL"
        if number == 0:
            sign_up(client, 1)  # person1 asks for the link again
    assert seen[0] == seen[1]
    told = mailbox(app).newest("erika@example.org")
    assert (calendar_of(told) or ("",))[0] == "REQUEST"
    assert "hat Sie zu diesem Tag angemeldet" in text_of(told)
    assert "Warum bekommen Sie diese E-Mail?" in text_of(told)
    assert Visitor(client).get(link_in(told)).heading == "Sie sind angemeldet"
    assert Visitor(client).get(link + "/substitute").heading == "Sie sind nicht mehr angemeldet"
