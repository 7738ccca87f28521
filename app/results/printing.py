# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The documentation on paper: what the published page says, with its photos."""

from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from app import documents
from app.documents import Block, Document
from app.events.models import Event
from app.formatting import plain, plain_line
from app.programme.printing import whole_agenda
from app.results.queries import AgreementView, DocumentationView, MaterialView, Section
from app.results.rules import LEVEL_LABELS, STATUS_LABELS
from app.texts import day as day_of
from app.texts import days, gettext, language, ngettext, short_day

MOST_PHOTOS = 40  # of a day; more stand on the page alone


def documentation_document(
    event: Event,
    view: DocumentationView,
    photos: Path,
    here: str,
    named: Sequence[tuple[str, str]],
    logos: Sequence[tuple[bytes, str]],
) -> Document:
    """`photos` is the folder in which the day's materials lie; the first `MOST_PHOTOS` of them are shown. `named` are those
    behind the day by role, `logos` PNGs with their words."""
    released = event.documentation_released_at
    can_be_shown = [one for section in view.sections for one in section.photos if _can_be_shown(one, photos)]
    shown = {one.id for one in can_be_shown[:MOST_PHOTOS]}
    facts = [
        (gettext("When"), days(event.starts_at, event.ends_at)),
        (gettext("Where"), event.place),
        *named,
        (gettext("Published"), day_of(released) if released else ""),
        (gettext("On the web"), here),
    ]
    return Document(
        title=f"{gettext('Documentation')}: {event.title}",
        language=language(),
        footer=event.title,
        page=gettext("Page"),
        pictures=photos if photos.is_dir() else None,
        blocks=(
            documents.facts(facts),
            *documents.logos(logos),
            *documents.formatted(view.intro, 2),
            *whole_agenda(event, view.agenda),
            *(block for section in view.sections if not section.empty for block in _section(section, shown)),
            *_more_photos(len(can_be_shown) - MOST_PHOTOS),
            *_attendance(view),
            *_outlook(view),
        ),
    )


def _section(section: Section, shown: Container[int]) -> Iterator[Block]:
    name = section.workshop.name if section.workshop else gettext("Plenary")
    yield documents.heading(name)
    if section.workshop and not section.workshop.takes_place:
        yield documents.paragraph(gettext("This workshop did not take place."))
    yield from map(documents.paragraph, section.credits)
    if section.attended is not None:
        yield documents.paragraph(
            ngettext("%(num)s person took part", "%(num)s people took part", section.attended)
        )
    yield from documents.formatted(section.summary)
    if section.findings:
        yield documents.heading(gettext("Findings"), 3)
        yield documents.formatted_items(section.findings)
    if section.agreements:
        yield _agreements(name, section.agreements)
    pictures = [one for one in section.photos if one.id in shown]
    if pictures:
        yield documents.heading(gettext("Photos"), 3)
        for one in pictures:
            yield documents.picture(one.stored_name, one.alt_text, one.title)
    if section.documents:
        yield documents.heading(gettext("Documents"), 3)
        yield documents.items(
            f"{one.title}: {plain_line(one.summary)}" if one.summary else one.title
            for one in section.documents
        )


def _more_photos(left: int) -> Iterator[Block]:
    if left > 0:
        words = ngettext(
            "%(num)d more photo can be seen on the web.", "%(num)d more photos can be seen on the web.", left
        )
        yield documents.paragraph(words)


def _can_be_shown(photo: MaterialView, photos: Path) -> bool:
    """What only decorates is left out: it would say nothing to who cannot see it."""
    return not photo.decorative and bool(photo.alt_text) and (photos / photo.stored_name).is_file()


def _agreements(name: str, rows: Sequence[AgreementView]) -> Block:
    heads = ["Agreement", "Who takes care of it", "Level", "Until when", "Status"]
    return documents.table(
        gettext("Agreements: %(title)s", title=name),
        [(gettext(head), False) for head in heads],
        [
            (plain(one.text), one.owner, gettext(LEVEL_LABELS[one.level]), short_day(one.due), _status(one))
            for one in rows
        ],
        (4, 3, 0, 0, 3),
    )


def _status(agreement: AgreementView) -> str:
    words = [gettext(STATUS_LABELS[agreement.status])]
    if agreement.overdue:
        words.append(gettext("overdue"))
    if agreement.note:
        words.append(agreement.note)
    return ", ".join(words)


def _attendance(view: DocumentationView) -> Iterator[Block]:
    if view.figures:
        yield documents.heading(gettext("Who was there"))
        yield documents.table(
            gettext("Attendance by kind of organisation"),
            [(gettext("Kind of organisation"), False), (gettext("People"), True)],
            [
                *view.figures,
                (gettext("Total"), view.attended),
            ],
        )


def _outlook(view: DocumentationView) -> Iterator[Block]:
    if view.next_host:
        yield documents.heading(gettext("Outlook"))
        yield from documents.formatted(view.next_host)
