# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: every fault that it knows is planted here, and found; a healthy installation has none (SEC-13, T38)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, Connection, Table, text
from sqlalchemy import inspect as look_at
from sqlalchemy.orm import Session

from app.db import Base
from app.events.models import Event
from app.organisations.service import add_organisation
from app.organising import weak_settings
from app.organising.checks import CHECKS, data_findings, every_finding
from app.organising.commands import guarded
from app.organising.weak_settings import configuration_findings, refuse_weak
from app.registration.questions.answers import Given
from app.registration.tables.models import Seating, SeatingGuest, SeatingPlace
from app.registration.tables.rules import SeatingState
from app.settings import OperatingMode, Settings, SettingsError
from app.web.database import db, transaction
from tests.conftest import settings_for
from tests.factories.days import NOW, make_event
from tests.factories.questions import make_questions
from tests.organising.helpers import Day, a_day, signs_up

NOWHERE, FAR_AWAY = "Kreis Nirgendwo", "Amt Nirgendwo"


def full_day(app: Flask) -> Day:
    """Three seats: two registered, one held; one waits with a wish; one has cancelled; a run has a line."""
    from sqlalchemy import update

    from app.programme.models import Run
    from app.registration.history import PARTICIPANT
    from app.registration.service import cancel, expire
    from tests.organising.helpers import id_of

    day = a_day(app, capacity=3)
    first = day.rounds[0]
    given = questions_and_answers(app, day)
    with app.app_context(), transaction() as session:
        far = add_organisation(session, FAR_AWAY, district=NOWHERE)
        add_organisation(session, "Amt im Nirgendwo").merged_into_id = far.id
    with app.app_context(), transaction() as session:
        session.execute(update(Run).where(Run.id == day.runs["1.1"]).values(capacity=1))
    signs_up(app, day, 1, choices={first: day.runs["1.1"], day.rounds[1]: day.runs["2.1"]}, given=given)
    signs_up(app, day, 2, choices={first: day.runs["1.1"]})
    signs_up(app, day, 3, confirmed=False, choices={first: day.runs["1.2"]})
    signs_up(app, day, 4, choices={first: day.runs["1.2"]})
    gone, late = (
        signs_up(app, day, 5, organisation=FAR_AWAY),
        signs_up(app, day, 6, confirmed=False, choices={first: day.runs["1.1"]}),
    )
    with app.app_context(), transaction() as session:
        cancel(session, id_of(app, gone), PARTICIPANT, NOW)
    with app.app_context(), transaction() as session:
        from datetime import timedelta

        expire(session, id_of(app, late), NOW + timedelta(hours=2))
    with app.app_context(), transaction() as session:
        from app.events.rules import Aim, QuotaEffect, QuotaTarget
        from app.registration.quotas.service import QuotaFacts, add_quota

        nowhere = QuotaFacts("Nirgendwo", QuotaEffect.CAP, Aim(QuotaTarget.DISTRICT, district=NOWHERE), 0)
        add_quota(session, day.event_id, nowhere, PARTICIPANT, NOW)
    with app.app_context(), transaction() as session:
        from app.registration.workshops.models import SwapChain, SwapOffer, SwapShare, SwapWish

        other = [SwapWish(run_id=day.runs["1.2"])]
        session.add(SwapOffer(registration_id=1, place_id=1, made_at=NOW, wanted=other))
        session.add(SwapChain(event_id=day.event_id, people=2, made_at=NOW, answer_by=NOW))
        session.flush()
        session.add(SwapShare(chain_id=1, offer_id=1, run_id=day.runs["1.2"]))
    return day


def questions_and_answers(app: Flask, day: Day) -> Given:
    """Questions 1 to 9, options 1 to 8; the answers 1 and 2 and the sensitive answers 1 and 2 of one person."""
    with app.app_context(), transaction() as session:
        asked = make_questions(session, day.event_id)
        meal, needs = asked["meal"].options[3].id, asked["needs"].options[0].id
        ids = {name: one.id for name, one in asked.items()}
    return {ids["meal"]: (meal,), ids["diet"]: "Nüsse", ids["needs"]: (needs,), ids["badge"]: "Aylin"}


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return data_findings(db.session(), NOW)


@contextmanager
def without_checks(app: Flask) -> Iterator[Connection]:
    """As a careless hand in the database: no CHECK, no foreign key, no unique index stands in the way."""
    with app.app_context():
        db.session.remove()
        engine = db.engine
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                raw = connection.connection.dbapi_connection
                raw.execute("PRAGMA ignore_check_constraints=ON")  # type: ignore[union-attr]
                raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            else:
                for table in Base.metadata.sorted_tables:
                    _drop_checks(connection, table)
                connection.execute(text("SET session_replication_role = replica"))
            for name in ("uq_place_round", "uq_place_workshop", "uq_registration_active"):
                connection.execute(text(f"DROP INDEX {name}"))
            yield connection
            connection.commit()
        engine.dispose()


def _drop_checks(connection: Connection, table: Table) -> None:
    present = {one["name"] for one in look_at(connection).get_check_constraints(table.name)}
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name in present:
            connection.execute(text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{constraint.name}"'))


def test_a_healthy_database_has_no_findings(app: Flask) -> None:
    day = full_day(app)
    assert day.event_id
    assert findings(app) == []


# Registrations 1 and 2 are registered, 3 holds a seat, 4 waits, 5 has cancelled, 6 came too late. Runs 1 to 4 are
# 1.1, 1.2, 2.1 and 2.2. Quota 1 limits a district; only registration 5 falls under it. Places: 1 and 2 of registration 1, 3 waits for run 1, 4 holds in run 2, 5 and 6 are wishes.
NOT_COUNTED = "quota 1: 1 people are counted under it and should not be, or the reverse"
FAULTS = {
    "UPDATE event SET taken = 2": ["event 1: 2 seats are taken, 3 are held"],
    "UPDATE event SET waiting = 0": ["event 1: 0 are counted in line, 1 stand there"],
    "UPDATE event SET waiting_counter = 2": ["event 1: waiting number 3 was never drawn, the counter stands at 2"],
    "UPDATE event SET capacity = 2": ["event 1: more seats are taken than there are"],
    "UPDATE event SET reserved = 1": ["event 1: 1 seats are held back, its reservations say 0"],
    "UPDATE event SET code_count = 1": ["event 1: counts 1 quotas and 1 codes, there are 1 and 0"],
    "UPDATE quota SET taken = 1, extra = 1": ["quota 1: 1 seats are taken, 0 are held"],
    "UPDATE quota SET extra = 1": ["quota 1: has grown by more than its people need"],
    "UPDATE quota SET waiting = 2": ["quota 1: 2 are counted in line, 0 stand there"],
    "UPDATE quota SET capacity = -1": ["quota 1: more seats of it are taken than it has"],
    "UPDATE quota SET organisation_kind = 'ki'": ["quota 1: does not say whom it is for"],
    "UPDATE quota SET released_at = '2020-01-01 00:00:00+00:00'": ["quota 1: was released without a date"],
    "UPDATE quota SET event_id = 99": [
        "event 1: counts 1 quotas and 0 codes, there are 0 and 0",
        "quota 1: counts somebody of another day",
    ],
    "UPDATE organisation SET district = 'Kreis Hier' WHERE id = 1": [NOT_COUNTED],
    "UPDATE quota SET district = 'Kreis Hier'": [NOT_COUNTED],
    "DELETE FROM registration_quota": [NOT_COUNTED],
    "UPDATE registration SET organisation_id = 3 WHERE id = 5": [NOT_COUNTED],
    "UPDATE organisation SET merged_into_id = 3 WHERE id = 1": [
        "organisation 2: is an alias of an alias",
        "organisation 1: is an alias and has people",
    ],
    "UPDATE quota SET organisation_id = 2, target = 'organisation'": [
        NOT_COUNTED,
        "organisation 2: is an alias and has a quota",
    ],
    "UPDATE event SET lead_host_id = 2": ["organisation 2: is an alias and hosts a day"],
    "INSERT INTO event_cohost (event_id, organisation_id) VALUES (1, 2)": [
        "organisation 2: is an alias and hosts a day"
    ],
    "UPDATE organisation SET name_key = 'anders' WHERE id = 2": ["organisation 2: the key is not the name's"],
    "UPDATE organisation SET sort_key = 'anders' WHERE id = 2": ["organisation 2: is sorted under another name"],
    "UPDATE registration SET status = 'offered' WHERE id = 4": [
        "registration 4: is offered a seat that is not held",
        "registration 4: an end of the hold that does not fit the status",
        "registration 4: the history ends in another status",
    ],
    "UPDATE event SET starts_at = ends_at": ["event 1: ends before it begins"],
    "UPDATE event SET registration_opens_at = registration_closes_at": ["event 1: registration closes before it opens"],
    "UPDATE event SET venue_city = ''": ["event 1: is public without a description or a venue"],
    "UPDATE event SET status = 'cancelled'": ["event 1: is cancelled and has registrations that are not"],
    "UPDATE run SET taken = 0 WHERE id = 1": ["run 1: 0 seats are taken, 1 are held"],
    "UPDATE run SET waiting = 2, waiting_counter = 2 WHERE id = 1": ["run 1: 2 are counted in line, 1 stand there"],
    "UPDATE run SET waiting_counter = 0 WHERE id = 1": ["run 1: waiting number 1 was never drawn, the counter stands at 0"],
    "UPDATE run SET capacity = 0 WHERE id = 1": ["run 1: more places are taken than there are"],
    "UPDATE round SET ends_at = starts_at WHERE id = 1": ["round 1: ends before it begins"],
    "UPDATE agenda_item SET ends_at = starts_at WHERE id = 2": ["agenda_item 2: ends before it begins"],
    "UPDATE workshop SET event_id = 99 WHERE id = 3": ["run 3: workshop, round and room are not of the same day"],
    "UPDATE room SET event_id = 99 WHERE id = 2": [
        "run 1: workshop, round and room are not of the same day",
        "run 3: workshop, round and room are not of the same day",
    ],
    "UPDATE registration SET confirmed_at = NULL WHERE id = 1": ["registration 1: registered without a confirmed address"],
    "UPDATE registration SET reserved_until = NULL WHERE id = 3": ["registration 3: an end of the hold that does not fit the status"],
    "UPDATE registration SET reserved_until = confirmed_at WHERE id = 1": ["registration 1: an end of the hold that does not fit the status"],
    "UPDATE registration SET waiting_number = NULL WHERE id = 4": ["registration 4: waits without a number"],
    "UPDATE registration SET invited_sequence = 99 WHERE id = 2": ["registration 2: invited to a state of the day that never was"],
    "UPDATE registration SET handover_nonce = 'x' WHERE id = 4": ["registration 4: passed the place on and has not left"],
    "UPDATE registration SET predecessor_id = 5 WHERE id = 1": [
        "registration 1: comes in the place of somebody who has it still, or of another day"
    ],
    "UPDATE registration SET email_key = 'other@example.org' WHERE id = 2": ["registration 2: the key of the address is not that of the address"],
    "UPDATE registration SET family_name = 'Anders' WHERE id = 2": ["registration 2: is sorted under another name"],
    "UPDATE registration SET status = 'cancelled' WHERE id = 6": ["registration 6: the history ends in another status"],
    "DELETE FROM status_change WHERE registration_id = 4": ["registration 4: has no history"],
    "UPDATE status_change SET from_status = 'waiting' WHERE id = 2": ["status_change 2: does not begin where the line before ended"],
    "UPDATE status_change SET from_status = 'waiting' WHERE id = 1": ["status_change 1: does not begin where the line before ended"],
    "UPDATE registration SET has_seat = false WHERE id = 1": [
        "event 1: 3 seats are taken, 2 are held",
        "event 1: 1 are counted in line, 2 stand there",
        "answer 1: holds an option without a seat at the day",
        "sensitive_answer 2: holds an option without a seat at the day",
        "registration 1: registered without a seat",
        "registration 1: waits without a number",
        "place 1: is held by somebody without a seat at the day",
        "place 2: is held by somebody without a seat at the day",
    ],
    "UPDATE registration SET has_seat = true WHERE id = 6": [
        "event 1: 3 seats are taken, 4 are held",
        "registration 6: holds a seat and is neither registered nor unconfirmed",
        "place 6: is only a wish of somebody who has a seat at the day",
    ],
    "UPDATE place SET registration_id = 5 WHERE id = 1": [
        "place 1: belongs to a registration that has ended",
        "swap_offer 1: is of somebody else's place",
    ],
    "UPDATE place SET round_id = 2 WHERE id = 5": ["place 5: names another round than its run"],
    "UPDATE place SET workshop_id = 1 WHERE id = 5": ["place 5: names another workshop than its run"],
    "UPDATE place SET state = 'place' WHERE id = 5": [
        "run 2: 1 seats are taken, 2 are held",
        "place 5: is held by somebody without a seat at the day",
    ],
    "UPDATE place SET state = 'wanted' WHERE id = 2": [
        "run 3: 1 seats are taken, 0 are held",
        "place 2: is only a wish of somebody who has a seat at the day",
    ],
    "UPDATE place SET waiting_number = NULL WHERE id = 3": ["place 3: waits without a number"],
    "UPDATE place SET registration_id = 1 WHERE id = 4": ["place 4: the person has another place in this round or workshop"],
    "INSERT INTO round_absence (registration_id, round_id) VALUES (1, 1)": [
        "place 1: is in a round in which the person does not take part"
    ],
    "UPDATE run SET spans = 2 WHERE id = 1": ["place 1: goes on into a round in which the person has another place"],
    "UPDATE round SET booked = false WHERE id = 2": ["place 2: is in a round that nobody chooses beforehand"],
    "INSERT INTO wish (id, registration_id, round_id, run_id, rank) VALUES (1, 1, 2, 1, 1)": [
        "wish 1: is in another round than its run"
    ],
    "UPDATE swap_offer SET registration_id = 2": ["swap_offer 1: is of somebody else's place"],
    "UPDATE swap_offer SET place_id = 3, registration_id = (SELECT registration_id FROM place WHERE id = 3)": [
        "swap_offer 1: gives a place that nobody holds yet"
    ],
    "UPDATE swap_wish SET run_id = 3": [
        "swap_wish 1: names a run of another round than the place",
        "swap_share 1: gives a run that the offer does not name",
    ],
    "UPDATE swap_chain SET event_id = 99": ["swap_share 1: is of another day than its chain"],
    "INSERT INTO run_staff (id, run_id, registration_id, role) VALUES (1, 1, 1, 'facilitator')": [
        "run_staff 1: leads a run and has a place at the same time"
    ],
    "INSERT INTO run_staff (id, run_id, registration_id, role) VALUES (1, 2, 5, 'note_taker')": [
        "run_staff 1: leads a run and has left"
    ],
    "UPDATE question_option SET taken = 2 WHERE id = 4": ["question_option 4: 2 seats are taken, 1 are held"],
    "UPDATE question_option SET capacity = 0 WHERE id = 4": ["question_option 4: more people chose it than its limit"],
    "UPDATE question SET purpose = '' WHERE id = 7": ["question 7: says not what it is for"],
    "UPDATE question SET retention = '6_months' WHERE id = 2": [
        "question 2: is sensitive without explicit consent or kept too long"
    ],
    "UPDATE question SET law = '§ 1' WHERE id = 4": ["question 4: names a law that gives a task, and rests on consent"],
    "UPDATE question SET required = true WHERE id = 4": ["question 4: is required, though its answer rests on consent"],
    "UPDATE question SET position = 7 WHERE id = 1": ["question 2: hangs on an answer that is not asked before it"],
    "INSERT INTO allocation (id, event_id, name, mode, mixing, seed, seconds, nonce, state, progress, claims, stop_asked,"
    " created_at, protocol, reasons, chairs, published_at) SELECT 1, id, 'eins', 'generous', 'none', 1, 60, 'n', 'done',"
    " '', 1, false, created_at, '{}', '[]', '[]', created_at FROM event WHERE id = 1": [
        "event 1: has a published allocation and does not know of it"
    ],
    "UPDATE event SET placement = 'wishes', wishes_until = starts_at, placed_at = starts_at WHERE id = 1": [
        "event 1: has places by wishes that no allocation gave"
    ],
    "UPDATE event SET questions_version = 0 WHERE id = 1": [
        "event 1: asks questions and does not know of it, so nobody sees them"
    ],
    "UPDATE question SET event_id = 99 WHERE id = 7": ["answer 2: is to a question of another day"],
    "UPDATE answer SET question_id = 3, option_id = NULL, holds = false WHERE id = 1": [
        "question_option 4: 1 seats are taken, 0 are held",
        "answer 1: is in the wrong table",
    ],
    "UPDATE sensitive_answer SET question_id = 7 WHERE id = 1": ["sensitive_answer 1: is in the wrong table"],
    "UPDATE answer SET question_id = 4 WHERE id = 1": ["answer 1: chose an option of another question"],
    "UPDATE answer SET registration_id = 4 WHERE id = 1": ["answer 1: holds an option without a seat at the day"],
    "UPDATE answer SET option_id = NULL WHERE id = 1": [
        "question_option 4: 1 seats are taken, 0 are held",
        "answer 1: holds an option that is not there",
    ],
    "UPDATE message SET state = 'claimed' WHERE id = 2": ["message 2: a lease that does not fit the state"],
    "UPDATE message SET lease_token = 'x' WHERE id = 2": ["message 2: half a lease"],
    "UPDATE message SET state = 'sent', copies = 1, message_id = 'x' WHERE id = 2": ["message 2: sent, but nobody knows when"],
    "UPDATE message SET state = 'sent', sent_at = created_at WHERE id = 2": ["message 2: sent without ever having been handed over"],
    "UPDATE message SET copies = 1 WHERE id = 2": ["message 2: handed over without having been built"],
    "UPDATE message SET copies = 3, message_id = 'x' WHERE id = 2": ["message 2: more copies than allowed"],
    "UPDATE message SET event_id = 99 WHERE id = 2": [
        "message 2: belongs to a day that does not exist",
        "message 2: is about a registration of another day",
    ],
    "UPDATE message SET subject_id = 99 WHERE id = 2": ["message 2: is about a registration that does not exist"],
    "UPDATE message SET family = 'circular' WHERE id = 2": ["message 2: is about a copy of a message that does not exist"],
    "UPDATE message SET give_up_at = '2020-01-01 00:00:00+00:00' WHERE id = 2": ["message 2: is to be sent after the time for it is over"],
}  # fmt: skip


@pytest.mark.long
def test_each_planted_fault_is_found(app: Flask) -> None:
    """Only what was broken is named, with its table and row; each fault is planted, found and taken back."""
    full_day(app)
    found = {}
    with without_checks(app) as connection:
        connection.commit()
        for statement in FAULTS:
            assert connection.execute(text(statement)).rowcount >= 1, statement
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                found[statement] = data_findings(session, NOW)
            connection.rollback()
    assert found == FAULTS
    assert findings(app) == []


# Registrations 1 and 2 belong to group 1, which comes only together; 3 is the guest of group 2, beside a seat without a
# name, 5. Another day has registration 6.
GROUP_FAULTS = {
    "UPDATE event SET together_count = 0 WHERE id = 1": [
        "event 1: counts 0 groups that come only together, there are 1"
    ],
    "UPDATE registration_group SET email = '' WHERE id = 1": ["registration_group 1: has no contact"],
    "UPDATE registration_group SET allotted = 0 WHERE id = 2": [
        "registration_group 2: keeps more seats than it was given"
    ],
    "UPDATE registration_group SET confirmed_at = NULL WHERE id = 2": [
        "registration_group 2: keeps seats and was never confirmed"
    ],
    "UPDATE registration SET group_id = 2 WHERE id = 6": [
        "registration_group 2: has somebody of another day"
    ],
    "UPDATE registration SET group_id = 2 WHERE id = 3": [
        "registration_group 2: shows somebody of another day or of its own as a guest"
    ],
    "UPDATE registration SET group_id = NULL WHERE id = 5": [
        "registration 5: is a seat without a name that no group keeps"
    ],
    "UPDATE registration SET email = '' WHERE id = 3": [
        "registration 3: has lost its address, and something still tells who it was"
    ],
    "UPDATE registration SET status = 'unconfirmed' WHERE id = 1": [
        "registration 1: an end of the hold that does not fit the status",
        "registration 1: the history ends in another status",
        "registration_group 1: was confirmed and has somebody who was not",
    ],
    "UPDATE organisation SET merged_into_id = 3 WHERE id IN (SELECT organisation_id FROM registration_group)": [
        "organisation 1: is an alias and has a group",
        "organisation 1: is an alias and has people",
    ],
    "UPDATE message SET subject_id = 99 WHERE id = 1": ["message 1: is about a group that does not exist"],
}


def test_faults_of_groups_are_found(app: Flask) -> None:
    from tests.registration.steps import open_day

    with app.app_context():
        day, other = open_day(), open_day(slug="anderer-tag")
        day.confirm_group(day.group("clara", "anna", "ben", together=True))
        day.join("cem")
        day.add_colleague(day.allot("dieter", 2), "cem")
        other.join("karl")
    found = {}
    with without_checks(app) as connection:
        connection.commit()
        for statement in GROUP_FAULTS:
            assert connection.execute(text(statement)).rowcount >= 1, statement
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                found[statement] = sorted(data_findings(session, NOW))
            connection.rollback()
    assert found == GROUP_FAULTS
    assert findings(app) == []


def test_faults_of_rounds_on_the_day_are_found(app: Flask) -> None:
    full_day(app)
    with without_checks(app) as connection:
        connection.commit()
        for statement in (
            "UPDATE round SET booked = false WHERE id = 2",
            "UPDATE run SET spans = 2 WHERE id = 2",
            "INSERT INTO wish (id, registration_id, round_id, run_id, rank) VALUES (1, 2, 2, 4, 1)",
        ):
            connection.execute(text(statement))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            found = data_findings(session, NOW)
        connection.rollback()
    assert found == [
        "place 2: is in a round that nobody chooses beforehand",
        "wish 1: is in a round that nobody chooses beforehand",
        "run 2: fills rounds that are chosen beforehand, and others",
    ]
    assert findings(app) == []


TABLE_FAULTS = {
    "UPDATE seating SET state = 'queued', found = NULL": ["seating 1: has seats and is not worked out"],
    "UPDATE seating_place SET table_number = 9": ["seating 1: has a seat at a table that does not exist"],
    "UPDATE seating_place SET round_number = 3": ["seating 1: has a seat in a round that does not exist"],
    "UPDATE seating_guest SET host_table = 2": ["seating 1: has a host at another table"],
    "UPDATE seating SET event_id = 2": ["seating 1: seats somebody of another day"],
    "UPDATE event SET tables_at = NULL": ["seating 1: is read by people and its day does not know of it"],
}


def test_faults_of_discussion_tables_are_found(app: Flask) -> None:
    full_day(app)
    with app.app_context(), transaction() as session:
        day = session.get_one(Event, 1)
        day.tables_at = NOW
        seating = Seating(
            event_id=1, name="A", tables=2, seats=4, rounds=1, round_names="Runde", seed=1, nonce="n" * 20
        )
        seating.state, seating.found, seating.created_at = SeatingState.DONE, {}, NOW
        seating.published_at = NOW
        session.add(seating)
        session.flush()
        session.add(SeatingGuest(seating_id=seating.id, registration_id=1))
        session.flush()
        session.add(SeatingPlace(guest_id=1, round_number=1, table_number=1))
        make_event(session, slug="daneben").tables_at = NOW
    assert findings(app) == []
    found = {}
    with without_checks(app) as connection:
        connection.commit()
        for statement in TABLE_FAULTS:
            assert connection.execute(text(statement)).rowcount >= 1, statement
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                found[statement] = data_findings(session, NOW)
            connection.rollback()
    assert found == TABLE_FAULTS


def test_a_place_in_a_run_of_another_day(app: Flask) -> None:
    full_day(app)
    other = a_day(app, "other")
    with without_checks(app) as connection:
        moved = f"UPDATE place SET run_id = {other.runs['2.1']}, round_id = {other.rounds[1]} WHERE id = 5"
        connection.execute(text(moved))
    assert "place 5: is in a run of another day" in findings(app)


def test_findings_name_nobody(app: Flask) -> None:
    """T36: the output goes into logs and tickets."""
    full_day(app)
    with without_checks(app) as connection:
        connection.execute(text("UPDATE registration SET has_seat = false, email_key = 'x'"))
    lines = "\n".join(findings(app))
    assert lines
    assert "example.org" not in lines
    assert "Muster" not in lines


def test_every_check_is_planted() -> None:
    """A new check needs a fault here that it finds."""
    import inspect

    planted = " ".join(
        line.partition(": ")[2]
        for lines in (*FAULTS.values(), *GROUP_FAULTS.values(), *TABLE_FAULTS.values())
        for line in lines
    )
    modules = {inspect.getmodule(one) for one in CHECKS}
    source = "".join(inspect.getsource(one) for one in modules if one is not None)
    faults = [
        line.split('"')[1] for line in source.splitlines() if line.strip().startswith('"') and '": ' in line
    ]
    assert [one for one in faults if one not in planted and one != "is in a run of another day"] == []


def test_every_check_of_a_slice_is_asked() -> None:
    """What a `checks.py` offers and nobody calls would find nothing for ever; it knows no web."""
    import importlib
    import inspect

    root = Path(weak_settings.__file__).parents[2]
    offered = set()
    for path in sorted((root / "app").rglob("checks.py")):
        if path.parent.name != "organising":
            module = importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))
            offered |= {
                one
                for name, one in vars(module).items()
                if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
            }
    assert offered == set(CHECKS)
    assert len(offered) == len(CHECKS) > 20


# -- the command


def test_check_of_a_demo_says_nothing_is_wrong(app: Flask) -> None:
    full_day(app)
    result = app.test_cli_runner().invoke(args=["check"])
    assert (result.exit_code, result.output) == (0, "0 findings\n")


def test_check_ends_with_one(app: Flask) -> None:
    full_day(app)
    with without_checks(app) as connection:
        connection.execute(text("UPDATE event SET taken = 2"))
        connection.execute(text("UPDATE run SET taken = 0 WHERE id = 1"))
    result = app.test_cli_runner().invoke(args=["check"])
    assert (result.exit_code, result.output.splitlines()) == (
        1,
        ["event 1: 2 seats are taken, 3 are held", "run 1: 0 seats are taken, 1 are held", "2 findings"],
    )


def test_check_of_a_database_that_is_behind(app: Flask) -> None:
    """Data are not asked of tables that are not what we think."""
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    result = app.test_cli_runner().invoke(args=["check"])
    assert (result.exit_code, result.output.splitlines()) == (
        1,
        ["database: migrations are missing; run 'flask --app wsgi db upgrade'", "1 finding"],
    )


@pytest.mark.sqlite_only
def test_check_finds_rows_without_parents(app: Flask) -> None:
    day = full_day(app)
    with without_checks(app) as connection:
        connection.execute(text("DELETE FROM organisation"))
    result = app.test_cli_runner().invoke(args=["check"])
    assert day.event_id
    assert "registration 1: refers to a row of organisation that does not exist" in result.output


@pytest.mark.sqlite_only
def test_check_without_a_database(app: Flask) -> None:
    with app.app_context():
        path = Path(str(db.engine.url.database))
        db.engine.dispose()
    path.unlink()
    path.mkdir()
    result = app.test_cli_runner().invoke(args=["check"])
    assert (result.exit_code, result.output.splitlines()) == (
        1,
        ["database: cannot be read (OperationalError)", "1 finding"],
    )


# -- settings


KEY = "b7Kx0vQ2mNf9sLr4TzY8wHc1JgD6uPa3EiRo5Xq"


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as they should be."""
    tmp_path.chmod(0o700)
    (tmp_path / "legal").mkdir()
    for name in ("impressum", "datenschutz", "barrierefreiheit", "leichte-sprache"):
        (tmp_path / "legal" / f"{name}.txt").write_text("# Titel\n\nAlles ausgefüllt.\n")
    monkeypatch.delenv("FLASK_DEBUG", raising=False)
    return settings_for(
        f"sqlite:///{tmp_path / 'fachtag.sqlite3'}",
        tmp_path,
        mode=OperatingMode.PRODUCTION,
        secret_keys=(KEY,),
        base_url="https://fachtag.kreis-musterstadt.de",
        mail_url="smtp://mail.kreis-musterstadt.de:587",
        mail_from="Fachtag <fachtag@kreis-musterstadt.de>",
    )


def test_good_settings_pass(production: Settings) -> None:
    assert configuration_findings(production) == []
    refuse_weak(production)


WEAK = {
    "short": ({"secret_keys": ("x7Kq2mNf9sLr4Tz",)}, "FACHTAG_SECRET_KEY (1 of 1) is shorter than 32 letters"),
    "one of two": ({"secret_keys": (KEY, "x7Kq2mNf9sLr4Tz")}, "FACHTAG_SECRET_KEY (2 of 2) is shorter than 32 letters"),
    "repeats": ({"secret_keys": ("abcab" * 10,)}, "FACHTAG_SECRET_KEY (1 of 1) repeats itself"),
    "known": ({"secret_keys": ("test-key-that-is-long-enough-to-be-accepted",)}, "FACHTAG_SECRET_KEY (1 of 1) looks like an example, not like chance"),
    "default": ({"secret_keys": ("CHANGE-ME-8djf73hf73hf73hd93jf83jf83",)}, "FACHTAG_SECRET_KEY (1 of 1) looks like an example, not like chance"),
    "none": ({"secret_keys": ()}, "FACHTAG_SECRET_KEY is empty"),
    "http": ({"base_url": "http://fachtag.kreis-musterstadt.de"}, "FACHTAG_BASE_URL does not begin with https://"),
    "example": ({"mail_from": "fachtag@example.org"}, "FACHTAG_MAIL_FROM is the address of an example; it has to be a mailbox that is read"),
    "example behind a name": ({"mail_from": "Fachtag <a@mail.example.com>"}, "FACHTAG_MAIL_FROM is the address of an example; it has to be a mailbox that is read"),
    "invalid": ({"mail_from": "a@fachtag.invalid"}, "FACHTAG_MAIL_FROM is the address of an example; it has to be a mailbox that is read"),
    "no address": ({"mail_from": "fachtag"}, "FACHTAG_MAIL_FROM is not a mail address"),
    "folder": ({"mail_url": "maildir:/var/mail"}, "FACHTAG_MAIL_URL writes mails into a folder; nobody would get them"),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAK)
def test_weak_settings_are_refused(production: Settings, name: str) -> None:
    """SEC-13, WEB-03: each by itself, and nothing else is said."""
    changes, sentence = WEAK[name]
    weak = replace(production, **changes)  # type: ignore[arg-type]
    assert configuration_findings(weak) == [sentence]
    with pytest.raises(SettingsError) as refused:
        refuse_weak(weak)
    assert str(refused.value) == f"this is not safe for production: {sentence}"
    assert KEY not in str(refused.value)


def test_all_weak_settings_are_named_at_once(production: Settings) -> None:
    weak = replace(production, base_url="http://x.de", mail_url="maildir:x", secret_keys=("x",))
    assert len(configuration_findings(weak)) == 4


def test_open_places_in_legal_texts_are_found_and_keep_nothing_from_starting(
    app: Flask, production: Settings
) -> None:
    """WEB-01: they are filled in on a page, so that page has to be served; a day is not published with them
    (`tests/legal/test_organiser_views.py`)."""
    sentence = "legal text impressum: [Name der Behörde] has to be filled in"
    with app.app_context():
        assert sentence not in every_finding(db.session(), production, NOW)
        (production.data_dir / "legal" / "impressum.txt").write_text("# Impressum\n\n[Name der Behörde]\n")
        assert sentence in every_finding(db.session(), production, NOW)
    refuse_weak(production)


def test_debug_is_refused(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """T38"""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert configuration_findings(production) == ["FLASK_DEBUG is on"]


def test_a_data_folder_that_cannot_be_written_to(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is asked, not the mode: root may write everywhere, nobody on a read-only disk."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert configuration_findings(production) == ["FACHTAG_DATA_DIR cannot be written to"]


def test_files_are_not_for_everybody(production: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    production.data_dir.chmod(0o705)
    assert configuration_findings(production) == [
        "FACHTAG_DATA_DIR is open to every account of this machine (chmod o-rwx)"
    ]
    production.data_dir.chmod(0o750)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "data.sqlite3"
    elsewhere.touch(0o644)
    weak = replace(production, database_url=f"sqlite:///{elsewhere}")
    assert configuration_findings(weak) == [
        "the database file is open to every account of this machine (chmod o-rwx)"
    ]
    gone = replace(production, data_dir=production.data_dir / "gone")
    assert "FACHTAG_DATA_DIR does not exist" in configuration_findings(gone)


def test_an_old_sqlite_is_refused(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weak_settings, "SQLITE_FLOOR", (99, 0, 0))
    assert [line for line in configuration_findings(production) if "is older than 99.0.0" in line]


def test_the_demo_may_be_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert configuration_findings(settings_for("sqlite://", tmp_path)) == []
    refuse_weak(settings_for("sqlite://", tmp_path))


def test_the_worker_does_not_start_on_weak_settings(production: Settings) -> None:
    """The command says everything that is wrong, and ends with 1 before it does anything."""
    import click
    from click.testing import CliRunner

    ran = []

    @click.command("worker")
    def worker() -> None:
        ran.append(True)

    weak = replace(production, base_url="http://x.de")
    refused = CliRunner().invoke(guarded(worker, weak))
    assert (refused.exit_code, ran) == (1, [])
    assert "FACHTAG_BASE_URL does not begin with https://" in refused.output
    assert CliRunner().invoke(guarded(worker, production)).exit_code == 0
    assert ran == [True]
    assert worker.callback is not guarded(worker, weak).callback
