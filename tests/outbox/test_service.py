# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The state machine of a message, on both engines."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.outbox import queries, route, service, settling
from app.outbox.models import Message, Route
from app.outbox.rules import Claim, DeliveryPolicy, RenderedMail, Start, State
from app.refusal import Missing, Refusal
from app.web.database import db, transaction
from tests.mailsink import Sink
from tests.outbox.conftest import Clock, Office

POLICY = DeliveryPolicy()


def claim(office: Office) -> Claim | None:
    with office.app.app_context(), transaction() as session:
        return service.claim(session, now=office.clock(), policy=POLICY)


def a_claim(office: Office) -> Claim:
    claimed = claim(office)
    assert claimed is not None
    return claimed


def freeze(office: Office, claimed: Claim, recipient: str = "anna@example.org") -> bool:
    rendered = RenderedMail(f"<{claimed.id}@example.org>", recipient, "Betreff", b"Bytes\r\n", None)
    with office.app.app_context(), transaction() as session:
        return service.freeze(session, claimed, rendered, now=office.clock())


def begin(office: Office, claimed: Claim) -> Start:
    with office.app.app_context(), transaction() as session:
        return service.begin_data(session, claimed, now=office.clock(), policy=POLICY)


def sending(office: Office) -> Claim:
    claimed = a_claim(office)
    freeze(office, claimed)
    assert begin(office, claimed) is Start.BEGUN
    return claimed


def write(office: Office, verb: object, *args: object, **kwargs: object) -> object:
    with office.app.app_context(), transaction() as session:
        return verb(session, *args, **kwargs)  # type: ignore[operator]


def tidy(office: Office) -> None:
    write(office, settling.tidy, now=office.clock(), policy=POLICY)


def temporary(office: Office, claimed: Claim) -> None:
    write(office, settling.settle_temporary, claimed, "451 later", now=office.clock(), policy=POLICY)


def test_a_thing_is_announced_once(app: Flask, office: Office, clock: Clock) -> None:
    office.enqueue()
    with app.app_context(), transaction() as session:
        again = service.enqueue(
            session, kind="trial.invited", subject_id=1, revision=1, recipient="b@example.org", now=clock()
        )
        other = service.enqueue(
            session, kind="trial.invited", subject_id=2, revision=1, recipient="b@example.org", now=clock()
        )
    assert (again, other is None) == (None, False)
    assert office.states() == ["queued", "queued"]


def test_a_conflict_leaves_the_surrounding_transaction_whole(
    app: Flask, office: Office, clock: Clock
) -> None:
    office.enqueue()
    with app.app_context(), transaction() as session:
        session.execute(update(Message).values(language="en"))
        service.enqueue(
            session, kind="trial.invited", subject_id=1, revision=1, recipient="x@example.org", now=clock()
        )
    assert office.message(1).language == "en"


def test_an_interrupted_bulk_job_is_completed_without_repeats(
    app: Flask, office: Office, clock: Clock
) -> None:
    """F21: what was committed stays, what was not is created, nobody twice."""

    def enqueue_one(session: Session, number: int) -> None:
        values = {"kind": "other.note", "revision": 1, "recipient": f"{number}@example.org", "now": clock()}
        service.enqueue(session, subject_id=number, **values)  # type: ignore[arg-type]

    def enqueue_all(numbers: range) -> None:
        for number in numbers:
            with transaction() as session:
                enqueue_one(session, number)

    def die_half_way() -> None:
        with transaction() as session:
            for number in range(20, 40):
                enqueue_one(session, number)
            raise ZeroDivisionError

    with app.app_context():
        enqueue_all(range(20))
        with pytest.raises(ZeroDivisionError):
            die_half_way()
        enqueue_all(range(50))
        assert db.session().scalar(select(func.count()).select_from(Message)) == 50


def test_a_newer_mail_settles_the_older_one_unsent(office: Office) -> None:
    """F20: an overtaken row is never rendered; other people, other things and other families are not touched."""
    office.enqueue(subject_id=2)
    office.enqueue("other@example.org", revision=2)
    office.enqueue(kind="other.note")
    office.enqueue()
    office.enqueue(kind="trial.cancelled", revision=3)
    assert office.states() == ["queued", "queued", "queued", "superseded", "queued"]


def test_a_late_older_mail_is_settled_unsent(office: Office) -> None:
    office.enqueue(revision=2)
    office.enqueue(revision=1)
    tidy(office)
    assert office.states() == ["queued", "superseded"]


def test_a_cancellation_waits_for_the_invitation_in_hand(office: Office, clock: Clock) -> None:
    """F20: never two mails about one thing on their way at once, never in the wrong order."""
    office.enqueue()
    claimed = sending(office)
    office.enqueue(kind="trial.cancelled", revision=2)
    assert claim(office) is None
    write(office, settling.settle_sent, claimed, "250", now=clock())
    assert a_claim(office).kind == "trial.cancelled"


def test_an_overtaken_mail_does_not_begin(office: Office) -> None:
    """F20: it was rendered already, but not a byte has left. It is settled there and then: put back it would be due at
    once, and in nobody's way for ever."""
    office.enqueue()
    claimed = a_claim(office)
    freeze(office, claimed)
    office.enqueue(kind="trial.cancelled", revision=2)
    assert begin(office, claimed) is Start.OVERTAKEN
    assert office.states() == ["superseded", "queued"]


def test_nobody_takes_an_overtaken_mail_in_hand(office: Office) -> None:
    """Also when it was overtaken without being settled, as by a mail that was written later with a lower number."""
    office.enqueue(revision=2)
    office.enqueue(revision=1)
    assert a_claim(office).id == 1
    assert claim(office) is None


@pytest.mark.parametrize("sign_in", [False, True])
def test_a_mail_that_closes_the_door_again_no_longer_holds_the_others(
    office: Office, clock: Clock, sign_in: bool
) -> None:
    """The first time it may be the server; the mail waits as after any "not now", and each time longer."""
    office.enqueue()
    answers = {"now": clock(), "policy": POLICY, "sign_in": sign_in}
    until = write(office, settling.settle_closed, a_claim(office), "421 closing", **answers)
    assert until == clock() + timedelta(minutes=5 if sign_in else 0.5)
    clock.forward(minutes=5)
    answers["now"] = clock()
    assert write(office, settling.settle_closed, a_claim(office), "421 closing", **answers) is None
    message = office.message(1)
    assert (message.attempts, message.next_attempt_at) == (2, clock() + timedelta(minutes=5))
    office.enqueue(subject_id=2)
    assert a_claim(office).id == 2


def test_a_domain_with_umlauts_is_overtaken_too(office: Office, sink: Sink) -> None:
    """F20: the row keeps the address as people write it, so the next mail finds those before it; the server gets ASCII."""
    office.enqueue("anna@müller.example")
    claimed = a_claim(office)
    freeze(office, claimed, "anna@müller.example")
    office.enqueue("anna@müller.example", kind="trial.cancelled", revision=2)
    assert begin(office, claimed) is Start.OVERTAKEN
    office.deliver()
    assert office.states() == ["superseded", "sent"]
    assert [one["recipient"] for one in sink.records()] == ["anna@xn--mller-kva.example"]
    assert office.message(2).recipient == "anna@müller.example"


def test_who_waits_longest_is_first_and_one_claim_is_one_message(office: Office, clock: Clock) -> None:
    office.enqueue(subject_id=1)
    clock.forward(seconds=1)
    office.enqueue(subject_id=2)
    first, second = a_claim(office), a_claim(office)
    assert (first.id, second.id, claim(office)) == (1, 2, None)
    assert first.token != second.token
    assert office.message(1).lease_until == clock() + timedelta(minutes=15)


def test_nothing_is_claimed_while_the_way_out_is_closed(office: Office, clock: Clock) -> None:
    """F09, F44."""
    office.enqueue()
    write(office, route.pause, "421 closing", now=clock(), policy=POLICY)
    assert claim(office) is None
    clock.forward(seconds=29)
    assert claim(office) is None
    clock.forward(seconds=1)
    temporary(office, a_claim(office))
    clock.forward(minutes=1)
    write(office, route.hold, now=clock())
    assert claim(office) is None
    write(office, route.release)
    assert claim(office) is not None


def test_pauses_grow_and_end_with_the_first_answer(app: Flask, office: Office, clock: Clock) -> None:
    """F09: half a minute, 1, 2, then every 5 minutes: asking costs no mail an attempt, and a server that is back is found
    soon. F17: one that refuses our password is asked seldom, so that it does not lock the account."""
    office.enqueue()
    pauses = [write(office, route.pause, "refused", now=clock(), policy=POLICY) for _ in range(7)]
    assert [(until - clock()).total_seconds() / 60 for until in pauses] == [0.5, 1, 2, 5, 5, 5, 5]  # type: ignore[operator]
    assert [POLICY.pause(one, sign_in=True).total_seconds() / 60 for one in range(1, 6)] == [
        5,
        15,
        30,
        60,
        60,
    ]
    clock.forward(minutes=31)
    temporary(office, sending(office))
    with app.app_context():
        row = db.session().get_one(Route, 1)
        assert (row.failures, row.paused_until, row.reason) == (0, None, "")


def test_patience_is_a_ladder_of_72_hours(office: Office, clock: Clock) -> None:
    """F10: 1, 5, 15, 30, 60 minutes, then hourly; after 72 hours it has failed and says so."""
    office.enqueue()
    began, minutes = clock(), []
    while (claimed := claim(office)) is not None:
        freeze(office, claimed)
        temporary(office, claimed)
        message = office.message(1)
        if message.state is State.FAILED:
            break
        minutes.append((message.next_attempt_at - clock()).total_seconds() / 60)
        clock.time = message.next_attempt_at
    assert minutes[:7] == [1, 5, 15, 30, 60, 60, 60]
    assert clock() - began == timedelta(hours=72) - timedelta(minutes=1)
    assert (message.state, message.smtp_answer, message.copies) == (State.FAILED, "451 later", 0)


def test_patience_ends_with_the_event(office: Office, clock: Clock) -> None:
    """F10: what is about this morning is useless in the afternoon."""
    office.enqueue(give_up_at=clock() + timedelta(minutes=10))
    temporary(office, a_claim(office))
    clock.forward(minutes=1)
    temporary(office, a_claim(office))
    clock.forward(minutes=5)
    temporary(office, a_claim(office))
    assert office.message(1).next_attempt_at == clock() + timedelta(minutes=3)
    clock.forward(minutes=3)
    temporary(office, a_claim(office))
    assert office.states() == ["failed"]


def test_a_mail_whose_time_is_over_is_not_sent(office: Office, clock: Clock) -> None:
    office.enqueue(give_up_at=clock() + timedelta(hours=1))
    clock.forward(hours=1)
    assert claim(office) is None
    tidy(office)
    assert (office.states(), office.message(1).smtp_answer) == (["failed"], "the time for this mail is over")


def test_a_refusal_for_good_fails_at_once(office: Office) -> None:
    """F11, F12: also after DATA, where the copy counts as never made."""
    office.enqueue()
    write(office, settling.settle_permanent, sending(office), "550 5.1.1 no such user")
    message = office.message(1)
    assert (message.state, message.copies, message.attempts) == (State.FAILED, 0, 1)
    assert message.smtp_answer == "550 5.1.1 no such user"


def test_a_crash_before_data_is_harmless(office: Office, clock: Clock) -> None:
    """F04: the lease expires, the message is free, no copy is counted."""
    office.enqueue()
    a_claim(office)
    clock.forward(minutes=14, seconds=59)
    tidy(office)
    assert office.states() == ["claimed"]
    clock.forward(seconds=1)
    tidy(office)
    assert (office.states(), office.message(1).copies) == (["queued"], 0)


def test_a_crash_after_data_is_repeated_once(office: Office, clock: Clock) -> None:
    """F06, F07: two copies at most; then a person decides."""
    office.enqueue()
    sending(office)
    clock.forward(minutes=16)
    tidy(office)
    assert (office.states(), office.message(1).copies) == (["queued"], 1)
    sending(office)
    clock.forward(minutes=16)
    tidy(office)
    assert (office.states(), office.message(1).copies) == (["unclear"], 2)
    assert claim(office) is None
    write(office, service.retry, 1, now=clock())
    sending(office)
    clock.forward(minutes=16)
    tidy(office)
    assert (office.states(), office.message(1).copies) == (["unclear"], 3)


def test_no_answer_is_repeated_once(office: Office, clock: Clock) -> None:
    """F14: the worker lives, but the server never answered the final dot."""
    office.enqueue()
    write(office, settling.settle_doubtful, sending(office), "hung up", now=clock(), policy=POLICY)
    assert (office.states(), claim(office)) == (["queued"], None)
    clock.forward(minutes=15)
    write(office, settling.settle_doubtful, sending(office), "hung up", now=clock(), policy=POLICY)
    assert office.states() == ["unclear"]


def test_a_message_that_kills_the_worker_is_set_aside(office: Office, clock: Clock) -> None:
    """F08: three claims without a result; the queue goes on."""
    office.enqueue()
    for _ in range(3):
        a_claim(office)
        clock.forward(minutes=15)
        tidy(office)
    office.enqueue(subject_id=2)
    assert office.states() == ["quarantined", "queued"]
    assert a_claim(office).id == 2


def test_who_overslept_the_lease_changes_nothing(office: Office, clock: Clock) -> None:
    """F19: not before DATA, and not at marking while another worker has the message."""
    office.enqueue()
    sleeper = a_claim(office)
    clock.forward(minutes=15)
    assert freeze(office, sleeper)
    assert begin(office, sleeper) is Start.LOST
    tidy(office)
    other = a_claim(office)
    assert begin(office, sleeper) is Start.LOST
    write(office, settling.settle_permanent, sleeper, "550")
    write(office, settling.set_aside, sleeper, "broken")
    temporary(office, sleeper)
    closed = write(office, settling.settle_closed, sleeper, "421 closing", now=clock(), policy=POLICY)
    assert closed is None
    assert begin(office, other) is Start.BEGUN
    assert not write(office, settling.settle_sent, sleeper, "250 late", now=clock())
    assert write(office, settling.settle_sent, other, "250 fine", now=clock())
    assert office.message(1).smtp_answer == "250 fine"


def test_a_yes_is_a_fact_after_the_lease_too(office: Office, clock: Clock) -> None:
    """F19: the repeat that would follow is saved."""
    office.enqueue()
    sleeper = sending(office)
    clock.forward(minutes=16)
    tidy(office)
    other = a_claim(office)
    assert write(office, settling.settle_sent, sleeper, "250 late", now=clock())
    assert begin(office, other) is Start.LOST
    assert office.states() == ["sent"]


@pytest.mark.parametrize("state", ["sent", "superseded", "queued"])
def test_only_trouble_can_be_sent_again(office: Office, clock: Clock, state: str) -> None:
    office.enqueue()
    if state == "sent":
        write(office, settling.settle_sent, sending(office), "250", now=clock())
    if state == "superseded":
        write(office, settling.settle_superseded, a_claim(office))
    with pytest.raises(Refusal):
        write(office, service.retry, 1, now=clock())
    assert office.states() == [state]


def test_an_overtaken_mail_is_not_sent_again(office: Office, clock: Clock) -> None:
    office.enqueue()
    write(office, settling.settle_permanent, a_claim(office), "550")
    office.enqueue(revision=2)
    with pytest.raises(Refusal):
        write(office, service.retry, 1, now=clock())
    with pytest.raises(Missing):
        write(office, service.retry, 99, now=clock())


def test_what_waits_can_be_dropped_after_a_restore(office: Office, clock: Clock) -> None:
    """F44: the restored system does not send old mail again."""
    office.enqueue()
    office.enqueue(subject_id=2)
    write(office, route.hold, now=clock())
    assert write(office, service.drop_waiting) == 2
    write(office, route.release)
    office.enqueue(subject_id=3)
    assert (a_claim(office).id, claim(office)) == (3, None)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.SENT},
        {"state": State.CLAIMED},
        {"lease_token": "x"},
        {"frozen": b"x"},
        {"copies": 3},
        {"message_id": "<x@example.org>"},
        {"attempts": -1},
    ],
)
def test_the_database_refuses_halves(app: Flask, office: Office, values: dict[str, object]) -> None:
    office.enqueue()
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Message).values(**values))


def test_the_dashboard_reads_the_trouble_of_its_event(app: Flask, office: Office, clock: Clock) -> None:
    office.enqueue(subject_id=1, event_id=5)
    office.enqueue(subject_id=2, event_id=5)
    office.enqueue(subject_id=3, event_id=6)
    write(office, settling.settle_permanent, a_claim(office), "550")
    with app.app_context():
        session = db.session()
        found = queries.trouble(session, 5)
        assert (found.waiting, found.failed, found.lost) == (1, 1, 1)
        assert [message.id for message in found.messages] == [1]
        assert queries.trouble(session, 6).messages == []
        assert queries.counts(session)[State.QUEUED] == 2
        assert [message.id for message in queries.about(session, "trial", 2)] == [2]
        assert not queries.worker_alive(session, clock())
    write(office, service.beat, "w", now=clock())
    write(office, service.beat, "w", now=clock())
    with app.app_context():
        assert queries.worker_alive(db.session(), clock() + timedelta(seconds=59))
        assert not queries.worker_alive(db.session(), clock() + timedelta(seconds=60))


def test_a_thread_refers_to_the_first_mail_that_left(app: Flask, office: Office, clock: Clock) -> None:
    office.enqueue()
    with app.app_context():
        assert queries.first_message_id(db.session(), "trial.invited", 1, "anna@example.org") is None
    write(office, settling.settle_sent, sending(office), "250", now=clock())
    office.enqueue(revision=2)
    with app.app_context():
        assert (
            queries.first_message_id(db.session(), "trial.cancelled", 1, "anna@example.org")
            == "<1@example.org>"
        )
        assert queries.first_message_id(db.session(), "trial.cancelled", 1, "bert@example.org") is None


def test_who_sent_a_mail_starts_counting_anew(office: Office, clock: Clock) -> None:
    """F08: claims count what ended without a result; a repeat that was asked for later has all of them."""
    office.enqueue()
    a_claim(office)
    clock.forward(minutes=15)
    tidy(office)
    claimed = sending(office)
    assert office.message(1).claims == 2
    write(office, settling.settle_sent, claimed, "250 fine", now=clock())
    assert office.message(1).claims == 0


def test_what_is_settled_unsent_keeps_no_claims(office: Office) -> None:
    office.enqueue()
    claimed = a_claim(office)
    write(office, settling.settle_superseded, claimed)
    assert (office.states(), office.message(1).claims) == (["superseded"], 0)


def test_after_a_fault_of_ours_the_mail_is_tried_again_in_a_moment(office: Office, clock: Clock) -> None:
    """F08"""
    office.enqueue()
    write(office, settling.stumble, a_claim(office), "fault", now=clock(), policy=POLICY)
    again = office.message(1)
    assert (office.states(), again.next_attempt_at) == (["queued"], clock() + POLICY.ladder[0])
    assert (again.claims, again.attempts, again.smtp_answer) == (1, 0, "fault")


def test_an_answer_ends_the_count_of_crashes(office: Office, clock: Clock) -> None:
    """Only what is in hand when the worker dies, again and again, is set aside."""
    office.enqueue()
    temporary(office, sending(office))
    assert office.message(1).claims == 0
    clock.forward(minutes=2)
    write(office, settling.settle_permanent, sending(office), "550 no such user")
    assert office.message(1).claims == 0


def test_no_answer_at_all_ends_it_too(office: Office, clock: Clock) -> None:
    office.enqueue()
    write(office, settling.settle_doubtful, sending(office), "no answer", now=clock(), policy=POLICY)
    assert office.message(1).claims == 0


def test_a_refusal_for_good_is_an_answer_of_the_server(app: Flask, office: Office, clock: Clock) -> None:
    """F09: the way out is open again, although this mail goes nowhere."""
    office.enqueue()
    write(office, route.pause, "refused", now=clock(), policy=POLICY)
    clock.forward(minutes=31)
    write(office, settling.settle_permanent, sending(office), "550 no such user")
    with app.app_context():
        assert db.session().get_one(Route, 1).failures == 0
