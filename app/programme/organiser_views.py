# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme for organisers: the working copy on one page, the rooms, the kinds of items."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.queries import rooms_of
from app.people.rules import Permission, may
from app.programme import conflicts, service
from app.programme.agenda import lines_of, read_surroundings
from app.programme.contradictions import against_the_date, contradictions
from app.programme.credits import credit_lines, credits_of
from app.programme.differences import title_of
from app.programme.forms import ItemKindForm
from app.programme.kinds import (
    add_kind,
    change_kind,
    get_own_kind,
    kind_of,
    kinds_for,
    refuse_removing_kind,
    remove_kind,
)
from app.programme.plan import LISTED, NAMES, Change, Key
from app.programme.queries import room_uses, workshops_of
from app.programme.working_copy import WorkingCopy, read_working_copy
from app.refusal import N_
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.pages import page, redirect_with
from app.web.removing import remove_once_asked

bp = Blueprint("programme_organise", __name__, url_prefix="/organise/events/<slug>/programme")


@bp.get("")
@access.organiser(Permission.SEE)
def programme(slug: str) -> ResponseReturnValue:
    session = db.session()
    copy = read_working_copy(session, g.event)
    lines = lines_of(copy.plan, read_surroundings(session, g.event))
    return page(
        "programme/organise_programme.html",
        event=g.event,
        lines=lines,
        moderation=credit_lines(credits_of(copy.plan.contributors().items())),
        contradictions=[*contradictions(g.event, lines), *against_the_date(session, g.event)],
        workshops=workshops_of(copy.plan),
        edited=_edited(copy),
        gone=[(one.key, title_of(copy.released, one.key)) for one in copy.changes if _is_gone(copy, one)],
        may_edit=may(g.role, Permission.EDIT),
        may_release=may(g.role, Permission.LEAD),
    )


def _edited(copy: WorkingCopy) -> dict[str, Change]:
    """By the key of its line what of it differs, with what stands in it; of the day as a whole by "day"."""
    found: dict[str, Change] = {}
    for one in copy.changes:
        line = _line_of(copy, one)
        if line is None:
            found["day"] = one
        elif line == one.key:
            found[f"{line[0].value}-{line[1]}"] = one
        else:
            facts = copy.plan.things.get(line)
            found.setdefault(f"{line[0].value}-{line[1]}", Change(line, facts, facts))
    return found


def _is_gone(copy: WorkingCopy, change: Change) -> bool:
    """What stood in a line is a change of the line."""
    return change.after is None and _line_of(copy, change) in {change.key, None}


def _line_of(copy: WorkingCopy, change: Change) -> Key | None:
    """The thing itself or what it stands in; None where it belongs to the day as a whole."""
    key, facts = change.key, change.after or change.before
    while key[0] in LISTED:
        named = ((thing, getattr(facts, name)) for name, thing in NAMES[key[0]].items())
        holder = next((one for one in named if one[1] is not None), None)
        if holder is None:
            return None
        key, facts = holder, copy.plan.things.get(holder) or copy.released.things[holder]
    return key


# -- kinds of items


@bp.get("/kinds")
@access.organiser(Permission.SEE)
def kinds(slug: str) -> ResponseReturnValue:
    rows = kinds_for(db.session(), g.event)
    return page(
        "programme/organise_kinds.html",
        event=g.event,
        kinds=[(kind_of(row), row.id if row.event_id is not None else None) for row in rows],
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/kinds/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_kind(slug: str) -> ResponseReturnValue:
    form = ItemKindForm()
    if did(form, lambda session: add_kind(session, g.event.id, form.facts(), now()).id):
        return redirect_with(url_for(".kinds", slug=slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page("programme/organise_kind.html", event=g.event, form=form, kind_id=None)


@bp.route("/kinds/<int:kind_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_kind(slug: str, kind_id: int) -> ResponseReturnValue:
    form = ItemKindForm.of(get_own_kind(db.session(), g.event, kind_id))

    def change(session: Session) -> None:
        change_kind(session, g.event.id, kind_id, form.facts(), form.version_read, now())

    def stored() -> ItemKindForm:
        return ItemKindForm.of(get_own_kind(db.session(), g.event, kind_id), stored=True)

    if did(form, change, stored=stored):
        return redirect_with(url_for(".kinds", slug=slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page("programme/organise_kind.html", event=g.event, form=form, kind_id=kind_id)


@bp.route("/kinds/<int:kind_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove_own_kind(slug: str, kind_id: int) -> ResponseReturnValue:
    kind = get_own_kind(db.session(), g.event, kind_id)
    return remove_once_asked(
        kind.name,
        url_for(".edit_kind", slug=slug, kind_id=kind_id),
        lambda s: remove_kind(s, g.event.id, kind_id, now()),
        url_for(".kinds", slug=slug),
        lambda s: refuse_removing_kind(s, g.event, get_own_kind(s, g.event, kind_id)),
    )


# -- rooms


@bp.get("/rooms")
@access.organiser(Permission.SEE)
def rooms(slug: str) -> ResponseReturnValue:
    session = db.session()
    return page(
        "programme/organise_rooms.html",
        event=g.event,
        rooms=rooms_of(session, g.event),
        uses=room_uses(read_working_copy(session, g.event).plan),
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/rooms/<int:room_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove_room(slug: str, room_id: int) -> ResponseReturnValue:
    room = conflicts.get_room(db.session(), g.event, room_id)
    cancel = url_for("day.edit_room", slug=slug, room_id=room_id)
    back = url_for(".rooms", slug=slug)
    return remove_once_asked(
        room.name,
        cancel,
        lambda s: service.remove_room(s, g.event.id, room_id, now()),
        back,
        lambda s: service.refuse_removing_room(s, g.event, conflicts.get_room(s, g.event, room_id)),
    )
