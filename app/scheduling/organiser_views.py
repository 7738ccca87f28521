# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The day for organisers, as far as a change concerns people who hold places: its facts, publishing and cancelling, its rooms."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, current_app, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.models import Event
from app.events.notices import revocable
from app.events.queries import missing_before_publishing
from app.events.rules import TEXT_OF_STATE, EventStatus, code_key
from app.holidays import holidays_between
from app.legal.queries import unfinished_texts
from app.outbox.previewing import Intended
from app.outbox.rules import QUIET
from app.people.rules import Permission, may
from app.programme import conflicts
from app.programme import service as programme
from app.programme.agenda import read_agenda
from app.programme.contradictions import Contradiction, against_the_date, contradictions_of
from app.refusal import N_
from app.registration.history import By, by_organiser
from app.registration.links import form_address
from app.scheduling import queries, room_service, service
from app.scheduling.forms import CallOffForm, DayForm
from app.scheduling.room_forms import RoomForm
from app.scheduling.unfit_rooms import left_outside
from app.settings import Settings
from app.texts import gettext
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.database import db
from app.web.doing import did, pressed, why_not
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("day", __name__, url_prefix="/organise/events/<slug>")

SEE_OTHER = 303

# -- the day


@bp.route("/edit", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str) -> ResponseReturnValue:
    form, code = DayForm.of(g.event), g.event.form_code

    def change(session: Session, moment: datetime) -> None:
        service.change_day(
            session,
            g.event.id,
            form.facts(),
            form.version.data or "",
            _by(),
            moment,
            become_wishes=bool(form.become_wishes.data),
            note=form.note.data or "",
        )

    _read_holidays(form)
    answer = asked(
        form,
        change,
        Intended(g.event.id),
        stored=lambda: DayForm.of(g.event, stored=True),
        speaks_against=_against_the_day,
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(url_for(".edit", slug=slug), _saved(code, form.form_code.data or ""))
    session, moment = db.session(), now()
    is_draft = g.event.status is EventStatus.DRAFT
    return page(
        "scheduling/organise_day_edit.html",
        event=g.event,
        form=form,
        told=queries.count_told_of_changes(session, g.event),
        registrations=queries.count_registrations(session, g.event),
        places=queries.count_taken(session, g.event),
        over=g.event.is_over(moment),
        may_lead=may(g.role, Permission.LEAD),
        revocable=revocable(session, g.event, moment),
        quiet=QUIET,
        moment=moment,
        button=ConfirmForm(),
        contradictions=_against_the_day(session),
        holds=None if is_draft else TEXT_OF_STATE.get(g.event.registration_state(moment)),
        form_link=form_address(g.event, g.event.language),
    )


def _read_holidays(form: DayForm) -> None:
    """Before the transaction in which the change is tried: a child process may answer slowly, and nobody waits for it at the lock."""
    first, last = form.start_date.data, form.end_date.data
    if form.is_submitted() and g.event.region is not None and first is not None:
        holidays_between(g.event.region.state.value, first, last or first)


def _saved(before: str, code: str) -> str:
    """What was done, and what another code does."""
    if code_key(before) == code_key(code):
        return N_("The day is saved.")
    if not code:
        return N_(
            "The day is saved. The form opens without a code now, also behind the links that carried one."
        )
    if not before:
        return N_(
            "The day is saved. The form opens only with the code now. Give it, or the link, to whom it is for."
        )
    return N_("The day is saved. The old code and the links that carry it no longer open the form.")


@bp.route("/edit/take-back/<int:notice_id>", methods=["POST"])
@access.organiser(Permission.EDIT)
def take_back(slug: str, notice_id: int) -> ResponseReturnValue:
    if pressed(lambda session: service.take_back(session, g.event.id, notice_id, _by(), now())):
        flash(gettext("Taken back: the day is as it was, and nobody gets a mail about it."), "success")
    return redirect(url_for(".edit", slug=slug), SEE_OTHER)


@bp.route("/publish", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def publish(slug: str) -> ResponseReturnValue:
    form, unfinished = ConfirmForm(), _unfinished_texts()
    if did(
        form,
        lambda session: service.publish_day(session, g.event.id, _by(), now(), unfinished=unfinished),
        first=lambda _session: service.refuse_publishing(g.event, unfinished),
    ):
        return redirect_with(url_for(".edit", slug=slug), N_("The day is public now."))
    return page(
        "scheduling/organise_day_publish.html",
        event=g.event,
        form=form,
        points=missing_before_publishing(g.event),
        unfinished=unfinished,
        contradictions=_against_the_day(db.session()),
    )


def _unfinished_texts() -> list[str]:
    """A day of the demo is public without them."""
    settings: Settings = current_app.extensions["fachtag.settings"]
    return [] if settings.demo else unfinished_texts(db.session(), settings.data_dir)


@bp.route("/unpublish", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def unpublish(slug: str) -> ResponseReturnValue:
    form = ConfirmForm()
    if did(
        form,
        lambda session: service.withdraw_day(session, g.event.id, _by(), now()),
        first=lambda session: service.refuse_withdrawing(session, g.event),
    ):
        return redirect_with(url_for(".edit", slug=slug), N_("The day is a draft again."))
    return page("scheduling/organise_day_unpublish.html", event=g.event, form=form)


@bp.route("/cancel", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def cancel(slug: str) -> ResponseReturnValue:
    moment = now()
    form = CallOffForm(data={"reason": g.event.off_reason, "instead": g.event.off_instead})
    answer = asked(
        form,
        lambda session, moment: service.cancel_day(session, g.event.id, _by(), moment, form.why()),
        Intended(g.event.id),
        instead=lambda session, moment: service.call_off_later(
            session, g.event.id, form.why(), _by(), moment
        ),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(
            url_for(".cancel", slug=slug),
            N_("The day will be called off in a minute. Until then you can take it back."),
        )
    form.impossible = why_not(lambda _session: service.refuse_calling_off(g.event, moment))
    return page(
        "scheduling/organise_day_cancel.html",
        event=g.event,
        form=form,
        told=queries.count_told_of_cancelling(db.session(), g.event),
        moment=moment,
        button=ConfirmForm(),
    )


@bp.route("/cancel/keep", methods=["POST"])
@access.organiser(Permission.LEAD)
def keep(slug: str) -> ResponseReturnValue:
    if pressed(lambda session: service.keep_day(session, g.event.id, _by(), now())):
        flash(gettext("The day takes place. Nobody was told anything."), "success")
    return redirect(url_for(".edit", slug=slug), SEE_OTHER)


# -- rooms


@bp.route("/programme/rooms/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_room(slug: str) -> ResponseReturnValue:
    form = RoomForm()
    if did(
        form,
        lambda session: programme.add_room(
            session, g.event.id, form.facts(), now(), form.online_link.data or ""
        ),
    ):
        return redirect_with(_rooms(slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page("scheduling/organise_day_room.html", event=g.event, form=form, room_id=None, taken=0)


@bp.route("/programme/rooms/<int:room_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_room(slug: str, room_id: int) -> ResponseReturnValue:
    form = RoomForm.of(conflicts.get_room(db.session(), g.event, room_id))
    answer = asked(
        form,
        lambda session, moment: room_service.change_room(
            session,
            g.event.id,
            room_id,
            form.entry(),
            form.version.data or "",
            moment,
            form.note.data or "",
        ),
        Intended(g.event.id),
        stored=lambda: RoomForm.of(conflicts.get_room(db.session(), g.event, room_id), stored=True),
        speaks_against=_outside,
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_rooms(slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "scheduling/organise_day_room.html",
        event=g.event,
        form=form,
        room_id=room_id,
        taken=queries.count_taken(db.session(), g.event, room_id=room_id),
    )


def _against_the_day(session: Session) -> Sequence[Contradiction]:
    """What contradicts the other, and what stands against the date; after the change, in the transaction in which it is tried."""
    changed = session.get_one(Event, g.event.id)
    return [*contradictions_of(session, changed), *against_the_date(session, changed)]


def _outside(session: Session) -> Sequence[Contradiction]:
    """Who takes part online and would be left outside of a room. What people need is not tried out here: whoever unticks
    "step-free" would read where somebody needs it."""
    event = session.get_one(Event, g.event.id)
    return left_outside(session, event, read_agenda(session, event, seats=False))


def _by() -> By:
    return by_organiser(g.organiser.id)


def _rooms(slug: str) -> str:
    return url_for("programme_organise.rooms", slug=slug)
