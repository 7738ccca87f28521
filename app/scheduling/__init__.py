# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Moving a day, round or run under people who hold places there; publishing and calling off."""
