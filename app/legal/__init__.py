# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the law wants on the web: imprint, privacy notice, accessibility, security.txt; and reported barriers."""
