# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The stage: organisations, venues, rooms, agenda and workshops of both days, as plain values."""

from dataclasses import dataclass
from datetime import date

from app.events.facts import RoomFacts
from app.events.partners.rules import PartnerFacts, PartnerRole
from app.events.rules import Loop
from app.organisations.rules import UsualKind
from app.programme.plan import ContributorFacts, StandFacts, SubItemFacts
from app.programme.rules import ContributorRole, ItemKind
from app.programme.workshop_facts import WorkshopFacts

KI, OFFICE, TOWN, LAND = (
    UsualKind.KI,
    UsualKind.IMMIGRATION_OFFICE,
    UsualKind.MUNICIPALITY,
    UsualKind.STATE,
)
WORK, WELFARE = UsualKind.EMPLOYMENT, UsualKind.WELFARE

REGION = ("owl", "Ostwestfalen-Lippe")
MARKET, GALLERY = (
    "Mittagsimbiss und Markt der Möglichkeiten",
    "Gallery Walk der Ergebnisse und Vereinbarungen",
)
SERIES = "KIM-Fachtage OWL"
OUTSIDE = "NRW"  # a body of the whole Land belongs to no region

# Number (the order), name, kind, district or town.
ORGANISATIONS = (
    ("Kommunales Integrationszentrum Kreis Herford", KI, "Herford"),
    ("Kommunales Integrationszentrum Kreis Gütersloh", KI, "Gütersloh"),
    ("Kommunales Integrationszentrum Kreis Höxter", KI, "Höxter"),
    ("Kommunales Integrationszentrum Kreis Lippe", KI, "Lippe"),
    ("Kommunales Integrationszentrum Kreis Minden-Lübbecke", KI, "Minden-Lübbecke"),
    ("Bildungs- und Integrationszentrum Kreis Paderborn", KI, "Paderborn"),
    ("Kommunales Integrationszentrum Stadt Bielefeld", KI, "Bielefeld"),
    ("Kreis Herford, Ausländerbehörde", OFFICE, "Herford"),
    ("Kreis Lippe, Ausländer- und Einbürgerungsbehörde", OFFICE, "Lippe"),
    ("Stadt Bielefeld, Ausländerbehörde", OFFICE, "Bielefeld"),
    ("Kreis Paderborn, Einbürgerungsbehörde", OFFICE, "Paderborn"),
    ("Kreis Minden-Lübbecke, Ausländerbehörde", OFFICE, "Minden-Lübbecke"),
    ("Stadt Bünde, Fachbereich Soziales", TOWN, "Herford"),
    ("Stadt Löhne, Integration", TOWN, "Herford"),
    ("Gemeinde Hiddenhausen", TOWN, "Herford"),
    ("Stadt Rheda-Wiedenbrück", TOWN, "Gütersloh"),
    ("Stadt Borgholzhausen", TOWN, "Gütersloh"),
    ("Stadt Detmold", TOWN, "Lippe"),
    ("Stadt Bad Driburg", TOWN, "Höxter"),
    ("Stadt Espelkamp", TOWN, "Minden-Lübbecke"),
    ("Stadt Delbrück", TOWN, "Paderborn"),
    ("Ministerium (MKJFGFI NRW)", LAND, OUTSIDE),
    ("Bezirksregierung Arnsberg, Kompetenzzentrum für Integration", LAND, OUTSIDE),
    ("Landesweite Koordinierungsstelle KI (LaKI)", LAND, OUTSIDE),
    ("Bezirksregierung Detmold", LAND, "OWL"),
    ("Jobcenter Herford", WORK, "Herford"),
    ("Jobcenter Kreis Gütersloh", WORK, "Gütersloh"),
    ("Agentur für Arbeit Herford", WORK, "Herford"),
    ("AWO Fachdienste Migration (Beispiel)", WELFARE, "Herford"),
    ("Caritas Fachdienst Integration (Beispiel)", WELFARE, "Paderborn"),
    ("Diakonie Migrationsberatung MBE (Beispiel)", WELFARE, "Minden-Lübbecke"),
    ("DRK Integrationsagentur (Beispiel)", WELFARE, "Lippe"),
    ("Der Paritätische, Kreisgruppe (Beispiel)", WELFARE, "Bielefeld"),
    ("Jugendmigrationsdienst JMD (Beispiel)", WELFARE, "Höxter"),
    ("Brücken bauen e. V. (erfundene MSO)", UsualKind.MIGRANT_ORG, "Bielefeld"),
    ("Institut für Teilhabeforschung (erfunden)", UsualKind.EDUCATION, "Bielefeld"),
)
CENTRES = range(1, 8)  # the seven integration centres host together


@dataclass(frozen=True, slots=True)
class ItemData:
    start: str
    end: str
    title: str
    kind: ItemKind
    room: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RoundData:
    number: int
    start: str
    end: str
    title: str


@dataclass(frozen=True, slots=True)
class RunData:
    """`booked` and `waiting` are what the loaded day shows; `workshop` is a key of the day's workshops."""

    label: str
    round: int
    workshop: str
    room: str
    capacity: int
    booked: int
    waiting: int
    contributor: str


@dataclass(frozen=True, slots=True)
class DayData:
    slug: str
    title: str
    start: str
    end: str
    capacity: int
    lead_host: int
    venue: tuple[str, str, str, str]
    summary: str
    description: str
    for_whom: str
    venue_note: str
    rooms: tuple[RoomFacts, ...]
    items: tuple[ItemData, ...]
    rounds: tuple[RoundData, ...]
    workshops: dict[str, WorkshopFacts]
    runs: tuple[RunData, ...]
    # Besides who facilitates: "day", the title of an item or the label of a run; who, and as what.
    contributions: tuple[tuple[str, ContributorFacts], ...] = ()
    # In which of them; short talks and stands.
    inside: tuple[tuple[str, SubItemFacts | StandFacts], ...] = ()


FEE = "kostenfrei"
FUNDING = "Gefördert durch das Land Nordrhein-Westfalen (Beispieltext)"
# Each with the colour of its logo, or with none.
PARTNERS: tuple[tuple[PartnerFacts, str], ...] = (
    (
        PartnerFacts(
            PartnerRole.COOPERATION, "Hochschule Musterstadt", "https://example.org/hochschule", position=1
        ),
        "navy",
    ),
    (PartnerFacts(PartnerRole.COOPERATION, "Flüchtlingsrat Beispiel e. V.", position=2), ""),
    (
        PartnerFacts(
            PartnerRole.FUNDER,
            "Stiftung Beispiel",
            "https://example.org/stiftung",
            "Mit freundlicher Unterstützung der Stiftung Beispiel aus Mitteln ihres Fonds Miteinander.",
        ),
        "darkgreen",
    ),
    (PartnerFacts(PartnerRole.PATRON, "Regierungspräsidentin Dr. Mara Testfall"), ""),
)
CONTACT = ("Organisationsteam KIM-Fachtag OWL (Beispiel), Telefon 00000 / 0000-00", "kim-fachtag@example.org")

TEXTS = (
    "Die Anmeldung öffnet vier Wochen nach der Einladung. Merken Sie sich den Termin gern schon vor.",
    "Bitte wählen Sie je Runde einen Workshop. Das können Sie später auf Ihrer persönlichen Seite ändern.",
    "Die Anmeldung ist geschlossen. Wird ein Platz frei, fragen wir die Warteliste.",
)

PAST_DATE = date(2023, 9, 29)

PAST = DayData(
    slug="kim-fachtag-owl-2023",
    title="1. KIM-Fachtag OWL: Gemeinsam für bessere Integrationsarbeit",
    start="9:30",
    end="15:30",
    capacity=110,
    lead_host=1,
    venue=("Kreishaus Herford", "Amtshausstraße 3", "32051", "Herford"),
    summary="Der erste Fachtag zum Kommunalen Integrationsmanagement in Ostwestfalen-Lippe: ein Vortrag, drei Workshops "
    "und zwei Diskussionsrunden für alle, die Menschen nach ihrer Einwanderung begleiten.",
    description="Case Managerinnen und Case Manager, Ausländer- und Einbürgerungsbehörden, Städte, Jobcenter und "
    "Beratungsstellen arbeiten mit denselben Menschen und sehen einander selten. An diesem Tag haben sie sich an einen "
    "Tisch gesetzt.\n\nAm Vormittag stand die Forschung im Mittelpunkt, danach die eigene Arbeit: In drei Workshops "
    "entstanden Vereinbarungen mit Namen und Datum. Was daraus wurde, steht in der Dokumentation.",
    for_whom="Fachkräfte des Kommunalen Integrationsmanagements, der Ausländer- und Einbürgerungsbehörden, der Städte "
    "und Gemeinden, der Jobcenter und Arbeitsagenturen, der Wohlfahrtsverbände und der Migrantenorganisationen in OWL.",
    venue_note="Vom Bahnhof Herford sind es etwa zehn Minuten zu Fuß. Der Eingang an der Amtshausstraße ist stufenlos.",
    rooms=(
        RoomFacts("Kreistagssaal", 120, loop=Loop.FIXED),
        RoomFacts("Raum Widukind", 40),
        RoomFacts("Raum Enger", 40),
        RoomFacts("Raum Spenge", 40),
        RoomFacts("Foyer", None),
    ),
    items=(
        ItemData("9:30", "10:00", "Begrüßung", ItemKind.WELCOME, "Kreistagssaal"),
        ItemData(
            "10:00",
            "11:00",
            "Input: Was sagt die Forschung zu Migration und Rassismus?",
            ItemKind.KEYNOTE,
            "Kreistagssaal",
        ),
        ItemData("11:00", "11:15", "Pause, Raumwechsel", ItemKind.BREAK),
        ItemData("12:45", "13:45", "Mittagspause", ItemKind.BREAK, "Foyer"),
        ItemData(
            "13:45",
            "14:45",
            "Diskussionsrunde 1: Was hilft am Schalter?",
            ItemKind.DISCUSSION,
            "Kreistagssaal",
            "Eine Hälfte des Plenums",
        ),
        ItemData(
            "13:45",
            "14:45",
            "Diskussionsrunde 2: Was hilft zwischen den Ämtern?",
            ItemKind.DISCUSSION,
            "Foyer",
            "Die andere Hälfte des Plenums",
        ),
        ItemData("15:00", "15:30", "Ausblick", ItemKind.CLOSING, "Kreistagssaal"),
    ),
    rounds=(RoundData(1, "11:15", "12:45", "Workshops"),),
    workshops={
        "A": WorkshopFacts(
            "Rassismussensible Beratungsarbeit",
            "Woran erkennen wir Rassismus in der eigenen Beratung, und was tun wir dann? Fälle aus vier Behörden.",
        ),
        "B": WorkshopFacts(
            "Selbstschutz",
            "Hausbesuche, Drohungen, Erschöpfung: Wie schützen sich Beratende, und was muss ihre Stelle dafür tun?",
        ),
        "C": WorkshopFacts(
            "Konfliktmanagement",
            "Konflikte entstehen dort, wo Zuständigkeiten aufeinandertreffen. Wir üben, sie früh anzusprechen.",
        ),
    },
    runs=(
        RunData("A", 1, "A", "Raum Widukind", 36, 35, 0, "Aylin Beispiel"),
        RunData("B", 1, "B", "Raum Enger", 36, 35, 0, "Nadiia Fiktiv"),
        RunData("C", 1, "C", "Raum Spenge", 36, 35, 0, "Svenja Demohaus"),
    ),
)

PRIVACY = "privacy"  # the one workshop that runs twice; a person may take part once

UPCOMING = DayData(
    slug="kim-fachtag-owl",
    title="KIM-Fachtag OWL {year}: Vom Einzelfall zur Struktur (Beispielveranstaltung)",
    start="9:30",
    end="15:45",
    capacity=110,
    lead_host=6,
    venue=("Kreishaus Paderborn", "Aldegreverstraße 10–14", "33102", "Paderborn"),
    summary="Aus vielen Einzelfällen wird sichtbar, was sich ändern muss. Ein Tag mit Vortrag, zehn Workshops in zwei "
    "Runden und Vereinbarungen, die jemand einlöst.",
    description="Im Case Management sehen wir jeden Tag, woran es hakt: ein Formular, das niemand versteht, eine Frist, "
    "die niemand halten kann, zwei Ämter, die aufeinander warten. Einzeln ist das ein Fall. Zusammen ist es eine "
    "Struktur, und Strukturen kann man ändern.\n\nAm Vormittag hören wir, wie andere Regionen aus Fällen Themen machen. "
    "In zwei Workshoprunden arbeiten wir an neun Themen weiter. Am Ende hängen die Ergebnisse im Saal: mit Namen, "
    "Datum und der nächsten Gastgeberin.",
    for_whom="Fachkräfte des Kommunalen Integrationsmanagements, der Ausländer- und Einbürgerungsbehörden, der Städte "
    "und Gemeinden, der Jobcenter und Arbeitsagenturen, der Wohlfahrtsverbände und der Migrantenorganisationen in OWL. "
    "Alle sind willkommen: Sagen Sie der Kontaktperson, was Sie brauchen, um gut teilnehmen zu können.",
    venue_note="Bus bis Haltestelle Kreishaus; Fahrradständer am Haupteingang. Der Haupteingang ist stufenlos, ein "
    "Aufzug führt zu allen Räumen außer zum Raum Senne (vier Stufen). Im Großen Saal gibt es eine Induktionsschleife, "
    "der Vortrag wird in Deutsche Gebärdensprache übersetzt.",
    rooms=(
        RoomFacts("Großer Saal", 120, loop=Loop.FIXED, note="Plenum"),
        RoomFacts("Raum Alme", 26, note="Workshops"),
        RoomFacts("Raum Lippe", 26, note="Workshops"),
        RoomFacts("Raum Pader", 24, loop=Loop.MOBILE, note="Workshops"),
        RoomFacts(
            "Raum Egge", 20, note="Workshops", venue="Haus der Beispiele, Musterweg 3, 33098 Paderborn"
        ),
        RoomFacts("Raum Senne", 18, step_free=False, note="Workshops; vier Stufen, kein Aufzug"),
        RoomFacts("Foyer", None, note="Check-in, Markt der Möglichkeiten"),
    ),
    items=(
        ItemData("9:00", "9:30", "Ankommen, Check-in, Kaffee", ItemKind.BREAK, "Foyer"),
        ItemData("9:30", "9:45", "Begrüßung durch die Gastgeberin", ItemKind.WELCOME, "Großer Saal"),
        ItemData("9:45", "10:00", "Grußwort des Landes", ItemKind.WELCOME, "Großer Saal"),
        ItemData(
            "10:00",
            "10:45",
            "Input: Vom Einzelfall zur Struktur – was Case Management sichtbar macht",
            ItemKind.KEYNOTE,
            "Großer Saal",
            "Mit Dolmetschung in Deutsche Gebärdensprache (DGS)",
        ),
        ItemData("10:45", "11:00", "Pause, Raumwechsel", ItemKind.BREAK),
        ItemData("12:15", "13:30", MARKET, ItemKind.MARKET, "Foyer"),
        ItemData("14:45", "15:00", "Pause", ItemKind.BREAK),
        ItemData(
            "15:00",
            "15:30",
            GALLERY,
            ItemKind.PLENARY,
            "Großer Saal",
        ),
        ItemData(
            "15:30", "15:45", "Blitzlicht, Ausblick, nächste Gastgeberin", ItemKind.CLOSING, "Großer Saal"
        ),
    ),
    rounds=(
        RoundData(1, "11:00", "12:15", "Workshoprunde 1"),
        RoundData(2, "13:30", "14:45", "Workshoprunde 2"),
    ),
    workshops={
        "racism": WorkshopFacts(
            "Rassismuskritisch beraten in Behörden",
            "Beratung in einer Behörde hat Macht. Wir lesen Fälle aus der Praxis, suchen Muster und probieren Sätze aus, "
            "die am nächsten Tag am Schalter funktionieren.",
            track="Beratung",
            target_group="Beratende mit Publikumsverkehr",
            prerequisites="Ein eigener Fall, ohne Namen",
            method="Fallarbeit in Dreiergruppen",
            guiding_questions="Woran merken wir es in der eigenen Beratung?\nWelcher Satz hilft am Schalter?\nWas "
            "braucht die Leitung dafür?",
            materials="Leitfaden: https://example.org/rassismuskritisch-beraten.pdf",
        ),
        "planning": WorkshopFacts(
            "Planungskonferenz: aus Fällen Themen machen",
            "Wie wird aus dem zehnten gleichen Fall ein Thema für die Lenkungsgruppe? Wir spielen eine Planungskonferenz "
            "durch, vom Fallblatt bis zum Beschluss.",
        ),
        "interface": WorkshopFacts(
            "KIM und Ausländerbehörde: Schnittstelle klären",
            "Wer fragt wen, wann und wonach? An zwei Abläufen klären wir, was die eine Seite braucht und die andere "
            "geben darf.",
        ),
        PRIVACY: WorkshopFacts(
            "Datenschutz im rechtskreisübergreifenden Case Management",
            "Was dürfen wir weitergeben, mit welcher Einwilligung, und wie sagen wir es den Menschen, um die es geht? "
            "Der Workshop läuft zweimal; bitte wählen Sie ihn nur in einer Runde.",
        ),
        "resilience": WorkshopFacts(
            "Selbstschutz und Resilienz im Beratungsalltag",
            "Schwere Geschichten, volle Kalender: Übungen für zwischendurch, und was eine Leitung tun kann, damit "
            "niemand allein bleibt.",
            track="Beratung",
            method="Übungen und Gespräch im Kreis",
            undocumented=True,
        ),
        "citizenship": WorkshopFacts(
            "Einbürgerung: Beratungskette statt Warteschlange",
            "Vom ersten Gespräch bis zur Urkunde: Wer berät wozu, und wie kommen Anträge vollständig an? Mit "
            "Checkliste zum Mitnehmen.",
        ),
        "conflict": WorkshopFacts(
            "Konfliktmanagement und Deeskalation",
            "Wenn es laut wird: Haltung, Stimme, Abstand. Wir üben in kleinen Gruppen und sprechen über Grenzen.",
        ),
        "impact": WorkshopFacts(
            "Wirkung zeigen: Kennzahlen und Geschichten",
            "Drei Zahlen und eine Geschichte überzeugen mehr als dreißig Zahlen. Wir bauen einen Bericht auf einer Seite.",
        ),
        "volunteers": WorkshopFacts(
            "Ehrenamt und Migrantenselbstorganisationen einbinden",
            "Was Vereine können, was sie brauchen und woran Zusammenarbeit oft scheitert. Mit Beispielen aus Bielefeld.",
            track="Zusammenarbeit",
            interpreting="Arabisch und Ukrainisch, auf Wunsch",
        ),
    },
    runs=(
        RunData("1.1", 1, "racism", "Raum Pader", 20, 20, 4, "Aylin Beispiel"),
        RunData("1.2", 1, "planning", "Raum Alme", 24, 21, 0, "Jonas Platzhalter"),
        RunData("1.3", 1, "interface", "Raum Lippe", 24, 23, 0, "Petra Musterfeld"),
        RunData("1.4", 1, PRIVACY, "Raum Egge", 20, 18, 0, "Dr. Sascha Probe"),
        RunData("1.5", 1, "resilience", "Raum Senne", 16, 11, 0, "Nadiia Fiktiv"),
        RunData("2.1", 2, "citizenship", "Raum Lippe", 24, 24, 3, "Karim Testmann"),
        RunData("2.2", 2, "conflict", "Raum Pader", 18, 16, 0, "Svenja Demohaus"),
        RunData("2.3", 2, "impact", "Raum Egge", 20, 9, 0, "Mika Erfunden"),
        RunData("2.4", 2, "volunteers", "Raum Alme", 24, 20, 0, "Roza Beispielsen"),
        RunData("2.5", 2, PRIVACY, "Raum Senne", 16, 14, 0, "Dr. Sascha Probe"),
    ),
    inside=(
        (GALLERY, SubItemFacts("Rundgang zu den Stellwänden", after=0, minutes=20)),
        (GALLERY, SubItemFacts("Vereinbarungen vorlesen und unterschreiben", after=20, minutes=10)),
        (
            MARKET,
            StandFacts(
                "Migrationsfachdienst im Kreis (Beispiel)", "Tisch 1", note="Beratung in fünf Sprachen"
            ),
        ),
        (MARKET, StandFacts("Sprachmittlungspool der Region (Beispiel)", "Tisch 2", needs_power=True)),
        (MARKET, StandFacts("Verein für Begegnung (Beispiel)", "Tisch 3", note="Fotos und Kaffee")),
    ),
    contributions=(
        (
            "day",
            ContributorFacts(
                "Kim Xander-Exempel", "Moderatorin", "Freies Radio (erfunden)", ContributorRole.DAY_MODERATION
            ),
        ),
        (
            "Begrüßung durch die Gastgeberin",
            ContributorFacts(
                "Jon Beispiel", "Landrat (erfunden)", "Kreis Paderborn", ContributorRole.GREETING
            ),
        ),
        (
            "Grußwort des Landes",
            ContributorFacts(
                "Dr. Mara Testfall", "Referatsleiterin", "Ministerium (erfunden)", ContributorRole.GREETING
            ),
        ),
        (
            "Input: Vom Einzelfall zur Struktur – was Case Management sichtbar macht",
            ContributorFacts(
                "Prof. Dr. Ada Probe-Platzhalter",
                "",
                "Hochschule Beispielstadt",
                ContributorRole.TALK,
                "Sie forscht seit zehn Jahren dazu, was Verwaltungen aus einzelnen Fällen lernen.",
            ),
        ),
        (
            "1.2",
            ContributorFacts("Dr. Lale Mustermann", "", "Universität Musterstadt"),
        ),
        (
            "1.2",
            ContributorFacts("Olga Entwurf", "", "Integrationsagentur", ContributorRole.MINUTES),
        ),
        (
            "2.1",
            ContributorFacts("Ulf Angefragt", "", "Standesamt", confirmed=False),
        ),
    ),
)
