# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Releases over generated histories: who is told, of what, and that every place stays valid."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from flask import Flask

from app.programme.plan import applied, differences, plan_from_json, read_plan
from app.programme.versions import versions_of
from app.web.database import db
from tests.scheduling.histories import History, begun


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def lived(seed: int, *, wishes: bool, steps: int = 3) -> History:
    """A history, looked at after each release and after what people did; in those with an odd number some lead a run."""
    history = begun(seed, wishes=wishes)
    random = history.random
    for _ in range(steps):
        for _ in range(random.randint(1, 4)):
            history.edit()
        history.release()
        history.check()
        if random.random() < 0.6:
            history.settle()
        for _ in range(random.randint(0, 2) if seed % 2 else 0):
            history.staff()
        for _ in range(random.randint(0, 4)):
            history.act()
        history.check()
        if random.random() < 0.4:
            history.settle()
    session, event = db.session(), history.day.event
    plans = [plan_from_json(one.plan) for one in versions_of(session, event)]
    for new, old in pairwise(plans):
        assert applied(old, differences(old, new)) == new
    if plans:
        assert applied(plans[0], differences(plans[0], read_plan(session, event))) == read_plan(
            session, event
        )
    history.day.forget_mails()  # they left without having been put into words
    return history


@pytest.mark.parametrize("wishes", [False, True], ids=["chosen directly", "by wishes"])
@pytest.mark.parametrize("seed", range(5))
def test_people_are_told_of_what_differs_for_them_and_of_nothing_else(seed: int, wishes: bool) -> None:
    lived(seed, wishes=wishes)


@pytest.mark.long
@pytest.mark.parametrize("wishes", [False, True], ids=["chosen directly", "by wishes"])
def test_many_histories_hold_every_kind_of_news(wishes: bool) -> None:
    seen = Counter[str]()
    for seed in range(117, 126):
        seen += lived(seed, wishes=wishes, steps=6).seen
    wanted = {"title", "times", "room", "place", "off", "gained", "in parts", "chosen"}
    wanted |= {"role", "of who leads", "line"}
    wanted |= {"swapped", "free seat"} if wishes else {"swapped", "swapped at once"}
    assert wanted <= set(seen), seen
