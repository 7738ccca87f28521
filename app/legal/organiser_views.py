# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Administrators write the legal texts: what is open in each, the text with a preview, and its versions."""

from pathlib import Path

from flask import Blueprint, Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.legal.forms import LegalTextForm
from app.legal.queries import get_version, newest_version, read_text, source_of, versions_of
from app.legal.rules import PAGE_LABELS, PAGES, TITLES, parse
from app.legal.service import write_text
from app.refusal import N_, Missing
from app.settings import Settings
from app.texts import LANGUAGES, gettext
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.pages import page, redirect_with

bp = Blueprint("legal_texts", __name__, url_prefix="/organise/legal")

LANGUAGE_NAMES = {"de": N_("German"), "en": N_("English")}


@bp.get("")
@access.admin
def overview() -> Response:
    session = db.session()
    rows = [
        (name, code, read_text(session, _data_dir(), name, code), newest_version(session, name, code))
        for name in PAGES
        for code in LANGUAGES
    ]
    return page("legal/organise_texts.html", rows=rows, titles=PAGE_LABELS, languages=LANGUAGE_NAMES)


@bp.route("/<legal_page>/<code>", methods=["GET", "POST"])
@access.admin
def edit(legal_page: str, code: str) -> ResponseReturnValue:
    _refuse_unknown(legal_page, code)
    form = _form(legal_page, code)
    looks = "preview" in request.form and form.validate_on_submit()

    def write(session: Session) -> None:
        write_text(session, legal_page, code, form.text.data or "", form.version_read, g.organiser, now())

    if not looks and did(form, write, stored=lambda: _form(legal_page, code, stored=True)):
        return redirect_with(url_for(".edit", legal_page=legal_page, code=code), N_("The text is saved."))
    return page(
        "legal/organise_text.html",
        name=legal_page,
        code=code,
        title=gettext(PAGE_LABELS[legal_page]),
        language_name=LANGUAGE_NAMES[code],
        form=form,
        preview=parse(form.text.data or "", TITLES[code][legal_page], code)
        if looks or request.method == "GET"
        else None,
        versions=versions_of(db.session(), legal_page, code),
    )


@bp.get("/<legal_page>/<code>/<int:number>")
@access.admin
def version(legal_page: str, code: str, number: int) -> Response:
    _refuse_unknown(legal_page, code)
    saved = get_version(db.session(), legal_page, code, number)
    return page(
        "legal/organise_text_version.html",
        name=legal_page,
        code=code,
        title=gettext(PAGE_LABELS[legal_page]),
        language_name=LANGUAGE_NAMES[code],
        version=saved,
        text=parse(saved.text, TITLES[code][legal_page], code),
    )


def _refuse_unknown(name: str, code: str) -> None:
    if name not in PAGES or code not in LANGUAGES:
        raise Missing


def _form(name: str, code: str, *, stored: bool = False) -> LegalTextForm:
    session = db.session()
    newest = newest_version(session, name, code)
    source = source_of(session, _data_dir(), name, code)
    return LegalTextForm.of(source, newest.number if newest else 0, stored=stored)


def _data_dir() -> Path:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings.data_dir
