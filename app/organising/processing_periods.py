# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How long data of each kind of processing stay, said from the constants by which they are deleted."""

from collections.abc import Callable
from datetime import timedelta

from app.allocation.service import ATTEMPTS_KEPT
from app.legal.service import REPORTS_KEPT
from app.organising.sweeping import MAILS_KEPT
from app.people.audit import KEPT as LOG_KEPT
from app.people.rules import LONGEST_SIGN_IN
from app.privacy.erasure import ANSWERS_KEPT, ENDED_KEPT, NAMES_KEPT
from app.refusal import N_
from app.registration.questions.rules import Retention
from app.registration.workshops.memory import DAYS_KEPT, LONGEST_KEPT
from app.tables.service import ATTEMPTS_KEPT as SEATINGS_KEPT
from app.texts import gettext, ngettext


def span_of(period: timedelta) -> str:
    """Months where it is half a year or more."""
    if period < timedelta(days=1):
        return ngettext("%(num)d hour", "%(num)d hours", int(period / timedelta(hours=1)))
    if period.days < 180:
        return ngettext("%(num)d day", "%(num)d days", period.days)
    return ngettext("%(num)d month", "%(num)d months", round(period.days / 30.5))


def _after_day(sentence: str, period: timedelta) -> str:
    return gettext(sentence, span=span_of(period))


def _kept_registrations() -> list[str]:
    return [
        _after_day(N_("names of who took part: %(span)s after the day"), NAMES_KEPT),
        _after_day(N_("who waited, cancelled or was not admitted: %(span)s after the day"), ENDED_KEPT),
        _after_day(N_("contact persons and groups: %(span)s after the day"), ENDED_KEPT),
        gettext("at once, when the person asks for it; numbers without names stay"),
    ]


def _kept_of_questions() -> list[str]:
    months = ANSWERS_KEPT[Retention.MONTHS]
    return [_after_day(N_("as each question says, at the latest %(span)s after the day"), months)]


def _kept_needs() -> list[str]:
    return [_after_day(N_("%(span)s after the day"), ANSWERS_KEPT[Retention.DAYS])]


def _kept_consents() -> list[str]:
    return [
        _after_day(N_("with the registration; a withdrawal is noted at once"), NAMES_KEPT),
        gettext(
            "what the lot remembers: until %(days)s more days of the series are over, at the latest %(span)s after the day",
            days=DAYS_KEPT,
            span=span_of(LONGEST_KEPT),
        ),
    ]


def _kept_workshops() -> list[str]:
    return [
        gettext("with the registration"),
        _after_day(N_("allocations that were not published: %(span)s after the day"), ATTEMPTS_KEPT),
        _after_day(N_("discussion tables that were not published: %(span)s after the day"), SEATINGS_KEPT),
        gettext("published allocations: without end, with numbers instead of names"),
    ]


def _kept_mails() -> list[str]:
    return [
        _after_day(N_("%(span)s after they were written"), MAILS_KEPT),
        gettext("what the team wrote to many, and the sender: without end"),
    ]


def _kept_programme() -> list[str]:
    return [
        gettext(
            "without end: what was published and agreed stays; whoever is named can ask the team to remove it"
        )
    ]


def _kept_accounts() -> list[str]:
    return [
        _after_day(N_("sign-ins and links: %(span)s after their end"), LONGEST_SIGN_IN * 4),
        _after_day(N_("log: %(span)s after the entry"), LOG_KEPT),
        gettext("accounts: without end; an administrator disables them"),
    ]


def _kept_barriers() -> list[str]:
    return [_after_day(N_("%(span)s after the answer"), REPORTS_KEPT)]


def _kept_abuse() -> list[str]:
    return [
        gettext("when the time that is counted is over, at the latest after a day"),
        gettext("addresses that want no mails: until an administrator takes them off"),
    ]


KEPT: dict[str, Callable[[], list[str]]] = {
    "registration": _kept_registrations,
    "workshops": _kept_workshops,
    "questions": _kept_of_questions,
    "needs": _kept_needs,
    "consents": _kept_consents,
    "mails": _kept_mails,
    "programme": _kept_programme,
    "accounts": _kept_accounts,
    "barriers": _kept_barriers,
    "abuse": _kept_abuse,
}
