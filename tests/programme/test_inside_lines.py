# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of something, as lines and read back: the same lines again, whatever people are called."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask

from app.programme import inside_lines
from app.programme.credits import Credit
from app.programme.inside import StandView, SubItemView
from app.programme.inside_lines import StandLines, TalkLines, inside_in_lines, inside_of_lines
from app.programme.rules import ContributorRole
from app.texts import force_locale
from tests.factories.days import at

TITLES = ("Film", "A; B", "Vortrag: C", "9:00–9:10 Uhr", "– Strich", "Stände:")
PEOPLE = ("Ada Probe", "Ben, Leiter, Stadt", "A; B", "Vortrag: X", "Ada", "Kurzbeiträge:")
STANDS = ("Verein", "Kreis (e.V.)", "Bund: Land", "A (b (c))")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("de"):
        yield


def talk(luck: Random) -> SubItemView:
    begins = at("9:00") + timedelta(minutes=5 * luck.randint(0, 20))
    times: tuple[datetime | None, datetime | None] = (begins, begins + timedelta(minutes=10))
    roles = [one for one in ContributorRole if one is not ContributorRole.DAY_MODERATION]
    people = tuple(Credit(0, luck.choice(roles), one) for one in luck.sample(PEOPLE, luck.randint(0, 3)))
    note = luck.choice(("", "Eine Zeile", "Zwei\n\nZeilen"))
    return SubItemView(0, luck.choice(TITLES), note, *luck.choice((times, (None, None))), people)


def again(one: TalkLines) -> SubItemView:
    times: list[datetime | None] = [at(clock) for clock in one.clock] if one.clock else [None, None]
    people = tuple(Credit(0, role, who) for role, who in one.people)
    return SubItemView(0, one.title, one.note, times[0], times[1], people)


def test_what_is_read_says_the_same_lines() -> None:
    for seed in range(300):
        says_the_same_lines(Random(seed))


def says_the_same_lines(luck: Random) -> None:
    talks = [talk(luck) for _ in range(luck.randint(0, 4))]
    stands = [
        StandView(luck.choice(STANDS), luck.choice(("", "Tisch 1")), False, luck.choice(("", "Film (neu)")))
        for _ in range(luck.randint(0, 3))
    ]
    before = luck.choice(("", "Worum es geht.\n– Erstens\n– Zweitens"))
    lines = "\n".join((*([before] if before else []), *inside_in_lines(talks, stands)))
    named = list(dict.fromkeys(who.who for one in talks for who in one.contributors))
    with force_locale("en"):  # whoever reads it
        rest, read, stalls = inside_of_lines(lines, named)
    told = [StandView(one.organisation, one.table_label, False, one.note) for one in stalls]
    said = "\n".join((*([rest] if rest else []), *inside_in_lines(map(again, read), told)))
    assert said == lines


def test_plain_ones_are_parted_as_they_were() -> None:
    people = (
        Credit(0, ContributorRole.TALK, "Ada Probe, Leiterin"),
        Credit(0, ContributorRole.MINUTES, "Ben"),
    )
    lines = inside_in_lines(
        [SubItemView(0, "AG 1", "Mehr dazu", at("9:00"), at("9:10"), people)],
        [StandView("Verein", "Tisch 3", True, "Film")],
    )
    assert inside_of_lines("\n".join(lines), [one.who for one in people]) == (
        "",
        (TalkLines("AG 1", "Mehr dazu", ("9:00", "9:10"), tuple((one.role, one.who) for one in people)),),
        (StandLines("Verein", "Tisch 3", "Film"),),
    )


def test_names_that_begin_alike_cost_no_time() -> None:
    named = [", ".join("a" * number) for number in range(1, 21)]
    begun = time.process_time()
    inside_of_lines("Kurzbeiträge:\n– " + "a; " + ", ".join("a" * 3000) + "!", named)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("ending", ["", "!"])
@pytest.mark.parametrize("named", [["A"], ["A", "B, C", "A; A"]])
def test_a_long_row_of_semicolons_is_gone_through_once(
    monkeypatch: pytest.MonkeyPatch, named: list[str], ending: str
) -> None:
    """Each of them could be where the title ends."""
    calls: Counter[str] = Counter()

    def counted(name: str) -> None:
        real = getattr(inside_lines, name)

        def work(*given: Any) -> Any:
            calls[name] += 1
            return real(*given)

        monkeypatch.setattr(inside_lines, name, work)

    for name in ("_steps", "_tokens", "_says"):
        counted(name)
    title = "; A" * (20_000 // 3) + ending
    _, (read,), _ = inside_of_lines(f"Kurzbeiträge:\n– Film{title}", named)
    assert says([read]) == [f"Film{title}"]
    assert calls["_steps"] == 1
    assert (
        calls["_tokens"] <= 200
    )  # as many as a list may hold people, whatever the length; some are called "A; A"
    assert calls["_says"] <= 400


def says(talks: Iterable[TalkLines]) -> list[str]:
    return ["\n".join(again(one).in_lines()) for one in talks]
