# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where everything is kept: engines, the one owner of commit, who may write when, what is kept of what was read."""
