# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the operator may decide, and what keeps the application from starting."""

import pytest

from app.allocation.jobs import environment_of
from app.settings import SettingsError, read_settings

DEMO = {"FACHTAG_MODE": "demo", "FACHTAG_SECRET_KEY": "a-key-that-is-long-enough-to-be-accepted"}


def test_how_many_forms_one_network_may_send() -> None:
    """A whole state may come through one address; the child that works out allocations reads the same."""
    assert read_settings(DEMO).forms_per_network == 500
    many = read_settings({**DEMO, "FACHTAG_FORMS_PER_NETWORK": "2000"})
    assert many.forms_per_network == 2000
    assert read_settings(environment_of(many)) == many


@pytest.mark.parametrize("odd", ["0", "-1", "viele", "1_000", "100001", "9" * 30, "٥"])
def test_a_number_of_forms_that_is_none(odd: str) -> None:
    with pytest.raises(SettingsError, match="FACHTAG_FORMS_PER_NETWORK"):
        read_settings({**DEMO, "FACHTAG_FORMS_PER_NETWORK": odd})
