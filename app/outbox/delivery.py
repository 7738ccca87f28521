# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The bridge to Flask-Mail: its configuration names, its suppression and its recording, over our own ways out.

Its own connection checks no certificate, knows no timeout and reports a failed QUIT as a failed mail, so nothing but
the names is left to it; `smtp` and `maildir` know nothing of it (decision 0019).
"""

import functools
import ipaddress
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import Flask, current_app

from app.outbox.maildir import Maildir
from app.outbox.rules import DeliveryPolicy
from app.outbox.smtp import Smtp, SmtpServer
from app.settings import Settings

SUBMISSION, SUBMISSION_TLS, RELAY = 587, 465, 25


class FrozenMessage(flask_mail.Message):
    """A message whose bytes were frozen. `before_data` is called once, just before the server may have it.

    The base class is not initialised: it would look its Message-ID's host name up in the network.
    """

    def __init__(
        self, content: bytes, *, recipient: str, sender: str, before_data: Callable[[], None] = lambda: None
    ) -> None:
        self.content = content
        self.recipients = [recipient]
        self.sender = sender
        self.before_data = before_data
        self.answer = ""
        self.cc, self.bcc, self.attachments = [], [], []
        self.mail_options, self.rcpt_options = [], []
        self.reply_to = self.date = self.charset = self.extra_headers = None

    @functools.cached_property
    def parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=SMTP)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - the policy's message class
        return parsed

    @property
    def subject(self) -> str:  # type: ignore[override]
        return str(self.parsed["Subject"])

    @property
    def body(self) -> str:  # type: ignore[override]
        return self._part("plain") or ""

    @property  # type: ignore[misc]
    def html(self) -> str | None:
        return self._part("html")

    @property
    def calendar(self) -> bytes | None:
        """The invitation, as the mail program gets it."""
        for part in self.parsed.walk():
            if part.get_content_type() == "text/calendar":
                payload = part.get_payload(decode=True)
                return payload if isinstance(payload, bytes) else None
        return None

    def as_bytes(self) -> bytes:
        return self.content

    def as_string(self) -> str:
        return self.content.decode("ascii")

    def _part(self, subtype: str) -> str | None:
        part = self.parsed.get_body((subtype,))
        return None if part is None else str(part.get_content())


class Connection(flask_mail.Connection):
    """Over either way out. A suppressed mail takes every step but the last, and all are recorded."""

    def __init__(self, mail: Any, way: Smtp | Maildir) -> None:
        super().__init__(mail)
        self.way = way

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.hang_up()

    def ready(self, sender: str) -> None:
        """Be sure that the next mail of this sender can be begun. Raises `RouteDown`, before any mail is in anybody's
        hands: a server that is away costs none of them an attempt (F09)."""
        if not self.mail.suppress:
            self.way.ready(sender)

    def hang_up(self) -> None:
        self.way.hang_up()

    def send(self, message: flask_mail.Message, envelope_from: object = None) -> None:  # noqa: ARG002
        """Hand over one frozen message; `message.answer` tells what the server said. Raises a `DeliveryError`."""
        if not isinstance(message, FrozenMessage):
            raise TypeError("only frozen messages leave the house")
        if self.mail.suppress:
            message.before_data()
            message.answer = "suppressed"
        else:
            recipient = str(message.recipients[0])
            message.answer = self.way.hand_over(
                message.content, str(message.sender), recipient, message.before_data
            )
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        flask_mail.email_dispatched.send(app, message=message)


class HouseMail(flask_mail.Mail):
    """Flask-Mail over our ways out. `mail.record_messages()` works as documented."""

    def connect(self, policy: DeliveryPolicy | None = None) -> Connection:
        state = current_app.extensions["mail"]
        return Connection(state, _way_of(current_app.config, state, policy or DeliveryPolicy()))


def _way_of(config: dict[str, Any], state: Any, policy: DeliveryPolicy) -> Smtp | Maildir:
    if config["MAIL_MAILDIR"]:
        return Maildir(Path(config["MAIL_MAILDIR"]))
    server = SmtpServer(
        state.server,
        state.port,
        username=state.username,
        password=state.password,
        starttls=state.use_tls,
        implicit_tls=state.use_ssl,
        trusted=config["MAIL_TLS_CONTEXT"],
    )
    return Smtp(server, policy)


mail = HouseMail()


def install(app: Flask, settings: Settings) -> None:
    """Set Flask-Mail's configuration names from the settings."""
    app.config.update(mail_config(settings.mail_url))
    app.config["MAIL_DEFAULT_SENDER"] = settings.mail_from
    app.config.setdefault("MAIL_SUPPRESS_SEND", False)
    app.config.setdefault("MAIL_TLS_CONTEXT", None)  # None: the certificates this machine trusts
    mail.init_app(app)


def mail_config(url: str) -> dict[str, Any]:
    """FACHTAG_MAIL_URL as Flask-Mail's names. Encryption is left out on the way to this very machine only."""
    if url.startswith("maildir:"):
        return {"MAIL_MAILDIR": url.removeprefix("maildir:")}
    parts = urlsplit(url)
    server = parts.hostname or ""
    implicit = parts.scheme == "smtps"
    signs_in = parts.username is not None
    usual = SUBMISSION_TLS if implicit else SUBMISSION if signs_in else RELAY
    return {
        "MAIL_MAILDIR": None,
        "MAIL_SERVER": server,
        "MAIL_PORT": parts.port or usual,
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
        "MAIL_USE_SSL": implicit,
        "MAIL_USE_TLS": not implicit and (signs_in or not _is_this_machine(server)),
    }


def _is_this_machine(server: str) -> bool:
    try:
        return ipaddress.ip_address(server).is_loopback
    except ValueError:
        return server == "localhost"
