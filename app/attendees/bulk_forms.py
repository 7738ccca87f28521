# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms for actions on many people at once."""

import hashlib
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from app.attendees.forms import LONGEST_NOTE, reason_for_the_person
from app.attendees.lists import RunChoice
from app.attendees.mailings import MailingText
from app.texts import gettext, ngettext
from app.web.asking import AskingForm, TellingForm
from app.web.editing import TOO_LONG, Choice, formatted_text
from app.web.forms import REQUIRED, NonceMixin
from app.web.texts import lazy_gettext as _l

LONGEST_LETTER = 10_000


def fingerprint(ids: Sequence[int]) -> str:
    """Tells whether the same people are meant as when the page was made."""
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:32]


class ManyForm(AskingForm):
    """`seen` says whom the page named: nobody is hit whom the team did not see."""

    seen = HiddenField()
    people: Sequence[int] = ()

    def of(self, people: Sequence[int]) -> Any:
        """The form about these people; sent again, it is about whom the page names now."""
        now_meant = fingerprint(people)
        self.is_stale = bool(self.is_submitted() and self.seen.data != now_meant)
        self.seen.data = now_meant
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.is_stale:
            self.form_errors.append(
                gettext("Somebody came, left or changed meanwhile. Please look again whom it hits.")
            )
        return valid and not self.is_stale


class LetterForm(NonceMixin, ManyForm):
    subject = StringField(
        _l("Subject"),
        [DataRequired(REQUIRED), Length(max=150, message=TOO_LONG)],
        description=_l("The title of the day stands before it."),
        render_kw={"autocomplete": "off", "maxlength": 150},
    )
    text = formatted_text(
        _l("Message"),
        rows=10,
        required=True,
        longest=LONGEST_LETTER,
        description=_l("Greeting, time and place of the day and the personal link are added by themselves."),
    )
    ended = BooleanField()  # its label says how many they are

    def letter(self) -> MailingText:
        return MailingText(self.subject.data or "", self.text.data or "")


class CancelManyForm(ManyForm):
    note = TextAreaField(
        _l("Reason"),
        [DataRequired(REQUIRED), Length(max=LONGEST_NOTE, message=TOO_LONG)],
        description=_l("It stands in the history of each of them. Only the organising team sees it."),
        render_kw={"rows": 2},
    )


class ApproveForm(ManyForm):
    """One button: the page names whom it lets in."""


class RejectManyForm(ManyForm):
    note = reason_for_the_person()


class MoveUpForm(ManyForm):
    overbook = BooleanField(_l("Overbook if the day or a quota is full"))
    note = TextAreaField(
        _l("Note for the history"),
        [Length(max=LONGEST_NOTE, message=TOO_LONG)],
        description=_l("Needed if you overbook."),
        render_kw={"rows": 2},
    )

    def validate_note(self, field: TextAreaField) -> None:
        if self.overbook.data and not field.data:
            raise ValidationError(gettext("Please write down why you overbook."))


class MoveForm(TellingForm, ManyForm):
    """From one workshop into another of its round; the day's runs are offered that take place."""

    out_of = Choice(_l("Out of"))
    into = Choice(_l("Into"), description=_l("Only a workshop of the same round."))

    def offer(self, runs: Sequence[RunChoice]) -> "MoveForm":
        held = [one for one in runs if one.takes_place]
        self.out_of.offer((str(one.id), _named(one)) for one in held)
        nowhere = ("", gettext("No other one: the round stays open"))
        self.into.offer([nowhere, *((str(one.id), _with_seats(one)) for one in held)])
        return self


def _named(run: RunChoice) -> str:
    return f"{run.round_title}: {run.label} {run.title}"


def _with_seats(run: RunChoice) -> str:
    left = run.seats.left
    if left is None:
        return _named(run)
    return f"{_named(run)} ({ngettext('%(num)d place left', '%(num)d places left', left)})"
