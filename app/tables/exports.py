# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who sits where as CSV and XLSX: one line per person, one column per round."""

from collections.abc import Iterable, Iterator

from app.registration.tables.models import Seating
from app.spreadsheets import Cell
from app.tables.queries import Seated
from app.texts import force_locale, gettext

WIDTHS = (12, 30, 40)


def title() -> str:
    """Of the sheet."""
    with force_locale("de"):
        return str(gettext("Discussion tables"))


def headings(seating: Seating) -> list[str]:
    with force_locale("de"):
        first = [gettext("Number"), gettext("Name"), gettext("Organisation")]
        return [*first, *seating.labels, gettext("Hosts table")]


def cells(people: Iterable[Seated]) -> Iterator[list[Cell]]:
    """In the columns of `headings`; a round without a seat is empty."""
    for one in people:
        yield [one.reference, one.name, one.organisation, *one.tables, one.host_table]
