# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The cast: invented people with telling names, who works where, and who chooses which workshops.

Everything is decided by a fixed seed, so that each loading tells the same story.
"""

from dataclasses import dataclass, replace
from random import Random

from app.demo.programme import ORGANISATIONS, UPCOMING, DayData, RunData
from app.folding import spelled_out
from app.organisations.rules import UsualKind
from app.registration.person import Person
from app.registration.questions.answers import Given
from app.registration.questions.models import Question

SEED = 2027

# Given and family name, mail, organisation (its number), function, first and second round.
NAMED = (
    ("Aylin", "Beispiel", "aylin.beispiel", 1, "Koordination KIM", None, "2.4"),
    ("Petra", "Musterfeld-von der Probe", "petra.musterfeld", 9, "Sachgebietsleitung", None, "2.1"),
    ("Dr. Sascha", "Probe", "sascha.probe", 36, "Wissenschaftliche Leitung", None, None),
    ("Nadiia", "Fiktiv", "nadiia.fiktiv", 32, "Integrationsagentur", "1.5", "2.2"),
    ("Şükrü", "Muşterî", "suekrue.muster", 35, "Vorstand", "1.1", "2.4"),
    ("Mika", "Erfunden", "mika.erfunden", 27, "Fallmanagement", "1.3", None),
    ("Karim", "Testmann", "karim.testmann", 11, "Einbürgerung", "1.2", None),
    ("Svenja", "Demohaus", "svenja.demohaus", 33, "Fachberatung", "1.2", None),
    ("Roza", "Beispielsen", "roza.beispielsen", 35, "Ehrenamt", "1.4", None),
    ("O'Neil", "Muster", "oneil.muster", 18, "Integrationsbeauftragter", "1.3", "2.5"),
    ("=Summe", "Formel", "formel", 20, "Statistik", "1.5", "2.1"),
    ("Alex", "Beispiel", "alex.beispiel", 14, "Integration", "1.3", "2.1"),
    ("Ulrike", "Beispiel", "ulrike.beispiel", 14, "Integration, Leitung", "1.2", "2.2"),
)
TONI = ("Toni", "Platz", "toni.platz", 14, "Ehrenamtskoordination", "1.1", "2.1")
MOVED_UP = "alex.beispiel@example.org"  # gets the seat that Toni Platz gives back
STAYS_HOPING = "svenja.demohaus@example.org"
# Whose last mail stands in the mailbox: an invitation, one with odd letters, a seat moved up to, a cancellation.
HEARD_FROM = frozenset(
    f"{name}@example.org" for name in ("aylin.beispiel", "suekrue.muster", "alex.beispiel", "toni.platz")
)

# What some of them answer to the organisers' questions.
DIET = "Bitte ohne Nüsse (Beispiel)"
QUESTIONS = (
    "Wie binden kleine Gemeinden die Ausländerbehörde früh ein?",
    "Welche Daten dürfen wir im Fallmanagement teilen?",
    "Was hat sich seit dem letzten Fachtag bewährt?",
    "Wie gelingt die Übergabe, wenn jemand umzieht?",
)

# What somebody types instead of the name that is known; its number. The last one has been merged already.
TYPED = (
    (5, "KI Minden-Lübbecke"),
    (10, "Ausländerbehörde Bielefeld"),
    (30, "Caritas Integration (Beispiel)"),
)
TWICE_FROM = 2  # somebody of this organisation registers a second time, from another address

ORGANISER = ("jonas.platzhalter@example.org", "Jonas Platzhalter")

_GIVEN = [
    "Agnieszka",
    "Ahmad",
    "Amal",
    "Anke",
    "Annika",
    "Arash",
    "Ayşe",
    "Azad",
    "Bahar",
    "Barbara",
    "Bashir",
    "Birgit",
    "Björn",
    "Bogdan",
    "Büşra",
    "Carla",
    "Christa",
    "Claudia",
    "Daria",
    "Detlef",
    "Dilan",
    "Dmytro",
    "Doris",
    "Elif",
    "Elke",
    "Emre",
    "Enno",
    "Erika",
    "Fatma",
    "Fabian",
    "Farid",
    "Frauke",
    "Gabi",
    "Georgi",
    "Gisela",
    "Hakan",
    "Halina",
    "Hanna",
    "Hatice",
    "Heiko",
    "Helga",
    "Hüseyin",
    "Ibrahim",
    "Ilka",
    "Imke",
    "Ines",
    "Inge",
    "Jasmin",
    "Jelena",
    "Jens",
    "Joanna",
    "Jörg",
    "Jutta",
    "Kai",
    "Kateryna",
    "Khaled",
    "Kirsten",
    "Kofi",
    "Larissa",
    "Lars",
    "Leyla",
    "Linh",
    "Lina",
    "Maike",
    "Malte",
    "Marek",
    "Mehmet",
    "Merle",
    "Mira",
    "Mona",
    "Nele",
    "Nesrin",
    "Nils",
    "Nour",
    "Oksana",
    "Olena",
    "Osman",
    "Peer",
    "Pınar",
    "Rainer",
    "Renate",
    "Rojda",
    "Sabine",
    "Samira",
    "Sanja",
    "Selma",
    "Silke",
    "Songül",
    "Stefan",
    "Tamara",
    "Thao",
    "Tim",
    "Ute",
    "Uwe",
    "Viktor",
    "Volker",
    "Wiebke",
    "Yusuf",
    "Zeynep",
    "Zoran",
]
_FAMILY = [
    "Attrappe",
    "Ausgedacht",
    "Beispielhaus",
    "Beispielmann",
    "Blindtext",
    "Demofeld",
    "Demowski",
    "Dummymann",
    "Entwurf",
    "Erdacht",
    "Erdichtet",
    "Erfindsen",
    "Exempel",
    "Fantasius",
    "Fiktion",
    "Formular",
    "Füllwort",
    "Gedacht",
    "Genannt",
    "Irgendwer",
    "Jedermann",
    "Kannsein",
    "Kunstname",
    "Leerzeile",
    "Lorem",
    "Luftschloss",
    "Maquette",
    "Modellhoff",
    "Musteraydın",
    "Mustermeier",
    "Musterova",
    "Mustersson",
    "Nachname",
    "Namenlos",
    "Niemand",
    "Nirgendwer",
    "Ohnename",
    "Phantomas",
    "Platzmeier",
    "Probestein",
    "Probiersen",
    "Prototyp",
    "Pseudonym",
    "Rätselmann",
    "Sampleoğlu",
    "Scheinbar",
    "Schablone",
    "Skizzenbach",
    "Sogenannt",
    "Spielfigur",
    "Stellvertreter",
    "Testberg",
    "Testmeyer",
    "Unbekannt",
    "Undsoweiter",
    "Vielleicht",
    "Vordruck",
    "Vorlage",
    "Vorstellbar",
    "Wachsfigur",
    "Wunschname",
    "Zeichenfolge",
    "Zumbeispiel",
]
_FUNCTIONS = {
    UsualKind.KI: ("Case Management", "Koordination KIM", "Verwaltung KIM", "Bildung", "Leitung"),
    UsualKind.IMMIGRATION_OFFICE: (
        "Aufenthaltsrecht",
        "Einbürgerung",
        "Servicebereich",
        "Teamleitung",
    ),
    UsualKind.MUNICIPALITY: ("Integration", "Soziales", "Wohnen", "Ehrenamtskoordination", ""),
    UsualKind.STATE: ("Referat Integration", "Förderung"),
    UsualKind.EMPLOYMENT: ("Fallmanagement", "Migrationsbeauftragte", "Arbeitsvermittlung"),
    UsualKind.WELFARE: (
        "Migrationsberatung",
        "Jugendmigrationsdienst",
        "Integrationsagentur",
        "Leitung",
        "",
    ),
    UsualKind.MIGRANT_ORG: ("Vorstand", "Projektleitung"),
    UsualKind.EDUCATION: ("Forschung",),
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part: the label of a run per round, or None for "still open". `hope` is a run that was full:
    the guest stands in its line beside the place."""

    person: Person
    kind: UsualKind
    first: str | None = None
    second: str | None = None
    hope: str | None = None

    @property
    def email(self) -> str:
        return self.person.email


def mail_address(given: str, family: str) -> str:
    """Plain letters under a domain that can never belong to anybody (RFC 2606)."""
    plain = spelled_out(f"{given}.{family}")
    return (
        "".join(sign for sign in plain if sign.isascii() and (sign.isalnum() or sign in ".-"))
        + "@example.org"
    )


class Inventor:
    """Makes up people: each name once."""

    def __init__(self) -> None:
        self._made = 0

    def person(self, organisation: int) -> tuple[Person, UsualKind]:
        at = self._made
        self._made += 1
        given = _GIVEN[at % len(_GIVEN)]
        family = _FAMILY[(at * 11 + at // len(_GIVEN)) % len(_FAMILY)]
        name, kind, _ = ORGANISATIONS[organisation - 1]
        functions = _FUNCTIONS[kind]
        email = mail_address(given, family)
        return Person(given, family, email, name, functions[at % len(functions)]), kind


def upcoming_guests(inventor: Inventor) -> list[Guest]:
    """The 96 of the upcoming day; places and lines add up to the numbers of the runs."""
    random = Random(SEED)  # noqa: S311 - a story, no secret
    guests = [_named(*row) for row in NAMED]
    missing = 96 - len(guests)
    firsts = _left_over(UPCOMING, 1, [guest.first for guest in guests], missing)
    seconds = _left_over(UPCOMING, 2, [guest.second for guest in guests], missing)
    random.shuffle(firsts)
    random.shuffle(seconds)
    _keep_subjects_apart(firsts, seconds)
    for organisation, first, second in zip(_workplaces(missing), firsts, seconds, strict=True):
        person, kind = inventor.person(organisation)
        guests.append(Guest(person, kind, first, second))
    return _with_hopes(guests)


def as_typed(guests: list[Guest]) -> list[Guest]:
    """The same people with what they type: some know their organisation by another name, one comes twice."""
    typed = list(guests)
    for number, name in TYPED:
        at = _invented_from(typed, number)[-1]
        typed[at] = replace(typed[at], person=replace(typed[at].person, organisation=name))
    first, *_, again = _invented_from(typed, TWICE_FROM)
    known = typed[first].person
    twice = replace(known, email=known.email.replace("@", ".zuhause@"))
    typed[again] = replace(typed[again], person=twice)
    return typed


def _invented_from(guests: list[Guest], organisation: int) -> list[int]:
    name, _, _ = ORGANISATIONS[organisation - 1]
    return [at for at, guest in enumerate(guests) if at >= len(NAMED) and guest.person.organisation == name]


def some_answers(asked: list[Question], guests: list[Guest]) -> dict[str, Given]:
    """About half of the people answer something, few of them what they need."""
    meal, diet, needs, _more, travel, to_speakers = asked
    answers: dict[str, Given] = {}
    for number, guest in enumerate(guests[::2]):
        given: dict[int, tuple[int, ...] | str] = {
            meal.id: (meal.options[3 if number % 17 == 5 else number % 3].id,),
            travel.id: (travel.options[number % 5].id,),
        }
        if number % 17 == 5:
            given[diet.id] = DIET
        if number % 12 == 3:
            given[needs.id] = (needs.options[number % len(needs.options)].id,)
        if number % 20 == 7:
            given[to_speakers.id] = QUESTIONS[number // 20 % len(QUESTIONS)]
        answers[guest.email] = given
    return answers


def toni() -> Guest:
    return _named(*TONI)


def past_guests(inventor: Inventor, known: list[Guest]) -> list[Guest]:
    """The 105 of the past day: about half of them come again this time."""
    guests: list[Guest] = []
    for kinds, number in PAST_KINDS:
        again = [guest for guest in known if guest.kind in kinds][: number // 2]
        guests += [Guest(guest.person, guest.kind) for guest in again]
        workplaces = [at for at, (_, kind, _) in enumerate(ORGANISATIONS, 1) if kind in kinds]
        for at in range(number - len(again)):
            guests.append(Guest(*inventor.person(workplaces[at % len(workplaces)])))
    random = Random(SEED - 4)  # noqa: S311 - a story, no secret
    random.shuffle(guests)
    return [
        Guest(guest.person, guest.kind, first=PAST_LABELS[at % len(PAST_LABELS)])
        for at, guest in enumerate(guests)
    ]


PAST_LABELS = ("A", "B", "C")
# Registered in 2023 by kind; somewhat more than came.
PAST_KINDS = (
    ((UsualKind.KI,), 25),
    ((UsualKind.IMMIGRATION_OFFICE,), 16),
    ((UsualKind.MUNICIPALITY,), 23),
    ((UsualKind.WELFARE,), 28),
    ((UsualKind.EMPLOYMENT,), 7),
    ((UsualKind.STATE,), 4),
    ((UsualKind.MIGRANT_ORG, UsualKind.EDUCATION), 2),
)


def _named(
    given: str,
    family: str,
    mail: str,
    organisation: int,
    function: str,
    first: str | None,
    second: str | None,
) -> Guest:
    name, kind, _ = ORGANISATIONS[organisation - 1]
    return Guest(Person(given, family, f"{mail}@example.org", name, function), kind, first, second)


def _left_over(day: DayData, round_: int, chosen: list[str | None], people: int) -> list[str | None]:
    """What the invented people choose so that every run is booked as it should be."""
    wanted: list[str | None] = []
    for run in day.runs:
        if run.round == round_:
            wanted += [run.label] * (run.booked - chosen.count(run.label))
    return wanted + [None] * (people - len(wanted))


def _keep_subjects_apart(firsts: list[str | None], seconds: list[str | None]) -> None:
    """1.4 and 2.5 are the same workshop: nobody takes it twice."""
    clashes = [at for at, pair in enumerate(zip(firsts, seconds, strict=True)) if pair == ("1.4", "2.5")]
    for at in clashes:
        other = next(n for n, label in enumerate(firsts) if label != "1.4" and seconds[n] != "2.5")
        seconds[at], seconds[other] = seconds[other], seconds[at]


def _workplaces(number: int) -> list[int]:
    """Every organisation sends somebody, the integration centres and larger offices send more."""
    sent = list(range(1, len(ORGANISATIONS) + 1))
    larger = [1, 6, 2, 7, 4, 5, 3, 8, 10, 12, 29, 30, 31, 33, 13, 18, 26, 16, 9, 34, 32, 21, 15]
    while len(sent) < number:
        sent += larger[: number - len(sent)]
    return sent[:number]


def _with_hopes(guests: list[Guest]) -> list[Guest]:
    """Who would rather sit elsewhere: they keep their second choice and stand in the line of the full run."""
    hoping = list(guests)
    for run in UPCOMING.runs:
        willing = [at for at, guest in enumerate(hoping) if _might_hope(at, guest, run)]
        willing.sort(key=lambda at: hoping[at].email != STAYS_HOPING)
        for at in willing[: run.waiting]:
            hoping[at] = replace(hoping[at], hope=run.label)
    return hoping


def _might_hope(at: int, guest: Guest, run: RunData) -> bool:
    place = guest.first if run.round == 1 else guest.second
    picked = guest.email == STAYS_HOPING or (at > len(NAMED) and at % 9 == 0)
    return picked and place not in {None, run.label} and guest.hope is None
