# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The published documentation: who sees it, what stands there, what it costs."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.events.service import mark_changed
from app.organisations.rules import UsualKind
from app.organisations.service import name_organisation
from app.programme.models import Run
from app.results import views
from app.results.material_service import add_material_bytes
from app.results.models import Material
from app.results.presentation import today
from app.results.rules import AgreementStatus, Level, MaterialFacts, MaterialKind, ResultFacts
from app.results.service import (
    FrameFacts,
    add_agreement,
    change_agreement,
    publish_documentation,
    unpublish_documentation,
    write_frame,
    write_result,
)
from app.store import printed as stored_printed
from app.web import printed
from app.web.database import db, transaction
from tests.pages import Visitor
from tests.pdf import beyond_the_margins, tags_of, text_of
from tests.results.samples import (
    LONG,
    NOW,
    PAYLOAD,
    SLUG,
    CountedQueries,
    Day,
    a_photo,
    an_agreement,
    jpeg,
    make_day,
    pdf,
    png,
    released,
    the_event,
)

PAGE = f"/events/{SLUG}/results"


def with_materials(app: Flask, day: Day) -> tuple[str, str]:
    """A photo with long words and an inaccessible PDF; their addresses."""
    data_dir = app.extensions["fachtag.settings"].data_dir
    workshop = day.workshops[0]
    with app.app_context(), transaction() as session:
        event = the_event(day)
        photo = add_material_bytes(
            session,
            event,
            data_dir,
            MaterialKind.PHOTO,
            "Wand 1.jpg",
            jpeg(),
            a_photo(workshop_id=workshop, title="Flipchart der Gruppe", alt_text=LONG),
            NOW,
        )
        paper = add_material_bytes(
            session,
            event,
            data_dir,
            MaterialKind.DOCUMENT,
            "../Eingabe “Übersicht”.pdf",
            pdf(),
            MaterialFacts(workshop, "Folien", summary="Drei Schritte"),
            NOW,
        )
        return tuple(f"/events/{SLUG}/materials/{row.stored_name}" for row in (photo, paper))  # type: ignore[return-value]


@pytest.mark.parametrize("address", [PAGE, "/events/gibt-es-nicht/results"])
def test_before_the_release_there_is_nothing(app: Flask, client: FlaskClient, address: str) -> None:
    day = make_day(app)
    photo, paper = with_materials(app, day)
    for one in (address, f"{address}.pdf", photo, paper):
        assert client.get(one).status_code == 404


def test_what_came_out_can_be_read(app: Flask, client: FlaskClient) -> None:
    """One happy way: each part of the page, with the overdue agreement marked."""
    day = make_day(app)
    yesterday = today(now()) - timedelta(days=1)
    with app.app_context(), transaction() as session:
        event = the_event(day)
        write_frame(
            session,
            event,
            FrameFacts("Worum es ging", "Kreis Lippe lädt ein", {UsualKind.KI: 24, UsualKind.STATE: 4}),
            0,
            NOW,
        )
        write_result(
            session,
            event,
            day.workshops[0],
            ResultFacts("Standards gehen auseinander", "Kurz gesagt", 18),
            0,
            NOW,
        )
        late = an_agreement(day.workshops[0], due=yesterday, note="wartet auf Antwort")
        done = an_agreement(
            None, text="Gastgeberin finden", due=yesterday, status=AgreementStatus.DONE, level=Level.STATE
        )
        add_agreement(session, event, late, NOW)
        add_agreement(session, event, done, NOW)
        publish_documentation(session, event, None, NOW)
    photo, paper = with_materials(app, day)
    page = Visitor(client).get(f"{PAGE}?lang=en")
    assert (page.status, page.heading) == (200, "Documentation")
    assert [heading.get_text() for heading in page.soup.main.find_all("h2")] == [  # type: ignore[union-attr]
        "Contents",
        "Agenda",
        "1.1 Beraten ohne Vorurteil",
        "Plenary",
        "Who was there",
        "Outlook",
    ]
    rows = {
        row.th.get_text(): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]  # type: ignore[union-attr]
        for row in page.soup.select("section tbody tr")
    }
    day_shown = format_date(yesterday, "d MMM y", locale="en")
    overdue_row, done_row = rows["Gemeinsame Checkliste entwerfen"], rows["Gastgeberin finden"]
    assert [overdue_row[0], overdue_row[2], done_row[2]] == ["KI Kreis Herford", day_shown, day_shown]
    assert overdue_row[3].endswith("wartet auf Antwort")
    assert len(page.soup.select(".kern-badge--danger")) == 1
    # the chart is its table, so who listens hears the numbers
    attendance = page.soup.find(id="attendance")
    assert [cell.get_text() for cell in attendance.select("td.number")] == ["24", "4", "28"]  # type: ignore[union-attr]
    assert [bar["width"] for bar in attendance.select("rect")] == ["200.0", "33.3"]  # type: ignore[union-attr]
    # A11Y-12: long words stand below the picture, and the picture says so
    picture = page.soup.find("img", src=photo)
    assert "Flipchart der Gruppe" in str(picture["alt"])  # type: ignore[index]
    assert LONG.strip() in page.soup.find("details").get_text()  # type: ignore[union-attr]
    assert page.soup.find("figcaption").get_text() == "Flipchart der Gruppe"  # type: ignore[union-attr]
    # A11Y-15
    assert "Drei Schritte" in page.soup.find("a", href=paper).parent.get_text()  # type: ignore[union-attr]
    assert f"/events/{SLUG}/agenda?lang=en" in page.links()


def test_on_paper(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A11Y-14: what the page says, with its photos and their words; set once for each version."""
    day = make_day(app)
    with app.app_context(), transaction() as session:
        event, (workshop, *_) = the_event(day), day.workshops
        write_frame(session, event, FrameFacts("Worum es ging", "Kreis Lippe", {UsualKind.KI: 24}), 0, NOW)
        add_agreement(session, event, an_agreement(workshop, text="Liste führen"), NOW)
    with_materials(app, day)
    released(app, day)
    with client.get(f"{PAGE}.pdf") as answer:
        assert answer.mimetype == "application/pdf"
        text, tags = text_of(answer.data), tags_of(answer.data)
    for words in ("Worum es ging", "Standards gehen auseinander", "Liste führen", "Kreis Lippe", "24"):
        assert words in text, words
    assert (tags.count("Figure"), tags.count("Table")) == (1, 3)
    monkeypatch.setattr(printed, "typeset_into", lambda *_: pytest.fail("set again"))
    with CountedQueries(app) as hit, client.get(f"{PAGE}.pdf") as answer:
        assert answer.status_code == 200
    assert hit.number == 1
    folder = app.extensions["fachtag.settings"].data_dir
    assert (
        stored_printed.forget(folder, now()),
        stored_printed.forget(folder, now() + timedelta(days=2)),
    ) == (0, 1)


def called_off(session: Session, *labels: str) -> None:
    for run in session.scalars(select(Run).where(Run.label.in_(labels))):
        run.takes_place = False


def a_hosted_day(app: Flask) -> Day:
    """Published; of the workshop that runs twice the first run was called off, and the workshop after it altogether."""
    day = make_day(app)
    with app.app_context(), transaction() as session:
        event = the_event(day)
        event.lead_host = name_organisation(session, "Kreis Musterland")
        event.cohosts = [name_organisation(session, "Stadt Musterstadt")]
        event.funding_note = "Gefördert vom Land"
        called_off(session, "1.2", "2.1")
        add_agreement(session, event, an_agreement(day.workshops[1]), NOW)
        add_agreement(session, event, an_agreement(day.workshops[2], text="Neuer Termin"), NOW)
    released(app, day)
    return day


def test_hosts_funding_agenda_and_who_facilitated_stand_there_and_nothing_called_off(
    app: Flask, client: FlaskClient
) -> None:
    """On the page and on paper: what was called off is left out, and what is written of it says so."""
    a_hosted_day(app)
    text = Visitor(client).get(PAGE).text
    with client.get(f"{PAGE}.pdf") as answer:
        paper = " ".join(text_of(answer.data).split())
    for said in (text, paper):
        for words in ("Kreis Musterland", "Stadt Musterstadt", "Gefördert vom Land", "Mittagsimbiss"):
            assert words in said, words
        for words in ("Leitung: Aylin Beispiel", "Leitung: Dr. Sascha Probe", "2.2 Datenschutz"):
            assert words in said, words
        assert "1.2" not in said
        assert "Svenja Demohaus" not in said
        assert said.count("Dieser Workshop ist ausgefallen.") == 1


def test_on_paper_no_word_is_too_long(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    link = f"https://example.org/{'y' * 160}"
    with app.app_context(), transaction() as session:
        event = the_event(day)
        event.title = event.funding_note = "w" * 150
        write_frame(session, event, FrameFacts(link, link, {UsualKind.KI: 24}), 0, NOW)
        agreed = an_agreement(day.workshops[1], text="x" * 150, owner=link, note=link)
        add_agreement(session, event, agreed, NOW)
    with_materials(app, day)
    released(app, day)
    with client.get(f"{PAGE}.pdf") as answer:
        assert beyond_the_margins(answer.data) == []


def test_an_agenda_that_never_was_public_does_not_become_so_here(app: Flask, client: FlaskClient) -> None:
    day = a_hosted_day(app)
    with app.app_context(), transaction():
        the_event(day).agenda_released_at = None
        mark_changed(the_event(day), NOW, calendar=False)
    text = Visitor(client).get(PAGE).text
    assert "Mittagsimbiss" not in text
    assert "Aylin Beispiel" not in text


@pytest.mark.parametrize("left", [b"", b"%PDF-1.7 only begun"])
def test_a_file_that_was_never_finished_is_set_anew(app: Flask, client: FlaskClient, left: bytes) -> None:
    """A full disk or a power cut may leave one under its final name."""
    day = make_day(app)
    released(app, day)
    with client.get(f"{PAGE}.pdf") as answer:
        whole = answer.data
    folder = stored_printed.folder_of(app.extensions["fachtag.settings"].data_dir)
    (kept,) = folder.glob("*-*.pdf")
    kept.write_bytes(left)
    with client.get(f"{PAGE}.pdf") as answer:
        assert (answer.status_code, answer.data[:5]) == (200, whole[:5])
        assert text_of(answer.data) == text_of(whole)


def test_no_cookie_and_no_session_on_the_public_page(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    assert "Set-Cookie" not in client.get(PAGE).headers


def test_english_readers_get_english_words(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    photo, _ = with_materials(app, day)
    page = Visitor(client).get(f"{PAGE}?lang=en")
    assert page.heading == "Documentation"
    assert page.soup.find("img", src=photo) is not None  # no language in the address of a file
    assert Visitor(client).get(PAGE).soup.html["lang"] == "de"  # type: ignore[index]


def test_photos_are_shown_and_documents_saved(app: Flask, client: FlaskClient) -> None:
    """T22, T23: nothing may run, the typed name stands in the header only and harmlessly."""
    day = make_day(app)
    released(app, day)
    photo, paper = with_materials(app, day)
    with client.get(photo) as shown, client.get(paper) as saved:
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert (saved.status_code, saved.mimetype) == (200, "application/pdf")
        assert saved.headers["Content-Disposition"] == (
            "attachment; filename=\"Eingabe Ubersicht.pdf\"; filename*=UTF-8''Eingabe%20%E2%80%9C%C3%9Cbersicht%E2%80%9D.pdf"
        )
        assert saved.data == pdf()
        for answer in (shown, saved):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            policy = answer.headers["Content-Security-Policy"].split("; ")
            assert {"sandbox", "default-src 'none'"} <= set(policy)
            assert "script-src 'self'" not in policy
            assert "Set-Cookie" not in answer.headers
        with client.get(photo, headers={"If-None-Match": shown.headers["ETag"]}) as again:
            assert (again.status_code, again.data) == (304, b"")


def test_a_telephone_fetches_a_small_photo(app: Flask, client: FlaskClient) -> None:
    """Offered in the page, made when asked for, of the same kind and shape; never larger than the photo is."""
    day = make_day(app)
    released(app, day)
    with app.app_context(), transaction() as session:
        data_dir = app.extensions["fachtag.settings"].data_dir
        for name, content in (
            ("a.jpg", jpeg((1000, 500))),
            ("b.png", png((600, 600))),
            ("c.jpg", jpeg((320, 240))),
        ):
            facts = a_photo(workshop_id=None, title=name)
            add_material_bytes(
                session, the_event(day), data_dir, MaterialKind.PHOTO, name, content, facts, NOW
            )
    pictures = {
        str(one["alt"]) + str(one["width"]): one
        for one in Visitor(client).get(PAGE).soup.select("figure img")
    }
    offered = {
        int(str(one["width"])): [
            tuple(choice.split(" ")) for choice in str(one.get("srcset", "")).split(", ") if choice
        ]
        for one in pictures.values()
    }
    assert {width: [size for _, size in choices] for width, choices in offered.items()} == {
        1000: ["480w", "800w", "1000w"],
        600: ["480w", "600w"],
        320: [],
    }
    for width, shape in ((1000, 2), (600, 1)):
        for address, size in offered[width]:
            with client.get(address) as answer, Image.open(BytesIO(answer.data)) as picture:
                assert answer.status_code == 200
                assert picture.size == (int(size[:-1]), int(size[:-1]) // shape)
                assert answer.mimetype == f"image/{str(picture.format).lower()}"
                assert "sandbox" in answer.headers["Content-Security-Policy"]
    address = offered[1000][-1][0]
    for odd in ("481", "0", "-480", "x", "480000", "1280"):
        with client.get(f"{address}?width={odd}") as answer, Image.open(BytesIO(answer.data)) as picture:
            assert picture.width == 1000, odd
    assert all(str(one["loading"]) == "lazy" for one in pictures.values())


def test_small_photos_go_with_the_photo(app: Flask, client: FlaskClient) -> None:
    """Nobody gets them once the photo is taken back, and their files are gone in the night after the next day."""
    day = make_day(app)
    released(app, day)
    photo, _ = with_materials(app, day)
    with client.get(f"{photo}?width=480") as answer:
        assert answer.status_code == 200
    data_dir = app.extensions["fachtag.settings"].data_dir
    assert [path.name.partition("-")[2] for path in (data_dir / "printed").iterdir()] == ["480.jpg"]
    with app.app_context(), transaction() as session:
        unpublish_documentation(session, the_event(day), None, NOW)
    assert client.get(f"{photo}?width=480").status_code == 404
    assert stored_printed.forget(data_dir, now() + timedelta(days=1, minutes=1)) == 1
    assert list((data_dir / "printed").iterdir()) == []


def test_no_name_leads_out_of_the_folder(app: Flask, client: FlaskClient) -> None:
    """T23."""
    day = make_day(app)
    released(app, day)
    names = ["..%2F..%2Ffachtag.sqlite3", "../../fachtag.sqlite3", "%2e%2e%2f", "nul", "a" * 5000]
    for name in names:
        assert client.get(f"/events/{SLUG}/materials/{name}").status_code == 404, name
    assert (
        client.get(f"/events/{SLUG}/materials/x%00.jpg").status_code == 400
    )  # NUL is refused for every page


def test_a_material_belongs_to_its_day(app: Flask, client: FlaskClient) -> None:
    ours, theirs = make_day(app), make_day(app, "anderer-tag")
    released(app, ours)
    released(app, theirs)
    photo, _ = with_materials(app, ours)
    assert client.get(photo.replace(SLUG, "anderer-tag")).status_code == 404


def test_a_lost_file_is_a_missing_page(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    photo, _ = with_materials(app, day)
    folder = app.extensions["fachtag.settings"].data_dir / "materials" / str(day.event_id)
    (folder / photo.rpartition("/")[2]).unlink()
    assert Visitor(client).get(photo).status == 404


def test_taken_back_is_gone(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    photo, _ = with_materials(app, day)
    assert client.get(PAGE).status_code == 200
    with app.app_context(), transaction() as session:
        unpublish_documentation(session, the_event(day), None, NOW)
    assert (client.get(PAGE).status_code, client.get(photo).status_code) == (404, 404)


def test_a_hit_costs_one_query_and_a_miss_the_same_however_much_was_agreed(
    app: Flask, client: FlaskClient
) -> None:
    """A hit costs one read by primary key, a miss the agenda's five as well."""
    day = make_day(app)
    released(app, day)
    costs = []
    for more in (0, 29):
        with app.app_context(), transaction() as session:
            for number in range(more):
                add_agreement(
                    session,
                    the_event(day),
                    an_agreement(day.workshops[number % 3], text=f"Nr. {number}"),
                    NOW,
                )
        with CountedQueries(app) as miss:  # what was published has changed, so this is one
            assert client.get(PAGE).status_code == 200
        with CountedQueries(app) as hit:
            assert client.get(PAGE).status_code == 200
        costs.append((miss.number, hit.number))
    assert costs == [(18, 1), (18, 1)]


def test_a_change_is_seen_at_once(app: Flask, client: FlaskClient) -> None:
    day = make_day(app)
    released(app, day)
    assert "Umbenannt" not in Visitor(client).get(PAGE).text
    with app.app_context(), transaction() as session:
        change_agreement(session, the_event(day), 1, an_agreement(text="Umbenannt"), 1, NOW)
    assert "Umbenannt" in Visitor(client).get(PAGE).text


def test_the_page_of_yesterday_is_not_shown_today(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due today is overdue tomorrow, though nobody wrote anything: the date is part of the cache's key."""
    day = make_day(app)
    released(app, day)
    late = []
    for moment in ("2031-06-30T21:59:00+00:00", "2031-06-30T22:01:00+00:00"):  # around midnight in Berlin
        monkeypatch.setattr(views, "now", lambda moment=moment: datetime.fromisoformat(moment))
        late.append(len(Visitor(client).get(PAGE).soup.select(".kern-badge--danger")))
    assert late == [0, 1]


def test_scripts_in_every_text_stay_text(app: Flask, client: FlaskClient) -> None:
    """T20. Every page opened by a visitor is held to the page contract, which knows no inline script."""
    day = make_day(app)
    data_dir = app.extensions["fachtag.settings"].data_dir
    with app.app_context(), transaction() as session:
        event = the_event(day)
        event.title = PAYLOAD
        write_frame(session, event, FrameFacts(PAYLOAD, PAYLOAD, {UsualKind.KI: 1}), 0, NOW)
        write_result(session, event, day.workshops[0], ResultFacts(PAYLOAD, PAYLOAD), 0, NOW)
        add_agreement(session, event, an_agreement(text=PAYLOAD, owner=PAYLOAD, note=PAYLOAD), NOW)
        for words in (PAYLOAD, PAYLOAD + LONG):
            add_material_bytes(
                session,
                event,
                data_dir,
                MaterialKind.PHOTO,
                f"{PAYLOAD}.jpg",
                jpeg(),
                a_photo(title=PAYLOAD, alt_text=words),
                NOW,
            )
        add_material_bytes(
            session,
            event,
            data_dir,
            MaterialKind.DOCUMENT,
            f"{PAYLOAD}.pdf",
            pdf(),
            MaterialFacts(None, PAYLOAD, summary=PAYLOAD),
            NOW,
        )
        publish_documentation(session, event, None, NOW)
    page = Visitor(client).get(PAGE)
    assert page.status == 200
    assert page.soup.find_all("svg", onload=True) == []
    assert page.text.count("{{7*7}}") >= 12
    with app.app_context():
        for row in db.session.query(Material):
            with client.get(f"/events/{SLUG}/materials/{row.stored_name}") as answer:
                assert "\n" not in answer.headers["Content-Disposition"]
                assert "<" not in answer.headers["Content-Disposition"]


def test_dates_are_those_of_germany() -> None:
    assert today(datetime.fromisoformat("2031-06-30T22:01:00+00:00")) == date(2031, 7, 1)
