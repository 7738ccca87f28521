# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms in which one person types in another one's data."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, ClassVar, cast

from flask import request
from wtforms import BooleanField, FieldList, FormField

from app.events.models import Event
from app.people.rules import address_key
from app.refusal import N_
from app.registration.abuse_protection_forms import AbuseProtectionMixin
from app.registration.forms import SHORT, Colleague, ContactForm, PersonMixin, asks, without_unasked
from app.registration.groups.service import MOST_PEOPLE, Allotment, GroupEntry
from app.texts import gettext, language
from app.web.asking import AskingForm
from app.web.editing import Day, WholeNumber, moment_of
from app.web.forms import BaseForm, NonceMixin
from app.web.texts import lazy_gettext as _l

FIRST_ROWS = 2
END_OF_DAY = time(23, 59)


class ColleagueRow(Colleague):
    """One colleague among several. A row in which nothing was typed does not count."""

    class Meta(BaseForm.Meta):
        csrf = False

    @property
    def is_empty(self) -> bool:
        return not any(field.data for field in self if field.data != field.default)

    def validate(self, extra_validators: Any = None) -> bool:
        return self.is_empty or super().validate(extra_validators)


class GroupForm(AbuseProtectionMixin, ContactForm):
    """The form at /events/<slug>/register/group. Rows are added and removed by buttons that send the form."""

    rows_called: ClassVar[Mapping[str, str]] = {"rows": N_("Colleague %(number)s")}
    takes_part = BooleanField(_l("I take part myself"))
    rows = FieldList(FormField(ColleagueRow), min_entries=FIRST_ROWS, max_entries=MOST_PEOPLE)
    together = BooleanField(
        _l("We come only together"),
        description=_l("If there are not enough seats for all of you, all of you wait until there are."),
    )

    def asked_on(self, event: Event) -> "GroupForm":
        """Without what the day does not ask."""
        for one in (self, *(row.form for row in self.rows)):
            without_unasked(one, event)
        return self

    @property
    def room_for_rows(self) -> bool:
        return len(self.rows) < MOST_PEOPLE

    @property
    def filled(self) -> Sequence[Any]:
        return [one.form for one in self.rows if not one.form.is_empty]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        people = len(self.filled) + bool(self.takes_part.data)
        if not self.filled:
            self.form_errors.append(gettext("Please enter at least one colleague."))
        elif people > MOST_PEOPLE:
            self.form_errors.append(
                gettext("At most %(number)s people fit into one group.", number=MOST_PEOPLE)
            )
        else:
            return self._each_once() and valid
        return False

    def _each_once(self) -> bool:
        seen = {address_key(self.person().email)} if self.takes_part.data else set()
        valid = True
        for row in self.filled:
            key = address_key(row.email.data or "")
            if key in seen and row.email.data:
                row.email.errors = [*row.email.errors, gettext("This address is in the form twice.")]
                valid = False
            seen.add(key)
        return valid

    def rearranged(self) -> "GroupForm | None":
        """The same form with a row more or less, if one of those buttons was pressed; nothing typed is lost."""
        pressed = next((name for name in request.form if name.startswith(("add-row", "remove-row-"))), None)
        if pressed is None:
            return None
        rows = [row.data for row in self.rows]
        if pressed == "add-row":
            rows = [*rows, {}][:MOST_PEOPLE]
        else:
            number = pressed.removeprefix("remove-row-")
            rows = [row for place, row in enumerate(rows) if str(place) != number]
        return type(self)(formdata=None, data={**self.data, "rows": rows or [{}]})

    def entry(self) -> GroupEntry:
        contact = self.person()
        people = [row.person(contact.organisation) for row in self.filled]
        first = [contact] if self.takes_part.data else []
        return GroupEntry(contact, [*first, *people], self.key, language(), bool(self.together.data))


@asks(SHORT)
class AllotForm(NonceMixin, PersonMixin, AskingForm):
    """Seats that the team keeps for an organisation."""

    seats = WholeNumber(_l("Number of seats"), least=1, most=200, required=True)
    until = Day(
        _l("To be named until"),
        required=True,
        description=_l("Until the end of this day. Seats without a name then become free."),
    )

    def allotment(self) -> Allotment:
        return Allotment(self.person(), self.seats.data or 0, self.until_moment(), self.key)

    def until_moment(self) -> datetime:
        return cast(datetime, moment_of(self.until.data, END_OF_DAY))  # the field is required
