# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The last consents, raced with real processes on both databases: all places of a chain change, or none.

In each round of its own day three people agree at the same moment, and in every second one of them cancels besides, or the
worker settles the day. Afterwards each still sits in exactly one run, and no run is over.
"""

import multiprocessing
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.allocation.swaps.service import agree, settle_day
from app.factory import create_app
from app.organising.checks import data_findings
from app.registration.history import PARTICIPANT
from app.registration.rules import AlreadyEnded
from app.registration.service import cancel
from app.registration.workshops.models import SwapChain, SwapOffer
from app.web.database import db, transaction
from tests.allocation.swaps.day import SwapDay, swap_day
from tests.conftest import hurry, settings_for

ROUNDS = 12
NAMES = ("anna", "ben", "cem")
Round = tuple[
    int, dict[str, tuple[int, str]], bool
]  # event, registration and key by name, whether one cancels


def _take_part(url: str, folder: str, who: str, rounds: list[Round], moment: object, start: Barrier) -> None:
    app = create_app(settings_for(url, Path(folder)))
    with app.app_context():
        hurry(db.engine)
        for event_id, people, leaves in rounds:
            start.wait(60)
            with transaction() as session:
                if who in people:
                    agree(session, *people[who], moment)  # type: ignore[arg-type]
                elif not leaves:
                    settle_day(session, event_id, moment)  # type: ignore[arg-type]
                else:
                    with suppress(AlreadyEnded):
                        cancel(session, people["ben"][0], PARTICIPANT, moment)  # type: ignore[arg-type]


@pytest.mark.long
def test_all_agree_at_once_and_somebody_leaves(app: Flask, database_url: str, tmp_path: Path) -> None:
    with app.app_context():
        days = [_asked(f"tag-{number}") for number in range(ROUNDS)]
        rounds: list[Round] = [
            (
                day.event_id,
                {name: (day.ids[name], day.swaps(name).proposals[0].key) for name in NAMES},
                number % 2 == 1,
            )
            for number, day in enumerate(days)
        ]
        moment = max(day.now for day in days)
        db.session.remove()
        db.engine.dispose()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    start = context.Barrier(4)
    workers = [
        context.Process(target=_take_part, args=(database_url, str(tmp_path), who, rounds, moment, start))
        for who in (*NAMES, "somebody else")
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join(240)
        assert one.exitcode == 0
    swapped = 0
    with app.app_context():
        assert data_findings(db.session(), moment) == []
        for number, day in enumerate(days):
            there = [name for name in NAMES if number % 2 == 0 or name != "ben"]
            sits = day.sits(*there)
            all_changed = sits == [{"anna": "1.2", "ben": "1.3", "cem": "1.1"}[one] for one in there]
            nobody = sits == [{"anna": "1.1", "ben": "1.2", "cem": "1.3"}[one] for one in there]
            # Who left gave a place free, which anna wanted: the worker would give it, and is not here then.
            assert all_changed or nobody, sits
            assert all_changed or number % 2 == 1
            swapped += all_changed
            assert all(day.run(label).taken <= 1 for label in ("1.1", "1.2", "1.3"))
        left = db.session.scalar(select(func.count(SwapChain.id)))
        offers = db.session.scalar(select(func.count(SwapOffer.id)))
        assert (left, offers) == (0, 2 * (ROUNDS - swapped))
    print({"rounds": ROUNDS, "swapped": swapped})


def _asked(slug: str) -> SwapDay:
    day = swap_day(slug=slug)
    day.seat(anna="1.1", ben="1.2", cem="1.3")
    day.publish()
    day.offer("anna", "1.2")
    day.offer("ben", "1.3")
    day.offer("cem", "1.1")
    day.settle()
    return day
