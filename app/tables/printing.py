# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lists for each table, cards for the tables, and a card for each person, as PDFs say them."""

from collections.abc import Iterator, Sequence

from app import documents
from app.documents import Block, Document
from app.events.models import Event
from app.registration.tables.models import Seating
from app.tables.queries import RoundLook, Seated
from app.texts import gettext, language, ngettext, span

TABLE_CARD, PERSON_CARD = (1, 115, 90), (2, 58, 22)  # columns, height in mm, size of the title in points


def lists_document(event: Event, rounds: Sequence[RoundLook]) -> Document:
    """Round by round, table by table: who sits there."""
    return _document(event, gettext("Discussion tables"), _lists(rounds))


def _lists(rounds: Sequence[RoundLook]) -> Iterator[Block]:
    heads = [(gettext("Name"), False), (gettext("Organisation"), False)]
    for one in rounds:
        yield documents.heading(one.label)
        for table in one.tables:
            if not table.people:
                continue
            name = gettext("Table %(number)s", number=table.number)
            people = ngettext("%(num)d person", "%(num)d people", len(table.people))
            rows = [(_named(person, table.number), person.organisation) for person in table.people]
            yield documents.table(f"{one.label}, {name}: {people}", heads, rows, (1, 1))


def _named(person: Seated, table: int) -> str:
    return f"{person.name} ({gettext('host')})" if person.host_table == table else person.name


def table_cards(event: Event, seating: Seating) -> Document:
    """A number for each table, two to a page."""
    cards = [
        (gettext("Table %(number)s", number=number), [event.title]) for number in range(1, seating.tables + 1)
    ]
    return _document(event, gettext("Table cards"), [documents.cards(cards, *TABLE_CARD)])


def person_cards(event: Event, seating: Seating, people: Sequence[Seated]) -> Document:
    """Where each person sits in each round, eight to a page."""
    cards = [
        (
            one.full_name,
            [
                one.organisation,
                *(
                    gettext("%(round)s: table %(table)s", round=label, table=table)
                    for label, table in zip(seating.labels, one.tables, strict=True)
                    if table is not None
                ),
            ],
        )
        for one in people
    ]
    return _document(event, gettext("Place cards"), [documents.cards(cards, *PERSON_CARD)])


def _document(event: Event, title: str, blocks: Iterator[Block] | list[Block]) -> Document:
    return Document(
        title=title,
        language=language(),
        footer=f"{event.title}, {span(event.starts_at, event.ends_at)}",
        page=gettext("Page"),
        blocks=tuple(blocks),
    )
