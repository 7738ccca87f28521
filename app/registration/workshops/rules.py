# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody may need in a workshop, and not go without."""

from enum import Enum


class Need(Enum):
    """What somebody cannot do without. Health data (DP-04): read by those only who must know."""

    STEP_FREE = "step_free"
    INTERPRETING = "interpreting"
    INDUCTION_LOOP = "induction_loop"
