# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the machine asks that watches the service. The answers name no version, no host and no address."""

import threading

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import now
from app.outbox.queries import ALIVE, queue, worker_alive
from app.store.schema import up_to_date
from app.web import access
from app.web.database import db

bp = Blueprint("health", __name__)

UNAVAILABLE = 503
PATIENCE_SECONDS = 0.7  # of a watcher who wants his answer within a second


class DatabaseProbe:
    """One look at the database, in a thread of its own: who asks does not have to wait for a database that is silent."""

    def __init__(self, app: Flask) -> None:
        self.found = {"database": False, "migrations": False, "worker": False, "mail": False}
        self.minutes: int | None = None
        self.thread = threading.Thread(target=self._take, args=(app,), name="readyz", daemon=True)

    def _take(self, app: Flask) -> None:
        try:
            with app.app_context():
                session = db.session()
                session.execute(text("SELECT 1"))
                self.found["database"] = True
                self.found["migrations"] = up_to_date(session)
                self.found["worker"] = worker_alive(session, now())
                stands = queue(session, now())
                self.minutes, self.found["mail"] = stands.minutes, not stands.alarm
        except SQLAlchemyError:
            pass  # what was not found stays failing


class Watcher:
    """Looks once at a time, however many ask: a database that is silent costs one thread, not one per question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.started = now()
        self._look: DatabaseProbe | None = None

    def ask(self, app: Flask) -> DatabaseProbe:
        with self._lock:
            if self._look is None or not self._look.thread.is_alive():
                self._look = DatabaseProbe(app)
                self._look.thread.start()
            look = self._look
        look.thread.join(PATIENCE_SECONDS)
        return look

    @property
    def fresh(self) -> bool:
        """This process has just started, and the worker beside it may need as long to show that it lives."""
        return now() - self.started < ALIVE


def install(app: Flask) -> None:
    app.extensions["fachtag.watcher"] = Watcher()


@bp.get("/healthz")
@access.operator
def alive() -> ResponseReturnValue:
    """The process answers. The database is not asked: a restart would not bring it back."""
    return jsonify(status="ok")


@bp.get("/readyz")
@access.operator
def ready() -> ResponseReturnValue:
    """Database, migrations, worker and the way out of the mails are in order; else 503. Answers within a second.

    A worker that was not seen yet is "starting", not "failing", as long as this process is fresh itself.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    watcher: Watcher = app.extensions["fachtag.watcher"]
    look = watcher.ask(app)
    words = {name: "ok" if holds else "failing" for name, holds in look.found.items()}
    if words["worker"] == "failing" and words["migrations"] == "ok" and watcher.fresh:
        words["worker"] = "starting"
    status = next((one for one in ("failing", "starting") if one in words.values()), "ok")
    answer = jsonify(status=status, **words, oldest_due_mail_minutes=look.minutes)
    return answer, 200 if status == "ok" else UNAVAILABLE
