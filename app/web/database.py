# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The application's engine and sessions, and when a request may write."""

from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFError
from sqlalchemy import Connection, Engine

from app.db import Base
from app.settings import Settings
from app.store.engines import engine_options, face_of, set_up
from app.store.transactions import WRITING, Source, draw_from, transaction
from app.web.access import SAFE_METHODS
from app.web.forms import csrf_holds

__all__ = ["configure", "db", "transaction"]


class HouseSession(FlaskSession):
    """A session that reads by default; `transaction()` switches it to writing for one use case."""

    def get_bind(self, *_what: Any, **named: Any) -> Engine | Connection:
        """There is one database: nothing is looked up for each statement."""
        engine: Engine | Connection = named.get("bind") or self._db.engine
        if not isinstance(engine, Engine):
            return engine
        return face_of(engine, writes=bool(self.info.get(WRITING)))


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": HouseSession})


def configure(app: Flask, settings: Settings) -> None:
    """Set the engine up as the house needs it and bind it to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    if settings.database_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    draw_from(Source(db.session, lambda: db.engine, _refuse_unsafe_request))
    with app.app_context():
        set_up(db.engine)


def _refuse_unsafe_request() -> None:
    """A GET never writes, and nothing writes without a CSRF token: asked where every write passes (T07, T33)."""
    if not has_request_context():
        return
    if request.method in SAFE_METHODS:
        raise RuntimeError(f"{request.endpoint} tried to write in a {request.method} request")
    if not csrf_holds():
        raise CSRFError("missing or stale token")
