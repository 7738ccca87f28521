# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A page, a mail and a PDF say in which language they are, so that they are read aloud in it (A11Y-17).

That no page names a language that is none of ours is part of the page contract.
"""

import re
from io import BytesIO
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app.events.models import Event
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme
from tests.mailbox import mailbox, text_of
from tests.pages import Visitor, tree, values_of

pytestmark = pytest.mark.sqlite_only

DAY = "/events/musterfachtag"
PAGES = ("/", DAY, f"{DAY}/agenda", f"{DAY}/register", "/calendar", "/organise/sign-in", "/gibt-es-nicht")
OTHER = {"de": "en", "en": "de"}


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_programme(session, make_event(session))


@pytest.mark.parametrize("language", OTHER)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_its_language_and_that_of_the_other(
    client: FlaskClient, address: str, language: str
) -> None:
    page = Visitor(client).get(f"{address}?lang={language}")
    assert page.tree.get("lang") == language
    (switch,) = page.tree.xpath("//header//a[@hreflang]")
    assert (switch.get("hreflang"), switch.get("lang")) == (OTHER[language], OTHER[language])
    assert switch.text == {"de": "Deutsch", "en": "English"}[OTHER[language]]


@pytest.mark.parametrize("name", ["impressum", "datenschutz", "barrierefreiheit", "leichte-sprache"])
def test_german_on_an_english_page_says_so(client: FlaskClient, settings: Settings, name: str) -> None:
    """A house that wrote its German texts only; what is English around them is not read as German."""
    (settings.data_dir / "legal").mkdir()
    (settings.data_dir / "legal" / f"{name}.txt").write_text("# Titel\n\nfertig", encoding="utf-8")
    article = Visitor(client).get(f"/{name}?lang=en").tree.xpath("//main//article")[0]
    assert article.get("lang") == "de"
    assert "lang" not in Visitor(client).get(f"/{name}?lang=de").tree.xpath("//main//article")[0].attrib


@pytest.mark.parametrize("language", OTHER)
def test_so_do_mails_and_documents(app: Flask, client: FlaskClient, language: str) -> None:
    form = Visitor(client).get(f"{DAY}/register?lang={language}")
    form.send(
        given_name="Ada", family_name="Muster", email="ada@example.org", organisation="Kreis Musterstadt"
    )
    mail = mailbox(app).newest("ada@example.org")
    html = mail.get_body(("html",))
    assert html is not None
    assert (mail["Content-Language"], tree(html.get_content()).get("lang")) == (language, language)
    links = set(tree(html.get_content()).xpath("//a[starts-with(@href, 'http')]/@href"))
    assert len(links) > 1
    for link in links:
        assert Visitor(client).get(link).tree.get("lang") == language, link
    with client.get(f"{DAY}/agenda.pdf?lang={language}") as answer:
        assert PdfReader(BytesIO(answer.data)).trailer["/Root"]["/Lang"] == language


def test_a_registration_in_english_stays_so_behind_every_button(app: Flask, client: FlaskClient) -> None:
    """From the form over the mail to the end, for somebody whose browser asks for German."""
    person = {"given_name": "Ada", "family_name": "Muster", "organisation": "Kreis Musterstadt"}
    sent = Visitor(client).get(f"{DAY}/register?lang=en").send(**person, email="ada@example.org")
    (link,) = re.findall(r"http://localhost(/my/\S+)", text_of(mailbox(app).newest("ada@example.org")))[:1]
    mine = Visitor(client).get(link)
    confirmed = mine.send(button="Confirm")
    corrected = confirmed.follow("Correct my details").send(**{**person, "given_name": "Eda"})
    left = corrected.follow("Cancel my registration").send(button="Cancel my registration")
    for page in (sent, mine, confirmed, corrected, left):
        assert (page.status, page.tree.get("lang")) == (200, "en"), page.address
    assert "lang=en" in text_of(mailbox(app).newest("ada@example.org"))


def test_the_switch_keeps_the_form_and_what_the_address_asks_for(client: FlaskClient) -> None:
    form = Visitor(client).get(f"{DAY}/register")
    (switch,) = form.tree.xpath("//header//a[@hreflang='en']/@href")
    (button,) = form.tree.xpath(f"//form//button[@id='{switch[1:]}']")
    typed = {**values_of(form.form()), "given_name": "Ada <b>", button.get("name"): button.get("value")}
    english = Visitor(client).post(urljoin(f"{DAY}/register", button.get("formaction")), typed)
    assert (english.status, english.tree.get("lang")) == (200, "en")
    assert values_of(english.form())["given_name"] == "Ada <b>"
    assert english.tree.xpath("//*[@class='kern-error']") == []
    (elsewhere,) = Visitor(client).get("/?region=&x=1").tree.xpath("//header//a[@hreflang='en']/@href")
    assert elsewhere == "?region=&x=1&lang=en"


def test_what_the_first_reader_asked_for_is_kept_for_nobody_else(client: FlaskClient) -> None:
    for address in (DAY, f"{DAY}/agenda", f"{DAY}/register"):
        client.get(f"{address}?told=first")
        assert "told=first" not in client.get(address).text, address


def test_what_the_team_wrote_in_german_says_so_on_english_pages(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        day = db.session.scalars(select(Event)).one()
        title, place, workshop = day.title, day.place, "Beraten ohne Vorurteil"
    for address, texts in (("/", [title]), (DAY, [title, place]), (f"{DAY}/agenda", [place, workshop])):
        for language, marked in (("en", ["de"]), ("de", [])):
            page = Visitor(client).get(f"{address}?lang={language}")
            for text in texts:
                (found, *_) = [
                    one for one in page.tree.xpath("//main//*[text()]") if text in (one.text or "")
                ]
                assert [str(one) for one in found.xpath("ancestor-or-self::*[@lang]/@lang")][1:] == marked
    assert Visitor(client).get(f"{DAY}?lang=en").tree.xpath("//main//p[@lang='de']")
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().language = "en"
        session.scalars(select(Event)).one().revision += 1
    assert Visitor(client).get(f"{DAY}?lang=en").tree.xpath("//main//*[@lang]") == []
    assert Visitor(client).get(f"{DAY}?lang=de").tree.xpath("//h1/span[@lang='en']")
