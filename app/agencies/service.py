# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases around organisations."""

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.agencies.models import Organisation, Region
from app.agencies.rules import AgencyKind, name_key


def name_organisation(session: Session, name: str) -> Organisation:
    """The organisation of that name; a name nobody has used yet becomes a provisional one.

    Two people from the same new organisation may register for two days at the same moment: no lock is common to
    them, so the later one waits for the index and takes the row of the first.
    """
    wanted = _named(name)
    found = session.scalar(wanted)
    if found is not None:
        return found
    insert = postgresql.insert if session.connection().dialect.name == "postgresql" else sqlite.insert
    new = insert(Organisation).values(name=_shown(name), name_key=name_key(name), provisional=True)
    session.execute(new.on_conflict_do_nothing(index_elements=[Organisation.name_key]))
    return session.scalars(wanted).one()


def find_organisation(session: Session, name: str) -> Organisation | None:
    return session.scalar(_named(name))


def _named(name: str) -> Select[Organisation]:
    return select(Organisation).where(Organisation.name_key == name_key(name))


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
        name=_shown(name),
        name_key=name_key(name),
        kind=kind,
        district=district,
        region=region,
        provisional=provisional,
    )
    session.add(organisation)
    session.flush()
    return organisation


def _shown(name: str) -> str:
    return " ".join(name.split())
