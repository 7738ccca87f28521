# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mails after an allocation was published, and about swaps of what it gave. Built at the moment of sending, so that they
name what holds then. That a swap is done says the mail about changed places (`registration.mails`)."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.allocation.queries import seats_of_person
from app.events.rules import EventStatus
from app.outbox.building import Apart, Mail, register
from app.outbox.models import Message
from app.outbox.queries import first_message_id
from app.registration import notifications
from app.registration.links import personal_address
from app.registration.models import Registration
from app.registration.possible import possible
from app.registration.queries import get_registration, my_day
from app.registration.rules import PlaceState, Status
from app.registration.workshops.models import Place
from app.registration.workshops.swap_offers import MySwaps, offers_of, proposals_of
from app.texts import gettext, ngettext
from app.web.mail_texts import render_mail


def build_allocated(session: Session, message: Message) -> Mail | None:
    """Each round with the place in it. Nobody else's name, and nothing of anybody's needs."""
    registration = _still_registered(session, message)
    if registration is None:
        return None
    may_swap = registration.event.takes_swaps(message.created_at)
    seats = seats_of_person(session, registration)
    subject = gettext("Your places in workshops")
    return _mail(session, message, registration, "allocated", subject, seats=seats, may_swap=may_swap)


def build_swap_proposed(session: Session, message: Message) -> Mail | None:
    """Nothing if all proposals have been answered or have ended. No name, and not who else is asked."""
    registration = _still_registered(session, message)
    if registration is None:
        return None
    swaps = MySwaps([], proposals_of(session, registration.id))
    if not swaps.unanswered:
        return None
    subject = gettext("A swap is possible for you")
    return _mail(session, message, registration, "swap_proposed", subject, swaps=swaps)


def build_swap_ended(session: Session, message: Message) -> Mail | None:
    """What did not come about, and what the person still offers; not why, because that might name somebody."""
    registration = _still_registered(session, message)
    if registration is None:
        return None
    day = my_day(session, registration)
    return _mail(
        session,
        message,
        registration,
        "swap_ended",
        gettext("No swap came about"),
        swaps=MySwaps(offers_of(session, registration.id), []),
        places=[(one.round, one.place) for one in day.rounds if one.place and not one.goes_on],
        still_open=registration.event.takes_swaps(message.created_at),
    )


def _still_registered(session: Session, message: Message) -> Registration | None:
    registration = get_registration(session, message.subject_id)
    if registration is None or registration.status is not Status.REGISTERED:
        return None
    return None if registration.event.status is EventStatus.CANCELLED else registration


def _mail(
    session: Session, message: Message, registration: Registration, template: str, subject: str, **more: Any
) -> Mail:
    event, day = registration.event, my_day(session, registration)
    texts = render_mail(
        f"allocation/{template}",
        subject,
        event.title,
        registration=registration,
        event=event,
        day=day,
        may=possible(registration, day, message.created_at),
        link=personal_address(registration),
        swaps_link=personal_address(registration, "/swaps"),
        **more,
    )
    return Mail(
        *texts,
        recipient=registration.email,
        references=first_message_id(session, notifications.REGISTERED, registration.id, message.recipient),
        reply_to=event.contact_email or None,
    )


def _with_places(number: int) -> str:
    if not number:
        return gettext("without a place in a workshop")
    return str(ngettext("with a place in %(num)d workshop", "with places in %(num)d workshops", number))


_BY_PLACES = Apart(
    select(func.count(Place.id))
    .where(Place.registration_id == Message.subject_id, Place.state == PlaceState.PLACE)
    .correlate(Message)
    .scalar_subquery(),
    _with_places,
)


def install(_app: Flask) -> None:
    register(notifications.ALLOCATED, build_allocated, _BY_PLACES)
    register(notifications.SWAP_PROPOSED, build_swap_proposed)
    register(notifications.SWAP_ENDED, build_swap_ended)
