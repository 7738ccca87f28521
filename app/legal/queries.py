# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads of the legal slice: what each page says, and which barriers were reported."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.legal.models import BarrierReport, LegalTextVersion
from app.legal.rules import NEEDED, PAGE_LABELS, PAGES, TITLES, LegalText, parse
from app.refusal import Missing, found
from app.texts import LANGUAGES, gettext

BUILT_IN = Path(__file__).with_name("texts")


def read_text(session: Session, data_dir: Path, page: str, language: str = "de") -> LegalText:
    """What the page says to a reader of that language.

    Our English text, with its open places, does not stand in front of a German one that somebody wrote: then the page is
    German. Raises `Missing` for a page that is none.
    """
    if page not in PAGES:
        raise Missing
    if not is_written(session, data_dir, page, language) and is_written(session, data_dir, page, "de"):
        language = "de"
    return _text_of(session, data_dir, page, language)


def is_written(session: Session, data_dir: Path, page: str, language: str) -> bool:
    """Whether the words are the operator's, saved on the page or in a file."""
    newest = newest_version(session, page, language)
    return bool(newest and newest.text) or _own_file(data_dir, page, language).is_file()


def source_of(session: Session, data_dir: Path, page: str, language: str) -> str:
    """What was saved last; else the operator's file `<data folder>/legal/<page>.txt`, else ours (docs/decisions/0023)."""
    newest = newest_version(session, page, language)
    if newest is not None and newest.text:
        return newest.text
    own = _own_file(data_dir, page, language)
    return _without_licence((own if own.is_file() else BUILT_IN / own.name).read_text("utf-8-sig", "replace"))


def _text_of(session: Session, data_dir: Path, page: str, language: str) -> LegalText:
    return _parsed(source_of(session, data_dir, page, language), TITLES[language][page], language)


def _own_file(data_dir: Path, page: str, language: str) -> Path:
    """`impressum.txt`, in English `impressum.en.txt`; ours have the same names."""
    return data_dir / "legal" / (f"{page}.txt" if language == "de" else f"{page}.{language}.txt")


def newest_version(session: Session, page: str, language: str) -> LegalTextVersion | None:
    one = LegalTextVersion
    newest = (
        select(one).where(one.page == page, one.language == language).order_by(one.number.desc()).limit(1)
    )
    return session.scalar(newest)


def versions_of(session: Session, page: str, language: str) -> Sequence[LegalTextVersion]:
    """All of them, the newest first, with who saved them."""
    one = LegalTextVersion
    saved = select(one).where(one.page == page, one.language == language).order_by(one.number.desc())
    return session.scalars(saved.options(joinedload(one.organiser))).all()


def get_version(session: Session, page: str, language: str, number: int) -> LegalTextVersion:
    one = LegalTextVersion
    wanted = select(one).where(one.page == page, one.language == language, one.number == number)
    return found(session.scalar(wanted.options(joinedload(one.organiser))))


def placeholders_left(session: Session, data_dir: Path) -> list[str]:
    """What nobody has filled in yet, as "impressum: [Name der Behörde]"; an English text says "impressum (en)".

    English is a choice: it is asked for once somebody has begun to write it.
    """
    return [
        f"{name}: {left}" for name, text in _texts_wanted(session, data_dir) for left in text.placeholders
    ]


def unfinished_texts(session: Session, data_dir: Path) -> list[str]:
    """The titles of those texts without which no day is published, and in which something still has to be filled in."""
    return [gettext(PAGE_LABELS[page]) for page in NEEDED if read_text(session, data_dir, page).placeholders]


def _texts_wanted(session: Session, data_dir: Path) -> Iterator[tuple[str, LegalText]]:
    for page in PAGES:
        for language in LANGUAGES:
            if language == "de" or is_written(session, data_dir, page, language):
                name = page if language == "de" else f"{page} ({language})"
                yield name, _text_of(session, data_dir, page, language)


@lru_cache(maxsize=16)
def _parsed(source: str, usual_title: str, language: str) -> LegalText:
    return parse(source, usual_title, language)


def _without_licence(source: str) -> str:
    """Our files name their licence in their first lines."""
    return "".join(line for line in source.splitlines(keepends=True) if not line.startswith("SPDX-")).lstrip()


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


def age_in_days(report: BarrierReport, now: datetime) -> int:
    return max((now - report.created_at).days, 0)
