# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A view does its verb through `app.web.doing`; who opens a transaction of its own is listed with the reason.

A refusal that nobody catches is a page that says "something went wrong": `did` and its sisters catch it for everybody.
"""

import ast

import pytest

from tests.house.test_imports import MODULES, dotted, imports, name_of, parsed

pytestmark = pytest.mark.sqlite_only

REFUSES_NOTHING = "a button whose verb refuses nothing; what is missing is the one page for it"
READS_FIRST = "an action of `carried_out` that reads the form, or judges a file, before the transaction"
STAYS_SPENT = "spends from a budget in a transaction of its own: it stays spent whatever becomes of the form"
SAYS_IT_ELSEWHERE = "the refusal of a button is a page of its own, which keeps no session"
WRITTEN_DOWN = "the line that says that a file was taken; the file is read after it"
COOKIE_FOLLOWS = (
    "begins a sign-in: proof and hashing stand before the transaction, the cookie is set after it"
)
IN_PORTIONS = "one transaction for each portion"

OPEN_THEIR_OWN = {
    "app/allocation/organiser_views.py": {
        "drop_condition": REFUSES_NOTHING,
        "new_condition": READS_FIRST,
    },
    "app/allocation/result_views.py": {"stop_": REFUSES_NOTHING},
    "app/allocation/swaps/views.py": dict.fromkeys(("accept", "refuse", "withdraw"), REFUSES_NOTHING),
    "app/attendees/imports/organiser_views.py": {"_add_in_portions": IN_PORTIONS},
    "app/attendees/organiser_views.py": {
        "add": READS_FIRST,
        "export": WRITTEN_DOWN,
        "two_people": REFUSES_NOTHING,
    },
    "app/attendees/staff/organiser_views.py": {"_name": READS_FIRST, "remove": REFUSES_NOTHING},
    "app/legal/views.py": {
        "_report": READS_FIRST,
        "_spend_report": STAYS_SPENT,
        "answer_barrier": REFUSES_NOTHING,
    },
    "app/organising/team_views.py": {
        "_add": READS_FIRST,
        "_spend_welcome_mail": STAYS_SPENT,
        "remove_member": SAYS_IT_ELSEWHERE,
        "welcome_again": REFUSES_NOTHING,
    },
    "app/people/sign_in_views.py": {"begin": COOKIE_FOLLOWS, "prove": STAYS_SPENT},
    "app/people/views.py": {
        "_change_password": COOKIE_FOLLOWS,
        "_set_password": COOKIE_FOLLOWS,
        "end_others": REFUSES_NOTHING,
        "forgot_password": STAYS_SPENT,
        "sign_out": REFUSES_NOTHING,
    },
    "app/registration/code_views.py": {"_spend": STAYS_SPENT},
    "app/registration/groups/views.py": {"_press": SAYS_IT_ELSEWHERE, "new_link": REFUSES_NOTHING},
    "app/registration/questions/organiser_views.py": {"export": WRITTEN_DOWN},
    "app/registration/views.py": {
        "_answer": SAYS_IT_ELSEWHERE,
        "_register": STAYS_SPENT,
        "cancel": SAYS_IT_ELSEWHERE,
        "consent": SAYS_IT_ELSEWHERE,
        "leave_line": REFUSES_NOTHING,
        "new_calendar": REFUSES_NOTHING,
        "new_link": REFUSES_NOTHING,
        "substitute": SAYS_IT_ELSEWHERE,
        "withdraw": REFUSES_NOTHING,
    },
    "app/results/material_views.py": {"_keep": READS_FIRST},
    "app/events/partners/organiser_views.py": {"_add": READS_FIRST, "_change": READS_FIRST},
}


def opens(node: ast.AST) -> bool:
    """Whether a transaction is opened or handed on in there, under whichever name it was imported from."""
    return any(
        dotted(one).split(".")[-1] == "transaction"
        for one in ast.walk(node)
        if isinstance(one, (ast.Name, ast.Attribute))
    )


def test_views_open_transactions_through_the_protocol() -> None:
    found = {
        name_of(path): {
            one.name if isinstance(one, ast.FunctionDef) else "(module)"
            for one in parsed(path).body
            if opens(one)
        }
        for path in MODULES
        if path.stem.endswith("views")
    }
    assert {name: there for name, there in found.items() if there} == {
        name: set(reasons) for name, reasons in OPEN_THEIR_OWN.items()
    }


def test_only_who_is_listed_imports_it_and_nobody_renames_it() -> None:
    views = [path for path in MODULES if path.stem.endswith("views")]
    having = {
        name_of(path) for path in views if any(one.endswith(".transaction") for one in imports(parsed(path)))
    }
    assert having == set(OPEN_THEIR_OWN)
    renamed = {
        name_of(path)
        for path in views
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "transaction" and alias.asname
    }
    assert renamed == set()


def test_forms_and_mails_open_none() -> None:
    assert {
        name_of(path) for path in MODULES if path.stem.endswith(("forms", "mails")) and opens(parsed(path))
    } == set()


def test_the_search_sees_a_transaction_however_it_is_written() -> None:
    for source in (
        "with transaction() as session: pass",
        "with database.transaction() as session: pass",
        "run(transaction)",
    ):
        assert opens(ast.parse(source)), source
    assert not opens(ast.parse("carried_out(form, in_one(verb))"))
