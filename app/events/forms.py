# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' forms of a day's beginning and of its hosts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from wtforms import StringField, ValidationError
from wtforms.validators import Length

from app.events.models import Event, Series
from app.events.queries import RESERVED_SLUGS
from app.events.service import NewEvent, hosts_of
from app.folding import clean_line
from app.organisations.models import Organisation, Region
from app.refusal import fingerprint
from app.texts import gettext
from app.web.editing import (
    TOO_LONG,
    Choice,
    ClockTime,
    Day,
    EditingForm,
    SeveralOf,
    WholeNumber,
    given_end,
    given_moment,
    short_text,
)
from app.web.texts import lazy_gettext as _l

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ShortName(StringField):
    """What stands in the address of a day; empty: it is made from the title."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            _l("Short name"),
            [Length(max=60, message=TOO_LONG)],
            description=_l("Stands in the address of the day. Leave empty to have it made from the title."),
            **kwargs,
        )

    def pre_validate(self, _form: object) -> None:
        typed = self.data = clean_line(self.data or "").lower()
        if typed and (not _SLUG.fullmatch(typed) or typed in RESERVED_SLUGS):
            raise ValidationError(
                gettext("Please use letters from a to z, digits and hyphens, for instance fachtag-owl.")
            )


class NewEventForm(EditingForm):
    """What a day needs to begin as a draft; everything else follows on the next page."""

    refused_at: ClassVar[Mapping[str, str]] = {"ends_at": "end"}

    title = short_text(_l("Title"), required=True)
    date = Day(_l("Date"), required=True)
    start = ClockTime(_l("From"), required=True)
    end = ClockTime(_l("Until"), required=True, end=True)
    capacity = WholeNumber(
        _l("Seats"), least=1, most=20_000, description=_l("Leave empty if there is no limit.")
    )

    slug = ShortName()

    def new_event(self, slug: str) -> NewEvent:
        """`slug` is what was typed, or what was made from the title."""
        starts_at = given_moment(self.date.data, self.start.data)
        ends_at = given_end(self.date.data, self.end.data)
        return NewEvent(slug, self.title.data or "", starts_at, ends_at, self.capacity.data)


class HostsForm(EditingForm):
    region_id = Choice(_l("Region"), description=_l("The day appears in this region's list and calendar."))
    series_id = Choice(
        _l("Series"),
        description=_l("Days that follow one another. The page of each leads to the others."),
    )
    new_series = short_text(
        _l("A new series, not in the list"),
        description=_l("For instance “Specialist days on integration in OWL”."),
    )
    lead_host_id = Choice(_l("Host"))
    new_host = short_text(
        _l("Another host, not in the list"),
        description=_l("It is added to the organisations and takes the place of the host chosen above."),
    )
    cohost_ids = SeveralOf(_l("Further hosts"))

    def offer(
        self, regions: Iterable[Region], series: Iterable[Series], organisations: Iterable[Organisation]
    ) -> "HostsForm":
        none = [("", gettext("No series"))]
        self.series_id.offer(none + [(str(one.id), one.name) for one in series])
        nobody = [("", gettext("Not named yet"))]
        listed = [(str(one.id), one.name) for one in organisations]
        self.region_id.offer(nobody + [(str(one.id), one.name) for one in regions])
        self.lead_host_id.offer(nobody + listed)
        self.cohost_ids.offer(listed)
        return self

    @classmethod
    def of(cls, event: Event, *, stored: bool = False) -> "HostsForm":
        data = {
            "region_id": str(event.region_id or ""),
            "series_id": str(event.series_id or ""),
            "lead_host_id": str(event.lead_host_id or ""),
            "cohost_ids": [str(one.id) for one in event.cohosts],
            "version": fingerprint(hosts_of(event)),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)
