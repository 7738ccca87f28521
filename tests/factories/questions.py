# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Questions of the organisers: one of each kind, named by what they ask for.

asked = make_questions(session, event.id)
asked["meal"].options[3]  # "Sonstiges", on which "diet" hangs
"""

from typing import Any

from sqlalchemy.orm import Session

from app.registration.history import By
from app.registration.questions.models import Question
from app.registration.questions.options import OptionFacts
from app.registration.questions.rules import LegalBasis, QuestionKind, Retention
from app.registration.questions.service import QuestionFacts, add_question
from app.registration.rules import Actor
from tests.factories.days import NOW

TEAM = By(Actor.ORGANISER)
SENSITIVE = {
    "sensitive": True,
    "legal_basis": LegalBasis.EXPLICIT_CONSENT,
    "retention": Retention.DAYS,
}


def facts(kind: QuestionKind, label: str, *options: str | OptionFacts, **changes: Any) -> QuestionFacts:
    """A lawful question that nobody has to answer; options by name."""
    values: dict[str, Any] = {
        "purpose": "Damit der Tag gelingt.",
        "legal_basis": LegalBasis.PUBLIC_TASK,
        "retention": Retention.MONTHS,
        "options": tuple(OptionFacts(one) if isinstance(one, str) else one for one in options),
        **changes,
    }
    return QuestionFacts(kind, label, **values)


def make_questions(session: Session, event_id: int) -> dict[str, Question]:
    """Meal (with a sensitive text if it is something else), needs, bus, nights, arrival, badge, wish; a note of the team."""

    def add(kind: QuestionKind, label: str, *options: str | OptionFacts, **changes: Any) -> Question:
        return add_question(session, event_id, facts(kind, label, *options, **changes), TEAM, NOW)

    meal = add(
        QuestionKind.ONE_OF, "Verpflegung", "alles", "vegetarisch", OptionFacts("vegan", 2), "Sonstiges"
    )
    return {
        "meal": meal,
        "diet": add(
            QuestionKind.SHORT_TEXT,
            "Was sollen wir beim Essen beachten?",
            shown_if=meal.options[3].id,
            **SENSITIVE,
        ),
        "needs": add(
            QuestionKind.SEVERAL_OF, "Was brauchen Sie?", "Gebärdensprache", "ruhiger Raum", **SENSITIVE
        ),
        "bus": add(
            QuestionKind.YES_NO,
            "Fahren Sie mit dem Bus?",
            legal_basis=LegalBasis.CONSENT,
            retention=Retention.DAYS,
        ),
        "nights": add(QuestionKind.NUMBER, "Wie viele Nächte bleiben Sie?"),
        "arrival": add(QuestionKind.DATE, "Wann reisen Sie an?"),
        "badge": add(QuestionKind.SHORT_TEXT, "Was soll auf dem Namensschild stehen?"),
        "wish": add(QuestionKind.LONG_TEXT, "Frage an die Referierenden"),
        "note": add(QuestionKind.SHORT_TEXT, "Notiz des Teams", organiser_only=True),
    }
