# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everything about an address for people to read: the file for programs, key by key, in words. What is in one is in both."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app import documents
from app.allocation.rules import CONDITION_LABELS
from app.attendees.staff.service import ROLE_LABELS as STAFF_LABELS
from app.documents import Block, Document
from app.organising.inventory import label_of
from app.organising.log_words import ACTIONS, DETAILS, THINGS, WORDS, subject_of
from app.organising.rules import MAIL_LABELS, STATE_LABELS
from app.people.rules import ROLE_LABELS, LinkReason
from app.refusal import N_
from app.registration.consents.models import PURPOSE_LABELS, ConsentSource
from app.registration.person import FIELDS
from app.registration.questions.rules import LEGAL_BASIS_LABELS
from app.registration.rules import ACTOR_LABELS, PARTICIPATION_LABELS, REASON_LABELS, STATUS_LABELS
from app.registration.workshops.rules import VERDICT_LABELS, PlaceFact
from app.texts import gettext, language, moment

Json = Mapping[str, Any]
Words = Mapping[str, Mapping[str, str]]
TABLES = {"log", "mentions"}
PARTS = {
    "registrations": N_("Registrations"),
    "groups": N_("Groups as contact person"),
    "named_by_contacts": N_("Named by the contact person of a group, although registered already"),
    "accounts": N_("Account of the organising team"),
    "barrier_reports": N_("Reported barriers"),
    "mails": N_("Mails"),
    "remembered": N_("What the lot remembers"),
    "no_mails": N_("On the list of addresses without mails"),
    "log": N_("Lines in logs"),
    "mentions": N_("Named in texts of others"),
}
# What the keys of the file are called; each that may occur.
KEYS = {
    **{one.name: one.label for one in FIELDS},
    "about": N_("What it concerned"),
    "absent": N_("Takes no part in this round"),
    "account": N_("Account"),
    "action": N_("What was done"),
    "address": N_("On the web"),
    "administrator": N_("Administrator"),
    "after": N_("Afterwards"),
    "agreed": N_("Agreed to the swap"),
    "allotted": N_("Seats kept"),
    "answer": N_("Answer"),
    "answer_by": N_("To be answered by"),
    "answered_at": N_("Answered on"),
    "answers": N_("Answers"),
    "as_of": N_("As of"),
    "asked": N_("Question"),
    "at": N_("When"),
    "before": N_("Before"),
    "begins_days": N_("May create days"),
    "browser": N_("Browser"),
    "by": N_("By"),
    "changed_at": N_("Changed on"),
    "conditions": N_("Conditions of the team for the allocation"),
    "confirmed_at": N_("Confirmed on"),
    "consents": N_("Consents"),
    "created_at": N_("Created on"),
    "day": N_("Day"),
    "detail": N_("Details"),
    "did": N_("What the account did, in numbers of entries"),
    "disabled_at": N_("Disabled on"),
    "earlier_organisations": N_("Earlier names of the organisation"),
    "ended_at": N_("Ended on"),
    "ends_at": N_("End"),
    "entered_by": N_("Entered by"),
    "event": N_("Day"),
    "event.place": N_("Where"),
    "fact": N_("What changed"),
    "field": N_("Column"),
    "given_at": N_("Given on"),
    "group": N_("Group"),
    "history": N_("Changes of status"),
    "in_group": N_("Belongs to a group"),
    "kept_until": N_("Kept until"),
    "hosts": N_("Hosts this table"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "leads": N_("Leads or takes minutes"),
    "legal_basis": N_("Legal basis"),
    "mails": N_("Mails"),
    "name": N_("Name"),
    "name_until": N_("To be named until"),
    "cannot_take": N_("Workshops that somebody cannot take"),
    "need": N_("Cannot do without"),
    "needs": N_("What somebody cannot do without"),
    "note": N_("Note"),
    "noted": N_("Noted by the team"),
    "number": N_("Registration number"),
    "own_account": N_("By the own account"),
    "page": N_("Page"),
    "password_links": N_("Links that set a password"),
    "people": N_("Whom the person named"),
    "place": N_("Place"),
    "offered_at": N_("Offered since"),
    "proposed": N_("Proposed for it"),
    "purpose": N_("Purpose"),
    "question": N_("Question"),
    "quotas": N_("Quotas"),
    "ranks_lost": N_("Ranks lost"),
    "reason": N_("Reason"),
    "recipient": N_("To"),
    "registration": N_("Registration"),
    "remembered": N_("What the lot remembers"),
    "role": N_("Role"),
    "room": N_("Room"),
    "round": N_("Round"),
    "sensitive": N_("Sensitive"),
    "sent_at": N_("Sent on"),
    "series": N_("Series"),
    "sign_ins": N_("Sign-ins"),
    "signed_in_at": N_("Last signed in on"),
    "source": N_("Where it was given"),
    "starts_at": N_("Begin"),
    "state": N_("State"),
    "status": N_("Status"),
    "subject": N_("Subject"),
    "swap": N_("Swap"),
    "table": N_("Where"),
    "tables": N_("Discussion tables"),
    "taken_off": N_("Taken off again"),
    "teams": N_("Teams"),
    "text": N_("Text"),
    "text_version": N_("Version of the words"),
    "times": N_("How often"),
    "title": N_("Title"),
    "together": N_("Only together"),
    "told_apart_from": N_("Told apart from so many other registrations"),
    "waiting_for": N_("Waits for"),
    "waiting_number": N_("Number on the waiting list"),
    "wanted": N_("Wanted"),
    "what": N_("What"),
    "wishes": N_("Wishes in order"),
    "withdrawn_at": N_("Withdrawn on"),
    "words": N_("Words"),
    "verdict": N_("Decision"),
    "why": N_("Reason given"),
    "workshop": N_("Workshop"),
    "workshop_changes": N_("Changes of workshops that people were told"),
    "workshops": N_("Workshops"),
    "written_at": N_("Written on"),
}
DID = {
    "allocation": N_("Allocations asked for"),
    "seating": N_("Discussion tables asked for"),
    "barrier_report": N_("Reported barriers answered"),
    "circular": N_("Messages to many"),
    "legal_text_version": N_("Versions of legal texts"),
    "organisation_merge": N_("Organisations merged"),
    "status_change": N_("Changes of status"),
    "task": N_("Tasks ticked off"),
    "two_people": N_("Registrations told apart"),
}
FACT_LABELS = {
    PlaceFact.OFF: N_("does not take place"),
    PlaceFact.PLACE: N_("Place in it"),
    PlaceFact.LINE: N_("Waits for a place in it"),
    PlaceFact.ROLE: N_("Role in it"),
    PlaceFact.TIMES: N_("Time"),
    PlaceFact.ROOM: N_("Room"),
    PlaceFact.ACCESS: N_("Access to the room"),
    PlaceFact.TITLE: N_("Title"),
    PlaceFact.LINK: N_("Link to take part online"),
}
SOURCE_LABELS = {ConsentSource.FORM: N_("Registration form"), ConsentSource.PAGE: N_("Personal page")}
LINK_LABELS = {
    LinkReason.WELCOME: N_("Invitation to the team"),
    LinkReason.FORGOTTEN: N_("Password forgotten"),
}


def _by_value(labels: Mapping[Any, str]) -> dict[str, str]:
    return {one.value: label for one, label in labels.items()}


# Codes in words, by the key at which they stand.
CODES: dict[str, Mapping[str, str]] = {
    "action": ACTIONS,
    "by": _by_value(ACTOR_LABELS),
    "fact": _by_value(FACT_LABELS),
    "language": {"de": N_("German"), "en": N_("English")},
    "kind": {**MAIL_LABELS, **_by_value(CONDITION_LABELS), **_by_value(LINK_LABELS)},
    "legal_basis": _by_value(LEGAL_BASIS_LABELS),
    "participation": _by_value(PARTICIPATION_LABELS),
    "purpose": _by_value(PURPOSE_LABELS),
    "reason": _by_value(REASON_LABELS),
    "role": {**_by_value(ROLE_LABELS), **_by_value(STAFF_LABELS)},
    "source": _by_value(SOURCE_LABELS),
    "state": _by_value(STATE_LABELS),
    "status": _by_value(STATUS_LABELS),
    "verdict": _by_value(VERDICT_LABELS),
    "what": DID,
}


def person_document(data: Json, needs: Mapping[str, str]) -> Document:
    """`needs`: the words of what somebody may not be able to do without."""
    words = {**CODES, "need": needs}
    blocks = [documents.facts(_facts({key: data[key] for key in ("email", "as_of")}, words))]
    for part, title in PARTS.items():
        if data[part]:
            blocks.append(documents.heading(gettext(title)))
            blocks += _part(gettext(title), part, data[part], words)
    return Document(
        title=gettext("Information about stored data (Art. 15 GDPR)"),
        language=language(),
        footer=str(data["email"]),
        page=gettext("Page"),
        blocks=tuple(blocks),
    )


def _part(title: str, name: str, value: Any, words: Words) -> Iterator[Block]:
    if value is True:
        yield documents.paragraph(gettext("yes"))
    elif name in TABLES:
        yield _table(title, value, words)
    else:
        for number, one in enumerate(value, start=1):
            if len(value) > 1:
                yield documents.paragraph(f"{number}.", sticky=True)
            yield from _thing(one, words)


def _table(title: str, things: Sequence[Json], words: Words) -> Block:
    """Of many alike, each with the same few keys."""
    rows = [dict(_facts(one, words)) for one in things]
    heads = list(dict.fromkeys(label for row in rows for label in row))
    cells = ([row[head] or "–" for head in heads] for row in rows)
    return documents.table(title, [(head, False) for head in heads], cells, [0, *[1] * (len(heads) - 1)])


def _thing(one: Json, words: Words, of: str = "") -> Iterator[Block]:
    """What is said at once, then what it consists of, each with its heading."""
    yield documents.facts(_facts(one, words, of))
    for key, value in one.items():
        if isinstance(value, dict) and key != "detail":
            yield documents.heading(_label(key), 3)
            yield from _thing(value, words, key)
        elif _of_things(value):
            yield documents.heading(_label(key), 3)
            yield from (documents.facts(_facts(each, words)) for each in value)


def _of_things(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _facts(one: Json, words: Words, of: str = "") -> Iterator[tuple[str, str]]:
    for key, value in one.items():
        if key == "table":
            yield _label(key), gettext(label_of(value, one["field"]))
        elif key == "detail":
            yield _label(key), _details(value)
        elif key != "field" and not isinstance(value, dict) and not _of_things(value):
            yield _label(key, of), _said(key, value, words)


def _label(key: str, of: str = "") -> str:
    return gettext(KEYS.get(f"{of}.{key}") or KEYS[key])


def _said(key: str, value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if not value:
        return ""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if key == "at" or key.endswith(("_at", "_until", "as_of")):
        return moment(datetime.fromisoformat(value))
    if key == "about":
        thing = subject_of(value)
        return gettext(THINGS[thing[0]], number=thing[1]) if thing else str(value)
    return gettext(words[key][value]) if value in words.get(key, ()) else str(value)


def _details(detail: Json) -> str:
    """As the log says them, with numbers of things as numbers."""
    return "; ".join(
        f"{gettext(DETAILS[name]) if name in DETAILS else name}: {_codes(name, value)}"
        for name, value in detail.items()
        if value not in (None, "", [], {})
    )


def _codes(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    words = WORDS.get(name, {})
    codes: Sequence[Any] = value if isinstance(value, list) else [value]
    return ", ".join(
        gettext(words[one]) if isinstance(one, str) and one in words else str(one) for one in codes
    )
