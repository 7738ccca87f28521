# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The worker looks, and takes its turn to write only where something came up."""

from flask import Flask

from app.allocation.swaps.jobs import settle
from app.allocation.swaps.queries import days_with_swaps
from app.events.rules import EventStatus
from app.outbox.jobs import JOBS
from app.web.database import db
from tests.allocation.swaps.day import swap_day


def test_the_worker_knows_it(app: Flask) -> None:
    assert JOBS["settle swaps"].function is settle


def test_a_quiet_day_is_left_alone(app: Flask) -> None:
    with app.app_context():
        day = swap_day()
        day.seat(anna="1.1", ben="1.2")
        day.publish()
        assert settle(day.now) == 0
        day.offer("anna", "1.2")
        assert (days_with_swaps(db.session()), settle(day.now)) == ([day.event_id], 0)
        day.offer("ben", "1.1")
        assert (settle(day.now), settle(day.now)) == (1, 0)
        assert day.asked("anna") == [("1.1", "1.2")]
        day.set_event(status=EventStatus.DRAFT)
        assert (settle(day.now), settle(day.now), day.offers()) == (1, 0, 0)
        day.set_event(status=EventStatus.PUBLISHED)
