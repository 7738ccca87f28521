# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody may need in a workshop, and not go without; and what may change there for them."""

from enum import Enum


class Need(Enum):
    """What somebody cannot do without. Health data (DP-04): read by those only who must know."""

    STEP_FREE = "step_free"
    INTERPRETING = "interpreting"
    INDUCTION_LOOP = "induction_loop"


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
