# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""People from a file: upload, say which column is what, look, and only then add them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.attendees.imports import tables
from app.attendees.imports.forms import (
    ImportForm,
    JudgedTable,
    MappingForm,
    UploadForm,
    judge,
    mapping_of,
)
from app.attendees.imports.service import Added, add_many, registered_keys
from app.clock import now
from app.people.rules import Permission
from app.refusal import N_, Refusal
from app.registration.history import By
from app.registration.person import LISTED, Person
from app.registration.rules import Actor
from app.texts import gettext, ngettext
from app.web import access
from app.web.bodies import takes_file
from app.web.database import db, transaction
from app.web.doing import carried_out
from app.web.pages import page

bp = Blueprint("importing", __name__, url_prefix="/organise/events/<slug>/registrations/import")

MOST_SHOWN = 50  # faults; whoever has more mends the file
SAMPLE = 5
PORTION = 1_000  # people per transaction: nobody who registers meanwhile waits for all of a long file
SEE_OTHER = 303


@bp.route("", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
@takes_file("file", tables.LARGEST_FILE)
def upload(slug: str) -> ResponseReturnValue:
    form = UploadForm()
    if form.validate_on_submit() and (kept := carried_out(form, lambda: _keep(form))):
        return redirect(url_for(".look", slug=slug, upload_name=kept.result), SEE_OTHER)
    return page("attendees/imports/organise_import.html", event=g.event, form=form)


def _keep(form: UploadForm) -> str:
    """The name under which the table lies for an hour."""
    table = tables.read_table(form.file.data.read(tables.LARGEST_FILE + 1))
    return tables.keep(_data_dir(), g.event.id, g.organiser.id, table)


@bp.route("/<upload_name>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def look(slug: str, upload_name: str) -> ResponseReturnValue:
    table = tables.kept(_data_dir(), g.event.id, g.organiser.id, upload_name)
    sent = request.form if request.method == "POST" else request.args
    mapping = mapping_of(sent, table)
    judged = judge(table, mapping, registered_keys(db.session(), g.event))
    columns = {name: "" if place is None else str(place) for name, place in mapping.items()}
    form = ImportForm(data=columns)
    if form.validate_on_submit() and (done := carried_out(form, lambda: _add_judged(judged, form))):
        tables.forget(_data_dir(), g.event.id, g.organiser.id, upload_name)
        _say(done.result, judged.bad_rows)
        return redirect(url_for("participants.people", slug=slug, sort="registered"), SEE_OTHER)
    return page(
        "attendees/imports/organise_import_look.html",
        event=g.event,
        form=form,
        mapping=MappingForm(formdata=None, data=columns).offer(table),
        judged=judged,
        sample=judged.people[:SAMPLE],
        faults=judged.faults[:MOST_SHOWN],
        fields=LISTED,
        labels=[gettext(one.label) for one in LISTED],
        left=g.event.seats.left,
    )


def _say(added: Added, left_out: int) -> None:
    flash(
        gettext(
            "%(registered)d people are registered, %(waiting)d stand on the waiting list.",
            registered=added.registered,
            waiting=added.waiting,
        ),
        "success",
    )
    if left_out:
        flash(
            ngettext(
                "%(num)d row with errors was left out.", "%(num)d rows with errors were left out.", left_out
            ),
            "warning",
        )


def _data_dir() -> Any:
    return current_app.extensions["fachtag.settings"].data_dir


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id, gettext("Imported from a file"))


def _add_judged(judged: JudgedTable, form: ImportForm) -> Added:
    if judged.bad_rows and not judged.people:
        raise Refusal(N_("Nobody can be added. Please choose other columns or another file."))
    if judged.bad_rows and not form.leave_out.data:
        raise Refusal(
            N_("There are rows with errors. Mend the file, or leave them out on purpose."), field="leave_out"
        )
    return _add_in_portions(judged.people, tell=bool(form.tell.data))


def _add_in_portions(people: Sequence[Person], *, tell: bool) -> Added:
    """One transaction each. Should one fail, those before it stand, and a second press adds the rest."""
    moment, added = now(), Added(0, 0, 0)
    for start in range(0, max(len(people), 1), PORTION):
        with transaction() as session:
            added += add_many(session, g.event.id, people[start : start + PORTION], _by(), moment, tell=tell)
    return added
