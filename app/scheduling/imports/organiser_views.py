# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme from a file: upload, say what its names mean, look at what it would change, and only then take it over."""

import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees.imports import kept
from app.attendees.imports.bounds import LARGEST_FILE
from app.attendees.imports.tables import Wished
from app.clock import now
from app.events.queries import rooms_of
from app.people.rules import Permission
from app.programme.kinds import kind_of, kinds_for
from app.refusal import N_, Refusal
from app.scheduling.imports.files import Opened, read, refuse_other_kind
from app.scheduling.imports.forms import Said, UploadForm, look_form, take_over_form
from app.scheduling.imports.plans import Choices
from app.scheduling.imports.service import Looked, Status, TakenOver, look, take_over
from app.scheduling.imports.sheets import template
from app.spreadsheets import CSV, XLSX, write_csv, write_xlsx
from app.texts import gettext, local_day, ngettext, sentence_of
from app.web import access
from app.web.bodies import takes_file
from app.web.database import db
from app.web.doing import carried_out, did
from app.web.pages import page

bp = Blueprint("programme_importing", __name__, url_prefix="/organise/events/<slug>/programme/import")

KIND = "programme"  # of file that is kept
MOST_SHOWN = 1_000  # entries, and faults
SEE_OTHER = 303


@bp.route("", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
@takes_file("file", LARGEST_FILE)
def upload(slug: str) -> ResponseReturnValue:
    form = UploadForm()
    if form.validate_on_submit() and (done := carried_out(form, lambda: _keep(form))):
        return redirect(url_for(".preview", slug=slug, programme_file=done.result), SEE_OTHER)
    return page("scheduling/imports/organise_import.html", event=g.event, form=form)


def _keep(form: UploadForm) -> str:
    """The name under which the file lies for an hour, if it can be read."""
    content = form.file.data.read(LARGEST_FILE + 1)
    if content:
        refuse_other_kind(form.file.data.filename or "", content)
    _read(content, Wished())
    return kept.keep(_data_dir(), g.event.id, g.organiser.id, content, KIND)


@bp.get("/template.csv")
@access.organiser(Permission.EDIT)
def template_csv(slug: str) -> ResponseReturnValue:
    """The headings that are understood, with a row that shows how they are filled."""
    head, row, _wide = template(local_day(g.event.starts_at))
    file = io.BytesIO()
    write_csv(file, head, [row])
    return _file(file, f"{slug}-programm.csv", CSV)


@bp.get("/template.xlsx")
@access.organiser(Permission.EDIT)
def template_xlsx(slug: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    head, row, wide = template(local_day(g.event.starts_at))
    file = io.BytesIO()
    write_xlsx(file, head, [row], "Programm", wide)
    return _file(file, f"{slug}-programm.xlsx", XLSX)


@bp.route("/<programme_file>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT)
def preview(slug: str, programme_file: str) -> ResponseReturnValue:
    seen = _look(programme_file)
    looked, file = seen.looked, seen.opened.programme
    session = db.session()
    kinds = [kind_of(one) for one in kinds_for(session, g.event)]
    rooms = [one.facts for one in rooms_of(session, g.event)]
    looking, sections = look_form(looked.outcome, rooms, kinds, seen.choices, seen.opened.table)
    form = take_over_form(looking, looked.seen)

    def verb(session: Session) -> TakenOver:
        seen.refuse_doubtful_letters()
        return take_over(
            session,
            g.event.id,
            file,
            seen.choices,
            form.version.data or "",
            g.organiser.id,
            now(),
            leave_out=bool(form.leave_out.data),
        )

    if done := did(form, verb):
        kept.forget(_data_dir(), g.event.id, g.organiser.id, programme_file, KIND)
        _say(done.result)
        return redirect(url_for("programme_organise.programme", slug=slug), SEE_OTHER)
    form.version.data = looked.seen
    changes = [one for one in looked.steps if one.status is not Status.SAME]
    return page(
        "scheduling/imports/organise_import_look.html",
        event=g.event,
        form=form,
        looking=looking,
        sections=sections,
        sure=seen.opened.table is None or seen.opened.table.sure,
        trouble=seen.trouble,
        looked=looked,
        steps=changes[:MOST_SHOWN],
        more_steps=max(len(changes) - MOST_SHOWN, 0),
        faults=[
            (one.where.words, one.title, sentence_of(one.why)) for one in looked.outcome.faults[:MOST_SHOWN]
        ],
        more_faults=max(len(looked.outcome.faults) - MOST_SHOWN, 0),
        aside=sorted(file.aside.items()),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it is to be read, what is chosen for its names, and what would become of it. `trouble`: why it could not be read as
    asked."""

    opened: Opened
    choices: Choices
    looked: Looked
    trouble: str

    def refuse_doubtful_letters(self) -> None:
        if self.opened.table is not None and not self.opened.table.sure:
            raise Refusal(N_("Please say first how the letters of the file are written."))


def _look(programme_file: str) -> _Seen:
    sent = request.form if request.method == "POST" else request.args
    said = Said(sent.to_dict())
    content, trouble = kept.kept(_data_dir(), g.event.id, g.organiser.id, programme_file, KIND), ""
    try:
        opened = _read(content, said.wished())
    except Refusal as refusal:  # a sheet without a programme, perhaps; the page says so, and shows the file as it was found
        opened, trouble = _read(content, Wished()), sentence_of(refusal)
    choices = said.choices(opened.programme)
    return _Seen(opened, choices, look(db.session(), g.event, opened.programme, choices), trouble)


def _read(content: bytes, wished: Wished) -> Opened:
    return read(content, wished, local_day(g.event.starts_at))


def _say(done: TakenOver) -> None:
    flash(
        gettext(
            "The file is taken over: %(new)d new, %(changed)d changed.", new=done.new, changed=done.changed
        ),
        "success",
    )
    if done.left_out:
        flash(
            ngettext("%(num)d entry was left out.", "%(num)d entries were left out.", done.left_out),
            "warning",
        )


def _file(file: io.BytesIO, name: str, kind: str) -> Response:
    response = Response(file.getvalue(), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _data_dir() -> Any:
    return current_app.extensions["fachtag.settings"].data_dir
