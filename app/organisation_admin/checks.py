# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: organisations, their keys, and aliases of which something hangs still."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event, Quota, event_cohost
from app.findings import Check, Fault, faulty
from app.organisations.models import Organisation
from app.organisations.rules import columns_of
from app.registration.models import Group, Registration


def organisations(session: Session, _now: datetime) -> Fault:
    one = Organisation
    yield from _organisation_faults()(session)
    found = select(one.id, one.name, one.name_key, one.sort_key).order_by(one.id)
    for row, name, key, place in session.execute(found):
        keys = columns_of(name)
        if keys["name_key"] != key:
            yield f"organisation {row}: the key is not the name's"
        if keys["sort_key"] != place:
            yield f"organisation {row}: is sorted under another name"


@cache
def _organisation_faults() -> Check:
    one, target = Organisation, aliased(Organisation)
    hosts = or_(
        select(Event.id).where(Event.lead_host_id == one.id).exists(),
        select(event_cohost.c.event_id).where(event_cohost.c.organisation_id == one.id).exists(),
    )
    faults: dict[str, ColumnElement[bool]] = {
        "is an alias of an alias": and_(
            one.is_alias,
            select(target.id).where(target.id == one.merged_into_id, target.is_alias).exists(),
        ),
        "is an alias and has people": and_(
            one.is_alias, select(Registration.id).where(Registration.organisation_id == one.id).exists()
        ),
        "is an alias and has a quota": and_(
            one.is_alias, select(Quota.id).where(Quota.organisation_id == one.id).exists()
        ),
        "is an alias and has a group": and_(
            one.is_alias, select(Group.id).where(Group.organisation_id == one.id).exists()
        ),
        "is an alias and hosts a day": and_(one.is_alias, hosts),
    }
    return faulty("organisation", one.id, faults)
