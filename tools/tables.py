# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The figures of discussion tables in docs/zuteilung.md: invented rooms, worked out and counted.

.venv/bin/python -m tools.tables
"""

import time
from collections.abc import Iterator, Sequence

from app.tables.measures import bounds, measure
from app.tables.room import Guest, Room, make_room
from app.tables.search import solve

SKEWED = [14, 6, 4, *[3] * 4, *[2] * 12, *[1] * 40]


def rooms() -> Iterator[tuple[str, Room]]:
    """A name of each room, and the room."""
    yield "100 Organisationen zu je 1", room_of([1] * 100, 12)
    yield "50 zu je 2", room_of([2] * 50, 12)
    yield "25 zu je 4", room_of([4] * 25, 12)
    yield "59 zu 1 bis 14", room_of(SKEWED, 12)
    yield "59 zu 1 bis 14, je Tisch eine Betreuung", room_of(SKEWED, 12, hosts=12)
    yield "8 zu 12 oder 13", room_of([13] * 4 + [12] * 4, 12)
    yield "15 zu je 2, vier Runden an 5 Tischen", room_of([2] * 15, 5, rounds=4)
    yield (
        "300 Personen aus 150, vier Runden an 36 Tischen",
        room_of([4] * 25 + [2] * 75 + [1] * 50, 36, rounds=4),
    )


def room_of(sizes: Sequence[int], tables: int, rounds: int = 3, hosts: int = 0) -> Room:
    """People of organisations of these sizes, two of three organisations in one of twelve districts; the last `hosts` people
    stay at a table each."""
    organisations = [number for number, size in enumerate(sizes) for _one in range(size)]
    first = len(organisations) - hosts
    guests = [
        Guest(
            number,
            one,
            f"Kreis {one % 12}" if one % 3 else None,
            number - first if number >= first else None,
        )
        for number, one in enumerate(organisations)
    ]
    return make_room(guests, tables, -(-len(guests) // tables), rounds, seed=1)


def main() -> None:
    print("| Raum | Sekunden | aus einer Organisation | wiederholt | Organisationen | Anteil | Kreise |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, room in rooms():
        began = time.perf_counter()
        found, bound = measure(room, solve(room)), bounds(room)
        seconds = f"{time.perf_counter() - began:.1f}".replace(".", ",")
        share = found.organisations * 100 // max(bound.organisations, 1)
        print(
            f"| {name} | {seconds} | {found.colleagues} / {bound.colleagues} | {found.repeats} / {bound.repeats}"
            f" | {found.organisations} / {bound.organisations} | {share} % | {found.neighbours} / {bound.neighbours} |"
        )


if __name__ == "__main__":
    main()
