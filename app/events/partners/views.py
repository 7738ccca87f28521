# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Logos of partners, sent to browsers."""

from flask import Blueprint, Flask, Response

from app.events.partners.queries import logo_content
from app.events.queries import get_public_event
from app.web import access
from app.web.database import db
from app.web.shown_files import send_png

bp = Blueprint("partners", __name__)


def install(app: Flask) -> None:
    app.config["LANGUAGELESS"] |= {"partners.logo"}


@bp.get("/events/<slug>/logos/<logo_key>.png")
@access.public
def logo(slug: str, logo_key: str) -> Response:
    """Another picture has another key."""
    session = db.session()
    return send_png(logo_content(session, get_public_event(session, slug), logo_key), public=True)
