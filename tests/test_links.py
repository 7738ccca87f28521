# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A signed link rests on a random key of its row: a number comes back after a restore, a key does not (T03)."""

import ast

import pytest
from flask import Flask, current_app
from itsdangerous import URLSafeSerializer
from sqlalchemy import update

from app import links
from app.db import new_link_key
from app.refusal import Missing
from app.registration.links import Withdrawn, open_feed, open_personal, personal_token
from app.registration.models import Registration
from app.web.database import db, transaction
from tests.house.test_imports import MODULES, dotted, name_of, parsed
from tests.registration.steps import open_day

KEYS = {"link_key", "feed_key"}


def test_every_link_is_signed_over_a_key() -> None:
    """Whoever signs a link takes a key from the row; beside links only the time is signed at which a form was
    opened, and what a form held when its sender had to sign in."""
    tickets = {
        f"{name_of(path)}: {dotted(node.args[1])}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and dotted(node.func).endswith("Ticket") and len(node.args) > 1
    }
    by_rows = {one for one in tickets if not one.startswith("app/links.py")}
    # The link that carries the code of a day rests on that code: another code, another link.
    by_rows.remove("app/registration/links.py: form_key()")
    # The link to a preview rests on the version that is public: after the next release it is another one.
    by_rows.remove("app/scheduling/release_views.py: _preview_key()")
    assert len(by_rows) == 5
    assert {one.rpartition(".")[2] for one in by_rows} == KEYS
    signing = {name_of(path) for path in MODULES if "itsdangerous" in path.read_text(encoding="utf-8")}
    assert signing == {"app/links.py", "app/registration/abuse_protection_forms.py", "app/web/kept.py"}


def test_a_link_of_before_opens_its_row_and_no_newer_one(app: Flask) -> None:
    """What was mailed before rows had keys: signed over number and version, good for rows that stood there already."""
    with app.app_context():
        day = open_day()
        day.join("anna", "berta")
    with app.app_context(), transaction() as session:
        session.execute(
            update(Registration).where(Registration.id == day.ids["anna"]).values(link_key="1", feed_key="3")
        )
    with app.test_request_context():
        old = {name: _of_before(links_for, number) for name, links_for, number in _mailed(day.ids)}
        session = db.session()
        assert open_personal(session, old["anna"]).id == day.ids["anna"]
        assert personal_token(open_personal(session, old["anna"])) == old["anna"]
        assert open_feed(session, old["anna's calendar"]).id == day.ids["anna"]
        with pytest.raises(Withdrawn):
            open_personal(session, old["berta"])


def _mailed(ids: dict[str, int]) -> list[tuple[str, str, tuple[int, int]]]:
    return [
        ("anna", "my", (ids["anna"], 1)),
        ("anna's calendar", "my-calendar", (ids["anna"], 3)),
        ("berta", "my", (ids["berta"], 1)),
    ]


def _of_before(purpose: str, number: tuple[int, int]) -> str:
    keys = list(current_app.config["SECRET_KEYS"])
    signer = {"digest_method": links._sha256}
    return str(URLSafeSerializer(keys, salt=f"fachtag.{purpose}", signer_kwargs=signer).dumps(list(number)))


def test_a_link_without_a_row_or_with_another_key_opens_nothing(app: Flask) -> None:
    with app.test_request_context():
        key = new_link_key()
        assert links.read("my", links.sign("my", links.Ticket(7, key))) == links.Ticket(7, key)
        with pytest.raises(Missing):
            open_personal(db.session(), links.sign("my", links.Ticket(7, key)))
        with pytest.raises(Missing):
            links.read("my", links.sign("group", links.Ticket(7, key)))
    assert len({new_link_key() for _ in range(1000)}) == 1000
    assert {len(new_link_key()) for _ in range(100)} == {links.SHORTEST_KEY}


@pytest.mark.parametrize("sign", [".", ")", ">", ").", "%3E", "!", "”", "»,"])
def test_a_link_pasted_out_of_a_sentence_works(app: Flask, sign: str) -> None:
    """Personal links, public pages, also with their language; what never was a page stays none, and nobody is sent elsewhere."""
    with app.app_context():
        day = open_day()
        day.join("anna")
    with app.test_request_context():
        token = personal_token(db.session.get_one(Registration, day.ids["anna"]))
    client = app.test_client()
    for path in (f"/my/{token}", f"/my/{token}/cancel", "/events/musterfachtag"):
        answer = client.get(path + sign + "?lang=en", follow_redirects=True)
        assert answer.status_code == 200, path
        assert 'lang="en"' in answer.text
    assert client.get(f"/events/musterfachtag{sign}?lang=en").location == "/events/musterfachtag?lang=en"
    assert 'lang="en"' in client.get(f"/my/{token}?lang=en{sign}").text
    assert client.get(f"/my/{token[:-3]}aaa{sign}", follow_redirects=True).status_code == 404
    assert links.without_pasted(f"//evil.example{sign}") is None
    assert client.get(f"/{sign}").status_code in {302, 404}
    assert client.post(f"/my/{token}/cancel{sign}").status_code == 404
