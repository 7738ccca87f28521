# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is stored of people, where, and what for: one list, from which the search for a person's data and the record of
processing activities are made. A test compares it with the tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table

from app.db import Base
from app.refusal import N_
from app.registration.person import FIELDS


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of data, and the columns of one table that hold it. `searched`: words in which anybody may be named."""

    label: str
    table: str
    names: tuple[str, ...]
    searched: bool = False

    @property
    def stored(self) -> Table:
        return Base.metadata.tables[self.table]

    @property
    def columns(self) -> list[Column[object]]:
        return [self.stored.c[name] for name in self.names]


@dataclass(frozen=True, slots=True)
class Activity:
    """What data are processed for (Art. 30 GDPR): all words are source strings."""

    name: str
    title: str
    purpose: str
    people: tuple[str, ...]
    held: tuple[Held, ...]
    recipients: tuple[str, ...]

    def labels(self) -> list[str]:
        """Each kind of data once."""
        return list(dict.fromkeys(one.label for one in self.held))


def _of(table: str, label: str, *names: str) -> Held:
    return Held(label, table, names)


def _in(table: str, label: str, *names: str) -> Held:
    return Held(label, table, names, searched=True)


PARTICIPANTS, CONTACTS = N_("Participants"), N_("Contact persons of groups")
TEAMS = N_("Members of the organising teams")
ANYBODY = N_("Whoever is named in a text")
TEAM_OF_DAY = N_("the organising team of the day, each role as far as its task needs it")
LEADS = N_("who leads the day, and administrators")
ADMINISTRATORS = N_("administrators of this installation")
MAIL_SERVER = N_("the mail server")
PUBLIC = N_("the public, once the team has published it")

_TYPED_IN = tuple(_of("registration", one.label, one.attribute) for one in FIELDS)

ACTIVITIES = (
    Activity(
        "registration",
        N_("Registration and specialist days"),
        N_(
            "To prepare and hold the days: give out seats, keep the waiting list, inform, know who takes part"
        ),
        (PARTICIPANTS, N_("Who waits, has cancelled or was not admitted"), CONTACTS),
        (
            *_TYPED_IN,
            _of(
                "registration",
                N_("Name and address once more, for order and comparison"),
                "sort_key",
                "email_key",
            ),
            _of("registration", N_("Language"), "language"),
            _of(
                "registration",
                N_("Number and status of the registration"),
                "reference",
                "status",
                "waiting_number",
            ),
            _in("registration", N_("Who typed the data in"), "named_by"),
            _of(
                "registration_group",
                N_("Contact person of a group"),
                "given_name",
                "family_name",
                "email",
                "language",
            ),
            _of("group_guest", N_("Whom a contact person named"), "given_name", "family_name", "reference"),
            _of("registration_quota", N_("Reserved seats that somebody counts among"), "quota_id"),
            _of("two_people", N_("Which registrations are of two people"), "first_id", "second_id"),
            _of("merged_registration", N_("Under which name of the organisation somebody came"), "merge_id"),
            _of("status_change", N_("Changes of status"), "to_status", "reason", "actor"),
            _in("status_change", N_("Notes in the history of registrations"), "note"),
        ),
        (TEAM_OF_DAY, N_("the contact person of the own group: name and status"), MAIL_SERVER),
    ),
    Activity(
        "workshops",
        N_("Workshops and their allocation"),
        N_("To give places in workshops, by choice or by wishes"),
        (PARTICIPANTS,),
        (
            _of("place", N_("Places in workshops"), "run_id", "state"),
            _of("wish", N_("Wishes"), "run_id", "rank"),
            _of("exemption", N_("Workshops somebody cannot take, and why"), "reason", "verdict"),
            _of("swap_offer", N_("Offers of swaps"), "place_id", "made_at"),
            _of("round_absence", N_("Rounds without taking part"), "round_id"),
            _of("run_staff", N_("Who leads a workshop or takes its minutes"), "role"),
            _of(
                "allocation_condition",
                N_("Conditions of the team for the allocation"),
                "first_id",
                "second_id",
            ),
            _of("place_change", N_("Changes of workshops that people were told"), "fact", "old", "new"),
            _in("place_change", N_("Notes on changes of workshops"), "note"),
            _in("allocation", N_("Names of allocations"), "name"),
            _of("seating_guest", N_("Seats at discussion tables"), "host_table"),
            _of("seating_place", N_("Seats at discussion tables"), "round_number", "table_number"),
            _in("seating", N_("Names of discussion tables and their rounds"), "name", "round_names"),
        ),
        (TEAM_OF_DAY, N_("who leads the workshop: names of those who agreed to the list")),
    ),
    Activity(
        "questions",
        N_("Questions of the teams"),
        N_("What each question says it is for"),
        (PARTICIPANTS,),
        (_in("answer", N_("Answers"), "text"), _of("answer", N_("Answers"), "asked")),
        (TEAM_OF_DAY,),
    ),
    Activity(
        "needs",
        N_("Needs and sensitive answers (Art. 9 GDPR)"),
        N_("To give everybody a day and workshops without barriers"),
        (PARTICIPANTS,),
        (
            _of("registration_need", N_("What somebody cannot do without"), "need"),
            _in("sensitive_answer", N_("Sensitive answers"), "text"),
            _of("sensitive_answer", N_("Sensitive answers"), "asked"),
        ),
        (LEADS,),
    ),
    Activity(
        "consents",
        N_("Voluntary consents"),
        N_(
            "What each consent says: list of participants, photos, press, the next invitation, memory of the lot"
        ),
        (PARTICIPANTS,),
        (
            _of(
                "consent",
                N_("Consents with words, version, source and time"),
                "purpose",
                "words",
                "text_version",
            ),
            _of(
                "consent",
                N_("Consents with words, version, source and time"),
                "source",
                "given_at",
                "withdrawn_at",
            ),
            _of(
                "lot_memory",
                N_("What the lot remembers: a fingerprint of the address and a number"),
                "address",
                "lost",
                "kept_until",
            ),
        ),
        (TEAM_OF_DAY, N_("those who take part in the day: the list of who agreed to it")),
    ),
    Activity(
        "mails",
        N_("Mails and calendar invitations"),
        N_("To confirm addresses and to tell people what concerns their registration"),
        (PARTICIPANTS, CONTACTS, TEAMS),
        (
            _of(
                "message",
                N_("Address, subject, words and course of each mail"),
                "recipient",
                "subject_line",
                "frozen",
            ),
            _of("message", N_("Answers of the mail server"), "smtp_answer"),
            _of("circular_copy", N_("Who gets a message to many"), "registration_id"),
            _in("circular", N_("Messages to many"), "subject", "text"),
            _in("notice", N_("What people were told of a changed day"), "note", "before"),
            _in("sender", N_("Sender of mails"), "name", "email"),
        ),
        (MAIL_SERVER, TEAM_OF_DAY),
    ),
    Activity(
        "programme",
        N_("Programme, documentation and agreements"),
        N_("To announce the days, and to hold on to what was found out and agreed"),
        (N_("Facilitators, contacts of a day, owners of agreements"), ANYBODY),
        (
            _in("event", N_("Contact of a day"), "contact_name", "contact_email"),
            _in(
                "event",
                N_("Description of a day"),
                "title",
                "summary",
                "description",
                "for_whom",
                "fee_note",
                "funding_note",
            ),
            _in("event", N_("Texts about registering"), "text_before", "text_open", "text_after"),
            _in("event", N_("Venue of a day"), "venue_name", "venue_street", "venue_note"),
            _in("event", N_("Why a day does not take place"), "off_reason", "off_instead"),
            _in("partner", N_("Partners of a day"), "name", "link", "wording"),
            _in("partner_logo", N_("Logos of partners"), "alternative"),
            _in("room", N_("Rooms"), "name", "note", "venue", "online_link"),
            _in("quota", N_("Quotas"), "name"),
            _in("question", N_("Questions"), "label", "hint", "purpose"),
            _in("question_option", N_("Options of questions"), "label"),
            _in("agenda_item", N_("Agenda"), "title", "subtitle", "note", "description", "track"),
            _in("sub_item", N_("Short talks"), "title", "note"),
            _in("stand", N_("Stands"), "organisation", "note"),
            _in("agenda_kind", N_("Kinds of items"), "name", "name_en"),
            _in("round", N_("Workshop rounds"), "title"),
            _in(
                "workshop",
                N_("Workshops"),
                "title",
                "abstract",
                "track",
                "target_group",
                "prerequisites",
                "method",
                "interpreting",
                "guiding_questions",
                "materials",
            ),
            _in(
                "contributor",
                N_("Who contributes to the programme"),
                "name",
                "function",
                "organisation",
                "about",
            ),
            _in("agenda_change", N_("Changes of the agenda"), "title", "old", "new"),
            _in("agenda_edit", N_("Working copy of the agenda"), "facts"),
            _in("agenda_version", N_("Versions of the agenda"), "name", "note", "plan"),
            _in("documentation", N_("Documentation"), "intro", "next_host"),
            _in("workshop_result", N_("Results of workshops"), "findings", "summary"),
            _in("agreement", N_("Agreements and their owners"), "owner", "text", "note"),
            _in(
                "material",
                N_("Photos and documents"),
                "title",
                "alt_text",
                "summary",
                "consent_note",
                "original_name",
            ),
            _in("task", N_("Tasks of the team"), "text"),
            _in("organisation", N_("Organisations"), "name"),
            _in("organisation_merge", N_("Earlier names of organisations"), "name"),
            _in("legal_text_version", N_("Legal texts and their versions"), "text"),
        ),
        (PUBLIC, TEAM_OF_DAY),
    ),
    Activity(
        "accounts",
        N_("Accounts of the teams and the log"),
        N_("To let only those act who may, and to be able to tell who did what"),
        (TEAMS,),
        (
            _of("organiser", N_("Name and mail address of the account"), "name", "email", "email_key"),
            _of("organiser", N_("Password, as a check sum"), "password_hash"),
            _of("team_member", N_("Role in the team of a day"), "role"),
            _of("sign_in", N_("Sign-ins with time and kind of browser"), "browser", "created_at", "ended_at"),
            _of("password_link", N_("Links that set a password"), "reason", "invited_to"),
            _in("password_link", N_("Who invited somebody into a team"), "invited_by"),
            _of("audit_entry", N_("Log of what was done"), "subject", "detail"),
        ),
        (LEADS, ADMINISTRATORS, MAIL_SERVER),
    ),
    Activity(
        "barriers",
        N_("Reported barriers"),
        N_("To answer whoever could not read or use something"),
        (N_("Whoever reports a barrier"),),
        (
            _of("barrier_report", N_("Address for the answer, voluntary"), "email"),
            _in("barrier_report", N_("Report of a barrier"), "text", "page"),
        ),
        (ADMINISTRATORS,),
    ),
    Activity(
        "abuse",
        N_("Protection against abuse"),
        N_("To keep strangers from being flooded with mails, and passwords from being guessed"),
        (N_("Whoever sends a form"), N_("Whoever wants no mails")),
        (_of("budget", N_("Networks and addresses as check sums, with a count"), "bucket", "spent"),),
        (),
    ),
)


def searched() -> Iterator[Held]:
    """The words in which anybody may be named."""
    return (held for activity in ACTIVITIES for held in activity.held if held.searched)


def label_of(table: str, name: str) -> str:
    """What a column holds, as a source string."""
    fitting = (
        one.label for all_ in ACTIVITIES for one in all_.held if one.table == table and name in one.names
    )
    return next(fitting)
