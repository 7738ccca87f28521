# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Deeds on many people: whom it hits is shown first, and afterwards what was done and for whom not.

What they will read is shown before, so all of it is one transaction, which can be tried: whoever cannot be helped keeps
nobody else from it, and a second press finds the first ones done already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees import approval, lists, manual, moving
from app.attendees.bulk_forms import (
    ApproveForm,
    CancelManyForm,
    LetterForm,
    ManyForm,
    MoveForm,
    MoveUpForm,
    RejectManyForm,
)
from app.attendees.filters import Wanted
from app.attendees.list_forms import query_of, read_offer, wanted_people
from app.attendees.mailings import write_to
from app.outbox.previewing import Intended
from app.people.rules import Permission
from app.refusal import Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import STATUS_LABELS, Actor, Status
from app.texts import gettext, ngettext
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.database import db
from app.web.doing import DoneForMany, done_for_each
from app.web.pages import page

bp = Blueprint("many", __name__, url_prefix="/organise/events/<slug>/registrations/many")

MOST_NAMED = 20
MOST_AT_ONCE = lists.MOST_TICKED  # people of one press: nobody else registers while it is tried and done
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom an action is about: everybody whom the filter shows, or those who were ticked."""

    wanted: Wanted
    everybody: bool
    picked: tuple[str, ...]
    ids: Sequence[int]

    @property
    def query(self) -> dict[str, Any]:
        """As an address says it."""
        kept: dict[str, Any] = dict(query_of(self.wanted))
        if self.everybody:
            return {**kept, "who": "all"}
        return {**kept, "pick": list(self.picked)}


@bp.route("/message", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def message(slug: str) -> ResponseReturnValue:
    """To whom of them has a seat or waits for one. Who left is written to as well when the team says so, or has chosen nobody
    else."""
    chosen = _chosen()
    form = LetterForm().of(chosen.ids)
    there = lists.still_there(db.session(), chosen.ids) or chosen.ids
    ended = _who_left(chosen.ids, there)
    if ended:
        form.ended.label.text = _also(ended)
    else:
        del form.ended
    whom = chosen.ids if ended and form.ended.data else there
    done = asked(
        form,
        lambda s, moment: write_to(s, g.event.id, whom, form.letter(), form.key, _by(), moment),
        Intended(g.event.id),
    )
    if isinstance(done, Question):
        return question_page(done, form, event=g.event)
    if done is None:
        return _page("message", chosen, form, there)
    sentence = ngettext(
        "The message is on its way to %(num)d person.",
        "The message is on its way to %(num)d people.",
        done.result,
    )
    flash(sentence, "success")
    if done.result < len(whom):
        flash(gettext("The others have not confirmed their address, or it was deleted."), "warning")
    return _back(slug, chosen)


@bp.route("/cancel", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def cancel(slug: str) -> ResponseReturnValue:
    form = CancelManyForm()

    def end(session: Session, one: int, moment: datetime) -> None:
        manual.cancel(session, one, _by(form.note.data), moment)

    return _for_each(slug, "cancel", form, _waiting_first, end, _cancelled)


@bp.route("/move-up", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def move_up(slug: str) -> ResponseReturnValue:
    form = MoveUpForm()

    def give(session: Session, one: int, moment: datetime) -> None:
        manual.move_up(session, one, _by(form.note.data), moment, extra_seat=bool(form.overbook.data))

    return _for_each(slug, "move_up", form, _in_line_order, give, _moved_up)


@bp.route("/approve", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def approve(slug: str) -> ResponseReturnValue:
    def admit(session: Session, one: int, moment: datetime) -> None:
        approval.approve(session, one, _by(), moment)

    return _for_each(slug, "approve", ApproveForm(), _in_line_order, admit, _approved)


@bp.route("/reject", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def reject(slug: str) -> ResponseReturnValue:
    form = RejectManyForm()

    def turn_down(session: Session, one: int, moment: datetime) -> None:
        approval.reject(session, one, _by(form.note.data), moment)

    return _for_each(slug, "reject", form, _waiting_first, turn_down, _turned_down)


@bp.route("/move", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def move(slug: str) -> ResponseReturnValue:
    """Out of one workshop, perhaps into another: in one transaction, because it is tried and shown before it is done."""
    chosen = _chosen()
    form = MoveForm(data={"out_of": str(chosen.wanted.run_id or "")})
    form.offer(lists.runs_of(db.session(), g.event)).of(chosen.ids)

    def change(session: Session, moment: datetime) -> moving.Moved:
        into = int(form.into.data) if form.into.data else None
        leaves, note = int(form.out_of.data), form.note.data or ""
        return moving.move(session, g.event.id, chosen.ids, leaves, into, _by(), moment, note=note)

    if len(chosen.ids) > MOST_AT_ONCE:
        return _page("move", chosen, form)
    answer = asked(form, change, Intended(g.event.id))
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer is None:
        return _page("move", chosen, form)
    done = answer.result
    _say(DoneForMany(done.number, done.refused), _moved(done.number))
    if done.waiting:
        sentence = ngettext(
            "%(num)d person waits for a place there and keeps the one held so far.",
            "%(num)d people wait for a place there and keep the one held so far.",
            done.waiting,
        )
        flash(sentence, "info")
    return _back(slug, chosen)


def _moved(number: int) -> str:
    return str(ngettext("%(num)d person is moved.", "%(num)d people are moved.", number))


def _who_left(ids: Sequence[int], there: Sequence[int]) -> int:
    """How many of these people are not there and can be written to all the same."""
    left = sorted(set(ids) - set(there))
    return len(left) - lists.count_unconfirmed(db.session(), left)


def _also(number: int) -> str:
    return str(
        ngettext(
            "Also to %(num)d person whose registration has ended",
            "Also to %(num)d people whose registration has ended",
            number,
        )
    )


def _cancelled(number: int) -> str:
    return str(ngettext("%(num)d registration is cancelled.", "%(num)d registrations are cancelled.", number))


def _moved_up(number: int) -> str:
    return str(ngettext("%(num)d person has a seat now.", "%(num)d people have a seat now.", number))


def _approved(number: int) -> str:
    return str(ngettext("%(num)d person is approved.", "%(num)d people are approved.", number))


def _turned_down(number: int) -> str:
    return str(ngettext("%(num)d person is turned down.", "%(num)d people are turned down.", number))


def _for_each(
    slug: str,
    name: str,
    form: ManyForm,
    order: Callable[[Sequence[int]], list[int]],
    action: Callable[[Session, int, datetime], None],
    said: Callable[[int], str],
) -> ResponseReturnValue:
    """The page of an action, and the action: for one person after the other, in this order."""
    chosen = _chosen()
    form.of(chosen.ids)

    def each(session: Session, moment: datetime) -> DoneForMany:
        return done_for_each(session, order(chosen.ids), lambda one: action(session, one, moment))

    if len(chosen.ids) > MOST_AT_ONCE:
        return _page(name, chosen, form)
    done = asked(form, each, Intended(g.event.id))
    if isinstance(done, Question):
        return question_page(done, form, event=g.event)
    if done is None:
        return _page(name, chosen, form)
    _say(done.result, said(done.result.number))
    return _back(slug, chosen)


def _chosen() -> Chosen:
    session = db.session()
    sent = request.form if request.method == "POST" else request.args
    wanted = wanted_people(sent, read_offer(session, g.event))
    who = sent.get("who", "")
    if who not in {"", "all"}:
        raise Missing
    if who == "all":
        return Chosen(wanted, True, (), lists.every_id(session, g.event, wanted))
    picked = lists.ticked(session, g.event, sent.getlist("pick"))
    if request.method == "POST" and not picked:
        raise Missing  # the page showed no form for nobody
    return Chosen(wanted, False, tuple(picked.values()), tuple(picked))


def _page(
    action: str, chosen: Chosen, form: ManyForm, about: Sequence[int] | None = None
) -> ResponseReturnValue:
    """`about` is whom of the chosen the page names; else all of them."""
    session = db.session()
    ids = chosen.ids if about is None else about
    return page(
        f"attendees/organise_many_{action}.html",
        event=g.event,
        form=form,
        chosen=chosen,
        people_named=lists.people_of(session, ids[:MOST_NAMED]),
        number=len(ids),
        unconfirmed=lists.count_unconfirmed(session, ids),
        too_many=len(ids) > MOST_AT_ONCE and (action != "message" or not chosen.everybody),
        most=MOST_AT_ONCE,
        status_labels=STATUS_LABELS,
        statuses=lists.statuses_of(session, ids),
    )


def _waiting_first(ids: Sequence[int]) -> list[int]:
    """Who waits goes first: nobody is to get a seat by a cancellation and lose it by the next one."""
    people = lists.people_of(db.session(), ids)
    return [one.id for one in sorted(people, key=lambda one: one.has_seat)]


def _in_line_order(ids: Sequence[int]) -> list[int]:
    def number(one: Registration) -> int:
        return one.waiting_number if one.status is Status.WAITING and one.waiting_number else 0

    return [one.id for one in sorted(lists.people_of(db.session(), ids), key=number)]


def _say(done: DoneForMany, sentence: str) -> None:
    flash(sentence, "success" if done.number else "warning")
    for reason, number in done.refused.items():
        flash(
            ngettext(
                "Not done for %(num)d person: %(reason)s",
                "Not done for %(num)d people: %(reason)s",
                number,
                reason=reason,
            ),
            "warning",
        )


def _back(slug: str, chosen: Chosen) -> ResponseReturnValue:
    query: dict[str, Any] = dict(query_of(chosen.wanted))
    return redirect(url_for("participants.people", slug=slug, **query), SEE_OTHER)


def _by(note: str | None = "") -> By:
    return By(Actor.ORGANISER, g.organiser.id, note or "")
