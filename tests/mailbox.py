# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What has been sent: the worker runs once, and the mails are read from the mail folder as a person would."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from app.settings import Settings


@dataclass
class Mailbox:
    """The demo's mail folder. `deliver` runs the worker until nothing is due."""

    app: Flask
    folder: Path

    def deliver(self) -> list[EmailMessage]:
        """Send what is due; returns all mails so far, oldest first."""
        result = self.app.test_cli_runner().invoke(args=["outbox", "deliver"])
        assert result.exit_code == 0, result.output
        return self.read()

    def read(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("new/*"), key=lambda path: path.stat().st_mtime_ns)
        return [_parse(path.read_bytes()) for path in files]

    def newest(self, recipient: str) -> EmailMessage:
        mine = [mail for mail in self.deliver() if mail["To"] and recipient in mail["To"]]
        assert mine, f"no mail to {recipient}"
        return mine[-1]


def mailbox(app: Flask) -> Mailbox:
    settings: Settings = app.extensions["fachtag.settings"]
    return Mailbox(app, Path(settings.mail_url.removeprefix("maildir:")))


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def link_in(mail: EmailMessage, start: str = "/my/") -> str:
    """The path of the first link of ours that begins so."""
    for address in re.findall(r"https?://[^\s<>\"]+", text_of(mail)):
        path = urlsplit(address).path
        if path.startswith(start):
            return path
    raise AssertionError(f"no link to {start} in {text_of(mail)!r}")


def all_links(mail: EmailMessage) -> list[str]:
    html = mail.get_body(("html",))
    texts = [text_of(mail), html.get_content() if html is not None else ""]
    return sorted({found for text in texts for found in re.findall(r"https?://[^\s<>\"']+", text)})


def calendar_of(mail: EmailMessage) -> tuple[str, bytes] | None:
    """METHOD and bytes of the calendar part inside the alternative."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return str(part.get_param("method")), payload
    return None


@lru_cache(maxsize=500)
def _parse(data: bytes) -> EmailMessage:
    """Read once: whoever delivers again reads all the mails again."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message
