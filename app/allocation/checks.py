# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: days and their published allocation."""

from sqlalchemy import ColumnElement, and_, select

from app.allocation.models import HOLDS, AllocationRun
from app.events.models import Event
from app.findings import Check, built_once, faulty


@built_once
def allocations() -> Check:
    published = select(AllocationRun.id).where(AllocationRun.event_id == Event.id, HOLDS).exists()
    faults: dict[str, ColumnElement[bool]] = {
        "has places by wishes that no allocation gave": and_(Event.placed_at.is_not(None), ~published),
        "has a published allocation and does not know of it": and_(Event.placed_at.is_(None), published),
    }
    return faulty("event", Event.id, faults)
