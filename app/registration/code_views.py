# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The code before the form: typed once per browser, or brought along by a link of the team (decision 0033).

What was typed into the form when the code changed is sealed in the page that asks for it, and shown again afterwards.
"""

from flask import g, redirect, request, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue

from app.clock import now
from app.events.models import Event
from app.events.rules import form_key
from app.refusal import N_
from app.registration import abuse_protection_forms
from app.registration.forms import CodeForm
from app.registration.rules import TooManyFormCodes, WrongFormCode
from app.texts import gettext
from app.web import kept
from app.web.database import transaction
from app.web.doing import carried_out
from app.web.pages import page

SEE_OTHER, FORBIDDEN, OK = 303, 403, 200
MOST_DAYS = 20  # whose codes a browser remembers: a cookie has little room
_REMEMBERED = "form_keys"
NOT_SENT = N_(
    "Your form is not sent: it needs the code, or the code has changed. Type it in, and your form is back with everything"
    " you typed."
)
TOO_LONG = N_(
    "Your form is not sent: it needs the code, or the code has changed. It is too long to be kept here. Please copy what"
    " stands below."
)
RIGHT = N_("The code is right. Nothing is sent yet: please look over what you typed, and send it once more.")
OLD_LINK = N_("The code has changed since this link was made. Please type in the new one.")


def open_by_link(event: Event, key: str) -> ResponseReturnValue:
    """The form, at its own address, to who brings this key; before registration opens the browser remembers it for later."""
    if not event.opens_form(key):
        return _ask(event, CodeForm(formdata=None), why=gettext(OLD_LINK))
    _remember(event, key)
    return redirect(url_for("registration.register", slug=event.slug), SEE_OTHER)


def shown_key(event: Event) -> str:
    """What this browser remembers of the day's code. Without a code nobody asks: such a page hangs on no cookie for it."""
    return (
        next((key for day, key in visit.get(_REMEMBERED, []) if day == event.id), "")
        if event.form_code
        else ""
    )


def ask_for_code(event: Event) -> ResponseReturnValue | None:
    """The page that asks for the day's code. None: the view may go on, with the form as it was sent before the code was
    asked for, if it was."""
    opened = event.opens_form(shown_key(event))
    if request.method != "POST":
        return None if opened else _ask(event, CodeForm(formdata=None))
    if CodeForm.NAME not in request.form:
        return None if opened else _keep(event)
    form, sealed = CodeForm(), request.form.get(kept.SEALED, "")
    # Opened: the page was loaded anew, or in another tab it was typed already.
    if not opened and not _is_right(event, form):
        return _ask(event, form, sealed=sealed)
    sent = kept.unseal(sealed) if sealed else None
    if sent is None:
        return redirect(url_for(str(request.endpoint), slug=event.slug), SEE_OTHER)
    kept.show_again(sent, gettext(RIGHT))
    return None


def _keep(event: Event) -> ResponseReturnValue:
    """The answer to a form that came without the code: it holds all that was typed."""
    g.pop("why_again", None)  # the form may have been on its way into the other language
    sent = kept.typed()
    sealed = kept.seal(sent)
    words = "" if sealed else sent.words
    sentence = NOT_SENT if sealed else TOO_LONG
    return _ask(
        event,
        CodeForm(formdata=None),
        why=gettext(sentence),
        sealed=sealed or "",
        words=words,
        status=FORBIDDEN,
    )


def _is_right(event: Event, form: CodeForm) -> bool:
    if not form.validate_on_submit():
        return False
    key = form_key(form.form_code.data or "")
    right = event.opens_form(key)
    if not carried_out(form, lambda: _spend(right=right)):
        return False
    _remember(event, key)
    return True


def _spend(*, right: bool) -> None:
    """A wrong try is spent, a right one put back: a whole office may sit behind one address."""
    with transaction() as session:
        abuse_protection_forms.refuse_guessing(session, now(), TooManyFormCodes)
    if not right:
        raise WrongFormCode
    with transaction() as session:
        abuse_protection_forms.forgive_code(session)


def _remember(event: Event, key: str) -> None:
    if event.form_code:
        others = [pair for pair in visit.get(_REMEMBERED, []) if pair[0] != event.id]
        visit[_REMEMBERED] = [*others[1 - MOST_DAYS :], [event.id, key]]


def _ask(
    event: Event, form: CodeForm, *, why: str = "", sealed: str = "", words: str = "", status: int = OK
) -> ResponseReturnValue:
    return page(
        "registration/code.html",
        status=status,
        form=form,
        event=event,
        state=event.registration_state(now()),
        why=why,
        sealed=sealed,
        sealed_name=kept.SEALED,
        words=words,
        # The link's own address takes no form.
        action=None
        if "slug" in (request.view_args or {})
        else url_for("registration.register", slug=event.slug),
    )
