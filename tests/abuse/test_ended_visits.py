# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whoever was signed out while a form was open signs in where it was sent, and finds it as it was typed: at every form
of the organisers' area. Nothing is done before it is sent once more, and nothing is lost."""

import random
from base64 import b64encode
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import kept
from app.web.access import Audience, access_of
from tests.abuse.forms import GERMAN, TEXT_LIKE, FormOnPage, Sender, forms_of, fresh
from tests.abuse.world import AFTER_A_LOOK, World, ask
from tests.pages import Visitor, complaints, post_forms, tree, values_of
from tests.people.helpers import MAIL, PASSWORD, an_organiser, signed_in

INSIDE = {Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN}
HOSTILE = "Mü\"<b>&amp;'</b>"
NAME = "/organise/account/name"


def sealed_in(html: str) -> str:
    (sealed,) = tree(html).xpath(f"//input[@name='{kept.SEALED}']/@value")
    return str(sealed)


def typed_into(form: FormOnPage) -> dict[str, str]:
    return dict.fromkeys(form.fields(TEXT_LIKE), HOSTILE)


def lost(sender: Sender, form: FormOnPage) -> list[str]:
    """What goes wrong with the form when it is sent without a sign-in, and its page opened after one."""
    typed = typed_into(form)
    sent = ask(sender.stranger, form.action, "POST", data=sender.data(form, typed), headers=GERMAN)
    html = sent.get_data(as_text=True)
    faults = complaints(html) if sent.status_code == 401 else [f"status {sent.status_code}"]
    if faults:
        return faults
    data = {kept.SEALED: sealed_in(html), "email": "", "password": ""}
    back = sender.verdict(sender.lead, form.action, data=data)
    if back.status not in {200, 400, 422}:
        return [f"back: {back.status}"]
    faults = complaints(back.html)
    if "wieder angemeldet" not in back.html:
        faults.append("no sentence")
    there = back.kept()
    faults += [f"{name}: {there.get(name)!r}" for name, value in typed.items() if there.get(name) != value]
    shown = {name for one in post_forms(tree(back.html)) for name in values_of(one)}
    forgotten = {name for name, kind in form.kinds.items() if kind not in {"password", "file"}} & set(
        form.values
    )
    return faults + [f"{name} is gone" for name in forgotten - shown if form.kinds[name] != "checkbox"]


@pytest.mark.long
def test_every_form_of_the_organisers_is_found_again(tried_world: World) -> None:
    with Sender(tried_world) as sender:
        faults, walked = {}, set()
        for key, places in forms_of(sender).items():
            access = access_of(tried_world.app, key[0])
            if access is None or access.audience not in INSIDE:
                continue
            form = fresh(sender, *places)
            walked.add(form.endpoint)
            if found := lost(sender, form):
                faults[key[:3]] = found
    posting = {rule.endpoint for rule, access in tried_world.rules("POST") if access.audience in INSIDE}
    assert posting - walked == AFTER_A_LOOK
    assert faults == {}, "\n".join(f"{key}: {found}" for key, found in faults.items())


def test_sign_in_where_the_form_was_sent(app: Flask) -> None:
    an_organiser(app)
    page = Visitor(signed_in(app)).get(NAME)
    page.visitor.client.delete_cookie("fachtag")
    asked = page.send(name=HOSTILE)
    assert (asked.status, asked.heading) == (401, "Bitte melden Sie sich neu an")
    assert HOSTILE not in asked.response.text
    wrong = asked.send(email=MAIL, password="Falsches Passwort")
    assert (wrong.status, wrong.address) == (422, NAME)
    back = wrong.send(email=MAIL, password=PASSWORD)
    assert (back.status, back.address) == (200, NAME)
    assert "Sie sind wieder angemeldet." in back.text
    assert back.values(back.form(NAME))["name"] == HOSTILE
    assert page.visitor.get("/organise/account").text.count(HOSTILE) == 0  # nothing is done yet
    saved = back.send(NAME)
    assert (saved.status, HOSTILE in saved.text) == (200, True)


def test_a_button_is_pressed_once_more_by_hand(app: Flask) -> None:
    an_organiser(app)
    other = signed_in(app)
    client = signed_in(app)
    page = Visitor(client).get("/organise/account")
    client.delete_cookie("fachtag")
    back = page.send("/organise/account/end-others").send(email=MAIL, password=PASSWORD)
    assert (back.status, back.heading) == (400, "Noch ist nichts geschehen")
    assert other.get(NAME).status_code == 200
    assert back.send(button="Noch einmal senden").status == 200
    assert other.get(NAME).status_code == 303


def test_an_old_token_loses_nothing_either(app: Flask) -> None:
    an_organiser(app)
    signed_in(app)
    page = Visitor(signed_in(app)).get("/organise/account")
    again = page.send("/organise/account/end-others", csrf_token="stale")
    assert (again.status, again.heading) == (400, "Noch ist nichts geschehen")
    assert again.send(button="Noch einmal senden").status == 200


def test_a_password_does_not_travel_and_a_file_is_named(app: Flask, client: FlaskClient) -> None:
    an_organiser(app)
    password = Visitor(client).post(
        "/organise/account/password", {"old_password": PASSWORD, "password": "Der Mond steht über Bünde"}
    )
    with app.test_request_context("/organise/account/password"):
        sent = kept.unseal(sealed_in(password.response.text))
    assert sent is not None
    assert (sent.fields, sent.whole) == ([], False)
    data = {"title": "Ablauf", "file": (BytesIO(b"x"), "<b>Ablauf.pdf")}
    answer = client.post("/organise/account/name", data=data, headers=GERMAN)
    assert "&lt;b&gt;Ablauf.pdf" in answer.text


def test_what_is_sealed_opens_nothing_else(app: Flask, client: FlaskClient) -> None:
    an_organiser(app)
    sealed = sealed_in(Visitor(client).post(NAME, {"name": "Neu"}).response.text)
    lead = signed_in(app)
    assert lead.post(NAME, data={kept.SEALED: sealed}).status_code == 200
    for address, seal in (("/organise/account/end-others", sealed), (NAME, sealed[:-4]), (NAME, "x")):
        answer = lead.post(address, data={kept.SEALED: seal})
        assert answer.status_code == 400, (address, seal[-8:])
        assert "Neu" not in answer.text


def test_what_another_site_sent_and_what_is_too_long_are_not_kept(app: Flask, client: FlaskClient) -> None:
    foreign = client.post(NAME, data={"name": "Fremd"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 401
    assert sealed_in(foreign.text) == ""
    noise = b64encode(random.Random(1).randbytes(340_000)).decode()
    long = Visitor(client).post(NAME, {"name": f"Anfang {noise}"})
    assert (long.status, sealed_in(long.response.text)) == (401, "")
    assert f"Anfang {noise}" in long.text
    an_organiser(app)
    assert long.send(email=MAIL, password=PASSWORD).heading == "Namen ändern"
