# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form in which a legal text is written."""

from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from app.web.editing import TOO_LONG, EditingForm
from app.web.texts import lazy_gettext as _l

LONGEST_LEGAL_TEXT = 60_000  # a privacy notice of a large house has some 30,000 characters


class LegalTextForm(EditingForm):
    """A whole text, with the version it was read at: 0 as long as nobody has saved one."""

    text = TextAreaField(
        _l("Text"),
        [Optional(), Length(max=LONGEST_LEGAL_TEXT, message=TOO_LONG)],
        render_kw={"rows": 24, "spellcheck": "true"},
    )

    @classmethod
    def of(cls, text: str, number: int, *, stored: bool = False) -> "LegalTextForm":
        data = {"text": text, "version": str(number)}
        return cls(formdata=None, data=data) if stored else cls(data=data)
