# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What organisers see across slices: dashboard, team, legal pages, health."""
