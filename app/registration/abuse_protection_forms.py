# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who comes in through the public forms: budgets, a honeypot and a moment's patience instead of puzzles (T08, T32).

Nobody who is refused here loses anything: the sentence says what to do, and what was typed stays. The figures are wide,
because a data centre that serves forty town halls stands behind one address, and people of all of them may register in
the hour in which a day of three hundred seats opens.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import Signer
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField

from app.clock import now
from app.people.budget import refund, spend
from app.people.rules import Limit, bucket, site_of
from app.people.session_views import origin
from app.refusal import Refusal
from app.registration.rules import SentAtOnce, TooManyCodes, TooManyFromHere, Trapped
from app.settings import Settings
from app.web.forms import WELL_FORMED, NonceMixin, new_nonce
from app.web.texts import lazy_gettext as _l

AN_HOUR = timedelta(hours=1)
# Three full groups in the hour for which their seats are reserved: one network alone does not fill a day with groups.
GROUP_SEATS_PER_NETWORK_AND_DAY = Limit(60, AN_HOUR)
# Codes are words that people pass on by telephone, so wrong ones are common; guessing needs thousands.
WRONG_CODES_PER_NETWORK = Limit(30, AN_HOUR)

SHORTEST_TIME = timedelta(seconds=2)  # between opening and sending
LONGEST_TIME = timedelta(days=2)  # a signed moment is worth something as long as the form's own token is
# Random letters, the moment in milliseconds, the signature. Its last letter carries four bits: written with one of the
# three other letters that mean the same it would be another nonce.
_NONCE = re.compile(r"\A[A-Za-z0-9_-]{24}\.([0-9a-f]{8,12})\.[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]\Z")


def nonce_of(opened: datetime) -> str:
    """A form's nonce that says when the form was opened, signed."""
    return _signer().sign(f"{new_nonce()}.{int(opened.timestamp() * 1000):x}").decode()


def nonce_of_now() -> str:
    return nonce_of(now())


def opened_at(nonce: str) -> datetime | None:
    """When the form with this nonce was opened; None for a nonce that was not made here."""
    found = _NONCE.match(nonce)
    if found is None or not _signer().validate(nonce):
        return None
    return datetime.fromtimestamp(int(found[1], 16) / 1000, tz=UTC)


def _signer() -> Signer:
    """Of all secret keys; the newest signs, so itsdangerous wants it last. A nonce has 64 letters, as many as fit."""
    return Signer(current_app.config["SECRET_KEYS"][::-1], salt="fachtag.opened")


class AbuseProtectionMixin(NonceMixin):
    """A public form: a nonce that carries the moment of opening, and a field that only programs fill in."""

    nonce = HiddenField(default=nonce_of_now, validators=[WELL_FORMED])
    comment_url = StringField(
        _l("Please leave this field empty"),
        render_kw={"autocomplete": "off", "tabindex": "-1", "maxlength": 200},
    )


def refuse_programs(session: Session, form: Any, moment: datetime) -> None:
    """Spend what this form costs its network. Refuses a filled honeypot, a flood of fast forms and a flood of any forms.

    For a form that is valid; it costs the same whether an address is known or not (T09).
    """
    if form.comment_url.data:
        form.comment_url.data = ""
        raise Trapped
    opened = opened_at(form.nonce.data or "")
    if opened is not None and SHORTEST_TIME <= moment - opened <= LONGEST_TIME:
        if not _spend(session, "form", forms_per_network(), moment):
            raise TooManyFromHere
    # Browsers that fill in a form for somebody are as fast as programs; only a flood of such forms is asked a second time.
    elif not _spend(session, "fast-form", forms_per_network(), moment):
        form.nonce.data = nonce_of(moment - SHORTEST_TIME)
        raise SentAtOnce


def refuse_many_seats(session: Session, event_id: int, seats: int, moment: datetime) -> None:
    """Seats that groups hold unconfirmed, per network and day (T32)."""
    if not _spend(session, f"group-seats-{event_id}", GROUP_SEATS_PER_NETWORK_AND_DAY, moment, cost=seats):
        raise TooManyFromHere


def refuse_guessing(
    session: Session, moment: datetime, refusal: Callable[[], Refusal] = TooManyCodes
) -> None:
    """Spend a try with a code, in a transaction of its own; `forgive_code` puts a right one back."""
    if not _spend(session, "code", WRONG_CODES_PER_NETWORK, moment):
        raise refusal()


def forgive_code(session: Session) -> None:
    refund(session, _bucket("code"))


def forms_per_network() -> Limit:
    """What the operator allows: where everybody comes through one address, the usual figure is too small."""
    settings: Settings = current_app.extensions["fachtag.settings"]
    return Limit(settings.forms_per_network, AN_HOUR)


def _spend(session: Session, purpose: str, limit: Limit, moment: datetime, *, cost: int = 1) -> bool:
    return spend(session, _bucket(purpose), limit.times, limit.window, moment, cost=cost)


def _bucket(purpose: str) -> str:
    here = origin()
    return bucket(purpose, site_of(here.network), here.key)
