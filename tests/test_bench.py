# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The benchmarks run and write down what they promise. No time is judged here: machines differ. Who got in is."""

import json
from pathlib import Path

import pytest

from tools import agenda, bench
from tools.browser import hidden

PAGES = {
    "fixed answer",
    "event page",
    "agenda",
    "feed, whole",
    "feed, unchanged",
    "agenda.ics",
    "overview",
    "register form",
}


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_it_measures_and_writes(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bench.main(
        [
            "--quick",
            "--rounds",
            "1",
            "--registrations",
            "2",
            "--crowd",
            "120",
            "--engine",
            engine,
            "--out",
            str(tmp_path),
        ]
    )
    report = json.loads(path.read_text(encoding="utf-8"))
    assert set(report) == {"at", "machine", "amounts", "engines", "allocation"}
    (smallest,) = report["allocation"].values()
    assert (smallest["proven"], smallest["count"], smallest["unproven"]) == (1, 1, [])
    assert set(report["engines"]) == {engine}
    figures = report["engines"][engine]
    assert set(figures) == {
        "pages",
        "agenda",
        "registration",
        "storm",
        "crowds",
        "memory_mb",
        "first_answer_s",
    }
    assert set(figures["pages"]) == PAGES
    for one in figures["pages"].values():
        assert set(one) == {"ms", "slow_ms", "processor_ms", "ratio"}
        assert one["ms"] > 0
    assert figures["pages"]["fixed answer"]["ratio"] == 1
    days = figures["agenda"]
    assert set(days) == {"kept", "unchanged", "anew"}
    assert len(days["kept"]) == 2 * len(agenda.FILES)
    assert set(days["unchanged"].values()) == {304}
    assert all(one["bytes"] > 200 for one in days["kept"].values())
    assert set(days["anew"]) == {
        f"/events/{agenda.LONG_DAY}{file}" for file in (*agenda.FILES, "/agenda.pdf")
    }
    registration = figures["registration"]
    assert set(registration) == {"ms", "slow_ms", "per_second", "processor_ms", "statements", "count"}
    assert registration["count"] == 2
    assert registration["statements"] > 10
    storm = figures["storm"]
    assert (storm["in"] + storm["kept_for_others"], storm["in"] + storm["waiting"]) == (20, 60)
    assert storm["quotas"] == 2
    assert (storm["errors"], storm["gaps"], storm["findings"]) == ([], False, [])
    crowd = figures["crowds"]["120"]
    # Who is there already changes nothing about what a registration asks of the database.
    assert crowd["registration"]["statements"] == registration["statements"]
    assert set(crowd["files_s"]) == {"csv", "xlsx"}
    # Sixteen filters; of those with several pages the one in the middle and the last, too.
    assert crowd["list"]["combinations"] >= 20
    printed = capsys.readouterr().out
    assert all(
        name in printed
        for name in [*PAGES, "whole registration", "storm", "memory of the server", "100 × 2 × 6"]
    )


def test_the_middle_and_the_slow_end() -> None:
    assert bench._percentile([1.0, 2.0, 3.0, 4.0], 95) == 4.0
    assert bench._percentile(list(map(float, range(100))), 95) == 95.0


def test_hidden_fields_and_the_first_workshop_are_read_from_the_page() -> None:
    page = (
        b'<input name="nonce" type="hidden" value="n"><input id="r" name="round-7" type="radio" value="12">'
    )
    assert hidden(page) == {"nonce": "n"}
    assert bench._first_choices(page) == {"round-7": "12"}
