# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is said of a programme, as tests read it."""

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.contradictions import contradictions_of
from app.texts import force_locale


def said_against(session: Session, event: Event, key: str = "") -> list[str]:
    """Where day and programme contradict each other, in English; or what is said of one line of the agenda."""
    with force_locale("en"):
        return [one.sentence for one in contradictions_of(session, event, key)]
