# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The base of all forms: clean text, clear sentences, nothing typed is ever lost."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from gettext import NullTranslations, translation
from typing import Any, ClassVar, TypeVar

from flask import g, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import FileStorage
from wtforms import (
    Field,
    FieldList,
    FormField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.csrf.core import CSRFTokenField
from wtforms.i18n import messages_path
from wtforms.validators import Regexp

from app.address import NoAddress, read_address
from app.folding import clean_line, clean_text, is_unprintable
from app.refusal import N_, Refusal
from app.texts import gettext, language, sentence_of
from app.web.texts import lazy_gettext

STALE = N_(
    "This form was open for too long or was sent from another page. Nothing is lost: please send it again."
)

# What a form carries along, beside what somebody typed.
CARRIED = frozenset({"csrf_token", "nonce", "version", "seen", "agreed", "comment_url"})
LONGEST_KEY, OF_FORM = 64, 24

Form = TypeVar("Form")

_LINE_BREAKS = frozenset("\n\r\t")


def tidy_text(value: Any) -> Any:
    """`clean_text` as a filter of a field. Other values pass unchanged."""
    return clean_text(value) if isinstance(value, str) else value


def tidy_line(value: Any) -> Any:
    """`clean_line` as a filter of a field. Other values pass unchanged."""
    return clean_line(value) if isinstance(value, str) else value


def refuse_unprintable(field: Field) -> None:
    """One sentence for text that cannot stand in a mail, a calendar or a badge (T11, T12, T43)."""
    allowed = _LINE_BREAKS if isinstance(field, TextAreaField) else frozenset()
    if isinstance(field.data, str) and any(is_unprintable(c) for c in field.data if c not in allowed):
        raise ValidationError(
            gettext("This text contains characters that cannot be shown. Please type it in again by hand.")
        )


def letters_only(_form: PlainForm, field: Field) -> None:
    """For names: pictures and symbols fit on no badge and in no list."""
    if isinstance(field.data, str) and any(unicodedata.category(c) == "So" for c in field.data):
        raise ValidationError(gettext("Please write the name in letters, without symbols or pictures."))


def valid_address(_form: PlainForm, field: Field) -> None:
    """An address that our mail can use, kept as people write it."""
    try:
        field.data = read_address(field.data or "")
    except NoAddress as refusal:
        raise ValidationError(sentence_of(refusal)) from None


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of the house.

    Text is tidied before validators see it; unprintable characters and repeated parameters are refused at the
    field. A stale CSRF token is an error of the form, so that everything typed stays.
    """

    shown_last: ClassVar[
        Sequence[str]
    ] = ()  # below the fields that are added for a day or a thing, in this order
    rows_called: ClassVar[
        Mapping[str, str]
    ] = {}  # what a row of each list in it is called, with its %(number)s
    impossible = ""  # why its verb would be refused whatever is typed (`app.web.doing.did`)

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: PlainForm, unbound_field: Any, options: dict[str, Any]) -> Field:
            if issubclass(unbound_field.field_class, StringField) and not _is_password(
                unbound_field.field_class
            ):
                tidy = tidy_text if issubclass(unbound_field.field_class, TextAreaField) else tidy_line
                filters = [tidy, *unbound_field.kwargs.get("filters", [])]
                unbound_field.kwargs["filters"] = list(dict.fromkeys(filters))
            field: Field = unbound_field.bind(form=form, **options)
            return field

        def get_translations(self, _form: PlainForm) -> NullTranslations:
            """What fields say of themselves. Flask-WTF would read it from the disk in every request."""
            return _sentences_of_fields(language())

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """False for a form that is shown again and not sent: nothing is judged yet."""
        return not g.get("why_again") and bool(super().validate_on_submit(extra_validators))

    def validate(self, extra_validators: Any = None) -> bool:
        if g.get("why_again"):
            return False
        valid = bool(super().validate(extra_validators=extra_validators))
        for field in self:
            if isinstance(field, CSRFTokenField):
                # Flask-WTF's own words are technical and in English; whatever is wrong with it, the way out is one.
                # And it does not ask which site the request comes from (SEC-03).
                field.errors = [] if csrf_holds() else [gettext(STALE)]
                valid = valid and not field.errors
                continue
            if self._is_repeated(field):
                _add_error(field, gettext("This answer was sent more than once. Please send the form again."))
                valid = False
                continue
            try:
                refuse_unprintable(field)
            except ValidationError as error:
                _add_error(field, str(error))
                field.data = "".join(c for c in field.data if c in _LINE_BREAKS or not is_unprintable(c))
                valid = False
        return valid

    def every_field(self) -> Iterator[tuple[Field, int | None]]:
        """Each field in the order of the page, those of forms within this one in their place, with the number of the row
        they stand in (from 1; None outside of rows). Forms declare their fields in the order of their page."""
        last = list(self.shown_last)
        return _walk(sorted(self, key=lambda field: last.index(field.name) + 1 if field.name in last else 0))

    @property
    def errors(self) -> dict[str | None, Sequence[str]]:
        """What is wrong, by the full name of the field; under None what is wrong with the form. Status, title and summary
        of a page all ask here."""
        found: dict[str | None, Sequence[str]] = {None: self.form_errors} if self.form_errors else {}
        return found | {field.name: field.errors for field, _row in self.every_field() if field.errors}

    def _is_repeated(self, field: Field) -> bool:
        if isinstance(field, SelectMultipleField) or field.type == "MultipleFileField":
            return False
        return len(request.form.getlist(field.name)) > 1

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal at its field, or above the form."""
        if refusal.field is not None and refusal.field in self:
            _add_error(self[refusal.field], sentence_of(refusal))
        else:
            self.form_errors.append(sentence_of(refusal))


def _walk(fields: Iterable[Field], row: int | None = None) -> Iterator[tuple[Field, int | None]]:
    for field in fields:
        if isinstance(field, FieldList):
            for number, entry in enumerate(field.entries, start=1):
                yield from _walk([entry], number)
        elif isinstance(field, FormField):
            yield from _walk(field.form, row)
        else:
            yield field, row


def new_nonce() -> str:
    return secrets.token_urlsafe(18)


WELL_FORMED = Regexp(
    r"\A[\w.-]{16,64}\Z", message=lazy_gettext("Please reload the page and send the form again.")
)


class NonceMixin:
    """A form that lands on the same result when it is sent twice, and on another one when it says something else by then:
    who goes back, corrects a slip and sends again has not pressed twice."""

    nonce = HiddenField(default=new_nonce, validators=[WELL_FORMED])

    @property
    def key(self) -> str:
        """64 letters, of which the first `OF_FORM` stand for the form and the others for what it says."""
        nonce = hashlib.sha256(str(self.nonce.data).encode()).hexdigest()
        said = json.dumps([[field.name, _said(field.data)] for field in self if field.name not in CARRIED])  # type: ignore[attr-defined]
        return nonce[:OF_FORM] + hashlib.sha256(said.encode()).hexdigest()[: LONGEST_KEY - OF_FORM]


def _said(data: Any) -> Any:
    """What a field says, as JSON can write it. Of a file its bytes."""
    if isinstance(data, FileStorage):
        digest = hashlib.file_digest(data.stream, "sha256").hexdigest()  # type: ignore[arg-type]
        data.stream.seek(0)
        return [data.filename, digest]
    if isinstance(data, dict):
        return {name: _said(value) for name, value in data.items() if name not in CARRIED}
    if isinstance(data, list):
        return [_said(one) for one in data]
    return str(data)


def adds(fields: Mapping[str, Any]) -> Callable[[type[Form]], type[Form]]:
    """A decorator: the class has these fields too, as if they were written in it."""

    def add(form_class: type[Form]) -> type[Form]:
        for name, field in fields.items():
            setattr(form_class, name, field)
        return form_class

    return add


class ConfirmForm(BaseForm):
    """One button: the question has been asked on the page."""


def _add_error(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


@cache
def _sentences_of_fields(language: str) -> NullTranslations:
    return translation("wtforms", messages_path(), [language], fallback=True)


def _is_password(field_class: type[Field]) -> bool:
    return field_class.__name__ == "PasswordField"


def csrf_holds() -> bool:
    """Whether this request carries a valid CSRF token; asked once per request."""
    if "csrf_holds" not in g:
        token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken", "")
        try:
            validate_csrf(token)
        except Exception:
            g.csrf_holds = False
        else:
            g.csrf_holds = request.headers.get("Sec-Fetch-Site", "same-origin") != "cross-site"
    return bool(g.csrf_holds)


REQUIRED = lazy_gettext("Please fill in this field.")
