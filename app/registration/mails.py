# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each mail of this slice. Built from the state at the moment of sending, so that no mail says what is no longer true."""

from collections.abc import Callable

from flask import Flask, current_app, url_for
from sqlalchemy.orm import Session

from app import links
from app.address import sender_in_ascii
from app.events.rules import EventStatus
from app.ical import render
from app.ical.entry import CalendarEntry, Party
from app.outbox.building import Builder, Mail, register
from app.outbox.models import Message
from app.outbox.queries import first_message_id
from app.registration import notifications
from app.registration.ical import Words, agenda_text, registration_entry
from app.registration.links import group_address, personal_address
from app.registration.models import Registration
from app.registration.queries import MyDay, get_group, get_registration, last_note, my_day
from app.registration.quotas import waiting_list
from app.registration.rules import Status
from app.settings import Settings
from app.texts import gettext
from app.web.mail_texts import render_mail

Holds = Callable[[Registration], bool]


def _in_status(*allowed: Status) -> Holds:
    return lambda registration: registration.status in allowed


def build_confirm(session: Session, message: Message) -> Mail | None:
    """Nothing of what was typed in stands here: the address may be a stranger's (T08)."""
    return _build(
        session,
        message,
        "confirm",
        gettext("Please confirm your registration"),
        _in_status(Status.UNCONFIRMED, Status.EXPIRED),
    )


def build_registered(session: Session, message: Message) -> Mail | None:
    return _build(
        session,
        message,
        "registered",
        gettext("You are registered"),
        _in_status(Status.REGISTERED),
        "REQUEST",
    )


def build_waiting(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "waiting", gettext("You are on the waiting list"), _in_status(Status.WAITING)
    )


def build_pending(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "pending", gettext("The organising team decides"), _in_status(Status.PENDING)
    )


def build_rejected(session: Session, message: Message) -> Mail | None:
    return _build(session, message, "rejected", gettext("You cannot take part"), _in_status(Status.REJECTED))


def build_moved_up(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "moved_up", gettext("You have a seat now"), _in_status(Status.REGISTERED), "REQUEST"
    )


def build_offered(session: Session, message: Message) -> Mail | None:
    return _build(session, message, "offered", gettext("A seat is free for you"), _in_status(Status.OFFERED))


def build_declined(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "declined", gettext("You have declined the seat"), _in_status(Status.CANCELLED)
    )


def build_offer_ended(session: Session, message: Message) -> Mail | None:
    return _build(
        session,
        message,
        "offer_ended",
        gettext("The time for your answer is over"),
        _in_status(Status.EXPIRED),
    )


def build_cancelled(session: Session, message: Message) -> Mail | None:
    return _build(
        session,
        message,
        "cancelled",
        gettext("Your registration is cancelled"),
        _in_status(Status.CANCELLED),
        "CANCEL",
        off=gettext("The day is called off"),
    )


def build_substituted(session: Session, message: Message) -> Mail | None:
    """Who comes instead is not named: the mail goes to whoever had the place."""
    return _build(
        session,
        message,
        "substituted",
        gettext("Somebody else comes in your place"),
        _in_status(Status.CANCELLED),
        "CANCEL",
    )


def build_changed(session: Session, message: Message) -> Mail | None:
    return _build(
        session,
        message,
        "changed",
        gettext("Time or place has changed"),
        _in_status(Status.REGISTERED),
        "REQUEST",
    )


def build_places(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "places", gettext("Your workshops have changed"), _in_status(Status.REGISTERED)
    )


def build_link(session: Session, message: Message) -> Mail | None:
    return _build(
        session, message, "link", gettext("Your personal link"), lambda registration: registration.active
    )


def build_group_confirm(session: Session, message: Message) -> Mail | None:
    """Nothing of what was typed in stands here: the address may be a stranger's (T08)."""
    return _build_for_group(session, message, "group_confirm", gettext("Please confirm your group"))


def build_group_seats(session: Session, message: Message) -> Mail | None:
    return _build_for_group(session, message, "group_seats", gettext("Seats for your organisation"))


def build_group_link(session: Session, message: Message) -> Mail | None:
    return _build_for_group(session, message, "group_link", gettext("Link to your group"))


def build_group_called_off(session: Session, message: Message) -> Mail | None:
    return _build_for_group(session, message, "group_called_off", gettext("The day is called off"), off=True)


def _build_for_group(
    session: Session, message: Message, template: str, subject: str, *, off: bool = False
) -> Mail | None:
    group = get_group(session, message.subject_id)
    if group is None or (group.event.status is EventStatus.CANCELLED) is not off:
        return None
    if template == "group_confirm" and group.confirmed_at is not None:
        return None
    title = f"{group.event.title}: {subject}"
    values = {
        "subject": title,
        "headline": subject,
        "group": group,
        "event": group.event,
        "link": group_address(group),
        "not_me": group_address(group, "/not-me"),
        "event_link": links.absolute(url_for("events.event", slug=group.event.slug)),
    }
    text, html = render_mail(f"registration/{template}", **values)
    return Mail(
        subject=title,
        text=text,
        html=html,
        recipient=group.email,
        reply_to=group.event.contact_email or None,
    )


KINDS: dict[str, Builder] = {
    notifications.CONFIRM: build_confirm,
    notifications.REGISTERED: build_registered,
    notifications.WAITING: build_waiting,
    notifications.PENDING: build_pending,
    notifications.REJECTED: build_rejected,
    notifications.MOVED_UP: build_moved_up,
    notifications.CANCELLED: build_cancelled,
    notifications.SUBSTITUTED: build_substituted,
    notifications.CHANGED: build_changed,
    notifications.OFFERED: build_offered,
    notifications.DECLINED: build_declined,
    notifications.OFFER_ENDED: build_offer_ended,
    notifications.PLACES: build_places,
    notifications.LINK: build_link,
    notifications.GROUP_CONFIRM: build_group_confirm,
    notifications.GROUP_SEATS: build_group_seats,
    notifications.GROUP_LINK: build_group_link,
    notifications.GROUP_CALLED_OFF: build_group_called_off,
}


def install(_app: Flask) -> None:
    for kind, builder in KINDS.items():
        register(kind, builder)


def _build(
    session: Session,
    message: Message,
    template: str,
    subject: str,
    still_true: Holds,
    method: str | None = None,
    *,
    off: str = "",
) -> Mail | None:
    """`off` is the subject instead if the day is called off."""
    registration = get_registration(session, message.subject_id)
    if registration is None or not still_true(registration):
        return None
    event = registration.event
    day = my_day(session, registration)
    day_is_off = event.status is EventStatus.CANCELLED
    subject = off if off and day_is_off else subject
    title = f"{event.title}: {subject}"
    values = {
        "subject": title,
        "headline": subject,
        "registration": registration,
        "event": event,
        "day_is_off": day_is_off,
        "agenda": agenda_text(registration, day, _words()) if registration.has_seat else "",
        "day": day,
        "reason": last_note(session, registration) if registration.status is Status.REJECTED else "",
        "line": waiting_list.position_of(session, registration, message.created_at),
        "link": personal_address(registration),
        "not_me": personal_address(registration, "/not-me"),
        "event_link": links.absolute(url_for("events.event", slug=event.slug)),
        "privacy_link": links.absolute(url_for("legal.privacy")),
        "calendar": method is not None,
    }
    invited = method is not None and registration.invited_sequence is not None
    text, html = render_mail(f"registration/{template}", **values)
    return Mail(
        subject=title,
        text=text,
        html=html,
        recipient=registration.email,
        calendar=_calendar(registration, day, message, method) if invited and method else None,
        calendar_method=("REQUEST" if method == "REQUEST" else "CANCEL") if invited else None,
        references=first_message_id(session, notifications.REGISTERED, registration.id, message.recipient),
        reply_to=event.contact_email or None,
    )


def _words() -> Words:
    return Words(gettext("Waiting list for"), gettext("not chosen yet"), gettext("without you"))


def _calendar(registration: Registration, day: MyDay, message: Message, method: str) -> bytes:
    entry: CalendarEntry = registration_entry(
        registration,
        day,
        links.absolute(url_for("events.event", slug=registration.event.slug)),
        registration.invited_sequence,
    )
    organiser = Party(_host(registration), sender_in_ascii(_settings().mail_from))
    attendee = Party(registration.full_name, registration.email)
    make = render.request if method == "REQUEST" else render.cancel
    return make(entry, organiser, attendee, message.created_at)


def _host(registration: Registration) -> str:
    host = registration.event.lead_host
    return host.name if host else "Fachtag"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
