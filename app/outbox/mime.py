# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From a `Mail` to the bytes that leave: the MIME tree that all mail programs accept (calendar.md 1.7).

Only the modern `email` objects are used, and the finished header block is read back before anything is kept: a text
that smuggles a header or a line end in is set aside, never sent (T11).
"""

import re
import secrets
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from email_validator import EmailNotValidError, validate_email

from app.clock import BERLIN
from app.ical.text import one_line, paragraphs
from app.outbox.building import Mail
from app.outbox.rules import Parcel

LONGEST_SUBJECT = 200
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 without the angle brackets
# A Message-ID longer than a line would be torn apart or encoded by the serialiser; RFC 5322 allows 998.
_POLICY = SMTP.clone(max_line_length=150)

_ATOMS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HEADER = re.compile(rb"([A-Za-z-]+):[ \r]")
_SEQUENCE = re.compile(rb"^SEQUENCE:(\d{1,9})\r$", re.MULTILINE)


class Unsendable(Exception):
    """This mail cannot become a correct message, however often it is tried."""


def pack(mail: Mail, *, sender: str, language: str, now: datetime) -> Parcel:
    """The parcel for one mail: its own Message-ID, its date, and the bytes of every attempt.

    Raises `Unsendable` for an address or a text that does not fit into a message.
    """
    recipient = ascii_address(mail.recipient)
    message_id = f"<{secrets.token_hex(16)}@{sender_address(sender).rpartition('@')[2]}>"
    subject = _subject(mail.subject)
    try:
        message = _message(mail)
        _add_headers(message, mail, sender, recipient, subject)
        message["Date"] = format_datetime(now.astimezone(BERLIN))
        message["Message-ID"] = message_id
        message["Content-Language"] = language
        content = message.as_bytes()
    except (ValueError, IndexError, UnicodeError, LookupError) as e:
        raise Unsendable(f"the message cannot be built ({type(e).__name__})") from e
    _check(content, message.keys(), message_id)
    return Parcel(message_id, recipient, subject, content, _sequence_of(mail.calendar))


def sender_address(sender: str) -> str:
    """The bare address of "Name <address>" or "address"."""
    return ascii_address(parseaddr(sender)[1])


def ascii_address(address: str) -> str:
    """The address as every mail server takes it: an international domain becomes its ASCII form."""
    if not address.isascii():
        try:
            found = validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError as e:
            raise Unsendable("this is not an address") from e
        if found.ascii_email is None:
            raise Unsendable("the part before the @ needs a server that speaks SMTPUTF8")
        address = found.ascii_email
    if len(address) > LONGEST_ADDRESS or not _ATOMS.fullmatch(address):
        raise Unsendable("this is not an address")
    return address


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


def _add_headers(message: EmailMessage, mail: Mail, sender: str, recipient: str, subject: str) -> None:
    message["From"] = Address(one_line(parseaddr(sender)[0]), addr_spec=sender_address(sender))
    message["To"] = Address(addr_spec=recipient)
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=ascii_address(mail.reply_to))
    message["Subject"] = subject
    if mail.references:
        message["In-Reply-To"] = mail.references
        message["References"] = mail.references
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back


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
