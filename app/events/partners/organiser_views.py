# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team names a day's partners, in which role and order, with their logos."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.events.partners.forms import FILE, PartnerForm
from app.events.partners.queries import logo_content, partners_of
from app.events.partners.rules import LARGEST_LOGO, ROLE_LABELS
from app.events.partners.service import add_partner, change_partner, get_partner, remove_partner
from app.people.rules import Permission, may
from app.refusal import N_
from app.web import access
from app.web.bodies import takes_file
from app.web.database import db, transaction
from app.web.doing import carried_out, did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with
from app.web.shown_files import send_png

bp = Blueprint("partners_organise", __name__, url_prefix="/organise/events/<slug>/partners")


@bp.get("")
@access.organiser(Permission.SEE)
def show(slug: str) -> ResponseReturnValue:
    return page(
        "events/partners/organise_partners.html",
        event=g.event,
        partners=partners_of(db.session(), g.event),
        role_labels=ROLE_LABELS,
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
@takes_file(FILE, LARGEST_LOGO)
def new(slug: str) -> ResponseReturnValue:
    form = PartnerForm()
    if form.validate_on_submit() and carried_out(form, lambda: _add(form)):
        return redirect_with(_all(slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page("events/partners/organise_partner.html", event=g.event, form=form, partner=None)


def _add(form: PartnerForm) -> None:
    facts, logo = form.facts(), form.logo_sent()
    with transaction() as session:
        add_partner(session, g.event.id, facts, logo, g.organiser.id, now())


@bp.route("/<int:partner_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
@takes_file(FILE, LARGEST_LOGO)
def edit(slug: str, partner_id: int) -> ResponseReturnValue:
    form = PartnerForm.of(get_partner(db.session(), g.event, partner_id))
    if form.validate_on_submit() and carried_out(
        form,
        lambda: _change(form, partner_id),
        stored=lambda: PartnerForm.of(get_partner(db.session(), g.event, partner_id), stored=True),
    ):
        return redirect_with(_all(slug), N_("“%(title)s” is saved."), title=form.name.data)
    partner = get_partner(db.session(), g.event, partner_id)
    return page("events/partners/organise_partner.html", event=g.event, form=form, partner=partner)


def _change(form: PartnerForm, partner_id: int) -> None:
    facts, logo = form.facts(), form.logo_sent()
    with transaction() as session:
        change_partner(
            session,
            g.event.id,
            partner_id,
            facts,
            form.version_read,
            g.organiser.id,
            now(),
            logo=logo,
            alternative=form.alternative.data or "",
            without_logo=bool(form.without_logo.data),
        )


@bp.route("/<int:partner_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, partner_id: int) -> ResponseReturnValue:
    form, name = ConfirmForm(), get_partner(db.session(), g.event, partner_id).name
    if did(form, lambda session: remove_partner(session, g.event.id, partner_id, g.organiser.id, now())):
        return redirect_with(_all(slug), N_("“%(title)s” is removed."), title=name)
    return page("events/partners/organise_partner_remove.html", event=g.event, form=form, name=name)


@bp.get("/logos/<logo_key>.png")
@access.organiser(Permission.SEE)
def logo(slug: str, logo_key: str) -> ResponseReturnValue:
    """For its team a logo is there before the day is public."""
    return send_png(logo_content(db.session(), g.event, logo_key), public=False)


def _all(slug: str) -> str:
    return url_for(".show", slug=slug)
