# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations: who they are, which spellings mean the same, merging them and taking that back.

They belong to no day, so anybody who is signed in may enter; what one sees and changes there is said in
`organisation_lists` (T01).
"""

from datetime import datetime

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.attendees.filters import clean_search
from app.clock import now
from app.organisation_admin.forms import (
    PROVISIONAL,
    MergeForm,
    OrganisationForm,
    OrganisationSearch,
    TargetForm,
)
from app.organisation_admin.queries import (
    Reach,
    consequences,
    days_of,
    get_changeable,
    get_merge,
    get_organisation,
    likely_meant,
    list_organisations,
    may_be_target,
    may_change,
    merges_into,
    reach_of,
)
from app.organisation_admin.service import (
    add_known_organisation,
    change_organisation,
    merge,
    refuse_giving_up,
    undo_merge,
)
from app.organisations.models import Organisation
from app.organisations.queries import (
    aliases_of,
    districts_to_choose,
    kind_names,
    kinds_to_choose,
    listed_organisations,
    regions,
)
from app.organisations.rules import UsualKind
from app.outbox.previewing import Intended
from app.refusal import N_
from app.registration.history import By, by_organiser
from app.texts import ngettext
from app.web import access
from app.web.asking import AskingButton, Question, asked, question_page, say_no
from app.web.database import db
from app.web.doing import did, why_not
from app.web.pages import page, page_number, redirect_with

bp = Blueprint("organisations", __name__, url_prefix="/organise/organisations")

SEE_OTHER = 303
# Of days that are perhaps not those of whoever asks: how many are told, and of what.
WHOEVER_MOVES_UP = Intended(None)


@bp.get("")
@access.signed_in
def overview() -> ResponseReturnValue:
    text, show = clean_search(request.args.get("q", "")), request.args.get("show", "")
    provisional = show == PROVISIONAL
    session = db.session()
    return page(
        "organisation_admin/organise_organisations.html",
        listing=list_organisations(
            session, _reach(session), text, page_number(request.args), provisional=provisional
        ),
        search=OrganisationSearch(
            formdata=None, data={"q": text, "show": PROVISIONAL if provisional else ""}
        ),
        filtered=bool(text or provisional),
        kind_names=kind_names(session),
        is_admin=g.organiser.is_admin,
    )


@bp.route("/new", methods=["GET", "POST"])
@access.admin
def new() -> ResponseReturnValue:
    reading = db.session()
    usual = {"known": True, "kind": UsualKind.OTHER}
    form = OrganisationForm(data=usual).offer(kinds_to_choose(reading), regions(reading))

    by = by_organiser(g.organiser.id)
    if did(form, lambda session: add_known_organisation(session, form.facts(), by, now())):
        return redirect_with(url_for(".overview"), N_("“%(title)s” is saved."), title=form.facts().name)
    return page(
        "organisation_admin/organise_organisation.html",
        organisation=None,
        form=form,
        districts=districts_to_choose(db.session()),
    )


@bp.route("/<int:organisation_id>", methods=["GET", "POST"])
@access.signed_in
def organisation(organisation_id: int) -> ResponseReturnValue:
    reading = db.session()
    found = get_organisation(reading, _reach(reading), organisation_id)
    form = _form_of(reading, found)

    def change(session: Session, moment: datetime) -> None:
        get_changeable(session, _reach(session), organisation_id)
        change_organisation(session, organisation_id, form.facts(), form.version_read, _by(), moment)

    def stored() -> OrganisationForm:
        again = get_organisation(reading, _reach(reading), organisation_id)
        return _form_of(reading, again, stored=True)

    answer = asked(form, change, WHOEVER_MOVES_UP, stored=stored)
    if isinstance(answer, Question):
        return question_page(answer, form)
    if answer:
        return redirect_with(_address(organisation_id), N_("“%(title)s” is saved."), title=form.name.data)
    return _page_of(reading, get_organisation(reading, _reach(reading), organisation_id), form)


def _form_of(session: Session, found: Organisation, *, stored: bool = False) -> OrganisationForm:
    form = OrganisationForm.of(found, stored=stored)
    return form.offer(kinds_to_choose(session, [found.kind]), regions(session, found.region_id))


def _page_of(session: Session, found: Organisation, form: OrganisationForm) -> ResponseReturnValue:
    reach = _reach(session)
    return page(
        "organisation_admin/organise_organisation.html",
        organisation=found,
        form=form,
        districts=districts_to_choose(session),
        days=days_of(session, reach, found),
        aliases=aliases_of(session, found),
        merges=[one for one in merges_into(session, found) if _may_take_back(reach, one.organiser_id)],
        may_change=may_change(session, reach, found),
        likely=likely_meant(session, reach, found) if found.provisional else (),
        kind_names=kind_names(session),
    )


@bp.route("/<int:organisation_id>/merge", methods=["GET", "POST"])
@access.signed_in
def merge_into(organisation_id: int) -> ResponseReturnValue:
    form = MergeForm(data={"into": request.args.get("into", "")})

    def unite(session: Session, moment: datetime) -> tuple[str, int, int]:
        source = get_changeable(session, _reach(session), organisation_id)
        into = int(form.into.data or 0)
        accepting = _target(session, source, str(into)) is not None
        made = merge(session, organisation_id, into, _by(), moment, accepting=accepting)
        return made.name, made.moved["people"], made.target_id

    done = asked(form, unite, WHOEVER_MOVES_UP)
    if isinstance(done, Question):
        return question_page(done, form)
    if done:
        name, people, into = done.result
        flash(_merged(name, people), "success")
        return redirect(_address(into), SEE_OTHER)
    session = db.session()
    source = get_changeable(session, _reach(session), organisation_id)
    target = _target(session, source, str(form.into.data or ""))
    chosen = {"into": str(target.id)} if target else {}
    form.impossible = why_not(lambda session: refuse_giving_up(session, source))
    likely = likely_meant(session, _reach(session), source)
    listed = [(one.id, one.name) for one in listed_organisations(session) if one.id != source.id]
    listed += [(one.id, one.name) for one in likely if one.provisional]
    return page(
        "organisation_admin/organise_organisation_merge.html",
        organisation=source,
        target=target,
        following=consequences(session, source, target) if target else None,
        form=form,
        choose=TargetForm(formdata=None, data=chosen).offer(listed),
        has_choice=bool(listed),
        likely=likely,
    )


def _target(session: Session, source: Organisation, into: str) -> Organisation | None:
    """The one that was chosen; None for nothing, for one that nobody may choose, and for what is no number."""
    found = (
        session.get(Organisation, int(into)) if into.isascii() and into.isdigit() and len(into) < 10 else None
    )
    if found is None or found.id == source.id or not may_be_target(session, _reach(session), found):
        return None
    return found


def _merged(name: str, people: int) -> str:
    return str(
        ngettext(
            "“%(name)s” is another spelling of this organisation now. %(num)d registration came along.",
            "“%(name)s” is another spelling of this organisation now. %(num)d registrations came along.",
            people,
            name=name,
        )
    )


@bp.route("/merges/<int:merge_id>/undo", methods=["GET", "POST"])
@access.signed_in
def take_back(merge_id: int) -> ResponseReturnValue:
    session, form = db.session(), AskingButton()
    into = get_merge(session, _reach(session), g.organiser.id, merge_id).target_id

    def undo(session: Session, moment: datetime) -> tuple[str, int]:
        get_merge(session, _reach(session), g.organiser.id, merge_id)
        undone = undo_merge(session, merge_id, _by(), moment)
        return undone.name, undone.source_id

    done = asked(form, undo, WHOEVER_MOVES_UP)
    if isinstance(done, Question):
        return question_page(done, form)
    if done:
        name, source = done.result
        sentence = N_("“%(name)s” is an organisation of its own again.")
        return redirect_with(_address(source), sentence, name=name)
    say_no(form)
    return redirect(_address(into), SEE_OTHER)


def _may_take_back(reach: Reach, organiser_id: int | None) -> bool:
    return reach.everywhere or organiser_id == g.organiser.id


def _reach(session: Session) -> Reach:
    return reach_of(session, g.organiser)


def _by() -> By:
    return by_organiser(g.organiser.id)


def _address(organisation_id: int) -> str:
    return url_for(".organisation", organisation_id=organisation_id)
