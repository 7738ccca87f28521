# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who changed what, and when: the audit log of a day for those who lead it, and that of the house for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from app.organisations.queries import kind_names
from app.organising.log_queries import Key, Log, LogFilter, Thing, people_of, read_log
from app.organising.log_words import (
    ACTIONS,
    AREAS,
    BY_NO_ACCOUNT,
    DETAILS,
    NO_ACCOUNT,
    THINGS,
    WORDS,
    areas_of,
    pointed_at,
    subject_of,
)
from app.people.models import AuditEntry, Organiser
from app.people.rules import Permission
from app.refusal import N_, Missing
from app.texts import gettext, moment, number
from app.web import access
from app.web.database import db
from app.web.editing import Choice
from app.web.forms import BaseForm
from app.web.pages import page, page_number
from app.web.texts import lazy_gettext as _l

bp = Blueprint("log", __name__, url_prefix="/organise")

NAMELESS = N_("%(reference)s, without a name")
# Where a thing of each kind is shown, and the name of its number in that address.
DOORS = {
    "agreement": ("results_desk.agreement", "agreement_id"),
    "allocation": ("placing.show", "allocation_id"),
    "condition": ("allocation.admin", ""),
    "event": ("day.edit", ""),
    "group": ("group_admin.show", ""),
    "material": ("results_materials.material", "material_id"),
    "message": ("organising.mail", "message_id"),
    "organisation": ("organisations.organisation", "organisation_id"),
    "question": ("questions.edit", "question_id"),
    "quota": ("quotas.edit", "quota_id"),
    "run": ("editing.edit_run", "number"),
    "seating": ("tables.show", "seating_id"),
    "swap": ("allocation.admin", ""),
}


@dataclass(frozen=True, slots=True)
class About:
    """Words for a thing, and where to find it."""

    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    action: str
    who: str
    about: About | None
    details: list[tuple[str, str]]


class LogSearch(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    who = Choice(_l("Who"))
    what = Choice(_l("What it is about"))


@bp.get("/events/<slug>/log")
@access.organiser(Permission.LEAD)
def day(slug: str) -> ResponseReturnValue:
    return _page(g.event.id)


@bp.get("/log")
@access.admin
def house() -> ResponseReturnValue:
    return _page(None)


def _page(event_id: int | None) -> Response:
    session = db.session()
    people = people_of(session, event_id)
    areas = dict(areas_of(house=event_id is None))
    wanted = LogFilter(event_id, _asked_person(people), request.args.get("what", ""))
    if wanted.area and wanted.area not in areas:
        raise Missing
    log = read_log(session, wanted, page_number(request.args))
    kinds = kind_names(session) if any("kind" in one.detail for one in log.listing.items) else {}
    search = LogSearch(formdata=None, data={"who": str(wanted.organiser_id or ""), "what": wanted.area})
    everything = ("", gettext("All"))
    search.who.offer([everything, *((str(one.id), one.name) for one in people)])
    search.what.offer([everything, *((area, gettext(AREAS[area])) for area in areas)])
    return page(
        "organising/log.html",
        event=g.event,
        listing=log.listing,
        lines=[_line(log, one, kinds) for one in log.listing.items],
        search=search,
        here=url_for(".day", slug=g.event.slug) if event_id else url_for(".house"),
        filtered=bool(wanted.organiser_id or wanted.area),
    )


def _asked_person(people: Sequence[Organiser]) -> int | None:
    asked = request.args.get("who", "")
    if not asked:
        return None
    for one in people:
        if asked == str(one.id):
            return one.id
    raise Missing


def _line(log: Log, entry: AuditEntry, kinds: Mapping[str, str]) -> Line:
    label = ACTIONS.get(entry.action)
    return Line(
        at=entry.at,
        action=gettext(label) if label else entry.action,
        who=_who(entry),
        about=_about(log, entry),
        details=[
            (gettext(DETAILS[name]) if name in DETAILS else name, words)
            for name, value in entry.detail.items()
            if (
                words := _words(
                    log.things, entry.action, name, kinds.get(value, value) if name == "kind" else value
                )
            )
        ],
    )


def _who(entry: AuditEntry) -> str:
    if entry.organiser is not None:
        return entry.organiser.name
    return str(gettext(BY_NO_ACCOUNT.get(entry.action, NO_ACCOUNT)))


def _about(log: Log, entry: AuditEntry) -> About | None:
    key = subject_of(entry.subject)
    if key is None:
        return None
    thing = log.thing(entry)
    return About(_name(key, thing), _address(key, thing) if thing else "")


def _name(key: Key, thing: Thing | None) -> str:
    """As it is called now; what is gone, or never had a name, by its number."""
    if thing is not None and thing.reference:
        return (
            f"{thing.name} ({thing.reference})"
            if thing.name
            else gettext(NAMELESS) % {"reference": thing.reference}
        )
    known = gettext(THINGS[key[0]])
    return thing.name if thing is not None and thing.name else known % {"number": key[1]}


def _address(key: Key, thing: Thing) -> str:
    """Nothing for what has no page."""
    kind, row = key
    if kind == "registration":
        return url_for("participants.person", slug=g.event.slug, reference=thing.reference)
    if kind == "organiser":
        return url_for("team.show", slug=g.event.slug) if g.event else ""
    if kind not in DOORS:
        return ""
    endpoint, argument = DOORS[kind]
    values: dict[str, Any] = {argument: row} if argument else {}
    if kind != "organisation":
        values["slug"] = g.event.slug
    return url_for(endpoint, **values)


def _words(things: Mapping[Key, Thing], action: str, name: str, value: object) -> str:
    """A detail for people; nothing where there is nothing to say."""
    rows = pointed_at(action, name, value)
    if rows:
        return ", ".join(_name(one, things.get(one)) for one in rows)
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, dict):
        value = sum(one for one in value.values() if isinstance(one, int))
    if isinstance(value, int):
        return number(value)
    return _codes(name, value)


def _codes(name: str, value: object) -> str:
    words = WORDS.get(name)
    if words is None:
        if isinstance(value, list):
            return number(len(value)) if value else ""
        return (
            moment(datetime.fromisoformat(value))
            if name == "since" and isinstance(value, str)
            else str(value or "")
        )
    if name == "purposes":
        value = str(value).split()
    codes = value if isinstance(value, list) else [value or ""]
    return ", ".join(gettext(words[one]) if one in words else str(one) for one in codes)
