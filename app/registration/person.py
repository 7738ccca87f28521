# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is asked of a person who takes part, said once: tables, forms, import, files, audit log, own data and erasure read it here."""

from dataclasses import MISSING, asdict, dataclass, fields, replace
from enum import Enum
from typing import Annotated, get_type_hints

from app.people.rules import address_key
from app.refusal import N_
from app.registration.rules import PARTICIPATION_LABELS, Participation, sort_key
from app.texts import gettext


class Kind(Enum):
    """What may be typed in."""

    NAME = "name"  # letters, no symbols
    ADDRESS = "address"  # one that our mail can use
    ORGANISATION = "organisation"  # known ones are suggested; stored as a row of its own
    TEXT = "text"
    COUNT = "count"  # a small number; nothing typed in is 0
    WAY = "way"  # one of `Participation`; asked where the day offers both


@dataclass(frozen=True, slots=True)
class PersonField:
    """How one thing is asked, stored and shown. All words are source strings, `longest` counts characters.

    The own form says `own_label`, `hint` and, where nothing was typed in, `missing`; the own pages say `own_fact`.
    `headings` are what columns of an import are called, folded. `column` stands in addresses of lists, `width` counts
    letters in a file. `name` and `required` come from `Person`; `optional` need not be typed in though it has its place.
    """

    label: str
    longest: int
    autocomplete: str
    width: int
    headings: tuple[str, ...]
    kind: Kind = Kind.TEXT
    own_label: str = ""
    own_fact: str = ""
    missing: str = ""
    hint: str = ""
    column: str = ""
    optional: bool = False
    name: str = ""
    required: bool = False

    @property
    def attribute(self) -> str:
        """Where a registration holds it."""
        return "organisation_id" if self.kind is Kind.ORGANISATION else self.name


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes part, as typed in. What has a default need not be."""

    given_name: Annotated[
        str,
        PersonField(
            N_("Given name"),
            100,
            "given-name",
            18,
            ("vorname", "rufname", "first name", "given name", "forename"),
            Kind.NAME,
            hint=N_("Leave empty if you have one name only."),
            optional=True,
        ),
    ]
    family_name: Annotated[
        str,
        PersonField(
            N_("Family name"),
            100,
            "family-name",
            22,
            ("nachname", "familienname", "name", "zuname", "surname", "last name", "family name"),
            Kind.NAME,
            missing=N_("Please enter your family name."),
        ),
    ]
    email: Annotated[
        str,
        PersonField(
            N_("Mail address"),
            254,
            "email",
            32,
            ("e-mail-adresse", "e-mail", "email", "mail", "mailadresse", "email address", "mail address"),
            Kind.ADDRESS,
            own_label=N_("Work mail address"),
            missing=N_("Please enter your mail address."),
            hint=N_("We send the confirmation and your personal link there."),
        ),
    ]
    organisation: Annotated[
        str,
        PersonField(
            N_("Organisation"),
            200,
            "organization",
            36,
            (
                "organisation",
                "institution",
                "einrichtung",
                "dienststelle",
                "behörde",
                "firma",
                "organization",
                "company",
            ),
            Kind.ORGANISATION,
            missing=N_("Please enter the organisation you work for."),
            hint=N_("Choose from the suggestions or type in the name."),
        ),
    ]
    role_title: Annotated[
        str,
        PersonField(
            N_("Function or field of work"),
            200,
            "organization-title",
            28,
            (
                "funktion oder aufgabenbereich",
                "funktion",
                "aufgabenbereich",
                "position",
                "function or field of work",
                "role",
                "function",
            ),
            own_fact=N_("Function"),
            column="role",
        ),
    ] = ""
    accompanying: Annotated[
        int,
        PersonField(
            N_("Accompanying persons"),
            1,
            "off",
            18,
            (
                "begleitpersonen",
                "begleitperson",
                "anzahl begleitpersonen",
                "zahl der begleitpersonen",
                "begleitung",
                "accompanying persons",
                "companions",
            ),
            Kind.COUNT,
            hint=N_(
                "For instance an assistant, an interpreter or somebody who looks after your child. Each gets a seat,"
                " wherever you take part. We ask for the number only."
            ),
        ),
    ] = 0
    participation: Annotated[
        Participation,
        PersonField(
            N_("Participation"),
            10,
            "off",
            14,
            ("art der teilnahme", "teilnahmeart", "online oder im raum", "online oder vor ort"),
            Kind.WAY,
            own_label=N_("How will you take part?"),
            missing=N_("Please choose whether you come or take part online."),
            hint=N_(
                "Online you need no seat in the house, and choose among the workshops that are online. You can change it"
                " later; to come instead, a seat has to be free."
            ),
        ),
    ] = Participation.ROOM

    @property
    def is_online(self) -> bool:
        return self.participation is Participation.ONLINE

    @property
    def chairs(self) -> int:
        """In the house, with who comes along; online none."""
        return 0 if self.is_online else 1 + self.accompanying


def _fields_of_person() -> tuple[PersonField, ...]:
    hints = get_type_hints(Person, include_extras=True)
    said = ((one, hints[one.name].__metadata__[0]) for one in fields(Person))
    return tuple(
        replace(
            field,
            name=one.name,
            required=one.default is MISSING and not field.optional,
            column=field.column or one.name,
            own_label=field.own_label or field.label,
            own_fact=field.own_fact or field.label,
        )
        for one, field in said
    )


NOBODY = Person("", "", "", "")
FIELDS = _fields_of_person()
# As lists and files show them: the family name first.
LISTED = tuple(sorted(FIELDS, key=lambda one: one.name != "family_name"))
# What is never just written into the row of a registration, because chairs go with it (`accompanying.py`, `participation.py`),
# also of a row that has lost its name.
WITH_CHAIRS = frozenset({Kind.COUNT, Kind.WAY})
# The texts that stand there.
STORED = tuple(one.name for one in FIELDS if one.attribute == one.name and one.kind not in WITH_CHAIRS)
LONGEST = {one.name: one.longest for one in FIELDS}


def facts_of(person: Person, *, own: bool = False) -> list[tuple[str, str]]:
    """Label and value of what was typed in beside the name, in the reader's language; `own`: as the person is told."""
    values = asdict(person)
    return [
        (gettext(one.own_fact if own else one.label), words_of(values[one.name]))
        for one in FIELDS
        if one.kind is not Kind.NAME
    ]


def words_of(value: object) -> str:
    """As lists say it, in the reader's language."""
    return gettext(PARTICIPATION_LABELS[value]) if isinstance(value, Participation) else str(value or "")


def columns_of(person: Person) -> dict[str, str]:
    """What a registration stores of a person, with what is derived from it: everything but the organisation."""
    derived = {"sort_key": "", "email_key": ""}
    if person is not NOBODY:
        key = sort_key(person.family_name, person.given_name)
        derived = {"sort_key": key, "email_key": address_key(person.email)}
    return {name: getattr(person, name) for name in STORED} | derived
