# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The published documentation, as a page and as a PDF, and its photos and documents."""

from datetime import date

from flask import Blueprint, Flask, Response, make_response, render_template, url_for

from app.clock import now
from app.documents import Document
from app.events.models import Event
from app.events.partners.queries import behind_in_words, logos_to_print, partners_of
from app.events.queries import get_public_event
from app.links import absolute
from app.refusal import Missing
from app.results.file_views import data_dir, send_material
from app.results.files import folder_of
from app.results.presentation import documentation_context, today
from app.results.printing import documentation_document
from app.results.queries import MaterialView, find_material, read_documentation
from app.store.cache import Cache
from app.texts import language
from app.web import access
from app.web.database import db
from app.web.printed import send_printed
from app.web.texts import chosen_language

bp = Blueprint("results", __name__)

_pages: Cache[str] = Cache()


def install(app: Flask) -> None:
    app.config["LANGUAGELESS"] |= {"results.material"}


@bp.get("/events/<slug>/results")
@access.public
def documentation(slug: str) -> Response:
    day = _released(slug)
    # What is overdue changes at midnight without anybody writing, so the date is part of the key.
    date_shown = today(now())
    key = (day.id, day.revision, date_shown, language(), chosen_language())
    return make_response(_pages.get(key, lambda: _render(day, date_shown)))


@bp.get("/events/<slug>/results.pdf")
@access.public
def documentation_pdf(slug: str) -> Response:
    day = _released(slug)
    date_shown = today(now())

    def make() -> Document:
        view = read_documentation(db.session(), day, date_shown)
        here = absolute(url_for("results.documentation", slug=day.slug, lang=None))
        session = db.session()
        named = behind_in_words(day, partners_of(session, day))
        logos = logos_to_print(session, day)
        return documentation_document(day, view, folder_of(data_dir(), day.id), here, named, logos)

    return send_printed(day, "results", f"{day.revision}-{date_shown.isoformat()}", make)


@bp.get("/events/<slug>/materials/<stored_name>")
@access.public
def material(slug: str, stored_name: str) -> Response:
    return send_material(find_material(db.session(), _released(slug), stored_name), public=True)


def _released(slug: str) -> Event:
    """Raises `Missing` before the documentation is published."""
    day = get_public_event(db.session(), slug)
    if day.documentation_released_at is None:
        raise Missing
    return day


def _render(day: Event, date_shown: date) -> str:
    def address(view: MaterialView, width: int | None = None) -> str:
        return url_for("results.material", slug=day.slug, stored_name=view.stored_name, width=width)

    view = read_documentation(db.session(), day, date_shown)
    context = documentation_context(db.session(), day, view, address=address)
    return render_template("results/documentation.html", **context)
