# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reasons name run, round, organisation, every partner and seats; to other people the team's pairs stay without names."""

import pytest

from app.allocation import messages
from app.allocation.messages import KEPT, Names
from app.allocation.protocol import obstacle_as_data, read_refusals, refusals_as_data
from app.allocation.queries import PersonLine, RunLine
from app.allocation.result import Infeasibility, WhyNot
from app.allocation.rules import Hindrance, Obstacle
from app.allocation.suspects import OTHERS

NAMES = Names(
    {1: "Vormittag"},
    {
        number: RunLine(number, f"1.{number}", title, 1, "Vormittag", 1, 9, 0, True, "")
        for number, title in ((10, "Beraten"), (11, "Fördern"))
    },
    {number: PersonLine(number, f"REF-{number}", name, "") for number, name in ((1, "Ina"), (2, "Ole"))},
    {7: "Kreis Musterau"},
    {3: "Kreis"},
    {"county": "Kreis"},
)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            Infeasibility(Obstacle.SEATS, {"round": 1, "seats": 4, "people": 5}),
            "In round Vormittag there are 4 seats for 5 people.",
        ),
        (Infeasibility(Obstacle.TOGETHER, {"partners": (1, 2)}), "Ina; Ole cannot be placed together."),
        (Infeasibility(Obstacle.APART, {"partners": (1, 2)}), "Ina; Ole cannot be kept apart."),
        (
            Infeasibility(Obstacle.ORGANISATION_CAP, {"most": 2, "organisation": 7, "runs": (10, 11)}),
            "1.10 Beraten (Vormittag); 1.11 Fördern (Vormittag): at most 2 of Kreis Musterau is too few.",
        ),
        (
            Infeasibility(Obstacle.ORGANISATION_CAP, {"most": 2, "organisation": None, "runs": ()}),
            "every workshop: at most 2 of any one organisation is too few.",
        ),
        (
            Infeasibility(Obstacle.KIND, {"kind": 3, "least": 1, "most": None, "runs": (10,)}),
            "1.10 Beraten (Vormittag): 1 to any number of “Kreis” cannot be kept.",
        ),
        (
            Infeasibility(Obstacle.SPREAD, {"organisation": 7}),
            "Colleagues of Kreis Musterau cannot be spread as evenly as asked for.",
        ),
        (
            Infeasibility(Obstacle.FIXED_PLACE, {"person": 1, "run": 10}),
            "Ina is fixed in 1.10 Beraten (Vormittag). That does not go together with the rest.",
        ),
        (
            Infeasibility(Obstacle.SEATS_OF_RUN, {"run": 11, "seats": 9}),
            "The 9 seats of 1.11 Fördern (Vormittag) do not suffice together with the other conditions.",
        ),
        (
            Infeasibility(Obstacle.TWO_JOBS, {"person": 2, "round": 1}),
            "In round Vormittag Ole would be at work in two workshops at once.",
        ),
    ],
)
def test_names_stand_in_the_place_of_ids(said: Infeasibility, sentence: str) -> None:
    assert messages.reasons([obstacle_as_data(said)], NAMES) == [sentence]


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_a_reason_of_before_is_still_a_sentence(obstacle: Obstacle) -> None:
    """Stored when reasons said less; shown for as long as the attempt is kept."""
    old = {"obstacle": obstacle.value, "values": {"first": 1, "second": 2, "kind": 3, "most": 2}}
    (sentence,) = messages.reasons([old], NAMES)
    assert "%(" not in sentence
    assert messages.people_in([old]) == {1, 2}


def test_a_condition_is_read_by_the_team_with_names_and_by_others_without() -> None:
    pair = Infeasibility(Obstacle.APART, {"partners": (1, 2)})
    assert messages.kept(pair, NAMES) == "Ina; Ole are kept apart"
    assert messages.kept(pair, NAMES, nameless=True) == "2 people are kept apart"


def test_each_condition_that_can_stand_against_a_wish_has_words() -> None:
    of_rules = {
        Obstacle.TOGETHER,
        Obstacle.APART,
        Obstacle.ORGANISATION_CAP,
        Obstacle.KIND,
        Obstacle.SPREAD,
    }
    others = {said for _left_out, said in OTHERS} - {Obstacle.NEEDS_TOGETHER}  # that is not said
    assert set(KEPT) == of_rules | others


def test_the_condition_is_kept_with_the_refusal() -> None:
    condition = Infeasibility(Obstacle.ORGANISATION_CAP, {"most": 2, "organisation": 7, "runs": [10]})
    found = {(1, 10): WhyNot(Hindrance.CONDITION, condition=condition), (2, 10): WhyNot(Hindrance.LOT)}
    assert read_refusals(refusals_as_data(found)) == found
    old = [{"person": 1, "run": 10, "hindrance": "lot", "goal": None, "rank": None}]
    assert read_refusals(old) == {(1, 10): WhyNot(Hindrance.LOT)}
