# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A backup, a busy day, a restore, other people: nothing of the life that was lost opens, overtakes or repeats anything
(F44, T03)."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Integer, select
from sqlalchemy.engine import URL, make_url

from app.clock import now
from app.events.models import Event
from app.events.notices import day_facts, write_notice
from app.events.service import mark_changed, raise_sequence
from app.factory import create_app
from app.organising import lives, restoring
from app.organising.lives import Seen, fell_back, last_seen, remember
from app.organising.models import Life
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.people.service import create_organiser, open_session, welcome
from app.programme.models import Run
from app.registration import links, notifications
from app.registration.admission import Entry
from app.registration.groups.service import GroupEntry, register_group
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.service import cancel, confirm, register
from app.web.database import db, transaction
from tests.conftest import settings_for
from tests.factories.days import make_event, make_programme
from tests.ical.readers import read_everywhere
from tests.mailbox import calendar_of, link_in, mailbox
from tests.postgresql import create_database, drop_database

ROOT = Path(__file__).resolve().parents[2]
SLUG = "musterfachtag"


class House:
    """An installation that can be backed up and brought back as the guide says; every restore starts it anew."""

    def __init__(self, home: Path, server: URL | None, name: str) -> None:
        self.data_dir, self.target = home / "data", home / "backups"
        self.data_dir.mkdir()
        self.server, self.name = server, name
        self.backup = ""
        self.app = self.start()

    def start(self) -> Flask:
        url = f"sqlite:///{self.data_dir / 'fachtag.sqlite3'}"
        if self.server is not None:
            url = self.server.set(database=self.name).render_as_string(hide_password=False)
        return create_app(settings_for(url, self.data_dir))

    def back_up(self) -> None:
        self.stop()
        if self.server is not None:
            self.backup = f"{self.name}_backup"
            create_database(self.server, self.backup, self.name)
        else:
            command = [sys.executable, "deploy/backup.py", str(self.data_dir), str(self.target)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            self.backup = done.stdout.strip()

    def restore(self) -> None:
        self.stop()
        if self.server is not None:
            create_database(self.server, self.name, self.backup)
        else:
            for companion in self.data_dir.glob("fachtag.sqlite3-*"):
                companion.unlink()
            subprocess.run(["cp", "-a", f"{self.backup}/.", str(self.data_dir)], check=True)
        self.app = self.start()

    def stop(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def end(self) -> None:
        self.stop()
        if self.server is not None:
            for name in (self.name, f"{self.name}_backup"):
                drop_database(self.server, name)

    def flask(self, *arguments: str) -> Any:
        return self.app.test_cli_runner().invoke(args=list(arguments))


@pytest.fixture
def house(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    server, name = None, "lives"
    if engine_name == "postgresql":
        server = make_url(request.getfixturevalue("postgresql_server"))
        template = request.getfixturevalue("postgresql_template")
        name = f"lives_{template}"
        create_database(server, name, template)
    else:
        (tmp_path / "data").mkdir()
        template = request.getfixturevalue("sqlite_template")
        (tmp_path / "data" / "fachtag.sqlite3").write_bytes(template.read_bytes())
        (tmp_path / "data").rename(tmp_path / "made")
    made = House(tmp_path, server, name)
    if server is None:
        made.stop()
        (tmp_path / "made" / "fachtag.sqlite3").rename(made.data_dir / "fachtag.sqlite3")
    yield made
    made.end()


# --- the life that is lost, and the next one ------------------------------------------------------------------------


@dataclass
class Calendar:
    """A calendar program: it takes an entry it knows only with a higher number (RFC 5546, 2.1.5)."""

    numbers: dict[str, int] = field(default_factory=dict)

    def takes(self, data: bytes) -> dict[str, bool]:
        """By UID, whether what it was given replaced or added something."""
        answer = {}
        for event in read_everywhere(data)["icalendar"]:
            answer[event.uid] = event.sequence > self.numbers.get(event.uid, -1)
            if answer[event.uid]:
                self.numbers[event.uid] = event.sequence
        return answer


class Doings:
    """What people of one life did and hold."""

    def __init__(self, house: House) -> None:
        self.house = house

    def join(self, *names: str) -> None:
        with self.house.app.app_context():
            event_id = db.session.scalars(select(Event.id)).one()
            db.session.rollback()
            for name in names:
                mail = f"{name.lower()}@example.org"
                entry = Entry(Person(name, "Beispiel", mail, "Stadt Musterstadt"), f"nonce-{name}-{now()}")
                with transaction() as session:
                    number = register(session, event_id, entry, now()).id
                with transaction() as session:
                    confirm(session, number, now())

    def edit(self, times: int) -> None:
        """The team moves the day and all its runs, and everybody with a seat is told."""
        with self.house.app.app_context():
            for _ in range(times):
                with transaction() as session:
                    day = session.scalars(select(Event)).one()
                    before = day_facts(day)
                    day.venue_street += "a"
                    write_notice(session, day, before, ["venue_street"], "", now())
                    mark_changed(day, now(), calendar=True)
                    for run in session.scalars(select(Run)):
                        raise_sequence(run, now())
                    session.flush()
                    notifications.notify_changed(session, day, now())

    def withdraw(self, *names: str) -> None:
        with self.house.app.app_context(), transaction() as session:
            for name in names:
                found = select(Registration.id).where(
                    Registration.given_name == name, Registration.status != "cancelled"
                )
                cancel(session, session.scalars(found).one(), PARTICIPANT, now())

    def addresses(self) -> dict[str, list[str]]:
        """By name, the links that somebody holds."""
        with self.house.app.test_request_context():
            return {
                one.given_name: [
                    f"/my/{links.personal_token(one)}",
                    f"/calendar/my/{links.feed_token(one)}.ics",
                ]
                for one in db.session.scalars(select(Registration).where(Registration.email != ""))
            }

    def waiting_numbers(self) -> dict[str, int]:
        with self.house.app.app_context():
            found = select(Registration).where(Registration.waiting_number.is_not(None))
            return {one.given_name: one.waiting_number or 0 for one in db.session.scalars(found)}

    def feeds(self) -> list[Any]:
        client = self.house.app.test_client()
        pages = [f"/calendar/events/{SLUG}.ics", "/calendar/all.ics", f"/events/{SLUG}/agenda.ics"]
        return [client.get(page) for page in pages]


BEFORE = ("Anton", "Alma")
LOST = ("Berta", "Bruno", "Bela", "Birte", "Benno", "Britta", "Bodo", "Bente", "Bernd", "Bianca")
OTHERS = ("Carla", "Cem", "Clara", "Curt", "Celine", "Chris", "Cora", "Cyrus", "Carmen", "Caspar")


@pytest.mark.long
def test_nothing_of_a_lost_life_opens_overtakes_or_repeats_anything(house: House) -> None:
    life = Doings(house)
    with house.app.app_context(), transaction() as session:
        make_programme(session, make_event(session, capacity=6))
        lead = create_organiser(session, "lea@example.org", "Lea Probe", "x", now())
    life.join(*BEFORE)
    assert house.flask("worker", "--once").exit_code == 0
    calendars = _calendars_by_mail(house.app)
    house.back_up()

    house.app = house.start()
    life.join(*LOST)
    life.edit(3)
    life.withdraw("Bruno", "Bela", "Alma")
    with house.app.app_context(), transaction() as session:
        lead = session.merge(lead, load=False)
        welcome(session, lead, now(), "de")
        event_id = session.scalars(select(Event.id)).one()
        contact = Person("Grete", "Gruppe", "grete@example.org", "Stadt Musterstadt")
        register_group(session, event_id, GroupEntry(contact, [contact], "nonce-grete"), now())
    house.flask("outbox", "deliver")
    calendars = _calendars_by_mail(house.app)
    held = life.addresses()
    mails = mailbox(house.app).read()
    held["Grete"].append(link_in(_mail_to(mails, "grete"), "/group/"))
    held["Lea"] = [link_in(_mail_to(mails, "lea"), "/organise/")]
    numbers = life.waiting_numbers()
    assert len(numbers) >= 6
    seen = life.feeds()
    subscribers = [Calendar() for _ in seen]
    for subscriber, feed in zip(subscribers, seen, strict=True):
        assert all(subscriber.takes(feed.data).values())
    own = {name: Calendar() for name in BEFORE}
    for name, calendar in own.items():
        calendar.takes(house.app.test_client().get(held[name][1]).data)
    assert own["Anton"].numbers
    with house.app.app_context():
        life_before = db.session.scalars(select(Life).order_by(Life.id.desc())).first()
        assert life_before is not None
        remember(house.data_dir, Seen(life_before.token, life_before.mark + 1))  # a minute later
    # Each of several edits in one second stamps a second of its own, so stamps run ahead; to restore takes longer.
    while any(feed.last_modified is not None and feed.last_modified > now() for feed in seen):
        time.sleep(0.1)

    house.restore()
    for command in (("worker", "--once"), ("serve",), ("outbox", "deliver")):
        refused = house.flask(*command)
        assert refused.exit_code == 1
        assert "Run 'flask --app wsgi restored' first" in refused.output
    answer = house.flask("restored")
    assert answer.exit_code == 0, answer.output
    assert f"  {SLUG}: 2031-03-13, 2 people" in answer.output
    assert "nothing was changed" in house.flask("restored").output

    # No mail leaves again: neither while the way out is held nor afterwards.
    assert house.flask("worker", "--once").exit_code == 0
    assert house.flask("outbox", "release").exit_code == 0
    assert house.flask("outbox", "deliver").exit_code == 0
    again = {mail["Message-ID"] for mail in mailbox(house.app).read()}
    assert again <= {mail["Message-ID"] for mail in mails}

    life.join("Berta", *OTHERS[:8])
    life.withdraw("Cem", "Clara")
    life.join(*OTHERS[8:])
    assert house.flask("outbox", "deliver").exit_code == 0

    # Links: everybody's own goes on, those of the lost life are gone, and nobody opens somebody else's.
    client = house.app.test_client()
    for name, pages in held.items():
        for page in pages:
            found = client.get(page)
            if name in BEFORE:
                assert found.status_code == 200, (name, page)
            else:
                assert found.status_code in {404, 410}, (name, page)
            text = found.get_data(as_text=True)
            assert not [other for other in (*OTHERS, *LOST) if f"{other} Beispiel" in text], (name, page)
    assert not {page for pages in held.values() for page in pages} & {
        page for name, pages in life.addresses().items() if name not in BEFORE for page in pages
    }

    # Numbers in line: none of them was told to somebody before.
    again = life.waiting_numbers()
    assert len(again) >= 4
    assert set(again.values()).isdisjoint(numbers.values())

    # Calendars take the new state, and the next change: subscribed, personal, and invited by mail.
    for subscriber, old, new in zip(subscribers, seen, life.feeds(), strict=True):
        assert subscriber.takes(new.data) == dict.fromkeys(subscriber.numbers, True)
        assert old.headers.get("ETag") is None or old.headers["ETag"] != new.headers["ETag"]
        assert old.last_modified is None or new.last_modified >= old.last_modified
    life.edit(1)
    for subscriber, feed in zip(subscribers, life.feeds(), strict=True):
        assert subscriber.takes(feed.data) == dict.fromkeys(subscriber.numbers, True)
    agenda = life.feeds()[2]
    sights = {
        tuple((one.uid, one.sequence) for one in seen) for seen in read_everywhere(agenda.data).values()
    }
    assert len(sights) == 1
    for name, calendar in own.items():
        assert any(calendar.takes(client.get(held[name][1]).data).values()), name
    house.flask("outbox", "deliver")
    for name in ("Anton", "Alma", "Berta"):
        (told, last), *_ = reversed(_invitations(mailbox(house.app).read(), name.lower()))
        assert told == "REQUEST"
        before = calendars.get(name.lower(), {}).values()
        assert read_everywhere(last)["icalendar"][0].sequence > max(before, default=-1), name


def _mail_to(mails: list[Any], name: str) -> Any:
    return [mail for mail in mails if f"{name}@example.org" in mail["To"]][-1]


def _invitations(mails: list[Any], name: str) -> list[tuple[str, bytes]]:
    mine = [calendar_of(mail) for mail in mails if mail["To"] == f"{name}@example.org"]
    return [one for one in mine if one is not None]


def _calendars_by_mail(app: Flask) -> dict[str, dict[str, int]]:
    """By name, the highest number that a person's calendar was sent."""
    found: dict[str, dict[str, int]] = {}
    for mail in mailbox(app).read():
        part = calendar_of(mail)
        for event in read_everywhere(part[1])["icalendar"] if part else ():
            mine = found.setdefault(str(mail["To"]).partition("@")[0], {})
            mine[event.uid] = max(mine.get(event.uid, -1), event.sequence)
    return found


def test_the_numbers_without_the_command_would_repeat(house: House) -> None:
    """The negative control: what the restore alone gives back is what was there before. Links do not even then."""
    life = Doings(house)
    with house.app.app_context(), transaction() as session:
        make_event(session, capacity=1)
    life.join("Anton")
    house.back_up()
    house.app = house.start()
    life.join("Berta")
    held, numbers = life.addresses(), life.waiting_numbers()
    house.restore()
    life.join("Carla")
    assert list(life.waiting_numbers().values()) == list(numbers.values())
    assert not set(life.addresses()["Carla"]) & set(held["Berta"])
    client = house.app.test_client()
    assert {client.get(page).status_code for page in held["Berta"]} == {410}
    assert {client.get(page).status_code for page in held["Anton"]} == {200}


# --- counters ---------------------------------------------------------------------------------------------------------

# Whole numbers that nothing outside compares with what it saw before.
STAYING = {
    "capacity", "taken", "extra", "waiting", "reserved", "quota_count", "code_count", "together_count",
    "confirm_within_minutes", "offer_hours", "seats", "position", "number", "spans", "least_people", "days_before", "allotted", "count",
    "accompanying", "attended", "size", "width", "height", "mark", "raised_by", "spent", "failures", "attempts", "claims",
    "copies", "copy_limit", "seconds", "seed", "least", "most", "rank", "text_version",
    "rounds", "tables", "host_table", "table_number", "progress", "after", "minutes",
}  # fmt: skip
STAYING_BECAUSE = {
    "message.revision": "unique with kind and row; no mail carries it",
    "message.subject_id": "a row's number",
    "message.event_id": "a row's number",
    "message.sequence": "what was sent",
    "audit_entry.event_id": "a row's number",
    "registration.mail_revision": "numbers mails of one person within the outbox; no mail carries it",
    "registration_group.mail_revision": "as with registrations",
    "registration.sequence_offset": "counts beside the day's sequence, which goes up",
    "event.lowest_offset": "counts beside the day's sequence, too",
    "registration.waiting_number": "drawn from the counter, kept",
    "place.waiting_number": "drawn from the counter, kept",
    "question_option.waiting_counter": "who waits for an option has no number",
    "swap_chain.people": "how many are asked",
    "lot_memory.lost": "how many ranks somebody lost",
    "event.questions_version": "in the key of what one process keeps, beside the revision",
}


def test_every_whole_number_of_the_tables_has_been_thought_of() -> None:
    """Whoever adds a counter says whether somebody outside compares it: then it goes up after a restore."""
    rising = {str(one.property.columns[0]) for one in restoring.COUNTERS}
    rising |= {str(one) for one in restoring.versions()}
    found = {
        str(column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Integer) and not column.primary_key and not column.foreign_keys
    }
    unsaid = {one for one in found - rising - set(STAYING_BECAUSE) if one.rpartition(".")[2] not in STAYING}
    assert unsaid == set()
    assert rising - found == set()
    assert set(STAYING_BECAUSE) - found == set()
    assert STAYING - {one.rpartition(".")[2] for one in found} == set()


@pytest.mark.parametrize(
    ("ago", "step"),
    [
        (timedelta(0), 360_000),
        (timedelta(days=-3), 360_000),  # the clock was set
        (timedelta(hours=1), 360_000),
        (timedelta(days=1), 8_640_000),
        (timedelta(days=365), 2**28),
    ],
)
def test_the_step_is_as_long_as_the_time(ago: timedelta, step: int) -> None:
    moment = now()
    assert restoring.step_between(moment - ago, moment) == step


def test_a_restore_raises_numbers_of_rows_and_ends_who_was_signed_in(house: House) -> None:
    life = Doings(house)
    with house.app.app_context(), transaction() as session:
        make_event(session)
        lea = create_organiser(session, "lea@example.org", "Lea Probe", "x", now())
        welcome(session, lea, now(), "de")
        open_session(session, lea, "Firefox", now())
    life.join("Anton")
    answer = house.flask("restored")
    assert "2 sign-ins and password links ended" in answer.output
    life.join("Carla")
    with house.app.app_context():
        session = db.session
        anton, carla = session.scalars(select(Registration.id).order_by(Registration.id)).all()
        assert carla > anton + 360_000
        states = set(session.scalars(select(Message.state).where(Message.recipient != "carla@example.org")))
        assert states <= {State.UNCLEAR, State.SUPERSEDED}
        present = session.scalars(select(Life)).one()
        assert present.raised_by == session.scalars(select(Event.waiting_counter)).one() == 360_000
    assert house.flask("check").output.count("registration") == 0


# --- which life it is -------------------------------------------------------------------------------------------------


def _life(token: str, mark: int = 5, *, copied: bool = False) -> Any:
    return SimpleNamespace(token=token, mark=mark, copied=copied)


@pytest.mark.parametrize(
    ("there", "seen", "grown", "older"),
    [
        ([], None, False, False),  # everything is new
        ([], None, True, False),  # the first start of this version
        ([], Seen("a", 9), False, False),  # a new database under an old folder
        ([], Seen("a", 9), True, True),  # a backup from before lives were counted
        ([_life("a")], None, True, False),  # a new folder
        ([_life("a", 9)], Seen("a", 9), True, False),
        ([_life("a", 10)], Seen("a", 9), True, False),  # stopped between the two
        ([_life("a", 8)], Seen("a", 9), True, True),  # a backup of this life
        ([_life("a"), _life("b", 0)], Seen("a", 9), True, False),  # another host began the new life
        ([_life("a")], Seen("b", 0), True, True),  # a backup of the life before
        ([_life("b", 0)], Seen("a", 9), False, False),  # a new database under an old folder, started twice
        ([_life("a", 9, copied=True)], None, True, True),  # a backup on another machine
        ([_life("a", 9, copied=True)], Seen("a", 9), True, True),
    ],
)
def test_a_database_that_fell_back_is_known(
    there: list[Any], seen: Seen | None, grown: bool, older: bool
) -> None:
    assert fell_back(there, seen, grown=grown) is older


def test_the_folder_remembers_the_highest_mark(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert last_seen(folder) is None
    for seen in (Seen("a", 3), Seen("a", 5), Seen("a", 4)):
        remember(folder, seen)
    assert last_seen(folder) == Seen("a", 5)
    remember(folder, Seen("b", 0))
    assert last_seen(folder) == Seen("b", 0)
    assert [one.name for one in folder.iterdir()] == [lives.FILE]
    (folder / lives.FILE).write_text("torn")
    assert last_seen(folder) is None


def test_a_worker_marks_its_life_and_stops_when_the_database_falls_back(app: Flask, data_dir: Path) -> None:
    with app.app_context(), transaction() as session:
        make_event(session)
    began = now()
    worker = Worker(app, clock=lambda: began)
    worker.run(once=True)
    first = last_seen(data_dir)
    assert first is not None
    _look(worker, began + timedelta(seconds=5))
    assert last_seen(data_dir) == first
    _look(worker, began + timedelta(minutes=2))
    assert last_seen(data_dir) == Seen(first.token, first.mark + 1)
    with app.app_context(), transaction() as session:  # an old database under it
        session.scalars(select(Life)).one().mark = first.mark
    with pytest.raises(SystemExit, match="restored"):
        _look(worker, began + timedelta(minutes=3))


def _look(worker: Worker, moment: datetime) -> None:
    worker.clock = lambda: moment
    worker.run(once=True)


def test_a_database_without_tables_has_no_life_yet(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    answer = app.test_cli_runner().invoke(args=["restored"])
    assert (answer.exit_code, "db upgrade" in answer.output) == (1, True)
    with app.app_context():
        lives.live_on(tmp_path, now())
        assert last_seen(tmp_path) is None
        db.engine.dispose()
