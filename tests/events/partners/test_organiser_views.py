# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team names partners; the page of the day, the PDFs, the documentation and the file for programs say them."""

import io
import json
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.events.models import Event
from app.events.partners.models import Partner, PartnerLogo
from app.events.partners.queries import logos_to_print, partners_of
from app.events.partners.rules import Logo, PartnerFacts, PartnerRole
from app.events.partners.service import add_partner
from app.people.rules import Role
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.pages import Page, Visitor
from tests.pdf import tags_of, text_of
from tests.results.samples import Day, jpeg, make_day, png, png_bomb, released, team

DAY = "/events/musterfachtag"
HOME = "/organise/events/musterfachtag/partners"
WORDING = "Gefördert durch das Land aus Mitteln des Beispielfonds."


@pytest.fixture
def day(app: Flask) -> Day:
    return make_day(app)


def send(client: FlaskClient, path: str, logo: tuple[bytes, str] | None = None, **typed: Any) -> Page:
    """Fill and send the form as a browser does, with a file or with none chosen."""
    visitor = Visitor(client)
    page = visitor.get(path)
    values = {key: value for key, value in {**page.values(page.form()), **typed}.items() if value is not None}
    content, name = logo or (b"", "")
    values.pop("file", None)
    boundary, body = encode_multipart({**values, "file": FileStorage(io.BytesIO(content), name)})
    answer: TestResponse = client.post(
        path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"', follow_redirects=True
    )
    return visitor._read(answer, path)


def rows(app: Flask) -> list[tuple[str, str, int]]:
    with app.app_context():
        found = select(Partner).order_by(Partner.id)
        return [(one.role.value, one.name, one.position) for one in db.session.scalars(found)]


def test_from_the_form_to_everybody(app: Flask, client: FlaskClient, day: Day) -> None:
    browser = team(app, day, Role.ORGANISER)
    assert "Noch keine Partner" in Visitor(browser).get(HOME).text
    assert HOME in Visitor(browser).get("/organise/events/musterfachtag/edit").links()
    for typed, logo in (
        ({"role": "patron", "name": "Landrätin Mara Testfall"}, None),
        ({"role": "cooperation", "name": "Zweiter e. V.", "position": "2"}, None),
        (
            {
                "role": "cooperation",
                "name": "Erste gGmbH",
                "link": "https://example.org/erste",
                "position": "1",
            },
            (png(), "Logo.PNG"),
        ),
        ({"role": "funder", "name": "Land", "wording": WORDING}, None),
        ({"role": "host", "name": "Arbeitskreis im Bezirk"}, None),
    ):
        words = {"alternative": "Erste gGmbH"} if logo else {}
        page = send(browser, f"{HOME}/new", logo, **typed, **words)
        assert page.status == 200, page.errors()
    released(app, day)
    public = Visitor(client).get(DAY)
    documentation = Visitor(client).get(f"{DAY}/results")
    for shown in (public, documentation):
        for words in (
            "Gemeinsam mit Arbeitskreis im Bezirk",
            "In Kooperation mit Erste gGmbH; Zweiter e. V.",
            WORDING,
            "Unter der Schirmherrschaft von Landrätin Mara Testfall",
        ):
            assert words in " ".join(shown.text.split()).replace(" ;", ";"), words
        (logo_,) = shown.soup.select("ul.logos a > img")
        assert (logo_["alt"], logo_.parent["href"]) == ("Erste gGmbH", "https://example.org/erste")
        with client.get(str(logo_["src"])) as picture:
            assert (picture.mimetype, picture.status_code) == ("image/png", 200)
            assert "sandbox" in picture.headers["Content-Security-Policy"]
            assert Image.open(io.BytesIO(picture.data)).mode == "RGB"
    for path in (f"{DAY}/agenda.pdf", f"{DAY}/results.pdf"):
        with Context().run(client.get, path) as paper:
            said, tags = " ".join(text_of(paper.data).split()), tags_of(paper.data)
        assert WORDING in said
        assert "Erste gGmbH; Zweiter e. V." in said
        assert "Figure" in tags
    schedule = client.get(f"{DAY}/agenda.json").get_json()["schedule"]["x-fachtag"]
    assert [one["name"] for one in schedule["partners"]] == [
        "Arbeitskreis im Bezirk", "Erste gGmbH", "Zweiter e. V.", "Land", "Landrätin Mara Testfall",
    ]  # fmt: skip
    data = json.loads(public.soup.find("script", type="application/ld+json").text)  # type: ignore[union-attr]
    assert data["funder"] == [{"@type": "Organization", "name": "Land"}]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"role": "sponsor"}, "role"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "example.org"}, "link"),
        ({"wording": WORDING}, "wording"),
        ({"position": "-1"}, "position"),
        ({"name": "Steht schon da"}, "name"),
    ],
)
def test_a_refusal_keeps_what_was_typed(app: Flask, day: Day, typed: dict[str, str], field: str) -> None:
    with app.app_context(), transaction() as session:
        facts = PartnerFacts(PartnerRole.COOPERATION, "Steht schon da")
        add_partner(session, day.event_id, facts, None, None, NOW)
    browser = team(app, day, Role.ORGANISER)
    page = send(browser, f"{HOME}/new", **{"role": "cooperation", "name": "Neu e. V.", **typed})
    assert (page.status, set(page.errors())) == (422, {field})
    kept = page.values(page.form())
    assert {name: kept[name] for name in typed if name != "role"} == {
        name: value for name, value in typed.items() if name != "role"
    }
    assert len(rows(app)) == 1


@pytest.mark.parametrize(
    ("content", "name", "words", "field"),
    [
        (b"<svg onload='alert(1)'></svg>", "logo.svg", "Logo", "file"),
        (b"", "", "", None),
        (jpeg(), "logo.jpg", "", "alternative"),
        (jpeg()[:200], "logo.jpg", "Logo", "file"),
        (png_bomb(), "logo.png", "Logo", "file"),
        (b"\xff" * 4_100_000, "logo.png", "Logo", "file"),
    ],
)
def test_what_is_no_picture_or_has_no_words_stays_out(
    app: Flask, day: Day, content: bytes, name: str, words: str, field: str | None
) -> None:
    """A11Y-12, T25"""
    browser = team(app, day, Role.ORGANISER)
    page = send(
        browser,
        f"{HOME}/new",
        (content, name) if name else None,
        role="funder",
        name="Land",
        alternative=words,
    )
    assert set(page.errors()) == ({field} if field else set())
    assert len(rows(app)) == (0 if field else 1)


def test_a_logo_is_changed_and_removed(app: Flask, client: FlaskClient, day: Day) -> None:
    """Another picture has another address; nothing of the camera survives."""
    browser = team(app, day, Role.ORGANISER)
    send(browser, f"{HOME}/new", (jpeg(gps=True), "a.jpg"), role="funder", name="Land", alternative="Land")

    def logo() -> tuple[str, str] | None:
        with app.app_context():
            (one,) = partners_of(db.session(), db.session.get_one(Event, day.event_id))
            return (one.logo.key, one.logo.alternative) if one.logo else None

    with app.app_context():
        partner_id = db.session.scalars(select(Partner.id)).one()
        content, _ = logos_to_print(db.session(), db.session.get_one(Event, day.event_id))[0]
        assert b"GEHEIM" not in content
        assert max(Image.open(io.BytesIO(content)).size) <= 640
    first = logo()
    assert first is not None
    edit = f"{HOME}/{partner_id}"
    assert send(browser, edit, alternative="").errors().keys() == {"alternative"}
    assert send(browser, edit, alternative="Wappen des Landes").status == 200
    assert logo() == (first[0], "Wappen des Landes")
    assert send(browser, edit, (png(), "b.png")).status == 200
    second = logo()
    assert second is not None
    assert second[0] != first[0]
    with (
        client.get(f"{DAY}/logos/{first[0]}.png") as gone,
        client.get(f"{DAY}/logos/{second[0]}.png") as there,
    ):
        assert (gone.status_code, there.status_code) == (404, 200)
    assert send(browser, edit, without_logo="y").status == 200
    assert logo() is None
    assert Visitor(browser).get(f"{edit}/remove").send().address == HOME
    assert rows(app) == []


def test_who_saves_later_sees_both(app: Flask, day: Day) -> None:
    """F30"""
    browser = team(app, day, Role.ORGANISER)
    send(browser, f"{HOME}/new", role="funder", name="Land")
    with app.app_context():
        partner_id = db.session.scalars(select(Partner.id)).one()
    open_form = Visitor(browser).get(f"{HOME}/{partner_id}")
    assert send(browser, f"{HOME}/{partner_id}", name="Bund").status == 200
    refused = open_form.send(name="Kreis")
    assert refused.status == 409
    assert "Bund" in refused.text
    assert [name for _, name, _ in rows(app)] == ["Bund"]


def test_another_day_and_its_logos_are_not_there(app: Flask, client: FlaskClient, day: Day) -> None:
    """T02"""
    other = make_day(app, "anderer-tag")
    with app.app_context(), transaction() as session:
        logo = Logo(png(), 64, 64, "Logo")
        partner = add_partner(session, other.event_id, PartnerFacts(PartnerRole.PATRON, "X"), logo, None, NOW)
        partner_id, key = partner.id, session.scalars(select(PartnerLogo.key)).one()
    browser = team(app, day, Role.LEAD)
    for path in (f"{HOME}/{partner_id}", f"{HOME}/{partner_id}/remove", f"{HOME}/logos/{key}.png"):
        assert browser.get(path).status_code == 404
    assert client.get(f"{DAY}/logos/{key}.png").status_code == 404
    with client.get(f"/events/anderer-tag/logos/{key}.png") as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"wording": WORDING},
        {"position": -1},
        {"logo": PartnerLogo(content=b"x", width=1, height=1, alternative="")},
        {"logo": PartnerLogo(content=b"x", width=0, height=1, alternative="x")},
    ],
)
def test_the_database_says_no(app: Flask, day: Day, wrong: dict[str, Any]) -> None:
    facts = {"role": PartnerRole.PATRON, "name": "X", **wrong}
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.add(Partner(event_id=day.event_id, **facts))
