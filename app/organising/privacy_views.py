# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What administrators need for data protection: one person's data by address, and the record of processing activities."""

import io
import json

from flask import Blueprint, Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from app import links
from app.clock import BERLIN, now
from app.documents import typeset
from app.events.models import Event
from app.organising.inventory import label_of
from app.organising.person_data import JSON, LOOK, PDF, AboutAddress, about_address, note_look
from app.organising.person_printing import PARTS, person_document
from app.organising.processing import (
    LAWS,
    OFFICE,
    PAGE_OF_PRIVACY,
    PRIVACY,
    House,
    Record,
    record_of_processing,
)
from app.organising.processing_printing import cells, heads, open_places, record_document
from app.refusal import Missing
from app.registration.rules import STATUS_LABELS
from app.registration.workshops.forms import NEED_LABELS
from app.spreadsheets import XLSX, write_xlsx
from app.texts import gettext, language
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.forms import BaseForm, NonceMixin, valid_address
from app.web.pages import page
from app.web.texts import lazy_gettext as _l

bp = Blueprint("data_protection", __name__, url_prefix="/organise/data-protection")

PDF_TYPE = "application/pdf"
JSON_TYPE = "application/json; charset=utf-8"


class AddressForm(BaseForm, NonceMixin):
    email = EmailField(
        _l("Mail address"),
        validators=[DataRequired(_l("Please enter the mail address.")), Length(max=254), valid_address],
        render_kw={"autocomplete": "off", "maxlength": 254},
    )


@bp.route("/person", methods=["GET", "POST"])
@access.admin
def person() -> ResponseReturnValue:
    """A POST, so that the address stands in no address and no log of a server; each look is written down (DP-12)."""
    form = AddressForm()
    kind = request.form.get("file", LOOK)
    if kind not in {LOOK, PDF, JSON}:
        raise Missing
    about = None
    if did(
        form, lambda session: note_look(session, form.email.data or "", kind, form.key, g.organiser.id, now())
    ):
        about = about_address(db.session(), form.email.data or "", _public, now())
        if kind != LOOK:
            return _person_file(about, kind)
    return page(
        "organising/person_data.html",
        form=form,
        about=about,
        part_labels=PARTS,
        status_labels=STATUS_LABELS,
        mentions=[(label_of(one["table"], one["field"]), one) for one in about.data["mentions"]]
        if about
        else [],
    )


def _public(event: Event) -> str:
    return links.absolute(url_for("events.event", slug=event.slug, lang=None))


def _person_file(about: AboutAddress, kind: str) -> Response:
    if kind == JSON:
        content = json.dumps(about.data, ensure_ascii=False, indent=2) + "\n"
        return _download(content.encode(), JSON_TYPE, "auskunft.json")
    needs = {one.value: str(label) for one, label in NEED_LABELS.items()}
    return _download(typeset(person_document(about.data, needs)), PDF_TYPE, "auskunft.pdf")


@bp.get("/record")
@access.admin
def record() -> ResponseReturnValue:
    found = _record()
    places = {
        PRIVACY: url_for("legal_texts.edit", legal_page=PAGE_OF_PRIVACY, code="de"),
        OFFICE: url_for("setup.own_office"),
        LAWS: url_for("master_data.overview", list_name="laws"),
    }
    return page(
        "organising/record_of_processing.html",
        record=found,
        places=places,
        open_places=open_places(found.open) if found.open else "",
    )


@bp.get("/record.pdf")
@access.admin
def record_pdf() -> ResponseReturnValue:
    return _record_file(typeset(record_document(_record())), PDF_TYPE, "pdf")


@bp.get("/record.xlsx")
@access.admin
def record_table() -> ResponseReturnValue:
    file = io.BytesIO()
    write_xlsx(file, heads(), cells(_record()), gettext("Record"), (30, 30, 90, 40))
    return _record_file(file.getvalue(), XLSX, "xlsx")


def _record() -> Record:
    config = current_app.config
    server = "" if config["MAIL_MAILDIR"] else config["MAIL_SERVER"]
    encrypted = bool(server) and bool(config["MAIL_USE_TLS"] or config["MAIL_USE_SSL"])
    house = House(current_app.extensions["fachtag.settings"], server, encrypted)
    return record_of_processing(db.session(), house, now())


def _record_file(content: bytes, kind: str, ending: str) -> Response:
    name = "verarbeitungen" if language() == "de" else "processing"
    return _download(content, kind, f"{name}-{now().astimezone(BERLIN):%Y-%m-%d}.{ending}")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type=kind, headers=headers)
