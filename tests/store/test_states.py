# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether anybody has written since: every commit is another state, and a lost connection is said and replaced."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.events.models import Event
from app.store.states import States, StateUnknown
from app.web.database import db, transaction
from tests.factories.days import make_event


@pytest.fixture
def states(app: Flask) -> Iterator[States]:
    with app.app_context():
        found = States(db.engine)
        yield found
        found.close()


def test_each_commit_is_another_state(states: States) -> None:
    seen = [states.now()]
    with transaction() as session:
        make_event(session)
    seen.append(states.now())
    for title in ("Eins", "Zwei"):
        with transaction() as session:
            session.scalars(select(Event)).one().title = title
        seen.append(states.now())
    assert len(set(seen)) == len(seen)


@pytest.mark.postgresql_only
def test_a_connection_that_died_is_said_once_and_replaced(states: States) -> None:
    """The server was started again: whoever asks meanwhile is answered by the application itself."""
    states.now()
    (spare,) = states._spare
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": spare.info.backend_pid})
    with pytest.raises(StateUnknown):
        states.now()
    assert states._spare == []
    assert states.now() is not None
    assert len(states._spare) == 1
