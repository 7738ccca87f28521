# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A person's own data: read all of it, take it away as a file, have it deleted."""

import json
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from app import links
from app.attendees.staff.service import ROLE_LABELS
from app.clock import now
from app.events.models import Event
from app.privacy.contact_data import contact_as_json, contact_data
from app.privacy.erasure import forget_contact, forget_person
from app.privacy.own_data import as_json, own_data
from app.refusal import Missing
from app.registration.consents.models import PURPOSE_LABELS
from app.registration.links import open_group, open_personal
from app.registration.models import Group, Registration
from app.registration.person import facts_of
from app.registration.queries import my_day
from app.registration.questions.answer_forms import answer_words
from app.registration.rules import ACTOR_LABELS, REASON_LABELS, STATUS_LABELS
from app.registration.workshops.forms import NEED_LABELS
from app.registration.workshops.rules import VERDICT_LABELS
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page

bp = Blueprint("own", __name__)

SEE_OTHER = 303


@bp.get("/my/<token>/data")
@access.personal
def data(token: str) -> Response:
    session = db.session()
    registration = _known(token)
    mine = own_data(session, registration)
    return page(
        "privacy/own_data.html",
        token=token,
        event=registration.event,
        registration=registration,
        mine=mine,
        facts=facts_of(registration.person, own=True),
        answers=[(one, answer_words(one.given.kind, one.given.texts)) for one in mine.answers],
        status_labels=STATUS_LABELS,
        reason_labels=REASON_LABELS,
        actor_labels=ACTOR_LABELS,
        purposes=PURPOSE_LABELS,
        role_labels=ROLE_LABELS,
        needs=[str(NEED_LABELS[one]) for one in mine.needs],
        verdict_labels=VERDICT_LABELS,
    )


@bp.get("/my/<token>/data.json")
@access.personal
def data_file(token: str) -> Response:
    registration = _known(token)
    return _file(
        as_json(own_data(db.session(), registration), _address(registration.event)), registration.event
    )


@bp.route("/my/<token>/delete", methods=["GET", "POST"])
@access.personal
def delete(token: str) -> ResponseReturnValue:
    """Nothing happens before the button is pressed; afterwards the link is withdrawn, so a second press finds nothing."""
    registration = _known(token)
    form = ConfirmForm()
    if did(form, lambda session: forget_person(session, registration.id, now())):
        return redirect(url_for(".deleted"), SEE_OTHER)
    over = registration.event.is_over(now())
    return page(
        "privacy/delete.html",
        form=form,
        token=token,
        event=registration.event,
        registration=registration,
        over=over,
        has_places=any(one.place for one in my_day(db.session(), registration).rounds),
    )


@bp.get("/my-data-deleted")
@access.public
def deleted() -> Response:
    return page("privacy/deleted.html")


@bp.get("/group/<token>/data")
@access.personal
def contact(token: str) -> Response:
    group = _confirmed(token)
    return page(
        "privacy/contact_data.html",
        token=token,
        event=group.event,
        group=group,
        mine=contact_data(db.session(), group, now()),
        status_labels=STATUS_LABELS,
    )


@bp.get("/group/<token>/data.json")
@access.personal
def contact_file(token: str) -> Response:
    group = _confirmed(token)
    return _file(
        contact_as_json(contact_data(db.session(), group, now()), _address(group.event)), group.event
    )


@bp.route("/group/<token>/delete", methods=["GET", "POST"])
@access.personal
def delete_contact(token: str) -> ResponseReturnValue:
    """As `delete`, for the contact person; the colleagues stay registered."""
    group = _confirmed(token)
    form = ConfirmForm()
    if did(form, lambda session: forget_contact(session, group.id, now())):
        return redirect(url_for(".deleted"), SEE_OTHER)
    over = group.event.is_over(now())
    return page(
        "privacy/delete_contact.html", form=form, token=token, event=group.event, group=group, over=over
    )


def _file(data: dict[str, Any], event: Event) -> Response:
    content = json.dumps(data, ensure_ascii=False, indent=2)
    response = Response(content + "\n", content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-daten.json"'
    return response


def _address(event: Event) -> str:
    return links.absolute(url_for("events.event", slug=event.slug, lang=None))


def _confirmed(token: str) -> Group:
    """As `_known`: before that the address may be a stranger's."""
    group = open_group(db.session(), token)
    if group.confirmed_at is None:
        raise Missing
    return group


def _known(token: str) -> Registration:
    """Who has not confirmed the address may not be who filled in the form."""
    registration = open_personal(db.session(), token)
    if registration.confirmed_at is None:
        raise Missing
    return registration
