# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Pages that the law wants, the form for barriers and the list of what was reported, robots.txt and security.txt."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app.clock import now
from app.legal import queries, service
from app.legal.rules import without_token
from app.legal.security import security_text
from app.people.budget import spend
from app.people.rules import bucket
from app.people.session_views import origin
from app.refusal import N_, Refusal
from app.settings import Settings
from app.texts import language
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out
from app.web.forms import REQUIRED, BaseForm, NonceMixin, valid_address
from app.web.pages import page, redirect_with
from app.web.texts import lazy_gettext as _l

bp = Blueprint("legal", __name__)

TOO_MANY = 429
TOO_MANY_REPORTS = N_(
    "Many reports came from your network just now. Please send it again in an hour, or write a mail."
)

# Calendar programs ask robots.txt, and some stay away when it says so; what is personal is not for search engines.
ROBOTS = """\
User-agent: *
Allow: /calendar/
Disallow: /my/
Disallow: /organise/
Disallow: /demo/
"""


class BarrierForm(BaseForm, NonceMixin):
    """The form at /barriere-melden (A11Y-04)."""

    text = TextAreaField(
        _l("What does not work for you?"),
        validators=[
            DataRequired(REQUIRED),
            Length(max=5000, message=_l("Please use at most %(max)d characters.")),
        ],
        description=_l(
            "For instance: I cannot read the text. Or: the button cannot be reached with the keyboard."
        ),
        render_kw={"rows": 6, "maxlength": 5000},
    )
    page = StringField(
        _l("Which page is it about?"),
        validators=[Length(max=500, message=_l("Please use at most %(max)d characters."))],
        description=_l("The address of the page, or in your own words where it is."),
        render_kw={"maxlength": 500},
    )
    email = EmailField(
        _l("Your mail address"),
        validators=[
            Optional(),
            Length(max=254, message=_l("Please use at most %(max)d characters.")),
            valid_address,
        ],
        description=_l("Only if you would like an answer."),
        render_kw={"autocomplete": "email", "maxlength": 254},
    )

    def barrier(self) -> service.Barrier:
        return service.Barrier(self.text.data or "", self.page.data or "", self.email.data or "")


def _show(name: str) -> Response:
    text = queries.read_text(db.session(), _settings().data_dir, name, language())
    return page("legal/text.html", text=text)


@bp.get("/impressum")
@access.public
def imprint() -> Response:
    return _show("impressum")


@bp.get("/datenschutz")
@access.public
def privacy() -> Response:
    return _show("datenschutz")


@bp.get("/barrierefreiheit")
@access.public
def accessibility() -> Response:
    return _show("barrierefreiheit")


@bp.get("/leichte-sprache")
@access.public
def easy_language() -> Response:
    return _show("leichte-sprache")


@bp.route("/barriere-melden", methods=["GET", "POST"])
@access.public
def report_barrier() -> ResponseReturnValue:
    form = BarrierForm(data=None if request.method == "POST" else {"page": _page_in_question()})
    status = None
    if form.validate_on_submit():
        if carried_out(form, lambda: _report(form)):
            return redirect(url_for(".barrier_reported"), 303)
        status = TOO_MANY
    response = page("legal/barrier.html", form=form)
    response.status_code = status or response.status_code
    return response


@bp.get("/barriere-melden/danke")
@access.public
def barrier_reported() -> Response:
    return page("legal/barrier_thanks.html")


@bp.get("/organise/barriers")
@access.admin
def barriers() -> Response:
    session, moment = db.session(), now()
    waiting = [(report, queries.age_in_days(report, moment)) for report in queries.open_barriers(session)]
    return page("legal/barriers.html", waiting=waiting, answered=queries.answered_barriers(session))


@bp.post("/organise/barriers/<int:report_id>/answered")
@access.admin
def answer_barrier(report_id: int) -> ResponseReturnValue:
    with transaction() as session:
        service.answer_barrier(session, report_id, g.organiser, now())
    return redirect_with(url_for(".barriers"), N_("The report is marked as answered."))


@bp.get("/robots.txt")
@access.public
def robots() -> Response:
    return _plain(ROBOTS)


@bp.get("/.well-known/security.txt")
@access.public
def security_txt() -> Response:
    return _plain(security_text(_settings(), now()))


def install(app: Flask) -> None:
    app.config["LANGUAGELESS"] = app.config["LANGUAGELESS"] | {"legal.robots", "legal.security_txt"}


def _report(form: BarrierForm) -> None:
    _spend_report()
    with transaction() as session:
        service.report_barrier(session, form.barrier(), form.key, now())


def _spend_report() -> None:
    here = origin()
    name = bucket("barrier", here.network, here.key)
    with transaction() as session:
        granted = spend(session, name, service.REPORTS_PER_NETWORK, service.REPORT_WINDOW, now())
    if not granted:
        raise Refusal(TOO_MANY_REPORTS)


def _page_in_question() -> str:
    """What the link says ("?seite="), else the page of ours from which somebody came; its path, never a token."""
    named = request.args.get("seite", "")
    if named:
        return without_token(named[:500]) if named.isprintable() else ""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # a browser never sends that
        return ""
    if came_from.netloc != _settings().host or came_from.path in {"", "/barriere-melden"}:
        return ""
    return without_token(came_from.path)[:500]


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "public, max-age=3600"})


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
