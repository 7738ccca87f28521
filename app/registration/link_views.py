# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The personal link, sent again to whoever asks for it with the own address."""

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import get_public_event
from app.registration import abuse_protection_forms
from app.registration.correcting import send_links
from app.registration.forms import LinkForm
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.pages import page, remember_address, remembered_address

bp = Blueprint("links", __name__)

SEE_OTHER = 303


@bp.route("/events/<slug>/link", methods=["GET", "POST"])
@access.public
def ask(slug: str) -> ResponseReturnValue:
    """Also when registration is closed: who takes part may still cancel, or name a substitute."""
    event = get_public_event(db.session(), slug)
    form, event_id = LinkForm(), event.id

    def send(session: Session) -> str:
        email = str(form.email.data)
        abuse_protection_forms.refuse_programs(session, form, now())
        send_links(session, event_id, email, now())
        return email

    if done := did(form, send):
        remember_address(done.result)
        return redirect(url_for(".sent", slug=slug), SEE_OTHER)
    return page("registration/link.html", form=form, event=event)


@bp.get("/events/<slug>/link/sent")
@access.public
def sent(slug: str) -> Response:
    event = get_public_event(db.session(), slug)
    return page("registration/link_sent.html", event=event, address=remembered_address())
