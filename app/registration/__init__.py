# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Taking part: the form, seats, workshop places, waiting lists, status history, personal page."""
