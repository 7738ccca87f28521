# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""iCalendar without any subject: one immutable entry, and how entries become bytes."""
