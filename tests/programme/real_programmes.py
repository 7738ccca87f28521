# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes of days that took place, shortened, with invented people: each thing put into its field by the verbs.

with transaction() as session:
    day = two_part_groups(session)
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import Loop
from app.programme.kinds import KindFacts, add_kind
from app.programme.plan import ContributorFacts, StandFacts
from app.programme.rules import ContributorRole, Icon
from tests.factories.days import DAY, NOW, at, make_event
from tests.programme.building import Build

Maker = Callable[[Session], Event]

GREETING, TALK, PANEL = ContributorRole.GREETING, ContributorRole.TALK, ContributorRole.PANEL
MINUTES, HOST, MODERATES = ContributorRole.MINUTES, ContributorRole.TABLE_HOST, ContributorRole.MODERATION
MAYOR = ContributorFacts("Jon Beispiel", "Oberbürgermeister", "Stadt Musterstadt", GREETING)
OFFICE = ContributorFacts("Lale Mustermann", "Integrationsbeauftragte", "Stadt Musterstadt", GREETING)
GUEST = ContributorFacts("Dr. Mara Testfall", "Referatsleiterin", "Ministerium", TALK)
SPEAKER = ContributorFacts("Prof. Dr. Ada Probe-Platzhalter", "", "Hochschule Muster", TALK)


def two_part_groups(session: Session) -> Event:
    """1: six working groups in two parts, with the interim presentation between: one choice, one place."""
    day = Build(
        session, make_event(session, slug="aktive-vielfalt", starts_at=at("13:00"), ends_at=at("19:30"))
    )
    for name in ("Saal", *(f"R{number}" for number in range(1, 7))):
        day.room(name, 120 if name == "Saal" else 20)
    day.room("Foyer", step_free=False, note="Vier Stufen, Rampe am Hof")
    day.moderation("Kim Xander-Exempel", "Moderatorin", "Rundfunk", "Führt durch den Nachmittag.")
    day.item("welcome", "Begrüßung und Ziele", "13:00", "13:45", "Saal", [MAYOR, OFFICE])
    first = day.round(1, "Arbeitsgruppen, Teil I", "13:45", "15:00")
    day.item("break", "Pause", "15:00", "15:30", "Foyer")
    interim = day.item("interim", "Zwischenpräsentation", "15:30", "16:30", "Saal")
    day.round(2, "Arbeitsgruppen, Teil II", "16:30", "17:30")
    day.item("break", "Pause", "17:30", "18:00", "Foyer")
    day.item(
        "closing", "Endpräsentation, Ausblick", "18:00", "19:30", "Saal", subtitle="Was bleibt, was folgt"
    )
    themes = ("Sprache", "Arbeit", "Soziales", "Kultur", "Teilhabe", "Sport")
    for number, theme in enumerate(themes, start=1):
        people = [
            ContributorFacts(f"Moderation {theme}", "Fachkraft", "Freier Träger"),
            ContributorFacts(f"Protokoll {theme}", role=MINUTES),
        ]
        about = day.workshop(theme, abstract=f"Was in {theme} zu tun ist.", track="Zusammenleben")
        day.run(about, f"AG {number}", first, f"R{number}", 18, people, spans=2)
        speaker = ContributorFacts(f"Sprecherin {theme}", role=TALK)
        day.talk(f"item-{interim.id}", f"AG {number} {theme}", 10 * (number - 1), 10, people=[speaker])
    return day.released()


def groups_on_the_spot(session: Session) -> Event:
    """3: groups formed in the morning plenum, the same in the afternoon, workshops that are chosen between them."""
    day = Build(session, make_event(session, slug="fachtagung", starts_at=at("9:30"), ends_at=at("16:30")))
    for name in ("Saal", *(f"R{number}" for number in range(1, 9))):
        day.room(name, 130 if name == "Saal" else 20)
    day.item("welcome", "Begrüßung", "9:30", "9:45", "Saal")
    day.item("keynote", "Impuls 1", "9:45", "10:30", "Saal", [SPEAKER])
    day.item("plenary", "Gruppenbildung", "10:30", "10:45", "Saal")
    morning = day.round(1, "Transfergruppen I", "10:45", "11:45", booked=False)
    chosen = day.round(3, "Workshops", "12:00", "13:15")
    day.item("break", "Mittag", "13:15", "14:15")
    day.item("keynote", "Impuls 2", "14:15", "14:45", "Saal", [GUEST])
    day.round(2, "Transfergruppen II", "14:45", "15:30", booked=False)
    circle = [ContributorFacts("Kim Xander-Exempel", role=MODERATES)]
    chairs = {
        "note": "Zwei Stühle im Kreis bleiben frei.",
        "description": "Wer mitreden will, setzt sich dazu.",
    }
    day.item("fishbowl", "Fishbowl", "15:30", "16:30", "Saal", circle, **chairs)
    group = day.workshop("Transfergruppe", guiding_questions="Was nehmen wir mit?\nWas setzen wir um?")
    for number in range(1, 9):
        people = [ContributorFacts(f"Olga Entwurf {number}", "", "Beratungsstelle")]
        day.run(group, f"T{number}", morning, f"R{number}", 15, people, spans=2)
    for number, name in enumerate("ABCDE", start=1):
        day.run(day.workshop(f"Workshop {name}"), name, chosen, f"R{number}", 20)
    camp = day.workshop("Mini-BarCamp", method="BarCamp", prerequisites="Ideen vorab oder am Tag.")
    day.run(camp, "BarCamp", chosen, "R6", 20)
    return day.released()


def short_inputs(session: Session) -> Event:
    """5: two inputs of 20 and 25 minutes in one block, greeting by two people, six groups, a panel."""
    day = Build(
        session, make_event(session, slug="schulsozialarbeit", starts_at=at("9:30"), ends_at=at("16:00"))
    )
    day.room("Saal", 150)
    for number in range(1, 7):
        day.room(f"R{number}", 20)
    day.item("break", "Ankommen und Imbiss", "9:30", "10:00")
    host = ContributorFacts("Kim Xander-Exempel", "Moderation", "Rundfunk", MODERATES)
    day.item("welcome", "Begrüßung", "10:00", "10:15", "Saal", [MAYOR, host])
    day.item("keynote", "Vortrag", "10:15", "11:00", "Saal", [SPEAKER])
    day.item("break", "Pause", "11:00", "11:15")
    block = day.item("keynote", "Inputs aus den Ländern", "11:15", "12:00", "Saal")
    two = [
        ContributorFacts("Mara Testfall", "", "LAG Hessen", TALK),
        ContributorFacts("Lale Mustermann", "", "LAG Hessen", TALK),
    ]
    day.talk(f"item-{block.id}", "Input Hessen", 0, 20, people=two)
    other = ContributorFacts("Olga Entwurf", "", "LAG NRW", TALK)
    day.talk(f"item-{block.id}", "Input NRW", 20, 25, people=[other])
    day.item("break", "Mittag", "12:00", "13:00")
    groups = day.round(1, "Arbeitsgruppen", "13:00", "14:45")
    for number, roman in enumerate(("I", "II", "III", "IV", "V", "VI"), start=1):
        about = {"track": "Jugend", "target_group": "Fachkräfte an Schulen"} if number % 2 else {}
        people = [ContributorFacts("Lale Mustermann", "Beraterin", "Suchthilfe")] if number == 1 else []
        day.run(day.workshop(f"Arbeitsgruppe {roman}", **about), roman, groups, f"R{number}", 20, people)
    day.item("break", "Pause", "14:45", "15:00")
    guests = [
        ContributorFacts("Jon Beispiel", "", "", PANEL),
        ContributorFacts("Mara Testfall", "", "", PANEL),
    ]
    day.item("panel", "Podium: Quo vadis", "15:00", "16:00", "Saal", guests)
    return day.released()


def two_days_with_market(session: Session) -> Event:
    """6: a market beside forums, a quiz in the evening, eleven workshops twice on the second day."""
    thursday = DAY + timedelta(days=1)
    event = make_event(
        session, slug="jahrestagung", starts_at=at("10:00"), ends_at=at("16:30", thursday), capacity=200
    )
    day = Build(session, event)
    day.room("Foyer")
    day.room("Saal", 220)
    for number in range(1, 12):
        house = "Haus B, Beispielweg 2" if number > 4 else ""
        day.room(f"R{number}", 50, house, loop=Loop.MOBILE if number == 5 else Loop.NONE)
    day.item("break", "Anmeldung", "10:00", "11:00", "Foyer")
    minister = ContributorFacts(
        "Dr. Mara Testfall", "Staatssekretärin", "Ministerium", GREETING, "In Vertretung des Ministers."
    )
    day.item("welcome", "Eröffnung", "11:00", "11:30", "Saal", [minister])
    forums = [
        day.workshop(f"Forum {name}") for name in ("Gesundheit", "Well-Being", "Neutralität", "Praktiken")
    ]
    for number, (start, end) in enumerate((("11:30", "13:00"), ("15:00", "16:30")), start=1):
        round_ = day.round(number, f"Foren {number}", start, end)
        for position, forum in enumerate(forums, start=1):
            day.run(forum, f"F{number}.{position}", round_, f"R{position}", 50)
    market = day.item("market", "Markt der Möglichkeiten", "14:00", "17:00", "Foyer")
    for number in range(1, 21):
        stand = StandFacts(
            f"Träger {number}", f"Tisch {number}", number % 3 == 0, "Film" if number == 3 else ""
        )
        day.inside(f"item-{market.id}", stand)
    day.item("break", "Essen", "18:00", "19:30", "Foyer")
    quiz = add_kind(session, event.id, KindFacts("Pub-Quiz", "Pub quiz", Icon.STAR, beside=True), NOW)
    day.item(quiz.key, "Pub-Quiz in Teams", "19:30", "24:00", "Saal")
    evening = day.round(5, "Teams im Quiz", "19:30", "22:00")
    for number in range(1, 8):
        day.run(day.workshop(f"Team {number}"), f"Q{number}", evening, "Foyer", 8, station=f"Tisch {number}")
    day.on = thursday
    workshops = [day.workshop(f"Thema {number}") for number in range(1, 12)]
    for number, (start, end) in enumerate((("9:00", "12:00"), ("13:00", "16:00")), start=3):
        round_ = day.round(number, f"Workshops {number - 2}", start, end)
        for position, workshop in enumerate(workshops, start=1):
            called_off = (number, position) == (4, 11)
            day.run(workshop, f"{number}.{position}", round_, f"R{position}", 20, takes_place=not called_off)
    day.item("closing", "Abschluss", "16:00", "16:30", "Saal")
    return day.released()


def world_cafe(session: Session) -> Event:
    """8: three rounds at six tables of one hall, then groups that are chosen on the day."""
    day = Build(session, make_event(session, slug="dialog", starts_at=at("9:00"), ends_at=at("16:30")))
    day.room("Festhalle", 60)
    for number in range(1, 7):
        day.room(f"R{number}", 20)
    day.item("welcome", "Begrüßung", "9:00", "9:30", "Festhalle", [MAYOR])
    day.moderation("Kim Xander-Exempel", "", "Büro Muster", "Konzept, Moderation und Dokumentation.")
    rules = [ContributorFacts("Kim Xander-Exempel", role=MODERATES)]
    day.item("plenary", "Regeln", "9:30", "9:45", "Festhalle", rules)
    cafe = [
        day.round(number, f"World Café, Runde {number}", start, end, booked=False)
        for number, (start, end) in enumerate(
            (("9:45", "10:10"), ("10:15", "10:40"), ("10:45", "11:10")), start=1
        )
    ]
    day.item("break", "Pause", "11:10", "11:30")
    groups = [
        day.round(number, f"Arbeitsgruppen {number - 3}", start, end, booked=False)
        for number, (start, end) in enumerate((("11:30", "13:00"), ("14:00", "14:45")), start=4)
    ]
    day.item("break", "Mittag", "13:00", "14:00")
    day.item(
        "plenary", "Punkte vergeben", "14:45", "15:15", "Festhalle", description="- 2: stark\n- 1: Zustimmung"
    )
    day.item("closing", "Plenum", "15:15", "16:30", "Festhalle")
    for number, theme in enumerate(
        ("Vernetzung", "Ehrenamt", "Begegnung", "Wohnen", "Arbeit", "Sprache"), start=1
    ):
        workshop = day.workshop(theme)
        host = [ContributorFacts(f"Gastgeberin {theme}", "Ehrenamtliche", "Helferkreis", HOST)]
        day.run(workshop, str(number), cafe[0], "Festhalle", 8, host, spans=3, station=f"Tisch {number}")
        leads = [ContributorFacts(f"Leitung {theme}")]
        day.run(workshop, f"AG {number}", groups[0], f"R{number}", None, leads, spans=2)
    return day.released()


def barcamp(session: Session) -> Event:
    """10: sessions made on the day, a meeting of members, and a course over the two days that follow."""
    last = DAY + timedelta(days=2)
    event = make_event(session, slug="barcamp", starts_at=at("10:00"), ends_at=at("13:00", last))
    day = Build(session, event)
    for number in range(1, 5):
        day.room(f"R{number}", 20)
    day.room("Saal", 60)
    day.item("welcome", "Eröffnung", "10:00", "10:30", "Saal")
    day.item("open_space", "Sessionplanung", "10:30", "11:00", "Saal", note="Themen auch ohne Anmeldung.")
    for number, (letter, start, end) in enumerate(
        (("A", "11:00", "11:45"), ("B", "12:00", "12:45")), start=1
    ):
        round_ = day.round(number, f"Sessions {letter}", start, end, booked=False)
        for position in range(1, 5):
            code = f"{letter}0{position}"
            day.run(day.workshop(f"Session {code}"), code, round_, f"R{position}", takes_place=code != "B04")
    day.item("keynote", "Impuls", "14:00", "15:00", "Saal", [SPEAKER])
    members = add_kind(
        session, event.id, KindFacts("Mitgliederversammlung", "Members' meeting", Icon.GROUP), NOW
    )
    day.item(members.key, "Versammlung", "16:30", "18:30", "Saal", note="Nur für Mitglieder.")
    day.on = DAY + timedelta(days=1)
    course = day.round(3, "Fortbildung, Donnerstag", "9:00", "17:00")
    day.on = last
    day.round(4, "Fortbildung, Freitag", "9:00", "13:00")
    for number in (1, 2):
        day.run(
            day.workshop(f"Kurs {number}", language="en"), f"K{number}", course, f"R{number}", 20, spans=2
        )
    return day.released()


def partners_and_repeats(session: Session) -> Event:
    """2: five workshops, each of them in the morning and in the afternoon, two of them in other languages."""
    day = Build(session, make_event(session, slug="integration", starts_at=at("9:00"), ends_at=at("15:30")))
    day.room("Saal", 120)
    for number in range(1, 6):
        day.room(f"R{number}", 20, "Rathaus, Beispielweg 3" if number == 5 else "")
    day.item("break", "Ankommen", "9:00", "9:30")
    official = ContributorFacts("Jon Beispiel", "Dezernent", "Stadt Musterstadt", GREETING)
    day.item("welcome", "Grußwort", "9:30", "9:50", "Saal", [official])
    day.item("keynote", "Vortrag", "9:50", "10:40", "Saal", [SPEAKER], track="Grundlagen", language="en")
    day.item("break", "Pause", "10:40", "11:00")
    rounds = [day.round(1, "Workshops am Vormittag", "11:00", "12:30")]
    day.item("break", "Mittag", "12:30", "13:15")
    rounds.append(day.round(2, "Workshops am Nachmittag", "13:15", "14:45"))
    day.item("plenary", "Plenum", "14:45", "15:30", "Saal", subtitle="Ergebnisse aus den Workshops")
    spoken = {2: {"language": "ar", "interpreting": "Deutsch"}, 4: {"language": "en"}}
    for number in range(1, 6):
        workshop = day.workshop(
            f"Workshop {number}",
            track="Praxis",
            materials="Leitfaden: https://example.org/a.pdf",
            **spoken.get(number, {}),
        )
        for round_ in rounds:
            people = [ContributorFacts(f"Leitung {number}", "Beraterin", "Mobiles Team")]
            day.run(workshop, f"{round_.number}.{number}", round_, f"R{number}", 20, people)
    return day.released()


def region_as_host(session: Session) -> Event:
    """9: three workshops of which one takes a third of all, and a talk with the ministry."""
    day = Build(session, make_event(session, slug="kim-owl", starts_at=at("9:00"), ends_at=at("15:00")))
    day.room("Saal", 120, loop=Loop.FIXED)
    for number in range(1, 4):
        day.room(f"R{number}", 40)
    day.item("break", "Ankommen", "9:00", "9:30", "Saal")
    council = ContributorFacts(
        "Jon Beispiel", "Landrat", "Kreis Muster", GREETING, "Für alle Kreise der Region."
    )
    day.item("welcome", "Begrüßung", "9:30", "9:45", "Saal", [council])
    day.item("keynote", "Forschung zu Rassismus", "9:45", "10:45", "Saal", [SPEAKER])
    day.item("break", "Pause", "10:45", "11:00")
    chosen = day.round(1, "Workshops", "11:00", "12:30")
    people = [
        ContributorFacts("Kim Xander-Exempel", "Trainer"),
        ContributorFacts("Lale Mustermann", "", "Landesstelle"),
    ]
    for number, title in enumerate(("Beratung ohne Rassismus", "Selbstschutz", "Konflikte"), start=1):
        about = {"undocumented": True} if number == 2 else {"abstract": f"{title} in der **Praxis**."}
        day.run(day.workshop(title, **about), f"1.{number}", chosen, f"R{number}", 35, people[: number % 3])
    day.item("break", "Mittag", "12:30", "13:30")
    ministry = [GUEST, ContributorFacts("Kim Xander-Exempel", "Trainer", role=MODERATES)]
    day.item("discussion", "Gespräch mit dem Ministerium", "13:30", "14:30", "Saal", ministry)
    day.item("closing", "Ausblick", "14:30", "15:00", "Saal")
    return day.released()


ALL = (
    *(two_part_groups, partners_and_repeats, groups_on_the_spot, short_inputs, two_days_with_market),
    *(world_cafe, region_as_host, barcamp),
)
