# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the public and the organisers' pages share: words, and the day it is."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.models import Event
from app.events.partners.queries import behind, partners_of
from app.results.queries import DocumentationView
from app.results.rules import LEVEL_LABELS, STATUS_LABELS

WORDS = {"status_labels": STATUS_LABELS, "level_labels": LEVEL_LABELS}


def today(now: datetime) -> date:
    """The calendar day in Germany: agreements become overdue at midnight there."""
    return now.astimezone(BERLIN).date()


def page_context(event: Event, **more: Any) -> dict[str, Any]:
    return {"event": event, **WORDS, **more}


def documentation_context(
    session: Session, event: Event, view: DocumentationView, **more: Any
) -> dict[str, Any]:
    """For the documentation itself: also who stands behind the day."""
    partners = partners_of(session, event)
    return page_context(event, view=view, partners=partners, behind=behind(event, partners), **more)
