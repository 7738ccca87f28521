# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is stored of a person stands in the file that the person takes away, or here with the reason why not (DP-06).

Whoever adds a column or a table that hangs on a registration says where the person reads it.
"""

import pytest
from flask import Flask

from app.privacy.own_data import as_json, own_data
from app.registration.models import Registration
from app.web.database import db
from tests.house.test_imports import ROOT
from tests.organising.helpers import a_day, id_of, signs_up

pytestmark = pytest.mark.sqlite_only

# Columns of the registration itself, and where they stand in the file.
SAID = {
    "reference": "registration.number",
    "event_id": "event.title",
    "organisation_id": "registration.organisation",
    "given_name": "registration.given_name",
    "family_name": "registration.family_name",
    "email": "registration.email",
    "role_title": "registration.role_title",
    "accompanying": "registration.accompanying",
    "participation": "registration.participation",
    "language": "registration.language",
    "status": "registration.status",
    "has_seat": "registration.status",
    "waiting_number": "registration.waiting_number",
    "created_at": "registration.created_at",
    "confirmed_at": "registration.confirmed_at",
    "changed_at": "registration.changed_at",
    "named_by": "registration.entered_by",
    "group_id": "registration.in_group",
}
UNSAID = {
    "id": "a number of ours; people know the reference",
    "sort_key": "the name once more, for the order of lists",
    "email_key": "the address once more, as one spelling",
    "reserved_until": "said on the page as long as it counts",
    "nonce": "of the form, by chance",
    "link_key": "opens the page: a file that is passed on must not",
    "feed_key": "opens the calendar: a file that is passed on must not",
    "feed_changed_at": "a stamp of the calendar",
    "mail_revision": "a counter of mails",
    "sequence_offset": "a counter of the calendar",
    "invited_sequence": "a counter of the calendar",
    "predecessor_id": "somebody else; that there was one stands in the history",
    "handover_nonce": "a mark of the substitution; it stands in the history",
    "version": "a counter of saving",
}
# Tables that hang on a registration, and the part of the file that tells of them.
TABLES = {
    "answer": "answers",
    "sensitive_answer": "answers",
    "consent": "consents",
    "status_change": "history",
    "place": "workshops",
    "round_absence": "workshops",
    "run_staff": "workshops",
    "wish": "workshops",
    "swap_offer": "workshops",
    "registration_need": "needs",
    "seating_guest": "tables",
    "exemption": "cannot_take",
    "circular_copy": "mails",
}
TABLES_UNSAID = {
    "registration": "a substitution, see above",
    "group_guest": "what somebody else typed in, who must not learn from it whether the address is known",
    "merged_registration": "which organisation the person was under before two became one: concerns the organisations",
    # The guide says that the team tells these when asked.
    "registration_quota": "which reserved seats the person counts among",
    "allocation_condition": "what the team demanded of an allocation; names others as well",
    "place_change": "what mails about workshops said: they stand under mails, and how it is now under workshops",
    "two_people": "that the team told two registrations apart; names the other one as well",
}


def test_every_column_of_a_registration_is_said_or_has_a_reason() -> None:
    columns = {column.name for column in Registration.__table__.columns}
    assert columns == SAID.keys() | UNSAID.keys()
    assert SAID.keys() & UNSAID.keys() == set()


def test_every_table_that_hangs_on_one_is_said_or_has_a_reason() -> None:
    hanging = {
        table.name
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is Registration.__table__
    }
    assert hanging == TABLES.keys() | TABLES_UNSAID.keys()


def test_the_file_has_these_parts(app: Flask) -> None:
    reference = signs_up(app, a_day(app), 1)
    with app.app_context():
        registration = db.session.get_one(Registration, id_of(app, reference))
        found = as_json(own_data(db.session(), registration), "https://fachtag.example.org/events/probe")
    parts = found.keys() | {f"{part}.{name}" for part in ("registration", "event") for name in found[part]}
    assert {*SAID.values(), *TABLES.values()} - parts == set()
    explained = (ROOT / "docs/eigene-daten.md").read_text(encoding="utf-8")
    assert {one for one in parts if f"`{one.rpartition('.')[2]}`" not in explained} == set()
    mine = found["registration"]
    assert (mine["given_name"], mine["number"]) == (registration.given_name, reference)
