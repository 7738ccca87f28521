# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everything that is stored about one person, for the person (Art. 15 and 20 GDPR, DP-06).

The keys of `as_json` are documented in docs/eigene-daten.md and stay as they are; new ones may come.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.attendees.queries import mails_about
from app.events.models import Event
from app.outbox.models import Message
from app.privacy.erasure import ANSWERS_KEPT, ENDED_KEPT, NAMES_KEPT
from app.registration.consents.models import Consent
from app.registration.consents.records import every_consent_of
from app.registration.models import Registration, StatusChange
from app.registration.person import FIELDS, WITH_CHAIRS, Kind, Person
from app.registration.queries import MyDay, history, my_day
from app.registration.questions.models import Question
from app.registration.questions.queries import AnswerView, answers_of, public_task, questions_of
from app.registration.questions.rules import Retention
from app.registration.rules import Status
from app.registration.tables.queries import MyTable, tables_of
from app.registration.workshops.exemptions import ExemptionView, exemptions_of
from app.registration.workshops.memory import memory_of
from app.registration.workshops.models import LotMemory
from app.registration.workshops.rules import Need
from app.registration.workshops.swap_offers import MySwaps, offers_of, proposals_of
from app.registration.workshops.wishes import Wished, wishes_of

FORMAT = 5


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An answer with the question it belongs to, and until when it is kept at the latest."""

    given: AnswerView
    question: Question
    kept_until: datetime

    @property
    def withdrawable(self) -> bool:
        return self.given.withdrawable and not self.question.organiser_only


@dataclass(frozen=True, slots=True)
class OwnData:
    registration: Registration
    kept_until: datetime
    history: Sequence[StatusChange]
    day: MyDay
    answers: Sequence[OwnAnswer]
    consents: Sequence[Consent]
    mails: Sequence[Message]
    wished: Wished
    needs_kept_until: datetime
    basis: str
    swaps: MySwaps
    memory: LotMemory | None
    tables: Sequence[MyTable]
    exemptions: Sequence[ExemptionView]

    def wishes_in(self, round_id: int) -> list[str]:
        """What the person wishes for in a round, the dearest first; also after places were given."""
        titles = {run.id: run.title for one in self.day.rounds for run in one.round.runs}
        return [titles[run] for run in self.wished.runs.get(round_id, ()) if run in titles]

    @property
    def needs(self) -> list[Need]:
        return sorted(self.wished.needs or (), key=lambda one: one.value)


def own_data(session: Session, registration: Registration) -> OwnData:
    """Also what only the team may see in lists: it is about this person all the same."""
    questions = {one.id: one for one in questions_of(session, registration.event_id)}
    given = answers_of(session, registration, list(questions.values()))
    ends_at = registration.event.ends_at
    took_part = registration.status in {Status.REGISTERED, Status.OFFERED}
    return OwnData(
        registration,
        ends_at + (NAMES_KEPT if took_part else ENDED_KEPT),
        history(session, registration),
        my_day(session, registration),
        [
            OwnAnswer(
                one, questions[one.question_id], ends_at + ANSWERS_KEPT[questions[one.question_id].retention]
            )
            for one in given
        ],
        every_consent_of(session, registration.id),
        mails_about(session, registration),
        wishes_of(session, registration.id),
        ends_at + ANSWERS_KEPT[Retention.DAYS],
        public_task(session),
        MySwaps(offers_of(session, registration.id), proposals_of(session, registration.id)),
        memory_of(session, registration),
        tables_of(session, registration),
        exemptions_of(session, registration.id),
    )


def as_json(data: OwnData, address: str) -> dict[str, Any]:
    """Times are ISO 8601 in UTC; what is empty is null or an empty list. `address` is the day's public address."""
    one, event = data.registration, data.registration.event
    return {
        "format": FORMAT,
        "event": day_as_json(event, address),
        "registration": {
            "number": one.reference,
            "status": one.status.value,
            **_typed_in(one.person),
            "language": one.language,
            "waiting_number": one.waiting_number,
            "in_group": one.group_id is not None,
            "entered_by": one.named_by or None,
            "created_at": time_as_json(one.created_at),
            "confirmed_at": time_as_json(one.confirmed_at),
            "changed_at": time_as_json(one.changed_at),
            "kept_until": time_as_json(data.kept_until),
        },
        "history": [
            {
                "at": time_as_json(change.at),
                "status": change.to_status.value,
                "reason": change.reason.value,
                "by": change.actor.value,
                "note": change.note or None,
            }
            for change in data.history
        ],
        "workshops": [
            {
                "round": mine.round.title,
                "place": mine.place.title if mine.place else None,
                "wanted": mine.wanted.title if mine.wanted else None,
                "waiting_for": [line.run.title for line in mine.in_line],
                "absent": mine.absent,
                "wishes": data.wishes_in(mine.round.id),
                "swap": _swap_as_json(data.swaps, mine.round.id),
                "leads": mine.leads.title if mine.leads else None,
                "role": mine.role.value if mine.role else None,
            }
            for mine in data.day.told
        ],
        "tables": [{"round": one.label, "table": one.table, "hosts": one.stays} for one in data.tables],
        "needs": [
            {
                "need": one.value,
                "kept_until": time_as_json(data.needs_kept_until),
                "legal_basis": "explicit_consent",
            }
            for one in data.needs
        ],
        "cannot_take": [
            {
                "workshop": one.title,
                "why": one.reason,
                "verdict": one.verdict.value,
                "kept_until": time_as_json(data.needs_kept_until),
            }
            for one in data.exemptions
        ],
        "answers": [
            {
                "question": answer.given.asked,
                "answer": list(answer.given.texts),
                "purpose": answer.question.purpose,
                "legal_basis": answer.question.legal_basis.value,
                "sensitive": answer.question.sensitive,
                "kept_until": time_as_json(answer.kept_until),
            }
            for answer in data.answers
        ],
        "consents": [
            {
                "purpose": one.purpose.value,
                "words": one.words,
                "text_version": one.text_version,
                "source": one.source.value,
                "given_at": time_as_json(one.given_at),
                "withdrawn_at": time_as_json(one.withdrawn_at),
            }
            for one in data.consents
        ],
        "remembered": memory_as_json(data.memory) if data.memory else None,
        "mails": mails_as_json(data.mails),
    }


def memory_as_json(memory: LotMemory) -> dict[str, Any]:
    """What the lot remembers of the address in a series."""
    return {
        "series": memory.series.name,
        "ranks_lost": memory.lost,
        "kept_until": time_as_json(memory.kept_until),
    }


def _swap_as_json(swaps: MySwaps, round_id: int) -> dict[str, Any] | None:
    """What the person offers in a round, and what they are asked."""
    offer, proposal = swaps.offer_in(round_id), swaps.proposal_in(round_id)
    if offer is None:
        return None
    return {
        "offered_at": time_as_json(offer.made_at),
        "wanted": list(offer.wanted),
        "proposed": proposal.gets if proposal else None,
        "answer_by": time_as_json(proposal.answer_by) if proposal else None,
        "agreed": proposal.agreed if proposal else None,
    }


def day_as_json(event: Event, address: str) -> dict[str, Any]:
    return {
        "title": event.title,
        "starts_at": time_as_json(event.starts_at),
        "ends_at": time_as_json(event.ends_at),
        "place": event.place or None,
        "address": address,
    }


def mails_as_json(mails: Sequence[Message]) -> list[dict[str, Any]]:
    return [
        {
            "kind": mail.kind,
            "written_at": time_as_json(mail.created_at),
            "sent_at": time_as_json(mail.sent_at),
        }
        for mail in mails
    ]


def _typed_in(person: Person) -> dict[str, str | int | None]:
    values = asdict(person)
    values["participation"] = person.participation.value
    named = [one.name for one in FIELDS if one.required or one.kind in {Kind.NAME, *WITH_CHAIRS}]
    return {name: value if name in named else value or None for name, value in values.items()}


def time_as_json(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
