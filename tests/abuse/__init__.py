# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What hostile or careless people send, and what must not come of it (T05, T07, T08, T20, T34, T36, T43)."""
