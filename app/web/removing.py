# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The page of the team that asks once before something of its day goes for good."""

from collections.abc import Callable

from flask import g
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.refusal import N_
from app.web.doing import did
from app.web.forms import ConfirmForm
from app.web.pages import page, redirect_with


def remove_once_asked(
    title: str,
    cancel: str,
    take_away: Callable[[Session], object],
    afterwards: str,
    first: Callable[[Session], object] | None = None,
    *,
    released: bool = False,
) -> ResponseReturnValue:
    """Ask once, then take it away; what would be refused (`first`) is said where the question would be asked. `cancel` and
    `afterwards` are addresses. `released`: it stands in the public agenda, and goes with the next release only."""
    form = ConfirmForm()
    if did(form, take_away, first=first):
        return redirect_with(afterwards, N_("“%(title)s” is removed."), title=title)
    return page(
        "programme/organise_remove.html",
        event=g.event,
        form=form,
        title=title,
        cancel=(cancel, gettext("Keep it")),
        released=released,
    )
