# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Texts that a file parts in other ways than the day does: nothing of them is lost, all of them stand in what people read."""

from collections.abc import Sequence

from app.events.facts import RoomFacts
from app.programme.credits import Credit
from app.programme.workshop_facts import LANGUAGES, WorkshopFacts
from app.scheduling.imports.values import Entry, Person
from app.texts import gettext


def item_texts(entry: Entry, spoken: str) -> dict[str, str]:
    """What an item for everybody says, by the names of its facts; `spoken` is the language of the day. Links, and a language
    that we have no word for, stand below the note."""
    spoken_here = entry.language in ({""} if entry.own_language else {"", spoken})
    notes = [entry.abstract, "\n".join(link_lines(entry))]
    if not spoken_here and entry.language not in LANGUAGES:
        notes.append(gettext("Language: %(language)s", language=entry.language))
    return {
        "subtitle": entry.subtitle,
        "note": "\n\n".join(one for one in notes if one),
        "description": entry.description,
        "track": entry.track,
        "language": "" if spoken_here or entry.language not in LANGUAGES else entry.language,
    }


def facts_of_session(entry: Entry, spoken: str) -> WorkshopFacts:
    """A session of another program as a workshop."""
    parts = [entry.subtitle, entry.abstract, "" if entry.description == entry.abstract else entry.description]
    language = entry.language if entry.language in LANGUAGES and entry.language != spoken else ""
    if entry.language and entry.language not in LANGUAGES:
        parts.append(gettext("Language: %(language)s", language=entry.language))
    return WorkshopFacts(
        title=entry.title,
        abstract="\n\n".join(one for one in parts if one),
        track=entry.track,
        language=language,
        materials="\n".join(link_lines(entry)),
    )


def link_lines(entry: Entry) -> list[str]:
    return [f"{words}: {to}" if words and to else words or to for words, to in entry.links]


def person_of_credit(one: Credit) -> Person:
    return Person(one.name, one.function, one.organisation, one.role, one.about)


def room_or_before(named: str, before: RoomFacts | None, *, ours: bool) -> str:
    """What a file of others leaves empty stays as it is; a schedule of ours says all there is."""
    return named if named or ours or before is None else before.name


def people_or_those_before(
    said: Sequence[Person], before: Sequence[Credit], *, ours: bool
) -> tuple[Person, ...]:
    """Those whom the file names, each with what it does not say as it was: role, function, text."""
    stood = [person_of_credit(one) for one in before]
    silent = all(one.role is None for one in said)
    if (not said and not ours) or (silent and _named(said) == _named(stood)):
        return tuple(stood)
    by_words = {one.who: one for one in reversed(stood)}
    by_name = {one.name: one for one in reversed(stood)}
    return tuple(_completed(one, by_words.get(one.who) or by_name.get(one.name)) for one in said)


def _named(people: Sequence[Person]) -> list[str]:
    """Each once: who has two roles may stand there twice."""
    return list(dict.fromkeys(one.who for one in people))


def _completed(one: Person, before: Person | None) -> Person:
    if before is None or one.role is not None:
        return one
    if one.who == before.who:
        return before
    return Person(
        one.name,
        one.function or before.function,
        one.organisation or before.organisation,
        before.role,
        one.about or before.about,
    )
