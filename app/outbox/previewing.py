# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a verb has just intended to tell people of a day: shown before it is agreed to, and held back for a quiet minute."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.outbox.building import APART, BUILDERS, Mail
from app.outbox.models import Message
from app.outbox.rules import QUIET, State
from app.outbox.statements import change
from app.texts import force_locale

_SECRET = re.compile(r"(/(?:my|group)/)[\w.-]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """How many get a mail, who they are, and what one of them reads. Links that open somebody's page are left out of it."""

    number: int
    whom: str
    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people hear of it, each counted once, and what they read: the most frequent first."""

    people: int
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Intended:
    """The mails about a day that were intended at one moment, in the transaction that is open.

    Without a day: those of whichever days, of whose people nothing is shown but how many they are.
    """

    event_id: int | None

    def reach(self, session: Session, moment: datetime) -> Reach:
        """One sample for each kind, for each language, and for all who read other sentences in a mail of that kind. Mails
        that say nothing new reach nobody."""
        groups: dict[tuple[str, str, str], list[_Mail]] = {}
        for one in self._mails(session, moment):
            groups.setdefault((one.kind, one.language, one.whom), []).append(one)
        told, samples = set[tuple[int, str]](), []
        for (kind, language, whom), mails in groups.items():
            mail = _worded(session, kind, mails)
            if mail is None:
                continue
            told |= {(one.subject_id, one.recipient) for one in mails}
            text = _SECRET.sub(r"\1…", mail.text) if self.event_id is not None else ""
            samples.append(Sample(len(mails), whom, language, mail.subject, text))
        return Reach(len(told), sorted(samples, key=lambda one: -one.number))

    def rest(self, session: Session, moment: datetime) -> None:
        """None of them leaves before the quiet minute is over."""
        session.execute(change(*self._at(moment)).values(next_attempt_at=moment + QUIET))

    def _mails(self, session: Session, moment: datetime) -> Sequence["_Mail"]:
        found = select(
            Message.id, Message.kind, Message.language, Message.subject_id, Message.recipient
        ).where(*self._at(moment))
        rows = session.execute(found.order_by(Message.kind, Message.id)).all()
        apart: dict[int, str] = {}
        for kind in {one.kind for one in rows} & APART.keys():
            values = select(Message.id, APART[kind].by).where(*self._at(moment), Message.kind == kind)
            apart |= {one: APART[kind].whom(value) for one, value in session.execute(values)}
        return [_Mail(*one, apart.get(one.id, "")) for one in rows]

    def _at(self, moment: datetime) -> tuple[ColumnElement[bool], ...]:
        mine = () if self.event_id is None else (Message.event_id == self.event_id,)
        return *mine, Message.created_at == moment, Message.state == State.QUEUED


@dataclass(frozen=True, slots=True)
class _Mail:
    id: int
    kind: str
    language: str
    subject_id: int
    recipient: str
    whom: str


def _worded(session: Session, kind: str, mails: Sequence[_Mail]) -> Mail | None:
    """What one of them reads: the first, or the last, should there be nothing new to the first."""
    for one in dict.fromkeys((mails[0].id, mails[-1].id)):
        message = session.get_one(Message, one)
        with force_locale(message.language):
            mail = BUILDERS[kind](session, message)
        if mail is not None:
            return mail
    return None
