# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who contributes to the day, an item or a run: listed, added, changed, put in order, removed."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.people.rules import Permission, may
from app.programme import contributors
from app.programme.contributors import DAY, Place, get_contributor, place_of
from app.programme.forms import ContributorForm
from app.programme.rules import ROLE_LABELS
from app.refusal import N_, Missing
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
    place = place_of(db.session(), g.event, key)
    return page(
        "programme/organise_contributors.html",
        event=g.event,
        key=key,
        place=place,
        whole=key == DAY,
        people=contributors.contributors_of(db.session(), place),
        role_labels=ROLE_LABELS,
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def add(slug: str, key: str) -> ResponseReturnValue:
    place = place_of(db.session(), g.event, key)
    form = ContributorForm(data={"role": place.usual_role.value, "confirmed": True}).offer(place)
    if did(
        form, lambda session: contributors.add_contributor(session, g.event.id, key, form.facts(), now()).id
    ):
        return redirect_with(_people(slug, key), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "programme/organise_contributor.html", event=g.event, key=key, place=place, form=form, one=None
    )


@bp.route("/<int:contributor_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, key: str, contributor_id: int) -> ResponseReturnValue:
    session = db.session()
    place = place_of(session, g.event, key)
    form = ContributorForm.of(get_contributor(session, place, contributor_id)).offer(place)

    def change(session: Session) -> None:
        contributors.change_contributor(
            session, g.event.id, key, contributor_id, form.facts(), form.version_read, now()
        )

    def stored() -> ContributorForm:
        again: Place = place_of(db.session(), g.event, key)
        return ContributorForm.of(get_contributor(db.session(), again, contributor_id), stored=True).offer(
            again
        )

    if did(form, change, stored=stored):
        return redirect_with(_people(slug, key), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "programme/organise_contributor.html",
        event=g.event,
        key=key,
        place=place,
        form=form,
        one=contributor_id,
    )


@bp.route("/<int:contributor_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, key: str, contributor_id: int) -> ResponseReturnValue:
    name = get_contributor(db.session(), place_of(db.session(), g.event, key), contributor_id).name
    return remove_once_asked(
        name,
        url_for(".edit", slug=slug, key=key, contributor_id=contributor_id),
        lambda session: contributors.remove_contributor(session, g.event.id, key, contributor_id, now()),
        _people(slug, key),
    )


@bp.post("/<int:contributor_id>/<deed>")
@access.organiser(Permission.EDIT)
def act(slug: str, key: str, contributor_id: int, deed: str) -> ResponseReturnValue:
    """One press each: to the front, to the back, they said yes."""
    if deed not in {"up", "down", "confirm"}:
        raise Missing

    def verb(session: Session) -> None:
        about = (session, g.event.id, key, contributor_id, now())
        if deed == "confirm":
            contributors.confirm_contributor(*about)
        else:
            contributors.move_contributor(*about, up=deed == "up")

    if pressed(verb):
        flash(gettext("Saved."), "success")
    return redirect(_people(slug, key), SEE_OTHER)


def _people(slug: str, key: str) -> str:
    return url_for("contributing.people", slug=slug, key=key)
