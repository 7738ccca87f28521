# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations: who they are, which spellings mean the same, merging them and taking that back.

They belong to no day, so anybody who is signed in may enter; what one sees and changes there is said in
`organisation_lists` (T01).
"""

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
    may_change,
    merges_into,
    reach_of,
)
from app.organisation_admin.service import change_organisation, merge, undo_merge
from app.organisations.models import Organisation, Region
from app.organisations.queries import aliases_of, districts, listed_organisations, regions
from app.organisations.rules import KIND_LABELS
from app.organisations.service import add_organisation
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Missing, Refusal
from app.registration.history import By, by_organiser
from app.texts import ngettext, sentence_of
from app.web import access
from app.web.database import db, transaction
from app.web.editing import Difference
from app.web.pages import page, page_number, redirect_with

bp = Blueprint("organisations", __name__, url_prefix="/organise/organisations")

SEE_OTHER = 303


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
        kind_labels=KIND_LABELS,
        is_admin=g.organiser.is_admin,
    )


@bp.route("/new", methods=["GET", "POST"])
@access.admin
def new() -> ResponseReturnValue:
    form = OrganisationForm(data={"known": True}).offer(regions(db.session()))
    if form.validate_on_submit():
        facts = form.facts()
        try:
            with transaction() as session:
                made = add_organisation(
                    session,
                    facts.name,
                    kind=facts.kind,
                    district=facts.district,
                    region=session.get(Region, facts.region_id) if facts.region_id else None,
                    provisional=facts.provisional,
                )
                record(session, now(), g.organiser.id, None, "organisation.add", f"organisation {made.id}")
            return redirect_with(url_for(".overview"), N_("“%(title)s” is saved."), title=facts.name)
        except Refusal as refusal:
            form.add_refusal(refusal)
    return page(
        "organisation_admin/organise_organisation.html",
        organisation=None,
        form=form,
        differences=[],
        districts=districts(db.session()),
    )


@bp.route("/<int:organisation_id>", methods=["GET", "POST"])
@access.signed_in
def organisation(organisation_id: int) -> ResponseReturnValue:
    reading = db.session()
    found = get_organisation(reading, _reach(reading), organisation_id)
    form = OrganisationForm.of(found).offer(regions(reading))
    differences: list[Difference] = []
    if form.validate_on_submit():
        try:
            with transaction() as session:
                get_changeable(session, _reach(session), organisation_id)
                change_organisation(session, organisation_id, form.facts(), form.version_read, _by(), now())
            return redirect_with(_address(organisation_id), N_("“%(title)s” is saved."), title=form.name.data)
        except Missing:
            raise
        except ChangedMeanwhile as refusal:
            form.add_refusal(refusal)
            stored = get_organisation(db.session(), _reach(db.session()), organisation_id)
            differences = form.compare_with(
                OrganisationForm.of(stored, stored=True).offer(regions(db.session()))
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
    session = db.session()
    return _page_of(session, get_organisation(session, _reach(session), organisation_id), form, differences)


def _page_of(
    session: Session, found: Organisation, form: OrganisationForm, differences: list[Difference]
) -> ResponseReturnValue:
    reach = _reach(session)
    return page(
        "organisation_admin/organise_organisation.html",
        organisation=found,
        form=form,
        differences=differences,
        districts=districts(session),
        days=days_of(session, reach, found),
        aliases=aliases_of(session, found),
        merges=[one for one in merges_into(session, found) if _may_take_back(reach, one.organiser_id)],
        may_change=may_change(session, reach, found),
        likely=likely_meant(session, found) if found.provisional else (),
        kind_labels=KIND_LABELS,
    )


@bp.route("/<int:organisation_id>/merge", methods=["GET", "POST"])
@access.signed_in
def merge_into(organisation_id: int) -> ResponseReturnValue:
    form = MergeForm(data={"into": request.args.get("into", "")})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                get_changeable(session, _reach(session), organisation_id)
                done = merge(session, organisation_id, int(form.into.data or 0), _by(), now())
                name, into, people = done.name, done.target_id, done.moved["people"]
            flash(_merged(name, people), "success")
            return redirect(_address(into), SEE_OTHER)
        except Missing:
            raise
        except Refusal as refusal:
            form.add_refusal(refusal)
    session = db.session()
    source = get_changeable(session, _reach(session), organisation_id)
    target = _target(session, source, str(form.into.data or ""))
    chosen = {"into": str(target.id)} if target else {}
    known = [one for one in listed_organisations(session) if one.id != source.id]
    return page(
        "organisation_admin/organise_organisation_merge.html",
        organisation=source,
        target=target,
        following=consequences(session, source, target) if target else None,
        form=form,
        choose=TargetForm(formdata=None, data=chosen).offer(known),
        has_choice=bool(known),
        likely=likely_meant(session, source),
    )


def _target(session: Session, source: Organisation, into: str) -> Organisation | None:
    """The one that was chosen; None for nothing, for one that nobody may choose, and for what is no number."""
    found = (
        session.get(Organisation, int(into)) if into.isascii() and into.isdigit() and len(into) < 10 else None
    )
    return found if found is not None and found.known and found.id != source.id else None


def _merged(name: str, people: int) -> str:
    return str(
        ngettext(
            "“%(name)s” is another spelling of this organisation now. %(num)d registration came along.",
            "“%(name)s” is another spelling of this organisation now. %(num)d registrations came along.",
            people,
            name=name,
        )
    )


@bp.post("/merges/<int:merge_id>/undo")
@access.signed_in
def take_back(merge_id: int) -> ResponseReturnValue:
    try:
        with transaction() as session:
            done = get_merge(session, _reach(session), g.organiser.id, merge_id)
            into = done.target_id
            done = undo_merge(session, merge_id, _by(), now())
            name, source = done.name, done.source_id
    except Missing:
        raise
    except Refusal as refusal:
        flash(sentence_of(refusal), "warning")
        return redirect(_address(into), SEE_OTHER)
    return redirect_with(_address(source), N_("“%(name)s” is an organisation of its own again."), name=name)


def _may_take_back(reach: Reach, organiser_id: int | None) -> bool:
    return reach.everywhere or organiser_id == g.organiser.id


def _reach(session: Session) -> Reach:
    return reach_of(session, g.organiser)


def _by() -> By:
    return by_organiser(g.organiser.id)


def _address(organisation_id: int) -> str:
    return url_for(".organisation", organisation_id=organisation_id)
