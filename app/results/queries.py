# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages. The documentation is read as values, in as many queries however much was agreed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from app.events.models import Event
from app.folding import list_key
from app.organisations.models import OrganisationKind
from app.organisations.queries import name_of_kind
from app.programme.agenda import AgendaLine, RunView, read_agenda
from app.programme.credits import Credit, credit_lines
from app.programme.models import Run, Workshop
from app.refusal import Missing
from app.results.files import is_name
from app.results.models import (
    Agreement,
    AttendanceFigure,
    Documentation,
    Material,
    WorkshopResult,
    is_documented,
)
from app.results.renditions import widths_of
from app.results.rules import (
    SHORT_ALTERNATIVE,
    UNSETTLED,
    AgreementStatus,
    Level,
    MaterialKind,
    finding_lines,
    overdue,
)


@dataclass(frozen=True, slots=True)
class WorkshopName:
    """`label` is that of its first run that takes place, for instance "1.4"; empty while no run is planned. A workshop
    that has runs, all called off, does not take place. Of one that is `undocumented` nothing is shown."""

    id: int
    label: str
    title: str
    takes_place: bool = True
    undocumented: bool = False

    @property
    def name(self) -> str:
        return f"{self.label} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class AgreementView:
    id: int
    text: str
    owner: str
    due: date
    status: AgreementStatus
    level: Level
    note: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class MaterialView:
    """`size` in bytes, `width` and `height` in pixels (0 for a document)."""

    id: int
    kind: MaterialKind
    title: str
    alt_text: str
    decorative: bool
    accessible: bool
    summary: str
    recognisable_people: bool
    stored_name: str
    size: int
    width: int
    height: int

    @property
    def long_alternative(self) -> bool:
        """Whether the words are too long for one breath, so that they stand below the picture (A11Y-12)."""
        return len(self.alt_text) > SHORT_ALTERNATIVE

    @property
    def narrower(self) -> list[int]:
        """Widths in pixels in which the photo can be had, too."""
        return widths_of(self.width)


@dataclass(frozen=True, slots=True)
class Section:
    """What came out of one workshop, or of the plenary (`workshop` None). Who facilitated it is known once the agenda is
    public."""

    workshop: WorkshopName | None
    contributors: tuple[Credit, ...]
    summary: str
    findings: tuple[str, ...]
    attended: int | None
    agreements: tuple[AgreementView, ...]
    photos: tuple[MaterialView, ...]
    documents: tuple[MaterialView, ...]

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors, facilitated=True)

    @property
    def key(self) -> str:
        """An id for the page."""
        return f"workshop-{self.workshop.id}" if self.workshop else "plenary"

    @property
    def written(self) -> bool:
        return bool(self.summary or self.findings)

    @property
    def missing(self) -> bool:
        """A workshop took place, and nobody has written what came out."""
        if self.workshop is None or self.workshop.undocumented:
            return False
        return self.workshop.takes_place and not self.written

    @property
    def withheld(self) -> bool:
        """Something was written before the workshop was said to take no documentation; only its team sees it."""
        return self.workshop is not None and self.workshop.undocumented and not self.empty

    @property
    def empty(self) -> bool:
        return not (self.written or self.agreements or self.photos or self.documents)


@dataclass(frozen=True, slots=True)
class DocumentationView:
    """Everything on the page. `figures` by the names of the kinds, in their order; `sections` workshops first, the plenary last; `agenda` as
    far as it is public, without what was called off."""

    intro: str
    next_host: str
    figures: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
    agenda: tuple[AgendaLine, ...]

    @property
    def attended(self) -> int:
        return sum(count for _, count in self.figures)

    @property
    def agreements(self) -> tuple[AgreementView, ...]:
        return tuple(agreement for section in self.sections for agreement in section.agreements)


@dataclass(frozen=True, slots=True)
class DocumentationState:
    """For the dashboard. `written` of the `workshops` that take place have words; `overdue` counts agreements as of today."""

    released_at: datetime | None
    workshops: int
    written: int
    agreements: int
    unsettled: int
    overdue: int
    photos: int
    documents: int

    @property
    def begun(self) -> bool:
        return bool(self.written or self.agreements or self.photos or self.documents)


Row = TypeVar("Row", WorkshopResult, Agreement, Material)


def read_documentation(
    session: Session, event: Event, today: date, *, withheld: bool = False
) -> DocumentationView:
    """Six queries, and those of the agenda. `today` decides what is overdue; empty sections are there too, for the
    organisers. A workshop without documentation has no section, but with `withheld`, for who takes away what is in it."""
    frame = session.scalar(select(Documentation).where(Documentation.event_id == event.id))
    names = [one for one in workshop_names(session, event) if withheld or not one.undocumented]
    places = [*((name.id, name) for name in names), (None, None)]
    results = _by_workshop(session.scalars(_of(WorkshopResult, event)))
    agreements = _by_workshop(session.scalars(_of(Agreement, event)))
    materials = _by_workshop(session.scalars(_of(Material, event)))
    agenda = _as_it_was(session, event)
    facilitated = _contributors(agenda)
    return DocumentationView(
        intro=frame.intro if frame else "",
        next_host=frame.next_host if frame else "",
        figures=_figures(session, event),
        sections=tuple(
            _section(name, facilitated[key], results[key], agreements[key], materials[key], today)
            for key, name in places
        ),
        agenda=agenda,
    )


def _figures(session: Session, event: Event) -> tuple[tuple[str, int], ...]:
    found = (
        select(name_of_kind(), AttendanceFigure.count)
        .join(OrganisationKind, AttendanceFigure.kind == OrganisationKind.key)
        .where(AttendanceFigure.event_id == event.id)
        .order_by(OrganisationKind.position, OrganisationKind.id)
    )
    return tuple((name, count) for name, count in session.execute(found))


def _as_it_was(session: Session, event: Event) -> tuple[AgendaLine, ...]:
    if event.agenda_released_at is None:
        return ()
    return tuple(
        line if line.round is None else replace(line, round=replace(line.round, runs=_held(line.round.runs)))
        for line in read_agenda(session, event, seats=False)
    )


def _held(runs: Iterable[RunView]) -> tuple[RunView, ...]:
    return tuple(run for run in runs if run.takes_place)


def _contributors(agenda: Iterable[AgendaLine]) -> dict[int | None, tuple[Credit, ...]]:
    """By workshop, each of them once."""
    names: dict[int | None, dict[Credit, None]] = defaultdict(dict)
    for run in (run for line in agenda if line.round for run in line.round.runs):
        names[run.workshop_id].update(dict.fromkeys(run.contributors))
    return defaultdict(tuple, {workshop: tuple(found) for workshop, found in names.items()})


def open_agreements(session: Session, event: Event, today: date) -> list[AgreementView]:
    """What is not done yet, the earliest date first: one query."""
    rows = session.scalars(_of(Agreement, event).where(Agreement.status.in_(UNSETTLED)))
    return sorted((_agreement_view(one, today) for one in rows), key=lambda one: (one.due, one.id))


def workshop_names(session: Session, event: Event) -> list[WorkshopName]:
    """The day's workshops in the order of the agenda: one query."""
    rows = session.execute(
        select(
            Workshop.id,
            func.coalesce(Run.label, ""),
            Workshop.title,
            func.coalesce(Run.takes_place, true()),
            Workshop.undocumented,
        )
        .outerjoin(Run, Run.workshop_id == Workshop.id)
        .where(Workshop.event_id == event.id)
        .order_by(Workshop.id)
    )
    first: dict[int, WorkshopName] = {}
    for row in sorted(rows, key=lambda row: (not row[3], list_key(row[1]))):
        first.setdefault(row[0], WorkshopName(*row))
    return sorted(first.values(), key=lambda one: list_key(one.label))


def find_material(session: Session, event: Event, stored_name: str) -> Material:
    """Raises `Missing` for a name that is none of this day's, and for what is not shown: the path on disk is built from the
    row only (T23)."""
    if not is_name(stored_name):
        raise Missing
    ours = select(Material).where(Material.event_id == event.id, Material.stored_name == stored_name)
    row = session.scalar(ours.where(is_documented(Material)))
    if row is None:
        raise Missing
    return row


def documentation_state(session: Session, event: Event, today: date) -> DocumentationState:
    """Four queries, for the dashboard."""
    has_words = (WorkshopResult.findings != "") | (WorkshopResult.summary != "")
    workshops = (
        select(func.count())
        .select_from(Workshop)
        .where(Workshop.event_id == event.id, ~Workshop.undocumented, _takes_place())
    )
    written = workshops.join(WorkshopResult, WorkshopResult.workshop_id == Workshop.id).where(has_words)
    rows = session.execute(
        select(Agreement.status, Agreement.due).where(Agreement.event_id == event.id)
    ).all()
    kinds = session.execute(
        select(Material.kind, func.count()).where(Material.event_id == event.id).group_by(Material.kind)
    )
    materials = dict(kinds.all())
    return DocumentationState(
        released_at=event.documentation_released_at,
        workshops=session.scalar(workshops) or 0,
        written=session.scalar(written) or 0,
        agreements=len(rows),
        unsettled=sum(status in UNSETTLED for status, _ in rows),
        overdue=sum(overdue(status, due, today) for status, due in rows),
        photos=materials.get(MaterialKind.PHOTO, 0),
        documents=materials.get(MaterialKind.DOCUMENT, 0),
    )


def _takes_place() -> ColumnElement[bool]:
    """Whether a workshop does: as in `WorkshopName`."""
    of_it = Run.workshop_id == Workshop.id
    return or_(~select(Run.id).where(of_it).exists(), select(Run.id).where(of_it, Run.takes_place).exists())


def _of(table: type[Row], event: Event) -> Select[Row]:
    return select(table).where(table.event_id == event.id).order_by(table.id)


def _by_workshop(rows: Iterable[Row]) -> dict[int | None, list[Row]]:
    grouped: dict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.workshop_id].append(row)
    return grouped


def _section(
    workshop: WorkshopName | None,
    contributors: tuple[Credit, ...],
    results: Sequence[WorkshopResult],
    agreements: Sequence[Agreement],
    materials: Sequence[Material],
    today: date,
) -> Section:
    result = results[0] if results else None
    views = [_material_view(material) for material in materials]
    return Section(
        workshop=workshop,
        contributors=contributors,
        summary=result.summary if result else "",
        findings=finding_lines(result.findings) if result else (),
        attended=result.attended if result else None,
        agreements=tuple(_agreement_view(agreement, today) for agreement in agreements),
        photos=tuple(view for view in views if view.kind is MaterialKind.PHOTO),
        documents=tuple(view for view in views if view.kind is MaterialKind.DOCUMENT),
    )


def _agreement_view(row: Agreement, today: date) -> AgreementView:
    late = overdue(row.status, row.due, today)
    return AgreementView(row.id, row.text, row.owner, row.due, row.status, row.level, row.note, late)


def _material_view(row: Material) -> MaterialView:
    return MaterialView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        alt_text=row.alt_text,
        decorative=row.decorative,
        accessible=row.accessible,
        summary=row.summary,
        recognisable_people=row.recognisable_people,
        stored_name=row.stored_name,
        size=row.size,
        width=row.width or 0,
        height=row.height or 0,
    )
