# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every column that may hold a name or an address is found by whoever looks up an address, and stands in the record of
processing activities (DP-06, DP-10); or it stands here with the reason why nobody is named in it.

Whoever adds a column of words, or a table that hangs on a person, says in `app.organising.inventory` what it is.
"""

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, LargeBinary, String

from app.clock import now
from app.organising.inventory import ACTIVITIES, searched
from app.organising.person_data import about_address
from app.organising.person_printing import CODES, DID, KEYS, PARTS
from app.organising.processing import BASES
from app.organising.processing_periods import KEPT
from app.people.models import Organiser
from app.registration.models import Group, Registration
from app.web.database import db
from tests.house.test_imports import ROOT
from tests.organising.helpers import a_day, signs_up

pytestmark = pytest.mark.sqlite_only

# Where the file about an address tells of a table whose rows belong to the person.
TOLD = {
    "registration": "registrations",
    "registration_quota": "registrations.noted.quotas",
    "allocation_condition": "registrations.noted.conditions",
    "two_people": "registrations.noted.told_apart_from",
    "merged_registration": "registrations.noted.earlier_organisations",
    "place_change": "registrations.noted.workshop_changes",
    "status_change": "registrations.history",
    "place": "registrations.workshops",
    "wish": "registrations.workshops",
    "swap_offer": "registrations.workshops",
    "exemption": "registrations.cannot_take",
    "round_absence": "registrations.workshops",
    "run_staff": "registrations.workshops",
    "registration_need": "registrations.needs",
    "seating_guest": "registrations.tables",
    "seating_place": "registrations.tables",
    "answer": "registrations.answers",
    "sensitive_answer": "registrations.answers",
    "consent": "registrations.consents",
    "lot_memory": "remembered",
    "registration_group": "groups",
    "group_guest": "named_by_contacts",
    "message": "mails",
    "circular_copy": "mails",
    "organiser": "accounts",
    "team_member": "accounts.teams",
    "sign_in": "accounts.sign_ins",
    "password_link": "accounts.password_links",
    "audit_entry": "log",
    "barrier_report": "barrier_reports",
    "budget": "no_mails",
}
CODE, KEY, MACHINE, WORD = "a code", "a key by chance", "machines fill it in", "a word that many rows share"
NAMELESS = {
    "agenda_change": {"field": CODE},
    "agenda_item": {"kind": CODE, "language": CODE},
    "agenda_version": {"places": "numbers instead of people"},
    "agenda_kind": {"key": CODE},
    "agreement": {"nonce": KEY},
    "partner_logo": {"key": KEY, "content": "a picture; what it says is listed"},
    "workshop": {"slug": "the words of its title", "language": CODE},
    "allocation": {
        "nonce": KEY,
        "progress": MACHINE,
        "lease_token": KEY,
        "protocol": "numbers instead of people; names nobody",
        "reasons": "numbers instead of people",
        "chairs": "numbers of workshops",
        "refusals": "numbers instead of people",
    },
    "allocation_condition": {"organisation_kind": CODE},
    "attendance_figure": {"kind": CODE},
    "audit_entry": {"action": CODE},
    "barrier_report": {"nonce": KEY},
    "circular": {"nonce": KEY},
    "district": {"name": WORD, "name_key": WORD},
    "event": {
        "slug": "made of the title",
        "language": CODE,
        "venue_postcode": WORD,
        "venue_city": WORD,
        "consents": CODE,
        "form_code": "a word for many",
        "uid": KEY,
    },
    "heartbeat": {"worker": MACHINE},
    "law": {"name": WORD},
    "legal_text_version": {"page": CODE, "language": CODE},
    "life": {"token": KEY},
    "material": {"stored_name": KEY, "media_type": MACHINE, "nonce": KEY},
    "message": {"kind": CODE, "family": CODE, "language": CODE, "lease_token": KEY, "message_id": KEY},
    "group_guest": {"nonce": KEY},
    "notice": {"places": "numbers instead of people"},
    "organisation": {
        "name_key": "the name folded",
        "sort_key": "the name folded",
        "district": WORD,
        "kind": CODE,
    },
    "organisation_kind": {"key": CODE, "name": WORD, "name_en": WORD},
    "organisation_merge": {"moved": "numbers of rows"},
    "password_link": {"link_key": KEY},
    "question": {"law": WORD},
    "quota": {
        "organisation_kind": CODE,
        "district": WORD,
        "code": "a word for many",
        "code_key": "a word for many",
    },
    "region": {"slug": WORD, "name": WORD},
    "registration": {"nonce": KEY, "link_key": KEY, "feed_key": KEY, "handover_nonce": KEY},
    "registration_group": {"nonce": KEY, "link_key": KEY},
    "route": {"reason": MACHINE},
    "run": {"label": "a number", "station": "a table or a corner", "uid": KEY},
    "stand": {"table_label": "a table"},
    "seating": {"nonce": KEY, "lease_token": KEY, "found": "counted; names nobody"},
    "series": {"name": WORD},
    "sign_in": {"token_hash": KEY},
    "swap_share": {"key": KEY},
    "skipped_step": {"name": CODE},
}
# Tables that hang on an account as on who did something; the file says how often.
HELD = [held for activity in ACTIVITIES for held in activity.held]


def test_every_column_of_words_is_listed_or_names_nobody() -> None:
    words = {
        (table.name, column.name)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, (String, JSON, LargeBinary)) and not isinstance(column.type, Enum)
    }
    listed = {(held.table, name) for held in HELD for name in held.names}
    nameless = {(table, name) for table, names in NAMELESS.items() for name in names}
    assert words - listed - nameless == set(), "say in app.organising.inventory what it is"
    assert nameless - words == set()
    assert nameless & listed == set()


def test_every_column_listed_exists_once_for_each_use() -> None:
    for held in HELD:
        assert held.columns, held
    looked_through = [(held.table, name) for held in searched() for name in held.names]
    assert len(looked_through) == len(set(looked_through))


def test_every_listed_table_is_told_or_searched() -> None:
    """A table whose words are searched for names tells where; any other belongs to somebody, who reads it in the file."""
    assert {held.table for held in HELD if not held.searched} == TOLD.keys()


def test_every_table_that_hangs_on_a_person_is_listed() -> None:
    hanging = {
        table.name
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table in {Registration.__table__, Group.__table__}
    }
    assert hanging - TOLD.keys() == set()
    of_accounts = {
        table.name
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is Organiser.__table__
    }
    assert of_accounts == DID.keys() | {"sign_in", "password_link", "team_member", "audit_entry"}


def test_the_file_has_these_parts_and_words_for_each(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1, email="anna@example.org")
    with app.app_context():
        found = about_address(db.session(), "anna@example.org", lambda event: event.slug, now()).data
    assert PARTS.keys() | {"format", "email", "as_of"} == found.keys()
    explained = (ROOT / "docs/eigene-daten.md").read_text(encoding="utf-8")
    for told in TOLD.values():
        part, *rest = told.split(".")
        assert f"`{part}`" in explained, part
        place = found[part]
        for name in rest:
            place = place[0] if isinstance(place, list) and place else place
            assert f"`{name}`" in explained, told
            if place:
                assert name in place, told
                place = place[name]
    assert CODES.keys() <= KEYS.keys()


def test_every_activity_says_why_and_how_long() -> None:
    """DP-10"""
    names = {one.name for one in ACTIVITIES}
    assert len(names) == len(ACTIVITIES)
    assert KEPT.keys() == names
    assert BASES.keys() <= names
