# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' pages of the day itself, its rounds, workshops and runs."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.attendees import manual
from app.events.models import Event
from app.events.rules import EventStatus
from app.people.rules import Role
from app.programme.models import Round, Run, Workshop
from app.programme.workshop_facts import WORKSHOP_FACTS, WorkshopFacts
from app.registration.admission import Entry
from app.registration.history import PARTICIPANT
from app.registration.links import form_address
from app.registration.person import Person
from app.scheduling.jobs import call_off
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event
from tests.factories.organising import a_day, somebody
from tests.pages import Visitor
from tests.scheduling.steps import release_now

HOME = "/organise/events/musterfachtag"
HUGE = str(2**63)


def lead(app: Flask, event_id: int) -> Visitor:
    return somebody(app, "aylin@example.org", event_id, Role.LEAD)


def seat(app: Flask, event_id: int, name: str = "Anna", **choices: int) -> None:
    with app.app_context(), transaction() as session:
        person = Person(name, "Beispiel", f"{name.lower()}@example.org", "Stadt Musterstadt")
        entry = Entry(
            person, f"nonce {name}", choices={int(one.removeprefix("r")): run for one, run in choices.items()}
        )
        manual.add(session, event_id, entry, PARTICIPANT, NOW, extra_seat=False)


def released_by(app: Flask, event_id: int) -> None:
    """The working copy is released."""
    with app.app_context(), transaction() as session:
        release_now(session, event_id, NOW)


def _printable(typed: str) -> str:
    """What a page can show of it."""
    return typed.replace("\x00", "").replace("\u202e", "")


def stored(app: Flask, event_id: int) -> Event:
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        db.session.expunge(event)
        return event


# -- the day


def test_the_day_is_edited_and_nothing_else_changes(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor, before = lead(app, event_id), stored(app, event_id)
    page = visitor.get(f"{HOME}/edit")
    values = page.values(page.form())
    assert (values["start_date"], values["start_time"], values["end_date"]) == ("2031-03-13", "09:30", "")
    saved = page.send(title="Neuer Titel", opens_date="2031-01-02", start_time="9:15")
    assert (saved.status, saved.address) == (200, f"{HOME}/edit")
    after = stored(app, event_id)
    assert (after.title, after.starts_at, after.ends_at) == ("Neuer Titel", at("9:15"), before.ends_at)
    assert after.registration_opens_at is not None
    assert after.registration_opens_at.isoformat() == "2031-01-01T23:00:00+00:00"
    assert after.registration_closes_at == before.registration_closes_at
    for name in (
        "summary",
        "description",
        "for_whom",
        "venue_name",
        "venue_city",
        "contact_email",
        "capacity",
        "slug",
    ):
        assert getattr(after, name) == getattr(before, name)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"start_date": "31.02.2031"}, "start_date"),
        ({"start_date": "0000-00-00"}, "start_date"),
        ({"start_time": ""}, "start_time"),
        ({"end_time": "9:30"}, "end_time"),
        ({"end_date": "2031-03-12"}, "end_time"),
        ({"capacity": HUGE}, "capacity"),
        ({"capacity": "-5"}, "capacity"),
        ({"contact_email": "kein at"}, "contact_email"),
        ({"closes_date": "", "closes_time": "12:00"}, "closes_date"),
        ({"opens_date": "2031-03-01", "closes_date": "2031-02-01"}, "closes_date"),
        ({"venue_postcode": "12345678901"}, "venue_postcode"),
        ({"description": "n" * 20_001}, "description"),
    ],
)
def test_a_refused_day_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    """A11Y-06"""
    event_id, _ = a_day(app)
    visitor, before = lead(app, event_id), stored(app, event_id)
    page = visitor.get(f"{HOME}/edit").send(summary="Bleibt stehen", **typed)
    assert page.status == 422
    assert list(page.errors()) == [field]
    kept = page.values(page.form())
    assert {name: kept[name].strip() for name in typed} == {
        name: _printable(one) for name, one in typed.items()
    }
    assert kept["summary"].strip() == "Bleibt stehen"
    assert stored(app, event_id).version == before.version


def test_the_texts_about_registering_are_written_where_the_window_is(app: Flask) -> None:
    """Each is saved; where none is, the page says what people read instead, and which one holds now."""
    event_id, _ = a_day(app, registration_opens_at=at("8:00"), registration_closes_at=at("9:00"))
    page = lead(app, event_id).get(f"{HOME}/edit")
    for words in (
        "nur zu lesen, dass die Anmeldung am 13.03.2031, 8:00 Uhr öffnet",
        "nur zu lesen, dass die Anmeldung geschlossen ist",
        "Jetzt gilt: Text vor Beginn der Anmeldung.",
    ):
        assert words in page.text, words
    texts = {
        "text_before": "Ab Mai.\n\nFür KI.",
        "text_open": "Eine je Stelle.",
        "text_after": "Rufen Sie an.",
    }
    saved = page.send(**texts)
    assert (saved.status, "Der Fachtag ist gespeichert." in saved.text) == (200, True)
    after = stored(app, event_id)
    assert {name: getattr(after, name) for name in texts} == texts
    opened = saved.send(opens_date="", opens_time="")
    assert "So, wie es jetzt steht, liest das niemand" in opened.text
    assert "Jetzt gilt: Text während der Anmeldung." in opened.text


def test_a_code_is_set_changed_and_taken_away(app: Flask) -> None:
    """Each time the page says what that does, and shows the link that carries the code."""
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/edit")
    assert page.tree.xpath("//input[@id='form-link']") == []
    for code, words in (
        ("Herbst-27", "Das Formular öffnet jetzt nur noch mit dem Code."),
        ("HERBST-27", "Der Fachtag ist gespeichert."),  # the same, written otherwise
        ("Winter-28", "Der alte Code und die Links mit ihm öffnen das Formular nicht mehr."),
        ("", "Das Formular öffnet jetzt ohne Code"),
    ):
        page = page.send(form_code=code)
        assert words in page.text
        assert stored(app, event_id).form_code == code
        link = page.tree.xpath("//input[@id='form-link']/@value")
        with app.app_context():
            assert link == ([form_address(db.session.get_one(Event, event_id), "de")] if code else [])
        assert "mit ihm" not in page.text or code == "Winter-28"


@pytest.mark.parametrize("code", ["kurz1", "mit leer", "Größe!27", "x" * 61])
def test_a_code_can_be_passed_on_by_telephone(app: Flask, code: str) -> None:
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/edit").send(form_code=code, summary="Bleibt stehen")
    assert (page.status, list(page.errors())) == (422, ["form_code"])
    assert page.values(page.form())["summary"].strip() == "Bleibt stehen"


def test_the_log_says_that_the_code_changed_and_not_which_it_is(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    visitor.get(f"{HOME}/edit").send(form_code="Herbst-27")
    text = visitor.get(f"{HOME}/log").text
    assert "Code, der das Formular öffnet" in text
    assert "Herbst-27" not in text


def test_fewer_seats_than_are_taken_are_refused(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=3)
    seat(app, event_id)
    visitor = lead(app, event_id)
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, event_id)
        event.taken = 3
    page = visitor.get(f"{HOME}/edit").send(capacity="2")
    assert page.errors() == {
        "capacity": "Es sind schon 3 Plätze vergeben. Bitte melden Sie erst Personen ab oder wählen Sie eine größere Zahl."
    }


def test_who_saves_second_sees_both_texts_and_may_overwrite(app: Flask) -> None:
    """F30"""
    event_id, _ = a_day(app)
    first, second = lead(app, event_id), somebody(app, "mika@example.org", event_id, Role.ORGANISER)
    opened = second.get(f"{HOME}/edit")
    first.get(f"{HOME}/edit").send(summary="<script>alert(1)</script> von Aylin", capacity="90")
    page = opened.send(summary="Von Mika")
    assert page.status == 409
    cells = [cell.get_text(strip=True) for cell in page.soup.main.table.tbody.find_all(["th", "td"])]  # type: ignore[union-attr]
    assert cells == [
        *("Kurze Beschreibung", "<script>alert(1)</script> von Aylin", "Von Mika"),
        *("Plätze", "90", "100"),
    ]
    assert stored(app, event_id).summary == "<script>alert(1)</script> von Aylin"
    assert page.send().status == 200
    assert stored(app, event_id).summary == "Von Mika"


def test_publishing_lists_what_is_missing_then_shows_the_day_to_everybody(app: Flask) -> None:
    event_id, _ = a_day(app, status=EventStatus.DRAFT, summary="", contact_email="")
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/publish")
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    assert {f"{HOME}/edit#f-summary", f"{HOME}/edit#f-contact_email"} <= set(page.links())
    visitor.get(f"{HOME}/edit").send(summary="Ein Tag für alle.")
    assert app.test_client().get("/events/musterfachtag").status_code == 404
    assert visitor.get(f"{HOME}/publish").send().status == 200
    assert app.test_client().get("/events/musterfachtag").status_code == 200
    assert visitor.get(f"{HOME}/unpublish").send().status == 200
    assert app.test_client().get("/events/musterfachtag").status_code == 404


def test_taking_back_is_not_offered_once_somebody_registered(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    assert f"{HOME}/unpublish" in visitor.get(f"{HOME}/edit").links()
    question = visitor.get(f"{HOME}/unpublish")
    seat(app, event_id)
    assert f"{HOME}/unpublish" not in visitor.get(f"{HOME}/edit").links()
    assert question.send().status == 422
    assert stored(app, event_id).status is EventStatus.PUBLISHED


def test_cancelling_says_how_many_people_get_a_mail(app: Flask) -> None:
    event_id, _ = a_day(app)
    seat(app, event_id)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/cancel")
    assert "1 Person bekommt eine E-Mail. Sie sehen sie, bevor sie abgeht." in page.text
    page = page.send()
    assert (page.status, set(page.errors())) == (422, {"reason"})
    page = page.send(reason="Das Kreishaus ist gesperrt.", instead="Neuer Termin im Herbst.")
    assert "Das Kreishaus ist gesperrt." in page.soup.find("pre").text  # type: ignore[union-attr]
    page = page.send()
    event = stored(app, event_id)
    assert (page.status, event.status, event.off_instead) == (
        200,
        EventStatus.PUBLISHED,
        "Neuer Termin im Herbst.",
    )
    assert event.calls_off_at is not None
    with app.app_context():
        assert call_off(event.calls_off_at - timedelta(seconds=1)) == 0
        assert call_off(event.calls_off_at) == 1
    assert stored(app, event_id).status is EventStatus.CANCELLED
    assert visitor.get(f"{HOME}/cancel").soup.main.find("form") is None  # type: ignore[union-attr]
    public = visitor.get("/events/musterfachtag").text
    assert "Das Kreishaus ist gesperrt." in public
    assert "Neuer Termin im Herbst." in public


# -- rounds, workshops, runs


def test_from_an_empty_programme_to_a_workshop_in_its_round(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = lead(app, event_id)
    workshop_page = visitor.get(f"{HOME}/programme/workshops/new").send(
        title="Beraten", abstract="Fälle lesen."
    )
    with app.app_context():
        workshop_id = db.session.query(Workshop).one().id
    assert workshop_page.address == f"{HOME}/programme/workshops/{workshop_id}/runs/new"
    assert f"{HOME}/programme/rounds/new" in workshop_page.links()
    new_round = visitor.get(f"{HOME}/programme/rounds/new")
    assert new_round.values(new_round.form())["title"] == "Workshoprunde 1"
    assert new_round.send(start="11:00", end="12:15").address == f"{HOME}/programme"
    page = visitor.get(workshop_page.address).send(
        label="1.1", capacity="20", contributors=" Aylin  Beispiel \r\n\r\nMika Erfunden\r\n"
    )
    assert (page.status, page.address) == (200, f"{HOME}/programme")
    with app.app_context():
        run = db.session.query(Run).one()
        assert (run.label, run.capacity, run.room, run.round.number) == ("1.1", 20, None, 1)
        assert [one.name for one in run.contributors] == ["Aylin Beispiel", "Mika Erfunden"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("typed", ["x" * 201, "\n".join("ABCDEFGHIJKLMNOPQRSTU")])
def test_names_of_a_new_run_are_no_novel(app: Flask, typed: str) -> None:
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/programme/workshops/{ids['workshop-1']}/runs/new")
    again = page.send(label="1.9", contributors=typed)
    assert again.status == 422
    assert "contributors" in again.errors()
    assert again.values(again.form())["contributors"].replace("\r", "") == typed


def test_every_fact_of_a_workshop_is_asked_and_kept(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    with app.app_context():
        workshop_id, sequence = (
            db.session.get_one(Run, ids["1.1"]).workshop_id,
            db.session.get_one(Run, ids["1.1"]).sequence,
        )
    address = f"{HOME}/programme/workshops/{workshop_id}"
    words = {name: f"Wort {name}" for name in WORKSHOP_FACTS} | {"language": "tr", "undocumented": "y"}
    page = visitor.get(address)
    assert set(WORKSHOP_FACTS) <= {str(one["name"]) for one in page.soup.select("main [name]")}
    assert page.send(**words).address == f"{HOME}/programme"
    released_by(app, event_id)
    with app.app_context():
        stored_now = WorkshopFacts.of(db.session.get_one(Workshop, workshop_id))
        assert stored_now == WorkshopFacts(**{**words, "undocumented": True})  # type: ignore[arg-type]
        assert db.session.get_one(Run, ids["1.1"]).sequence == sequence + 1
    page = visitor.get(address)
    assert {name: page.values(page.form())[name] for name in words} == words
    for field, wrong in (("language", "xx"), ("target_group", "x" * 301), ("method", "x" * 201)):
        refused = visitor.get(address).send(**{field: wrong})
        assert (refused.status, set(refused.errors())) == (422, {field})


def test_a_run_is_moved_and_taken_out(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    address = f"{HOME}/programme/runs/{ids['1.1']}"
    page = visitor.get(address).send(room_id=str(ids["Großer Saal"]), capacity="100")
    assert (page.status, page.address) == (200, f"{HOME}/programme")
    released_by(app, event_id)
    with app.app_context():
        assert db.session.get_one(Run, ids["1.1"]).room_id == ids["Großer Saal"]
    removing = f"{HOME}/programme/run-{ids['1.1']}/remove"
    assert visitor.get(removing).send().address == f"{HOME}/programme"
    assert visitor.get(address).status == 404
    with app.app_context():
        assert db.session.get(Run, ids["1.1"]) is not None
    released_by(app, event_id)
    with app.app_context():
        assert db.session.get(Run, ids["1.1"]) is None


def test_who_holds_a_place_is_named_and_keeps_it(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    seat(app, event_id, **{f"r{ids['round-1']}": ids["1.1"]})
    visitor = lead(app, event_id)
    assert "1 Platz ist vergeben." in visitor.get(f"{HOME}/programme/runs/{ids['1.1']}").text
    assert "ist 1 Platz vergeben." in visitor.get(f"{HOME}/programme/rounds/{ids['round-1']}").text
    assert "ist 1 Platz vergeben." in visitor.get(f"{HOME}/programme/workshops/{ids['workshop-1']}").text
    page = visitor.get(f"{HOME}/programme/run-{ids['1.1']}/remove")
    assert page.soup.select_one("main .kern-alert--warning") is not None
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    with app.app_context():
        assert db.session.get_one(Run, ids["1.1"]).taken == 1


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "1.2"}, "label"),
        ({"label": "x" * 11}, "label"),
        ({"capacity": HUGE}, "capacity"),
        ({"least_people": "21"}, "least_people"),
        ({"room_id": "9999"}, "room_id"),
        ({"round_id": "-1"}, "round_id"),
    ],
)
def test_a_refused_run_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    """A11Y-06"""
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/programme/runs/{ids['1.1']}").send(**typed)
    assert page.status == 422
    assert list(page.errors()) == [field]
    kept = page.values(page.form())
    if field not in {"room_id", "round_id"}:  # a select can only show what it offers
        assert {name: kept[name].replace("\r\n", "\n").strip() for name in typed} == typed


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "2"}, "number"),
        ({"number": HUGE}, "number"),
        ({"number": ""}, "number"),
        ({"title": ""}, "title"),
        ({"start": "13:00", "end": "14:00"}, "start"),
        ({"end": "10:00"}, "end"),
    ],
)
def test_a_refused_round_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/programme/rounds/{ids['round-1']}").send(**typed)
    assert (page.status, list(page.errors())) == (422, [field])
    kept = page.values(page.form())
    assert {name: kept[name] for name in typed} == typed
    with app.app_context():
        assert db.session.get_one(Round, ids["round-1"]).starts_at == at("11:00")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("path", "mine", "theirs"),
    [
        ("rounds/{round-1}", {"title": "Runde der einen"}, {"title": "Runde des anderen"}),
        ("workshops/{workshop-1}", {"title": "Titel der einen"}, {"title": "Titel des anderen"}),
        ("runs/{1.1}", {"label": "1.8"}, {"label": "1.9"}),
    ],
)
def test_nobody_overwrites_unknowingly(
    app: Flask, path: str, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """F30"""
    event_id, ids = a_day(app)
    for name, one in ids.items():
        path = path.replace("{" + name + "}", str(one))
    address = f"{HOME}/programme/{path}"
    first, second = lead(app, event_id), somebody(app, "mika@example.org", event_id, Role.ORGANISER)
    opened = second.get(address)
    assert first.get(address).send(**mine).status == 200
    page = opened.send(**theirs)
    assert page.status == 409
    cells = [cell.get_text(strip=True) for cell in page.soup.main.table.tbody.find_all("td")]  # type: ignore[union-attr]
    assert cells == [*mine.values(), *theirs.values()]
    assert page.send().status == 200


def test_an_event_of_two_days_asks_for_the_date(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False, ends_at=at("12:00").replace(day=14))
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/programme/rounds/new").send(date="2031-03-14", start="9:00", end="10:00")
    assert page.status == 200
    with app.app_context():
        assert db.session.query(Round).one().starts_at == at("9:00").replace(day=14)
    refused = visitor.get(f"{HOME}/programme/rounds/new").send(date="2031-03-15", start="9:00", end="10:00")
    assert list(refused.errors()) == ["date"]


def test_roles_and_strangers(app: Flask) -> None:
    """T01, T02: each page for the roles that may, none for strangers, and no id of another day."""
    event_id, ids = a_day(app)
    with app.app_context(), transaction() as session:
        other_id = make_event(session, slug="anderer").id
    pages = {
        f"{HOME}/edit": Role.ORGANISER,
        f"{HOME}/publish": Role.LEAD,
        f"{HOME}/unpublish": Role.LEAD,
        f"{HOME}/cancel": Role.LEAD,
        f"{HOME}/programme/rounds/new": Role.ORGANISER,
        f"{HOME}/programme/rounds/{ids['round-1']}": Role.ORGANISER,
        f"{HOME}/programme/workshops/new": Role.ORGANISER,
        f"{HOME}/programme/workshops/{ids['workshop-1']}": Role.ORGANISER,
        f"{HOME}/programme/workshops/{ids['workshop-1']}/runs/new": Role.ORGANISER,
        f"{HOME}/programme/runs/{ids['1.1']}": Role.ORGANISER,
        f"{HOME}/programme/run-{ids['1.1']}/remove": Role.ORGANISER,
        f"{HOME}/programme/versions": Role.VIEWER,
    }
    rank = [Role.VIEWER, Role.ORGANISER, Role.LEAD]
    people = {role: somebody(app, f"{role.value}@example.org", event_id, role) for role in rank}
    stranger = somebody(app, "fremd@example.org", other_id, Role.LEAD)
    for address, least in pages.items():
        for role, visitor in people.items():
            expected = 200 if rank.index(role) >= rank.index(least) else 403
            assert visitor.get(address).status == expected, (address, role)
        assert stranger.get(address).status == 404
        elsewhere = address.replace("musterfachtag", "anderer")
        assert stranger.get(elsewhere).status == (404 if any(c.isdigit() for c in elsewhere) else 200)
        assert app.test_client().get(address).status_code == 303


def test_a_room_in_another_house_says_so_everywhere(app: Flask, client: FlaskClient) -> None:
    """A second venue: whoever sits in it is told as of another room, and calendars lead there."""
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    address = f"{HOME}/programme/rooms/{ids['Raum Birke']}"
    other = "Bürgerhaus, Marktweg 2, 00000 Musterstadt"
    with app.app_context():
        sequence = db.session.get_one(Run, ids["1.1"]).sequence
    page = visitor.get(address)
    assert page.send(venue="x" * 181).errors().keys() == {"venue"}
    assert visitor.get(address).send(venue=other).status == 200
    with app.app_context():
        assert db.session.get_one(Run, ids["1.1"]).sequence == sequence + 1
    assert other in visitor.get(f"{HOME}/programme/rooms").text
    day = "/events/musterfachtag"
    for path in (f"{day}/agenda", f"{day}/workshops/beraten-ohne-vorurteil", f"{day}/register"):
        assert f"Raum Birke, {other}" in visitor.get(path).text, path
    assert f"Raum: Raum Birke → Raum Birke, {other}" in visitor.get(f"{day}/agenda").text
    feed = client.get("/calendar/events/musterfachtag.ics").get_data(as_text=True)
    feed = feed.replace("\r\n ", "").replace("\\,", ",")
    assert f"LOCATION:Raum Birke, {other}\r\n" in feed
    assert "LOCATION:Raum Ahorn, Kreishaus Musterstadt" in feed
    extras = client.get(f"{day}/agenda.json").get_json()["schedule"]["x-fachtag"]["workshops"].values()
    assert {one["venue"] for one in extras} == {"", other}
