# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form in which a legal text is written."""

from app.web.editing import EditingForm, formatted_text
from app.web.texts import lazy_gettext as _l

LONGEST_LEGAL_TEXT = 60_000  # a privacy notice of a large house has some 30,000 characters


class LegalTextForm(EditingForm):
    """A whole text, with the version it was read at: 0 as long as nobody has saved one."""

    text = formatted_text(_l("Text"), rows=24, longest=LONGEST_LEGAL_TEXT, render_kw={"spellcheck": "true"})

    @classmethod
    def of(cls, text: str, number: int, *, stored: bool = False) -> "LegalTextForm":
        data = {"text": text, "version": str(number)}
        return cls(formdata=None, data=data) if stored else cls(data=data)
