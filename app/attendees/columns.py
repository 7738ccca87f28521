# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a list of people may say about each of them. The name is always there; the rest can be chosen.

A column is called by a word that stands in addresses; "q-7" is what was answered to question 7, and never to a
sensitive one (DP-04).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.refusal import N_
from app.registration.questions.models import Question

LABELS = {
    "reference": N_("Reference"),
    "email": N_("Mail address"),
    "organisation": N_("Organisation"),
    "kind": N_("Kind of agency"),
    "district": N_("District"),
    "role": N_("Function or field of work"),
    "status": N_("Status"),
    "waiting": N_("Waiting number"),
    "quotas": N_("Quotas"),
    "workshops": N_("Workshops"),
    "registered": N_("Registered at"),
    "confirmed": N_("Address confirmed at"),
}
USUAL = ("organisation", "status", "workshops", "registered")
# What a file holds if nothing was chosen, apart from the names.
OF_FILES = ("reference", "email", "organisation", "role", "status", "waiting", "workshops", "registered")


@dataclass(frozen=True, slots=True)
class Columns:
    """Those that were chosen, in their order; `questions` are the ones whose answers are among them."""

    names: tuple[str, ...]
    questions: tuple[Question, ...] = ()

    @property
    def quotas(self) -> bool:
        return "quotas" in self.names

    def __contains__(self, name: str) -> bool:
        return name in self.names or any(one.field == name for one in self.questions)

    @property
    def query(self) -> list[str]:
        """As an address says it."""
        return [*self.names, *(one.field for one in self.questions)]


def chosen(names: Iterable[str], questions: Sequence[Question]) -> Columns:
    """What is not known any more, or never was, is left out. `questions` are those that lists may show."""
    wanted = set(names)
    return Columns(
        tuple(name for name in LABELS if name in wanted),
        tuple(one for one in questions if one.field in wanted and not one.sensitive),
    )


def all_of_a_file(questions: Sequence[Question]) -> Columns:
    return Columns(OF_FILES, tuple(one for one in questions if not one.sensitive))
