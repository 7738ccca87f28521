# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Administrators look after regions, districts, kinds of organisation, laws and series."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.events.models import Series
from app.organisation_admin import master_data
from app.organisation_admin.forms import EntryForm, KindForm, RegionForm
from app.organisation_admin.master_data import Table, entries, get_entry, in_use, needed
from app.organisations.models import District, OrganisationKind, Region
from app.organisations.rules import STATE_NAMES
from app.refusal import N_, Missing
from app.registration.history import By, by_organiser
from app.registration.questions.models import Law
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.doing import did, pressed
from app.web.pages import page, redirect_with

bp = Blueprint("master_data", __name__, url_prefix="/organise/master-data")

SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class MasterList:
    """A list of this installation, and what is said of it."""

    table: Table
    heading: str
    lead: str
    form: type[EntryForm] = EntryForm


LISTS = {
    "regions": MasterList(
        Region,
        N_("Regions"),
        N_(
            "A day stands in the list and in the calendar of its region. The holidays of the state are what organisers are"
            " warned of."
        ),
        RegionForm,
    ),
    "districts": MasterList(
        District,
        N_("Districts"),
        N_(
            "Organisations lie in one; quotas and lists ask for it. A new name is added by itself when an organisation gets it."
        ),
    ),
    "kinds": MasterList(
        OrganisationKind,
        N_("Kinds of organisation"),
        N_(
            "Every organisation is of one kind; quotas, lists, imports and figures ask for it. Whoever reads English sees the"
            " English name."
        ),
        KindForm,
    ),
    "laws": MasterList(
        Law,
        N_("Legal bases"),
        N_(
            "Laws that give your public task, for instance § 3 DSG NRW. Questions name one; those that stand keep the words"
            " that people were told."
        ),
    ),
    "series": MasterList(
        Series,
        N_("Series of days"),
        N_("Days that follow one another. The page of each leads to the others."),
    ),
}
VERBS = {
    "up": (master_data.move_up, N_("The order is saved.")),
    "retire": (master_data.retire, N_("It is retired: forms offer it no more.")),
    "offer": (master_data.offer_again, N_("Forms offer it again.")),
    "remove": (master_data.remove_entry, N_("It is removed.")),
}


@bp.route("/<list_name>", methods=["GET", "POST"])
@access.admin
def overview(list_name: str) -> ResponseReturnValue:
    which = _list(list_name)
    form = which.form()

    def add(session: Session) -> None:
        master_data.add_entry(session, which.table, form.typed, _by(), now(), **form.more)

    if did(form, add):
        return redirect_with(
            url_for(".overview", list_name=list_name), N_("“%(title)s” is saved."), title=form.typed
        )
    session = db.session()
    rows = [(one, in_use(session, one), needed(one)) for one in entries(session, which.table)]
    return page(
        "organisation_admin/organise_master_data.html",
        list_name=list_name,
        which=which,
        rows=rows,
        form=form,
        states=STATE_NAMES,
    )


@bp.route("/<list_name>/<int:entry_id>", methods=["GET", "POST"])
@access.admin
def entry(list_name: str, entry_id: int) -> ResponseReturnValue:
    which, reading = _list(list_name), db.session()
    form = which.form.of(get_entry(reading, which.table, entry_id))

    def rename(session: Session) -> None:
        typed, version = form.typed, form.version_read
        master_data.rename_entry(session, which.table, entry_id, typed, version, _by(), now(), **form.more)

    def stored() -> EntryForm:
        reading.expire_all()
        return which.form.of(get_entry(reading, which.table, entry_id), stored=True)

    if did(form, rename, stored=stored):
        return redirect_with(
            url_for(".overview", list_name=list_name), N_("“%(title)s” is saved."), title=form.typed
        )
    return page(
        "organisation_admin/organise_master_data_entry.html", list_name=list_name, which=which, form=form
    )


@bp.post("/<list_name>/<int:entry_id>/<deed>")
@access.admin
def act(list_name: str, entry_id: int, deed: str) -> ResponseReturnValue:
    which = _list(list_name)
    if deed not in VERBS:
        raise Missing
    verb, sentence = VERBS[deed]
    if pressed(lambda session: verb(session, which.table, entry_id, _by(), now())):
        flash(gettext(sentence), "success")
    return redirect(url_for(".overview", list_name=list_name), SEE_OTHER)


def _list(list_name: str) -> MasterList:
    if list_name not in LISTS:
        raise Missing
    return LISTS[list_name]


def _by() -> By:
    return by_organiser(g.organiser.id)
