# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Messages of the team, as mails."""

from flask import Flask, url_for
from sqlalchemy.orm import Session

from app import links
from app.attendees.invitations import INVITATION, may_invite
from app.attendees.mailings import CIRCULAR
from app.attendees.models import MailingCopy
from app.events.models import Event
from app.outbox.building import Builder, Mail, register
from app.outbox.models import Message
from app.refusal import N_
from app.registration.consents.models import Purpose
from app.registration.consents.records import consents_of
from app.registration.links import form_address, personal_address
from app.registration.possible import possible
from app.registration.queries import get_registration, my_day
from app.texts import gettext, language
from app.web.mail_texts import render_mail


def build_mailing(session: Session, message: Message) -> Mail | None:
    """What the team wrote to many, to each of them alone (MAIL-02)."""
    found = session.get(MailingCopy, message.subject_id)
    registration = get_registration(session, found.registration_id) if found else None
    if found is None or registration is None or not registration.email:
        return None
    event, mailing = registration.event, found.mailing
    texts = render_mail(
        "attendees/mailing",
        mailing.subject,
        event.title,
        registration=registration,
        event=event,
        words=mailing.text,
        may=possible(registration, my_day(session, registration), message.created_at),
        link=personal_address(registration) if registration.active else "",
        event_link=links.absolute(links.in_language(url_for("events.event", slug=event.slug), language())),
    )
    return Mail(*texts, recipient=registration.email, reply_to=event.contact_email or None)


def build_invitation(session: Session, message: Message) -> Mail | None:
    """To a new day, for who agreed to be asked. Nothing is sent to who took that back in between, or of a day that is off."""
    found = session.get(MailingCopy, message.subject_id)
    registration = get_registration(session, found.registration_id) if found else None
    if found is None or registration is None or not registration.email:
        return None
    event = session.get_one(Event, found.mailing.event_id)
    agrees = any(one.purpose is Purpose.NEXT_DAY for one in consents_of(session, registration.id))
    if not agrees or not may_invite(event, message.created_at):
        return None
    no_more = personal_address(registration, "/no-invitations")
    texts = render_mail(
        "attendees/invitation",
        gettext(N_("You are invited")),
        event.title,
        registration=registration,
        earlier=registration.event,
        event=event,
        words=found.mailing.text,
        no_more=no_more,
        form_link=form_address(event, language()) if event.form_code else "",
        event_link=links.absolute(links.in_language(url_for("events.event", slug=event.slug), language())),
    )
    return Mail(
        *texts, recipient=registration.email, reply_to=event.contact_email or None, unsubscribe=no_more
    )


KINDS: dict[str, Builder] = {CIRCULAR: build_mailing, INVITATION: build_invitation}


def install(_app: Flask) -> None:
    for kind, builder in KINDS.items():
        register(kind, builder)
