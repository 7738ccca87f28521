# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The usual kinds of organisation, when two spellings mean the same organisation, and when two names may."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from math import log

from app.folding import clean_line, loose, plain
from app.refusal import N_, Refusal


class UsualKind(StrEnum):
    """Keys of the kinds that an installation begins with. The kinds that there are stand in `OrganisationKind`."""

    KI = "ki"
    IMMIGRATION_OFFICE = "immigration_office"
    MUNICIPALITY = "municipality"
    STATE = "state"
    EMPLOYMENT = "employment"
    WELFARE = "welfare"
    MIGRANT_ORG = "migrant_org"
    EDUCATION = "education"
    OTHER = "other"


class State(StrEnum):
    """The sixteen German states, by their letters in ISO 3166-2:DE; in the order of their English names."""

    BW = "BW"
    BY = "BY"
    BE = "BE"
    BB = "BB"
    HB = "HB"
    HH = "HH"
    HE = "HE"
    NI = "NI"
    MV = "MV"
    NW = "NW"
    RP = "RP"
    SL = "SL"
    SN = "SN"
    ST = "ST"
    SH = "SH"
    TH = "TH"


STATE_NAMES = {
    State.BW: N_("Baden-Württemberg"),
    State.BY: N_("Bavaria"),
    State.BE: N_("Berlin"),
    State.BB: N_("Brandenburg"),
    State.HB: N_("Bremen"),
    State.HH: N_("Hamburg"),
    State.HE: N_("Hesse"),
    State.NI: N_("Lower Saxony"),
    State.MV: N_("Mecklenburg-Western Pomerania"),
    State.NW: N_("North Rhine-Westphalia"),
    State.RP: N_("Rhineland-Palatinate"),
    State.SL: N_("Saarland"),
    State.SN: N_("Saxony"),
    State.ST: N_("Saxony-Anhalt"),
    State.SH: N_("Schleswig-Holstein"),
    State.TH: N_("Thuringia"),
}
LONGEST_KEY = 250  # of the column; one typed letter may become many ("\ufdfa" becomes eighteen)


def name_key(name: str) -> str:
    """The form under which spellings meet: case, width, accents composed alike, single spaces. Idempotent.

    It says that two names are one organisation, so it is stricter than what finds and sorts them: nobody asks whether
    Gutersloh meant Gütersloh. Who looks after organisations gets a hint (`Namesakes`).
    """
    parted = unicodedata.normalize("NFKD", clean_line(name)).casefold()
    folded = unicodedata.normalize("NFKC", parted).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:LONGEST_KEY].rstrip()


def columns_of(name: str) -> dict[str, str]:
    """What an organisation stores of its name, with what is derived from it."""
    shown = clean_line(name)
    return {"name": shown, "name_key": name_key(name), "sort_key": plain(shown)[:LONGEST_KEY].rstrip()}


class NameTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("There is an organisation of that name already. Merge the two instead."), field="name"
        )


# What people write for short, and what they mean; folded as `loose` does it.
_SHORT_FOR = {
    "abh": "auslanderbehorde",
    "ebh": "einburgerungsbehorde",
    "jc": "jobcenter",
    "jmd": "jugendmigrationsdienst",
    "ki": "kommunales integrationszentrum",
    "landkreis": "kreis",
    "lk": "kreis",
}
_FILLERS = frozenset(
    ("am", "an", "bei", "das", "der", "des", "die", "e", "ev", "fur", "im", "in", "und", "v")
)
LIKELY = 0.5  # from here on two names are worth a look
_PART = 0.6  # "AWO" is but a part of the name, and all of it is found
MOST_LIKELY = 2


def plain_words(name: str) -> list[str]:
    """The words that tell names apart: folded so that umlauts may be written in any way, abbreviations in full, no
    fillers."""
    words = "".join(letter if letter.isalnum() else " " for letter in loose(name)).split()
    return " ".join(_SHORT_FOR.get(word, word) for word in words if word not in _FILLERS).split()


class Namesakes:
    """Which of several organisations a name may mean.

    Compared are the triples of letters of both names. The rarer a triple among these names, the more it counts:
    "herford" tells more than "stadt". Reading them costs once, asking costs what the name has in common with them.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self._holders: dict[str, list[int]] = {}
        self._size = len(names)
        for key, name in names.items():
            for triple in _triples(name):
                self._holders.setdefault(triple, []).append(key)
        self._weights = dict.fromkeys(names, 0.0)
        for triple, keys in self._holders.items():
            weight = self._weight(triple)
            for key in keys:
                self._weights[key] += weight

    def likely(self, name: str, besides: int | None = None) -> list[int]:
        """The keys of the names that are most alike, the best first; often none. `besides`: the name's own key, if it has
        one."""
        mine = _triples(name)
        own = sum(self._weight(triple) for triple in mine)
        shared: dict[int, float] = {}
        for triple in mine:
            weight = self._weight(triple)
            for key in self._holders.get(triple, ()):
                shared[key] = shared.get(key, 0.0) + weight
        scores = {
            key: max(2 * both / (own + self._weights[key]), _PART * both / own)
            for key, both in shared.items()
        }
        best = sorted((-score, key) for key, score in scores.items() if score >= LIKELY and key != besides)
        return [key for _, key in best[:MOST_LIKELY]]

    def _weight(self, triple: str) -> float:
        return log(2 + self._size / (1 + len(self._holders.get(triple, ()))))


def _triples(name: str) -> set[str]:
    return {f" {word} "[start : start + 3] for word in plain_words(name) for start in range(len(word))}
