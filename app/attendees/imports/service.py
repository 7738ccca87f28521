# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Adding many people at once: what `manual.add` does for one, in some statements for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import lock_event
from app.people.audit import record
from app.people.rules import address_key
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.admission import admit_many
from app.registration.history import By
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.promotion import move_up
from app.registration.questions import answers
from app.registration.questions.queries import questions_of
from app.registration.rules import ACTIVE
from app.registration.workshops import places, wishes
from app.store.portions import portions


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody of a list, with what it says beside the person; `row` is their number in the file.

    `kind` counts for an organisation that nobody has named before. `wished` None: nothing is said of wishes.
    """

    person: Person
    kind: str | None = None
    choices: places.Choices = field(default_factory=dict)
    given: answers.Given = field(default_factory=dict)
    wished: wishes.Wished | None = None
    row: int = 0

    @property
    def chose(self) -> bool:
        return bool(self.choices or self.given or self.wished)


@dataclass(frozen=True, slots=True)
class Added:
    """How many got a seat, how many stand in line, and how many had been registered before."""

    registered: int
    waiting: int
    known: int

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.registered + other.registered, self.waiting + other.waiting, self.known + other.known
        )


def registered_keys(session: Session, event: Event) -> set[str]:
    """The keys of the addresses with which somebody is registered."""
    found = select(Registration.email_key).where(
        Registration.event_id == event.id, Registration.status.in_(ACTIVE)
    )
    return set(session.scalars(found))


def add_many(
    session: Session, event_id: int, people: Sequence[Newcomer], by: By, now: datetime, *, tell: bool
) -> Added:
    """Add them in this order, also outside the window; who finds the day full stands in line. `tell`: by mail.

    Who is registered already is left out, so a second press adds nobody. Refuses a day that was called off, what is not
    offered any more, and options that are full.
    """
    event = lock_event(session, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Refusal(N_("This day is cancelled. Nobody can be added."))
    seen = registered_keys(session, event)
    new: list[Newcomer] = []
    for one in people:
        key = address_key(one.person.email)
        if key not in seen:
            seen.add(key)
            new.append(one)
    kinds = {one.person.organisation: one.kind for one in new if one.kind is not None}
    admitted = admit_many(session, event, [one.person for one in new], by, now, kinds=kinds, invited=tell)
    _note_choices(
        session, event, {key: one for (key, _seat), one in zip(admitted, new, strict=True) if one.chose}
    )
    if tell:
        notifications.notify_added(session, event, sorted(key for key, _seat in admitted), now)
    move_up(session, event, now)  # a seat that was kept twice leaves one for others
    seated = sum(seat for _key, seat in admitted)
    added = Added(seated, len(new) - seated, len(people) - len(new))
    detail = {"registered": added.registered, "waiting": added.waiting, "known": added.known, "told": tell}
    record(session, now, by.organiser_id, event.id, "registration.import", f"event {event.id}", detail)
    return added


def _note_choices(session: Session, event: Event, chosen: Mapping[int, Newcomer]) -> None:
    """Workshops, wishes and answers of those that were added just now: id → what the list says."""
    if not chosen:
        return
    plain = [one for one in questions_of(session, event.id) if not one.sensitive]
    for ids in portions(sorted(chosen)):
        for one in session.scalars(
            select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id)
        ):
            said = chosen[one.id]
            if said.choices if event.awaits_places else said.wished:
                raise wishes.OtherWay
            if said.wished is not None:
                wishes.write_first_wishes(session, event, one, said.wished)
            places.choose_first(session, event, one, said.choices)
            if said.given:
                answers.store(session, one, answers.judge(plain, said.given, strict=False))
