# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Sample data: two specialist days of one region, with invented people, and the mailbox in which their mails land.

Stands above all slices and is used by none. Public bodies carry their real names; everybody else, and every word they
say, is invented. The odd names are there to be met.
"""
