# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme's working copy for organisers: items for everybody, rounds, workshops and their runs, each with its form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees.staff.service import ROLE_LABELS, staff_of
from app.clock import now
from app.events.queries import rooms_of
from app.outbox.previewing import Intended
from app.people.rules import Permission, may
from app.programme.agenda import lines_of, read_surroundings
from app.programme.conflicts import refuse_taking_out
from app.programme.contradictions import Contradiction
from app.programme.differences import title_of
from app.programme.kinds import kinds_for
from app.programme.models import Run
from app.programme.plan import Change, Plan
from app.programme.rules import Thing
from app.programme.working_copy import WorkingCopy, read_working_copy
from app.refusal import N_, found
from app.scheduling import editing, queries
from app.scheduling.carrying_out import refuse_for_people
from app.scheduling.forms import RoundForm, RunForm, WorkshopForm
from app.scheduling.moving import next_start
from app.scheduling.programme_forms import ItemForm
from app.scheduling.room_forms import rooms_to_choose
from app.scheduling.unfit_rooms import all_against
from app.texts import gettext, local_day
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.database import db
from app.web.doing import did, pressed
from app.web.editing import EditingForm, clock_of
from app.web.pages import page, redirect_with
from app.web.removing import remove_once_asked

bp = Blueprint("editing", __name__, url_prefix="/organise/events/<slug>/programme")

SEE_OTHER = 303
NEXT = "next"  # the button of an item's form that goes on with a new one
_NUMBER = re.compile(r"-?[0-9]{1,9}")
REMOVABLE = {thing.value: thing for thing in (Thing.ITEM, Thing.ROUND, Thing.WORKSHOP, Thing.RUN)}
RESTORABLE = {**REMOVABLE, Thing.CONTRIBUTOR.value: Thing.CONTRIBUTOR}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of thing with a form of its own."""

    thing: Thing
    template: str
    form_of: Callable[[Any, bool], Any]  # facts, and whether what was sent is left aside
    empty: Callable[[], Any]


# -- items, rounds and workshops


@bp.route("/items/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_item(slug: str) -> ResponseReturnValue:
    return _new(slug, ITEM)


@bp.route("/items/<int(signed=True):number>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_item(slug: str, number: int) -> ResponseReturnValue:
    return _edit(slug, ITEM, number)


@bp.route("/rounds/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_round(slug: str) -> ResponseReturnValue:
    return _new(slug, ROUND)


@bp.route("/rounds/<int(signed=True):number>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_round(slug: str, number: int) -> ResponseReturnValue:
    return _edit(slug, ROUND, number)


@bp.route("/workshops/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_workshop(slug: str) -> ResponseReturnValue:
    form = WorkshopForm()
    if done := did(
        form, lambda session: editing.add(session, g.event.id, Thing.WORKSHOP, form.facts(), now())
    ):
        return redirect_with(
            url_for(".new_run", slug=slug, workshop_id=done.result),
            N_("“%(title)s” is saved. Now put it into a round."),
            title=form.title.data,
        )
    return page(WORKSHOP.template, event=g.event, form=form, number=None, taken=0)


@bp.route("/workshops/<int(signed=True):number>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_workshop(slug: str, number: int) -> ResponseReturnValue:
    return _edit(slug, WORKSHOP, number)


def _new(slug: str, kind: _Kind) -> ResponseReturnValue:
    form = kind.empty()
    if done := did(form, lambda session: editing.add(session, g.event.id, kind.thing, form.facts(), now())):
        return _saved(slug, done.result, N_("“%(title)s” is in the agenda now."), form.title.data)
    return page(kind.template, event=g.event, form=form, number=None, taken=0, contradictions=())


def _edit(slug: str, kind: _Kind, number: int) -> ResponseReturnValue:
    copy = _copy()
    form = kind.form_of(found(copy.plan.get(kind.thing, number)), False)

    def change(session: Session) -> None:
        seen = form.version.data or ""
        editing.change(session, g.event.id, kind.thing, number, form.facts(), seen, now())

    def stored() -> EditingForm:
        again: EditingForm = kind.form_of(found(_copy().plan.get(kind.thing, number)), True)
        return again

    if did(form, change, stored=stored):
        return _saved(slug, number, N_("“%(title)s” is saved."), form.title.data)
    return page(
        kind.template,
        event=g.event,
        form=form,
        number=number,
        taken=_taken(kind.thing, number),
        contradictions=_against(copy, f"{kind.thing.value}-{number}"),
    )


def _saved(slug: str, number: int, sentence: str, title: str | None) -> ResponseReturnValue:
    """On to the programme or, by the second button of an item, to a new one that begins when this one ends."""
    address = url_for(".new_item", slug=slug, after=number) if NEXT in request.form else _programme(slug)
    return redirect_with(address, sentence, title=title)


def _taken(thing: Thing, number: int) -> int:
    """How many hold a place in it."""
    if thing is Thing.ROUND:
        return queries.count_taken(db.session(), g.event, round_id=number)
    if thing is Thing.WORKSHOP:
        return queries.count_taken(db.session(), g.event, workshop_id=number)
    return 0


def _item_form(form: ItemForm) -> ItemForm:
    session = db.session()
    return form.offer(g.event, rooms_of(session, g.event), kinds_for(session, g.event))


def _empty_item() -> ItemForm:
    """It begins when the one before it ends: the one just saved, or the last one so far."""
    plan, asked = _copy().plan, request.args.get("after", "")
    before = plan.get(Thing.ITEM, int(asked)) if _NUMBER.fullmatch(asked) else None
    begins = before.ends_at if before is not None else next_start(g.event, plan)
    return _item_form(ItemForm(data={"date": local_day(begins).isoformat(), "start": clock_of(begins)}))


def _empty_round() -> RoundForm:
    numbers = [one.number for one in _copy().plan.of(Thing.ROUND).values()]
    number = max(numbers, default=0) + 1
    title = gettext("Workshop round %(number)d", number=number)
    return RoundForm(data={"number": number, "title": title}).offer(g.event)


ITEM = _Kind(
    Thing.ITEM,
    "scheduling/organise_item.html",
    lambda facts, stored: _item_form(ItemForm.of(facts, stored=stored)),
    _empty_item,
)
ROUND = _Kind(
    Thing.ROUND,
    "scheduling/organise_round.html",
    lambda facts, stored: RoundForm.of(facts, stored=stored).offer(g.event),
    _empty_round,
)
WORKSHOP = _Kind(
    Thing.WORKSHOP,
    "scheduling/organise_workshop.html",
    lambda facts, stored: WorkshopForm.of(facts, stored=stored),
    WorkshopForm,
)


@bp.route("/rounds/<int(signed=True):number>/copy", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def copy_round(slug: str, number: int) -> ResponseReturnValue:
    plan = _copy().plan
    source = found(plan.get(Thing.ROUND, number))
    last = max(one.number for one in plan.of(Thing.ROUND).values())
    form = RoundForm.next_to(source, last + 1).offer(g.event)
    if did(form, lambda session: editing.copy_round(session, g.event.id, number, form.facts(), now())):
        return redirect_with(_programme(slug), N_("“%(title)s” is in the agenda now."), title=form.title.data)
    return page(
        "scheduling/organise_round_copy.html", event=g.event, form=form, title=source.title, number=number
    )


# -- runs


@bp.route("/workshops/<int(signed=True):workshop_id>/runs/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_run(slug: str, workshop_id: int) -> ResponseReturnValue:
    copy = _copy()
    title = found(copy.plan.get(Thing.WORKSHOP, workshop_id)).title
    form = _offer(RunForm(), copy.plan)
    if did(
        form,
        lambda session: editing.add_run(session, g.event.id, form.plan(workshop_id), form.names(), now()),
    ):
        return redirect_with(_programme(slug), N_("“%(title)s” is in the agenda now."), title=title)
    return page(
        "scheduling/organise_run.html",
        event=g.event,
        form=form,
        title=title,
        workshop_id=workshop_id,
        number=None,
        run=None,
        people=0,
        contradictions=(),
    )


@bp.route("/runs/<int(signed=True):number>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit_run(slug: str, number: int) -> ResponseReturnValue:
    copy = _copy()
    facts = found(copy.plan.get(Thing.RUN, number))
    title = copy.plan.get(Thing.WORKSHOP, facts.workshop_id).title
    form = _offer(RunForm.of(facts), copy.plan)

    def stored() -> RunForm:
        plan = _copy().plan
        return _offer(RunForm.of(found(plan.get(Thing.RUN, number)), stored=True), plan)

    answer = asked(
        form,
        lambda session, moment: editing.change(
            session,
            g.event.id,
            Thing.RUN,
            number,
            form.plan(facts.workshop_id),
            form.version.data or "",
            moment,
            closing=bool(form.called_off.data),
        ),
        Intended(g.event.id),
        stored=stored,
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_programme(slug), N_("“%(title)s” is saved."), title=title)
    session = db.session()
    return page(
        "scheduling/organise_run.html",
        event=g.event,
        form=form,
        title=title,
        workshop_id=facts.workshop_id,
        number=number,
        run=session.get(Run, number) if number > 0 else None,
        people=queries.count_taken(session, g.event, run_id=number),
        contradictions=_against(copy, f"round-{facts.round_id}"),
        staff=staff_of(session, number),
        role_labels=ROLE_LABELS,
        may_edit_people=may(g.role, Permission.EDIT_PEOPLE),
    )


def _offer(form: RunForm, plan: Plan) -> RunForm:
    return form.offer(plan, rooms_to_choose(rooms_of(db.session(), g.event)))


# -- taking out, and back


@bp.route("/<any(item, round, workshop, run):kind>-<int(signed=True):number>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, kind: str, number: int) -> ResponseReturnValue:
    """Ask once, then take it out; what would be refused is said where the question would be asked."""
    key = REMOVABLE[kind], number
    copy = _copy()
    found(copy.plan.things.get(key))

    def first(session: Session) -> None:
        refuse_taking_out(copy.plan, key)
        refuse_for_people(session, Change(key, copy.released.things.get(key)))

    return remove_once_asked(
        title_of(copy.plan, key),
        _door(slug, key),
        lambda session: editing.take_out(session, g.event.id, *key, now()),
        _programme(slug),
        first,
        released=key in copy.released.things and g.event.agenda_released_at is not None,
    )


@bp.post("/<any(item, round, workshop, run, contributor):kind>-<int(signed=True):number>/restore")
@access.organiser(Permission.EDIT)
def restore(slug: str, kind: str, number: int) -> ResponseReturnValue:
    """As it is public."""
    if pressed(lambda session: editing.take_back(session, g.event.id, RESTORABLE[kind], number, now())):
        flash(gettext("It is again as everybody sees it."), "success")
    return redirect(_programme(slug), SEE_OTHER)


def _door(slug: str, key: tuple[Thing, int]) -> str:
    return url_for(f".edit_{key[0].value}", slug=slug, number=key[1])


def _copy() -> WorkingCopy:
    return read_working_copy(db.session(), g.event)


def _against(copy: WorkingCopy, key: str) -> list[Contradiction]:
    """What contradicts the other about one line of the agenda."""
    lines = lines_of(copy.plan, read_surroundings(db.session(), g.event))
    return [one for one in all_against(db.session(), g.event, lines, g.role) if one.concerns(key)]


def _programme(slug: str) -> str:
    return url_for("programme_organise.programme", slug=slug)
