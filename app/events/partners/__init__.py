# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who holds a day with its hosts: cooperation, funding, patronage."""
