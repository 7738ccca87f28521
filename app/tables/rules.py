# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The words of discussion tables: where a seating stands, its goals in their order, and the refusals people may read."""

from enum import Enum

from app.refusal import N_, Refusal
from app.registration.tables.rules import SeatingState

MOST_ROUNDS = 4
MOST_TABLES = 100
MOST_SEATS = 30
MOST_PEOPLE = 600  # what a search gets through in a few minutes
MOST_KEPT = 20


class Goal(Enum):
    """In strict order: the next one only decides among what is best for all before it."""

    COLLEAGUES = "colleagues"
    REPEATS = "repeats"
    ORGANISATIONS = "organisations"
    NEIGHBOURS = "neighbours"


FEWEST = frozenset({Goal.COLLEAGUES, Goal.REPEATS})
STATE_LABELS = {
    SeatingState.QUEUED: N_("waits for the worker"),
    SeatingState.RUNNING: N_("is worked out"),
    SeatingState.DONE: N_("done"),
    SeatingState.FAILED: N_("failed"),
}
GOAL_LABELS = {
    Goal.COLLEAGUES: N_("Pairs of colleagues at one table"),
    Goal.REPEATS: N_("Repeated meetings of the same two people"),
    Goal.ORGANISATIONS: N_("Pairs of organisations that meet"),
    Goal.NEIGHBOURS: N_("Of these, offices of the same district"),
}


class TooFewPeople(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Tables need two people or more who take part and have confirmed their address."))


class TooManyPeople(Refusal):
    def __init__(self, people: int, most: int) -> None:
        super().__init__(
            N_("%(people)s people are more than can be worked out at once. At most %(most)s are possible."),
            people=people,
            most=most,
        )


class TooFewSeats(Refusal):
    def __init__(self, people: int, seats: int) -> None:
        super().__init__(
            N_("%(people)s people do not fit on %(seats)s seats. Please add tables or seats."),
            field="seats",
            people=people,
            seats=seats,
        )


class MoreHostsThanSeats(Refusal):
    def __init__(self, table: int, hosts: int, seats: int) -> None:
        super().__init__(
            N_("Table %(table)s has %(seats)s seats and %(hosts)s hosts."),
            field="hosts",
            table=table,
            hosts=hosts,
            seats=seats,
        )


class NoSuchTable(Refusal):
    def __init__(self, table: int, tables: int) -> None:
        super().__init__(
            N_("There is no table %(table)s: the tables are numbered from 1 to %(tables)s."),
            field="hosts",
            table=table,
            tables=tables,
        )


class HostLine(Refusal):
    def __init__(self, line: str) -> None:
        super().__init__(
            N_("“%(line)s” does not begin with the number of a table. Write for instance: 3 Aylin Muster"),
            field="hosts",
            line=line,
        )


class HostTwice(Refusal):
    def __init__(self, line: str) -> None:
        super().__init__(N_("“%(line)s” names somebody who is a host already."), field="hosts", line=line)


class HostElsewhere(Refusal):
    def __init__(self, line: str) -> None:
        super().__init__(
            N_("“%(line)s” names somebody who is not among those chosen."), field="hosts", line=line
        )


class TooManySeatings(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(N_("At most %(most)s are kept. Please remove one that you do not need."), most=most)


class PublishedStays(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("People read these tables. Take them back first."))


class NotReady(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("These tables are not worked out yet."))


class TableFull(Refusal):
    def __init__(self, table: int, seats: int) -> None:
        super().__init__(
            N_(
                "All %(seats)s seats of table %(table)s are taken in this round. Please name somebody to swap with."
            ),
            field="table",
            table=table,
            seats=seats,
        )


class NoSeatsLeft(Refusal):
    def __init__(self, people: int, seats: int) -> None:
        super().__init__(
            N_(
                "%(people)s people do not fit on %(seats)s seats. Nobody was added. Please work out new tables."
            ),
            people=people,
            seats=seats,
        )


class NotSeatedHere(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This person has no seat at these tables."), field="partner")


class StaysAtTable(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(N_("A host stays at the table. Please choose somebody else."), field=field)
