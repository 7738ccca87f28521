# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of an item or a run as plain lines of a file that has no other place for it, and read back from them.

Reading gives what says the same lines again. Where names hold the signs that part them, that may be parted in another way than it
was before.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.programme.credits import Credit, credit_lines
from app.programme.inside import StandView, SubItemView
from app.programme.rules import ROLE_LABELS, ContributorRole
from app.texts import LANGUAGES, force_locale, gettext

_CLOCK = re.compile(r"([0-9]{1,2}:[0-9]{2})–([0-9]{1,2}:[0-9]{2}) (.+)")
_ENTRY = "– "
_MOST_PEOPLE = 100  # of one short talk; a longer list is words of its title

_Step = tuple[int, int, tuple[str, str, str]]
"""Where a token of a list of people ends, how many there are from it to the end of the text, and the token: sign before it, word for
the role, name."""


@dataclass(frozen=True, slots=True)
class TalkLines:
    """A short talk: `clock` from and until, as people read them; `people` each as `Credit.who`."""

    title: str
    note: str = ""
    clock: tuple[str, str] | None = None
    people: tuple[tuple[ContributorRole, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StandLines:
    organisation: str
    table_label: str = ""
    note: str = ""


def inside_in_lines(inside: Iterable[SubItemView], stands: Iterable[StandView] = ()) -> Iterator[str]:
    """Short talks are words of that in which they stand: as events they would take its room a second time, and apps would
    show clashes. Under a heading each, so that they are known again."""
    talks = ["\n".join(one.in_lines()) for one in inside]
    for heading, entries in ((_talks(), talks), (_stands(), [one.line for one in stands])):
        if entries:
            yield heading
            yield from (f"{_ENTRY}{one}" for one in entries)


def _talks() -> str:
    return f"{gettext('Short talks')}:"


def _stands() -> str:
    return f"{gettext('Stands')}:"


def inside_of_lines(
    description: str, named: Sequence[str]
) -> tuple[str, tuple[TalkLines, ...], tuple[StandLines, ...]]:
    """The opposite, in whichever of our languages: what else the description says, short talks and stands. `named` is everybody
    whom the file names beside it."""
    lines, found = description.split("\n"), dict[str, list[str]]()
    headings = {name: set[str]() for name in ("stands", "talks")}
    for spoken in LANGUAGES:
        with force_locale(spoken):
            headings["stands"].add(_stands())
            headings["talks"].add(_talks())
    for name, words in headings.items():  # the last of them stands at the end
        place = _heading(lines, words)
        found[name] = _entries(lines[place + 1 :])
        lines = lines[:place]
    labels = _labels()
    talks = tuple(_talk(one, named, labels) for one in found["talks"])
    return "\n".join(lines).rstrip(), talks, tuple(_stand(one) for one in found["stands"])


def _heading(lines: Sequence[str], words: set[str]) -> int:
    """Where the list begins; behind all lines if there is none."""
    places = (place for place in range(len(lines) - 2, -1, -1) if lines[place] in words)
    return next((one for one in places if lines[one + 1].startswith(_ENTRY)), len(lines))


def _entries(lines: Iterable[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line.startswith(_ENTRY):
            found.append(line.removeprefix(_ENTRY))
        else:
            found[-1] += f"\n{line}"
    return found


def _stand(entry: str) -> StandLines:
    """ "Tisch 3: Verein (Film)" """
    named, opened, note = entry.rpartition(" (") if entry.endswith(")") else (entry, "", "")
    if not opened or not named:
        named, note = entry, ""
    label, colon, organisation = named.partition(": ")
    if not (colon and label and organisation):
        label, organisation = "", named
    return StandLines(organisation, label, note.removesuffix(")"))


def _talk(entry: str, named: Sequence[str], labels: dict[str, ContributorRole]) -> TalkLines:
    """ "9:30–9:45 Film; Vortrag: Ada Probe" and below it the note."""
    heading, _, note = entry.partition("\n")
    timed = _CLOCK.fullmatch(heading)
    rest = timed[3] if timed else heading
    title, people = rest, tuple[tuple[ContributorRole, str], ...]()
    steps = _steps(rest, named, labels)
    for place in (one.start() for one in re.finditer("; ", rest)):
        people = _people(rest, place, steps, labels)
        if people and place:
            title = rest[:place]
            break
    return TalkLines(
        title, note.strip(), (timed[1], timed[2]) if timed else None, people if title != rest else ()
    )


def _labels() -> dict[str, ContributorRole]:
    found: dict[str, ContributorRole] = {}
    for spoken in LANGUAGES:
        with force_locale(spoken):
            found |= {f"{gettext(label)}: ": role for role, label in ROLE_LABELS.items()}
    return found


def _people(
    rest: str, place: int, steps: Mapping[int, _Step], labels: Mapping[str, ContributorRole]
) -> tuple[tuple[ContributorRole, str], ...]:
    """Those of whom the text behind the semicolon at `place` consists, in which names of one role follow one another; nobody where
    it says anything else."""
    if place not in steps or steps[place][1] > _MOST_PEOPLE:
        return ()
    text, tokens = rest[place + 2 :], list(_tokens(place, steps))
    for new_group in (False, True):  # what follows a semicolon may be of the role before it, or facilitate
        role, found = ContributorRole.FACILITATION, list[tuple[ContributorRole, str]]()
        for parting, label, who in tokens:
            if label:
                role = labels[label]
            elif parting == "; " and new_group:
                role = ContributorRole.FACILITATION
            found.append((role, who))
        if _says(found, text):
            return tuple(found)
    return ()


def _says(people: Iterable[tuple[ContributorRole, str]], text: str) -> bool:
    named = [Credit(0, role, who) for role, who in people]
    for spoken in LANGUAGES:
        with force_locale(spoken):
            if "; ".join(credit_lines(named)) == text:
                return True
    return False


def _tokens(place: int, steps: Mapping[int, _Step]) -> Iterator[tuple[str, str, str]]:
    while (step := steps.get(place)) is not None:
        place, _left, token = step
        yield token


def _steps(text: str, named: Sequence[str], labels: Mapping[str, ContributorRole]) -> dict[int, _Step]:
    """Place of a sign that parts → the token behind it, where again and again one follows until the end of the text. Once for all
    places at which such a list may begin, and each is looked at once, however alike the names are."""
    names = sorted(set(named) - {""}, key=len, reverse=True)
    steps: dict[int, _Step] = {}

    def behind(sign: str, place: int) -> _Step | None:
        for label in (*labels, ""):
            if not text.startswith(label, place):
                continue
            for who in names:
                end = place + len(label) + len(who)
                if text.startswith(who, place + len(label)) and (end == len(text) or end in steps):
                    left = steps[end][1] if end in steps else 0
                    return end, left + 1, (sign, label, who)
        return None

    for place in range(len(text) - 1, -1, -1):
        sign = text[place : place + 2]
        if sign in {", ", "; "} and (step := behind(sign, place + 2)) is not None:
            steps[place] = step
    return steps
