# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the personal page says first: heading, lead and buttons, by what has become of the registration.

Sentences are source strings; they may name %(moment)s, the end of a reservation, and %(number)s, the waiting number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.events.rules import EventStatus
from app.refusal import N_
from app.registration.models import Registration
from app.registration.rules import Status


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says, and where below the page it posts to; without a path it leads to the day's form. `promise`
    says above it what pressing does, and is gone with it."""

    label: str
    path: str = ""
    kind: str = "secondary"
    while_open: bool = False  # only as long as the day takes registrations
    promise: str = ""


CONFIRM = Action(N_("Confirm registration"), "/confirm", "primary")
CONFIRM_LATE = Action(
    CONFIRM.label,
    CONFIRM.path,
    CONFIRM.kind,
    while_open=True,
    promise=N_("You can still confirm: you get a seat if one is free, else a place on the waiting list."),
)
ACCEPT = Action(N_("Accept the seat"), "/accept", "primary")
DECLINE = Action(N_("Decline the seat"), "/decline")
REGISTER_AGAIN = Action(N_("Register again"), while_open=True)


def always(_registration: Registration) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class PageState:
    """A row of the table below. `lead` holds sentences; `note` stands below the buttons, or with the waiting number."""

    status: Status
    heading: str
    lead: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    note: str = ""
    applies: Callable[[Registration], bool] = always

    def buttons(self, *, is_open: bool) -> list[Action]:
        """Those that can be pressed now; `is_open`: whether the day takes registrations."""
        return [one for one in self.actions if is_open or not one.while_open]

    def sentences(self, *, is_open: bool) -> list[str]:
        """What stands below the heading: the lead, and what the buttons promise."""
        return [*self.lead, *(one.promise for one in self.buttons(is_open=is_open) if one.promise)]


def _has_seat(registration: Registration) -> bool:
    return registration.has_seat


_PLEASE_CONFIRM = N_("Please confirm your registration")
_SEAT_HELD = N_("Your seat is held until %(moment)s.")
_WAITING = N_("You are on the waiting list")
_PENDING = N_("The organising team decides about your registration")
_DECISION_COMES = N_("Your mail address is confirmed. You get a mail as soon as the team has decided.")
_NOT_HELD = N_("The seat is no longer held for you.")
_NOT_ANY_MORE = N_("You are not registered any more")

# The first row of the status that applies; the last one of each always does.
PAGE_STATES = (
    PageState(
        Status.UNCONFIRMED,
        _PLEASE_CONFIRM,
        (
            N_(
                "One step is left. Press the button, and the organising team gets your registration and decides."
            ),
        ),
        (CONFIRM,),
        _SEAT_HELD,
        lambda one: one.has_seat and one.event.approval,
    ),
    PageState(
        Status.UNCONFIRMED,
        _PLEASE_CONFIRM,
        (N_("One step is left. Press the button, and you are registered."),),
        (CONFIRM,),
        _SEAT_HELD,
        _has_seat,
    ),
    PageState(
        Status.UNCONFIRMED,
        _PLEASE_CONFIRM,
        (N_("One step is left. Press the button, and you stand on the waiting list."),),
        (CONFIRM,),
        N_("You will be number %(number)s on the waiting list."),
    ),
    PageState(Status.REGISTERED, N_("You are registered")),
    PageState(
        Status.WAITING,
        _WAITING,
        note=N_("As soon as a seat becomes free for you, you get a mail with an offer."),
        applies=lambda one: bool(one.event.offer_hours),
    ),
    PageState(
        Status.WAITING,
        _WAITING,
        note=N_("As soon as a seat becomes free for you, you are registered and get a mail."),
    ),
    PageState(
        Status.PENDING,
        _PENDING,
        (_DECISION_COMES, N_("Until then a seat is kept for you.")),
        applies=_has_seat,
    ),
    PageState(
        Status.PENDING, _PENDING, (_DECISION_COMES, N_("Your number on the waiting list is %(number)s."))
    ),
    PageState(
        Status.REJECTED,
        N_("You cannot take part"),
        (N_("The organising team cannot offer you a seat at this day. The reason:"),),
    ),
    PageState(
        Status.OFFERED,
        N_("A seat is free for you"),
        (N_("The seat is held for you until %(moment)s. Do you want it?"),),
        (ACCEPT, DECLINE),
        N_(
            "If you decline or do not answer, the seat is no longer kept for you and you leave the waiting list."
        ),
    ),
    PageState(
        Status.EXPIRED,
        N_("Your registration was not confirmed in time"),
        (_NOT_HELD,),
        (CONFIRM_LATE,),
        applies=lambda one: one.confirmed_at is None,
    ),
    PageState(Status.EXPIRED, N_("The time for your answer is over"), (_NOT_HELD,), (CONFIRM_LATE,)),
    PageState(
        Status.CANCELLED,
        _NOT_ANY_MORE,
        (N_("The day had to be called off."),),
        applies=lambda one: one.event.status is EventStatus.CANCELLED,
    ),
    PageState(
        Status.CANCELLED,
        _NOT_ANY_MORE,
        (
            N_(
                "A colleague comes in your place and has got a mail. Is the colleague registered already, that"
                " registration stays, and your place becomes free."
            ),
        ),
        applies=lambda one: bool(one.handover_nonce),
    ),
    PageState(
        Status.CANCELLED,
        _NOT_ANY_MORE,
        (N_("Your registration is cancelled."),),
        (REGISTER_AGAIN,),
    ),
)


# What the page says was done just before it, by the word that the address carries.
MAILED = N_("A mail with the new link is on its way.")
DONE = {
    "confirmed": N_("Your mail address is confirmed."),
    "accepted": N_("You have accepted the seat."),
    "declined": N_("You have declined the seat."),
    "wishes": N_("Your wishes are saved."),
    "workshops": N_("Your workshops are saved."),
    "left": N_("You no longer wait for this workshop."),
    "details": N_("Your details are saved."),
    "answers": N_("Your answers are saved."),
    "deleted": N_("Your answer is deleted."),
    "agree": N_("Your consent is saved."),
    "withdraw": N_("Your consent is withdrawn."),
    "cancelled": N_("Your cancellation is saved."),
    "substituted": N_("Your substitute is saved."),
    "calendar": N_("Your calendar has a new address. The old one shows nothing any more."),
    "mailed": MAILED,
    "address": N_("The new mail address holds. A mail with the new link is on its way there."),
}


def page_state(registration: Registration) -> PageState:
    """What the personal page of this registration says first."""
    return next(one for one in PAGE_STATES if one.status is registration.status and one.applies(registration))
