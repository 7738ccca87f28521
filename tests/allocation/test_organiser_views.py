# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The desk's pages: wishes and seats, conditions, asking for allocations, comparing, publishing, the protocol."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.protocol import verify
from app.allocation.rules import AllocationState, Mixing, Mode
from app.clock import now
from app.events.models import Event
from app.events.rules import Placement
from app.events.service import mark_changed
from app.outbox.service import beat
from app.people.models import AuditEntry
from app.programme.models import Run
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.service import cancel
from app.web.database import db, transaction
from tests.allocation.day import (
    UNTIL,
    a_wish_day,
    allocation_run,
    asks,
    by_wishes,
    joins,
    needs_step_free,
    places,
    publishes,
    set_run,
    solved,
    works_out,
)
from tests.organising.helpers import a_day, queries, signs_up
from tests.pages import Page, Visitor
from tests.pdf import beyond_the_margins, text_of
from tests.people.helpers import signed_in


def visit(app: Flask, who: str = "lea") -> Visitor:
    return Visitor(signed_in(app, f"{who}@example.org"))


def conditions(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        found = db.session.scalars(select(PlacingCondition).order_by(PlacingCondition.id))
        return [
            (
                one.kind.value,
                one.first_id,
                one.second_id,
                one.run_id,
                one.organisation_id,
                one.least,
                one.most,
                one.soft,
            )
            for one in found
        ]


def allocations(app: Flask) -> list[AllocationRun]:
    with app.app_context():
        found = db.session.scalars(select(AllocationRun).order_by(AllocationRun.id)).all()
        db.session.expunge_all()
        return list(found)


def rows(page: Page, caption: str) -> list[list[str]]:
    table = next(one for one in page.soup.find_all("table") if one.caption.get_text(strip=True) == caption)
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


# --- where one lands -----------------------------------------------------------------------------------------------


def test_a_day_with_direct_choice_says_what_to_do(app: Flask) -> None:
    day = a_day(app)
    page = visit(app).get(f"{day.home}/allocation")
    assert "An diesem Tag werden Workshops direkt gewählt" in page.text
    assert page.follow("Zu den Angaben des Tages").address == f"{day.home}/edit"


def test_the_tab_leads_there(app: Flask) -> None:
    made = a_wish_day(app, 1)
    page = visit(app).get(f"{made.day.home}/")
    assert made.desk in page.links()
    assert page.follow("Plätze in Workshops nach Wünschen vergeben").address == made.desk
    assert made.desk not in visit(app, "vera").get(f"{made.day.home}/").links()


def test_wishes_and_seats_by_workshop(app: Flask) -> None:
    made = a_wish_day(app, 5)
    set_run(app, made, "1.1", least_people=2)
    with app.app_context(), transaction() as session:
        needs_step_free(session, made, 1)
    page = visit(app, "otto").get(made.desk)
    assert "Die Zeit für Wünsche ist vorbei" in page.text
    assert "Alle Teilnehmenden haben einen Wunsch genannt." in page.text
    assert "5 Personen bekommen Plätze" in page.text
    assert [row[:5] for row in rows(page, "Wünsche und Plätze je Workshop")][:2] == [
        ["1.1 Beraten ohne Vorurteil Workshoprunde 1, Raum Birke", "3", "2", "20", "2"],
        ["1.2 Datenschutz im Fallmanagement Workshoprunde 1, Raum Ahorn", "2", "3", "16", "–"],
    ]
    assert "Muster001" not in page.text


def test_who_wishes_for_nothing_is_counted_and_listed(app: Flask) -> None:
    """Three of five say nothing: no page calls that complete, and the number leads to their names."""
    made = a_wish_day(app, 3, wish=False)
    with app.app_context(), transaction() as session:
        for number in (4, 5):
            joins(session, made, number)
    page = visit(app).get(made.desk)
    assert "3 von 5 Teilnehmenden haben keinen Wunsch genannt." in page.text
    assert "vollständig" not in page.text
    listed = page.follow("Anzeigen")
    assert listed.address == f"{made.day.home}/registrations?without=wish"
    assert "3 Personen" in listed.text


def test_while_wishes_are_open_it_says_until_when(app: Flask) -> None:
    made = a_wish_day(app, 1)
    with app.app_context(), transaction() as session:
        by_wishes(session, made.event_id, session.get_one(Event, made.event_id).starts_at)
    assert "Wünsche lassen sich bis 13.03.2031, 9:30 Uhr ändern" in visit(app).get(made.desk).text


def test_a_day_without_workshops_leads_to_the_programme(app: Flask) -> None:
    day = a_day(app, programme=False)
    with app.app_context(), transaction() as session:
        by_wishes(session, day.event_id)
    page = visit(app).get(f"{day.home}/allocation")
    assert page.follow("Zum Programm").address == f"{day.home}/programme"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/new",
        "/usual",
        "/compare",
        "/conditions/pin/new",
        "/1",
        "/1/publish",
        "/1/protocol",
        "/1/protocol.json",
        "/1/protocol.pdf",
    ],
)
def test_outsiders_see_nothing(app: Flask, path: str) -> None:
    made = a_wish_day(app, 2)
    solved(app, made)
    assert visit(app, "vera").get(made.desk + path).status in {403, 404}
    stranger = a_wish_day(app, 1, slug="anderswo")
    if path.startswith("/1"):
        assert visit(app).get(stranger.desk + path).status == 404


# --- conditions ----------------------------------------------------------------------------------------------------


def test_a_person_is_pinned_by_name_or_reference(app: Flask) -> None:
    made = a_wish_day(app, 3)
    visitor = visit(app, "otto")
    page = visitor.get(made.desk).follow("Jemand ist in diesem Workshop")
    page = page.send(person="Aylin Muster002", run_id=str(made.day.runs["1.1"]))
    assert page.address == made.desk
    assert "Muster002, Aylin ist in 1.1 Beraten ohne Vorurteil" in page.text
    with app.app_context():
        reference = db.session.get_one(Registration, made.people[3]).reference
    page = page.follow("Jemand ist nicht in diesem Workshop").send(
        person=f"irgendwer ({reference.lower()})", run_id=str(made.day.runs["1.2"])
    )
    found = [("pin", made.people[2], None, made.day.runs["1.1"], None, 0, None, False)]
    found += [("forbid", made.people[3], None, made.day.runs["1.2"], None, 0, None, False)]
    assert conditions(app) == found
    with app.app_context():
        assert list(db.session.scalars(select(AuditEntry.action)))[-2:] == ["allocation.condition"] * 2


@pytest.mark.parametrize(
    ("kind", "typed", "field", "sentence"),
    [
        ("pin", {"person": "Aylin"}, "person", "Mehrere Personen heißen so: Aylin Muster001 ("),
        ("pin", {"person": "Niemand"}, "person", "Niemand mit einem Platz"),
        ("pin", {"person": "2222-2222"}, "person", "Niemand mit einem Platz"),
        ("pin", {"person": "%"}, "person", "Niemand mit einem Platz"),
        ("pin", {"person": ""}, "person", "Bitte füllen Sie"),
        ("pin", {"person": "Muster001", "run_id": "999"}, "run_id", "Bitte wählen Sie"),
        ("apart", {"first": "Muster001", "second": "Muster001"}, "second", "zwei verschiedene Personen"),
        ("organisation_cap", {"most": "0"}, "most", "ganze Zahl"),
        ("kind_bounds", {"least": "", "most": ""}, "least", "mindestens eine der beiden Grenzen"),
        ("kind_bounds", {"least": "3", "most": "2"}, "most", "Obergrenze"),
    ],
)
def test_a_refused_condition_keeps_what_was_typed(
    app: Flask, kind: str, typed: dict[str, str], field: str, sentence: str
) -> None:
    made = a_wish_day(app, 2)
    page = visit(app).get(f"{made.desk}/conditions/{kind}/new").send(**typed)
    assert page.status == 422
    assert sentence in page.errors()[field]
    kept = page.values(page.form())
    assert all(kept[name] == value for name, value in typed.items() if name != "run_id")
    assert conditions(app) == []


def test_every_kind_is_added_once_and_removed(app: Flask) -> None:
    made = a_wish_day(app, 3)
    visitor = visit(app)
    with app.app_context():
        house = db.session.get_one(Registration, made.people[3]).organisation_id
    typed: dict[str, dict[str, Any]] = {
        "together": {"first": "Muster001", "second": "Muster002", "soft": "y"},
        "organisation_cap": {"most": "2", "organisation_id": str(house)},
        "kind_bounds": {
            "organisation_kind": "ki",
            "least": "1",
            "most": "",
            "run_id": str(made.day.runs["1.1"]),
        },
        "spread": {},
    }
    for kind, values in [*typed.items(), *typed.items()]:
        page = visitor.get(f"{made.desk}/conditions/{kind}/new").send(**values)
        assert page.address == made.desk, page.text
    sentences = [row[0] for row in rows(page, "Bedingungen")]
    assert sorted(sentences) == [
        "1.1 Beraten ohne Vorurteil (Workshoprunde 1): mindestens 1 aus „Kommunales Integrationszentrum“",
        "Jeder Workshop: höchstens 2 aus Kreis Musterstadt",
        "Kolleginnen und Kollegen werden möglichst gleichmäßig auf die Workshops verteilt",
        "Muster001, Aylin und Muster002, Aylin bleiben zusammen",
    ]
    page = visitor.get(f"{made.desk}/conditions/apart/new").send(first="Muster002", second="Muster001")
    assert (page.status, len(conditions(app))) == (422, 4)
    with app.app_context():
        ids = db.session.scalars(select(PlacingCondition.id)).all()
    for one in ids:
        page = visitor.get(made.desk).send(action=f"{made.desk}/conditions/{one}/remove")
    assert conditions(app) == []


def test_a_condition_about_somebody_who_has_left_does_not_count(app: Flask) -> None:
    made = a_wish_day(app, 2)
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/conditions/apart/new").send(first="Muster001", second="Muster002")
    assert "Zählt nicht" not in page.text
    with app.app_context(), transaction() as session:
        cancel(session, made.people[2], PARTICIPANT, now())
    assert "Zählt nicht" in visitor.get(made.desk).text


def test_a_run_is_closed_after_a_question_and_opened_again(app: Flask) -> None:
    made = a_wish_day(app, 2)
    visitor = visit(app)
    run = made.day.runs["1.1"]
    page = visitor.get(made.desk).follow("Schließen")
    assert page.address == f"{made.desk}/runs/{run}/close"
    page = page.send()
    assert "„1.1 Beraten ohne Vorurteil“ findet nicht statt." in page.soup.get_text()
    with app.app_context():
        assert not db.session.get_one(Run, run).takes_place
    visitor.get(made.desk).send(action=f"{made.desk}/runs/{run}/open")
    with app.app_context():
        assert db.session.get_one(Run, run).takes_place
        assert list(db.session.scalars(select(AuditEntry.action)))[-2:] == ["run.close", "run.open"]


def test_a_run_that_is_opened_into_a_room_that_is_taken_is_said_by_the_programme(app: Flask) -> None:
    made = a_wish_day(app, 2)
    visitor = visit(app)
    first, second = made.day.runs["1.1"], made.day.runs["1.2"]
    visitor.get(f"{made.desk}/runs/{first}/close").send()
    with app.app_context(), transaction() as session:
        session.get_one(Run, second).room_id = session.get_one(Run, first).room_id
        mark_changed(session.get_one(Event, made.event_id), now(), calendar=False)
    programme = f"{made.desk.removesuffix('/allocation')}/programme"
    said = "Raum Birke ist zur selben Zeit zweimal belegt"
    assert said not in visitor.get(programme).text
    page = visitor.get(made.desk).send(action=f"{made.desk}/runs/{first}/open")
    assert page.address == made.desk
    with app.app_context():
        assert db.session.get_one(Run, first).takes_place
    assert said in visitor.get(programme).text


def test_nothing_is_closed_at_the_desk_on_a_day_without_wishes(app: Flask) -> None:
    made = a_wish_day(app, 2)
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/runs/{made.day.runs['1.1']}/close")
    with app.app_context(), transaction() as session:
        session.get_one(Event, made.event_id).placement = Placement.DIRECT
    page = page.send()
    assert (page.status, "Workshops direkt" in page.soup.get_text()) == (422, True)
    with app.app_context():
        assert db.session.get_one(Run, made.day.runs["1.1"]).takes_place


def test_a_name_that_looks_like_a_reference_is_found(app: Flask) -> None:
    made = a_wish_day(app, 2)
    with app.app_context(), transaction() as session:
        one = session.get_one(Registration, made.people[1])
        one.take_person(replace(one.person, given_name="Anna-Lena"))
    page = visit(app).get(f"{made.desk}/conditions/together/new").send(first="Anna-Lena", second="Muster002")
    assert page.address == made.desk
    assert [one[1] for one in conditions(app)] == [made.people[1]]


# --- asking --------------------------------------------------------------------------------------------------------


def test_one_is_asked_for_and_shows_how_far_it_is(app: Flask) -> None:
    made = a_wish_day(app, 4)
    visitor = visit(app, "otto")
    form = visitor.get(made.desk).follow("Zuteilung berechnen")
    seed = form.values(form.form())["seed"]
    assert seed.isdecimal()
    page = form.send(mode="greedy", mixing="loose", seconds="30")
    (one,) = allocations(app)
    assert (one.name, one.mode, one.mixing, one.seed, one.seconds) == (
        "Viele erste Wünsche, locker gemischt",
        Mode.GREEDY,
        Mixing.LOOSE,
        int(seed),
        30,
    )
    assert page.heading == one.name
    assert page.response.headers["Refresh"] == "5"
    assert visitor.get(made.desk).response.headers["Refresh"] == "5"
    with app.app_context(), transaction() as session:
        row = session.get_one(AllocationRun, one.id)
        row.state, row.progress, row.lease_until = AllocationState.RUNNING, "3/7", UNTIL
    page = visitor.get(page.address)
    assert "Stufe 3/7." in page.text
    assert "läuft nicht" in page.text
    with app.app_context(), transaction() as session:
        beat(session, "worker", now=now())
    page = visitor.get(page.address)
    assert "läuft nicht" not in page.text
    page = page.send(button="Abbrechen")
    assert "Die Berechnung hält gleich an." in page.text
    assert allocations(app)[0].stop_asked


def test_the_desk_costs_the_same_with_many_people(app: Flask) -> None:
    costs = []
    for many, slug in ((2, "wenige"), (14, "viele")):
        made = a_wish_day(app, many, slug=slug)
        visitor = visit(app)
        visitor.get(made.desk)
        with queries(app) as sent:
            visitor.get(made.desk)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 22  # two ask for who cannot take a workshop


def test_a_double_press_is_one_allocation(app: Flask) -> None:
    made = a_wish_day(app, 4)
    form = visit(app).get(f"{made.desk}/new")
    assert form.send().address == form.send().address
    assert len(allocations(app)) == 1


def test_the_usual_two_and_the_usual_six(app: Flask) -> None:
    made = a_wish_day(app, 4)
    visitor = visit(app)
    page = visitor.get(made.desk).follow("Die üblichen nebeneinander")
    for _press in range(2):
        page.send()
    assert [one.name for one in allocations(app)] == [
        "Wenige hintere Wünsche, ohne Mischung",
        "Viele erste Wünsche, ohne Mischung",
    ]
    visitor.get(f"{made.desk}/conditions/spread/new").send()
    visitor.get(f"{made.desk}/usual").send()
    found = allocations(app)[2:]
    assert len({(one.mode, one.mixing) for one in found}) == 6
    assert len({one.seed for one in found}) == 1


@pytest.mark.parametrize("typed", [{"seconds": "0"}, {"seconds": "601"}, {"seed": "0"}, {"mode": "nice"}])
def test_a_refused_allocation(app: Flask, typed: dict[str, str]) -> None:
    made = a_wish_day(app, 1)
    page = visit(app).get(f"{made.desk}/new").send(name="Bleibt stehen", **typed)
    assert (page.status, list(page.errors())) == (422, list(typed))
    assert page.values(page.form())["name"] == "Bleibt stehen"


def test_nobody_to_place_and_a_day_without_wishes(app: Flask) -> None:
    nobody = a_wish_day(app, 0)
    page = visit(app).get(f"{nobody.desk}/new")
    assert "nichts zuzuteilen" in page.text
    direct = a_day(app, "direkt")
    assert "direkt gewählt" in visit(app).get(f"{direct.home}/allocation/new").text
    assert allocations(app) == []


# --- looking at results --------------------------------------------------------------------------------------------


def test_one_allocation_with_names_mix_and_proof(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    with app.app_context(), transaction() as session:
        needs_step_free(session, made, 1)
    number = solved(app, made)
    page = visit(app, "otto").get(f"{made.desk}/{number}")
    assert "Bewiesen: Es gibt keine bessere Zuteilung" in page.text
    assert "Refresh" not in page.response.headers
    inside = rows(page, "Personen in 1.1 Beraten ohne Vorurteil")
    assert len(inside) == 2
    assert inside[0][0].startswith("Muster00")
    assert inside[0][2] == "1"
    assert "Ein Stuhl mehr: „Plätze auf Rang 2“ wird um 1 besser." in page.text
    assert rows(page, "Arten von Organisationen: 1.1 Beraten ohne Vorurteil")
    assert not any(word in page.text.lower() for word in ("stufenlos", "step"))
    assert "Veröffentlichen" not in page.text


def test_reasons_have_names(app: Flask) -> None:
    made = a_wish_day(app, 2)
    for label in ("1.2", "2.2"):
        set_run(app, made, label, takes_place=False)
    visitor = visit(app)
    visitor.get(f"{made.desk}/conditions/apart/new").send(first="Muster001", second="Muster002")
    number = asks(app, made)
    works_out(app, number)
    page = visitor.get(f"{made.desk}/{number}")
    assert "Muster001, Aylin; Muster002, Aylin lassen sich nicht trennen." in page.text


def test_side_by_side(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    assert "Es gibt noch nichts zu vergleichen" in visit(app).get(f"{made.desk}/compare").text
    for mode in Mode:
        solved(app, made, f"nonce-{mode.value}-0123456789", mode=mode)
    page = visit(app, "otto").get(f"{made.desk}/compare")
    assert rows(page, "Plätze nach Nummer des Wunsches")[0][:5] == ["Probe", "11", "1", "0", "0"]
    mix = rows(page, "Mischung je Workshop")
    assert mix[0][0] == "1.1 Beraten ohne Vorurteil Workshoprunde 1"
    assert mix[0][1] == "2 / 2 / 1"
    assert page.tree.xpath("//svg")
    publishes(app, made, 1)
    page = visit(app).get(f"{made.desk}/compare")
    assert rows(page, "Beweis, Mischung und Änderungen")[0][-2] == "0"


def test_it_is_removed_unless_it_was_published(app: Flask) -> None:
    made = a_wish_day(app, 2)
    first, second = solved(app, made), solved(app, made, "nonce-second-0123456789")
    publishes(app, made, first)
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/{second}").follow("Entfernen").send()
    assert page.address == made.desk
    page = visitor.get(f"{made.desk}/{first}/remove")
    assert page.soup.select_one("main .kern-alert--warning") is not None
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    assert [one.id for one in allocations(app)] == [first]


# --- publishing ----------------------------------------------------------------------------------------------------


def test_before_publishing_it_is_said_what_will_happen(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "2.2", least_people=4)
    number = solved(app, made)
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/{number}").follow("Veröffentlichen")
    assert "6 Personen bekommen je eine E-Mail." in page.text
    assert "„2.2 Datenschutz im Fallmanagement“ findet nicht statt." in page.text
    assert all(mine == [] for mine in places(app, made).values())
    question = page.send()
    assert "6 Personen bekommen eine E-Mail." in question.text
    assert all(mine == [] for mine in places(app, made).values())
    page = question.send()
    assert page.address == f"{made.desk}/{number}"
    assert "Veröffentlicht. Die E-Mails sind unterwegs." in page.text
    assert all(len(mine) == 2 for mine in places(app, made).values())
    assert "Die Plätze sind vergeben" in visitor.get(made.desk).text
    assert visitor.get(f"{made.desk}/{number}/publish").address == f"{made.desk}/{number}"


def test_what_stands_in_the_way_is_said_and_there_is_no_button(app: Flask) -> None:
    made = a_wish_day(app, 3)
    number = solved(app, made)
    set_run(app, made, "1.2", takes_place=False)
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/{number}/publish")
    assert "Workshop 1.2 wurde nach der Berechnung geschlossen." in page.text
    assert page.tree.xpath("//main//form") == []


def test_two_people_have_the_page_open(app: Flask) -> None:
    """The later one is told, sees what is true by now, and may then decide again."""
    made = a_wish_day(app, 4)
    first, second = solved(app, made), solved(app, made, "nonce-second-0123456789")
    mine, theirs = (visit(app).get(f"{made.desk}/{number}/publish") for number in (first, second))
    mine.send().send()
    page = theirs.send()
    assert page.status == 422
    assert "inzwischen eine andere Zuteilung veröffentlicht" in page.text
    assert page.send().status == 200  # the same places: nobody is told anything, so nobody is asked
    assert allocation_run(app, second).published_at is not None


def test_only_the_lead_publishes(app: Flask) -> None:
    made = a_wish_day(app, 2)
    number = solved(app, made)
    assert visit(app, "otto").get(f"{made.desk}/{number}/publish").status == 403


def test_who_came_later_is_named(app: Flask) -> None:
    made = a_wish_day(app, 2)
    number = solved(app, made)
    signs_up(app, made.day, 9)
    page = visit(app).get(f"{made.desk}/{number}/publish")
    assert "Wer später dazukam" in page.text
    assert "Muster009, Aylin" in page.text


# --- protocol ------------------------------------------------------------------------------------------------------


def test_the_protocol_as_page_and_file(app: Flask) -> None:
    made = a_wish_day(app, 4)
    number = solved(app, made)
    page = visit(app).get(f"{made.desk}/{number}").follow("Protokoll für die Akte")
    stored = allocation_run(app, number).protocol
    assert stored is not None
    assert stored["instance_fingerprint"] in page.response.get_data(as_text=True)
    assert "HiGHS" in page.text
    address = f"{made.desk}/{number}/protocol.json"
    answer = visit(app).client.get(address)
    data = json.loads(answer.get_data(as_text=True))
    assert (verify(data), data) == ([], stored)
    assert 'filename="probe-allocation-1.json"' in answer.headers["Content-Disposition"]
    page = visit(app, "otto").get(f"{made.desk}/{number}/protocol")
    assert "Datei herunterladen" not in page.text
    answer = visit(app, "otto").client.get(f"{made.desk}/{number}/protocol.pdf")
    assert answer.mimetype == "application/pdf"
    assert 'filename="probe-allocation-1.pdf"' in answer.headers["Content-Disposition"]
    assert stored["result_fingerprint"] in text_of(answer.data)
    with app.app_context(), transaction() as session:
        session.get_one(AllocationRun, number).name = "w" * 100
        session.get_one(Event, made.day.event_id).title = f"https://example.org/{'x' * 150}"
    answer = visit(app, "otto").client.get(f"{made.desk}/{number}/protocol.pdf")
    assert beyond_the_margins(answer.data) == []
    assert visit(app, "otto").client.get(address).status_code == 403


# --- hostile text --------------------------------------------------------------------------------------------------


def test_text_from_people_stays_text(app: Flask) -> None:
    made = a_wish_day(app, 3)
    nasty = "<script>alert(1)</script>%(run)s{{7*7}}"
    with app.app_context(), transaction() as session:
        one = session.get_one(Registration, made.people[1])
        one.family_name = one.organisation.name = nasty
        session.get_one(Run, made.day.runs["1.1"]).workshop.title = nasty
    number = solved(app, made)
    visitor = visit(app)
    visitor.get(f"{made.desk}/conditions/pin/new").send(person="script", run_id=str(made.day.runs["1.1"]))
    visitor.get(f"{made.desk}/new").send(name=nasty)
    for path in ("", f"/{number}", "/compare", f"/{number}/publish", f"/{number}/protocol", "/2"):
        page = visitor.get(made.desk + path)
        assert page.status == 200
        html = page.response.get_data(as_text=True)
        assert "<script>alert" not in html
        assert "49" not in page.heading
