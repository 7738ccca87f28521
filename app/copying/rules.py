# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a new day takes over from the one before it, and what it never does."""

import re
from datetime import date, timedelta
from enum import Enum
from typing import Any

from app.refusal import N_


class Part(Enum):
    """What one ticks."""

    PARTNERS = "partners"
    ROOMS = "rooms"
    PROGRAMME = "programme"
    QUESTIONS = "questions"
    QUOTAS = "quotas"
    TASKS = "tasks"
    TEAM = "team"


PART_LABELS = {
    Part.PARTNERS: N_("Partners with their logos, and funding in its fixed wording"),
    Part.ROOMS: N_("Rooms"),
    Part.PROGRAMME: N_("Programme: items, rounds, workshops, and who contributes, to be asked again"),
    Part.QUESTIONS: N_("Questions and consents of the form"),
    Part.QUOTAS: N_("Quotas"),
    Part.TASKS: N_("Checklist, all of it open again"),
    Part.TEAM: N_("Team: the same people in the same roles; nobody gets a mail"),
}
# Rows are taken over table by table, whichever columns they have.
TABLES = {
    Part.PARTNERS: ("partner", "partner_logo"),
    Part.ROOMS: ("room",),
    Part.PROGRAMME: (
        *("agenda_kind", "agenda_item", "round", "workshop", "run"),
        *("sub_item", "stand", "contributor"),
    ),
    Part.QUESTIONS: ("question", "question_option", "question_condition"),
    Part.QUOTAS: ("quota",),
    Part.TASKS: ("task",),
}
# Its rows are written by a verb of their own, or stand in columns of the day.
BY_HAND = {
    "event": "the day's own facts",
    "event_cohost": "the hosts",
    "team_member": "asked, and without whoever leads",
}
_PEOPLE = "people, or what they chose"
_AFTERWARDS = "what became of the day"
_TOLD = "what people were told"
_PLANNED = "what was planned for that day and not released"
NEVER = {
    **dict.fromkeys(
        (
            "allocation_condition",
            "answer",
            "circular_copy",
            "consent",
            "exemption",
            "group_guest",
            "lot_memory",
            "merged_registration",
            "place",
            "place_change",
            "registration",
            "registration_group",
            "registration_need",
            "registration_quota",
            "round_absence",
            "seating_guest",
            "seating_place",
            "run_staff",
            "sensitive_answer",
            "status_change",
            "swap_chain",
            "swap_offer",
            "swap_share",
            "swap_wish",
            "two_people",
            "wish",
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(
        (
            "agreement",
            "allocation",
            "attendance_figure",
            "documentation",
            "material",
            "seating",
            "workshop_result",
        ),
        _AFTERWARDS,
    ),
    **dict.fromkeys(
        ("agenda_change", "agenda_version", "audit_entry", "circular", "message", "notice"), _TOLD
    ),
    "agenda_edit": _PLANNED,
}
# Of the day's own columns: what is taken over beside the facts that its form asks, and of these what is not.
OF_THE_DAY = ("region_id", "confirm_within_minutes")
NOT_OF_THE_DAY = ("form_code",)  # whoever had it may pass it on, but was invited to another day
# What begins anew with the day, wherever a column of that name stands.
ANEW = {"taken": 0, "extra": 0, "waiting": 0, "waiting_counter": 0, "sequence": 0, "version": 1}
STAMPS = ("created_at", "modified_at")
ANEW_OF: dict[str, dict[str, Any]] = {
    "run": {"takes_place": True},
    "room": {"online_link": ""},  # whoever had it was there by it, and may still have it
    "contributor": {"confirmed": False},
    "quota": {"released_at": None},
    "task": {"done_at": None, "done_by_id": None},
}

A_YEAR = timedelta(weeks=52)  # the same day of the week
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_ORDINAL = re.compile(r"^\s*(\d{1,3})(?=\.\s)")


def next_date(first: date, today: date) -> date:
    """The same day of the week a year later, or as many years later as it takes to lie ahead."""
    return first + A_YEAR * max(1, (today - first) // A_YEAR + 1)


def next_title(title: str, year: int) -> str:
    """The same with the number one higher and another year: "3. Fachtag 2026" becomes "4. Fachtag 2027"."""
    counted = _ORDINAL.sub(lambda found: str(int(found.group(1)) + 1), title)
    return _YEAR.sub(str(year), counted)


def name_of_series(title: str) -> str:
    """What is left of a title without its number and its year: "3. Fachtag OWL 2026" is one of "Fachtag OWL"."""
    return " ".join(_YEAR.sub("", re.sub(r"^\s*\d{1,3}\.\s+", "", title)).split())
