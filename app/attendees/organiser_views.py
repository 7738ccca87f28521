# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The people of a day for its team: lists, one person, actions by hand, files."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any, cast

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask import session as remembered
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees import columns, exports, lists, manual, queries
from app.attendees.columns import Columns
from app.attendees.duplicates import duplicates as find_doubles
from app.attendees.duplicates import say_two_people
from app.attendees.filters import Wanted, count_online, without_of
from app.attendees.forms import AddForm, CancelForm, CorrectForm, WorkshopsForm
from app.attendees.list_forms import (
    chips,
    chosen_columns,
    column_choices,
    names_to_suggest,
    query_of,
    read_offer,
    search_form,
    wanted_people,
)
from app.attendees.staff.service import ROLE_LABELS
from app.clock import BERLIN, now
from app.events.rules import EventStatus, Placement
from app.organisations.queries import organisation_names
from app.people.audit import record
from app.people.rules import Permission, may
from app.programme.agenda import read_rounds
from app.refusal import N_, Missing
from app.registration.admission import Entry
from app.registration.consents.models import PURPOSE_LABELS
from app.registration.consents.records import consents_of, consents_to_list
from app.registration.forms import (
    SubstituteForm,
    person_data,
    run_label,
    taking_rounds,
    with_rounds,
    without_ways,
)
from app.registration.history import By
from app.registration.models import Registration
from app.registration.person import facts_of
from app.registration.queries import MyDay, history, my_day
from app.registration.questions.answer_forms import answer_facts, answer_words, asking
from app.registration.questions.queries import answers_of, questions_of
from app.registration.quotas.waiting_list import position_of, positions_of, quotas_of
from app.registration.rules import ACTOR_LABELS, REASON_LABELS, STATUS_LABELS, Actor, Status
from app.registration.workshops.forms import NotedWishesForm, wishes_data, wishing
from app.registration.workshops.service import note_wishes
from app.registration.workshops.wishes import wishes_of
from app.spreadsheets import CSV, XLSX, write_csv, write_xlsx
from app.texts import gettext, ngettext
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did, in_one, pressed
from app.web.pages import page, page_number, redirect_with

bp = Blueprint("participants", __name__, url_prefix="/organise/events/<slug>")

IN_MEMORY = 2_000_000  # bytes of a file before it goes to the disk
PIECE = 64 * 1024
SEE_OTHER = 303


# -- lists


@bp.get("/registrations")
@access.organiser(Permission.SEE_PEOPLE)
def people(slug: str) -> ResponseReturnValue:
    session = db.session()
    counts = lists.count_day(session, g.event)
    offer = read_offer(session, g.event, accompanied=counts.accompanied)
    wanted = wanted_people(request.args, offer)
    shown = chosen_columns(request.args, offer, remembered.get("columns", columns.USUAL))
    if "col" in request.args:
        remembered["columns"] = shown.query
    listing = lists.list_people(session, g.event, wanted, page_number(request.args), shown, counts.people)
    search = search_form(wanted, offer)
    ticked = set(lists.ticked(session, g.event, request.args.getlist("pick")).values())
    return page(
        "attendees/organise_list.html",
        event=g.event,
        listing=listing,
        ticked=ticked,
        elsewhere=sorted(ticked - {row.registration.reference for row in listing.items}),
        most_ticked=lists.MOST_TICKED,
        who="all" if request.args.get("who") == "all" else "",
        has_runs=bool(offer.runs) and not g.event.awaits_places,
        lines=positions_of(session, g.event, [row.registration for row in listing.items], now()),
        accompanying=counts.accompanying,
        online=count_online(session, g.event),
        accompanying_shown=lists.count_shown_accompanying(session, g.event, wanted)
        if counts.accompanied
        else 0,
        kept=lists.count_kept(session, g.event) if counts.people[Status.UNCONFIRMED] else 0,
        counts={status.value: number for status, number in counts.people.items()},
        wanted=wanted,
        search=search,
        chips=chips(wanted, search),
        query=query_of(wanted),
        shown=shown,
        of_person=columns.OF_PERSON,
        of_consents=columns.OF_CONSENTS,
        choices=column_choices(offer, shown, g.event),
        names=names_to_suggest(session),
        kind_names=offer.kinds,
        say_answer=answer_words,
        may_edit=may(g.role, Permission.EDIT_PEOPLE),
        takes_people=g.event.status is not EventStatus.CANCELLED,
        may_export=may(g.role, Permission.EXPORT),
    )


@bp.get("/workshops")
@access.organiser(Permission.SEE_PEOPLE)
def workshop_lists(slug: str) -> ResponseReturnValue:
    session = db.session()
    runs = lists.run_lists(session, g.event)
    without = without_of(g.event, has_runs=any(one.run.takes_place for one in runs))
    return page(
        "attendees/organise_workshop_lists.html",
        event=g.event,
        runs=runs,
        without=without,
        missing=lists.count_people(session, g.event, Wanted(without=without)) if without else 0,
        people=lists.count_placed(session, g.event),
        role_labels=ROLE_LABELS,
    )


@bp.get("/doubles")
@access.organiser(Permission.EDIT_PEOPLE)
def duplicates(slug: str) -> ResponseReturnValue:
    pairs, more = find_doubles(db.session(), g.event)
    return page(
        "attendees/organise_duplicates.html",
        event=g.event,
        pairs=pairs,
        more=more,
    )


@bp.post("/doubles/<reference>/<other>")
@access.organiser(Permission.EDIT_PEOPLE)
def two_people(slug: str, reference: str, other: str) -> ResponseReturnValue:
    with transaction() as session:
        say_two_people(session, g.event.id, reference, other, _by(), now())
    return redirect_with(url_for(".duplicates", slug=slug), N_("Noted: these are two people."))


@bp.post("/registrations/export")
@access.organiser(Permission.EXPORT)
def export(slug: str) -> ResponseReturnValue:
    """A POST, because taking people's data out of the house is written down (SEC-08, DP-12)."""
    kind = request.form.get("format", "csv")
    if kind not in {"csv", "xlsx"}:
        raise Missing
    offer = read_offer(db.session(), g.event)
    wanted = wanted_people(request.form, offer)
    every = columns.all_of_a_file(offer.questions, offer.consents, ways=offer.ways)
    taken = every
    if request.form.get("columns", "all") not in {"all", "shown"}:
        raise Missing
    if request.form.get("columns") == "shown":
        taken = columns.chosen(request.form.get("shown", "").split(), offer.questions)
    moment = now()
    with transaction() as session:
        trace = {
            "format": kind,
            "rows": lists.count_people(session, g.event, wanted),
            "status": wanted.status.value if wanted.status else None,
            "run": wanted.run_id,
            "searched": bool(wanted.text),
            "filters": sorted(query_of(wanted)),
        }
        record(
            session, moment, g.organiser.id, g.event.id, "registration.export", f"event {g.event.id}", trace
        )
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - `_pieces` closes it
    _write(db.session(), cast(IO[bytes], file), kind, wanted, taken)
    response = Response(_pieces(file), content_type=CSV if kind == "csv" else XLSX)
    name = f"{slug}-anmeldungen-{moment.astimezone(BERLIN):%Y-%m-%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _write(session: Session, file: IO[bytes], kind: str, wanted: Wanted, taken: Columns) -> None:
    rounds = lists.rounds_of(session, g.event)
    head = exports.headings(taken, rounds)
    lines = exports.cells(lists.every_person(session, g.event, wanted, taken), taken, rounds)
    if kind == "csv":
        write_csv(cast(Any, file), head, lines)
    else:
        write_xlsx(cast(Any, file), head, lines, exports.title(), exports.widths(taken, rounds))


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


# -- one person


@bp.get("/registrations/<reference>")
@access.organiser(Permission.SEE_PEOPLE)
def person(slug: str, reference: str) -> ResponseReturnValue:
    session = db.session()
    registration = queries.get_by_reference(session, g.event, reference)
    questions = questions_of(session, g.event.id)
    plain = [one for one in questions if not one.sensitive]
    return page(
        "attendees/organise_person.html",
        answers=answer_facts(answers_of(session, registration, plain)),
        has_questions=bool(plain),
        may_see_sensitive=may(g.role, Permission.SEE_SENSITIVE)
        and (len(plain) < len(questions) or g.event.placement is Placement.WISHES),
        event=g.event,
        registration=registration,
        facts=facts_of(registration.person),
        agreed={one.purpose: one.given_at for one in consents_of(session, registration.id)},
        consents_asked=consents_to_list(session, g.event),
        purposes=PURPOSE_LABELS,
        day=my_day(session, registration),
        line=position_of(session, registration, now()),
        quotas=quotas_of(session, g.event, registration.id),
        history=history(session, registration),
        sees_mails=(sees_mails := may(g.role, Permission.EDIT_PEOPLE)),
        mails=queries.mails_about(session, registration) if sees_mails else [],
        status_labels=STATUS_LABELS,
        reason_labels=REASON_LABELS,
        actor_labels=ACTOR_LABELS,
        role_labels=ROLE_LABELS,
        may_cancel=may(g.role, Permission.EDIT_PEOPLE) and registration.active,
        may_edit=may(g.role, Permission.EDIT_PEOPLE) and registration.active and not registration.unnamed,
        may_substitute=registration.may_be_substituted(now()),
        may_decide=may(g.role, Permission.EDIT_PEOPLE) and registration.status is Status.PENDING,
        others=queries.before_and_after(session, registration),
    )


@bp.route("/registrations/new", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def add(slug: str) -> ResponseReturnValue:
    form = _add_form()

    def add_them() -> tuple[str, str]:
        code = form.code.data or "" if "code" in form else ""
        wished = form.wished() if g.event.awaits_places else None
        entry = Entry(
            form.person(), form.key, g.event.language, form.choices(), form.given(), code, wished=wished
        )
        with transaction() as session:
            registration = manual.add(
                session, g.event.id, entry, _by(form.note.data), now(), extra_seat=form.overbook.data
            )
            known, waits = registration.nonce != entry.nonce, not registration.has_seat
            return _address(slug, registration), _added(known=known, waits=waits)

    if form.validate_on_submit() and (done := carried_out(form, add_them)):
        return redirect_with(*done.result)
    return page(
        "attendees/organise_add.html", event=g.event, form=form, names=organisation_names(db.session())
    )


def _add_form() -> Any:
    """What participants are asked, but for what is sensitive, and what only the team notes; nothing is required."""
    session = db.session()
    plain = [one for one in questions_of(session, g.event.id) if not one.sensitive]
    rounds = read_rounds(session, g.event)
    wished, chosen = (rounds, []) if g.event.awaits_places else ([], rounds)
    form_class = taking_rounds(wishing(AddForm, wished, with_needs=False), chosen, run_label)
    form: Any = asking(form_class, plain, strict=False)()
    if not g.event.code_count:
        del form.code
    without_ways(form, g.event)
    return form


def _added(*, known: bool, waits: bool) -> str:
    if known:
        return N_("Somebody is registered with this mail address already. This is that registration.")
    if waits:
        return N_("Added to the waiting list. A mail is on its way.")
    return N_("Added. A mail with the invitation is on its way.")


def _correct_form(registration: Registration, **kwargs: Any) -> CorrectForm:
    form = CorrectForm(data=person_data(registration), **kwargs)
    without_ways(form, g.event)
    return form


@bp.route("/registrations/<reference>/edit", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def edit(slug: str, reference: str) -> ResponseReturnValue:
    registration = _active(reference)
    form = _correct_form(registration)

    def correct(session: Session) -> None:
        again = queries.get_by_reference(session, g.event, reference)
        manual.correct(session, again.id, form.person(), form.version_read, _by(), now())

    if did(form, correct, stored=lambda: _correct_form(_active(reference), formdata=None)):
        return redirect_with(_address(slug, registration), N_("Saved."))
    return page(
        "attendees/organise_edit.html",
        event=g.event,
        registration=_active(reference),
        form=form,
        names=organisation_names(db.session()),
    )


@bp.route("/registrations/<reference>/workshops", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def workshops(slug: str, reference: str) -> ResponseReturnValue:
    registration = _active(reference)
    if g.event.awaits_places:
        return _note_wishes(slug, registration)
    day = my_day(db.session(), registration, seats=True)
    form = _workshops_form(registration, day)

    def choose(session: Session) -> None:
        again = queries.get_by_reference(session, g.event, reference)
        manual.choose_workshops(session, again.id, form.choices(), form.version_read, _by(), now())

    def stored() -> Any:
        again = _active(reference)
        return _workshops_form(again, my_day(db.session(), again, seats=True), formdata=None)

    if did(form, choose, stored=stored):
        return redirect_with(_address(slug, registration), N_("The workshops are saved."))
    return page(
        "attendees/organise_workshops.html",
        event=g.event,
        registration=_active(reference),
        form=form,
        day=day,
    )


def _workshops_form(registration: Registration, day: MyDay, **kwargs: Any) -> Any:
    answers: dict[str, object] = {f"round-{one.round.id}": one.answer for one in day.chosen}
    answers["version"] = registration.version
    free = [one.round for one in day.chosen if one.leads is None]
    return with_rounds(WorkshopsForm, free, data=answers, **kwargs)


def _note_wishes(slug: str, registration: Registration) -> ResponseReturnValue:
    """Wishes instead of places, also after their date. What people cannot do without is not asked here (DP-04)."""
    form, reference = _wishes_form(registration), registration.reference

    def note(session: Session) -> None:
        again = queries.get_by_reference(session, g.event, reference)
        note_wishes(session, again.id, form.wished(), form.version_read, _by(), now())

    if did(form, note, stored=lambda: _wishes_form(_active(reference), formdata=None)):
        return redirect_with(_address(slug, registration), N_("The wishes are saved."))
    return page(
        "attendees/organise_wishes.html",
        event=g.event,
        registration=_active(reference),
        form=form,
    )


def _wishes_form(registration: Registration, **kwargs: Any) -> Any:
    session = db.session()
    rounds = read_rounds(session, g.event, seats=False)
    data = {**wishes_data(wishes_of(session, registration.id), rounds), "version": registration.version}
    return wishing(NotedWishesForm, rounds, with_needs=False)(data=data, **kwargs)


@bp.route("/registrations/<reference>/substitute", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def substitute(slug: str, reference: str) -> ResponseReturnValue:
    registration = queries.get_by_reference(db.session(), g.event, reference)
    form = SubstituteForm(data={"organisation": registration.organisation.name})
    if form.validate_on_submit():
        entry = Entry(form.person(), form.key, registration.language)
        pass_on = in_one(lambda s: _address(slug, manual.substitute(s, registration.id, entry, _by(), now())))
        if done := carried_out(form, pass_on):
            return redirect_with(done.result, N_("The place is passed on. Both get a mail."))
    elif not registration.may_be_substituted(now()):
        raise Missing
    return page(
        "attendees/organise_substitute.html",
        event=g.event,
        registration=queries.get_by_reference(db.session(), g.event, reference),
        form=form,
        names=organisation_names(db.session()),
    )


@bp.route("/registrations/<reference>/cancel", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def cancel(slug: str, reference: str) -> ResponseReturnValue:
    registration = _leaving(reference)
    form = CancelForm()

    def end(session: Session) -> str:
        again = queries.get_by_reference(session, g.event, reference)
        moved = manual.cancel(session, again.id, _by(form.note.data), now())
        return _cancelled(
            [one.full_name for one in moved if one.status is not Status.OFFERED],
            [one.full_name for one in moved if one.status is Status.OFFERED],
        )

    if done := did(form, end):
        flash(done.result, "success")
        return redirect(_address(slug, registration), SEE_OTHER)
    moment = now()
    return page(
        "attendees/organise_cancel.html",
        event=g.event,
        registration=registration,
        form=form,
        next_in_line=queries.next_in_line(db.session(), registration, moment),
        line_moves=g.event.line_moves(moment),
        has_places=any(one.place for one in my_day(db.session(), registration).rounds),
    )


def _cancelled(names: list[str], offered: list[str]) -> str:
    if offered:
        return str(
            gettext(
                "The registration is cancelled. The seat is offered to %(names)s.", names=", ".join(offered)
            )
        )
    if not names:
        return str(gettext("The registration is cancelled."))
    return str(
        ngettext(
            "The registration is cancelled. %(names)s has moved up.",
            "The registration is cancelled. %(names)s have moved up.",
            len(names),
            names=", ".join(names),
        )
    )


@bp.post("/registrations/<reference>/link")
@access.organiser(Permission.EDIT_PEOPLE)
def send_link(slug: str, reference: str) -> ResponseReturnValue:
    registration = queries.get_by_reference(db.session(), g.event, reference)
    if registration.unnamed:
        raise Missing
    address = _address(slug, registration)

    def send(session: Session) -> None:
        manual.send_link(session, queries.get_by_reference(session, g.event, reference).id, _by(), now())

    if pressed(send):
        flash(gettext("The personal link is on its way."), "success")
    return redirect(address, SEE_OTHER)


def _active(reference: str) -> Registration:
    """Somebody who has left cannot be changed; the page says so and offers nothing. Nor can a seat without a name."""
    registration = _leaving(reference)
    if registration.unnamed:
        raise Missing
    return registration


def _leaving(reference: str) -> Registration:
    registration = queries.get_by_reference(db.session(), g.event, reference)
    if not registration.active:
        raise Missing
    return registration


def _address(slug: str, registration: Registration) -> str:
    return url_for(".person", slug=slug, reference=registration.reference)


def _by(note: str | None = "") -> By:
    return By(Actor.ORGANISER, g.organiser.id, note or "")
