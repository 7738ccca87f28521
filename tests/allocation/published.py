# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A small published allocation: anna and ben wish for 1.1, of which there is one seat, before 1.2; cem for 1.2 and 2.1."""

from sqlalchemy import insert

from app.allocation.instance import Instance, ModelPerson, ModelRun, Wishes, draw_lots
from app.allocation.models import AllocationRun
from app.allocation.pinning import why_refused
from app.allocation.protocol import refusals_as_data, write_protocol
from app.allocation.rules import AllocationState, Mixing, Mode
from app.allocation.solving import solve
from app.programme.models import Run
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place as PlaceRow
from app.registration.workshops.service import give_wishes
from app.registration.workshops.wishes import Wished
from tests.registration.steps import Day


def give(day: Day, name: str, *labels: str) -> None:
    runs: dict[int, list[int]] = {}
    for label in labels:
        runs.setdefault(day.rounds[int(label[0])], []).append(day.runs[label])
    with day.step() as session:
        give_wishes(session, day.ids[name], Wished(runs), day.now)


def publish(day: Day, loser: str = "ben", barred: str = "", *, explained: bool = True) -> None:
    """As the desk does it, for people who are there: the protocol, and places as rows."""
    one, two = day.rounds[1], day.rounds[2]
    wished = {
        "anna": (Wishes(one, (day.runs["1.1"], day.runs["1.2"])),),
        "ben": (Wishes(one, (day.runs["1.1"], day.runs["1.2"])),),
        "cem": (Wishes(one, (day.runs["1.2"],)), Wishes(two, (day.runs["2.1"],))),
    }
    ids = [day.ids[name] for name in ("anna", "ben")]
    seed = next(n for n in range(99) if draw_lots(n, ids)[day.ids[loser]] == 2)
    people = tuple(
        ModelPerson(
            number,
            (one, two),
            wishes=wished.get(name, ()),
            forbidden=(day.runs["1.1"],) if name == barred else (),
        )
        for name, number in day.ids.items()
        if name != "dora"
    )
    runs = (
        ModelRun(day.runs["1.1"], 1, (one,), 1),
        ModelRun(day.runs["1.2"], 2, (one,), 2),
        ModelRun(day.runs["2.1"], 3, (two,), 9),
    )
    instance = Instance((one, two), people, runs, seed=seed, time_limit=60)
    allocation = solve(instance)
    assert allocation.places
    with day.step() as session:
        session.add(
            AllocationRun(
                event_id=day.event_id,
                name="Ohne Mischung",
                mode=Mode.GENEROUS,
                mixing=Mixing.NONE,
                seed=seed,
                nonce="nonce-of-the-allocation",
                state=AllocationState.DONE,
                created_at=day.now,
                finished_at=day.now,
                published_at=day.now,
                protocol=write_protocol(instance, allocation),
                refusals=refusals_as_data(why_refused(instance, allocation, seconds=60))
                if explained
                else None,
            )
        )
        where = {day.runs[label]: day.rounds[int(label[0])] for label in day.runs}
        for place in allocation.places:
            session.execute(
                insert(PlaceRow).values(
                    registration_id=place.person,
                    run_id=place.run,
                    round_id=where[place.run],
                    workshop_id=session.get_one(Run, place.run).workshop_id,
                    state=PlaceState.PLACE,
                )
            )
    day.set_event(placed_at=day.now)
    for label in day.runs:
        day.set_run(label, taken=sum(one.run == day.runs[label] for one in allocation.places))
