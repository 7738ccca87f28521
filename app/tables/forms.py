# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of discussion tables. People are typed in by name or reference, so that it works without JavaScript."""

import re
from collections.abc import Callable, Collection, Iterable
from secrets import randbelow
from typing import ClassVar

from wtforms import ValidationError

from app.allocation.queries import RunLine
from app.folding import clean_line
from app.registration.tables.models import Seating
from app.tables.queries import Seated
from app.tables.rules import MOST_ROUNDS, MOST_SEATS, MOST_TABLES, HostLine, HostTwice, NoSuchTable
from app.tables.service import LARGEST_SEED, SeatingOrder
from app.texts import gettext
from app.web.editing import Choice, EditingForm, WholeNumber, long_text, short_text
from app.web.forms import BaseForm, NonceMixin
from app.web.texts import lazy_gettext as _l

LONGEST_LABEL = 80
USUAL_ROUNDS = 3
FindPerson = Callable[[str, str], int]
_HOST = re.compile(r"([0-9]{1,4})[\s:.)]+(.+)")


class SeatingForm(BaseForm, NonceMixin):
    """One seating: who, how many tables, how many rounds."""

    name = short_text(
        _l("Name"), longest=100, description=_l("Leave empty for one that says how it is made.")
    )
    run_id = Choice(_l("Who is to sit"))
    tables = WholeNumber(_l("Tables"), least=1, most=MOST_TABLES, required=True)
    seats = WholeNumber(_l("Seats at each table"), least=1, most=MOST_SEATS, required=True)
    rounds = long_text(
        _l("Rounds"),
        rows=4,
        required=True,
        description=_l("One line for each, four at most. For instance: 10:00 Arriving"),
    )
    hosts = long_text(
        _l("Hosts"),
        rows=4,
        description=_l(
            "Who stays at a table in all rounds: one line each, first the number of the table, then name or reference."
            " For instance: 3 Aylin Muster"
        ),
    )
    seed = WholeNumber(
        _l("Number of the lot"),
        least=1,
        most=LARGEST_SEED,
        required=True,
        description=_l("Drawn just now. Another number gives other tables, the same number the same ones."),
    )

    @classmethod
    def fresh(cls, people: int, like: Seating | None, hosts: Iterable[Seated] = ()) -> "SeatingForm":
        """For so many people; or once more as an earlier one, by another lot."""
        seed = randbelow(LARGEST_SEED) + 1
        if like is None:
            tables = max(1, min(MOST_TABLES, round(people / 8)))
            seats = min(MOST_SEATS, -(-people // tables))
            usual = [gettext("Round %(number)s", number=one) for one in range(1, USUAL_ROUNDS + 1)]
            return cls(data={"tables": tables, "seats": seats, "rounds": "\n".join(usual), "seed": seed})
        lines = (f"{one.host_table} {one.name} {one.reference}" for one in hosts if one.host_table)
        return cls(
            data={
                "run_id": str(like.run_id or ""),
                "tables": like.tables,
                "seats": like.seats,
                "rounds": "\n".join(like.labels),
                "hosts": "\n".join(lines),
                "seed": seed,
            }
        )

    def offer(self, runs: Iterable[RunLine]) -> "SeatingForm":
        named = [(str(one.id), f"{one.round_title}: {one.name}") for one in runs]
        self.run_id.offer([("", gettext("Everybody who takes part")), *named])
        return self

    def validate_rounds(self, _field: object) -> None:
        labels = self.labels
        if not 1 <= len(labels) <= MOST_ROUNDS:
            raise ValidationError(gettext("Please enter one to %(most)s lines.", most=MOST_ROUNDS))
        if max(map(len, labels)) > LONGEST_LABEL:
            raise ValidationError(
                gettext("A line is too long. At most %(most)s characters fit here.", most=LONGEST_LABEL)
            )

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(_lines(self.rounds.data))

    def order(self, find: FindPerson) -> SeatingOrder:
        """What was typed in. Refuses lines that name no table or nobody, and what `find` refuses."""
        tables, seats, seed = self.tables.data or 1, self.seats.data or 1, self.seed.data or 1
        usual = gettext("%(tables)s tables, lot %(seed)s", tables=tables, seed=seed)
        return SeatingOrder(
            self.name.data or usual,
            int(self.run_id.data) if self.run_id.data else None,
            tables,
            seats,
            self.labels,
            self._hosts(find, tables),
            seed,
            self.key,
        )

    def _hosts(self, find: FindPerson, tables: int) -> dict[int, tuple[int, str]]:
        hosts: dict[int, tuple[int, str]] = {}
        for line in _lines(self.hosts.data):
            read = _HOST.fullmatch(line)
            if read is None:
                raise HostLine(line)
            if not 1 <= int(read[1]) <= tables:
                raise NoSuchTable(int(read[1]), tables)
            person = find(read[2], "hosts")
            if person in hosts:
                raise HostTwice(line)
            hosts[person] = (int(read[1]), line)
        return hosts


class MoveForm(EditingForm):
    """Another seat for one person in one round. The seats as they are stand on the page."""

    unstored: ClassVar[Collection[str]] = frozenset({"round", "table", "partner"})
    round = Choice(_l("Round"))
    table = Choice(_l("Table"))
    partner = short_text(
        _l("Swap with"),
        longest=200,
        description=_l(
            "Name or reference: both swap their seats in this round, whatever table is chosen above."
        ),
    )

    def offer(self, seating: Seating) -> "MoveForm":
        self.round.offer([(str(number), label) for number, label in enumerate(seating.labels, start=1)])
        tables = range(1, seating.tables + 1)
        self.table.offer([(str(one), gettext("Table %(number)s", number=one)) for one in tables])
        return self


def _lines(text: str | None) -> list[str]:
    return [line for one in (text or "").splitlines() if (line := clean_line(one))]
