# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The links that open something without signing in: one registration, its calendar, one group. Each with a random key, and
in the language of who registered. And the link to a form that carries the code of its day.
"""

from sqlalchemy.orm import Session

from app import links
from app.events.models import Event
from app.events.rules import EventStatus, form_key
from app.refusal import Missing
from app.registration.models import Group, Registration
from app.registration.queries import get_group, get_registration

PERSONAL = "my"
FEED = "my-calendar"
GROUP = "group"
FORM = "form"


class Withdrawn(Missing):
    """The link was replaced by a newer one: gone for good."""

    status = 410


def personal_token(registration: Registration) -> str:
    return links.sign(PERSONAL, links.Ticket(registration.id, registration.link_key))


def personal_address(registration: Registration, page: str = "") -> str:
    path = f"/my/{personal_token(registration)}{page}"
    return links.absolute(links.in_language(path, registration.language))


def group_token(group: Group) -> str:
    return links.sign(GROUP, links.Ticket(group.id, group.link_key))


def group_address(group: Group, page: str = "") -> str:
    path = f"/group/{group_token(group)}{page}"
    return links.absolute(links.in_language(path, group.language))


def feed_token(registration: Registration) -> str:
    return links.sign(FEED, links.Ticket(registration.id, registration.feed_key))


def form_path(event: Event) -> str:
    """Where one registers; where the team set a code, the address that carries it."""
    if not event.form_code:
        return f"/events/{event.slug}/register"
    return f"/form/{links.sign(FORM, links.Ticket(event.id, form_key(event.form_code)))}"


def form_address(event: Event, language: str) -> str:
    return links.absolute(links.in_language(form_path(event), language))


def open_form(session: Session, token: str) -> tuple[Event, str]:
    """The day whose form a link carries a code for, and its `form_key`, be it right by now or not. Raises `Missing` for one
    that never was a link, and for a draft."""
    ticket = links.read(FORM, token)
    event = session.get(Event, ticket.id)
    if event is None or event.status is EventStatus.DRAFT:
        raise Missing
    return event, ticket.key


def open_personal(session: Session, token: str) -> Registration:
    """Raises `Missing` for a link that never was one, `Withdrawn` for one that was replaced."""
    ticket = links.read(PERSONAL, token)
    registration = get_registration(session, ticket.id)
    if registration is None:
        raise Missing
    refuse_replaced(registration, ticket)
    return registration


def refuse_replaced(registration: Registration, ticket: links.Ticket) -> None:
    """Raises `Withdrawn` for a personal link that was replaced; inside a transaction nothing of it stands."""
    if registration.link_key != ticket.key:
        raise Withdrawn


def open_group(session: Session, token: str) -> Group:
    """Raises as `open_personal` does."""
    ticket = links.read(GROUP, token)
    group = get_group(session, ticket.id)
    if group is None:
        raise Missing
    if group.link_key != ticket.key:
        raise Withdrawn
    return group


def open_feed(session: Session, token: str) -> Registration:
    ticket = links.read(FEED, token)
    registration = get_registration(session, ticket.id)
    if registration is None:
        raise Missing
    if registration.feed_key != ticket.key:
        raise Withdrawn
    return registration
