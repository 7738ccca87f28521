# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form of a new day that is made from one that is there."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.copying.rules import PART_LABELS, Part, name_of_series, next_date, next_title
from app.events.forms import ShortName
from app.events.models import Event
from app.organisations.models import Organisation
from app.texts import gettext, local_day
from app.web.editing import Choice, Day, EditingForm, SeveralOf, short_text
from app.web.texts import lazy_gettext as _l


class CopyForm(EditingForm):
    title = short_text(_l("Title"), required=True)
    date = Day(_l("Date"), required=True)
    host_id = Choice(_l("Host"), description=_l("Whoever hosted before is among the further hosts then."))
    series = short_text(
        _l("Series"),
        description=_l(
            "Both days stand in it, and the page of each leads to the other. Leave empty for none."
        ),
    )
    parts = SeveralOf(_l("What is taken along"))
    slug = ShortName()

    @classmethod
    def of(cls, event: Event, parts: Sequence[Part], now: datetime) -> "CopyForm":
        """The team is asked for, not suggested."""
        on = next_date(local_day(event.starts_at), local_day(now))
        named = event.series.name if event.series else name_of_series(event.title)
        return cls(
            data={
                "title": next_title(event.title, on.year),
                "date": on,
                "host_id": str(event.lead_host_id or ""),
                "series": named,
                "parts": [one.value for one in parts if one is not Part.TEAM],
            }
        )

    def offer(self, parts: Iterable[Part], organisations: Iterable[Organisation]) -> "CopyForm":
        nobody = [("", gettext("Not named yet"))]
        self.host_id.offer(nobody + [(str(one.id), one.name) for one in organisations])
        self.parts.offer([(one.value, gettext(PART_LABELS[one])) for one in parts])
        return self

    @property
    def chosen(self) -> list[Part]:
        return [Part(one) for one in self.parts.data or []]
