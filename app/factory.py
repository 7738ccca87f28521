# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""create_app: wires extensions, slices, error pages and commands. The only place that imports views."""

import logging
from types import ModuleType
from typing import Any

from flask import Blueprint, Flask, abort, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from app import serving
from app.allocation import commands as allocation_commands
from app.allocation import jobs as allocation_jobs
from app.allocation import mails as allocation_mails
from app.allocation import organiser_views as allocation_organiser_views
from app.allocation import result_views as allocation_result_views
from app.allocation import views as allocation_views
from app.calendar import views as calendar_views
from app.demo import commands as demo_commands
from app.demo import views as demo_views
from app.events import doorkeeper as events_doorkeeper
from app.events import organiser_views as events_organiser_views
from app.events import views as events_views
from app.organising import commands as organising_commands
from app.organising import health_views as organising_health_views
from app.organising import jobs as organising_jobs
from app.organising import legal_views as organising_legal_views
from app.organising import team_views as organising_team_views
from app.organising import views as organising_views
from app.outbox import commands as outbox_commands
from app.people import commands as people_commands
from app.people import mails as people_mails
from app.people import sessions as people_sessions
from app.people import views as people_views
from app.programme import organiser_views as programme_organiser_views
from app.programme import views as programme_views
from app.registration import answer_views as registration_answer_views
from app.registration import approval_views as registration_approval_views
from app.registration import figure_views as registration_figure_views
from app.registration import group_views as registration_group_views
from app.registration import import_views as registration_import_views
from app.registration import jobs as registration_jobs
from app.registration import mails as registration_mails
from app.registration import many_views as registration_many_views
from app.registration import organisation_views as registration_organisation_views
from app.registration import organiser_day_views as registration_organiser_day_views
from app.registration import organiser_group_views as registration_organiser_group_views
from app.registration import organiser_quota_views as registration_organiser_quota_views
from app.registration import organiser_views as registration_organiser_views
from app.registration import own_views as registration_own_views
from app.registration import question_views as registration_question_views
from app.registration import silence_views as registration_silence_views
from app.registration import staff_views as registration_staff_views
from app.registration import views as registration_views
from app.results import material_views as results_material_views
from app.results import organiser_views as results_organiser_views
from app.results import views as results_views
from app.settings import ROOT, Settings
from app.web import access, assets, bodies, compiled, database, errors, headers, migrations, texts

ONE_DAY = 86_400
LARGEST_ID = 2**31 - 1  # of an INTEGER column on PostgreSQL
ONE_MEGABYTE = 1_000_000
# What programs read never depends on a language, so links to it never carry one.
FOR_PROGRAMS = (".ics", ".json", ".xml", "/static/<path:name>")


class RowNumber(IntegerConverter):
    """`<int:…>` in an address is a row's id: larger than any of those, it is no address (T43)."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - Werkzeug's name
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(map, *args, **kwargs)


def create_app(settings: Settings) -> Flask:
    """The application for these settings. Raises `RuntimeError` when an endpoint has no audience."""
    app = Flask("app", static_folder=None, template_folder=str(ROOT / "templates"))
    app.url_map.converters["int"] = RowNumber
    _configure(app, settings)
    database.configure(app, settings)
    migrations.install(app)
    texts.install(app)
    assets.install(app)
    compiled.install(app)
    headers.install(app, secure=settings.secure)
    errors.install(app)
    _wire_slices(app)
    bodies.install(app)
    access.refuse_undeclared(app)
    app.config["LANGUAGELESS"] |= frozenset(
        rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.endswith(FOR_PROGRAMS)
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.extensions["fachtag.settings"] = settings
    keys = list(settings.secret_keys)
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SECRET_KEYS=keys,
        BASE_URL=settings.base_url,
        DEMO=settings.demo,
        TRUSTED_HOSTS=settings.trusted_hosts,
        MAX_CONTENT_LENGTH=ONE_MEGABYTE,
        MAX_FORM_MEMORY_SIZE=ONE_MEGABYTE // 2,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="__Host-fachtag" if settings.secure else "fachtag",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        LANGUAGELESS=frozenset(),
        WTF_CSRF_CHECK_DEFAULT=False,  # forms and `transaction()` check, so that nothing typed is lost
        WTF_CSRF_TIME_LIMIT=ONE_DAY,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csrf_token"] = generate_csrf
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

    app.before_request(_refuse_unreadable_query)

    @app.context_processor
    def for_every_page() -> dict[str, object]:
        return {"language": texts.language(), "demo_mode": settings.demo}


def _refuse_unreadable_query() -> None:
    """A query that is no UTF-8 is answered with 400 before anybody stumbles over it (T43)."""
    try:
        asked = "".join(request.args.values())
    except UnicodeDecodeError:
        abort(400)
    # PostgreSQL refuses NUL where SQLite stores it: nobody gets that far.
    if "\0" in request.path or "\0" in asked:
        abort(400)


# Every slice's web files, from the bottom of the ladder to the top.
MODULES: tuple[ModuleType, ...] = (
    outbox_commands,
    people_sessions,
    people_views,
    people_mails,
    people_commands,
    events_doorkeeper,
    events_views,
    events_organiser_views,
    programme_views,
    programme_organiser_views,
    registration_views,
    registration_organiser_views,
    registration_approval_views,
    registration_many_views,
    registration_figure_views,
    registration_import_views,
    registration_organiser_day_views,
    registration_staff_views,
    registration_question_views,
    registration_answer_views,
    registration_organiser_quota_views,
    registration_organisation_views,
    registration_group_views,
    registration_organiser_group_views,
    registration_own_views,
    registration_silence_views,
    registration_mails,
    registration_jobs,
    allocation_organiser_views,
    allocation_result_views,
    allocation_mails,
    allocation_jobs,
    allocation_commands,
    allocation_views,
    results_views,
    results_organiser_views,
    results_material_views,
    calendar_views,
    organising_views,
    organising_team_views,
    organising_legal_views,
    organising_health_views,
    organising_jobs,
    serving,
    organising_commands,
    demo_views,
    demo_commands,
)


def _wire_slices(app: Flask) -> None:
    """A module may carry blueprints, and an `install(app)` for what is no page: commands, mails, jobs, doorkeepers."""
    for module in MODULES:
        if hasattr(module, "install"):
            module.install(app)
        for thing in vars(module).values():
            if isinstance(thing, Blueprint) and thing.import_name == module.__name__:
                app.register_blueprint(thing)
