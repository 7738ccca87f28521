# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody typed into a form that could not be taken as it came: carried along, and shown again to be sent by hand.

Nothing is carried out from here: a request that shows what was kept holds no CSRF token, and without one nobody writes.
"""

import re
from dataclasses import dataclass

from flask import Flask, current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from app.refusal import N_
from app.texts import gettext
from app.web.access import SAFE_METHODS
from app.web.forms import CARRIED

SEALED = "kept"  # the name of the field
LONGEST_SEAL = 400_000  # letters; a form may have 500,000 bytes, and the sign-in wants some of them
SEAL_HOLDS = 7 * 86_400  # seconds; nobody is signed in for longer
SHOW_AGAIN = "show_again"  # the button of a form that shows it in the other language
_NEVER = frozenset({"csrf_token", SEALED, SHOW_AGAIN})
IN_OTHER_LANGUAGE = N_("This is your form in English. Nothing is sent yet.")
FILES_ANEW = N_("Please choose the file again: %(names)s")
_SENT_BY_CHOICES = re.compile(r"[a-z0-9_:-]{1,20}")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form without passwords and tokens, and the names of files, which do not travel back."""

    fields: list[tuple[str, str]]
    files: list[str]
    whole: bool  # whether that is all of it

    @property
    def words(self) -> str:
        """What a person wrote, line by line, without what the form carries along and what buttons and lists send."""
        texts = [value.strip() for name, value in self.fields if name not in CARRIED]
        return "\n".join(text for text in texts if text and not _SENT_BY_CHOICES.fullmatch(text))


NOTHING = Typed([], [], whole=False)


def typed() -> Typed:
    """Of this request. Nothing of what cannot be read, and of what another site's page sent."""
    if request.method in SAFE_METHODS or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return NOTHING
    try:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER]
        files = [file.filename for file in request.files.values() if file.filename]
    except (HTTPException, OSError):  # a body that cannot be read, or for which there was no room
        return NOTHING
    # A part of a broken body may have no name.
    kept = [(name, value) for name, value in fields if name and "password" not in name]
    return Typed(kept, files, whole=len(kept) == len(fields) and not files)


def token() -> str | None:
    """The CSRF token this request came with."""
    try:
        return request.form.get("csrf_token")
    except (HTTPException, OSError):
        return None


def seal(kept: Typed) -> str | None:
    """Signed, and good for the address it was sent to only. None where it is too long to travel, or could not be read."""
    if kept is NOTHING:
        return None
    sealed = _signer().dumps([request.path, kept.fields, kept.files, kept.whole])
    return str(sealed) if len(sealed) <= LONGEST_SEAL else None


def unseal(sealed: str) -> Typed | None:
    """None for what was not sealed here, for another address, or too long ago."""
    try:
        address, fields, files, whole = _signer().loads(sealed, max_age=SEAL_HOLDS)
    except BadData:
        return None
    if address != request.path:
        return None
    return Typed([(name, value) for name, value in fields], files, whole)


def show_again(kept: Typed, sentence: str) -> None:
    """From here on this request is the form as it was sent, without its token: its page shows it, with the sentence."""
    request.form = ImmutableMultiDict(kept.fields)
    g.csrf_holds, g.why_again = False, sentence
    g.pop("csrf_token", None)  # made for a visit that may have ended just now


def install(app: Flask) -> None:
    """After the guards, and after what came in is known to be a form."""
    app.before_request(_show_in_other_language)


def _show_in_other_language() -> None:
    if request.endpoint is None or request.method in SAFE_METHODS or SHOW_AGAIN not in request.form:
        return
    sent, sealed = typed(), request.form.getlist(SEALED)
    show_again(sent, with_files(gettext(IN_OTHER_LANGUAGE), sent))
    # What waits behind this form goes along: it asks for a code first.
    request.form = ImmutableMultiDict([*sent.fields, *((SEALED, one) for one in sealed)])


def with_files(sentence: str, sent: Typed) -> str:
    """The sentence, and which files have to be chosen anew."""
    return f"{sentence} {gettext(FILES_ANEW) % {'names': ', '.join(sent.files)}}" if sent.files else sentence


def _signer() -> URLSafeTimedSerializer:
    # The newest key signs, so itsdangerous wants it last.
    return URLSafeTimedSerializer(list(reversed(current_app.config["SECRET_KEYS"])), salt="fachtag.kept")
