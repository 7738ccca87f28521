# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in workshops: choosing, waiting beside a place held, moving up, swapping, giving back."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.programme.models import Run
from app.registration import correcting
from app.registration.models import Registration
from app.registration.rules import PlaceState, RoundAnswer, Status, TwiceTheSameWorkshop, UnknownRun
from app.registration.workshops import places
from app.registration.workshops.models import PlaceChange, RunStaff, StaffRole
from app.registration.workshops.places import AtWorkThere, GoesOn, NoPlaceForMore
from app.registration.workshops.rules import PlaceFact
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme
from tests.registration.steps import CLOSED, OPENED, Day, open_day


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def small_day(capacity: int | None = 100, **runs: int) -> Day:
    """Runs by label without the dot: small_day(r11=1) leaves one seat in run 1.1."""
    day = open_day(capacity=capacity)
    for name, seats in runs.items():
        day.set_run(f"{name[1]}.{name[2]}", capacity=seats)
    return day


def mails(day: Day) -> dict[str, list[str]]:
    return {name: kinds for name in day.ids if (kinds := day.mails(name))}


# -- choosing


def test_what_a_run_over_two_rounds_and_one_s_own_work_refuse() -> None:
    for refusal in (GoesOn("round-2", "Wohnen"), AtWorkThere("round-2", "Wohnen")):
        assert (refusal.field, "“Wohnen”" in str(refusal)) == ("round-2", True)


def test_chosen_run_is_a_place_at_once() -> None:
    day = small_day()
    day.register("anna", "1.1", "2.1")
    assert day.places("anna") == {"1.1": "place", "2.1": "place"}
    assert (day.run("1.1").taken, day.run("2.1").taken, day.run("1.2").taken) == (1, 1, 0)


def test_absent_and_open() -> None:
    day = small_day()
    day.register("anna", "1:absent", "2:open")
    assert day.places("anna") == {"1": "absent"}
    day.choose("anna", "1.1", "2:absent")
    assert day.places("anna") == {"1.1": "place", "2": "absent"}
    day.choose("anna", "1:open", "2:open")
    assert day.places("anna") == {}
    assert day.run("1.1").taken == 0


def test_rounds_not_named_stay() -> None:
    day = small_day()
    day.join("anna", labels=("1.1", "2.1"))
    day.choose("anna", "1.2")
    assert day.places("anna") == {"1.2": "place", "2.1": "place"}


def test_same_choice_again_changes_nothing() -> None:
    day = small_day(r11=1, r12=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.choose("ben", "1.1")
    assert day.places("ben") == {"1.2": "place", "1.1": "waiting 1"}
    for again in ("1.2", "1.1", "1.2"):
        day.choose("ben", again)
        assert day.places("ben") == {"1.2": "place", "1.1": "waiting 1"}


def test_change_frees_the_old_seat() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.1",))
    day.choose("anna", "1.2")
    assert day.places("anna") == {"1.2": "place"}
    assert day.places("ben") == {"1.1": "place"}


@pytest.mark.parametrize("choices", [{"1.2", "2.2"}])
def test_same_workshop_twice_is_refused(choices: set[str]) -> None:
    day = small_day()
    with pytest.raises(TwiceTheSameWorkshop) as refused:
        day.register("anna", *sorted(choices))
    assert refused.value.field == f"round-{day.rounds[2]}"
    assert day.seats() == (0, 0)


def test_same_workshop_in_another_round_is_refused() -> None:
    day = small_day()
    day.join("anna", labels=("1.2",))
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("anna", "2.2")
    assert day.places("anna") == {"1.2": "place"}


@pytest.mark.parametrize("labels", [("1.2", "2.1"), ("2.1", "1.2")])
def test_workshop_moves_to_the_other_round(labels: tuple[str, ...]) -> None:
    """Whichever round is named first: the place left behind is free before the new one is taken."""
    day = small_day()
    day.join("anna", labels=("1.1", "2.2"))
    day.choose("anna", *labels)
    assert day.places("anna") == {"1.2": "place", "2.1": "place"}
    day.choose("anna", "2.2", "1.1")
    assert day.places("anna") == {"1.1": "place", "2.2": "place"}


def test_place_kept_beside_a_line_counts_for_twice() -> None:
    """Hoping for 1.1 keeps 1.2, so its workshop cannot be taken in round 2 as well."""
    day = small_day(r11=1)
    day.join("ben", labels=("1.1",))
    day.join("anna", labels=("1.2", "2.1"))
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("anna", "1.1", "2.2")
    assert day.places("anna") == {"1.2": "place", "2.1": "place"}
    day.choose("anna", "1.1", "2.1")
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("anna", "1.1", "2.2")
    assert day.places("anna") == {"1.2": "place", "1.1": "waiting 1", "2.1": "place"}


def test_line_counts_for_twice() -> None:
    day = small_day(r12=0)
    day.join("anna", labels=("1.2",))
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("anna", "2.2")
    assert day.places("anna") == {"1.2": "waiting 1"}


def test_run_of_another_round_or_day_is_refused() -> None:
    """T02: ids of another day's runs and rounds open nothing."""
    day = small_day()
    with transaction() as session:
        other = make_programme(session, make_event(session, slug="anderer-tag"))
        foreign_run, foreign_round = other.runs["1.1"].id, other.rounds[0].id
    day.join("anna")
    first = day.rounds[1]
    for choices in (
        {first: day.runs["2.1"]},
        {first: foreign_run},
        {first: 9999},
        {foreign_round: foreign_run},
        {foreign_round: RoundAnswer.ABSENT},
        {9999: RoundAnswer.OPEN},
    ):
        with pytest.raises(UnknownRun), day.step() as session:
            correcting.change_choices(session, day.ids["anna"], choices, day.now)
    assert day.places("anna") == {}


# -- lines


def test_full_run_is_a_line_beside_the_place_held() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.choose("ben", "1.1")
    assert day.places("ben") == {"1.2": "place", "1.1": "waiting 1"}
    day.join("cem", labels=("1.1",))
    assert day.places("cem") == {"1.1": "waiting 2"}


def test_another_full_run_is_another_line_not_a_second_one() -> None:
    day = small_day(r11=0, r12=0)
    day.join("anna", labels=("1.1",))
    day.choose("anna", "1.2")
    assert day.places("anna") == {"1.2": "waiting 1"}
    assert day.run("1.1").waiting == 0


def test_newcomer_waits_behind_the_line() -> None:
    """F33, for runs: a seat that is free while somebody waits is theirs."""
    day = small_day(r11=0)
    day.join("anna", labels=("1.1",))
    day.set_run("1.1", capacity=1)
    day.join("ben", labels=("1.1",))
    assert day.places("ben") == {"1.1": "waiting 2"}


def test_moving_up_swaps_and_cascades() -> None:
    """Anna goes; ben leaves 1.2 for 1.1; cem gets the freed 1.2; dora waits on."""
    day = small_day(r11=1, r12=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.choose("ben", "1.1")
    day.join("cem", "dora", labels=("1.2",))
    day.forget_mails()
    day.cancel("anna")
    assert day.places("ben") == {"1.1": "place"}
    assert day.places("cem") == {"1.2": "place"}
    assert day.places("dora") == {"1.2": "waiting 2"}
    assert (day.mails("ben"), day.mails("cem"), day.mails("dora")) == (
        ["places.changed"],
        ["places.changed"],
        [],
    )
    assert day.of("ben").feed_changed_at == day.of("cem").feed_changed_at == day.now
    assert day.of("dora").feed_changed_at < day.now


def test_two_who_want_each_others_place_swap_at_once() -> None:
    day = small_day(r11=1, r12=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.choose("anna", "1.2")
    assert day.places("anna") == {"1.1": "place", "1.2": "waiting 1"}
    day.choose("ben", "1.1")
    assert day.places("anna") == {"1.2": "place"}
    assert day.places("ben") == {"1.1": "place"}


def test_unconfirmed_moves_up_without_a_mail() -> None:
    """T08: no word to an address that has not answered."""
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.register("ben", "1.1")
    day.choose("anna", "1.2")
    assert day.places("ben") == {"1.1": "place"}
    assert day.mails("ben") == ["registration.confirm"]


def test_leaving_a_line() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.2",))
    day.choose("ben", "1.1")
    day.join("cem", labels=("1.1",))
    for _ in range(2):  # a second click changes nothing
        with day.step() as session:
            correcting.leave_run_line(session, day.ids["ben"], day.runs["1.1"], day.now)
        assert day.places("ben") == {"1.2": "place"}
    day.choose("anna", "1:absent")
    assert day.places("cem") == {"1.1": "place"}


def test_leaving_a_line_does_not_touch_a_place() -> None:
    day = small_day()
    day.join("anna", labels=("1.1",))
    with day.step() as session:
        correcting.leave_run_line(session, day.ids["anna"], day.runs["1.1"], day.now)
    assert day.places("anna") == {"1.1": "place"}


def test_cancelling_gives_all_back() -> None:
    day = small_day(r11=1, r21=1)
    day.join("anna", labels=("1.1", "2.1"))
    day.join("ben", labels=("1.1", "2.1"))
    day.cancel("anna")
    assert day.places("anna") == {}
    assert day.places("ben") == {"1.1": "place", "2.1": "place"}


@pytest.mark.parametrize("now", [CLOSED])
def test_nobody_moves_up_in_runs_after_closing(now: object) -> None:
    """F36: lists are printed by then; a change is the team's, by hand."""
    day = small_day(r11=1)
    day.join("anna", "ben", labels=("1.1",))
    day.forget_mails()
    day.cancel("anna", now=now)  # type: ignore[arg-type]
    assert day.places("ben") == {"1.1": "waiting 1"}
    assert day.mails("ben") == []


# -- wishes of those who have no seat yet


def test_wish_becomes_a_place_at_moving_up() -> None:
    day = small_day(capacity=1, r11=1)
    day.join("anna", labels=("1.2",))
    day.join("ben", labels=("1.1", "2.1"))
    assert day.places("ben") == {"1.1": "wanted", "2.1": "wanted"}
    assert day.run("1.1").taken == 0
    day.cancel("anna")
    assert day.places("ben") == {"1.1": "place", "2.1": "place"}


def test_wish_becomes_a_line_when_the_run_is_full() -> None:
    day = small_day(capacity=2, r11=1)
    day.join("anna", labels=("1.1",))
    day.join("cem")
    day.join("ben", labels=("1.1",))
    day.cancel("cem")
    assert day.places("ben") == {"1.1": "waiting 1"}


def test_a_wish_for_a_run_that_does_not_take_place_ends_at_moving_up() -> None:
    day = small_day(capacity=1)
    day.join("anna")
    day.join("ben", labels=("1.1", "2.1"))
    day.set_run("1.1", takes_place=False)
    day.cancel("anna")
    assert day.places("ben") == {"2.1": "place"}
    assert day.run("1.1").taken == 0


def test_wishes_change_freely() -> None:
    day = small_day(capacity=1)
    day.join("anna")
    day.join("ben", labels=("1.1",))
    day.choose("ben", "1.2", "2:absent")
    assert day.places("ben") == {"1.2": "wanted", "2": "absent"}
    with pytest.raises(TwiceTheSameWorkshop):
        day.choose("ben", "2.2")


def test_ended_hold_frees_its_places_for_the_line() -> None:
    day = small_day(r11=1)
    day.register("anna", "1.1")
    day.join("ben", labels=("1.1",))
    day.expire("anna")
    assert day.places("anna") == {"1.1": "wanted"}
    assert day.places("ben") == {"1.1": "place"}
    day.confirm("anna")
    assert day.places("anna") == {"1.1": "waiting 2"}


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        ({"1.1": 2, "1.2": 5}, {"1.1": "place"}),
        ({"1.1": 1, "1.2": 5}, {"1.2": "place", "1.1": "waiting 2"}),
        ({"1.1": 1, "1.2": 0}, {"1.1": "waiting 2"}),
    ],
)
def test_return_of_who_held_a_place_and_hoped_for_another(
    free: dict[str, int], expected: dict[str, str]
) -> None:
    """The better one if it is free; else the old one back, beside the line; else the line."""
    day = small_day(r11=1)
    day.join("ben", labels=("1.1",))
    day.register("anna", "1.2")
    day.choose("anna", "1.1")
    assert day.places("anna") == {"1.2": "place", "1.1": "waiting 1"}
    day.expire("anna")
    assert day.places("anna") == {"1.2": "wanted", "1.1": "wanted"}
    for label, capacity in free.items():
        day.set_run(label, capacity=capacity)
    day.confirm("anna")
    assert day.status("anna") is Status.REGISTERED
    assert day.places("anna") == expected


def test_counters_notice_a_place_that_was_taken_by_the_way(app: Flask) -> None:
    """The check of these tests can fail: a seat behind the counter's back is found."""
    day = small_day()
    day.join("anna", labels=("1.1",))
    day.set_run("1.1", taken=2)
    with pytest.raises(AssertionError):
        day.check()
    day.set_run("1.1", taken=1)
    with transaction() as session:
        session.get_one(Registration, day.ids["anna"]).event.taken = 0
    with pytest.raises(AssertionError):
        day.check()
    OPENED.remove(day)


def test_a_run_that_is_called_off_tells_who_had_or_awaited_a_place() -> None:
    """Who only wanted one has no seat of the day, and reads nothing of workshops."""
    day = small_day(capacity=2, r11=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.1",))
    day.join("cem", labels=("1.1",))
    day.forget_mails()
    with day.step() as session:
        places.close_run(session, session.get_one(Run, day.runs["1.1"]), day.now, tell=True)
    assert mails(day) == {"anna": ["places.changed"], "ben": ["places.changed"]}
    assert [day.places(name) for name in ("anna", "ben", "cem")] == [{}, {}, {}]


def test_before_the_agenda_is_public_a_run_is_called_off_in_silence() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.forget_mails()
    with day.step() as session:
        places.close_run(session, session.get_one(Run, day.runs["1.1"]), day.now, tell=False)
    assert mails(day) == {}


def test_who_leads_a_run_chooses_nothing_beside_it_and_nobody_else_is_held_back() -> None:
    day = small_day()
    day.join("anna", "ben")
    with transaction() as session:
        session.add(
            RunStaff(run_id=day.runs["1.2"], registration_id=day.ids["anna"], role=StaffRole.FACILITATOR)
        )
    for label, refusal in (("1.1", AtWorkThere), ("1.2", AtWorkThere), ("2.2", TwiceTheSameWorkshop)):
        with pytest.raises(refusal):
            day.choose("anna", label)
    day.choose("anna", "2.1")
    day.choose("ben", "1.2", "2.1")
    assert (day.places("anna"), day.places("ben")) == ({"2.1": "place"}, {"1.2": "place", "2.1": "place"})
    day.set_run("1.2", takes_place=False)  # nobody is at work there
    day.choose("anna", "1.1")
    assert day.places("anna") == {"1.1": "place", "2.1": "place"}


def test_who_gets_work_in_a_round_leaves_it_with_all_they_said_of_it() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1", "2.1"))
    day.join("ben", labels=("1.1",))
    day.join("cem", labels=("1:absent", "2:absent"))
    day.join("dora", labels=("1:absent",))
    for name, expected in (("anna", [("1.1", PlaceState.PLACE)]), ("cem", [])):
        with day.step() as session:
            one = session.get_one(Registration, day.ids[name])
            left = places.leave_rounds(session, one, [day.rounds[1]], day.now)
            assert [(run.label, state) for run, state in left] == expected
    assert {name: day.places(name) for name in day.ids} == {
        "anna": {"2.1": "place"},
        "ben": {"1.1": "place"},
        "cem": {"2": "absent"},
        "dora": {"1": "absent"},
    }


def test_more_seats_in_a_run_are_for_its_line() -> None:
    day = small_day(r11=1, r12=1)
    for name, label in (("anna", "1.1"), ("ben", "1.1"), ("cem", "1.1"), ("dora", "1.2"), ("ella", "1.2")):
        day.join(name, labels=(label,))
    for label in ("1.1", "1.2"):
        day.set_run(label, capacity=2)
    with day.step() as session:
        places.move_up_in_run(session, session.get_one(Run, day.runs["1.1"]), day.now)
    assert [day.places(name) for name in ("ben", "cem", "ella")] == [
        {"1.1": "place"},
        {"1.1": "waiting 2"},
        {"1.2": "waiting 1"},
    ]


@pytest.mark.parametrize("labels", [("1.1", "2.1"), ("2.1", "1.1")])
def test_a_run_over_two_rounds_is_named_when_another_one_is_chosen_beside_it(labels: tuple[str, ...]) -> None:
    day = small_day()
    day.set_run("1.1", spans=2)
    with pytest.raises(GoesOn) as refused:
        day.register("anna", *labels)
    assert refused.value.field == f"round-{day.rounds[2]}"
    assert refused.value.values == {"title": day.run("1.1").workshop.title}


def test_whoever_gets_a_longer_run_at_last_leaves_the_place_kept_beside_it() -> None:
    day = small_day(r11=1)
    day.set_run("1.1", spans=2)
    day.join("ben", labels=("1.1",))
    day.register("anna", "2.1")
    day.choose("anna", "1.1")
    assert day.places("anna") == {"1.1": "waiting 1", "2.1": "place"}
    day.expire("anna")
    day.set_run("1.1", capacity=2)
    day.confirm("anna")
    assert day.places("anna") == {"1.1": "place"}


def test_places_are_passed_on_and_nobody_elses_are() -> None:
    day = small_day(r11=1)
    day.join("ben", labels=("1.1",))
    day.join("anna", labels=("1.2", "2:absent"))
    day.choose("anna", "1.1")
    day.substitute("anna", "ella")
    assert {name: day.places(name) for name in day.ids} == {
        "anna": {},
        "ben": {"1.1": "place"},
        "ella": {"1.1": "waiting 1", "1.2": "place", "2": "absent"},
    }


def test_what_became_free_goes_to_the_lines_of_that_day_alone() -> None:
    day, other = small_day(r11=1), open_day(slug="anderer-tag")
    other.set_run("1.1", capacity=1)
    for one in (day, other):
        one.join("anna", "ben", labels=("1.1",))
        one.set_run("1.1", capacity=2)
    with day.step() as session:
        places.move_up_in_all_runs(session, session.get_one(Event, day.event_id), day.now)
    assert (day.places("ben"), other.places("ben")) == ({"1.1": "place"}, {"1.1": "waiting 1"})


def test_who_moves_up_reads_what_was_gained_and_what_was_left() -> None:
    day = small_day(r11=1)
    day.join("ben", labels=("1.1",))
    day.join("anna", labels=("1.2",))
    day.choose("anna", "1.1")
    day.cancel("ben")
    assert day.places("anna") == {"1.1": "place"}
    found = select(PlaceChange.run_id, PlaceChange.old, PlaceChange.new).where(
        PlaceChange.registration_id == day.ids["anna"], PlaceChange.fact == PlaceFact.PLACE
    )
    news = {run: (bool(old), bool(new)) for run, old, new in db.session.execute(found)}
    assert news == {day.runs["1.1"]: (False, True), day.runs["1.2"]: (True, False)}


def test_a_run_over_two_rounds_answers_for_the_second_one_too() -> None:
    day = small_day()
    day.set_run("1.1", spans=2)
    day.register("anna", "1.1", "2:absent")
    assert day.places("anna") == {"1.1": "place"}


def test_who_cancels_is_not_at_work_any_more_and_the_others_are() -> None:
    day = small_day()
    day.join("anna", "ben")
    with transaction() as session:
        for name in day.ids:
            session.add(
                RunStaff(run_id=day.runs["1.2"], registration_id=day.ids[name], role=StaffRole.FACILITATOR)
            )
    day.cancel("anna")
    assert db.session.scalars(select(RunStaff.registration_id)).all() == [day.ids["ben"]]


# -- who does not come alone


def test_one_more_takes_a_chair_in_each_run_and_one_fewer_gives_it_to_the_line() -> None:
    day = small_day(r11=3, r21=3)
    day.join("anna", labels=("1.1", "2.1"))
    day.accompany("anna", 1)
    assert (day.run("1.1").taken, day.run("2.1").taken) == (2, 2)
    day.join("ben", labels=("1.1",))
    day.join("cem", labels=("1.1",))
    assert day.places("cem") == {"1.1": "waiting 1"}
    day.accompany("anna", 0)
    assert day.places("cem") == {"1.1": "place"}
    assert (day.run("1.1").taken, day.run("2.1").taken) == (3, 1)


def test_one_more_needs_a_chair_in_every_run() -> None:
    day = small_day(r11=1)
    day.join("anna", labels=("1.1", "2.1"))
    with pytest.raises(NoPlaceForMore) as refused:
        day.accompany("anna", 1)
    assert refused.value.field == "accompanying"
    assert refused.value.values == {"title": day.run("1.1").workshop.title}
    assert (day.of("anna").accompanying, day.run("2.1").taken) == (0, 1)


def test_one_more_does_not_pass_by_the_line_of_a_run_but_the_team_may_let_them() -> None:
    """Ben waits for two chairs where one is free."""
    day = small_day(r11=2)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.1",), accompanying=1)
    assert day.places("ben") == {"1.1": "waiting 1"}
    with pytest.raises(NoPlaceForMore):
        day.accompany("anna", 1)
    day.accompany("anna", 1, by_team=True)
    assert day.run("1.1").taken == 2


def test_fewer_may_fit_in_where_they_wait() -> None:
    day = small_day(r11=2)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.1",), accompanying=2)
    day.accompany("ben", 1)
    assert day.places("ben") == {"1.1": "waiting 1"}
    day.accompany("ben", 0)
    assert day.places("ben") == {"1.1": "place"}


def test_more_in_a_line_wait_for_more() -> None:
    """Another number changes nothing in a run that they do not sit in."""
    day = small_day(r11=1)
    day.join("anna", labels=("1.1",))
    day.join("ben", labels=("1.1",))
    day.accompany("ben", 1)
    assert (day.places("ben"), day.run("1.1").taken) == ({"1.1": "waiting 1"}, 1)
