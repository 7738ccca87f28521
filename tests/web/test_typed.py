# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is typed into any form is cleaned once, before anything judges it."""

from flask import Flask
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired

from app.web.editing import WholeNumber
from app.web.forms import BaseForm


class Typed(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    name = StringField(validators=[DataRequired()])
    text = TextAreaField()
    number = WholeNumber("Zahl")
    password = PasswordField()


def typed(app: Flask, **sent: str) -> Typed:
    with app.test_request_context("/", method="POST", data=sent):
        form = Typed()
        form.validate()
        return form


def test_lines_and_paragraphs_are_cleaned_and_a_password_is_not(app: Flask) -> None:
    form = typed(
        app,
        name="\u200bMül\u00adler \u00a0 von\u2009der Heide\ufeff",
        text="Erste\u00a0Zeile\r\n  zwei\u200bte  Zeile",
        number="\u00a01\u200b2 ",
        password="a\u00a0\u00ad  b",
    )
    assert form.errors == {}
    assert form.name.data == "Müller von der Heide"
    assert form.text.data == "Erste Zeile\n  zweite  Zeile"
    assert (form.number.data, form.password.data) == (12, "a\u00a0\u00ad  b")


def test_a_name_of_nothing_that_shows_is_no_name(app: Flask) -> None:
    for nothing in ("\u200b", "\u00ad \u2060", "\u3164"):
        assert "name" in typed(app, name=nothing).errors


def test_marks_that_turn_the_reading_direction_are_refused_still(app: Flask) -> None:
    assert "name" in typed(app, name="Anna\u202eAnna").errors
