# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What goes out packed, what never does, and that the browser reads the same either way."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.web.assets import asset
from app.web.database import transaction
from tests.factories.days import make_event
from tests.people.helpers import an_organiser, signed_in

PACKED = {"Accept-Encoding": "gzip, deflate, br"}
PAGE = "/events/musterfachtag"


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_event(session)


def read(answer: TestResponse) -> str:
    body = answer.get_data()
    return (gzip.decompress(body) if is_packed(answer) else body).decode()


def is_packed(answer: TestResponse) -> bool:
    return answer.headers.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize("address", ["/", PAGE, f"{PAGE}/agenda", "/calendar", "/nothing-there"])
def test_pages_go_out_packed_to_whoever_can_unpack(client: FlaskClient, address: str) -> None:
    packed, plain = client.get(address, headers=PACKED), client.get(address)
    assert is_packed(packed)
    assert not is_packed(plain)
    assert packed.content_length is not None
    assert packed.content_length == len(packed.get_data()) < len(plain.get_data()) / 2
    assert read(packed) == plain.text
    for answer in (packed, plain):
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("wish", ["gzip;q=0", "br", "identity", ""])
def test_whoever_cannot_unpack_gets_the_page_as_it_is(client: FlaskClient, wish: str) -> None:
    assert not is_packed(client.get(PAGE, headers={"Accept-Encoding": wish}))


def test_head_says_what_get_says(client: FlaskClient) -> None:
    got, asked = client.get(PAGE, headers=PACKED), client.head(PAGE, headers=PACKED)
    assert asked.get_data() == b""
    for name in ("Content-Length", "Content-Encoding", "Vary", "Content-Type"):
        assert asked.headers[name] == got.headers[name]


def test_the_feed_keeps_its_own_packing_and_its_tag(client: FlaskClient) -> None:
    answer = client.get("/calendar/events/musterfachtag.ics", headers=PACKED)
    assert is_packed(answer)
    assert read(answer).startswith("BEGIN:VCALENDAR")  # once, not twice
    again = client.get(
        "/calendar/events/musterfachtag.ics", headers=PACKED | {"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_file_for_one_person_is_packed_for_the_house_and_not_for_another_site(app: Flask) -> None:
    """BREACH: who can ask with words of his choice learns nothing from the length of the answer."""
    an_organiser(app)
    team = signed_in(app)
    assert is_packed(team.get("/organise/", headers=PACKED | {"Sec-Fetch-Site": "same-origin"}))
    assert is_packed(team.get("/organise/", headers=PACKED | {"Sec-Fetch-Site": "none"}))
    assert is_packed(team.get("/organise/", headers=PACKED))
    for site in ("cross-site", "same-site"):
        answer = team.get("/organise/", headers=PACKED | {"Sec-Fetch-Site": site})
        assert answer.status_code == 200
        assert not is_packed(answer), site


def test_what_is_not_for_everybody_has_no_length_of_its_own(client: FlaskClient) -> None:
    lengths = set()
    for _ in range(12):
        body = client.get("/barriere-melden", headers=PACKED).get_data()
        filling = re.match(rb"\x1f\x8b\x08\x08.{6}(a+)\0", body, re.DOTALL)
        assert filling is not None
        assert "</html>" in gzip.decompress(body).decode()
        lengths.add(len(filling[1]))
    assert len(lengths) > 3
    assert len({client.get(PAGE, headers=PACKED).content_length for _ in range(4)}) == 1


def test_style_sheet_and_script_were_packed_when_they_were_built(client: FlaskClient) -> None:
    for name in ("house.css", "fachtag.js", "logo.svg"):
        with client.get(asset(name), headers=PACKED) as packed, client.get(asset(name)) as plain:
            assert (is_packed(packed), is_packed(plain)) == (True, False), name
            assert packed.content_type == plain.content_type
            assert read(packed) == plain.text
            assert packed.headers["ETag"] != plain.headers["ETag"]
            for answer in (packed, plain):
                assert answer.headers["Vary"] == "Accept-Encoding"
                kept = set(answer.headers["Cache-Control"].split(", "))
                assert {"public", "immutable", "max-age=31536000"} <= kept
        with client.get(asset(name), headers=PACKED | {"If-None-Match": packed.headers["ETag"]}) as again:
            assert again.status_code == 304


def test_fonts_and_pictures_are_packed_already(client: FlaskClient) -> None:
    with client.get(asset("fira-sans-latin-400-normal.woff2"), headers=PACKED) as answer:
        assert answer.status_code == 200
        assert not is_packed(answer)
        assert "Vary" not in answer.headers
