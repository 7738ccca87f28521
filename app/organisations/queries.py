# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.folding import list_key
from app.organisations.models import Organisation, Region


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


def regions(session: Session) -> Sequence[Region]:
    return sorted(session.scalars(select(Region)), key=lambda one: list_key(one.name))


def find_region(session: Session, slug: str) -> Region | None:
    return session.scalar(select(Region).where(Region.slug == slug))


def aliases_of(session: Session, organisation: Organisation) -> Sequence[Organisation]:
    """Other spellings that land at it."""
    found = select(Organisation).where(Organisation.merged_into_id == organisation.id)
    return session.scalars(found.order_by(Organisation.sort_key, Organisation.id)).all()
