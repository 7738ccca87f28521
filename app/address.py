# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a mail address is that our mail can use, and how it is written for people and for mail servers.

Form, import, command line, settings and mail ask here, so that nobody is promised a mail that can never leave. Our SMTP
does not speak SMTPUTF8: the part before the @ is ASCII. A domain may have umlauts; people read it as they write it,
envelope and headers carry its ASCII form.
"""

import re
import unicodedata
from contextlib import suppress
from email.utils import parseaddr

import idna
from email_validator import EmailNotValidError, validate_email

from app.refusal import N_, Refusal

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 without the angle brackets

_ATOMS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_NO_ADDRESS = N_("This is not a mail address. It should look like name@example.org.")
_NOT_ASCII = N_(
    "Our mails cannot reach this address: before the @ stands an umlaut or another sign beyond a to z."
    " Please give another address."
)


class NoAddress(Refusal):
    """Our mail cannot use this address; the sentence says why."""


def read_address(typed: str) -> str:
    """What somebody gives as an address, as it is kept: letters of full width (NFKC) as plain ones, the domain in letters.
    Raises `NoAddress`.

    Syntax only, nothing is asked of the network. What passes here can be sent to: `in_ascii` takes it.
    """
    plain = unicodedata.normalize("NFKC", typed)
    try:
        found = validate_email(plain, check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise NoAddress(_NO_ADDRESS) from None
    if found.ascii_email is None:
        raise NoAddress(_NOT_ASCII)
    return found.normalized


def in_ascii(address: str) -> str:
    """A stored address as every mail server takes it. Raises `NoAddress`.

    Says yes to more than `read_address`: what was stored before, or by hand, is sent as long as it fits into a header.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise NoAddress(_NOT_ASCII)
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            raise NoAddress(_NO_ADDRESS) from None
    address = f"{local}@{domain}"
    if len(address) > LONGEST_ADDRESS or not _ATOMS.fullmatch(address):
        raise NoAddress(_NO_ADDRESS)
    return address


def sender_in_ascii(sender: str) -> str:
    """The bare address of "Name <address>" or "address". Raises `NoAddress`."""
    return in_ascii(parseaddr(sender)[1])


def in_letters(address: str) -> str:
    """A bare address or domain as people write it; what cannot be decoded stays."""
    local, at, domain = address.rpartition("@")
    if "xn--" in domain.lower():
        with suppress(UnicodeError):
            domain = idna.decode(domain, uts46=True)
    return f"{local}{at}{domain}"
