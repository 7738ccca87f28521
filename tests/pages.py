# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The page contract, and a visitor who reads pages and sends their forms as a browser would.

Every page that a test opens through `Visitor` is held to the contract: valid HTML, a title, one h1, no double ids,
nothing inline, nothing from a foreign origin, every field labelled, every link text non-empty.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

ADDRESSES = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "form": "action",
    "iframe": "src",
    "source": "src",
}


WORDS = re.compile(r">[^<>&]*[^<>&\s][^<>&]*<")
OWN_ADDRESS = re.compile(r'="/(?!/)[^"<>]*"')
VALUE = re.compile(r'( value=| content=| datetime=)"[^"<>]+"')


def complaints(html: str) -> list[str]:
    """What breaks the page contract; empty for a good page.

    The contract is about a page's build, so pages that differ in words, values and addresses of ours are read once.
    """
    return _complaints(OWN_ADDRESS.sub('="/"', VALUE.sub(r'\1"x"', WORDS.sub(">x<", html))))


@lru_cache(maxsize=2000)
def _complaints(html: str) -> list[str]:
    soup = BeautifulSoup(html, "html.parser")
    found = [f"invalid HTML: {error}" for error in JustHTML(html, collect_errors=True, sanitize=False).errors]
    titles = [title for title in soup.find_all("title") if title.find_parent("svg") is None]
    if len(titles) != 1 or not titles[0].get_text(strip=True):
        found.append("no title")
    if len(soup.find_all("h1")) != 1:
        found.append(f"{len(soup.find_all('h1'))} h1")
    if not soup.html or not soup.html.get("lang"):
        found.append("no language")
    if len(soup.find_all("main")) != 1:
        found.append("not exactly one main")
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    found += [f"double id {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    labelled = {str(label.get("for")) for label in soup.find_all("label")}
    for tag in soup.find_all(True):
        found += _complaints_of(tag, set(ids), labelled)
    return found


def _complaints_of(tag: Tag, ids: set[str], labelled: set[str]) -> list[str]:
    found = [f"inline {name} on {tag.name}" for name in tag.attrs if name.startswith("on") or name == "style"]
    if tag.name == "style" or (tag.name == "script" and not tag.get("src")):
        found.append(f"inline {tag.name}")
    address = tag.get(ADDRESSES.get(tag.name, ""))
    if isinstance(address, str) and tag.name != "a":
        parts = urlsplit(address)
        elsewhere = parts.netloc or parts.scheme not in {"", "data"}
        if elsewhere and not (tag.name == "link" and tag.get("rel") in (["canonical"], ["alternate"])):
            found.append(f"foreign origin {address}")
    if (
        tag.name == "a"
        and tag.get("href")
        and not (tag.get_text(strip=True) or tag.get("aria-label") or tag.find("img", alt=True))
    ):
        found.append(f"link without text {tag}")
    if tag.name == "img" and tag.get("alt") is None:
        found.append("img without alt")
    if tag.name in {"input", "select", "textarea"} and tag.get("type") not in {"hidden", "submit"}:
        named = tag.get("aria-label") or tag.get("aria-labelledby")
        if not named and tag.get("id") not in labelled:
            found.append(f"field without label {tag.get('name')}")
    for reference in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
        value = tag.get(reference)
        names = value if isinstance(value, list) else str(value or "").split()
        found += [f"{reference} points nowhere: {name}" for name in names if name not in ids]
    return found


@dataclass
class Page:
    """One answer, read as a person reads it."""

    visitor: "Visitor"
    response: TestResponse
    address: str

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.get_data(as_text=True), "html.parser")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def title(self) -> str:
        return self.soup.title.get_text(strip=True) if self.soup.title else ""

    @property
    def heading(self) -> str:
        heading = self.soup.find("h1")
        return " ".join(heading.get_text(" ", strip=True).split()) if heading else ""

    @property
    def text(self) -> str:
        """What stands in `<main>`, white space folded."""
        main = self.soup.find("main") or self.soup
        return " ".join(main.get_text(" ", strip=True).split())

    def links(self) -> list[str]:
        return [str(a["href"]) for a in self.soup.find_all("a", href=True)]

    def form(self, action: str | None = None, button: str | None = None) -> Tag:
        """The form that posts to `action`, or that has a button of that name, or the only POST form in `<main>`."""
        main = self.soup.find("main")
        assert main is not None
        forms = [form for form in main.find_all("form") if str(form.get("method", "")).lower() == "post"]
        if action is not None:
            forms = [
                form for form in forms if urlsplit(str(form.get("action") or self.address)).path == action
            ]
        if button is not None:
            forms = [form for form in forms if any(button in b.get_text() for b in form.find_all("button"))]
        assert len(forms) == 1, f"{len(forms)} forms on {self.address}: {[f.get('action') for f in forms]}"
        return forms[0]

    def values(self, form: Tag) -> dict[str, Any]:
        """What a browser would send of the form as it stands."""
        values: dict[str, Any] = {}
        for tag in form.find_all(["input", "textarea", "select"]):
            name, kind = str(tag.get("name") or ""), tag.get("type")
            if not name or kind in {"submit", "button", "file"} or tag.has_attr("disabled"):
                continue
            if kind in {"radio", "checkbox"} and not tag.has_attr("checked"):
                continue
            if tag.name == "select":
                chosen = [str(o.get("value", o.get_text())) for o in tag.find_all("option", selected=True)]
                first = tag.find("option")
                value = chosen or (
                    [] if tag.has_attr("multiple") or first is None else [str(first.get("value", ""))]
                )
            elif tag.name == "textarea":
                value = [tag.get_text().removeprefix("\r").removeprefix("\n")]
            else:
                value = [str(tag.get("value", "on" if kind in {"radio", "checkbox"} else ""))]
            values.setdefault(name, []).extend(value)
        return {name: value[0] if len(value) == 1 else value for name, value in values.items()}

    def follow(self, text: str) -> "Page":
        """Click the link of that text."""
        main = self.soup.find("main")
        assert main is not None
        found = [a for a in main.find_all("a", href=True) if text in a.get_text()]
        assert found, f"no link {text!r} on {self.address}"
        return self.visitor.get(urljoin(self.address, str(found[0]["href"])))

    def send(self, action: str | None = None, button: str | None = None, **changes: Any) -> "Page":
        """Fill the form and press its button; a change to None leaves the field out."""
        form = self.form(action, button)
        values = {**self.values(form), **changes}
        data = {name: value for name, value in values.items() if value is not None}
        return self.visitor.post(urljoin(self.address, str(form.get("action") or self.address)), data)

    def errors(self) -> dict[str, str]:
        """Sentences at the fields, by the field's name."""
        found = {}
        for tag in self.soup.find_all(attrs={"aria-invalid": "true"}):
            described = str(tag.get("aria-describedby") or "").split()
            sentences = [self.soup.find(id=one) for one in described if "error" in one]
            found[str(tag.get("name"))] = " ".join(
                s.get_text(" ", strip=True) for s in sentences if s is not None
            )
        return found


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
