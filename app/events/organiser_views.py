# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The beginning of a day, and who invites. Everything that touches people with a seat stands in the scheduling slice."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.events.forms import HostsForm, NewEventForm
from app.events.models import Series
from app.events.queries import free_slug, hosts_to_choose, series_to_choose, with_hosts
from app.events.service import accept_series, create_event, name_hosts
from app.folding import slug_of
from app.organisations.models import Organisation, Region
from app.organisations.queries import regions
from app.organisations.service import accept_organisation
from app.people.rules import Permission
from app.refusal import N_
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.pages import page, redirect_with

bp = Blueprint("events_organise", __name__, url_prefix="/organise/events")


@bp.route("/new", methods=["GET", "POST"])
@access.creator
def new_event() -> ResponseReturnValue:
    form = NewEventForm()

    def create(session: Session) -> str:
        slug = form.slug.data or free_slug(session, slug_of(form.title.data or "") or "fachtag")
        create_event(session, form.new_event(slug), g.organiser, now())
        return slug

    if done := did(form, create):
        address = url_for("day.edit", slug=done.result)
        return redirect_with(address, N_("The draft is made. Only its team can see it so far."))
    return page("events/organise_new_event.html", form=form)


@bp.route("/<slug>/edit/hosts", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_hosts(slug: str) -> ResponseReturnValue:
    form = _hosts_form(stored=False)

    def name(session: Session) -> None:
        seen = form.version.data or ""
        name_hosts(session, g.event.id, *_named(session, form), seen, g.organiser.id, now())

    if did(form, name, stored=lambda: _hosts_form(stored=True)):
        return redirect_with(url_for(".edit_hosts", slug=slug), N_("The hosts are saved."))
    return page("events/organise_hosts.html", event=g.event, form=form)


def _hosts_form(*, stored: bool) -> HostsForm:
    reading = db.session()
    day = with_hosts(reading, g.event)
    form = HostsForm.of(day, stored=stored)
    return form.offer(
        regions(reading, day.region_id),
        series_to_choose(reading, day.series_id),
        hosts_to_choose(reading, day),
    )


def _named(
    session: Session, form: HostsForm
) -> tuple[Organisation | None, list[Organisation], Region | None, Series | None]:
    """Host, further hosts, region and series as chosen; whoever hosts is not named a second time."""
    lead_id, region_id, series_id = form.lead_host_id.data, form.region_id.data, form.series_id.data
    chosen = [int(one) for one in form.cohost_ids.data or [] if one != lead_id]
    cohosts = session.scalars(
        select(Organisation).where(Organisation.id.in_(chosen)).order_by(Organisation.id)
    ).all()
    lead = session.get(Organisation, int(lead_id)) if lead_id else None
    if form.new_host.data:
        lead = accept_organisation(session, form.new_host.data)
    others = [one for one in cohosts if one is not lead]
    region = session.get(Region, int(region_id)) if region_id else None
    series = session.get(Series, int(series_id)) if series_id else None
    if form.new_series.data:
        series = accept_series(session, form.new_series.data)
    return lead, others, region, series
