# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody would take for a place."""

from collections.abc import Iterable

from app.programme.agenda import RunView
from app.web.editing import SeveralOf
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l


class OfferForm(BaseForm):
    runs = SeveralOf(_l("I would give it for a place in one of these"), default=[])

    def offer(self, runs: Iterable[RunView], labels: Iterable[str]) -> "OfferForm":
        self.runs.offer((str(run.id), label) for run, label in zip(runs, labels, strict=True))
        return self

    @property
    def wanted(self) -> list[int]:
        return [int(one) for one in self.runs.data or ()]
