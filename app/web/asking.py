# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Ask before people are told: a change that would send mails is tried, shown, and carried out when the team says so.

Trying it is doing it in a transaction that is rolled back, so the page shows what would leave, not a guess of it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from flask import flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField

from app.clock import now
from app.web.database import transaction
from app.web.doing import Done, carried_out
from app.web.editing import Difference, EditingForm, formatted_text
from app.web.forms import BaseForm
from app.web.pages import page
from app.web.texts import lazy_gettext as _l

T = TypeVar("T")

BACK, LOOK = "edit", "look"  # buttons: to the form; and the question again, with the note in the mail
# What the question adds to the form, or a form says of itself: not what somebody typed.
_OWN = frozenset({"csrf_token", "agreed", BACK, LOOK})


class AskingForm(BaseForm):
    """A form whose verb may tell people: beside its fields it carries what the team agreed to. By itself it is one button."""

    asks_for_note: ClassVar[bool] = False
    agreed = HiddenField(default="")


class TellingForm(AskingForm):
    """One with a note of the team for the mail; it is asked for with the question, and kept on the way back from it."""

    asks_for_note = True
    shown_last = ("note",)
    unstored: ClassVar[Collection[str]] = frozenset({"note"})
    note = formatted_text(
        _l("A word of your own"), rows=3, description=_l("Stands in the mail, for instance why.")
    )


class AskingButton(AskingForm):
    """One without a page of its own. `transaction` asks for its token, as for every such button."""

    class Meta(AskingForm.Meta):
        csrf = False

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """No page shows it again to who had to sign in: `transaction` answers, as for every such button."""
        return bool(self.is_submitted() and self.validate(extra_validators))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super(BaseForm, self).validate(extra_validators=extra_validators))


class Sample(Protocol):
    """How many get a mail, who they are among those that get one of its kind, in which language, and what one of them
    reads; `text` is empty where it is not for the team's eyes."""

    @property
    def number(self) -> int: ...
    @property
    def whom(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Reach(Protocol):
    """How many people are told, each counted once, and a sample of each thing they read."""

    @property
    def people(self) -> int: ...
    @property
    def samples(self) -> Sequence[Sample]: ...


class Telling(Protocol):
    """What a verb intends to tell at a moment, in the open transaction; `rest` holds it back for a while."""

    def reach(self, session: Session, moment: datetime) -> Reach: ...
    def rest(self, session: Session, moment: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What would change, whom it reaches, and what was typed. `again`: it was agreed to, but reaches others by now.

    `speaks_against`: what the team should know of how things stand afterwards.
    """

    changes: Sequence[Any]  # each with a label, and what was and will be
    reach: Reach
    carried: Sequence[tuple[str, str]]
    agreed: str
    again: bool
    speaks_against: Sequence[Any]


class _Tried(Exception):
    """Nothing of it stays."""


class _NotAgreed(Exception):
    def __init__(self, reach: Reach, agreed: str, speaks_against: Sequence[Any]) -> None:
        super().__init__()
        self.reach = reach
        self.agreed = agreed
        self.speaks_against = speaks_against


def asked(
    form: AskingForm,
    verb: Callable[[Session, datetime], T],
    telling: Telling,
    *,
    instead: Callable[[Session, datetime], T] | None = None,
    stored: Callable[[], EditingForm] | None = None,
    speaks_against: Callable[[Session], Sequence[Any]] | None = None,
    changes: Sequence[Any] = (),
) -> Done[T] | Question | None:
    """`did`, for a verb that may tell people: where it would, a question comes first.

    The verb gets the moment at which it intends its mails. What was agreed to is done and its mails rest for a while;
    `instead` is done in its place, for what happens only after that while. What `speaks_against` it is read of the state
    that the verb would leave. What would change are the form's own differences, and the `changes` that the form stands for.
    """
    if not form.validate_on_submit() or BACK in request.form:
        form.agreed.data = ""  # who goes on from the form is asked again
        return None

    def action() -> T:
        moment = now()
        with suppress(_Tried), transaction() as session:
            result = verb(session, moment)
            reach = telling.reach(session, moment)
            agreed = _fingerprint(form, reach)
            if reach.samples and (form.agreed.data != agreed or LOOK in request.form):
                raise _NotAgreed(reach, agreed, speaks_against(session) if speaks_against else ())
            if instead is not None:
                raise _Tried
            telling.rest(session, moment)
            return result
        assert instead is not None  # noqa: S101 - else the verb stands
        with transaction() as session:
            return instead(session, moment)

    try:
        done = carried_out(form, action, stored=stored)
        form.agreed.data = ""
        return done
    except _NotAgreed as question:
        return Question(
            [*changes, *_differences(form, stored)],
            question.reach,
            _typed(form),
            question.agreed,
            again=bool(form.agreed.data) and LOOK not in request.form,
            speaks_against=question.speaks_against,
        )


def _differences(form: AskingForm, stored: Callable[[], EditingForm] | None) -> Sequence[Difference]:
    return form.differences_from(stored()) if stored is not None and isinstance(form, EditingForm) else []


def question_page(question: Question, form: AskingForm, **about: Any) -> ResponseReturnValue:
    """The page of a question; `about` is what its frame shows, such as the `event`."""
    return page("_layouts/organise_asked.html", question=question, form=form, **about)


def say_no(form: AskingButton) -> None:
    """Why it was refused stands above the page that comes next."""
    for sentence in form.form_errors:
        flash(sentence, "warning")


def _typed(form: AskingForm) -> list[tuple[str, str]]:
    """What was sent, but for what the question has a field for."""
    own = _OWN | ({"note"} if form.asks_for_note else set())
    return [pair for pair in request.form.items(multi=True) if pair[0] not in own]


def _fingerprint(form: AskingForm, reach: Reach) -> str:
    """Of what is done and of whom it reaches: who agrees agrees to this."""
    told = [(one.number, one.whom, one.subject) for one in reach.samples]
    said = json.dumps([sorted(_typed(form)), told])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
