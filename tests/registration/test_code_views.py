# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day whose form opens with a code: no way around it, and nothing typed is lost to it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.events.models import Event
from app.events.rules import EventStatus, form_key, opens_form
from app.people.models import Budget
from app.people.rules import Limit
from app.registration import abuse_protection_forms
from app.registration.admission import Entry
from app.registration.code_views import MOST_DAYS
from app.registration.groups.service import GroupEntry, register_group
from app.registration.links import form_path, personal_token
from app.registration.models import Group, Registration
from app.registration.rules import FormCodeNeeded, Status
from app.registration.service import answer_form
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event
from tests.mailbox import link_in, mailbox, text_of
from tests.pages import Page, Visitor
from tests.registration.steps import Day, open_day, person

PATH, GROUP = "/events/musterfachtag/register", "/events/musterfachtag/register/group"
CODE, NEW_CODE = "Herbst-27", "Winter-28"
PERSON = {
    "given_name": "Svenja",
    "family_name": "Demohaus",
    "email": "svenja@example.org",
    "organisation": "Der Paritätische, Kreisgruppe (Beispiel)",
    "role_title": "Beratung <Jugend> & mehr",
}
ROW = {
    "rows-0-given_name": "Rosa",
    "rows-0-family_name": "Beispiel",
    "rows-0-email": "rosa@example.org",
}
ASKS, ASKS_ONE, ASKS_MANY = "Mit Code anmelden", "Anmelden", "Mehrere Personen anmelden"
NOT_SENT, RIGHT = "Ihr Formular ist nicht gesendet", "Der Code stimmt. Es ist noch nichts gesendet"


@pytest.fixture
def day(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        return make_event(session, form_code=CODE).id


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def set_code(app: Flask, day: int, code: str) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Event, day).form_code = code


def link_of(app: Flask, day: int) -> str:
    with app.app_context():
        return form_path(db.session.get_one(Event, day))


def entered(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def typed(page: Page) -> dict[str, Any]:
    return {name: one for name, one in page.values(page.form()).items() if name in PERSON | ROW}


# -- the way in


@pytest.mark.parametrize("path", [PATH, GROUP])
def test_the_code_opens_the_form(visitor: Visitor, day: int, path: str) -> None:
    page = visitor.get(path)
    assert (page.status, page.heading) == (200, ASKS)
    assert page.tree.xpath("//input[@name='given_name' or @name='email']") == []
    form = page.send(form_code=" herbst-27 ")
    assert (form.status, form.address) == (200, path)
    assert form.heading != ASKS
    assert form.tree.xpath("//input[@name='given_name']")
    for again in (PATH, GROUP):  # one code for both, and only once
        assert visitor.get(again).heading != ASKS


def test_the_whole_way_with_it(app: Flask, visitor: Visitor, day: int) -> None:
    page = visitor.get("/events/musterfachtag")
    assert "Zur Anmeldung brauchen Sie einen Code vom Organisationsteam." in page.text
    done = page.follow("Jetzt anmelden").send(form_code=CODE).send(**PERSON)
    assert done.heading == "Bitte per E-Mail bestätigen"
    link = link_in(mailbox(app).newest(PERSON["email"]))
    set_code(app, day, NEW_CODE)  # who is in needs it no more
    assert visitor.get(link).send(button="Anmeldung bestätigen").heading == "Sie sind angemeldet"


def test_the_group_the_whole_way(app: Flask, visitor: Visitor, day: int) -> None:
    done = visitor.get(GROUP).send(form_code=CODE).send(**PERSON, **ROW)
    assert done.heading == "Bitte per E-Mail bestätigen"
    set_code(app, day, NEW_CODE)
    page = visitor.get(link_in(mailbox(app).newest(PERSON["email"]), "/group/"))
    page = page.send(button="bestätigen")
    page = page.follow("hinzufügen").send(given_name="Rudi", family_name="Muster", email="rudi@example.org")
    assert "Rudi" in page.text
    assert entered(app) == 2


def test_without_a_code_nobody_is_asked(app: Flask, visitor: Visitor, day: int) -> None:
    set_code(app, day, "")
    assert visitor.get(PATH).heading == ASKS_ONE
    assert "Code" not in visitor.get("/events/musterfachtag").text


def test_a_wrong_code_is_refused_at_its_field(app: Flask, visitor: Visitor, day: int) -> None:
    """A11Y-06"""
    page = visitor.get(PATH).send(form_code="Sommer-27")
    assert (page.status, page.heading) == (422, ASKS)
    assert list(page.errors()) == ["form_code"]
    assert "Das ist nicht der Code dieses Fachtags" in page.text
    assert page.values(page.form())["form_code"] == "Sommer-27"
    for empty in ("", "   "):
        assert page.send(form_code=empty).status == 422
    assert visitor.get(PATH).heading == ASKS
    assert page.send(form_code=CODE).heading == ASKS_ONE


def test_the_code_is_for_its_day(app: Flask, visitor: Visitor, day: int) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, slug="anderer-tag", form_code=NEW_CODE)
    assert visitor.get(PATH).send(form_code=NEW_CODE).status == 422
    assert visitor.get(PATH).send(form_code=CODE).heading == ASKS_ONE
    other = "/events/anderer-tag/register"
    assert visitor.get(other).heading == ASKS
    assert visitor.get(other).send(form_code=NEW_CODE).heading == ASKS_ONE
    assert visitor.get(PATH).heading == ASKS_ONE


def test_nobody_else_is_let_in_by_it(app: Flask, visitor: Visitor, day: int) -> None:
    visitor.get(PATH).send(form_code=CODE)
    assert Visitor(app.test_client()).get(PATH).heading == ASKS


def test_a_cookie_holds_no_code_and_is_signed(client: FlaskClient, day: int) -> None:
    Visitor(client).get(PATH).send(form_code=CODE)
    with client.session_transaction() as visit:
        assert visit["form_keys"] == [[day, form_key(CODE)]]
        assert CODE.casefold() not in str(dict(visit)).casefold()
    cookie = client.get_cookie("fachtag")
    assert cookie is not None
    payload, _, rest = cookie.value.partition(".")
    client.set_cookie("fachtag", f"{payload}.{rest[:-2]}AA")
    assert Visitor(client).get(PATH).heading == ASKS


def test_a_browser_remembers_the_newest_days(app: Flask, client: FlaskClient) -> None:
    """A cookie has little room."""
    visitor = Visitor(client)
    with app.app_context(), transaction() as session:
        for number in range(MOST_DAYS + 2):
            make_event(session, slug=f"tag-{number}", form_code=CODE)
    for number in range(MOST_DAYS + 2):
        visitor.get(f"/events/tag-{number}/register").send(form_code=CODE)
    asks = [visitor.get(f"/events/tag-{number}/register").heading == ASKS for number in range(MOST_DAYS + 2)]
    assert asks == [True, True, *[False] * MOST_DAYS]


# -- no way around


@pytest.mark.parametrize(("path", "sent"), [(PATH, PERSON), (GROUP, PERSON | ROW)])
def test_a_form_without_the_code_enters_nobody(
    app: Flask, visitor: Visitor, day: int, path: str, sent: dict[str, str]
) -> None:
    """T31: with a token and a nonce of the page that asks, and with the code beside the fields of the form."""
    page = visitor.get(path)
    carried = page.values(page.form())
    for more in ({}, {"nonce": "0123456789abcdef0123"}, {"code": CODE}):
        answer = visitor.client.post(path, data={**carried, **sent, **more})
        assert answer.status_code in {403, 422}
    without = {name: one for name, one in carried.items() if name != "form_code"}
    assert visitor.client.post(path, data={**without, **sent}).status_code == 403
    both = visitor.client.post(path, data={**without, **sent, "form_code": CODE})
    assert both.status_code == 303  # that was the code, and no more
    assert entered(app) == 0


def test_the_verbs_refuse_it_too(app: Flask) -> None:
    """T31: the code may change between the page and the transaction."""
    with app.app_context():
        day = open_day(capacity=5)
        day.set_event(form_code=CODE)
        for key in ("", form_key(NEW_CODE), CODE):
            entry = Entry(person("anna"), f"nonce-{key}", form_key=key)
            with pytest.raises(FormCodeNeeded), transaction() as session:
                answer_form(session, day.event_id, entry, NOW)
            group = GroupEntry(person("anna"), [person("bert")], f"nonce-{key}", form_key=key)
            with pytest.raises(FormCodeNeeded), transaction() as session:
                register_group(session, day.event_id, group, NOW)
        with transaction() as session:
            entry = Entry(person("anna"), "nonce-anna", form_key=form_key(CODE))
            answer_form(session, day.event_id, entry, NOW)
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Group)) == 0
        assert db.session.scalars(select(Registration.given_name)).all() == ["Anna"]


@pytest.mark.parametrize(
    ("code", "shown", "opens"),
    [
        ("", "", True),
        ("", "anything", True),
        (CODE, "", False),
        (CODE, CODE, False),
        (CODE, form_key(CODE), True),
        (CODE, form_key(" HERBST-27 "), True),
        (CODE, form_key("Herbst-2"), False),
        (CODE, form_key(""), False),
        ("Grüße-27", form_key("GRÜSSE-27"), True),
        (CODE, "ü", False),
    ],
)
def test_which_key_opens(code: str, shown: str, opens: bool) -> None:
    assert opens_form(code, shown) is opens


def test_codes_are_not_guessed(
    app: Flask, visitor: Visitor, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T31: right ones cost nothing; when the tries are used up, a right one is not told from a wrong one."""
    few = Limit(2, abuse_protection_forms.AN_HOUR)
    monkeypatch.setattr(abuse_protection_forms, "WRONG_CODES_PER_NETWORK", few)
    for _ in range(4):
        assert Visitor(app.test_client()).get(PATH).send(form_code=CODE).heading == ASKS_ONE
    page = visitor.get(PATH)
    tries = [page.send(form_code=one) for one in ("Sommer-27", "Sommer-28", CODE, "Sommer-29")]
    assert [one.status for one in tries] == [422] * 4
    assert ["zu viele falsche Codes" in one.text for one in tries] == [False, False, True, True]
    with app.app_context(), transaction() as session:
        session.query(Budget).delete()
    assert page.send(form_code=CODE).heading == ASKS_ONE


# -- nothing is lost


@pytest.mark.parametrize(("path", "sent"), [(PATH, PERSON), (GROUP, PERSON | ROW)])
def test_typed_text_survives_another_code(
    app: Flask, visitor: Visitor, day: int, path: str, sent: dict[str, str]
) -> None:
    form = visitor.get(path).send(form_code=CODE)
    set_code(app, day, NEW_CODE)
    page = form.send(**sent)
    assert (page.status, page.heading) == (403, ASKS)
    assert NOT_SENT in page.text
    page = page.send(form_code=CODE)  # the old one, and then the right one
    assert page.status == 422
    page = page.send(form_code=NEW_CODE)
    assert (page.status, RIGHT in page.text) == (200, True)
    assert typed(page) == sent | dict.fromkeys(typed(page).keys() - sent.keys(), "")
    assert entered(app) == 0
    assert page.send().heading == "Bitte per E-Mail bestätigen"
    assert entered(app) == 1


def test_typed_text_survives_a_code_that_is_new(app: Flask, visitor: Visitor, day: int) -> None:
    set_code(app, day, "")
    form = visitor.get(PATH)
    set_code(app, day, CODE)
    page = form.send(**PERSON)
    assert (page.status, page.heading) == (403, ASKS)
    assert typed(page.send(form_code=CODE)) == PERSON


def test_the_answer_is_loaded_anew(app: Flask, visitor: Visitor, day: int) -> None:
    """The browser sends the same once more; by then it knows the code, or the day has none."""
    form = visitor.get(PATH).send(form_code=CODE)
    set_code(app, day, NEW_CODE)
    page = form.send(**PERSON)
    for code in (NEW_CODE, NEW_CODE, ""):
        set_code(app, day, code)
        again = page.send(form_code=NEW_CODE)
        assert (again.status, typed(again)) == (200, PERSON)
    assert entered(app) == 0


def test_the_other_language_keeps_both(app: Flask, visitor: Visitor, day: int) -> None:
    form = visitor.get(PATH).send(form_code=CODE)
    set_code(app, day, NEW_CODE)
    page = form.send(**PERSON)
    values = page.values(page.form())
    answer = visitor.client.post(f"{PATH}?lang=en", data={**values, "form_code": "Win", "show_again": "1"})
    english = Page(visitor, answer, f"{PATH}?lang=en")
    assert (english.status, english.heading) == (200, "Register with a code")
    assert english.values(english.form())["form_code"] == "Win"
    page = english.send(form_code=NEW_CODE)
    assert typed(page) == PERSON
    assert "The code is right" in page.text


def test_a_switch_of_the_language_meets_the_new_code(app: Flask, visitor: Visitor, day: int) -> None:
    form = visitor.get(PATH).send(form_code=CODE)
    set_code(app, day, NEW_CODE)
    values = form.values(form.form())
    answer = visitor.client.post(f"{PATH}?lang=en", data={**values, **PERSON, "show_again": "1"})
    page = Page(visitor, answer, f"{PATH}?lang=en")
    assert (page.status, page.heading) == (403, "Register with a code")
    assert "This is your form" not in page.text
    assert typed(page.send(form_code=NEW_CODE)) == PERSON


def test_what_was_not_sealed_here_is_no_form(visitor: Visitor, day: int) -> None:
    page = visitor.get(PATH)
    values = page.values(page.form())
    answer = visitor.client.post(PATH, data={**values, "form_code": CODE, "kept": "made-up"})
    assert (answer.status_code, answer.location) == (303, PATH)


# -- the link


def test_the_link_carries_the_code(app: Flask, visitor: Visitor, day: int) -> None:
    link = link_of(app, day)
    assert CODE not in link
    page = visitor.get(link)
    assert (page.address, page.heading) == (PATH, ASKS_ONE)
    assert visitor.get(GROUP).heading == ASKS_MANY
    assert visitor.get(f"{link}?lang=en").heading == "Register"


def test_an_old_link_asks_for_the_new_code(app: Flask, visitor: Visitor, day: int) -> None:
    link = link_of(app, day)
    set_code(app, day, NEW_CODE)
    page = visitor.get(link)
    assert (page.status, page.heading) == (200, ASKS)
    assert "Der Code hat sich geändert, seit es diesen Link gibt" in page.text
    assert page.send(form_code=NEW_CODE).heading == ASKS_ONE


def test_a_link_works_on_when_the_code_is_gone(app: Flask, visitor: Visitor, day: int) -> None:
    link = link_of(app, day)
    set_code(app, day, "")
    assert visitor.get(link).heading == ASKS_ONE
    assert link_of(app, day) == PATH


def test_a_link_before_registration_opens_is_remembered(app: Flask, visitor: Visitor, day: int) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Event, day).registration_opens_at = at("8:00")
    page = visitor.get(link_of(app, day))
    assert (page.status, page.heading) == (403, "Anmeldung öffnet später")
    with app.app_context(), transaction() as session:
        session.get_one(Event, day).registration_opens_at = None
    assert visitor.get(PATH).heading == ASKS_ONE


def test_no_link_and_the_link_of_a_draft_are_nothing(app: Flask, visitor: Visitor, day: int) -> None:
    link = link_of(app, day)
    assert visitor.get(f"{link[:-3]}abc").status == 404
    with app.app_context(), transaction() as session:
        session.get_one(Event, day).status = EventStatus.DRAFT
    assert visitor.get(link).status == 404


# -- who is registered


def test_who_is_registered_needs_no_code(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        day: Day = open_day(capacity=5)
        day.join("anna")
        day.set_event(form_code=CODE)
        day.forget_mails()
    page = Visitor(client).get("/events/musterfachtag/link").send(email="anna@example.org")
    assert page.heading == "Sehen Sie in Ihr Postfach"
    my = Visitor(client).get(link_in(mailbox(app).newest("anna@example.org")))
    assert my.heading == "Sie sind angemeldet"
    assert my.follow("Angaben berichtigen").send(given_name="Anne").status == 200


def test_who_cancelled_comes_back_by_the_links_of_ours(app: Flask, client: FlaskClient) -> None:
    """Page and mail say that one can register again: they bring the code along."""
    with app.app_context():
        day = open_day(capacity=5)
        day.join("anna")
        day.forget_mails()
        day.set_event(form_code=CODE)
        link = f"/my/{personal_token(db.session.get_one(Registration, day.ids['anna']))}"
        form_link = form_path(db.session.get_one(Event, day.event_id))
    page = Visitor(client).get(f"{link}/cancel").send()
    with app.app_context():
        assert day.status("anna") is Status.CANCELLED
    again = page.follow("anmelden")
    assert (again.address, again.heading) == (PATH, ASKS_ONE)
    assert form_link in text_of(mailbox(app).newest("anna@example.org"))
