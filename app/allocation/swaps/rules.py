# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How long a swap may be, how long people have to answer, and what they read."""

from datetime import timedelta
from enum import Enum

from app.refusal import N_, Refusal

MOST_PEOPLE = 5  # in one chain: each of them can say no
ANSWER_HOURS = 20  # working hours, two days of them
LEAST_TIME = timedelta(hours=2)  # nobody is asked what they can hardly answer in time
PROPOSALS_A_DAY = 3  # mails with a proposal that one person gets within 24 hours


class Answer(Enum):
    """What came of an answer to a proposal; the personal page says it by this word."""

    AGREED = "agreed"  # others have not answered yet
    DONE = "done"
    ENDED = "ended"  # something changed in the meantime
    DECLINED = "declined"
    GONE = "gone"  # it is not open any more


DONE = {
    "offered": N_(
        "Your offer is saved. As soon as a swap is found, you get a mail and are asked whether you agree."
    ),
    "moved": N_("There was a free place: you have it now, and your old one is free for others."),
    "withdrawn": N_("Your offer is withdrawn. You keep your place."),
    Answer.AGREED.value: N_(
        "You have agreed. As soon as all have agreed, the places change and you get a mail."
    ),
    Answer.DONE.value: N_("All have agreed: the places have changed. You get a mail."),
    Answer.ENDED.value: N_(
        "This swap is not possible any more, because something has changed. You keep your place."
    ),
    Answer.DECLINED.value: N_(
        "You have declined. You keep your place, and you are not asked about this workshop again."
    ),
    Answer.GONE.value: N_("This proposal is not open any more. Below you read how things stand."),
}


class SwapsOver(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Swaps are not possible on this day, or not any more. You keep your places."))


class NoPlaceToGive(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("You have no place in this round that you could give."))


class NotToBeHad(Refusal):
    """A run that a person could not sit in, or none at all."""

    def __init__(self) -> None:
        super().__init__(N_("Please choose at least one of these workshops."), field="runs")
