# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations for organisers: describe, merge, take a merge back; people and quotas follow."""
