# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who contributes, as every page, file and calendar says it: one formatter for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.programme.plan import ContributorFacts
from app.programme.rules import ROLE_LABELS, ContributorRole
from app.texts import gettext


@dataclass(frozen=True, slots=True)
class Credit:
    """One person in one role; two of the same words are the same credit, whichever row they stand in."""

    id: int = field(compare=False)
    role: ContributorRole
    name: str
    function: str = ""
    organisation: str = ""
    about: str = ""

    @property
    def who(self) -> str:
        """“Dr. Ada Probe, Oberbürgermeisterin, Stadt Musterstadt”."""
        return ", ".join(part for part in (self.name, self.function, self.organisation) if part)


def credits_of(
    contributors: Iterable[tuple[int, ContributorFacts]], *, confirmed: bool = True
) -> tuple[Credit, ...]:
    """Of numbers and facts those who said yes, or (`confirmed` false) those who were asked only, in their order."""
    return tuple(
        Credit(number, one.role, one.name, one.function, one.organisation, one.about)
        for number, one in contributors
        if one.confirmed is confirmed
    )


def credit_lines(people: Iterable[Credit], *, facilitated: bool = False) -> tuple[str, ...]:
    """A line for each role in the order in which they come. Who facilitates a workshop stands there without a word for it,
    or, where it is long over (`facilitated`), with one."""
    by_role: dict[ContributorRole, list[str]] = {}
    for one in people:
        by_role.setdefault(one.role, []).append(one.who)
    return tuple(_line(role, together(names), facilitated) for role, names in by_role.items())


def together(names: Iterable[str]) -> str:
    """With semicolons where a comma stands inside of a name, so that everybody keeps their own organisation."""
    listed = list(names)
    return ("; " if any("," in name for name in listed) else ", ").join(listed)


def _line(role: ContributorRole, names: str, facilitated: bool) -> str:
    if role is ContributorRole.FACILITATION:
        return gettext("Facilitated by %(names)s", names=names) if facilitated else names
    return gettext("%(role)s: %(names)s", role=gettext(ROLE_LABELS[role]), names=names)
