# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A backup holds people who were forgotten since; it is not kept long, and a restore forgets them again (DP-20)."""

import re
import shlex

import pytest
from flask import Flask
from sqlalchemy import select

from app.organising.sweeping import sweep
from app.privacy.erasure import NAMES_KEPT
from app.registration.models import Registration
from app.settings import ROOT
from app.web.database import db, transaction
from tests.factories.days import at, make_event, make_programme
from tests.organising.test_restoring import Doings, House, house

__all__ = ["house"]
GUIDE = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")


def names(house: House) -> list[str]:
    with house.app.app_context():
        return sorted(db.session.scalars(select(Registration.given_name)))


@pytest.mark.long
def test_what_a_backup_brings_back_is_forgotten_again(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        make_programme(session, make_event(session))
    Doings(house).join("Anton", "Berta")
    house.back_up()
    house.app = house.start()
    long_after = at("15:45") + NAMES_KEPT
    with house.app.app_context():
        assert sweep(house.data_dir, long_after).names_removed == 2
    assert names(house) == ["", ""]

    house.restore()
    assert house.flask("restored").exit_code == 0
    assert names(house) == ["Anton", "Berta"]  # there was something to forget
    with house.app.app_context():
        assert sweep(house.data_dir, long_after).names_removed == 2
    assert names(house) == ["", ""]


def steps_of_the_guide() -> list[list[str]]:
    """The commands of the application in the block on restoring, in order."""
    block = re.search(r"^\*\*Zurücksichern\.\*\*.*?^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    assert block is not None
    lines = [line for line in block[1].splitlines() if line.startswith("fachtag ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.sqlite_only
def test_the_guide_forgets_again_before_anything_leaves(app: Flask) -> None:
    """Every command of it is there, and the periods come after the new life and before the first mail."""
    steps = steps_of_the_guide()
    for words in steps:
        helped = app.test_cli_runner().invoke(args=[*words[:2], "--help"])
        assert helped.exit_code == 0, (words, helped.output)
    order = [steps.index(one) for one in (["restored"], ["privacy", "sweep"], ["outbox", "release"])]
    assert order == sorted(order)


def test_backups_are_kept_no_longer_than_the_guide_says() -> None:
    told = re.search(r"höchstens (\d+) Tage aufheben", GUIDE)
    assert told is not None
    unit = (ROOT / "deploy" / "systemd" / "fachtag-backup.service").read_text(encoding="utf-8")
    kept = re.search(r"backup\.py .*--keep (\d+)", unit)
    assert kept is not None
    timer = (ROOT / "deploy" / "systemd" / "fachtag-backup.timer").read_text(encoding="utf-8")
    assert re.search(r"^OnCalendar=\*-\*-\* \d\d:\d\d", timer, re.MULTILINE)
    assert int(kept[1]) <= int(told[1])  # one a day
