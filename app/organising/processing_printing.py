# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The record of processing activities as a PDF and as a table say it."""

from collections.abc import Iterable

from app import documents
from app.documents import Block, Document
from app.organising.processing import Record, Value
from app.refusal import N_
from app.spreadsheets import Cell
from app.texts import gettext, language, moment, ngettext

STILL_OPEN = N_("Still open: %(what)s")


def shown(value: Value) -> str:
    """As a file says it."""
    return gettext(STILL_OPEN, what=value.text) if value.open else value.text


def record_document(record: Record) -> Document:
    blocks: list[Block] = [documents.paragraph(gettext("As of %(moment)s", moment=moment(record.as_of)))]
    if record.open:
        blocks.append(documents.paragraph(open_places(record.open)))
    for section in record.sections:
        blocks.append(documents.heading(section.title))
        blocks.append(
            documents.facts(
                (row.label, "; ".join(shown(one).rstrip(".") for one in row.values)) for row in section.rows
            )
        )
    return Document(
        title=gettext("Record of processing activities (Art. 30 GDPR)"),
        language=language(),
        footer=record.name,
        page=gettext("Page"),
        blocks=tuple(blocks),
    )


def open_places(count: int) -> str:
    return ngettext("%(num)d entry is still open.", "%(num)d entries are still open.", count)


def heads() -> list[str]:
    return [gettext("Part"), gettext("What"), gettext("Content"), gettext("Still open")]


def cells(record: Record) -> Iterable[list[Cell]]:
    """One line each, to be worked on in a spreadsheet."""
    for section in record.sections:
        for row in section.rows:
            done, open_ = ([one.text for one in row.values if one.open is which] for which in (False, True))
            yield [section.title, row.label, "\n".join(done), "\n".join(open_)]
