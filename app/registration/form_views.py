# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The page with the registration form, drawn once for everybody.

Drawing it is most of what it costs, so it is kept with gaps in it: for the token and the nonce, which each visitor gets
of their own, and for what is said about runs and options as their seats go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template
from flask_wtf.csrf import generate_csrf
from markupsafe import escape
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import RegistrationState
from app.organisations.queries import organisation_names
from app.programme.agenda import RoundView, read_rounds
from app.registration import abuse_protection_forms
from app.registration.admission import Entry
from app.registration.consents.forms import agreed_in, agreeing
from app.registration.forms import RegisterForm, run_label, taking_rounds, without_unasked
from app.registration.questions.answer_forms import asking, option_words, with_seats
from app.registration.questions.asked import asked_questions, asks_needs, count_option_seats, limited_options
from app.registration.questions.models import Option, Question
from app.registration.workshops.forms import wishing
from app.store.cache import Cache
from app.texts import language
from app.web.forms import BaseForm
from app.web.pages import page
from app.web.texts import chosen_language

# A form has some 30 kB.
_drawn: Cache[list[str]] = Cache(size=16)
_classes: Cache[type[BaseForm]] = Cache(size=16)

# No text of ours may contain the sign that stands around a gap's name.
_GAP = re.compile("\0([a-z]+[0-9]*)\0")


def _gap(name: str) -> str:
    return f"\0{name}\0"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form of a day asks: `rounds` with the seats of some earlier moment."""

    event: Event
    rounds: list[RoundView]
    questions: list[Question]
    takes_wishes: bool

    def key(self) -> tuple[object, ...]:
        """Under which everything but the seats stays the same."""
        day = self.event
        version = (day.revision, day.version, day.questions_version)
        return day.id, *version, self.takes_wishes, language(), chosen_language()

    @property
    def chosen_rounds(self) -> list[RoundView]:
        """Those in which one chooses a place at once."""
        return [] if self.event.awaits_places else self.rounds


def what_is_asked(session: Session, event: Event, moment: datetime) -> Asked:
    rounds = read_rounds(session, event, seats=False)
    return Asked(event, rounds, asked_questions(session, event), event.takes_wishes(moment))


def register_form(asked: Asked, **kwargs: Any) -> Any:
    """The form; what it says about seats are gaps, which `with_words` fills in the page."""

    def build() -> type[BaseForm]:
        wished = asked.rounds if asked.takes_wishes else ()
        form_class = wishing(RegisterForm, wished, with_needs=not asks_needs(asked.questions))
        form_class = taking_rounds(form_class, asked.chosen_rounds, lambda run: _gap(f"run{run.id}"))
        return agreeing(asking(form_class, asked.questions, words=_option_gap), asked.event)

    form: Any = _classes.get(asked.key(), build)(**kwargs)
    if not asked.event.code_count:
        del form.code
    without_unasked(form, asked.event)
    return form


def entry_of(form: Any, asked: Asked) -> Entry:
    """What a valid form says."""
    answers = form.given() if asked.questions else None
    return Entry(
        form.person(),
        form.key,
        language(),
        form.choices(),
        answers,
        form.typed_code(),
        agreed_in(form, asked.event),
        form.wished() if asked.takes_wishes else None,
    )


def _option_gap(question: Question, option: Option) -> str:
    limited = option.capacity is not None
    return _gap(f"option{option.id}") if limited else option_words(question, option)


def empty_page(session: Session, asked: Asked, state: RegistrationState) -> str:
    """The page as everybody gets it."""
    names = organisation_names(session)
    token, nonce = generate_csrf(), abuse_protection_forms.nonce_of_now()

    def draw() -> list[str]:
        form = register_form(asked)
        form.nonce.data = nonce
        html = render_template(
            "registration/register.html", form=form, event=asked.event, state=state, names=names
        )
        return _GAP.split(html.replace(token, _gap("token")).replace(nonce, _gap("nonce")))

    parts = _drawn.get((*asked.key(), state, tuple(names)), draw)
    return _filled(parts, {"token": token, "nonce": nonce, **_words(session, asked)})


def refused_page(session: Session, asked: Asked, state: RegistrationState, form: Any) -> Response:
    """The page as somebody gets it back, with everything typed in and what is wrong with it."""
    answer = page(
        "registration/register.html",
        form=form,
        event=asked.event,
        state=state,
        names=organisation_names(session),
    )
    answer.set_data(_filled(_GAP.split(answer.get_data(as_text=True)), _words(session, asked)))
    return answer


def _filled(parts: list[str], words: Mapping[str, str]) -> str:
    """Text and names of gaps take turns."""
    return "".join(words.get(part, "") if number % 2 else part for number, part in enumerate(parts))


def _words(session: Session, asked: Asked) -> dict[str, str]:
    rounds = read_rounds(session, asked.event) if asked.chosen_rounds else []
    runs = {f"run{run.id}": run_label(run) for one in rounds for run in one.runs}
    seats = count_option_seats(session, asked.questions)
    options = {
        f"option{option.id}": with_seats(question, option, seats[option.id])
        for question in asked.questions
        for option in limited_options([question])
        if option.id in seats
    }
    return {name: str(escape(words)) for name, words in {**runs, **options}.items()}
