# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""People from a file: upload, say how it is read and which column is what, look, and only then add them."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees.imports import kept
from app.attendees.imports.bounds import LARGEST_FILE
from app.attendees.imports.choosing import Chooser
from app.attendees.imports.forms import (
    ORDER,
    READING,
    ImportForm,
    UploadForm,
    import_form,
    look_form,
    sections,
    sent_of,
)
from app.attendees.imports.judging_forms import Expected, JudgedTable, judge
from app.attendees.imports.service import Added, Newcomer, add_many, registered_keys
from app.attendees.imports.tables import FileRead, Wished, read_file
from app.attendees.imports.targets import Mapped, Target, targets_of, template_head
from app.clock import now
from app.outbox.previewing import Intended
from app.people.rules import Permission
from app.refusal import N_, Refusal
from app.registration.history import By
from app.registration.person import LISTED, PersonField, words_of
from app.registration.rules import Actor
from app.spreadsheets import CSV, Cell, write_csv
from app.texts import force_locale, gettext, ngettext, sentence_of
from app.web import access
from app.web.asking import Question, asked, question_page
from app.web.bodies import takes_file
from app.web.database import db, transaction
from app.web.doing import Done, carried_out
from app.web.pages import page

bp = Blueprint("importing", __name__, url_prefix="/organise/events/<slug>/registrations/import")

MOST_SHOWN = 50  # faults, and lines left out; all of them are in the file
MOST_NAMED = 20  # rows in the sentence afterwards
SAMPLE = 8
PORTION = 1_000  # people per transaction: nobody who registers meanwhile waits for all of a long file
PORTION_WITH_CHOICES = 100  # who chose something costs some statements each
SEE_OTHER = 303


@bp.route("", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
@takes_file("file", LARGEST_FILE)
def upload(slug: str) -> ResponseReturnValue:
    form = UploadForm()
    if form.validate_on_submit() and (done := carried_out(form, lambda: _keep(form))):
        return redirect(url_for(".look", slug=slug, upload_name=done.result), SEE_OTHER)
    return page("attendees/imports/organise_import.html", event=g.event, form=form)


def _keep(form: UploadForm) -> str:
    """The name under which the file lies for an hour, if it can be read."""
    content = form.file.data.read(LARGEST_FILE + 1)
    read_file(content)
    return kept.keep(_data_dir(), g.event.id, g.organiser.id, content)


@bp.get("/template.csv")
@access.organiser(Permission.EDIT_PEOPLE)
def template(slug: str) -> ResponseReturnValue:
    """An empty list with the headings that are understood."""
    return _file(f"{slug}-vorlage.csv", template_head(db.session(), g.event), ())


@bp.route("/<upload_name>", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def look(slug: str, upload_name: str) -> ResponseReturnValue:
    seen = _look(upload_name)
    read, judged = seen.read, seen.judged
    form = import_form(seen.said)
    answer = _pressed(form, read, judged)
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        kept.forget(_data_dir(), g.event.id, g.organiser.id, upload_name)
        _say(answer.result, judged)
        return redirect(url_for("participants.people", slug=slug, sort="registered"), SEE_OTHER)
    looking = look_form(read, seen.targets, seen.said)
    return page(
        "attendees/imports/organise_import_look.html",
        event=g.event,
        form=form,
        looking=looking,
        sections=sections(looking, seen.targets),
        read=read,
        trouble=seen.trouble,
        judged=judged,
        left_out=judged.left_out[:MOST_SHOWN],
        sample=seen.sample(SAMPLE),
        faults=judged.faults[:MOST_SHOWN],
        labels=[gettext(one.label) for one in seen.fields] + [one.label for one in seen.beside],
        left=g.event.seats.left,
        download=f"{url_for('.left_out', slug=slug, upload_name=upload_name)}?{urlencode(seen.said)}",
    )


@bp.get("/<upload_name>/left-out.csv")
@access.organiser(Permission.EDIT_PEOPLE)
def left_out(slug: str, upload_name: str) -> ResponseReturnValue:
    """Every line that adds nobody, with its reason and what stands in it: to be mended and brought again."""
    with force_locale("de"):
        seen = _look(upload_name)
        table = seen.read.table
        head = [gettext("Row"), gettext("Why it is left out"), *table.head]
        cells = dict([*table.above, *table.rows])
        lines: list[list[Cell]] = [[one.row, one.why, *cells[one.row]] for one in seen.judged.every_left_out]
    return _file(f"{slug}-weggelassen.csv", head, lines)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The file as it is to be read, what its columns may say, what became of its rows, and all that the page was asked.
    `trouble`: why it could not be read as asked."""

    read: FileRead
    targets: Sequence[Target]
    judged: JudgedTable
    said: Mapping[str, str]
    mapping: Mapped
    trouble: str

    @property
    def fields(self) -> list[PersonField]:
        """What is asked of a person on this day."""
        asked = {one.name for one in self.targets}
        return [one for one in LISTED if one.name in asked]

    @property
    def beside(self) -> list[Target]:
        """What the columns say beside the person."""
        return Chooser(self.targets).shown(self.mapping)

    def sample(self, number: int) -> list[list[str]]:
        """The first people as they will be saved, cell by cell."""
        chooser, beside = Chooser(self.targets), self.beside
        return [
            [words_of(getattr(one.person, field.name)) for field in self.fields]
            + [chooser.words(target, one) for target in beside]
            for one in self.judged.people[:number]
        ]


def _look(upload_name: str) -> _Seen:
    sent = request.form if request.method == "POST" else request.args
    content, trouble = kept.kept(_data_dir(), g.event.id, g.organiser.id, upload_name), ""
    try:
        read = read_file(content, Wished(**{name: sent.get(name, "") for name in READING}))
    except (
        Refusal
    ) as refusal:  # a sheet without people, perhaps; the page says so, and shows the file as it was found
        read, trouble = read_file(content), sentence_of(refusal)
    targets = targets_of(db.session(), g.event)
    mapping, said = sent_of(sent, read, targets)
    expected = Expected(targets, mapping, said[ORDER], registered_keys(db.session(), g.event))
    return _Seen(read, targets, judge(read.table, expected), said, mapping, trouble)


def _pressed(form: Any, read: FileRead, judged: JudgedTable) -> Done[Added] | Question | None:
    """Adds them, once nothing speaks against it; who is told is shown first."""

    tell = bool(form.tell.data)

    def add_all(session: Session, moment: datetime) -> Added:
        _refuse(form, read, judged)
        return add_many(session, g.event.id, judged.people, _by(), moment, tell=tell)

    def add_untold() -> Added:
        _refuse(form, read, judged)
        return _add_in_portions(judged.people)

    # Who comes on a seat that was kept twice leaves one for whoever waits, who is told in any case.
    if tell or g.event.waiting:
        return asked(form, add_all, Intended(g.event.id))
    return carried_out(form, add_untold) if form.validate_on_submit() else None


def _refuse(form: ImportForm, read: FileRead, judged: JudgedTable) -> None:
    if not read.sure:
        raise Refusal(N_("Please say first how the letters of the file are written."))
    if judged.bad_rows and not judged.people:
        raise Refusal(N_("Nobody can be added. Please choose other columns or another file."))
    if judged.bad_rows and not form.leave_out.data:
        raise Refusal(
            N_("There are rows with errors. Mend the file, or leave them out on purpose."), field="leave_out"
        )


def _add_in_portions(people: Sequence[Newcomer]) -> Added:
    """One transaction each. Should one fail, those before it stand, and a second press adds the rest."""
    moment, added = now(), Added(0, 0, 0)
    portion = PORTION_WITH_CHOICES if any(one.chose for one in people) else PORTION
    for start in range(0, max(len(people), 1), portion):
        with transaction() as session:
            added += add_many(session, g.event.id, people[start : start + portion], _by(), moment, tell=False)
    return added


def _say(added: Added, judged: JudgedTable) -> None:
    flash(
        gettext(
            "%(registered)d people are registered, %(waiting)d stand on the waiting list.",
            registered=added.registered,
            waiting=added.waiting,
        ),
        "success",
    )
    rows = [one.row for one in judged.every_left_out]
    if rows:
        named = ", ".join(map(str, rows[:MOST_NAMED])) + (", …" if len(rows) > MOST_NAMED else "")
        flash(
            ngettext(
                "%(num)d row was left out: %(rows)s.",
                "%(num)d rows were left out: %(rows)s.",
                len(rows),
                rows=named,
            ),
            "warning",
        )
    if added.known:
        flash(
            ngettext(
                "%(num)d person had registered in the meantime.",
                "%(num)d people had registered in the meantime.",
                added.known,
            ),
            "warning",
        )


def _file(name: str, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> Response:
    file = io.BytesIO()
    write_csv(file, head, lines)
    response = Response(file.getvalue(), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _data_dir() -> Any:
    return current_app.extensions["fachtag.settings"].data_dir


def _by() -> By:
    return By(Actor.ORGANISER, g.organiser.id, gettext("Imported from a file"))
