# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The pages of the team: discussion tables asked for, compared, changed by hand, published and taken out as files.

A page that waits for the worker asks to be loaded again by a header; loading it by hand does the same.
"""

import io
from collections.abc import Callable

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.allocation.queries import find_person, runs_of
from app.clock import now
from app.documents import typeset
from app.outbox.queries import worker_alive
from app.people.rules import Permission, may
from app.refusal import N_, Missing, found
from app.registration.history import By
from app.registration.rules import Actor
from app.registration.tables.models import Seating
from app.registration.tables.rules import SeatingState
from app.spreadsheets import CSV, XLSX, write_csv, write_xlsx
from app.tables import exports, printing
from app.tables.forms import MoveForm, SeatingForm
from app.tables.queries import (
    Seated,
    chosen,
    get_done,
    get_seating,
    goals_of,
    look_at,
    seated_of,
    seatings_of,
)
from app.tables.rules import FEWEST, GOAL_LABELS, STATE_LABELS
from app.tables.service import (
    ask,
    fill_up,
    move,
    note_export,
    publish,
    refuse_asking,
    refuse_removing,
    remove,
    take_back,
)
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with, reloading
from app.web.removing import remove_once_asked

bp = Blueprint("tables", __name__, url_prefix="/organise/events/<slug>/tables")

SEE_OTHER = 303
PDF = "application/pdf"
WAITS = frozenset({SeatingState.QUEUED, SeatingState.RUNNING})


@bp.get("")
@access.organiser(Permission.EDIT_PEOPLE)
def admin(slug: str) -> ResponseReturnValue:
    session = db.session()
    seatings = seatings_of(session, g.event)
    answer = page(
        "tables/admin.html",
        event=g.event,
        people=len(session.scalars(chosen(g.event.id, None)).all()),
        seatings=seatings,
        done=[(one, goals_of(one)) for one in seatings if one.state is SeatingState.DONE],
        goal_labels=GOAL_LABELS,
        state_labels=STATE_LABELS,
    )
    return reloading(answer) if any(one.state in WAITS for one in seatings) else answer


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def new(slug: str) -> ResponseReturnValue:
    session = db.session()
    typed = request.args.get("like", "")
    like = next((one for one in seatings_of(session, g.event) if str(one.id) == typed), None)
    hosts = seated_of(session, like) if like is not None else []
    people = len(session.scalars(chosen(g.event.id, None)).all())
    form = SeatingForm.fresh(people, like, hosts).offer(runs_of(session, g.event))
    if done := did(
        form,
        lambda writing: (
            ask(
                writing,
                g.event.id,
                form.order(lambda name, field: find_person(writing, g.event, name, field)),
                _by(),
                now(),
            ).id
        ),
        first=lambda reading: refuse_asking(reading, g.event),
    ):
        return redirect(_one(slug, done.result), SEE_OTHER)
    return page("tables/new.html", event=g.event, form=form, people=people)


@bp.get("/<int:seating_id>")
@access.organiser(Permission.EDIT_PEOPLE)
def show(slug: str, seating_id: int) -> ResponseReturnValue:
    session = db.session()
    seating = get_seating(session, g.event, seating_id)
    waits = seating.state in WAITS
    answer = page(
        "tables/show.html",
        event=g.event,
        seating=seating,
        look=look_at(session, seating) if seating.state is SeatingState.DONE else None,
        waits=waits,
        worker_alive=worker_alive(session, now()),
        goal_labels=GOAL_LABELS,
        fewest=FEWEST,
        state_labels=STATE_LABELS,
        may_export=may(g.role, Permission.EXPORT),
    )
    return reloading(answer) if waits else answer


@bp.post("/<int:seating_id>/fill-up")
@access.organiser(Permission.EDIT_PEOPLE)
def fill(slug: str, seating_id: int) -> ResponseReturnValue:
    done = pressed(lambda session: fill_up(session, g.event.id, seating_id, _by(), now()))
    if done is None:
        return redirect(_one(slug, seating_id), SEE_OTHER)
    return redirect_with(
        _one(slug, seating_id),
        N_("People who got a seat: %(people)s. Nobody else moved."),
        people=done.result,
    )


@bp.route("/<int:seating_id>/people/<int:guest_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def person(slug: str, seating_id: int, guest_id: int) -> ResponseReturnValue:
    session = db.session()
    seating = get_done(session, g.event, seating_id)
    mine = found(next((one for one in seated_of(session, seating) if one.guest_id == guest_id), None))

    def stored() -> MoveForm:
        return MoveForm(data={"version": str(seating.version)}, formdata=None).offer(seating)

    form = MoveForm(data={"version": str(seating.version)}).offer(seating)
    if did(form, lambda writing: _move(writing, form, seating_id, guest_id), stored=stored):
        return redirect_with(_one(slug, seating_id), N_("The seat is changed."))
    return page("tables/person.html", event=g.event, seating=seating, mine=mine, form=form)


def _move(session: Session, form: MoveForm, seating_id: int, guest_id: int) -> None:
    typed = form.partner.data
    partner = find_person(session, g.event, typed, "partner") if typed else None
    move(
        session,
        g.event.id,
        seating_id,
        guest_id,
        int(form.round.data),
        int(form.table.data),
        partner,
        form.version_read,
        _by(),
        now(),
    )


@bp.route("/<int:seating_id>/publish", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def publish_(slug: str, seating_id: int) -> ResponseReturnValue:
    session = db.session()
    seating = get_done(session, g.event, seating_id)
    form = ConfirmForm()
    if did(form, lambda writing: publish(writing, g.event.id, seating_id, _by(), now()).id):
        return redirect_with(
            _one(slug, seating_id), N_("Published: everybody reads it on the personal page.")
        )
    return page(
        "tables/publish.html",
        event=g.event,
        seating=seating,
        form=form,
        people=len(seated_of(session, seating)),
    )


@bp.post("/<int:seating_id>/take-back")
@access.organiser(Permission.EDIT_PEOPLE)
def take_back_(slug: str, seating_id: int) -> ResponseReturnValue:
    if pressed(lambda session: take_back(session, g.event.id, seating_id, _by(), now())):
        flash(gettext("Nobody reads these tables any more."), "success")
    return redirect(_one(slug, seating_id), SEE_OTHER)


@bp.route("/<int:seating_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def drop(slug: str, seating_id: int) -> ResponseReturnValue:
    return remove_once_asked(
        get_seating(db.session(), g.event, seating_id).name,
        _one(slug, seating_id),
        lambda session: remove(session, g.event.id, seating_id, _by(), now()),
        url_for("tables.admin", slug=slug),
        lambda session: refuse_removing(get_seating(session, g.event, seating_id)),
    )


# -- files


@bp.post("/<int:seating_id>/export")
@access.organiser(Permission.EXPORT)
def export(slug: str, seating_id: int) -> ResponseReturnValue:
    """A POST, because taking people's data out of the house is written down (SEC-08, DP-12)."""
    kind = request.form.get("format", "")
    if kind not in FILES:
        raise Missing
    seating = get_done(db.session(), g.event, seating_id)
    people = seated_of(db.session(), seating)
    pressed(lambda session: note_export(session, seating, kind, len(people), _by(), now()))
    content_type, ending, make = FILES[kind]
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-tables-{seating_id}{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(make(seating, people), content_type=content_type, headers=headers)


def _csv(seating: Seating, people: list[Seated]) -> bytes:
    file = io.BytesIO()
    write_csv(file, exports.headings(seating), exports.cells(people))
    return file.getvalue()


def _xlsx(seating: Seating, people: list[Seated]) -> bytes:
    file = io.BytesIO()
    write_xlsx(file, exports.headings(seating), exports.cells(people), exports.title(), exports.WIDTHS)
    return file.getvalue()


def _lists(seating: Seating, _people: list[Seated]) -> bytes:
    return typeset(printing.lists_document(g.event, look_at(db.session(), seating).rounds))


def _table_cards(seating: Seating, _people: list[Seated]) -> bytes:
    return typeset(printing.table_cards(g.event, seating))


def _person_cards(seating: Seating, people: list[Seated]) -> bytes:
    return typeset(printing.person_cards(g.event, seating, people))


FILES: dict[str, tuple[str, str, Callable[[Seating, list[Seated]], bytes]]] = {
    "csv": (CSV, ".csv", _csv),
    "xlsx": (XLSX, ".xlsx", _xlsx),
    "lists": (PDF, "-lists.pdf", _lists),
    "tables": (PDF, "-table-cards.pdf", _table_cards),
    "people": (PDF, "-place-cards.pdf", _person_cards),
}


def _one(slug: str, seating_id: int) -> str:
    return url_for("tables.show", slug=slug, seating_id=seating_id)


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id)
