# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The page contract, and a visitor who reads pages and sends their forms as a browser would.

Every page that a test opens through `Visitor` is held to the contract: valid HTML, a title, one h1, no double ids,
nothing inline, nothing from a foreign origin, every field labelled, every link text non-empty, help where it always is
(A11Y-08), every language one of ours (A11Y-17).
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from justhtml import JustHTML
from lxml import html as lxml_html
from lxml.html import HtmlElement, HTMLParser
from werkzeug.test import TestResponse

from tests.kept import fingerprint_of, kept

ADDRESSES = {
    "link": "href",
    "img": "src",
    "script": "src",
    "form": "action",
    "iframe": "src",
    "source": "src",
}


P = ParamSpec("P")

WORDS = re.compile(r">[^<>&]*[^<>&\s][^<>&]*<")
OWN_ADDRESS = re.compile(r'="/(?!/)[^"<>]*"')
VALUE = re.compile(r'( value=| content=| datetime=)"[^"<>]+"')
HELP = re.compile(r'<footer.*?<nav aria-labelledby="footer-help">(.*?)</nav>', re.DOTALL)
ERROR_IN_TITLE = re.compile("<title>(Fehler|Error): ")
HELP_LINKS = ["/barriere-melden", "/barrierefreiheit", "/leichte-sprache", "/calendar"]
LANGUAGES = {"de", "en"}


def complaints(html: str) -> list[str]:
    """What breaks the page contract; empty for a good page.

    The contract is about a page's build, so pages that differ in words, values and addresses of ours are read once.
    """
    found = _complaints(OWN_ADDRESS.sub('="/"', VALUE.sub(r'\1"x"', WORDS.sub(">x<", html))))
    helping = [re.findall(r'href="([^"?]*)', one) for one in HELP.findall(html)]
    if 'class="kern-error"' in html and not ERROR_IN_TITLE.search(html):
        found = [*found, "something is wrong, and the title does not say so"]
    return found if helping == [HELP_LINKS] else [*found, f"help is not where it always is: {helping}"]


@lru_cache(maxsize=2000)
def _complaints(html: str) -> list[str]:
    """A page that was found good by this very contract, in whichever process or run, is not read again."""
    good, digest = _good_pages(), hashlib.sha256(html.encode()).hexdigest()
    if digest in good:
        return []
    found = _read(html)
    if not found:
        good.add(digest)
        with _good_file().open("a", encoding="ascii") as file:
            file.write(f"{digest}\n")
    return found


@cache
def _good_file() -> Path:
    return kept("pages") / fingerprint_of([Path(__file__)], version("justhtml"), version("lxml"))


@cache
def _good_pages() -> set[str]:
    file = _good_file()
    return set(file.read_text(encoding="ascii").split()) if file.exists() else set()


def _read(html: str) -> list[str]:
    found = [f"invalid HTML: {error}" for error in JustHTML(html, collect_errors=True, sanitize=False).errors]
    root = tree(html)
    titles = root.xpath("//title[not(ancestor::svg)]")
    if len(titles) != 1 or not words(titles[0]):
        found.append("no title")
    for name in ("h1", "main"):
        if len(root.xpath(f"//{name}")) != 1:
            found.append(f"not exactly one {name}")
    if root.get("lang") not in LANGUAGES:
        found.append("no language of ours")
    ids = [str(one) for one in root.xpath("//@id")]
    found += [f"double id {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    found += _summary_faults(root)
    labelled = set(root.xpath("//label/@for"))
    for tag in root.iter():
        found += _complaints_of(tag, set(ids), labelled)
    return found


def _summary_faults(root: HtmlElement) -> Iterator[str]:
    """What is wrong at a field stands above the form as well, in the order of the page (A11Y-06)."""
    wrong = [str(one).removesuffix("-error") for one in root.xpath("//*[@class='kern-error']/@id")]
    links = [str(one)[1:] for one in root.xpath("//*[contains(@class, 'error-summary')]//a/@href")]
    listed = dict.fromkeys(one if one in wrong else one.removesuffix("-0") for one in links)
    if list(listed) != wrong:
        yield f"the summary lists {list(listed)}, the page {wrong}"


def _complaints_of(tag: HtmlElement, ids: set[str], labelled: set[str]) -> list[str]:
    name = tag.tag
    found = [f"inline {one} on {name}" for one in tag.attrib if one.startswith("on") or one == "style"]
    is_data = tag.get("type") == "application/ld+json"  # which no browser runs
    if name == "style" or (name == "script" and not tag.get("src") and not is_data):
        found.append(f"inline {name}")
    address = tag.get(ADDRESSES[name]) if name in ADDRESSES else None
    if address is not None:
        parts = urlsplit(address)
        elsewhere = parts.netloc or parts.scheme not in {"", "data"}
        if elsewhere and not (name == "link" and tag.get("rel") in {"canonical", "alternate"}):
            found.append(f"foreign origin {address}")
    if (
        name == "a"
        and tag.get("href")
        and not (words(tag) or tag.get("aria-label") or tag.xpath(".//img[@alt]"))
    ):
        found.append(f"link without text to {tag.get('href')}")
    if name == "img" and tag.get("alt") is None:
        found.append("img without alt")
    if name in {"input", "select", "textarea"} and tag.get("type") not in {"hidden", "submit"}:
        named = tag.get("aria-label") or tag.get("aria-labelledby")
        if not named and tag.get("id") not in labelled:
            found.append(f"field without label {tag.get('name')}")
    if name in {"table", "tr", "td"} and tag.get("role") is None:
        found.append(f"{name} without its role, which it loses where rows are cards")
    if name == "td" and not tag.get("data-label"):
        found.append("cell without the words of its column, which a card shows")
    for reference in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
        for one in (tag.get(reference) or "").split():
            if one not in ids:
                found.append(f"{reference} points nowhere: {one}")
    return [*found, *_unusable_in(tag)]


def _unusable_in(tag: HtmlElement) -> Iterator[str]:
    for one in {"lang", "hreflang"} & set(tag.attrib):
        if tag.get(one) not in LANGUAGES:
            yield f"unknown language {tag.get(one)} on {tag.tag}"
    if tag.get("draggable") is not None:
        yield f"{tag.tag} is to be dragged"
    if tag.get("type") == "password" and tag.get("autocomplete") not in {"current-password", "new-password"}:
        yield f"no password manager fills {tag.get('name')}"


def tree(html: str) -> HtmlElement:
    """The page as elements. libxml2 reads it thirty times as fast as Python does; most tests need no more."""
    return lxml_html.document_fromstring(html, parser=HTMLParser(remove_comments=True))


def words(element: HtmlElement) -> str:
    """The text of an element, white space folded."""
    return " ".join(" ".join(element.itertext()).split())


@dataclass
class Page:
    """One answer, read as a person reads it."""

    visitor: "Visitor"
    response: TestResponse
    address: str

    @staticmethod
    def values(form: HtmlElement) -> dict[str, Any]:
        return values_of(form)

    @cached_property
    def tree(self) -> HtmlElement:
        return tree(self.response.get_data(as_text=True))

    @cached_property
    def soup(self) -> BeautifulSoup:
        """For tests that look closely at single elements."""
        return BeautifulSoup(self.response.get_data(as_text=True), "html.parser")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def title(self) -> str:
        return " ".join(words(one) for one in self.tree.xpath("(//title)[1]"))

    @property
    def heading(self) -> str:
        return " ".join(words(one) for one in self.tree.xpath("(//h1)[1]"))

    @property
    def text(self) -> str:
        """What stands in `<main>`, white space folded."""
        return words(self._main())

    def _main(self) -> HtmlElement:
        return (self.tree.xpath("//main") or [self.tree])[0]

    def links(self) -> list[str]:
        return [str(one) for one in self.tree.xpath("//a/@href")]

    def form(self, action: str | None = None, button: str | None = None) -> HtmlElement:
        """The form that posts to `action`, or that has a button of that name, or the only POST form in `<main>`."""
        forms = post_forms(self._main())
        if action is not None:
            forms = [one for one in forms if urlsplit(one.get("action") or self.address).path == action]
        if button is not None:
            forms = [one for one in forms if any(button in b.text_content() for b in one.iter("button"))]
        assert len(forms) == 1, f"{len(forms)} forms on {self.address}: {[f.get('action') for f in forms]}"
        return forms[0]

    def follow(self, text: str) -> "Page":
        """Click the link of that text."""
        found = [one for one in self._main().xpath(".//a[@href]") if text in one.text_content()]
        assert found, f"no link {text!r} on {self.address}"
        return self.visitor.get(urljoin(self.address, found[0].get("href")))

    def send(self, action: str | None = None, button: str | None = None, **changes: Any) -> "Page":
        """Fill the form and press its button; a change to None leaves the field out."""
        form = self.form(action, button)
        values = {**values_of(form), **changes}
        data = {name: value for name, value in values.items() if value is not None}
        return self.visitor.post(urljoin(self.address, form.get("action") or self.address), data)

    def errors(self) -> dict[str, str]:
        """Sentences at the fields, by the field's name."""
        found = {}
        for tag in self.tree.xpath("//*[@aria-invalid='true']"):
            described = (tag.get("aria-describedby") or "").split()
            sentences = [self.tree.get_element_by_id(one, None) for one in described if "error" in one]
            found[str(tag.get("name"))] = " ".join(words(one) for one in sentences if one is not None)
        return found


def post_forms(element: HtmlElement) -> list[HtmlElement]:
    return [form for form in element.iter("form") if form.get("method", "").lower() == "post"]


def values_of(form: HtmlElement) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    values: dict[str, Any] = {}
    for tag in form.iter("input", "textarea", "select"):
        name, kind = tag.get("name", ""), tag.get("type")
        if not name or kind in {"submit", "button", "file"} or tag.get("disabled") is not None:
            continue
        if kind in {"radio", "checkbox"} and tag.get("checked") is None:
            continue
        values.setdefault(name, []).extend(_value(tag))
    return {name: value[0] if len(value) == 1 else value for name, value in values.items()}


def _value(tag: HtmlElement) -> list[str]:
    if tag.tag == "textarea":
        return [(tag.text or "").removeprefix("\r").removeprefix("\n")]
    if tag.tag == "input":
        return [tag.get("value", "on" if tag.get("type") in {"radio", "checkbox"} else "")]
    options = list(tag.iter("option"))
    chosen = [one for one in options if one.get("selected") is not None]
    if not chosen and tag.get("multiple") is None:
        chosen = options[:1]
    return [one.get("value", words(one)) for one in chosen]


def outside(test: Callable[P, None]) -> Callable[P, None]:
    """A test without the application context that its neighbours share: each request has one of its own, as in service."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        Context().run(test, *args, **kwargs)

    return run


@dataclass
class Visitor:
    """Somebody with a browser. Follows redirects; every HTML page is held to the contract."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "de"})
    base_url: str = "http://localhost"

    def get(self, address: str, **kwargs: Any) -> Page:
        return self._read(
            self.client.get(
                address, headers=self.headers, base_url=self.base_url, follow_redirects=True, **kwargs
            ),
            address,
        )

    def post(self, address: str, data: dict[str, Any]) -> Page:
        return self._read(
            self.client.post(
                address, data=data, headers=self.headers, base_url=self.base_url, follow_redirects=True
            ),
            address,
        )

    def _read(self, response: TestResponse, address: str) -> Page:
        if response.mimetype == "text/html":
            found = complaints(response.get_data(as_text=True))
            assert found == [], f"{address}: {found}"
        final = response.request.path if response.history else address
        return Page(self, response, final)
