# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What cells say beside the person: kind of organisation, places or wishes, answers. Values in, values out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.attendees.imports.bounds import Cell
from app.attendees.imports.headings import key_of
from app.attendees.imports.service import Newcomer
from app.attendees.imports.targets import Mapped, Subject, Target
from app.folding import clean_line, clean_text, loose
from app.organisations.models import OrganisationKind
from app.programme.agenda import RoundView, RunView, wishable
from app.programme.rounds import numbers_filled
from app.refusal import N_, Refusal
from app.registration.questions.answers import HIGHEST_NUMBER, LONGEST
from app.registration.questions.models import Option, Question
from app.registration.questions.rules import CHOOSING, NoSuchAnswer, OptionFull, QuestionKind
from app.registration.rules import RoundAnswer, TwiceTheSameWorkshop, UnknownRun
from app.registration.workshops.places import GoesOn
from app.registration.workshops.wishes import MOST_RANKS, InRoomOnly, Wished
from app.texts import gettext, language, sentence_of

_NOTE = re.compile(r"\s*\([^()]*\)$")  # "1.2 Beraten (Warteliste 3)", as our own lists say it
_ABSENT = frozenset(("nichtdabei", "nimmtnichtteil", "keineteilnahme", "abwesend", "absent", "nottakingpart"))
_NOTHING = frozenset(("", "keiner", "keine", "offen", "egal", "open"))
_YES = frozenset(("ja", "yes", "j", "y", "x", "1", "wahr", "true"))
_NO = frozenset(("nein", "no", "n", "0", "falsch", "false"))
_BARE = re.compile(r"[0-9]+[.,][0-9]")
_WORDS = re.compile(r"[^\W_]+")
_SEVERAL = re.compile(r"[;\n]")

Fault = tuple[Target, str, str]
"""What a cell was to say, what stands there, and why it cannot stay."""


@dataclass(slots=True)
class Chosen:
    """What one row says beside the person. `wished` None: the day asks for no wishes, or the row names none."""

    choices: dict[int, int | RoundAnswer] = field(default_factory=dict)
    given: dict[int, tuple[int, ...] | str] = field(default_factory=dict)
    wished: Wished | None = None


class Chooser:
    """Reads such cells for a list; counts the options that run short."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = {one.name: one for one in targets}
        self._rounds = {one.round.id: one.round for one in targets if one.round is not None}
        wishing = any(one.subject is Subject.WISH for one in targets)
        self._runs = {key: _runs_by_name(one, together=wishing) for key, one in self._rounds.items()}
        self._home = {
            run.id: (one, run)
            for one in self._rounds.values()
            for run in (wishable(one.runs) if wishing else one.runs)
        }
        offered = [kind for one in targets for kind in one.kinds]
        self._kinds = _kinds_by_name(offered)
        self._kind_names = {one.key: one.name if language() == "de" else one.name_en for one in offered}
        self._left = {
            option.id: option.seats.left
            for one in targets
            if one.question is not None
            for option in one.question.options
        }

    @property
    def kinds(self) -> str:
        return ", ".join(self._kind_names.values())

    def kind(self, typed: str) -> str | None:
        return self._kinds.get(key_of(typed))

    def read(self, cells: Mapping[str, Cell], *, online: bool = False) -> tuple[Chosen, list[Fault]]:
        """`cells`: name of a target → what stands there. `online`: they take part so, and cannot be in what is in the room only."""
        chosen, faults = Chosen(), list[Fault]()
        wishes: dict[int, list[int]] = {}
        absent: set[int] = set()
        for name, cell in cells.items():
            target = self._targets[name]
            typed = clean_text(cell or "")
            try:
                if target.subject in {Subject.PLACE, Subject.WISH, Subject.ANSWER} and cell is None:
                    raise Refusal(N_("A formula stands here. Please put its value there."))
                if target.subject is Subject.PLACE and target.round is not None:
                    self._choose(chosen, target.round, typed, online=online)
                elif target.subject is Subject.WISH and target.round is not None:
                    self._wish(wishes, absent, target.round, typed, online=online)
                elif target.subject is Subject.ANSWER and target.question is not None:
                    self._answer(chosen, target.question, typed)
            except Refusal as refusal:
                faults.append((target, typed or "=…", sentence_of(refusal)))
        named = {key: tuple(runs) for key, runs in wishes.items() if runs}
        if named or absent:
            chosen.wished = Wished(named, frozenset(absent))
        return chosen, faults

    def shown(self, mapping: Mapped) -> list[Target]:
        """What the columns say beside the person, the wishes of a round once: for a look before it is saved."""
        found: dict[str, Target] = {}
        for name, one in self._targets.items():
            if mapping[name] is not None and one.subject not in {Subject.PERSON, Subject.FULL_NAME}:
                found.setdefault(f"round-{one.round.id}" if one.round else name, one)
        return list(found.values())

    def words(self, target: Target, one: Newcomer) -> str:
        """What was read of somebody for a target."""
        if target.subject is Subject.KIND:
            return self._kind_names.get(one.kind or "", "")
        if target.question is not None:
            answer = one.given.get(target.question.id, "")
            if isinstance(answer, str):
                return answer
            return ", ".join(option.label for option in target.question.options if option.id in answer)
        return self._in_round(target.round, one) if target.round else ""

    def _in_round(self, round_: RoundView, one: Newcomer) -> str:
        wished = one.wished or Wished()
        if one.choices.get(round_.id) is RoundAnswer.ABSENT or round_.id in wished.absent:
            return gettext("takes no part in this round")
        chosen = [self._home[key] for key in one.choices.values() if isinstance(key, int)]
        runs = [run for home, run in chosen if round_.number in _filled(home, run)]
        runs += [self._home[key][1] for key in wished.runs.get(round_.id, ())]
        return "; ".join(f"{run.label} {run.title}" for run in runs)

    def count(self, chosen: Chosen) -> None:
        """The row is added: what it takes of options is gone for the rows below."""
        for answer in chosen.given.values():
            for one in answer if isinstance(answer, tuple) else ():
                left = self._left[one]
                if left is not None:
                    self._left[one] = left - 1

    def _choose(self, chosen: Chosen, round_: RoundView, typed: str, *, online: bool) -> None:
        key = key_of(typed)
        if key in _NOTHING:
            return
        if key in _ABSENT:
            chosen.choices[round_.id] = RoundAnswer.ABSENT
            return
        field_ = f"round-{round_.id}"
        run = self._run(round_, typed, online=online)
        home = self._home[run.id][0]
        for other_id in chosen.choices.values():
            if not isinstance(other_id, int) or other_id == run.id:
                continue
            other_home, other = self._home[other_id]
            if _filled(home, run) & _filled(other_home, other):
                raise GoesOn(field_, other.title)
            if other.workshop_id == run.workshop_id:
                raise TwiceTheSameWorkshop(field_, run.title)
        chosen.choices[home.id] = run.id

    def _wish(
        self, wishes: dict[int, list[int]], absent: set[int], round_: RoundView, typed: str, *, online: bool
    ) -> None:
        """A cell may name several, the dearest first. What began in an earlier round is a wish for that one."""
        for word in _SEVERAL.split(typed):
            key = key_of(word)
            if key in _ABSENT:
                absent.add(round_.id)
            elif key not in _NOTHING:
                run = self._run(round_, word, online=online)
                home = self._home[run.id][0]
                there = wishes.setdefault(home.id, [])
                if run.id in there:
                    if home.id != round_.id:
                        continue
                    raise Refusal(N_("You have named this workshop before. Please name each one once."))
                if len(there) >= MOST_RANKS:
                    raise UnknownRun("")
                there.append(run.id)

    def _run(self, round_: RoundView, typed: str, *, online: bool) -> RunView:
        """By number, title, or both; of parallel runs one that is online is enough for who takes part so."""
        known = self._runs[round_.id]
        if _BARE.fullmatch(typed) and (other := known.get(_run_key(f"{typed}0"))) is not None:
            raise Refusal(
                N_(
                    "This may be %(number)s or %(other)s: spreadsheets drop the nought. Please add the title."
                ),
                number=typed,
                other=other.label,
            )
        for name in (typed, _NOTE.sub("", typed)):
            if (run := known.get(_run_key(name))) is not None:
                if online and not any(one.is_online for one in run.each):
                    raise InRoomOnly(f"round-{round_.id}", run.title)
                return run
        raise UnknownRun(f"round-{round_.id}")

    def _answer(self, chosen: Chosen, question: Question, typed: str) -> None:
        if question.kind in CHOOSING:
            options = _options_named(question, typed)
            for one in options:
                left = self._left[one.id]
                if left is not None and left <= 0:
                    raise OptionFull(question.field, one.label)
            chosen.given[question.id] = tuple(one.id for one in options)
        else:
            chosen.given[question.id] = _text_for(question, typed)


def _filled(round_: RoundView, run: RunView) -> set[int]:
    return set(numbers_filled(round_.number, run.spans))


def _runs_by_name(round_: RoundView, *, together: bool) -> dict[str, RunView]:
    """What a workshop may be called in a cell. What two would be called, neither is; `together`: unless they are parallel
    runs of one workshop."""
    found: dict[str, RunView | None] = {}
    begun = wishable(round_.going_on) if together else round_.going_on
    for run in (*begun, *(wishable(round_.runs) if together else round_.runs)):
        for one in run.each if run.takes_place else ():
            names = (one.label, one.title, f"{one.label} {one.title}", f"{run.label} {run.title}", run.label)
            for name in {_run_key(word) for word in names}:
                found[name] = run if found.get(name, run) is run else None
    return {name: run for name, run in found.items() if run is not None}


def _run_key(text: str) -> str:
    """Folded, but 1.1 is not 11."""
    return " ".join(_WORDS.findall(loose(text)))


def _kinds_by_name(offered: Sequence[OrganisationKind]) -> dict[str, str]:
    """In both languages, and by the key: that of municipal integration centres is in everybody's mouth."""
    return {key_of(one.key): one.key for one in offered} | {
        key_of(word): one.key for one in offered for word in (one.name_en, one.name)
    }


def _options_named(question: Question, typed: str) -> list[Option]:
    if question.kind is QuestionKind.YES_NO:
        yes, no = question.offered
        key = key_of(typed)
        if key not in _YES | _NO:
            raise NoSuchAnswer(question.field)
        return [yes if key in _YES else no]
    by_name = {key_of(one.label): one for one in question.offered}
    whole = by_name.get(key_of(typed))
    if whole is not None:
        return [whole]
    words = [one for one in _SEVERAL.split(typed) if one.strip()]
    if not all(key_of(one) in by_name for one in words):
        words = [one for one in re.split(r"[;,\n]", typed) if one.strip()]
    found = {by_name[key].id: by_name[key] for one in words if (key := key_of(one)) in by_name}
    if len(found) != len(words) or (len(found) > 1 and question.kind is not QuestionKind.SEVERAL_OF):
        raise NoSuchAnswer(question.field)
    return list(found.values())


def _text_for(question: Question, typed: str) -> str:
    """As answers are kept: numbers in digits, dates as 2027-03-11."""
    if question.kind is QuestionKind.DATE:
        day = _day(typed)
        if day is None:
            raise Refusal(N_("Please enter a date like 11.03.2027."))
        return day.isoformat()
    if question.kind is QuestionKind.NUMBER:
        if not typed.isascii() or not typed.isdecimal() or len(typed) > 9 or int(typed) > HIGHEST_NUMBER:
            raise Refusal(
                N_("Please enter a whole number from %(least)d to %(most)d."), least=0, most=HIGHEST_NUMBER
            )
        return str(int(typed))
    if len(typed) > LONGEST[question.kind]:
        raise Refusal(
            N_("This is too long. At most %(max)d characters fit here."), max=LONGEST[question.kind]
        )
    return typed if question.kind is QuestionKind.LONG_TEXT else clean_line(typed.replace("\n", " "))


def _day(typed: str) -> date | None:
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"):
        try:
            return datetime.strptime(typed.split(" ", maxsplit=1)[0], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
