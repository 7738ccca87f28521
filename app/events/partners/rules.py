# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Roles of partners, what is said of one, and its refusals."""

from dataclasses import dataclass
from enum import Enum

from app.refusal import N_, Refusal

MOST_PARTNERS = 60
LARGEST_LOGO = 4_000_000  # bytes, as it comes in
LOGO_SIDES = (640, 320)  # pixels: sharp in 60 × 30 mm on paper


class PartnerRole(Enum):
    """In the order in which they are named."""

    HOST = "host"
    COOPERATION = "cooperation"
    FUNDER = "funder"
    PATRON = "patron"


# What the team chooses from, and under which words readers find them.
ROLE_LABELS = {
    PartnerRole.HOST: N_("Another host"),
    PartnerRole.COOPERATION: N_("Cooperation"),
    PartnerRole.FUNDER: N_("Funding"),
    PartnerRole.PATRON: N_("Patronage"),
}
READ_AS = {
    PartnerRole.HOST: N_("Together with"),
    PartnerRole.COOPERATION: N_("In cooperation with"),
    PartnerRole.FUNDER: N_("Funding"),
    PartnerRole.PATRON: N_("Under the patronage of"),
}
ORDER = tuple(PartnerRole)


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """What the team says of a partner. The name is printed as it stands. `wording` is the sentence that a funder demands
    instead of it; `link` its page, `position` its place among those of the same role."""

    role: PartnerRole
    name: str
    link: str = ""
    wording: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was decoded and written anew: a PNG on white, so many pixels wide and high, and its words."""

    content: bytes
    width: int
    height: int
    alternative: str


def refuse_without_alternative(alternative: str) -> None:
    """A picture of letters says nothing to who cannot see it (A11Y-12)."""
    if not alternative:
        raise Refusal(
            N_("Please write what the logo says, usually the name that stands in it."), field="alternative"
        )


def refuse_wording(facts: PartnerFacts) -> None:
    if facts.wording and facts.role is not PartnerRole.FUNDER:
        raise Refusal(N_("A fixed wording belongs to funding only."), field="wording")


def refuse_too_many(there: int) -> None:
    if there >= MOST_PARTNERS:
        raise Refusal(
            N_("A day names at most %(number)d partners. Please remove one first."), number=MOST_PARTNERS
        )
