# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team says of a workshop, said once: table, form, pages, files and calendars read it here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Protocol, get_type_hints

from app.refusal import N_
from app.texts import LANGUAGES as SPOKEN
from app.texts import force_locale, gettext

# What a workshop may be held in. Whatever else is spoken or signed stands in the words on interpreting.
LANGUAGES = {
    "de": N_("German"),
    "en": N_("English"),
    "ar": N_("Arabic"),
    "bg": N_("Bulgarian"),
    "fa": N_("Persian"),
    "fr": N_("French"),
    "it": N_("Italian"),
    "ku": N_("Kurdish"),
    "pl": N_("Polish"),
    "ro": N_("Romanian"),
    "ru": N_("Russian"),
    "es": N_("Spanish"),
    "tr": N_("Turkish"),
    "uk": N_("Ukrainian"),
}
LANGUAGE_CHOICES = (("", N_("As the texts of the day")), *LANGUAGES.items())
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class WorkshopFact:
    """How one fact of a workshop is asked. Texts are source strings.

    `longest` counts characters of one line; texts of several lines have `rows` instead: paragraphs, or `one_per_line` things of
    their own. Readers see it under `read_as` where that is other than what the team is asked.
    """

    label: str
    longest: int = 0
    rows: int = 0
    one_per_line: bool = False
    hint: str = ""
    read_as: str = ""

    @property
    def heading(self) -> str:
        return self.read_as or self.label


@dataclass(frozen=True, slots=True)
class WorkshopFacts:
    """What the organiser's form says of a workshop. `language` is a key of `LANGUAGES`, or empty: that of the day's texts.

    `undocumented`: what is said there stays there, so the documentation takes nothing of it.
    """

    title: Annotated[str, WorkshopFact(N_("Title"), longest=200)]
    abstract: Annotated[
        str,
        WorkshopFact(
            N_("Description"),
            rows=6,
            hint=N_("What it is about and what people take home. Two to five sentences."),
        ),
    ] = ""
    track: Annotated[
        str,
        WorkshopFact(
            N_("Track"),
            longest=60,
            hint=N_(
                "A subject area, for instance: Labour market. Workshops with the same word get the same colour in the agenda."
            ),
        ),
    ] = ""
    target_group: Annotated[
        str,
        WorkshopFact(
            N_("For whom"), longest=300, hint=N_("Only where it is for others than the day as a whole.")
        ),
    ] = ""
    prerequisites: Annotated[
        str,
        WorkshopFact(N_("Prerequisites"), longest=300, hint=N_("What people should know or bring along.")),
    ] = ""
    method: Annotated[
        str,
        WorkshopFact(
            N_("Way of working"), longest=200, hint=N_("For instance: case work in small groups, World Café.")
        ),
    ] = ""
    language: Annotated[str, WorkshopFact(N_("Language"), longest=3)] = ""
    interpreting: Annotated[
        str,
        WorkshopFact(
            N_("Interpreting"), longest=200, hint=N_("For instance: German Sign Language, Arabic on request.")
        ),
    ] = ""
    guiding_questions: Annotated[
        str,
        WorkshopFact(
            N_("Guiding questions"),
            rows=4,
            one_per_line=True,
            hint=N_("One per line. Whoever writes down the results sees them again."),
        ),
    ] = ""
    materials: Annotated[
        str,
        WorkshopFact(
            N_("To read beforehand"),
            rows=4,
            one_per_line=True,
            hint=N_("One text or link per line, for instance: Guideline: https://example.org/guideline.pdf"),
        ),
    ] = ""
    undocumented: Annotated[
        bool,
        WorkshopFact(
            N_("No documentation"),
            hint=N_(
                "What is said there stays there: the documentation takes no findings, agreements, photos or"
                " documents of this workshop. What is written already is no longer shown."
            ),
        ),
    ] = False

    @classmethod
    def of(cls, row: "SaysOfWorkshop") -> "WorkshopFacts":
        return cls(**{one.name: getattr(row, one.name) for one in fields(cls)})

    def in_short(self) -> list[tuple[str, str]]:
        """What fits on a line each, as heading and words in the reader's language, without what is empty."""
        said = [(gettext(WORKSHOP_FACTS[name].heading), self.words(name)) for name in SHORT]
        return [(heading, words) for heading, words in said if words]

    def words(self, name: str) -> str:
        """A fact as people read it."""
        if name == "language":
            return gettext(LANGUAGES[self.language]) if self.language else ""
        return str(getattr(self, name))

    @property
    def questions(self) -> tuple[str, ...]:
        return _lines(self.guiding_questions)

    @property
    def reading(self) -> tuple[tuple[str, str], ...]:
        """What to read beforehand, line by line: the words, and the address that stands in them or ""."""
        return tuple(_linked(line) for line in _lines(self.materials))

    def in_lines(self) -> Iterator[str]:
        """All but title and description as plain lines, for files and calendars."""
        for heading, words in self.in_short():
            yield f"{heading}: {words}"
        for heading, lines in self._in_lists():
            yield f"{heading}:"
            yield from (f"- {line}" for line in lines)
        if self.undocumented:
            yield confidence()

    def _in_lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name in LISTED:
            if lines := _lines(getattr(self, name)):
                yield gettext(WORKSHOP_FACTS[name].heading), lines


class SaysOfWorkshop(Protocol):
    """A row with a column for each fact."""

    title: str
    abstract: str


def confidence() -> str:
    """What people should know of a workshop without documentation."""
    return gettext("What is said here stays here: there are no notes and no photos of this workshop.")


def facts_in_lines(description: str) -> tuple[dict[str, str], str]:
    """What `in_lines` said, in whichever of our languages: the facts by their names, and whatever else stands there."""
    said, rest = dict[str, str](), list[str]()
    headings = {words: name for one in SPOKEN for words, name in _headings_in(one).items()}
    listed = ""
    for line in description.splitlines():
        if listed and line.startswith("- "):
            said[listed] = f"{said[listed]}\n{line[2:]}".strip()
            continue
        heading, colon, words = line.partition(":")
        name, listed = headings.get(heading, "") if colon else "", ""
        if headings.get(line) == "undocumented":
            said["undocumented"] = "yes"
        elif name in SHORT and name not in said and words.strip():
            said[name] = words.strip()
        elif name in LISTED and name not in said and not words.strip():
            listed, said[name] = name, ""
        else:
            rest.append(line)
    return said, "\n".join(rest).strip()


def _headings_in(spoken: str) -> dict[str, str]:
    with force_locale(spoken):
        named = {gettext(fact.heading): name for name, fact in WORKSHOP_FACTS.items()}
        return {**named, confidence(): "undocumented"}


def _lines(text: str) -> tuple[str, ...]:
    """Without empty lines, and without the dash or bullet that people type before a line."""
    cleaned = (line.strip().lstrip("-–•*").strip() for line in text.splitlines())
    return tuple(line for line in cleaned if line)


def _linked(line: str) -> tuple[str, str]:
    """ "Guideline: https://…" as "Guideline" and its address; an address alone names itself."""
    found = _ADDRESS.search(line)
    if found is None:
        return line, ""
    address = found[0].rstrip(".,;)")
    words = " ".join(line.replace(address, "").replace("()", "").split()).strip(" :–-,;.")
    return words or address, address


def _facts_of_workshop() -> dict[str, WorkshopFact]:
    hints = get_type_hints(WorkshopFacts, include_extras=True)
    return {one.name: hints[one.name].__metadata__[0] for one in fields(WorkshopFacts)}


WORKSHOP_FACTS = _facts_of_workshop()
SHORT = ("track", "target_group", "prerequisites", "method", "language", "interpreting")
LISTED = ("guiding_questions", "materials")
