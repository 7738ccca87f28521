# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From a `Mail` to the bytes that leave: the MIME tree that all mail programs accept (D5).

The tree is made of the modern `email` objects, the lines of the headers that carry texts and addresses are not: these
objects lose blanks between encoded words and tear long words apart. The finished header block is read back before
anything is kept: a text that smuggles a header or a line end in is set aside, never sent (T11).
"""

import re
import secrets
from contextlib import suppress
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from app.address import NoAddress, in_ascii, sender_in_ascii
from app.clock import BERLIN
from app.ical.text import one_line, paragraphs
from app.outbox.building import Mail
from app.outbox.rules import RenderedMail

LONGEST_SUBJECT = 200
LONGEST_LINE = 76  # encoded texts (RFC 2045, 6.7 and 6.8), and headers with encoded words (RFC 2047, 2)
_POLICY = SMTP.clone(max_line_length=LONGEST_LINE, refold_source="none")

_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HEADER = re.compile(rb"([A-Za-z-]+):[ \r]")
_SEQUENCE = re.compile(rb"^SEQUENCE:(\d{1,9})\r$", re.MULTILINE)


class Unsendable(Exception):
    """This mail cannot become a correct message, however often it is tried."""


def pack(mail: Mail, *, sender: str, language: str, now: datetime) -> RenderedMail:
    """What one mail becomes: its own Message-ID, its date, and the bytes of every attempt.

    Raises `Unsendable` for an address or a text that does not fit into a message.
    """
    subject = _subject(mail.subject)
    try:
        message_id = f"<{secrets.token_hex(16)}@{sender_in_ascii(sender).rpartition('@')[2]}>"
        message = _message(mail)
        _add_headers(message, mail, sender, subject)
        message.set_raw("Date", format_datetime(now.astimezone(BERLIN)))
        message.set_raw("Message-ID", message_id)
        message.set_raw("Content-Language", language)
        content = message.as_bytes()
    except NoAddress as e:
        raise Unsendable(str(e)) from e
    except (ValueError, IndexError, UnicodeError, LookupError) as e:
        raise Unsendable(f"the message cannot be built ({type(e).__name__})") from e
    _check(content, message.keys(), message_id)
    return RenderedMail(message_id, mail.recipient, subject, content, _sequence_of(mail.calendar))


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message.set_content(_lines(mail.text), charset="utf-8", cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(_lines(mail.html), subtype="html", charset="utf-8", cte="quoted-printable")
    if mail.calendar is not None and mail.calendar_method is not None:
        if _LONE_LINE_END.search(mail.calendar):
            raise Unsendable("the calendar part has a lone line end")
        message.add_alternative(
            mail.calendar,
            maintype="text",
            subtype="calendar",
            cte="base64",
            params={"charset": "UTF-8", "method": mail.calendar_method},
        )
        message.add_attachment(
            mail.calendar,
            maintype="application",
            subtype="ics",
            cte="base64",
            filename="invite.ics",
            params={"name": "invite.ics"},
        )
    return message


def _add_headers(message: EmailMessage, mail: Mail, sender: str, subject: str) -> None:
    """In lines as they leave: an address or a Message-ID stays on one, however long it is (RFC 5322 allows 998)."""
    message.set_raw("From", _mailbox(one_line(parseaddr(sender)[0]), sender_in_ascii(sender)))
    message.set_raw("To", in_ascii(mail.recipient))
    if mail.reply_to:
        with suppress(
            NoAddress
        ):  # an answer then goes to the sender; that is no reason to keep the mail back
            message.set_raw("Reply-To", in_ascii(mail.reply_to))
    message.set_raw("Subject", _folded(subject))
    if mail.references:
        message.set_raw("In-Reply-To", mail.references)
        message.set_raw("References", mail.references)
    if mail.unsubscribe:
        message.set_raw("List-Unsubscribe", f"<{mail.unsubscribe}>")
    message.set_raw("Auto-Submitted", "auto-generated")  # RFC 3834: no out-of-office answer comes back
    message.set_raw("X-Auto-Response-Suppress", "OOF, AutoReply")  # the same for Exchange; reports still come


def _folded(subject: str) -> str:
    """The subject in lines. It is encoded as a whole, so that no blank stands between two encoded words, where readers
    drop it."""
    first_line = LONGEST_LINE - len("Subject: ")
    plain = subject.isascii() and "=?" not in subject and max(map(len, subject.split())) <= first_line
    header = Header(subject, "us-ascii" if plain else "utf-8", LONGEST_LINE, "Subject")
    return header.encode(splitchars=" ", linesep=_POLICY.linesep)


def _mailbox(name: str, address: str) -> str:
    """The sender; where the name has to be encoded, the address stands on a line of its own."""
    shown = str(Address(name, addr_spec=address)) if name else address
    if shown.isascii() and "=?" not in shown and len(f"From: {shown}") <= LONGEST_LINE:
        return shown
    words = Header(name, "utf-8", LONGEST_LINE, "From").encode(linesep=_POLICY.linesep)
    return f"{words}{_POLICY.linesep} <{address}>" if name else address


def _subject(subject: str) -> str:
    line = one_line(subject)
    if not line:
        raise Unsendable("the subject is empty")
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def _lines(text: str) -> str:
    return paragraphs(text) + "\n"


def _check(content: bytes, names: list[str], message_id: str) -> None:
    """The second wall: exactly the headers that were set, in lines that end as lines of a mail end."""
    if _LONE_LINE_END.search(content) or not content.isascii():
        raise Unsendable("the message has a lone line end or an unencoded letter")
    block = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    starts = [line for line in block if not line.startswith((b" ", b"\t"))]
    found = [match[1].decode() for match in (_HEADER.match(line + b"\r") for line in starts) if match]
    if found != names or len(starts) != len(names) or any(not line.strip() for line in block):
        raise Unsendable("the message has headers that nobody set")
    if f"Message-ID: {message_id}".encode() not in block:
        raise Unsendable("the message does not carry its Message-ID")


def _sequence_of(calendar: bytes | None) -> int | None:
    found = _SEQUENCE.search(calendar or b"")
    return int(found[1]) if found else None
