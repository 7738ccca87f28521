# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Languages, and dates and texts as people write them.

German first, English second. The language is `?lang=`, else what the browser asks for, else German; a chosen
language travels in the links of the visit, so no cookie is needed.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations, gettext, lazy_gettext, ngettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

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

__all__ = ["LANGUAGES", "force_locale", "gettext", "language", "lazy_gettext", "ngettext", "sentence_of"]


def chosen_language() -> str | None:
    """The language asked for in the address, if it is one of ours."""
    if not has_request_context():
        return None
    try:
        asked = request.args.get("lang")
    except UnicodeDecodeError:  # a query of raw bytes; the answer is 400, and that page has a language too
        return None
    return asked if asked in LANGUAGES else None


def select_language() -> str:
    if not has_request_context():
        return "de"
    return chosen_language() or request.accept_languages.best_match(LANGUAGES) or "de"


def language() -> str:
    locale = get_locale()
    return str(locale.language) if locale is not None else "de"


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


def day(value: date | datetime) -> str:
    """Donnerstag, 11. März 2027"""
    if isinstance(value, datetime):
        value = local_day(value)
    dot = "." if language() == "de" else ""
    return f"{_weekday(value)}, {value.day}{dot} {month(value)} {value.year}"


def short_weekday(value: date) -> str:
    """Do."""
    return f"{_weekday(value)[:2]}." if language() == "de" else _weekday(value)[:3]


def _weekday(value: date) -> str:
    return WEEKDAYS[language()][value.weekday()]


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


def times(starts: datetime, ends: datetime) -> str:
    """9:30–15:45 Uhr"""
    both = f"{clock_time(starts)}–{clock_time(ends)}"
    return f"{both} Uhr" if language() == "de" else both


def span(starts: datetime, ends: datetime) -> str:
    """Donnerstag, 11. März 2027, 9:30–15:45 Uhr"""
    return f"{day(starts)}, {times(starts, ends)}"


def moment(value: datetime) -> str:
    """11.03.2027, 9:30 Uhr"""
    time = f"{clock_time(value)} Uhr" if language() == "de" else clock_time(value)
    return f"{short_day(value)}, {time}"


def number(value: float) -> str:
    """1.234,5"""
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return written.translate(COMMA_FOR_POINT) if language() == "de" else written


def paragraphs(value: str) -> Markup:
    """Plain text to paragraphs and line breaks; everything in it is escaped."""
    blocks = [block.strip() for block in value.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))
        for block in blocks
    )


def here(path: str) -> str:
    """A path of ours that keeps the chosen language."""
    asked = chosen_language()
    return f"{path}?lang={asked}" if asked else path


def iso(value: datetime) -> str:
    """Machine-readable local time for `<time datetime>`."""
    return _local(value).isoformat(timespec="minutes")


def from_iso(value: str) -> datetime:
    """A stored moment; the change log keeps facts, not sentences."""
    return datetime.fromisoformat(value)


def install(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    Babel(app, locale_selector=select_language)
    filters: dict[str, Callable[..., Any]] = {
        "day": day,
        "short_day": short_day,
        "local_day": local_day,
        "short_weekday": short_weekday,
        "month": month,
        "time": clock_time,
        "times": times,
        "span": span,
        "moment": moment,
        "number": number,
        "paragraphs": paragraphs,
        "here": here,
        "iso": iso,
        "from_iso": from_iso,
        "sentence": sentence_of,
    }
    for name, function in filters.items():
        app.add_template_filter(function, name)
    _translate_templates(app)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        asked = chosen_language()
        if asked and "lang" not in values and endpoint not in app.config["LANGUAGELESS"]:
            values["lang"] = asked


def _translate_templates(app: Flask) -> None:
    """A page asks for a hundred sentences. Jinja's own functions would look for the reader's language each time, and copy
    the page's context to do so; ours know their language before the page begins. What they return is a format string in
    any case, as Jinja has it: a percent sign is written twice."""
    spoken: dict[str, dict[str, Callable[..., str]]] = {}
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]

    @app.context_processor
    def translations() -> dict[str, Callable[..., str]]:
        reads = language()
        if reads not in spoken:
            spoken[reads] = _sentences_of(get_translations())
        return spoken[reads]


def _sentences_of(catalogue: Translations | NullTranslations) -> dict[str, Callable[..., str]]:
    """What templates call to say something in one language."""

    @pass_eval_context
    def say(kind: EvalContext, one: str, /, **values: object) -> str:
        words = catalogue.ugettext(one)
        return _format(kind, words) % values

    @pass_eval_context
    def say_number(kind: EvalContext, one: str, many: str, number: int, /, **values: object) -> str:
        words = catalogue.ungettext(one, many, number)
        return _format(kind, words) % {"num": number, **values}

    return {"_": say, "gettext": say, "ngettext": say_number}


def _format(kind: EvalContext, words: str) -> str:
    """In a page, values are escaped as they come in; the words around them are our own catalogue's."""
    return Markup(words) if kind.autoescape else words  # noqa: S704 - nobody else's words
