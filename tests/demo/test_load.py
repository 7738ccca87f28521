# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The sample data equals the tables it was ordered by, and every counter agrees with the rows behind it."""

import stat
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.attendees.duplicates import duplicates
from app.clock import BERLIN, now
from app.demo import people
from app.demo.arrivals import spread, upcoming_date
from app.demo.commands import password_file
from app.demo.loading import load
from app.events.models import Event, Quota, Room, TeamMember
from app.events.rules import EventStatus, RegistrationState
from app.organisation_admin.queries import Reach, list_organisations, merges_into
from app.organisations.models import Organisation, Region
from app.organisations.service import find_organisation
from app.outbox.models import Message
from app.people.models import Budget, Organiser
from app.people.passwords import NO_PASSWORD, verify
from app.people.rules import Role
from app.programme.agenda import read_agenda
from app.programme.models import Run
from app.registration.models import Registration, StatusChange
from app.registration.queries import history
from app.registration.questions.queries import answered_questions, questions_of
from app.registration.rules import PlaceState, Reason, Status
from app.registration.workshops.models import Place, Wish
from app.results.material_service import missing_files
from app.results.models import Agreement, AttendanceFigure, Material, WorkshopResult
from app.results.rules import AgreementStatus, Level, MaterialKind
from app.web.database import db, transaction

pytestmark = pytest.mark.long  # each loads the whole demo

LOADED_AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

# Label, capacity, booked, waiting
RUNS = {
    "kim-fachtag-owl": {
        ("1.1", 20, 20, 4),
        ("1.2", 24, 21, 0),
        ("1.3", 24, 23, 0),
        ("1.4", 20, 18, 0),
        ("1.5", 16, 11, 0),
        ("2.1", 24, 24, 3),
        ("2.2", 18, 16, 0),
        ("2.3", 20, 9, 0),
        ("2.4", 24, 20, 0),
        ("2.5", 16, 14, 0),
    },
    "kim-fachtag-owl-2023": {("A", 36, 35, 0), ("B", 36, 35, 0), ("C", 36, 35, 0)},
}
KINDS = {
    "ki": 7,
    "immigration_office": 5,
    "municipality": 9,
    "state": 4,
    "employment": 3,
    "welfare": 6,
    "migrant_org": 1,
    "education": 1,
}


@pytest.fixture
def loaded(app, settings):
    with app.app_context():
        with transaction() as session:
            load(session, settings.data_dir, "hash", LOADED_AT)
        session = db.session()
        past, upcoming, small = session.scalars(select(Event).order_by(Event.starts_at))
        yield SimpleNamespace(session=session, past=past, upcoming=upcoming, small=small)


def _person(loaded, mail, event=None):
    return loaded.session.scalars(
        select(Registration).where(
            Registration.email == f"{mail}@example.org",
            Registration.event_id == (event or loaded.upcoming).id,
        )
    ).one()


def test_the_tables_are_met(loaded, subtests):
    """One loading per engine, looked at from all sides: loading is the expensive part."""
    for look in LOOKS:
        with subtests.test(look.__name__):
            look(loaded)


def look_at_organisations(loaded):
    known = select(Organisation.kind, func.count()).where(Organisation.known).group_by(Organisation.kind)
    assert dict(loaded.session.execute(known).all()) == KINDS
    organisations = loaded.session.scalars(select(Organisation).where(Organisation.known)).all()
    assert len(organisations) == sum(KINDS.values()) == 36
    assert [one.slug for one in loaded.session.scalars(select(Region))] == ["owl"]
    assert Counter(one.region is None for one in organisations) == {True: 3, False: 33}


def look_at_the_past_day(loaded):
    past = loaded.past
    assert (past.slug, past.title) == (
        "kim-fachtag-owl-2023",
        "1. KIM-Fachtag OWL: Gemeinsam für bessere Integrationsarbeit",
    )
    assert _local(past.starts_at, past.ends_at) == ("29.09.2023 09:30", "29.09.2023 15:30")
    assert past.place == "Kreishaus Herford, Amtshausstraße 3, 32051 Herford"
    assert past.lead_host.name == "Kommunales Integrationszentrum Kreis Herford"
    assert (past.capacity, past.taken, past.waiting, past.fee_note) == (110, 105, 0, "kostenfrei")
    assert past.status is EventStatus.PUBLISHED
    assert past.documentation_released_at.date() == date(2023, 11, 3)
    assert _local(past.registration_opens_at, past.registration_closes_at) == (
        "14.08.2023 08:00",
        "15.09.2023 23:59",
    )


def look_at_the_upcoming_day(loaded):
    upcoming = loaded.upcoming
    assert upcoming.slug == "kim-fachtag-owl"
    assert upcoming.title == "KIM-Fachtag OWL 2027: Vom Einzelfall zur Struktur (Beispielveranstaltung)"
    assert _local(upcoming.starts_at, upcoming.ends_at) == ("04.02.2027 09:30", "04.02.2027 15:45")
    assert _local(upcoming.registration_closes_at) == ("22.01.2027 23:59",)
    assert upcoming.place == "Kreishaus Paderborn, Aldegreverstraße 10–14, 33102 Paderborn"
    assert upcoming.lead_host.name == "Bildungs- und Integrationszentrum Kreis Paderborn"
    assert (upcoming.capacity, upcoming.taken, upcoming.waiting) == (110, 96, 0)
    assert upcoming.registration_state(LOADED_AT) is RegistrationState.OPEN
    for event in (loaded.past, upcoming):
        hosts = [event.lead_host, *event.cohosts]
        assert (len(hosts), len(set(hosts))) == (7, 7)
        assert {host.kind for host in hosts} == {"ki"}
        assert "Land" in event.funding_note
        assert event.region.slug == "owl"


def look_at_rooms(loaded):
    rooms = loaded.session.scalars(
        select(Room).where(Room.event_id == loaded.upcoming.id).order_by(Room.position)
    )
    assert [(room.name, room.seats, room.step_free, room.loop.value) for room in rooms] == [
        ("Großer Saal", 120, True, "fixed"),
        ("Raum Alme", 26, True, "none"),
        ("Raum Lippe", 26, True, "none"),
        ("Raum Pader", 24, True, "mobile"),
        ("Raum Egge", 20, True, "none"),
        ("Raum Senne", 18, False, "none"),
        ("Foyer", None, True, "none"),
    ]


def look_at_the_agenda(loaded):
    assert _agenda(loaded.upcoming) == [
        "09:00–09:30 Ankommen, Check-in, Kaffee | break | Foyer",
        "09:30–09:45 Begrüßung durch die Gastgeberin | welcome | Großer Saal",
        "09:45–10:00 Grußwort des Landes | welcome | Großer Saal",
        "10:00–10:45 Input: Vom Einzelfall zur Struktur – was Case Management sichtbar macht | keynote | Großer Saal",
        "10:45–11:00 Pause, Raumwechsel | break | ",
        "11:00–12:15 Workshoprunde 1 | round | 5",
        "12:15–13:30 Mittagsimbiss und Markt der Möglichkeiten | market | Foyer",
        "13:30–14:45 Workshoprunde 2 | round | 5",
        "14:45–15:00 Pause | break | ",
        "15:00–15:30 Gallery Walk der Ergebnisse und Vereinbarungen | plenary | Großer Saal",
        "15:30–15:45 Blitzlicht, Ausblick, nächste Gastgeberin | closing | Großer Saal",
    ]
    assert [line for line in _agenda(loaded.past) if "ause" not in line] == [
        "09:30–10:00 Begrüßung | welcome | Kreistagssaal",
        "10:00–11:00 Input: Was sagt die Forschung zu Migration und Rassismus? | keynote | Kreistagssaal",
        "11:15–12:45 Workshops | round | 3",
        "13:45–14:45 Diskussionsrunde 1: Was hilft am Schalter? | discussion | Kreistagssaal",
        "13:45–14:45 Diskussionsrunde 2: Was hilft zwischen den Ämtern? | discussion | Foyer",
        "15:00–15:30 Ausblick | closing | Kreistagssaal",
    ]


def look_at_the_small_day(loaded):
    """A code, texts, wishes and somebody who does not come alone."""
    small = loaded.small
    assert (small.slug, small.form_code, small.awaits_places) == ("kim-werkstatt-owl", "Werkstatt 27", True)
    assert small.registration_state(LOADED_AT) is RegistrationState.OPEN
    assert all((one.text_before, one.text_open, one.text_after) for one in (small, loaded.upcoming))
    assert not loaded.past.text_open
    people_there = loaded.session.scalars(
        select(Registration).where(Registration.event_id == small.id).order_by(Registration.id)
    ).all()
    assert [one.accompanying for one in people_there] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert (small.taken, small.capacity) == (9, 24)
    wished = loaded.session.scalars(
        select(Wish.registration_id).join(Run, Wish.run_id == Run.id).where(Wish.rank == 1)
    ).all()
    assert len(wished) == 7


def look_at_runs(loaded):
    for event in (loaded.past, loaded.upcoming):
        runs = _runs(loaded, event)
        assert {(run.label, run.capacity, run.taken, run.waiting) for run in runs} == RUNS[event.slug]
        assert all(run.extra == 0 and run.contributors for run in runs)
    by_label = {run.label: run for run in _runs(loaded, loaded.upcoming)}
    assert by_label["1.4"].workshop_id == by_label["2.5"].workshop_id
    assert len({run.workshop_id for run in by_label.values()}) == 9
    assert {run.label: run.room.name.removeprefix("Raum ") for run in by_label.values()} == {
        "1.1": "Pader",
        "1.2": "Alme",
        "1.3": "Lippe",
        "1.4": "Egge",
        "1.5": "Senne",
        "2.1": "Lippe",
        "2.2": "Pader",
        "2.3": "Egge",
        "2.4": "Alme",
        "2.5": "Senne",
    }
    assert by_label["2.4"].contributors[0].name == "Roza Beispielsen"


def look_at_questions(loaded):
    """Demo-data 2.7: the standard set, in German, with a few answers; what is sensitive in its own table."""
    asked = questions_of(loaded.session, loaded.upcoming.id)
    assert [one.label for one in asked] == [
        "Verpflegung",
        "Was sollen wir beim Essen beachten?",
        "Was brauchen Sie, um gut teilnehmen zu können?",
        "Was hilft Ihnen sonst noch bei der Teilnahme?",
        "Wie reisen Sie an?",
        "Frage an die Referierenden",
    ]
    assert questions_of(loaded.session, loaded.past.id) == []
    answered = answered_questions(loaded.session, loaded.upcoming.id)
    assert [answered.get(one.id, 0) > 0 for one in asked] == [True, True, True, False, True, True]


def look_at_people(loaded):
    counts = loaded.session.execute(
        select(Event.slug, Registration.status, func.count())
        .join(Registration.event)
        .group_by(Event.slug, Registration.status)
    )
    assert {(slug, status.value): number for slug, status, number in counts} == {
        ("kim-fachtag-owl-2023", "registered"): 105,
        ("kim-werkstatt-owl", "registered"): 8,
        ("kim-fachtag-owl", "registered"): 96,
        ("kim-fachtag-owl", "cancelled"): 1,
    }
    people = loaded.session.scalars(select(Registration)).all()
    assert all(person.email.endswith("@example.org") and person.email.isascii() for person in people)
    upcoming = [person for person in people if person.event_id == loaded.upcoming.id]
    assert len({person.organisation_id for person in upcoming}) == 36 + 2  # two typed names, see below
    assert len({person.full_name for person in upcoming}) == 96  # one comes twice
    opened = loaded.upcoming.registration_opens_at
    assert all(opened <= person.created_at < LOADED_AT - timedelta(hours=3) for person in upcoming)
    assert all(
        person.created_at < person.confirmed_at < LOADED_AT or _by_phone(person) for person in upcoming
    )
    assert len({person.created_at.date() for person in upcoming}) >= 10


def look_at_the_odd_names(loaded):
    """The odd names are there to be met."""
    for mail, given, family, organisation in [
        ("aylin.beispiel", "Aylin", "Beispiel", "Kommunales Integrationszentrum Kreis Herford"),
        (
            "petra.musterfeld",
            "Petra",
            "Musterfeld-von der Probe",
            "Kreis Lippe, Ausländer- und Einbürgerungsbehörde",
        ),
        ("sascha.probe", "Dr. Sascha", "Probe", "Institut für Teilhabeforschung (erfunden)"),
        ("nadiia.fiktiv", "Nadiia", "Fiktiv", "DRK Integrationsagentur (Beispiel)"),
        ("suekrue.muster", "Şükrü", "Muşterî", "Brücken bauen e. V. (erfundene MSO)"),
        ("mika.erfunden", "Mika", "Erfunden", "Jobcenter Kreis Gütersloh"),
        ("karim.testmann", "Karim", "Testmann", "Kreis Paderborn, Einbürgerungsbehörde"),
        ("svenja.demohaus", "Svenja", "Demohaus", "Der Paritätische, Kreisgruppe (Beispiel)"),
        ("roza.beispielsen", "Roza", "Beispielsen", "Brücken bauen e. V. (erfundene MSO)"),
        ("oneil.muster", "O'Neil", "Muster", "Stadt Detmold"),
        ("formel", "=Summe", "Formel", "Stadt Espelkamp"),
        ("toni.platz", "Toni", "Platz", "Stadt Löhne, Integration"),
        ("alex.beispiel", "Alex", "Beispiel", "Stadt Löhne, Integration"),
    ]:
        person = _person(loaded, mail)
        assert (person.given_name, person.family_name, person.organisation.name) == (
            given,
            family,
            organisation,
        )
    alike = select(Registration).where(
        Registration.event_id == loaded.upcoming.id,
        Registration.family_name == "Beispiel",
        Registration.organisation_id == _person(loaded, "alex.beispiel").organisation_id,
    )
    assert len(loaded.session.scalars(alike).all()) == 2


def look_at_toni_and_the_next(loaded):
    """Toni Platz cancelled; Alex, who waited, got the seat; and somebody in the line of 1.1 the place there."""
    toni, alex = _person(loaded, "toni.platz"), _person(loaded, "alex.beispiel")
    assert [line.to_status for line in history(loaded.session, toni)] == [
        Status.UNCONFIRMED,
        Status.REGISTERED,
        Status.CANCELLED,
    ]
    told = history(loaded.session, alex)
    assert [(line.to_status, line.reason) for line in told] == [
        (Status.UNCONFIRMED, Reason.SUBMITTED),
        (Status.WAITING, Reason.ADDRESS_CONFIRMED),
        (Status.REGISTERED, Reason.MOVED_UP),
    ]
    assert told[-1].at == history(loaded.session, toni)[-1].at
    assert alex.waiting_number == 1
    run = next(run for run in _runs(loaded, loaded.upcoming) if run.label == "1.1")
    assert (run.waiting, run.waiting_counter) == (4, 5)


def look_at_lines(loaded):
    """Who waits keeps a place in the same round, and nobody sits in one subject twice."""
    places = loaded.session.scalars(select(Place)).all()
    held = {(one.registration_id, one.round_id) for one in places if one.state is PlaceState.PLACE}
    waiting = [one for one in places if one.state is PlaceState.WAITING]
    assert len(waiting) == 7
    assert {(one.registration_id, one.round_id) for one in waiting} <= held
    numbers = {run.label: [] for run in _runs(loaded, loaded.upcoming)}
    for one in waiting:
        numbers[one.run.label].append(one.waiting_number)
    assert (sorted(numbers["1.1"]), sorted(numbers["2.1"])) == ([2, 3, 4, 5], [1, 2, 3])


def look_at_counters(loaded):
    """Taken and waiting, of days and runs, against the rows."""
    for event in (loaded.past, loaded.upcoming):
        mine = Registration.event_id == event.id
        held = loaded.session.scalar(select(func.count()).where(mine, Registration.has_seat))
        queue = loaded.session.scalar(select(func.count()).where(mine, Registration.status == Status.WAITING))
        assert (event.taken, event.waiting) == (held, queue)
        for run in _runs(loaded, event):
            states = loaded.session.execute(
                select(Place.state, func.count()).where(Place.run_id == run.id).group_by(Place.state)
            )
            counted = dict(states.all())
            assert (run.taken, run.waiting) == (
                counted.get(PlaceState.PLACE, 0),
                counted.get(PlaceState.WAITING, 0),
            )
    last = {line.registration_id: line.to_status for line in _changes(loaded)}
    assert last == {person.id: person.status for person in loaded.session.scalars(select(Registration))}


def look_at_quotas(loaded):
    """One reservation with a date, one limit; both count who is there, and there is room in both."""
    found = loaded.session.scalars(select(Quota).order_by(Quota.id)).all()
    assert {one.event_id for one in found} == {loaded.upcoming.id}
    assert [(one.effect.value, one.target.value, one.capacity, one.taken, one.waiting) for one in found] == [
        ("reserve", "kind", 6, 3, 0),
        ("cap", "district", 36, 24, 0),
    ]
    assert _local(found[0].release_at) == ("07.01.2027 08:00",)
    assert [one.released_at for one in found] == [None, None]
    assert loaded.upcoming.reserved == found[0].capacity - found[0].taken


def look_at_results(loaded):
    agreements = loaded.session.scalars(select(Agreement).order_by(Agreement.id)).all()
    assert [(one.owner, one.due.isoformat(), one.status, one.level) for one in agreements] == [
        ("KI Kreis Herford", "2024-01-31", AgreementStatus.DONE, Level.ASSOCIATION),
        ("KI Stadt Bielefeld", "2024-04-30", AgreementStatus.IN_PROGRESS, Level.ASSOCIATION),
        ("KI Kreis Lippe", "2024-02-29", AgreementStatus.DONE, Level.DISTRICT),
        ("alle KIs", "2023-12-31", AgreementStatus.HANDED_OVER, Level.STEERING_GROUP),
        ("KI Kreis Gütersloh", "2023-12-15", AgreementStatus.OPEN, Level.DISTRICT),
        ("alle KIs", "2023-11-30", AgreementStatus.DONE, Level.ASSOCIATION),
        ("Lenkungsgruppen", "2024-03-31", AgreementStatus.REJECTED, Level.STATE),
    ]
    assert agreements[-1].workshop_id is None
    figures = loaded.session.scalars(select(AttendanceFigure)).all()
    assert {one.kind: one.count for one in figures} == {
        "ki": 24,
        "immigration_office": 15,
        "municipality": 21,
        "welfare": 26,
        "employment": 6,
        "state": 4,
        "other": 2,
    }
    results = loaded.session.scalars(select(WorkshopResult).order_by(WorkshopResult.id)).all()
    assert [one.attended for one in results] == [33, 31, 34, None]
    assert sum(one.count for one in figures) == 33 + 31 + 34 == 98


def look_at_materials(loaded):
    """A11Y-12, A11Y-15: two flipcharts with long alternatives, one PDF without tags with a summary."""
    photos = loaded.session.scalars(select(Material).where(Material.kind == MaterialKind.PHOTO)).all()
    assert [len(one.alt_text) > 300 for one in photos] == [True, True]
    (document,) = loaded.session.scalars(select(Material).where(Material.kind == MaterialKind.DOCUMENT))
    assert not document.accessible
    assert len(document.summary) > 300
    assert missing_files(loaded.session, _data_dir()) == []


def look_at_the_team(loaded):
    email, name = people.ORGANISER
    lead = loaded.session.scalars(select(Organiser).where(Organiser.email == email)).one()
    assert (lead.name, lead.is_admin, lead.password_hash) == (name, True, "hash")
    members = loaded.session.scalars(select(TeamMember)).all()
    assert Counter((one.event_id, one.role) for one in members) == {
        (event.id, role): 1 for event in (loaded.past, loaded.upcoming, loaded.small) for role in Role
    }
    assert {one.organiser.password_hash for one in members if one.organiser is not lead} == {NO_PASSWORD}


def look_at_mails(loaded):
    """Nobody is written to two hundred times; five mails of different kinds wait for the worker."""
    messages = loaded.session.scalars(select(Message)).all()
    assert sorted(one.kind for one in messages) == [
        "places.changed",
        "registration.cancelled",
        "registration.moved_up",
        "registration.registered",
        "registration.registered",
    ]
    assert all(one.next_attempt_at == LOADED_AT < one.give_up_at for one in messages)
    assert loaded.session.scalar(select(func.count(Budget.id))) == 0


def look_at_what_people_type(loaded):
    """Two names wait for the team, each with a good guess; a third was merged; somebody comes twice."""
    session = loaded.session
    lines = list_organisations(session, Reach(None), "", 1, provisional=True).items
    assert [(one.organisation.name, one.likely[0].name) for one in lines] == [
        ("Ausländerbehörde Bielefeld", "Stadt Bielefeld, Ausländerbehörde"),
        ("KI Minden-Lübbecke", "Kommunales Integrationszentrum Kreis Minden-Lübbecke"),
    ]
    found = find_organisation(session, "Caritas Integration (Beispiel)")
    assert found is not None
    assert found.name == "Caritas Fachdienst Integration (Beispiel)"
    assert [one.name for one in merges_into(session, found)] == ["Caritas Integration (Beispiel)"]
    pairs, more = duplicates(session, loaded.upcoming)
    assert [(one.same_name, one.same_organisation, one.same_mailbox) for one in pairs] == [
        (True, True, False)
    ]
    assert not more


LOOKS = [look for name, look in list(globals().items()) if name.startswith("look_at_")]


class TestUpcomingDate:
    """Contract: always a Thursday at least ten weeks ahead."""

    def test_on_every_day_of_two_years(self):
        for days in range(730):
            moment = LOADED_AT + timedelta(days=days)
            ahead = upcoming_date(moment) - moment.astimezone(BERLIN).date()
            assert upcoming_date(moment).weekday() == 3
            assert timedelta(weeks=10) <= ahead < timedelta(weeks=11)


class TestSpread:
    def test_moments_lie_in_office_hours_in_order(self):
        opens, closes = datetime(2026, 10, 1, 8, tzinfo=BERLIN), datetime(2026, 10, 29, 12, tzinfo=BERLIN)
        moments = spread(opens, closes, 97)
        assert (len(moments), sorted(moments)) == (97, moments)
        assert all(opens <= moment < closes and moment.weekday() < 5 for moment in moments)
        assert {8 <= moment.hour < 18 for moment in moments} == {True}


@pytest.mark.sqlite_only
class TestCommand:
    @pytest.mark.long
    def test_it_loads_once_and_then_refuses(self, app, settings):
        app.config["TESTING"] = False
        runner = app.test_cli_runner()
        first = runner.invoke(args=["demo", "load"])
        assert first.exit_code == 0, first.output
        path = password_file(settings)
        email, password = path.read_text("utf-8").splitlines()
        assert first.output == f"loaded; sign in as {email} with the password {password}\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with app.app_context():
            lead = db.session.scalars(select(Organiser).where(Organiser.email == email)).one()
            assert verify(lead.password_hash, password)
            before = db.session.scalar(select(func.count(Registration.id)))
        second = runner.invoke(args=["demo", "load"])
        assert second.exit_code == 1
        assert second.output.startswith("Error: The database is not empty.")
        assert path.read_text("utf-8").splitlines() == [email, password]
        with app.app_context():
            assert db.session.scalar(select(func.count(Registration.id))) == before == 202 + 8
        assert runner.invoke(args=["check"]).output == "0 findings\n"

    def test_an_account_is_enough_to_refuse(self, app, settings):
        from app.people.service import create_organiser

        with app.app_context(), transaction() as session:
            create_organiser(session, "a@example.org", "A", NO_PASSWORD, now())
        assert app.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 1
        assert not password_file(settings).exists()

    def test_a_loading_that_breaks_leaves_nothing(self, app, settings, monkeypatch):
        monkeypatch.setattr("app.demo.loading._load_past", lambda *_: 1 / 0)
        with app.app_context():
            with pytest.raises(ZeroDivisionError), transaction() as session:
                load(session, settings.data_dir, "hash", LOADED_AT)
            assert db.session.scalar(select(func.count(Organisation.id))) == 0
            assert db.session.scalar(select(func.count(Event.id))) == 0


def _local(*moments):
    return tuple(f"{moment.astimezone(BERLIN):%d.%m.%Y %H:%M}" for moment in moments)


def _agenda(event):
    return [
        f"{line.starts_at.astimezone(BERLIN):%H:%M}–{line.ends_at.astimezone(BERLIN):%H:%M} {line.title}"
        f" | {line.kind.key if line.kind else 'round'}"
        f" | {len(line.round.runs) if line.round else line.room.name if line.room else ''}"
        for line in read_agenda(db.session(), event)
    ]


def _runs(loaded, event):
    return [run for run in loaded.session.scalars(select(Run)) if run.workshop.event_id == event.id]


def _changes(loaded):
    return loaded.session.scalars(select(StatusChange).order_by(StatusChange.id))


def _by_phone(person):
    return person.created_at == person.confirmed_at


def _data_dir():
    from flask import current_app

    return current_app.extensions["fachtag.settings"].data_dir
