# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Loading the sample data through the verbs that people's clicks use, each with the moment at which it "happened".

So counters, histories, waiting numbers and calendars are true without exception. Everything is one transaction: an
interrupted loading leaves nothing behind. The mails of the loading are not sent, but for a handful to look at.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.attendees import manual
from app.clock import BERLIN
from app.demo import people, results, small_day
from app.demo.arrivals import FIRST_CAPACITY, SOUGHT_AFTER, _in_order, at, spread, upcoming_date
from app.demo.people import Guest
from app.demo.programme import (
    CENTRES,
    CONTACT,
    FEE,
    FUNDING,
    ORGANISATIONS,
    OUTSIDE,
    PARTNERS,
    PAST,
    PAST_DATE,
    REGION,
    SERIES,
    TEXTS,
    UPCOMING,
    DayData,
)
from app.demo.team import ask_for_tables, merge_one
from app.events.models import Event
from app.events.notices import day_facts
from app.events.partners.rules import Logo
from app.events.partners.service import add_partner
from app.events.rules import Aim, Placement, QuotaEffect, QuotaTarget, form_key
from app.events.service import NewEvent, accept_series, create_event, hosts_of, name_hosts
from app.events.team_service import add_member
from app.organisations.models import Organisation, Region
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation
from app.outbox.models import Message
from app.outbox.rules import LONGEST, State
from app.people.models import Budget, Organiser
from app.people.passwords import NO_PASSWORD
from app.people.rules import Role
from app.people.service import create_organiser
from app.programme.models import Run, Workshop
from app.programme.plan import ItemFacts, RoundFacts, RunPlan, plan_seen
from app.programme.rules import Thing
from app.programme.service import add_room
from app.programme.working_copy import read_working_copy
from app.refusal import N_, Refusal, fingerprint
from app.registration import notifications
from app.registration.admission import Entry
from app.registration.consents.models import Purpose
from app.registration.consents.service import ask_for
from app.registration.correcting import change_choices
from app.registration.history import By, by_organiser
from app.registration.models import Registration
from app.registration.questions.answers import Given
from app.registration.questions.models import Law
from app.registration.questions.service import add_standard_set
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Actor, RoundAnswer
from app.registration.service import cancel, confirm, register
from app.registration.workshops.places import Choices
from app.registration.workshops.wishes import Wished
from app.results.material_service import add_material_bytes
from app.results.rules import AgreementFacts, MaterialFacts, ResultFacts
from app.results.service import (
    FrameFacts,
    add_agreement,
    publish_documentation,
    write_frame,
    write_result,
)
from app.scheduling.contributing import add_to_place
from app.scheduling.editing import add, add_run
from app.scheduling.releasing import ReleaseNote, release
from app.scheduling.service import change_day, publish_day
from app.texts import force_locale, gettext

OPEN_SINCE = timedelta(days=28)
CLOSES_BEFORE = timedelta(days=13)
RELEASED_BEFORE = timedelta(weeks=4)
KEPT_FOR_MIGRANTS = 6
MOST_OF_A_DISTRICT = 36
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
        session.scalar(select(table.id).limit(1)) is None
        for table in (Organiser, Organisation, Region, Event)
    )


def load(session: Session, data_dir: Path, password_hash: str, now: datetime) -> None:
    """Everything that the demo shows. Refuses a database that is not empty. `password_hash` is the organiser's."""
    if not is_empty(session):
        raise NotEmpty
    region, organisations = _add_organisations(session)
    team = _add_team(session, password_hash)
    inventor = people.Inventor()
    guests = people.upcoming_guests(inventor)
    past_guests = people.past_guests(inventor, guests)
    _load_past(session, data_dir, region, organisations, team, past_guests)
    _load_upcoming(session, region, organisations, team, people.as_typed(guests), now)
    _load_small(session, region, organisations, team, guests[len(people.NAMED) :], now)
    merge_one(session, team[0], now - timedelta(hours=1))
    session.flush()
    _keep_few_mails(session, now)
    session.execute(delete(Budget))


# -- who is there


def _add_organisations(session: Session) -> tuple[Region, list[Organisation]]:
    region = Region(slug=REGION[0], name=REGION[1])
    session.add_all([region, Law(name="§ 3 DSG NRW")])
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
    email, name = people.ORGANISER
    lead = create_organiser(session, email, name, password_hash, began, is_admin=True)
    others = [
        create_organiser(session, mail, who, NO_PASSWORD, began + timedelta(days=4), by=lead)
        for mail, who, _ in TEAM
    ]
    return [lead, *others]


# -- a day


@dataclass
class DemoDay:
    """A day that is ready for registrations; runs by label."""

    event: Event
    runs: dict[str, Run]
    workshops: dict[str, Workshop]
    answers: dict[str, Given] = field(default_factory=dict)  # by mail address


def _build_day(
    session: Session,
    data: DayData,
    on: date,
    organisations: list[Organisation],
    region: Region,
    now: datetime,
) -> DemoDay:
    new = NewEvent(
        data.slug, data.title.format(year=on.year), at(on, data.start), at(on, data.end), data.capacity
    )
    event = create_event(session, new, None, now)
    lead = organisations[data.lead_host - 1]
    cohosts = [organisations[n - 1] for n in CENTRES if n != data.lead_host]
    series = accept_series(session, SERIES)
    name_hosts(session, event.id, lead, cohosts, region, series, fingerprint(hosts_of(event)), None, now)
    event.summary, event.description, event.for_whom = data.summary, data.description, data.for_whom
    event.venue_name, event.venue_street, event.venue_postcode, event.venue_city = data.venue
    event.venue_note, event.fee_note, event.funding_note = data.venue_note, FEE, FUNDING
    event.contact_name, event.contact_email = CONTACT
    session.flush()
    _name_partners(session, event, now)
    rooms = {room.name: add_room(session, event.id, room, now) for room in data.rooms}
    items = {}
    for item in data.items:
        room = rooms[item.room].id if item.room else None
        facts = ItemFacts(item.kind, item.title, at(on, item.start), at(on, item.end), item.note, room)
        items[item.title] = f"item-{add(session, event.id, Thing.ITEM, facts, now)}"
    rounds = {}
    for one in data.rounds:
        times = at(on, one.start), at(on, one.end)
        round_ = RoundFacts(one.number, one.title, *times)
        rounds[one.number] = add(session, event.id, Thing.ROUND, round_, now)
    workshops = {
        key: session.get_one(Workshop, add(session, event.id, Thing.WORKSHOP, facts, now))
        for key, facts in data.workshops.items()
    }
    runs = {}
    for run in data.runs:
        plan = RunPlan(
            run.label,
            rounds[run.round],
            rooms[run.room].id,
            run.capacity,
            workshop_id=workshops[run.workshop].id,
        )
        number = add_run(session, event.id, plan, (run.contributor,), now)
        runs[run.label] = session.get_one(Run, number)
    keys = {"day": "day", **{label: f"run-{run.id}" for label, run in runs.items()}, **items}
    for place, contribution in data.contributions:
        add_to_place(session, event.id, keys[place], contribution, now)
    for place, within in data.inside:
        add_to_place(session, event.id, keys[place], within, now)
    return DemoDay(event, runs, workshops)


def _name_partners(session: Session, event: Event, now: datetime) -> None:
    from app.demo import pictures  # fonts and drawing: not for web workers

    for facts, colour in PARTNERS:
        logo = Logo(*pictures.logo(facts.name, colour), alternative=facts.name) if colour else None
        add_partner(session, event.id, facts, logo, None, now)


def _open(
    session: Session, stage: DemoDay, team: list[Organiser], opens: datetime, closes: datetime, now: datetime
) -> None:
    """Name the team, publish the day and its agenda."""
    event = stage.event
    event.registration_opens_at, event.registration_closes_at = opens, closes
    add_member(session, event.id, team[0], Role.LEAD, by=team[0], now=now)
    for member, (_, _, role) in zip(team[1:], TEAM, strict=True):
        add_member(session, event.id, member, role, by=team[0], now=now)
    publish_day(session, event.id, by_organiser(team[0].id), now + timedelta(hours=1))
    seen = plan_seen(read_working_copy(session, event).plan)
    release(session, event.id, ReleaseNote(), seen, by_organiser(team[0].id), now + timedelta(hours=2))


# -- who comes


def _take_part(
    session: Session, stage: DemoDay, guest: Guest, moment: datetime, minutes: int
) -> Registration:
    """Send the form, and open the link in the mail some minutes later."""
    entry = replace(_entry(stage, guest, guest.first), given=stage.answers.get(guest.email))
    registration = register(session, stage.event.id, entry, moment)
    return confirm(session, registration.id, moment + timedelta(minutes=minutes))


def _add_manually(
    session: Session, stage: DemoDay, guest: Guest, by: Organiser, note: str, moment: datetime
) -> Registration:
    entry = _entry(stage, guest, guest.first)
    who = By(Actor.ORGANISER, by.id, note)
    return manual.add(session, stage.event.id, entry, who, moment, extra_seat=False)


def _entry(stage: DemoDay, guest: Guest, first: str | None) -> Entry:
    return Entry(guest.person, f"demo-{guest.email}", "de", _choices(stage, (first, guest.second)))


def _choices(stage: DemoDay, labels: Iterable[str | None]) -> Choices:
    """Rounds are named even when nothing is chosen in them: "still open"."""
    rounds = {run.round_id: RoundAnswer.OPEN for run in stage.runs.values()}
    return {**rounds, **{stage.runs[label].round_id: stage.runs[label].id for label in labels if label}}


def _change_to(
    session: Session, stage: DemoDay, registration: Registration, label: str, moment: datetime
) -> None:
    run = stage.runs[label]
    change_choices(session, registration.id, {run.round_id: run.id}, moment)


# -- the past day: it took place with a spreadsheet, which the team has taken over


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
    for guest, moment in zip(guests, moments, strict=True):
        _add_manually(session, stage, guest, team[0], "Aus der Anmeldeliste übernommen", moment)
    _write_results(session, data_dir, stage, team[0])


def _write_results(session: Session, data_dir: Path, stage: DemoDay, by: Organiser) -> None:
    event, written = stage.event, at(date(2023, 10, 16), "11:00")
    workshop = {label: run.workshop_id for label, run in stage.runs.items()}
    write_frame(
        session, event, FrameFacts(results.INTRO, results.NEXT_HOST, results.FIGURES), seen=0, now=written
    )
    for label, (findings, summary, attended) in results.RESULTS.items():
        facts = ResultFacts("\n".join(findings), summary, attended)
        write_result(session, event, workshop[label] if label else None, facts, seen=0, now=written)
    for one in results.AGREEMENTS:
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
    from app.demo import pictures  # fonts and drawing: not for web workers

    for seed, chart in enumerate(results.FLIPCHARTS):
        add_material_bytes(
            session,
            event,
            data_dir,
            results.PHOTO,
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
        results.DOCUMENT,
        results.PDF_NAME,
        pictures.untagged_pdf(
            results.PDF_TITLE.removeprefix("Vortrag: "),
            results.PDF_LINES,
        ),
        MaterialFacts(None, results.PDF_TITLE, summary=results.PDF_SUMMARY),
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
    """Booked faster than expected: with 40 seats at first, Alex had to wait, Toni cancelled and Alex moved up; then
    the day moved into a larger house."""
    on, today = upcoming_date(now), now.astimezone(BERLIN).date()
    opens = at(today - OPEN_SINCE, "8:00")
    stage = _build_day(session, UPCOMING, on, organisations, region, opens - timedelta(days=30))
    stage.event.capacity = FIRST_CAPACITY
    stage.event.text_before, stage.event.text_open, stage.event.text_after = TEXTS
    _open(session, stage, team, opens, at(on - CLOSES_BEFORE, "23:59"), opens - timedelta(days=3))
    with force_locale("de"):
        asked = add_standard_set(
            session, stage.event.id, gettext, By(Actor.ORGANISER, team[0].id), opens - timedelta(days=2)
        )
    ask_for(
        session,
        stage.event.id,
        set(Purpose) - {Purpose.MEMORY},  # places are chosen directly
        fingerprint(stage.event.consents),
        By(Actor.ORGANISER, team[0].id),
        opens - timedelta(days=2),
    )
    stage.answers.update(people.some_answers(asked, guests))
    queue = _in_order(guests)
    moments = spread(opens, now, len(guests) + 1)
    registered = {
        guest.email: _take_part(session, stage, guest, moment, 2 + number % 40)
        for number, (guest, moment) in enumerate(zip(queue.early, moments, strict=False))
    }
    turning = moments[FIRST_CAPACITY]
    registered[queue.alex.email] = _take_part(session, stage, queue.alex, turning, 1)
    _change_to(session, stage, registered[queue.lucky.email], SOUGHT_AFTER, turning + timedelta(minutes=5))
    note = By(Actor.PARTICIPANT, None, "Ein anderer Termin geht leider vor.")
    cancel(session, registered[people.toni().email].id, note, turning + timedelta(minutes=12))
    _raise_capacity(session, stage, team[0], turning + timedelta(minutes=25))
    for number, guest in enumerate(queue.late):
        moment = max(moments[FIRST_CAPACITY + 1 + number], turning + timedelta(minutes=30 + number))
        if number % BY_PHONE == BY_PHONE // 2:
            registered[guest.email] = _add_manually(
                session, stage, guest, team[0], "Anmeldung am Telefon", moment
            )
        else:
            registered[guest.email] = _take_part(session, stage, guest, moment, 2 + number % 40)
    for number, guest in enumerate(guest for guest in guests if guest.hope):
        moment = now - timedelta(hours=3) + timedelta(minutes=10 * number)
        _change_to(session, stage, registered[guest.email], str(guest.hope), moment)
    _add_quotas(session, stage, team[0], at(on - RELEASED_BEFORE, "8:00"), now - timedelta(hours=2))
    ask_for_tables(session, stage.event.id, team[0], now - timedelta(hours=1))


def _load_small(
    session: Session,
    region: Region,
    organisations: list[Organisation],
    team: list[Organiser],
    guests: list[Guest],
    now: datetime,
) -> None:
    """Open since a week, for who knows the code; some have wished already."""
    on, opens = upcoming_date(now) + small_day.AFTER, now - timedelta(days=7)
    closes = at(on - small_day.CLOSES_BEFORE, "23:59")
    stage = _build_day(session, small_day.DAY, on, organisations, region, opens - timedelta(days=20))
    event = stage.event
    event.text_before, event.text_open, event.text_after = small_day.TEXTS
    event.form_code, event.asks_accompanying = small_day.CODE, True
    event.placement, event.wishes_until = Placement.WISHES, closes
    _open(session, stage, team, opens, closes, opens - timedelta(days=3))
    opened = form_key(small_day.CODE)
    for number, (guest, labels) in enumerate(zip(guests, small_day.WISHES, strict=False)):
        person = replace(guest.person, accompanying=int(number == 0))
        runs = [stage.runs[one] for one in labels]
        wished = Wished({runs[0].round_id: [one.id for one in runs]} if runs else {})
        entry = Entry(person, f"small-{guest.email}", wished=wished, form_key=opened)
        moment = opens + timedelta(hours=9 + 7 * number)
        registration = register(session, event.id, entry, moment)
        confirm(session, registration.id, moment + timedelta(minutes=4))


def _add_quotas(
    session: Session, stage: DemoDay, by: Organiser, release_at: datetime, moment: datetime
) -> None:
    """Some seats are kept for migrants' organisations until four weeks before, and no district sends more than a third."""
    who = By(Actor.ORGANISER, by.id)
    for facts in (
        QuotaFacts(
            "Migrantenorganisationen",
            QuotaEffect.RESERVE,
            Aim(QuotaTarget.KIND, kind=UsualKind.MIGRANT_ORG),
            KEPT_FOR_MIGRANTS,
            release_at,
        ),
        QuotaFacts(
            "Kreis Herford",
            QuotaEffect.CAP,
            Aim(QuotaTarget.DISTRICT, district="Herford"),
            MOST_OF_A_DISTRICT,
        ),
    ):
        add_quota(session, stage.event.id, facts, who, moment)


def _raise_capacity(session: Session, stage: DemoDay, by: Organiser, moment: datetime) -> None:
    seen = day_facts(stage.event)
    facts = replace(seen, capacity=UPCOMING.capacity)
    change_day(session, stage.event.id, facts, fingerprint(seen), by_organiser(by.id), moment)


# -- time and mail


def _keep_few_mails(session: Session, now: datetime) -> None:
    """Nobody is written to two hundred times. Some mails of different kinds go to the mailbox, as if sent just now."""
    newest: dict[str, int] = {}
    queued = select(Message.id, Message.recipient, Message.kind).order_by(Message.id)
    upcoming = select(Event.id).where(Event.slug == UPCOMING.slug)
    for message_id, recipient, kind in session.execute(queued.where(Message.event_id.in_(upcoming))):
        if recipient in people.HEARD_FROM or kind == notifications.PLACES:
            newest[recipient] = message_id
    kept = list(newest.values())
    session.execute(delete(Message).where(Message.id.not_in(kept)))
    session.execute(
        update(Message)
        .where(Message.id.in_(kept))
        .values(state=State.QUEUED, next_attempt_at=now, give_up_at=now + LONGEST)
    )
