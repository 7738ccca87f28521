# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the page says about registering: a table over every edge of the window and of the seats."""

from datetime import UTC, datetime, timedelta

import pytest

from app.events.rules import (
    EFFECT_LABELS,
    FEW,
    STATUS_LABELS,
    TAKES_REGISTRATIONS,
    TARGET_LABELS,
    Affiliation,
    Aim,
    EventStatus,
    QuotaEffect,
    QuotaTarget,
    RegistrationState,
    Seats,
    Window,
    code_key,
    form_key,
    line_moves,
    refuse_capacity_below_taken,
    refuse_odd_end_of_line,
    refuse_quota_below_taken,
    refuse_reversed_times,
    registration_state,
)
from app.organisations.rules import UsualKind
from app.refusal import Refusal

OPENS = datetime(2027, 1, 10, 8, 0, tzinfo=UTC)
CLOSES = datetime(2027, 2, 28, 22, 59, tzinfo=UTC)
STARTS = datetime(2027, 3, 11, 8, 30, tzinfo=UTC)
ENDS = datetime(2027, 3, 11, 14, 45, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PLENTY = Seats(100, 0)
S = RegistrationState


def state(
    now: datetime,
    *,
    status: EventStatus = EventStatus.PUBLISHED,
    opens: datetime | None = OPENS,
    closes: datetime | None = CLOSES,
    seats: Seats = PLENTY,
    waiting: int = 0,
) -> RegistrationState:
    return registration_state(status, Window(opens, closes), STARTS, ENDS, seats, waiting, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - TICK, S.NOT_YET),
        (OPENS, S.OPEN),
        (CLOSES - TICK, S.OPEN),
        (CLOSES, S.CLOSED),
        (STARTS - TICK, S.CLOSED),
        (STARTS, S.CLOSED),
        (ENDS - TICK, S.CLOSED),
        (ENDS, S.OVER),
    ],
)
def test_edges_of_the_window(now: datetime, expected: RegistrationState) -> None:
    assert state(now) is expected


@pytest.mark.parametrize(
    ("opens", "closes", "now", "expected"),
    [
        (None, CLOSES, OPENS - TICK, S.OPEN),
        (None, None, STARTS - TICK, S.OPEN),
        (None, None, STARTS, S.CLOSED),
        (OPENS, None, STARTS - TICK, S.OPEN),
        # An end after the beginning of the day does not keep registration open while people sit in the hall.
        (OPENS, ENDS + timedelta(days=1), STARTS, S.CLOSED),
        (OPENS, ENDS + timedelta(days=1), ENDS, S.OVER),
        # A beginning that comes too late is not promised.
        (ENDS, None, STARTS, S.CLOSED),
    ],
)
def test_missing_and_odd_edges(
    opens: datetime | None, closes: datetime | None, now: datetime, expected: RegistrationState
) -> None:
    assert state(now, opens=opens, closes=closes) is expected


@pytest.mark.parametrize(
    ("seats", "waiting", "expected"),
    [
        (Seats(None, 0), 0, S.OPEN),
        (Seats(None, 5000), 0, S.OPEN),
        (Seats(None, 5000), 1, S.WAITING_LIST),
        (Seats(20, 20 - FEW - 1), 0, S.OPEN),
        (Seats(20, 20 - FEW), 0, S.FEW_LEFT),
        (Seats(20, 19), 0, S.FEW_LEFT),
        (Seats(20, 20), 0, S.WAITING_LIST),
        (Seats(20, 21, 1), 0, S.WAITING_LIST),
        (Seats(20, 20, 1), 0, S.FEW_LEFT),
        (Seats(20, 25), 0, S.WAITING_LIST),
        (Seats(0, 0), 0, S.WAITING_LIST),
        # F33: a freed seat belongs to the first in line, never to a newcomer.
        (Seats(20, 19), 1, S.WAITING_LIST),
        (Seats(200, 0), 1, S.WAITING_LIST),
    ],
)
def test_seats(seats: Seats, waiting: int, expected: RegistrationState) -> None:
    assert state(OPENS, seats=seats, waiting=waiting) is expected


@pytest.mark.parametrize("now", [OPENS - TICK, OPENS, CLOSES, STARTS, ENDS])
def test_cancelled_is_cancelled_at_any_time(now: datetime) -> None:
    assert state(now, status=EventStatus.CANCELLED) is S.CANCELLED


@pytest.mark.parametrize("now", [OPENS - TICK, OPENS, CLOSES, STARTS])
def test_draft_takes_nobody(now: datetime) -> None:
    """T31: a day that was withdrawn while somebody filled in the form."""
    assert state(now, status=EventStatus.DRAFT) is S.CLOSED


def test_which_states_take_registrations() -> None:
    assert {S.OPEN, S.FEW_LEFT, S.WAITING_LIST} == TAKES_REGISTRATIONS


def test_every_state_has_a_label_and_a_way_to_the_form_or_a_word_why_there_is_none() -> None:
    assert all(one.words().label for one in S)
    assert {one for one in S if one.words().button} == TAKES_REGISTRATIONS
    assert {one for one in S if one.words().refused} == set(S) - TAKES_REGISTRATIONS
    assert set(STATUS_LABELS) == set(EventStatus)


def test_only_a_full_day_says_something_else_because_of_quotas() -> None:
    assert {one for one in S if one.words() != one.words(has_quotas=True)} == {S.WAITING_LIST}


@pytest.mark.parametrize(
    ("seats", "total", "left", "full"),
    [
        (Seats(None, 7), None, None, False),
        (Seats(10, 7), 10, 3, False),
        (Seats(10, 11, 1), 11, 0, True),
        (Seats(10, 12), 10, 0, True),
        (Seats(0, 0), 0, 0, True),
        (Seats(10, 7, 0, 2), 10, 1, False),
        (Seats(10, 7, 0, 3), 10, 0, True),
        (Seats(10, 7, 0, 9), 10, 0, True),
        (Seats(None, 7, 0, 9), None, None, False),
    ],
)
def test_counting_seats(seats: Seats, total: int | None, left: int | None, full: bool) -> None:
    assert (seats.total, seats.left, seats.full) == (total, left, full)


def test_reversed_times_are_refused() -> None:
    refuse_reversed_times(STARTS, ENDS)
    for ends in (STARTS, STARTS - TICK):
        with pytest.raises(Refusal) as refused:
            refuse_reversed_times(STARTS, ends)
        assert refused.value.field == "ends_at"


@pytest.mark.parametrize(("capacity", "extra", "taken"), [(None, 0, 500), (10, 0, 10), (9, 1, 10), (0, 0, 0)])
def test_enough_seats(capacity: int | None, extra: int, taken: int) -> None:
    refuse_capacity_below_taken(capacity, extra, taken)


@pytest.mark.parametrize(("capacity", "extra", "taken"), [(9, 0, 10), (8, 1, 10), (0, 0, 1)])
def test_fewer_seats_than_are_taken(capacity: int, extra: int, taken: int) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_capacity_below_taken(capacity, extra, taken)
    assert refused.value.field == "capacity"
    assert refused.value.values == {"taken": taken}


KI, HERFORD = (
    Affiliation(1, UsualKind.KI, "Herford"),
    Affiliation(2, UsualKind.OTHER, "", " sommer 27"),
)


@pytest.mark.parametrize(
    ("aim", "one", "covered"),
    [
        (Aim(QuotaTarget.KIND, kind=UsualKind.KI), KI, True),
        (Aim(QuotaTarget.KIND, kind=UsualKind.STATE), KI, False),
        (Aim(QuotaTarget.DISTRICT, district="HERFORD"), KI, True),
        (Aim(QuotaTarget.DISTRICT, district="Herford"), HERFORD, False),
        (Aim(QuotaTarget.DISTRICT, district=""), HERFORD, False),
        (Aim(QuotaTarget.ORGANISATION, organisation_id=2), HERFORD, True),
        (Aim(QuotaTarget.ORGANISATION, organisation_id=2), KI, False),
        (Aim(QuotaTarget.CODE, code="Sommer27"), HERFORD, True),
        (Aim(QuotaTarget.CODE, code="Sommer27"), KI, False),
        (Aim(QuotaTarget.CODE, code=""), KI, False),
    ],
)
def test_whom_a_quota_covers(aim: Aim, one: Affiliation, covered: bool) -> None:
    assert aim.covers(one) is covered


@pytest.mark.parametrize("typed", ["Straße-27", "STRASSE-27", " straße - 27 ", "ｓｔｒａｓｓｅ-27"])
def test_spellings_of_a_code(typed: str) -> None:
    assert code_key(typed) == "strasse-27"
    assert code_key(code_key(typed)) == code_key(typed)


def test_a_limit_is_not_set_below_what_is_taken_a_reservation_may_be() -> None:
    refuse_quota_below_taken(QuotaEffect.CAP, 3, 1, 4)
    refuse_quota_below_taken(QuotaEffect.RESERVE, 0, 0, 4)
    with pytest.raises(Refusal):
        refuse_quota_below_taken(QuotaEffect.CAP, 3, 0, 4)


def test_with_quotas_somebody_may_wait_while_there_are_seats() -> None:
    def state(seats: Seats, *, has_quotas: bool) -> RegistrationState:
        return registration_state(
            EventStatus.PUBLISHED, Window(None, None), STARTS, ENDS, seats, 1, OPENS, has_quotas=has_quotas
        )

    assert state(PLENTY, has_quotas=False) is RegistrationState.WAITING_LIST
    assert state(PLENTY, has_quotas=True) is RegistrationState.OPEN
    assert state(Seats(10, 5, 0, 5), has_quotas=True) is RegistrationState.WAITING_LIST


def test_quotas_have_words() -> None:
    assert set(EFFECT_LABELS) == set(QuotaEffect)
    assert set(TARGET_LABELS) == set(QuotaTarget)


@pytest.mark.parametrize(
    ("status", "registration", "until", "now", "moves"),
    [
        # As long as registration is open, whatever else is said.
        (EventStatus.PUBLISHED, S.OPEN, None, CLOSES - TICK, True),
        (EventStatus.PUBLISHED, S.WAITING_LIST, CLOSES, CLOSES - TICK, True),
        # After it, until the date that the team named, and not at it.
        (EventStatus.PUBLISHED, S.CLOSED, None, CLOSES, False),
        (EventStatus.PUBLISHED, S.CLOSED, STARTS - TICK, STARTS - TICK - TICK, True),
        (EventStatus.PUBLISHED, S.CLOSED, STARTS - TICK, STARTS - TICK, False),
        # Never once the day has begun.
        (EventStatus.PUBLISHED, S.CLOSED, ENDS, STARTS - TICK, True),
        (EventStatus.PUBLISHED, S.CLOSED, ENDS, STARTS, False),
        # Not before registration opens, and not at a day that nobody sees, that is called off or over.
        (EventStatus.PUBLISHED, S.NOT_YET, STARTS, OPENS - TICK, False),
        (EventStatus.DRAFT, S.CLOSED, STARTS, CLOSES, False),
        (EventStatus.CANCELLED, S.CANCELLED, STARTS, CLOSES, False),
        (EventStatus.CANCELLED, S.CLOSED, STARTS, CLOSES, False),
        (EventStatus.PUBLISHED, S.OVER, ENDS + TICK, ENDS, False),
    ],
)
def test_until_when_the_line_moves(
    status: EventStatus,
    registration: RegistrationState,
    until: datetime | None,
    now: datetime,
    moves: bool,
) -> None:
    assert line_moves(status, registration, until, STARTS, now) is moves


@pytest.mark.parametrize(
    ("until", "closes"), [(None, CLOSES), (CLOSES, CLOSES), (STARTS, CLOSES), (STARTS, None)]
)
def test_the_line_may_end_between_registration_and_the_day(
    until: datetime | None, closes: datetime | None
) -> None:
    refuse_odd_end_of_line(until, closes, STARTS)


@pytest.mark.parametrize(
    ("until", "closes"), [(CLOSES - TICK, CLOSES), (STARTS + TICK, CLOSES), (STARTS - TICK, None)]
)
def test_the_line_does_not_end_before_registration_or_during_the_day(
    until: datetime, closes: datetime | None
) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_odd_end_of_line(until, closes, STARTS)
    assert refused.value.field == "moves_up_until"


@pytest.mark.parametrize(
    ("seats", "needed"),
    [
        (Seats(10, 12, 3), 2),
        (Seats(10, 12, 1), 1),  # there were never more
        (Seats(10, 10, 1), 0),
        (Seats(10, 9, 3), 0),
        (Seats(10, 9, 3, 2), 1),  # what is kept for others needs a chair, too
        (Seats(None, 900, 0), 0),
        (Seats(None, 900, 2), 0),
    ],
)
def test_seats_added_by_hand_go_as_soon_as_nobody_needs_them(seats: Seats, needed: int) -> None:
    assert seats.still_extra == needed


@pytest.mark.parametrize(
    ("seats", "chairs", "back", "missing"),
    [
        (Seats(None, 900), 3, 0, 0),
        (Seats(5, 3), 1, 0, 0),
        (Seats(5, 3), 2, 0, 0),
        (Seats(5, 3), 3, 0, 1),
        (Seats(5, 5), 2, 0, 2),
        (Seats(5, 9), 2, 0, 2),  # more than were there before are nobody's concern here
        (Seats(5, 5, 1), 1, 0, 0),  # one that was added by hand
        (Seats(5, 3, 0, 2), 1, 0, 1),  # all that is free is kept for others
        (Seats(5, 3, 0, 2), 1, 1, 0),  # and so for this person
        (Seats(5, 3, 0, 9), 1, 1, 0),  # who finds a seat as long as there is a chair
        (Seats(5, 3, 0, 2), 2, 1, 1),  # but who comes along does not
        (Seats(6, 3, 0, 2), 2, 1, 0),
        (Seats(6, 3, 0, 2), 2, 2, 0),
        (Seats(5, 3, 0, 2), 2, 2, 0),
        (Seats(6, 3, 0, 2), 2, 0, 1),
    ],
)
def test_how_many_chairs_are_missing(seats: Seats, chairs: int, back: int, missing: int) -> None:
    assert seats.missing(chairs, back) == missing


def test_what_a_browser_remembers_of_a_code_fits_its_cookie_and_is_not_the_code() -> None:
    assert len(form_key("Sommer-27")) == 32
    assert form_key(" sommer-27 ") == form_key("Sommer-27") != form_key("Sommer-28")
