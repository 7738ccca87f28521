# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The contact person's pages: register colleagues in one go, and the own group behind its link."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import get_public_event
from app.events.rules import TAKES_REGISTRATIONS
from app.organisations.queries import organisation_names
from app.refusal import N_, Missing, Refusal
from app.registration import abuse_protection_forms
from app.registration.admission import Entry
from app.registration.code_views import ask_for_code, shown_key
from app.registration.forms import ColleagueForm, OwnSubstituteForm, without_unasked
from app.registration.groups.forms import GroupForm
from app.registration.groups.members import add_colleague, cancel_member, send_member_link, substitute_member
from app.registration.groups.queries import Member, see_group
from app.registration.groups.service import (
    MOST_PEOPLE,
    confirm_group,
    refuse_group,
    register_group,
    renew_group_link,
)
from app.registration.links import group_token, open_group
from app.registration.models import Group
from app.registration.page_states import MAILED
from app.registration.rules import STATUS_LABELS
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did, in_one
from app.web.forms import ConfirmForm
from app.web.pages import done_just_now, page, remember_address, remembered_address

bp = Blueprint("groups", __name__)

# What the group's page says was done just before it, by the word that the address carries.
DONE = {
    "confirmed": N_("The group is confirmed."),
    "added": N_("Your colleague is added."),
    "sent": N_("The link is on its way."),
    "substituted": N_("The substitute is saved."),
    "cancelled": N_("The cancellation is saved."),
    "mailed": MAILED,
}

SEE_OTHER = 303


@bp.route("/events/<slug>/register/group", methods=["GET", "POST"])
@access.public
def register(slug: str) -> ResponseReturnValue:
    session = db.session()
    event = get_public_event(session, slug)
    state = event.registration_state(now())
    if state not in TAKES_REGISTRATIONS:
        return page("registration/closed.html", status=403, event=event, state=state)
    if (code_page := ask_for_code(event)) is not None:
        return code_page
    form, key = GroupForm().asked_on(event), shown_key(event)
    rearranged = form.rearranged() if form.is_submitted() else None
    event_id = event.id  # asked inside, it would be one more question to the database

    def enter(writing: Session) -> str:
        entry = replace(form.entry(), form_key=key)
        abuse_protection_forms.refuse_programs(writing, form, now())
        chairs = sum(1 + person.accompanying for person in entry.people)  # online as well: each is somebody
        abuse_protection_forms.refuse_many_seats(writing, event_id, chairs, now())
        register_group(writing, event_id, entry, now())
        return entry.contact.email

    if rearranged is None and (done := did(form, enter)):
        remember_address(done.result)
        return redirect(url_for(".sent", slug=slug), SEE_OTHER)
    return page(
        "registration/groups/group_register.html",
        form=rearranged.asked_on(event) if rearranged else form,
        event=event,
        state=state,
        most=MOST_PEOPLE,
        names=organisation_names(session),
    )


@bp.get("/events/<slug>/register/group/sent")
@access.public
def sent(slug: str) -> Response:
    event = get_public_event(db.session(), slug)
    return page("registration/groups/group_sent.html", event=event, address=remembered_address())


@bp.get("/group/<token>")
@access.personal
def show(token: str) -> Response:
    session = db.session()
    group = open_group(session, token)
    return _show(session, group, token)


def _show(session: Session, group: Group, token: str, refusal: Refusal | None = None) -> Response:
    moment = now()
    members = see_group(session, group, moment)
    is_open = group.event.registration_state(moment) in TAKES_REGISTRATIONS
    return page(
        "registration/groups/group.html",
        status=422 if refusal else 200,
        group=group,
        event=group.event,
        members=members,
        token=token,
        refusal=refusal,
        status_labels=STATUS_LABELS,
        may_add=is_open or any(one.unnamed and one.may_change for one in members),
        is_open=is_open,
        before_start=not group.event.has_begun(moment),
        done=None if refusal else done_just_now(DONE),
    )


@bp.post("/group/<token>/confirm")
@access.personal
def confirm(token: str) -> ResponseReturnValue:
    return _press(token, lambda session, group_id: confirm_group(session, group_id, now()), "confirmed")


@bp.route("/group/<token>/not-me", methods=["GET", "POST"])
@access.personal
def not_me(token: str) -> ResponseReturnValue:
    """Somebody else typed in this address: nothing is reserved for it, and it gets no such mail any more (T08)."""
    group = open_group(db.session(), token)
    form = ConfirmForm()
    if group.confirmed_at is not None:
        return _back(token)
    if did(form, lambda session: refuse_group(session, group.id, now())):
        return redirect(url_for("registration.suppressed"), SEE_OTHER)
    return page("registration/not_me.html", form=form, event=group.event)


@bp.post("/group/<token>/<reference>/link")
@access.personal
def send_link(token: str, reference: str) -> ResponseReturnValue:
    return _press(
        token, lambda session, group_id: send_member_link(session, group_id, reference, now()), "sent"
    )


@bp.route("/group/<token>/add", methods=["GET", "POST"])
@access.personal
def add(token: str) -> ResponseReturnValue:
    group = _confirmed(token)
    form = ColleagueForm()
    without_unasked(form, group.event)
    if form.validate_on_submit():
        entry = Entry(form.person(group.organisation.name), form.key, group.language)
        if carried_out(form, in_one(lambda session: add_colleague(session, group.id, entry, now()))):
            return _back(token, "added")
    members = see_group(db.session(), group, now())
    return page(
        "registration/groups/group_add.html",
        form=form,
        group=group,
        event=group.event,
        token=token,
        unnamed=sum(one.unnamed and one.may_change for one in members),
    )


@bp.route("/group/<token>/<reference>/cancel", methods=["GET", "POST"])
@access.personal
def cancel(token: str, reference: str) -> ResponseReturnValue:
    group = _confirmed(token)
    member = _member(group, reference)
    if not member.may_change or group.event.is_over(now()):
        return _back(token)
    form = ConfirmForm()
    if form.validate_on_submit():
        return _press(
            token, lambda session, group_id: cancel_member(session, group_id, reference, now()), "cancelled"
        )
    return page(
        "registration/groups/group_cancel.html",
        form=form,
        group=group,
        event=group.event,
        member=member,
        token=token,
    )


@bp.route("/group/<token>/<reference>/substitute", methods=["GET", "POST"])
@access.personal
def substitute(token: str, reference: str) -> ResponseReturnValue:
    group = _confirmed(token)
    form = OwnSubstituteForm()
    if form.validate_on_submit():
        entry = Entry(form.person(group.organisation.name), form.key, group.language)
        exchange = in_one(lambda session: substitute_member(session, group.id, reference, entry, now()))
        if carried_out(form, exchange):
            return _back(token, "substituted")
    member = _member(group, reference)
    if not form.is_submitted() and (not member.may_change or member.unnamed or group.event.has_begun(now())):
        return _back(token)
    return page(
        "registration/groups/group_substitute.html",
        form=form,
        group=group,
        event=group.event,
        member=member,
        token=token,
    )


@bp.post("/group/<token>/new-link")
@access.personal
def new_link(token: str) -> ResponseReturnValue:
    group = open_group(db.session(), token)
    with transaction() as session:
        fresh = group_token(renew_group_link(session, group.id, now()))
    return _back(fresh, "mailed")


def _press(token: str, verb: Callable[[Session, int], object], done: str) -> ResponseReturnValue:
    """A button: the group's page again, with the sentence above it if it was refused."""
    session = db.session()
    group = open_group(session, token)
    try:
        with transaction() as writing:
            verb(writing, group.id)
    except Refusal as refusal:  # a button without a form, on a page that keeps no session
        return _show(session, open_group(session, token), token, refusal)
    return _back(token, done)


def _confirmed(token: str) -> Group:
    group = open_group(db.session(), token)
    if group.confirmed_at is None:
        raise Missing
    return group


def _member(group: Group, reference: str) -> Member:
    """Raises `Missing` for who is not of this group (T02)."""
    found = next((one for one in see_group(db.session(), group, now()) if one.reference == reference), None)
    if found is None:
        raise Missing
    return found


def _back(token: str, done: str | None = None) -> ResponseReturnValue:
    return redirect(url_for(".show", token=token, done=done), SEE_OTHER)
