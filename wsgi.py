# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Builds the application from the environment; nothing else.

A server that imports `wsgi:app` gets no weak settings in production; the command line does, so that
`flask --app wsgi check` can name them all.
"""

import os

from app.factory import create_app
from app.organising.weak_settings import refuse_weak
from app.settings import read_settings
from app.web.front import Front

settings = read_settings()
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    refuse_weak(settings)
app = create_app(settings)
served = Front(app)  # what a server is given: with the public answers that are kept in front of it
