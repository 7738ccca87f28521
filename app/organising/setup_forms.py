# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of setting up."""

from collections.abc import Sequence

from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from app.organisations.models import Organisation
from app.outbox.models import Sender
from app.refusal import fingerprint
from app.web.editing import TOO_LONG, Choice, EditingForm, short_text
from app.web.forms import REQUIRED, valid_address
from app.web.texts import lazy_gettext as _l


class OfficeForm(EditingForm):
    """The own organisation."""

    name = short_text(_l("Name of your organisation"), required=True)
    kind = Choice(_l("Kind of organisation"))
    district = short_text(
        _l("District"),
        longest=100,
        description=_l("District or independent town, for instance Herford."),
    )

    @classmethod
    def of(cls, own: Organisation | None, *, stored: bool = False) -> "OfficeForm":
        """Filled from the own organisation, if there is one; `stored` leaves aside what was sent."""
        data = {"version": fingerprint(own and own.id)}
        if own is not None:
            data |= {"name": own.name, "kind": own.kind, "district": own.district}
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def offer(self, kinds: Sequence[tuple[str, str]]) -> "OfficeForm":
        """`kinds`: keys and names."""
        self.kind.offer(kinds)
        return self


class SenderForm(EditingForm):
    """Whom mails come from."""

    name = short_text(
        _l("Name"), longest=100, required=True, description=_l("For instance: Fachtage Kreis Musterau.")
    )
    email = EmailField(
        _l("Mail address"),
        [DataRequired(REQUIRED), Length(max=254, message=TOO_LONG), valid_address],
        description=_l("A mailbox that somebody reads: answers come there."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )

    @classmethod
    def of(cls, chosen: Sender | None, name: str, email: str, *, stored: bool = False) -> "SenderForm":
        """Without a choice it begins with what the operator's setting says."""
        data = {"name": name, "email": email, "version": "0"}
        if chosen is not None:
            data = {"name": chosen.name, "email": chosen.email, "version": str(chosen.version)}
        return cls(formdata=None, data=data) if stored else cls(data=data)
