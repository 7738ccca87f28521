# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The participant's pages: the form, what comes after it, and the personal page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import links
from app.clock import now
from app.events.queries import get_public_event
from app.events.rules import TAKES_REGISTRATIONS
from app.ical import render
from app.organisations.queries import organisation_names
from app.programme.agenda import read_rounds
from app.refusal import Missing, Refusal
from app.registration import abuse_protection_forms
from app.registration.admission import Entry
from app.registration.code_views import ask_for_code, shown_key
from app.registration.consents.models import CONSENT_TEXTS, PURPOSE_LABELS, Consent, Purpose, asked_consents
from app.registration.consents.records import consents_of
from app.registration.consents.service import agree
from app.registration.consents.service import withdraw as withdraw_consent
from app.registration.correcting import change_choices, change_person, leave_run_line, renew_feed, renew_link
from app.registration.form_views import empty_page, entry_of, refused_page, register_form, what_is_asked
from app.registration.forms import (
    ChoicesForm,
    DetailsForm,
    OwnSubstituteForm,
    person_data,
    with_rounds,
    without_unasked,
)
from app.registration.history import PARTICIPANT
from app.registration.ical import registration_entry
from app.registration.links import (
    PERSONAL,
    feed_token,
    form_path,
    open_personal,
    personal_token,
    refuse_replaced,
)
from app.registration.models import Registration
from app.registration.page_states import DONE, page_state
from app.registration.possible import possible
from app.registration.queries import added_by_team, last_note, my_day
from app.registration.questions.answer_forms import OwnAnswersForm, answer_facts, answers_data, asking
from app.registration.questions.answering import change_answers, withdraw_answer
from app.registration.questions.asked import asked_questions, asks_needs
from app.registration.questions.queries import answers_of, given_before, questions_of
from app.registration.quotas.waiting_list import position_of
from app.registration.refusing import refuse
from app.registration.rules import CONFIRMED, AlreadyEnded, Status
from app.registration.service import accept, answer_form, decline
from app.registration.service import cancel as cancel_registration
from app.registration.service import confirm as confirm_registration
from app.registration.substituting import substitute as substitute_person
from app.registration.tables.queries import tables_of
from app.registration.workshops.exemptions import exemptions_of
from app.registration.workshops.forms import OwnWishesForm, wishes_data, wishing
from app.registration.workshops.memory import memory_of
from app.registration.workshops.rules import VERDICT_LABELS
from app.registration.workshops.service import give_wishes
from app.registration.workshops.swap_offers import swaps_of
from app.registration.workshops.wishes import wishes_of
from app.store.cache import Cache
from app.texts import gettext, language
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did
from app.web.forms import ConfirmForm
from app.web.pages import done_just_now, page, remember_address, remembered_address
from app.web.texts import chosen_language

bp = Blueprint("registration", __name__)

SEE_OTHER = 303
_kept: Cache[str] = Cache(size=16)


@bp.route("/events/<slug>/register", methods=["GET", "POST"])
@access.public
def register(slug: str) -> ResponseReturnValue:
    session = db.session()
    event = get_public_event(session, slug)
    state = event.registration_state(now())
    if state not in TAKES_REGISTRATIONS:
        return page("registration/closed.html", status=403, event=event, state=state)
    if (code_page := ask_for_code(event)) is not None:
        return code_page
    asked = what_is_asked(session, event, now())
    if request.method != "POST":
        return make_response(empty_page(session, asked, state))
    form = register_form(asked)
    if form.validate_on_submit():
        entry = replace(entry_of(form, asked), form_key=shown_key(event))
        event_id = event.id  # asked inside, it would be one more question to the database
        if done := carried_out(form, lambda: _register(event_id, form, entry)):
            remember_address(entry.person.email)
            return redirect(url_for(".waiting" if done.result else ".sent", slug=slug), SEE_OTHER)
    return refused_page(session, asked, state, form)


def _register(event_id: int, form: Any, entry: Entry) -> bool:
    """Whether they wait. A try at a code is spent also when the form is refused."""
    if entry.code:
        with transaction() as session:
            abuse_protection_forms.refuse_guessing(session, now())
    with transaction() as session:
        abuse_protection_forms.refuse_programs(session, form, now())
        waits = answer_form(session, event_id, entry, now()).waits
        if entry.code:
            abuse_protection_forms.forgive_code(session)
        return waits


@bp.get("/events/<slug>/register/sent")
@access.public
def sent(slug: str) -> Response:
    return _sent(slug, waits=False)


@bp.get("/events/<slug>/register/waiting")
@access.public
def waiting(slug: str) -> Response:
    return _sent(slug, waits=True)


def _sent(slug: str, *, waits: bool) -> Response:
    event = get_public_event(db.session(), slug)
    key = (event.id, event.revision, event.version, waits, language(), chosen_language())
    address = remembered_address()
    if address:
        return page("registration/sent.html", event=event, waits=waits, address=address)
    drawn = _kept.get(
        key, lambda: render_template("registration/sent.html", event=event, waits=waits, address="")
    )
    return make_response(drawn)


@bp.get("/my/<token>")
@access.personal
def my(token: str) -> Response:
    session = db.session()
    registration = open_personal(session, token)
    # Who has not confirmed the address may not be who filled in the form.
    confirmed = registration.status in CONFIRMED
    questions = asked_questions(session, registration.event) if confirmed else []
    answers = answers_of(session, registration, questions)
    day = my_day(session, registration)
    return page(
        "registration/my.html",
        questions=questions,
        answers=list(zip(answers, answer_facts(answers), strict=True)),
        registration=registration,
        event=registration.event,
        state=page_state(registration),
        standing=registration.status.value,
        day=day,
        line=position_of(session, registration, now()),
        consents=_consents(session, registration) if confirmed else [],
        purposes=PURPOSE_LABELS,
        names_people=registration.status is Status.REGISTERED
        and Purpose.LIST in asked_consents(registration.event),
        consent_texts=CONSENT_TEXTS,
        memory=memory_of(session, registration) if confirmed else None,
        refused_because=last_note(session, registration) if registration.status is Status.REJECTED else "",
        token=token,
        form_path=form_path(registration.event),
        feed=links.absolute(url_for("calendar.my", token=feed_token(registration))),
        open_for_changes=registration.event.registration_state(now()) in TAKES_REGISTRATIONS,
        may=possible(registration, day, now()),
        swaps=swaps_of(session, registration, now()),
        tables=tables_of(session, registration),
        by_team=added_by_team(session, registration),
        cannot=exemptions_of(session, registration.id)
        if confirmed and registration.event.awaits_places
        else [],
        verdict_labels=VERDICT_LABELS,
        form=ConfirmForm(),
        done=done_just_now(DONE),
    )


def _consents(session: Session, registration: Registration) -> list[tuple[Purpose, Consent | None]]:
    """What the day asks for or the person agreed to, and the consent if it stands."""
    asked = asked_consents(registration.event)
    if not asked:
        return []
    given = {one.purpose: one for one in consents_of(session, registration.id)}
    return [(one, given.get(one)) for one in Purpose if one in asked or one in given]


@bp.post("/my/<token>/consents/<purpose>/<action>")
@access.personal
def consent(token: str, purpose: str, action: str) -> ResponseReturnValue:
    registration = _confirmed(open_personal(db.session(), token))
    which = next((one for one in Purpose if one.value == purpose), None)
    if which is None or action not in {"agree", "withdraw"}:
        raise Missing
    try:
        with transaction() as session:
            if action == "agree":
                agree(session, registration.id, which, gettext(CONSENT_TEXTS[which]), now())
            else:
                withdraw_consent(session, registration.id, which, now())
    except AlreadyEnded as refusal:  # cancelled since the page was read
        return _refused(token, refusal)
    return _back(token, action)


@bp.post("/my/<token>/confirm")
@access.personal
def confirm(token: str) -> ResponseReturnValue:
    return _answer(token, confirm_registration, "confirmed")


@bp.route("/my/<token>/not-me", methods=["GET", "POST"])
@access.personal
def not_me(token: str) -> ResponseReturnValue:
    """Somebody else typed in this address: nothing is reserved for it, and it gets no such mail any more (T08)."""
    registration = open_personal(db.session(), token)
    form = ConfirmForm()
    if registration.confirmed_at is not None:
        return redirect(url_for(".my", token=token), SEE_OTHER)
    if did(form, lambda session: refuse(session, registration.id, now())):
        return redirect(url_for(".suppressed"), SEE_OTHER)
    return page("registration/not_me.html", form=form, event=registration.event)


@bp.get("/no-more-mails")
@access.public
def suppressed() -> Response:
    return page("registration/suppressed.html")


@bp.post("/my/<token>/accept")
@access.personal
def accept_offer(token: str) -> ResponseReturnValue:
    return _answer(token, accept, "accepted")


@bp.post("/my/<token>/decline")
@access.personal
def decline_offer(token: str) -> ResponseReturnValue:
    return _answer(token, decline, "declined")


def _answer(
    token: str, verb: Callable[[Session, int, datetime], Registration], done: str
) -> ResponseReturnValue:
    ticket = links.read(PERSONAL, token)
    try:
        with transaction() as session:
            refuse_replaced(verb(session, ticket.id, now()), ticket)
    except Refusal as refusal:  # a button without a form: a page of its own says why not
        return _refused(token, refusal)
    return _back(token, done)


@bp.route("/my/<token>/workshops", methods=["GET", "POST"])
@access.personal
def workshops(token: str) -> ResponseReturnValue:
    session = db.session()
    registration = _active(open_personal(session, token))
    if registration.event.awaits_places:
        return redirect(url_for(".wishes", token=token), SEE_OTHER)
    mine = my_day(session, registration, seats=True)
    if not mine.chosen:
        return redirect(url_for(".my", token=token), SEE_OTHER)
    answers = {f"round-{one.round.id}": one.answer for one in mine.chosen}
    free = [one.open_to(registration) for one in mine.chosen if one.leads is None]
    form = with_rounds(ChoicesForm, free, data=answers)
    if did(form, lambda writing: change_choices(writing, registration.id, form.choices(), now())):
        return _back(token, "workshops")
    return page("registration/workshops.html", form=form, registration=registration, day=mine, token=token)


@bp.route("/my/<token>/wishes", methods=["GET", "POST"])
@access.personal
def wishes(token: str) -> ResponseReturnValue:
    session = db.session()
    registration = _active(open_personal(session, token))
    event = registration.event
    if not event.takes_wishes(now()):
        return redirect(url_for(".my", token=token, _anchor="agenda"), SEE_OTHER)
    rounds = read_rounds(session, event, seats=False)
    wished = wishes_of(session, registration.id)
    # Who said it here before a question asked for it changes it here.
    with_needs = bool(wished.needs) or not asks_needs(asked_questions(session, event))
    wishes_form = wishing(OwnWishesForm, rounds, with_needs=with_needs, online=registration.is_online)
    form: Any = wishes_form(data=wishes_data(wished, rounds))
    if did(form, lambda writing: give_wishes(writing, registration.id, form.wished(), now())):
        return _back(token, "wishes")
    return page(
        "registration/wishes.html",
        form=form,
        event=event,
        token=token,
        cannot=exemptions_of(session, registration.id),
        verdict_labels=VERDICT_LABELS,
    )


@bp.post("/my/<token>/leave-line/<int:run_id>")
@access.personal
def leave_line(token: str, run_id: int) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        leave_run_line(session, registration.id, run_id, now())
    return _back(token, "left")


@bp.route("/my/<token>/details", methods=["GET", "POST"])
@access.personal
def details(token: str) -> ResponseReturnValue:
    session = db.session()
    registration = _active(open_personal(session, token))
    form = DetailsForm(data=person_data(registration))
    without_unasked(form, registration.event)
    if did(
        form,
        lambda writing: change_person(
            writing, registration.id, form.person(), int(form.version.data or 0), now()
        ),
    ):
        return _back(token, "details")
    return page(
        "registration/details.html",
        form=form,
        event=registration.event,
        is_open=registration.event.registration_state(now()) in TAKES_REGISTRATIONS,
        registration=registration,
        token=token,
        names=organisation_names(session),
        may_readdress=registration.may_be_readdressed(now()),
    )


@bp.route("/my/<token>/answers", methods=["GET", "POST"])
@access.personal
def answers(token: str) -> ResponseReturnValue:
    session = db.session()
    registration = _confirmed(open_personal(session, token))
    questions = [one for one in questions_of(session, registration.event_id) if not one.organiser_only]
    chosen, texts, own = given_before(session, registration, questions)
    data = {**answers_data(questions, chosen, texts), "version": str(registration.version)}
    form: Any = asking(OwnAnswersForm, questions, own=own, before=chosen)(data=data)

    def stored() -> OwnAnswersForm:
        """The version alone: one's own two tabs need no comparison."""
        return OwnAnswersForm(formdata=None, data={"version": str(open_personal(session, token).version)})

    def change(writing: Session) -> None:
        change_answers(writing, registration.id, form.given(), form.version_read, now())

    if did(form, change, stored=stored):
        return _back(token, "answers")
    return page("registration/answers.html", form=form, event=registration.event, token=token)


@bp.post("/my/<token>/answers/<int:question_id>/withdraw")
@access.personal
def withdraw(token: str, question_id: int) -> ResponseReturnValue:
    registration = _confirmed(open_personal(db.session(), token))
    with transaction() as session:
        withdraw_answer(session, registration.id, question_id, now())
    return _back(token, "deleted")


@bp.route("/my/<token>/cancel", methods=["GET", "POST"])
@access.personal
def cancel(token: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    form = ConfirmForm()
    if registration.may_leave(now()) and form.validate_on_submit():
        try:
            with transaction() as session:
                cancel_registration(session, registration.id, PARTICIPANT, now())
        except Refusal as refusal:  # cancelled already: the question makes no sense any more
            return _refused(token, refusal)
        return _back(token, "cancelled")
    if not registration.may_leave(now()):
        return redirect(url_for(".my", token=token), SEE_OTHER)
    return page(
        "registration/cancel.html",
        form=form,
        may_substitute=registration.may_be_substituted(now()),
        has_places=any(one.place for one in my_day(db.session(), registration).rounds),
        is_open=registration.event.registration_state(now()) in TAKES_REGISTRATIONS,
        registration=registration,
        event=registration.event,
        token=token,
    )


@bp.route("/my/<token>/substitute", methods=["GET", "POST"])
@access.personal
def substitute(token: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    over = not registration.may_be_substituted(now())
    if over and registration.handover_nonce is None:
        return redirect(url_for(".my", token=token), SEE_OTHER)
    form = OwnSubstituteForm()
    if form.validate_on_submit():
        person = form.person(registration.organisation.name)
        entry = Entry(person, form.key, registration.language)
        try:
            with transaction() as session:
                substitute_person(session, registration.id, entry, PARTICIPANT, now())
        except AlreadyEnded as refusal:  # the form makes no sense any more: a page of its own says so
            return _refused(token, refusal)
        except Refusal as refusal:  # what can be mended stands at the form, as everywhere
            form.add_refusal(refusal)
        else:
            return _back(token, "substituted")
    if over:
        return redirect(url_for(".my", token=token), SEE_OTHER)
    return page(
        "registration/substitute.html",
        form=form,
        registration=registration,
        event=registration.event,
        token=token,
    )


@bp.post("/my/<token>/new-calendar")
@access.personal
def new_calendar(token: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        renew_feed(session, registration.id, now())
    return _back(token, "calendar")


@bp.post("/my/<token>/new-link")
@access.personal
def new_link(token: str) -> ResponseReturnValue:
    registration = open_personal(db.session(), token)
    with transaction() as session:
        fresh = personal_token(renew_link(session, registration.id, now()))
    return _back(fresh, "mailed")


@bp.get("/my/<token>/day.ics")
@access.personal
def day_file(token: str) -> Response:
    """The day with the own agenda, to open once; the subscription is the better way.

    Numbered like the invitation: the file may lie beside it in the same calendar, and the next mail must overtake both.
    """
    session = db.session()
    registration = _active(open_personal(session, token))
    address = links.absolute(url_for("events.event", slug=registration.event.slug, lang=None))
    sequence = registration.event.sequence + registration.sequence_offset
    entry = registration_entry(registration, my_day(session, registration), address, sequence)
    response = Response(render.download([render.vevent(entry)]), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{registration.event.slug}.ics"'
    return response


def _back(token: str, done: str) -> ResponseReturnValue:
    """The personal page, where a sentence says what was done (`DONE`)."""
    return redirect(url_for(".my", token=token, done=done), SEE_OTHER)


def _confirmed(registration: Registration) -> Registration:
    if registration.status not in CONFIRMED:
        raise Missing
    return registration


def _active(registration: Registration) -> Registration:
    if not registration.active:
        raise Missing
    return registration


def _refused(token: str, refusal: Refusal) -> Response:
    """A button's refusal: the personal page with the sentence above it."""
    session = db.session()
    registration = open_personal(session, token)
    html = render_template(
        "registration/refused.html",
        refusal=refusal,
        registration=registration,
        event=registration.event,
        token=token,
    )
    return make_response(html, 409 if registration.status is Status.CANCELLED else 422)
