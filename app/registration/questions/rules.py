# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of questions, why they may be asked, how long answers are kept, and the refusals a participant may read."""

from enum import Enum

from app.refusal import N_, Refusal


class QuestionKind(Enum):
    """What an organiser's question asks for."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    ONE_OF = "one_of"
    SEVERAL_OF = "several_of"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"


class LegalBasis(Enum):
    """Why an answer may be stored (DP-01, DP-02, DP-03, DP-04)."""

    PUBLIC_TASK = "public_task"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"


class Renaming(Enum):
    """What another name of an option means, where people have chosen it."""

    CORRECTION = "correction"
    ANOTHER = "another"


class Retention(Enum):
    """When an answer is deleted; at the latest when the person's name is."""

    DAYS = "14_days"
    MONTHS = "6_months"
    WITHDRAWAL = "withdrawal"


QUESTION_KIND_LABELS = {
    QuestionKind.SHORT_TEXT: N_("Short text"),
    QuestionKind.LONG_TEXT: N_("Long text"),
    QuestionKind.ONE_OF: N_("One of several options"),
    QuestionKind.SEVERAL_OF: N_("Several of several options"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.NUMBER: N_("A number"),
    QuestionKind.DATE: N_("Date"),
}


LEGAL_BASIS_LABELS = {
    LegalBasis.PUBLIC_TASK: N_("Public task (Art. 6 (1) e GDPR)"),
    LegalBasis.CONSENT: N_("Consent (Art. 6 (1) a GDPR)"),
    LegalBasis.EXPLICIT_CONSENT: N_("Explicit consent, sensitive data (Art. 9 (2) a GDPR)"),
}


RETENTION_LABELS = {
    Retention.DAYS: N_("14 days after the day"),
    Retention.MONTHS: N_("6 months after the day"),
    Retention.WITHDRAWAL: N_("when withdrawn, at the latest 6 months after the day"),
}


YES_OR_NO = (N_("Yes"), N_("No"))


WITH_OPTIONS = frozenset({QuestionKind.ONE_OF, QuestionKind.SEVERAL_OF})


CHOOSING = WITH_OPTIONS | {QuestionKind.YES_NO}


class NoSuchAnswer(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(N_("This answer is not offered. Please choose one of these."), field=field)


class Unanswered(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(N_("Please answer this question."), field=field)


class OptionFull(Refusal):
    """The option's limit is reached; asked again inside the transaction."""

    def __init__(self, field: str, label: str) -> None:
        super().__init__(
            N_("“%(option)s” is fully booked. Please choose something else."), field=field, option=label
        )


def refuse_unlawful(
    purpose: str, basis: LegalBasis, retention: Retention, *, sensitive: bool, required: bool
) -> None:
    """A question says what it is for and why it may be asked, or it cannot be saved (DP-02, DP-03, DP-04)."""
    if not purpose:
        raise Refusal(N_("Please say what you need the answer for."), field="purpose")
    if sensitive != (basis is LegalBasis.EXPLICIT_CONSENT):
        raise Refusal(
            N_("Sensitive answers rest on explicit consent (Art. 9), and only they do."), field="legal_basis"
        )
    if sensitive and retention is not Retention.DAYS:
        raise Refusal(N_("Sensitive answers are deleted 14 days after the day."), field="retention")
    if retention is Retention.WITHDRAWAL and basis is not LegalBasis.CONSENT:
        raise Refusal(N_("Only what rests on consent is kept until it is withdrawn."), field="retention")
    if required and basis is not LegalBasis.PUBLIC_TASK:
        raise Refusal(
            N_("Consent is voluntary: a question that rests on it cannot be required."), field="required"
        )
