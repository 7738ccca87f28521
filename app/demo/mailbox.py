# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reading the maildir in which the mails of the demo land. Each file is a mail as a server would have got it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from icalendar import Calendar, Component

from app.address import in_letters
from app.clock import BERLIN
from app.refusal import Missing

# The name under which the outbox keeps a mail: its second, and a digest of its bytes.
_NAME = re.compile(r"(?P<second>[0-9]{1,12})\.[0-9a-f]{32}\.fachtag")
_LINK = re.compile(r"https?://[^\s<>\"]+")
SHOWN_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Date",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the list shows."""

    name: str
    subject: str
    recipient: str
    sent_at: datetime
    has_calendar: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An invitation as a calendar program understands it, and its bytes as text. Times are what the part says."""

    method: str
    entries: tuple["CalendarEntryView", ...]
    raw: str


@dataclass(frozen=True, slots=True)
class CalendarEntryView:
    summary: str
    starts_at: datetime | None
    ends_at: datetime | None
    location: str
    status: str
    sequence: int
    uid: str


@dataclass(frozen=True, slots=True)
class StoredMail:
    envelope: Envelope
    headers: tuple[tuple[str, str], ...]
    lines: tuple[tuple[Stretch, ...], ...]
    has_html: bool
    calendar: CalendarPart | None


def names(folder: Path) -> list[str]:
    """Of all mails, the newest first."""
    found = [
        (int(match["second"]), path.stat().st_mtime_ns, path.name)
        for path in _files(folder)
        if (match := _NAME.fullmatch(path.name))
    ]
    return [name for _, _, name in sorted(found, reverse=True)]


def read_envelope(folder: Path, name: str) -> Envelope:
    content = content_of(folder, name)
    mail = _parsed(content)
    header = mail["Date"]
    return Envelope(
        name=name,
        subject=str(mail["Subject"] or ""),
        recipient=in_letters(str(mail["To"] or "")),
        sent_at=header.datetime if header is not None else datetime.fromtimestamp(0, BERLIN),
        has_calendar=_calendar_bytes(mail) is not None,
    )


def read_letter(folder: Path, name: str, base_url: str) -> StoredMail:
    """Links to this app become links; anything else in the text stays text."""
    mail = _parsed(content_of(folder, name))
    text = mail.get_body(("plain",))
    calendar = _calendar_bytes(mail)
    return StoredMail(
        envelope=read_envelope(folder, name),
        headers=tuple((key, str(mail[key])) for key in SHOWN_HEADERS if mail[key] is not None),
        lines=tuple(_pieces(line, base_url) for line in (text.get_content() if text else "").splitlines()),
        has_html=mail.get_body(("html",)) is not None,
        calendar=_calendar(calendar) if calendar is not None else None,
    )


def content_of(folder: Path, name: str) -> bytes:
    """The bytes that left. Raises `Missing` for anything but the name of a mail (T23)."""
    if _NAME.fullmatch(name):
        for home in ("new", "cur"):
            path = folder / home / name
            if path.is_file():
                return path.read_bytes()
    raise Missing


def calendar_of(folder: Path, name: str) -> bytes:
    """The invitation in it. Raises `Missing` for a mail without one."""
    calendar = _calendar_bytes(_parsed(content_of(folder, name)))
    if calendar is None:
        raise Missing
    return calendar


def _files(folder: Path) -> Iterator[Path]:
    for home in ("new", "cur"):
        yield from (folder / home).glob("*.fachtag")


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _calendar_bytes(mail: EmailMessage) -> bytes | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def _calendar(content: bytes) -> CalendarPart:
    calendar = Calendar.from_ical(content)
    entries = tuple(_entry(event) for event in calendar.walk("VEVENT"))
    return CalendarPart(str(calendar.get("METHOD", "")), entries, content.decode("utf-8", "replace"))


def _entry(event: Component) -> CalendarEntryView:
    return CalendarEntryView(
        summary=str(event.get("SUMMARY", "")),
        starts_at=_moment(event, "DTSTART"),
        ends_at=_moment(event, "DTEND"),
        location=str(event.get("LOCATION", "")),
        status=str(event.get("STATUS", "")),
        sequence=int(event.get("SEQUENCE", 0)),
        uid=str(event.get("UID", "")),
    )


def _moment(event: Component, name: str) -> datetime | None:
    found = event.get(name)
    value: date | None = found.dt if found is not None else None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _pieces(line: str, base_url: str) -> tuple[Stretch, ...]:
    found, at = list[Stretch](), 0
    for match in _LINK.finditer(line):
        address = match[0].rstrip(".,;:!?)")
        if address != base_url and not address.startswith(f"{base_url}/"):
            continue
        if match.start() > at:
            found.append(Stretch(line[at : match.start()]))
        found.append(Stretch(address, address.removeprefix(base_url) or "/"))
        at = match.start() + len(address)
    if at < len(line):
        found.append(Stretch(line[at:]))
    return tuple(found)
