# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a page does between its form and its answer: one verb in one transaction, and a "no" where people read it.

A view is: fetch, form, `if did(form, lambda session: verb(session, …)): redirect`, page. What is missing (`Missing`) is no
"no" and passes through all of these, to the one page for 404.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import flash
from sqlalchemy.orm import Session

from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.texts import sentence_of
from app.web.database import db, transaction
from app.web.editing import EditingForm
from app.web.forms import BaseForm

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """It is done and committed: true, whatever the verb gave back."""

    result: T


def did(
    form: BaseForm,
    verb: Callable[[Session], T],
    *,
    stored: Callable[[], EditingForm] | None = None,
    first: Callable[[Session], object] | None = None,
) -> Done[T] | None:
    """Whether the form was sent, holds, and its verb is done. Where not, the form says why, and the page is shown again.

    `stored` is the same form filled from the row as it is now: if somebody else saved first, `form.differences` shows both
    texts (F30). What the verb gives back has been committed by the time the view reads it: let it be values, not rows.

    `first` is the rule that the verb asks before it does anything. A page that asks "really?" hands it over: where it
    refuses, the page says why instead of offering a button that would be refused.
    """
    done = carried_out(form, in_one(verb), stored=stored) if form.validate_on_submit() else None
    if done is None and first is not None:
        form.impossible = why_not(first)
    return done


def why_not(rule: Callable[[Session], object]) -> str:
    """Why a verb that asks this rule would be refused now; empty where it would not be. Only reads."""
    try:
        rule(db.session())
    except Refusal as refusal:
        return sentence_of(refusal)
    return ""


def carried_out(
    form: BaseForm, action: Callable[[], T], *, stored: Callable[[], EditingForm] | None = None
) -> Done[T] | None:
    """The same for a form that holds and an action that owns its transactions: several of them, or none."""
    try:
        return Done(action())
    except ChangedMeanwhile as refusal:
        form.add_refusal(refusal)
        if isinstance(form, EditingForm):
            form.stale = True
            if stored is not None:
                form.compare_with(stored())
    except Refusal as refusal:
        form.add_refusal(refusal)
    return None


def in_one(verb: Callable[[Session], T]) -> Callable[[], T]:
    """An action of one transaction, for `carried_out`: where what the form says has to be read before it."""

    def action() -> T:
        with transaction() as session:
            return verb(session)

    return action


def pressed(verb: Callable[[Session], T]) -> Done[T] | None:
    """A button without a form of its own: a "no" stands above the page that comes next. For organisers' pages: it needs the
    session."""
    try:
        return Done(in_one(verb)())
    except Refusal as refusal:
        flash(sentence_of(refusal), "warning")
        return None


@dataclass(frozen=True, slots=True)
class DoneForMany:
    """For how many it is done, and for what reason how often not."""

    number: int
    refused: Counter[str]


def done_for_each(session: Session, ids: Iterable[int], verb: Callable[[int], object]) -> DoneForMany:
    """In the open transaction, so that it can be tried first: whoever cannot be helped keeps nobody else from it."""
    number, refused = 0, Counter[str]()
    for one in ids:
        try:
            with session.begin_nested():
                verb(one)
        except Missing:
            continue  # deleted in the meantime
        except Refusal as refusal:
            refused[sentence_of(refusal)] += 1
        else:
            number += 1
    return DoneForMany(number, refused)


def did_for_each(ids: Iterable[int], verb: Callable[[Session, int], object]) -> DoneForMany:
    """One transaction each: whoever cannot be helped keeps nobody else from it."""
    number, refused = 0, Counter[str]()
    for one in ids:
        try:
            with transaction() as session:
                verb(session, one)
        except Missing:
            continue  # deleted in the meantime
        except Refusal as refusal:
            refused[sentence_of(refusal)] += 1
        else:
            number += 1
    return DoneForMany(number, refused)
