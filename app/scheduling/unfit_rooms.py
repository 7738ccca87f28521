# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rooms that somebody cannot get into, cannot follow in, or cannot reach online: people beside where the programme sends them.

What somebody needs is health data (DP-04), so a sentence says that there is somebody, never who or how many. Of a workshop it is
for those alone who may read what people need: a list of names is one click away, and may hold one name.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attendees.filters import count_online, in_the_house
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.rules import Loop
from app.people.rules import Permission, Role, may
from app.programme.agenda import AgendaLine
from app.programme.contradictions import Contradiction, contradictions
from app.refusal import N_
from app.registration.models import Registration
from app.registration.rules import Participation, PlaceState
from app.registration.workshops.models import Place
from app.registration.workshops.rules import Need
from app.registration.workshops.wishes import needs_of
from app.texts import gettext, ngettext

_SENTENCES = {
    Need.STEP_FREE: N_(
        "%(room)s cannot be reached without steps. Somebody who comes to “%(title)s” needs that."
    ),
    Need.INDUCTION_LOOP: N_("%(room)s has no induction loop. Somebody who comes to “%(title)s” needs one."),
}


def all_against(
    session: Session, event: Event, lines: Sequence[AgendaLine], role: Role | None
) -> list[Contradiction]:
    """What contradicts each other in the programme, and rooms that do not fit those who come or stay at their desk. Three queries at
    most."""
    return [
        *contradictions(event, lines),
        *unfit_rooms(session, event, lines, of_runs=may(role, Permission.SEE_SENSITIVE)),
        *left_outside(session, event, lines),
    ]


def unfit_rooms(
    session: Session, event: Event, lines: Sequence[AgendaLine], *, of_runs: bool
) -> Iterator[Contradiction]:
    """For items, whoever comes counts; for a workshop, who has a place in it (`of_runs`). Who takes part online is in no room."""
    people = select(Registration.id).where(Registration.event_id == event.id, *in_the_house())
    needs: dict[int, set[Need]] = defaultdict(set)
    for person, need in session.execute(needs_of(people)):
        needs[person].add(need)
    if not needs:
        return
    everybody = set().union(*needs.values())
    seated = _of_runs(session, needs) if of_runs else {}
    for line in lines:
        about = ((line.title, line.key),)
        if line.room is not None:
            asked = everybody - {Need.INDUCTION_LOOP} if _is_pause(line) else everybody
            yield from _unfit(line.title, line.room, asked, about)
        for run in line.round.runs if line.round is not None else ():
            if run.room is not None and run.takes_place:
                yield from _unfit(f"{run.label} {run.title}", run.room, seated.get(run.id, ()), about)


def _is_pause(line: AgendaLine) -> bool:
    """Nobody speaks to all there."""
    return line.kind is not None and line.kind.pause


def _of_runs(session: Session, needs: Mapping[int, Collection[Need]]) -> Mapping[int, set[Need]]:
    found: dict[int, set[Need]] = defaultdict(set)
    seated = select(Place.run_id, Place.registration_id).where(
        Place.registration_id.in_(needs), Place.state == PlaceState.PLACE
    )
    for run, person in session.execute(seated):
        found[run].update(needs[person])
    return found


def _unfit(
    title: str, room: RoomFacts, needs: Collection[Need], about: tuple[tuple[str, str], ...]
) -> Iterator[Contradiction]:
    if room.only_online:
        return
    lacks = {Need.STEP_FREE: not room.step_free, Need.INDUCTION_LOOP: room.loop is Loop.NONE}
    for need, sentence in _SENTENCES.items():
        if need in needs and lacks[need]:
            yield Contradiction(gettext(sentence, room=room.name, title=title), about)


def left_outside(session: Session, event: Event, lines: Sequence[AgendaLine]) -> list[Contradiction]:
    """Who takes part online, and what of theirs these lines say is in the room only: their workshops, and what is for everybody but the
    breaks. It forbids nothing: a room is moved on the morning of the day. Two queries, and none where the day does not offer it."""
    return [*_items_in_room(session, event, lines), *_runs_in_room(session, event, lines)]


def _items_in_room(session: Session, event: Event, lines: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    in_room = [
        (line.title, line.key)
        for line in lines
        if line.room is not None and not line.room.online and line.round is None and not _is_pause(line)
    ]
    number = count_online(session, event) if in_room else 0
    if number:
        yield Contradiction(
            ngettext(
                "In the room only, while %(num)d person takes part online: %(titles)s.",
                "In the room only, while %(num)d people take part online: %(titles)s.",
                number,
                titles=", ".join(dict.fromkeys(title for title, _key in in_room)),
            ),
            tuple(in_room),
        )


def _runs_in_room(session: Session, event: Event, lines: Sequence[AgendaLine]) -> list[Contradiction]:
    in_room = {
        run.id: (f"{run.label} {run.title}", line.key)
        for line in lines
        for run in (line.round.runs if line.round is not None else ())
        if run.takes_place and not run.is_online
    }
    if not event.offers_online or not in_room:
        return []
    counted = (
        select(Place.run_id, func.count())
        .join(Registration, Registration.id == Place.registration_id)
        .where(
            Place.run_id.in_(in_room),
            Place.state == PlaceState.PLACE,
            Registration.participation == Participation.ONLINE,
        )
        .group_by(Place.run_id)
        .order_by(Place.run_id)
    )
    return [
        Contradiction(
            ngettext(
                "“%(title)s” is in the room only, and %(num)d person who has a place in it takes part online.",
                "“%(title)s” is in the room only, and %(num)d people who have a place in it take part online.",
                number,
                title=in_room[run_id][0],
            ),
            (in_room[run_id],),
        )
        for run_id, number in session.execute(counted)
    ]
