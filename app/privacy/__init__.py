# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A person's own data: read, taken away, deleted, forgotten in time; addresses that want no mail."""
