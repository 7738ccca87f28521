# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The page contract finds what it is there for; every page that a test opens is held to it (A11Y-08, A11Y-17)."""

import pytest
from flask.testing import FlaskClient

from tests.pages import Visitor, complaints

pytestmark = pytest.mark.sqlite_only

PASSWORD = 'autocomplete="current-password"'


@pytest.fixture
def page(client: FlaskClient) -> str:
    """A good one, with a field for a password."""
    return Visitor(client).get("/organise/sign-in?lang=de").response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ('<a href="/barriere-melden', '<a href="/anders', "help is not where it always is"),
        ("footer-help", "elsewhere", "help is not where it always is"),
        ('<html lang="de">', "<html>", "no language of ours"),
        ('<html lang="de">', '<html lang="xx">', "no language of ours"),
        ('lang="en" hreflang="en"', 'lang="english" hreflang="en"', "unknown language english on a"),
        ('<main class="', '<main draggable="true" class="', "main is to be dragged"),
        (PASSWORD, 'autocomplete="off"', "no password manager fills password"),
        (PASSWORD, f'{PASSWORD} onpaste="return false"', "inline onpaste on input"),
        ("<h1>", '<h1 style="color: red">', "inline style on h1"),
    ],
)
def test_each_fault_is_found(page: str, good: str, bad: str, complaint: str) -> None:
    """2.5.7, 3.1.1, 3.1.2, 3.2.6 and 3.3.8 of WCAG 2.2: with one thing wrong, that is what is said."""
    assert complaints(page) == []
    assert good in page
    found = complaints(page.replace(good, bad))
    assert any(one.startswith(complaint) for one in found), found
