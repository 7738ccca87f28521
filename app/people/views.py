# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Doors of the organisers' area: sign in and out, one's own account, a forgotten password."""

from datetime import datetime, timedelta
from time import sleep

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import links
from app.clock import now
from app.people import passwords, queries, service, session_views
from app.people.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    OrganiserNameForm,
    SetPasswordForm,
    SignInForm,
    typed,
)
from app.people.models import PasswordLink
from app.people.rules import LinkReason, personal_words, refuse_weak_password
from app.people.sign_in_views import answered, begin, prove, with_password
from app.refusal import N_, Refusal
from app.texts import gettext, language
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did

bp = Blueprint("people", __name__, url_prefix="/organise")

TOO_MANY_MAILS = N_("There were too many attempts. Please try again in an hour.")
# Writing a mail takes some milliseconds more than writing none; nobody can tell when both answers wait (T09).
ANSWER_AFTER = timedelta(milliseconds=100)
WRONG_OLD_PASSWORD = N_("This is not your present password.")


@bp.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and session_views.visitor():
        return redirect(session_views.landing(), 303)
    form = SignInForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            answer, status = with_password(form, lambda: _sign_in(form))
            if answer is not None:
                return answer
    return answered(render_template("people/sign_in.html", form=form), status)


@bp.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    visitor = session_views.visitor()
    if visitor:
        ending = visitor.sign_in.id
        with transaction() as session:
            service.end_session(session, ending, now())
    session_views.end_visit()
    flash(gettext("You are signed out."), "success")
    return redirect(url_for("people.sign_in"), 303)


@bp.get("/account")
@access.signed_in
def account() -> ResponseReturnValue:
    browsers = queries.sign_ins_of(db.session(), g.organiser.id, now())
    return render_template("people/account.html", organiser=g.organiser, browsers=browsers, this=g.sign_in)


@bp.post("/account/end-others")
@access.signed_in
def end_others() -> ResponseReturnValue:
    person, this = g.organiser.id, g.sign_in.id
    with transaction() as session:
        service.end_all_sessions(session, person, now(), but=this)
    flash(gettext("All other browsers are signed out."), "success")
    return redirect(url_for("people.account"), 303)


@bp.route("/account/name", methods=["GET", "POST"])
@access.signed_in
def change_name() -> ResponseReturnValue:
    form = OrganiserNameForm(obj=g.organiser)
    if did(form, lambda session: service.rename(session, g.organiser, typed(form.name), now())):
        flash(gettext("Your name is saved."), "success")
        return redirect(url_for("people.account"), 303)
    return answered(render_template("people/change_name.html", form=form), 422 if form.errors else 200)


@bp.route("/account/password", methods=["GET", "POST"])
@access.signed_in
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            answer, status = with_password(form, lambda: _change_password(form))
            if answer is not None:
                return answer
    return answered(render_template("people/change_password.html", form=form), status)


@bp.route("/forgot-password", methods=["GET", "POST"])
@access.public
def forgot_password() -> ResponseReturnValue:
    form = ForgotPasswordForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        email, spoken, began = typed(form.email), language(), now()
        with transaction() as session:
            granted = service.forgot_password(session, email, session_views.origin(), began, spoken)
        _wait_until(began + ANSWER_AFTER)
        if granted:
            return redirect(url_for("people.password_mail_sent"), 303)
        status = 429
        form.add_refusal(Refusal(TOO_MANY_MAILS))
    return answered(render_template("people/forgot_password.html", form=form), status)


@bp.get("/forgot-password/sent")
@access.public
def password_mail_sent() -> ResponseReturnValue:
    return render_template("people/password_mail_sent.html")


@bp.route(
    "/welcome/<token>", methods=["GET", "POST"], endpoint="welcome", defaults={"reason": LinkReason.WELCOME}
)
@bp.route("/new-password/<token>", methods=["GET", "POST"], defaults={"reason": LinkReason.FORGOTTEN})
@access.personal
def new_password(token: str, reason: LinkReason) -> ResponseReturnValue:
    """Set a password with a mailed link. Opening it changes nothing; it works until the button has been pressed once."""
    ticket = links.read(service.MAIL_KINDS[reason], token)
    link = queries.find_password_link(db.session(), ticket.id, reason, now())
    if link is None or link.link_key != ticket.key:
        return answered(render_template("people/link_over.html", reason=reason), 410)
    form = SetPasswordForm()
    if form.validate_on_submit() and (done := carried_out(form, lambda: _set_password(form, link))):
        return done.result
    html = render_template("people/new_password.html", form=form, organiser=link.organiser, reason=reason)
    return answered(html, 422 if form.errors else 200)


def _sign_in(form: SignInForm) -> ResponseReturnValue:
    begin(form)
    return redirect(session_views.landing(), 303)


def _change_password(form: ChangePasswordForm) -> ResponseReturnValue:
    organiser = g.organiser
    refuse_weak_password(typed(form.password), *personal_words(organiser.name, organiser.email))
    old_hash = organiser.password_hash
    prove(
        organiser.email, old_hash, typed(form.old_password), Refusal(WRONG_OLD_PASSWORD, field="old_password")
    )
    new_hash, browser = passwords.hash_password(typed(form.password)), session_views.browser()
    with transaction() as session:
        service.change_password(session, organiser, old_hash, new_hash, now())
        opened, token = service.open_session(session, organiser, browser, now())
    session_views.begin_visit(token, opened)
    flash(gettext("Your new password holds. All other browsers are signed out."), "success")
    return redirect(url_for("people.account"), 303)


def _set_password(form: SetPasswordForm, link: PasswordLink) -> ResponseReturnValue:
    link_id, reason = link.id, link.reason
    refuse_weak_password(typed(form.password), *personal_words(link.organiser.name, link.organiser.email))
    db.session().rollback()  # hold no connection while hashing
    new_hash = passwords.hash_password(typed(form.password))
    browser, origin = session_views.browser(), session_views.origin()
    with transaction() as session:
        organiser = service.set_password(
            session, link_id, reason, new_hash=new_hash, origin=origin, now=now()
        )
        opened, token = service.open_session(session, organiser, browser, now())
    session_views.begin_visit(token, opened)
    flash(gettext("Your password is set and you are signed in."), "success")
    return redirect(session_views.landing(), 303)


def _wait_until(moment: datetime) -> None:
    sleep(max((moment - now()).total_seconds(), 0))
