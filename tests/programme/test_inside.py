# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Short talks and stands inside of items and runs: the verbs, what they refuse, the team's pages and the house's list."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.events.models import Event
from app.programme.agenda import RunView, read_agenda
from app.programme.conflicts import MOST_INSIDE
from app.programme.contributors import Place, place_of
from app.programme.models import Contributor, Run, Stand, SubItem
from app.programme.plan import ContributorFacts, Plan, RoundFacts, StandFacts, SubItemFacts, facts_of, seen_as
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.scheduling.contributing import add_to_place, change_at_place, move_at_place, remove_from_place
from app.scheduling.editing import copy_round
from app.texts import force_locale
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.organising.helpers import Day, a_day
from tests.pages import Visitor, outside
from tests.pdf import text_of
from tests.people.helpers import signed_in
from tests.programme.said import said_against
from tests.scheduling.steps import (
    add_at,
    change_at,
    release_edits,
    release_now,
    replan_round,
    replan_run,
    take_out,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day(app: Flask) -> Day:
    return a_day(app)


def key_of(day: Day, title: str) -> str:
    with transaction() as session:
        lines = read_agenda(session, session.get_one(Event, day.event_id))
    return next(line.key for line in lines if line.title == title)


def titles(day: Day, key: str) -> list[str]:
    plan, place = place_there(day, key)
    return [one.title for one in place.listed(plan, Thing.SUB_ITEM).values()]


def place_there(day: Day, key: str) -> tuple[Plan, Place]:
    event = db.session.get_one(Event, day.event_id)
    plan = read_working_copy(db.session(), event).plan
    return plan, place_of(event, plan, key)


def test_talks_stand_in_order_and_move_along(day: Day) -> None:
    key = f"run-{day.runs['1.1']}"
    with transaction() as session:
        first = add_at(session, day.event_id, key, SubItemFacts("Film", "", 0, 15), NOW).id
        add_at(session, day.event_id, key, SubItemFacts("Gespräch"), NOW)
        add_at(session, day.event_id, f"sub-{first}", ContributorFacts("Lale Mustermann"), NOW)
        sequence = session.get_one(Run, day.runs["1.1"]).sequence
    with transaction() as session:
        for _ in range(2):  # after the first time it is the last already
            move_at_place(session, day.event_id, key, Thing.SUB_ITEM, first, LATER, up=False)
            release_edits(session, day.event_id, LATER)
        assert session.get_one(Run, day.runs["1.1"]).sequence == sequence + 1
    assert titles(day, key) == ["Gespräch", "Film"]
    with transaction() as session:
        replan_round(session, day.rounds[0], LATER, starts_at=at("11:10"), ends_at=at("12:15"))
    [run] = [run for run in _runs(day) if run.id == day.runs["1.1"]]
    assert [(one.heading, one.credits) for one in run.inside] == [
        ("Gespräch", ()),
        ("11:10–11:25 Film", ("Lale Mustermann",)),
    ]


def _runs(day: Day) -> list[RunView]:
    lines = read_agenda(db.session(), db.session.get_one(Event, day.event_id))
    return [run for line in lines if line.round for run in line.round.runs]


def test_they_lie_within_what_they_stand_in(day: Day) -> None:
    key = f"run-{day.runs['1.1']}"
    for after, minutes in ((-5, 10), (70, 10), (0, 76)):
        with pytest.raises(Refusal) as caught, transaction() as session:
            add_at(session, day.event_id, key, SubItemFacts("Zu lang", "", after, minutes), NOW)
        assert (caught.value.field, "outside of" in str(caught.value)) == ("start", True)
    with transaction() as session:
        add_at(session, day.event_id, key, SubItemFacts("Passt", "", 60, 15), NOW)
        replan_round(session, day.rounds[0], LATER, ends_at=at("12:00"))
    [said] = said_against(db.session(), db.session.get_one(Event, day.event_id))
    assert said.startswith("“Passt” (12:00–12:15) lies outside of")


def test_a_round_moves_and_is_copied_whatever_stands_in_it(day: Day) -> None:
    """What lies outside then is said, and does not stand in the way of a release."""
    key = f"run-{day.runs['1.1']}"
    with transaction() as session:
        add_to_place(session, day.event_id, key, SubItemFacts("Schluss", "", 60, 15), NOW)
        facts = RoundFacts(3, "Workshoprunde 3", at("15:45"), at("16:15"))
        copy_round(session, day.event_id, day.rounds[0], facts, LATER)
        replan_round(session, day.rounds[0], LATER, ends_at=at("12:00"))
    said = said_against(db.session(), db.session.get_one(Event, day.event_id))
    outside_of = [one for one in said if "“Schluss”" in one]
    assert [one.split(" lies ")[0] for one in outside_of] == [
        "“Schluss” (12:00–12:15)",
        "“Schluss” (16:45–17:00)",
    ]


def test_of_a_run_in_parts_they_lie_in_one_of_them(day: Day) -> None:
    with transaction() as session:
        replan_run(session, day.runs["1.1"], NOW, spans=2, room_id=None)
    key = f"run-{day.runs['1.1']}"
    with transaction() as session:
        add_at(session, day.event_id, key, SubItemFacts("Im zweiten Teil", "", 160, 20), NOW)  # 13:40
    with (
        force_locale("en"),
        pytest.raises(Refusal, match="11:00–12:15 and 13:30–14:45"),
        transaction() as session,
    ):
        add_at(session, day.event_id, key, SubItemFacts("Dazwischen", "", 80, 20), NOW)


def test_stale_foreign_and_too_many_are_refused(day: Day, app: Flask) -> None:
    key = key_of(day, "Begrüßung")
    with transaction() as session:
        row = add_at(session, day.event_id, key, StandFacts("Verein"), NOW)
        number, seen = row.id, seen_as(facts_of(Thing.STAND, row))
        change_at(session, day.event_id, key, row, StandFacts("Verein", "Tisch 1", True), LATER)
        assert facts_of(Thing.STAND, row).table_label == "Tisch 1"
    with pytest.raises(ChangedMeanwhile), transaction() as session:
        change_at_place(session, day.event_id, key, number, StandFacts("Anderer"), seen, LATER)
    other = a_day(app, slug="anderer")
    there = key_of(other, "Begrüßung")
    for facts in (StandFacts("Fremd"), SubItemFacts("Fremd")):
        for where in (key, there):
            with pytest.raises(Missing), transaction() as session:
                change_at_place(session, other.event_id, where, number, facts, seen_as(facts), LATER)
    with pytest.raises(Missing), transaction() as session:  # a run has no stands
        add_at(session, day.event_id, f"run-{day.runs['1.1']}", StandFacts("Verein"), NOW)
    with transaction() as session:
        for number in range(1, MOST_INSIDE):
            add_to_place(session, day.event_id, key, StandFacts(f"Verein {number}"), NOW)
    with pytest.raises(Refusal, match="no more fit"), transaction() as session:
        add_to_place(session, day.event_id, key, StandFacts("Noch einer"), NOW)


def test_they_go_with_what_they_stand_in(day: Day) -> None:
    key = key_of(day, "Begrüßung")
    with transaction() as session:
        talk = add_at(session, day.event_id, key, SubItemFacts("Grußwort"), NOW).id
        other = add_at(session, day.event_id, key, SubItemFacts("Zweites"), NOW).id
        add_at(session, day.event_id, key, StandFacts("Verein"), NOW)
        for one in (talk, other):
            add_at(session, day.event_id, f"sub-{one}", ContributorFacts("Jon Beispiel"), NOW)
    with transaction() as session:
        remove_from_place(session, day.event_id, key, Thing.SUB_ITEM, other, LATER)
        release_edits(session, day.event_id, LATER)
        assert session.query(Contributor).filter(Contributor.sub_item_id.is_not(None)).count() == 1
    with transaction() as session:
        take_out(session, day.event_id, Thing.ITEM, int(key.removeprefix("item-")), LATER)
    with transaction() as session:
        for table in (SubItem, Stand):
            assert session.query(table).count() == 0
        assert session.query(Contributor).filter(Contributor.sub_item_id.is_not(None)).count() == 0


@outside
def test_the_pages_of_the_team(app: Flask, day: Day) -> None:
    """What is typed there everybody sees with the next release."""
    in_public = f"/events/{day.slug}/agenda"

    with app.app_context():
        opening = key_of(day, "Begrüßung")

    def film() -> int:
        with app.app_context():
            plan, place = place_there(day, opening)
        return next(n for n, one in place.listed(plan, Thing.SUB_ITEM).items() if one.title == "Film")

    def release() -> None:
        with app.app_context(), transaction() as session:
            release_now(session, day.event_id, LATER)

    visitor = Visitor(signed_in(app, "otto@example.org"))
    programme = visitor.get(f"/organise/events/{day.slug}/programme")
    assert "Kurzbeiträge und Stände" in programme.text
    base = f"/organise/events/{day.slug}/programme/inside/{opening}"
    assert "Noch kein Kurzbeitrag" in visitor.get(base).text
    form = visitor.get(f"{base}/new/talk")
    refused = form.send(title="Grußwort", start="9:30")
    assert (refused.status, set(refused.errors())) == (422, {"end"})
    refused = form.send(title="Grußwort", start="9:50", end="9:40")
    assert set(refused.errors()) == {"end"}
    refused = form.send(title="Grußwort", start="9:50", end="10:10")
    assert set(refused.errors()) == {"start"}
    assert form.send(title="Grußwort", start="9:30", end="9:40").address == base
    assert visitor.get(f"{base}/new/talk").send(title="Film").address == base
    stand = {"organisation": "Verein Muster", "table_label": "Tisch 1", "needs_power": "y", "note": "Film"}
    assert visitor.get(f"{base}/new/stand").send(**stand).address == base
    shown = visitor.get(base)
    assert "9:30–9:40" in shown.text
    assert shown.follow("Grußwort").send(title="Grußwort des Kreises").address == base
    moved = visitor.get(base).send(action=f"{base}/talk-{film()}/up")
    assert moved.text.index("Film") < moved.text.index("Grußwort des Kreises")
    assert "Grußwort des Kreises" not in visitor.get(in_public).text
    release()
    public = visitor.get(in_public).text
    for words in ("Grußwort des Kreises", "Film", "Tisch 1: Verein Muster (Film)", "1 Stand"):
        assert words in public
    assert "Strom" not in public
    assert visitor.get(f"{base}/talk-{film()}/remove").send().address == base
    release()
    assert "Film" not in visitor.get(in_public).text.replace("(Film)", "")
    paper = text_of(visitor.client.get(f"/organise/events/{day.slug}/programme/stands.pdf").data)
    assert "Verein Muster" in paper
    assert "Tische: 1, davon mit Strom: 1" in paper


@outside
def test_a_list_without_stands_says_so(app: Flask, day: Day) -> None:
    client = signed_in(app, "otto@example.org")
    answer = client.get(f"/organise/events/{day.slug}/programme/stands.pdf?lang=de")
    assert "Es ist noch kein Stand eingetragen." in text_of(answer.data)


@outside
def test_only_what_can_be_there_is_there(app: Flask, day: Day) -> None:
    client: FlaskClient = signed_in(app, "otto@example.org")
    base = f"/organise/events/{day.slug}/programme/inside"
    run = f"run-{day.runs['1.1']}"
    for path in (
        "day",
        "item-999999",
        "sub-1",
        f"{run}/new/stand",
        f"{run}/new/other",
        f"{run}/talk-1",
        f"{run}/x-1",
    ):
        assert client.get(f"{base}/{path}").status_code == 404, path
    with app.app_context():
        plan, place = place_there(day, run)
    with pytest.raises(Missing):
        place.get(plan, Thing.SUB_ITEM, 1)
