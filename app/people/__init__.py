# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers: accounts, sign-in with server-side sessions, budgets against guessing, audit."""
