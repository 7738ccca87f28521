# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Partners as values, in the order in which they are named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.events.partners.models import Partner, PartnerLogo
from app.events.partners.rules import ORDER, READ_AS, PartnerRole
from app.refusal import found as found_or_missing
from app.texts import gettext


@dataclass(frozen=True, slots=True)
class LogoView:
    key: str
    width: int
    height: int
    alternative: str


@dataclass(frozen=True, slots=True)
class PartnerView:
    id: int
    role: PartnerRole
    name: str
    link: str
    wording: str
    logo: LogoView | None

    @property
    def words(self) -> str:
        """As it is printed."""
        return self.wording or self.name


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named, and the page to which the name leads."""

    words: str
    link: str = ""

    @property
    def separator(self) -> str:
        """Before the next one: a sentence has its full stop."""
        return " " if self.words.endswith(".") else "; "


def partners_of(session: Session, event: Event) -> list[PartnerView]:
    """By role, then by place, then as they were entered: one query, without the bytes of logos."""
    found = (
        select(Partner)
        .where(Partner.event_id == event.id)
        .options(joinedload(Partner.logo))
        .order_by(Partner.position, Partner.id)
    )
    views = [
        PartnerView(one.id, one.role, one.name, one.link, one.wording, _logo(one.logo))
        for one in session.scalars(found)
    ]
    return sorted(views, key=lambda one: ORDER.index(one.role))


def _logo(row: PartnerLogo | None) -> LogoView | None:
    return LogoView(row.key, row.width, row.height, row.alternative) if row is not None else None


def behind(event: Event, partners: Iterable[PartnerView]) -> list[tuple[str, list[Named]]]:
    """Everybody who stands behind the day, under the heading of their role: hosts, partners, the funding note."""
    of_role: dict[PartnerRole, list[Named]] = {role: [] for role in ORDER}
    of_role[PartnerRole.HOST] += [Named(one.name) for one in event.cohosts]
    for one in partners:
        of_role[one.role].append(Named(one.words, one.link))
    if event.funding_note:
        of_role[PartnerRole.FUNDER].append(Named(event.funding_note))
    named = [(gettext(READ_AS[role]), names) for role, names in of_role.items() if names]
    host = [(gettext("Host"), [Named(event.lead_host.name)])] if event.lead_host is not None else []
    return host + named


def behind_in_words(event: Event, partners: Iterable[PartnerView]) -> list[tuple[str, str]]:
    """The same for paper."""
    return [
        (heading, "".join(f"{one.words}{one.separator}" for one in names).rstrip("; "))
        for heading, names in behind(event, partners)
    ]


def logo_content(session: Session, event: Event, key: str) -> bytes:
    """Raises `Missing` for a logo of another day (T02)."""
    content = session.scalar(
        select(PartnerLogo.content)
        .join(Partner, Partner.id == PartnerLogo.partner_id)
        .where(Partner.event_id == event.id, PartnerLogo.key == key)
    )
    return found_or_missing(content)


def logos_to_print(session: Session, event: Event) -> Sequence[tuple[bytes, str]]:
    """PNG and words of each logo, in the order of their partners."""
    rows = session.execute(
        select(Partner.role, PartnerLogo.content, PartnerLogo.alternative)
        .join(PartnerLogo, PartnerLogo.partner_id == Partner.id)
        .where(Partner.event_id == event.id)
        .order_by(Partner.position, Partner.id)
    ).all()
    return [(content, words) for _, content, words in sorted(rows, key=lambda row: ORDER.index(row[0]))]
