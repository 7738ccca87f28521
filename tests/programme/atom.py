# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What RFC 4287 asks of a feed, read by other code than writes it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
ONCE = {"id", "title", "updated"}
IN_FEED = {
    *ONCE,
    "author",
    "category",
    "contributor",
    "generator",
    "icon",
    "link",
    "logo",
    "rights",
    "subtitle",
    "entry",
}
IN_ENTRY = {
    *ONCE,
    "author",
    "category",
    "content",
    "contributor",
    "link",
    "published",
    "rights",
    "source",
    "summary",
}


def read(feed: bytes) -> ET.Element:
    return ET.fromstring(feed)  # noqa: S314 - our own


def complaints(feed: bytes) -> list[str]:
    """None, if the feed is valid."""
    return list(_of_feed(read(feed)))


def _of_feed(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{ATOM}feed":
        yield f"the root is {root.tag}"
    yield from _of_parts(root, IN_FEED)
    entries = root.findall(f"{ATOM}entry")
    for one in entries:
        yield from _of_parts(one, IN_ENTRY)
        yield from _of_content(one)
    # 4.1.1: an author of the feed, or one of each entry.
    authors = root.findall(f"{ATOM}author")
    if not authors and not all(one.findall(f"{ATOM}author") for one in entries):
        yield "nobody wrote it"
    yield from ("an author without a name" for one in authors if not one.findtext(f"{ATOM}name"))
    if len([one for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"]) != 1:
        yield "no link to itself"
    ids = Counter(one.findtext(f"{ATOM}id") for one in [root, *entries])
    yield from (f"id twice: {one}" for one, number in ids.items() if number > 1)
    if not all(MOMENT.fullmatch(one.findtext(f"{ATOM}updated") or "") for one in [root, *entries]):
        return  # it was said above
    newest = max(_moment(one) for one in entries) if entries else None
    if newest is not None and _moment(root) < newest:
        yield "an entry is newer than the feed"
    moments = [_moment(one) for one in entries]
    if moments != sorted(moments, reverse=True):
        yield "not the newest first"


def _of_parts(element: ET.Element, known: set[str]) -> Iterator[str]:
    names = [one.tag.removeprefix(ATOM) for one in element]
    yield from (f"{name} in {element.tag}" for name in set(names) - known)
    yield from (f"{names.count(name)} × {name}" for name in ONCE if names.count(name) != 1)
    id_ = element.findtext(f"{ATOM}id") or ""
    if not re.match(r"(urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|tag:[^,]+,\d{4}[^:]*:.+)$", id_):
        yield f"id {id_!r}"
    if not (element.findtext(f"{ATOM}title") or "").strip():
        yield "no title"
    if not MOMENT.fullmatch(element.findtext(f"{ATOM}updated") or ""):
        yield f"updated {element.findtext(f'{ATOM}updated')}"
    alternates = Counter(
        (one.get("type"), one.get("hreflang"))
        for one in element.findall(f"{ATOM}link")
        if one.get("rel", "alternate") == "alternate"
    )
    yield from (f"two alternates of {one}" for one, number in alternates.items() if number > 1)
    for link in element.findall(f"{ATOM}link"):
        if not urlsplit(link.get("href", "")).scheme.startswith("http"):
            yield f"link to {link.get('href')}"


def _of_content(entry: ET.Element) -> Iterator[str]:
    """4.1.1.1: an entry has content, or an alternate and a summary; HTML is text, not elements."""
    content = entry.find(f"{ATOM}content")
    if content is None:
        yield "no content"
    elif content.get("type") not in {"text", "html"} or len(content):
        yield f"content of type {content.get('type')} with {len(content)} elements"


def _moment(element: ET.Element) -> datetime:
    return datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
