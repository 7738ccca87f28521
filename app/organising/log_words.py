# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The audit log in words: what was done, who does things beside organisers, and what the details mean.

`people.audit` keeps codes and numbers, so that nothing stays there of a person who was forgotten.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from app.allocation.rules import CONDITION_LABELS, MIXING_LABELS, MODE_LABELS
from app.events.facts import FACTS
from app.events.rules import EFFECT_LABELS
from app.organising.setup import STEP_LABELS
from app.people.rules import ROLE_LABELS
from app.refusal import N_
from app.registration import person
from app.registration.consents.models import PURPOSE_LABELS
from app.registration.rules import STATUS_LABELS
from app.registration.workshops.rules import VERDICT_LABELS

# What a filter offers; the first word of each action.
AREAS = {
    "event": N_("The day itself"),
    "partner": N_("Partners"),
    "agenda": N_("Agenda"),
    "quota": N_("Quotas"),
    "question": N_("Questions"),
    "consent": N_("Consents"),
    "registration": N_("Registrations"),
    "group": N_("Groups"),
    "run": N_("Workshops"),
    "run_staff": N_("Who leads workshops"),
    "allocation": N_("Allocation of places"),
    "exemption": N_("Who cannot take a workshop"),
    "seating": N_("Discussion tables"),
    "swap": N_("Swaps of places"),
    "agreement": N_("Agreements"),
    "photo": N_("Photos"),
    "document": N_("Documents"),
    "documentation": N_("Documentation"),
    "mail": N_("Mails"),
    "team": N_("Team"),
    "organiser": N_("Accounts"),
    "organisation": N_("Organisations"),
    "address": N_("Addresses without mails"),
    "person": N_("Requests for stored data"),
    "master_data": N_("Regions, districts, kinds, legal bases"),
    "legal_text": N_("Legal texts"),
    "setup": N_("Setting up"),
    "database": N_("Database"),
}
# What belongs to no day.
OF_THE_HOUSE = frozenset(
    {"organiser", "organisation", "address", "person", "master_data", "legal_text", "setup", "database"}
)

ACTIONS = {
    "event.create": N_("Day created"),
    "event.change": N_("Details of the day changed"),
    "event.hosts": N_("Hosts changed"),
    "event.copy": N_("Day made from another one"),
    "event.delete": N_("Draft deleted"),
    "event.put_away": N_("Day put away"),
    "event.bring_back": N_("Day brought back"),
    "partner.add": N_("Partner added"),
    "partner.change": N_("Partner changed"),
    "partner.remove": N_("Partner removed"),
    "event.publish": N_("Day published"),
    "event.withdraw": N_("Day made a draft again"),
    "event.cancel": N_("Day called off"),
    "event.cancel_soon": N_("Day to be called off in a minute"),
    "event.keep": N_("Day takes place after all"),
    "agenda.import": N_("Programme taken over from a file"),
    "agenda.release": N_("Agenda released"),
    "agenda.take_back": N_("Release of the agenda taken back"),
    "quota.add": N_("Quota added"),
    "quota.change": N_("Quota changed"),
    "quota.remove": N_("Quota removed"),
    "question.add": N_("Question added"),
    "question.change": N_("Question changed"),
    "question.move": N_("Question moved"),
    "question.copy": N_("Question taken over from another day"),
    "question.remove": N_("Question removed"),
    "question.export": N_("Answers taken out as numbers"),
    "consent.ask": N_("Consents that the form asks for changed"),
    "registration.add": N_("Person added"),
    "registration.change": N_("Personal details changed"),
    "registration.workshops": N_("Workshops of a person changed"),
    "registration.wishes": N_("Wishes of a person noted"),
    "registration.answers": N_("Answers of a person changed"),
    "registration.sensitive": N_("Sensitive answers looked at"),
    "registration.link": N_("Personal link sent again"),
    "registration.substitute": N_("Substitute entered"),
    "registration.cancel": N_("Registration cancelled"),
    "registration.move_up": N_("Person moved up from the waiting list"),
    "registration.approve": N_("Person admitted"),
    "registration.reject": N_("Person turned down"),
    "registration.two_people": N_("Two registrations are two people"),
    "registration.message": N_("Message sent to many"),
    "registration.invite": N_("People of earlier days invited"),
    "registration.import": N_("List imported"),
    "registration.export": N_("List taken out"),
    "registration.address": N_("Mail address changed by its owner"),
    "registration.disclose": N_("Stored data of a person taken out"),
    "registration.forget": N_("Personal data deleted"),
    "group.allot": N_("Seats kept for an organisation"),
    "group.forget": N_("Contact person deleted"),
    "run.open": N_("Workshop takes place"),
    "run.close": N_("Workshop does not take place"),
    "run_staff.name": N_("Somebody leads a workshop"),
    "run_staff.take_off": N_("Somebody no longer leads a workshop"),
    "allocation.ask": N_("Allocation asked for"),
    "exemption.judge": N_("Decided about who cannot take a workshop"),
    "allocation.stop": N_("Allocation stopped"),
    "allocation.remove": N_("Allocation removed"),
    "allocation.condition": N_("Condition added"),
    "allocation.free": N_("Condition removed"),
    "allocation.publish": N_("Allocation published"),
    "seating.ask": N_("Discussion tables asked for"),
    "seating.remove": N_("Discussion tables removed"),
    "seating.publish": N_("Discussion tables published"),
    "seating.take_back": N_("Discussion tables taken back"),
    "seating.move": N_("Somebody seated at another table"),
    "seating.fill_up": N_("Discussion tables filled up"),
    "seating.export": N_("Lists of discussion tables taken out"),
    "swap.propose": N_("Swap proposed to its people"),
    "swap.done": N_("Swap done, all have agreed"),
    "swap.end": N_("Swap ended without a change"),
    "swap.free": N_("Free place given to somebody who offered theirs"),
    "agreement.remove": N_("Agreement removed"),
    "photo.add": N_("Photo added"),
    "photo.remove": N_("Photo removed"),
    "document.add": N_("Document added"),
    "document.remove": N_("Document removed"),
    "documentation.publish": N_("Documentation published"),
    "documentation.unpublish": N_("Documentation closed again"),
    "mail.retry": N_("Mail sent again"),
    "team.add": N_("Person added to the team"),
    "team.role": N_("Role in the team changed"),
    "team.remove": N_("Person removed from the team"),
    "organiser.create": N_("Account created"),
    "organiser.rename": N_("Name of an account changed"),
    "organiser.disable": N_("Account disabled"),
    "organiser.sign_in": N_("Signed in"),
    "organiser.password": N_("Password changed"),
    "organisation.add": N_("Organisation added"),
    "organisation.change": N_("Organisation changed"),
    "organisation.office": N_("Own organisation named"),
    "organisation.merge": N_("Organisations merged"),
    "organisation.part": N_("Merge taken back"),
    "address.sender": N_("Sender of mails named"),
    "address.silence": N_("Mail address gets no mails any more"),
    "address.allow": N_("Mail address may get mails again"),
    "person.look": N_("Data stored under an address looked at or taken out"),
    "master_data.add": N_("Region, district, kind or legal basis added"),
    "master_data.change": N_("Region, district, kind or legal basis renamed"),
    "master_data.move": N_("Region, district, kind or legal basis moved in the order"),
    "master_data.retire": N_("Region, district, kind or legal basis retired"),
    "master_data.offer": N_("Region, district, kind or legal basis offered again"),
    "master_data.remove": N_("Region, district, kind or legal basis removed"),
    "legal_text.change": N_("Legal text changed"),
    "setup.skip": N_("Step of setting up skipped"),
    "setup.test_mail": N_("Test mail asked for"),
    "database.restored": N_("Backup brought back"),
    "database.rewrite": N_("Deleted data removed from the database file"),
}

# Who did what no account did. Of anything else the account is gone, or somebody typed a command.
ITSELF = N_("the person concerned")
FACHTAG = N_("Fachtag itself")
BY_NO_ACCOUNT = {
    "registration.address": ITSELF,
    "registration.forget": ITSELF,
    "group.forget": ITSELF,
    "address.silence": ITSELF,
    **dict.fromkeys(("swap.propose", "swap.done", "swap.end", "swap.free"), FACHTAG),
    "database.rewrite": FACHTAG,
    "database.restored": N_("the operator"),
}
NO_ACCOUNT = N_("deleted account, or the operator")

# After these a number may mean another thing: what the line before spoke of is gone.
REMOVALS = frozenset(
    {"quota.remove", "question.remove", "agreement.remove", "photo.remove", "document.remove"}
) | {"allocation.remove", "allocation.free", "seating.remove", "swap.done", "swap.end"}
BEGINNINGS = frozenset({"quota.add", "question.add", "question.copy", "photo.add", "document.add"}) | {
    "allocation.ask",
    "allocation.condition",
    "seating.ask",
    "swap.propose",
}

DETAILS = {
    "added": N_("New entries"),
    "admin": N_("Administrator"),
    "aliases": N_("Other names"),
    "before": N_("Before"),
    "browser": N_("Browser"),
    "capacity": N_("Seats"),
    "changed": N_("Changed entries"),
    "corrected": N_("Corrected options"),
    "effect": N_("What it does"),
    "ended": N_("Options that ended"),
    "extra": N_("Overbooked seats"),
    "fields": N_("Changed"),
    "filters": N_("Filters used"),
    "format": N_("File format"),
    "groups": N_("Groups"),
    "into": N_("Merged with"),
    "kind": N_("Kind"),
    "known": N_("Known already"),
    "label": N_("Question"),
    "left_out": N_("Left out"),
    "mixing": N_("Mixing"),
    "mode": N_("Mode"),
    "name": N_("Name"),
    "number": N_("Version"),
    "organisation": N_("Organisation"),
    "other": N_("And"),
    "overbooked": N_("Overbooked"),
    "people": N_("People"),
    "predecessor": N_("In the place of"),
    "provisional": N_("Provisional"),
    "purposes": N_("The form asks for"),
    "questions": N_("Questions"),
    "quotas": N_("Quotas"),
    "raised_by": N_("Numbers raised by"),
    "recognisable_people": N_("Recognisable people"),
    "registered": N_("Registered"),
    "role": N_("Role"),
    "round": N_("Round"),
    "rows": N_("Rows"),
    "run": N_("Workshop"),
    "searched": N_("Searched for words"),
    "seats": N_("Seats"),
    "seed": N_("Number of the lot"),
    "since": N_("State of the backup"),
    "source": N_("Number of the other day"),
    "status": N_("Status"),
    "step": N_("Step"),
    "table": N_("Table"),
    "text": N_("Text"),
    "title": N_("Title"),
    "told": N_("Told by mail"),
    "unclear": N_("Mails of which nobody knows whether they left"),
    "verdict": N_("Decision"),
    "waiting": N_("On the waiting list"),
}

# Details that are numbers of rows, and of what.
POINTS_TO = {
    "into": "organisation",
    "organisation": "organisation",
    "other": "registration",
    "predecessor": "registration",
    "run": "run",
}
POINTS_TO_OF = {
    ("registration.answers", "questions"): "question",
    ("allocation.publish", "before"): "allocation",
}

FIELDS = {
    **{one.name: one.label for one in FACTS.values()},
    **{one.attribute: one.label for one in person.FIELDS},
}


def _by_value(*tables: Mapping[Any, str]) -> dict[str, str]:
    return {str(one.value): label for one, label in chain(*(table.items() for table in tables))}


# Details that are codes, and their words.
WORDS = {
    "before": _by_value(ROLE_LABELS),
    "effect": _by_value(EFFECT_LABELS),
    "fields": FIELDS,
    "kind": _by_value(CONDITION_LABELS),
    "mixing": _by_value(MIXING_LABELS),
    "mode": _by_value(MODE_LABELS),
    "purposes": _by_value(PURPOSE_LABELS),
    "role": _by_value(ROLE_LABELS),
    "status": _by_value(STATUS_LABELS),
    "verdict": _by_value(VERDICT_LABELS),
    "step": STEP_LABELS,
}
THINGS = {
    "agreement": N_("Agreement %(number)s"),
    "allocation": N_("Allocation %(number)s"),
    "condition": N_("Condition %(number)s"),
    "district": N_("District %(number)s"),
    "event": N_("The day itself"),
    "group": N_("Group %(number)s"),
    "law": N_("Legal basis %(number)s"),
    "legal_text": N_("Legal text %(number)s"),
    "life": N_("Life %(number)s of the database"),
    "material": N_("Material %(number)s"),
    "message": N_("Mail %(number)s"),
    "organisation": N_("Organisation %(number)s"),
    "organisation_kind": N_("Kind of organisation %(number)s"),
    "organiser": N_("Account %(number)s"),
    "partner": N_("Partner %(number)s"),
    "question": N_("Question %(number)s"),
    "quota": N_("Quota %(number)s"),
    "region": N_("Region %(number)s"),
    "registration": N_("Registration %(number)s"),
    "run": N_("Workshop %(number)s"),
    "seating": N_("Discussion tables %(number)s"),
    "series": N_("Series %(number)s"),
    "swap": N_("Swap %(number)s"),
}


def areas_of(*, house: bool) -> Iterator[tuple[str, str]]:
    return ((area, label) for area, label in AREAS.items() if (area in OF_THE_HOUSE) is house)


def pointed_at(action: str, key: str, value: object) -> list[tuple[str, int]]:
    """The rows whose numbers a detail holds, as (kind, id)."""
    kind = POINTS_TO_OF.get((action, key)) or POINTS_TO.get(key)
    numbers = value if isinstance(value, list) else [value]
    return [(kind, one) for one in numbers if isinstance(one, int)] if kind else []


def subject_of(subject: str) -> tuple[str, int] | None:
    """("organiser", 7) of "organiser 7"; nothing of anything else."""
    kind, _, number = subject.partition(" ")
    return (kind, int(number)) if kind in THINGS and number.isascii() and number.isdecimal() else None
