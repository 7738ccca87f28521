# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers in front of their day."""

from typing import Any

from flask import Flask
from sqlalchemy import event as sqlalchemy_event

from app.events.models import TeamMember
from app.people.rules import Role
from app.web.database import db, transaction
from tests.factories.days import Programme, make_event, make_programme
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in


def somebody(app: Flask, email: str, event_id: int | None = None, role: Role | None = None) -> Visitor:
    """A signed-in browser of a new account, in the team of `event_id` if a role is given."""
    organiser_id = an_organiser(app, email, name=email.split("@", maxsplit=1)[0].capitalize())
    if event_id is not None and role is not None:
        with app.app_context(), transaction() as session:
            session.add(TeamMember(event_id=event_id, organiser_id=organiser_id, role=role))
    return Visitor(signed_in(app, email))


def a_day(
    app: Flask, *, programme: bool = True, released: bool = False, **changes: Any
) -> tuple[int, dict[str, int]]:
    """The id of a new day, and the ids in its programme: "1.1" a run, "round-1", "workshop-1", "item-1", "Foyer" a room."""
    with app.app_context(), transaction() as session:
        event = make_event(session, **changes)
        if not programme:
            return event.id, {}
        built: Programme = make_programme(session, event, released=released)
        ids = {label: run.id for label, run in built.runs.items()}
        ids |= {name: room.id for name, room in built.rooms.items()}
        for kind in ("round", "workshop", "item"):
            ids |= {
                f"{kind}-{number}": one.id for number, one in enumerate(getattr(built, f"{kind}s"), start=1)
            }
        return event.id, ids


class Queries:
    """Counts the statements of a block: `with Queries(app) as queries: …; queries.count`."""

    def __init__(self, app: Flask) -> None:
        self._app, self.statements = app, list[str]()

    def _note(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements.append(statement)

    def __enter__(self) -> "Queries":
        with self._app.app_context():
            self._engine = db.engine
        sqlalchemy_event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        sqlalchemy_event.remove(self._engine, "before_cursor_execute", self._note)

    @property
    def count(self) -> int:
        return len(self.statements)
