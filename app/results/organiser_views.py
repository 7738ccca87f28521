# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers write down what came out, and publish it."""

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.events.queries import get_of_event
from app.organisations.queries import kinds_to_choose
from app.people.rules import Permission, may
from app.programme.models import Workshop
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import N_
from app.results.forms import FIGURE, AgreementForm, FrameForm, ResultForm, frame_form
from app.results.presentation import documentation_context, page_context, today
from app.results.queries import MaterialView, read_documentation, workshop_names
from app.results.service import (
    add_agreement,
    agreement_facts,
    change_agreement,
    find_frame,
    find_result,
    frame_facts,
    get_agreement,
    publish_documentation,
    refuse_publishing,
    remove_agreement,
    require_workshop,
    result_facts,
    unpublish_documentation,
    write_frame,
    write_result,
)
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("results_desk", __name__)

ID = "<int(max=2147483647):{}>"
HOME = "/organise/events/<slug>/results"


@bp.get(HOME)
@access.organiser(Permission.SEE)
def overview(slug: str) -> Response:
    view = read_documentation(db.session(), g.event, today(now()), withheld=True)
    return page(
        "results/overview.html",
        **page_context(
            g.event,
            view=view,
            can_edit=may(g.role, Permission.EDIT),
            can_publish=may(g.role, Permission.LEAD),
            missing=[section for section in view.sections if section.missing],
        ),
    )


@bp.get(f"{HOME}/preview")
@access.organiser(Permission.SEE)
def preview(slug: str) -> Response:
    def address(material: MaterialView, width: int | None = None) -> str:
        return url_for("results_materials.file", slug=slug, material_id=material.id, width=width)

    view = read_documentation(db.session(), g.event, today(now()))
    return page("results/preview.html", **documentation_context(db.session(), g.event, view, address=address))


@bp.route(f"{HOME}/introduction", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def frame(slug: str) -> ResponseReturnValue:
    form = _frame_form(stored=False)
    if did(
        form,
        lambda session: write_frame(session, g.event, form.facts(), form.version_read, now()),
        stored=lambda: _frame_form(stored=True),
    ):
        return redirect_with(url_for(".overview", slug=slug), N_("Saved."))
    return page("results/frame.html", **page_context(g.event, form=form))


def _frame_form(*, stored: bool) -> FrameForm:
    session = db.session()
    row, facts = find_frame(session, g.event), frame_facts(session, g.event)
    # A kind that is retired while somebody types its figure is asked to the end.
    typed = [one.removeprefix(FIGURE) for one in request.form if one.startswith(FIGURE)]
    shape = frame_form(kinds_to_choose(session, [*facts.figures, *typed]))
    return shape.of(facts, row.version if row else 0, stored=stored)


@bp.route(f"{HOME}/plenary", methods=["GET", "POST"], defaults={"workshop_id": None})
@bp.route(f"{HOME}/workshops/{ID.format('workshop_id')}", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def result(slug: str, workshop_id: int | None) -> ResponseReturnValue:
    workshop = get_of_event(db.session(), Workshop, g.event.id, workshop_id) if workshop_id else None
    form = _result_form(workshop_id, stored=False)
    if did(
        form,
        lambda session: write_result(session, g.event, workshop_id, form.facts(), form.version_read, now()),
        stored=lambda: _result_form(workshop_id, stored=True),
        # who had it open when the workshop was said to take none keeps what was typed
        first=None
        if form.is_submitted()
        else lambda session: require_workshop(session, g.event, workshop_id),
    ):
        return redirect_with(url_for(".overview", slug=slug), N_("Saved."))
    names = {one.id: one.name for one in workshop_names(db.session(), g.event)}
    context = page_context(
        g.event,
        form=form,
        name=names[workshop.id] if workshop else None,
        questions=WorkshopFacts.of(workshop).questions if workshop else (),
    )
    return page("results/result.html", **context)


def _result_form(workshop_id: int | None, *, stored: bool) -> ResultForm:
    row = find_result(db.session(), g.event, workshop_id)
    return ResultForm.of(result_facts(row), row.version if row else 0, stored=stored)


@bp.route(f"{HOME}/agreements/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new_agreement(slug: str) -> ResponseReturnValue:
    form = AgreementForm().offer(workshop_names(db.session(), g.event))
    if did(form, lambda session: add_agreement(session, g.event, form.facts(), now(), nonce=form.key)):
        return redirect_with(url_for(".overview", slug=slug), N_("The agreement is written down."))
    return page("results/agreement.html", **page_context(g.event, form=form, agreement=None))


@bp.route(f"{HOME}/agreements/{ID.format('agreement_id')}", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def agreement(slug: str, agreement_id: int) -> ResponseReturnValue:
    form = _agreement_form(agreement_id, stored=False)
    if did(
        form,
        lambda session: change_agreement(
            session, g.event, agreement_id, form.facts(), form.version_read, now()
        ),
        stored=lambda: _agreement_form(agreement_id, stored=True),
    ):
        return redirect_with(url_for(".overview", slug=slug), N_("Saved."))
    context = page_context(g.event, form=form, agreement=agreement_id)
    return page("results/agreement.html", **context)


def _agreement_form(agreement_id: int, *, stored: bool) -> AgreementForm:
    row = get_agreement(db.session(), g.event, agreement_id)
    form = AgreementForm.of(agreement_facts(row), row.version, stored=stored)
    return form.offer(workshop_names(db.session(), g.event))


@bp.route(f"{HOME}/agreements/{ID.format('agreement_id')}/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, agreement_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    facts = agreement_facts(get_agreement(db.session(), g.event, agreement_id))
    if did(form, lambda session: remove_agreement(session, g.event, agreement_id, g.organiser.id, now())):
        return redirect_with(url_for(".overview", slug=slug), N_("The agreement is removed."))
    return page("results/remove_agreement.html", **page_context(g.event, form=form, facts=facts))


@bp.route(f"{HOME}/publish", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def publish(slug: str) -> ResponseReturnValue:
    form = ConfirmForm()
    if did(
        form,
        lambda session: publish_documentation(session, g.event, g.organiser.id, now()),
        first=lambda session: refuse_publishing(session, g.event),
    ):
        return redirect_with(url_for(".overview", slug=slug), N_("The documentation is public now."))
    view = read_documentation(db.session(), g.event, today(now()))
    people = [photo for section in view.sections for photo in section.photos if photo.recognisable_people]
    return page("results/publish.html", **page_context(g.event, form=form, view=view, people=people))


@bp.route(f"{HOME}/unpublish", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def unpublish(slug: str) -> ResponseReturnValue:
    form = ConfirmForm()
    if did(form, lambda session: unpublish_documentation(session, g.event, g.organiser.id, now())):
        return redirect_with(url_for(".overview", slug=slug), N_("The documentation is no longer public."))
    return page("results/unpublish.html", **page_context(g.event, form=form))
