# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What our privacy notice promises is what the application does (DP-01, DP-05)."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Series
from app.events.rules import Placement
from app.legal import queries, rules, service
from app.organising.sweeping import MAILS_KEPT
from app.people.audit import KEPT as AUDIT_KEPT
from app.privacy.erasure import ANSWERS_KEPT, ENDED_KEPT, NAMES_KEPT
from app.refusal import fingerprint
from app.registration.consents.models import Purpose
from app.registration.consents.service import ask_for
from app.registration.history import SYSTEM
from app.registration.models import Registration
from app.registration.questions.rules import Retention
from app.registration.rules import Status
from app.registration.workshops.memory import LONGEST_KEPT
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.mailbox import link_in, mailbox
from tests.pages import Visitor

NOTICE = (queries.BUILT_IN / "datenschutz.txt").read_text(encoding="utf-8")
SPANS = {
    "14 Tage": timedelta(days=14),
    "30 Tage": timedelta(days=30),
    "90 Tage": timedelta(days=90),
    "sechs Monate": timedelta(days=183),
    "zwölf Monate": timedelta(days=365),
    "drei Jahre": timedelta(days=3 * 365),
}
# What stands before the colon, and the periods after it. Without a period: for ever, or what the operator fills in.
PERIODS = {
    "Anmeldungen": [NAMES_KEPT],
    "Gedächtnis des Loses, nur mit Ihrer Einwilligung": [LONGEST_KEPT],
    "Antworten auf Fragen": [ANSWERS_KEPT[Retention.DAYS]],
    "Warteliste und abgemeldete Personen": [ENDED_KEPT],
    "versandte E-Mails": [MAILS_KEPT],
    "gemeldete Barrieren": [service.REPORTS_KEPT],
    "Protokoll der Organisation": [AUDIT_KEPT],
    "Konten der Organisationsteams": [],
    "Ergebnisse und Vereinbarungen eines Fachtags": [],
}
ENGLISH = (queries.BUILT_IN / "datenschutz.en.txt").read_text(encoding="utf-8")
ENGLISH_SPANS = {
    "14 days": 14,
    "30 days": 30,
    "90 days": 90,
    "six months": 183,
    "twelve months": 365,
    "three years": 3 * 365,
}
PERSON = {
    "given_name": "Ada",
    "family_name": "Muster",
    "email": "ada@example.org",
    "organisation": "Kreis Musterstadt",
}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", NOTICE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def test_its_periods_are_those_of_the_code() -> None:
    """DP-05, DP-07: both ways, so that nobody promises what no sweep keeps."""
    found = {}
    for entry in re.findall(r"^- (.*)$", section("Wie lange wir die Daten behalten"), re.MULTILINE):
        what, _, told = entry.partition(": ")
        found[what] = [span for said, span in SPANS.items() if re.search(rf"(?<!\d){said}", told)]
        if not found[what]:
            assert re.search(r"\[[^]]+\]|unbefristet", told), entry
            assert not re.search(r"\d+ (Tage|Wochen|Monate|Jahre)", told), entry
    assert found == PERIODS


def test_the_english_notice_promises_the_same_periods() -> None:
    _, _, told = ENGLISH.partition("## How long we keep the data\n")
    entries = re.findall(r"^- .*?: (.*)$", told.partition("\n## ")[0], re.MULTILINE)
    found = [[n for span, n in ENGLISH_SPANS.items() if re.search(rf"(?<!\d){span}", one)] for one in entries]
    assert found == [[span.days for span in spans] for spans in PERIODS.values()]


def test_the_basis_is_the_public_task_unless_the_operator_says_otherwise() -> None:
    """DP-01: a host that is no authority cannot overlook that its basis is another one."""
    told = section("Wenn Sie sich zu einem Fachtag anmelden")
    assert "Artikel 6 Absatz 1 Buchstabe e DSGVO in Verbindung mit § 3 DSG NRW" in told
    assert "[Bei nicht öffentlichen Veranstaltern: andere Rechtsgrundlage nennen]" in told
    left = rules.parse(NOTICE, "").placeholders
    assert "[Bei nicht öffentlichen Veranstaltern: andere Rechtsgrundlage nennen]" in left
    assert "Buchstabe f" not in NOTICE  # no basis for authorities in their tasks
    assert "Artikel 7 Absatz 3" in told


@pytest.fixture
def day(app: Flask) -> None:
    """It asks for every consent there is: one of a series, with places by wishes."""
    with app.app_context(), transaction() as session:
        event = make_event(session, placement=Placement.WISHES, wishes_until=NOW + timedelta(days=9))
        event.series = Series(name="Fachtage Musterau")
        session.flush()
        ask_for(session, event.id, set(Purpose), fingerprint(""), SYSTEM, NOW)


def test_no_consent_is_needed_to_register(app: Flask, client: FlaskClient, day: None) -> None:
    """DP-01: the registration rests on the task, so nothing has to be ticked for it, and nothing is ticked."""
    page = Visitor(client).get("/events/musterfachtag/register")
    boxes = page.tree.xpath("//main//input[@type='checkbox']")
    assert {one.get("name") for one in boxes} == {f"consent-{one.value}" for one in Purpose}
    assert [one for one in boxes if one.get("required") is not None or one.get("checked") is not None] == []
    page.send(**PERSON)
    Visitor(client).get(link_in(mailbox(app).newest(PERSON["email"]))).send(button="Anmeldung bestätigen")
    with app.app_context():
        assert db.session.scalars(select(Registration.status)).all() == [Status.REGISTERED]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("form", ["register", "register/group"])
def test_the_notice_is_linked_before_the_button(client: FlaskClient, day: None, form: str) -> None:
    """DP-05: whoever is about to send can read it first; it can be reached without an account."""
    page = Visitor(client).get(f"/events/musterfachtag/{form}")
    inside = page.form().xpath(".//a[starts-with(@href, '/datenschutz')] | .//button[not(@name)]")
    assert [one.tag for one in inside][-2:] == ["a", "button"]


@pytest.mark.sqlite_only
def test_what_it_says_of_the_personal_page_is_there(app: Flask, client: FlaskClient, day: None) -> None:
    """DP-05: each right that it calls a matter of one's own page has its place there."""
    Visitor(client).get("/events/musterfachtag/register").send(**PERSON)
    mine = link_in(mailbox(app).newest(PERSON["email"]))
    page = Visitor(client).get(mine).send(button="Anmeldung bestätigen")
    assert "„Meine Daten“" in section("Ihre Rechte")
    data = page.follow("Meine Daten")
    assert {f"{mine}/data.json", f"{mine}/delete"} <= {one.partition("?")[0] for one in data.links()}
    for part in ("details", "cancel"):
        assert [one for one in page.links() if one.startswith(f"{mine}/{part}")], part
