# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""create_app: wires extensions, slices, error pages and commands. The only place that imports views."""

import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

from flask import Blueprint, Flask, abort, current_app, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, Rule

import app.allocation.commands
import app.allocation.exemption_views
import app.allocation.jobs
import app.allocation.mails
import app.allocation.organiser_views
import app.allocation.result_views
import app.allocation.swaps.jobs
import app.allocation.swaps.views
import app.allocation.views
import app.attendees.answer_views
import app.attendees.approval_views
import app.attendees.bulk_views
import app.attendees.consent_views
import app.attendees.figure_views
import app.attendees.imports.jobs
import app.attendees.imports.organiser_views
import app.attendees.mails
import app.attendees.organiser_views
import app.attendees.staff.organiser_views
import app.attendees.staff.views
import app.calendar.views
import app.checklist.organiser_views
import app.copying.organiser_views
import app.demo.commands
import app.demo.views
import app.events.access_views
import app.events.organiser_views
import app.events.partners.organiser_views
import app.events.partners.views
import app.events.views
import app.legal.organiser_views
import app.legal.views
import app.organisation_admin.master_data_views
import app.organisation_admin.organiser_views
import app.organising.commands
import app.organising.health_views
import app.organising.jobs
import app.organising.log_views
import app.organising.mails
import app.organising.privacy_views
import app.organising.setup_views
import app.organising.team_views
import app.organising.views
import app.outbox.commands
import app.people.commands
import app.people.mails
import app.people.session_views
import app.people.views
import app.privacy.organiser_views
import app.privacy.views
import app.programme.organiser_views
import app.programme.views
import app.registration.consents.views
import app.registration.groups.organiser_views
import app.registration.groups.views
import app.registration.jobs
import app.registration.link_views
import app.registration.mails
import app.registration.my_day_views
import app.registration.questions.organiser_views
import app.registration.quotas.jobs
import app.registration.quotas.organiser_views
import app.registration.views
import app.results.material_views
import app.results.organiser_views
import app.results.views
import app.scheduling.contributor_views
import app.scheduling.imports.organiser_views
import app.scheduling.inside_views
import app.scheduling.jobs
import app.scheduling.keeping_views
import app.scheduling.moving_views
import app.scheduling.organiser_views
import app.scheduling.programme_views
import app.scheduling.quick_views
import app.scheduling.release_views
import app.tables.jobs
import app.tables.organiser_views
from app import links, serving
from app.settings import ROOT, Settings
from app.web import (
    access,
    assets,
    bodies,
    compiled,
    database,
    errors,
    formatted,
    headers,
    kept,
    migrations,
    packing,
    texts,
)

ONE_DAY = 86_400
LARGEST_ID = 2**31 - 1  # of an INTEGER column on PostgreSQL
ONE_MEGABYTE = 1_000_000
# What programs read never depends on a language, so links to it never carry one.
FOR_PROGRAMS = (".ics", ".json", ".xml", ".atom", "/static/<path:name>")


class RowNumber(IntegerConverter):
    """`<int:…>` in an address is a row's id: larger than any of those, it is no address (T43)."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - Werkzeug's name
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(map, *args, **kwargs)


class Route(Rule):
    """Werkzeug compiles two functions for each route, which build its address. Here it does so when the first one is
    built: to compile all of them was three quarters of a start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(_rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(Route, self)._compile_builder(append_unknown))
            return compiled[0](self, **values)

        return build


def create_app(settings: Settings) -> Flask:
    """The application for these settings. Raises `RuntimeError` when an endpoint has no audience."""
    app = Flask("app", static_folder=None, template_folder=str(ROOT / "templates"))
    app.url_map.converters["int"] = RowNumber
    app.url_rule_class = Route
    _configure(app, settings)
    database.configure(app, settings)
    migrations.install(app)
    texts.install(app)
    formatted.install(app)
    links.sign_with(
        links.House(lambda: current_app.config["SECRET_KEYS"], lambda: current_app.config["BASE_URL"])
    )
    assets.install(app)
    compiled.install(app)
    packing.install(app)
    headers.install(app, secure=settings.secure)
    errors.install(app)
    _wire_slices(app)
    bodies.install(app)
    kept.install(app)
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
    app.outbox.commands,
    app.people.session_views,
    app.people.views,
    app.people.mails,
    app.people.commands,
    app.legal.views,
    app.legal.organiser_views,
    app.events.access_views,
    app.events.views,
    app.events.organiser_views,
    app.events.partners.views,
    app.events.partners.organiser_views,
    app.programme.views,
    app.programme.organiser_views,
    app.registration.views,
    app.registration.my_day_views,
    app.registration.link_views,
    app.attendees.organiser_views,
    app.attendees.approval_views,
    app.attendees.bulk_views,
    app.attendees.consent_views,
    app.attendees.figure_views,
    app.attendees.imports.organiser_views,
    app.scheduling.organiser_views,
    app.scheduling.programme_views,
    app.scheduling.quick_views,
    app.scheduling.moving_views,
    app.scheduling.contributor_views,
    app.scheduling.inside_views,
    app.scheduling.release_views,
    app.scheduling.keeping_views,
    app.scheduling.imports.organiser_views,
    app.tables.organiser_views,
    app.attendees.staff.organiser_views,
    app.attendees.staff.views,
    app.registration.questions.organiser_views,
    app.attendees.answer_views,
    app.registration.quotas.organiser_views,
    app.organisation_admin.organiser_views,
    app.organisation_admin.master_data_views,
    app.registration.consents.views,
    app.registration.groups.views,
    app.registration.groups.organiser_views,
    app.privacy.views,
    app.privacy.organiser_views,
    app.registration.mails,
    app.attendees.mails,
    app.registration.jobs,
    app.attendees.imports.jobs,
    app.registration.quotas.jobs,
    app.scheduling.jobs,
    app.tables.jobs,
    app.allocation.organiser_views,
    app.allocation.exemption_views,
    app.allocation.result_views,
    app.allocation.mails,
    app.allocation.jobs,
    app.allocation.commands,
    app.allocation.views,
    app.allocation.swaps.jobs,
    app.allocation.swaps.views,
    app.results.views,
    app.results.organiser_views,
    app.checklist.organiser_views,
    app.copying.organiser_views,
    app.results.material_views,
    app.calendar.views,
    app.organising.views,
    app.organising.setup_views,
    app.organising.team_views,
    app.organising.log_views,
    app.organising.privacy_views,
    app.organising.health_views,
    app.organising.mails,
    app.organising.jobs,
    serving,
    app.organising.commands,
    app.demo.views,
    app.demo.commands,
)


def _wire_slices(app: Flask) -> None:
    """A module may carry blueprints, and an `install(app)` for what is no page: commands, mails, jobs, guards."""
    for module in MODULES:
        if hasattr(module, "install"):
            module.install(app)
        for thing in vars(module).values():
            if isinstance(thing, Blueprint) and thing.import_name == module.__name__:
                app.register_blueprint(thing)
