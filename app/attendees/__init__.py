# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The people of a day for its team: lists, files, by hand, many at once, approval, staff."""
