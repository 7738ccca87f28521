# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every POST form of every page, and a way to send it that never changes the world.

`Sender.send` lets a request run up to its commit, takes note that it would have been accepted, and rolls back. So
thousands of tries meet the same rows, and a refusal that wrote something shows itself as an acceptance.
"""

import html
import io
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml.html import HtmlElement
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.people.models import Budget
from app.web.access import Audience, access_of
from app.web.database import db, transaction
from tests.abuse.world import CODE, FORM_CODE, LEAD, World, ask
from tests.pages import post_forms, tree, values_of
from tests.people.helpers import PASSWORD
from tests.results.samples import jpeg, pdf

# What a person would type where the page leaves a field empty, by the field's name, then by its type.
GOOD: dict[str, str] = {
    "given_name": "Erika",
    "family_name": "Muster",
    "email": "erika.muster@example.org",
    "contact_email": "team@example.org",
    "organisation": "Kreis Herford (Beispiel)",
    "password": "Neun Stühle stehen im Flur",
    "old_password": PASSWORD,
    "slug": "ein-neuer-tag",
    "number": "7",
    "label": "9.9",
    "position": "3",
    "date": "2031-03-13",
    "due": "2031-06-30",
    "start": "14:00",
    "end": "14:30",
    "capacity": "50",
    "seats": "20",
    "code": CODE,
    "form_code": FORM_CODE,
    "attended": "12",
    "q": "Demohaus",
    "starts_on": "2031-03-13",
    "ends_on": "2031-03-13",
    "starts_time": "09:30",
    "ends_time": "15:45",
}
GOOD_BY_TYPE = {"email": "erika.muster@example.org", "date": "", "time": "", "number": ""}
# One row of the table, an item and a workshop; a row that has one word needs the others too.
QUICK_ROWS = {
    f"{part}-{number}-{name}": ""
    for number in range(1, 10)
    for part, names in {
        "items": ("start", "end", "kind", "title", "room", "people"),
        "workshops": ("round", "label", "title", "room", "places", "people"),
    }.items()
    for name in names
}
QUICK_ROWS |= {"items-0-start": "14:00", "items-0-end": "14:30", "items-0-kind": "break"}
QUICK_ROWS |= {"workshops-0-round": "1", "workshops-0-label": "9.9", "workshops-0-places": "10"}
# A form in which only one answer is right.
GOOD_AT = {
    "quick.table": QUICK_ROWS,
    # A link belongs to a room in which one takes part online.
    "day.new_room": {"online": "y", "online_link": "https://meet.example.org/raum"},
    "day.edit_room": {"online": "y", "online_link": "https://meet.example.org/raum"},
    "agreed.invite_people": {"days": ["4"]},  # the earlier day
    "allocation.new_condition": {"person": "Svenja", "first": "Svenja", "second": "Minh", "most": "3"},
    "quotas.new": {"organisation_kind": "ki"},
    # Inside the item that the world puts them in.
    "inside.add": {"start": "09:05", "end": "09:10"},
    "inside.edit": {"start": "09:05", "end": "09:10"},
    "partners_organise.new": {"link": "https://example.org/partner", "wording": ""},
    "partners_organise.edit": {"link": "https://example.org/partner", "wording": ""},
    "tables.new": {"tables": "4", "seats": "20", "rounds": "Ankommen\nVertiefen", "hosts": "2 Svenja"},
    "tables.person": {"round": "1", "table": "3", "partner": ""},
    "groups.register": {"rows-0-email": "rosa@example.org", "rows-1-email": "rudi@example.org"},
    "groups.add": {"email": "gabi@example.org"},
    "groups.substitute": {"email": "gero@example.org"},
    "group_admin.new": {"seats": "1", "until": "2031-03-01"},
    "participants.substitute": {"email": "karl.vertretung@example.org"},
    "registration.substitute": {"email": "klara.vertretung@example.org"},
    "staff.show": {"who": "minh@example.org"},
    "people.sign_in": {"email": LEAD, "password": PASSWORD},
    "people.forgot_password": {"email": LEAD},
    # A question for a text has no options.
    "questions.new": {f"option-n{number}": "" for number in range(1, 7)},
    "questions.edit": {f"option-n{number}": "" for number in range(1, 7)},
}
TEXT_LIKE = {"text", "email", "search", "textarea", "tel", "url"}
PASSWORDS = {"password"}
TYPED = {"date", "time", "number", "datetime-local"}
CHOSEN = {"select", "radio"}


class WouldCommit(BaseException):
    """The request was accepted; its transaction was rolled back all the same. No error handler shall see it."""


@dataclass(frozen=True)
class FormOnPage:
    """One form: where it stands, where it is sent, what a person would send, and the kind of each field."""

    page: str
    action: str
    endpoint: str
    values: Mapping[str, Any]
    kinds: Mapping[str, str]
    browser: FlaskClient

    @property
    def key(self) -> tuple[str, ...]:
        """Same endpoint and same fields are the same form, on whichever page it stands."""
        return (self.endpoint, *sorted(self.kinds))

    def fields(self, *kinds: set[str]) -> list[str]:
        wanted = set().union(*kinds)
        return [name for name, kind in self.kinds.items() if kind in wanted]


@dataclass
class Verdict:
    """What came of it: the status and the fields that carry a sentence; status 0 means accepted."""

    status: int
    html: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = re.finditer(r'<div class="kern-error" id="f-([^"]+)-error">(.*?)</div>', self.html, re.DOTALL)
        self.errors = {one[1]: _words(one[2]) for one in found}

    @property
    def accepted(self) -> bool:
        return self.status == 0 or self.status < 400

    def brief(self) -> tuple[object, ...]:
        """What both engines must agree on."""
        return ("accepted",) if self.accepted else (self.status, *sorted(self.errors))

    @property
    def summary(self) -> str:
        """The sentences above the form."""
        found = re.search(r"error-summary\".*?<ul>(.*?)</ul>", self.html, re.DOTALL)
        return _words(found[1]) if found else ""

    def kept(self) -> dict[str, Any]:
        """What stands in the fields of the page's forms."""
        kept: dict[str, Any] = {}
        for form in post_forms(tree(self.html)):
            kept |= values_of(form)
        return kept


def _words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


class Sender:
    """Two browsers, one signed in, at a world that stays as it is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stranger = world.app.test_client()
        world.lead()  # a second browser, which the first one may sign out
        self.lead = world.lead()
        self._written: set[str] = set()
        self._on = False
        self._faults = _LastFault()
        with world.app.app_context():
            self._engine = db.engine

    @property
    def last_fault(self) -> str:
        """What was behind the last 500."""
        return self._faults.words

    def __enter__(self) -> "Sender":
        # A fault becomes a 500 that is counted, not the end of the walk.
        self.world.app.config["TESTING"] = False
        logging.getLogger("app.web.errors").addHandler(self._faults)
        event.listen(self._engine, "before_cursor_execute", self._note)
        event.listen(self._sessions(), "before_commit", self._refuse)
        return self

    def __exit__(self, *_error: object) -> None:
        self.world.app.config["TESTING"] = True
        logging.getLogger("app.web.errors").removeHandler(self._faults)
        event.remove(self._engine, "before_cursor_execute", self._note)
        event.remove(self._sessions(), "before_commit", self._refuse)

    def _sessions(self) -> sessionmaker[Session]:
        return db.session.session_factory  # type: ignore[no-any-return]

    def _note(self, _connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        found = re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement, re.IGNORECASE)
        if found:
            self._written.add(found[1])

    def _refuse(self, session: Session) -> None:
        if not self._on or session.in_nested_transaction():
            return
        session.flush()
        if self._written - {Budget.__tablename__}:
            raise WouldCommit

    def browser(self, endpoint: str) -> FlaskClient:
        access = access_of(self.world.app, endpoint)
        assert access is not None
        return self.stranger if access.audience in {Audience.PUBLIC, Audience.PERSONAL} else self.lead

    def send(
        self, form: FormOnPage, values: Mapping[str, Any] | None = None, body: bytes | None = None
    ) -> Verdict:
        """Send the form with these changes (None leaves a field out), or with a body made by hand."""
        data: Any = body if body is not None else self.data(form, values or {})
        kind = {"content_type": "application/x-www-form-urlencoded"} if body is not None else {}
        return self.verdict(form.browser, form.action, data=data, **kind)

    def ask(self, browser: FlaskClient, address: str, method: str, **kwargs: Any) -> int:
        """The status of any request, also of one that would have changed something (0)."""
        return self.verdict(browser, address, method, **kwargs).status

    def verdict(self, browser: FlaskClient, address: str, method: str = "POST", **kwargs: Any) -> Verdict:
        """What becomes of any request, as it is."""
        self._written, self._on = set(), True
        before = self.stranger.get_cookie("fachtag")
        try:
            response = ask(browser, address, method, **{"headers": GERMAN, **kwargs})
        except WouldCommit:
            return Verdict(0)
        finally:
            self._on = False
            self._refill()
            if (
                before is not None
            ):  # what a browser remembers of it (the code of a day) is no part of the world either
                self.stranger.set_cookie("fachtag", before.value)
        return Verdict(response.status_code, response.text if response.mimetype == "text/html" else "")

    def data(self, form: FormOnPage, changes: Mapping[str, Any]) -> MultiDict[str, Any]:
        data: MultiDict[str, Any] = MultiDict()
        for name, value in {**form.values, **changes}.items():
            if value is not None:
                data.setlist(name, list(value) if isinstance(value, list) else [value])
        for name, kind in form.kinds.items():
            if kind == "file" and name not in changes:
                data[name] = _file_for(form)
        return data

    def _refill(self) -> None:
        """Budgets are not what is tested here: each try finds them full."""
        if Budget.__tablename__ in self._written:
            with self.world.app.app_context(), transaction() as session:
                session.query(Budget).delete()


class _LastFault(logging.Handler):
    words = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.words = self.format(record)[-400:]


GERMAN = {"Accept-Language": "de"}


def _file_for(form: FormOnPage) -> tuple[io.BytesIO, str]:
    if form.endpoint == "programme_importing.upload":
        return io.BytesIO(b"Beginn;Ende;Titel\n9:00;10:00;Neues"), "Programm.csv"
    if form.endpoint == "importing.upload":
        return (
            io.BytesIO(b"Nachname;Vorname;E-Mail;Organisation\nNeu;Nele;nele@example.org;Amt"),
            "Liste.csv",
        )
    return (
        (io.BytesIO(jpeg()), "Bild.jpg")
        if "photo" in form.action or "partner" in form.action
        else (io.BytesIO(pdf()), "Blatt.pdf")
    )


def forms_of(sender: Sender, every: int = 1) -> dict[tuple[str, ...], list[FormOnPage]]:
    """Every form of the house, with all the places where it stands; or those of every so-manieth route."""
    found: dict[tuple[str, ...], list[FormOnPage]] = {}
    for rule, access in list(sender.world.rules())[::every]:
        if access.audience in {Audience.DEMO, Audience.FEED, Audience.OPERATOR} or rule.endpoint == "static":
            continue
        for address in sender.world.addresses(rule):
            asked = sender.world.queries.get(rule.endpoint)
            full = f"{address}?{asked}" if asked else address
            for form in forms_at(sender, sender.browser(rule.endpoint), full):
                found.setdefault(form.key, []).append(form)
    return found


def forms_at(sender: Sender, browser: FlaskClient, address: str) -> Iterator[FormOnPage]:
    yield from forms_in(sender, browser, address, ask(browser, address, headers=GERMAN))


def forms_in(
    sender: Sender, browser: FlaskClient, address: str, response: TestResponse
) -> Iterator[FormOnPage]:
    """The forms of an answer that is there already."""
    if (
        response.mimetype != "text/html"
        or response.status_code != 200
        or 'method="post"' not in response.text
    ):
        return
    adapter = sender.world.app.url_map.bind("localhost")
    for tag in post_forms(tree(response.text)):
        action = urlsplit(tag.get("action") or address).path
        endpoint = str(adapter.match(action, method="POST")[0])
        yield _read_form(tag, address, action, endpoint, browser)


def fresh(sender: Sender, *forms: FormOnPage) -> FormOnPage:
    """The same form, read again just now, from the first page that still has it."""
    if (found := _found(sender, forms)) is None:
        sender.stranger.delete_cookie("fachtag")  # a link that brings the code of a day is remembered
        found = _found(sender, forms)
    if found is None:
        raise AssertionError(f"{forms[0].key} is gone from {forms[0].page}")
    return found


def _found(sender: Sender, forms: Iterable[FormOnPage]) -> FormOnPage | None:
    for form in forms:
        for one in forms_at(sender, form.browser, form.page):
            if (one.key, one.action) == (form.key, form.action):
                return one
    return None


def _read_form(form: HtmlElement, page: str, action: str, endpoint: str, browser: FlaskClient) -> FormOnPage:
    values = values_of(form)
    kinds: dict[str, str] = {}
    for one in form.iter("input", "textarea", "select"):
        name = one.get("name", "")
        kind = one.tag if one.tag != "input" else one.get("type", "text")
        unseen = one.getparent().get("aria-hidden") == "true"  # a trap for programs: nobody fills it in
        if not name or unseen or kind in {"submit", "button"}:
            continue
        kinds[name] = kind
        if kind == "radio" and name not in values:
            values[name] = str(one.get("value"))
        good = GOOD_AT.get(endpoint, {}).get(name)
        if good is not None:
            values[name] = good
        elif kind in TEXT_LIKE | PASSWORDS | TYPED and not str(values.get(name) or "").strip():
            values[name] = GOOD.get(name) or GOOD_BY_TYPE.get(kind, "Ein paar Worte")
    for condition in form.xpath(".//@data-only-if"):  # asked only of who chose that option
        for option in form.xpath(".//input[@value=$value and starts-with(@id, 'f-q-')]", value=condition)[:1]:
            values[option.get("name")] = option.get("value")
    return FormOnPage(page, action, endpoint, values, kinds, browser)
