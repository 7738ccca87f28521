# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The personal link, sent again to whoever asks for it with the own address; the address, changed or shared;
and the link that opens the form of a day with a code."""

from dataclasses import replace

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import get_public_event
from app.events.rules import TAKES_REGISTRATIONS
from app.organisations.queries import organisation_names
from app.registration import abuse_protection_forms
from app.registration.addresses import (
    ask_new_address,
    confirm_new_address,
    open_new_address,
    refuse_new_address,
)
from app.registration.admission import Entry
from app.registration.code_views import open_by_link
from app.registration.correcting import send_links
from app.registration.forms import AddressForm, LinkForm, SharingForm, without_unasked
from app.registration.links import open_form, open_personal, personal_token
from app.registration.rules import CONFIRMED
from app.registration.sharing import register_sharing
from app.texts import language
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
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


@bp.get("/form/<token>")
@access.public
def with_code(token: str) -> ResponseReturnValue:
    """The link of the team that carries the code of a day."""
    return open_by_link(*open_form(db.session(), token))


@bp.route("/my/<token>/address", methods=["GET", "POST"])
@access.personal
def address(token: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    if not registration.may_be_readdressed(now()):
        return redirect(url_for("registration.my", token=token), SEE_OTHER)
    form = AddressForm()

    def ask_owner(session: Session) -> str:
        email = str(form.email.data)
        ask_new_address(session, registration.id, email, now())
        return email

    if done := did(form, ask_owner):
        remember_address(done.result)
        return redirect(url_for(".address_asked", token=token), SEE_OTHER)
    event = registration.event
    return page("registration/address.html", form=form, event=event, registration=registration, token=token)


@bp.get("/my/<token>/address/asked")
@access.personal
def address_asked(token: str) -> Response:
    event = open_personal(db.session(), token).event
    return page("registration/address_asked.html", event=event, address=remembered_address(), token=token)


@bp.route("/my/<token>/new-address/<int:asked_id>", methods=["GET", "POST"])
@access.personal
def confirm_address(token: str, asked_id: int) -> ResponseReturnValue:
    """Behind the link in the mail to the new address; nothing happens before the button is pressed."""
    registration, email = open_new_address(db.session(), asked_id, token)
    form = ConfirmForm()

    def confirm(session: Session) -> str:
        return personal_token(confirm_new_address(session, asked_id, token, now()))

    if done := did(
        form, confirm, first=lambda session: refuse_new_address(session, registration, email, now())
    ):
        return redirect(url_for("registration.my", token=done.result, done="address"), SEE_OTHER)
    return page("registration/address_confirm.html", form=form, event=registration.event, address=email)


@bp.route("/my/<token>/also", methods=["GET", "POST"])
@access.personal
def also(token: str) -> ResponseReturnValue:
    """For somebody else who shares the mailbox; the mail that this address gets when they fill in the form leads here."""
    registration = open_personal(db.session(), token)
    event = registration.event
    if registration.status not in CONFIRMED or event.registration_state(now()) not in TAKES_REGISTRATIONS:
        return redirect(url_for("registration.my", token=token), SEE_OTHER)
    form = SharingForm()
    without_unasked(form, event)

    def enter(session: Session) -> str:
        person = replace(form.person(), email=registration.email)
        entry = Entry(person, form.key, language())
        return personal_token(register_sharing(session, registration.id, entry, now()))

    if done := did(form, enter):
        return redirect(url_for("registration.my", token=done.result), SEE_OTHER)
    return page(
        "registration/also.html",
        form=form,
        event=event,
        registration=registration,
        token=token,
        names=organisation_names(db.session()),
    )
