# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The seats of a day for its team: who has a share of them, what is taken, who waits."""

from datetime import datetime

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.events.models import Quota
from app.events.rules import EFFECT_LABELS, QuotaTarget
from app.organisations.queries import districts_to_choose, kind_names, kinds_to_choose, listed_organisations
from app.outbox.previewing import Intended
from app.people.rules import Permission, may
from app.refusal import N_
from app.registration.history import By, by_organiser
from app.registration.quotas.forms import CodeQuotaForm, NewQuotaForm, QuotaForm
from app.registration.quotas.service import add_quota, change_quota, get_quota, list_quotas, remove_quota
from app.texts import gettext
from app.web import access
from app.web.asking import AskingForm, Question, asked, question_page
from app.web.database import db
from app.web.pages import page, redirect_with

bp = Blueprint("quotas", __name__, url_prefix="/organise/events/<slug>/quotas")


@bp.get("")
@access.organiser(Permission.SEE)
def show(slug: str) -> ResponseReturnValue:
    return page(
        "registration/quotas/organise_quotas.html",
        event=g.event,
        quotas=list_quotas(db.session(), g.event),
        effect_labels=EFFECT_LABELS,
        kind_names=kind_names(db.session()),
        may_edit=may(g.role, Permission.EDIT),
    )


@bp.route("/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def new(slug: str) -> ResponseReturnValue:
    reading = db.session()
    form = NewQuotaForm().offer(
        kinds_to_choose(reading), districts_to_choose(reading), listed_organisations(reading)
    )
    answer = asked(
        form,
        lambda session, moment: add_quota(session, g.event.id, form.facts(), _by(), moment).id,
        Intended(g.event.id),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_all(slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page("registration/quotas/organise_quota.html", event=g.event, form=form, quota=None)


@bp.route("/<int:quota_id>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def edit(slug: str, quota_id: int) -> ResponseReturnValue:
    quota = get_quota(db.session(), g.event, quota_id)
    form = _form_class(quota).of(quota)
    effect, aim = quota.effect, quota.aim

    def change(session: Session, moment: datetime) -> None:
        facts = form.changed(effect, aim)
        change_quota(session, g.event.id, quota_id, facts, form.version_read, _by(), moment)

    def stored() -> QuotaForm:
        again = get_quota(db.session(), g.event, quota_id)
        return _form_class(again).of(again, stored=True)

    answer = asked(form, change, Intended(g.event.id), stored=stored)
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_all(slug), N_("“%(title)s” is saved."), title=form.name.data)
    return page(
        "registration/quotas/organise_quota.html",
        event=g.event,
        form=form,
        quota=get_quota(db.session(), g.event, quota_id),
    )


@bp.route("/<int:quota_id>/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, quota_id: int) -> ResponseReturnValue:
    title = get_quota(db.session(), g.event, quota_id).name
    form = AskingForm()
    answer = asked(
        form,
        lambda session, moment: remove_quota(session, g.event.id, quota_id, _by(), moment),
        Intended(g.event.id),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_all(slug), N_("“%(title)s” is removed."), title=title)
    return page(
        "programme/organise_remove.html",
        event=g.event,
        form=form,
        title=title,
        cancel=(url_for(".edit", slug=slug, quota_id=quota_id), gettext("Keep it")),
    )


def _by() -> By:
    return by_organiser(g.organiser.id)


def _form_class(quota: Quota) -> type[QuotaForm]:
    return CodeQuotaForm if quota.target is QuotaTarget.CODE else QuotaForm


def _all(slug: str) -> str:
    return url_for(".show", slug=slug)
