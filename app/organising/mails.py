# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The test mail, by which an administrator sees whether mails arrive."""

from flask import Flask
from sqlalchemy.orm import Session

from app.organising.setup import TEST_MAIL
from app.outbox.building import Mail, register
from app.outbox.models import Message
from app.people.models import Organiser
from app.texts import gettext
from app.web.mail_texts import render_mail


def build_test_mail(session: Session, message: Message) -> Mail | None:
    organiser = session.get(Organiser, message.subject_id)
    if organiser is None or organiser.disabled_at is not None:
        return None
    texts = render_mail("organising/test_mail", gettext("Test mail of Fachtag"), asked_at=message.created_at)
    return Mail(*texts, recipient=message.recipient)


def install(_app: Flask) -> None:
    register(TEST_MAIL, build_test_mail)
