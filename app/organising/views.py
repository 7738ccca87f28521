# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where organisers land: their days, how one day stands, and the mails that left for it."""

from flask import Blueprint, Flask, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SearchField

from app.attendees.filters import clean_search
from app.checklist.queries import open_tasks
from app.clock import now
from app.events.rules import STATUS_LABELS, EventStatus, RegistrationState
from app.events.team_service import may_create_days
from app.organising import queries, setup
from app.organising.rules import MAIL_LABELS, STATE_KINDS, STATE_LABELS, days_until, hardly_booked
from app.outbox.queries import queue, worker_alive
from app.outbox.rules import TROUBLE, State
from app.outbox.service import retry
from app.people.audit import record
from app.people.rules import ROLE_LABELS, Permission, may
from app.refusal import Missing
from app.settings import Settings
from app.texts import gettext, local_day
from app.web import access
from app.web.access import access_of
from app.web.database import db
from app.web.doing import pressed
from app.web.editing import Choice
from app.web.forms import BaseForm
from app.web.pages import page, page_number
from app.web.texts import lazy_gettext as _l

bp = Blueprint("organising", __name__, url_prefix="/organise")

SECTIONS = (
    "edit",
    "programme",
    "questions",
    "registrations",
    "allocation",
    "tables",
    "results",
    "team",
    "mails",
    "log",
)
SEE_OTHER = 303


def install(app: Flask) -> None:
    """The tabs of a day show what this person may open, and mails have names everywhere."""
    app.jinja_env.globals.update(
        mail_labels=MAIL_LABELS, mail_state_labels=STATE_LABELS, mail_state_kinds=STATE_KINDS
    )

    @app.context_processor
    def tabs() -> dict[str, object]:
        if g.get("event") is None or g.get("role") is None:
            return {}
        permissions = _permissions()
        return {
            "event_sections": {
                one for one in SECTIONS if one not in permissions or may(g.role, permissions[one])
            }
        }


def _permissions() -> dict[str, Permission]:
    """What each tab asks for: what its page declares, so that the two can never differ."""
    kept: dict[str, Permission] | None = current_app.extensions.get("fachtag.sections")
    if kept is None:
        rules = {
            rule.rule: rule.endpoint
            for rule in current_app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
        }
        kept = {}
        for section in SECTIONS:
            endpoint = rules.get(f"/organise/events/<slug>/{section}")
            declared = access_of(current_app, endpoint) if endpoint else None
            if declared is not None and isinstance(declared.permission, Permission):
                kept[section] = declared.permission
        current_app.extensions["fachtag.sections"] = kept
    return kept


class MailSearch(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    q = SearchField(_l("Mail address or subject"), render_kw={"maxlength": 100})
    state = Choice(_l("Where it stands"))

    def offer(self) -> "MailSearch":
        states = {STATE_LABELS[state]: state for state in reversed(State)}  # two states share a name
        self.state.choices = [("", gettext("All"))]
        self.state.choices += [(state.value, gettext(label)) for label, state in reversed(states.items())]
        return self


@bp.get("/")
@access.signed_in
def home() -> ResponseReturnValue:
    moment = now()
    if g.organiser.is_admin and setup.untouched(db.session()):
        return redirect(url_for("setup.overview"), SEE_OTHER)
    mine = queries.my_days(db.session(), g.organiser, moment)
    roles = {one.role for one in mine.all}
    settings: Settings = current_app.extensions["fachtag.settings"]
    setting_up = setup.steps(db.session(), settings.data_dir) if g.organiser.is_admin else []
    return page(
        "organising/home.html",
        to_come=mine.to_come,
        over=mine.over,
        archived=mine.archived,
        states_of={one.event.id: one.event.registration_state(moment) for one in mine.all},
        queue=queue(db.session(), moment),
        worker_alive=worker_alive(db.session(), moment),
        status_labels=STATUS_LABELS,
        role_labels=ROLE_LABELS,
        is_admin=g.organiser.is_admin,
        may_create=may_create_days(g.organiser, roles),
        sees_organisations=g.organiser.is_admin or any(may(one, Permission.EDIT_PEOPLE) for one in roles),
        left_to_set_up=sum(one.open for one in setting_up),
    )


@bp.get("/events/<slug>/")
@access.organiser(Permission.SEE)
def dashboard(slug: str) -> ResponseReturnValue:
    moment = now()
    sees_people = may(g.role, Permission.SEE_PEOPLE)
    state = g.event.registration_state(moment)
    closes_at = g.event.registration_closes_at
    is_open = state not in {RegistrationState.NOT_YET, RegistrationState.CLOSED, RegistrationState.OVER}
    it = queries.dashboard(db.session(), g.event, moment, with_people=sees_people)
    return page(
        "organising/dashboard.html",
        event=g.event,
        it=it,
        opens={one.endpoint for one in it.steps if _may_open(one.endpoint)},
        state=state,
        is_draft=g.event.status is EventStatus.DRAFT,
        days_to_go=days_until(g.event.starts_at, moment),
        days_open=days_until(closes_at, moment) if closes_at is not None and is_open else None,
        hardly_booked=hardly_booked,
        sees_people=sees_people,
        sees_mails=may(g.role, Permission.EDIT_PEOPLE),
        may_edit=may(g.role, Permission.EDIT),
        tasks=open_tasks(db.session(), g.event),
        today=local_day(moment),
    )


def _may_open(endpoint: str) -> bool:
    declared = access_of(current_app, endpoint)
    return (
        declared is not None
        and isinstance(declared.permission, Permission)
        and may(g.role, declared.permission)
    )


@bp.get("/events/<slug>/mails")
@access.organiser(Permission.EDIT_PEOPLE)
def mails(slug: str) -> ResponseReturnValue:
    asked, text = request.args.get("state", ""), clean_search(request.args.get("q", ""))
    try:
        state = State(asked) if asked else None
    except ValueError:
        raise Missing from None
    return page(
        "organising/mails.html",
        event=g.event,
        listing=queries.list_mails(db.session(), g.event, state, text, page_number(request.args)),
        search=MailSearch(formdata=None, data={"q": text, "state": asked}).offer(),
        filtered=bool(asked or text),
        trouble=TROUBLE,
    )


@bp.get("/events/<slug>/mails/<int(max=2147483647):message_id>")
@access.organiser(Permission.EDIT_PEOPLE)
def mail(slug: str, message_id: int) -> ResponseReturnValue:
    message = queries.get_mail(db.session(), g.event, message_id)
    return page(
        "organising/mail.html",
        event=g.event,
        message=message,
        letter=queries.read_letter(message),
        may_retry=message.state in TROUBLE,
        is_waiting=message.state is State.QUEUED,
    )


@bp.post("/events/<slug>/mails/<int(max=2147483647):message_id>/retry")
@access.organiser(Permission.EDIT_PEOPLE)
def retry_mail(slug: str, message_id: int) -> ResponseReturnValue:

    def send_again(session: Session) -> None:
        queries.get_mail(session, g.event, message_id)
        retry(session, message_id, now=now())
        record(session, now(), g.organiser.id, g.event.id, "mail.retry", f"message {message_id}")

    if pressed(send_again):
        flash(gettext("The mail is on its way again."), "success")
    return redirect(url_for(".mail", slug=slug, message_id=message_id), SEE_OTHER)
