# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Roles, permissions, passwords, and what keeps guessing slow."""

import hashlib
import hmac
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from app.address import in_letters
from app.refusal import N_, Refusal

# A sign-in ends after a day without a visit and after a week in any case (ASVS 7.3.1-2). Twenty hours are the least
# without a warning (A11Y-09); a week makes a laptop left in a train harmless before the next Fachtag.
IDLE_SIGN_IN = timedelta(hours=24)
LONGEST_SIGN_IN = timedelta(days=7)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
# Words an attacker tries first here, beside the lists everybody uses (ASVS 6.2.4, 6.2.11).
OBVIOUS_WORDS = ("fachtag", "passwort", "password", "integration", "123456789", "qwertz", "qwerty", "herford")


# Rows of keys and letters in which people walk.
_WALKS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertzuiopü",
    "qwertyuiop",
    "asdfghjklöä",
    "yxcvbnm",
    "zxcvbnm",
)
_SHORTEST_WALK = 4


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times within a window."""

    times: int
    window: timedelta


# Guessing passwords (T37, ASVS 6.3.1). One network alone can never use up what an account has everywhere
# (4 x 10 < 100 an hour), so a neighbour cannot lock anybody out elsewhere; each lock ends by itself with its window,
# and a password link by mail leads past it at once.
SIGN_INS_PER_ACCOUNT_AND_NETWORK = Limit(10, timedelta(minutes=15))
SIGN_INS_PER_NETWORK = Limit(60, timedelta(minutes=15))  # a town hall stands behind one address
SIGN_INS_PER_ACCOUNT = Limit(100, timedelta(hours=1))
# Mails nobody asked for (T08).
PASSWORD_MAILS_PER_ACCOUNT = Limit(3, timedelta(hours=1))
PASSWORD_MAILS_PER_NETWORK = Limit(20, timedelta(hours=1))
WELCOME_MAILS_PER_ORGANISER = Limit(30, timedelta(hours=1))


class LinkReason(Enum):
    """Why somebody was mailed a link to set a password."""

    WELCOME = "welcome"
    FORGOTTEN = "forgotten"


LINK_LIVES = {LinkReason.WELCOME: timedelta(days=7), LinkReason.FORGOTTEN: timedelta(hours=2)}


class Role(Enum):
    """What a person is in the team of one event."""

    LEAD = "lead"
    ORGANISER = "organiser"
    CHECK_IN = "check_in"
    VIEWER = "viewer"


class Permission(Enum):
    SEE = "see the event behind the scenes"
    SEE_PEOPLE = "see who takes part, and the lists by workshop"
    EDIT = "edit the event, its agenda and its results"
    EDIT_PEOPLE = "add, change and cancel registrations, read their mails, allocate workshops"
    SEE_SENSITIVE = "see and change what participants need, by name"
    EXPORT = "take lists out of the house"
    LEAD = "publish, cancel and manage the team"


ROLE_LABELS = {
    Role.LEAD: N_("Lead"),
    Role.ORGANISER: N_("Organiser"),
    Role.CHECK_IN: N_("Reception"),
    Role.VIEWER: N_("Viewer"),
}

ROLE_NOTES = {
    Role.LEAD: N_("Everything, also publish, cancel, manage the team and read sensitive answers."),
    Role.ORGANISER: N_("Edit the day, see and change registrations, take lists out."),
    Role.CHECK_IN: N_("See the day, who takes part and the lists by workshop; change nothing, read no mail."),
    Role.VIEWER: N_("See the day behind the scenes, without people."),
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LEAD: frozenset(Permission),
    Role.ORGANISER: frozenset(Permission) - {Permission.LEAD, Permission.SEE_SENSITIVE},
    Role.CHECK_IN: frozenset({Permission.SEE, Permission.SEE_PEOPLE}),
    Role.VIEWER: frozenset({Permission.SEE}),
}


def may(role: Role | None, permission: Permission) -> bool:
    return role is not None and permission in GRANTS[role]


def address_key(email: str) -> str:
    """One key for the spellings of one address: NFKC, case, IDN in its ASCII form (T44). Idempotent.

    Casefolding takes ß for ss, so the ASCII form of a domain with ß is read back first: else it would get a key of
    its own.
    """
    local, _, domain = in_letters(unicodedata.normalize("NFKC", email.strip())).casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def network_of(address: str | None) -> str:
    """The network an address belongs to: /24 or /64. One household or office, not one person."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))


def site_of(network: str) -> str:
    """The /48 around an IPv6 network, of which one customer may have 65,536; an IPv4 network as it is."""
    try:
        parsed = ip_network(network)
    except ValueError:
        return network
    return str(parsed.supernet(new_prefix=48)) if isinstance(parsed, IPv6Network) else network


def bucket(purpose: str, value: str, key: str) -> str:
    """The name under which a budget is kept. Nobody can read the mail address or network from it without `key`."""
    digest = hmac.new(key.encode(), f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"{purpose}:{digest.hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: the network (`network_of`), and the key under which budgets are named (`bucket`)."""

    network: str
    key: str


def token_hash(token: str) -> str:
    """What the table keeps of a random token. The token has 256 bits, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """ "Firefox, Windows": enough to know one's own browser again, too little to know a person. Empty if unknown."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def refuse_weak_password(password: str, *personal: str) -> None:
    """Length before rules; no well-known words, nothing of one's own name or address (SEC-04)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal(
            N_("The password needs at least %(number)s characters. A sentence is easy to remember."),
            field="password",
            number=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refusal(
            N_("The password may have at most %(number)s characters."),
            field="password",
            number=LONGEST_PASSWORD,
        )
    folded = unicodedata.normalize("NFC", password).casefold()
    rest = _without_known_parts(folded, personal)
    if len(set(folded)) < 5 or (rest != folded and len(rest) < SHORTEST_PASSWORD - 4):
        raise Refusal(N_("This password is easy to guess. Please choose another one."), field="password")


def personal_words(name: str, email: str) -> tuple[str, ...]:
    """What is known about a person: the words of the name, the address and its parts."""
    local, _, domain = email.partition("@")
    return (email, local, domain, *name.split(), *local.replace("_", ".").replace("-", ".").split("."))


def _without_known_parts(folded: str, personal: tuple[str, ...]) -> str:
    """What is left for an attacker to guess once words, walks over the keyboard and repetitions are gone."""
    rest = folded
    known = {*OBVIOUS_WORDS, *(word.casefold() for word in personal if len(word) >= 4)}
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = _without_walks(rest)
    period = (rest + rest).find(rest, 1) if rest else 0
    return rest[:period] if 0 < period < len(rest) else rest


def _without_walks(word: str) -> str:
    kept, at = [], 0
    while at < len(word):
        length = max(
            (_walk_length(word, at, row) for row in (*_WALKS, *(row[::-1] for row in _WALKS))), default=0
        )
        if length < _SHORTEST_WALK:
            kept.append(word[at])
            length = 1
        at += length
    return "".join(kept)


def _walk_length(word: str, at: int, row: str) -> int:
    length = 0
    while at + length < len(word) and word[at : at + length + 1] in row:
        length += 1
    return length
