# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every mail of the slice, in both languages, as it leaves the house: words, headers, links and calendar part."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app.attendees.invitations import INVITATION, invite
from app.attendees.mailings import CIRCULAR, MailingText, write_to
from app.attendees.mails import KINDS as OF_ATTENDEES
from app.attendees.manual import correct
from app.events.models import Event
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.registration import notifications, service
from app.registration.accompanying import change_number
from app.registration.addresses import ask_new_address
from app.registration.admission import Entry
from app.registration.consents.models import Purpose
from app.registration.groups.service import renew_group_link
from app.registration.ical import Words, agenda_text
from app.registration.mails import KINDS as OF_REGISTRATION
from app.registration.models import Group, Registration
from app.registration.queries import my_day
from app.scheduling.service import cancel_day
from tests.factories.consents import agrees, asks_for
from tests.factories.days import NOW, at, make_event
from tests.german import german_of_ours
from tests.ical.lint import complaints
from tests.ical.readers import ReadEvent, read_all_everywhere
from tests.mailbox import all_links, calendar_of, link_in, mailbox, text_of
from tests.pages import Visitor
from tests.registration.steps import ORGANISER, WHY, open_day, person
from tests.scheduling.steps import change_facts

TITLE = "Musterfachtag: Vom Einzelfall zur Struktur"
WHERE = "Kreishaus Musterstadt, Beispielweg 1, 00000 Musterstadt"
WHEN = {"de": "Donnerstag, 13. März 2031, 9:30–15:45 Uhr", "en": "Thursday, 13 March 2031, 9:30–15:45"}
GIVEN, FAMILY, ROLE, HOUSE = "Xaveria", "Quittenbaum", "Zirkusdirektion", "Institut für Wolkenkunde"
PERSON = person("anna", given_name=GIVEN, family_name=FAMILY, role_title=ROLE, organisation=HOUSE)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


class Office:
    """A day with anna in it, and the mails that she gets."""

    def __init__(self, app: Flask, language: str = "de", capacity: int = 2, **facts: Any) -> None:
        self.app = app
        self.day = open_day(capacity=capacity, **facts)
        self.day.set_run("1.1", capacity=1)
        self.language = language

    def enter(self, *labels: str, nonce: str = "n") -> None:
        entry = Entry(PERSON, nonce, self.language, self.day.choices(*labels))
        with self.day.step() as session:
            self.day.ids["anna"] = service.register(session, self.day.event_id, entry, self.day.now).id

    def confirm(self) -> EmailMessage:
        self.day.confirm("anna")
        return self.mail()

    def deliver(self) -> list[EmailMessage]:
        """The worker runs at the moment of the last step; all mails to anna so far."""
        Worker(self.app, clock=lambda: self.day.now).deliver()
        return [mail for mail in mailbox(self.app).read() if mail["To"] == "anna@example.org"]

    def mail(self) -> EmailMessage:
        return self.deliver()[-1]

    def change(self, **facts: object) -> None:
        with self.day.step() as session:
            change_facts(session, self.day.event_id, self.day.now, **facts)


def confirm_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    return office.mail()


def registered_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    return office.confirm()


def waiting_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, capacity=1)
    office.day.join("ben")
    office.enter("1.1")
    return office.confirm()


def pending_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, approval=True)
    office.enter("1.1")
    return office.confirm()


def rejected_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, approval=True)
    office.enter("1.1")
    office.confirm()
    office.day.reject("anna")
    return office.mail()


def moved_up_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, capacity=1)
    office.day.join("ben")
    office.enter("1.1")
    office.confirm()
    office.day.cancel("ben")
    return office.mail()


def offered_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, capacity=1, offer_hours=48)
    office.day.join("ben")
    office.enter("1.1")
    office.confirm()
    office.day.cancel("ben")
    return office.mail()


def declined_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, capacity=1, offer_hours=48)
    office.day.join("ben")
    office.enter("1.1")
    office.confirm()
    office.day.cancel("ben")
    office.day.decline("anna")
    return office.mail()


def offer_ended_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, capacity=1, offer_hours=48)
    office.day.join("ben")
    office.enter("1.1")
    office.confirm()
    office.day.cancel("ben")
    office.day.expire("anna", now=office.day.now + timedelta(days=7))
    return office.mail()


def cancelled_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    office.confirm()
    office.day.cancel("anna")
    return office.mail()


def changed_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language, venue_street="Musterallee 2")
    office.enter("1.1")
    office.confirm()
    office.change(venue_note="Der Eingang liegt im Hof.", venue_street="Beispielweg 1")
    office.change(starts_at=at("9:15"))
    office.change(starts_at=at("9:30"))
    return office.mail()


def places_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.day.join("ben", labels=("1.1",))
    office.enter("1.2")
    office.confirm()
    office.day.choose("anna", "1.1")
    office.day.cancel("ben")
    return office.mail()


def accompanying_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.2")
    office.confirm()
    with office.day.step() as session:
        anna = session.get_one(Registration, office.day.ids["anna"])
        change_number(session, anna, 1, office.day.now, by_team=True)
        notifications.notify_accompanying(session, anna, office.day.now)
    return office.mail()


def link_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    office.confirm()
    office.enter("1.1", nonce="zweites Formular")
    return office.mail()


def substituted_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    office.confirm()
    office.day.substitute("anna", "ben")
    return office.mail()


def address_left_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    office.confirm()
    with office.day.step() as session:
        one = session.get_one(Registration, office.day.ids["anna"])
        facts = replace(PERSON, email="neu@example.org")
        correct(session, one.id, facts, one.version, ORGANISER, office.day.now)
    return office.mail()


def new_address_mail(app: Flask, language: str) -> EmailMessage:
    """To anna's new address, which is the one that this file reads."""
    office = Office(app, language)
    entry = Entry(replace(PERSON, email="alt@example.org"), "n", language)
    with office.day.step() as session:
        office.day.ids["anna"] = service.register(session, office.day.event_id, entry, office.day.now).id
    office.day.confirm("anna")
    with office.day.step() as session:
        ask_new_address(session, office.day.ids["anna"], "anna@example.org", office.day.now)
    return office.mail()


def group_confirm_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    _speak(office, office.day.group("anna", "ben"))
    return office.mail()


def group_seats_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    _speak(office, office.day.allot("anna", 2))
    return office.mail()


def group_link_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    group = office.day.group("anna", "ben")
    office.day.confirm_group(group)
    with office.day.step() as session:
        renew_group_link(session, group, office.day.now)
    _speak(office, group)
    return office.mail()


def group_called_off_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    group = office.day.group("anna", "ben")
    office.day.confirm_group(group)
    with office.day.step() as session:
        cancel_day(session, office.day.event_id, ORGANISER, office.day.now, WHY)
    _speak(office, group)
    return office.mail()


def circular_mail(app: Flask, language: str) -> EmailMessage:
    office = Office(app, language)
    office.enter("1.1")
    office.confirm()
    letter, people = (
        MailingText("Bitte Ausweise mitbringen", "Am Eingang wird gefragt."),
        [office.day.ids["anna"]],
    )
    with office.day.step() as session:
        write_to(session, office.day.event_id, people, letter, "nonce-circular", ORGANISER, office.day.now)
    return office.mail()


def invitation_mail(app: Flask, language: str) -> EmailMessage:
    """To a day of the same name, half a year after the one at which anna agreed to be asked."""
    office = Office(app, language)
    office.enter()
    office.confirm()
    asks_for(app, office.day.event_id, Purpose.NEXT_DAY)
    agrees(app, office.day.of("anna").reference, Purpose.NEXT_DAY)
    with office.day.step() as session:
        earlier = office.day.event
        earlier.starts_at, earlier.ends_at = NOW - timedelta(days=180, hours=6), NOW - timedelta(days=180)
        new = make_event(session, slug="naechster")
        invite(session, new.id, [earlier.id], "Bis bald.", ORGANISER, office.day.now)
    return office.mail()


def _speak(office: Office, group_id: int) -> None:
    """The contact reads this language."""
    with office.day.step() as session:
        session.get_one(Group, group_id).language = office.language
        for message in session.scalars(select(Message).where(Message.recipient == "anna@example.org")):
            message.language = office.language


Make = Callable[[Flask, str], EmailMessage]
MAKERS: dict[str, Make] = {
    notifications.CONFIRM: confirm_mail,
    notifications.REGISTERED: registered_mail,
    notifications.WAITING: waiting_mail,
    notifications.PENDING: pending_mail,
    notifications.REJECTED: rejected_mail,
    notifications.MOVED_UP: moved_up_mail,
    notifications.OFFERED: offered_mail,
    notifications.DECLINED: declined_mail,
    notifications.OFFER_ENDED: offer_ended_mail,
    notifications.CANCELLED: cancelled_mail,
    notifications.CHANGED: changed_mail,
    notifications.PLACES: places_mail,
    notifications.ACCOMPANYING: accompanying_mail,
    notifications.LINK: link_mail,
    notifications.SUBSTITUTED: substituted_mail,
    notifications.NEW_ADDRESS: new_address_mail,
    notifications.ADDRESS_LEFT: address_left_mail,
    notifications.GROUP_CONFIRM: group_confirm_mail,
    notifications.GROUP_SEATS: group_seats_mail,
    notifications.GROUP_LINK: group_link_mail,
    notifications.GROUP_CALLED_OFF: group_called_off_mail,
    CIRCULAR: circular_mail,
    INVITATION: invitation_mail,
}
SUBJECTS = {
    notifications.CONFIRM: ("Bitte bestätigen Sie Ihre Anmeldung", "Please confirm your registration"),
    notifications.REGISTERED: ("Sie sind angemeldet", "You are registered"),
    notifications.WAITING: ("Sie stehen auf der Warteliste", "You are on the waiting list"),
    notifications.PENDING: ("Das Organisationsteam entscheidet", "The organising team decides"),
    notifications.REJECTED: ("Sie können leider nicht teilnehmen", "You cannot take part"),
    notifications.MOVED_UP: ("Sie haben jetzt einen Platz", "You have a seat now"),
    notifications.OFFERED: ("Ein Platz ist für Sie frei", "A seat is free for you"),
    notifications.DECLINED: ("Sie haben den Platz abgelehnt", "You have declined the seat"),
    notifications.OFFER_ENDED: ("Die Zeit für Ihre Antwort ist vorbei", "The time for your answer is over"),
    notifications.CANCELLED: ("Ihre Anmeldung ist aufgehoben", "Your registration is cancelled"),
    notifications.CHANGED: ("Neuer Ort", "New venue"),
    notifications.PLACES: ("Ihre Workshops haben sich geändert", "Your workshops have changed"),
    notifications.ACCOMPANYING: ("Zahl Ihrer Begleitpersonen geändert", "Who accompanies you has changed"),
    notifications.LINK: ("Ihr persönlicher Link", "Your personal link"),
    notifications.SUBSTITUTED: ("Jemand anders kommt an Ihrer Stelle", "Somebody else comes in your place"),
    notifications.ADDRESS_LEFT: (
        "Nicht mehr mit dieser Adresse angemeldet",
        "No longer registered with this address",
    ),
    notifications.NEW_ADDRESS: (
        "Bitte bestätigen Sie Ihre neue E-Mail-Adresse",
        "Please confirm your new mail address",
    ),
    notifications.GROUP_CONFIRM: ("Bitte bestätigen Sie Ihre Gruppe", "Please confirm your group"),
    notifications.GROUP_SEATS: ("Plätze für Ihre Organisation", "Seats for your organisation"),
    notifications.GROUP_LINK: ("Link zu Ihrer Gruppe", "Link to your group"),
    notifications.GROUP_CALLED_OFF: ("Der Fachtag ist abgesagt", "The day is called off"),
    CIRCULAR: ("Bitte Ausweise mitbringen", "Bitte Ausweise mitbringen"),
    INVITATION: ("Sie sind eingeladen", "You are invited"),
}
METHODS = {
    notifications.REGISTERED: "REQUEST",
    notifications.MOVED_UP: "REQUEST",
    notifications.CHANGED: "REQUEST",
    notifications.CANCELLED: "CANCEL",
    notifications.SUBSTITUTED: "CANCEL",
    notifications.ADDRESS_LEFT: "CANCEL",
}
# These lead to no personal page.
KINDS = OF_REGISTRATION | OF_ATTENDEES
ELSEWHERE = {kind for kind in KINDS if kind.startswith("group.")} | {
    notifications.CANCELLED,
    notifications.DECLINED,
    notifications.NEW_ADDRESS,
    notifications.REJECTED,
    notifications.SUBSTITUTED,
    notifications.ADDRESS_LEFT,
    INVITATION,
}


def test_every_kind_is_shown_here_and_has_a_builder() -> None:
    assert set(MAKERS) == set(SUBJECTS) == set(KINDS)
    assert {BUILDERS[kind] for kind in KINDS} == set(KINDS.values())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_words_and_headers(app: Flask, kind: str, language: str) -> None:
    """MAIL-01, MAIL-02, MAIL-04: complete in plain text, nothing from elsewhere, one addressee, no loops."""
    mail = MAKERS[kind](app, language)
    html_part = mail.get_body(("html",))
    assert html_part is not None
    html, text = BeautifulSoup(html_part.get_content(), "html.parser"), text_of(mail)
    subject = SUBJECTS[kind][0 if language == "de" else 1]
    assert mail["Subject"] == f"{TITLE}: {subject}"
    assert (mail["To"], mail["From"], mail["Reply-To"]) == (
        "anna@example.org",
        "fachtag@example.org",
        "team@example.org",
    )
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "OOF, AutoReply")
    assert mail["Content-Language"] == language
    assert mail["Cc"] is mail["Bcc"] is None

    for needed in (TITLE, WHEN[language], WHERE, "team@example.org"):
        assert needed in text, needed
        assert needed in " ".join(html.get_text(" ").split()), needed
    assert "\n\n\n" not in text
    assert "<" not in text
    assert html.html is not None
    assert html.html["lang"] == language
    said = german_of_ours([mail["Subject"], *text.splitlines(), *html.find_all(string=True)])
    assert bool(said) is (language == "de")
    headings = [heading.get_text() for heading in html.find_all("h1")]
    assert headings == [subject]

    fetched = [tag for tag in html.find_all(True) if tag.get("src") or tag.name in {"link", "img", "script"}]
    assert fetched == []
    assert not re.search(r"url\(|@import", str(html))
    assert {re.match(r"https?://[^/]+", link)[0] for link in all_links(mail)} == {"http://localhost"}  # type: ignore[index]


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - ELSEWHERE))
def test_link_to_the_personal_page(app: Flask, kind: str) -> None:
    mail = MAKERS[kind](app, "de")
    page = Visitor(app.test_client()).get(link_in(mail))
    assert page.status == 200
    assert f"{GIVEN} {FAMILY}" in page.text
    html = mail.get_body(("html",))
    assert html is not None
    assert link_in(mail) in html.get_content()


def test_cancelled_leads_back_to_the_day_and_to_nothing_secret(app: Flask) -> None:
    mail = cancelled_mail(app, "de")
    assert link_in(mail, "/events/") == "/events/musterfachtag"
    assert "/my/" not in mail.as_string()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("make", [confirm_mail, new_address_mail])
def test_unconfirmed_mail_holds_no_word_of_the_submitter(app: Flask, language: str, make: Make) -> None:
    """T08: whoever typed it in, a stranger's mailbox never gets to read it."""
    mail = make(app, language)
    everything = mail["Subject"] + "".join(
        part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
    )
    for word in (GIVEN, FAMILY, ROLE, HOUSE, "Beraten ohne Vorurteil"):
        assert word not in everything, word
    assert calendar_of(mail) is None
    assert list(mail.iter_attachments()) == []
    assert GIVEN in text_of(confirmed_mail_of_the_same_person(app))  # there was something to leak


def confirmed_mail_of_the_same_person(app: Flask) -> EmailMessage:
    office = Office(app, slug="anderer-tag")
    office.enter("1.1")
    return office.confirm()


@pytest.mark.parametrize("kind", [notifications.REGISTERED, notifications.MOVED_UP, notifications.CHANGED])
def test_own_agenda_stands_in_text_html_and_calendar(app: Flask, kind: str) -> None:
    mail = MAKERS[kind](app, "de")
    _, data = calendar_of(mail) or ("", b"")
    description = _calendars([data])[0]["ical"][0].description
    line = "11:00 Workshoprunde 1: 1.1 Beraten ohne Vorurteil, Raum Birke"
    html = mail.get_body(("html",))
    assert html is not None
    for text in (text_of(mail), html.get_content(), description):
        assert line in text
        assert re.search(r"13:30 Workshoprunde 2: noch nicht gewählt\r?(\n|</li>)", text)
        assert "10:00 Vortrag: Was Akten nicht erzählen, Großer Saal" in text


def test_why_a_round_has_no_place_in_mails_and_calendars(app: Flask) -> None:
    """Who waits, has not chosen or is not there must not read the same."""
    day = open_day(capacity=9)
    day.set_run("1.1", capacity=1)
    day.join("ben", labels=("1.1",))
    day.register("anna", "1.1", "2:absent")
    day.confirm("anna")
    Worker(app, clock=lambda: day.now).deliver()
    mail = mailbox(app).newest("anna@example.org")
    _, data = calendar_of(mail) or ("", b"")
    description = _calendars([data])[0]["ical"][0].description
    for text in (text_of(mail), description):
        assert "11:00 Workshoprunde 1: Warteliste für 1.1 Beraten ohne Vorurteil" in text
        assert "13:30 Workshoprunde 2: ohne Sie" in text
    with day.step() as session:
        registration = session.get_one(Registration, day.ids["anna"])
        english = agenda_text(
            registration,
            my_day(session, registration),
            Words("Waiting for", "open", "away", "on the day", "en"),
        )
    assert "Workshoprunde 2: away" in english


def test_the_first_mail_says_whether_a_seat_is_held(app: Flask) -> None:
    day = open_day(capacity=1)
    day.register("anna")
    day.register("ben")
    Worker(app, clock=lambda: day.now).deliver()
    box = mailbox(app)
    assert "Ihr Platz ist bis 05.01.2026, 10:" in text_of(box.newest("anna@example.org"))
    waits = text_of(box.newest("ben@example.org"))
    assert "Mit dem Knopf stehen Sie auf der Warteliste." in waits
    assert "Ihr Platz ist bis" not in waits


def test_places_mail_tells_the_new_agenda(app: Flask) -> None:
    text = text_of(places_mail(app, "de"))
    assert "11:00 Workshoprunde 1: 1.1 Beraten ohne Vorurteil, Raum Birke" in text


# -- the calendar part


def _calendars(parts: list[bytes]) -> list[dict[str, list[ReadEvent]]]:
    return read_all_everywhere(parts)


def _properties(data: bytes) -> dict[str, str]:
    unfolded = data.replace(b"\r\n ", b"").decode()
    event = unfolded.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    return {re.split("[;:]", line)[0]: line for line in event.split("\r\n") if line}


@pytest.mark.parametrize("kind", sorted(set(MAKERS)))
def test_calendar_part(app: Flask, kind: str) -> None:
    """D5, D6: one VEVENT for one person, in the tree that all mail programs accept."""
    mail = MAKERS[kind](app, "de")
    part = calendar_of(mail)
    if kind not in METHODS:
        assert part is None
        assert list(mail.iter_attachments()) == []
        return
    assert part is not None
    method, data = part
    assert method == METHODS[kind]
    assert complaints(data) == []
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert attachment.get_payload(decode=True) == data
    assert [leaf.get_content_type() for leaf in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    properties = _properties(data)
    assert properties["ATTENDEE"].endswith(":mailto:anna@example.org")
    assert data.count(b"ATTENDEE") == 1
    assert properties["ORGANIZER"].endswith(f":mailto:{mail['From']}")
    assert b"/my/" not in data
    assert properties["URL"] == "URL:http://localhost/events/musterfachtag"
    for reader, events in _calendars([data])[0].items():
        (event,) = events
        assert (event.summary, event.starts, event.ends) == (TITLE, at("9:30"), at("15:45")), reader
        assert event.method == method, reader
        assert event.status == ("CANCELLED" if method == "CANCEL" else "CONFIRMED"), reader
        assert event.location == WHERE, reader


def test_whole_life_in_one_calendar(app: Flask) -> None:
    """D2, D3: one UID, and each message above the one before, also after coming back."""
    office = Office(app)
    office.enter()
    parts = [calendar_of(office.confirm())]
    office.change(starts_at=at("10:00"))
    parts.append(calendar_of(office.mail()))
    office.day.cancel("anna")
    parts.append(calendar_of(office.mail()))
    office.enter(nonce="noch einmal")
    parts.append(calendar_of(office.confirm()))
    with office.day.step() as session:
        cancel_day(session, office.day.event_id, ORGANISER, office.day.now, WHY)
    parts.append(calendar_of(office.mail()))

    told = [part for part in parts if part is not None]
    assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    seen = _calendars([data for _, data in told])
    for reader in seen[0]:
        events = [one[reader][0] for one in seen]
        assert len({event.uid for event in events}) == 1, reader
        numbers = [event.sequence for event in events]
        assert numbers == sorted(set(numbers)), (reader, numbers)
        assert events[-1].summary == f"Abgesagt: {TITLE}", reader
    stamps = [_properties(data)["DTSTAMP"] for _, data in told]
    assert stamps == sorted(set(stamps))
    assert [complaints(data) for _, data in told] == [[]] * 5


def test_who_only_waited_gets_no_calendar_with_the_cancellation(app: Flask) -> None:
    office = Office(app, capacity=1)
    office.day.join("ben")
    office.enter()
    office.confirm()
    office.day.cancel("anna")
    mail = office.mail()
    assert mail["Subject"] == f"{TITLE}: Ihre Anmeldung ist aufgehoben"
    assert calendar_of(mail) is None
    assert "Kalender" not in text_of(mail)


def test_called_off_day_says_so(app: Flask) -> None:
    office = Office(app)
    office.enter()
    office.confirm()
    with office.day.step() as session:
        cancel_day(session, office.day.event_id, ORGANISER, office.day.now, WHY)
    mail = office.mail()
    assert mail["Subject"] == f"{TITLE}: Der Fachtag ist abgesagt"
    text = text_of(mail)
    assert "abgesagt" in text
    assert "/events/musterfachtag" not in text


def test_mails_of_one_registration_are_one_thread(app: Flask) -> None:
    """D5: References to the first one."""
    office = Office(app)
    office.enter()
    first = office.mail()
    second = office.confirm()
    office.day.cancel("anna")
    third = office.mail()
    assert first["References"] is None
    assert second["References"] == third["References"] == first["Message-ID"]
    assert len({mail["Message-ID"] for mail in (first, second, third)}) == 3


def test_addresses_as_people_write_them_reach_headers_and_calendar_as_servers_take_them(app: Flask) -> None:
    """A sender with a name, a domain with umlauts, and a contact that no mail can use: every mail leaves, as one thread."""
    settings = app.extensions["fachtag.settings"]
    app.extensions["fachtag.settings"] = replace(settings, mail_from="Büro <fachtag@köln.example>")
    day = open_day(contact_email="büro@example.org")
    entry = Entry(replace(PERSON, email="anna@müller.example"), "n", "de", {})
    with day.step() as session:
        day.ids["anna"] = service.register(session, day.event_id, entry, day.now).id
    Worker(app, clock=lambda: day.now).deliver()
    day.confirm("anna")
    Worker(app, clock=lambda: day.now).deliver()
    first, second = mailbox(app).read()
    assert [one["To"] for one in (first, second)] == ["anna@xn--mller-kva.example"] * 2
    assert "Reply-To" not in second
    assert second["References"] == first["Message-ID"]
    part = calendar_of(second)
    assert part is not None
    calendar = part[1].replace(b"\r\n ", b"")
    assert b"mailto:fachtag@xn--kln-sna.example\r\n" in calendar
    assert b"mailto:anna@xn--mller-kva.example\r\n" in calendar


def test_overtaken_mail_is_not_sent(app: Flask) -> None:
    """F20: an invitation never follows the cancellation; nothing is said that is not true any more."""
    office = Office(app)
    office.enter()
    office.day.confirm("anna")
    office.day.cancel("anna")
    subjects = [mail["Subject"].rpartition(": ")[2] for mail in office.deliver()]
    assert subjects == ["Ihre Anmeldung ist aufgehoben"]


# -- hostile names

HEADERS = {
    *("From", "To", "Reply-To", "Subject", "Auto-Submitted", "Date", "Message-ID"),
    *("Content-Language", "MIME-Version", "Content-Type", "X-Auto-Response-Suppress"),
}
HOSTILE = [
    "A\r\nBcc: opfer@example.org",
    "A\nBEGIN:VEVENT\nUID:x",
    "\u2028X-Neu: 1\u2029",
    "A\x0bB\x0cC\x1cD\x85E\x00F",
    'A";CN="B":mailto:x@example.org',
    "\\n;,\\;^n^'",
    "\u202eevil\u202c \U0001f388",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_words(app: Flask, name: str) -> None:
    """T11, T12: one clean header block, one event; the filter of the form is not the only wall."""
    office = Office(app)
    hostile = person("anna", given_name=name.replace("\0", ""), family_name=name.replace("\0", ""))
    with office.day.step() as session:
        event = session.get_one(Event, office.day.event_id)
        event.title = f"Tag {name.replace(chr(0), '')}"
        entry = Entry(hostile, "n", "de")
        office.day.ids["anna"] = service.register(session, event.id, entry, office.day.now).id
    mail = office.confirm()
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["Bcc"] is mail["X-Neu"] is None
    assert mail["To"] == "anna@example.org"
    method, data = calendar_of(mail) or ("", b"")
    assert method == "REQUEST"
    assert complaints(data) == []
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == data.count(b"\r\nATTENDEE;") == 1
    seen = _calendars([data])[0]
    assert len({(events[0].uid, events[0].sequence, len(events)) for events in seen.values()}) == 1
