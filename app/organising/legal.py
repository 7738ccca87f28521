# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The pages that the law wants: imprint, privacy, accessibility, easy language, security.txt; and reported barriers.

Each page has a built-in German text in `legal_texts/`, with square brackets around what only the operator knows:
"[Name der Behörde]". Production refuses to start while one is left (WEB-01, SEC-13: `placeholders_left`). The
operator's own text is a file in `<data folder>/legal/`, named as the page: `impressum.txt`, `datenschutz.txt`,
`barrierefreiheit.txt`, `leichte-sprache.txt`; best begin with a copy of ours. It is plain text in UTF-8:

    # Title of the page (first line)
    ## A heading            ### A smaller heading
    A paragraph ends with an empty line; line ends inside of it stay.
    - An entry of a list

Addresses (https://…, name@example.org) become links by themselves, and so do the paths of pages of this app such as
/barriere-melden, which are shown by their name. Anything else is text: there is no way to put HTML in.
`<data folder>/legal/security.txt` replaces the generated /.well-known/security.txt (RFC 9116).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from app.address import sender_in_ascii
from app.ical.text import mailto
from app.organising.models import BarrierReport
from app.people.models import Organiser
from app.refusal import Missing
from app.settings import Settings

BUILT_IN = Path(__file__).with_name("legal_texts")
PAGES = {
    "impressum": "Impressum",
    "datenschutz": "Datenschutzerklärung",
    "barrierefreiheit": "Erklärung zur Barrierefreiheit",
    "leichte-sprache": "Leichte Sprache",
}
LINKED_PAGES = {**{f"/{name}": title for name, title in PAGES.items()}, "/barriere-melden": "Barriere melden"}

REPORTS_PER_NETWORK = 10  # an hour; a whole town hall may stand behind one network
REPORT_WINDOW = timedelta(hours=1)
REPORTS_KEPT = timedelta(days=183)  # after the answer, as the privacy notice says
SECURITY_TEXT_LIVES = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year

_PLACEHOLDER = r"\[[A-Za-zÄÖÜäöüß][^\[\]\n]{2,}\]"
_TOKEN = re.compile(
    rf"(?P<mark>{_PLACEHOLDER})"
    r"|(?P<web>https?://[^\s<>\"]+)"
    r"|(?P<mail>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
    rf"|(?P<own>(?<![\w/.])(?:{'|'.join(sorted(map(re.escape, LINKED_PAGES), key=len, reverse=True))})(?![\w/-]))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: plain, a link, or a place that still has to be filled in."""

    text: str
    href: str | None = None
    missing: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is "h2", "h3", "p" or "ul"; a paragraph's lines are broken where they are, a list has an entry each."""

    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LegalText:
    title: str
    blocks: tuple[Block, ...]
    placeholders: tuple[str, ...]


# -- texts


def read_text(settings: Settings, name: str) -> LegalText:
    """The operator's text, else ours. Raises `Missing` for a page that is none."""
    if name not in PAGES:
        raise Missing
    own = settings.data_dir / "legal" / f"{name}.txt"
    path = own if own.is_file() else BUILT_IN / f"{name}.txt"
    return _read(path, path.stat().st_mtime_ns, PAGES[name])


def placeholders_left(settings: Settings) -> list[str]:
    """What the operator has not filled in yet, as "impressum: [Name der Behörde]". Production refuses to serve with any."""
    return [f"{name}: {left}" for name in PAGES for left in read_text(settings, name).placeholders]


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int, usual_title: str) -> LegalText:
    return parse(path.read_text(encoding="utf-8-sig", errors="replace"), usual_title)


def parse(source: str, usual_title: str) -> LegalText:
    """Plain text to blocks. Never refuses: what is no heading and no list is a paragraph."""
    lines = [line.strip() for line in source.splitlines() if not line.startswith("SPDX-")]
    title, blocks, open_kind = usual_title, list[Block](), ""
    for line in lines:
        kind, words = _kind_of(line)
        if kind == "h1":
            title = words or title
        elif words and kind == open_kind and kind in {"p", "ul"}:
            blocks[-1] = Block(kind, (*blocks[-1].lines, pieces(words)))
        elif words:
            blocks.append(Block(kind, (pieces(words),)))
        open_kind = kind if words else ""
    return LegalText(title, tuple(blocks), tuple(re.findall(_PLACEHOLDER, "\n".join(lines))))


def pieces(words: str) -> Line:
    """A line with its links and open places. A full stop behind an address is no part of it."""
    found, at = list[Piece](), 0
    for match in _TOKEN.finditer(words):
        token = match[0].rstrip(".,;:!?)") if match["web"] else match[0]
        if match.start() > at:
            found.append(Piece(words[at : match.start()]))
        found.append(_piece(token, match))
        at = match.start() + len(token)
    return (*found, Piece(words[at:])) if at < len(words) else tuple(found)


def _piece(token: str, match: re.Match[str]) -> Piece:
    if match["mark"]:
        return Piece(token, missing=True)
    if match["own"]:
        return Piece(LINKED_PAGES[token], href=token)
    return Piece(token, href=f"mailto:{token}" if match["mail"] else token)


def _kind_of(line: str) -> tuple[str, str]:
    for sign, kind in (("### ", "h3"), ("## ", "h2"), ("# ", "h1"), ("- ", "ul")):
        if line.startswith(sign):
            return kind, line.removeprefix(sign).strip()
    return "p", line


# -- security.txt (SEC-12, RFC 9116)


def security_text(settings: Settings, now: datetime) -> str:
    """The operator's file, else one that names the sender's mailbox, which is read."""
    own = settings.data_dir / "legal" / "security.txt"
    if own.is_file():
        return own.read_text(encoding="utf-8", errors="replace")
    first_of_month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {mailto(sender_in_ascii(settings.mail_from))}",
        f"Expires: {first_of_month + SECURITY_TEXT_LIVES:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    )
    return "\n".join(lines) + "\n"


def security_text_faults(settings: Settings, now: datetime) -> list[str]:
    """What RFC 9116 would have against it: no contact, no date, or a date that is over."""
    fields = dict(
        line.split(":", 1) for line in reversed(security_text(settings, now).splitlines()) if ":" in line
    )
    faults = [f"security.txt: {name} is missing" for name in ("Contact", "Expires") if name not in fields]
    if "Expires" in fields:
        try:
            expires = datetime.fromisoformat(fields["Expires"].strip())
            over = expires <= now
        except (ValueError, TypeError):
            faults.append("security.txt: Expires is no date and time with a time zone")
        else:
            faults += ["security.txt: Expires is over"] if over else []
    return faults


# -- barriers


@dataclass(frozen=True, slots=True)
class Barrier:
    """What somebody reports. `page` and `email` may be empty."""

    text: str
    page: str = ""
    email: str = ""


def report_barrier(session: Session, barrier: Barrier, nonce: str, now: datetime) -> BarrierReport:
    """Keep the report. A form sent twice lands on the same one."""
    known = session.scalar(select(BarrierReport).where(BarrierReport.nonce == nonce))
    if known is not None:
        return known
    report = BarrierReport(
        nonce=nonce,
        created_at=now,
        page=without_token(barrier.page),
        text=barrier.text,
        email=barrier.email,
    )
    session.add(report)
    session.flush()
    return report


def answer_barrier(session: Session, report_id: int, by: Organiser, now: datetime) -> BarrierReport:
    """Somebody has answered, or seen to it. A second press changes nothing. Raises `Missing`."""
    report = session.get(BarrierReport, report_id, with_for_update=True)
    if report is None:
        raise Missing
    if report.answered_at is None:
        report.answered_at, report.answered_by_id = now, by.id
    session.flush()
    return report


def open_barriers(session: Session) -> Sequence[BarrierReport]:
    """Not answered yet, the oldest first."""
    waiting = select(BarrierReport).where(BarrierReport.answered_at.is_(None))
    return session.scalars(waiting.order_by(BarrierReport.created_at, BarrierReport.id)).all()


def count_open_barriers(session: Session) -> int:
    """For the dashboard of administrators."""
    waiting = select(func.count(BarrierReport.id)).where(BarrierReport.answered_at.is_(None))
    return session.scalar(waiting) or 0


def answered_barriers(session: Session, limit: int = 50) -> Sequence[BarrierReport]:
    """The latest ones that are answered, with who did it."""
    done = select(BarrierReport).where(BarrierReport.answered_at.is_not(None))
    latest = done.order_by(BarrierReport.answered_at.desc(), BarrierReport.id.desc())
    return session.scalars(latest.options(joinedload(BarrierReport.answered_by)).limit(limit)).all()


def forget_barriers(session: Session, now: datetime) -> None:
    """Delete what was answered half a year ago."""
    session.execute(delete(BarrierReport).where(BarrierReport.answered_at <= now - REPORTS_KEPT))


def without_token(address: str) -> str:
    """A personal link opens a registration, so its token is not kept in a list (T14)."""
    return re.sub(r"(/my/)[^/\s]+", r"\1…", address)


def age_in_days(report: BarrierReport, now: datetime) -> int:
    return max((now - report.created_at).days, 0)
