# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The world holds what the other tests of this folder rely on: a walk over nothing would prove nothing."""

import pytest

from app.registration.rules import Status
from app.web.access import Audience
from app.web.database import db, transaction
from tests.abuse.world import World

EMPTY = {
    "round_absence",
    "heartbeat",
    "route",
    "event_cohost",
    "sign_in",
    "life",
}
# Answers 503 here: no worker runs, and the test's database may be made without migrations.
NOT_IN_ORDER = {"/readyz"}


def test_every_status_and_every_table_is_there(still_world: World) -> None:
    assert set(still_world.personal) == set(Status)
    assert {name for name, count in still_world.rows().items() if count == 0} <= EMPTY


@pytest.mark.long
def test_every_route_can_be_filled_and_answers(still_world: World) -> None:
    """A route that nobody can reach would be skipped by every walk."""
    answers = {}
    for rule, access in still_world.rules():
        statuses = {still_world.shown_to_lead(address).status_code for address in still_world.addresses(rule)}
        if (
            access.audience is not Audience.DEMO
            and rule.endpoint != "static"
            and rule.rule not in NOT_IN_ORDER
        ):
            answers[rule.rule] = statuses
    assert {rule: found for rule, found in answers.items() if not found & {200, 303}} == {}


@pytest.mark.sqlite_only
def test_the_hash_sees_a_change_anywhere(world: World) -> None:
    before = world.state()
    assert world.state() == before
    with world.app.app_context(), transaction() as session:
        session.execute(db.metadata.tables["room"].update().values(note="verschoben"))
    assert world.state() != before
    assert world.state("room") == world.state("room")
