# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The first run: what a new installation needs until its first day, each with its form, without a terminal."""

from email.utils import parseaddr

from flask import Blueprint, Response, current_app, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.address import in_letters
from app.clock import now
from app.legal.rules import PAGE_LABELS
from app.organisations.queries import districts_to_choose, kinds_to_choose, office
from app.organising import setup
from app.organising.queries import read_letter
from app.organising.rules import TEST_SENTENCES
from app.organising.setup_forms import OfficeForm, SenderForm
from app.outbox.models import Sender
from app.outbox.queries import queue, worker_alive
from app.refusal import N_
from app.settings import Settings
from app.texts import gettext, language
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with

bp = Blueprint("setup", __name__, url_prefix="/organise/setup")

SEE_OTHER = 303
LABELS = {
    setup.OFFICE: (setup.STEP_LABELS[setup.OFFICE], N_("It hosts your days and stands in invitations.")),
    setup.REGION: (
        setup.STEP_LABELS[setup.REGION],
        N_("Days stand in the list and in the calendar of their region."),
    ),
    setup.SENDER: (
        setup.STEP_LABELS[setup.SENDER],
        N_("The name and the address that people read, and to which they answer."),
    ),
    setup.FIRST_DAY: (
        setup.STEP_LABELS[setup.FIRST_DAY],
        N_("A title and a date are enough. It stays a draft until you publish it."),
    ),
}
PREPARED = N_("A prepared text in which you fill in what only you know.")


@bp.get("")
@access.admin
def overview() -> Response:
    listed = setup.steps(db.session(), _settings().data_dir)
    labels = LABELS | {name: (title, PREPARED) for name, title in PAGE_LABELS.items()}
    return page(
        "organising/setup.html",
        steps=listed,
        labels=labels,
        addresses={one.name: _address(one.name) for one in listed},
        settled=sum(not one.open for one in listed),
    )


@bp.route("/office", methods=["GET", "POST"])
@access.admin
def own_office() -> ResponseReturnValue:
    session = db.session()
    form = _office_form(session)

    def name(session: Session) -> None:
        kind, seen = form.kind.data, form.version.data or ""
        setup.name_office(
            session, form.name.data or "", kind, form.district.data or "", seen, g.organiser, now()
        )

    if did(form, name, stored=lambda: _office_form(session, stored=True)):
        return redirect_with(url_for(".overview"), N_("“%(title)s” is saved."), title=form.name.data)
    return page("organising/setup_office.html", form=form, districts=districts_to_choose(session))


@bp.route("/sender", methods=["GET", "POST"])
@access.admin
def sender() -> ResponseReturnValue:
    usual_name, usual = parseaddr(_settings().mail_from)
    form = _sender_form(usual_name, usual)

    def name(session: Session) -> None:
        typed = (form.name.data or "", form.email.data or "")
        setup.name_sender(session, *typed, usual, form.version_read, g.organiser, now())

    if did(form, name, stored=lambda: _sender_form(usual_name, usual, stored=True)):
        return redirect_with(url_for(".overview"), N_("The sender is saved."))
    session, moment = db.session(), now()
    test = setup.last_test_mail(session)
    return page(
        "organising/setup_sender.html",
        form=form,
        domain=in_letters(usual).rpartition("@")[2],
        to=g.organiser.email,
        test=test,
        letter=read_letter(test) if test else None,
        sentence=TEST_SENTENCES[test.state] if test else "",
        queue=queue(session, moment),
        worker_alive=worker_alive(session, moment),
    )


@bp.post("/sender/test")
@access.admin
def test_mail() -> ResponseReturnValue:
    if pressed(lambda session: setup.send_test_mail(session, g.organiser, language(), now())):
        flash(gettext("A test mail is on its way to you. What becomes of it stands on this page."), "success")
    return redirect(url_for(".sender"), SEE_OTHER)


@bp.post("/<step>/skip")
@access.admin
def skip(step: str) -> ResponseReturnValue:
    pressed(lambda session: setup.skip(session, step, g.organiser, now()))
    return redirect(url_for(".overview"), SEE_OTHER)


def _office_form(session: Session, *, stored: bool = False) -> OfficeForm:
    own = office(session)
    return OfficeForm.of(own, stored=stored).offer(kinds_to_choose(session, [own.kind] if own else ()))


def _sender_form(name: str, email: str, *, stored: bool = False) -> SenderForm:
    db.session().expire_all()
    return SenderForm.of(db.session().get(Sender, 1), name, email, stored=stored)


def _address(step: str) -> str:
    if step in PAGE_LABELS:
        return url_for("legal_texts.edit", legal_page=step, code="de")
    return {
        setup.OFFICE: url_for(".own_office"),
        setup.REGION: url_for("master_data.overview", list_name="regions"),
        setup.SENDER: url_for(".sender"),
        setup.FIRST_DAY: url_for("events_organise.new_event"),
    }[step]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
