# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes part, for those who take part: whoever agreed, by name (DP-13)."""

from flask import Blueprint, Response

from app.refusal import Missing
from app.registration.consents.models import Purpose, asked_consents
from app.registration.consents.records import named_among
from app.registration.links import open_personal
from app.registration.models import Registration
from app.registration.rules import Status
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("consents", __name__)


@bp.get("/my/<token>/people")
@access.personal
def people(token: str) -> Response:
    """A 404 for who has no certain seat, and where the day does not ask who wants to be named."""
    session = db.session()
    mine = open_personal(session, token)
    if mine.status is not Status.REGISTERED or Purpose.LIST not in asked_consents(mine.event):
        raise Missing
    found = named_among(
        session, Registration.event_id == mine.event_id, Registration.status == Status.REGISTERED
    )
    return page("registration/consents/people.html", event=mine.event, token=token, people=found)
