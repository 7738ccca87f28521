# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is asked is read: every column that somebody fills in has a page, a file, a mail or a rule that reads it.

Whoever adds a column says here who reads it, or that it is ours: a key, a counter, a stamp. What has no reader is not asked.
"""

import re
from functools import cache

import pytest

from app.attendees.columns import OF_CONSENTS, OF_PERSON
from app.db import Base
from app.registration.consents.models import Purpose
from app.registration.person import FIELDS, Kind
from tests.house.test_imports import ROOT

pytestmark = pytest.mark.sqlite_only

SCARCE = {"taken", "extra", "waiting", "waiting_counter"}
IN_CALENDARS = {"uid", "sequence", "created_at", "modified_at"}
# Columns that nobody fills in: keys, counters, stamps and marks of what happened.
OURS = {
    "registration": {
        *("id", "reference", "event_id", "sort_key", "email_key", "status", "has_seat", "waiting_number", "reserved_until"),
        *("nonce", "created_at", "confirmed_at", "changed_at", "link_key", "feed_key", "feed_changed_at", "mail_revision"),
        *("sequence_offset", "invited_sequence", "predecessor_id", "handover_nonce", "group_id", "version"),
    },
    "registration_group": {"id", "event_id", "nonce", "created_at", "confirmed_at", "link_key", "mail_revision"},
    "consent": {"id", "registration_id"},
    "question": {"id", "event_id", "version"},
    "question_option": {"id", "question_id", *SCARCE},
    "event": {
        *("id", "status", "reserved", "quota_count", "code_count", "together_count", "questions_version", "placed_at"),
        *("agenda_released_at", "documentation_released_at", "calls_off_at", "archived_at", "tables_at", "predecessor_id", "lowest_offset", "revision", "changed_at", "version"),
        *(SCARCE | IN_CALENDARS),
    },
    "room": {"id", "event_id"},
    "workshop": {"id", "event_id", "version"},
    "agenda_kind": {"id", "version"},
    "contributor": {"id", "item_id", "run_id", "sub_item_id", "version"},
    "sub_item": {"id", "item_id", "run_id", "version"},
    "stand": {"id", "item_id", "version"},
    "agenda_edit": {"id", "event_id"},
    "agenda_version": {"id", "event_id"},
    "round": {"id", "event_id", "version"},
    "run": {"id", "workshop_id", "round_id", "version", *SCARCE, *IN_CALENDARS},
}  # fmt: skip
DAY, RULES, LIST = "templates/events/event.html", "app/events/rules.py", "app/attendees/lists.py"
PERSON, OWN = "app/attendees/exports.py", "templates/privacy/own_data.html"
SHEET = "templates/registration/questions/organise_questions.html"
AGENDA = "templates/programme/agenda.html"
# table → column → a file that reads it
READERS = {
    "registration": {
        **dict.fromkeys(("given_name", "family_name"), "app/registration/person.py"),
        **dict.fromkeys(("email", "role_title", "accompanying"), "templates/registration/my.html"),
        "organisation_id": LIST,
        "participation": "app/attendees/filters.py",
        "language": "app/registration/links.py",
        "named_by": OWN,
    },
    "registration_group": {
        **dict.fromkeys(("given_name", "family_name", "email", "language", "together", "allotted", "name_until"), "app/privacy/contact_data.py"),
        "organisation_id": "templates/registration/groups/organise_groups.html",
    },
    "consent": {
        "purpose": "app/registration/consents/records.py",
        **dict.fromkeys(("words", "given_at", "withdrawn_at"), OWN),
        **dict.fromkeys(("text_version", "source"), "app/privacy/own_data.py"),
    },
    "question": {
        **dict.fromkeys(("kind", "label", "hint", "required", "organiser_only", "sensitive", "purpose", "retention"), SHEET),
        "legal_basis": "app/privacy/own_data.py",
        "law": "app/registration/questions/models.py",
        "position": "app/registration/questions/queries.py",
    },
    "question_option": {
        "need": "app/registration/workshops/wishes.py",
        "ended": "app/registration/questions/answers.py",
        "label": "app/registration/questions/answers.py",
        "capacity": SHEET,
        "position": "app/registration/questions/models.py",
    },
    "event": {
        **dict.fromkeys(("title", "slug", "summary", "description", "for_whom", "fee_note", "venue_note"), DAY),
        **dict.fromkeys(("contact_name", "contact_email", "registration_closes_at", "off_reason", "off_instead"), DAY),
        **dict.fromkeys(("starts_at", "ends_at", "region_id", "series_id", "capacity", "approval"), DAY),
        **dict.fromkeys(("lead_host_id", "funding_note"), "app/events/partners/queries.py"),
        **dict.fromkeys(("venue_name", "venue_street", "venue_postcode", "venue_city"), "app/events/facts.py"),
        "registration_opens_at": "templates/_parts/states.html",
        "language": "app/registration/admission.py",
        "asks_accompanying": "app/registration/forms.py",
        "offers_online": "app/registration/forms.py",
        "confirm_within_minutes": "app/registration/service.py",
        "offer_hours": "app/registration/promotion.py",
        "moves_up_until": RULES,
        **dict.fromkeys(("text_before", "text_open", "text_after"), RULES),
        "form_code": DAY,
        "consents": "app/registration/consents/models.py",
        "placement": "app/attendees/organiser_views.py",
        "wishes_until": "templates/registration/my.html",
        **dict.fromkeys(("swaps", "swaps_until"), "app/events/models.py"),
    },
    "room": {
        **dict.fromkeys(("name", "loop"), "templates/programme/organise_rooms.html"),
        **dict.fromkeys(("step_free", "note", "venue", "online"), "app/events/facts.py"),
        "online_link": "app/registration/queries.py",
        "seats": "app/allocation/loader.py",
        "position": "app/events/queries.py",
    },
    "agenda_kind": {
        **dict.fromkeys(("key", "name", "name_en", "icon", "pause", "beside"), "templates/programme/organise_kinds.html"),
        **dict.fromkeys(("event_id", "position"), "app/programme/kinds.py"),
        "key": "app/programme/schedule.py",
    },
    "sub_item": {
        **dict.fromkeys(("title", "note", "after", "minutes"), "app/programme/inside.py"),
        "position": "app/programme/agenda.py",
    },
    "stand": {
        **dict.fromkeys(("organisation", "table_label", "needs_power", "note"), "app/programme/inside.py"),
        "position": "app/programme/models.py",
    },
    "contributor": {
        **dict.fromkeys(("name", "function", "organisation", "about", "role"), "app/programme/credits.py"),
        "confirmed": "app/programme/credits.py",
        "position": "app/programme/queries.py",
        "event_id": "app/programme/queries.py",
    },
    "agenda_edit": dict.fromkeys(("thing", "number", "facts"), "app/programme/working_copy.py"),
    "agenda_version": {
        **dict.fromkeys(("number", "name", "at", "note"), "templates/scheduling/organise_versions.html"),
        "plan": "app/programme/news.py",
        "places": "app/scheduling/releasing.py",
    },
    "workshop": {
        **dict.fromkeys(("title", "abstract"), AGENDA),
        **dict.fromkeys(
            ("track", "target_group", "prerequisites", "method", "language", "interpreting", "guiding_questions", "materials"),
            "app/programme/workshop_facts.py",
        ),
        "undocumented": "app/results/service.py",
        "slug": "app/programme/views.py",
    },
    "round": {
        "title": "templates/registration/my.html",
        **dict.fromkeys(("starts_at", "ends_at"), "templates/registration/workshops.html"),
        "booked": "templates/registration/my.html",
        "number": LIST,
    },
    "run": {
        "label": "templates/registration/my.html",
        "room_id": "templates/registration/my.html",
        **dict.fromkeys(("spans", "least_people"), "app/allocation/loader.py"),
        "takes_place": AGENDA,
        "station": "app/programme/agenda.py",
        "capacity": "templates/scheduling/organise_run.html",
    },
}  # fmt: skip
# Who does something with each consent, beside the list of people and the page of the person.
CONSENTS = {
    Purpose.LIST: "app/registration/consents/views.py",
    Purpose.DOCUMENTATION: "app/attendees/photos.py",
    Purpose.PRESS: "app/attendees/photos.py",
    Purpose.NEXT_DAY: "app/attendees/invitations.py",
    Purpose.MEMORY: "app/allocation/remembering.py",
}


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def reads(path: str, column: str) -> bool:
    """Whether the file names it as something of something; a relation stands for its key."""
    name = column.removesuffix("_id")
    return bool(re.search(rf"[.\"']{name}\b|\b{name}: ", text_of(path)))


@pytest.mark.parametrize("table", sorted(READERS))
def test_every_column_is_ours_or_has_a_reader(table: str) -> None:
    columns = {column.name for column in Base.metadata.tables[table].columns}
    assert columns == OURS[table] | READERS[table].keys()
    assert OURS[table] & READERS[table].keys() == set()
    assert {name: path for name, path in READERS[table].items() if not reads(path, name)} == {}


def test_every_field_of_a_person_is_a_column_of_the_list() -> None:
    asked = {one.name for one in FIELDS if one.kind is not Kind.NAME}
    assert {one.name for one in OF_PERSON.values()} == asked


def test_every_consent_is_a_column_of_the_list_and_does_something() -> None:
    assert set(OF_CONSENTS.values()) == set(Purpose) == CONSENTS.keys()
    for purpose, path in CONSENTS.items():
        assert f"Purpose.{purpose.name}" in text_of(path), purpose
