# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which language a reader gets, and what templates need of it.

The language is `?lang=`, else what the browser asks for, else German; a chosen
language travels in the links of the visit, so no cookie is needed. What templates
cannot build themselves as HTML is built here, too, from escaped parts.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import flask_babel
from babel.support import NullTranslations, Translations
from flask import Flask, Request, g, has_app_context, has_request_context, request
from flask_babel import Babel, get_translations, lazy_gettext
from flask_wtf import FlaskForm
from jinja2 import pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup, escape
from wtforms import HiddenField

from app.links import PASTED
from app.texts import (
    LANGUAGES,
    Voice,
    clock_time,
    day,
    days,
    iso,
    language,
    last_day,
    local_day,
    moment,
    month,
    number,
    sentence_of,
    short_day,
    short_days,
    short_weekday,
    span,
    speak_through,
    stored_times,
    times,
    times_in_parts,
)
from app.web.access import Audience

MOST_SENTENCES = 2_000  # kept ready in each language

__all__ = ["chosen_language", "here", "install", "language", "lazy_gettext", "paragraphs", "select_language"]


class Asking(Request):
    """A request that knows the language of its reader: a page asks for it a hundred times."""

    @cached_property
    def chosen_language(self) -> str | None:
        try:
            asked = self.args.get("lang", "").rstrip(PASTED)
        except UnicodeDecodeError:  # raw bytes; the answer is 400, and that page has a language too
            return None
        return asked if asked in LANGUAGES else None

    @cached_property
    def language(self) -> str:
        return self.chosen_language or self.accept_languages.best_match(LANGUAGES) or "de"


def chosen_language() -> str | None:
    """The language asked for in the address, if it is one of ours; also behind a link that was pasted out of a sentence."""
    return request.chosen_language if has_request_context() else None  # type: ignore[attr-defined]


def select_language() -> str:
    return request.language if has_request_context() else "de"  # type: ignore[attr-defined]


class Spoken(Protocol):
    """A day, in whose language its team writes."""

    language: str


def spoken(value: str | None, day: Spoken) -> str | None:
    """What people wrote, marked with its language where that is not the page's: it is read aloud in it (A11Y-17)."""
    if not value or day.language == language():
        return value
    return Markup('<span lang="{}">{}</span>').format(day.language, value)


def paragraphs(value: str, day: Spoken | None = None) -> Markup:
    """Text as it was typed, with its paragraphs and line breaks; everything in it is escaped. Of a `day`, in its language.
    What people write in paragraphs is `formatted` (app/web/formatted.py)."""
    foreign = day is not None and day.language != language()
    begin = Markup('<p lang="{}">').format(day.language) if day is not None and foreign else Markup("<p>")
    blocks = [block.strip() for block in value.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("\n").join(
        begin + Markup("{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))
        for block in blocks
    )


def data_block(said: dict[str, Any]) -> Markup:
    """JSON for a block of data in a page: whatever people wrote, no sign in it ends the block or begins an element."""
    text = json.dumps(said, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - escaped above


_OPENING = re.compile(r"<(tr|th|td)(?=[\s>])")


def labelled(rows: Markup, heads: Sequence[str | tuple[str, str]]) -> Markup:
    """The rows of a table's body, each cell with its role and the words of its column: where rows are cards, a cell stands
    without its head, and an element that is not laid out as part of a table is none to a screen reader either. `heads` are
    those of `ui.table`: words, or words and a class. What people wrote is escaped by now and opens no element."""
    words = [escape(escape(one if isinstance(one, str) else one[0]).striptags()) for one in heads]
    columns = iter(words)

    def marked(found: re.Match[str]) -> str:
        nonlocal columns
        if found[1] == "tr":
            columns = iter(words)
            return '<tr role="row"'
        role = "cell" if found[1] == "td" else "rowheader"
        return f'<{found[1]} role="{role}" data-label="{next(columns)}"'

    return Markup(_OPENING.sub(marked, rows))  # noqa: S704 - the words that come in are escaped


def here(path: str) -> str:
    """A path of ours that keeps the chosen language, German too: the browser may ask for another one."""
    asked = chosen_language()
    return address_in(asked, path) if asked else path


@pass_context
def _here_in_templates(_page: Context, path: str) -> str:
    """With the page's context, or Jinja would work it out for a literal path once, when it compiles the template."""
    return here(path)


def address_in(code: str, address: str | None = None) -> str:
    """An address of ours in that language; all else it asks for stays. If none is given, this page's own one, without its
    path, which may be a personal link: no error page repeats that. Public pages of a day are kept for everybody: whatever stands
    in the address of the first reader is not handed to the others, but for what the page itself says that it asks for
    (`g.own_query`)."""
    if address is None:
        access = g.get("access")
        kept_for_all = access is None or (access.audience is Audience.PUBLIC and request.view_args)
        own = urlencode(g.get("own_query", {}))
        address = f"?{own if kept_for_all else request.query_string.decode('ascii', 'replace')}"
    page, mark, place = address.partition("#")
    path, _, query = page.partition("?")
    asked = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "lang"]
    return f"{path}?{urlencode([*asked, ('lang', code)])}{mark}{place}"


# How the button of a form is called that shows it in the other language, in the words of those who read that one.
_OTHER = {"de": ("en", "Continue in English"), "en": ("de", "Auf Deutsch weiter")}


def other_language() -> tuple[str, str]:
    return _OTHER[language()]


def asks_something(form: object) -> bool:
    """Whether somebody can type or choose something in this form, so that a switch of the language would lose it."""
    return isinstance(form, FlaskForm) and any(not isinstance(field, HiddenField) for field in form)


def first_on_page() -> bool:
    """True for the first form that asks in an answer: its button is where the switch on top leads to."""
    first = not g.get("has_form", False)
    g.has_form = True
    return first


_forced: ContextVar[str | None] = ContextVar("forced", default=None)


@contextmanager
def _force_language(code: str) -> Iterator[None]:
    """Not the reader's: a mail is written in the language of whom it reaches."""
    before = _forced.set(code)
    try:
        with flask_babel.force_locale(code):
            yield
    finally:
        _forced.reset(before)


def _language() -> str:
    return _forced.get() or select_language()


_catalogues: dict[str, Translations | NullTranslations] = {}


def _catalogue() -> Translations | NullTranslations:
    """Of the language that is read just now. The library finds it again for each sentence; a long agenda says a thousand."""
    reads = _language() if has_app_context() else ""
    if reads in _catalogues:
        return _catalogues[reads]
    found: Translations | NullTranslations = get_translations()
    if reads:
        _catalogues[reads] = found
    return found


def _gettext(sentence: str, **values: object) -> str:
    words: str = _catalogue().ugettext(sentence)
    return words % values if values else words


def _ngettext(one: str, many: str, num: int, **values: object) -> str:
    words: str = _catalogue().ungettext(one, many, num)
    return words % {"num": num, **values}


def install(app: Flask) -> None:
    app.request_class = Asking
    speak_through(Voice(_gettext, _ngettext, _language, _force_language))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    Babel(app, locale_selector=select_language)
    filters: dict[str, Callable[..., Any]] = {
        "day": day,
        "short_day": short_day,
        "days": days,
        "short_days": short_days,
        "local_day": local_day,
        "last_day": last_day,
        "short_weekday": short_weekday,
        "month": month,
        "time": clock_time,
        "times": times,
        "times_in_parts": times_in_parts,
        "span": span,
        "moment": moment,
        "number": number,
        "paragraphs": paragraphs,
        "data_block": data_block,
        "labelled": labelled,
        "spoken": spoken,
        "here": _here_in_templates,
        "iso": iso,
        "stored_times": stored_times,
        "sentence": sentence_of,
    }
    for name, function in filters.items():
        app.add_template_filter(function, name)
    app.jinja_env.globals.update(
        address_in=address_in,
        other_language=other_language,
        asks_something=asks_something,
        first_on_page=first_on_page,
        chosen_language=chosen_language,
    )
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

    @lru_cache(maxsize=MOST_SENTENCES)
    def as_it_stands(one: str, in_page: bool) -> str:
        """Most sentences have no gap to fill, and are the same each time."""
        return _format(catalogue.ugettext(one), in_page=in_page) % {}

    @pass_eval_context
    def say(kind: EvalContext, one: str, /, **values: object) -> str:
        if not values:
            return as_it_stands(one, kind.autoescape)
        return _format(catalogue.ugettext(one), in_page=kind.autoescape) % values

    @pass_eval_context
    def say_number(kind: EvalContext, one: str, many: str, number: int, /, **values: object) -> str:
        words = catalogue.ungettext(one, many, number)
        return _format(words, in_page=kind.autoescape) % {"num": number, **values}

    return {"_": say, "gettext": say, "ngettext": say_number}


def _format(words: str, *, in_page: bool) -> str:
    """In a page, values are escaped as they come in; the words around them are our own catalogue's."""
    return Markup(words) if in_page else words  # noqa: S704 - nobody else's words
