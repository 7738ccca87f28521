# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of a kind of items, and of what a reader wants to see."""

from wtforms import BooleanField, HiddenField

from app.folding import clean_line
from app.programme.filtering import WORKSHOP, YES, Offer, Wanted
from app.programme.kinds import KindFacts
from app.programme.models import AgendaKind
from app.programme.rules import ICON_LABELS, Icon
from app.texts import gettext
from app.web.editing import (
    Choice,
    EditingForm,
    short_text,
)
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l


class ItemKindForm(EditingForm):
    """A kind of the day's own."""

    name = short_text(_l("Name"), longest=60, required=True)
    name_en = short_text(
        _l("Name in English"),
        longest=60,
        description=_l("For who reads English. Leave empty for the same name."),
    )
    icon = Choice(_l("Picture"), choices=[(icon.value, _l(ICON_LABELS[icon])) for icon in Icon])
    pause = BooleanField(
        _l("A break"), description=_l("Stands quieter in the agenda and may come before the day begins.")
    )
    beside = BooleanField(
        _l("Open beside everything else"),
        description=_l("Like a market: what takes place at the same time is no contradiction."),
    )

    @classmethod
    def of(cls, kind: AgendaKind, *, stored: bool = False) -> "ItemKindForm":
        data = {
            "name": kind.name,
            "name_en": kind.name_en,
            "icon": kind.icon.value,
            "pause": kind.pause,
            "beside": kind.beside,
            "version": str(kind.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> KindFacts:
        return KindFacts(
            name=clean_line(self.name.data or ""),
            name_en=clean_line(self.name_en.data or ""),
            icon=Icon(self.icon.data),
            pause=bool(self.pause.data),
            beside=bool(self.beside.data),
        )


class FilterForm(BaseForm):
    """Sent by GET, so that what is shown has an address; see `app.programme.filtering`."""

    class Meta(BaseForm.Meta):
        csrf = False

    round = Choice(_l("Round"))
    room = Choice(_l("Room"))
    kind = Choice(_l("Kind"))
    free = BooleanField(_l("With places left"))
    step_free = BooleanField(_l("Step-free"))
    loop = BooleanField(_l("With an induction loop"))
    view = HiddenField()

    @classmethod
    def of(cls, offer: Offer, wanted: Wanted) -> "FilterForm":
        """With what is chosen; what the day does not offer is not asked."""
        form = cls(formdata=None, data={**wanted.query(), "view": wanted.view.value})
        workshop = [(WORKSHOP, gettext("Workshops"))] if offer.rounds else []
        choices = {
            "round": [(str(one.number), one.title) for one in offer.rounds],
            "room": [(one, one) for one in offer.rooms],
            "kind": [*((one.key, one.word) for one in offer.kinds), *workshop],
        }
        for name, found in choices.items():
            if found:
                form[name].offer([("", gettext("All")), *found])
            else:
                del form[name]
        for name in ("free", "step_free", "loop"):
            form[name].render_kw = {"value": YES}
            if not getattr(offer, name):
                del form[name]
        return form
