# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The bytes of a mail: the tree that all programs accept, and nothing that nobody set."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.ical.text import one_line, paragraphs
from app.outbox.building import Mail
from app.outbox.mime import Unsendable, pack
from app.outbox.smtp import stuffed
from tests.outbox.conftest import CALENDAR

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
SENDER = "Fachtag <fachtag@example.org>"
MAIL = Mail(
    subject="Ihre Anmeldung – Fachtag für Vormundschaften",
    text="Guten Tag,\n\nSie sind angemeldet. Grüße\n",
    html="<p>Sie sind angemeldet. Grüße</p>",
    recipient="anna@example.org",
    calendar=CALENDAR,
    calendar_method="REQUEST",
)
# CR, LF, CRLF, VT, FF, FS, GS, RS, NEL, LS, PS, NUL, a lone surrogate (T11).
HOSTILE = [
    "\r",
    "\n",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
    "\ud800",
]


def packed(mail: Mail, sender: str = SENDER) -> EmailMessage:
    return parsed(pack(mail, sender=sender, language="de", now=NOW).content)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_an_invitation_has_the_tree_of_all_programs() -> None:
    """D5, part by part."""
    parts = list(packed(MAIL).walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    plain, html, calendar, attachment = parts[2:]
    for part in (plain, html):
        assert (part.get_content_charset(), part["Content-Transfer-Encoding"]) == (
            "utf-8",
            "quoted-printable",
        )
    assert plain.get_content() == MAIL.text.replace("\n", "\r\n")
    assert html.get_content() == f"{MAIL.html}\r\n"
    assert dict(calendar["Content-Type"].params) == {"charset": "UTF-8", "method": "REQUEST"}
    assert (calendar["Content-Transfer-Encoding"], calendar["Content-Disposition"]) == ("base64", None)
    assert dict(attachment["Content-Type"].params) == {"name": "invite.ics"}
    assert attachment["Content-Disposition"].content_disposition == "attachment"
    assert (attachment.get_filename(), attachment["Content-Transfer-Encoding"]) == ("invite.ics", "base64")
    assert calendar.get_payload(decode=True) == attachment.get_payload(decode=True) == CALENDAR


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_method_stands_in_the_header(method: str) -> None:
    """RFC 6047: the same as METHOD in the body."""
    calendar = CALENDAR.replace(b"REQUEST", method.encode())
    mail = replace(MAIL, calendar=calendar, calendar_method=method)  # type: ignore[arg-type]
    part = next(part for part in packed(mail).walk() if part.get_content_type() == "text/calendar")
    assert part["Content-Type"].params["method"] == method


def test_a_mail_without_calendar_is_an_alternative() -> None:
    mail = replace(MAIL, calendar=None, calendar_method=None)
    types = [part.get_content_type() for part in packed(mail).walk()]
    assert types == ["multipart/alternative", "text/plain", "text/html"]
    assert packed(replace(mail, html=None)).get_content_type() == "text/plain"


def test_the_headers_are_these_and_no_others() -> None:
    message = packed(replace(MAIL, reply_to="team@example.org", references="<first@example.org>"))
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "In-Reply-To",
        "MIME-Version",
        "Message-ID",
        "References",
        "Reply-To",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ]
    assert message["From"] == SENDER
    assert (message["To"], message["Reply-To"]) == ("anna@example.org", "team@example.org")
    assert message["Subject"] == MAIL.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Date"] == "Mon, 01 Mar 2027 09:00:00 +0100"
    assert message["In-Reply-To"] == message["References"] == "<first@example.org>"
    assert message["Content-Language"] == "de"


def test_the_message_id_names_no_host() -> None:
    """Its right side is the sender's domain: the same on every machine, for ever."""
    ids = {pack(MAIL, sender=SENDER, language="de", now=NOW).message_id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"<[0-9a-f]{32}@example\.org>", one) for one in ids)


def test_a_long_domain_does_not_break_the_ids() -> None:
    domain = f"{'fachtag-' * 7}jugendamt.kreis-musterstadt.example"
    first = f"<{'a' * 32}@{domain}>"
    rendered = pack(replace(MAIL, references=first), sender=f"f@{domain}", language="de", now=NOW)
    assert f"\r\nMessage-ID: {rendered.message_id}\r\n".encode() in rendered.content
    assert f"\r\nIn-Reply-To: {first}\r\n".encode() in rendered.content
    assert f"\r\nReferences: {first}\r\n".encode() in rendered.content


def test_lists_show_subject_and_sequence() -> None:
    rendered = pack(MAIL, sender=SENDER, language="de", now=NOW)
    assert (rendered.subject, rendered.sequence, rendered.recipient) == (MAIL.subject, 7, "anna@example.org")
    assert (
        pack(replace(MAIL, subject="x" * 300), sender=SENDER, language="de", now=NOW).subject
        == "x" * 199 + "…"
    )


@pytest.mark.parametrize("character", HOSTILE, ids=[f"U+{ord(c[-1]):04X}x{len(c)}" for c in HOSTILE])
def test_a_line_end_in_a_text_stays_a_text(character: str) -> None:
    """T11, ASVS 1.3.11: the mail leaves, with exactly one header block and no line of its own making."""
    smuggled = f"Titel{character}Bcc: fremd@example.org{character}.{character}MAIL FROM:<fremd@example.org>"
    mail = replace(MAIL, subject=smuggled, text=f"{smuggled}\n{MAIL.text}", html=f"<p>{smuggled}</p>")
    content = pack(mail, sender=SENDER, language="de", now=NOW).content
    message = parsed(content)
    assert message["Bcc"] is None
    assert len(message.keys()) == 10
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", content) is None
    assert b"\r\n.\r\n" not in stuffed(content)
    assert message["Subject"].startswith("Titel")
    assert not message.defects
    assert [part.get_content_type() for part in message.walk()] == [
        p.get_content_type() for p in packed(MAIL).walk()
    ]


NO_ADDRESSES = [
    "",
    "anna",
    "anna@",
    "@example.org",
    "anna@example.org\r\nBcc: x@example.org",
    "anna@example.org, bert@example.org",
    "Anna <anna@example.org>",
    "anna @example.org",
    "anna@example.org>",
    "anna\x00@example.org",
    "anna\u2028@example.org",
    "größe@example.org",
    f"{'a' * 250}@example.org",
    "an\ud800na@example.org",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_recipient_is_set_aside(address: str) -> None:
    """T11: one recipient and one only."""
    with pytest.raises(Unsendable):
        packed(replace(MAIL, recipient=address))


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_answer_to_no_address_goes_to_the_sender(address: str) -> None:
    """A contact that no mail can use is left out; it keeps nobody's mail back."""
    message = packed(replace(MAIL, reply_to=address))
    assert "Reply-To" not in message
    assert message["To"] == MAIL.recipient


def test_an_international_domain_becomes_ascii_in_the_header_only() -> None:
    mail = replace(MAIL, recipient="anna@straße.example")
    assert packed(mail)["To"] == "anna@xn--strae-oqa.example"
    assert pack(mail, sender=SENDER, language="de", now=NOW).recipient == "anna@straße.example"


@pytest.mark.parametrize(
    "broken",
    [
        {"subject": " \n "},
        {"references": "<a@example.org>\r\nBcc: x@example.org"},
        {"calendar": b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"},
    ],
)
def test_what_cannot_be_repaired_is_set_aside(broken: dict[str, object]) -> None:
    with pytest.raises(Unsendable):
        packed(replace(MAIL, **broken))  # type: ignore[arg-type]


# As German days are called, with what has made mail programs stumble.
WORDS = st.sampled_from(
    "Fachtag für Vormundschaften – „Übergänge“ & Straße, Größe; Ł Ø =?x?= =?utf-8?q?x?= a.b@c 29.–30.11. (neu) Kinder- und"
    " Jugendhilfe… \U0001f600 Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantenvereinigung"
    f' {"unabsehbar" * 9} \\ " = _ ?'.split()
)
LINES = st.lists(WORDS, max_size=30).map(" ".join)
ENCODED_WORD = re.compile(rb"=\?utf-8\?[bq]\?[^? ]*\?=")


@given(subject=LINES.filter(bool), text=st.lists(LINES, min_size=1, max_size=6).map("\n".join))
@example(subject=" ".join(["Anmeldung"] * 20), text="x" * 75 + "ü")
@example(subject="ü" * 200, text="=" * 76)
def test_texts_come_back_and_no_line_is_too_long(subject: str, text: str) -> None:
    """RFC 2045, 2047, 5322: lines of 76, encoded words of 75, and no blank is lost."""
    rendered = pack(
        replace(MAIL, subject=subject, text=text, html=f"<p>{text}</p>"),
        sender=SENDER,
        language="de",
        now=NOW,
    )
    message = parsed(rendered.content)
    assert message["Subject"] == rendered.subject
    plain, html = list(message.walk())[2:4]
    assert plain.get_content() == f"{paragraphs(text)}\n".replace("\n", "\r\n")
    assert html.get_content() == f"{paragraphs(f'<p>{text}</p>')}\n".replace("\n", "\r\n")
    assert max(map(len, rendered.content.split(b"\r\n"))) <= 76
    assert all(len(word) <= 75 for word in ENCODED_WORD.findall(rendered.content))


@given(name=LINES)
def test_a_sender_of_any_name_comes_back(name: str) -> None:
    """Read by the older of the two parsers: the newer one puts blanks between the encoded words of a name."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    content = pack(MAIL, sender=f'"{quoted}" <f@example.org>', language="de", now=NOW).content
    sender = message_from_bytes(content)["From"]
    shown = str(make_header(decode_header(sender)))
    assert parsed(content)["From"].addresses[0].addr_spec == "f@example.org"
    assert one_line(shown.replace("\\", "").replace('"', "")).startswith(
        one_line(name.replace("\\", "").replace('"', ""))
    )
    assert max(map(len, content.split(b"\r\n"))) <= 76


def test_a_calendar_and_its_method_come_together() -> None:
    with pytest.raises(ValueError, match="together"):
        replace(MAIL, calendar_method=None)
