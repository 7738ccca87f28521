# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What differs between two plans: as facts for the public change log, and in words for the team."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from app.events.facts import RoomFacts
from app.events.models import Event
from app.programme.agenda import Surroundings
from app.programme.credits import credit_lines, credits_of
from app.programme.plan import LISTED, NAMES, Change, ItemFacts, Key, Plan, RunPlan, differences
from app.programme.rounds import Times
from app.programme.rules import Thing
from app.programme.workshop_facts import LANGUAGES, WORKSHOP_FACTS, WorkshopFacts
from app.refusal import N_
from app.texts import gettext, parts_to_store, times


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the public change log; for `field`, `old` and `new` see `AgendaChange`."""

    title: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, in the reader's words; `key` says in which thing, `fact` which of its facts. `stored` is empty where
    something is new, `typed` where it goes."""

    key: Key
    title: str
    stored: str
    typed: str
    whole: bool = False  # the thing itself is new or goes
    fact: str = ""

    @property
    def label(self) -> str:
        return f"{self.title}: {self.fact}" if self.fact else self.title


def title_of(plan: Plan, key: Key) -> str:
    """What people call it."""
    facts = plan.things[key]
    if key[0] is Thing.RUN:
        return plan.name_of(facts)
    names = {Thing.CONTRIBUTOR: "name", Thing.STAND: "organisation"}
    return str(getattr(facts, names.get(key[0], "title")))


# -- for everybody


def log_lines(old: Plan, new: Plan, rooms: Mapping[int, RoomFacts]) -> Iterator[LogLine]:
    """Title, times, room, and whether it takes place: what somebody who knows the old agenda has to know."""
    for one in differences(old, new):
        if one.key[0] not in LISTED:
            yield from (line for line in _log(old, new, one, rooms) if line.old != line.new)


def _log(old: Plan, new: Plan, change: Change, rooms: Mapping[int, RoomFacts]) -> Iterator[LogLine]:
    thing, _number = change.key
    if change.before is None or change.after is None:
        if thing is Thing.WORKSHOP:  # it stands in the agenda where it runs
            return
        name = title_of(new if change.before is None else old, change.key)
        gone = change.after is None
        yield LogLine(
            _plain_title(old if gone else new, change), "title", name if gone else "", "" if gone else name
        )
        return
    title = _plain_title(new, change)
    if thing is Thing.WORKSHOP and not any(
        run.workshop_id == change.key[1] for run in new.of(Thing.RUN).values()
    ):
        return
    if thing is Thing.RUN:
        yield from _log_run(old, new, change, title)
    else:
        yield LogLine(title, "title", change.before.title, change.after.title)
    if thing in {Thing.ITEM, Thing.ROUND}:
        yield LogLine(
            title, "times", parts_to_store((change.before.times,)), parts_to_store((change.after.times,))
        )
    if thing in {Thing.ITEM, Thing.RUN}:
        yield LogLine(title, "room", where_of(rooms, change.before), where_of(rooms, change.after))


def _log_run(old: Plan, new: Plan, change: Change, title: str) -> Iterator[LogLine]:
    was, now = change.before, change.after
    if not was.same_rounds(now):
        yield LogLine(title, "times", parts_to_store(old.parts_of(was)), parts_to_store(new.parts_of(now)))
    yield LogLine(
        title, "takes_place", "yes" if was.takes_place else "no", "yes" if now.takes_place else "no"
    )


def _plain_title(plan: Plan, change: Change) -> str:
    facts = plan.things[change.key]
    return str(
        plan.get(Thing.WORKSHOP, facts.workshop_id).title if change.key[0] is Thing.RUN else facts.title
    )


def where(rooms: Mapping[int, RoomFacts], room_id: int | None) -> str:
    room = rooms.get(room_id) if room_id is not None else None
    return room.where if room is not None else ""


def where_of(rooms: Mapping[int, RoomFacts], facts: ItemFacts | RunPlan) -> str:
    """The room with its house, and the table in it."""
    station = facts.station if isinstance(facts, RunPlan) else ""
    return ", ".join(one for one in (where(rooms, facts.room_id), station) if one)


# -- for the team

_LABELS = {
    "kind": N_("Kind"),
    "title": N_("Title"),
    "times": N_("Time"),
    "subtitle": N_("Subtitle"),
    "note": N_("Note"),
    "description": N_("Description"),
    "track": N_("Track"),
    "language": N_("Language"),
    "room_id": N_("Room"),
    "number": N_("Number"),
    "label": N_("Number"),
    "capacity": N_("Places"),
    "spans": N_("Fills how many rounds?"),
    "least_people": N_("Least people"),
    "takes_place": N_("It takes place"),
    "round_id": N_("Round"),
    "workshop_id": N_("Workshop"),
    "booked": N_("People choose beforehand"),
    "station": N_("Table or corner"),
    "after": N_("Minutes after the beginning"),
    "minutes": N_("Minutes"),
    "organisation": N_("Organisation"),
    "table_label": N_("Table"),
    "needs_power": N_("Needs power"),
}


def in_words(event: Event, old: Plan, new: Plan, around: Surroundings) -> list[Difference]:
    """Each fact that differs, thing by thing."""
    changes = differences(old, new)
    found = [
        line
        for one in changes
        if one.key[0] is not Thing.CONTRIBUTOR
        for line in _words(event, old, new, one, around)
    ]
    return [*found, *_orders(old, new, changes), *_people(old, new)]


def _words(event: Event, old: Plan, new: Plan, change: Change, around: Surroundings) -> Iterator[Difference]:
    key = change.key
    if change.before is None:
        yield Difference(key, title_of(new, key), "", gettext("new"), whole=True)
        return
    if change.after is None:
        yield Difference(key, title_of(old, key), title_of(old, key), gettext("taken out"), whole=True)
        return
    title = title_of(old, key)
    if key[0] in {Thing.ITEM, Thing.ROUND} and change.before.times != change.after.times:
        was, will = (_times(event, facts.times) for facts in (change.before, change.after))
        yield Difference(key, title, was, will, fact=gettext("Time"))
    for one in fields(change.after):
        if one.name in {"starts_at", "ends_at", "position"} or getattr(change.before, one.name) == getattr(
            change.after, one.name
        ):
            continue
        was, will = (
            _said(plan, facts, one.name, around)
            for plan, facts in ((old, change.before), (new, change.after))
        )
        yield Difference(key, title, was, will, fact=_label(change.after, one.name))


def _label(facts: Any, name: str) -> str:
    if isinstance(facts, WorkshopFacts):
        return gettext(WORKSHOP_FACTS[name].label)
    return gettext(_LABELS[name])


def _said(plan: Plan, facts: Any, name: str, around: Surroundings) -> str:
    value = getattr(facts, name)
    if isinstance(facts, WorkshopFacts) and not isinstance(value, bool):
        return facts.words(name)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name == "room_id":
        return where(around.rooms, value) or gettext("No room")
    if name == "kind":
        kind = around.kinds.get(value)  # of an old version it may be gone
        return kind.word if kind is not None else ""
    if name in {"round_id", "workshop_id"}:
        return str(plan.get(Thing.ROUND if name == "round_id" else Thing.WORKSHOP, value).title)
    if name == "language" and value:
        value = gettext(LANGUAGES[value])
    return "" if value is None else str(value)


def _times(event: Event, of: Times) -> str:
    return times(*of, dated=event.over_several_dates)


def _orders(old: Plan, new: Plan, changes: Sequence[Change]) -> Iterator[Difference]:
    """What stands in another order inside of something; of who contributes their names say it."""
    moved = [
        one for one in changes if one.before and one.after and one.key[0] in LISTED - {Thing.CONTRIBUTOR}
    ]
    places = {
        (one.key[0], name, (of, getattr(one.after, name)))
        for one in moved
        for name, of in NAMES[one.key[0]].items()
    }
    order = gettext("Order")
    for thing, name, key in sorted(one for one in places if one[2][1] is not None):
        was, now = (plan.listed(thing, **{name: key[1]}) for plan in (old, new))
        both = was.keys() & now.keys()
        before, after = ([one for one in listed if one in both] for listed in (was, now))
        if before != after:
            yield Difference(
                key,
                f"{title_of(old, key)}: {order}",
                ", ".join(title_of(old, (thing, one)) for one in before),
                ", ".join(title_of(new, (thing, one)) for one in after),
            )


_HOLDERS = {thing: name for name, thing in NAMES[Thing.CONTRIBUTOR].items()}


def _people(old: Plan, new: Plan) -> Iterator[Difference]:
    """Who contributes to the day, and to each thing that is in both plans; of a new one its people go without saying."""
    both = [key for key in new.things if key in old.things and key[0] in _HOLDERS]
    for key in (None, *both):
        was, now = (_credited(plan, key) for plan in (old, new))
        if was != now:
            title = f"{title_of(old, key)}: " if key is not None else ""
            yield Difference(key or (Thing.CONTRIBUTOR, 0), f"{title}{gettext('Who contributes')}", was, now)


def _credited(plan: Plan, key: Key | None) -> str:
    found = plan.contributors(**({_HOLDERS[key[0]]: key[1]} if key is not None else {}))
    asked = [one.who for one in credits_of(found.items(), confirmed=False)]
    lines = [*credit_lines(credits_of(found.items()))]
    if asked:
        lines.append(gettext("asked only: %(names)s", names="; ".join(asked)))
    return " · ".join(lines)
