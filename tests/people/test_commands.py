# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import pytest
from flask import Flask

from app.people import queries
from app.people.passwords import verify
from app.web.database import db
from tests.people.helpers import MAIL, PASSWORD, an_organiser, signed_in


def run(app: Flask, *arguments: str, given: str | None = None) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["organiser", *arguments], input=given)
    return result.exit_code, result.output


def test_create_asks_twice(app: Flask) -> None:
    """ASVS 6.3.2: the first account is made by hand; none exists before."""
    assert run(app, "list") == (0, "")
    code, said = run(app, "create", MAIL, "--name", "Jonas", "--admin", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, PASSWORD in said) == (0, False)
    with app.app_context():
        found = queries.find_organiser(db.session(), MAIL)
        assert found is not None
        assert (found.name, found.is_admin, verify(found.password_hash, PASSWORD)) == ("Jonas", True, True)
    assert run(app, "list") == (0, f"{MAIL}\tJonas\tlast sign-in never\tadministrator\n")


@pytest.mark.parametrize(
    ("email", "given", "said"),
    [
        ("no-address", f"{PASSWORD}\n", "not a mail address"),
        ("jürgen@example.org", f"{PASSWORD}\n", "before the @ stands an umlaut"),
        (MAIL, "kurz\n", "at least 12 characters"),
        (MAIL, "", "at least 12 characters"),
        (MAIL.upper(), f"{PASSWORD}\n", "already"),
    ],
)
def test_create_refuses(app: Flask, email: str, given: str, said: str) -> None:
    if said == "already":
        an_organiser(app)
    code, output = run(app, "create", email, "--password-stdin", given=given)
    assert (code, said in output) == (1, True)


def test_disable(app: Flask) -> None:
    an_organiser(app)
    client = signed_in(app)
    assert run(app, "disable", MAIL)[0] == 0
    assert client.get("/organise/account").status_code == 303
    assert run(app, "disable", "nobody@example.org")[0] == 1
    an_organiser(app, "admin@example.org", is_admin=True)
    assert run(app, "disable", "admin@example.org")[0] == 1


def test_reset_password(app: Flask) -> None:
    an_organiser(app)
    client = signed_in(app)
    assert run(app, "reset-password", MAIL, "--password-stdin", given="Der Mond steht über Bünde\n")[0] == 0
    assert client.get("/organise/account").status_code == 303
    with app.app_context():
        found = queries.find_organiser(db.session(), MAIL)
        assert found is not None
        assert verify(found.password_hash, "Der Mond steht über Bünde")
    assert run(app, "reset-password", "nobody@example.org", "--password-stdin", given="x\n")[0] == 1
