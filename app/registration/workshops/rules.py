# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody may need in a workshop, and not go without; and what may change there for them."""

from enum import Enum

from app.refusal import N_


class Need(Enum):
    """What somebody cannot do without. Health data (DP-04): read by those only who must know."""

    STEP_FREE = "step_free"
    INTERPRETING = "interpreting"
    INDUCTION_LOOP = "induction_loop"


OF_THE_HOUSE = (Need.STEP_FREE, Need.INDUCTION_LOOP)


class Verdict(Enum):
    """What the team says to somebody who cannot take a workshop."""

    OPEN = "open"
    ACCEPTED = "accepted"
    SET_ASIDE = "set_aside"


VERDICT_LABELS = {
    Verdict.OPEN: N_("Waits for the team"),
    Verdict.ACCEPTED: N_("Accepted"),
    Verdict.SET_ASIDE: N_("Set aside by the team"),
}
LONGEST_REASON = 300  # characters


class PlaceFact(Enum):
    """What people are told about a run they sit in, wait for or lead."""

    OFF = "off"  # it does not take place
    PLACE = "place"  # they have a place in it
    LINE = "line"  # they wait for a place in it
    ROLE = "role"  # they lead it or take its minutes
    TIMES = "times"
    ROOM = "room"
    ACCESS = "access"  # whether its room is step-free and has an induction loop
    TITLE = "title"
    LINK = "link"  # by which they take part online; of a room, in whatever they do there
