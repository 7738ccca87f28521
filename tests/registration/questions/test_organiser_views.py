# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form builder in the browser: organisers' pages, the participant's form, the personal page; no JavaScript."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.people.models import AuditEntry
from app.people.rules import Role
from app.registration.models import Registration
from app.registration.questions.answering import answer_for
from app.registration.questions.models import Answer, Option, Question, SensitiveAnswer
from app.registration.questions.queries import questions_of
from app.registration.questions.rules import QuestionKind
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import a_day, somebody
from tests.factories.questions import TEAM, facts, make_questions
from tests.mailbox import link_in, mailbox, text_of
from tests.pages import Page, Visitor

HOME = "/organise/events/musterfachtag"
QUESTIONS = f"{HOME}/questions"
REGISTER = "/events/musterfachtag/register"
PERSON = {
    "given_name": "Svenja",
    "family_name": "Demohaus",
    "email": "svenja@example.org",
    "organisation": "Stadt Musterstadt",
}
SECRET = "Erdnüsse sind gefährlich für mich"


class Asked:
    """Field names and option values by what is asked."""

    def __init__(self, app: Flask, event_id: int) -> None:
        self.event_id = event_id
        with app.app_context(), transaction() as session:
            made = make_questions(session, event_id)
            self.ids = {name: one.id for name, one in made.items()}
            self.options = {name: {o.label: str(o.id) for o in one.options} for name, one in made.items()}

    def __getitem__(self, name: str) -> str:
        return f"q-{self.ids[name]}"

    def fill(self, **said: str | list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, words in said.items():
            options = self.options[name]
            if isinstance(words, list):
                found[self[name]] = [options[one] for one in words]
            else:
                found[self[name]] = options.get(words, words)
        return found


@pytest.fixture
def event_id(app: Flask) -> int:
    return a_day(app, programme=False)[0]


@pytest.fixture
def asked(app: Flask, event_id: int) -> Asked:
    return Asked(app, event_id)


def lead(app: Flask, event_id: int) -> Visitor:
    return somebody(app, "lea@example.org", event_id, Role.LEAD)


def organiser(app: Flask, event_id: int) -> Visitor:
    return somebody(app, "otto@example.org", event_id, Role.ORGANISER)


def sign_up(app: Flask, **answers: Any) -> Page:
    """Fill in the form and send it."""
    return Visitor(app.test_client()).get(REGISTER).send(**{**PERSON, **answers})


def confirmed(app: Flask, **answers: Any) -> Page:
    """The personal page of somebody who answered and confirmed."""
    assert sign_up(app, **answers).heading == "Bitte per E-Mail bestätigen"
    return opened(app, answers.get("email", PERSON["email"])).send(button="Anmeldung bestätigen")


def opened(app: Flask, email: str = PERSON["email"]) -> Page:
    """What the link in the newest mail shows."""
    return Visitor(app.test_client()).get(link_in(mailbox(app).newest(email)))


def reference(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Registration.reference)).one()


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return [
            *db.session.scalars(select(Answer.text).order_by(Answer.id)),
            *db.session.scalars(select(SensitiveAnswer.text).order_by(SensitiveAnswer.id)),
        ]


# -- the participant's form


def test_without_questions_nothing_is_asked(app: Flask, event_id: int) -> None:
    page = Visitor(app.test_client()).get(REGISTER)
    assert "Fragen des Organisationsteams" not in page.text
    assert not [tag for tag in page.soup.find_all(attrs={"name": True}) if str(tag["name"]).startswith("q-")]
    personal = confirmed(app)
    assert "Ihre Antworten" not in personal.text


def test_answers_are_stored_and_stand_on_the_personal_page(app: Flask, asked: Asked) -> None:
    page = confirmed(
        app,
        **asked.fill(
            meal="Sonstiges",
            diet=SECRET,
            needs=["ruhiger Raum"],
            bus="Yes",
            nights="2",
            arrival="12.03.2031",
            badge="Svenja D.",
            wish="Wie fängt man an?\nUnd wo?",
        ),
    )
    for words in ("Sonstiges", SECRET, "ruhiger Raum", "Ja", "2", "12.03.2031", "Svenja D.", "Und wo?"):
        assert words in page.text
    assert stored(app) == [
        "Sonstiges",
        "Yes",
        "2",
        "2031-03-12",
        "Svenja D.",
        "Wie fängt man an?\nUnd wo?",
        SECRET,
        "ruhiger Raum",
    ]


def test_the_personal_page_shows_no_answer_before_the_address_is_confirmed(app: Flask, asked: Asked) -> None:
    """Who opens the link may not be who filled in the form (T08)."""
    sign_up(app, **asked.fill(meal="Sonstiges", diet=SECRET, badge="Geheimer Name"))
    link = link_in(mailbox(app).newest(PERSON["email"]))
    page = Visitor(app.test_client()).get(link)
    assert SECRET not in page.text
    assert "Geheimer Name" not in page.text
    assert app.test_client().get(f"{link}/answers").status_code == 404


def test_the_form_says_what_each_answer_is_for(app: Flask, asked: Asked) -> None:
    """DP-02, DP-05: purpose, basis and period stand where the question is asked."""
    page = Visitor(app.test_client()).get(REGISTER)
    notice = (
        "Was brauchen Sie? Damit der Tag gelingt. Rechtsgrundlage: Ausdrückliche Einwilligung, sensible Daten "
        "(Art. 9 Abs. 2 a DSGVO). Gelöscht: 14 Tage nach dem Fachtag."
    )
    assert notice in page.text


def test_the_team_s_questions_are_not_on_the_form(app: Flask, asked: Asked) -> None:
    page = Visitor(app.test_client()).get(REGISTER)
    assert "Notiz des Teams" not in page.text
    sign_up(app, **{asked["note"]: "Ich bin wichtig"})
    assert stored(app) == []


def test_what_was_typed_wrong_is_told_at_each_field(app: Flask, asked: Asked) -> None:
    """A11Y-06: a sentence at the field, 422, nothing typed is lost, nothing stored."""
    with app.app_context(), transaction() as session:
        for name in ("badge", "nights"):
            session.get_one(Question, asked.ids[name]).required = True
    typed = {
        asked["nights"]: "zwei",
        asked["arrival"]: "31.02.2031",
        asked["wish"]: "x" * 2001,
        asked["meal"]: "99999",
        asked["bus"]: "Yes",
    }
    page = sign_up(app, **typed)
    assert page.status == 422
    errors = page.errors()
    assert set(errors) == {asked[name] for name in ("nights", "arrival", "badge", "wish", "meal", "bus")}
    assert errors[asked["arrival"]] == "Bitte geben Sie ein Datum ein, zum Beispiel 11.03.2027."
    assert errors[asked["badge"]] == "Bitte füllen Sie dieses Feld aus."
    assert page.values(page.form())[asked["nights"]] == "zwei"
    assert "Bitte prüfen Sie" in page.text
    with app.app_context():
        assert db.session.scalars(select(Registration.id)).all() == []


def test_a_question_that_hangs_on_another_says_so_and_works_without_script(app: Flask, asked: Asked) -> None:
    with app.app_context(), transaction() as session:
        note = facts(
            QuestionKind.SHORT_TEXT,
            "Was genau?",
            shown_if=int(asked.options["meal"]["Sonstiges"]),
            required=True,
        )
        from app.registration.questions.service import add_question

        new = add_question(session, asked.event_id, note, TEAM, NOW).id
    page = Visitor(app.test_client()).get(REGISTER)
    assert "Nur, wenn Sie oben bei „Verpflegung“ die Antwort „Sonstiges“ gewählt haben." in page.text
    wrapper = page.soup.find(attrs={"data-only-if": asked.options["meal"]["Sonstiges"]})
    assert wrapper is not None
    assert not wrapper.has_attr("hidden")
    refused = sign_up(app, **asked.fill(meal="Sonstiges"))
    assert (refused.status, set(refused.errors())) == (422, {f"q-{new}"})
    assert confirmed(app, **asked.fill(meal="vegan"), **{f"q-{new}": "x" * 999}).status == 200
    assert stored(app) == ["vegan"]


def test_a_full_option_says_so_and_is_refused(app: Flask, asked: Asked) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Option, int(asked.options["meal"]["vegan"])).capacity = 1
    assert "vegan (noch 1 Platz)" in Visitor(app.test_client()).get(REGISTER).text
    sign_up(app, **asked.fill(meal="vegan"))
    page = Visitor(app.test_client()).get(REGISTER)
    assert "vegan (ausgebucht)" in page.text
    page = page.send(**{**PERSON, "email": "zwei@example.org"}, **asked.fill(meal="vegan"))
    assert page.status == 422
    assert set(page.errors()) == {asked["meal"]}
    told = page.soup.find(id=f"f-{asked['meal']}-error")
    assert told is not None
    assert told.get_text(strip=True) == "„vegan“ ist ausgebucht. Bitte wählen Sie etwas anderes."
    assert page.values(page.form())[asked["meal"]] == asked.options["meal"]["vegan"]


def test_the_last_place_sent_twice_is_one_registration(app: Flask, asked: Asked) -> None:
    """F31: the second press finds the option full, by itself, and lands where the first did."""
    with app.app_context(), transaction() as session:
        session.get_one(Option, int(asked.options["meal"]["vegan"])).capacity = 1
    form = Visitor(app.test_client()).get(REGISTER)
    answers = [form.send(**PERSON, **asked.fill(meal="vegan")) for _ in range(2)]
    assert [page.heading for page in answers] == ["Bitte per E-Mail bestätigen"] * 2
    assert stored(app) == ["vegan"]


def test_answers_are_changed_and_withdrawn_on_the_personal_page(app: Flask, asked: Asked) -> None:
    page = confirmed(app, **asked.fill(meal="vegan", needs=["ruhiger Raum"], badge="Svenja"))
    form = page.follow("Meine Antworten ändern")
    values = form.values(form.form())
    assert (values[asked["badge"]], values[asked["needs"]]) == (
        "Svenja",
        asked.options["needs"]["ruhiger Raum"],
    )
    stale = form
    page = form.send(**asked.fill(badge="Svenja D.", meal="alles"))
    assert (page.heading, "Svenja D." in page.text, "vegan" in page.text) == (
        "Sie sind angemeldet",
        True,
        False,
    )
    refused = stale.send(**asked.fill(badge="Zu spät"))
    assert refused.status == 409
    assert refused.values(refused.form())[asked["badge"]] == "Zu spät"
    assert refused.send().heading == "Sie sind angemeldet"
    assert "Zu spät" in stored(app)
    page = page.visitor.get(page.address).send(button="Meine Antwort auf „Was brauchen Sie?“ löschen")
    assert "ruhiger Raum" not in page.text
    assert "Meine Antwort auf „Was soll auf dem Namensschild stehen?“" not in page.text


def test_who_is_offered_a_seat_reads_and_changes_answers(app: Flask, asked: Asked) -> None:
    """Their address is confirmed: an offer is no step back."""
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, asked.event_id)
        event.capacity, event.offer_hours = 1, 24
    first = confirmed(app, email="erste@example.org")
    sign_up(app, **asked.fill(badge="Svenja"))
    opened(app).send(button="Anmeldung bestätigen")
    first.follow("Abmelden").send(button="Abmelden")
    page = opened(app)
    assert (page.heading, "Svenja" in page.text) == ("Ein Platz ist für Sie frei", True)
    page = page.follow("Meine Antworten ändern").send(**asked.fill(badge="Svenja D."))
    assert (page.heading, "Svenja D." in page.text) == ("Ein Platz ist für Sie frei", True)


def test_in_english_yes_is_yes(app: Flask, asked: Asked) -> None:
    visitor = Visitor(app.test_client(), headers={"Accept-Language": "en"})
    page = visitor.get(REGISTER)
    assert "Only if you chose “Sonstiges” at “Verpflegung” above." in page.text
    assert "Yes No No answer" in page.text


# -- organisers


def test_a_question_is_added_changed_moved_and_removed(app: Flask, event_id: int) -> None:
    visitor = lead(app, event_id)
    page = visitor.get(QUESTIONS)
    assert "Noch keine Fragen" in page.text
    refused = page.follow("Frage hinzufügen").send(label="Essen?", kind="one_of", **{"option-n1": "Suppe"})
    assert refused.status == 422
    assert set(refused.errors()) == {"purpose"}
    refused = refused.send(purpose="Für die Küche", **{"limit-n1": "0"})
    assert set(refused.errors()) == {"limit-n1"}
    refused = refused.send(**{"limit-n1": "5"})
    assert set(refused.errors()) == {"kind"}
    assert refused.values(refused.form())["option-n1"] == "Suppe"
    page = refused.send(**{"option-n2": "Eintopf"})
    assert page.address == QUESTIONS
    for words in ("Essen?", "Für die Küche", "0 von 5 vergeben", "Eintopf", "6 Monate nach dem Fachtag"):
        assert words in page.text
    page = page.follow("Frage hinzufügen").send(label="Wie viel?", kind="number", purpose="Für die Küche")
    with app.app_context():
        first, second = db.session.scalars(select(Question.id).order_by(Question.id)).all()
    page = page.send(action=f"{QUESTIONS}/{second}/move")
    headings = [tag.get_text(strip=True) for tag in page.soup.select("main h2")]
    assert headings == ["Wie viel?", "Essen?", "Einwilligungen"]
    page = visitor.get(f"{QUESTIONS}/{first}").send(
        **{"option-1": "Suppe des Tages", "option-2": "", "option-n1": "Brot"}
    )
    assert "Suppe des Tages" in page.text
    assert "Eintopf" not in page.text
    page = visitor.get(f"{QUESTIONS}/{first}").follow("Diese Frage entfernen").send()
    assert "Essen?" not in page.soup.select_one("main").get_text().replace("„Essen?“ ist entfernt", "")


def test_another_name_of_a_chosen_option_is_asked_about(app: Flask, asked: Asked) -> None:
    """At the option itself, and nothing that was typed is lost."""
    confirmed(app, **asked.fill(meal="vegan"))
    visitor, vegan = lead(app, asked.event_id), asked.options["meal"]["vegan"]
    address = f"{QUESTIONS}/{asked.ids['meal']}"
    page = visitor.get(address)
    assert f"meant-{vegan}" not in page.values(page.form())
    refused = page.send(label="Was essen Sie?", **{f"option-{vegan}": "pflanzlich", "option-n1": "Suppe"})
    assert (refused.status, set(refused.errors())) == (422, {f"meant-{vegan}"})
    assert "Die Antwort von 1 Anmeldung geht mit." in refused.text
    kept = refused.values(refused.form())
    assert (kept["label"], kept[f"option-{vegan}"], kept["option-n1"]) == (
        "Was essen Sie?",
        "pflanzlich",
        "Suppe",
    )
    page = refused.send(**{f"meant-{vegan}": "another"})
    assert page.address == QUESTIONS
    assert "vegan (wird nicht mehr angeboten)" in page.text
    page = visitor.get(address)
    assert f"option-{vegan}" not in page.values(page.form())
    assert "Nicht mehr angeboten, mit den Antworten derer, die sie gewählt haben: vegan." in page.text
    shown = visitor.get(f"{QUESTIONS}/answers").text
    assert "vegan (wird nicht mehr angeboten)" in shown
    listed = visitor.get(f"{HOME}/registrations?answer={vegan}")
    assert "Demohaus" in listed.text
    form = Visitor(app.test_client()).get(REGISTER)
    assert "vegan" not in form.text.replace("pflanzlich", "")
    own = opened(app).follow("Antworten ändern")
    assert own.values(own.form())[asked["meal"]] == vegan
    assert "gespeichert" in own.send().text


def test_an_option_with_answers_ends_only_when_that_is_said(app: Flask, asked: Asked) -> None:
    confirmed(app, **asked.fill(meal="vegan"))
    visitor, vegan = lead(app, asked.event_id), asked.options["meal"]["vegan"]
    page = visitor.get(f"{QUESTIONS}/{asked.ids['meal']}")
    refused = page.send(**{f"option-{vegan}": ""})
    assert (refused.status, set(refused.errors())) == (422, {f"ends-{vegan}"})
    assert "1 Anmeldung hat sie gewählt. Diese Antwort bleibt" in refused.text
    assert refused.send(**{f"option-{vegan}": "vegan"}).address == QUESTIONS  # thought better of it
    refused = visitor.get(f"{QUESTIONS}/{asked.ids['meal']}").send(**{f"option-{vegan}": ""})
    page = refused.send(**{f"ends-{vegan}": "y"})
    assert page.address == QUESTIONS
    assert "vegan (wird nicht mehr angeboten)" in page.text


def test_saving_unchanged_changes_nothing(app: Flask, asked: Asked) -> None:
    """Each kind fills its form with what is stored; a kind nobody has answered may become another one."""
    visitor = lead(app, asked.event_id)

    def all_of_them() -> list[tuple[object, ...]]:
        with app.app_context():
            return [
                (one.id, one.kind, one.label, one.shown_if, one.retention, *(o.label for o in one.options))
                for one in questions_of(db.session(), asked.event_id)
            ]

    before = all_of_them()
    for number in asked.ids.values():
        assert visitor.get(f"{QUESTIONS}/{number}").send().address == QUESTIONS
    assert all_of_them() == before
    bus = f"{QUESTIONS}/{asked.ids['bus']}"
    changed = visitor.get(bus).send(kind="one_of", **{"option-n1": "hin", "option-n2": "zurück"})
    assert changed.address == QUESTIONS
    assert "zurück" in changed.text
    assert visitor.get(bus).send(kind="yes_no").address == QUESTIONS
    assert all_of_them() == before


def test_two_organisers_on_one_question(app: Flask, asked: Asked) -> None:
    """F30: the later one sees both texts and loses nothing."""
    visitor = lead(app, asked.event_id)
    first, second = (visitor.get(f"{QUESTIONS}/{asked.ids['meal']}") for _ in range(2))
    assert first.send(label="Essen").address == QUESTIONS
    refused = second.send(label="Mahlzeit", **{f"option-{asked.options['meal']['alles']}": "alles gern"})
    assert refused.status == 409
    assert "Was jetzt gespeichert ist" in refused.text
    assert refused.values(refused.form())["label"] == "Mahlzeit"
    assert "Mahlzeit" in refused.send().text


def test_what_people_were_told_cannot_change(app: Flask, asked: Asked) -> None:
    sign_up(app, **asked.fill(badge="Svenja"))
    page = lead(app, asked.event_id).get(f"{QUESTIONS}/{asked.ids['badge']}").send(purpose="Werbung")
    assert (page.status, set(page.errors())) == (422, {"purpose"})


def test_the_standard_set_speaks_the_language_of_the_page(app: Flask, event_id: int) -> None:
    """Demo-data 2.7; a second press adds nothing."""
    visitor = lead(app, event_id)
    page = visitor.get(QUESTIONS).send(button="Standardfragen hinzufügen")
    assert "6 Fragen wurden hinzugefügt." in page.soup.get_text()
    assert "Was brauchen Sie, um gut teilnehmen zu können?" in page.text
    assert "Schriftdolmetschung" in page.text
    page = page.send(button="Standardfragen hinzufügen")
    assert "Diese Fragen gibt es schon" in page.soup.get_text()
    with app.app_context(), transaction() as session:
        for one in questions_of(session, event_id):
            session.delete(one)
    english = Visitor(visitor.client, headers={"Accept-Language": "en"})
    assert "Speech-to-text interpreting" in english.get(QUESTIONS).send(button="Add the standard set").text


def test_a_copy_needs_a_place_in_both_teams(app: Flask, asked: Asked) -> None:
    """T01: the questions of a day of another team are not offered, and a number that was guessed is refused."""
    with app.app_context(), transaction() as session:
        mine = make_event(session, slug="meiner").id
        foreign = make_event(session, slug="fremder").id
        make_questions(session, foreign)
    visitor = lead(app, asked.event_id)
    from app.events.models import TeamMember
    from app.people.models import Organiser

    with app.app_context(), transaction() as session:
        me = session.scalars(select(Organiser.id).where(Organiser.email == "lea@example.org")).one()
        session.add(TeamMember(event_id=mine, organiser_id=me, role=Role.ORGANISER))
    page = visitor.get("/organise/events/meiner/questions/copy")
    assert [o["value"] for o in page.soup.select("select[name=source] option")] == [str(asked.event_id)]
    assert page.send(source=str(foreign)).status == 422
    page = page.send()
    assert "9 Fragen wurden hinzugefügt." in page.soup.get_text()
    assert "Was sollen wir beim Essen beachten?" in page.text
    assert "Zurzeit" not in visitor.get(f"{QUESTIONS}/copy").text


def test_the_preview_shows_the_form_and_sends_nothing(app: Flask, asked: Asked) -> None:
    page = somebody(app, "vera@example.org", asked.event_id, Role.VIEWER).get(f"{QUESTIONS}/preview")
    assert page.status == 200
    names = {str(tag["name"]) for tag in page.soup.find("main").find_all(attrs={"name": True})}  # type: ignore[union-attr]
    assert {"given_name", "email", asked["meal"], asked["diet"], asked["needs"]} <= names
    assert asked["note"] not in names
    assert page.soup.find("main").find("form") is None  # type: ignore[union-attr]


def test_the_team_notes_what_participants_never_see(app: Flask, asked: Asked) -> None:
    personal = confirmed(app, **asked.fill(badge="Svenja"))
    visitor = organiser(app, asked.event_id)
    page = visitor.get(f"{HOME}/registrations/{reference(app)}")
    assert "Svenja" in page.text
    form = page.follow("Antworten eintragen")
    assert asked["diet"] not in form.values(form.form())
    refused = form.send(**{asked["nights"]: "viele", asked["note"]: "Kommt später"})
    assert set(refused.errors()) == {asked["nights"]}
    page = refused.send(**{asked["nights"]: "1"})
    assert "Kommt später" in page.text
    assert "Kommt später" not in personal.visitor.get(personal.address).text


def test_two_organisers_on_one_persons_answers(app: Flask, asked: Asked) -> None:
    """F30"""
    confirmed(app, **asked.fill(badge="Svenja"))
    address = f"{HOME}/registrations/{reference(app)}/answers"
    visitor = organiser(app, asked.event_id)
    first, second = visitor.get(address), visitor.get(address)
    first.send(**{asked["badge"]: "Erste"})
    refused = second.send(**{asked["badge"]: "Zweite"})
    assert (refused.status, "Erste" in refused.text) == (409, True)
    assert "Zweite" in refused.send().text


# -- what is sensitive


def test_sensitive_answers_are_behind_their_own_door(app: Flask, asked: Asked) -> None:
    """DP-04, DP-12: only with the permission, only after a press, and that press is written down."""
    confirmed(app, **asked.fill(meal="Sonstiges", diet=SECRET))
    address = f"{HOME}/registrations/{reference(app)}"
    otto = organiser(app, asked.event_id)
    assert "Sensible Antworten" not in otto.get(address).text
    for door in ("sensitive", "sensitive/answers"):
        assert otto.client.post(f"{address}/{door}").status_code == 403
    assert otto.client.get(f"{address}/sensitive").status_code == 403
    lea = lead(app, asked.event_id)
    page = lea.get(address)
    assert SECRET not in page.text
    page = page.follow("Sensible Antworten")
    assert SECRET not in page.soup.get_text()
    page = page.send()
    assert page.values(page.form())[asked["diet"]] == SECRET
    assert "registration.sensitive" in _actions(app)
    page = page.send(**{asked["diet"]: "Mandeln"})
    assert page.address == address
    assert "Mandeln" in stored(app)
    assert "Mandeln" not in page.text
    other = somebody(app, "luise@example.org", asked.event_id, Role.LEAD)
    assert "Mandeln" not in str(other.get(f"{address}/sensitive").soup)  # each asks for herself


def _actions(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.action)))


def test_sensitive_words_stand_nowhere_else(app: Flask, asked: Asked) -> None:
    """DP-04: not in lists, files, mails, calendars, or the audit log; and there was something to leak."""
    need = "Gebärdensprache"
    personal = confirmed(
        app, **asked.fill(meal="Sonstiges", diet=SECRET, needs=[need], badge="Kanarienvogel")
    )
    lea = lead(app, asked.event_id)
    with app.app_context(), transaction() as session:
        one = session.scalars(select(Registration)).one()
        given = {asked.ids["diet"]: SECRET + "!", asked.ids["needs"]: (int(asked.options["needs"][need]),)}
        answer_for(session, one.id, given, one.version, TEAM, NOW, sensitive=True)
    shown = [
        lea.get(address).soup.get_text()
        for address in (
            HOME + "/",
            f"{HOME}/registrations",
            f"{HOME}/registrations/{reference(app)}",
            f"{HOME}/mails",
            f"{HOME}/workshops",
        )
    ]
    sheet = exported(lea, f"{HOME}/registrations", f"{HOME}/registrations/export", format="csv")
    mails = [mail.as_string() + text_of(mail) for mail in mailbox(app).deliver()]
    with app.app_context():
        log = [f"{one.action} {one.subject} {one.detail}" for one in db.session.scalars(select(AuditEntry))]
    calendar = personal.visitor.client.get(f"{personal.address}/day.ics").get_data(as_text=True)
    feed = next(a for a in personal.soup.find_all("input") if "/calendar/my/" in str(a.get("value", "")))
    subscribed = app.test_client().get(str(feed["value"])).get_data(as_text=True)
    everything = "\n".join([*shown, sheet, *mails, *log, calendar, subscribed])
    assert "Kanarienvogel" in everything
    assert len(mails) >= 2
    assert "BEGIN:VEVENT" in calendar
    assert "BEGIN:VEVENT" in subscribed
    for words in (SECRET, need):
        assert words not in everything


def exported(visitor: Visitor, page: str, action: str, **data: str) -> str:
    token = visitor.get(page).soup.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    response = visitor.client.post(action, data={"csrf_token": token["value"], **data})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_answers_are_columns_of_the_export(app: Flask, asked: Asked) -> None:
    """Formula-safe as all cells are (T29); the sensitive ones are no columns."""
    confirmed(
        app,
        **asked.fill(meal="vegan", bus="Yes", nights="2", arrival="2031-03-12", badge="=SUMME(1)", diet="x"),
    )
    visitor = organiser(app, asked.event_id)
    visitor.get(f"{HOME}/registrations/{reference(app)}/answers").send(**{asked["note"]: "VIP"})
    head, line = rows(
        exported(visitor, f"{HOME}/registrations", f"{HOME}/registrations/export", format="csv")
    )
    found = dict(zip(head, line, strict=True))
    assert head[-7:] == [
        "Verpflegung",
        "Fahren Sie mit dem Bus?",
        "Wie viele Nächte bleiben Sie?",
        "Wann reisen Sie an?",
        "Was soll auf dem Namensschild stehen?",
        "Frage an die Referierenden",
        "Notiz des Teams",
    ]
    assert [found[one] for one in head[-7:]] == ["vegan", "Ja", "2", "12.03.2031", "'=SUMME(1)", "", "VIP"]


def test_answers_in_numbers(app: Flask, asked: Asked) -> None:
    """The only form in which sensitive answers leave the house."""
    confirmed(app, **asked.fill(meal="Sonstiges", diet=SECRET, needs=["ruhiger Raum", "Gebärdensprache"]))
    visitor = organiser(app, asked.event_id)
    page = visitor.get(f"{QUESTIONS}/answers")
    assert "Was brauchen Sie? ruhiger Raum 1" in page.text
    sheet = exported(visitor, f"{QUESTIONS}/answers", f"{QUESTIONS}/answers/export")
    assert SECRET not in page.text + sheet
    assert [line for line in rows(sheet)[1:] if line[2] != "0"] == [
        ["Verpflegung", "Sonstiges", "1", ""],
        ["Was sollen wir beim Essen beachten?", "beantwortet", "1", ""],
        ["Was brauchen Sie?", "Gebärdensprache", "1", ""],
        ["Was brauchen Sie?", "ruhiger Raum", "1", ""],
    ]
    assert "question.export" in _actions(app)
    checking = somebody(app, "chris@example.org", asked.event_id, Role.CHECK_IN)
    assert checking.client.post(f"{QUESTIONS}/answers/export").status_code == 403
