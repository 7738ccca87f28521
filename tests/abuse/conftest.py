# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The world that every test of this folder attacks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.web.database import db
from tests.abuse.world import World, build_world
from tests.conftest import new_app, settings_for
from tests.together import refuse_second


@pytest.fixture
def world(app: Flask) -> World:
    return build_world(app)


@pytest.fixture(scope="session")
def still_world(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, run_folder: Path, worker_id: str
) -> Iterator[World]:
    """One world for all tests that only read. On SQLite: what is asked there is no matter of the engine."""
    refuse_second(run_folder, "still world", worker_id)
    yield from _world_for_many(sqlite_template, tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def tried_world(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, run_folder: Path, worker_id: str
) -> Iterator[World]:
    """One world for all tests at a desk: it rolls back what it tries, but for the budgets, which it refills."""
    refuse_second(run_folder, "tried world", worker_id)
    yield from _world_for_many(sqlite_template, tmp_path_factory.mktemp("tried"))


def _world_for_many(template: Path, folder: Path) -> Iterator[World]:
    shutil.copy(template, folder / "fachtag.sqlite3")
    app = new_app(settings_for(f"sqlite:///{folder / 'fachtag.sqlite3'}", folder))
    yield build_world(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
