# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where organisers land: their days, how a day stands, the mails that left."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.clock import now
from app.events.models import Event, TeamMember
from app.events.queries import missing_before_publishing
from app.events.rules import EventStatus, Placement, Seats
from app.organising import queries as reads
from app.organising.rules import days_until, hardly_booked, next_steps
from app.outbox import route, settling
from app.outbox import service as outbox
from app.outbox.models import Message
from app.outbox.rules import DeliveryPolicy, State
from app.people.audit import entries_of
from app.registration.links import personal_address
from app.registration.models import Registration
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.organising.helpers import Day, a_day, many_sign_up, queries, signs_up
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in


def visitor_of(app: Flask, name: str = "otto") -> Visitor:
    return Visitor(signed_in(app, f"{name}@example.org"))


def set_messages(app: Flask, reference: str, **values: object) -> list[int]:
    """Bring the person's mails into a state; their ids."""
    with app.app_context(), transaction() as session:
        number = select(Registration.id).where(Registration.reference == reference).scalar_subquery()
        mine = (Message.family == "registration") & (Message.subject_id == number)
        if values:
            session.execute(update(Message).where(mine).values(**values))
        return list(session.scalars(select(Message.id).where(mine).order_by(Message.id)))


def states(app: Flask) -> list[State]:
    with app.app_context():
        return list(db.session.scalars(select(Message.state).order_by(Message.id)))


# -- my days


def test_my_days(app: Flask) -> None:
    """The team's days with their state; an administrator sees every day; a newcomer an invitation to begin."""
    a_day(app, "probe", programme=False)
    over = {"starts_at": NOW - timedelta(days=9), "ends_at": NOW - timedelta(days=8)}
    a_day(app, "vorbei", programme=False, **over)
    a_day(app, "entwurf", programme=False, status=EventStatus.DRAFT)
    an_organiser(app, "chefin@example.org", name="Chefin", is_admin=True)
    an_organiser(app, "neu@example.org", name="Neu")
    days = ["/organise/events/probe/", "/organise/events/entwurf/", "/organise/events/vorbei/"]
    for name in ("vera", "chefin"):
        page = visitor_of(app, name).get("/organise/")
        assert [one for one in page.links() if one.startswith("/organise/events/") and one[-1] == "/"] == days
        assert "/organise/events/new" in page.links()
    empty = visitor_of(app, "neu").get("/organise/")
    assert empty.soup.select(".empty")
    assert not [one for one in empty.links() if one in days]


def test_my_days_cost_the_same_with_one_and_with_ten(app: Flask) -> None:
    a_day(app, programme=False)
    visitor = visitor_of(app)
    with queries(app) as sent:
        visitor.get("/organise/")
    assert len(sent) == 5, sent  # who asks, their days; whether mails leave: route, oldest mail, worker
    for number in range(9):
        a_day(app, f"probe-{number}", programme=False)
    with queries(app) as sent:
        page = visitor.get("/organise/")
    assert len(sent) == 5, sent
    assert len(page.soup.select(".event-card")) == 10


# -- the dashboard


def test_how_a_day_stands(app: Flask) -> None:
    """Seats, holds and the line; workshops that are full, hardly booked and not step-free; who came last."""
    day = a_day(app, capacity=4)
    with app.app_context(), transaction() as session:
        for run in reads.runs_of(session, session.get_one(Event, day.event_id)):
            if run.label == "1.1":
                session.execute(update(reads_run()).where(reads_run().id == run.id).values(capacity=2))
    for number in (1, 2, 3):
        signs_up(app, day, number, choices={day.rounds[0]: day.runs["1.1"]})
    signs_up(app, day, 4, confirmed=False, now=now())
    signs_up(app, day, 5)
    with app.app_context():
        event = db.session.get_one(Event, day.event_id)
        it = reads.dashboard(db.session(), event, now(), with_people=True)
        assert (it.registered, it.reserved, event.waiting, event.taken) == (3, 1, 1, 4)
        assert [
            (run.label, run.seats.taken, run.seats.total, run.waiting, run.room.step_free) for run in it.runs
        ] == [
            ("1.1", 2, 2, 1, True),
            ("1.2", 0, 16, 0, False),
            ("2.1", 0, 20, 0, True),
            ("2.2", 0, 16, 0, False),
        ]
        assert it.kinds == (("Sonstige", 3),)
        assert [one.family_name for one in it.latest] == [f"Muster{n:03}" for n in (4, 5, 3, 2, 1)]
        assert it.trouble.messages == []
    page = visitor_of(app).get(f"{day.home}/")
    meters = [(one["value"], one["max"]) for one in page.soup.select("progress")]
    assert meters == [("4", "4"), ("2", "2"), ("0", "16"), ("0", "20"), ("0", "16")]
    assert [dd.get_text() for dd in page.soup.select(".figures dd")] == ["3", "1", "1"]
    assert page.text.count("nicht stufenlos") == 2


def test_no_workshop_is_hardly_booked_before_its_places_are_given(app: Flask) -> None:
    day = a_day(app, placement=Placement.WISHES, wishes_until=now() + timedelta(days=3))
    visitor = visitor_of(app)
    assert "wenig gebucht" not in visitor.get(f"{day.home}/").text
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).placed_at = now()
    assert "wenig gebucht" in visitor.get(f"{day.home}/").text


def reads_run() -> type:
    from app.programme.models import Run

    return Run


def test_who_may_not_see_people_sees_none(app: Flask) -> None:
    """SEC-05: a viewer reads figures; no name, no address, no tab that would be refused."""
    day = a_day(app)
    reference = signs_up(app, day)
    set_messages(app, reference, state=State.FAILED, smtp_answer="550 nobody here")
    page = visitor_of(app, "vera").get(f"{day.home}/")
    assert page.status == 200
    html = page.response.text
    for secret in ("Muster001", "person1@example.org", reference, "550 nobody"):
        assert secret not in html
    tabs = {one.rsplit("/", 1)[-1] for one in page.links() if one.startswith(f"{day.home}/")}
    assert not tabs & {"registrations", "mails", "team", "edit"}
    assert "Muster001" in visitor_of(app, "chris").get(f"{day.home}/").text


@pytest.mark.long
def test_the_dashboard_costs_the_same_with_one_and_with_a_hundred(app: Flask) -> None:
    """F46: thirteen queries, two of them at the door."""
    day = a_day(app)
    many_sign_up(app, day, 1, 1, {day.rounds[0]: day.runs["1.1"]})
    visitor = visitor_of(app)
    counts = {}
    for path in ("/", "/mails"):
        with queries(app) as sent:
            visitor.get(day.home + path)
        counts[path] = len(sent)
    many_sign_up(app, day, 2, 100, {day.rounds[0]: day.runs["1.1"]})
    for path, number in counts.items():
        with queries(app) as sent:
            visitor.get(day.home + path)
        assert len(sent) == number, sent
    assert counts == {"/": 14, "/mails": 4}


def test_an_empty_day(app: Flask) -> None:
    day = a_day(app, programme=False, status=EventStatus.DRAFT, capacity=None, summary="")
    page = visitor_of(app).get(f"{day.home}/")
    assert page.status == 200
    assert len(page.soup.select(".empty")) == 2


def test_next_steps() -> None:
    day = Event(status=EventStatus.DRAFT, summary="", venue_name="", venue_city="", starts_at=at("9:30"))

    def done(when: object = NOW, **facts: bool) -> list[tuple[str, str, bool]]:
        needed = [one.field for one in missing_before_publishing(day) if one.needed]
        known = {"needed": needed, "has_programme": False, "documented": False, **facts}
        steps = next_steps(day, now=when, **known)  # type: ignore[arg-type]
        return [(step.endpoint, step.field, step.done) for step in steps]

    assert done() == [
        ("day.edit", "summary", False),
        ("day.edit", "closes_date", False),
        ("programme_organise.programme", "", False),
        ("day.publish", "", False),
        ("releasing.release", "", False),
    ]
    day.summary, day.registration_closes_at = "x", NOW
    assert [field for _, field, _ in done()[:2]] == ["venue_name", "capacity"]
    day.summary, day.venue_name, day.venue_city = "x", "x", "x"
    day.capacity, day.registration_closes_at = 3, NOW
    day.status, day.agenda_released_at = EventStatus.PUBLISHED, NOW
    assert {(field, holds) for _, field, holds in done(has_programme=True)} == {("", True)}
    assert done(at("9:30"))[5:] == [
        ("results_desk.overview", "", False),
        ("results_desk.publish", "", False),
    ]
    day.documentation_released_at = NOW
    assert done(at("9:30"), documented=True)[5:] == [("results_desk.overview", "", True)] * 2


DOES_IT = {
    "Fachtag und Ort beschreiben": "Angaben zum Fachtag",
    "Anmeldeschluss und Zahl der Plätze festlegen": "Angaben zum Fachtag",
    "Programm anlegen": "Programm",
    "Fachtag veröffentlichen": "Fachtag veröffentlichen",
    "Tagesablauf freigeben": "Tagesablauf veröffentlichen",
    "Plätze in Workshops nach Wünschen vergeben": "Plätze nach Wünschen",
    "Ergebnisse festhalten": "Ergebnisse",
    "Dokumentation veröffentlichen": "Dokumentation veröffentlichen?",
}


def test_each_step_leads_to_the_page_and_the_field_where_it_is_done(app: Flask) -> None:
    day = a_day(
        app,
        programme=False,
        status=EventStatus.DRAFT,
        capacity=None,
        summary="",
        placement=Placement.WISHES,
        wishes_until=now() - timedelta(hours=2),
    )
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).registration_closes_at = None
    visitor = visitor_of(app, "lea")
    for begun in (False, True):
        if begun:
            with app.app_context(), transaction() as session:
                one = session.get_one(Event, day.event_id)
                one.starts_at, one.ends_at = now() - timedelta(hours=1), now() + timedelta(hours=5)
        links = {
            str(link.get_text(strip=True)): str(link["href"])
            for link in visitor.get(f"{day.home}/").soup.select("ul.checklist a")
        }
        assert len(links) == (8 if begun else 6)
        for label, address in links.items():
            path, _, field = address.partition("#")
            page = visitor.get(path)
            assert (page.status, page.heading) == (200, DOES_IT[label])
            assert not field or page.soup.find(id=field) is not None, label


def test_who_may_not_publish_is_not_sent_there(app: Flask) -> None:
    day = a_day(app, programme=False, status=EventStatus.DRAFT)
    steps = visitor_of(app).get(f"{day.home}/").soup.select("ul.checklist li")
    linked = [str(one.a["href"]).rpartition("/")[2] if one.a else None for one in steps]
    assert linked == ["edit", "edit", "programme", None, None]


@pytest.mark.parametrize(
    ("seats", "few"),
    [
        (Seats(20, 9), True),
        (Seats(20, 10), False),
        (Seats(21, 10), True),
        (Seats(None, 0), False),
        (Seats(0, 0), False),
        (Seats(10, 6, 4), True),
    ],
)
def test_hardly_booked(seats: Seats, few: bool) -> None:
    assert hardly_booked(seats) is few


def test_days_until_counts_days_of_the_calendar_in_berlin() -> None:
    from datetime import UTC, datetime

    evening = datetime(2027, 3, 10, 22, 59, tzinfo=UTC)  # 23:59 in Berlin
    assert days_until(datetime(2027, 3, 11, 8, 0, tzinfo=UTC), evening) == 1
    assert days_until(datetime(2027, 3, 11, 8, 0, tzinfo=UTC), evening + timedelta(minutes=1)) == 0
    assert days_until(evening, evening + timedelta(minutes=1)) == -1


# -- mails


POLICY = DeliveryPolicy()


def deliver(app: Flask, number: int, text: str, answer: str = "250 ok") -> None:
    """As the worker does it, without a server."""
    content = EmailMessage()
    content["Subject"], content["From"], content["To"] = (
        "Sie sind dabei – Ä",
        "fachtag@example.org",
        "x@example.org",
    )
    content.set_content(text)
    with app.app_context(), transaction() as session:
        message = session.get_one(Message, number)
        session.execute(update(Message).where(Message.id != number).values(state=State.SUPERSEDED))
        session.execute(
            update(Message)
            .where(Message.id == number)
            .values(state=State.QUEUED, give_up_at=now() + timedelta(days=1))
        )
        claimed = outbox.claim(session, now=now(), policy=POLICY)
        assert claimed is not None
        rendered = outbox.RenderedMail(
            f"<{number}@x>", message.recipient, "Sie sind dabei – Ä", content.as_bytes(), None
        )
        assert outbox.freeze(session, claimed, rendered, now=now())
        assert outbox.begin_data(session, claimed, now=now(), policy=POLICY)
        assert settling.settle_sent(session, claimed, answer, now=now())


def test_read_what_was_sent(app: Flask) -> None:
    """The final text and the server's answer, without the links that would open somebody else's page (T03, T14)."""
    day = a_day(app)
    reference = signs_up(app, day)
    number = set_messages(app, reference)[-1]
    with app.test_request_context():
        one = db.session.scalars(select(Registration).where(Registration.reference == reference)).one()
        link = personal_address(one, "/cancel")
    deliver(app, number, f"Guten Tag,\n\nIhr Link: {link} – Grüße <b>&\n")
    page = visitor_of(app, "otto").get(f"{day.home}/mails/{number}")
    assert page.heading == "Sie sind dabei – Ä"
    assert "250 ok" in page.text
    assert "Ihr Link: http://localhost/my/…/cancel – Grüße <b>&" in page.text
    token = link.split("/")[-2]
    assert token not in page.response.text
    assert token.rpartition(".")[2] not in page.response.text
    assert not page.soup.select("main form")


def test_a_link_that_sets_a_password_is_not_shown(app: Flask) -> None:
    """A team's mails stand in the list, too: whoever may read them must not take over the account."""
    from app.people.mails import link_address
    from app.people.models import Organiser, PasswordLink
    from app.people.service import Invitation, welcome

    day = a_day(app)
    with app.app_context(), transaction() as session:
        lea = session.scalars(select(Organiser).where(Organiser.email == "lea@example.org")).one()
        welcome(session, lea, now(), "de", Invitation(day.event_id, "Fachtag probe", "Lea"))
        number = session.scalars(select(Message.id)).one()
    with app.test_request_context():
        link = link_address(db.session.scalars(select(PasswordLink)).one())
    deliver(app, number, f"Passwort setzen: {link}\n")
    page = visitor_of(app, "otto").get(f"{day.home}/mails/{number}")
    assert "Passwort setzen: http" in page.text
    assert link.rsplit(".", 1)[-1][:43] not in page.response.text


def test_list_search_and_filter_mails(app: Flask) -> None:
    day, other = a_day(app), a_day(app, "other")
    first = signs_up(app, day, 1)
    signs_up(app, day, 2, email="zwei_x@example.org")
    signs_up(app, other, 3)
    failed = set_messages(app, first, state=State.FAILED)
    visitor, address = visitor_of(app), f"{day.home}/mails"

    def shown(**query: str) -> list[str]:
        return [tag.get_text() for tag in visitor.get(address, query_string=query).soup.select("tbody th")]

    assert shown() == ["zwei_x@example.org"] * 2 + ["person1@example.org"] * 2
    assert shown(state="failed") == ["person1@example.org"] * 2
    assert shown(state="sent") == []
    assert shown(q="ZWEI_X") == ["zwei_x@example.org"] * 2
    assert shown(q="zwei%") == []
    assert shown(q="person3") == []
    assert shown(q="\u202e") == shown()
    assert visitor.client.get(f"{address}?state=broken").status_code == 404
    assert len(visitor.get(f"{address}?state=failed").soup.select("main form[method=post]")) == len(failed)


@pytest.mark.parametrize("state", [State.FAILED, State.UNCLEAR, State.QUARANTINED])
def test_send_again(app: Flask, state: State) -> None:
    """From the dashboard: the newest mail goes out again and the action is written down; an overtaken one does not."""
    day = a_day(app)
    reference = signs_up(app, day)
    older, newest = set_messages(app, reference, state=state, smtp_answer="550 unknown")
    visitor = visitor_of(app)
    page = visitor.get(f"{day.home}/")
    assert "550 unknown" in page.text
    after = page.send(action=f"{day.home}/mails/{newest}/retry")
    assert after.address == f"{day.home}/mails/{newest}"
    assert states(app) == [state, State.QUEUED]
    refused = visitor.get(f"{day.home}/mails/{older}").send(action=f"{day.home}/mails/{older}/retry")
    assert refused.soup.select(".kern-alert--warning")
    assert states(app) == [state, State.QUEUED]
    with app.app_context():
        actions = [(one.action, one.subject) for one in entries_of(db.session(), day.event_id)]
        assert actions.count(("mail.retry", f"message {newest}")) == 1
        assert ("mail.retry", f"message {older}") not in actions


def test_a_number_that_no_database_takes(app: Flask) -> None:
    """T43: 2^63 is a page that does not exist, on both engines."""
    day = a_day(app, programme=False)
    client = signed_in(app, "otto@example.org")
    for number in ("0", "2147483647", "2147483648", str(2**63), "9" * 40, "-1", "x"):
        assert client.get(f"{day.home}/mails/{number}").status_code == 404, number


def test_when_mails_rest(app: Flask) -> None:
    """The organiser reads that no mail leaves, and why; without the server's words."""
    day = a_day(app, programme=False)
    visitor = visitor_of(app)

    def warnings() -> int:
        return len(visitor.get(f"{day.home}/").soup.select(".kern-alert--warning"))

    assert warnings() == 1  # nobody sends
    with app.app_context(), transaction() as session:
        outbox.beat(session, "w", now=now())
    assert warnings() == 0
    with app.app_context(), transaction() as session:
        route.pause(session, "535 secret words", now=now(), policy=POLICY)
    assert warnings() == 1
    assert "535" not in visitor.get(f"{day.home}/").text
    with app.app_context(), transaction() as session:
        route.release(session)
        route.hold(session, now=now())
    assert warnings() == 1


@pytest.mark.long
def test_tabs_follow_the_role(app: Flask) -> None:
    """What stands in the tabs opens; what would be refused is not offered."""
    day: Day = a_day(app, programme=False)
    for name in ("lea", "otto", "chris", "vera"):
        client = signed_in(app, f"{name}@example.org")
        page = Visitor(client).get(f"{day.home}/")
        tabs = [str(a["href"]) for a in page.soup.select("nav.tabs a")]
        assert f"{day.home}/" in tabs
        assert {tab: client.get(tab).status_code for tab in tabs if client.get(tab).status_code == 403} == {}
    with app.app_context():
        assert db.session.scalars(select(TeamMember.id)).all()
