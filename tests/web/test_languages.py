# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A page, a mail and a PDF say in which language they are, so that they are read aloud in it (A11Y-17).

That no page names a language that is none of ours is part of the page contract.
"""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from app.web.database import transaction
from tests.factories.days import make_event, make_programme
from tests.mailbox import mailbox
from tests.pages import Visitor, tree

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
def test_german_on_an_english_page_says_so(client: FlaskClient, name: str) -> None:
    """The law's texts are German only; what is English around them is not read as German."""
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
    with client.get(f"{DAY}/agenda.pdf?lang={language}") as answer:
        assert PdfReader(BytesIO(answer.data)).trailer["/Root"]["/Lang"] == language
