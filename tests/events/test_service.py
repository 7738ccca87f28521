# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day's life before anybody registers: draft, and the numbers calendars rely on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.ical import event_entry
from app.events.models import Event, TeamMember
from app.events.queries import get_public_event, public_events, with_hosts
from app.events.rules import EventStatus
from app.events.service import (
    NewEvent,
    create_event,
    hosts_of,
    lock_event,
    mark_changed,
    name_hosts,
    raise_sequence,
)
from app.ical.entry import EntryStatus
from app.organisations.models import Region
from app.organisations.service import add_organisation
from app.people.models import AuditEntry, Organiser
from app.people.rules import Role
from app.refusal import Missing, Refusal, fingerprint
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event

NEW = NewEvent("neuer-tag", "Neuer Tag", at("9:30"), at("15:45"), 40)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_new_day_is_a_draft_that_nobody_sees() -> None:
    """T35: new things start private."""
    with transaction() as session:
        event = create_event(session, NEW, None, NOW)
        assert (event.status, event.revision, event.sequence) == (EventStatus.DRAFT, 0, 0)
        assert event.uid.endswith("@fachtag.invalid")
    with pytest.raises(Missing):
        get_public_event(db.session(), "neuer-tag")
    assert list(public_events(db.session())) == []


def test_who_creates_a_day_leads_it() -> None:
    with transaction() as session:
        lead = Organiser(
            email="lead@example.org",
            email_key="lead@example.org",
            name="Lea",
            password_hash="-",
            created_at=NOW,
        )
        session.add(lead)
        session.flush()
        event = create_event(session, NEW, lead, NOW)
        assert session.scalars(select(AuditEntry.action)).all() == ["event.create"]
        members = session.scalars(select(TeamMember).where(TeamMember.event_id == event.id)).all()
        assert [(one.organiser_id, one.role) for one in members] == [(lead.id, Role.LEAD)]


@pytest.mark.parametrize("slug", ["neuer-tag"])
def test_short_name_is_taken_once(slug: str) -> None:
    with transaction() as session:
        create_event(session, NEW, None, NOW)
        with pytest.raises(Refusal) as refused:
            create_event(session, NewEvent(slug, "Anderer", at("9:30"), at("10:30")), None, NOW)
        assert refused.value.field == "slug"


def test_reversed_times() -> None:
    with transaction() as session, pytest.raises(Refusal) as refused:
        create_event(session, NewEvent("x", "X", at("10:00"), at("9:00")), None, NOW)
    assert refused.value.field == "ends_at"


def test_cancelled_day_is_still_public() -> None:
    with transaction() as session:
        make_event(session, status=EventStatus.CANCELLED)
    assert get_public_event(db.session(), "musterfachtag").status is EventStatus.CANCELLED


def test_stamps_rise_by_whole_seconds_whatever_the_clock_does() -> None:
    """D3, F37"""
    with transaction() as session:
        event = make_event(session)
        seen = [(event.sequence, event.modified_at, event.revision, event.changed_at)]
        later = NOW + timedelta(hours=1, microseconds=999_999)
        for now in (later, later, later - timedelta(days=40), NOW):
            mark_changed(event, now, calendar=True)
            seen.append((event.sequence, event.modified_at, event.revision, event.changed_at))
        for column in zip(*seen, strict=True):
            assert list(column) == sorted(set(column))
        assert all(moment.microsecond == 0 for row in seen for moment in (row[1], row[3]))
        assert seen[1][1] == later.replace(microsecond=0)


def test_change_that_is_in_no_calendar_leaves_the_sequence() -> None:
    with transaction() as session:
        event = make_event(session)
        mark_changed(event, NOW, calendar=False)
        assert (event.revision, event.sequence) == (1, 0)
        raise_sequence(event, NOW)
        assert (event.revision, event.sequence) == (1, 1)


def test_lock_reads_anew_and_knows_no_strangers() -> None:
    with transaction() as session:
        event_id = make_event(session).id
    stale = db.session.get_one(Event, event_id)
    with transaction() as session:
        assert lock_event(session, event_id) is stale
        with pytest.raises(Missing):
            lock_event(session, 404)


def test_days_of_a_region() -> None:
    with transaction() as session:
        owl = Region(slug="owl", name="OWL")
        session.add(owl)
        host, friend = add_organisation(session, "Kreis A"), add_organisation(session, "Verein B")
        later = make_event(session, slug="spaeter", starts_at=at("10:00"), ends_at=at("11:00"))
        first = make_event(session, slug="frueher", starts_at=at("8:00"), ends_at=at("9:00"))
        make_event(session, slug="entwurf", status=EventStatus.DRAFT).region = owl
        name_hosts(session, later.id, host, [friend], owl, None, fingerprint(hosts_of(later)), None, NOW)
        name_hosts(session, first.id, host, [], None, None, fingerprint(hosts_of(first)), None, NOW)
        session.flush()
        assert [event.slug for event in public_events(session)] == ["frueher", "spaeter"]
        assert [event.slug for event in public_events(session, "owl")] == ["spaeter"]
        assert list(public_events(session, "ruhr")) == []
        assert [one.name for one in with_hosts(session, later).cohosts] == ["Verein B"]


# -- as a calendar entry


def test_day_as_an_entry() -> None:
    with transaction() as session:
        event = make_event(session, venue_note="Aufzug am Hintereingang.")
        entry = event_entry(event, "http://localhost/events/musterfachtag", "9:30 Begrüßung")
        assert (entry.uid, entry.sequence, entry.created, entry.modified) == (event.uid, 0, NOW, NOW)
        assert (entry.starts, entry.ends) == (at("9:30"), at("15:45"))
        assert entry.location == "Kreishaus Musterstadt, Beispielweg 1, 00000 Musterstadt"
        assert entry.description.split("\n\n") == [
            event.summary,
            "9:30 Begrüßung",
            "Aufzug am Hintereingang.",
            "http://localhost/events/musterfachtag",
        ]
        assert event_entry(event, "http://x", sequence=7).sequence == 7
        event.status = EventStatus.CANCELLED
        gone = event_entry(event, "http://x")
        assert (gone.summary, gone.status, gone.transparent) == (
            f"Abgesagt: {event.title}",
            EntryStatus.CANCELLED,
            True,
        )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Haus", "Weg 1", "12345", "Ort"), "Haus, Weg 1, 12345 Ort"),
        (("Haus", "", "", "Ort"), "Haus, Ort"),
        (("", "Weg 1", "12345", ""), "Weg 1, 12345"),
        (("", "", "", ""), ""),
    ],
)
def test_venue_on_one_line(parts: tuple[str, str, str, str], expected: str) -> None:
    """On one line: Apple shows a map only for what it can read as one address."""
    names = ("venue_name", "venue_street", "venue_postcode", "venue_city")
    assert Event(**dict(zip(names, parts, strict=True))).place == expected
