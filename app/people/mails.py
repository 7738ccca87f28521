# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Mails to organisers: the first password, a forgotten one. Each is dropped once its link is used or over."""

from flask import Flask
from sqlalchemy.orm import Session

from app import links
from app.outbox.building import Builder, Mail, register
from app.outbox.models import Message
from app.people.models import PasswordLink
from app.people.rules import LinkReason
from app.people.service import FORGOTTEN, MAIL_KINDS, WELCOME
from app.texts import gettext
from app.web.mail_texts import render_mail

_PATHS = {LinkReason.WELCOME: "/organise/welcome/", LinkReason.FORGOTTEN: "/organise/new-password/"}


def link_address(link: PasswordLink) -> str:
    """The address of a link, signed for its purpose."""
    token = links.sign(MAIL_KINDS[link.reason], links.Ticket(link.id, link.link_key))
    return links.absolute(_PATHS[link.reason] + token)


def build_welcome(session: Session, message: Message) -> Mail | None:
    return _build(session, message, gettext("Your access to Fachtag"), "welcome")


def build_password(session: Session, message: Message) -> Mail | None:
    return _build(session, message, gettext("A new password for Fachtag"), "password")


def _build(session: Session, message: Message, subject: str, template: str) -> Mail | None:
    link = session.get(PasswordLink, message.subject_id)
    if link is None or link.closed_at is not None:
        return None
    values = {
        "subject": subject,
        "organiser": link.organiser,
        "link": link_address(link),
        "ends_at": link.ends_at,
    }
    text, html = render_mail(f"people/{template}", **values)
    return Mail(
        subject=subject,
        text=text,
        html=html,
        recipient=message.recipient,
    )


KINDS: dict[str, Builder] = {WELCOME: build_welcome, FORGOTTEN: build_password}


def install(_app: Flask) -> None:
    for kind, builder in KINDS.items():
        register(kind, builder)
