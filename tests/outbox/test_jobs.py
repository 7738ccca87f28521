# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A sweep over many: each in its turn, whatever becomes of the one before."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.outbox.jobs import one_by_one
from app.refusal import Missing


def test_a_fault_with_one_keeps_none_of_the_others_from_their_turn(app: Flask) -> None:
    seen: list[int] = []

    def verb(_session: Session, one: int) -> None:
        seen.append(one)
        if one == 1:
            raise Missing
        if one in {2, 3}:
            raise ValueError(one)

    with app.app_context():
        with pytest.raises(ValueError, match="2"):
            one_by_one([1, 2, 3, 4], verb)
        assert seen == [1, 2, 3, 4]
        one_by_one([1, 4], verb)  # what is gone is no fault
