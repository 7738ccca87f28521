# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Public answers kept as bytes, given before the framework begins to work.

An answer is kept only for whoever brings no cookie, only if it says itself that it is the same for everybody (no cookie
set, nothing private, varying on language and encoding alone), and only as long as nobody has written to the database and
the clock shows the same second: so everything that an answer may depend on is part of what is compared.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from app.clock import now
from app.store.states import States, StateUnknown
from app.texts import LANGUAGES
from app.web.database import db
from app.web.packing import KINDS

MOST = 128  # answers of addresses as they are
MOST_ASKED = (
    32  # of those that ask for something more: whoever asks for a thousand things pushes out only these
)
LARGEST = 1_000_000  # bytes
ROOM = 6_000_000  # bytes that the answers of one shelf may take together
# Whatever of a request a public answer may depend on.
ASKED = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HOST",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
)
NOTHING_MORE = frozenset({"", *(f"lang={one}" for one in LANGUAGES)})  # an address asks for the page as it is
# With one of these it is no plain question for a public page.
NEVER_WITH = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH")
VARYING = frozenset({"accept-encoding", "accept-language"})
# What watches the service wants to hear how it is, and files are no bytes of ours to keep.
NEVER_AT = ("/healthz", "/readyz", "/static/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said in one state of the database, within one second."""

    state: Hashable
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Shelf:
    """At most so many answers, and no more than `ROOM` bytes of them; the one unused for longest leaves first. Safe between
    threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable, state: Hashable) -> Answer | None:
        """What is kept under the key, if it was said in this state."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.state != state:
                return None
            self._kept.move_to_end(key)
            return kept

    def put(self, key: Hashable, answer: Answer) -> None:
        if len(answer.body) > LARGEST:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += len(answer.body) - (len(before.body) if before is not None else 0)
            self._kept[key] = answer
            while len(self._kept) > self._most or self._bytes > ROOM:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)


class Front:
    """The application with its kept answers in front of it, as a WSGI application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._plain, self._known, self._asked = Shelf(MOST), Shelf(MOST_ASKED), Shelf(MOST_ASKED)
        with app.app_context():
            self.states = States(db.engine)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = _key(environ)
        state = self._state() if key is not None else None
        if state is None:
            return self._app(environ, start_response)
        shelf = self._shelf_for(environ)
        kept = shelf.find(key, state)
        if kept is not None:
            start_response(kept.status, list(kept.headers))
            return [kept.body]
        return self._ask(shelf, key, state, environ, start_response)

    def _shelf_for(self, environ: WSGIEnvironment) -> Shelf:
        """Who filters, and who has the answer already, fills a shelf of its own: there are more of these than of pages."""
        if environ.get("QUERY_STRING", "") not in NOTHING_MORE:
            return self._asked
        has_it = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        return self._known if has_it else self._plain

    def _state(self) -> Hashable | None:
        """Asked before the application is: what it answers is at least as new. None: the database does not say."""
        try:
            return now().replace(microsecond=0), self.states.now()
        except StateUnknown:
            return None

    def _ask(
        self,
        shelf: Shelf,
        key: Hashable,
        state: Hashable,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            said[:] = [status, headers]
            return start_response(status, headers, *fault)

        answer = self._app(environ, listen)
        if not said or not _is_for_everybody(*said):
            return answer
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        shelf.put(key, Answer(state, said[0], list(said[1]), body))
        return [body]


def _key(environ: WSGIEnvironment) -> Hashable | None:
    """None: not to be answered from here."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or any(name in environ for name in NEVER_WITH):
        return None
    if environ.get("CONTENT_LENGTH", "") not in {"", "0"} or environ["PATH_INFO"].startswith(NEVER_AT):
        return None
    return tuple(environ.get(name) for name in ASKED)


def _is_for_everybody(status: str, headers: list[tuple[str, str]]) -> bool:
    said: dict[str, str] = {}
    for name, value in headers:
        said[name.lower()] = f"{said[name.lower()]}, {value}" if name.lower() in said else value
    code = status.partition(" ")[0]
    kind = said.get("content-type", "").partition(";")[0].strip().lower()
    return (
        (code == "304" or (code == "200" and kind in KINDS and "content-length" in said))
        and "set-cookie" not in said
        and "cache-control" in said
        and not {"no-store", "private"} & _words(said["cache-control"])
        and _words(said.get("vary", "")) <= VARYING
    )


def _words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",") if word.strip()}
