# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Words of the organisers' pages, and what a day still needs: decided over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.clock import BERLIN
from app.events.models import Event
from app.events.rules import EventStatus, Placement, Seats
from app.outbox.rules import State
from app.refusal import N_

FEW_BOOKED = 0.5  # a workshop that is filled less than this is worth a word to the participants

STATE_LABELS = {
    State.QUEUED: N_("Waits to be sent"),
    State.CLAIMED: N_("Being sent"),
    State.SENDING: N_("Being sent"),
    State.SENT: N_("Sent"),
    State.FAILED: N_("Failed"),
    State.SUPERSEDED: N_("Overtaken by a newer mail"),
    State.UNCLEAR: N_("Unclear whether it arrived"),
    State.QUARANTINED: N_("Set aside"),
}
STATE_KINDS = {
    State.SENT: "success",
    State.FAILED: "danger",
    State.UNCLEAR: "warning",
    State.QUARANTINED: "danger",
    State.QUEUED: "info",
    State.CLAIMED: "info",
    State.SENDING: "info",
}
# What is known of a test mail. What becomes of it behind the mail server, only its mailbox shows.
TEST_SENTENCES = {
    State.QUEUED: N_("It waits to be sent. Usually it leaves within a minute: load this page anew then."),
    State.CLAIMED: N_("It is being sent. Load this page anew in a moment."),
    State.SENDING: N_("It is being sent. Load this page anew in a moment."),
    State.SENT: N_(
        "The mail server took it. Now look whether it lies in your mailbox or among unwanted mails (spam): this page cannot know."
    ),
    State.FAILED: N_("It was not sent. Please give your operator the reason that stands here."),
    State.SUPERSEDED: N_("It is not sent any more."),
    State.UNCLEAR: N_("The mail server did not say whether it took it. Please look into your mailbox."),
    State.QUARANTINED: N_("It could not be sent. Please give your operator the reason that stands here."),
}
# What a mail is about, shown until it has a subject line of its own.
MAIL_LABELS = {
    "registration.confirm": N_("Please confirm your registration"),
    "registration.registered": N_("You are registered"),
    "registration.waiting": N_("You are on the waiting list"),
    "registration.moved_up": N_("You have a seat now"),
    "registration.cancelled": N_("Your registration is cancelled"),
    "registration.substituted": N_("Somebody else comes in your place"),
    "registration.changed": N_("Time or place has changed"),
    "registration.pending": N_("The organising team decides"),
    "registration.rejected": N_("You cannot take part"),
    "registration.offered": N_("A seat is free for you"),
    "registration.declined": N_("You have declined the seat"),
    "registration.address_left": N_("No longer registered with this address"),
    "registration.offer_ended": N_("The time for your answer is over"),
    "accompanying.changed": N_("Who accompanies you has changed"),
    "places.changed": N_("Your workshops have changed"),
    "places.allocated": N_("Your places in workshops"),
    "swap.proposed": N_("A swap is possible for you"),
    "swap_end.told": N_("No swap came about"),
    "link.address": N_("Please confirm your new mail address"),
    "link.personal": N_("Your personal link"),
    "group.confirm": N_("Please confirm your group"),
    "group.seats": N_("Seats for your organisation"),
    "group.link": N_("Link to your group"),
    "group.called_off": N_("The day is called off"),
    "circular.message": N_("Message of the organising team"),
    "circular.invitation": N_("Invitation to the next day"),
    "people.welcome": N_("Invitation to the organising team"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a day needs, and where it is done: the page, and the field where there is one for it."""

    label: str
    endpoint: str
    done: bool
    field: str = ""


def next_steps(
    event: Event, *, needed: Sequence[str], has_programme: bool, documented: bool, now: datetime
) -> list[Step]:
    """What is left to do, in the order in which one does it; what follows the day appears when it has begun. `needed` are
    the fields without which no day is published."""
    limits = _missing_limits(event)
    public = event.status is not EventStatus.DRAFT
    released = event.agenda_released_at is not None
    steps = [
        Step(N_("Describe the day and its venue"), _DETAILS, not needed, *needed[:1]),
        Step(
            N_("Say when registration closes and how many seats there are"), _DETAILS, not limits, *limits[:1]
        ),
        Step(N_("Write the programme"), _PROGRAMME, has_programme),
        Step(N_("Publish the day"), _DETAILS if public else "day.publish", public),
        Step(N_("Release the agenda"), _PROGRAMME if released else "releasing.release", released),
    ]
    if event.placement is Placement.WISHES:
        placed = event.placed_at is not None
        steps.append(Step(N_("Give the places in workshops by wishes"), "allocation.admin", placed))
    if event.has_begun(now):
        open_to_all = event.documentation_released_at is not None
        steps += [
            Step(N_("Write down the results"), _RESULTS, documented),
            Step(
                N_("Publish the documentation"),
                _RESULTS if open_to_all else "results_desk.publish",
                open_to_all,
            ),
        ]
    return steps


_DETAILS, _PROGRAMME, _RESULTS = "day.edit", "programme_organise.programme", "results_desk.overview"


def _missing_limits(event: Event) -> list[str]:
    """The fields in which they are typed."""
    typed = {"closes_date": event.registration_closes_at, "capacity": event.capacity}
    return [field for field, value in typed.items() if value is None]


def hardly_booked(seats: Seats) -> bool:
    return bool(seats.total) and seats.taken < FEW_BOOKED * (seats.total or 0)


def days_until(moment: datetime, now: datetime) -> int:
    """Whole days by the calendar in Berlin; 0 is today, negative is past."""
    return (moment.astimezone(BERLIN).date() - now.astimezone(BERLIN).date()).days
