# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Only a form comes in, and a file only where the view takes one: asked of every route that takes a POST (T26, F41)."""

import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.attendees.imports.bounds import LARGEST_FILE
from app.events.partners.rules import LARGEST_LOGO
from app.results import uploads
from app.web.access import Audience
from app.web.bodies import ROOM_FOR_WORDS, Upload, upload_of
from tests.abuse.forms import Sender
from tests.abuse.mutations import BOUNDARY, Part, multipart
from tests.abuse.world import World

UPLOADS = {
    "partners_organise.new": Upload("file", LARGEST_LOGO),
    "partners_organise.edit": Upload("file", LARGEST_LOGO),
    "importing.upload": Upload("file", LARGEST_FILE),
    "programme_importing.upload": Upload("file", LARGEST_FILE),
    "results_materials.new_photo": Upload("file", uploads.LARGEST_FILE),
    "results_materials.new_document": Upload("file", uploads.LARGEST_FILE),
}
DEEP = b"[" * 60_000


@pytest.mark.sqlite_only
def test_only_these_take_files(app: Flask) -> None:
    found = {name: upload_of(app, name) for name in app.view_functions}
    assert {name: upload for name, upload in found.items() if upload} == UPLOADS


def file(name: str = "a.txt") -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"x"), name


BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "list": lambda: {"json": [[1, 2, 3]]},
    "number": lambda: {"json": 7},
    "object": lambda: {"json": {"email": {"a": []}}},
    "deep brackets": lambda: {"data": DEEP, "content_type": "application/json"},
    "json by another name": lambda: {"data": b"[1]", "content_type": "application/vnd.api+json"},
    "words": lambda: {"data": b"email=a", "content_type": "text/plain"},
    "xml": lambda: {"data": b"<a/>", "content_type": "application/xml"},
    "a body of no kind": lambda: {"data": b"email=a"},
}
FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "a file for words": lambda: {"data": {"email": file(), "given_name": file(), "version": file()}},
    "a file without a name": lambda: {"data": {"": file()}},
    "two files": lambda: {"data": MultiDict([("file", file("a.pdf")), ("file", file("b.pdf"))])},
    "a row that is no number": lambda: {"data": {"rows-²-email": "a@example.org"}},
    "a row far away": lambda: {"data": {f"rows-{'9' * 5_000}-email": "a@example.org"}},
}


# Each asks every route of the house: `make quick` does it with one body of each family.
QUICK = {"list", "words", "a file for words"}


def some_at_once(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.long]) for name in names]


def refused(world: World, body: Callable[[], dict[str, Any]]) -> set[int]:
    """The verdicts on this body at every route, of whoever may go there."""
    found = set()
    with Sender(world) as sender:
        for rule, access in world.rules("POST"):
            if access.audience is not Audience.DEMO:
                address = world.addresses(rule)[0]
                found.add(sender.ask(sender.browser(rule.endpoint), address, "POST", **body()))
    return found


@pytest.mark.parametrize("name", some_at_once(BODIES))
def test_what_is_no_form_is_refused_everywhere(tried_world: World, name: str) -> None:
    assert refused(tried_world, BODIES[name]) - {303, 404} == {415}


@pytest.mark.parametrize("name", some_at_once(FILES))
def test_a_misplaced_part_is_refused_everywhere(tried_world: World, name: str) -> None:
    assert refused(tried_world, FILES[name]) - {303, 404} == {400}


@pytest.mark.long
def test_an_empty_body_is_a_form_without_a_word(tried_world: World) -> None:
    """It lacks the token, like any other."""
    assert refused(tried_world, dict) <= {0, 303, 400, 404, 422}


def test_much_comes_in_where_a_file_is_taken_only(tried_world: World) -> None:
    with Sender(tried_world) as sender:
        much = multipart([Part(b"file", b"x" * (ROOM_FOR_WORDS * 3), "a.bin")])
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        answers = {}
        for rule, access in tried_world.rules("POST"):
            if access.audience is Audience.ORGANISER and rule.arguments == {"slug"}:
                address = tried_world.addresses(rule)[0]
                verdict = sender.verdict(sender.lead, address, data=much, content_type=kind)
                answers[rule.endpoint] = verdict.status
        assert {name for name, status in answers.items() if status != 413} == set(UPLOADS) & set(answers)
        # Whoever may not come in is sent away before a byte is read.
        upload = next(rule for rule, _ in tried_world.rules("POST") if rule.endpoint == "importing.upload")
        stranger = sender.ask(sender.stranger, tried_world.addresses(upload)[0], "POST", data={"x": file()})
        assert stranger == 401
