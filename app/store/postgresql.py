# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What psycopg does for us more lightly than by itself."""

from typing import Any

from psycopg import Cursor


class PlainCursor(Cursor[Any]):
    """Says of each column what SQLAlchemy asks, its name and type. Psycopg would find out much more, of all the 600 columns
    that a registration reads."""

    @property
    def description(self) -> Any:
        found = self.pgresult
        if found is None or not found.nfields:
            return None
        return [((found.fname(one) or b"").decode(), found.ftype(one)) for one in range(found.nfields)]
