# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One SMTP dialogue, led step by step, and every step says what its failure means. Knows no web.

`smtplib.SMTP.sendmail` and what is built on it cannot tell a mail that surely did not arrive from one that may have.
"""

import base64
import functools
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from app.address import in_ascii, sender_in_ascii
from app.outbox.errors import DeliveryError, Doubtful, Never, NotNow, RouteDown, SignInRefused
from app.outbox.rules import DeliveryPolicy

SERVICE_CLOSING = 421
WANTS_SIGN_IN = frozenset({530, 534, 535, 538})


class _Stale(DeliveryError):
    """A connection used before has ended; a new one may do."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mails are handed in, and how."""

    name: str
    port: int
    username: str | None = None
    password: str | None = None
    starttls: bool = False
    implicit_tls: bool = False
    trusted: ssl.SSLContext | None = None  # None: the certificates this machine trusts


class Smtp:
    """One connection for several mails; it is made when somebody asks whether it is `ready`."""

    def __init__(self, server: SmtpServer, policy: DeliveryPolicy) -> None:
        self.server, self.policy = server, policy
        self.host: smtplib.SMTP | None = None
        self._used = False  # for a mail before
        self._begun = False  # the server has taken our sender and waits for a recipient

    def ready(self, sender: str) -> None:
        """The sender is the same for all mails, so its refusal concerns all; a connection that was used before is just at
        its end, and a new one may do. Raises `RouteDown`, before any mail is in anybody's hands."""
        if self._begun:
            return
        try:
            self._begin(sender)
        except _Stale:
            self.hang_up()
            self._begin(sender)
        self._begun = True

    def _begin(self, sender: str) -> None:
        if self.host is None:
            self.host = self._open()
        self._patience(self.host, self.policy.command_seconds)
        try:
            code, text = self.host.mail(sender_in_ascii(sender))
        except (smtplib.SMTPServerDisconnected, OSError) as e:
            self._sender_failed(_reason(e), e)
        if code != 250:
            self._sender_failed(_words(code, text), sign_in=code in WANTS_SIGN_IN)
        self._used = True

    def _sender_failed(
        self, reason: str, cause: Exception | None = None, *, sign_in: bool = False
    ) -> NoReturn:
        used = self._used
        self.hang_up()
        raise (_Stale if used else SignInRefused if sign_in else RouteDown)(reason) from cause

    def _open(self) -> smtplib.SMTP:
        """Connect, encrypt, sign in. Raises `RouteDown`; nothing is ever sent in clear instead (F16)."""
        host: smtplib.SMTP | None = None
        try:
            host = self._connect()
            if self.server.starttls:
                host.starttls(context=self._tls())
            if self.server.username:
                _sign_in(host, self.server.username, self.server.password or "")
            host.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, UnicodeError) as e:
            if host is not None:
                host.close()
            refused = isinstance(e, smtplib.SMTPAuthenticationError)
            raise (SignInRefused if refused else RouteDown)(_reason(e)) from e
        return host

    def _connect(self) -> smtplib.SMTP:
        where: dict[str, Any] = {
            "host": self.server.name,
            "port": self.server.port,
            "local_hostname": _own_name(),
            "timeout": self.policy.connect_seconds,
        }
        host = (
            smtplib.SMTP_SSL(**where, context=self._tls())
            if self.server.implicit_tls
            else smtplib.SMTP(**where)
        )
        if host.sock is not None:
            # The final dot is a packet of its own; without this it waits 40 ms for the receipt of the body.
            host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._patience(host, self.policy.command_seconds)
        return host

    def _tls(self) -> ssl.SSLContext:
        context = self.server.trusted
        if context is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    @staticmethod
    def _patience(host: smtplib.SMTP, seconds: float) -> None:
        if host.sock is not None:
            host.sock.settimeout(seconds)

    def hand_over(self, content: bytes, sender: str, recipient: str, before_data: Callable[[], None]) -> str:
        """What the server said when it took the mail. `before_data` is called once, just before the server may have it.
        Raises a `DeliveryError`."""
        self.ready(sender)
        host, self._begun = self.host, False
        if host is None:
            raise RouteDown("no connection")
        try:
            self._announce(host, recipient)
            before_data()
            return self._transfer(host, content)
        except (Never, NotNow):
            if host.sock is None:
                self.hang_up()
            raise
        except BaseException:
            # Whatever the server still expects, the next mail starts on a fresh connection.
            self.hang_up()
            raise

    def _announce(self, host: smtplib.SMTP, recipient: str) -> None:
        self._patience(host, self.policy.command_seconds)
        try:
            code, text = host.rcpt(in_ascii(recipient))
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
        """End the connection. Nothing that goes wrong here says anything about a mail."""
        host, self.host = self.host, None
        self._used = self._begun = False
        if host is None:
            return
        self._patience(host, min(5, self.policy.command_seconds))
        with suppress(smtplib.SMTPException, OSError):
            host.quit()
        host.close()


def _sign_in(host: smtplib.SMTP, name: str, password: str) -> None:
    """`smtplib` knows ASCII only. PLAIN is UTF-8 by its own standard (RFC 4616), so an umlaut goes that way."""
    if (name + password).isascii():
        host.login(name, password)
        return
    host.ehlo_or_helo_if_needed()
    said = base64.b64encode(f"\0{name}\0{password}".encode()).decode("ascii")
    code, text = host.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


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
