# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Loading the sample data through the verbs that people's clicks use, each with the moment at which it "happened".

So counters, histories, waiting numbers and calendars are true without exception. Everything is one transaction: an
interrupted loading leaves nothing behind. The mails of the loading are not sent, but for a handful to look at.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.agencies.models import Organisation, Region
from app.agencies.service import add_organisation
from app.clock import BERLIN
from app.demo import cast, harvest, pictures
from app.demo.cast import Guest
from app.demo.scenery import (
    CENTRES,
    CONTACT,
    FEE,
    FUNDING,
    ORGANISATIONS,
    OUTSIDE,
    PAST,
    PAST_DATE,
    REGION,
    UPCOMING,
    DayData,
)
from app.events.models import Event, Room
from app.events.service import NewEvent, RoomFacts, create_event, name_hosts, publish
from app.events.team_service import add_member
from app.outbox.models import Message
from app.outbox.rules import LONGEST
from app.people.models import Budget, Organiser
from app.people.passwords import NO_PASSWORD
from app.people.rules import Role
from app.people.service import create_organiser
from app.programme.models import Run, Workshop
from app.programme.service import (
    ItemFacts,
    NewRun,
    RoundFacts,
    WorkshopFacts,
    add_item,
    add_round,
    add_run,
    add_workshop,
    furnish_room,
    release_agenda,
)
from app.refusal import N_, Refusal
from app.registration.changes import DayFacts, change_day
from app.registration.models import Registration
from app.registration.places import Choices
from app.registration.rules import Actor, RoundAnswer
from app.registration.service import (
    PARTICIPANT,
    By,
    Entry,
    add_by_hand,
    cancel,
    change_choices,
    confirm,
    register,
)
from app.results.material_service import add_material_bytes
from app.results.rules import AgreementFacts, MaterialFacts, ResultFacts
from app.results.service import (
    FrameFacts,
    add_agreement,
    publish_documentation,
    write_frame,
    write_result,
)

THURSDAY = 3
WEEKS_AHEAD = 10
OPEN_SINCE = timedelta(days=28)
CLOSES_BEFORE = timedelta(days=13)
FIRST_CAPACITY = 40  # of the upcoming day, until more people came than expected
BY_PHONE = 30  # every so manieth is added by the team
TEAM = (
    ("wiebke.mitplan@example.org", "Wiebke Mitplan", Role.ORGANISER),
    ("emre.einlass@example.org", "Emre Einlass", Role.CHECK_IN),
    ("vera.zuschau@example.org", "Vera Zuschau", Role.VIEWER),
)


class NotEmpty(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The database is not empty. Sample data is loaded into an empty one only."))


def is_empty(session: Session) -> bool:
    """Nobody has an account, and there is neither an organisation nor a day."""
    return all(
        session.scalar(select(table.id).limit(1)) is None for table in (Organiser, Organisation, Region, Event)
    )


def upcoming_date(now: datetime) -> date:
    """The first Thursday that is at least ten weeks away."""
    earliest = now.astimezone(BERLIN).date() + timedelta(weeks=WEEKS_AHEAD)
    return earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)


def load(session: Session, data_dir: Path, password_hash: str, now: datetime) -> None:
    """Everything that demo-data describes. Refuses a database that is not empty. `password_hash` is the organiser's."""
    if not is_empty(session):
        raise NotEmpty
    region, organisations = _add_organisations(session)
    team = _add_team(session, password_hash)
    inventor = cast.Inventor()
    guests = cast.upcoming_guests(inventor)
    past_guests = cast.past_guests(inventor, guests)
    _load_past(session, data_dir, region, organisations, team, past_guests)
    _load_upcoming(session, region, organisations, team, guests, now)
    session.flush()
    _keep_few_mails(session, now)
    session.execute(delete(Budget))


# -- who is there


def _add_organisations(session: Session) -> tuple[Region, list[Organisation]]:
    region = Region(slug=REGION[0], name=REGION[1])
    session.add(region)
    session.flush()
    return region, [
        add_organisation(
            session, name, kind=kind, district=district, region=None if district == OUTSIDE else region
        )
        for name, kind, district in ORGANISATIONS
    ]


def _add_team(session: Session, password_hash: str) -> list[Organiser]:
    """The organiser who signs in first; an administrator too, or nobody could open the pages for them."""
    began = at(date(2023, 6, 1), "9:00")
    email, name = cast.ORGANISER
    lead = create_organiser(session, email, name, password_hash, began, is_admin=True)
    others = [
        create_organiser(session, mail, who, NO_PASSWORD, began + timedelta(days=4), by=lead)
        for mail, who, _ in TEAM
    ]
    return [lead, *others]


# -- a day


@dataclass
class Stage:
    """A day that is ready for registrations; runs by label."""

    event: Event
    runs: dict[str, Run]
    workshops: dict[str, Workshop]


def _build_day(
    session: Session, data: DayData, on: date, organisations: list[Organisation], region: Region, now: datetime
) -> Stage:
    new = NewEvent(
        data.slug, data.title.format(year=on.year), at(on, data.start), at(on, data.end), data.capacity
    )
    event = create_event(session, new, None, now)
    lead = organisations[data.lead_host - 1]
    name_hosts(event, lead, [organisations[n - 1] for n in CENTRES if n != data.lead_host], region)
    event.summary, event.description, event.for_whom = data.summary, data.description, data.for_whom
    event.venue_name, event.venue_street, event.venue_postcode, event.venue_city = data.venue
    event.venue_note, event.fee_note, event.funding_note = data.venue_note, FEE, FUNDING
    event.contact_name, event.contact_email = CONTACT
    session.flush()
    rooms = {room.name: _furnish(session, event, room, now) for room in data.rooms}
    for item in data.items:
        room = rooms[item.room] if item.room else None
        facts = ItemFacts(item.kind, item.title, at(on, item.start), at(on, item.end), item.note, room)
        add_item(session, event.id, facts, now)
    rounds = {
        one.number: add_round(
            session, event.id, RoundFacts(one.number, one.title, at(on, one.start), at(on, one.end)), now
        )
        for one in data.rounds
    }
    workshops = {
        key: add_workshop(session, event.id, WorkshopFacts(title, abstract), now)
        for key, (title, abstract) in data.workshops.items()
    }
    runs = {}
    for run in data.runs:
        new_run = NewRun(
            workshops[run.workshop],
            rounds[run.round],
            run.label,
            rooms[run.room],
            run.capacity,
            (run.contributor,),
        )
        runs[run.label] = add_run(session, event.id, new_run, now)
    return Stage(event, runs, workshops)


def _furnish(session: Session, event: Event, room: "object", now: datetime) -> Room:
    from app.demo.scenery import RoomData

    assert isinstance(room, RoomData)  # noqa: S101
    facts = RoomFacts(room.name, room.seats, room.step_free, room.loop, room.note)
    return furnish_room(session, event.id, None, facts, now)


def _open(
    session: Session, stage: Stage, team: list[Organiser], opens: datetime, closes: datetime, now: datetime
) -> None:
    """Name the team, publish the day and its agenda."""
    event = stage.event
    event.registration_opens_at, event.registration_closes_at = opens, closes
    add_member(session, event.id, team[0], Role.LEAD, by=team[0], now=now)
    for member, (_, _, role) in zip(team[1:], TEAM, strict=True):
        add_member(session, event.id, member, role, by=team[0], now=now)
    publish(session, event, now + timedelta(hours=1))
    release_agenda(session, event.id, now + timedelta(hours=2))


# -- who comes


def _take_part(session: Session, stage: Stage, guest: Guest, moment: datetime, minutes: int) -> Registration:
    """Send the form, and open the link in the mail some minutes later."""
    entry = _entry(stage, guest, guest.first)
    registration = register(session, stage.event.id, entry, moment)
    return confirm(session, registration.id, moment + timedelta(minutes=minutes))


def _take_part_by_phone(
    session: Session, stage: Stage, guest: Guest, by: Organiser, moment: datetime
) -> Registration:
    note = By(Actor.ORGANISER, by.id, "Anmeldung am Telefon")
    entry = _entry(stage, guest, guest.first)
    return add_by_hand(session, stage.event.id, entry, note, moment, extra_seat=False)


def _entry(stage: Stage, guest: Guest, first: str | None) -> Entry:
    return Entry(guest.person, f"demo-{guest.email}", "de", _choices(stage, (first, guest.second)))


def _choices(stage: Stage, labels: Iterable[str | None]) -> Choices:
    """Rounds are named even when nothing is chosen in them: "still open"."""
    rounds = {run.round_id: RoundAnswer.OPEN for run in stage.runs.values()}
    return {**rounds, **{stage.runs[label].round_id: stage.runs[label].id for label in labels if label}}


def _change_to(session: Session, stage: Stage, registration: Registration, label: str, moment: datetime) -> None:
    run = stage.runs[label]
    change_choices(session, registration.id, {run.round_id: run.id}, moment)


# -- the past day


def _load_past(
    session: Session,
    data_dir: Path,
    region: Region,
    organisations: list[Organisation],
    team: list[Organiser],
    guests: list[Guest],
) -> None:
    stage = _build_day(session, PAST, PAST_DATE, organisations, region, at(date(2023, 6, 5), "10:00"))
    opens, closes = at(date(2023, 8, 14), "8:00"), at(date(2023, 9, 15), "23:59")
    _open(session, stage, team, opens, closes, at(date(2023, 8, 10), "14:00"))
    moments = spread(opens, closes, len(guests))
    for number, (guest, moment) in enumerate(zip(guests, moments, strict=True)):
        _take_part(session, stage, guest, moment, 2 + number % 40)
    _write_results(session, data_dir, stage, team[0])


def _write_results(session: Session, data_dir: Path, stage: Stage, by: Organiser) -> None:
    event, written = stage.event, at(date(2023, 10, 16), "11:00")
    workshop = {label: run.workshop_id for label, run in stage.runs.items()}
    write_frame(
        session, event, FrameFacts(harvest.INTRO, harvest.NEXT_HOST, harvest.FIGURES), seen=0, now=written
    )
    for label, (findings, summary, attended) in harvest.RESULTS.items():
        facts = ResultFacts("\n".join(findings), summary, attended)
        write_result(session, event, workshop[label] if label else None, facts, seen=0, now=written)
    for one in harvest.AGREEMENTS:
        add_agreement(
            session,
            event,
            AgreementFacts(
                workshop[one.workshop] if one.workshop else None,
                one.text,
                one.owner,
                one.due,
                one.status,
                one.level,
                one.note,
            ),
            written,
        )
    publish_documentation(session, event, by.id, at(date(2023, 11, 3), "10:00"))
    for seed, chart in enumerate(harvest.FLIPCHARTS):
        add_material_bytes(
            session,
            event,
            data_dir,
            harvest.PHOTO,
            chart.file_name,
            pictures.flipchart(chart.heading, chart.lines, seed),
            MaterialFacts(workshop[chart.workshop], chart.title, alt_text=chart.alt_text),
            written,
            by.id,
        )
    add_material_bytes(
        session,
        event,
        data_dir,
        harvest.DOCUMENT,
        harvest.PDF_NAME,
        pictures.untagged_pdf(
            harvest.PDF_TITLE.removeprefix("Vortrag: "),
            harvest.PDF_LINES,
        ),
        MaterialFacts(None, harvest.PDF_TITLE, summary=harvest.PDF_SUMMARY),
        written,
        by.id,
    )


# -- the upcoming day


def _load_upcoming(
    session: Session,
    region: Region,
    organisations: list[Organisation],
    team: list[Organiser],
    guests: list[Guest],
    now: datetime,
) -> None:
    """The day had 40 seats at first. When it was full, Alex waited, Toni cancelled, and Alex moved up; then it moved
    into a larger house."""
    on = upcoming_date(now)
    today = now.astimezone(BERLIN).date()
    opens = at(today - OPEN_SINCE, "8:00")
    stage = _build_day(session, UPCOMING, on, organisations, region, opens - timedelta(days=30))
    stage.event.capacity = FIRST_CAPACITY
    _open(session, stage, team, opens, at(on - CLOSES_BEFORE, "23:59"), opens - timedelta(days=3))
    early, alex, late = _in_order(guests)
    registered: dict[str, Registration] = {}
    moments = spread(opens, now - timedelta(hours=4), FIRST_CAPACITY + 1 + len(late))
    for number, (guest, moment) in enumerate(zip(early, moments, strict=False)):
        registered[guest.email] = _take_part(session, stage, guest, moment, 2 + number % 40)
    turning = moments[FIRST_CAPACITY]
    registered[alex.email] = _take_part(session, stage, alex, turning, 1)
    _give_up_and_move_up(session, stage, registered, team[0], turning)
    for number, guest in enumerate(late):
        moment = max(moments[FIRST_CAPACITY + 1 + number], turning + timedelta(minutes=30 + number))
        if number % BY_PHONE == BY_PHONE // 2:
            registered[guest.email] = _take_part_by_phone(session, stage, guest, team[0], moment)
        else:
            registered[guest.email] = _take_part(session, stage, guest, moment, 2 + number % 40)
    hoping = [guest for guest in guests if guest.hope]
    for number, guest in enumerate(hoping):
        moment = now - timedelta(hours=3, minutes=-10 * number)
        _change_to(session, stage, registered[guest.email], guest.hope or "", moment)


def _in_order(guests: list[Guest]) -> tuple[list[Guest], Guest, list[Guest]]:
    """Who fills the first seats: everybody whom 1.1 belongs to and others, Toni in their midst; then Alex; the rest."""
    random = Random(cast.SEED + 1)  # noqa: S311 - a story, no secret
    alex = next(guest for guest in guests if guest.email == cast.MOVED_UP)
    others = [guest for guest in guests if guest is not alex]
    random.shuffle(others)
    wanted = [guest for guest in others if guest.first == "1.1"]
    rest = [guest for guest in others if guest.first != "1.1"]
    # The last of those who sit in 1.1 comes by Toni's place: first chooses 1.2, then stands in the line.
    lucky = Guest(wanted[-1].person, wanted[-1].kind, "1.2", wanted[-1].second, hope=None)
    early = [*wanted[:-1], cast.toni(), lucky, *rest[: FIRST_CAPACITY - len(wanted) - 1]]
    random.shuffle(early)
    return early, alex, rest[FIRST_CAPACITY - len(wanted) - 1 :]


def _give_up_and_move_up(
    session: Session,
    stage: Stage,
    registered: dict[str, Registration],
    lead: Organiser,
    turning: datetime,
) -> None:
    toni = registered[cast.toni().email]
    lucky = _first_without_place(stage, registered)
    _change_to(session, stage, lucky, "1.1", turning + timedelta(minutes=5))
    note = By(PARTICIPANT.actor, None, "Ein anderer Termin geht leider vor.")
    cancel(session, toni.id, note, turning + timedelta(minutes=12))
    event = stage.event
    facts = DayFacts(**{one.name: getattr(event, one.name) for one in fields(DayFacts) if one.name != "capacity"}, capacity=UPCOMING.capacity)
    change_day(session, event.id, facts, event.version, turning + timedelta(minutes=25))
