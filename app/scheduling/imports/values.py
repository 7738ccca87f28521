# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme as a file says it: one value, whatever the format was.

Each entry knows the place in the file where it stands, and so does whatever is wrong. Texts are tidied as forms tidy what
people type; what is longer than its field is a fault, never cut.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.events.facts import RoomFacts
from app.folding import clean_line, clean_text, is_unprintable
from app.programme.kinds import KindFacts
from app.programme.rounds import Parts
from app.programme.rules import MOST_CONTRIBUTORS, ContributorRole
from app.programme.workshop_facts import LANGUAGES, WorkshopFacts
from app.refusal import N_, Refusal
from app.texts import gettext

MOST_ENTRIES = 5_000
LONGEST_LINE, LONGEST_TEXT = 200, 20_000  # letters, as the forms have them
NO_ROOMS = frozenset(("", "–", "-"))  # names that say that there is none
LONGEST_KIND, LONGEST_TRACK, LONGEST_LABEL, LONGEST_ROOM = 60, 60, 10, 100
LONGEST_STATION, LONGEST_NOTE = 60, 300
LONGEST_TITLE = (
    LONGEST_LABEL + 1 + LONGEST_LINE
)  # of a schedule of ours: with the number of the run before it


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: the line of a text, the row of a table, or the path to a value."""

    line: int = 0
    row: int = 0
    path: str = ""

    @property
    def words(self) -> str:
        if self.row:
            return gettext("Row %(number)s", number=self.row)
        return gettext("Line %(number)s", number=self.line) if self.line else self.path


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be taken over, where it stands, and why."""

    where: Where
    title: str
    why: Refusal


@dataclass(frozen=True, slots=True)
class Person:
    """`role` None: the file does not say it. Without function and organisation where the file has them in one text with the name."""

    name: str
    function: str = ""
    organisation: str = ""
    role: ContributorRole | None = None
    about: str = ""

    @property
    def who(self) -> str:
        return ", ".join(part for part in (self.name, self.function, self.organisation) if part)


@dataclass(frozen=True, slots=True)
class AsRun:
    """What a file says of an entry that is a run of a workshop. `round_number` and `capacity` None and `workshop` empty where it does
    not say; `unlimited`: it says that there is no limit. `about` has the title of the workshop."""

    label: str
    about: WorkshopFacts
    round_title: str = ""
    round_number: int | None = None
    workshop: str = ""
    capacity: int | None = None
    unlimited: bool = False
    least_people: int = 0
    spans: int = 1
    takes_place: bool = True
    station: str | None = None  # None: the file does not say
    booked: bool | None = None  # so does its round


@dataclass(frozen=True, slots=True)
class Talk:
    """A short talk inside of an entry."""

    title: str
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class StandSaid:
    """A stand of an entry."""

    organisation: str
    table_label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that takes place. `kind` is the word for it, `key` that of a kind of ours; `guid` and `number` know it again.

    `run` None: the file does not say whether it is a workshop. `parts`: when it is, where it is interrupted, with the `titles` of
    the rounds in which they begin. `inside` and `stands` None: the file does not say what stands in it. `own_language`: an
    empty language is that of the day's texts, and no other one is.
    """

    where: Where
    title: str
    starts_at: datetime
    ends_at: datetime
    room: str = ""
    kind: str = ""
    key: str = ""
    subtitle: str = ""
    track: str = ""
    language: str = ""
    abstract: str = ""
    description: str = ""
    people: tuple[Person, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # words and address
    guid: str = ""
    number: str = ""
    slug: str = ""
    run: AsRun | None = None
    parts: Parts = ()
    titles: tuple[str, ...] = ()
    inside: tuple[Talk, ...] | None = None
    stands: tuple[StandSaid, ...] | None = None
    own_language: bool = False

    @property
    def every_part(self) -> Parts:
        return self.parts or ((self.starts_at, self.ends_at),)


@dataclass(frozen=True, slots=True)
class RoundSaid:
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    booked: bool | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """All that a file says. `ours`: this program wrote it. `kinds`: what it says of kinds, by their keys. `aside`: what there is no
    place for, by its name in the file and how often."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()
    rooms: tuple[RoomFacts, ...] = ()
    rounds: tuple[RoundSaid, ...] = ()
    moderation: tuple[Person, ...] | None = None
    kinds: Mapping[str, KindFacts] = field(default_factory=dict)
    aside: Mapping[str, int] = field(default_factory=dict)
    ours: bool = False


class Collector:
    """Gathers entries and faults while a file is read. One id stands for one entry: who names it again is a fault."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []
        self.aside = Counter[str]()
        self._seen: dict[tuple[str, str], Where] = {}

    def take(self, where: Where, title: str, make: Callable[[], Entry]) -> None:
        """`make` may refuse. `title` is shown where it does."""
        if len(self.entries) + len(self.faults) >= MOST_ENTRIES:
            raise Refusal(
                N_("This programme is too long. At most %(number)s entries are accepted."),
                field="file",
                number=MOST_ENTRIES,
            )
        try:
            entry = make()
            self._refuse_twice(entry)
        except Refusal as refusal:
            self.faults.append(Fault(where, clean_line(printable(title))[:LONGEST_LINE], refusal))
        else:
            self.entries.append(entry)

    def _refuse_twice(self, entry: Entry) -> None:
        for name, value in (("guid", entry.guid), ("id", entry.number)):
            before = self._seen.setdefault((name, value), entry.where) if value else entry.where
            if before is not entry.where:
                raise Refusal(
                    N_("The same %(name)s stands at another entry: %(place)s."), name=name, place=before.words
                )


def line_of(name: str, typed: str, longest: int = LONGEST_LINE) -> str:
    """One line of text; refuses a longer one. `name` is that of the field, to be shown."""
    return _bounded(name, clean_line(printable(typed).replace("\n", " ").replace("\t", " ")), longest)


def text_of(name: str, typed: str) -> str:
    """Some paragraphs; refuses more than a form takes."""
    return _bounded(name, clean_text(printable(typed)), LONGEST_TEXT)


def _bounded(name: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise Refusal(N_("“%(name)s” is longer than %(longest)s characters."), name=name, longest=longest)
    return text


def printable(text: str) -> str:
    """Without what cannot stand in a mail, a calendar or a badge (T11, T12, T43)."""
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(one if one.isprintable() else _without_signs(one) for one in ends.split("\n"))


def _without_signs(line: str) -> str:
    return "".join(one for one in line if one == "\t" or not is_unprintable(one))


def title_of(typed: str, longest: int = LONGEST_LINE) -> str:
    title = line_of("title", typed, longest)
    if not title:
        raise Refusal(N_("It has no title."))
    return title


def checked(entry: Entry) -> Entry:
    """An entry of a schedule of ours, once the number of a run is taken off its title."""
    title_of(entry.title)
    return entry


def language_of(typed: str) -> str:
    """A language of workshops, or as much of what the file says as can be said: "de-AT" is German."""
    said = line_of("language", typed, LONGEST_LINE).casefold()
    short = said.replace("_", "-").partition("-")[0]
    return short if short in LANGUAGES else said


def each_once(named: Iterable[Person]) -> tuple[Person, ...]:
    """Nobody without a name."""
    return tuple(dict.fromkeys(one for one in named if one.name))


def people_of(named: Iterable[Person]) -> tuple[Person, ...]:
    """Each once, nobody without a name; refuses two of one name in one role, and more than a page has room for."""
    people = each_once(named)
    twice = [
        name
        for (name, _role), number in Counter((one.name, one.role) for one in people).items()
        if number > 1
    ]
    if twice:
        raise Refusal(N_("“%(name)s” stands here already in this role."), name=twice[0])
    if len(people) > MOST_CONTRIBUTORS:
        raise Refusal(N_("Please name at most %(number)s people."), number=MOST_CONTRIBUTORS)
    return people


def person_of(
    name: str, function: str = "", organisation: str = "", role: str = "", about: str = ""
) -> Person:
    """Refuses what is too long. A role that we do not know is none."""
    known = {one.value: one for one in ContributorRole if one is not ContributorRole.DAY_MODERATION}
    return Person(
        line_of("persons", name),
        line_of("function", function),
        line_of("organisation", organisation),
        known.get(role),
        text_of("about", about),
    )


def ending(starts_at: datetime, duration: str) -> datetime:
    """`duration` as "1:30", or "1:02:00" with days before it; refuses what lasts no time."""
    sign, parts = duration.strip().startswith("-"), duration.strip().lstrip("-").split(":")
    if len(parts) not in {2, 3} or not all(
        one.isascii() and one.isdecimal() and len(one) < 4 for one in parts
    ):
        raise Refusal(
            N_("“%(typed)s” is no duration. Hours and minutes are expected, such as 1:30."),
            typed=duration[:40],
        )
    days, hours, minutes = (int(one) for one in ["0", *parts][-3:])
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if sign or not length:
        raise EndBeforeStart
    return starts_at + length


def talk_of(
    title: str, note: str, times: tuple[datetime, datetime] | None, begins: datetime, people: Iterable[Person]
) -> Talk:
    """A short talk of what begins then; refuses times that do not follow one another."""
    if times is not None and not begins <= times[0] < times[1]:
        raise EndBeforeStart
    starts_at, ends_at = times if times is not None else (None, None)
    return Talk(title_of(title), text_of("note", note), starts_at, ends_at, people_of(people))


class EndBeforeStart(Refusal):
    """Of an entry, said at its place in the file."""

    def __init__(self) -> None:
        super().__init__(N_("It ends before it begins, or at the same moment."))
