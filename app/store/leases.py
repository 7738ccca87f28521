# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rows that one worker at a time has in hand: claimed by one conditional update, kept by renewing the lease, taken over when
it ends. Whoever has lost the lease changes nothing any more: every verb asks for the token, and a row that is gone has none.

A table of such rows has the columns `state`, `claims` (how often a worker took it in hand), `lease_until`, `lease_token` and
`finished_at`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, or_, select, update
from sqlalchemy.orm import Session

MOST_CLAIMS = 3  # whatever ends its worker each time must not be tried for ever
_NO_LEASE: dict[str, Any] = {"lease_until": None, "lease_token": None}


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a row until the lease ends; `token` proves it."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class Leases:
    """Of one table. `states` has QUEUED, RUNNING and FAILED; whoever renews has `length` until the next time."""

    table: Any
    states: Any
    length: timedelta

    def next(self, session: Session, now: datetime) -> int | None:
        """What has waited longest, or whose worker is gone."""
        waiting = select(self.table.id).where(self._free(now)).order_by(self.table.id)
        return session.scalar(waiting.limit(1))

    def end(
        self, session: Session, now: datetime, *which: ColumnExpressionArgument[bool], **values: Any
    ) -> None:
        """What waits for a worker and gets none any more."""
        ended = update(self.table).where(self._free(now), *which)
        session.execute(_past(ended.values(finished_at=now, **_NO_LEASE, **values)))

    def give_up(
        self, session: Session, now: datetime, *which: ColumnExpressionArgument[bool], **values: Any
    ) -> None:
        """What was in hand too often ends as failed."""
        tired = self.table.claims >= MOST_CLAIMS
        self.end(session, now, tired, *which, state=self.states.FAILED, **values)

    def claim(self, session: Session, number: int, now: datetime, **values: Any) -> Lease | None:
        """Take it in hand. None: somebody else has it, or there is nothing to do any more."""
        token = secrets.token_hex(16)
        taken = update(self.table).where(self.table.id == number, self._free(now))
        taken = taken.values(
            state=self.states.RUNNING,
            claims=self.table.claims + 1,
            lease_until=now + self.length,
            lease_token=token,
            **values,
        )
        found = session.scalar(_past(taken.returning(self.table.id)))
        return None if found is None else Lease(number, token)

    def renew(self, session: Session, lease: Lease, now: datetime, **values: Any) -> bool:
        """Keep it for longer. False: it is gone, or somebody else has it by now."""
        return self._write(session, lease, lease_until=now + self.length, **values)

    def finish(self, session: Session, lease: Lease, now: datetime, **values: Any) -> bool:
        """Write down what became of it. False: the lease was lost, nothing is written."""
        return self._write(session, lease, finished_at=now, **_NO_LEASE, **values)

    def _write(self, session: Session, lease: Lease, **values: Any) -> bool:
        mine = (
            self.table.id == lease.id,
            self.table.state == self.states.RUNNING,
            self.table.lease_token == lease.token,
        )
        written = update(self.table).where(*mine).values(**values).returning(self.table.id)
        return session.scalar(_past(written)) is not None

    def _free(self, now: datetime) -> ColumnElement[bool]:
        running = and_(self.table.state == self.states.RUNNING, self.table.lease_until <= now)
        return or_(self.table.state == self.states.QUEUED, running)


def _past(statement: Any) -> Any:
    """Past the mapper: nobody reads the row in this transaction."""
    return statement.execution_options(synchronize_session=False)
