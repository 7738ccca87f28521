# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each page of the team and each sweep from which mails can leave, and what asks before it: found by following what intends
mails (`enqueue`) back through the functions that name each other, so that a new one cannot be forgotten."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from flask import Flask

from app.factory import create_app
from app.outbox.jobs import JOBS
from app.web.access import Audience, access_of
from tests.conftest import settings_for
from tests.house.test_imports import MODULES, name_of, parsed

pytestmark = pytest.mark.sqlite_only

Name = tuple[str, str]  # module, function or class

ASKED = "asks first: whom it reaches, how many, what they will read"
ONE_PERSON = (
    "decided about one person, who is told; whoever gets the seat or place by it is told of that alone"
)
HANDED_ON = "one seat goes from one person to another; both are told"
NOBODY = "tells nobody: who has a place keeps it until the next allocation is published, which asks"
PLANNED = "tells nobody: the first release shows the agenda, and what changes after it waits for the next one, which asks"
TAKES_BACK = "takes back in the quiet minute; told is only who gets a seat that came free in it"
ACCOUNT = "one mail to one colleague of the team, about the account"
BY_A_DATE = "nobody presses: a date has come that the team has set or that people were told of"
ASKED_BEFORE = "was asked before the quiet minute, which is over"

# Each page for the team from which a mail can leave → what the team sees before it does, or why that need not be.
PAGES = {
    "agreed.invite_people": ASKED,
    "allocation.close_run": NOBODY,
    "allocation.open_run": ASKED,
    "approval.approve": ONE_PERSON,
    "approval.reject": ONE_PERSON,
    "contributing.act": PLANNED,
    "contributing.add": PLANNED,
    "contributing.edit": PLANNED,
    "contributing.remove": PLANNED,
    "day.cancel": ASKED,
    "day.edit": ASKED,
    "day.edit_room": ASKED,
    "day.take_back": TAKES_BACK,
    "editing.copy_round": PLANNED,
    "editing.edit_item": PLANNED,
    "editing.edit_round": PLANNED,
    "editing.edit_run": ASKED,
    "editing.edit_workshop": PLANNED,
    "editing.new_item": PLANNED,
    "editing.new_round": PLANNED,
    "editing.new_run": PLANNED,
    "editing.new_workshop": PLANNED,
    "editing.remove": PLANNED,
    "editing.restore": PLANNED,
    "group_admin.new": ASKED,
    "importing.look": ASKED,
    "inside.act": PLANNED,
    "inside.add": PLANNED,
    "inside.edit": PLANNED,
    "inside.remove": PLANNED,
    "many.approve": ASKED,
    "many.cancel": ASKED,
    "many.message": ASKED,
    "many.move": ASKED,
    "many.move_up": ASKED,
    "many.reject": ASKED,
    "moving.duplicate": PLANNED,
    "moving.place": PLANNED,
    "moving.shift": PLANNED,
    "organisations.merge_into": ASKED,
    "organisations.organisation": ASKED,
    "organisations.take_back": ASKED,
    "participants.add": ONE_PERSON,
    "participants.cancel": ONE_PERSON,
    "participants.edit": ONE_PERSON,
    "participants.send_link": ONE_PERSON,
    "participants.substitute": HANDED_ON,
    "participants.workshops": ONE_PERSON,
    "placing.publish_": ASKED,
    "programme_importing.preview": PLANNED,
    "quick.table": PLANNED,
    "quotas.edit": ASKED,
    "quotas.new": ASKED,
    "quotas.remove": ASKED,
    "releasing.bring_back": PLANNED,
    "releasing.release": ASKED,
    "releasing.take_back": TAKES_BACK,
    "setup.test_mail": "one mail to the very person who presses",
    "staff.remove": ONE_PERSON,
    "staff.show": ONE_PERSON,
    "team.show": ACCOUNT,
    "team.welcome_again": ACCOUNT,
}
# What the worker does by itself and mails can follow from.
SWEEPS = {
    "call days off": ASKED_BEFORE,
    "expire holds": BY_A_DATE,
    "release reservations": BY_A_DATE,
    "retention": BY_A_DATE,
    "settle swaps": "tells who offered to swap, and few at a time: a place that came free, a swap to agree to, its end",
}

# Somebody's own act with a link or on a public page: they are told, and whoever gets a seat by it.
OWN_ACTS = {Audience.PUBLIC, Audience.PERSONAL}

INTENDING = {("app.outbox.service", "enqueue"), ("app.outbox.service", "enqueue_all")}
ASKING = ("app.web.asking", "asked")
UNASKED = {("app.web.doing", "did"), ("app.web.doing", "pressed")}


@cache
def known() -> dict[Name, set[Name]]:
    """Every function and class of the application → what it names of the application."""
    found: dict[Name, set[Name]] = {}
    trees = {name_of(path).removesuffix(".py").replace("/", "."): parsed(path) for path in MODULES}
    trees = {name.removesuffix(".__init__"): tree for name, tree in trees.items()}
    for module, tree in trees.items():
        names = dict(_imported(tree))
        own = {one.name for one in tree.body if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
        names |= {one: (module, one) for one in own}
        for one in tree.body:
            if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                found[module, one.name] = set(_named(one, names, set(trees)))
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, Name]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app"):
            for alias in node.names:
                yield alias.asname or alias.name, (node.module or "", alias.name)


def _named(node: ast.AST, names: dict[str, Name], modules: set[str]) -> Iterator[Name]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in names:
            yield names[one.id]
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in names:
            package, name = names[one.value.id]
            if f"{package}.{name}" in modules:
                yield f"{package}.{name}", one.attr


def reached(start: Name) -> set[Name]:
    names, seen, left = known(), set[Name](), [start]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += names.get(one, ())
    return seen


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("telling")
    return create_app(settings_for(f"sqlite:///{folder / 'x.sqlite3'}", folder))


def name_of_function(function: Callable[..., object]) -> Name:
    whole = inspect.unwrap(function)
    return whole.__module__, whole.__qualname__


def test_every_page_that_can_tell_many_asks_first_or_says_why_not(wired: Flask) -> None:
    """A page that is not here and reaches `enqueue`, by however many functions, is new: make it ask, or give the reason."""
    found = {
        rule.endpoint: name_of_function(wired.view_functions[rule.endpoint])
        for rule in wired.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (declared := access_of(wired, rule.endpoint)) is not None
        and declared.audience not in OWN_ACTS
    }
    telling = {endpoint: view for endpoint, view in found.items() if reached(view) & INTENDING}
    assert sorted(telling) == sorted(PAGES)
    asking = {endpoint for endpoint, view in telling.items() if ASKING in reached(view)}
    assert asking == {endpoint for endpoint, why in PAGES.items() if why == ASKED}


def test_a_page_that_asks_has_no_second_way(wired: Flask) -> None:
    views = [name_of_function(wired.view_functions[one]) for one, why in PAGES.items() if why == ASKED]
    assert [view for view in views if known()[view] & UNASKED] == []


def test_every_sweep_that_tells_is_known(wired: Flask) -> None:
    telling = [name for name, job in JOBS.items() if reached(name_of_function(job.function)) & INTENDING]
    assert sorted(telling) == sorted(SWEEPS)


def test_the_walk_finds_what_it_looks_for() -> None:
    """It would be quiet as well if it found nothing any more."""
    assert len([one for one in known() if reached(one) & INTENDING]) > 100
    assert not reached(("app.scheduling.service", "publish_day")) & INTENDING
