# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Releasing the programme, its versions, and the preview that can be shared."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length, Optional

from app import links
from app.clock import now
from app.events.models import Event
from app.outbox.previewing import Intended
from app.outbox.rules import QUIET
from app.people.rules import Permission, may
from app.programme.agenda import AgendaLine, lines_of, read_surroundings, track_numbers
from app.programme.contradictions import against_the_date
from app.programme.credits import credit_lines, credits_of
from app.programme.differences import in_words
from app.programme.plan import Plan, plan_from_json, plan_seen
from app.programme.queries import loose_ends
from app.programme.versions import get_version, last_version, version_before, versions_of
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Missing, fingerprint
from app.registration.history import By, by_organiser
from app.scheduling import releasing
from app.scheduling.affected import affected_runs
from app.scheduling.releasing import ReleaseNote, revocable_version
from app.scheduling.unfit_rooms import all_against
from app.texts import gettext
from app.web import access
from app.web.asking import Question, TellingForm, asked, question_page
from app.web.database import db
from app.web.doing import pressed, why_not
from app.web.editing import TOO_LONG, EditingForm
from app.web.pages import page, redirect_with
from app.web.texts import lazy_gettext as _l

bp = Blueprint("releasing", __name__)

SEE_OTHER = 303
HOME = "/organise/events/<slug>/programme"
PREVIEW = "agenda-preview"


class ReleaseForm(TellingForm, EditingForm):
    name = StringField(
        _l("Name of this version"),
        [Optional(), Length(max=100, message=TOO_LONG)],
        description=_l("For instance: Rooms and times are final. Stands on the public page."),
    )

    def about(self) -> ReleaseNote:
        return ReleaseNote(self.name.data or "", self.note.data or "")


@bp.route(f"{HOME}/release", methods=["GET", "POST"])
@access.organiser(Permission.LEAD)
def release(slug: str) -> ResponseReturnValue:
    session = db.session()
    copy = read_working_copy(session, g.event)
    around = read_surroundings(session, g.event)
    form = ReleaseForm(data={"version": plan_seen(copy.plan)})
    changes = in_words(g.event, copy.released, copy.plan, around)
    lines = lines_of(copy.plan, around)
    answer = asked(
        form,
        lambda session, moment: (
            releasing.release(
                session, g.event.id, form.about(), form.version.data or "", _by(), moment
            ).number
        ),
        Intended(g.event.id),
        stored=lambda: ReleaseForm(
            formdata=None,
            data={"version": plan_seen(read_working_copy(db.session(), g.event).plan)},
        ),
        changes=changes,
        speaks_against=lambda session: all_against(session, g.event, lines, g.role),
    )
    if isinstance(answer, Question):
        return question_page(answer, form, event=g.event)
    if answer:
        return redirect_with(_programme(slug), N_("The agenda is public now."))
    form.impossible = why_not(lambda _session: releasing.refuse_release(g.event, copy.released, copy.plan))
    return page(
        "scheduling/organise_release.html",
        event=g.event,
        form=form,
        changes=changes,
        affected=affected_runs(session, copy, around.seats),
        loose=loose_ends(lines),
        contradictions=[*all_against(session, g.event, lines, g.role), *against_the_date(session, g.event)],
        may_edit=may(g.role, Permission.EDIT),
        preview=_preview_address(g.event),
        preview_here=url_for(".preview", token=preview_token(g.event)),
        **_shown(copy.plan, lines),
    )


@bp.post(f"{HOME}/release/take-back/<int:number>")
@access.organiser(Permission.LEAD)
def take_back(slug: str, number: int) -> ResponseReturnValue:
    if pressed(lambda session: releasing.take_back_release(session, g.event.id, number, _by(), now())):
        flash(
            gettext(
                "Taken back: the agenda is as it was, and nobody gets a mail. Your changes stand in the working copy."
            ),
            "success",
        )
    return redirect(_programme(slug), SEE_OTHER)


# -- versions


@bp.get(f"{HOME}/versions")
@access.organiser(Permission.SEE)
def versions(slug: str) -> ResponseReturnValue:
    session, moment = db.session(), now()
    return page(
        "scheduling/organise_versions.html",
        event=g.event,
        versions=versions_of(session, g.event),
        revocable=revocable_version(session, g.event, moment),
        quiet=QUIET,
        may_release=may(g.role, Permission.LEAD),
    )


@bp.get(f"{HOME}/versions/<int:number>")
@access.organiser(Permission.SEE)
def version(slug: str, number: int) -> ResponseReturnValue:
    """The agenda as it was then, and what differs from the version it is compared with: another one, or the working copy."""
    session = db.session()
    shown, around = get_version(session, g.event, number), read_surroundings(session, g.event)
    plan = plan_from_json(shown.plan)
    against = request.args.get("against", "")
    if against.isdecimal() and len(against) < 9:
        other, title = plan_from_json(get_version(session, g.event, int(against)).plan), against
    elif against == "working-copy":
        other, title = read_working_copy(session, g.event).plan, ""
    else:
        before = version_before(session, g.event, shown)
        other, title = (plan_from_json(before.plan), str(before.number)) if before else (Plan(), "0")
    return page(
        "scheduling/organise_version.html",
        event=g.event,
        version=shown,
        versions=versions_of(session, g.event),
        against=title,
        changes=in_words(g.event, other, plan, around),
        may_edit=may(g.role, Permission.EDIT),
        **_shown(plan, lines_of(plan, around)),
    )


@bp.post(f"{HOME}/versions/<int:number>/bring-back")
@access.organiser(Permission.EDIT)
def bring_back(slug: str, number: int) -> ResponseReturnValue:
    if pressed(lambda session: releasing.bring_back(session, g.event.id, number, now())):
        flash(
            gettext(
                "The working copy says what version %(number)d said. It is public once you release it.",
                number=number,
            ),
            "success",
        )
    return redirect(_programme(slug), SEE_OTHER)


# -- preview


@bp.get("/preview/<token>")
@access.personal
def preview(token: str) -> ResponseReturnValue:
    """The working copy as everybody will see it, for whoever was given the link; until it is released."""
    ticket = links.read(PREVIEW, token)
    event = db.session().get(Event, ticket.id)
    if event is None or ticket.key != _preview_key(event):
        raise Missing
    plan = read_working_copy(db.session(), event).plan
    lines = lines_of(plan, read_surroundings(db.session(), event))
    return make_response(render_template("scheduling/preview.html", event=event, **_shown(plan, lines)))


def _preview_key(event: Event) -> str:
    """Another one after every release."""
    last = last_version(db.session(), event)
    return fingerprint((event.uid, last.number if last is not None else 0))


def preview_token(event: Event) -> str:
    return links.sign(PREVIEW, links.Ticket(event.id, _preview_key(event)))


def _preview_address(event: Event) -> str:
    return links.absolute(url_for("releasing.preview", token=preview_token(event), lang=None))


def _shown(plan: Plan, lines: Sequence[AgendaLine]) -> dict[str, Any]:
    """What the agenda's list needs."""
    people = credits_of(plan.contributors().items())
    return {
        "lines": lines,
        "moderation": credit_lines(people),
        "introduced": people,
        "tracks": track_numbers(lines),
    }


def _by() -> By:
    return by_organiser(g.organiser.id)


def _programme(slug: str) -> str:
    return url_for("programme_organise.programme", slug=slug)
