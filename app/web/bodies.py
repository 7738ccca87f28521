# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a request may carry: the fields of a form under names as we give them, and one file where the view takes one.

Asked once, for all views. The form library would read JSON as if somebody had typed it, and hand a file to a field for
text; neither comes from our pages.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, current_app, request

from app.web.access import SAFE_METHODS, View

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
LONGEST_NAME = 100  # letters of a field's name
ROOM_FOR_WORDS = 500_000  # bytes of an upload beside the file itself


@dataclass(frozen=True, slots=True)
class Upload:
    """The field of a file, and its most bytes."""

    field: str
    largest: int


def takes_file(field: str, largest: int) -> Callable[[View], View]:
    """The view's form has a field for a file. Nowhere else may a file, or as much, come in."""

    def mark(view: View) -> View:
        view.upload = Upload(field, largest)  # type: ignore[attr-defined]
        return view

    return mark


def upload_of(app: Flask, endpoint: str) -> Upload | None:
    upload: Upload | None = getattr(app.view_functions[endpoint], "upload", None)
    return upload


def install(app: Flask) -> None:
    """After the guards: nothing is read from those who may not come in."""
    app.before_request(_refuse_what_is_no_form)


def _refuse_what_is_no_form() -> None:
    if request.endpoint is None or request.method in SAFE_METHODS:
        return
    if request.mimetype not in FORMS and (request.mimetype or request.content_length):
        abort(415)
    make_room()
    upload = upload_of(current_app, request.endpoint)
    if _has_misplaced_file(upload) or not all(_is_field_name(name) for name in request.form):
        abort(400)


def make_room() -> None:
    """For the file that the view takes, if it takes one."""
    upload = upload_of(current_app, str(request.endpoint))
    if upload is not None:
        request.max_content_length = upload.largest + ROOM_FOR_WORDS


def _has_misplaced_file(upload: Upload | None) -> bool:
    names = [name for name, files in request.files.lists() for _ in files]
    return bool(names) and (upload is None or names != [upload.field])


def _is_field_name(name: str | None) -> bool:
    """A part of a multipart body may have no name. And WTForms takes what stands between two hyphens for the number of a
    row: it stumbles over "²" and over very long ones."""
    return name is not None and name.isascii() and len(name) <= LONGEST_NAME
