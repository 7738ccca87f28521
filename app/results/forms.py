# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the results slice. `of` fills a form from what is stored; with `stored`, what was sent is left aside."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, RadioField
from wtforms.validators import InputRequired

from app.results.queries import WorkshopName
from app.results.rules import (
    LEVEL_LABELS,
    LONGEST_NOTE,
    MOST_PEOPLE,
    STATUS_LABELS,
    AgreementFacts,
    AgreementStatus,
    Level,
    MaterialFacts,
    ResultFacts,
)
from app.results.service import FrameFacts
from app.results.uploads import LARGEST_FILE
from app.texts import gettext
from app.web.editing import (
    Choice,
    Day,
    EditingForm,
    WholeNumber,
    formatted_text,
    long_text,
    options,
    short_text,
)
from app.web.forms import REQUIRED, NonceMixin
from app.web.texts import lazy_gettext as _l

FIGURE = "figure_"  # and the key of a kind of organisation
Form = TypeVar("Form", bound=EditingForm)


def _filled(shape: type[Form], data: dict[str, Any], version: int, *, stored: bool) -> Form:
    data = {**data, "version": str(version)}
    return shape(formdata=None, data=data) if stored else shape(data=data)


class FrameForm(EditingForm):
    kinds: tuple[str, ...] = ()

    intro = formatted_text(
        _l("Introduction"),
        rows=8,
        description=_l(
            "What was the day about, and what should one read first? An empty line begins a new paragraph."
        ),
    )
    next_host = formatted_text(_l("Outlook and next host"), rows=4)

    @classmethod
    def of(cls, facts: FrameFacts, version: int, *, stored: bool = False) -> "FrameForm":
        figures = {_figure_name(kind): count for kind, count in facts.figures.items()}
        return _filled(
            cls, {"intro": facts.intro, "next_host": facts.next_host, **figures}, version, stored=stored
        )

    def figure_fields(self) -> list[Field]:
        return [self[_figure_name(kind)] for kind in self.kinds]

    def facts(self) -> FrameFacts:
        figures = {kind: self[_figure_name(kind)].data for kind in self.kinds}
        return FrameFacts(
            self.intro.data or "",
            self.next_host.data or "",
            {kind: count for kind, count in figures.items() if count},
        )


def frame_form(kinds: Iterable[tuple[str, str]]) -> type[FrameForm]:
    """A form that asks for a figure of each of these kinds, given by key and name."""
    names = dict(kinds)
    fields = {_figure_name(key): WholeNumber(name, most=MOST_PEOPLE) for key, name in names.items()}
    return type(FrameForm.__name__, (FrameForm,), {"kinds": tuple(names), **fields})


def _figure_name(kind: str) -> str:
    return f"{FIGURE}{kind}"


class ResultForm(EditingForm):
    findings = formatted_text(_l("Findings"), rows=8, whole=False, description=_l("One finding per line."))
    summary = formatted_text(
        _l("Summary"),
        rows=8,
        description=_l("What was talked about, without names. An empty line begins a new paragraph."),
    )
    attended = WholeNumber(_l("Number of people who were there"), most=MOST_PEOPLE)

    @classmethod
    def of(cls, facts: ResultFacts, version: int, *, stored: bool = False) -> "ResultForm":
        data = {"findings": facts.findings, "summary": facts.summary, "attended": facts.attended}
        return _filled(cls, data, version, stored=stored)

    def facts(self) -> ResultFacts:
        return ResultFacts(self.findings.data or "", self.summary.data or "", self.attended.data)


class _AboutWorkshop(EditingForm):
    workshop_id = Choice(_l("Belongs to"))

    def offer(self: Form, workshops: Sequence[WorkshopName]) -> Form:
        """Choices must be known before the form is validated. Nothing new can belong to a workshop without documentation."""
        chosen = self["workshop_id"].data
        names = [
            (str(one.id), one.name) for one in workshops if not one.undocumented or str(one.id) == chosen
        ]
        self["workshop_id"].offer([*names, ("", gettext("Plenary"))])
        return self

    @property
    def workshop(self) -> int | None:
        return int(self.workshop_id.data) if self.workshop_id.data else None


class AgreementForm(NonceMixin, _AboutWorkshop):
    text = formatted_text(_l("What was agreed"), rows=4, required=True, whole=False)
    owner = short_text(
        _l("Who takes care of it"),
        required=True,
        description=_l("An organisation or a group, not a person: this becomes public."),
    )
    due = Day(_l("Until when"), required=True)
    status = Choice(
        _l("Status"),
        choices=[(status.value, _l(label)) for status, label in STATUS_LABELS.items()],
        default=AgreementStatus.OPEN.value,
    )
    level = Choice(
        _l("Level"),
        choices=[(level.value, _l(label)) for level, label in LEVEL_LABELS.items()],
        default=Level.ASSOCIATION.value,
    )
    note = short_text(
        _l("Note"), longest=LONGEST_NOTE, description=_l("For example why something was dropped.")
    )

    @classmethod
    def of(cls, facts: AgreementFacts, version: int, *, stored: bool = False) -> "AgreementForm":
        data = {
            "workshop_id": str(facts.workshop_id or ""),
            "text": facts.text,
            "owner": facts.owner,
            "due": facts.due,
            "status": facts.status.value,
            "level": facts.level.value,
            "note": facts.note,
        }
        return _filled(cls, data, version, stored=stored)

    def facts(self) -> AgreementFacts:
        """Raises `ValueError` for a form that did not validate."""
        if self.due.data is None:
            raise ValueError("an agreement needs a date")
        return AgreementFacts(
            self.workshop,
            self.text.data or "",
            self.owner.data or "",
            self.due.data,
            AgreementStatus(self.status.data),
            Level(self.level.data),
            self.note.data or "",
        )


class PhotoForm(NonceMixin, _AboutWorkshop):
    shown_last = ("workshop_id", "alt_text", "decorative", "recognisable", "consent_note")

    file = FileField(
        _l("Photo"),
        [FileRequired(REQUIRED)],
        description=_l(
            "JPEG, PNG or WebP, at most %(megabytes)s MB. Place and camera data are removed.",
            megabytes=LARGEST_FILE // 1_000_000,
        ),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    title = short_text(_l("Caption"), required=True)
    alt_text = long_text(
        _l("Description for people who cannot see the picture"),
        rows=6,
        description=_l("What is to be seen? Of a flipchart: everything that is written on it."),
    )
    decorative = BooleanField(_l("The picture is decoration only and says nothing"))
    recognisable = RadioField(
        _l("Can people be recognised in the picture?"),
        [InputRequired(REQUIRED)],
        choices=options([("no", _l("No")), ("yes", _l("Yes"))]),
    )
    consent_note = short_text(
        _l("Where the consent of these people can be found"),
        longest=LONGEST_NOTE,
        description=_l("Needed if people can be recognised. This note is not published."),
    )

    def facts(self) -> MaterialFacts:
        return MaterialFacts(
            workshop_id=self.workshop,
            title=self.title.data or "",
            alt_text=self.alt_text.data or "",
            decorative=bool(self.decorative.data),
            recognisable_people=self.recognisable.data == "yes",
            consent_note=self.consent_note.data or "",
        )


class DocumentForm(NonceMixin, _AboutWorkshop):
    shown_last = ("workshop_id", "summary")

    file = FileField(
        _l("Document"),
        [FileRequired(REQUIRED)],
        description=_l("PDF, at most %(megabytes)s MB.", megabytes=LARGEST_FILE // 1_000_000),
        render_kw={"accept": "application/pdf"},
    )
    title = short_text(_l("Title"), required=True)
    summary = formatted_text(
        _l("Short summary"),
        rows=5,
        description=_l("Needed if the PDF is not accessible. We check that when you send it."),
    )

    def facts(self) -> MaterialFacts:
        return MaterialFacts(
            workshop_id=self.workshop, title=self.title.data or "", summary=self.summary.data or ""
        )


class ChangePhotoForm(PhotoForm):
    """Its words; the file itself is never exchanged."""

    file = None
    nonce = None  # type: ignore[assignment]

    @classmethod
    def of(cls, facts: MaterialFacts, version: int, *, stored: bool = False) -> "ChangePhotoForm":
        data = {
            "workshop_id": str(facts.workshop_id or ""),
            "title": facts.title,
            "alt_text": facts.alt_text,
            "decorative": facts.decorative,
            "recognisable": "yes" if facts.recognisable_people else "no",
            "consent_note": facts.consent_note,
        }
        return _filled(cls, data, version, stored=stored)


class ChangeDocumentForm(DocumentForm):
    """Its words; the file itself is never exchanged."""

    file = None
    nonce = None  # type: ignore[assignment]

    @classmethod
    def of(cls, facts: MaterialFacts, version: int, *, stored: bool = False) -> "ChangeDocumentForm":
        data = {
            "workshop_id": str(facts.workshop_id or ""),
            "title": facts.title,
            "summary": facts.summary,
        }
        return _filled(cls, data, version, stored=stored)
