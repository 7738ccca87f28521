# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where a day stands at a moment: what goes on and what comes next.

Whoever keeps a page that says so keeps it under its `phase`, which is another one as soon as the page would say something
else.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from app.clock import BERLIN
from app.programme.agenda import AgendaLine
from app.texts import local_day


@dataclass(frozen=True, slots=True)
class Standing:
    """`now` is empty before the first item, at night and where the agenda has a gap; `next` is empty in the last one."""

    now: tuple[AgendaLine, ...]
    next: tuple[AgendaLine, ...]


def boundaries(lines: Sequence[AgendaLine]) -> list[datetime]:
    """The moments at which another `standing` begins, in order: midnight before the day, then each beginning and end."""
    if not lines:
        return []
    midnight = datetime.combine(local_day(min(one.starts_at for one in lines)), time.min, BERLIN)
    edges = {moment for one in lines for moment in (one.starts_at, one.ends_at)}
    return sorted({midnight.astimezone(UTC), *edges})


def phase(lines: Sequence[AgendaLine], now: datetime) -> int:
    """How many of the boundaries are past; 0 until the day comes."""
    return bisect_right(boundaries(lines), now)


def standing(lines: Sequence[AgendaLine], now: datetime) -> Standing | None:
    """None before the date of the first item and after the last one."""
    edges = boundaries(lines)
    if not edges or not edges[0] <= now < edges[-1]:
        return None
    begins = min((one.starts_at for one in lines if one.starts_at > now), default=None)
    return Standing(
        tuple(one for one in lines if one.starts_at <= now < one.ends_at),
        tuple(one for one in lines if one.starts_at == begins),
    )
