# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who contributes to the day, an item or a run: listed, added, changed, put in order, removed."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.people.rules import Permission, may
from app.programme.contributors import DAY, Place, place_of
from app.programme.plan import Plan
from app.programme.rules import ROLE_LABELS, Thing
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Missing
from app.scheduling import contributing
from app.scheduling.programme_forms import ContributorForm
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with
from app.web.removing import remove_once_asked

bp = Blueprint("contributing", __name__, url_prefix="/organise/events/<slug>/programme/people/<key>")

SEE_OTHER = 303


@bp.get("")
@access.organiser(Permission.SEE)
def people(slug: str, key: str) -> ResponseReturnValue:
    plan, place = _read(key)
    return page(
        "scheduling/organise_contributors.html",
        event=g.event,
        key=key,
        place=place,
        whole=key == DAY,
        people=place.listed(plan, Thing.CONTRIBUTOR),
        role_labels=ROLE_LABELS,
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def add(slug: str, key: str) -> ResponseReturnValue:
    _plan, place = _read(key)
    form = ContributorForm(data={"role": place.usual_role.value, "confirmed": True}).offer(place)
    if did(form, lambda session: contributing.add_to_place(session, g.event.id, key, form.facts(), now())):
        return redirect_with(_people(slug, key), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "scheduling/organise_contributor.html", event=g.event, key=key, place=place, form=form, one=None
    )


@bp.route("/<int(signed=True):contributor_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, key: str, contributor_id: int) -> ResponseReturnValue:
    plan, place = _read(key)
    form = ContributorForm.of(place.get(plan, Thing.CONTRIBUTOR, contributor_id)).offer(place)

    def change(session: Session) -> None:
        contributing.change_at_place(
            session, g.event.id, key, contributor_id, form.facts(), form.version.data or "", now()
        )

    def stored() -> ContributorForm:
        again, there = _read(key)
        return ContributorForm.of(there.get(again, Thing.CONTRIBUTOR, contributor_id), stored=True).offer(
            there
        )

    if did(form, change, stored=stored):
        return redirect_with(_people(slug, key), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "scheduling/organise_contributor.html",
        event=g.event,
        key=key,
        place=place,
        form=form,
        one=contributor_id,
    )


@bp.route("/<int(signed=True):contributor_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, key: str, contributor_id: int) -> ResponseReturnValue:
    plan, place = _read(key)
    about = Thing.CONTRIBUTOR, contributor_id
    return remove_once_asked(
        place.get(plan, *about).name,
        url_for(".edit", slug=slug, key=key, contributor_id=contributor_id),
        lambda session: contributing.remove_from_place(session, g.event.id, key, *about, now()),
        _people(slug, key),
        released=contributor_id > 0 and g.event.agenda_released_at is not None,
    )


@bp.post("/<int(signed=True):contributor_id>/<deed>")
@access.organiser(Permission.EDIT)
def act(slug: str, key: str, contributor_id: int, deed: str) -> ResponseReturnValue:
    """One press each: to the front, to the back, they said yes."""
    if deed not in {"up", "down", "confirm"}:
        raise Missing

    def verb(session: Session) -> None:
        if deed == "confirm":
            contributing.confirm_contributor(session, g.event.id, key, contributor_id, now())
        else:
            about = (session, g.event.id, key, Thing.CONTRIBUTOR, contributor_id, now())
            contributing.move_at_place(*about, up=deed == "up")

    if pressed(verb):
        flash(gettext("Saved."), "success")
    return redirect(_people(slug, key), SEE_OTHER)


def _read(key: str) -> tuple[Plan, Place]:
    plan = read_working_copy(db.session(), g.event).plan
    return plan, place_of(g.event, plan, key)


def _people(slug: str, key: str) -> str:
    return url_for("contributing.people", slug=slug, key=key)
