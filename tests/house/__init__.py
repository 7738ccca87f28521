# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tests of the code and of what it promises everywhere: imports, access, writing, migrations, statements."""
