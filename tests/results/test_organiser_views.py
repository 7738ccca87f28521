# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers write results down, keep photos and documents, and publish."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.events.models import Event
from app.events.service import mark_changed
from app.organisations.models import OrganisationKind
from app.organisations.rules import UsualKind
from app.people.rules import Role
from app.programme.models import Workshop
from app.results.material_service import add_material_bytes
from app.results.models import Agreement, AttendanceFigure, Documentation, Material, WorkshopResult
from app.results.rules import AgreementStatus, Level, MaterialFacts, MaterialKind, ResultFacts
from app.results.service import FrameFacts, add_agreement, publish_documentation, write_frame, write_result
from app.web.database import db, transaction
from tests.pages import Page, Visitor
from tests.pdf import text_of
from tests.results.samples import (
    ACCESSIBLE,
    HOME,
    LONG,
    NOW,
    PAYLOAD,
    SLUG,
    Day,
    a_photo,
    an_agreement,
    files_of,
    jpeg,
    make_day,
    pdf,
    png_bomb,
    released,
    team,
    the_event,
)


def rows(app: Flask, table: type[Any]) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def upload(client: FlaskClient, what: str, name: str, content: bytes, **changes: Any) -> Page:
    """Fill and send the upload form as a browser would."""
    visitor = Visitor(client)
    page = visitor.get(f"{HOME}/{what}/new")
    values = {**page.values(page.form()), "file": (io.BytesIO(content), name), **changes}
    return visitor._read(send_multipart(client, page.address, values), page.address)


def send_multipart(client: FlaskClient, address: str, values: dict[str, Any]) -> TestResponse:
    """Encoded in memory: the test client would leave a temporary file open behind large ones."""
    file, name = values["file"]
    words = {key: value for key, value in values.items() if value is not None and key != "file"}
    boundary, body = encode_multipart({**words, "file": FileStorage(file, name)})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post(address, data=body, content_type=kind, follow_redirects=True)


PHOTO = {"title": "Flipchart", "alt_text": "Zwei Zeilen", "recognisable": "no"}


def test_the_way_of_an_organiser(app: Flask, client: FlaskClient) -> None:
    """From nothing to a public documentation, page by page."""
    day = make_day(app)
    browser = team(app, day, Role.LEAD)
    visitor = Visitor(browser)

    page = visitor.get(f"{HOME}/workshops/{day.workshops[0]}").send(
        findings="Eins\nZwei", summary="Kurz", attended="18"
    )
    assert page.address == HOME
    page = visitor.get(f"{HOME}/plenary").send(findings="Wartezeiten")
    assert page.address == HOME
    page = visitor.get(f"{HOME}/introduction").send(
        intro="Vorweg", next_host="Lippe", figure_ki="24", figure_state=""
    )
    assert page.address == HOME
    page = visitor.get(f"{HOME}/agreements/new").send(
        workshop_id=str(day.workshops[1]),
        text="Liste anlegen",
        owner="Kreis Lippe",
        due="30.06.2031",
        level="district",
    )
    assert page.address == HOME
    assert "Liste anlegen" in page.text
    page = upload(browser, "photos", "a.jpg", jpeg(gps=True), **PHOTO, workshop_id=str(day.workshops[0]))
    assert page.address == HOME
    page = upload(browser, "documents", "Folien.pdf", pdf(ACCESSIBLE, title="Folien"), title="Folien")
    assert page.address == HOME

    preview = visitor.get(f"{HOME}/preview")
    assert preview.status == 200
    assert "Vorweg" in preview.text
    (photo,) = [str(image["src"]) for image in preview.soup.main.find_all("img")]  # type: ignore[union-attr]
    with browser.get(photo) as shown:
        assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Visitor(client).get(f"/events/{SLUG}/results").status == 404

    page = visitor.get(f"{HOME}/publish").send()
    assert page.address == HOME
    assert Visitor(client).get(f"/events/{SLUG}/results").status == 200
    assert [(row.findings, row.attended) for row in rows(app, WorkshopResult)] == [
        ("Eins\nZwei", 18),
        ("Wartezeiten", None),
    ]
    assert [(row.kind, row.count) for row in rows(app, AttendanceFigure)] == [(UsualKind.KI, 24)]
    (agreement,) = rows(app, Agreement)
    assert (agreement.workshop_id, str(agreement.due), agreement.level) == (
        day.workshops[1],
        "2031-06-30",
        Level.DISTRICT,
    )
    assert [row.accessible for row in rows(app, Material)] == [False, True]

    page = visitor.get(f"{HOME}/unpublish").send()
    assert Visitor(client).get(f"/events/{SLUG}/results").status == 404


def test_a_figure_of_a_kind_that_is_retired_meanwhile_is_kept(app: Flask) -> None:
    """And asked again, as long as there is one; a retired kind without a figure is not asked."""
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    open_form = visitor.get(f"{HOME}/introduction")
    with app.app_context(), transaction() as session:
        for one in session.scalars(
            select(OrganisationKind).where(OrganisationKind.key.in_(("ki", "welfare")))
        ):
            one.retired = True
    open_form.send(figure_ki="24")
    assert [(row.kind, row.count) for row in rows(app, AttendanceFigure)] == [("ki", 24)]
    again = visitor.get(f"{HOME}/introduction")
    assert again.values(again.form())["figure_ki"] == "24"
    assert "Wohlfahrtsverband" not in again.text


def test_forms_show_what_is_stored(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        event = the_event(day)
        write_result(session, event, day.workshops[0], ResultFacts("Eins\nZwei", "Kurz", 0), 0, NOW)
        write_frame(session, event, FrameFacts("Vorweg", "Lippe", {UsualKind.KI: 3}), 0, NOW)
        add_agreement(
            session, event, an_agreement(day.workshops[2], status=AgreementStatus.REJECTED, note="n"), NOW
        )
    visitor = Visitor(team(app, day, Role.ORGANISER))

    def shown(address: str) -> dict[str, Any]:
        page = visitor.get(f"{HOME}/{address}")
        return {
            name: value.strip()
            for name, value in page.values(page.form()).items()
            if name not in {"csrf_token", "nonce"}
        }

    assert shown(f"workshops/{day.workshops[0]}") == {
        "version": "1",
        "findings": "Eins\nZwei",
        "summary": "Kurz",
        "attended": "0",
    }
    assert shown("plenary") == {"version": "0", "findings": "", "summary": "", "attended": ""}
    frame = shown("introduction")
    assert (
        frame["intro"],
        frame["next_host"],
        frame["figure_ki"],
        frame["figure_state"],
        frame["version"],
    ) == (
        "Vorweg",
        "Lippe",
        "3",
        "",
        "1",
    )
    assert shown("agreements/1") == {
        "version": "1",
        "workshop_id": str(day.workshops[2]),
        "text": "Gemeinsame Checkliste entwerfen",
        "owner": "KI Kreis Herford",
        "due": "2031-06-30",
        "status": "rejected",
        "level": "association",
        "note": "n",
    }


@pytest.mark.long
def test_a_wrong_agreement_is_refused_at_its_field(app: Flask) -> None:
    """One sentence at the field, and everything else that was typed stays."""
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    good = {"text": "Liste", "owner": "Kreis Lippe", "due": "2031-06-30", "note": "bleibt"}
    cases: list[tuple[str, Any]] = [
        *(("text", value) for value in ("", "x" * 20_001, "a\0b", ["a", "b"])),
        *(("owner", value) for value in ("", "x" * 201, "a\u202eb", "a\nb")),
        *(("due", value) for value in ("", "31.02.2031", "0001-01-01", "9999-12-31", "bald")),
        ("status", "egal"),
        ("level", ""),
        *(("workshop_id", value) for value in ("999999", "x", str(2**63))),
        ("note", "x" * 501),
    ]
    for field, value in cases:
        page = visitor.get(f"{HOME}/agreements/new").send(**{**good, field: value})
        assert (page.status, list(page.errors())) == (422, [field]), (field, value)
        assert page.soup.find(class_="error-summary") is not None
        if field != "note":
            assert page.values(page.form())["note"] == "bleibt"
    assert rows(app, Agreement) == []


def test_a_wrong_number_is_refused_in_one_sentence(app: Flask) -> None:
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    for value in ("-1", "1.5", "viele", "100001", str(2**63), "9" * 5000, "٣٣٣"):
        for address, field in (("plenary", "attended"), ("introduction", "figure_ki")):
            page = visitor.get(f"{HOME}/{address}").send(**{field: value})
            assert (page.status, list(page.errors())) == (422, [field]), value
            assert page.errors()[field].count(".") == 1
    assert rows(app, WorkshopResult) == rows(app, Documentation) == []


def test_a_stale_form_keeps_what_was_typed(app: Flask) -> None:
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    page = visitor.get(f"{HOME}/plenary").send(findings="Mühsam getippt", csrf_token="alt")
    assert (page.status, page.values(page.form())["findings"].strip()) == (422, "Mühsam getippt")
    assert rows(app, WorkshopResult) == []


def test_two_at_one_result_see_both_texts(app: Flask) -> None:
    """The later one is told, loses nothing, and may then decide; the other's text is hostile (T20)."""
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    mine = visitor.get(f"{HOME}/plenary")
    visitor.get(f"{HOME}/plenary").send(findings=PAYLOAD, summary="Gleich")
    page = mine.send(findings="Meins", summary="Gleich", attended="7")
    assert page.status == 409
    assert page.values(page.form())["findings"].strip() == "Meins"
    shown = [
        [cell.get_text(strip=True) for cell in row.find_all("td")]
        for row in page.soup.select("main tbody tr")
    ]
    assert shown == [[PAYLOAD, "Meins"], ["–", "7"]]
    assert page.soup.find_all("svg", onload=True) == []
    page = page.send()
    assert page.address == HOME
    assert [(row.findings, row.attended, row.version) for row in rows(app, WorkshopResult)] == [
        ("Meins", 7, 2)
    ]


def test_two_at_one_agreement_frame_and_photo_see_both_texts(app: Flask) -> None:
    """T20, on every conflict page."""
    day = make_day(app)
    data_dir = app.extensions["fachtag.settings"].data_dir
    with app.app_context(), transaction() as session:
        add_agreement(session, the_event(day), an_agreement(), NOW)
        add_material_bytes(
            session, the_event(day), data_dir, MaterialKind.PHOTO, "a.jpg", jpeg(), a_photo(), NOW
        )
        write_frame(session, the_event(day), FrameFacts("Alt"), 0, NOW)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    cases: list[tuple[str, dict[str, str], dict[str, str]]] = [
        (
            "agreements/1",
            {
                "text": PAYLOAD,
                "owner": PAYLOAD,
                "note": PAYLOAD,
                "workshop_id": str(day.workshops[0]),
                "due": "2031-01-01",
                "status": "done",
            },
            {"text": "Meins"},
        ),
        ("materials/1", {"title": PAYLOAD, "alt_text": PAYLOAD}, {"title": "Meins"}),
        ("introduction", {"intro": PAYLOAD, "next_host": PAYLOAD, "figure_ki": "5"}, {"intro": "Meins"}),
    ]
    for address, theirs, mine in cases:
        first = visitor.get(f"{HOME}/{address}")
        assert visitor.get(f"{HOME}/{address}").send(**theirs).address == HOME
        page = first.send(**mine)
        assert page.status == 409, address
        assert len(page.soup.select("main tbody tr")) == len(theirs), address
        assert PAYLOAD in page.soup.table.get_text()  # type: ignore[union-attr]
        assert page.send().address == HOME
    assert (
        rows(app, Agreement)[0].text
        == rows(app, Material)[0].title
        == rows(app, Documentation)[0].intro
        == "Meins"
    )


def test_a_double_click_is_no_conflict(app: Flask) -> None:
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    result, agreement = visitor.get(f"{HOME}/plenary"), visitor.get(f"{HOME}/agreements/new")
    for _ in range(2):
        assert result.send(findings="Eins").address == HOME
        assert agreement.send(text="Liste", owner="Kreis Lippe", due="2031-06-30").address == HOME
    assert [row.version for row in rows(app, WorkshopResult)] == [1]
    assert len(rows(app, Agreement)) == 1


def test_removing_asks_first(app: Flask) -> None:
    day = make_day(app)
    data_dir = app.extensions["fachtag.settings"].data_dir
    with app.app_context(), transaction() as session:
        add_agreement(session, the_event(day), an_agreement(text=PAYLOAD), NOW)
        add_material_bytes(
            session,
            the_event(day),
            data_dir,
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            a_photo(title=PAYLOAD),
            NOW,
        )
    visitor = Visitor(team(app, day, Role.ORGANISER))
    for address, table in (("agreements/1", Agreement), ("materials/1", Material)):
        page = visitor.get(f"{HOME}/{address}/remove")
        assert PAYLOAD in page.text
        assert len(rows(app, table)) == 1
        assert page.send().address == HOME
        assert rows(app, table) == []
        assert visitor.get(f"{HOME}/{address}/remove").status == 404
    assert files_of(app) == []


def test_publishing_is_refused_while_nothing_is_written(app: Flask) -> None:
    day = make_day(app)
    page = Visitor(team(app, day, Role.LEAD)).get(f"{HOME}/publish")
    assert page.soup.select_one("main .kern-alert--warning") is not None
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    with app.app_context():
        assert the_event(day).documentation_released_at is None


def test_who_publishes_is_reminded_of_recognisable_people(app: Flask) -> None:
    """DP-14."""
    day = make_day(app)
    browser = team(app, day, Role.LEAD)
    upload(
        browser,
        "photos",
        "a.jpg",
        jpeg(),
        **{**PHOTO, "title": "Gruppenbild", "recognisable": "yes", "consent_note": "Akte 7"},
    )
    assert "Gruppenbild" in Visitor(browser).get(f"{HOME}/publish").text
    released(app, day)
    assert "Akte 7" not in browser.get(f"/events/{SLUG}/results").text


def refused_uploads() -> list[tuple[str, str, bytes, dict[str, Any], str]]:
    """Where, under which name, what, with which other answers; and the field that says no."""
    return [
        ("photos", "a.jpg", jpeg(), {"alt_text": ""}, "alt_text"),
        ("photos", "a.jpg", jpeg(), {"decorative": "y"}, "decorative"),
        ("photos", "a.jpg", jpeg(), {"recognisable": "yes"}, "consent_note"),
        ("photos", "a.jpg", jpeg(), {"recognisable": None}, "recognisable"),
        ("photos", "a.jpg", jpeg(), {"title": ""}, "title"),
        ("photos", "a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {}, "file"),
        ("photos", "a.svg", jpeg(), {}, "file"),
        ("photos", "a.png", png_bomb(6_400, 6_400), {}, "file"),
        ("photos", "a.jpg", b"", {}, "file"),
        ("photos", "", jpeg(), {}, "file"),
        ("documents", "a.pdf", pdf(), {"title": "Folien"}, "summary"),
        (
            "documents",
            "a.pdf",
            b"<html><script>alert(1)</script>%PDF-1.7",
            {"title": "Folien", "summary": "S"},
            "file",
        ),
        ("documents", "a.html", pdf(ACCESSIBLE), {"title": "Folien"}, "file"),
        ("documents", "a.pdf", pdf(ACCESSIBLE) + bytes(20_000_000), {"title": "Folien"}, "file"),
    ]


@pytest.mark.long
def test_what_may_not_in_leaves_nothing_behind(app: Flask) -> None:
    """T22, T25, A11Y-12, A11Y-15, DP-14: a sentence at the field, no row, no file."""
    day = make_day(app)
    browser = team(app, day, Role.ORGANISER)
    for what, name, content, changes, field in refused_uploads():
        page = upload(browser, what, name, content, **{**(PHOTO if what == "photos" else {}), **changes})
        assert page.status == 422, (what, name, changes)
        assert f"f-{field}" in str(page.soup.find(class_="error-summary")), (what, name, changes)
    assert rows(app, Material) == []
    assert files_of(app) == []


def test_a_photo_arrives_without_its_place(app: Flask) -> None:
    """DP-14, T23: no EXIF, a random name on disk whatever the file was called."""
    day = make_day(app)
    browser = team(app, day, Role.ORGANISER)
    page = upload(browser, "photos", "../../../boese\u202egpj.exe.jpg", jpeg(gps=True), **PHOTO)
    assert page.address == HOME
    (row,) = rows(app, Material)
    assert files_of(app) == [row.stored_name]
    assert (len(row.stored_name), row.original_name) == (36, "boesegpj.exe.jpg")
    path = app.extensions["fachtag.settings"].data_dir / "materials" / str(day.event_id) / row.stored_name
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_bytes()
    assert len(content) == row.size
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
    assert b"GEHEIM" not in content


def test_a_photo_sent_twice_is_one(app: Flask) -> None:
    day = make_day(app)
    browser = team(app, day, Role.ORGANISER)
    visitor = Visitor(browser)
    page = visitor.get(f"{HOME}/photos/new")
    for _ in range(2):
        values = {**page.values(page.form()), **PHOTO, "file": (io.BytesIO(jpeg()), "a.jpg")}
        assert visitor.post(page.address, values).address == HOME
    assert files_of(app) == [row.stored_name for row in rows(app, Material)]
    assert len(files_of(app)) == 1


def test_a_failing_commit_takes_the_file_along(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is broken on purpose; the file must be gone as well."""
    day = make_day(app)
    browser = team(app, day, Role.ORGANISER)

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("app.results.material_service.record", break_down)
    with pytest.raises(RuntimeError, match="on purpose"):
        upload(browser, "photos", "a.jpg", jpeg(), **PHOTO)
    assert rows(app, Material) == []
    assert files_of(app) == []


@pytest.mark.sqlite_only
def test_only_the_upload_takes_large_bodies(app: Flask) -> None:
    day = make_day(app)
    browser = team(app, day, Role.ORGANISER)
    page = Visitor(browser).get(f"{HOME}/plenary")
    large = {**page.values(page.form()), "file": (io.BytesIO(bytes(2_000_000)), "a.jpg")}
    assert send_multipart(browser, f"{HOME}/plenary", large).status_code == 413
    too_large = {"file": (io.BytesIO(bytes(21_000_000)), "a.jpg")}
    assert send_multipart(browser, f"{HOME}/photos/new", too_large).status_code == 413


PAGES = [
    "",
    "/preview",
    "/introduction",
    "/plenary",
    "/workshops/1",
    "/agreements/new",
    "/agreements/1",
    "/agreements/1/remove",
    "/photos/new",
    "/documents/new",
    "/materials/1",
    "/materials/1/file",
    "/materials/1/remove",
    "/publish",
    "/unpublish",
]
FOR_VIEWERS = {"", "/preview", "/materials/1/file"}
FOR_LEADS = {"/publish", "/unpublish"}


def full_day(app: Flask) -> Day:
    day = make_day(app)
    data_dir = app.extensions["fachtag.settings"].data_dir
    with app.app_context(), transaction() as session:
        event = the_event(day)
        event.title = PAYLOAD
        write_frame(session, event, FrameFacts(PAYLOAD, PAYLOAD, {UsualKind.KI: 3}), 0, NOW)
        write_result(session, event, day.workshops[0], ResultFacts(PAYLOAD, PAYLOAD, 3), 0, NOW)
        add_agreement(session, event, an_agreement(text=PAYLOAD, owner=PAYLOAD, note=PAYLOAD), NOW)
        add_material_bytes(
            session,
            event,
            data_dir,
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            a_photo(title=PAYLOAD, alt_text=PAYLOAD + LONG, recognisable_people=True, consent_note=PAYLOAD),
            NOW,
        )
        add_material_bytes(
            session,
            event,
            data_dir,
            MaterialKind.DOCUMENT,
            "a.pdf",
            pdf(),
            MaterialFacts(None, PAYLOAD, summary=PAYLOAD),
            NOW,
        )
        publish_documentation(session, event, None, NOW)
    return day


@pytest.mark.long
@pytest.mark.parametrize("role", [Role.LEAD, Role.ORGANISER, Role.CHECK_IN, Role.VIEWER, None])
def test_each_page_has_its_people(app: Flask, client: FlaskClient, role: Role | None) -> None:
    """T01, and T20 on the way: scripts stand in every text of every page."""
    day = full_day(app)
    other = make_day(app, "anderer-tag")
    browser = team(app, day if role else other, role or Role.LEAD)
    for address in PAGES:
        allowed = role in {Role.LEAD, Role.ORGANISER} or address in FOR_VIEWERS
        if address in FOR_LEADS:
            allowed = role is Role.LEAD
        expected = 404 if role is None else 200 if allowed else 403
        with browser.get(HOME + address) as answer:
            assert answer.status_code == expected, address
            if expected == 200 and answer.mimetype == "text/html":
                assert Visitor(browser).get(HOME + address).soup.find_all("svg", onload=True) == []
                assert PAYLOAD.encode() not in answer.data
        with client.get(HOME + address) as stranger:
            assert stranger.status_code == 303, address


def test_another_days_things_are_missing(app: Flask) -> None:
    full_day(app)
    other = make_day(app, "anderer-tag")
    browser = team(app, other, Role.LEAD)
    for address in PAGES:
        if any(part.isdigit() for part in address.split("/")):
            with browser.get(f"/organise/events/anderer-tag/results{address}") as answer:
                assert answer.status_code == 404, address
    assert browser.get(f"/organise/events/anderer-tag/results/agreements/{2**63}").status_code == 404


def test_a_viewer_cannot_write(app: Flask) -> None:
    day = full_day(app)
    browser = team(app, day, Role.VIEWER)
    page = Visitor(browser).get(HOME)
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    for address in PAGES:
        answer = browser.post(HOME + address, data={"csrf_token": token, "findings": "x"})
        assert answer.status_code in {403, 405}, address
    with app.app_context():
        assert db.session.scalars(select(Event.documentation_released_at)).all() == [NOW]


def _confide(app: Flask, workshop_id: int, *, undocumented: bool = True) -> None:
    """As its team says it in the programme."""
    with app.app_context(), transaction() as session:
        session.get_one(Workshop, workshop_id).undocumented = undocumented


def test_a_workshop_without_documentation_takes_none(app: Flask) -> None:
    """Neither by its page nor by a form that was open before; and what was typed stays."""
    day = make_day(app)
    visitor = Visitor(team(app, day, Role.ORGANISER))
    workshop = str(day.workshops[0])
    result, agreement = visitor.get(f"{HOME}/workshops/{workshop}"), visitor.get(f"{HOME}/agreements/new")
    _confide(app, day.workshops[0])
    refused = result.send(findings="Geheim")
    assert (refused.status, "bleibt ohne Dokumentation" in refused.text) == (422, True)
    assert refused.values(refused.form())["findings"] == "Geheim"
    again = visitor.get(f"{HOME}/workshops/{workshop}")
    assert "bleibt ohne Dokumentation" in again.text
    assert not again.soup.select("textarea[name=findings]")
    words = {"workshop_id": workshop, "text": "Geheim", "owner": "Kreis", "due": "30.06.2031"}
    assert agreement.send(**words).status == 422
    assert not visitor.get(f"{HOME}/agreements/new").soup.select(f"option[value='{workshop}']")
    assert f"{HOME}/workshops/{workshop}" not in visitor.get(HOME).links()
    assert rows(app, WorkshopResult) == rows(app, Agreement) == []


def test_what_was_written_before_is_shown_to_nobody_but_its_team(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    with app.app_context(), transaction() as session:
        facts = a_photo(workshop_id=day.workshops[0])
        photo = add_material_bytes(
            session,
            the_event(day),
            app.extensions["fachtag.settings"].data_dir,
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            facts,
            NOW,
        ).stored_name
    address = f"/events/{SLUG}/materials/{photo}"
    with client.get(address) as answer:
        assert answer.status_code == 200
    visitor = Visitor(team(app, day, Role.LEAD))
    assert "Standards gehen auseinander" in Visitor(client).get(f"/events/{SLUG}/results").text
    _confide(app, day.workshops[0])
    with app.app_context(), transaction() as session:
        mark_changed(the_event(day), NOW, calendar=False)
        assert session is not None
    public = Visitor(client).get(f"/events/{SLUG}/results").text
    with client.get(f"/events/{SLUG}/results.pdf") as paper:
        printed = text_of(paper.data)
    for shown in (public, printed, visitor.get(f"{HOME}/preview").text):
        for words in ("Standards gehen auseinander", "Gemeinsame Checkliste", "Flipchart"):
            assert words not in shown, words
    assert client.get(address).status_code == 404
    overview = visitor.get(HOME)
    assert "wird nicht gezeigt, denn sie bleiben ohne Dokumentation" in overview.text
    (row,) = rows(app, Material)
    page = visitor.get(f"{HOME}/materials/{row.id}")
    assert page.values(page.form())["workshop_id"] == str(day.workshops[0]), (
        "it would move to the plenary unseen"
    )
    assert page.send(title="Anders").status == 422
    assert page.send(title="Anders", workshop_id="").address == HOME
    (agreement,) = rows(app, Agreement)
    assert visitor.get(f"{HOME}/agreements/{agreement.id}/remove").send().address == HOME


def test_nothing_is_missing_of_it_and_nothing_of_it_can_be_published(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        write_result(session, the_event(day), day.workshops[0], ResultFacts("Geheim"), 0, NOW)
    for workshop in day.workshops:
        _confide(app, workshop)
    visitor = Visitor(team(app, day, Role.LEAD))
    assert "Ergebnis des Workshops" not in visitor.get(HOME).text
    assert "Es ist noch nichts geschrieben" in visitor.get(f"{HOME}/publish").text
    _confide(app, day.workshops[0], undocumented=False)
    assert "Es ist noch nichts geschrieben" not in visitor.get(f"{HOME}/publish").text


def test_guiding_questions_stand_above_the_form(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Workshop, day.workshops[0]).guiding_questions = "Was hilft?\nWer fehlt?"
    visitor = Visitor(team(app, day, Role.ORGANISER))
    assert "Leitfragen" in visitor.get(f"{HOME}/workshops/{day.workshops[0]}").text
    assert "Wer fehlt?" in visitor.get(f"{HOME}/workshops/{day.workshops[0]}").text
    assert "Leitfragen" not in visitor.get(f"{HOME}/workshops/{day.workshops[1]}").text
