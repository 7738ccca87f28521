# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda: items, rounds, workshops and their runs, contributors; its release and its change log."""
