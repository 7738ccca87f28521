# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes part, for those who take part (DP-13); and the end of invitations."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.clock import now
from app.refusal import Missing
from app.registration.consents.models import Purpose, asked_consents
from app.registration.consents.records import named_among
from app.registration.consents.service import withdraw_invitations
from app.registration.links import open_personal
from app.registration.models import Registration
from app.registration.rules import Status
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
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


@bp.route("/my/<token>/no-invitations", methods=["GET", "POST"])
@access.personal
def no_invitations(token: str) -> ResponseReturnValue:
    """Each invitation leads here: one press ends them (MAIL-05), also for who has left that day since."""
    mine = open_personal(db.session(), token)
    form = ConfirmForm()
    done = did(form, lambda session: withdraw_invitations(session, mine.id, now()))
    return page("registration/consents/no_invitations.html", event=mine.event, form=form, ended=bool(done))
