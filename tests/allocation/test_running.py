# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Working allocations out: leases, stopping, taking over, what is written down; and the worker's child process."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.allocation import jobs, service
from app.allocation.instance import Instance, ModelPerson
from app.allocation.lease import LEASES, LeaseOutcome, claim, finish, renew
from app.allocation.protocol import verify
from app.allocation.queries import allocations_of
from app.allocation.result import Infeasibility
from app.allocation.rules import AllocationState, ConditionKind, Mixing, Obstacle
from app.allocation.running import discreet, work_out
from app.clock import now as clock_now
from app.events.models import Event
from app.outbox.jobs import JOBS
from app.registration.workshops.rules import Need
from app.store.leases import Lease
from app.web.database import db, transaction
from tests.allocation.day import (
    LATER,
    TEAM,
    WishDay,
    a_wish_day,
    allocation_run,
    asks,
    needs_step_free,
    set_run,
    solved,
    works_out,
)


def claims(app: Flask, number: int, now: datetime = LATER) -> Lease | None:
    with app.app_context(), transaction() as session:
        return claim(session, number, now)


def renews(app: Flask, lease: Lease, now: datetime = LATER) -> bool:
    with app.app_context(), transaction() as session:
        return renew(session, lease, "2/5", now)


def finishes(app: Flask, lease: Lease, state: AllocationState = AllocationState.STOPPED) -> bool:
    with app.app_context(), transaction() as session:
        return finish(session, lease, LeaseOutcome(state), LATER)


def stops(app: Flask, made: WishDay, number: int) -> None:
    with app.app_context(), transaction() as session:
        service.stop(session, made.event_id, number, TEAM, LATER)


def waiting(app: Flask, now: datetime = LATER) -> int | None:
    with app.app_context():
        return LEASES.next(db.session(), now)


def adds(app: Flask, made: WishDay, kind: ConditionKind, **facts: Any) -> None:
    with app.app_context(), transaction() as session:
        service.add_condition(session, made.event_id, service.ConditionFacts(kind, **facts), TEAM, LATER)


# --- leases --------------------------------------------------------------------------------------------------------


def test_one_worker_has_it_and_keeps_it(app: Flask) -> None:
    number = asks(app, a_wish_day(app, 2))
    assert waiting(app) == number
    lease = claims(app, number)
    assert lease is not None
    assert claims(app, number) is None
    assert waiting(app) is None
    assert renews(app, lease, LATER + LEASES.length / 2)
    assert waiting(app, LATER + LEASES.length * 1.2) is None
    assert allocation_run(app, number).progress == "2/5"


def test_it_is_taken_over_when_the_lease_ends(app: Flask) -> None:
    """And whoever lost it changes nothing any more."""
    number = asks(app, a_wish_day(app, 2))
    first = claims(app, number)
    late = LATER + LEASES.length + timedelta(seconds=1)
    assert waiting(app, late) == number
    second = claims(app, number, late)
    assert first is not None
    assert second is not None
    assert second.token != first.token
    assert not renews(app, first, late)
    assert not finishes(app, first)
    assert renews(app, second, late)
    assert allocation_run(app, number).state is AllocationState.RUNNING


def test_what_ends_its_worker_each_time_is_given_up(app: Flask) -> None:
    """Nobody is left to write down that it failed; tried for ever it would keep all others waiting."""
    number = asks(app, a_wish_day(app, 4))
    for times in range(3):
        assert claims(app, number, LATER + LEASES.length * times) is not None
    assert claims(app, number, LATER + LEASES.length * 3) is None
    found = allocation_run(app, number)
    assert (found.state, found.lease_until, found.claims) == (AllocationState.FAILED, None, 3)
    assert "memory" in found.reasons[0]["sentence"]
    with app.app_context():
        assert LEASES.next(db.session(), LATER + LEASES.length * 9) is None


def test_who_waits_longest_is_next(app: Flask) -> None:
    made = a_wish_day(app, 2)
    first, second = (asks(app, made, nonce=f"nonce-{number}-0123456789") for number in (1, 2))
    assert waiting(app) == first
    works_out(app, first)
    assert waiting(app) == second


def test_stop(app: Flask) -> None:
    """What waits ends at once; who works on it is told with the next renewal; a second press changes nothing."""
    made = a_wish_day(app, 2)
    queued, running = (asks(app, made, nonce=f"nonce-{number}-0123456789") for number in (1, 2))
    lease = claims(app, running)
    for number in (queued, running, queued, running):
        stops(app, made, number)
    assert allocation_run(app, queued).state is AllocationState.STOPPED
    assert allocation_run(app, running).state is AllocationState.RUNNING
    assert lease is not None
    assert not renews(app, lease)
    assert work_out(app.app_context, lease, lambda: LATER) is AllocationState.STOPPED
    after = allocation_run(app, running)
    assert (after.state, after.protocol, after.lease_until, after.stop_asked) == (
        AllocationState.STOPPED,
        None,
        None,
        False,
    )


def test_stop_and_a_dead_worker(app: Flask) -> None:
    made = a_wish_day(app, 2)
    number = asks(app, made)
    claims(app, number)
    stops(app, made, number)
    assert claims(app, number, LATER + LEASES.length * 2) is None
    assert allocation_run(app, number).state is AllocationState.STOPPED


# --- results -------------------------------------------------------------------------------------------------------


def test_a_result_with_its_proof_and_chairs(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    number = solved(app, made)
    found = allocation_run(app, number)
    assert found.protocol is not None
    assert (found.protocol["proof"], verify(found.protocol)) == ("optimal", [])
    assert found.finished_at == LATER
    (chair,) = [one for one in found.chairs if one["run"] == made.day.runs["1.1"]]
    assert (chair["goal"], chair["rank"], chair["by"], chair["proven"]) == ("rank", 2, 1, True)


def test_a_list_knows_the_proof_without_reading_protocols(app: Flask) -> None:
    made = a_wish_day(app, 2)
    done, waits = solved(app, made), asks(app, made, nonce="nonce-second-0123456789")
    with app.app_context():
        found = allocations_of(db.session(), db.session.get_one(Event, made.event_id))
        assert [(one.id, proof) for one, proof in found] == [(waits, None), (done, "optimal")]


def test_the_same_seed_the_same_result_also_after_a_takeover(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    first = allocation_run(app, solved(app, made)).protocol
    number = asks(app, made, nonce="nonce-again-0123456789")
    claims(app, number)
    assert works_out(app, number, LATER + LEASES.length * 2) is AllocationState.DONE
    second = allocation_run(app, number).protocol
    assert first is not None
    assert second is not None
    assert second["result_fingerprint"] == first["result_fingerprint"]
    assert second["places"] == first["places"]


def test_impossible_says_why(app: Flask) -> None:
    made = a_wish_day(app, 4)
    for label in ("1.1", "1.2"):
        set_run(app, made, label, capacity=1)
    number = asks(app, made)
    assert works_out(app, number) is AllocationState.IMPOSSIBLE
    (reason,) = allocation_run(app, number).reasons
    assert reason == {
        "obstacle": "seats",
        "values": {"round": made.day.rounds[0], "seats": 2, "people": 4},
    }


def test_reasons_tell_nothing_of_needs(app: Flask) -> None:
    """Neither who needs what, nor how many, nor by the name of the one for whom no workshop is left."""
    made = a_wish_day(app, 4)
    with app.app_context(), transaction() as session:
        needs_step_free(session, made, 2)
    set_run(app, made, "1.1", takes_place=False)  # 1.2 has stairs
    number = asks(app, made)
    assert works_out(app, number) is AllocationState.IMPOSSIBLE
    reasons = allocation_run(app, number).reasons
    assert reasons == [{"obstacle": "need", "values": {"round": made.day.rounds[0]}}]
    assert "step" not in json.dumps(reasons)


def test_a_fixed_place_that_does_not_go_names_nobody_with_a_need() -> None:
    people = (ModelPerson(1, (1,)), ModelPerson(2, (1,), needs=frozenset({Need.STEP_FREE})))
    instance = Instance((1,), people, ())
    said = [Infeasibility(Obstacle.FIXED_PLACE, {"person": number, "run": 10}) for number in (1, 2)]
    assert list(discreet(instance, said)) == [
        {"obstacle": "fixed_place", "values": {"person": 1, "run": 10}},
        {"obstacle": "fixed", "values": {}},
    ]


def test_a_protocol_tells_nothing_of_needs(app: Flask) -> None:
    made = a_wish_day(app, 4)
    with app.app_context(), transaction() as session:
        needs_step_free(session, made, 2)
    text = json.dumps(allocation_run(app, solved(app, made)).protocol)
    assert all(word not in text for word in ("need", "step", "loop", "interpreting", "Muster"))


def test_pairs_in_each_other_s_way_are_named(app: Flask) -> None:
    made = a_wish_day(app, 2)
    set_run(app, made, "1.2", takes_place=False)
    set_run(app, made, "2.2", takes_place=False)
    adds(app, made, ConditionKind.APART, first_id=made.people[1], second_id=made.people[2])
    number = asks(app, made)
    assert works_out(app, number) is AllocationState.IMPOSSIBLE
    assert [one["obstacle"] for one in allocation_run(app, number).reasons] == ["apart"]


def test_mixing_is_as_strict_as_asked_for(app: Flask) -> None:
    """Six people of three houses, of each house two; at most one of each in a workshop."""
    made = a_wish_day(app, 6)
    adds(app, made, ConditionKind.ORGANISATION_CAP, most=1)
    kinds = {}
    for mixing in Mixing:
        protocol = allocation_run(
            app, solved(app, made, f"nonce-{mixing.value}-0123456789", mixing=mixing)
        ).protocol
        assert protocol is not None
        kinds[mixing] = {one["goal"]: one["value"] for one in protocol["stages"] if one["rank"] in {None, 2}}
    assert "rules" not in kinds[Mixing.NONE]
    assert kinds[Mixing.LOOSE]["rules"] == 0
    assert kinds[Mixing.STRICT]["rank"] == kinds[Mixing.LOOSE]["rank"] > kinds[Mixing.NONE]["rank"]


# --- the child -----------------------------------------------------------------------------------------------------


@pytest.fixture
def tend(app: Flask) -> Iterator[Callable[[], None]]:
    """One look of the worker. Afterwards nothing is left running."""

    def look() -> None:
        with app.app_context():
            jobs.tend(clock_now())

    yield look
    if jobs.CHILD.process is not None:
        jobs.CHILD.process.kill()
        jobs.CHILD.process.wait()
        jobs.CHILD.process = jobs.CHILD.lease = None


def patiently(check: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_worker_knows_the_job(app: Flask) -> None:
    assert JOBS["work out allocations"].function is jobs.tend


@pytest.mark.long
def test_the_worker_has_it_worked_out_by_a_child(app: Flask, tend: Callable[[], None]) -> None:
    number = asks(app, a_wish_day(app, 4))
    tend()
    assert jobs.CHILD.process is not None
    tend()  # does not wait, and starts no second one
    patiently(lambda: allocation_run(app, number).state is AllocationState.DONE)
    patiently(lambda: jobs.CHILD.process is not None and jobs.CHILD.process.poll() == 0)
    tend()
    assert jobs.CHILD.process is None


@pytest.mark.long
def test_a_child_that_is_killed_takes_nobody_with_it(app: Flask, tend: Callable[[], None]) -> None:
    made = a_wish_day(app, 4)
    number = asks(app, made)
    tend()
    assert jobs.CHILD.process is not None
    os.kill(jobs.CHILD.process.pid, signal.SIGKILL)
    jobs.CHILD.process.wait()
    tend()
    found = allocation_run(app, number)
    assert (found.state, found.lease_token) == (AllocationState.FAILED, None)
    assert "memory" in found.reasons[0]["sentence"]
    second = asks(app, made, nonce="nonce-second-0123456789")
    tend()
    patiently(lambda: allocation_run(app, second).state is AllocationState.DONE)


@pytest.mark.long
def test_a_child_that_hangs_is_given_up(app: Flask, tend: Callable[[], None]) -> None:
    """It is stopped in its tracks, as if the solver never came back."""
    made = a_wish_day(app, 4)
    number = asks(app, made)
    tend()
    assert jobs.CHILD.process is not None
    os.kill(jobs.CHILD.process.pid, signal.SIGSTOP)
    jobs.CHILD.ends = time.monotonic()
    tend()
    found = allocation_run(app, number)
    assert (found.state, "did not come to an end" in found.reasons[0]["sentence"]) == (
        AllocationState.FAILED,
        True,
    )
    assert jobs.CHILD.process is None


@pytest.mark.long
def test_after_worker_and_child_were_killed_the_next_worker_takes_over(
    app: Flask, tend: Callable[[], None]
) -> None:
    """Nobody is there to write down that it failed; when the lease ends, it is solved again, with the same result."""
    made = a_wish_day(app, 4)
    before = allocation_run(app, solved(app, made)).protocol
    number = asks(app, made, nonce="nonce-second-0123456789")
    tend()
    assert jobs.CHILD.process is not None
    os.kill(jobs.CHILD.process.pid, signal.SIGKILL)
    jobs.CHILD.process.wait()
    jobs.CHILD.process = jobs.CHILD.lease = None
    tend()  # another worker: the lease still holds
    assert jobs.CHILD.process is None
    assert allocation_run(app, number).state is AllocationState.RUNNING
    with app.app_context():
        jobs.tend(clock_now() + LEASES.length * 2)
    patiently(lambda: allocation_run(app, number).state is AllocationState.DONE)
    after = allocation_run(app, number).protocol
    assert before is not None
    assert after is not None
    assert after["result_fingerprint"] == before["result_fingerprint"]
