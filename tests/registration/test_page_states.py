# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The table of the personal page: every status has its rows, and what a row names exists."""

import re
from itertools import groupby

import pytest
from flask import Flask

from app.clock import now
from app.events.models import Event
from app.events.rules import EventStatus
from app.registration.models import Registration
from app.registration.page_states import PAGE_STATES, always, page_state
from app.registration.rules import Status

pytestmark = pytest.mark.sqlite_only


def a_registration(status: Status, day: EventStatus = EventStatus.PUBLISHED, **facts: object) -> Registration:
    of_day = {name: facts.pop(name) for name in ("approval", "offer_hours") if name in facts}
    values = {"has_seat": False, "confirmed_at": None, "handover_nonce": None, **facts}
    event = Event(status=day, **{"approval": False, "offer_hours": None, **of_day})
    return Registration(status=status, event=event, **values)


def test_rows_of_a_status_stand_together_and_the_last_one_always_applies() -> None:
    rows = [(status, list(found)) for status, found in groupby(PAGE_STATES, lambda one: one.status)]
    assert sorted(status.value for status, _ in rows) == sorted(status.value for status in Status)
    assert {one for one in PAGE_STATES if one.applies is always} == {found[-1] for _, found in rows}


@pytest.mark.parametrize(
    ("registration", "said", "buttons"),
    [
        (a_registration(Status.UNCONFIRMED, has_seat=True), "you are registered", ["/confirm"]),
        (a_registration(Status.UNCONFIRMED, has_seat=True, approval=True), "team gets", ["/confirm"]),
        (a_registration(Status.UNCONFIRMED, approval=True), "stand on the waiting list", ["/confirm"]),
        (a_registration(Status.REGISTERED, has_seat=True), "You are registered", []),
        (a_registration(Status.WAITING), "you are registered and get a mail", []),
        (a_registration(Status.WAITING, offer_hours=24), "a mail with an offer", []),
        (a_registration(Status.PENDING, has_seat=True), "a seat is kept", []),
        (a_registration(Status.PENDING), "Your number on the waiting list", []),
        (a_registration(Status.OFFERED, has_seat=True), "Do you want it?", ["/accept", "/decline"]),
        (a_registration(Status.EXPIRED), "not confirmed in time", ["/confirm"]),
        (a_registration(Status.EXPIRED, confirmed_at=now()), "time for your answer", ["/confirm"]),
        (a_registration(Status.REJECTED), "The reason:", []),
        (a_registration(Status.CANCELLED), "Your registration is cancelled", [""]),
        (a_registration(Status.CANCELLED, handover_nonce="n"), "A colleague comes", []),
        (
            a_registration(Status.CANCELLED, EventStatus.CANCELLED, handover_nonce="n"),
            "had to be called off",
            [],
        ),
    ],
    ids=lambda value: value.status.value if isinstance(value, Registration) else None,
)
def test_what_the_page_says_first(registration: Registration, said: str, buttons: list[str]) -> None:
    state = page_state(registration)
    assert said in " ".join((state.heading, *state.lead, state.note))
    assert [one.path for one in state.buttons(is_open=True)] == buttons


def test_a_day_that_takes_nobody_offers_no_way_back() -> None:
    for status in (Status.EXPIRED, Status.CANCELLED):
        assert page_state(a_registration(status)).buttons(is_open=False) == []
    assert len(page_state(a_registration(Status.OFFERED)).buttons(is_open=False)) == 2


def test_every_button_leads_to_a_page_and_every_placeholder_is_filled(app: Flask) -> None:
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    for state in PAGE_STATES:
        assert {f"/my/<token>{one.path}" for one in state.actions if one.path} <= posts
        words = " ".join((state.heading, *state.lead, state.note, *(one.promise for one in state.actions)))
        assert set(re.findall(r"%\((\w+)\)", words)) <= {"moment", "number"}


@pytest.mark.parametrize("confirmed_at", [None, now()])
def test_what_can_be_done_no_more_is_not_promised(confirmed_at: object) -> None:
    """A day that is closed, over or called off has no button to confirm, and no sentence that speaks of one."""
    state = page_state(a_registration(Status.EXPIRED, confirmed_at=confirmed_at))
    said = {is_open: " ".join(state.sentences(is_open=is_open)) for is_open in (True, False)}
    assert "You can still confirm" in said[True]
    assert (said[False], state.buttons(is_open=False)) == ("The seat is no longer held for you.", [])
