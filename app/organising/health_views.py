# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the machine asks that watches the service. The answers name no version, no host and no address."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import now
from app.outbox.queries import worker_alive
from app.web import access
from app.web.database import db
from app.web.migrations import up_to_date

bp = Blueprint("health", __name__)

UNAVAILABLE = 503


@bp.get("/healthz")
@access.operator
def alive() -> ResponseReturnValue:
    """The process answers. The database is not asked: a restart would not bring it back."""
    return jsonify(status="ok")


@bp.get("/readyz")
@access.operator
def ready() -> ResponseReturnValue:
    """Database, migrations and worker are in order; else 503."""
    found = {"database": False, "migrations": False, "worker": False}
    try:
        session = db.session()
        session.execute(text("SELECT 1"))
        found["database"] = True
        found["migrations"] = up_to_date(session)
        found["worker"] = worker_alive(session, now())
    except SQLAlchemyError:
        db.session.rollback()
    in_order = all(found.values())
    words = {name: "ok" if holds else "failing" for name, holds in found.items()}
    return jsonify(status="ok" if in_order else "failing", **words), 200 if in_order else UNAVAILABLE
