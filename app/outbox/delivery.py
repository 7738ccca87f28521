# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Handing a frozen mail over: SMTP or a maildir, behind Flask-Mail's configuration names, suppression and recording.

Flask-Mail's own connection checks no certificate, knows no timeout and reports a failed QUIT as a failed mail
(measured), so the dialogue is led here, step by step, and every step says what its failure means.
"""

import functools
import hashlib
import ipaddress
import os
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import Flask, current_app

from app.address import in_ascii, sender_in_ascii
from app.outbox.rules import DeliveryPolicy
from app.settings import Settings

SUBMISSION, SUBMISSION_TLS, RELAY = 587, 465, 25
SERVICE_CLOSING = 421
WANTS_SIGN_IN = frozenset({530, 534, 535, 538})


class DeliveryError(Exception):
    """The mail did not get out; the text is what the organiser may read."""


class RouteDown(DeliveryError):
    """The server cannot be used by anybody now: the queue pauses (F09)."""


class SignInRefused(RouteDown):
    """The server does not take our name and password: asked too often, it may lock the account (F17)."""


class NotNow(DeliveryError):
    """The server asks for patience with this message (F10), or hung up before it had the whole of it (F13)."""


class Never(DeliveryError):
    """The server refuses this message for good (F11, F12)."""


class Doubtful(DeliveryError):
    """The whole message was handed over and no answer came: it may have arrived (F06, F14)."""


class _Stale(DeliveryError):
    """A connection used before has ended; a new one may do."""


class NotBegun(Exception):
    """Not a byte of the message leaves from here: another worker may hold it (F19), or a newer one exists (F20)."""


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


class _Connection(flask_mail.Connection):
    """What both ways out share: a suppressed mail takes every step but the last, and all are recorded."""

    def __init__(self, mail: Any, policy: DeliveryPolicy) -> None:
        super().__init__(mail)
        self.policy = policy

    def __enter__(self) -> Self:
        self.host, self.num_emails = None, 0  # connected when somebody asks whether it is `ready`
        return self

    def __exit__(self, *_exception: object) -> None:
        self.hang_up()

    def ready(self, sender: str) -> None:
        """Be sure that the next mail of this sender can be begun. Raises `RouteDown`, before any mail is in anybody's
        hands: a server that is away costs none of them an attempt (F09)."""

    def hang_up(self) -> None:
        """End the connection. Nothing that goes wrong here says anything about a mail."""

    def send(self, message: flask_mail.Message, envelope_from: object = None) -> None:  # noqa: ARG002
        """Hand over one frozen message; `message.answer` tells what the server said. Raises a `DeliveryError`."""
        if not isinstance(message, FrozenMessage):
            raise TypeError("only frozen messages leave the house")
        if self.mail.suppress:
            message.before_data()
            message.answer = "suppressed"
        else:
            message.answer = self.hand_over(message)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        flask_mail.email_dispatched.send(app, message=message)

    def hand_over(self, message: FrozenMessage) -> str:
        raise NotImplementedError


class SmtpConnection(_Connection):
    """One SMTP connection for several mails."""

    host: smtplib.SMTP | None
    _begun = False  # the server has taken our sender and waits for a recipient

    def ready(self, sender: str) -> None:
        """The sender is the same for all mails, so its refusal concerns all; a connection that was used before is just at
        its end, and a new one may do."""
        if self.mail.suppress or self._begun:
            return
        try:
            self._begin(sender)
        except _Stale:
            self.hang_up()
            self._begin(sender)
        self._begun = True

    def _begin(self, sender: str) -> None:
        if self.host is None:
            self.host = self.configure_host()
        self._patience(self.host, self.policy.command_seconds)
        try:
            code, text = self.host.mail(sender_in_ascii(sender))
        except (smtplib.SMTPServerDisconnected, OSError) as e:
            self._sender_failed(_reason(e), e)
        if code != 250:
            self._sender_failed(_words(code, text), sign_in=code in WANTS_SIGN_IN)
        self.num_emails += 1

    def _sender_failed(
        self, reason: str, cause: Exception | None = None, *, sign_in: bool = False
    ) -> NoReturn:
        used = self.num_emails > 0
        self.hang_up()
        raise (_Stale if used else SignInRefused if sign_in else RouteDown)(reason) from cause

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt, sign in. Raises `RouteDown`; nothing is ever sent in clear instead (F16)."""
        host: smtplib.SMTP | None = None
        try:
            host = self._connect()
            if self.mail.use_tls:
                host.starttls(context=self._tls())
            if self.mail.username:
                host.login(self.mail.username, self.mail.password or "")
            host.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, UnicodeError) as e:
            if host is not None:
                host.close()
            refused = isinstance(e, smtplib.SMTPAuthenticationError)
            raise (SignInRefused if refused else RouteDown)(_reason(e)) from e
        return host

    def _connect(self) -> smtplib.SMTP:
        where: dict[str, Any] = {
            "host": self.mail.server,
            "port": self.mail.port,
            "local_hostname": _own_name(),
            "timeout": self.policy.connect_seconds,
        }
        host = smtplib.SMTP_SSL(**where, context=self._tls()) if self.mail.use_ssl else smtplib.SMTP(**where)
        if host.sock is not None:
            # The final dot is a packet of its own; without this it waits 40 ms for the receipt of the body.
            host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._patience(host, self.policy.command_seconds)
        return host

    def _tls(self) -> ssl.SSLContext:
        context: ssl.SSLContext | None = current_app.config["MAIL_TLS_CONTEXT"]
        if context is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    @staticmethod
    def _patience(host: smtplib.SMTP, seconds: float) -> None:
        if host.sock is not None:
            host.sock.settimeout(seconds)

    def hand_over(self, message: FrozenMessage) -> str:
        self.ready(str(message.sender))
        host, self._begun = self.host, False
        if host is None:
            raise RouteDown("no connection")
        try:
            self._announce(host, message)
            message.before_data()
            return self._transfer(host, message.content)
        except (Never, NotNow):
            if host.sock is None:
                self.hang_up()
            raise
        except BaseException:
            # Whatever the server still expects, the next mail starts on a fresh connection.
            self.hang_up()
            raise

    def _announce(self, host: smtplib.SMTP, message: FrozenMessage) -> None:
        self._patience(host, self.policy.command_seconds)
        try:
            code, text = host.rcpt(in_ascii(str(message.recipients[0])))
        except (smtplib.SMTPServerDisconnected, OSError) as e:
            raise NotNow(_reason(e)) from e
        if code not in {250, 251}:
            self._reset(host)
            _refuse(code, text)

    def _transfer(self, host: smtplib.SMTP, content: bytes) -> str:
        """DATA, the body, the final dot and its answer, each with the patience that RFC 5321 asks for."""
        try:
            self._patience(host, self.policy.data_seconds)
            code, text = host.docmd("DATA")
            if code != 354:
                self._reset(host)
                _refuse(code, text)
            self._patience(host, self.policy.body_seconds)
            host.send(stuffed(content))
        except (smtplib.SMTPServerDisconnected, OSError) as e:
            raise NotNow(_reason(e)) from e  # without the final dot nothing was accepted
        try:
            self._patience(host, self.policy.answer_seconds)
            host.send(b".\r\n")
            code, text = host.getreply()
        except (smtplib.SMTPException, OSError) as e:
            raise Doubtful(_reason(e)) from e
        if code != 250:
            _refuse(code, text)
        return _words(code, text)

    @staticmethod
    def _reset(host: smtplib.SMTP) -> None:
        with suppress(smtplib.SMTPException, OSError):
            host.rset()

    def hang_up(self) -> None:
        host, self.host = self.host, None
        self.num_emails, self._begun = 0, False
        if host is None:
            return
        self._patience(host, min(5, self.policy.command_seconds))
        with suppress(smtplib.SMTPException, OSError):
            host.quit()
        host.close()


class MaildirConnection(_Connection):
    """Mails as files: what the demo's mailbox shows, and what a local program may collect.

    The name comes from the bytes, so a repeated copy replaces itself.
    """

    def configure_host(self) -> None:  # type: ignore[override]
        """Nothing has to be connected to."""

    def ready(self, sender: str) -> None:  # noqa: ARG002
        try:
            for folder in ("tmp", "new", "cur"):
                (self._home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise RouteDown(_reason(e)) from e

    @property
    def _home(self) -> Path:
        return Path(current_app.config["MAIL_MAILDIR"])

    def hand_over(self, message: FrozenMessage) -> str:
        self.ready(str(message.sender))
        moment = message.parsed["Date"].datetime
        name = f"{int(moment.timestamp())}.{hashlib.sha256(message.content).hexdigest()[:32]}.fachtag"
        message.before_data()
        try:
            draft = self._home / "tmp" / name
            with draft.open("wb") as file:
                file.write(message.content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._home / "new" / name)
        except OSError as e:
            raise RouteDown(_reason(e)) from e
        return f"250 kept as {name}"


class HouseMail(flask_mail.Mail):
    """Flask-Mail with our connections. `mail.record_messages()` works as documented."""

    def connect(self, policy: DeliveryPolicy | None = None) -> _Connection:
        kind = MaildirConnection if current_app.config["MAIL_MAILDIR"] else SmtpConnection
        return kind(current_app.extensions["mail"], policy or DeliveryPolicy())


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


@functools.cache
def _own_name() -> str:
    """This host's name, looked up once: a broken name service would cost seconds per connection."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def stuffed(content: bytes) -> bytes:
    """Transparency (RFC 5321, 4.5.2). Frozen bytes have no other line ends than CR LF."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _refuse(code: int, text: bytes) -> NoReturn:
    words = _words(code, text)
    if code in WANTS_SIGN_IN:
        raise SignInRefused(words)
    if code == SERVICE_CLOSING:
        raise RouteDown(words)
    if 500 <= code < 600:
        raise Never(words)
    raise NotNow(words)


def _words(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _words(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return f"{type(error).__name__}: {error}"
