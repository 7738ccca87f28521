# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reading cannot write: the database itself refuses it, on both engines, whatever a view forgets (T07, T33, SEC-03)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app.organisations.models import Region
from app.web import access
from app.web.database import db, transaction

METHODS = ("GET", "HEAD", "OPTIONS")


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """These tests add views that misbehave."""
    return own_app


def by_the_session() -> None:
    db.session.add(Region(slug="heimlich", name="Heimlich"))
    db.session.commit()


def by_a_statement() -> None:
    db.session.execute(insert(Region).values(slug="heimlich", name="Heimlich"))
    db.session.commit()


def by_raw_sql() -> None:
    db.session.execute(text("INSERT INTO region (slug, name) VALUES ('heimlich', 'Heimlich')"))
    db.session.commit()


def by_a_new_table() -> None:
    db.session.execute(text("CREATE TABLE heimlich (id INTEGER)"))
    db.session.commit()


def in_a_savepoint() -> None:
    with db.session.begin_nested():
        db.session.add(Region(slug="heimlich", name="Heimlich"))
    db.session.commit()


WAYS = [by_the_session, by_a_statement, by_raw_sql, by_a_new_table, in_a_savepoint]


def number_of_regions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Region.id))) or 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_view_that_writes_on_get_is_refused_by_the_database(app: Flask, way: Callable[[], None]) -> None:
    refused: list[str] = []

    @app.route("/sneaky", methods=["GET"])
    @access.public
    def sneaky() -> str:
        try:
            way()
        except DBAPIError as error:
            db.session.rollback()
            refused.append(str(error.orig).lower())
            return "refused"
        return "written"

    for method in ("GET", "HEAD"):
        answer = app.test_client().open("/sneaky", method=method)
        assert answer.status_code == 200
    assert len(refused) == 2
    # On PostgreSQL what reads is in no transaction at all, so there is nothing to save a point of.
    said = (
        "read-only",
        "readonly",
        *(["savepoint can only be used in transaction"] * (way is in_a_savepoint)),
    )
    assert all(any(words in one for words in said) for one in refused)
    assert number_of_regions(app) == 0


@pytest.mark.parametrize("method", METHODS)
def test_transaction_refuses_methods_that_only_read(app: Flask, method: str) -> None:
    @app.route("/sneaky", methods=list(METHODS), provide_automatic_options=False)
    @access.public
    def sneaky() -> str:
        with transaction() as session:
            session.add(Region(slug="heimlich", name="Heimlich"))
        return "written"

    with pytest.raises(RuntimeError, match=f"sneaky tried to write in a {method} request"):
        app.test_client().open("/sneaky", method=method)
    assert number_of_regions(app) == 0


def forgetful(app: Flask) -> FlaskClient:
    """A view that writes and never asked its form."""

    @app.post("/forgetful")
    @access.public
    def write() -> str:
        with transaction() as session:
            session.add(Region(slug="heimlich", name="Heimlich"))
        return "written"

    return app.test_client()


def test_a_post_without_a_token_is_refused_even_if_the_view_forgot_its_form(app: Flask) -> None:
    client = forgetful(app)
    for data in ({}, {"csrf_token": "stale"}, {"csrf_token": ""}):
        answer = client.post("/forgetful", data=data)
        assert answer.status_code == 400
        assert "zu lange" in client.post("/forgetful", data=data, headers={"Accept-Language": "de"}).get_data(
            as_text=True
        )
    assert number_of_regions(app) == 0


def test_the_token_of_another_browser_is_no_token(app: Flask) -> None:
    client = forgetful(app)
    other = token_of(app.test_client())
    own = token_of(client)
    assert client.post("/forgetful", data={"csrf_token": other}).status_code == 400
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/forgetful", data={"csrf_token": own}, headers=cross).status_code == 400
    assert number_of_regions(app) == 0
    # The negative control: with all in order it is written.
    assert client.post("/forgetful", data={"csrf_token": own}).status_code == 200
    assert number_of_regions(app) == 1


def token_of(client: FlaskClient) -> str:
    from tests.people.helpers import csrf_token

    return csrf_token(client)


def test_writing_outside_of_the_transaction_is_refused_in_a_post_too(app: Flask) -> None:
    @app.post("/careless")
    @access.public
    def careless() -> str:
        by_the_session()
        return "written"

    with pytest.raises(DBAPIError):
        app.test_client().post("/careless")
    assert number_of_regions(app) == 0


def test_after_a_transaction_the_request_reads_again(app: Flask) -> None:
    """What comes after the commit, the answer above all, cannot write either."""

    @app.post("/twice")
    @access.public
    def twice() -> str:
        with transaction() as session:
            session.add(Region(slug="owl", name="OWL"))
        by_the_session()
        return "written"

    client = app.test_client()
    token = token_of(client)
    with pytest.raises(DBAPIError):
        client.post("/twice", data={"csrf_token": token})
    assert number_of_regions(app) == 1


def test_half_a_use_case_is_none(app: Flask) -> None:
    """Break the second write on purpose and see that the first is gone."""

    def use_case() -> None:
        with transaction() as session:
            session.add(Region(slug="owl", name="OWL"))
            session.flush()
            raise ZeroDivisionError

    with app.app_context(), pytest.raises(ZeroDivisionError):
        use_case()
    assert number_of_regions(app) == 0


def test_the_refusal_has_a_name(app: Flask) -> None:
    """So that an error page can say what happened instead of "something"."""
    with app.test_request_context("/", method="POST"), pytest.raises(CSRFError), transaction():
        pass
