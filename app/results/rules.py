# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Vocabulary of results, when an agreement is overdue, and what is refused."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from app.refusal import N_, Refusal

LONGEST_NOTE = 500
MOST_PEOPLE = 100_000
SHORT_ALTERNATIVE = 200  # characters a screen reader speaks in one go; longer words stand below the picture


class AgreementStatus(Enum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    HANDED_OVER = "handed_over"
    REJECTED = "rejected"


class Level(Enum):
    """Who has to move: the alliance of the districts, one district, the steering groups, or the Land."""

    ASSOCIATION = "association"
    DISTRICT = "district"
    STEERING_GROUP = "steering_group"
    STATE = "state"


class MaterialKind(Enum):
    PHOTO = "photo"
    DOCUMENT = "document"


STATUS_LABELS = {
    AgreementStatus.OPEN: N_("Still open"),
    AgreementStatus.IN_PROGRESS: N_("In progress"),
    AgreementStatus.DONE: N_("Settled"),
    AgreementStatus.HANDED_OVER: N_("Handed over to the steering group"),
    AgreementStatus.REJECTED: N_("Dropped"),
}
LEVEL_LABELS = {
    Level.ASSOCIATION: N_("Alliance of the districts"),
    Level.DISTRICT: N_("District"),
    Level.STEERING_GROUP: N_("Steering group"),
    Level.STATE: N_("Land"),
}
UNSETTLED = frozenset({AgreementStatus.OPEN, AgreementStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class ResultFacts:
    findings: str = ""
    summary: str = ""
    attended: int | None = None


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """`workshop_id` None means the plenary."""

    workshop_id: int | None
    text: str
    owner: str
    due: date
    status: AgreementStatus = AgreementStatus.OPEN
    level: Level = Level.ASSOCIATION
    note: str = ""


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """What people say about a photo or document; what the file says of itself is read from its bytes."""

    workshop_id: int | None
    title: str
    alt_text: str = ""
    decorative: bool = False
    summary: str = ""
    recognisable_people: bool = False
    consent_note: str = ""


def overdue(status: AgreementStatus, due: date, today: date) -> bool:
    """The day itself still counts as in time."""
    return status in UNSETTLED and due < today


def finding_lines(findings: str) -> tuple[str, ...]:
    """One finding per line; bullets people type in front are not part of it."""
    stripped = (line.strip().lstrip("-–•*·").strip() for line in findings.splitlines())
    return tuple(line for line in stripped if line)


def refuse_unwritten(written: int) -> None:
    """`written` counts results with words in them and agreements."""
    if not written:
        raise Refusal(N_("Nothing is written yet. Please write down at least one result or agreement first."))


class Undocumented(Refusal):
    """What is said in such a workshop stays there."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This workshop takes no documentation: no findings, no agreements, no photos and no documents. The"
                " programme says so."
            ),
            field="workshop_id",
        )


def refuse_without_words(kind: MaterialKind, facts: MaterialFacts, accessible: bool) -> None:
    """Each picture has words or is said to be decoration (A11Y-12); each inaccessible document has a summary
    (A11Y-15); recognisable people have consented, and where that is written down is known (DP-14)."""
    if kind is MaterialKind.PHOTO:
        if not facts.decorative and not facts.alt_text:
            raise Refusal(
                N_("Please describe what can be seen, or tick that the picture is decoration only."),
                field="alt_text",
            )
        if facts.decorative and facts.alt_text:
            raise Refusal(
                N_("A decorative picture has no description. Please remove one of the two."),
                field="decorative",
            )
        if facts.recognisable_people and not facts.consent_note:
            raise Refusal(
                N_("Please note where the consent of the people in the picture can be found."),
                field="consent_note",
            )
    elif not accessible and not facts.summary:
        raise Refusal(
            N_(
                "This PDF is not accessible: it lacks tags, a title or a language."
                " Please summarise here what it says, or upload an accessible one."
            ),
            field="summary",
        )


# Names that mean a device on some systems, whatever follows after a dot.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
)
_UNWELCOME = frozenset('<>:"|?*%')
LONGEST_NAME = 100


def shown_name(original: str, extension: str) -> str:
    """A name under which a download may be saved anywhere (T23): no folders, no unprintable or direction marks, no
    device, one known extension. The file on our disk never carries it."""
    last = original.replace("\\", "/").rsplit("/", 1)[-1]
    letters = (" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", last))
    kept = "".join(s for s in letters if unicodedata.category(s)[0] != "C" and s not in _UNWELCOME)
    stem = " ".join(kept.split()).rpartition(".")[0] or " ".join(kept.split())
    stem = stem[:LONGEST_NAME].strip(" .") or "material"
    if stem.partition(".")[0].strip().casefold() in _DEVICES:
        stem = f"material {stem}"
    return stem + extension
