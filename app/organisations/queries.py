# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.folding import list_key
from app.organisations.models import District, Office, Organisation, OrganisationKind, Region
from app.texts import language


def organisation_names(session: Session) -> Sequence[str]:
    """Names to suggest: those an organiser has seen, never what a participant typed in."""
    listed = (
        select(Organisation.name).where(Organisation.known).order_by(Organisation.sort_key, Organisation.id)
    )
    return session.scalars(listed).all()


def listed_organisations(session: Session) -> Sequence[Organisation]:
    """Those an organiser has seen."""
    listed = select(Organisation).where(Organisation.known).order_by(Organisation.sort_key, Organisation.id)
    return session.scalars(listed).all()


def districts(session: Session) -> Sequence[str]:
    """Every district that an organisation names."""
    of_one = (Organisation.district != "", Organisation.merged_into_id.is_(None))
    named = select(Organisation.district).where(*of_one).distinct()
    return sorted(session.scalars(named), key=list_key)


def districts_to_choose(session: Session) -> Sequence[str]:
    """Those that are offered, in the team's order."""
    offered = select(District.name).where(~District.retired).order_by(District.position, District.id)
    return session.scalars(offered).all()


def name_of_kind() -> InstrumentedAttribute[str]:
    """The column that names a kind in the reader's language."""
    return OrganisationKind.name if language() == "de" else OrganisationKind.name_en


def offered_kinds(session: Session) -> Sequence[OrganisationKind]:
    """In the team's order, with their names in both languages."""
    offered = select(OrganisationKind).where(~OrganisationKind.retired)
    return session.scalars(offered.order_by(OrganisationKind.position, OrganisationKind.id)).all()


def kind_names(session: Session) -> dict[str, str]:
    """Every kind of organisation by its key, in the reader's language and the team's order, the retired ones too."""
    named = select(OrganisationKind.key, name_of_kind())
    return dict(session.execute(named.order_by(OrganisationKind.position, OrganisationKind.id)).all())


def kinds_to_choose(session: Session, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
    """Key and name of the kinds that are offered; those `chosen` with them, though they be retired."""
    offered = or_(~OrganisationKind.retired, OrganisationKind.key.in_(chosen))
    named = select(OrganisationKind.key, name_of_kind()).where(offered)
    found = session.execute(named.order_by(OrganisationKind.position, OrganisationKind.id))
    return [(key, name) for key, name in found]


def regions(session: Session, chosen: int | None = None) -> Sequence[Region]:
    """Those that are offered, in the team's order; `chosen` with them, though it be retired."""
    offered = select(Region).where(or_(~Region.retired, Region.id == chosen))
    return sorted(session.scalars(offered), key=lambda one: (one.position, list_key(one.name)))


def find_region(session: Session, slug: str) -> Region | None:
    return session.scalar(select(Region).where(Region.slug == slug))


def aliases_of(session: Session, organisation: Organisation) -> Sequence[Organisation]:
    """Other spellings that land at it."""
    found = select(Organisation).where(Organisation.merged_into_id == organisation.id)
    return session.scalars(found.order_by(Organisation.sort_key, Organisation.id)).all()


def office(session: Session) -> Organisation | None:
    """The own organisation; where it was merged, the one it was merged into."""
    named = aliased(Organisation)
    meant = Organisation.id == func.coalesce(named.merged_into_id, named.id)
    own = select(Organisation).join(named, meant).join(Office, Office.organisation_id == named.id)
    return session.scalar(own)
