# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a list of people may say about each of them. The name is always there; the rest can be chosen.

A column is called by a word that stands in addresses; "q-7" is what was answered to question 7, and never to a
sensitive one (DP-04); "consent-press" says whether somebody agreed to that.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.refusal import N_
from app.registration.consents.models import PURPOSE_LABELS, Purpose
from app.registration.person import LISTED, Kind
from app.registration.questions.models import Question

NAMES = [one for one in LISTED if one.kind is Kind.NAME]
OF_PERSON = {one.column: one for one in LISTED if one.kind is not Kind.NAME}


OF_CONSENTS = {f"consent-{one.value}": one for one in Purpose}


def _labels_of_person() -> Iterator[tuple[str, str]]:
    for one in OF_PERSON.values():
        yield one.column, one.label
        if one.kind is Kind.ORGANISATION:
            yield "kind", N_("Kind of organisation")
            yield "district", N_("District")


LABELS = {
    "reference": N_("Reference"),
    **dict(_labels_of_person()),
    "status": N_("Status"),
    "waiting": N_("Waiting number"),
    "quotas": N_("Quotas"),
    **{name: PURPOSE_LABELS[one] for name, one in OF_CONSENTS.items()},
    "workshops": N_("Workshops"),
    "registered": N_("Registered at"),
    "confirmed": N_("Address confirmed at"),
}
USUAL = ("organisation", "status", "workshops", "registered")
WAY = "participation"  # of days that offer both
# What a file holds if nothing was chosen, apart from the names.
OF_FILES = ("reference", *OF_PERSON, "status", "waiting", "workshops", "registered")


@dataclass(frozen=True, slots=True)
class Columns:
    """Those that were chosen, in their order; `questions` are the ones whose answers are among them."""

    names: tuple[str, ...]
    questions: tuple[Question, ...] = ()

    @property
    def quotas(self) -> bool:
        return "quotas" in self.names

    @property
    def consents(self) -> bool:
        return any(name in OF_CONSENTS for name in self.names)

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


def all_of_a_file(
    questions: Sequence[Question], consents: Collection[Purpose], *, ways: bool = False
) -> Columns:
    agreed = (name for name, one in OF_CONSENTS.items() if one in consents)
    usual = (name for name in OF_FILES if ways or name != WAY)
    return Columns((*usual, *agreed), tuple(one for one in questions if not one.sensitive))
