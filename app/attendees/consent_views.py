# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people agreed to, put to use by the team: the sheet for whoever takes photos."""

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from app.attendees.photos import photo_sheet
from app.clock import now
from app.people.rules import Permission
from app.registration.consents.models import PURPOSE_LABELS
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("agreed", __name__, url_prefix="/organise/events/<slug>/registrations")


@bp.get("/photos")
@access.organiser(Permission.SEE_PEOPLE)
def photos(slug: str) -> ResponseReturnValue:
    return page(
        "attendees/organise_photos.html",
        event=g.event,
        sheet=photo_sheet(db.session(), g.event),
        purposes=PURPOSE_LABELS,
        moment=now(),
    )
