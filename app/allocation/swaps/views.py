# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Swaps of places, behind the personal link: what one offers and is asked, and how that stands."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.allocation.swaps.forms import OfferForm
from app.allocation.swaps.queries import runs_to_have
from app.allocation.swaps.rules import ANSWER_HOURS, DONE
from app.allocation.swaps.service import agree, decline, offer_place, withdraw_offer
from app.clock import now
from app.programme.agenda import RunView
from app.refusal import Missing
from app.registration.links import open_personal
from app.registration.queries import my_day
from app.registration.workshops.swap_offers import swaps_of
from app.texts import gettext, ngettext
from app.web import access
from app.web.database import db, transaction
from app.web.doing import did
from app.web.pages import done_just_now, page

bp = Blueprint("swaps", __name__, url_prefix="/my/<token>/swaps")

SEE_OTHER = 303


@bp.get("")
@access.personal
def show(token: str) -> ResponseReturnValue:
    session = db.session()
    registration = open_personal(session, token)
    swaps = swaps_of(session, registration, now())
    if swaps is None:
        return redirect(url_for("registration.my", token=token, _anchor="agenda"), SEE_OTHER)
    day = my_day(session, registration)
    rounds = [one for one in day.rounds if one.place and one.place.takes_place and not one.goes_on]
    return page(
        "allocation/swaps/show.html",
        event=registration.event,
        token=token,
        rounds=rounds,
        swaps=swaps,
        hours=ANSWER_HOURS,
        done=done_just_now(DONE),
    )


@bp.route("/<int:round_id>", methods=["GET", "POST"])
@access.personal
def offer(token: str, round_id: int) -> ResponseReturnValue:
    session = db.session()
    registration = open_personal(session, token)
    swaps = swaps_of(session, registration, now())
    if swaps is None:
        return redirect(url_for("registration.my", token=token, _anchor="agenda"), SEE_OTHER)
    day = my_day(session, registration, seats=True)
    mine = next((one for one in day.rounds if one.round.id == round_id), None)
    if mine is None or mine.place is None:
        raise Missing
    runs = runs_to_have(session, registration, day, round_id)
    before = swaps.offer_in(round_id)
    data = {"runs": [str(one) for one in before.wanted_ids]} if before else {}
    form = OfferForm(data=data).offer(runs, [_label(run) for run in runs])
    done = did(form, lambda writing: offer_place(writing, registration.id, round_id, form.wanted, now()))
    if done:
        return _back(token, "moved" if done.result else "offered")
    return page(
        "allocation/swaps/offer.html",
        event=registration.event,
        token=token,
        form=form,
        mine=mine,
        runs=runs,
        asked=swaps.proposal_in(round_id),
        hours=ANSWER_HOURS,
    )


def _label(run: RunView) -> str:
    """With what decides whether it comes true: a free seat is had at once."""
    notes = [run.where, *run.room.barriers] if run.room else []
    if not run.waiting and not run.seats.full:
        left = run.seats.left
        notes.append(
            gettext("places free")
            if left is None
            else ngettext("%(num)d place free", "%(num)d places free", left)
        )
    return f"{run.label} {run.title}" + (f" ({', '.join(notes)})" if notes else "")


@bp.post("/<int:round_id>/withdraw")
@access.personal
def withdraw(token: str, round_id: int) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        withdraw_offer(session, registration.id, round_id, now())
    return _back(token, "withdrawn")


@bp.post("/proposals/<key>/agree")
@access.personal
def accept(token: str, key: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        answer = agree(session, registration.id, key, now())
    return _back(token, answer.value)


@bp.post("/proposals/<key>/decline")
@access.personal
def refuse(token: str, key: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        answer = decline(session, registration.id, key, now())
    return _back(token, answer.value)


def _back(token: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".show", token=token, done=done), SEE_OTHER)
