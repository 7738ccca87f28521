# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form of a partner, with a file for its logo."""

from collections.abc import Collection
from pathlib import PurePath
from typing import ClassVar

from flask_wtf.file import FileField
from wtforms import BooleanField, StringField
from wtforms.validators import Length, Optional, Regexp

from app.events.partners.models import Partner
from app.events.partners.rules import (
    LARGEST_LOGO,
    LOGO_SIDES,
    ROLE_LABELS,
    Logo,
    PartnerFacts,
    PartnerRole,
    refuse_without_alternative,
)
from app.refusal import N_, Refusal
from app.web.editing import TOO_LONG, Choice, EditingForm, WholeNumber, short_text
from app.web.texts import lazy_gettext as _l

FILE = "file"


class PartnerForm(EditingForm):
    unstored: ClassVar[Collection[str]] = frozenset({"without_logo"})
    shown_last: ClassVar[tuple[str, ...]] = (
        "link",
        "wording",
        "position",
        FILE,
        "alternative",
        "without_logo",
    )

    role = Choice(_l("Role"), choices=[(one.value, _l(label)) for one, label in ROLE_LABELS.items()])
    name = short_text(
        _l("Name"),
        required=True,
        description=_l(
            "As it is to be printed, with its legal form: of an organisation, a group or a person."
        ),
    )
    link = StringField(
        _l("Web address"),
        [
            Optional(),
            Length(max=500, message=TOO_LONG),
            Regexp(
                r"https?://[^\s<>\"]+\Z", message=_l("Please enter an address that begins with https://.")
            ),
        ],
        description=_l("For instance https://example.org"),
        render_kw={"autocomplete": "off", "inputmode": "url"},
    )
    wording = short_text(
        _l("Fixed wording"),
        longest=500,
        description=_l(
            "Only for funding: the sentence that the funder demands. It stands in place of the name."
        ),
    )
    position = WholeNumber(
        _l("Place in the list"), most=999, description=_l("Small numbers come first. Leave empty for 0.")
    )
    file = FileField(
        _l("Logo"),
        description=_l(
            "JPEG, PNG or WebP, at most %(megabytes)s MB. It is shown on white.",
            megabytes=LARGEST_LOGO // 1_000_000,
        ),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    alternative = short_text(
        _l("What the logo says"),
        longest=300,
        description=_l(
            "Needed with a logo, for people who cannot see it: usually the name that stands in it."
        ),
    )
    without_logo = BooleanField(_l("Remove the logo"))

    @classmethod
    def of(cls, partner: Partner, *, stored: bool = False) -> "PartnerForm":
        data = {
            "role": partner.role.value,
            "name": partner.name,
            "link": partner.link,
            "wording": partner.wording,
            "position": partner.position or None,
            "alternative": partner.logo.alternative if partner.logo else "",
            "version": str(partner.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> PartnerFacts:
        return PartnerFacts(
            role=PartnerRole(self.role.data),
            name=self.name.data or "",
            link=self.link.data or "",
            wording=self.wording.data or "",
            position=self.position.data or 0,
        )

    def logo_sent(self) -> Logo | None:
        """Decoded and written anew; slow on purpose, so before the transaction. Refuses what is no picture, and one without
        words."""
        file, alternative = self.file.data, self.alternative.data or ""
        if not file:
            return None
        content = file.read(LARGEST_LOGO + 1)
        if len(content) > LARGEST_LOGO:
            raise Refusal(
                N_("This file is too large. At most %(megabytes)s MB are accepted."),
                field=FILE,
                megabytes=LARGEST_LOGO // 1_000_000,
            )
        from app.pictures import (  # with Pillow, which most web workers never need
            EXTENSIONS,
            no_photo,
            on_white,
        )

        if PurePath((file.filename or "").replace("\\", "/")).suffix.lower() not in EXTENSIONS:
            raise no_photo(FILE)
        picture = on_white(content, LOGO_SIDES, FILE)
        refuse_without_alternative(alternative)
        return Logo(*picture, alternative=alternative)
