# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One box per consent, unticked: `consent-<purpose>`."""

from collections.abc import Collection
from typing import Any

from wtforms import BooleanField

from app.events.models import Event
from app.events.rules import Placement
from app.refusal import fingerprint
from app.registration.consents.models import CONSENT_TEXTS, PURPOSE_LABELS, Purpose, asked_consents
from app.texts import gettext
from app.web.editing import EditingForm
from app.web.forms import BaseForm


def field_of(purpose: Purpose) -> str:
    return f"consent-{purpose.value}"


def agreeing(form_class: type[BaseForm], event: Event) -> type[BaseForm]:
    """The form class with a box for each consent that the day asks for; `consents` names their fields."""
    asked = asked_consents(event)
    fields = {field_of(one): BooleanField(gettext(CONSENT_TEXTS[one])) for one in asked}
    return type(form_class.__name__, (form_class,), {"consents": tuple(fields), **fields})


def agreed_in(form: Any, event: Event) -> dict[Purpose, str]:
    """The boxes that were ticked, with the words beside them."""
    return {
        one: gettext(CONSENT_TEXTS[one])
        for one in asked_consents(event)
        if field_of(one) in form and form[field_of(one)].data
    }


class AskForm(EditingForm):
    """What a day asks people to agree to."""


def ask_form(event: Event, *, stored: bool = False) -> Any:
    """A box per purpose, as the day asks now; `stored` leaves aside what was sent. A lot is drawn only where people wish."""
    asked = asked_consents(event)
    offered = [one for one in Purpose if one is not Purpose.MEMORY or event.placement is Placement.WISHES]
    fields = {
        field_of(one): BooleanField(gettext(PURPOSE_LABELS[one]), description=gettext(CONSENT_TEXTS[one]))
        for one in offered
    }
    form_class = type(AskForm.__name__, (AskForm,), fields)
    data = {"version": fingerprint(event.consents), **{field_of(one): one in asked for one in offered}}
    return form_class(formdata=None, data=data) if stored else form_class(data=data)


def asked_in(form: Any) -> Collection[Purpose]:
    return {one for one in Purpose if field_of(one) in form and form[field_of(one)].data}
