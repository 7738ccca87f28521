# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rooms and kinds by the names that a file has for them: those of the day, and what the team chose for all others.

A room that nobody said anything of is a fault. A kind that is not known becomes one of the day's own, unless another is chosen.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.events.facts import RoomFacts
from app.folding import plain
from app.programme.kinds import Kind, KindFacts
from app.programme.rules import Icon
from app.refusal import N_, Refusal
from app.scheduling.imports.plans import NEW, NONE, Choices, Day
from app.scheduling.imports.values import Entry, ProgrammeFile

AS = "="  # before the name of a room of the day


class Names:
    def __init__(self, file: ProgrammeFile, day: Day, choices: Choices) -> None:
        self._day, self._choices = day, choices
        self._facts = {plain(one.name): one for one in file.rooms}
        self._kinds = file.kinds
        self._ours = {plain(one): one for one in day.rooms}
        listed = [one.name for one in file.rooms if file.ours]  # rooms in which nothing takes place, too
        named = dict.fromkeys([*listed, *(one.room for one in file.entries if one.room)])
        self.listed = frozenset(listed)
        self.unknown_rooms = tuple(one for one in named if plain(one) not in self._ours)

    def refuse_unknown(self, entry: Entry) -> None:
        if entry.room in self.unknown_rooms and not self._chosen(entry.room):
            raise Refusal(
                N_("The room “%(room)s” is not known. Please say above what it is."), room=entry.room
            )

    def room(self, name: str) -> str:
        """The name that it has in the day, or will have; empty for none."""
        if not name or plain(name) in self._ours:
            return self._ours.get(plain(name), "")
        chosen = self._chosen(name)
        if chosen.startswith(AS):
            return chosen.removeprefix(AS)
        return "" if chosen == NONE else name

    @property
    def rooms_to_make(self) -> Iterable[RoomFacts]:
        """With what the file says of them beside their names."""
        for name in self.unknown_rooms:
            if self._chosen(name) == NEW:
                yield self._facts.get(plain(name), RoomFacts(name, None))

    def facts(self, name: str) -> RoomFacts | None:
        """Of a room of the day, or one that is to be made."""
        made = {one.name: one for one in self.rooms_to_make}
        return self._day.rooms.get(name) or made.get(name)

    def _chosen(self, name: str) -> str:
        chosen = self._choices.rooms.get(name, "")
        if chosen.startswith(AS) and chosen.removeprefix(AS) not in self._day.rooms:
            chosen = ""  # it was removed meanwhile
        return chosen or (NEW if self._choices.make_rooms else "")

    def unknown_kinds(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        words = dict.fromkeys(one.kind for one in entries if one.kind and one.key not in self._day.kinds)
        return tuple(one for one in words if self._called(one) is None)

    def kind(self, entry: Entry) -> str:
        """A key, or the word for a kind that is to be made; empty where the file says nothing."""
        if entry.key in self._day.kinds:
            return entry.key
        called = self._called(entry.kind)
        if called is not None:
            return called.key
        chosen = self._choices.kinds.get(entry.kind, NEW)
        return chosen if chosen in self._day.kinds else entry.kind

    def facts_of_kind(self, entry: Entry, word: str) -> KindFacts:
        """Of a kind that is to be made, with what the file says of it. A name that the day has for another kind is left out."""
        said = self._kinds.get(entry.key, KindFacts(word, "", Icon.STAR))
        given = {plain(name) for one in self._day.kinds.values() for name in (one.name, one.name_en)}
        return replace(
            said,
            name=word if plain(said.name) in given else said.name,
            name_en="" if plain(said.name_en) in given else said.name_en,
        )

    def _called(self, word: str) -> Kind | None:
        """The kind that files of ours call so: in the language of the day, so that it goes out under the word that came in."""
        spoken = self._day.event.language
        kinds = self._day.kinds.values()
        return next((one for one in kinds if word and plain(one.in_language(spoken)) == plain(word)), None)

    @staticmethod
    def kind_like(word: str, day: Day) -> Kind | None:
        """The kind of the day that is called so in either language."""
        called = plain(word)
        kinds = day.kinds.values()
        return next(
            (one for one in kinds if called and called in {plain(one.name), plain(one.name_en)}), None
        )
