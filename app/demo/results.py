# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What came out of the past day: findings, agreements, figures and materials. All invented."""

from dataclasses import dataclass
from datetime import date

from app.organisations.rules import UsualKind
from app.results.rules import AgreementStatus, Level, MaterialKind

INTRO = (
    "98 Fachkräfte aus sieben Kreisen und Städten haben einen Tag lang gemeinsam gearbeitet. Hier steht, was sie "
    "herausgefunden und was sie einander zugesagt haben. Der Stand der Vereinbarungen wird fortgeschrieben."
)
NEXT_HOST = "Bildungs- und Integrationszentrum Kreis Paderborn"
FIGURES: dict[str, int] = {
    UsualKind.KI: 24,
    UsualKind.IMMIGRATION_OFFICE: 15,
    UsualKind.MUNICIPALITY: 21,
    UsualKind.WELFARE: 26,
    UsualKind.EMPLOYMENT: 6,
    UsualKind.STATE: 4,
    UsualKind.OTHER: 2,
}

# Label of the workshop (None: the plenary) → findings, summary, how many came.
RESULTS: dict[str | None, tuple[tuple[str, ...], str, int | None]] = {
    "A": (
        (
            "Standards der Beratung unterscheiden sich von Amt zu Amt.",
            "Viele wissen nicht, wohin man sich mit einer Beschwerde wendet.",
            "In den Servicebereichen fehlen Fortbildungen.",
        ),
        "Vier Behörden haben Fälle mitgebracht. An ihnen wurde sichtbar, dass dieselbe Frage an drei Schaltern drei "
        "Antworten bekommt. Die Gruppe will mit einer kurzen, gemeinsamen Checkliste anfangen.",
        33,
    ),
    "B": (
        (
            "Bei Hausbesuchen sind Case Managerinnen und Case Manager allein.",
            "Supervision gibt es nur an wenigen Stellen.",
        ),
        "Die Gruppe hat gesammelt, was schützt: eine Nummer, die immer jemand abnimmt, ein Kalender, den andere sehen, "
        "und eine Leitung, die fragt.",
        31,
    ),
    "C": (
        (
            "Konflikte entstehen an den Übergängen zwischen den Rechtskreisen.",
            "Der Fachtag soll jedes Jahr stattfinden.",
        ),
        "In Rollenspielen zeigte sich: Die meisten Konflikte beginnen damit, dass niemand weiß, wen man anrufen kann.",
        34,
    ),
    None: (
        ("Die Wartezeiten auf einen Termin belasten alle Stellen.",),
        "In beiden Diskussionsrunden war das Thema dasselbe. Das Plenum hat es an das Land gegeben.",
        None,
    ),
}


@dataclass(frozen=True, slots=True)
class AgreementData:
    workshop: str | None
    text: str
    owner: str
    due: date
    status: AgreementStatus
    level: Level
    note: str = ""


AGREEMENTS = (
    AgreementData(
        "A",
        "Gemeinsame Checkliste „Rassismussensible Beratung“ (2 Seiten) entwerfen",
        "KI Kreis Herford",
        date(2024, 1, 31),
        AgreementStatus.DONE,
        Level.ASSOCIATION,
    ),
    AgreementData(
        "A",
        "Fortbildungsreihe für Servicebereiche planen",
        "KI Stadt Bielefeld",
        date(2024, 4, 30),
        AgreementStatus.IN_PROGRESS,
        Level.ASSOCIATION,
    ),
    AgreementData(
        "B",
        "Leitfaden Alleinarbeit mit Notfallkette",
        "KI Kreis Lippe",
        date(2024, 2, 29),
        AgreementStatus.DONE,
        Level.DISTRICT,
    ),
    AgreementData(
        "B",
        "Bedarf Supervision an Lenkungsgruppen melden",
        "alle KIs",
        date(2023, 12, 31),
        AgreementStatus.HANDED_OVER,
        Level.STEERING_GROUP,
    ),
    AgreementData(
        "C",
        "Kontaktliste Schnittstellen ABH–Jobcenter–KIM je Kreis",
        "KI Kreis Gütersloh",
        date(2023, 12, 15),
        AgreementStatus.OPEN,
        Level.DISTRICT,
    ),
    AgreementData(
        "C",
        "Nächste Gastgeberin finden",
        "alle KIs",
        date(2023, 11, 30),
        AgreementStatus.DONE,
        Level.ASSOCIATION,
    ),
    AgreementData(
        None,
        "Thema an das Land geben",
        "Lenkungsgruppen",
        date(2024, 3, 31),
        AgreementStatus.REJECTED,
        Level.STATE,
        "bereits dort in Arbeit",
    ),
)


@dataclass(frozen=True, slots=True)
class FlipchartData:
    workshop: str
    file_name: str
    title: str
    alt_text: str
    heading: str
    lines: list[tuple[str, str]]


FLIPCHARTS = (
    FlipchartData(
        "A",
        "flipchart-workshop-a.jpg",
        "Flipchart aus Workshop A: Was auf die Checkliste gehört",
        "Foto eines Flipcharts, von Hand in Großbuchstaben beschrieben. Überschrift in Rot, unterstrichen: „Checkliste – "
        "was muss drauf?“ Darunter sechs Punkte. In Blau: „Sprache: einfach, keine Abkürzungen“, „Zeit: Gespräch nicht "
        "zwischen Tür und Angel“, „Dolmetschen früh klären“. In Grün: „Beschwerde: wer, wo, wie?“ und „Muster sammeln, "
        "nicht Einzelfälle“. In Rot: „Entwurf bis 31.1. – KI Herford“.",
        "CHECKLISTE: WAS MUSS DRAUF?",
        [
            ("blue", "SPRACHE: EINFACH, KEINE ABK."),
            ("blue", "ZEIT: NICHT ZWISCHEN TÜR"),
            ("blue", " UND ANGEL"),
            ("blue", "DOLMETSCHEN FRÜH KLÄREN"),
            ("green", "BESCHWERDE: WER, WO, WIE?"),
            ("green", "MUSTER SAMMELN,"),
            ("green", " NICHT EINZELFÄLLE"),
            ("red", "ENTWURF BIS 31.1. > KI HERFORD"),
        ],
    ),
    FlipchartData(
        "B",
        "flipchart-workshop-b.jpg",
        "Flipchart aus Workshop B: Notfallkette",
        "Foto eines Flipcharts, von Hand in Großbuchstaben beschrieben. Überschrift in Rot, unterstrichen: „Allein beim "
        "Hausbesuch?“ Darunter eine Kette aus fünf Schritten. In Blau: „1. Termin im Kalender, für alle sichtbar“, "
        "„2. Anruf vorher und nachher“, „3. Kein Anruf: Kollegin ruft an“. In Grün: „4. Leitung wird geholt“. In Rot: "
        "„5. Polizei 110“. Ganz unten in Blau: „Leitfaden: KI Lippe, bis 29.2.“",
        "ALLEIN BEIM HAUSBESUCH?",
        [
            ("blue", "1. TERMIN IM KALENDER,"),
            ("blue", " FÜR ALLE SICHTBAR"),
            ("blue", "2. ANRUF VORHER + NACHHER"),
            ("blue", "3. KEIN ANRUF: KOLLEGIN RUFT AN"),
            ("green", "4. LEITUNG WIRD GEHOLT"),
            ("red", "5. POLIZEI 110"),
            ("blue", "LEITFADEN: KI LIPPE, BIS 29.2."),
        ],
    ),
)

PDF_NAME = "Input Migration und Rassismus.pdf"
PDF_TITLE = "Vortrag: Was sagt die Forschung zu Migration und Rassismus?"
PDF_SUMMARY = (
    "Der Vortrag fasst in fünf Punkten zusammen, was die Forschung sagt: Benachteiligung entsteht häufiger durch "
    "Abläufe als durch böse Absicht. Sie ist an Schnittstellen am größten, weil dort niemand den ganzen Weg sieht. "
    "Einfache Sprache und feste Ansprechpersonen wirken schneller als Appelle. Betroffene wissen am besten, wo es hakt, "
    "werden aber selten gefragt. Und: Wer zählt, was geschieht, kann es ändern. Das Dokument hat keine Struktur für "
    "Vorleseprogramme; eine andere Fassung schickt Ihnen die Kontaktperson."
)
PDF_LINES = [
    "1. Benachteiligung entsteht häufiger durch Abläufe als durch Absicht.",
    "2. An Schnittstellen ist sie am größten: Niemand sieht den ganzen Weg.",
    "3. Einfache Sprache und feste Ansprechpersonen wirken schneller als Appelle.",
    "4. Betroffene wissen am besten, wo es hakt, und werden selten gefragt.",
    "5. Wer zählt, was geschieht, kann es ändern.",
    "",
    "(Beispieldokument: Alle Aussagen sind erfunden.)",
]
PHOTO, DOCUMENT = MaterialKind.PHOTO, MaterialKind.DOCUMENT
