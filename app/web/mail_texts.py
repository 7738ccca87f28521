# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A mail's subject and its two texts, from one template each."""

import re
from typing import Any, NamedTuple

from flask import render_template


class MailTexts(NamedTuple):
    """The first three fields of an outbox `Mail`, in its order."""

    subject: str
    text: str
    html: str


def render_mail(template: str, headline: str, about: str = "", **values: Any) -> MailTexts:
    """The texts of `emails/<template>`, such as "registration/confirm". `about`, a day's title, leads the subject."""
    subject = f"{about}: {headline}" if about else headline
    values = {**values, "subject": subject, "headline": headline}
    text = render_template(f"emails/{template}.txt", **values)
    return MailTexts(subject, _without_gaps(text), render_template(f"emails/{template}.html", **values))


def _without_gaps(text: str) -> str:
    """At most one empty line between two paragraphs, whichever parts a mail leaves out."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
