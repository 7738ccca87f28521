# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people agreed to, put to use by the team: the sheet for whoever takes photos, invitations to the next day."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.validators import InputRequired

from app.attendees.invitations import EarlierDay, earlier_days, invite, may_invite
from app.attendees.photos import photo_sheet
from app.clock import now
from app.events.team_service import events_with
from app.outbox.previewing import Intended
from app.people.rules import Permission
from app.registration.consents.models import PURPOSE_LABELS
from app.registration.history import by_organiser
from app.texts import gettext, ngettext
from app.web import access
from app.web.asking import Question, TellingForm, asked, question_page
from app.web.database import db
from app.web.editing import SeveralOf
from app.web.pages import page
from app.web.texts import lazy_gettext as _l

bp = Blueprint("agreed", __name__, url_prefix="/organise/events/<slug>/registrations")

SEE_OTHER = 303


class InviteForm(TellingForm):
    """From which days."""

    days = SeveralOf(
        _l("Whom do you invite?"),
        [InputRequired(_l("Please choose at least one day."))],
        description=_l("Only who agreed to it. Whoever takes part already, or was invited, is left out."),
    )


@bp.get("/photos")
@access.organiser(Permission.SEE_PEOPLE)
def photos(slug: str) -> ResponseReturnValue:
    return page(
        "attendees/organise_photos.html",
        event=g.event,
        sheet=photo_sheet(db.session(), g.event),
        purposes=PURPOSE_LABELS,
        moment=now(),
    )


@bp.route("/invite", methods=["GET", "POST"])
@access.organiser(Permission.EDIT_PEOPLE)
def invite_people(slug: str) -> ResponseReturnValue:
    """From earlier days of which this organiser may write to people."""
    form, possible = _form(), may_invite(g.event, now())

    def verb(session: Session, moment: datetime) -> int:
        chosen = [int(one) for one in form.days.data or ()]
        return invite(session, g.event.id, chosen, form.note.data or "", by_organiser(g.organiser.id), moment)

    answer = asked(form, verb, Intended(g.event.id))
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        sentence = ngettext(
            "%(num)d person is invited. The mail leaves after a minute.",
            "%(num)d people are invited. The mails leave after a minute.",
            answer.result,
        )
        flash(sentence, "success")
        return redirect(url_for("participants.people", slug=slug), SEE_OTHER)
    return page("attendees/organise_invite.html", event=g.event, form=form, possible=possible)


def _form() -> Any:
    session = db.session()
    form = InviteForm()
    days = earlier_days(session, g.event, events_with(session, g.organiser, Permission.EDIT_PEOPLE), now())
    form.days.offer((str(one.event.id), _day_in_words(one)) for one in days)
    return form


def _day_in_words(day: EarlierDay) -> str:
    people = ngettext("%(num)d person", "%(num)d people", day.people)
    return gettext("%(title)s: %(people)s", title=day.event.title, people=people)
