# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every form, every field, everything that does not belong there (T43, T11, T12, T26, T31, T33, A11Y-06).

Nothing is ever a 500. What is refused gets a German sentence at its field, keeps what was typed and changes no row.
Both engines give the same verdict on every single try.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from app.web.access import Audience
from app.web.database import db
from tests.abuse.forms import (
    CHOSEN,
    PASSWORDS,
    TEXT_LIKE,
    TYPED,
    FormOnPage,
    Sender,
    Verdict,
    forms_of,
    fresh,
)
from tests.abuse.world import AFTER_A_LOOK, World, build_world
from tests.conftest import new_app, settings_for
from tests.pages import complaints

LINES = TEXT_LIKE - {"textarea"}
ANY_TEXT = TEXT_LIKE | PASSWORDS
EVERYTHING = ANY_TEXT | TYPED | CHOSEN | {"hidden"}
MARKUP = "</script><svg onload=alert(1)>{{7*7}}"


@dataclass(frozen=True)
class Attack:
    """What is put into the fields of the kinds in `at`; those of the kinds in `refused` must say no.

    A list as `value` goes round: the first field gets the first entry. A tuple is sent as it is, as several values.
    """

    name: str
    value: Any
    at: frozenset[str] | set[str]
    refused: frozenset[str] | set[str] = frozenset()
    raw: bytes | None = None

    def of(self, form: FormOnPage, name: str) -> Any:
        if isinstance(self.value, list):
            return self.value[list(form.kinds).index(name) % len(self.value)]
        return list(self.value) if isinstance(self.value, tuple) else self.value


NUMERIC = TYPED | CHOSEN | {"hidden"}


UNPRINTABLE = [
    "Wort\x07 mit\x1b[31m",  # control characters
    "Wort\x00",  # PostgreSQL cannot store it
    "Wort\u202egnp.exe",  # reads from right to left
    "Wort\u2028Wort",  # ends a line in calendars and mails
    "Wort\u200f\ue000",
]
NO_CHOICE = [str(2**31), "-1", "١٢", "abc"]
# The first list comes round twice, shifted, so that each field meets two and each form meets all of its entries.
ATTACKS = [
    Attack("missing", None, EVERYTHING),
    Attack("blank", " \t\u00a0\u3000 ", EVERYTHING),
    Attack("too long", "x" * 10_000, EVERYTHING, LINES | TYPED | CHOSEN | PASSWORDS),
    Attack("unprintable", UNPRINTABLE, EVERYTHING, ANY_TEXT | TYPED | CHOSEN),
    Attack("unprintable too", UNPRINTABLE[2:] + UNPRINTABLE[:2], EVERYTHING, ANY_TEXT | TYPED | CHOSEN),
    Attack("carriage return", "Wort\rBcc: alle@example.org", EVERYTHING, LINES | TYPED | CHOSEN),
    Attack("two to the 63rd", str(2**63), EVERYTHING, TYPED | CHOSEN),
    Attack("no choice", NO_CHOICE, NUMERIC, TYPED | CHOSEN),
    Attack("no choice either", NO_CHOICE[2:] + NO_CHOICE[:2], NUMERIC, TYPED | CHOSEN),
    Attack("emoji", "Erika 😀", EVERYTHING, TYPED | CHOSEN),
    Attack("markup", MARKUP, EVERYTHING, TYPED | CHOSEN),
    Attack("bytes that are no UTF-8", "", EVERYTHING, TYPED | CHOSEN, raw=b"Wort%ff%c0%af%ed%a0%80"),
    Attack("sent twice", ("eins", "zwei"), ANY_TEXT | TYPED, ANY_TEXT | TYPED),
]
# Reading a page closely takes as long as making it, so what was typed is looked for after these.
LOOKED_AT_CLOSELY = {"too long", "markup", "two to the 63rd", "no choice", "csrf no token"}
# Fields whose contents stand on badges.
LETTERS_ONLY = {"given_name", "family_name"}
ENGLISH = re.compile(
    r"\b(the|is|not|this|must|field|invalid|please|required|choice|token|tokens)\b", re.IGNORECASE
)


@contextmanager
def sender_on(app: Flask) -> Iterator[Sender]:
    with Sender(build_world(app)) as sender:
        yield sender


def body_with(sender: Sender, form: FormOnPage, attack: Attack, fields: list[str]) -> bytes:
    pairs = [
        (k, v) for k, v in sender.data(form, {}).items(multi=True) if isinstance(v, str) and k not in fields
    ]
    assert attack.raw is not None
    return b"&".join([urlencode(pairs).encode(), *(name.encode() + b"=" + attack.raw for name in fields)])


def attacked(sender: Sender, form: FormOnPage, attack: Attack, fields: list[str]) -> Verdict:
    if attack.raw is not None:
        return sender.send(form, body=body_with(sender, form, attack, fields))
    return sender.send(form, {name: attack.of(form, name) for name in fields})


def walk(sender: Sender) -> tuple[dict[object, tuple[object, ...]], list[str]]:
    """The verdict on every try, and what is wrong with it."""
    verdicts: dict[object, tuple[object, ...]] = {}
    faults: list[str] = []
    for key, places in forms_of(sender).items():
        form = _acceptable(sender, places)
        if form is None:
            faults.append(
                f"{key}: nothing that a person would send is accepted: {_last_words(sender, places)}"
            )
            continue
        for attack in ATTACKS:
            faults += _attack(sender, form, attack, verdicts)
        faults += _stale(sender, form, verdicts)
    return verdicts, list(dict.fromkeys(faults))


def _acceptable(sender: Sender, places: list[FormOnPage]) -> FormOnPage | None:
    """The first place where the form is accepted as a person would send it: else no refusal would prove anything."""
    for place in places:
        form = fresh(sender, place)
        if sender.send(form).accepted:
            return form
    return None


def _last_words(sender: Sender, places: list[FormOnPage]) -> str:
    verdict = sender.send(fresh(sender, places[-1]))
    return f"{verdict.status} {verdict.errors} {verdict.summary}"


def _attack(
    sender: Sender, form: FormOnPage, attack: Attack, verdicts: dict[object, tuple[object, ...]]
) -> list[str]:
    """All fields at once; those that did not object are tried again without the others, until the form is accepted."""
    fields = [name for name in form.fields(set(attack.at)) if name != "csrf_token"]
    if attack.raw is not None and "file" in form.kinds.values():
        return []  # a body with a file is never urlencoded
    faults: list[str] = []
    objecting: set[str] = set()
    while fields:
        verdict = attacked(sender, form, attack, fields)
        verdicts[(form.key, attack.name, tuple(fields))] = verdict.brief()
        faults += _faults_of(form, attack, fields, verdict)
        if verdict.status >= 500:
            faults.append(sender.last_fault)
        if verdict.accepted:
            break
        silent = [name for name in fields if name not in verdict.errors]
        objecting |= set(fields) - set(silent)
        if len(silent) == len(fields):
            # Nobody in particular objects: one after the other, so that each meets the database alone.
            for name in fields if len(fields) > 1 else []:
                alone = attacked(sender, form, attack, [name])
                verdicts[(form.key, attack.name, name)] = alone.brief()
                faults += _faults_of(form, attack, [name], alone)
                if alone.status >= 500:
                    faults.append(sender.last_fault)
                if name in alone.errors:
                    objecting.add(name)
            break
        fields = silent
    must = {name for name in form.fields(set(attack.refused)) if form.kinds[name] in attack.at}
    if attack.name == "emoji":
        must |= {name for name in LETTERS_ONLY & set(form.kinds) if form.kinds[name] != "hidden"}
    faults += [f"{form.key} {attack.name}: {name} was not refused" for name in sorted(must - objecting)]
    return faults


def _faults_of(form: FormOnPage, attack: Attack, fields: list[str], verdict: Verdict) -> list[str]:
    where = f"{form.key} {attack.name} at {fields}"
    if verdict.accepted:
        return []
    if verdict.status >= 500:
        return [f"{where}: {verdict.status}"]
    found = []
    sentences = [*verdict.errors.values(), verdict.summary]
    if verdict.status == 422 and not verdict.summary:
        found.append(f"{where}: 422 without a sentence")
    found += [
        f"{form.endpoint}: not German: {one[:200]}"
        for one in sentences
        if ENGLISH.search(one.replace(MARKUP, ""))
    ]
    if MARKUP in verdict.html:
        found.append(f"{where}: shown unescaped")
    if verdict.status == 422 and attack.name == "markup":
        found += [f"{where}: {one}" for one in complaints(verdict.html)]
    if verdict.status == 422 and attack.name in LOOKED_AT_CLOSELY:
        found += [f"{where}: {one}" for one in _lost(form, fields, attack, verdict)]
    return found


def _lost(form: FormOnPage, fields: list[str], attack: Attack, verdict: Verdict) -> list[str]:
    """What was typed into the other fields, and in this one if it can be shown, stands there still."""
    kept = verdict.kept()
    typed: dict[str, str] = {
        name: str(form.values.get(name) or "")
        for name in form.fields(TEXT_LIKE | TYPED)
        if name not in fields
    }
    if attack.name in {"too long", "markup", "two to the 63rd"}:
        typed |= {name: str(attack.value) for name in fields if form.kinds[name] in TEXT_LIKE | TYPED}
    return [
        f"{name} was lost: {str(kept.get(name))[:60]!r}"
        for name, value in typed.items()
        if str(kept.get(name, "")).strip() != value.strip().replace("\r\n", "\n")
    ]


def _stale(sender: Sender, form: FormOnPage, verdicts: dict[object, tuple[object, ...]]) -> list[str]:
    """T33: without a token, with a stale one and with a stranger's nothing happens, and nothing typed is lost."""
    faults = []
    tries = {"no token": None, "stale": "stale\0"}
    for name, token in tries.items():
        verdict = sender.send(form, {"csrf_token": token})
        verdicts[(form.key, "csrf", name)] = verdict.brief()
        if verdict.status not in {400, 422}:
            faults.append(f"{form.key} csrf {name}: {verdict.status}")
        else:
            faults += _faults_of(form, Attack(f"csrf {name}", "", set()), [], verdict)
    return faults


def walked(app: Flask) -> dict[str, list[object]]:
    """The walk over one app; no fault, every door tried, and the world as it was before."""
    with sender_on(app) as sender:
        before = sender.world.state("budget")
        verdicts, faults = walk(sender)
        assert sender.world.state("budget") == before
        posting = {
            rule.endpoint
            for rule, access in sender.world.rules("POST")
            if access.audience is not Audience.DEMO
        }
    assert faults == [], "\n" + "\n".join(faults)
    tried = {key[0][0] for key in verdicts if isinstance(key, tuple)}
    assert posting - tried == AFTER_A_LOOK, "their forms stand on no page of this world"
    assert len(verdicts) > 1000
    return {repr(key): list(verdict) for key, verdict in verdicts.items()}


@pytest.fixture
def shared(run_folder: Path) -> Path:
    """Where the walk on SQLite is left for the other engine; it takes long enough once."""
    return run_folder / "walk-on-sqlite.json"


@pytest.mark.long
def test_every_form_and_both_engines_agree(
    app: Flask, engine_name: str, shared: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    """T43: PostgreSQL refuses NUL where SQLite stores it, SQLite raises beyond 2^63 where PostgreSQL does not."""
    found = walked(app)
    if engine_name == "sqlite":
        leave(shared, found)
        return
    if not shared.exists():
        alone = on_sqlite(sqlite_template, tmp_path)
        leave(shared, walked(alone))
        with alone.app_context():
            db.session.remove()
            db.engine.dispose()
    other = json.loads(shared.read_text(encoding="utf-8"))
    assert {key: (other.get(key), one) for key, one in found.items() if other.get(key) != one} == {}


def leave(path: Path, found: dict[str, list[object]]) -> None:
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(found), encoding="utf-8")
    half.replace(path)


def on_sqlite(template: Path, folder: Path) -> Flask:
    shutil.copy(template, folder / "walk.sqlite3")
    return new_app(settings_for(f"sqlite:///{folder / 'walk.sqlite3'}", folder))


# --- addresses and queries ---------------------------------------------------------------------------------------

NASTY = ["a\0b", "x" * 2_000, "\u2028\u202e😀", MARKUP, "-1", str(2**31), str(2**63)]
NASTY_QUERY = [
    "q",
    "page",
    "sort",
    "status",
    "state",
    "run",
    "region",
    "lang",
    "next",
    "seite",
    "format",
    "round",
]


@pytest.mark.long
def test_no_address_is_a_fault_of_ours(app: Flask) -> None:
    """Every parameter of every route with everything that is none: never a 5xx, on either engine."""
    with sender_on(app) as sender:
        world = sender.world
        token = fresh(sender, next(iter(forms_of_lead(sender)))).values["csrf_token"]
        faults = []
        for method in ("GET", "POST"):
            for rule, access in world.rules(method):
                if access.audience is Audience.DEMO or rule.endpoint in {"static", "health.ready"}:
                    continue
                for address in _nasty_addresses(world, rule):
                    data = {"data": {"csrf_token": token}} if method == "POST" else {}
                    status = sender.ask(sender.lead, address, method, **data)
                    if status >= 500:
                        faults.append(f"{method} {address[:120]}: {status} {sender.last_fault}")
        assert faults == []


def forms_of_lead(sender: Sender) -> Iterator[FormOnPage]:
    from tests.abuse.forms import forms_at

    yield from forms_at(sender, sender.lead, "/organise/account")


def _nasty_addresses(world: World, rule: Any) -> Iterator[str]:
    good = world.addresses(rule)[0]
    for part in re.split("/", good):
        if part and f"/{part}" not in rule.rule:
            for value in NASTY:
                yield good.replace(f"/{part}", f"/{quote(value, safe='')}", 1)
    if "GET" in (rule.methods or set()):
        for value in ["\0", str(2**63), MARKUP + "\u2028"]:
            yield f"{good}?{urlencode(dict.fromkeys(NASTY_QUERY, value))}"
        yield f"{good}?{'&'.join(f'{name}=%ff%ed%a0%80&{name}=2' for name in NASTY_QUERY)}"


# --- replay ------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_replayed_nonce_lands_on_the_same_thing(world: World) -> None:
    """Double click, reload, retry after an unknown outcome: every form with a nonce makes one row (T31)."""
    sender = Sender(world)
    repeated = []
    with_nonce = {key: places for key, places in forms_of(sender).items() if "nonce" in key}
    assert len(with_nonce) >= 4
    for key, places in with_nonce.items():
        for place in places:  # a full day keeps no seats, who was substituted cannot be substituted again
            form = fresh(sender, place, *places)
            first = sender.send(form)
            if first.accepted:
                break
        assert first.accepted, (key, first.status, first.errors, first.summary)
        rows = world.rows()
        second = sender.send(form)
        if not second.accepted or {k: v for k, v in world.rows().items() if k != "budget"} != {
            k: v for k, v in rows.items() if k != "budget"
        }:
            repeated.append((key, second.status, second.errors, second.summary))
    assert repeated == []
