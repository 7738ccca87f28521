# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The demo's small day: its form opens with a code, its workshops are wished for, and somebody brings an assistant.

Where the wishes are allocated and published, its people can offer swaps: that is left to whoever tries it.
"""

from datetime import timedelta

from app.demo.programme import DayData, ItemData, RoundData, RunData
from app.events.facts import RoomFacts
from app.events.rules import Loop
from app.programme.rules import ItemKind
from app.programme.workshop_facts import WorkshopFacts

AFTER = timedelta(weeks=2)  # behind the large day
CODE = "Werkstatt 27"
CLOSES_BEFORE = timedelta(days=10)
TEXTS = (
    "Die Anmeldung öffnet in Kürze. Den Code bekommen die Kommunalen Integrationszentren zuerst.",
    "Bitte melden Sie aus jeder Stelle höchstens zwei Personen an.",
    "Die Anmeldung ist geschlossen. Fragen beantwortet das Organisationsteam.",
)
# Whose wishes are which labels, the dearest first. The first one brings an assistant.
WISHES = (("A", "B"), ("A", "C"), ("A",), ("B", "A"), ("C", "A"), ("B",), ("A", "B", "C"), ())

DAY = DayData(
    slug="kim-werkstatt-owl",
    title="KIM-Werkstatt OWL {year}: Fälle gemeinsam beraten (Beispielveranstaltung)",
    start="13:00",
    end="16:30",
    capacity=24,
    lead_host=2,
    venue=("Kreishaus Gütersloh", "Herzebrocker Straße 140", "33334", "Gütersloh"),
    summary="Ein Nachmittag in kleiner Runde: Teams aus den Kreisen bringen eigene Fälle mit und beraten sie gemeinsam.",
    description="Drei Werkstätten laufen nebeneinander. Nennen Sie, was Ihnen am liebsten wäre; die Plätze werden nach "
    "der Frist für alle auf einmal vergeben.",
    for_whom="Case Managerinnen und Case Manager und ihre Partner in den Ämtern.",
    venue_note="Haupteingang, Aufzug in alle Stockwerke.",
    rooms=(
        RoomFacts("Sitzungssaal", 60, loop=Loop.FIXED),
        RoomFacts("Raum Dalke", 12),
        RoomFacts("Raum Ems", 12),
    ),
    items=(
        ItemData("13:00", "13:30", "Ankommen und Begrüßung", ItemKind.WELCOME, "Sitzungssaal"),
        ItemData("15:30", "16:30", "Was wir mitnehmen", ItemKind.CLOSING, "Sitzungssaal"),
    ),
    rounds=(RoundData(1, "13:30", "15:30", "Werkstätten"),),
    workshops={
        "first": WorkshopFacts(
            "Der erste Termin",
            "Wie ein Gespräch beginnt, dem ein zweites folgt. Zwei Fälle aus den Kreisen.",
        ),
        "paper": WorkshopFacts(
            "Wenn Papiere fehlen",
            "Wer hilft wann, wenn Urkunden fehlen? Mit der Ausländerbehörde am Tisch.",
        ),
        "housing": WorkshopFacts(
            "Wohnung gesucht", "Was Städte, Jobcenter und Beratung gemeinsam tun können."
        ),
    },
    runs=(
        RunData("A", 1, "first", "Sitzungssaal", 3, 0, 0, "Mika Erfunden"),
        RunData("B", 1, "paper", "Raum Dalke", 3, 0, 0, "Karim Testmann"),
        RunData("C", 1, "housing", "Raum Ems", 3, 0, 0, "Nadiia Fiktiv"),
    ),
)
