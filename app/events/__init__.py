# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A specialist day: hosts, venue, rooms, registration window, seats, team, and its revision."""
