# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Thousands of bent requests over all forms, signed in and not: none is a fault of ours, and both engines agree (T43, F41).

Every day it is the first 1,500 of one seed, with every kind of bend and every form; `make random` throws 5,000 of another.
What fails is named with seed and number; FACHTAG_TEST_SEED throws the same requests again, FACHTAG_TEST_BENT as many.
"""

import gc
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from app.web.access import Audience
from tests.abuse.forms import FormOnPage, Sender, Verdict, forms_of
from tests.abuse.mutations import MUTATIONS, Try, tries
from tests.abuse.test_bad_input import leave, on_sqlite
from tests.abuse.world import AFTER_A_LOOK, World, build_world

# Werkzeug leaves the file of a part that breaks off to the garbage collector; it is gone soon after.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning")

SEED = int(os.environ.get("FACHTAG_TEST_SEED", "20310313"))
ALL, PART = int(os.environ.get("FACHTAG_TEST_BENT", "1500")), 300


def sent_by(sender: Sender, one: Try) -> Verdict:
    body, content_type = one.sent.encoded()
    other = sender.lead if one.form.browser is sender.stranger else sender.stranger
    return sender.verdict(
        one.form.browser if one.as_owner else other,
        one.form.action,
        data=body,
        content_type=content_type,
        headers=dict(one.sent.headers),
    )


def thrown(sender: Sender, forms: list[FormOnPage], number: int, seed: int = SEED) -> dict[str, list[object]]:
    """The verdict on each request; no 5xx, no row changed, and neither all refused nor all accepted."""
    before = sender.world.state("budget")
    verdicts: dict[str, list[object]] = {}
    faults = []
    for one in tries(sender, forms, number, seed):
        verdict = sent_by(sender, one)
        verdicts[str(one)] = list(verdict.brief())
        if verdict.status >= 500:
            faults.append(f"seed {seed}, {one}: {verdict.status} {sender.last_fault}")
    gc.collect()
    assert faults == [], "\n" + "\n".join(faults)
    assert sender.world.state("budget") == before, f"seed {seed}: something was written"
    kinds = Counter(one[0] for one in verdicts.values())
    assert set(kinds) >= {"accepted", 400, 415, 422}, kinds
    return verdicts


def by_name(found: dict[tuple[str, ...], list[FormOnPage]]) -> list[FormOnPage]:
    """One place of each form, in an order that both engines share."""
    return [found[key][0] for key in sorted(found)]


@pytest.mark.long
def test_bent_requests_are_no_faults(tried_world: World) -> None:
    """A part of them in every run, over every third route."""
    with Sender(tried_world) as sender:
        thrown(sender, by_name(forms_of(sender, every=3)), PART)


def thrown_at(app: Flask) -> dict[str, list[object]]:
    with Sender(build_world(app)) as sender:
        found = forms_of(sender)
        posting = {
            r.endpoint for r, access in sender.world.rules("POST") if access.audience is not Audience.DEMO
        }
        assert posting - {form.endpoint for form in by_name(found)} == AFTER_A_LOOK
        return thrown(sender, by_name(found), ALL)


@pytest.fixture
def shared(run_folder: Path) -> Path:
    """Where it is left what SQLite said."""
    return run_folder / "bent-on-sqlite.json"


@pytest.mark.long
@pytest.mark.random
def test_all_bent_requests_and_both_engines_agree(
    app: Flask, engine_name: str, shared: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    found = thrown_at(app)
    assert {one.__name__ for one in MUTATIONS} == {
        how for name in found for how in name.rpartition(", ")[2].split(" + ")
    }
    if engine_name == "sqlite":
        leave(shared, found)
        return
    if not shared.exists():
        leave(shared, thrown_at(on_sqlite(sqlite_template, tmp_path)))
    other = json.loads(shared.read_text(encoding="utf-8"))
    assert {key: (other.get(key), one) for key, one in found.items() if other.get(key) != one} == {}
