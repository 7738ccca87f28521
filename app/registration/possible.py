# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody can still change about their registration: decided once, said alike by the personal page and by every mail."""

from dataclasses import dataclass
from datetime import datetime

from app.events.rules import TAKES_REGISTRATIONS
from app.refusal import N_
from app.registration.models import Registration
from app.registration.queries import MyDay


@dataclass(frozen=True, slots=True)
class Possible:
    """What the verbs of the personal page accept at a moment. `wished`: something was said about a round already."""

    wishes: bool
    workshops: bool
    answers: bool
    leave: bool
    substitute: bool
    wished: bool

    @property
    def wish_sentence(self) -> str:
        """Who was entered by others reads here that they may wish. It names %(moment)s; empty when nobody may."""
        if not self.wishes:
            return ""
        if self.wished:
            return N_("You can change your wishes for workshops on your personal page until %(moment)s.")
        return N_(
            "You have not named any workshop that you would like yet. You can do so on your personal page until"
            " %(moment)s. It does not matter who is first."
        )

    @property
    def sentence(self) -> str:
        """What a mail says before the link to the personal page."""
        if self.workshops:
            return N_("On your personal page you can change your workshops, correct your details or cancel:")
        if self.leave:
            return N_("On your personal page you can correct your details or cancel:")
        return N_("On your personal page you can correct your details:")


def possible(registration: Registration, day: MyDay, now: datetime) -> Possible:
    """`day` is the person's own agenda: without a workshop in it there is nothing to choose."""
    event, active = registration.event, registration.active
    is_open = event.registration_state(now) in TAKES_REGISTRATIONS
    choice = any(run.takes_place for mine in day.chosen if mine.leads is None for run in mine.round.runs)
    return Possible(
        wishes=active and choice and event.takes_wishes(now),
        workshops=active and choice and is_open and not event.awaits_places,
        answers=active and is_open,
        leave=registration.may_leave(now),
        substitute=registration.may_be_substituted(now),
        wished=any(mine.wishes or mine.absent for mine in day.rounds),
    )
