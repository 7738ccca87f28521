# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Fachtag: specialist days across organisations, from the first date to the last kept promise.

Importing a slice must not load Flask, so nothing is imported here; `app.factory` builds the application.
"""
