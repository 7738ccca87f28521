# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Wherever a file is taken, what could run stays outside, and what comes in lies under a name of ours (SEC-07)."""

import io
import re
import stat
from pathlib import Path

import pytest
from flask import Flask

from app.settings import ROOT
from app.web.bodies import upload_of
from tests.abuse.forms import FormOnPage, Sender, forms_at
from tests.abuse.world import World, build_world
from tests.results.samples import jpeg, pdf

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"
ARCHIVE = b"PK\x03\x04" + bytes(40)
HOSTILE = [
    ("a.svg", SVG),
    ("a.html", HTML),
    ("a.exe", PROGRAM),
    ("a.zip", ARCHIVE),
    ("a.php", b"<?php echo 1;"),
    ("a", HTML),
    # Contents that do not fit the name.
    ("a.jpg", SVG),
    ("a.png", HTML),
    ("a.pdf", PROGRAM),
    ("a.xlsx", HTML),
    ("a.xlsx", ARCHIVE),
    ("a.csv", PROGRAM),
]


def upload_forms(sender: Sender) -> dict[str, FormOnPage]:
    """By endpoint, as they stand on their pages; every view that takes a file is among them."""
    world = sender.world
    taking = {name for name in world.app.view_functions if upload_of(world.app, name)}
    found = {
        form.endpoint: form
        for rule, _access in world.rules()
        if rule.endpoint in taking
        for form in forms_at(sender, sender.browser(rule.endpoint), world.addresses(rule)[0])
        if form.endpoint in taking
    }
    assert set(found) == taking
    return found


def files_of(world: World) -> set[Path]:
    folder: Path = world.app.extensions["fachtag.settings"].data_dir
    return {one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("fachtag.sqlite3")}


@pytest.mark.xdist_group("tried world")
@pytest.mark.parametrize(("name", "content"), HOSTILE, ids=lambda one: one if isinstance(one, str) else "")
def test_what_could_run_is_taken_nowhere(tried_world: World, name: str, content: bytes) -> None:
    before = files_of(tried_world)
    with Sender(tried_world) as sender:
        for endpoint, form in upload_forms(sender).items():
            verdict = sender.send(form, {"file": (io.BytesIO(content), name)})
            assert (verdict.status, set(verdict.errors)) == (422, {"file"}), endpoint
    assert files_of(tried_world) == before


@pytest.mark.xdist_group("tried world")
@pytest.mark.parametrize(("name", "content"), [("a.html", pdf()), ("a.pdf.exe", pdf()), ("a.svg", jpeg())])
def test_a_good_file_under_the_name_of_a_program_is_no_good_file(
    tried_world: World, name: str, content: bytes
) -> None:
    """Of what is handed out again. A list of people is read as cells, whatever its name, and handed to nobody again."""
    with Sender(tried_world) as sender:
        for endpoint, form in upload_forms(sender).items():
            if endpoint != "importing.upload":
                verdict = sender.send(form, {"file": (io.BytesIO(content), name)})
                assert (verdict.status, set(verdict.errors)) == (422, {"file"}), endpoint


@pytest.mark.long
@pytest.mark.sqlite_only
def test_what_comes_in_lies_apart_under_a_random_name_for_us_alone(app: Flask) -> None:
    """DP-11: neither where the web server looks, nor readable by another account of the machine."""
    world = build_world(app)
    with Sender(world) as sender:
        for form in upload_forms(sender).values():
            data = sender.data(form, {})
            form.browser.post(form.action, data=data)
    kept = [one for one in files_of(world) if one.parts[-2] != "new"]  # without the mails of the demo
    taken = [one for one in kept if {"materials", "imports"} & set(one.parts)]
    assert len(taken) >= 3
    for one in taken:
        assert re.fullmatch(r"(\d+-\d+-)?[0-9a-f]{32}\.(jpg|png|pdf|table|programme)", one.name), one.name
        assert stat.S_IMODE(one.stat().st_mode) & 0o077 == 0, one.name
        assert ROOT / "static" not in one.parents
