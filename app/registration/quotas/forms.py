# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' forms of a quota. Whom it is for is said once, when it is added."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import ClassVar

from app.events.models import Quota
from app.events.rules import EFFECT_LABELS, TARGET_LABELS, Aim, QuotaEffect, QuotaTarget
from app.organisations.models import Organisation
from app.registration.quotas.service import QuotaFacts
from app.texts import gettext
from app.web.asking import AskingForm
from app.web.editing import (
    Choice,
    ClockTime,
    Day,
    EditingForm,
    WholeNumber,
    clock_of,
    code_text,
    day_of,
    moment_of,
    short_text,
)
from app.web.forms import REQUIRED
from app.web.texts import lazy_gettext as _l

# Which field says whom a quota of this target is for.
_FIELD_OF = {
    QuotaTarget.KIND: "organisation_kind",
    QuotaTarget.DISTRICT: "district",
    QuotaTarget.ORGANISATION: "organisation_id",
    QuotaTarget.CODE: "code",
}


class QuotaForm(AskingForm, EditingForm):
    """What may be changed of every quota."""

    refused_at: ClassVar[Mapping[str, str]] = {"capacity": "seats"}
    shown_last = ("code", "seats", "release_date", "release_time")

    name = short_text(_l("Name"), longest=100, required=True, description=_l("People who wait may read it."))
    seats = WholeNumber(_l("Seats"), least=0, most=20_000, required=True)
    code = code_text(
        _l("Code"), description=_l("A secret that people type in. Small and capital letters are the same.")
    )
    release_date = Day(
        _l("Release the rest on"),
        description=_l("From then on the seats that are left are for everybody. Leave empty to keep them."),
    )
    release_time = ClockTime(_l("Time"), description=_l("Leave empty for the beginning of that day."))

    @classmethod
    def of(cls, quota: Quota, *, stored: bool = False) -> "QuotaForm":
        data = {
            "name": quota.name,
            "seats": quota.capacity,
            "code": quota.code,
            "release_date": day_of(quota.release_at),
            "release_time": clock_of(quota.release_at),
            "version": str(quota.version),
        }
        form = cls(formdata=None, data=data) if stored else cls(data=data)
        if quota.target is not QuotaTarget.CODE:
            del form.code
        if quota.effect is not QuotaEffect.RESERVE:
            del form.release_date, form.release_time
        return form

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        if "release_date" in self and self.release_time.data is not None and self.release_date.data is None:
            valid = self._complain(
                "release_date", gettext("Please enter the date as well, or leave the time empty.")
            )
        return valid

    def _complain(self, name: str, sentence: str) -> bool:
        """Adds the sentence, if nothing is wrong with the field yet. The form is not valid."""
        if not self[name].errors:
            self[name].errors = [sentence]
        return False

    def changed(self, effect: QuotaEffect, aim: Aim) -> QuotaFacts:
        """The facts of a quota of this `effect` and `aim` as they are to be."""
        if "code" in self:
            aim = Aim(aim.target, code=self.code.data or "")
        return QuotaFacts(self.name.data or "", effect, aim, self.seats.data or 0, self.release_at)

    @property
    def release_at(self) -> datetime | None:
        if "release_date" not in self:
            return None
        return moment_of(self.release_date.data, self.release_time.data or time(0, 0))


class CodeQuotaForm(QuotaForm):
    """A quota with a code keeps having one."""

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        return valid if self.code.data else self._complain("code", str(REQUIRED))


class NewQuotaForm(QuotaForm):
    """A new quota: what it does, and for whom."""

    effect = Choice(_l("What it does"), choices=[(one.value, _l(EFFECT_LABELS[one])) for one in QuotaEffect])
    target = Choice(_l("For whom"), choices=[(one.value, _l(TARGET_LABELS[one])) for one in QuotaTarget])
    organisation_kind = Choice(_l("Kind of organisation"))
    district = Choice(_l("District"))
    organisation_id = Choice(_l("Organisation"))

    def offer(
        self,
        kinds: Sequence[tuple[str, str]],
        districts: Iterable[str],
        organisations: Iterable[Organisation],
    ) -> "NewQuotaForm":
        """`kinds`: keys and names."""
        nothing = [("", gettext("Not chosen"))]
        self.organisation_kind.offer([*nothing, *kinds])
        self.district.offer(nothing + [(one, one) for one in districts])
        self.organisation_id.offer(nothing + [(str(one.id), one.name) for one in organisations])
        return self

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        if self.target.errors or self.effect.errors:
            return valid
        needed = _FIELD_OF[QuotaTarget(self.target.data)]
        if not self[needed].data:
            valid = self._complain(needed, str(REQUIRED))
        if self.effect.data == QuotaEffect.CAP.value and self.release_date.data is not None:
            sentence = gettext("Only reserved seats can be released. Please leave this empty.")
            valid = self._complain("release_date", sentence)
        return valid

    def facts(self) -> QuotaFacts:
        """Only what belongs to the chosen target counts; the other fields may hold anything."""
        target = QuotaTarget(self.target.data)
        aim = {
            QuotaTarget.KIND: lambda: Aim(target, kind=self.organisation_kind.data),
            QuotaTarget.DISTRICT: lambda: Aim(target, district=self.district.data or ""),
            QuotaTarget.ORGANISATION: lambda: Aim(target, organisation_id=int(self.organisation_id.data)),
            QuotaTarget.CODE: lambda: Aim(target, code=self.code.data or ""),
        }[target]()
        effect = QuotaEffect(self.effect.data)
        return QuotaFacts(self.name.data or "", effect, aim, self.seats.data or 0, self.release_at)
