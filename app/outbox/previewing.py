# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a verb has just intended to tell people of a day: shown before it is agreed to, and held back for a quiet minute."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.rules import QUIET, State
from app.outbox.statements import change
from app.texts import force_locale

_SECRET = re.compile(r"(/(?:my|group)/)[\w.-]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """How many get a mail, and what one of them reads. Links that open somebody's page are left out of it."""

    number: int
    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Intended:
    """The mails about a day that were intended at one moment, in the transaction that is open."""

    event_id: int

    def samples(self, session: Session, moment: datetime) -> Sequence[Sample]:
        """One of each kind, the most frequent first. None where the mails say nothing new."""
        kinds = (
            select(Message.kind, func.count(), func.min(Message.id))
            .where(*self._at(moment))
            .group_by(Message.kind)
            .order_by(func.count().desc(), Message.kind)
        )
        samples = []
        for kind, number, one in session.execute(kinds).all():
            message = session.get_one(Message, one)
            with force_locale(message.language):
                mail = BUILDERS[kind](session, message)
            if mail is not None:
                text = _SECRET.sub(r"\1…", mail.text)
                samples.append(Sample(number, message.language, mail.subject, text))
        return samples

    def rest(self, session: Session, moment: datetime) -> None:
        """None of them leaves before the quiet minute is over."""
        session.execute(change(*self._at(moment)).values(next_attempt_at=moment + QUIET))

    def _at(self, moment: datetime) -> tuple[ColumnElement[bool], ...]:
        return Message.event_id == self.event_id, Message.created_at == moment, Message.state == State.QUEUED
