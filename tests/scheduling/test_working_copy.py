# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The working copy on its pages: edited, seen by nobody else, released, taken back, brought back."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees.staff.service import name_staff
from app.clock import now
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.people.rules import Role
from app.programme.models import (
    AgendaChange,
    AgendaEdit,
    AgendaItem,
    AgendaVersion,
    Contributor,
    Round,
    Run,
    Stand,
    SubItem,
    Workshop,
)
from app.registration.correcting import change_choices
from app.registration.models import Registration
from app.registration.workshops.models import Place, StaffRole
from app.web.database import db, transaction
from tests.factories.organising import a_day, somebody
from tests.pages import Visitor
from tests.registration.steps import ORGANISER, Day
from tests.scheduling.test_organiser_views import HOME, lead, seat

PROGRAMME = f"{HOME}/programme"
PUBLIC = "/events/musterfachtag/agenda"


def edits(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(AgendaEdit.id)).all())


def newest_mail() -> Message:
    return db.session.scalars(select(Message).order_by(Message.id.desc())).first()


def mails(app: Flask) -> list[Message]:
    with app.app_context():
        found = select(Message).where(Message.kind == "places.changed", Message.state == State.QUEUED)
        return list(db.session.scalars(found))


def test_an_edit_of_a_public_agenda_is_seen_by_nobody_before_its_release(
    app: Flask, client: FlaskClient
) -> None:
    event_id, ids = a_day(app, released=True)
    seat(app, event_id)
    visitor = lead(app, event_id)
    before = client.get(PUBLIC)
    page = visitor.get(f"{PROGRAMME}/items/{ids['item-2']}")
    assert "Was Sie hier speichern, kommt in die Arbeitsfassung" in page.text
    page = page.send(start="09:40", title="Grußwort")
    assert "geändert, noch nicht öffentlich" in page.text
    after = client.get(PUBLIC)
    assert (after.data, after.headers.get("ETag")) == (before.data, before.headers.get("ETag"))
    assert mails(app) == []
    question = visitor.get(f"{PROGRAMME}/release").send(name="Zeiten fest", note="Der Landrat kommt später.")
    assert "1 Person bekommt eine E-Mail." in question.text
    read = question.soup.find("pre").text  # type: ignore[union-attr]
    assert "der Tagesablauf für alle hat sich geändert" in read
    assert "9:40" in read
    assert "Der Landrat kommt später." in read
    assert client.get(PUBLIC).data == before.data
    question.send()
    assert edits(app) == 0
    (mail,) = mails(app)
    assert mail.next_attempt_at - mail.created_at == timedelta(minutes=1)
    text = client.get(PUBLIC).text
    assert "Grußwort" in text
    assert "Begrüßung → Grußwort" in " ".join(text.split())
    assert "Zeiten fest" in text


def test_a_release_says_who_leads_what_it_changes_and_tells_them(app: Flask) -> None:
    """Of a run that is called off as well; what is taken back in its minute they never hear of."""
    event_id, ids = a_day(app, released=True)
    with app.app_context():
        day = Day(event_id, {"1.1": ids["1.1"]}, {})
        day.join("anna")
        with day.step() as session:
            role = StaffRole.NOTE_TAKER
            name_staff(session, event_id, ids["1.1"], day.ids["anna"], role, ORGANISER, day.now)
        Worker(app, clock=lambda: day.now).deliver()
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(takes_place=None)
    release = visitor.get(f"{PROGRAMME}/release")
    assert "1 Person leitet oder protokolliert ihn." in release.text
    assert "Plätze gehen verloren" not in release.text
    question = release.send()
    assert "1 Person: ihr Workshop fällt aus" in question.text
    question.send()
    with app.app_context():
        mail = newest_mail()
        assert BUILDERS[mail.kind](db.session(), mail) is not None
    visitor.get(f"{PROGRAMME}/versions").send(button="Diese Freigabe zurücknehmen")
    with app.app_context():
        mail = newest_mail()
        assert BUILDERS[mail.kind](db.session(), mail) is None


def test_a_release_is_taken_back_in_its_minute(app: Flask, client: FlaskClient) -> None:
    event_id, ids = a_day(app, released=True)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(takes_place=None)
    release = visitor.get(f"{PROGRAMME}/release")
    assert "1 Platz ist vergeben. Die Plätze gehen verloren" in release.text
    assert "1.2 Datenschutz im Fallmanagement (16 Plätze frei)" in " ".join(release.text.split())
    release.send().send()
    with app.app_context():
        assert db.session.scalars(select(Place.id)).all() == []
    page = visitor.get(f"{PROGRAMME}/versions")
    assert "Fassung 2" in page.text
    page = page.send(button="Diese Freigabe zurücknehmen")
    assert "Zurückgenommen" in page.text
    with app.app_context():
        (place,) = db.session.scalars(select(Place)).all()
        assert place.run_id == ids["1.1"]
        run = db.session.get_one(Run, ids["1.1"])
        assert (run.takes_place, run.taken) == (True, 1)
        assert db.session.scalars(select(AgendaChange.id)).all() == []
        assert [one.number for one in db.session.scalars(select(AgendaVersion))] == [1]
        assert db.session.scalars(select(AgendaEdit.facts)).all() == [{"takes_place": False}]


def test_a_run_called_off_by_mistake_has_its_people_back_before_they_hear_of_it(app: Flask) -> None:
    """Released again in the minute in which nobody has been told. Then its people are not lost by taking that back."""
    event_id, ids = a_day(app, released=True)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    seat(app, event_id, "Bea", **{f"r{ids['round-1']}": ids["1.1"]})
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(takes_place=None)
    visitor.get(f"{PROGRAMME}/release").send().send()
    with app.app_context(), transaction() as session:  # who has chosen anew meanwhile stays there
        bea = session.scalars(select(Registration).where(Registration.given_name == "Bea")).one()
        change_choices(session, bea.id, {ids["round-1"]: ids["1.2"]}, now())
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(takes_place="y")
    done = visitor.get(f"{PROGRAMME}/release").send()
    assert "ist jetzt öffentlich" in done.text
    with app.app_context():
        assert [
            (one.registration.given_name, one.run.label) for one in db.session.scalars(select(Place))
        ] == [
            ("Bea", "1.2"),
            ("Anna", "1.1"),
        ]
        assert (db.session.get_one(Run, ids["1.1"]).taken, db.session.get_one(Run, ids["1.2"]).taken) == (
            1,
            1,
        )
        told = [
            BUILDERS[one.kind](db.session(), one) for one in mails(app) if one.recipient.startswith("anna")
        ]
        assert told == [None]
    page = visitor.get(f"{PROGRAMME}/versions").send(button="Diese Freigabe zurücknehmen")
    assert "sind inzwischen Plätze vergeben" in page.text
    with app.app_context():
        assert db.session.get_one(Run, ids["1.1"]).taken == 1


def test_what_is_new_stands_in_the_working_copy_and_gets_rows_with_the_release(
    app: Flask, client: FlaskClient
) -> None:
    event_id, _ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/rounds/new").send(start="16:00", end="17:00")
    page = visitor.get(f"{PROGRAMME}/workshops/new").send(title="Haltung zeigen")
    page = page.send(round_id="-1", label="3.1", capacity="12", contributors="Olga Entwurf")
    assert "Haltung zeigen" in page.text
    with app.app_context():
        assert db.session.scalar(select(Round.id).where(Round.number == 3)) is None
        assert db.session.scalar(select(Workshop.id).where(Workshop.title == "Haltung zeigen")) is None
    assert "Haltung zeigen" not in client.get(PUBLIC).text
    visitor.get(f"{PROGRAMME}/runs/-1").send(capacity="14")
    visitor.get(f"{PROGRAMME}/release").send()
    with app.app_context():
        run = db.session.scalars(select(Run).where(Run.label == "3.1")).one()
        assert (run.round.number, run.workshop.title, run.capacity) == (3, "Haltung zeigen", 14)
        assert [one.name for one in run.contributors] == ["Olga Entwurf"]
    assert "Haltung zeigen" in client.get(PUBLIC).text


def test_rounds_and_numbers_are_swapped_in_one_release(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(label="1.9")
    visitor.get(f"{PROGRAMME}/runs/{ids['1.2']}").send(label="1.1", room_id=str(ids["Raum Birke"]))
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(label="1.2", room_id=str(ids["Raum Ahorn"]))
    visitor.get(f"{PROGRAMME}/release").send()
    with app.app_context():
        found = db.session.scalars(select(Run).order_by(Run.id)).all()
        assert [(one.label, one.room and one.room.name) for one in found[:2]] == [
            ("1.2", "Raum Ahorn"),
            ("1.1", "Raum Birke"),
        ]


def test_an_edit_is_taken_back_and_what_was_taken_out_is_put_back(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    page = visitor.get(f"{PROGRAMME}/items/{ids['item-5']}").send(title="Schluss")
    page = page.send(button="Änderung von „Schluss“ zurücknehmen")
    assert "Schluss" not in page.text
    page = visitor.get(f"{PROGRAMME}/item-{ids['item-5']}/remove")
    assert "steht weiter im öffentlichen Tagesablauf, bis Sie die Arbeitsfassung freigeben" in page.text
    page = page.send()
    assert "„Ausblick“ ist herausgenommen." in page.text
    page = page.send(button="„Ausblick“ wieder aufnehmen")
    assert edits(app) == 0
    assert visitor.get(f"{PROGRAMME}/release").soup.main.find("form") is None  # type: ignore[union-attr]


def test_what_stood_in_a_line_is_a_change_of_the_line(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor, inside = lead(app, event_id), f"{PROGRAMME}/inside/item-{ids['item-3']}"
    visitor.get(f"{inside}/new/talk").send(title="Kurzfilm")
    visitor.get(f"{inside}/new/stand").send(organisation="Musterkreis")
    visitor.get(f"{PROGRAMME}/people/day/new").send(name="Nia Probe")
    with app.app_context(), transaction() as session:
        (talk,), (stand,) = (session.scalars(select(kind.id)).all() for kind in (SubItem, Stand))
    visitor.get(f"{PROGRAMME}/people/sub-{talk}/new").send(name="Ada Probe")
    visitor.get(f"{PROGRAMME}/release").send()
    for gone in (f"{inside}/stand-{stand}", f"{inside}/talk-{talk}"):
        assert visitor.get(f"{gone}/remove").send().status == 200
    page = visitor.get(PROGRAMME)
    assert "herausgenommen" not in page.text
    assert page.text.count("geändert, noch nicht öffentlich") == 1
    page.send(f"{PROGRAMME}/item-{ids['item-3']}/restore")
    assert edits(app) == 0
    with app.app_context():
        (nia,) = db.session.scalars(select(Contributor.id).where(Contributor.name == "Nia Probe"))
    visitor.get(f"{PROGRAMME}/people/day/{nia}/remove").send()
    page = visitor.get(PROGRAMME)
    assert "„Nia Probe“ ist herausgenommen." in page.text
    page.send(button="„Nia Probe“ wieder aufnehmen")
    assert edits(app) == 0


def test_another_order_is_said_before_it_is_released(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor, inside = lead(app, event_id), f"{PROGRAMME}/inside/item-{ids['item-3']}"
    for title in ("Kurzfilm", "Gespräch"):
        visitor.get(f"{inside}/new/talk").send(title=title)
    visitor.get(f"{PROGRAMME}/release").send()
    with app.app_context():
        first = db.session.scalars(select(SubItem.id).order_by(SubItem.position)).first()
    visitor.get(inside).send(f"{inside}/talk-{first}/down")
    said = visitor.get(f"{PROGRAMME}/release").text
    assert "Reihenfolge" in said
    assert "Kurzfilm, Gespräch" in said
    assert "Gespräch, Kurzfilm" in said


def test_two_organisers_lose_nothing(app: Flask) -> None:
    """F30: the second sees both; each other's fields are kept."""
    event_id, ids = a_day(app, released=True)
    first, second = lead(app, event_id), somebody(app, "zweite@example.org", event_id, Role.ORGANISER)
    address = f"{PROGRAMME}/items/{ids['item-2']}"
    mine, theirs = first.get(address), second.get(address)
    mine.send(title="Grußwort der Landrätin")
    clash = theirs.send(title="Eröffnung")
    assert "inzwischen" in clash.text
    assert "Grußwort der Landrätin" in clash.text
    assert clash.values(clash.form())["title"] == "Eröffnung"
    clash.send()
    with app.app_context():
        (edit,) = db.session.scalars(select(AgendaEdit)).all()
        assert edit.facts == {"title": "Eröffnung"}


def test_a_release_shows_what_was_looked_at(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor, other = lead(app, event_id), somebody(app, "zweite@example.org", event_id, Role.ORGANISER)
    visitor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(title="Grußwort")
    page = visitor.get(f"{PROGRAMME}/release")
    other.get(f"{PROGRAMME}/items/{ids['item-5']}").send(title="Schluss")
    page = page.send()
    assert "inzwischen" in page.text
    assert edits(app) == 2
    page.send()
    assert edits(app) == 0


def test_a_version_is_compared_and_brought_back(app: Flask, client: FlaskClient) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(title="Grußwort")
    visitor.get(f"{PROGRAMME}/item-{ids['item-5']}/remove").send()
    visitor.get(f"{PROGRAMME}/release").send(name="Zweite")
    page = visitor.get(f"{PROGRAMME}/versions/2")
    assert "Begrüßung: Titel" in page.text
    page = visitor.get(f"{PROGRAMME}/versions/1?against=2")
    assert "Ausblick" in page.text
    page = page.send(button="Als Arbeitsfassung zurückholen")
    assert "Die Arbeitsfassung sagt, was Fassung 1 sagte." in page.text
    assert "Grußwort" in client.get(PUBLIC).text
    visitor.get(f"{PROGRAMME}/release").send()
    text = client.get(PUBLIC).text
    assert "Begrüßung" in text
    assert "Ausblick" in text
    with app.app_context():
        titles = db.session.scalars(select(AgendaItem.title).order_by(AgendaItem.starts_at)).all()
        assert titles == [
            "Ankommen und Kaffee",
            "Begrüßung",
            "Vortrag: Was Akten nicht erzählen",
            "Mittagsimbiss",
            "Ausblick",
        ]


def test_the_preview_can_be_shared_until_the_release(app: Flask, client: FlaskClient) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(title="Grußwort")
    page = visitor.get(f"{PROGRAMME}/release")
    link = next(str(a["href"]) for a in page.soup.find_all("a") if "/preview/" in a["href"])
    address = link[link.index("/preview/") :]
    shown = client.get(address)
    assert "Grußwort" in shown.text
    assert "noindex" in shown.headers.get("X-Robots-Tag", "")
    assert client.get(address + "x").status_code == 404
    page.send()
    assert client.get(address).status_code == 404


def test_a_run_that_somebody_chose_meanwhile_is_not_released_away(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/run-{ids['1.1']}/remove").send()
    page = visitor.get(f"{PROGRAMME}/release")
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    page = page.send()
    assert "„Beraten ohne Vorurteil“ ist von Angemeldeten gewählt" in page.text
    assert edits(app) == 2  # the run, and who facilitates it


def test_an_allocation_that_closes_a_run_meanwhile_is_in_the_working_copy(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/runs/{ids['1.1']}").send(capacity="12")
    with app.app_context(), transaction() as session:
        session.get_one(Run, ids["1.1"]).takes_place = False
    visitor.get(f"{PROGRAMME}/release").send()
    with app.app_context():
        run = db.session.get_one(Run, ids["1.1"])
        assert (run.takes_place, run.capacity) == (False, 12)


def test_a_day_that_moves_takes_working_copy_and_versions_along(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    seat(app, event_id)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(end="09:50")
    visitor.get(f"{PROGRAMME}/release").send().send()
    visitor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(end="09:55")
    visitor.get(f"{HOME}/edit").send(start_date="2031-03-20", end_date="2031-03-20").send()
    page = visitor.get(f"{PROGRAMME}/release")
    text = " ".join(page.text.split())
    assert "9:30–9:50 Uhr" in text
    assert "9:30–9:55 Uhr" in text
    question = page.send()
    assert question.soup.find("pre").text.count("bisher") == 1  # type: ignore[union-attr]


def test_viewers_see_versions_and_release_nothing(app: Flask) -> None:
    event_id, ids = a_day(app, released=True)
    editor = somebody(app, "zweite@example.org", event_id, Role.ORGANISER)
    editor.get(f"{PROGRAMME}/items/{ids['item-2']}").send(title="Grußwort")
    assert "Die Leitung des Teams gibt sie frei." in editor.get(PROGRAMME).text
    viewer: Visitor = somebody(app, "seherin@example.org", event_id, Role.VIEWER)
    assert "Es gibt noch keine Fassung" in viewer.get(f"{PROGRAMME}/versions").text
    assert viewer.get(f"{PROGRAMME}/release").status == 403
