# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Requests that no page of ours would send: a form as a person fills it in, bent in one to three places.

The same seed bends the same forms in the same way, whatever ids and tokens stand in them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

from tests.abuse.forms import GERMAN, FormOnPage, Sender

BOUNDARY = "grenze-7d1f"
DEEP = 60_000
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Part:
    """One field as it goes over the wire; a `filename` makes it a file."""

    name: bytes
    value: bytes
    filename: str | None = None
    kind: str | None = None
    is_raw: bool = False  # urlencoded by hand: stands in the body as it is

    @property
    def head(self) -> bytes:
        lines = [b'Content-Disposition: form-data; name="' + self.name + b'"']
        if self.filename is not None:
            lines[0] += f'; filename="{self.filename}"'.encode()
        if self.kind is not None:
            lines.append(f"Content-Type: {self.kind}".encode())
        return b"\r\n".join(lines)


@dataclass(frozen=True)
class Sent:
    """A request that is being bent. A `body` stands for itself, whatever the parts are."""

    parts: tuple[Part, ...]
    kinds: Mapping[str, str]
    multipart: bool = False
    body: bytes | None = None
    content_type: str | None = ""  # "": as the body is; None: none at all
    headers: Mapping[str, str] = field(default_factory=lambda: dict(GERMAN))
    how: tuple[str, ...] = ()

    def names(self, *but: str) -> list[str]:
        """The fields of the form, apart from files and from kinds that are not wanted."""
        return [name for name, kind in self.kinds.items() if kind not in {"file", *but}]

    def with_value(self, name: str, *values: bytes, is_raw: bool = False) -> "Sent":
        """The field with these values instead of its own."""
        kept = [one for one in self.parts if one.name != name.encode()]
        return replace(self, parts=(*kept, *(Part(name.encode(), value, is_raw=is_raw) for value in values)))

    def with_parts(self, *parts: Part) -> "Sent":
        return replace(self, parts=(*self.parts, *parts))

    def encoded(self) -> tuple[bytes, str | None]:
        """Body and content type."""
        if self.multipart or any(one.filename is not None for one in self.parts):
            usual, body = f"multipart/form-data; boundary={BOUNDARY}", multipart(self.parts)
        else:
            usual, body = URLENCODED, b"&".join(_pair(one) for one in self.parts)
        return self.body if self.body is not None else body, (
            usual if self.content_type == "" else self.content_type
        )


def _pair(part: Part) -> bytes:
    value = part.value if part.is_raw else quote_from_bytes(part.value).encode()
    return quote_from_bytes(part.name).encode() + b"=" + value


def multipart(parts: Sequence[Part]) -> bytes:
    pieces = [b"--" + BOUNDARY.encode() + b"\r\n" + one.head + b"\r\n\r\n" + one.value for one in parts]
    return b"\r\n".join([*pieces, b"--" + BOUNDARY.encode() + b"--\r\n"])


# --- values ----------------------------------------------------------------------------------------------------------

VALUES: tuple[bytes, ...] = tuple(
    one.encode("utf-8", "surrogatepass")
    for one in (
        "", " ", "0", "-1", "-0", "1.5", "1e5", "1E400", "-2e308", "0x10", "0b1", "1_000", "+7", "٣", "²", "½", "NaN",
        "Infinity", "-inf", str(2**31), str(2**31 - 1), str(2**63), str(-(2**63) - 1), "9" * 400, "9" * 5_000,
        "true", "None", "null", "undefined", "[object Object]", "[]", "{}", "a\0b", "\0", "\x07\x1b[31m", "\u2028\u2029",
        "\u202e\u200f", "\ud800", "\udfff\ud800", "\ufffe\uffff", "\U0010ffff", "\ue000", "😀" * 50, "e\u0301" * 300,
        "x" * 70_000, "ß" * 300, "[" * DEEP, "(" * 5_000, "{{7*7}}", "%s%n%(x)s{0}", "</script><svg onload=alert(1)>",
        "'; DROP TABLE registration; --", "\\", '"', "../../etc/passwd", "C:\\CON", "\r\nBcc: x@example.org", "a\rb",
        "2031-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-2031-03-13", "2031-03-13T25:61", "24:00", "99:99",
        "jürgen@example.org", "a@" + "b." * 130 + "example", "a@xn--zzzzz99.example", "@", "on", "y", "ｆｕｌｌ", "=1+1",
    )
)  # fmt: skip
# Not UTF-8, or no percent-encoding: as they stand in an urlencoded body.
RAW_VALUES = (
    b"%", b"%zz", b"%u0041", b"%ff%fe", b"%c0%af", b"%ed%a0%80", b"%f5%80%80%80", b"\xff\xfe\x00", b"%00", b"%2", b"+%+",
    b"a=b=c", b"%26%3d%25", b"\xe4\xf6\xfc", b"a;b", b"%0d%0a", b"%E2%80%A8",
)  # fmt: skip
JSON_SHAPES: tuple[Any, ...] = (
    [], [1, 2], [[1, 2]], [["a", "b"]], [["a", "b", "c"]], {}, {"a": {"b": [1]}}, {"csrf_token": ["x"]}, None, 0, -1.5,
    1e308, "text", True, [None], [{"a": 1}], {"": ""}, {"rows": [{"email": "a@example.org"}]},
)  # fmt: skip
RAW_JSON = (
    b"[" * DEEP, b'{"a":' * DEEP, b"", b"{", b"NaN", b"1" * 5_000, b'"\\ud800"', b"\xff", b"\xef\xbb\xbf[]", b"[1]\0",
)  # fmt: skip
JSON_TYPES = ("application/json", "application/json; charset=utf-16", "application/vnd.api+json", "text/json",
    "APPLICATION/JSON", "application/json;charset=nonsense")  # fmt: skip
OTHER_TYPES = (
    "text/plain", "text/plain; charset=utf-16", "application/xml", "text/xml", "application/octet-stream", "text/html",
    "application/x-ndjson", "image/png", "multipart/mixed; boundary=x", "multipart/related", "application/graphql", "x",
    "////;;;=", "application/x-www-form-urlencoded-not", ",", "; charset=utf-8", "application/" + "x" * 5_000, "*/*",
)  # fmt: skip
CHARSETS = (
    "utf-16",
    "utf-7",
    "nonsense",
    "idna",
    "rot13",
    "base64",
    "",
    "utf-8;utf-16",
    "'",
    '"',
    "ascii",
    "cp037",
)
BOUNDARIES = (
    "multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""', "multipart/form-data; boundary=b"
    + "x" * 300, "multipart/form-data; boundary=grenze", "multipart/form-data; boundary=ü", "multipart/form-data; boundary=\\",
    'multipart/form-data; boundary="grenze-7d1f', "multipart/form-data; boundary=--", "multipart/form-data; boundary*=utf-8''x",
    "multipart/form-data; boundary=grenze-7d1f; boundary=x", "multipart/form-data; charset=utf-16; boundary=grenze-7d1f",
)  # fmt: skip
NAMES = (
    "", "\0", "ü", "²", "__class__", "csrf_token", "rows", "rows-0", "rows-²-email", "rows-①-email", "rows-٣-email", "rows--1-email",
    "rows-" + "9" * 30 + "-email", "rows-" + "9" * 5_000 + "-email", "rows-0-rows-0-rows-0-email", "[" * 500, "a[b][c][]",
    "a.b.c", "x" * 3_000, "rows-0-", "-", "--", "submit", "version", "nonce", "q-1", "round-²", "\ud800", "data", "self", "meta",
)  # fmt: skip
FILE_NAMES = ("", "a.pdf", "Liste.csv", "Bild.jpg", "../../a.pdf", "a\\b.pdf", "a" * 300 + ".pdf", "CON.pdf", "\u202efdp.exe", ".",
    "a.pdf\0.exe", "ü.csv")  # fmt: skip
FILE_CONTENTS = (b"", b"x", b"%PDF-1.7\n%%EOF\n", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"a;b\n1;2\n", b"\0" * 200,
    b"\xff\xfea\0;\0", b"[" * DEEP, b'"' * 999 + b"\n" + b";" * 999)  # fmt: skip
TOKENS = (
    b"",
    b"x",
    b"a.b.c",
    b"\0",
    b"ImFiYyI.aaaa.bbbb",
    b"x" * 9_000,
    "ü".encode(),
    b"\xff",
    b"." * 200,
    b"eyJ" * 100,
)
HEADERS: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "\u00e4"}, {"X-CSRFToken": "x" * 3_000}, {"Accept-Language": "*;q=x, ,;"},
    {"Accept-Language": "de;q=" + "9" * 400}, {"Referer": "http://[::1"}, {"Origin": "null"}, {"Content-Encoding": "gzip"},
    {"X-Forwarded-For": "\u00e4, 999.1.1.1"}, {"X-HTTP-Method-Override": "DELETE"}, {"Accept": "application/json"},
    {"If-None-Match": '"'}, {"Range": "bytes=9-1"}, {"User-Agent": "\u00e4" * 500}, {"X-Requested-With": "XMLHttpRequest"},
)  # fmt: skip


# --- mutations -------------------------------------------------------------------------------------------------------

Mutation = Callable[[Sent, Random], Sent]


def one_value(sent: Sent, dice: Random) -> Sent:
    return sent.with_value(dice.choice(sent.names() or ["x"]), dice.choice(VALUES))


def one_choice(sent: Sent, dice: Random) -> Sent:
    """Numbers and words where only an option of the page, a number or a hidden value can stand."""
    bounded = [name for name in sent.names("text", "email", "textarea") if name != "csrf_token"]
    return sent.with_value(dice.choice(bounded or sent.names() or ["x"]), dice.choice(VALUES))


def every_value(sent: Sent, dice: Random) -> Sent:
    for name in sent.names():
        if name != "csrf_token":
            sent = sent.with_value(name, dice.choice(VALUES))
    return sent


def raw_value(sent: Sent, dice: Random) -> Sent:
    return sent.with_value(dice.choice(sent.names() or ["x"]), dice.choice(RAW_VALUES), is_raw=True)


def random_bytes(sent: Sent, dice: Random) -> Sent:
    return sent.with_value(dice.choice(sent.names() or ["x"]), dice.randbytes(dice.randint(1, 400)))


def repeated(sent: Sent, dice: Random) -> Sent:
    name = dice.choice(sent.names() or ["x"])
    return sent.with_value(name, *(dice.choice(VALUES[:30]) for _ in range(dice.choice((2, 3, 300)))))


def missing(sent: Sent, dice: Random) -> Sent:
    for name in dice.sample(sent.names(), dice.randint(0, len(sent.names()))):
        sent = sent.with_value(name)
    return sent


def more_fields(sent: Sent, dice: Random) -> Sent:
    number = dice.choice((10, 499, 600, 3_000))
    return sent.with_parts(*(Part(b"extra-%d" % one, b"x") for one in range(number)))


def other_name(sent: Sent, dice: Random) -> Sent:
    name = dice.choice(NAMES).encode("utf-8", "surrogatepass")
    return sent.with_parts(Part(name, dice.choice(VALUES)))


def wrong_token(sent: Sent, dice: Random) -> Sent:
    return sent.with_value("csrf_token", *(dice.choice(TOKENS) for _ in range(dice.choice((0, 1, 1, 2)))))


def wrong_version(sent: Sent, dice: Random) -> Sent:
    hidden = [name for name, kind in sent.kinds.items() if kind == "hidden" and name != "csrf_token"]
    return sent.with_value(dice.choice(hidden or ["version"]), dice.choice(VALUES))


def file_in_text(sent: Sent, dice: Random) -> Sent:
    """A file where words belong, beside the words or instead of them."""
    name = dice.choice(sent.names() or ["x"])
    file = Part(
        name.encode(), dice.choice(FILE_CONTENTS), dice.choice(FILE_NAMES), "application/octet-stream"
    )
    return (sent if dice.random() < 0.3 else sent.with_value(name)).with_parts(file)


def another_file(sent: Sent, dice: Random) -> Sent:
    name = dice.choice(("file", "photo", "x", ""))
    file = Part(
        name.encode(), dice.choice(FILE_CONTENTS), dice.choice(FILE_NAMES), dice.choice((None, "text/html"))
    )
    return sent.with_parts(*[file] * dice.choice((1, 1, 2)))


def text_in_file(sent: Sent, dice: Random) -> Sent:
    files = [name for name, kind in sent.kinds.items() if kind == "file"]
    return sent.with_value(dice.choice(files or ["file"]), dice.choice(VALUES))


def other_file(sent: Sent, dice: Random) -> Sent:
    """Something else in the field for the file."""
    files = [name for name, kind in sent.kinds.items() if kind == "file"] or ["file"]
    file = Part(files[0].encode(), dice.choice(FILE_CONTENTS), dice.choice(FILE_NAMES), "application/pdf")
    return sent.with_value(files[0]).with_parts(file)


def as_json(sent: Sent, dice: Random) -> Sent:
    names = dict.fromkeys(sent.names(), "x")
    shapes = (
        *JSON_SHAPES,
        names,
        [list(one) for one in names.items()],
        {name: [{"a": []}] for name in names},
    )
    body = json.dumps(dice.choice(shapes)).encode() if dice.random() < 0.6 else dice.choice(RAW_JSON)
    return replace(sent, body=body, content_type=dice.choice(JSON_TYPES))


def other_type(sent: Sent, dice: Random) -> Sent:
    return replace(sent, content_type=dice.choice(OTHER_TYPES))


def no_type(sent: Sent, dice: Random) -> Sent:
    return replace(sent, content_type=None, body=dice.choice((None, None, b"", b"\0" * 50)))


def other_charset(sent: Sent, dice: Random) -> Sent:
    if dice.random() < 0.5:
        return replace(sent, content_type=f"{URLENCODED}; charset={dice.choice(CHARSETS)}")
    kind = f"text/plain; charset={dice.choice(CHARSETS)}"
    return replace(sent, multipart=True, parts=tuple(replace(one, kind=kind) for one in sent.parts))


def as_multipart(sent: Sent, _dice: Random) -> Sent:
    return replace(sent, multipart=True)


def broken_boundary(sent: Sent, dice: Random) -> Sent:
    return replace(sent, multipart=True, content_type=dice.choice(BOUNDARIES))


def broken_multipart(sent: Sent, dice: Random) -> Sent:
    """A whole body, torn somewhere."""
    body = multipart(sent.parts)
    tear: Sequence[Callable[[], bytes]] = (
        lambda: body[: dice.randint(0, len(body))],
        lambda: body.replace(b"\r\n", b"\n"),
        lambda: body.replace(b"Content-Disposition", b"Content-Nonsense", dice.randint(1, 5)),
        lambda: body.replace(b'name="', b'nome="', dice.randint(1, 5)),
        lambda: body.replace(b"form-data", b"attachment"),
        lambda: body.replace(b"; name=", b"; name*=utf-16''%ff%00; name="),
        lambda: body.replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n", 2),
        lambda: body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
        lambda: body.replace(b"\r\n\r\n", b"\r\n" + b"X: " + b"y" * 9_000 + b"\r\n\r\n", 1),
        lambda: body.replace(b"\r\n\r\n", b"\r\n\xff\xfe\0:\0\r\nno colon\r\n\r\n", 3),
        lambda: b"preamble\r\n" + body + b"epilogue" * 99,
        lambda: body[::-1],
    )
    return replace(sent, content_type=f"multipart/form-data; boundary={BOUNDARY}", body=dice.choice(tear)())


def noise(sent: Sent, dice: Random) -> Sent:
    """Single bytes of a whole body turned into others."""
    body = bytearray(sent.encoded()[0])
    for _ in range(dice.randint(1, 20)):
        if body:
            body[dice.randrange(len(body))] = dice.randrange(256)
    return replace(sent, body=bytes(body))


def header(sent: Sent, dice: Random) -> Sent:
    return replace(sent, headers={**sent.headers, **dice.choice(HEADERS)})


MUTATIONS: tuple[Mutation, ...] = (
    one_value, one_value, one_choice, one_choice, every_value, raw_value, random_bytes, repeated, missing, more_fields, other_name,
    wrong_token, wrong_version, file_in_text, another_file, text_in_file, other_file, as_json, other_type, no_type, other_charset,
    as_multipart, broken_boundary, broken_multipart, noise, header,
)  # fmt: skip


@dataclass(frozen=True)
class Try:
    """One bent request: which form, by whom, and how it was bent."""

    number: int
    form: FormOnPage
    as_owner: bool
    sent: Sent

    def __str__(self) -> str:
        who = "" if self.as_owner else ", from the wrong browser"
        return f"request {self.number}: {self.form.endpoint}{who}, {' + '.join(self.sent.how)}"


def tries(sender: Sender, forms: Sequence[FormOnPage], number: int, seed: int) -> Iterator[Try]:
    """So many requests, the forms in turn. Each has dice of its own, so one can be thrown again alone."""
    for count in range(number):
        dice = Random(f"{seed}-{count}")
        form = forms[count % len(forms)]
        sent = straight(sender, form)
        for mutation in dice.sample(MUTATIONS, dice.choice((1, 1, 2, 3))):
            sent = replace(mutation(sent, dice), how=(*sent.how, mutation.__name__))
        yield Try(count, form, dice.random() < 0.8, sent)


def straight(sender: Sender, form: FormOnPage) -> Sent:
    """The form as a person sends it."""
    parts = []
    for name, value in sender.data(form, {}).items(multi=True):
        if isinstance(value, tuple):
            stream, filename = value
            parts.append(Part(name.encode(), stream.read(), filename, "application/octet-stream"))
        else:
            parts.append(Part(name.encode(), str(value).encode()))
    return Sent(tuple(parts), form.kinds)
