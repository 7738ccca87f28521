# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Regions, districts and kinds of organisation: data with a page, kept where they are used."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.events.models import Event, Quota
from app.events.queries import public_events
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisation_admin import master_data
from app.organisations.models import District, Organisation, OrganisationKind, Region
from app.organisations.queries import districts_to_choose, kind_names, kinds_to_choose, regions
from app.organisations.rules import State, UsualKind
from app.organisations.service import add_organisation, name_organisation
from app.people.models import AuditEntry
from app.refusal import ChangedMeanwhile, Refusal, RemovedMeanwhile
from app.registration.history import SYSTEM
from app.registration.questions.models import Question
from app.results.service import FrameFacts, write_frame
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in
from tests.registration.steps import open_day

BY = SYSTEM


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    an_organiser(app, "ada@example.org", name="Ada", is_admin=True)
    return signed_in(app, "ada@example.org")


def offered(app: Flask) -> list[str]:
    with app.app_context():
        return [one.name for one in regions(db.session())]


def test_an_empty_installation_gets_its_regions_from_the_page(app: Flask, admin: FlaskClient) -> None:
    page = Visitor(admin).get("/organise/master-data/regions")
    assert "Es gibt noch keine" in page.text
    for name in ("Münsterland", "Südwestfalen"):
        done = Visitor(admin).get("/organise/master-data/regions").send(button="Hinzufügen", name=name)
        assert f"„{name}“ ist gespeichert." in done.text
    assert offered(app) == ["Münsterland", "Südwestfalen"]
    assert admin.get("/calendar/regions/muensterland.ics").status_code == 200
    again = (
        Visitor(admin).get("/organise/master-data/regions").send(button="Hinzufügen", name="  MÜNSTERLAND ")
    )
    assert again.status == 422
    assert "Diesen Namen gibt es schon." in again.text
    Visitor(admin).get("/organise/master-data/regions").send(button="„Südwestfalen“ nach oben")
    assert offered(app) == ["Südwestfalen", "Münsterland"]
    with app.app_context():
        assert set(db.session().scalars(select(AuditEntry.action))) >= {"master_data.add", "master_data.move"}
    assert "Region, Kreis, Art oder Rechtsgrundlage hinzugefügt" in Visitor(admin).get("/organise/log").text


def test_a_region_says_whose_holidays_count(app: Flask, admin: FlaskClient) -> None:
    address = "/organise/master-data/regions"
    Visitor(admin).get(address).send(button="Hinzufügen", name="Franken", state="BY")
    page = Visitor(admin).get(address)
    assert "Bayern" in page.text
    editor = page.follow("Franken")
    assert editor.values(editor.form(button="Speichern"))["state"] == "BY"
    editor.send(button="Speichern", state="TH")
    assert "Thüringen" in Visitor(admin).get(address).text
    refused = Visitor(admin).get(address).send(button="Hinzufügen", name="Elsass", state="FR")
    assert refused.status == 422
    with app.app_context():
        assert list(db.session.execute(select(Region.name, Region.state))) == [("Franken", State.TH)]


def test_what_is_in_use_is_retired_and_stays_where_it_is(app: Flask, admin: FlaskClient) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        region = master_data.add_entry(session, Region, "Münsterland", BY, NOW)
        session.get_one(Event, day.event_id).region_id = region.id
        session.flush()
        number = region.id
    listed = Visitor(admin).get("/organise/master-data/regions")
    assert "„Münsterland“ entfernen" not in listed.text
    with app.app_context(), transaction() as session, pytest.raises(Refusal, match="in use"):
        master_data.remove_entry(session, Region, number, BY, NOW)
    listed.send(button="„Münsterland“ stilllegen")
    assert offered(app) == []
    chosen = Visitor(admin).get(f"{day.home}/edit/hosts")
    assert chosen.values(chosen.form())["region_id"] == str(number)
    with app.app_context():
        assert len(public_events(db.session(), "muensterland")) == 1
    Visitor(admin).get("/organise/master-data/regions").send(button="„Münsterland“ wieder anbieten")
    assert offered(app) == ["Münsterland"]


def test_what_nobody_uses_is_removed(app: Flask, admin: FlaskClient) -> None:
    Visitor(admin).get("/organise/master-data/regions").send(button="Hinzufügen", name="Irrtum")
    done = Visitor(admin).get("/organise/master-data/regions").send(button="„Irrtum“ entfernen")
    assert "Der Eintrag ist entfernt." in done.text
    assert offered(app) == []


def test_a_district_is_renamed_with_its_organisations_and_quotas(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        with transaction() as session:
            add_organisation(session, "Stelle A", district="Kreis Musterau")
            add_organisation(session, "Stelle B", district="kreis  musterau")
        day.add_quota("Musterau", 5, QuotaEffect.CAP, Aim(QuotaTarget.DISTRICT, district="Kreis Musterau"))
        session = db.session()
        assert list(districts_to_choose(session)) == ["Kreis Musterau"]
        one = session.scalars(select(District)).one()
        number, version = one.id, one.version
        with transaction() as session:
            master_data.rename_entry(session, District, number, "Kreis Neuau", version, BY, NOW)
        with transaction() as session, pytest.raises(ChangedMeanwhile):
            master_data.rename_entry(session, District, number, "Kreis Altau", version, BY, NOW)
        session = db.session()
        assert set(session.scalars(select(Organisation.district).where(Organisation.district != ""))) == {
            "Kreis Neuau"
        }
        assert session.scalars(select(Quota.district)).all() == ["Kreis Neuau"]


def test_who_renames_second_sees_both(app: Flask, admin: FlaskClient) -> None:
    """F30"""
    Visitor(admin).get("/organise/master-data/regions").send(button="Hinzufügen", name="Eins")
    with app.app_context():
        number = db.session().scalars(select(Region.id)).one()
    late = Visitor(admin).get(f"/organise/master-data/regions/{number}")
    Visitor(admin).get(f"/organise/master-data/regions/{number}").send(name="Zwei")
    refused = late.send(name="Drei")
    assert refused.status == 409
    assert "Zwei" in refused.text
    refused.send()
    assert offered(app) == ["Drei"]


def test_only_administrators(app: Flask) -> None:
    an_organiser(app, "otto@example.org")
    client = signed_in(app, "otto@example.org")
    for address in ("regions", "districts", "regions/1"):
        assert client.get(f"/organise/master-data/{address}").status_code == 403
    assert Visitor(client).client.post("/organise/master-data/regions/1/remove").status_code in {400, 403}


@pytest.mark.parametrize("address", ["colours", "kinds/77", "regions/7"])
def test_what_is_not_there(admin: FlaskClient, address: str) -> None:
    assert admin.get(f"/organise/master-data/{address}").status_code == 404


def test_a_question_names_the_law_of_its_task_and_keeps_it(app: Flask, admin: FlaskClient) -> None:
    """DP-01: no Land is built in. What people were told stays, whatever becomes of the list."""
    day = a_day(app)
    Visitor(admin).get("/organise/master-data/laws").send(button="Hinzufügen", name="§ 3 HDSIG")
    asked = {"label": "Was fragen Sie die Vortragenden?", "kind": "long_text", "purpose": "Zur Vorbereitung."}
    asked |= {"legal_basis": "public_task", "retention": "6_months"}
    Visitor(admin).get(f"{day.home}/questions/new").send(**asked)
    listed = "Öffentliche Aufgabe (Art. 6 Abs. 1 e DSGVO, § 3 HDSIG)"
    assert listed in Visitor(admin).get(f"{day.home}/questions").text
    assert listed in Visitor(admin).get(f"/events/{day.slug}/register").text
    laws = Visitor(admin).get("/organise/master-data/laws")
    assert "„§ 3 HDSIG“ entfernen" not in laws.text
    laws.send(button="„§ 3 HDSIG“ stilllegen")
    with app.app_context():
        number = db.session().scalars(select(Question.id)).one()
    form = Visitor(admin).get(f"{day.home}/questions/{number}")
    assert form.values(form.form())["law"] == "§ 3 HDSIG"
    assert "§ 3 HDSIG" not in Visitor(admin).get(f"{day.home}/questions/new").text
    consent = form.send(legal_basis="consent")
    assert consent.status == 200
    with app.app_context():
        assert db.session().scalars(select(Question.law)).one() == ""


def kinds_offered(app: Flask) -> list[str]:
    with app.app_context():
        return [key for key, _name in kinds_to_choose(db.session())]


def number_of(app: Flask, key: str) -> int:
    with app.app_context():
        return db.session().scalars(select(OrganisationKind.id).where(OrganisationKind.key == key)).one()


def test_a_kind_is_named_in_both_languages_and_chosen(app: Flask, admin: FlaskClient) -> None:
    """A new installation has the usual ones; another is chosen wherever they are, and read in the reader's language."""
    assert kinds_offered(app) == [*UsualKind]
    day = a_day(app)
    address = "/organise/master-data/kinds"
    one_name = Visitor(admin).get(address).send(button="Hinzufügen", name="Jugendmigrationsdienst")
    assert one_name.status == 422
    done = (
        Visitor(admin)
        .get(address)
        .send(button="Hinzufügen", name="Jugendmigrationsdienst", name_en="Youth migration service")
    )
    assert "„Jugendmigrationsdienst“ ist gespeichert." in done.text
    key = "jugendmigrationsdienst"
    assert kinds_offered(app)[-1] == key
    for taken in (
        {"name": "jugendmigrationsdienst", "name_en": "Other one"},
        {"name": "Neu", "name_en": "land"},
    ):
        assert (
            "Diesen Namen gibt es schon."
            in Visitor(admin).get(address).send(button="Hinzufügen", **taken).text
        )
    made = Visitor(admin).get("/organise/organisations/new").send(name="JMD Musterau", kind=key)
    assert "Jugendmigrationsdienst" in made.text
    with app.app_context():
        assert (
            db.session().scalars(select(Organisation.kind).where(Organisation.name == "JMD Musterau")).one()
            == key
        )
    for page in (
        f"{day.home}/quotas/new",
        "/organise/setup/office",
        f"{day.home}/results/introduction",
        f"{day.home}/allocation/conditions/kind_bounds/new",
        f"{day.home}/registrations",
        "/organise/organisations",
    ):
        assert "Jugendmigrationsdienst" in Visitor(admin).get(page).text, page
        english = Visitor(admin, {"Accept-Language": "en"}).get(page).text
        assert "Youth migration service" in english, page
        assert "Jugendmigrationsdienst" not in english, page


def test_a_kind_in_use_is_retired_and_stays_where_it_is(app: Flask, admin: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        number = add_organisation(session, "Hochschule Musterau", kind="education").id
    listed = Visitor(admin).get("/organise/master-data/kinds")
    assert "„Bildung und Forschung“ entfernen" not in listed.text
    with app.app_context(), transaction() as session, pytest.raises(Refusal, match="in use"):
        master_data.remove_entry(session, OrganisationKind, number_of(app, "education"), BY, NOW)
    listed.send(button="„Bildung und Forschung“ stilllegen")
    assert "education" not in kinds_offered(app)
    assert "Bildung und Forschung" not in Visitor(admin).get("/organise/organisations/new").text
    form = Visitor(admin).get(f"/organise/organisations/{number}")
    assert form.values(form.form())["kind"] == "education"
    assert "Bildung und Forschung" in Visitor(admin).get("/organise/organisations").text
    Visitor(admin).get("/organise/master-data/kinds").send(button="„Bildung und Forschung“ wieder anbieten")
    Visitor(admin).get("/organise/master-data/kinds").send(button="„Arbeitsverwaltung“ entfernen")
    assert {"education"} <= set(kinds_offered(app))
    assert "employment" not in kinds_offered(app)


def test_the_kind_of_who_is_typed_in_stays(app: Flask, admin: FlaskClient) -> None:
    """Without it nobody from a new organisation could register."""
    number, texts = number_of(app, "other"), Visitor(admin).get("/organise/master-data/kinds").text
    assert "„Sonstige“ stilllegen" not in texts
    assert "„Sonstige“ entfernen" not in texts
    for verb in (master_data.retire, master_data.remove_entry):
        with app.app_context(), transaction() as session, pytest.raises(Refusal, match="stays"):
            verb(session, OrganisationKind, number, BY, NOW)
    Visitor(admin).get(f"/organise/master-data/kinds/{number}").send(name="Andere Stellen", name_en="Others")
    with app.app_context():
        with transaction() as session:
            assert name_organisation(session, "Nie gehört e. V.").kind == "other"
        assert kind_names(db.session())["other"] == "Andere Stellen"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM organisation_kind WHERE key = 'welfare'",
        "UPDATE organisation SET kind = 'quatsch'",
        "UPDATE organisation_kind SET retired = true WHERE key = 'other'",
    ],
)
def test_the_database_says_no(app: Flask, statement: str) -> None:
    with app.app_context():
        with transaction() as session:
            add_organisation(session, "Verband", kind="welfare")
        with pytest.raises((IntegrityError, RemovedMeanwhile)), transaction() as session:
            session.execute(text(statement))


def test_a_new_name_of_a_kind_stands_in_the_published_documentation(app: Flask, admin: FlaskClient) -> None:
    """Its page is kept by the day's revision, so days with figures of the kind move on, and no others."""
    day, other = a_day(app), a_day(app, slug="anderer-tag")
    with app.app_context():
        with transaction() as session:
            event = session.get_one(Event, day.event_id)
            write_frame(session, event, FrameFacts("Vorweg", "", {"welfare": 26}), 0, NOW)
        before = [db.session().get_one(Event, one.event_id).revision for one in (day, other)]
        db.session.remove()
    number = number_of(app, "welfare")
    Visitor(admin).get(f"/organise/master-data/kinds/{number}").send(
        name="Freie Wohlfahrt", name_en="Charities"
    )
    with app.app_context():
        after = [db.session().get_one(Event, one.event_id).revision for one in (day, other)]
        assert [one > was for one, was in zip(after, before, strict=True)] == [True, False]
        db.session.remove()
    assert "Freie Wohlfahrt" in Visitor(admin).get(f"{day.home}/results/preview").text
    Visitor(admin).get("/organise/master-data/kinds").send(button="„Freie Wohlfahrt“ nach oben")
    with app.app_context():
        moved = [db.session().get_one(Event, one.event_id).revision for one in (day, other)]
        assert [one > was for one, was in zip(moved, after, strict=True)] == [True, False]


def test_every_column_that_names_a_kind_is_found(app: Flask) -> None:
    """Whoever adds one has to point at the row: by that it is known whether a kind is in use."""
    with app.app_context():
        named = {str(one) for one in master_data._naming_a_kind()}
    assert named == {
        "organisation.kind",
        "quota.organisation_kind",
        "allocation_condition.organisation_kind",
        "attendance_figure.kind",
    }
