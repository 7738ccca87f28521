# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The admin page: what is wished for, what must hold, and which allocations there are.

A page that waits for the worker asks to be loaded again by a header; loading it by hand does the same.
"""

from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from app.allocation import presentation
from app.allocation.figures import list_lengths
from app.allocation.forms import FORMS, AllocationForm, UsualForm
from app.allocation.queries import (
    RunLine,
    allocations_of,
    conditions_of,
    demand_now,
    find_person,
    organisations_here,
    placed_ids,
    runs_of,
)
from app.allocation.rules import (
    CONDITION_LABELS,
    MIXING_RULES,
    MIXING_WORDS,
    MODE_WORDS,
    STATE_LABELS,
    UNFINISHED,
    ConditionKind,
)
from app.allocation.service import (
    add_condition,
    ask,
    ask_several,
    mark_run,
    refuse_asking,
    refuse_marking,
    remove_condition,
)
from app.allocation.swaps.queries import count_offers, open_chains
from app.attendees.filters import Wanted, without_of
from app.attendees.lists import count_people
from app.clock import now
from app.events.rules import Placement
from app.organisations.queries import kinds_to_choose
from app.outbox.previewing import Intended
from app.people.rules import Permission, may
from app.refusal import N_, Missing
from app.registration.history import By
from app.registration.rules import Actor
from app.registration.workshops.exemptions import count_exemptions
from app.web import access
from app.web.asking import AskingButton, Question, asked, question_page, say_no
from app.web.database import db, transaction
from app.web.doing import carried_out, did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with, reloading

bp = Blueprint("allocation", __name__, url_prefix="/organise/events/<slug>/allocation")

SEE_OTHER = 303


@bp.get("")
@access.organiser(Permission.EDIT_PEOPLE)
def admin(slug: str) -> ResponseReturnValue:
    session = db.session()
    by_wishes = g.event.placement is Placement.WISHES
    allocations = allocations_of(session, g.event)
    conditions = conditions_of(session, g.event)
    without = without_of(g.event, has_runs=any(one.takes_place for one in runs_of(session, g.event)))
    rows, lengths = _demand() if by_wishes else ([], {})
    answer = page(
        "allocation/admin.html",
        event=g.event,
        by_wishes=by_wishes,
        open_until=g.event.wishes_until if g.event.takes_wishes(now()) else None,
        rows=rows,
        lengths=lengths,
        people=placed_ids(session, g.event) if by_wishes else set(),
        without=without,
        missing=count_people(session, g.event, Wanted(without=without)) if by_wishes and without else 0,
        exempt=count_exemptions(session, g.event) if by_wishes else (0, 0),
        conditions=presentation.condition_lines(session, g.event, conditions),
        condition_labels=CONDITION_LABELS,
        allocations=allocations,
        done=sum(proof is not None for _one, proof in allocations),
        state_labels=STATE_LABELS,
        mode_words=MODE_WORDS,
        mixing_words=MIXING_WORDS,
        swaps=_swaps() if g.event.placed_at is not None else None,
        may_edit_day=may(g.role, Permission.EDIT),
    )
    return reloading(answer) if any(one.state in UNFINISHED for one, _proof in allocations) else answer


def _swaps() -> dict[str, Any]:
    """How offers of swaps stand, for who need not do anything about them."""
    return {
        "open": g.event.takes_swaps(now()),
        "offers": count_offers(db.session(), g.event),
        "chains": open_chains(db.session(), g.event),
    }


def _demand() -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Each workshop of a round, parallel runs together, with who wishes for it and the longest bar of all; and how long
    the lists are."""
    session = db.session()
    instance, demand = demand_now(session, g.event)
    rows: list[dict[str, Any]] = []
    together: dict[tuple[int, ...], list[RunLine]] = {}
    for run in runs_of(session, g.event):
        together.setdefault(demand[run.id].runs, []).append(run)
    for ids, runs in together.items():
        wished = demand[ids[0]]
        first = wished.by_rank.get(1, 0)
        rows.append(
            {
                "name": f"{'/'.join(run.label for run in runs)} {runs[0].title}",
                "runs": runs,
                "first": first,
                "others": wished.people - first,
                "seats": sum(instance.run(run.id).capacity for run in runs),
            }
        )
    longest = max((max(row["first"] + row["others"], row["seats"]) for row in rows), default=1)
    return [{**row, "longest": max(longest, 1)} for row in rows], list_lengths(instance)


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def new(slug: str) -> ResponseReturnValue:
    form = AllocationForm.fresh()
    if done := did(
        form,
        lambda session: ask(session, g.event.id, form.order(), by(), now()).id,
        first=lambda session: refuse_asking(session, g.event),
    ):
        return redirect(url_for("placing.show", slug=slug, allocation_id=done.result), SEE_OTHER)
    return page("allocation/new.html", event=g.event, form=form)


@bp.route("/usual", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def usual(slug: str) -> ResponseReturnValue:
    form = UsualForm()
    mixed = any(one.kind in MIXING_RULES for one in conditions_of(db.session(), g.event))
    orders = form.orders(mixed=mixed)
    if did(
        form,
        lambda session: ask_several(session, g.event.id, orders, by(), now()),
        first=lambda session: refuse_asking(session, g.event, more=len(orders)),
    ):
        return redirect_with(admin_address(slug), N_("They are worked out one after the other."))
    names = [order.name for order in orders]
    return page("allocation/usual.html", event=g.event, form=form, names=names, mixed=mixed)


@bp.route("/conditions/<condition_kind>/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def new_condition(slug: str, condition_kind: str) -> ResponseReturnValue:
    kind = _kind(condition_kind)
    session = db.session()
    form = FORMS[kind]().offer(
        runs_of(session, g.event),
        organisations_here(session, g.event),
        kinds_to_choose(session),
        lambda typed, field: find_person(session, g.event, typed, field),
        every=kind in MIXING_RULES,
    )

    def add() -> None:
        facts = form.facts(kind)
        with transaction() as writing:
            add_condition(writing, g.event.id, facts, by(), now())

    if form.validate_on_submit() and carried_out(form, add):
        return redirect_with(admin_address(slug), N_("Saved. It counts in every allocation from now on."))
    return page(
        "allocation/condition.html", event=g.event, form=form, kind=kind, label=CONDITION_LABELS[kind]
    )


@bp.post("/conditions/<int:condition_id>/remove")
@access.organiser(Permission.EDIT_PEOPLE)
def drop_condition(slug: str, condition_id: int) -> ResponseReturnValue:
    with transaction() as session:
        remove_condition(session, g.event.id, condition_id, by(), now())
    return redirect_with(admin_address(slug), N_("The condition is removed."))


@bp.route("/runs/<int:run_id>/close", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def close_run(slug: str, run_id: int) -> ResponseReturnValue:
    run = next((one for one in runs_of(db.session(), g.event) if one.id == run_id), None)
    if run is None:
        raise Missing
    form = ConfirmForm()
    if did(
        form,
        lambda session: mark_run(session, g.event.id, run_id, by(), now(), takes_place=False),
        first=lambda _session: refuse_marking(g.event),
    ):
        return redirect_with(admin_address(slug), N_("“%(title)s” does not take place."), title=run.name)
    return page("allocation/close.html", event=g.event, form=form, run=run)


@bp.route("/runs/<int:run_id>/open", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def open_run(slug: str, run_id: int) -> ResponseReturnValue:
    run = next((one for one in runs_of(db.session(), g.event) if one.id == run_id), None)
    if run is None:
        raise Missing
    form = AskingButton()
    answer = asked(
        form,
        lambda session, moment: mark_run(session, g.event.id, run_id, by(), moment, takes_place=True).id,
        Intended(g.event.id),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(admin_address(slug), N_("“%(title)s” takes place again."), title=run.name)
    say_no(form)
    return redirect(admin_address(slug), SEE_OTHER)


def _kind(word: str) -> ConditionKind:
    try:
        return ConditionKind(word)
    except ValueError:
        raise Missing from None


def admin_address(slug: str) -> str:
    return url_for("allocation.admin", slug=slug)


def by() -> By:
    return By(Actor.ORGANISER, g.organiser.id)
