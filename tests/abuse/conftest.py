# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The world that every test of this folder attacks."""

import pytest
from flask import Flask

from tests.abuse.world import World, build_world


@pytest.fixture
def world(app: Flask) -> World:
    return build_world(app)
