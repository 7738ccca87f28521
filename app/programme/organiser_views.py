# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme for organisers: the whole day on one page, its rooms, its items for everybody, its release."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.models import Room
from app.events.queries import rooms_of
from app.people.rules import Permission, may
from app.programme import conflicts, service
from app.programme.agenda import read_agenda
from app.programme.contradictions import contradictions, contradictions_of
from app.programme.credits import credit_lines
from app.programme.forms import ItemForm, ItemKindForm
from app.programme.kinds import (
    add_kind,
    change_kind,
    get_own_kind,
    kind_of,
    kinds_for,
    refuse_removing_kind,
    remove_kind,
)
from app.programme.queries import loose_ends, moderation_of, room_uses, workshops_of
from app.refusal import N_
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with
from app.web.removing import remove_once_asked

bp = Blueprint("programme_organise", __name__, url_prefix="/organise/events/<slug>/programme")


@bp.get("")
@access.organiser(Permission.SEE)
def programme(slug: str) -> ResponseReturnValue:
    session = db.session()
    lines = read_agenda(session, g.event)
    return page(
        "programme/organise_programme.html",
        event=g.event,
        lines=lines,
        moderation=credit_lines(moderation_of(session, g.event)),
        contradictions=contradictions(g.event, lines),
        workshops=workshops_of(session, g.event),
        may_edit=may(g.role, Permission.EDIT),
        may_release=may(g.role, Permission.LEAD),
    )


# -- items for everybody


@bp.route("/items/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_item(slug: str) -> ResponseReturnValue:
    form = _offer(ItemForm())
    if did(
        form,
        lambda session: service.add_item(
            session, g.event.id, form.facts(_room(session, form.room_chosen)), now()
        ),
    ):
        return redirect_with(_programme(slug), N_("“%(title)s” is in the agenda now."), title=form.title.data)
    return page("programme/organise_item.html", event=g.event, form=form, item=None, contradictions=())


@bp.route("/items/<int:item_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_item(slug: str, item_id: int) -> ResponseReturnValue:
    item = conflicts.get_item(db.session(), g.event, item_id)
    form = _offer(ItemForm.of(item))

    def change(session: Session) -> None:
        facts = form.facts(_room(session, form.room_chosen))
        service.change_item(session, g.event.id, item_id, facts, form.version_read, now())

    def stored() -> ItemForm:
        again = conflicts.get_item(db.session(), g.event, item_id)
        return _offer(ItemForm.of(again, stored=True))

    if did(form, change, stored=stored):
        return redirect_with(_programme(slug), N_("Saved."))
    return page(
        "programme/organise_item.html",
        event=g.event,
        form=form,
        item=item,
        contradictions=contradictions_of(db.session(), g.event, f"item-{item_id}"),
    )


@bp.route("/items/<int:item_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove_item(slug: str, item_id: int) -> ResponseReturnValue:
    item = conflicts.get_item(db.session(), g.event, item_id)
    cancel = url_for(".edit_item", slug=slug, item_id=item_id)
    return remove_once_asked(
        item.title, cancel, lambda s: service.remove_item(s, g.event.id, item_id, now()), _programme(slug)
    )


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
        lambda s: refuse_removing_kind(s, get_own_kind(s, g.event, kind_id)),
    )


# -- rounds and workshops: taking away what nobody sits in


@bp.route("/rounds/<int:round_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove_round(slug: str, round_id: int) -> ResponseReturnValue:
    round_ = conflicts.get_round(db.session(), g.event, round_id)
    cancel = url_for("day.edit_round", slug=slug, round_id=round_id)
    return remove_once_asked(
        round_.title,
        cancel,
        lambda s: service.remove_round(s, g.event.id, round_id, now()),
        _programme(slug),
        lambda s: service.refuse_removing_round(s, conflicts.get_round(s, g.event, round_id)),
    )


@bp.route("/workshops/<int:workshop_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove_workshop(slug: str, workshop_id: int) -> ResponseReturnValue:
    workshop = conflicts.get_workshop(db.session(), g.event, workshop_id)
    cancel = url_for("day.edit_workshop", slug=slug, workshop_id=workshop_id)
    return remove_once_asked(
        workshop.title,
        cancel,
        lambda s: service.remove_workshop(s, g.event.id, workshop_id, now()),
        _programme(slug),
        lambda s: service.refuse_removing_workshop(s, conflicts.get_workshop(s, g.event, workshop_id)),
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
        uses=room_uses(session, g.event),
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
        lambda s: service.refuse_removing_room(s, conflicts.get_room(s, g.event, room_id)),
    )


# -- release


@bp.route("/release", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def release(slug: str) -> ResponseReturnValue:
    form = ConfirmForm()

    if did(
        form,
        lambda session: service.release_agenda(session, g.event.id, g.organiser.id, now()),
        first=lambda session: service.refuse_release(session, g.event),
    ):
        return redirect_with(_programme(slug), N_("The agenda is public now."))
    lines = read_agenda(db.session(), g.event)
    return page(
        "programme/organise_release.html",
        event=g.event,
        form=form,
        lines=lines,
        loose=loose_ends(lines),
        moderation=credit_lines(moderation_of(db.session(), g.event)),
        contradictions=contradictions(g.event, lines),
        may_edit=may(g.role, Permission.EDIT),
    )


def _offer(form: ItemForm) -> ItemForm:
    session = db.session()
    return form.offer(g.event, rooms_of(session, g.event), kinds_for(session, g.event))


def _room(session: Session, room_id: int | None) -> Room | None:
    return conflicts.get_room(session, g.event, room_id) if room_id is not None else None


def _programme(slug: str) -> str:
    return url_for("programme_organise.programme", slug=slug)
