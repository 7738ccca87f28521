# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Views leave a verb's "no" to `app.web.doing`; what is missing (404) is caught by few, and never as a sentence."""

import ast
import re
from collections import Counter
from pathlib import Path

from app.refusal import Missing, Refusal
from tests.house.test_imports import APP, MODULES, ROOT, dotted, files_with, name_of, parsed

# How often a view catches refusals itself, and why.
IN_VIEWS = {
    ("app/allocation/result_views.py", "_publish_page"): (
        1,
        "says beforehand what would be refused; no verb",
    ),
    ("app/attendees/imports/organiser_views.py", "_look"): (
        1,
        "a file read in another way holds nobody: the page says so and shows it as it was found",
    ),
    ("app/scheduling/imports/organiser_views.py", "_look"): (
        1,
        "a file read in another way holds no programme: the page says so and shows it as it was found",
    ),
    ("app/organising/team_views.py", "remove_member"): (
        1,
        "a button without a form leads to a page with one",
    ),
    ("app/people/sign_in_views.py", "with_password"): (1, "429 when the budget for guessing is used up"),
    ("app/registration/groups/views.py", "_press"): (1, "a button's refusal on a page that keeps no session"),
    ("app/registration/views.py", "_answer"): (1, "a button's refusal has a page of its own"),
    ("app/registration/views.py", "consent"): (1, "the same for who left in between"),
    ("app/registration/views.py", "cancel"): (1, "the question makes no sense any more: a page of its own"),
    ("app/registration/views.py", "substitute"): (
        2,
        "the same for one refusal; the others stand at the form",
    ),
}
# Who goes on without what is missing.
WITHOUT_THE_MISSING = {
    "app/allocation/service.py": "a run of another day is said at the field in which it was chosen",
    "app/outbox/commands.py": "the command line has no pages: it says which number is none",
    "app/outbox/jobs.py": "deleted in the meantime: the others are not kept from it",
    "app/web/doing.py": "the same, for an action on many people",
}


def kinds(base: type[Exception]) -> set[str]:
    """The names of an exception and of all that are made from it."""
    return {base.__name__}.union(*(kinds(one) for one in base.__subclasses__()))


def caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return set()
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {dotted(one).rpartition(".")[2] for one in named}


def refusals_caught(path: Path, names: set[str]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for one in parsed(path).body:
        handlers = [node for node in ast.walk(one) if isinstance(node, ast.ExceptHandler)]
        number = sum(bool(caught(handler) & names) for handler in handlers)
        if number:
            found[name_of(path), getattr(one, "name", "")] = number
    return found


def test_views_catch_refusals_only_where_something_else_happens() -> None:
    views = [path for path in MODULES if path.stem.endswith("views")]
    found = sum((refusals_caught(path, kinds(Refusal)) for path in views), Counter[tuple[str, str]]())
    assert dict(found) == {place: number for place, (number, _reason) in IN_VIEWS.items()}


def test_what_is_missing_is_no_sentence() -> None:
    assert not issubclass(Missing, Refusal)
    assert kinds(Missing) & kinds(Refusal) == set()


def test_few_go_on_without_what_is_missing() -> None:
    """Everywhere else it becomes the one page for 404."""
    names = kinds(Missing)

    def goes_on(tree: ast.Module) -> bool:
        return any(isinstance(node, ast.ExceptHandler) and caught(node) & names for node in ast.walk(tree))

    assert files_with(goes_on) == set(WITHOUT_THE_MISSING)
    assert not any(path.endswith("views.py") for path in WITHOUT_THE_MISSING)
    assert {(ROOT / path).is_relative_to(APP) for path in WITHOUT_THE_MISSING} == {True}


def test_a_row_of_a_day_is_looked_up_in_one_place() -> None:
    """Who forgets the day opens another one's row (T02): its id and the day's stand in one `where` only where it is said."""
    by_day = re.compile(r"where\(([^()]*)\)")

    def looks_up(source: str) -> bool:
        return any(
            f"{table}.event_id ==" in said
            for said in by_day.findall(source)
            for table in re.findall(r"\b(\w+)\.id ==", said)
        )

    places = {name_of(path) for path in MODULES if looks_up(path.read_text(encoding="utf-8"))}
    assert places == {
        "app/events/queries.py",  # `get_of_event`
        "app/events/service.py",  # `lock_of_event`
    }
