# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers add photos and documents, correct their words and remove them. Registered by `organiser_views`."""

from flask import Blueprint, Response, g, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.people.rules import Permission
from app.refusal import N_
from app.results import files
from app.results.file_views import data_dir, send_material
from app.results.forms import ChangeDocumentForm, ChangePhotoForm, DocumentForm, PhotoForm
from app.results.material_service import (
    add_material,
    change_material,
    get_material,
    material_facts,
    remove_material,
)
from app.results.presentation import page_context
from app.results.queries import workshop_names
from app.results.rules import MaterialKind, refuse_without_words
from app.results.uploads import LARGEST_FILE, prepare
from app.web import access
from app.web.bodies import takes_file
from app.web.database import db, transaction
from app.web.doing import carried_out, did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with

bp = Blueprint("results_materials", __name__)

HOME = "/organise/events/<slug>/results"
ID = "<int(max=2147483647):material_id>"


@bp.route(f"{HOME}/photos/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
@takes_file("file", LARGEST_FILE)
def new_photo(slug: str) -> ResponseReturnValue:
    return _upload(slug, MaterialKind.PHOTO)


@bp.route(f"{HOME}/documents/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
@takes_file("file", LARGEST_FILE)
def new_document(slug: str) -> ResponseReturnValue:
    return _upload(slug, MaterialKind.DOCUMENT)


def _upload(slug: str, kind: MaterialKind) -> ResponseReturnValue:
    form = PhotoForm() if kind is MaterialKind.PHOTO else DocumentForm()
    form.offer(workshop_names(db.session(), g.event))
    if form.validate_on_submit() and carried_out(form, lambda: _keep(kind, form)):
        return redirect_with(url_for("results_desk.overview", slug=slug), N_("Saved."))
    return page("results/material.html", **page_context(g.event, form=form, kind=kind, material=None))


def _keep(kind: MaterialKind, form: PhotoForm | DocumentForm) -> None:
    """Judge and write the file first, then the row; no row, no file."""
    facts, key = form.facts(), form.key
    prepared = prepare(kind, form.file.data.filename or "", form.file.data.read(LARGEST_FILE + 1))
    refuse_without_words(kind, facts, prepared.accessible)
    stored_name = files.new_name(prepared.extension)
    path = files.path_of(data_dir(), g.event.id, stored_name)
    with files.kept_if_saved(path, prepared.content), transaction() as session:
        row = add_material(session, g.event, facts, prepared, stored_name, g.organiser.id, now(), key)
        sent_before = row.stored_name != stored_name
    if sent_before:
        files.remove(path)


@bp.route(f"{HOME}/materials/{ID}", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def material(slug: str, material_id: int) -> ResponseReturnValue:
    kind = get_material(db.session(), g.event, material_id).kind
    form = _words_of(material_id, stored=False)
    if did(
        form,
        lambda session: change_material(
            session, g.event, material_id, form.facts(), form.version_read, now()
        ),
        stored=lambda: _words_of(material_id, stored=True),
    ):
        return redirect_with(url_for("results_desk.overview", slug=slug), N_("Saved."))
    context = page_context(g.event, form=form, kind=kind, material=material_id)
    return page("results/material.html", **context)


def _words_of(material_id: int, *, stored: bool) -> ChangePhotoForm | ChangeDocumentForm:
    row = get_material(db.session(), g.event, material_id)
    shape = ChangePhotoForm if row.kind is MaterialKind.PHOTO else ChangeDocumentForm
    form = shape.of(material_facts(row), row.version, stored=stored)
    return form.offer(workshop_names(db.session(), g.event))


@bp.get(f"{HOME}/materials/{ID}/file")
@access.organiser(Permission.SEE)
def file(slug: str, material_id: int) -> Response:
    return send_material(get_material(db.session(), g.event, material_id), public=False)


@bp.route(f"{HOME}/materials/{ID}/remove", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def remove(slug: str, material_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    row = get_material(db.session(), g.event, material_id)
    facts, kind = material_facts(row), row.kind
    if done := did(
        form, lambda session: remove_material(session, g.event, material_id, g.organiser.id, now())
    ):
        files.remove(files.path_of(data_dir(), g.event.id, done.result))
        return redirect_with(url_for("results_desk.overview", slug=slug), N_("Removed."))
    return page("results/remove_material.html", **page_context(g.event, form=form, facts=facts, kind=kind))
