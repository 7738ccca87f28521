# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Feeds as calendars fetch them: over HTTP, with conditions and compression, read by five parsers."""

import gzip
import re
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.calendar import views
from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import mark_changed
from app.factory import create_app
from app.organisations.models import Region
from app.organisations.queries import find_region
from app.programme.models import Run
from app.programme.rules import Thing
from app.programme.workshop_facts import WorkshopFacts
from app.registration import correcting
from app.registration.links import feed_token, personal_token
from app.scheduling.service import cancel_day
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event
from tests.ical.lint import complaints
from tests.ical.readers import ReadEvent, read_all_everywhere
from tests.pages import Visitor
from tests.registration.steps import CLOSED, ORGANISER, WHY, Day, open_day
from tests.scheduling.steps import change, change_facts, replan_round, replan_run

TITLE = "Musterfachtag: Vom Einzelfall zur Struktur"
WHERE = "Kreishaus Musterstadt, Beispielweg 1, 00000 Musterstadt"
PUBLIC = ["/calendar/all.ics", "/calendar/regions/owl.ics", "/calendar/events/musterfachtag.ics"]
FILES = ["/calendar/events/musterfachtag/download.ics", "/events/musterfachtag/agenda.ics"]


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day(app: Flask) -> Day:
    """A day in OWL with three seats: anna sits in 1.1 and 2.1, ben in 1.2, cem cancelled, dora waits for a seat."""
    with transaction() as session:
        session.add_all([Region(slug="owl", name="OWL"), Region(slug="ruhr", name="Ruhr")])
    day = open_day(capacity=2)
    with transaction() as session:
        event = session.get_one(Event, day.event_id)
        event.region = region(session, "owl")
    day.join("anna", labels=("1.1", "2.1"))
    day.join("cem", labels=("1.2",))
    day.cancel("cem")
    day.join("ben", labels=("1.2",))
    day.join("dora", labels=("1.1",))
    return day


def region(session: Session, slug: str) -> Region:
    found = find_region(session, slug)
    assert found is not None
    return found


def feed_of(app: Flask, day: Day, name: str) -> str:
    with app.test_request_context():
        return f"/calendar/my/{feed_token(day.of(name))}.ics"


def fetch(app: Flask, path: str, **headers: str) -> TestResponse:
    """From a client that knows nothing yet: no cookie, and as Google asks, without Accept (D8).

    In a context of its own, as a server answers: the test's context would lend it what an earlier answer left there.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Context().run(app.test_client().get, path, headers=named)


def all_feeds(app: Flask, day: Day) -> list[str]:
    return [*PUBLIC, *(feed_of(app, day, name) for name in ("anna", "cem", "dora"))]


def read(data: bytes) -> list[ReadEvent]:
    """What the five readers agree on."""
    (seen,) = read_all_everywhere([data])
    first = seen["icalendar"]
    for reader, events in seen.items():
        assert [_seen(event) for event in events] == [_seen(event) for event in first], reader
    return first


def _seen(event: ReadEvent) -> tuple[object, ...]:
    return event.uid, event.starts, event.ends, event.summary, event.sequence, event.status, event.location


def modified(response: TestResponse) -> datetime:
    return parsedate_to_datetime(response.headers["Last-Modified"])


def take_out_of_its_room(day: Day, label: str) -> None:
    with day.step() as session:
        replan_run(session, day.runs[label], day.now, room_id=None)


def change_day(day: Day, **facts: object) -> None:
    with day.step() as session:
        change_facts(session, day.event_id, day.now, **facts)


def call_off(day: Day) -> None:
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)


# -- what stands in them


def test_every_feed_is_without_fault(app: Flask, day: Day) -> None:
    for path in all_feeds(app, day):
        response = fetch(app, path)
        assert response.status_code == 200, path
        assert complaints(response.data, feed=True) == [], path
        read(response.data)


def test_files_to_open_once(app: Flask, day: Day) -> None:
    with app.test_request_context():
        mine = f"/my/{personal_token(day.of('anna'))}/day.ics"
    for path, size in [*zip(FILES, (1, 5), strict=True), (mine, 1)]:
        response = fetch(app, path)
        assert response.status_code == 200, path
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "Set-Cookie" not in response.headers
        assert complaints(response.data) == [], path
        assert b"X-WR-CALNAME" not in response.data  # Outlook would open a new calendar
        assert len(read(response.data)) == size, path


def test_file_of_somebody_who_waits_is_tentative(app: Flask, day: Day) -> None:
    with app.test_request_context():
        path = f"/my/{personal_token(day.of('dora'))}/day.ics"
    (entry,) = read(fetch(app, path).data)
    assert (entry.summary, entry.status) == (f"Warteliste: {TITLE}", "TENTATIVE")


def test_public_feeds(app: Flask, day: Day) -> None:
    for path in PUBLIC[:2]:
        (entry,) = read(fetch(app, path).data)
        assert (entry.summary, entry.location, entry.status) == (TITLE, WHERE, "CONFIRMED")
        assert (entry.starts, entry.ends) == (at("9:30"), at("15:45"))
        assert entry.description.endswith("\n\nhttp://localhost/events/musterfachtag")


def test_event_feed_holds_the_day_and_each_workshop(app: Flask, day: Day) -> None:
    """D6"""
    data = fetch(app, PUBLIC[2]).data
    assert [entry.summary for entry in read(data)] == [
        TITLE,
        *sorted(["1.1 Beraten ohne Vorurteil", "1.2 Datenschutz im Fallmanagement"], key=_by_uid(day)),
        *sorted(["2.1 Konflikte am Schalter", "2.2 Datenschutz im Fallmanagement"], key=_by_uid(day)),
    ]
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert unfolded.count(f"RELATED-TO;RELTYPE=PARENT:{day.event.uid}\r\n") == 4
    first = next(entry for entry in read(data) if entry.summary.startswith("1.1"))
    assert (first.starts, first.ends) == (at("11:00"), at("12:15"))
    assert first.location == f"Raum Birke, {WHERE}"
    assert "Aylin Beispiel" in first.description


def _by_uid(day: Day) -> Callable[[str], str]:
    uids = {label: day.run(label).uid for label in day.runs}
    return lambda title: uids[title[:3]]


def test_event_feed_before_the_release_is_the_day_alone(app: Flask, day: Day) -> None:
    day.set_event(agenda_released_at=None, revision=99)
    assert [entry.summary for entry in read(fetch(app, PUBLIC[2]).data)] == [TITLE]
    assert fetch(app, FILES[1]).status_code == 404


def test_personal_feed_of_somebody_registered(app: Flask, day: Day) -> None:
    whole, first, second = read(fetch(app, feed_of(app, day, "anna")).data)
    assert (whole.summary, whole.status) == (TITLE, "CONFIRMED")
    assert (first.summary, second.summary) == ("1.1 Beraten ohne Vorurteil", "2.1 Konflikte am Schalter")
    assert "11:00 Workshoprunde 1: 1.1 Beraten ohne Vorurteil, Raum Birke" in whole.description


def test_personal_feed_of_somebody_who_waits(app: Flask, day: Day) -> None:
    data = fetch(app, feed_of(app, day, "dora")).data
    (entry,) = read(data)
    assert (entry.summary, entry.status) == (f"Warteliste: {TITLE}", "TENTATIVE")
    assert b"TRANSP:TRANSPARENT" in data


def test_personal_feed_of_somebody_who_cancelled_is_empty(app: Flask, day: Day) -> None:
    """D7: dropped at once."""
    assert read(fetch(app, feed_of(app, day, "cem")).data) == []


def test_personal_feed_follows_its_person(app: Flask, day: Day) -> None:
    """Choosing, moving up, cancelling: each change is seen, numbers rise, and no stamp falls."""
    path = feed_of(app, day, "dora")
    before = fetch(app, path)
    (waiting,) = read(before.data)
    day.cancel("anna")
    moved_up = fetch(app, path)
    whole, workshop = read(moved_up.data)
    assert (whole.uid, whole.status, workshop.summary) == (
        waiting.uid,
        "CONFIRMED",
        "1.1 Beraten ohne Vorurteil",
    )
    assert whole.sequence > waiting.sequence
    day.choose("dora", "1.2", "2.1")
    chosen = fetch(app, path)
    whole_again, *workshops = read(chosen.data)
    assert [one.summary[:3] for one in workshops] == ["1.2", "2.1"]
    assert whole_again.sequence > whole.sequence
    day.cancel("dora")
    gone = fetch(app, path)
    assert read(gone.data) == []
    answers = [before, moved_up, chosen, gone]
    assert len({answer.headers["ETag"] for answer in answers}) == 4
    assert [modified(one) for one in answers] == sorted({modified(one) for one in answers})


# -- after changes


def test_moved_workshop_keeps_its_uid_and_rises(app: Flask, day: Day) -> None:
    """D2, D3"""
    paths = [PUBLIC[2], feed_of(app, day, "anna")]
    before = {path: {entry.uid: entry for entry in read(fetch(app, path).data)} for path in paths}
    first = {path: fetch(app, path) for path in paths}
    take_out_of_its_room(day, "1.1")
    uid = day.run("1.1").uid
    for path in paths:
        answer = fetch(app, path)
        after = {entry.uid: entry for entry in read(answer.data)}
        assert complaints(answer.data, feed=True) == []
        assert set(after) == set(before[path])
        assert after[uid].sequence == before[path][uid].sequence + 1
        assert after[uid].location == WHERE
        others = set(after) - {uid, day.event.uid}
        assert {one: after[one] for one in others} == {one: before[path][one] for one in others}
        assert answer.headers["ETag"] != first[path].headers["ETag"]
        assert modified(answer) > modified(first[path])


def test_moved_round_moves_in_calendars(app: Flask, day: Day) -> None:
    path = feed_of(app, day, "anna")
    before = {entry.uid: entry for entry in read(fetch(app, path).data)}
    with day.step() as session:
        replan_round(session, day.rounds[1], day.now, starts_at=at("11:15"), ends_at=at("12:30"))
    after = {entry.uid: entry for entry in read(fetch(app, path).data)}
    uid = day.run("1.1").uid
    assert (after[uid].starts, after[uid].ends) == (at("11:15"), at("12:30"))
    assert after[uid].sequence > before[uid].sequence
    whole = after[day.event.uid]
    assert "11:15 Workshoprunde 1" in whole.description
    assert whole.sequence > before[day.event.uid].sequence


@pytest.mark.parametrize(
    "facts", [{"venue_name": "Rathaus"}, {"starts_at": at("10:00")}, {"title": "Neu"}, {"venue_note": "Neu"}]
)
def test_whatever_changes_in_an_entry_raises_its_number(
    app: Flask, day: Day, facts: dict[str, object]
) -> None:
    """D3: Google does not apply a change without it; checked entry by entry, on the words themselves."""
    before = {path: _entries(fetch(app, path).data) for path in all_feeds(app, day)}
    change_day(day, **facts)
    for path, old in before.items():
        new = _entries(fetch(app, path).data)
        assert set(new) == set(old)
        changed = {uid for uid in new if new[uid][0] != old[uid][0]}
        assert changed or not old, path
        for uid in changed:
            assert new[uid][1] > old[uid][1], (path, uid)


def test_new_title_of_a_workshop_raises_its_number(app: Flask, day: Day) -> None:
    before = _entries(fetch(app, PUBLIC[2]).data)
    with day.step() as session:
        workshop = session.get_one(Run, day.runs["1.2"]).workshop
        facts = WorkshopFacts("Datenschutz, neu gedacht", workshop.abstract)
        change(session, day.event_id, Thing.WORKSHOP, workshop.id, facts, day.now)
    after = _entries(fetch(app, PUBLIC[2]).data)
    changed = {uid for uid in after if after[uid][0] != before[uid][0]}
    assert changed == {day.run("1.2").uid, day.run("2.2").uid}
    assert all(after[uid][1] == before[uid][1] + 1 for uid in changed)


def _entries(data: bytes) -> dict[str, tuple[str, int]]:
    """UID → what a person sees of the entry, and its sequence."""
    found = {}
    for block in data.replace(b"\r\n ", b"").decode().split("BEGIN:VEVENT")[1:]:
        lines = block.partition("END:VEVENT")[0].strip().split("\r\n")
        shown = [line for line in lines if not re.match("DTSTAMP|LAST-MODIFIED|SEQUENCE", line)]
        values = {re.split("[;:]", line)[0]: line.partition(":")[2] for line in lines}
        found[values["UID"]] = ("\n".join(shown), int(values["SEQUENCE"]))
    return found


def test_cancelled_day(app: Flask, day: Day) -> None:
    """D7: said in words, in the status, and by leaving the time free; also to who was registered."""
    paths = [*PUBLIC, feed_of(app, day, "anna")]
    before = {path: fetch(app, path) for path in paths}
    call_off(day)
    for path in paths:
        answer = fetch(app, path)
        assert complaints(answer.data, feed=True) == []
        entries = read(answer.data)
        assert {entry.status for entry in entries} == {"CANCELLED"}, path
        assert all(entry.summary.startswith("Abgesagt: ") for entry in entries), path
        assert answer.data.count(b"TRANSP:TRANSPARENT") == len(entries)
        old = {entry.uid: entry.sequence for entry in read(before[path].data)}
        assert all(entry.sequence > old[entry.uid] for entry in entries), path
        assert modified(answer) > modified(before[path])
    assert [entry.uid for entry in read(fetch(app, paths[-1]).data)] == [day.event.uid]
    # Who had cancelled before does not get the day back.
    assert read(fetch(app, feed_of(app, day, "cem")).data) == []


def test_cancelled_day_leaves_after_thirty_days(
    app: Flask, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its leaving is a change: Last-Modified rises although nobody did anything (D8)."""
    call_off(day)
    _set_clock(monkeypatch, at("23:00", date(2031, 4, 11)))
    last = fetch(app, PUBLIC[0])
    assert len(read(last.data)) == 1
    _set_clock(monkeypatch, at("12:00", date(2031, 4, 12)))
    gone = fetch(app, PUBLIC[0])
    assert read(gone.data) == []
    assert modified(gone) > modified(last)
    since = format_datetime(modified(last), usegmt=True)
    assert fetch(app, PUBLIC[0], If_Modified_Since=since).status_code == 200
    assert complaints(gone.data, feed=True) == []


def test_old_days_leave_with_the_year(app: Flask, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that slid daily would change the bytes daily."""
    _set_clock(monkeypatch, datetime(2032, 1, 1, 0, 0, tzinfo=UTC))
    first = fetch(app, PUBLIC[0])
    _set_clock(monkeypatch, datetime(2032, 12, 31, 23, 59, tzinfo=UTC))
    last = fetch(app, PUBLIC[0])
    assert last.data == first.data
    assert len(read(last.data)) == 1
    _set_clock(monkeypatch, datetime(2033, 1, 1, 0, 0, tzinfo=UTC))
    gone = fetch(app, PUBLIC[0])
    assert read(gone.data) == []
    assert modified(gone) > modified(last)


def _set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(views, "now", lambda: moment)


def test_day_that_changes_its_region(app: Flask, day: Day) -> None:
    """Both feeds change, and neither stamp falls: the one it leaves keeps no trace of it but the time."""
    old, new = "/calendar/regions/owl.ics", "/calendar/regions/ruhr.ics"
    before = {path: fetch(app, path) for path in (old, new)}
    with day.step() as session:
        event = session.get_one(Event, day.event_id)
        event.region = region(session, "ruhr")
        mark_changed(event, day.now, calendar=False)
    assert read(fetch(app, old).data) == []
    assert len(read(fetch(app, new).data)) == 1
    for path in (old, new):
        assert modified(fetch(app, path)) > modified(before[path]), path


def test_two_days_that_swap_regions_are_no_old_feed(app: Flask, day: Day) -> None:
    """The same number of days and the same sum of revisions is not the same feed."""
    with transaction() as session:
        other = make_event(session, slug="anderer-tag", title="Anderer Tag")
        event = session.get_one(Event, day.event_id)
        ruhr = region(session, "ruhr")
        other.region, other.revision, other.changed_at = ruhr, event.revision, event.changed_at
        other_id = other.id
    path = "/calendar/regions/owl.ics"
    assert [entry.summary for entry in read(fetch(app, path).data)] == [TITLE]
    with transaction() as session:
        event, other = (
            session.get_one(Event, day.event_id),
            session.get_one(Event, other_id),
        )
        event.region, other.region = other.region, event.region
        mark_changed(event, day.now, calendar=False)
        mark_changed(other, day.now, calendar=False)
    assert [entry.summary for entry in read(fetch(app, path).data)] == ["Anderer Tag"]


def test_drafts_are_in_no_feed(app: Flask, day: Day) -> None:
    """T35"""
    day.set_event(status=EventStatus.DRAFT, revision=99)
    for path in PUBLIC[:2]:
        assert read(fetch(app, path).data) == []
    for path in [PUBLIC[2], *FILES]:
        assert fetch(app, path).status_code == 404
    assert read(fetch(app, feed_of(app, day, "anna")).data) == []


def test_feed_without_any_day(app: Flask) -> None:
    answer = fetch(app, "/calendar/all.ics")
    assert complaints(answer.data, feed=True) == []
    assert read(answer.data) == []
    assert fetch(app, "/calendar/regions/nirgends.ics").status_code == 404
    assert fetch(app, "/calendar/events/nie.ics").status_code == 404


# -- how they are answered


def test_headers(app: Flask, day: Day) -> None:
    """D8, T14, WEB-02: no cookie, no negotiation but for compression, not in any index."""
    for path in all_feeds(app, day):
        answer = fetch(app, path)
        headers = answer.headers
        assert headers["Content-Type"] == "text/calendar; charset=utf-8", path
        assert re.fullmatch('"[0-9a-f]{64}"', headers["ETag"]), path
        assert headers["Vary"] == "Accept-Encoding", path
        assert headers["X-Robots-Tag"] == "noindex", path
        assert headers["Content-Disposition"].startswith("inline; filename="), path
        assert int(headers["Content-Length"]) == len(answer.data)
        assert "Set-Cookie" not in headers, path
        assert "Content-Encoding" not in headers, path
        personal = path.startswith("/calendar/my/")
        assert headers["Cache-Control"] == ("private, max-age=300" if personal else "public, max-age=900")
        assert headers["Referrer-Policy"] == ("no-referrer" if personal else "same-origin")
        assert modified(answer) <= datetime.now(UTC) + timedelta(days=1)


def test_head_is_get_without_the_bytes(app: Flask, day: Day) -> None:
    for path in all_feeds(app, day):
        got, head = fetch(app, path), Context().run(app.test_client().head, path)
        assert head.status_code == 200
        assert head.data == b""
        same = {name: value for name, value in got.headers.items() if name != "Date"}
        assert {name: value for name, value in head.headers.items() if name != "Date"} == same


def test_compression_has_a_tag_of_its_own(app: Flask, day: Day) -> None:
    for path in all_feeds(app, day):
        plain, packed = fetch(app, path), fetch(app, path, Accept_Encoding="gzip, deflate, br")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] == plain.headers["ETag"].rstrip('"') + '-gzip"'
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert packed.headers["Last-Modified"] == plain.headers["Last-Modified"]
        assert fetch(app, path, Accept_Encoding="gzip, deflate, br").data == packed.data
        for refused in ("gzip;q=0", "identity", "br"):
            assert "Content-Encoding" not in fetch(app, path, Accept_Encoding=refused).headers


def test_not_modified(app: Flask, day: Day) -> None:
    """Compared weakly, with either form's tag; a tag wins over a date (RFC 9110, 13.2.2)."""
    long_ago = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    for path in all_feeds(app, day):
        answer = fetch(app, path)
        tag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
        packed = tag.rstrip('"') + '-gzip"'
        fresh: list[dict[str, str]] = [
            {"If_None_Match": tag},
            {"If_None_Match": f"W/{tag}"},
            {"If_None_Match": packed},
            {"If_None_Match": f"W/{packed}"},
            {"If_None_Match": packed, "Accept_Encoding": "gzip"},
            {"If_None_Match": tag, "Accept_Encoding": "gzip"},
            {"If_None_Match": f'"other", {tag}'},
            {"If_None_Match": "*"},
            {"If_None_Match": tag, "If_Modified_Since": long_ago},
            {"If_Modified_Since": date},
        ]
        for asked in fresh:
            unchanged = fetch(app, path, **asked)
            assert unchanged.status_code == 304, (path, asked)
            assert unchanged.data == b""
            assert {"ETag", "Cache-Control", "Vary"} <= set(unchanged.headers.keys())
            assert "Set-Cookie" not in unchanged.headers
        stale: list[dict[str, str]] = [
            {"If_None_Match": '"other"'},
            {"If_None_Match": '"other"', "If_Modified_Since": date},
            {"If_Modified_Since": long_ago},
            {"If_Modified_Since": "irgendwann"},
            {"If_None_Match": "kaputt"},
        ]
        for asked in stale:
            assert fetch(app, path, **asked).data == answer.data, (path, asked)


@pytest.mark.parametrize("query", ["?lang=en", "?lang=de", "?lang=xx", "?v=1"])
def test_language_never_changes_the_bytes(app: Flask, day: Day, query: str, settings: Settings) -> None:
    """The contract. Also when the English visitor is the first one, whose bytes are kept."""
    expected = {path: fetch(app, path).data for path in [*all_feeds(app, day), *FILES]}
    cold = create_app(settings)
    for path, data in expected.items():
        for fresh in (cold, app):
            answer = fetch(fresh, path + query, Accept_Language="en-GB,en;q=0.9")
            assert answer.data == data, path
            assert fetch(fresh, path, Accept_Language="fr").data == data
    with cold.app_context():
        db.engine.dispose()


def test_same_state_is_the_same_bytes_in_another_process(app: Flask, day: Day, settings: Settings) -> None:
    """Nothing of "now" or of chance: a second worker, or a restart, hands out the same tags."""
    cold = create_app(settings)
    for path in all_feeds(app, day):
        one, other = fetch(app, path), fetch(cold, path)
        assert one.data == other.data
        for name in ("ETag", "Last-Modified"):
            assert one.headers[name] == other.headers[name]
        assert fetch(app, path, Accept_Encoding="gzip").data == fetch(cold, path, Accept_Encoding="gzip").data
    with cold.app_context():
        db.engine.dispose()


def test_from_the_cache_it_is_one_query(app: Flask, day: Day) -> None:
    """D8: a hit costs one primary-key read, a 304 the same."""
    for path in PUBLIC:
        fetch(app, path)
        statements: list[str] = []

        def note(_c: object, _cu: object, statement: str, *_: object, kept: list[str] = statements) -> None:
            kept.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        answer = fetch(app, path)
        fetch(app, path, If_None_Match=answer.headers["ETag"])
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        assert len([one for one in statements if one.startswith("SELECT")]) == 2, (path, statements)


# -- secrets


def test_unknown_and_replaced_addresses(app: Flask, day: Day) -> None:
    """T03, T14: 404 keeps an old copy silently, 410 switches the calendar off for good."""
    path = feed_of(app, day, "anna")
    with app.test_request_context():
        personal = personal_token(day.of("anna"))
    token = path.removeprefix("/calendar/my/").removesuffix(".ics")
    middle = len(token) // 2
    wrong = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for unknown in ("nie", wrong, personal, token + "A", "ü"):
        answer = fetch(app, f"/calendar/my/{unknown}.ics")
        assert answer.status_code == 404, unknown
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert fetch(app, f"/my/{token}").status_code == 404
    with day.step() as session:
        correcting.renew_feed(session, day.ids["anna"], day.now)
    gone = fetch(app, path)
    assert gone.status_code == 410
    assert "Set-Cookie" not in gone.headers
    assert fetch(app, path, If_None_Match="*").status_code == 410
    fresh = feed_of(app, day, "anna")
    assert fresh != path
    assert len(read(fetch(app, fresh).data)) == 3
    assert fetch(app, feed_of(app, day, "dora")).status_code == 200


def test_no_feed_holds_a_person_or_a_key(app: Flask, day: Day) -> None:
    """D4, T14, DP-19: nobody else, nothing that opens anything, not even one's own name."""
    secrets = [path.removeprefix("/calendar/my/") for path in all_feeds(app, day) if "/my/" in path]
    with app.test_request_context():
        secrets += [personal_token(day.of(name)) for name in day.ids]
    for path in [*all_feeds(app, day), *FILES]:
        text = fetch(app, path).data.replace(b"\r\n ", b"").decode()
        assert "/my/" not in text
        for secret in secrets:
            assert secret.removesuffix(".ics") not in text
        for name in ("Anna", "Ben", "Cem", "Dora"):
            assert name not in text, (path, name)
        assert "example.org" not in text
        assert not re.search("ATTENDEE|ORGANIZER|METHOD|VALARM", text)
        assert "SOURCE" not in text or "/my/" not in path


def test_closing_leaves_feeds_as_they_are(app: Flask, day: Day) -> None:
    """What only time changes on the page is not in the calendar."""
    before = fetch(app, feed_of(app, day, "anna"))
    assert day.event.registration_state(CLOSED).value == "closed"
    assert day.event.registration_state(NOW).value == "waiting_list"
    assert fetch(app, feed_of(app, day, "anna")).data == before.data


def test_how_to_subscribe(app: Flask, day: Day) -> None:
    page = Context().run(Visitor(app.test_client()).get, "/calendar")
    assert page.status == 200
    for path in PUBLIC:
        assert f"http://localhost{path}" in str(page.soup)
    assert "webcal://localhost/calendar/all.ics" in page.links()


def test_language_of_a_page_does_not_reach_its_feed_links(client: FlaskClient, day: Day) -> None:
    page = Context().run(Visitor(client).get, "/calendar?lang=en")
    assert page.status == 200
    assert not [link for link in page.links() if ".ics?" in link]
