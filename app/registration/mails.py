# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each mail of this slice. Built from the state at the moment of sending, so that no mail says what is no longer true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flask import Flask, current_app, url_for
from sqlalchemy.orm import Session

from app import links
from app.address import sender_in_ascii
from app.events.ical import event_entry
from app.events.models import Event
from app.events.notices import News, news_since
from app.events.rules import TAKES_REGISTRATIONS, EventStatus
from app.ical import render
from app.ical.entry import CalendarEntry, Party
from app.outbox.building import Builder, Mail, register
from app.outbox.models import Message
from app.outbox.queries import first_message_id, last_told, sender_of
from app.programme.news import item_news
from app.refusal import N_
from app.registration import notifications
from app.registration.addresses import new_address_token
from app.registration.calendar_invitations import shares_calendar
from app.registration.ical import Words, agenda_text, registration_entry
from app.registration.links import form_address, group_address, personal_address
from app.registration.models import Registration
from app.registration.possible import possible
from app.registration.queries import (
    MyDay,
    added_by_team,
    get_group,
    get_registration,
    last_change,
    last_note,
    my_day,
    still_free,
)
from app.registration.quotas import waiting_list
from app.registration.readers import APART
from app.registration.rules import ACTIVE, CONFIRMED, Status
from app.registration.workshops.news import place_news
from app.settings import Settings
from app.texts import gettext, language
from app.web.mail_texts import MailTexts, render_mail

Method = Literal["REQUEST", "CANCEL"]
NOTHING_NEW = News()


@dataclass(frozen=True, slots=True)
class PersonMail:
    """A row of the table below, and its own builder: a mail to one person about their registration.

    It is sent while the registration is in one of the statuses in which it is `still_true`. `method`: what its calendar
    part asks for, if the person was invited. `off` is the subject instead if the day is called off.
    """

    kind: str
    template: str
    subject: str
    still_true: Sequence[Status]
    method: Method | None = None
    off: str = ""

    def __call__(self, session: Session, message: Message) -> Mail | None:
        registration = get_registration(session, message.subject_id)
        if registration is None or registration.status not in self.still_true:
            return None
        return self.worded(session, message, registration)

    def worded(
        self, session: Session, message: Message, registration: Registration, news: News = NOTHING_NEW
    ) -> Mail:
        """`news` of the day stand first, and in the subject."""
        day = my_day(session, registration)
        method = self._method(session, registration)
        return Mail(
            *self._texts(session, message, registration, day, news, method),
            recipient=registration.email,
            calendar=_calendar(session, registration, day, message, method) if method else None,
            calendar_method=method,
            references=first_message_id(
                session, notifications.REGISTERED, registration.id, message.recipient
            ),
            reply_to=registration.event.contact_email or None,
        )

    def _method(self, session: Session, registration: Registration) -> Method | None:
        event = registration.event
        if registration.invited_sequence is None:
            return None
        if self.method == "CANCEL" and shares_calendar(session, event, registration.email, registration.id):
            return None
        return self.method

    def _texts(
        self,
        session: Session,
        message: Message,
        registration: Registration,
        day: MyDay,
        news: News,
        method: Method | None,
    ) -> MailTexts:
        event = registration.event
        day_is_off = event.status is EventStatus.CANCELLED
        subject = _NEWS[news.about] if news else self.off if self.off and day_is_off else self.subject
        return render_mail(
            f"registration/{self.template}",
            gettext(subject),
            event.title,
            news=news,
            registration=registration,
            event=event,
            day_is_off=day_is_off,
            is_open=event.registration_state(message.created_at) in TAKES_REGISTRATIONS,
            agenda=agenda_text(registration, day, _words()) if registration.has_seat else "",
            day=day,
            may=possible(registration, day, message.created_at),
            reason=last_note(session, registration) if registration.status is Status.REJECTED else "",
            line=waiting_list.position_of(session, registration, message.created_at),
            by_team=added_by_team(session, registration),
            link=personal_address(registration),
            day_link=personal_address(registration, "/agenda"),
            not_me=personal_address(registration, "/not-me"),
            also=personal_address(registration, "/also") if _others_may(registration, message) else "",
            event_link=_event_address(event),
            form_link=form_address(event, language()) if event.form_code else _event_address(event),
            privacy_link=links.absolute(links.in_language(url_for("legal.privacy"), language())),
            calendar=method is not None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ChangedMail:
    """The day has changed: what was and what is, and how the person stands, in the words of the row for their status.

    Who does not know yet how they stand, because the mail about it had not left and this one took its place, reads that.
    Of what changed back before it was told nobody hears.
    """

    kind: str
    template: str
    rows: Mapping[Status, PersonMail]

    def __call__(self, session: Session, message: Message) -> Mail | None:
        registration = get_registration(session, message.subject_id)
        if registration is None or registration.status not in self.rows:
            return None
        told, until = last_told(session, message.family, registration.id, registration.created_at)
        stands = last_change(session, registration)
        knows = told and (stands is None or until >= stands.at)
        news = news_since(session, registration.event, until)
        if knows and not news:
            return None
        row = (self.rows if knows else _STATUS_MAILS)[registration.status]
        return row.worded(session, message, registration, news)


@dataclass(frozen=True, slots=True)
class PlacesMail:
    """What changed about the person's workshops, and what is free where they lost one."""

    kind: str
    template: str

    def __call__(self, session: Session, message: Message) -> Mail | None:
        registration = get_registration(session, message.subject_id)
        if registration is None or registration.status is not Status.REGISTERED:
            return None
        _told, until = last_told(session, message.family, registration.id, registration.created_at)
        news = place_news(session, registration, until)
        items = item_news(session, registration.event, until)
        if not news and not items:
            return None
        event, day = registration.event, my_day(session, registration, seats=bool(news.lost_in))
        news = news.with_links_of(day.links)  # they may have left the room since
        if not news and not items:
            return None
        open_now = event.registration_state(message.created_at) in TAKES_REGISTRATIONS
        # The links stand in the calendar of who was invited: there the old one would be in the way.
        again = news.of_links and registration.invited_sequence is not None
        own = news and not news.only_of_rooms
        subject = N_("Your workshops have changed") if own else N_("The agenda has changed")
        if news and news.only_of_links:
            subject = N_("Your link to take part online")
        texts = render_mail(
            f"registration/{self.template}",
            gettext(subject),
            event.title,
            registration=registration,
            event=event,
            news=news,
            items=items.lines,
            notes=list(dict.fromkeys((*news.notes, *items.notes))),
            free=still_free(day, news.lost_in, is_online=registration.is_online)
            if open_now and not event.awaits_places
            else [],
            agenda=agenda_text(registration, day, _words()),
            may=possible(registration, day, message.created_at),
            link=personal_address(registration),
            day_link=personal_address(registration, "/agenda"),
            calendar=again,
        )
        return Mail(
            *texts,
            recipient=registration.email,
            calendar=_calendar(session, registration, day, message, "REQUEST") if again else None,
            calendar_method="REQUEST" if again else None,
            references=first_message_id(
                session, notifications.REGISTERED, registration.id, message.recipient
            ),
            reply_to=event.contact_email or None,
        )


@dataclass(frozen=True, slots=True)
class AddressLeftMail:
    """To an address that no registration has any more, so it says nothing of the person. Where it was invited, the entry is
    taken out of its calendar, by the number that was given with the intention."""

    kind: str
    template: str
    subject: str

    def __call__(self, session: Session, message: Message) -> Mail | None:
        event = session.get(Event, message.event_id)
        if event is None:
            return None
        takes_out = message.sequence is not None and not shares_calendar(session, event, message.recipient)
        texts = render_mail(
            f"registration/{self.template}",
            gettext(self.subject),
            event.title,
            event=event,
            event_link=_event_address(event),
            calendar=takes_out,
        )
        return Mail(
            *texts,
            recipient=message.recipient,
            calendar=_taken_out(session, event, message) if takes_out else None,
            calendar_method="CANCEL" if takes_out else None,
            references=first_message_id(session, self.kind, message.subject_id, message.recipient),
            reply_to=event.contact_email or None,
        )


@dataclass(frozen=True, slots=True)
class NewAddressMail:
    """To an address that may be a stranger's (T08): it holds nothing of the person, and its link asks before anything
    changes."""

    kind: str
    template: str
    subject: str

    def __call__(self, session: Session, message: Message) -> Mail | None:
        registration = get_registration(session, message.subject_id)
        if registration is None or registration.status not in CONFIRMED:
            return None
        event, token = registration.event, new_address_token(registration, message.recipient)
        path = f"/my/{token}/new-address/{message.id}"
        texts = render_mail(
            f"registration/{self.template}",
            gettext(self.subject),
            event.title,
            event=event,
            link=links.absolute(links.in_language(path, registration.language)),
        )
        return Mail(*texts, recipient=message.recipient, reply_to=event.contact_email or None)


@dataclass(frozen=True, slots=True)
class GroupMail:
    """A row, too: a mail to the contact of a group. `called_off`: it is about a day that is, the others are not.
    `to_confirm`: only until the group is confirmed."""

    kind: str
    template: str
    subject: str
    called_off: bool = False
    to_confirm: bool = False

    def __call__(self, session: Session, message: Message) -> Mail | None:
        group = get_group(session, message.subject_id)
        if group is None or (group.event.status is EventStatus.CANCELLED) is not self.called_off:
            return None
        if self.to_confirm and group.confirmed_at is not None:
            return None
        event = group.event
        texts = render_mail(
            f"registration/{self.template}",
            gettext(self.subject),
            event.title,
            group=group,
            event=event,
            link=group_address(group),
            not_me=group_address(group, "/not-me"),
            event_link=_event_address(event),
        )
        return Mail(*texts, recipient=group.email, reply_to=event.contact_email or None)


# Three mails go to an address that may be a stranger's (T08): "confirm", "new_address" and "group_confirm" hold nothing of what was typed
# in. "substituted" goes to whoever had the place, and does not name who comes instead.
_PERSON_MAILS = (
    PersonMail(
        notifications.CONFIRM,
        "confirm",
        N_("Please confirm your registration"),
        (Status.UNCONFIRMED, Status.EXPIRED),
    ),
    PersonMail(
        notifications.REGISTERED, "registered", N_("You are registered"), (Status.REGISTERED,), "REQUEST"
    ),
    PersonMail(notifications.WAITING, "waiting", N_("You are on the waiting list"), (Status.WAITING,)),
    PersonMail(notifications.PENDING, "pending", N_("The organising team decides"), (Status.PENDING,)),
    PersonMail(notifications.REJECTED, "rejected", N_("You cannot take part"), (Status.REJECTED,)),
    PersonMail(
        notifications.MOVED_UP, "moved_up", N_("You have a seat now"), (Status.REGISTERED,), "REQUEST"
    ),
    PersonMail(notifications.OFFERED, "offered", N_("A seat is free for you"), (Status.OFFERED,)),
    PersonMail(notifications.DECLINED, "declined", N_("You have declined the seat"), (Status.CANCELLED,)),
    PersonMail(
        notifications.OFFER_ENDED, "offer_ended", N_("The time for your answer is over"), (Status.EXPIRED,)
    ),
    PersonMail(
        notifications.CANCELLED,
        "cancelled",
        N_("Your registration is cancelled"),
        (Status.CANCELLED,),
        "CANCEL",
        off=N_("The day is called off"),
    ),
    PersonMail(
        notifications.SUBSTITUTED,
        "substituted",
        N_("Somebody else comes in your place"),
        (Status.CANCELLED,),
        "CANCEL",
    ),
    PersonMail(
        notifications.ACCOMPANYING,
        "accompanying",
        N_("Who accompanies you has changed"),
        tuple(CONFIRMED),
    ),
    PersonMail(notifications.LINK, "link", N_("Your personal link"), tuple(ACTIVE)),
)
_GROUP_MAILS = (
    GroupMail(notifications.GROUP_CONFIRM, "group_confirm", N_("Please confirm your group"), to_confirm=True),
    GroupMail(notifications.GROUP_SEATS, "group_seats", N_("Seats for your organisation")),
    GroupMail(notifications.GROUP_LINK, "group_link", N_("Link to your group")),
    GroupMail(
        notifications.GROUP_CALLED_OFF, "group_called_off", N_("The day is called off"), called_off=True
    ),
)
_STATUS_MAILS = {
    mail.still_true[0]: mail
    for mail in _PERSON_MAILS
    if mail.kind
    in {notifications.REGISTERED, notifications.WAITING, notifications.PENDING, notifications.OFFERED}
}
_CHANGED = ChangedMail(
    notifications.CHANGED,
    "changed",
    {
        **_STATUS_MAILS,
        Status.REGISTERED: PersonMail(
            notifications.CHANGED,
            "changed",
            N_("Time or place has changed"),
            (Status.REGISTERED,),
            "REQUEST",
        ),
    },
)
_NEWS = {
    "when": N_("New date or time"),
    "where": N_("New venue"),
    "choosing": N_("Workshops are chosen in another way"),
    "wishes": N_("New deadline for wishes"),
    "several": N_("Several things have changed"),
}
_OTHERS: tuple[ChangedMail | PlacesMail | NewAddressMail | AddressLeftMail, ...] = (
    _CHANGED,
    PlacesMail(notifications.PLACES, "places"),
    NewAddressMail(notifications.NEW_ADDRESS, "new_address", N_("Please confirm your new mail address")),
    AddressLeftMail(notifications.ADDRESS_LEFT, "address_left", N_("No longer registered with this address")),
)
KINDS: dict[str, Builder] = {mail.kind: mail for mail in (*_PERSON_MAILS, *_OTHERS, *_GROUP_MAILS)}


def install(_app: Flask) -> None:
    for kind, builder in KINDS.items():
        register(kind, builder, APART.get(kind))


def _words() -> Words:
    return Words(
        gettext("Waiting list for"),
        gettext("not chosen yet"),
        gettext("without you"),
        gettext("no registration, you choose on the day"),
        language(),
    )


def _calendar(
    session: Session, registration: Registration, day: MyDay, message: Message, method: Method
) -> bytes:
    entry: CalendarEntry = registration_entry(
        registration,
        day,
        _event_address(registration.event),
        registration.invited_sequence,
    )
    organiser = _organiser(session, registration.event)
    attendee = Party(registration.full_name, registration.email)
    make = render.request if method == "REQUEST" else render.cancel
    return make(entry, organiser, attendee, message.created_at)


def _others_may(registration: Registration, message: Message) -> bool:
    """Whether somebody else who shares the mailbox can register."""
    takes = registration.event.registration_state(message.created_at) in TAKES_REGISTRATIONS
    return takes and registration.status in CONFIRMED


def _taken_out(session: Session, event: Event, message: Message) -> bytes:
    entry = event_entry(event, _event_address(event), sequence=message.sequence)
    attendee = Party("", message.recipient)
    return render.cancel(entry, _organiser(session, event), attendee, message.created_at)


def _organiser(session: Session, event: Event) -> Party:
    host = event.lead_host.name if event.lead_host else "Fachtag"
    return Party(host, sender_in_ascii(sender_of(session, _settings().mail_from)))


def _event_address(event: Event) -> str:
    return links.absolute(links.in_language(url_for("events.event", slug=event.slug), language()))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
