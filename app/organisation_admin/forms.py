# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' forms around organisations."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from wtforms import BooleanField, HiddenField, SearchField, StringField
from wtforms.validators import Length, Optional, Regexp

from app.organisations.models import MasterData, Organisation, Region
from app.organisations.rules import STATE_NAMES, State
from app.organisations.service import OrganisationFacts
from app.texts import gettext
from app.web.asking import AskingForm
from app.web.editing import CHOOSE, TOO_LONG, Choice, EditingForm, short_text
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l

ALL, PROVISIONAL = "", "provisional"


class OrganisationSearch(BaseForm):
    """What the list shows; sent by GET."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = SearchField(_l("Name or other spelling"), render_kw={"maxlength": 100})
    show = Choice(_l("Which"), choices=[(ALL, _l("All")), (PROVISIONAL, _l("Provisional only"))])


class OrganisationForm(AskingForm, EditingForm):
    """What the team says of an organisation."""

    name = short_text(_l("Name"), required=True)
    kind = Choice(_l("Kind of organisation"))
    district = StringField(
        _l("District"),
        [Optional(), Length(max=100, message=TOO_LONG)],
        render_kw={"autocomplete": "off", "list": "districts"},
        description=_l("District or independent town, for instance Herford."),
    )
    region_id = Choice(_l("Region"))
    known = BooleanField(
        _l("Accepted: suggest this name to everybody who registers"),
        description=_l("Before that nobody else sees what somebody typed in."),
    )

    @classmethod
    def of(cls, organisation: Organisation, *, stored: bool = False) -> "OrganisationForm":
        data = {
            "name": organisation.name,
            "kind": organisation.kind,
            "district": organisation.district,
            "region_id": str(organisation.region_id or ""),
            "known": not organisation.provisional,
            "version": str(organisation.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def offer(self, kinds: Sequence[tuple[str, str]], regions: Iterable[Region]) -> "OrganisationForm":
        """`kinds`: keys and names."""
        self.kind.offer(kinds)
        nothing = [("", gettext("Not chosen"))]
        self.region_id.offer(nothing + [(str(one.id), one.name) for one in regions])
        return self

    def facts(self) -> OrganisationFacts:
        return OrganisationFacts(
            name=self.name.data or "",
            kind=self.kind.data,
            district=self.district.data or "",
            region_id=int(self.region_id.data) if self.region_id.data else None,
            provisional=not self.known.data,
        )


class TargetForm(BaseForm):
    """Into which one; sent by GET, because the page after it only shows what would follow."""

    class Meta(BaseForm.Meta):
        csrf = False

    into = Choice(_l("Merge into"))

    def offer(self, organisations: Iterable[tuple[int, str]]) -> "TargetForm":
        """`organisations`: ids and names."""
        self.into.offer((str(key), name) for key, name in organisations)
        return self


class MergeForm(AskingForm):
    """The button under what would follow."""

    into = HiddenField(validators=[Regexp(r"\A[0-9]{1,9}\Z", message=CHOOSE)])


class EntryForm(EditingForm):
    """The name of a district, a law or a series; `MORE` names what other lists say beside it."""

    MORE: ClassVar[tuple[str, ...]] = ()

    name = short_text(_l("Name"), longest=100, required=True)

    @classmethod
    def of(cls, entry: MasterData, *, stored: bool = False) -> Self:
        data = {"version": str(entry.version)} | {
            field: getattr(entry, field) for field in ("name", *cls.MORE)
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    @property
    def typed(self) -> str:
        return self.name.data or ""

    @property
    def more(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in self.MORE}


class RegionForm(EntryForm):
    """A region, and whose holidays count there."""

    MORE = ("state",)

    state = Choice(
        _l("Federal state"),
        choices=[(one.value, _l(name)) for one, name in STATE_NAMES.items()],
        default=State.NW.value,
    )


class KindForm(EntryForm):
    """Both names of a kind of organisation."""

    MORE = ("name_en",)

    name = short_text(_l("Name in German"), longest=100, required=True)
    name_en = short_text(_l("Name in English"), longest=100, required=True)
