# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of an item or a run, for its team: short talks and stands, listed, added, changed, put in order, removed;
and the stands on paper, for the house."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.documents import typeset
from app.people.rules import Permission, may
from app.programme import inside
from app.programme.agenda import read_agenda
from app.programme.contributors import Place, place_of
from app.programme.forms import InsideForm, StandForm, SubItemForm
from app.programme.inside import Row
from app.programme.models import Stand, SubItem
from app.programme.printing import stands_document
from app.refusal import N_, Missing
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("inside", __name__, url_prefix="/organise/events/<slug>/programme")

SEE_OTHER = 303
KINDS: dict[str, tuple[type[Row], type[InsideForm]]] = {
    "talk": (SubItem, SubItemForm),
    "stand": (Stand, StandForm),
}
_ROW = re.compile(r"(talk|stand)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Found:
    """A row as the address names it, and what it stands in."""

    place: Place
    kind: type[Row]
    form: type[InsideForm]
    row: Row

    @property
    def name(self) -> str:
        return self.row.organisation if isinstance(self.row, Stand) else self.row.title


@bp.get("/inside/<key>")
@access.organiser(Permission.SEE)
def show(slug: str, key: str) -> ResponseReturnValue:
    session = db.session()
    place = _place(key)
    talks = inside.rows_of(session, place, SubItem)
    begins = inside.parts_of_place(session, place)[0][0]
    return page(
        "programme/organise_inside.html",
        event=g.event,
        key=key,
        place=place,
        talks=inside.sub_item_views(talks, begins),
        stands=inside.rows_of(session, place, Stand) if place.item is not None else (),
        takes_stands=place.item is not None,
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/inside/<key>/new/<what>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def add(slug: str, key: str, what: str) -> ResponseReturnValue:
    place = _place(key)
    if what not in KINDS or (what == "stand" and place.item is None):
        raise Missing
    form = KINDS[what][1]().offer(inside.parts_of_place(db.session(), place))
    if did(form, lambda session: inside.add_row(session, g.event.id, key, form.facts(), now()).id):
        return redirect_with(_list(slug, key), N_("“%(title)s” is saved."), title=form.named)
    return page(
        "programme/organise_inside_one.html",
        event=g.event,
        key=key,
        place=place,
        form=form,
        what=what,
        row=None,
        contributors=None,
    )


@bp.route("/inside/<key>/<row>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, key: str, row: str) -> ResponseReturnValue:
    one = _found(key, row)
    parts = inside.parts_of_place(db.session(), one.place)
    form, number = one.form.of(one.row, parts), one.row.id

    def change(session: Session) -> None:
        inside.change_row(session, g.event.id, key, number, form.facts(), form.version_read, now())

    def stored() -> InsideForm:
        return one.form.of(_found(key, row).row, parts, stored=True)

    if did(form, change, stored=stored):
        return redirect_with(_list(slug, key), N_("“%(title)s” is saved."), title=form.named)
    return page(
        "programme/organise_inside_one.html",
        event=g.event,
        key=key,
        place=one.place,
        form=form,
        what=row.partition("-")[0],
        row=row,
        contributors=f"sub-{number}" if one.kind is SubItem else None,
    )


@bp.route("/inside/<key>/<row>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, key: str, row: str) -> ResponseReturnValue:
    one, form = _found(key, row), ConfirmForm()
    name, kind, number = one.name, one.kind, one.row.id
    if did(form, lambda session: inside.remove_row(session, g.event.id, key, kind, number, now())):
        return redirect_with(_list(slug, key), N_("“%(title)s” is removed."), title=name)
    return page(
        "programme/organise_remove.html",
        event=g.event,
        form=form,
        title=name,
        cancel=(url_for(".edit", slug=slug, key=key, row=row), gettext("Keep it")),
    )


@bp.post("/inside/<key>/<row>/<deed>")
@access.organiser(Permission.EDIT)
def act(slug: str, key: str, row: str, deed: str) -> ResponseReturnValue:
    """One press each: to the front, to the back."""
    if deed not in {"up", "down"}:
        raise Missing
    one = _found(key, row)
    kind, number = one.kind, one.row.id
    if pressed(lambda s: inside.move_row(s, g.event.id, key, kind, number, now(), up=deed == "up")):
        flash(gettext("Saved."), "success")
    return redirect(_list(slug, key), SEE_OTHER)


@bp.get("/stands.pdf")
@access.organiser(Permission.SEE)
def sheet(slug: str) -> Response:
    """For who puts up tables and lays cables."""
    with_stands = [line for line in read_agenda(db.session(), g.event, seats=False) if line.stands]
    response = Response(typeset(stands_document(g.event, with_stands)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{slug}-stands.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _place(key: str) -> Place:
    """An item or a run of this day."""
    place = place_of(db.session(), g.event, key)
    if place.item is None and place.run is None:
        raise Missing
    return place


def _found(key: str, row: str) -> Found:
    read = _ROW.fullmatch(row)
    if read is None:
        raise Missing
    place, (kind, form) = _place(key), KINDS[read[1]]
    return Found(place, kind, form, inside.get_row(db.session(), place, kind, int(read[2])))


def _list(slug: str, key: str) -> str:
    return url_for("inside.show", slug=slug, key=key)
