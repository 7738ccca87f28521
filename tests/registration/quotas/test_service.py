# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Quotas: who gets a seat, who waits and why, what the team changes, and when reserved seats are for everybody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.attendees import manual
from app.attendees.imports.service import Newcomer, add_many
from app.events.models import Quota
from app.events.rules import Aim, QuotaEffect, QuotaTarget, RegistrationState, Seats
from app.people.models import AuditEntry
from app.privacy.erasure import delete_surplus
from app.refusal import ChangedMeanwhile, Refusal
from app.registration import service
from app.registration.admission import Entry
from app.registration.quotas import service as quotas
from app.registration.quotas import waiting_list
from app.registration.quotas.jobs import release_due
from app.registration.quotas.rules import Availability, Claim, Position, QuotaState, Why
from app.registration.quotas.waiting_list import availability_of, positions_of, quotas_of, quotas_of_day
from app.registration.rules import Status
from app.registration.working_hours import after_working_hours
from app.scheduling.service import cancel_day, day_facts
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import Queries
from tests.registration.steps import (
    HOUR,
    KI,
    OF_KI,
    OF_MUSTERAU,
    OFFICE,
    ORGANISER,
    TOWN,
    WHY,
    Day,
    add_organisations,
    open_day,
    person,
)

RESERVE, CAP = QuotaEffect.RESERVE, QuotaEffect.CAP
CODE = Aim(QuotaTarget.CODE, code="Sommer-27")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def seated(day: Day) -> list[str]:
    return [name for name in day.ids if day.of(name).has_seat]


# -- reserving


def test_reserved_seats_are_not_given_to_others() -> None:
    day = open_day(capacity=3)
    quota = day.add_quota("KIs", 2, RESERVE, OF_KI)
    day.join("ben", "cem")
    assert seated(day) == ["ben"]
    assert day.event.registration_state(day.now) is RegistrationState.WAITING_LIST
    day.join("kim", organisation=KI)
    assert seated(day) == ["ben", "kim"]
    assert (day.quota(quota), day.event.reserved) == ((1, 0), 1)
    standing = day.line("cem")
    assert standing is not None
    assert (standing.before, standing.why) == (0, Why.RESERVED)


@pytest.mark.parametrize("how", ["register", "add", "group", "many"])
def test_a_seat_that_was_kept_twice_leaves_one_for_others(how: str) -> None:
    """Who takes a seat out of two reservations ends both of them: the first in line moves up at once."""
    day = open_day(capacity=2)
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.add_quota("Musterau", 1, RESERVE, Aim(QuotaTarget.DISTRICT, district="Kreis Musterau"))
    day.join("ben")
    assert seated(day) == []
    if how == "register":
        day.register("kim", organisation=KI)
    elif how == "add":
        with day.step() as session:
            entry = Entry(person("kim", organisation=KI), "nonce-kim")
            manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=False)
    elif how == "group":
        day.group("kora", "kim", organisation=KI)
    else:
        with day.step() as session:
            add_many(
                session,
                day.event_id,
                [Newcomer(person("kim", organisation=KI))],
                ORGANISER,
                day.now,
                tell=False,
            )
    assert day.status("ben") is Status.REGISTERED
    assert (day.event.reserved, day.event.seats.left) == (0, 0)


def test_whoever_has_a_reservation_may_take_the_free_seats_too() -> None:
    """The reservation is filled first; more than reserved may come, as long as there are seats for everybody."""
    day = open_day(capacity=3)
    quota = day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.join("kim", "kai", organisation=KI)
    assert (day.quota(quota), day.event.reserved, day.event.seats.left) == ((2, 0), 0, 1)
    day.join("ben")
    day.join("kit", organisation=KI)
    assert seated(day) == ["kim", "kai", "ben"]
    assert day.line("kit").why is Why.EVENT_FULL  # type: ignore[union-attr]
    day.cancel("kim")
    assert seated(day) == ["kai", "ben", "kit"]


def test_a_seat_given_back_is_held_for_its_reservation_again() -> None:
    day = open_day(capacity=2)
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.join("kim", organisation=KI)
    day.join("ben", "cem")
    day.cancel("kim")
    assert seated(day) == ["ben"]
    assert day.event.reserved == 1
    day.join("kai", organisation=KI)
    assert seated(day) == ["ben", "kai"]


def test_the_rest_is_released_at_its_date_by_the_job() -> None:
    day = open_day(capacity=2)
    date = NOW + timedelta(days=3)
    day.add_quota("KIs", 2, RESERVE, OF_KI, release_at=date)
    day.join("ben", "cem", "dana")
    standing = day.line("ben")
    assert standing is not None
    assert (standing.why, standing.until) == (Why.RESERVED_UNTIL, date)
    assert release_due(date - HOUR) == 0
    assert seated(day) == []
    assert release_due(date) == 1
    assert seated(day) == ["ben", "cem"]
    assert day.history("ben")[-1] == ("waiting", "registered", "system", "seats_released")
    assert release_due(date) == 0
    day.check()


def test_a_later_date_reserves_what_is_left_again() -> None:
    day = open_day(capacity=3)
    quota = day.add_quota("KIs", 2, RESERVE, OF_KI, release_at=NOW + HOUR)
    day.release(NOW + 2 * HOUR)
    day.join("ben")
    assert day.event.reserved == 0
    day.change_quota(quota, release_at=NOW + timedelta(days=2))
    assert day.event.reserved == 2
    day.join("cem")
    assert seated(day) == ["ben"]


# -- limiting


def test_a_full_quota_makes_its_people_wait_and_others_pass() -> None:
    day = open_day(capacity=3)
    quota = day.add_quota("Kreis Musterau", 1, CAP, OF_MUSTERAU)
    day.join("kim", organisation=KI)
    day.join("olli", organisation=OFFICE)
    day.join("ben")
    assert seated(day) == ["kim", "ben"]
    assert day.quota(quota) == (1, 1)
    standing = day.line("olli")
    assert standing is not None
    assert (standing.before, standing.why, standing.quota) == (0, Why.QUOTA_FULL, "Kreis Musterau")
    assert day.event.registration_state(day.now) is RegistrationState.FEW_LEFT
    day.join("cem", "dana")
    assert day.line("dana").before == 1  # type: ignore[union-attr]
    day.cancel("ben")
    assert day.status("olli") is Status.WAITING
    assert day.status("dana") is Status.REGISTERED
    day.cancel("kim")
    assert day.status("olli") is Status.REGISTERED


def test_a_newcomer_waits_behind_who_has_not_confirmed_yet_but_may_have_the_seat() -> None:
    day = open_day(capacity=1)
    day.add_quota("Kreis Musterau", 0, CAP, OF_MUSTERAU)
    day.join("ben")
    day.join("kim", organisation=KI)
    day.register("cem")
    day.cancel("ben")
    assert day.line("cem").why is Why.NEXT  # type: ignore[union-attr]
    day.register("dana")
    assert seated(day) == []
    assert day.line("dana").before == 2  # type: ignore[union-attr]
    day.confirm("cem")
    assert seated(day) == ["cem"]
    day.cancel("cem")
    day.expire("dana")
    day.register("emma")
    assert seated(day) == ["emma"]


def test_a_code_opens_its_reservation_and_its_case_does_not_count() -> None:
    day = open_day(capacity=1)
    day.add_quota("Gäste", 1, RESERVE, CODE)
    with pytest.raises(Refusal) as refused:
        day.register("ben", code="winter-27")
    assert refused.value.field == "code"
    day.join("cem")
    assert seated(day) == []
    day.join("dana", code=" SOMMER-27")
    assert seated(day) == ["dana"]


def test_who_confirms_late_comes_back_under_the_same_code() -> None:
    day = open_day(capacity=2)
    quota = day.add_quota("Gäste", 1, RESERVE, CODE)
    day.register("dana", code="sommer-27")
    day.expire("dana")
    assert day.quota(quota) == (0, 0)
    day.join("ben", "cem")
    day.confirm("dana")
    assert seated(day) == ["dana", "ben"]


def _id_of(name: str) -> int:
    from app.organisations.service import find_organisation

    found = find_organisation(db.session(), name)
    assert found is not None
    db.session.rollback()
    return found.id


def test_what_the_team_overbooks_in_a_quota_is_written_down() -> None:
    day = open_day(capacity=5)
    aim = Aim(QuotaTarget.ORGANISATION, organisation_id=_id_of(TOWN))
    quota = day.add_quota("Probeburg", 0, CAP, aim)
    with day.step() as session:
        entry = Entry(person("kim", organisation=TOWN), "nonce-kim")
        added = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=True)
        day.ids["kim"] = added.id
    assert (day.quota(quota), day.event.extra, day.event.taken) == ((1, 0), 0, 1)
    with transaction() as session:
        action = session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.add")).one()
        assert action.detail["overbooked"] is True


def test_who_only_waited_is_forgotten_by_quotas_too() -> None:
    day = open_day(capacity=5)
    quota = day.add_quota("Kreis Musterau", 0, CAP, OF_MUSTERAU)
    day.join("kim", "kai", organisation=KI)
    day.join("ben")
    assert day.quota(quota) == (0, 2)
    with day.step(day.event.ends_at + timedelta(days=31)) as session:
        assert delete_surplus(session, day.event_id, day.now) == 2
    day.ids = {"ben": day.ids["ben"]}
    assert day.quota(quota) == (0, 0)


# -- another organisation


def test_another_organisation_means_other_quotas() -> None:
    day = open_day(capacity=3)
    cap = day.add_quota("Kreis Musterau", 1, CAP, OF_MUSTERAU)
    day.join("kim", organisation=KI)
    day.join("olli", organisation=OFFICE)
    day.move("kim", TOWN)
    assert day.quota(cap) == (1, 0)
    assert seated(day) == ["kim", "olli"]


def test_nobody_carries_a_seat_into_a_full_quota_but_the_team_may() -> None:
    """T31"""
    day = open_day(capacity=3)
    cap = day.add_quota("Kreis Musterau", 1, CAP, OF_MUSTERAU)
    day.join("kim", organisation=KI)
    day.join("ben", organisation=TOWN)
    with pytest.raises(Refusal) as refused:
        day.move("ben", OFFICE)
    assert refused.value.field == "organisation"
    day.check()
    assert day.of("ben").organisation.name == TOWN
    day.move("ben", OFFICE, by_team=True)
    assert day.quota(cap) == (2, 0)


def test_nobody_carries_a_reserved_seat_out_of_its_reservation() -> None:
    day = open_day(capacity=1)
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.join("kim", organisation=KI)
    with pytest.raises(Refusal):
        day.move("kim", TOWN)
    day.move("kim", TOWN, by_team=True)
    assert seated(day) == ["kim"]
    assert day.event.reserved == 1


# -- by the team


def test_a_new_quota_counts_who_is_there_and_nobody_loses_a_seat() -> None:
    day = open_day(capacity=2)
    day.join("kim", "kai", "kit", organisation=KI)
    with pytest.raises(Refusal) as refused:
        day.add_quota("Kreis Musterau", 1, CAP, OF_MUSTERAU)
    assert (refused.value.field, refused.value.values["taken"]) == ("capacity", 2)
    cap = day.add_quota("Kreis Musterau", 2, CAP, OF_MUSTERAU)
    assert day.quota(cap) == (2, 1)
    with pytest.raises(Refusal):
        day.change_quota(cap, capacity=1)
    day.cancel("kim")
    assert seated(day) == ["kai", "kit"]


def test_more_seats_for_a_quota_or_none_at_all_let_people_move_up() -> None:
    day = open_day(capacity=5)
    cap = day.add_quota("Kreis Musterau", 0, CAP, OF_MUSTERAU)
    day.join("kim", "kai", "kit", organisation=KI)
    assert seated(day) == []
    day.change_quota(cap, capacity=1)
    assert seated(day) == ["kim"]
    day.remove_quota(cap)
    assert seated(day) == ["kim", "kai", "kit"]
    assert (day.event.quota_count, day.event.code_count) == (0, 0)


def test_more_reserved_than_there_is_takes_nothing_from_anybody() -> None:
    day = open_day(capacity=2)
    day.join("ben", "cem")
    day.add_quota("KIs", 2, RESERVE, OF_KI)
    assert (day.event.reserved, day.event.seats.left) == (2, 0)
    day.join("dana")
    day.join("kim", organisation=KI)
    day.cancel("ben")
    assert seated(day) == ["cem", "kim"]


def test_names_and_codes_are_not_given_twice_and_a_stale_form_is_refused() -> None:
    day = open_day()
    first = day.add_quota("Gäste", 1, RESERVE, CODE)
    for name, aim, field in (
        ("Gäste", OF_KI, "name"),
        ("Andere", Aim(QuotaTarget.CODE, code="SOMMER-27"), "code"),
    ):
        with pytest.raises(Refusal) as refused:
            day.add_quota(name, 1, RESERVE, aim)
        assert refused.value.field == field
    facts = quotas.QuotaFacts("Neu", RESERVE, CODE, 1)
    with pytest.raises(ChangedMeanwhile), transaction() as session:
        quotas.change_quota(session, day.event_id, first, facts, 7, ORGANISER, day.now)


def test_quotas_of_one_day_do_not_touch_another() -> None:
    day = open_day(capacity=1)
    with transaction() as session:
        other = make_event(session, slug="other", capacity=1).id
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    with transaction() as session:
        entry = Entry(person("ben"), "nonce-ben-elsewhere")
        assert service.register(session, other, entry, day.now).has_seat


# -- offers


def test_an_offer_is_reserved_until_its_end_and_then_goes_to_the_next() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben", "cem", "dana")
    day.cancel("ben")
    assert day.statuses() == {"ben": Status.CANCELLED, "cem": Status.OFFERED, "dana": Status.WAITING}
    ends = day.of("cem").reserved_until
    assert ends == after_working_hours(day.now, 24)  # Monday morning to Wednesday noon
    assert ends is not None
    assert timedelta(days=2) < ends - day.now < timedelta(days=3)
    assert day.mails("cem") == ["registration.offered"]
    assert day.of("cem").invited_sequence is None
    assert day.line("dana").why is Why.OFFER  # type: ignore[union-attr]
    day.expire("cem", now=ends - timedelta(minutes=1))
    assert day.status("cem") is Status.OFFERED
    day.expire("cem", now=ends)
    assert (day.status("cem"), day.status("dana")) == (Status.EXPIRED, Status.OFFERED)
    assert day.mails("cem") == ["registration.offer_ended"]
    day.accept("dana")
    assert day.mails("dana") == ["registration.registered"]
    assert day.of("dana").invited_sequence is not None
    day.accept("dana")
    assert day.history("dana")[-1] == ("offered", "registered", "participant", "offer_accepted")


def test_who_declines_leaves_for_good_and_a_second_press_changes_nothing() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben", "cem", "dana")
    day.cancel("ben")
    day.decline("cem")
    assert (day.status("cem"), day.status("dana")) == (Status.CANCELLED, Status.OFFERED)
    assert day.mails("cem") == ["registration.declined"]
    day.decline("cem")
    for verb in (day.accept, day.confirm):
        with pytest.raises(Refusal):
            verb("cem")


def test_only_who_was_offered_a_seat_can_answer() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben", "cem")
    day.register("dana")
    for name in ("cem", "dana"):
        for verb in (day.accept, day.decline):
            with pytest.raises(Refusal):
                verb(name)
    with pytest.raises(Refusal):
        day.decline("ben")


def test_nothing_is_offered_after_closing_and_no_offer_outlasts_the_beginning() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben", "cem", "dana")
    starts_at, closes_at = day.event.starts_at, day.event.registration_closes_at
    assert closes_at is not None
    day.cancel("ben", now=closes_at - HOUR)
    day.set_event(registration_closes_at=closes_at - timedelta(minutes=30))
    day.decline("cem", now=closes_at)
    assert day.status("dana") is Status.WAITING
    assert day.line("dana").why is Why.CLOSED  # type: ignore[union-attr]
    day.set_event(registration_closes_at=None)
    day.register("emma", now=starts_at - HOUR)
    day.confirm("emma", now=starts_at - HOUR)
    assert day.status("dana") is Status.OFFERED
    assert day.of("dana").reserved_until == starts_at
    with pytest.raises(Refusal):
        day.accept("dana", now=starts_at)


def test_an_offer_respects_quotas_and_a_later_one_passes_who_waits_for_a_full_quota() -> None:
    day = open_day(capacity=2, offer_hours=24)
    day.add_quota("Kreis Musterau", 1, CAP, OF_MUSTERAU)
    day.join("kim", organisation=KI)
    day.join("ben")
    day.join("olli", organisation=OFFICE)
    day.join("cem")
    day.cancel("ben")
    assert (day.status("olli"), day.status("cem")) == (Status.WAITING, Status.OFFERED)
    day.decline("cem")
    day.cancel("kim")
    assert day.status("olli") is Status.OFFERED


def test_places_in_workshops_are_held_with_the_offer() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben")
    day.join("cem", labels=("1.1",))
    day.cancel("ben")
    assert day.places("cem") == {"1.1": "place"}
    day.decline("cem")
    assert day.run("1.1").taken == 0


def test_a_day_that_is_called_off_ends_offers() -> None:
    day = open_day(capacity=1, offer_hours=24)
    day.join("ben", "cem")
    day.cancel("ben")
    with day.step() as session:
        cancel_day(session, day.event_id, ORGANISER, day.now, WHY)
    assert day.status("cem") is Status.CANCELLED


def test_the_setting_stands_in_the_form_of_the_day() -> None:
    day = open_day(offer_hours=12)
    assert day_facts(day.event).offer_hours == 12


# -- T09


def test_a_known_address_gets_the_answer_of_a_new_one(app: Flask) -> None:
    """T09: whoever asks with somebody else's address learns nothing, whatever their quotas are."""
    day = open_day(capacity=2)
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.join("ben")
    day.join("cem")
    answers = {}
    for organisation in (TOWN, KI, "Ganz neues Amt"):
        for name in ("ben", "cem", "neu"):
            with transaction() as session:
                entry = Entry(person(name, organisation=organisation), f"nonce-{name}-{organisation}")
                answered = service.answer_form(session, day.event_id, entry, day.now)
                assert (answered.registration.nonce != entry.nonce) == (name != "neu")
                answers[name, organisation] = answered.waits
                session.rollback()
    for organisation in (TOWN, KI, "Ganz neues Amt"):
        assert answers["ben", organisation] == answers["cem", organisation] == answers["neu", organisation]
    assert answers["neu", KI] is False
    assert answers["neu", TOWN] is True


def test_a_group_that_comes_together_is_passed_over_and_then_moves_as_one() -> None:
    """Who stands behind it may have the one seat it cannot use; with seats for all, every member moves."""
    day = open_day(capacity=1)
    day.join("karl")
    group = day.group("clara", "anna", "ben", together=True)
    day.confirm_group(group)
    day.join("dora")
    day.cancel("karl")
    assert (day.status("anna"), day.status("dora")) == (Status.WAITING, Status.REGISTERED)
    day.set_event(capacity=3)
    day.join("emil")
    assert [day.status(name) for name in ("anna", "ben", "emil")] == [
        Status.REGISTERED,
        Status.REGISTERED,
        Status.WAITING,
    ]


def test_who_goes_gives_one_seat_back_to_the_reservation() -> None:
    day = open_day(capacity=3)
    quota = day.add_quota("KIs", 2, RESERVE, OF_KI)
    day.join("kim", organisation=KI)
    rows = quotas_of_day(db.session(), day.event)
    now, then = (availability_of(day.event, rows, {quota}, gives_back=back) for back in (0, 1))
    assert (now.quotas[0].held_back, now.seats.reserved, now.seats.taken) == (1, 1, 1)
    assert (then.quotas[0].held_back, then.seats.reserved, then.seats.taken) == (2, 2, 0)


def test_the_last_reserved_seat_is_still_one() -> None:
    one = Availability(Seats(3, 2, 0, 1), (QuotaState(7, "KIs", full=False, held_back=1, release_at=None),))
    assert one.open_reservations == {7}
    assert one.has_seat_for(Claim(frozenset({7}), 1))
    assert not one.has_seat_for(Claim(frozenset(), 1))
    assert Availability(one.seats, (one.quotas[0].after_one(),)).open_reservations == frozenset()


def test_a_limit_that_has_grown_shrinks_back_to_its_own_figure() -> None:
    """8 + 2: whoever leaves takes a seat along until the limit holds, and nobody moves up before."""
    day = open_day(capacity=20)
    quota = day.add_quota("Probeburg", 1, CAP, Aim(QuotaTarget.ORGANISATION, organisation_id=_id_of(TOWN)))
    for name in ("kim", "lea", "mia"):
        with day.step() as session:
            entry = Entry(person(name, organisation=TOWN), f"nonce-{name}")
            day.ids[name] = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=True).id
    day.join("nora", organisation=TOWN)

    def standing() -> tuple[int, int, int]:
        db.session.rollback()
        one = db.session.get_one(Quota, quota)
        return one.capacity, one.extra, one.taken

    assert standing() == (1, 2, 3)
    day.cancel("kim")
    assert (standing(), day.status("nora")) == ((1, 1, 2), Status.WAITING)
    day.cancel("lea")
    assert (standing(), day.status("nora")) == ((1, 0, 1), Status.WAITING)
    day.cancel("mia")
    assert (standing(), day.status("nora")) == ((1, 0, 1), Status.REGISTERED)
    day.check()


def test_a_limit_that_is_raised_takes_in_what_had_grown() -> None:
    day = open_day(capacity=20)
    quota = day.add_quota("Probeburg", 0, CAP, Aim(QuotaTarget.ORGANISATION, organisation_id=_id_of(TOWN)))
    with day.step() as session:
        entry = Entry(person("kim", organisation=TOWN), "nonce-kim")
        day.ids["kim"] = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=True).id
    with transaction() as session:
        one = session.get_one(Quota, quota)
        facts = quotas.QuotaFacts(one.name, one.effect, one.aim, 1)
        quotas.change_quota(session, day.event_id, quota, facts, one.version, ORGANISER, NOW)
    db.session.rollback()
    one = db.session.get_one(Quota, quota)
    assert (one.capacity, one.extra, one.taken) == (1, 0, 1)


def test_who_stays_under_a_grown_limit_is_not_kept_from_naming_somebody() -> None:
    """The seat of the limit is theirs already; only what they come under anew is asked."""
    day = open_day(capacity=20)
    district = day.add_quota("Kreis Musterau", 0, CAP, OF_MUSTERAU)
    with day.step() as session:
        entry = Entry(person("kim", organisation=KI), "nonce-kim")
        day.ids["kim"] = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=True).id
    day.substitute("kim", "kai")
    assert day.quota(district) == (1, 0)
    day.check()


def test_who_goes_gives_one_seat_back_to_the_limit() -> None:
    """Only to those under which they came."""
    day = open_day(capacity=9)
    mine, other = day.add_quota("KIs", 2, CAP, OF_KI), day.add_quota("Kreis", 3, CAP, OF_MUSTERAU)
    for name in ("kim", "kai"):
        day.join(name, organisation=KI)
    rows = quotas_of_day(db.session(), day.event)

    def left(leaving: set[int], *, gives_back: bool) -> list[tuple[int | None, bool]]:
        found = availability_of(day.event, rows, leaving, gives_back=gives_back)
        return [(one.left, one.full) for one in found.quotas]

    assert left({mine, other}, gives_back=False) == [(0, True), (1, False)]
    assert left({mine, other}, gives_back=1) == [(1, False), (2, False)]
    assert left({other}, gives_back=1) == [(0, True), (2, False)]


def test_each_group_in_line_is_told_for_how_many_seats_it_waits() -> None:
    day = open_day(capacity=2)
    day.join("karl")
    for contact, names in (("clara", ("anna", "ben")), ("dieter", ("cem", "dora", "emil"))):
        day.confirm_group(day.group(contact, *names, together=True))
    day.set_event(capacity=3)  # nobody has been asked yet
    day.join("fritz")
    told = {name: day.line(name) for name in ("anna", "cem", "emil")}
    assert {name: (line.why, line.seats, line.before) for name, line in told.items() if line} == {
        "cem": (Why.TOGETHER, 3, 0),
        "emil": (Why.TOGETHER, 3, 2),
    }
    assert (day.status("anna"), day.status("fritz")) == (Status.REGISTERED, Status.WAITING)


def test_no_part_of_a_group_that_comes_together_moves_before_all_have_confirmed() -> None:
    day = open_day(capacity=1)
    day.join("karl")
    day.group("clara", "anna", "ben", together=True)
    day.confirm("ben")
    day.set_event(capacity=3)
    day.join("dora")
    assert (day.status("ben"), day.status("dora"), day.seats()) == (
        Status.WAITING,
        Status.REGISTERED,
        (2, 2),
    )


def test_the_line_stands_still_only_when_registration_is_closed() -> None:
    assert [why for why in Why if not Position(0, why).moves] == [Why.CLOSED]


def test_seats_come_back_without_what_had_grown_but_for_who_stays() -> None:
    """8 + 2, and one leaves: 8 + 1; whoever takes their place at once takes the added chair too."""
    day = open_day(capacity=20)
    quota = day.add_quota("KIs", 1, CAP, OF_KI)
    for name in ("kim", "lea"):
        with day.step() as session:
            entry = Entry(person(name, organisation=KI), f"nonce-{name}")
            day.ids[name] = manual.add(session, day.event_id, entry, ORGANISER, day.now, extra_seat=True).id
    rows = quotas_of_day(db.session(), day.event)
    left = [
        availability_of(day.event, rows, {quota}, gives_back=1, staying=staying).quotas[0].left
        for staying in ((), {quota})
    ]
    assert left == [0, 1]


def test_quotas_are_read_anew_for_each_decision() -> None:
    """What others counted in the meantime is seen, whatever this session has read before."""
    day = open_day(capacity=20)
    quota = day.add_quota("KIs", 5, CAP, OF_KI)
    day.join("kim", organisation=KI)
    with transaction() as session:
        event, number = day.event, day.ids["kim"]
        (read,) = quotas_of(session, event, number)
        assert read.taken == 1
        changed = update(Quota).where(Quota.id == quota).values(taken=3)
        session.execute(changed.execution_options(synchronize_session=False))
        quotas_of(session, event, number)
        assert read.taken == 3
        session.execute(changed.values(taken=1))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_only_several_quotas_keep_one_seat_twice(number: int) -> None:
    day = open_day(capacity=9)
    day.join("kim", organisation=KI)
    for name, aim in (("KIs", OF_KI), ("Musterau", OF_MUSTERAU))[:number]:
        day.add_quota(name, 1, RESERVE, aim)
    session = db.session()
    of_kim = day.of("kim").organisation
    assert waiting_list.kept_twice(quotas_of_day(session, day.event), of_kim, "") is (number == 2)


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a group that need not come together"])
def test_a_kept_seat_is_taken_beside_who_waits_for_two_chairs(alone: bool) -> None:
    """One chair is free and the first in line needs two; the one that is kept for a KI is none of theirs."""
    day = open_day(capacity=4)
    day.add_quota("KIs", 1, RESERVE, OF_KI)
    day.join("anna", "karl")
    if alone:
        day.join("ben", accompanying=1)
    else:
        day.confirm_group(day.group("clara", "ben", accompanying=1))
    day.join("otto")
    day.join("kim", organisation=KI)
    assert seated(day) == ["anna", "karl", "kim"]
    day.cancel("karl")
    assert seated(day) == ["anna", "ben", "kim"]


def test_who_waits_for_two_chairs_does_not_hide_who_stands_behind() -> None:
    """A chair comes back to a reservation whose first in line needs more: it is for the next one under it."""
    day = open_day(capacity=4)
    day.add_quota("KIs", 2, RESERVE, OF_KI)
    day.join("kim", "lea", organisation=KI)
    day.join("anna", "karl")
    day.join("ben", accompanying=2)
    day.join("mia", organisation=KI)
    day.cancel("kim")
    assert seated(day) == ["lea", "anna", "karl", "mia"]


def test_who_moves_up_with_the_first_in_line() -> None:
    day = open_day(capacity=1)
    day.join("karl")
    day.confirm_group(day.group("clara", "anna", "ben", together=True))
    day.confirm_group(day.group("dieter", "cem", "dora"))
    day.join("emil")
    session = db.session()
    found = {
        name: [one.given_name for one in waiting_list.moving_with(session, day.event, day.of(name))]
        for name in ("ben", "dora", "emil")
    }
    assert found == {"ben": ["Anna", "Ben"], "dora": ["Dora"], "emil": ["Emil"]}
    waits = [waiting_list.group_waits(session, day.event, day.of(name)) for name in ("anna", "cem", "emil")]
    assert waits == [True, False, False]


def test_a_group_that_comes_together_does_not_turn_the_line_of_another_one() -> None:
    """Who need not come together moves up one by one, the first one first."""
    day = open_day(capacity=1)
    day.join("karl")
    day.confirm_group(day.group("dieter", "cem", "dora"))
    day.confirm_group(day.group("clara", "anna", "ben", together=True))
    day.cancel("karl")
    assert seated(day) == ["cem"]


def test_only_who_waits_has_a_place_in_line_and_a_group_is_its_members_alone() -> None:
    day = open_day(capacity=1)
    day.register("karl")  # not confirmed yet, but with a seat
    day.confirm_group(day.group("clara", "anna", "ben", together=True))
    day.join("emil", "fritz")
    day.cancel("fritz")
    people = [day.of(name) for name in day.ids]
    found = positions_of(db.session(), day.event, people, day.now)
    told = {one.given_name: (found[one.id].before, found[one.id].why) for one in people if one.id in found}
    assert told == {"Anna": (0, Why.TOGETHER), "Ben": (1, Why.TOGETHER), "Emil": (2, Why.EVENT_FULL)}


def test_what_a_day_does_not_have_is_not_asked_for(app: Flask) -> None:
    """A day without quotas and without groups that come together: most days, and most registrations."""
    day = open_day(capacity=1)
    day.join("karl")
    day.confirm_group(day.group("clara", "anna", "ben"))
    event, anna = day.event, day.of("anna")
    session = db.session()
    session.refresh(event)
    session.refresh(anna)
    with Queries(app) as queries:
        assert waiting_list.somebody_before(session, event, (), [Claim(frozenset(), 1)])
        assert list(waiting_list.moving_with(session, event, anna)) == [anna]
        assert not waiting_list.group_waits(session, event, anna)
        assert list(quotas_of(session, event, anna.id)) == []
    assert queries.count == 0
    with Queries(app) as queries:
        positions_of(session, event, [anna], day.now)
    assert queries.count == 1  # the line itself
