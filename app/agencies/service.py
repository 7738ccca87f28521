# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases around organisations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agencies.models import Organisation, Region
from app.agencies.rules import AgencyKind, name_key


def name_organisation(session: Session, name: str) -> Organisation:
    """The organisation of that name; a name nobody has used yet becomes a provisional one."""
    found = session.scalar(select(Organisation).where(Organisation.name_key == name_key(name)))
    return found or add_organisation(session, name, provisional=True)


def add_organisation(
    session: Session,
    name: str,
    *,
    kind: AgencyKind = AgencyKind.OTHER,
    district: str = "",
    region: Region | None = None,
    provisional: bool = False,
) -> Organisation:
    organisation = Organisation(
        name=" ".join(name.split()),
        name_key=name_key(name),
        kind=kind,
        district=district,
        region=region,
        provisional=provisional,
    )
    session.add(organisation)
    session.flush()
    return organisation
