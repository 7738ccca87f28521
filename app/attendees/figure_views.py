# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The people of a day in pictures, each with its table."""

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from app.attendees.figures import curve, growth, origins
from app.attendees.lists import count_accompanying
from app.organisations.queries import kind_names
from app.people.rules import Permission
from app.texts import gettext
from app.web import access
from app.web.database import db
from app.web.pages import page

bp = Blueprint("figures", __name__, url_prefix="/organise/events/<slug>/figures")


@bp.get("")
@access.organiser(Permission.SEE)
def show(slug: str) -> ResponseReturnValue:
    session = db.session()
    found, kinds = origins(session, g.event), kind_names(session)
    grown, total = growth(session, g.event), g.event.seats.total
    top = max(total or 0, grown[-1].people if grown else 0, 1)
    return page(
        "attendees/organise_figures.html",
        event=g.event,
        kinds=[(kinds[one.name], one) for one in found.by_kind],
        districts=[(one.name or gettext("not known"), one) for one in found.by_district],
        accompanying=count_accompanying(session, g.event),
        grown=grown,
        points=curve(grown, top) if grown else "",
        total=total,
        limit=100 - 100 * (total or 0) / top,
    )
