# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Builds the application from the environment; nothing else."""

from app.factory import create_app
from app.settings import read_settings

app = create_app(read_settings())
