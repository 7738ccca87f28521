# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team of a day: its lead adds people, gives them roles and removes them."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events import team_service
from app.events.models import TeamMember
from app.organising.team_forms import MemberForm, RoleForm, typed
from app.people import service as people
from app.people.models import Organiser
from app.people.passwords import NO_PASSWORD
from app.people.queries import find_organiser
from app.people.rules import ROLE_LABELS, ROLE_NOTES, WELCOME_MAILS_PER_ORGANISER, Permission, Role, bucket
from app.people.session_views import HOME, origin
from app.refusal import N_, Refusal
from app.texts import gettext, language
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did, why_not
from app.web.pages import page
from app.web.texts import here

bp = Blueprint("team", __name__, url_prefix="/organise/events/<slug>/team")

TOO_MANY_ACCOUNTS = N_("You have added many people in a short time. Please go on in an hour.")


@bp.route("", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def show(slug: str) -> ResponseReturnValue:
    form = MemberForm()
    if form.validate_on_submit() and (done := carried_out(form, lambda: _add(form))):
        flash(gettext("%(name)s is in the team now.", name=done.result), "success")
        return redirect(url_for("team.show", slug=slug), 303)
    return page(
        "events/team.html",
        event=g.event,
        team=team_service.team_of(db.session(), g.event.id),
        form=form,
        role_labels=ROLE_LABELS,
        role_notes=[(gettext(ROLE_LABELS[role]), gettext(ROLE_NOTES[role])) for role in Role],
    )


@bp.route("/<int:member_id>", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def change_member(slug: str, member_id: int) -> ResponseReturnValue:
    form = RoleForm.of(_member(member_id))

    def change(session: Session) -> None:
        role, seen = Role(form.role.data), form.version.data or ""
        team_service.change_role(session, g.event.id, member_id, role, seen, by=g.organiser, now=now())

    if did(form, change, stored=lambda: RoleForm.of(_member(member_id), stored=True)):
        flash(gettext("The role is saved."), "success")
        return redirect(_after_change(slug), 303)
    return _member_page(form, member_id)


@bp.post("/<int:member_id>/remove")
@access.organiser(Permission.LEAD)
def remove_member(slug: str, member_id: int) -> ResponseReturnValue:
    try:
        with transaction() as session:
            team_service.remove_member(session, g.event.id, member_id, by=g.organiser, now=now())
    except Refusal as refusal:  # the button is no form: the member's own page says why not
        form = RoleForm.of(_member(member_id), stored=True)
        form.add_refusal(refusal)
        return _member_page(form, member_id)
    flash(gettext("This person is no longer in the team."), "success")
    return redirect(_after_change(slug), 303)


@bp.post("/<int:member_id>/welcome")
@access.organiser(Permission.LEAD)
def welcome_again(slug: str, member_id: int) -> ResponseReturnValue:
    spoken = language()
    if not _spend_welcome_mail():
        flash(gettext(TOO_MANY_ACCOUNTS), "danger")
        return redirect(url_for("team.show", slug=slug), 303)
    with transaction() as session:
        member = team_service.get_member(session, g.event.id, member_id)
        if member.organiser.signed_in_at is None and member.organiser.disabled_at is None:
            people.welcome(session, member.organiser, now(), spoken, _invitation())
    flash(gettext("A mail with a new link is on its way."), "success")
    return redirect(url_for("team.show", slug=slug), 303)


def _add(form: MemberForm) -> str:
    """The name of the new member. What was spent stays spent, whatever becomes of it."""
    spoken = language()
    if find_organiser(db.session(), typed(form.email)) is None and not _spend_welcome_mail():
        raise Refusal(TOO_MANY_ACCOUNTS)
    with transaction() as session:
        organiser = find_organiser(session, typed(form.email)) or _new_organiser(session, form, spoken)
        team_service.add_member(
            session, g.event.id, organiser, Role(form.role.data), by=g.organiser, now=now()
        )
        return organiser.name


def _new_organiser(session: Session, form: MemberForm, spoken: str) -> Organiser:
    organiser = people.create_organiser(
        session, typed(form.email), typed(form.name), NO_PASSWORD, now(), by=g.organiser
    )
    people.welcome(session, organiser, now(), spoken, _invitation())
    return organiser


def _invitation() -> people.Invitation:
    return people.Invitation(g.event.id, g.event.title, g.organiser.name)


def _spend_welcome_mail() -> bool:
    """Whether one more may leave; spent if so."""
    limit, name = WELCOME_MAILS_PER_ORGANISER, bucket("welcome", str(g.organiser.id), origin().key)
    with transaction() as session:
        return people.spend(session, name, limit.times, limit.window, now())


def _after_change(slug: str) -> str:
    """Whoever took the lead from themselves may not see the team any more."""
    _, role = team_service.find_event_of(db.session(), slug, g.organiser.id)
    return url_for("team.show", slug=slug) if g.organiser.is_admin or role is Role.LEAD else here(HOME)


def _member_page(form: RoleForm, member_id: int) -> ResponseReturnValue:
    member = _member(member_id)
    stays = why_not(lambda session: team_service.refuse_last_lead(session, member))
    return page("events/team_member.html", event=g.event, member=member, form=form, stays=stays)


def _member(member_id: int) -> TeamMember:
    return team_service.get_member(db.session(), g.event.id, member_id)
