# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of an item or a run, for its team: short talks and stands, listed, added, changed, put in order, removed;
and the stands on paper, for the house."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.documents import typeset
from app.people.rules import Permission, may
from app.programme.agenda import read_agenda
from app.programme.conflicts import holder_of
from app.programme.contributors import Place, place_of
from app.programme.inside import sub_item_views
from app.programme.plan import Plan
from app.programme.printing import stands_document
from app.programme.rounds import Parts
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Missing
from app.scheduling import contributing
from app.scheduling.inside_forms import InsideForm, StandForm, SubItemForm
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with
from app.web.removing import remove_once_asked

bp = Blueprint("inside", __name__, url_prefix="/organise/events/<slug>/programme")

SEE_OTHER = 303
KINDS: dict[str, tuple[Thing, type[InsideForm]]] = {
    "talk": (Thing.SUB_ITEM, SubItemForm),
    "stand": (Thing.STAND, StandForm),
}
_ROW = re.compile(r"(talk|stand)-(-?[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Found:
    """A thing as the address names it, and what it stands in."""

    plan: Plan
    place: Place
    thing: Thing
    form: type[InsideForm]
    number: int

    @property
    def facts(self) -> Any:
        return self.place.get(self.plan, self.thing, self.number)

    @property
    def name(self) -> str:
        return str(self.facts.organisation if self.thing is Thing.STAND else self.facts.title)

    @property
    def parts(self) -> Parts:
        return _parts(self.plan, self.place)


@bp.get("/inside/<key>")
@access.organiser(Permission.SEE)
def show(slug: str, key: str) -> ResponseReturnValue:
    plan, place = _place(key)
    talks = place.listed(plan, Thing.SUB_ITEM)
    people = {one: list(plan.contributors(sub_item_id=one).items()) for one in talks}
    return page(
        "scheduling/organise_inside.html",
        event=g.event,
        key=key,
        place=place,
        talks=sub_item_views(talks, _parts(plan, place)[0][0], people),
        stands=place.listed(plan, Thing.STAND) if place.takes(Thing.STAND) else {},
        takes_stands=place.takes(Thing.STAND),
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/inside/<key>/new/<what>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def add(slug: str, key: str, what: str) -> ResponseReturnValue:
    plan, place = _place(key)
    if what not in KINDS or not place.takes(KINDS[what][0]):
        raise Missing
    form = KINDS[what][1]().offer(_parts(plan, place))
    if did(form, lambda session: contributing.add_to_place(session, g.event.id, key, form.facts(), now())):
        return redirect_with(_list(slug, key), N_("“%(title)s” is saved."), title=form.named)
    return page(
        "scheduling/organise_inside_one.html",
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
    form = one.form.of(one.facts, one.parts)

    def change(session: Session) -> None:
        seen = form.version.data or ""
        contributing.change_at_place(session, g.event.id, key, one.number, form.facts(), seen, now())

    def stored() -> InsideForm:
        again = _found(key, row)
        return again.form.of(again.facts, again.parts, stored=True)

    if did(form, change, stored=stored):
        return redirect_with(_list(slug, key), N_("“%(title)s” is saved."), title=form.named)
    return page(
        "scheduling/organise_inside_one.html",
        event=g.event,
        key=key,
        place=one.place,
        form=form,
        what=row.partition("-")[0],
        row=row,
        contributors=f"sub-{one.number}" if one.thing is Thing.SUB_ITEM else None,
    )


@bp.route("/inside/<key>/<row>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, key: str, row: str) -> ResponseReturnValue:
    one = _found(key, row)
    about = one.thing, one.number
    return remove_once_asked(
        one.name,
        url_for(".edit", slug=slug, key=key, row=row),
        lambda session: contributing.remove_from_place(session, g.event.id, key, *about, now()),
        _list(slug, key),
        released=g.event.agenda_released_at is not None and one.number > 0,
    )


@bp.post("/inside/<key>/<row>/<deed>")
@access.organiser(Permission.EDIT)
def act(slug: str, key: str, row: str, deed: str) -> ResponseReturnValue:
    """One press each: to the front, to the back."""
    if deed not in {"up", "down"}:
        raise Missing
    one = _found(key, row)
    about = one.thing, one.number
    if pressed(lambda s: contributing.move_at_place(s, g.event.id, key, *about, now(), up=deed == "up")):
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


def _place(key: str) -> tuple[Plan, Place]:
    """An item or a run of this day."""
    plan = read_working_copy(db.session(), g.event).plan
    place = place_of(g.event, plan, key)
    if not place.takes(Thing.SUB_ITEM):
        raise Missing
    return plan, place


def _parts(plan: Plan, place: Place) -> Parts:
    return holder_of(plan, item_id=place.item_id, run_id=place.run_id)[0]


def _found(key: str, row: str) -> Found:
    read = _ROW.fullmatch(row)
    if read is None:
        raise Missing
    (plan, place), (thing, form) = _place(key), KINDS[read[1]]
    found = Found(plan, place, thing, form, int(read[2]))
    place.get(plan, thing, found.number)
    return found


def _list(slug: str, key: str) -> str:
    return url_for("inside.show", slug=slug, key=key)
