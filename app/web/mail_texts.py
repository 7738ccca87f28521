# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A mail's two texts, from one template each."""

import re
from typing import Any

from flask import render_template


def render_mail(template: str, **values: Any) -> tuple[str, str]:
    """The plain text and the HTML of `emails/<template>`, such as "registration/confirm"."""
    text = render_template(f"emails/{template}.txt", **values)
    return _without_gaps(text), render_template(f"emails/{template}.html", **values)


def _without_gaps(text: str) -> str:
    """At most one empty line between two paragraphs, whichever parts a mail leaves out."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
