# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a column of a list may say of somebody: the person, the kind of organisation, workshops, answers.

The headings of the template, the fields of the page and what is read from a row all come from here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy.orm import Session

from app.attendees.imports.bounds import Cell
from app.attendees.imports.headings import (
    FULL_NAME,
    FULL_NAMES,
    column_most_like,
    guess,
    key_of,
    looks_like_address,
)
from app.events.models import Event
from app.organisations.models import OrganisationKind
from app.organisations.queries import offered_kinds
from app.programme.agenda import RoundView, read_rounds, wishable
from app.refusal import N_
from app.registration.person import LISTED, Kind, PersonField
from app.registration.questions.models import Question
from app.registration.questions.queries import questions_of
from app.registration.rules import Participation
from app.texts import force_locale, gettext

KIND = "kind"
MOST_WISHES = 3  # columns per round; a cell may name several
_KIND_HEADINGS = (
    "art der organisation",
    "organisationsart",
    "art der einrichtung",
    "einrichtungsart",
    "behördenart",
    "kind of organisation",
)
_WISHES = (("erstwunsch", "1. wahl"), ("zweitwunsch", "2. wahl"), ("drittwunsch", "3. wahl"))


class Subject(Enum):
    PERSON = "person"
    FULL_NAME = "full name"
    KIND = "kind"
    PLACE = "place"
    WISH = "wish"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a column may say. `name` is that of the form's field; `headings` are what columns of it are called."""

    name: str
    label: str
    headings: Sequence[str]
    subject: Subject
    field: PersonField | None = None
    round: RoundView | None = None
    question: Question | None = None
    kinds: Sequence[OrganisationKind] = ()

    @property
    def longest(self) -> int | None:
        return self.field.longest if self.field else None


def targets_of(session: Session, event: Event) -> list[Target]:
    """Those of the day, in the reader's language: wishes where the day asks for them, else places; questions but the
    sensitive ones (DP-04)."""
    rounds = read_rounds(session, event)
    plain = [one for one in questions_of(session, event.id) if not one.sensitive]
    ways = _wishes_in if event.awaits_places else _places_in
    return [
        *(one for one in _person() if event.offers_online or not (one.field and one.field.kind is Kind.WAY)),
        Target(
            KIND, gettext("Kind of organisation"), _KIND_HEADINGS, Subject.KIND, kinds=offered_kinds(session)
        ),
        *(target for one in rounds if one.runs for target in ways(one, len(rounds) == 1)),
        *(Target(one.field, one.label, (one.label,), Subject.ANSWER, question=one) for one in plain),
    ]


def template_head(session: Session, event: Event) -> list[str]:
    """The headings of an empty list to fill in, in German as all files."""
    with force_locale("de"):
        return [one.label for one in targets_of(session, event) if one.subject is not Subject.FULL_NAME]


def _person() -> list[Target]:
    persons = [Target(one.name, gettext(one.label), _headings(one), Subject.PERSON, one) for one in LISTED]
    whole = Target(FULL_NAME, gettext("Family and given name in one"), FULL_NAMES, Subject.FULL_NAME)
    return [*persons[:2], whole, *persons[2:]]


def _headings(field: PersonField) -> Sequence[str]:
    """Of the way of taking part without its label: under "Teilnahme" other lists say yes or no."""
    return field.headings if field.kind is Kind.WAY else (*field.headings, gettext(field.label))


def _places_in(round_: RoundView, _only: bool) -> list[Target]:
    return [
        Target(f"round-{round_.id}", round_.title, (round_.title,), Subject.PLACE, round=round_),
    ]


def _wishes_in(round_: RoundView, only: bool) -> list[Target]:
    targets = []
    for rank in range(1, min(len(wishable(round_.runs)), MOST_WISHES) + 1):
        label = gettext("%(round)s: %(rank)s. wish", round=round_.title, rank=rank)
        headings = [
            label,
            f"{round_.title}: {rank}. Wunsch",
            f"{rank}. Wunsch {round_.title}",
            f"Wunsch {rank} {round_.title}",
        ]
        if rank == 1:
            headings.append(round_.title)
        if only:
            headings += [f"{rank}. Wunsch", f"Wunsch {rank}", *_WISHES[rank - 1]]
        targets.append(Target(f"wish-{round_.id}-{rank}", label, headings, Subject.WISH, round=round_))
    return targets


Mapped = Mapping[str, int | None]
"""Name of a target → the place of its column."""


def guess_columns(
    targets: Sequence[Target], head: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> dict[str, int | None]:
    """By the headings; addresses also by what stands below, and "Teilnahme" only by that. A column "Name" with no other for
    given names holds both."""
    ordered = sorted(targets, key=lambda one: one.subject is not Subject.FULL_NAME)
    found = guess(head, {one.name: one.headings for one in ordered})
    if found["family_name"] is not None and found["given_name"] is None and found[FULL_NAME] is None:
        if key_of(head[found["family_name"]]) == "name":
            found[FULL_NAME], found["family_name"] = found["family_name"], None
    elif found["family_name"] is not None and found["given_name"] is not None:
        found[FULL_NAME] = None
    if found["email"] is None:
        place = column_most_like(rows, looks_like_address)
        found["email"] = place if place not in found.values() else None
    if found.get("participation", 0) is None:
        free = (place for place, one in enumerate(head) if key_of(one) in _WAY_OR_WHETHER)
        says = (place for place in free if place not in found.values() and _says_ways(rows, place))
        found["participation"] = next(says, None)
    return found


def _says_ways(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    """Whether most of what stands in the column is a way of taking part."""
    said = [cell.strip() for cells in rows if place < len(cells) and (cell := cells[place])]
    return 2 * sum(way_of(one) is not None for one in said) > len(said)


_WAY_OR_WHETHER = frozenset({"teilnahme", "participation", "attendance"})
_WAYS = {
    Participation.ONLINE: {"online", "digital", "virtuell", "remote", "virtual"},
    Participation.ROOM: {"", "-", "–", "im raum", "raum", "vor ort", "präsenz", "in präsenz", "in the room", "on site", "room"},
}  # fmt: skip


def way_of(value: str) -> Participation | None:
    """Nothing written: in the room, as on days that do not ask."""
    return next((way for way, words in _WAYS.items() if value.casefold() in words), None)


FAMILY_FIRST, GIVEN_FIRST = "family", "given"
ORDERS = {
    GIVEN_FIRST: N_("Given name first: Jörg Müller"),
    FAMILY_FIRST: N_("Family name first: Müller Jörg"),
}
_TITLES = frozenset({"herr", "herrn", "frau", "hr", "fr", "mr", "mrs", "ms"})


def order_of(heading: str) -> str:
    """Which name comes first in a column that is called so."""
    key = key_of(heading)
    family_first = key.startswith(("name", "nachname", "familienname", "zuname")) and "vorname" in key
    return FAMILY_FIRST if family_first else GIVEN_FIRST


def part_name(whole: str, order: str) -> tuple[str, str]:
    """Family name and given name. A comma says which is which; else `order`, small words such as "von" go with the
    family name. "Herr" and "Frau" are no part of it."""
    if "," in whole:
        family, _, given = (one.strip() for one in whole.partition(","))
        return family, " ".join(_without_titles(given.split()))
    words = _without_titles(whole.split())
    if len(words) < 2:
        return " ".join(words), ""
    if order == FAMILY_FIRST:
        end = next((at for at, one in enumerate(words) if not _is_small(one)), 0) + 1
        return " ".join(words[:end]), " ".join(words[end:])
    start = len(words) - 1
    while start > 1 and _is_small(words[start - 1]):
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])


def _without_titles(words: Collection[str]) -> list[str]:
    every = list(words)
    while every and every[0].casefold().rstrip(".") in _TITLES:
        every.pop(0)
    return every


def _is_small(word: str) -> bool:
    return word.isalpha() and word.islower()
