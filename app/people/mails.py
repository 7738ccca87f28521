# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Mails to organisers: the first password, a forgotten one. Each is dropped once its link is used or over."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy.orm import Session

from app import links
from app.outbox.building import Builder, Mail, register
from app.outbox.models import Message
from app.people.models import PasswordLink
from app.people.rules import LinkReason
from app.people.service import FORGOTTEN, MAIL_KINDS, WELCOME
from app.refusal import N_
from app.texts import gettext, language
from app.web.mail_texts import render_mail

_PATHS = {LinkReason.WELCOME: "/organise/welcome/", LinkReason.FORGOTTEN: "/organise/new-password/"}


def link_address(link: PasswordLink) -> str:
    """The address of a link, signed for its purpose."""
    token = links.sign(MAIL_KINDS[link.reason], links.Ticket(link.id, link.link_key))
    return links.absolute(links.in_language(_PATHS[link.reason] + token, language()))


@dataclass(frozen=True, slots=True)
class LinkMail:
    """A row of the table below, and its own builder: a mail with a link to choose a password."""

    kind: str
    template: str
    subject: str

    def __call__(self, session: Session, message: Message) -> Mail | None:
        link = session.get(PasswordLink, message.subject_id)
        if link is None or link.closed_at is not None:
            return None
        texts = render_mail(
            f"people/{self.template}",
            gettext(self.subject),
            organiser=link.organiser,
            link=link_address(link),
            ends_at=link.ends_at,
            invited_by=link.invited_by,
            invited_to=link.invited_to,
        )
        return Mail(*texts, recipient=message.recipient)


_MAILS = (
    LinkMail(WELCOME, "welcome", N_("Your access to Fachtag")),
    LinkMail(FORGOTTEN, "password", N_("A new password for Fachtag")),
)
KINDS: dict[str, Builder] = {mail.kind: mail for mail in _MAILS}


def install(_app: Flask) -> None:
    for kind, builder in KINDS.items():
        register(kind, builder)
