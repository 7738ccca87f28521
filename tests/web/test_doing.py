# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What every page does with its verb: done and committed, refused where people read it, or missing (404)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import StringField

from app.organisations.models import Region
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.registration.links import Withdrawn
from app.web import access
from app.web.database import db, transaction
from app.web.doing import carried_out, did, did_for_each, in_one, pressed
from app.web.editing import EditingForm
from tests.people.helpers import csrf_token


class NoteForm(EditingForm):
    note = StringField("Note")


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """These tests add pages of their own."""
    return own_app


def number_of_regions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Region.id))) or 0


def after_writing(error: Exception | None) -> Callable[[Session], int]:
    """A verb that writes and then, perhaps, cannot go on."""

    def verb(session: Session) -> int:
        session.add(Region(slug="owl", name="OWL"))
        session.flush()
        if error is not None:
            raise error
        return 0  # false by itself, and done all the same

    return verb


def page_with(app: Flask, error: Exception | None) -> None:
    """A page for each way in which views call their verb."""

    def said(form: NoteForm, result: int | None) -> ResponseReturnValue:
        if result is not None:
            return f"done {result}"
        lines = [f"{one.label}: {one.stored} / {one.typed}" for one in form.differences]
        return "|".join([*form.form_errors, *form.note.errors, *lines, str(form.version.data)]), 422

    @app.post("/did")
    @access.public
    def by_form() -> ResponseReturnValue:
        form = NoteForm()
        stored = {"note": "theirs", "version": "2"}
        done = did(form, after_writing(error), stored=lambda: NoteForm(formdata=None, data=stored))
        return said(form, done.result if done else None)

    @app.post("/carried-out")
    @access.public
    def by_action() -> ResponseReturnValue:
        form = NoteForm()
        done = carried_out(form, in_one(after_writing(error)))
        return said(form, done.result if done else None)

    @app.post("/pressed")
    @access.public
    def by_button() -> ResponseReturnValue:
        return "done 0" if pressed(after_writing(error)) else ("refused", 422)


WAYS = ["/did", "/carried-out", "/pressed"]


def sent(app: Flask, address: str) -> tuple[int, str]:
    client = app.test_client()
    data = {"csrf_token": csrf_token(client), "note": "mine", "version": "1"}
    answer = client.post(address, data=data, headers={"Accept-Language": "en"})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("address", WAYS)
def test_what_is_done_is_committed_whatever_the_verb_gives_back(app: Flask, address: str) -> None:
    page_with(app, None)
    assert sent(app, address) == (200, "done 0")
    assert number_of_regions(app) == 1


@pytest.mark.parametrize("address", WAYS)
def test_what_is_missing_is_the_same_404_everywhere(app: Flask, address: str) -> None:
    """It passes by every sentence: there is nothing to show one at (T02)."""
    page_with(app, Missing())
    status, text = sent(app, address)
    assert (status, "mine" in text) == (404, False)
    assert number_of_regions(app) == 0


def test_a_link_that_was_replaced_keeps_its_own_status(app: Flask) -> None:
    page_with(app, Withdrawn())
    assert [sent(app, address)[0] for address in WAYS] == [410, 410, 410]


@pytest.mark.parametrize("address", WAYS)
def test_a_refusal_leaves_nothing_behind(app: Flask, address: str) -> None:
    page_with(app, Refusal("Not today.", field="note"))
    status, text = sent(app, address)
    assert (status, text) == (422, "refused" if address == "/pressed" else "Not today.|1")
    assert number_of_regions(app) == 0


def test_who_was_second_sees_both_texts_and_may_send_again(app: Flask) -> None:
    """F30: from here on the form carries the stored version."""
    page_with(app, ChangedMeanwhile())
    status, text = sent(app, "/did")
    assert status == 422
    assert text.startswith("Somebody else changed this")
    assert text.endswith("|Note: theirs / mine|2")


def test_a_form_that_does_not_hold_asks_no_verb(app: Flask) -> None:
    page_with(app, None)
    assert app.test_client().post("/did", data={"csrf_token": "stale"}).status_code == 422
    assert number_of_regions(app) == 0


def test_a_verb_for_many_helps_whom_it_can(app: Flask) -> None:
    def verb(session: Session, one: int) -> None:
        session.add(Region(slug=f"r{one}", name=f"R{one}"))
        session.flush()
        if one == 2:
            raise Refusal("Not today.")
        if one == 3:
            raise Missing

    with app.app_context():
        done = did_for_each([1, 2, 3, 4], verb)
        assert (done.number, dict(done.refused)) == (2, {"Not today.": 1})
        with transaction() as session:
            assert session.scalars(select(Region.slug).order_by(Region.slug)).all() == ["r1", "r4"]
