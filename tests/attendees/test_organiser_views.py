# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The people of a day for its team: lists, one person, actions by hand."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import lists, manual
from app.attendees import queries as person_queries
from app.attendees.filters import SortOrder, Wanted, clean_search
from app.attendees.lists import Page
from app.attendees.manual import correct
from app.events.models import Event, Quota
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.people.audit import entries_of
from app.people.models import Organiser
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Registration, StatusChange
from app.registration.questions.models import Answer
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Actor, Status
from app.registration.workshops.models import Place
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.factories.questions import make_questions
from tests.organising.helpers import (
    Day,
    a_day,
    a_person,
    id_of,
    many_sign_up,
    queries,
    seats_of,
    signs_up,
    status_of,
)
from tests.pages import Page as HtmlPage
from tests.pages import Visitor
from tests.people.helpers import csrf_token, signed_in
from tests.registration.steps import ORGANISER

OTTO = "otto@example.org"


def as_otto(app: Flask) -> Visitor:
    return Visitor(signed_in(app, OTTO))


def names(page: HtmlPage) -> list[str]:
    return [tag.get_text(" ", strip=True) for tag in page.soup.select("main tbody th a")]


def audit(app: Flask, day: Day) -> list[tuple[str, str | None]]:
    """Deeds around people, the oldest first."""
    with app.app_context():
        found = [
            (one.action, one.organiser.email if one.organiser else None)
            for one in entries_of(db.session(), day.event_id)
            if one.action.startswith("registration.")
        ]
        return found[::-1]


def kinds_to(app: Flask, reference: str) -> list[str]:
    with app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.reference == reference)).one()
        return [message.kind for message in person_queries.mails_about(db.session(), one)]


# -- the list


def test_search_filter_and_sort(app: Flask) -> None:
    day = a_day(app, capacity=3)
    signs_up(app, day, 1, family_name="Müller", given_name="Jörg", organisation="Zentrum Probe")
    signs_up(
        app,
        day,
        2,
        family_name="Muşterî",
        given_name="Şükrü",
        organisation="Amt Beispiel",
        choices={day.rounds[0]: day.runs["1.1"]},
    )
    signs_up(app, day, 3, family_name="O'Neil", given_name="Ann", organisation="Amt Beispiel")
    last = signs_up(app, day, 4, family_name="100%_Ziel", given_name="Anna", organisation="Verein Demo")
    visitor, address = as_otto(app), f"{day.home}/registrations"
    everyone = ["100%_Ziel, Anna", "Müller, Jörg", "Muşterî, Şükrü", "O'Neil, Ann"]
    assert names(visitor.get(address)) == everyone
    for text, found in {
        "muller": ["Müller, Jörg"],
        "JÖRG müller": ["Müller, Jörg"],
        "sukru": ["Muşterî, Şükrü"],
        "amt beispiel": ["Muşterî, Şükrü", "O'Neil, Ann"],
        "person3@": ["O'Neil, Ann"],
        "o'neil": ["O'Neil, Ann"],
        last: ["100%_Ziel, Anna"],
        last.lower()[:4]: ["100%_Ziel, Anna"],
        "%": ["100%_Ziel, Anna"],
        "_": ["100%_Ziel, Anna"],
        "/": [],
        "\\": [],
        "gibt es nicht": [],
        "\u202e": everyone,
    }.items():
        assert names(visitor.get(address, query_string={"q": text})) == found, text
    by_status = visitor.get(address, query_string={"status": "waiting"})
    assert names(by_status) == ["100%_Ziel, Anna"]
    assert names(visitor.get(address, query_string={"run": day.runs["1.1"]})) == ["Muşterî, Şükrü"]
    assert names(visitor.get(address, query_string={"sort": "registered"}))[0] == "100%_Ziel, Anna"
    assert names(visitor.get(address, query_string={"sort": "waiting"}))[0] == "100%_Ziel, Anna"
    assert names(visitor.get(address, query_string={"sort": "organisation"})) == [
        "Muşterî, Şükrü",
        "O'Neil, Ann",
        "100%_Ziel, Anna",
        "Müller, Jörg",
    ]


@pytest.mark.parametrize(
    "query", ["status=registred", "run=9", "run=-1", "run=99999999999999999999", "run=x", "sort=name;drop"]
)
def test_a_filter_that_does_not_exist_shows_nothing(app: Flask, query: str) -> None:
    """Better a 404 than everybody, where somebody thinks to see a part."""
    day = a_day(app)
    client = signed_in(app, OTTO)
    assert client.get(f"{day.home}/registrations?{query}").status_code == 404


def test_a_run_of_another_day_is_no_filter(app: Flask) -> None:
    """T02"""
    day, other = a_day(app), a_day(app, "other")
    client = signed_in(app, OTTO)
    assert client.get(f"{day.home}/registrations?run={other.runs['1.1']}").status_code == 404


@pytest.mark.long
def test_pages_of_fifty_and_the_same_queries_for_one_and_a_hundred(app: Flask) -> None:
    """F46: thirteen queries, two of them at the door, four for what the filters offer, two for who comes along."""
    day = a_day(app)
    choices = {day.rounds[0]: day.runs["1.1"], day.rounds[1]: day.runs["2.1"]}
    many_sign_up(app, day, 1, 1, choices)
    visitor, address = as_otto(app), f"{day.home}/registrations"
    counts = {}
    for path in (address, f"{day.home}/workshops", f"{address}?q=muster&sort=organisation"):
        with queries(app) as sent:
            visitor.get(path)
        counts[path] = len(sent)
    many_sign_up(app, day, 2, 100, choices)
    for path, number in counts.items():
        with queries(app) as sent:
            visitor.get(path)
        assert len(sent) == number, sent
    assert counts == {address: 11, f"{day.home}/workshops": 8, f"{address}?q=muster&sort=organisation": 11}
    first, second = visitor.get(address), visitor.get(f"{address}?page=2")
    assert names(first) == [f"Muster{number:03}, Aylin" for number in range(1, 51)]
    assert names(second) == [f"Muster{number:03}, Aylin" for number in range(51, 101)]
    for odd in ("0", "-1", "99", "x", "9" * 30):
        shown = names(visitor.get(f"{address}?page={odd}"))
        assert shown == (names(second) if odd == "99" else names(first)), odd
    kept = visitor.get(f"{address}?q=muster&sort=organisation").tree
    turning = kept.xpath("//button[@form='many' and @name='page' and @value='2']/@formaction")
    assert set(turning) == {address}
    sent_along = {one.get("name"): one.get("value") for one in kept.xpath("//form[@id='many']//input")}
    assert (sent_along["q"], sent_along["sort"]) == ("muster", "organisation")


@pytest.mark.parametrize(
    ("pages", "page", "shown"),
    [
        (1, 1, [1]),
        (7, 4, [1, 2, 3, 4, 5, 6, 7]),
        (20, 1, [1, 2, 3, None, 20]),
        (20, 10, [1, None, 8, 9, 10, 11, 12, None, 20]),
    ],
)
def test_page_numbers(pages: int, page: int, shown: list[int | None]) -> None:
    assert list(Page([], pages * 50, page).iter_pages()) == shown


def test_clean_search() -> None:
    """T43: nothing reaches the database that one of the two engines refuses."""
    assert clean_search("  a\x00b\n\u202ec\ud800 " + "x" * 200) == "a b c " + "x" * 90


def test_nobody_yet(app: Flask) -> None:
    day = a_day(app, programme=False)
    visitor = as_otto(app)
    assert visitor.get(f"{day.home}/registrations").soup.select(".empty")
    assert visitor.get(f"{day.home}/workshops").soup.select(".empty")
    assert not visitor.get(f"{day.home}/registrations").soup.select("form[action$=export]")


def test_lists_by_workshop(app: Flask) -> None:
    """Who sits in a run, and who waits for it in the order of the numbers."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        run = lists.runs_of(session, session.get_one(lists.Event, day.event_id))[0]
        session.get_one(lists.Run, run.id).capacity = 1
    for number in (3, 1, 2):
        signs_up(app, day, number, choices={day.rounds[0]: day.runs["1.1"]})
    with app.app_context():
        first = lists.run_lists(db.session(), db.session.get_one(lists.Event, day.event_id))[0]
        assert [one.family_name for one in first.seated] == ["Muster003"]
        assert [(number, one.family_name) for number, one in first.waiting] == [
            (1, "Muster001"),
            (2, "Muster002"),
        ]
    page = as_otto(app).get(f"{day.home}/workshops")
    assert names(page) == ["Muster003, Aylin", "Muster001, Aylin", "Muster002, Aylin"]


# -- one person


def test_a_person_with_places_history_and_mails(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day, choices={day.rounds[0]: day.runs["1.2"]})
    page = as_otto(app).get(f"{day.home}/registrations/{reference}")
    assert page.heading == "Muster001, Aylin"
    for words in (reference, "person1@example.org", "Kreis Musterstadt", "1.2 Datenschutz im Fallmanagement"):
        assert words in page.text
    assert len(page.soup.select("table")[0].select("tbody tr")) == 2
    assert len(page.soup.select("table")[1].select("tbody tr")) == 2
    # Typed in small letters, as people do who read it from a phone.
    assert as_otto(app).get(f"{day.home}/registrations/{reference.lower()}").status == 200


def test_who_only_sees_is_offered_nothing_to_do(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    visitor = Visitor(signed_in(app, "chris@example.org"))
    page = visitor.get(f"{day.home}/registrations/{reference}")
    assert page.status == 200
    assert not page.soup.select("main form")
    listing = visitor.get(f"{day.home}/registrations")
    assert not listing.soup.select("form[action$=export], a[href$=new]")


@pytest.mark.parametrize("reference", ["XXXX-XXXX", "%01", "ä", "x" * 300, "new%20", "' OR 1=1"])
def test_a_reference_that_is_none(app: Flask, reference: str) -> None:
    day = a_day(app)
    assert signed_in(app, OTTO).get(f"{day.home}/registrations/{reference}").status_code == 404


def test_references_of_another_day_are_missing(app: Flask) -> None:
    """T02: Otto works on both days, and still each reference opens only its own day's page."""
    day, other = a_day(app), a_day(app, "other")
    mine, theirs = signs_up(app, day), signs_up(app, other)
    client = signed_in(app, OTTO)
    token = csrf_token(client, f"{day.home}/registrations/{mine}")
    with app.app_context():
        message = db.session.scalars(select(Message.id).where(Message.event_id == other.event_id)).first()
    for path in ("", "/edit", "/workshops", "/cancel"):
        assert client.get(f"{day.home}/registrations/{mine}{path}").status_code == 200
        assert client.get(f"{day.home}/registrations/{theirs}{path}").status_code == 404
    for path in ("edit", "workshops", "cancel", "link"):
        sent = client.post(f"{day.home}/registrations/{theirs}/{path}", data={"csrf_token": token})
        assert sent.status_code == 404, path
    assert client.get(f"{day.home}/mails/{message}").status_code == 404
    assert client.post(f"{day.home}/mails/{message}/retry", data={"csrf_token": token}).status_code == 404
    assert client.get(f"{other.home}/mails/{message}").status_code == 200
    assert status_of(app, theirs) == ("registered", True)


# -- changing


def test_correct_the_name(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    before = kinds_to(app, reference)
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/edit")
    after = page.send(family_name="Ävermann", organisation="Neues Amt", role_title="")
    assert after.heading == "Ävermann, Aylin"
    assert "Neues Amt" in after.text
    assert audit(app, day) == [("registration.change", OTTO)]
    with app.app_context():
        entry = entries_of(db.session(), day.event_id)[0]
        assert entry.detail == {"fields": ["family_name", "role_title", "organisation_id"]}
        assert entry.subject == f"registration {id_of(app, reference)}"
    assert kinds_to(app, reference) == before


def test_correct_the_address(app: Flask) -> None:
    """The old address may be a stranger's: its links die, the new one gets the invitation."""
    from app.registration.links import feed_token, open_feed, open_personal, personal_token

    day = a_day(app)
    reference = signs_up(app, day)
    with app.test_request_context():
        one = db.session.get_one(Registration, id_of(app, reference))
        link, feed = personal_token(one), feed_token(one)
        assert open_personal(db.session(), link).reference == reference
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/edit")
    after = page.send(email="richtig@example.org")
    assert "richtig@example.org" in after.text
    assert kinds_to(app, reference)[-1] == notifications.REGISTERED
    from app.registration.links import Withdrawn

    with app.test_request_context():
        for open_, token in ((open_personal, link), (open_feed, feed)):
            with pytest.raises(Withdrawn):
                open_(db.session(), token)
        newest = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert newest is not None
        assert newest.recipient == "richtig@example.org"


def test_who_has_not_confirmed_is_asked_at_the_new_address(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        # with the true clock, so that the hold has not ended
        from app.clock import now
        from app.registration.admission import Entry
        from app.registration.service import register

        reference = register(session, day.event_id, Entry(a_person(), "n"), now()).reference
    as_otto(app).get(f"{day.home}/registrations/{reference}/edit").send(email="richtig@example.org")
    assert kinds_to(app, reference) == [notifications.CONFIRM, notifications.CONFIRM]
    assert status_of(app, reference) == ("unconfirmed", True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "person2@example.org"}, "email"),
        ({"email": "PERSON2@EXAMPLE.ORG"}, "email"),
        ({"email": "keine"}, "email"),
        ({"family_name": ""}, "family_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"given_name": "🎉"}, "given_name"),
        ({"organisation": "A\u202eB"}, "organisation"),
        ({"role_title": "x" * 201}, "role_title"),
        ({"email": ["a@example.org", "b@example.org"]}, "email"),
    ],
)
def test_correct_refuses(app: Flask, fields: dict[str, str], field: str) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    signs_up(app, day, 2)
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/edit").send(**fields)
    assert (page.status, set(page.errors())) == (422, {field})
    with app.app_context():
        one = db.session.get_one(Registration, id_of(app, reference))
        assert (one.family_name, one.email) == ("Muster001", "person1@example.org")
    assert audit(app, day) == []


def test_two_organisers_on_one_person(app: Flask) -> None:
    """F30, T41: the later one sees both texts; nothing typed is lost, and saving again is their decision."""
    day = a_day(app)
    reference = signs_up(app, day)
    address = f"{day.home}/registrations/{reference}/edit"
    first, second = as_otto(app).get(address), Visitor(signed_in(app, "lea@example.org")).get(address)
    first.send(family_name="Von Otto")
    nasty = "</td><script>alert(1)</script>"
    conflict = second.send(family_name="Von Lea", organisation=nasty)
    assert conflict.status == 409
    cells = [
        [cell.get_text(strip=True) for cell in row.select("td")] for row in conflict.soup.select("tbody tr")
    ]
    assert cells == [["Von Otto", "Von Lea"], ["Kreis Musterstadt", nasty]]
    assert not conflict.soup.select("main script")
    with app.app_context():
        assert db.session.get_one(Registration, id_of(app, reference)).family_name == "Von Otto"
    after = conflict.send()
    assert after.heading == "Von Lea, Aylin"
    assert [who for _, who in audit(app, day)] == [OTTO, "lea@example.org"]


def test_a_version_that_is_no_number(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/edit")
    for odd in ("x", "", "-1", "9" * 40, "1_0"):
        assert page.send(version=odd).status == 409, odd


def test_the_change_and_its_trace_are_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the second write: the first is gone."""

    day = a_day(app)
    reference = signs_up(app, day)
    number = id_of(app, reference)

    def breaks(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(manual, "record", breaks)
    with app.app_context():
        version = db.session.get_one(Registration, number).version
        with pytest.raises(RuntimeError), transaction() as session:
            correct(session, number, a_person(1, family_name="Anders"), version, By(Actor.ORGANISER), NOW)
        assert db.session.get_one(Registration, number).family_name == "Muster001"


# -- cancelling


def test_cancel_asks_says_what_happens_and_lets_the_first_in_line_move_up(app: Flask) -> None:
    day = a_day(app, capacity=1)
    leaves, moves = signs_up(app, day, 1), signs_up(app, day, 2, given_name="Bea")
    page = as_otto(app).get(f"{day.home}/registrations/{leaves}/cancel")
    assert "person1@example.org" in page.text
    assert "Bea Muster002" in page.text
    assert status_of(app, leaves) == ("registered", True)
    after = page.send(note="Hat angerufen")
    assert "Bea Muster002" in after.text
    assert "Hat angerufen" in after.text
    assert not after.soup.select("main form")
    assert (status_of(app, leaves), status_of(app, moves)) == (("cancelled", False), ("registered", True))
    assert seats_of(app, day) == (1, 0, 0)
    assert kinds_to(app, leaves)[-1] == notifications.CANCELLED
    assert kinds_to(app, moves)[-1] == notifications.MOVED_UP
    assert audit(app, day) == [("registration.cancel", OTTO)]
    with app.app_context():
        line = db.session.scalars(select(StatusChange).order_by(StatusChange.id.desc())).all()
        mine = next(one for one in line if one.registration_id == id_of(app, leaves))
        assert mine.organiser is not None
        assert (mine.actor, mine.organiser.email, mine.note) == (Actor.ORGANISER, OTTO, "Hat angerufen")


@pytest.mark.parametrize("path", ["edit", "workshops", "cancel"])
def test_who_has_left_cannot_be_changed(app: Flask, path: str) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    visitor = as_otto(app)
    form = visitor.get(f"{day.home}/registrations/{reference}/{path}")
    visitor.get(f"{day.home}/registrations/{reference}/cancel").send()
    assert form.send(action=f"{day.home}/registrations/{reference}/{path}").status == 404
    assert visitor.client.get(f"{day.home}/registrations/{reference}/{path}").status_code == 404
    assert [action for action, _ in audit(app, day)] == ["registration.cancel"]


def test_a_note_that_is_too_long_is_kept_in_the_form(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/cancel").send(note="x" * 501)
    assert (page.status, set(page.errors())) == (422, {"note"})
    assert page.values(page.form())["note"].strip() == "x" * 501
    assert status_of(app, reference) == ("registered", True)


# -- adding


NEW = {
    "given_name": "Şükrü",
    "family_name": "Muşterî",
    "email": "neu@example.org",
    "organisation": "Amt Beispiel",
    "role_title": "Leitung",
}


def added(app: Flask, email: str = "neu@example.org") -> Registration:
    found = db.session.scalars(select(Registration).where(Registration.email == email)).all()
    assert len(found) == 1
    return found[0]


def test_add_somebody_with_workshops(app: Flask) -> None:
    day = a_day(app)
    page = as_otto(app).get(f"{day.home}/registrations/new")
    after = page.send(**NEW, **{f"round-{day.rounds[0]}": str(day.runs["1.2"])}, note="Am Telefon")
    assert after.heading == "Muşterî, Şükrü"
    with app.app_context():
        one = added(app)
        assert (one.status, one.has_seat, one.confirmed_at is not None) == (Status.REGISTERED, True, True)
        assert [place.run_id for place in db.session.scalars(select(Place))] == [day.runs["1.2"]]
        assert [(line.actor, line.note) for line in db.session.scalars(select(StatusChange))] == [
            (Actor.ORGANISER, "Am Telefon")
        ]
        assert [message.kind for message in person_queries.mails_about(db.session(), one)] == [
            notifications.REGISTERED
        ]
    assert audit(app, day) == [("registration.add", OTTO)]
    # Back and send again: the same nonce, the same registration (F31).
    assert page.send(**NEW).heading == "Muşterî, Şükrü"
    with app.app_context():
        added(app)
    assert len(audit(app, day)) == 1


def test_add_somebody_with_answers_and_a_code(app: Flask) -> None:
    """Nothing is required, nothing sensitive is asked; the code takes the seat that is kept for it."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        asked = make_questions(session, day.event_id)
        meal, badge = asked["meal"], asked["badge"]
        field, option, code = meal.field, meal.options[0].id, Aim(QuotaTarget.CODE, code="Sommer-27")
        guests = QuotaFacts("Gäste", QuotaEffect.RESERVE, code, 2)
        add_quota(session, day.event_id, guests, ORGANISER, NOW)
        sensitive = {one.field for one in asked.values() if one.sensitive}
        other = badge.field
        words = {field: str(option), other: "Şükrü"}
    page = as_otto(app).get(f"{day.home}/registrations/new")
    assert sensitive
    assert not sensitive & set(page.values(page.form()))
    wrong = page.send(**NEW, **words, code="Winter-27")
    assert (wrong.status, set(wrong.errors())) == (422, {"code"})
    after = wrong.send(code="sommer-27")
    assert after.heading == "Muşterî, Şükrü"
    with app.app_context():
        given = db.session.scalars(select(Answer).order_by(Answer.question_id)).all()
        assert {(f"q-{one.question_id}", one.option_id, one.holds) for one in given} == {
            (field, option, True),
            (other, None, False),
        }
        quota = db.session.scalars(select(Quota)).one()
        assert (quota.taken, added(app).has_seat) == (1, True)
        assert data_findings(db.session(), NOW) == []


def test_add_to_a_full_day(app: Flask) -> None:
    """Without a word on overbooking one waits; overbooking needs a note and raises `extra`, nothing else."""
    day = a_day(app, capacity=1)
    signs_up(app, day)
    visitor = as_otto(app)
    visitor.get(f"{day.home}/registrations/new").send(**NEW)
    assert seats_of(app, day) == (1, 0, 1)
    other = {**NEW, "email": "zwei@example.org", "overbook": "y"}
    refused = visitor.get(f"{day.home}/registrations/new").send(**other)
    assert (refused.status, set(refused.errors())) == (422, {"note"})
    assert refused.values(refused.form())["family_name"] == "Muşterî"
    assert seats_of(app, day) == (1, 0, 1)
    refused.send(note="Referentin")
    assert seats_of(app, day) == (2, 1, 1)
    with app.app_context():
        assert added(app, "zwei@example.org").status is Status.REGISTERED
        assert entries_of(db.session(), day.event_id)[0].detail == {
            "status": "registered",
            "overbooked": True,
        }


def test_whom_the_team_adds_is_written_to_in_the_language_of_the_day(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).language = "en"
    as_otto(app).get(f"{day.home}/registrations/new").send(**NEW)
    with app.app_context():
        assert added(app).language == "en"


def test_add_an_address_that_is_known(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    after = as_otto(app).get(f"{day.home}/registrations/new").send(**{**NEW, "email": "Person1@Example.org"})
    assert after.address == f"{day.home}/registrations/{reference}"
    assert after.heading == "Muster001, Aylin"
    assert audit(app, day) == []


def test_add_after_the_window_has_closed(app: Flask) -> None:
    day = a_day(app, registration_closes_at=NOW - timedelta(days=1))
    assert as_otto(app).get(f"{day.home}/registrations/new").send(**NEW).status == 200
    assert seats_of(app, day) == (1, 0, 0)


def test_add_refuses(app: Flask) -> None:
    day = a_day(app)
    visitor = as_otto(app)
    first, second = (f"round-{one}" for one in day.rounds)
    for fields, field in [
        ({"email": ""}, "email"),
        ({"family_name": "Line\x0bbreak"}, "family_name"),
        ({first: str(day.runs["2.1"])}, first),
        ({first: str(2**63)}, first),
        ({first: str(day.runs["1.2"]), second: str(day.runs["2.2"])}, second),
        ({"note": "x" * 501}, "note"),
    ]:
        page = visitor.get(f"{day.home}/registrations/new").send(**{**NEW, **fields})
        assert (page.status, set(page.errors())) == (422, {field}), fields
    assert seats_of(app, day) == (0, 0, 0)
    with app.app_context():
        assert db.session.scalars(select(Registration)).all() == []


def test_nobody_is_added_to_a_day_that_is_off(app: Flask) -> None:
    from app.events.rules import EventStatus

    day = a_day(app, status=EventStatus.CANCELLED)
    page = as_otto(app).get(f"{day.home}/registrations/new").send(**NEW)
    assert page.status == 422
    assert page.soup.select(".error-summary")
    assert audit(app, day) == []


# -- link and workshops


def test_the_link_is_sent_again_three_times_a_day(app: Flask) -> None:
    """T08: also organisers do not fill somebody's mailbox; the fourth try is refused with a sentence."""
    day = a_day(app)
    reference = signs_up(app, day)
    with app.app_context():
        before = len(db.session.scalars(select(Message)).all())
    visitor = as_otto(app)
    address = f"{day.home}/registrations/{reference}"
    for _ in range(5):
        visitor.get(address).send(action=f"{address}/link")
    kinds = kinds_to(app, reference)[before:]
    assert kinds == [notifications.LINK] * 3
    assert [action for action, _ in audit(app, day)] == ["registration.link"] * 3


def test_choose_workshops_also_after_the_window(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day, choices={day.rounds[0]: day.runs["1.1"]})
    with app.app_context(), transaction() as session:
        session.get_one(lists.Event, day.event_id).registration_closes_at = NOW
    visitor, address = as_otto(app), f"{day.home}/registrations/{reference}"
    page = visitor.get(f"{address}/workshops")
    first, second = (f"round-{one}" for one in day.rounds)
    assert page.values(page.form())[first] == str(day.runs["1.1"])
    after = page.send(**{first: str(day.runs["1.2"]), second: "absent"})
    assert "1.2 Datenschutz im Fallmanagement" in after.text
    assert kinds_to(app, reference)[-1] == notifications.PLACES
    assert audit(app, day) == [("registration.workshops", OTTO)]
    # Saving what is there changes nothing and tells nobody.
    mails = kinds_to(app, reference)
    visitor.get(f"{address}/workshops").send()
    assert (kinds_to(app, reference), len(audit(app, day))) == (mails, 1)
    twice = visitor.get(f"{address}/workshops").send(**{second: str(day.runs["2.2"])})
    assert (twice.status, set(twice.errors())) == (422, {second})


def test_two_people_choose_at_once(app: Flask) -> None:
    """F30"""
    day = a_day(app)
    reference = signs_up(app, day)
    visitor, address = as_otto(app), f"{day.home}/registrations/{reference}/workshops"
    first = f"round-{day.rounds[0]}"
    mine, theirs = visitor.get(address), visitor.get(address)
    theirs.send(**{first: str(day.runs["1.1"])})
    conflict = mine.send(**{first: str(day.runs["1.2"])})
    assert conflict.status == 409
    cells = [cell.get_text(strip=True) for cell in conflict.soup.select("tbody td")]
    assert [cell[:3] for cell in cells] == ["1.1", "1.2"]
    assert conflict.send().status == 200
    with app.app_context():
        assert [place.run_id for place in db.session.scalars(select(Place))] == [day.runs["1.2"]]


def test_wishes_of_somebody_who_waits(app: Flask) -> None:
    day = a_day(app, capacity=1)
    signs_up(app, day)
    reference = signs_up(app, day, 2, choices={day.rounds[0]: day.runs["1.1"]})
    page = as_otto(app).get(f"{day.home}/registrations/{reference}/workshops")
    page.send(**{f"round-{day.rounds[0]}": str(day.runs["1.2"])})
    with app.app_context():
        assert [(p.run_id, p.state.value) for p in db.session.scalars(select(Place))] == [
            (day.runs["1.2"], "wanted")
        ]


@pytest.mark.parametrize("order", list(SortOrder))
def test_every_order_reads_everybody(app: Flask, order: SortOrder) -> None:
    day = a_day(app, capacity=2)
    many_sign_up(app, day, 1, 4)
    with app.app_context():
        event = db.session.get_one(lists.Event, day.event_id)
        rows = list(lists.every_person(db.session(), event, Wanted(order=order)))
        assert len({row.registration.reference for row in rows}) == 4
        assert db.session.scalars(select(Organiser.id)).all()
