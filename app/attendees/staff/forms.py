# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team's form around who leads a run or takes its minutes."""

from wtforms import RadioField

from app.attendees.staff.service import ROLE_LABELS
from app.registration.workshops.models import StaffRole
from app.web.editing import (
    options,
    short_text,
)
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l


class StaffForm(BaseForm):
    """Who of the registered people leads a run or takes the minutes."""

    who = short_text(_l("Name, mail address or reference"), longest=100, required=True)
    role = RadioField(
        _l("Role"),
        choices=options((one.value, _l(label)) for one, label in ROLE_LABELS.items()),
        default=StaffRole.FACILITATOR.value,
    )
