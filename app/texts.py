# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Words, dates and numbers in the reader's language, German first, English second.

Which catalogue and which language that is, is said once for the process (`speak_through`): by the request or by the
recipient of a mail. Without, everything is English.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from app.clock import BERLIN
from app.refusal import Refusal

LANGUAGES = ("de", "en")
# Babel knows them too, together with so much else that every web worker would keep 5 MB of it.
WEEKDAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
COMMA_FOR_POINT = str.maketrans(",.", ".,")


class Voice(NamedTuple):
    """Who translates, and into which language just now."""

    gettext: Callable[..., str]
    ngettext: Callable[..., str]
    language: Callable[[], str]
    force_locale: Callable[[str], AbstractContextManager[Any]]


def _as_it_stands(sentence: str, **values: object) -> str:
    return sentence % values if values else sentence


def _one_or_many(one: str, many: str, num: int, **values: object) -> str:
    return _as_it_stands(one if num == 1 else many, num=num, **values)


_voice = [Voice(_as_it_stands, _one_or_many, lambda: "en", lambda _language: nullcontext())]


def speak_through(voice: Voice) -> None:
    """Said once in a process."""
    _voice[:] = [voice]


def gettext(sentence: str, **values: object) -> str:
    return _voice[0].gettext(sentence, **values)


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    return _voice[0].ngettext(one, many, num, **values)


def force_locale(chosen: str) -> AbstractContextManager[Any]:
    """Everything inside is said in that language."""
    return _voice[0].force_locale(chosen)


def language() -> str:
    return _voice[0].language()


def sentence_of(refusal: Refusal) -> str:
    """A refusal in the reader's language."""
    sentence: str = gettext(refusal.sentence)
    values = {key: _shown(value) for key, value in refusal.values.items()}
    return sentence % values if values else sentence


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else value


def _local(value: datetime) -> datetime:
    return value.astimezone(BERLIN)


def local_day(value: datetime) -> date:
    return _local(value).date()


def last_day(ends: datetime) -> date:
    """The last date of what ends then: an end at midnight is the end of the date before."""
    return local_day(ends - timedelta(microseconds=1))


def day(value: date | datetime) -> str:
    """Donnerstag, 11. März 2027"""
    if isinstance(value, datetime):
        value = local_day(value)
    dot = "." if language() == "de" else ""
    return f"{_weekday(value)}, {value.day}{dot} {month(value)} {value.year}"


def short_weekday(value: date, spoken: str | None = None) -> str:
    """Do."""
    name = _weekday(value, spoken)
    return f"{name[:2]}." if (spoken or language()) == "de" else name[:3]


def _weekday(value: date, spoken: str | None = None) -> str:
    return WEEKDAYS[spoken or language()][value.weekday()]


def month(value: date) -> str:
    """März"""
    return MONTHS[language()][value.month - 1]


def short_day(value: date | datetime) -> str:
    """11.03.2027"""
    if isinstance(value, datetime):
        value = local_day(value)
    if language() == "de":
        return value.strftime("%d.%m.%Y")
    return f"{value.day} {month(value)[:3]} {value.year}"


def clock_time(value: datetime) -> str:
    """9:30"""
    local = _local(value)
    return f"{local.hour}:{local.minute:02d}"


def _end_time(value: datetime) -> str:
    """24:00, which belongs to the date before it."""
    clock = clock_time(value)
    return "24:00" if clock == "0:00" else clock


def clock_times(starts: datetime, ends: datetime) -> str:
    """9:30–10:45, alike in every language."""
    return f"{clock_time(starts)}–{_end_time(ends)}"


def _said_time(clock: str) -> str:
    return f"{clock} Uhr" if language() == "de" else clock


def day_and_month(value: date | datetime, spoken: str | None = None) -> str:
    """Do. 11.03., for one of the days of a longer one; `spoken` where that is not the reader's language."""
    if isinstance(value, datetime):
        value = local_day(value)
    short = short_weekday(value, spoken)
    if (spoken or language()) == "de":
        return f"{short} {value:%d.%m.}"
    return f"{short} {value.day} {MONTHS['en'][value.month - 1][:3]}"


def days(starts: datetime, ends: datetime, form: Callable[[date], str] = day) -> str:
    """The date of a period, or its first and last one: Donnerstag, 11. März 2027 – Freitag, 12. März 2027."""
    first, last = local_day(starts), last_day(ends)
    return form(first) if first == last else f"{form(first)} – {form(last)}"


def short_days(starts: datetime, ends: datetime) -> str:
    """11.03.2027 – 12.03.2027"""
    return days(starts, ends, short_day)


def times(starts: datetime, ends: datetime, *, dated: bool = False) -> str:
    """9:30–15:45 Uhr. With the date where it is one of several days (`dated`), and with both where there are two."""
    if local_day(starts) != last_day(ends):
        return _over_dates(starts, ends, day_and_month)
    clock = _said_time(clock_times(starts, ends))
    return f"{day_and_month(starts)}, {clock}" if dated else clock


def times_in_parts(parts: Sequence[tuple[datetime, datetime]], *, dated: bool = False) -> str:
    """13:45–15:00 und 16:30–17:30 Uhr, as `times` says one of them; over several dates each with its own."""
    if len(parts) == 1:
        return times(*parts[0], dated=dated)
    if len({one for starts, ends in parts for one in (local_day(starts), last_day(ends))}) > 1:
        return enumerated([times(*one, dated=True) for one in parts])
    clock = _said_time(enumerated([clock_times(*one) for one in parts]))
    return f"{day_and_month(parts[0][0])}, {clock}" if dated else clock


LONGEST_STORED = 300


def parts_to_store(parts: Sequence[tuple[datetime, datetime]]) -> str:
    """As a change keeps them, ISO moments with slashes; of very many parts the first beginning and the last end."""
    stored = ";".join(f"{starts.isoformat()}/{ends.isoformat()}" for starts, ends in parts)
    if len(stored) <= LONGEST_STORED:
        return stored
    return f"{parts[0][0].isoformat()}/{parts[-1][1].isoformat()}"


def stored_times(stored: str, *, dated: bool = False) -> str:
    """What `parts_to_store` kept, in words."""
    parts = [one.partition("/") for one in stored.split(";")]
    return times_in_parts([(from_iso(starts), from_iso(ends)) for starts, _, ends in parts], dated=dated)


def enumerated(words: Sequence[str]) -> str:
    """a, b and c"""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1])


def span(starts: datetime, ends: datetime) -> str:
    """Donnerstag, 11. März 2027, 9:30–15:45 Uhr; over two dates, each of them with its time."""
    if local_day(starts) != last_day(ends):
        return _over_dates(starts, ends, day)
    return f"{day(starts)}, {times(starts, ends)}"


def _over_dates(starts: datetime, ends: datetime, form: Callable[[date], str]) -> str:
    first = f"{form(local_day(starts))}, {_said_time(clock_time(starts))}"
    return f"{first} – {form(last_day(ends))}, {_said_time(_end_time(ends))}"


def moment(value: datetime) -> str:
    """11.03.2027, 9:30 Uhr"""
    return f"{short_day(value)}, {_said_time(clock_time(value))}"


def number(value: float) -> str:
    """1.234,5"""
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return written.translate(COMMA_FOR_POINT) if language() == "de" else written


def iso(value: datetime) -> str:
    """Machine-readable local time for `<time datetime>`."""
    return _local(value).isoformat(timespec="minutes")


def from_iso(value: str) -> datetime:
    """A stored moment; the change log keeps facts, not sentences."""
    return datetime.fromisoformat(value)
