# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mail after an allocation was published. Built at the moment of sending, so that it names the places that hold then."""

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
from app.registration.possible import possible
from app.registration.queries import get_registration, my_day
from app.registration.rules import PlaceState, Status
from app.registration.workshops.models import Place
from app.texts import gettext, ngettext
from app.web.mail_texts import render_mail


def build_allocated(session: Session, message: Message) -> Mail | None:
    """Each round with the place in it. Nobody else's name, and nothing of anybody's needs."""
    registration = get_registration(session, message.subject_id)
    if registration is None or registration.status is not Status.REGISTERED:
        return None
    event = registration.event
    if event.status is EventStatus.CANCELLED:
        return None
    texts = render_mail(
        "allocation/allocated",
        gettext("Your places in workshops"),
        event.title,
        registration=registration,
        event=event,
        seats=seats_of_person(session, registration),
        may=possible(registration, my_day(session, registration), message.created_at),
        link=personal_address(registration),
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
