# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: data that contradict each other, beside weak settings.

A finding is one line that names the table, the row and the fault, never a person. Finding nothing is the rule: what
stands here is kept true by the use cases and mostly by the database itself; the check is for the day on which
somebody mended the data by hand, restored half a backup, or we made a mistake. What each slice looks for stands in its
own `checks.py`; here they are called, one after the other.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.allocation import checks as allocation
from app.attendees import checks as attendees
from app.events import checks as events
from app.findings import Fault
from app.legal.queries import placeholders_left
from app.legal.security import security_text_faults
from app.organisation_admin import checks as organisation_admin
from app.organising.weak_settings import configuration_findings
from app.outbox import checks as outbox
from app.programme import checks as programme
from app.registration import checks as registration
from app.registration.groups import checks as groups
from app.registration.questions import checks as questions
from app.registration.quotas import checks as quotas
from app.registration.workshops import checks as workshops
from app.results.material_service import missing_files
from app.settings import OperatingMode, Settings
from app.store.schema import up_to_date
from app.tables import checks as tables

# -- the database as such


def database_findings(session: Session) -> list[str]:
    try:
        session.execute(text("SELECT 1"))
        found = (
            []
            if up_to_date(session)
            else ["database: migrations are missing; run 'flask --app wsgi db upgrade'"]
        )
        if session.connection().dialect.name == "sqlite":
            found += _sqlite_file(session)
    except SQLAlchemyError as error:
        session.rollback()
        return [f"database: cannot be read ({type(error).__name__})"]
    return found


def _sqlite_file(session: Session) -> list[str]:
    broken = [line for line in session.scalars(text("PRAGMA quick_check")) if line != "ok"]
    found = [f"database: the file is damaged ({len(broken)} places)"] if broken else []
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        found.append(f"{table} {row}: refers to a row of {parent} that does not exist")
    return found


# -- the data


def every_finding(session: Session, settings: Settings, now: datetime) -> list[str]:
    """Everything `flask check` knows. Data are only asked of a database that can be read and is up to date."""
    found = configuration_findings(settings)
    if settings.mode is OperatingMode.PRODUCTION:
        found += security_text_faults(settings, now)
    of_database = database_findings(session)
    found += of_database
    if not any(line.startswith("database:") for line in of_database):
        found += data_findings(session, now)
        if settings.mode is OperatingMode.PRODUCTION:
            left = placeholders_left(session, settings.data_dir)
            found += [f"legal text {one} has to be filled in" for one in left]
        found += [
            f"material {name}: the file is missing" for name in missing_files(session, settings.data_dir)
        ]
    return found


def data_findings(session: Session, now: datetime) -> list[str]:
    """Where the data contradict themselves."""
    return [line for check in CHECKS for line in check(session, now)]


CHECKS: tuple[Callable[[Session, datetime], Fault], ...] = (
    registration.event_counts,
    quotas.quota_counts,
    quotas.quotas,
    quotas.quota_people,
    organisation_admin.organisations,
    workshops.run_counts,
    questions.option_counts,
    questions.questions,
    questions.answers,
    registration.registrations,
    groups.groups,
    registration.keys_of_people,
    registration.histories,
    workshops.places,
    workshops.wishes,
    workshops.swaps,
    events.events,
    registration.called_off,
    allocation.allocations,
    tables.seatings,
    programme.programme,
    outbox.messages,
    events.day_mails,
    attendees.people_mails,
    groups.group_mails,
)
