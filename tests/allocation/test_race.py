# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Publishing, raced with real processes on both databases: one published state, no double place, no mail twice.

In each round of its own day two people press "publish" for one allocation, a third for another one, and a participant
cancels, all at the same moment.
"""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.allocation.models import AllocationRun
from app.allocation.publishing import publish
from app.allocation.rules import NotReady, OtherPublished
from app.events.models import Event
from app.factory import create_app
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.registration import notifications
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.service import cancel
from app.registration.workshops.models import Place
from app.web.database import db, transaction
from tests.allocation.day import LATER, TEAM, WishDay, a_wish_day, publishes, set_run, solved
from tests.conftest import settings_for

ROUNDS = 12
Round = tuple[int, int, int, int]  # event, two allocations, who cancels


def _publish(url: str, folder: str, which: int, rounds: list[Round], start: Barrier) -> None:
    app = create_app(settings_for(url, Path(folder)))
    with app.app_context():
        for one in rounds:
            start.wait(60)
            with suppress(OtherPublished, NotReady), transaction() as session:
                publish(session, one[0], one[which], 0, TEAM, LATER)


def _cancel(url: str, folder: str, which: int, rounds: list[Round], start: Barrier) -> None:
    app = create_app(settings_for(url, Path(folder)))
    with app.app_context():
        for one in rounds:
            start.wait(60)
            with transaction() as session:
                cancel(session, one[which], PARTICIPANT, LATER)


@pytest.mark.long
def test_two_publish_and_one_cancels(app: Flask, database_url: str, tmp_path: Path) -> None:
    days = [a_wish_day(app, 6, slug=f"tag-{number}") for number in range(ROUNDS)]
    rounds: list[Round] = []
    for made in days:
        set_run(app, made, "1.1", capacity=2)
        first, second = (
            solved(app, made, f"nonce-{made.event_id}-{one}-0123456789", seed=one) for one in (1, 2)
        )
        rounds.append((made.event_id, first, second, made.people[1]))
    _run(
        app,
        database_url,
        tmp_path,
        rounds,
        [(_publish, 1), (_publish, 1), (_publish, 2), (_cancel, 3)],
    )
    winners = set()
    with app.app_context():
        assert data_findings(db.session(), LATER) == []
        for made, (event_id, first, second, gone) in zip(days, rounds, strict=True):
            published = db.session.scalars(
                select(AllocationRun.id).where(
                    AllocationRun.event_id == event_id, AllocationRun.published_at.is_not(None)
                )
            ).all()
            assert len(published) == 1
            winners.add(published[0] == first)
            assert published[0] in {first, second}
            mails = Counter(
                db.session.scalars(
                    select(Message.subject_id).where(
                        Message.event_id == event_id, Message.kind == notifications.ALLOCATED
                    )
                )
            )
            assert set(mails.values()) == {1}
            assert set(made.people.values()) - {gone} <= set(mails) <= set(made.people.values())
            seats = Counter(
                db.session.execute(
                    select(Place.registration_id, Place.round_id)
                    .join(Registration, Place.registration_id == Registration.id)
                    .where(Registration.event_id == event_id)
                ).all()
            )
            assert set(seats.values()) == {1}
            assert {person for person, _round in seats} == set(made.people.values()) - {gone}
    print({"rounds": ROUNDS, "the first allocation won": True in winners, "the second": False in winners})


def _run(
    app: Flask,
    url: str,
    folder: Path,
    rounds: list[Round],
    targets: list[tuple[Callable[..., None], int]],
) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    start = context.Barrier(len(targets))
    workers = [
        context.Process(target=target, args=(url, str(folder), which, rounds, start))
        for target, which in targets
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * len(workers)


def _die_while_publishing(url: str, folder: str, event_id: int, allocation_run_id: int) -> None:
    """Everything is written, nothing committed."""

    def die(*_args: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    notifications.notify_allocated = die  # type: ignore[assignment]
    app = create_app(settings_for(url, Path(folder)))
    with app.app_context(), transaction() as session:
        publish(session, event_id, allocation_run_id, 0, TEAM, LATER)


@pytest.mark.long
def test_whoever_publishes_is_killed_in_the_middle(app: Flask, database_url: str, tmp_path: Path) -> None:
    made: WishDay = a_wish_day(app, 4)
    number = solved(app, made)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(
        target=_die_while_publishing, args=(database_url, str(tmp_path), made.event_id, number)
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with app.app_context():
        assert db.session.get_one(Event, made.event_id).placed_at is None
        assert db.session.scalars(select(Place)).all() == []
        assert data_findings(db.session(), LATER) == []
    publishes(app, made, number)
    with app.app_context():
        mails = db.session.scalars(
            select(Message.subject_id).where(Message.kind == notifications.ALLOCATED)
        ).all()
        assert sorted(mails) == sorted(made.people.values())
