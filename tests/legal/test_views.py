# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Legal pages, the barrier form and its list, robots.txt and security.txt."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.clock import now
from app.formatting import Block, Piece, lines_of
from app.legal import queries, rules, security, service
from app.legal.models import BarrierReport
from app.legal.rules import parse
from app.people.passwords import NO_PASSWORD
from app.people.service import create_organiser
from app.web.database import db, transaction
from tests.pages import Visitor

LATER = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)


def _reports(app):
    with app.app_context():
        return [
            (report.text, report.page, report.email)
            for report in db.session.scalars(select(BarrierReport).order_by(BarrierReport.id))
        ]


class TestTexts:
    def test_headings_lists_and_paragraphs(self):
        text = parse("# Titel\n\nErste Zeile\nzweite\n\n- eins\n- zwei\n## Mitte\n### Klein\nEnde", "Anders")
        assert text.title == "Titel"
        assert [(one.kind, one.depth, len(one.lines or one.entries)) for one in text.blocks] == [
            ("text", 0, 2),
            ("items", 0, 2),
            ("heading", 0, 1),
            ("heading", 1, 1),
            ("text", 0, 1),
        ]

    def test_without_a_title_the_page_keeps_its_own(self):
        assert parse("Nur ein Satz.", "Impressum").title == "Impressum"

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("ohne alles", (Piece("ohne alles"),)),
            (
                "Siehe https://example.org/a?b=1.",
                (
                    Piece("Siehe "),
                    Piece("https://example.org/a?b=1", href="https://example.org/a?b=1"),
                    Piece("."),
                ),
            ),
            ("a@example.org", (Piece("a@example.org", href="mailto:a@example.org"),)),
            ("Form: /barriere-melden", (Piece("Form: "), Piece("Barriere melden", href="/barriere-melden"))),
            ("/impressum-alt", (Piece("/impressum-alt"),)),
            ("example.org/impressum", (Piece("example.org/impressum"),)),
            ("javascript:alert(1)", (Piece("javascript:alert(1)"),)),
            ("[Name der Behörde]!", (Piece("[Name der Behörde]", missing=True), Piece("!"))),
            ("Fußnote [1]", (Piece("Fußnote [1]"),)),
        ],
    )
    def test_links_and_open_places(self, words, expected):
        assert parse(words, "").blocks == (Block("text", (expected,)),)

    def test_markup_stays_text(self, settings, client):
        """T19: the operator's text is escaped like everything else."""
        _write(
            settings, "impressum", '# Wir\n<script>alert("x")</script> https://x.example/"><img onerror=1>'
        )
        page = Visitor(client).get("/impressum")
        assert '<script>alert("x")</script>' in page.text
        assert "<script>alert" not in page.response.get_data(as_text=True)
        assert "https://x.example/" in page.links()

    def test_long_hostile_text_is_read_fast(self):
        """T45: ten times the text takes about ten times as long, not a hundred."""
        for bait in ("[" * 50_000, "a@" * 50_000, "a." * 50_000 + "@", "http://" * 20_000, "/imp" * 30_000):
            started = datetime.now(UTC)
            parse(bait, "x")
            assert datetime.now(UTC) - started < timedelta(seconds=3)


def _typed(page):
    """What stands in the form; a browser drops the line end with which a text area begins."""
    values = page.values(page.form())
    return {
        name: value.removeprefix("\r\n") if isinstance(value, str) else value
        for name, value in values.items()
    }


def _write(settings, name, text):
    folder = settings.data_dir / "legal"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")


@pytest.mark.sqlite_only
class TestPages:
    @pytest.mark.parametrize(("name", "title"), rules.PAGES.items())
    def test_each_page_can_be_read_in_both_languages(self, client, name, title):
        """A11Y-02, A11Y-05, WEB-01, WEB-02: no account, no cookie."""
        for lang, heading in (("de", title), ("en", rules.PAGE_LABELS[name])):
            page = Visitor(client).get(f"/{name}?lang={lang}")
            assert (page.status, page.heading) == (200, heading)
            assert "Set-Cookie" not in page.response.headers
            assert page.soup.find("article").get("lang") is None

    @pytest.mark.parametrize("name", rules.PAGES)
    def test_both_languages_say_the_same(self, name):
        """Block by block: who changes one text is reminded of the other."""
        german, english = (
            parse((queries.BUILT_IN / file).read_text("utf-8"), "")
            for file in (f"{name}.txt", f"{name}.en.txt")
        )
        shapes = [
            [(one.kind, len(one.lines or one.entries)) for one in text.blocks] for text in (german, english)
        ]
        if name == "leichte-sprache":  # what is easy in one language takes other lines in the other
            shapes = [[kind for kind, _ in shape] for shape in shapes]
        assert shapes[0] == shapes[1]
        assert len(german.placeholders) == len(english.placeholders)
        marked = [
            [any(p.missing for line in lines_of((one,)) for p in line) for one in t.blocks]
            for t in (german, english)
        ]
        assert marked[0] == marked[1]

    def test_they_are_two_clicks_away_at_most(self, client):
        """WEB-01, A11Y-02: linked in the footer, the statement in the header as well."""
        page = Visitor(client).get("/impressum")
        footer = {a["href"] for a in page.soup.find("footer").find_all("a")}
        assert {f"/{name}" for name in rules.PAGES} | {"/barriere-melden"} <= footer
        assert page.soup.find("header").find("a", href="/barrierefreiheit") is not None

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("impressum", ["§ 5", "DDG", "§ 18", "Vertretung", "Aufsichtsbehörde"]),
            (
                "datenschutz",
                [
                    "Artikel 13",
                    "Datenschutzbeauftragte",
                    "Zwecke",
                    "Rechtsgrundlage",
                    "§ 3",
                    "Wer die Daten erhält",
                    "Wie lange",
                    "Artikel 15",
                    "Artikel 17",
                    "Artikel 21",
                    "LDI NRW",
                    "§ 25",
                ],
            ),
            (
                "barrierefreiheit",
                [
                    "BGG NRW",
                    "BITVNRW",
                    "EN 301 549",
                    "noch nicht barrierefrei",
                    "Ersatz",
                    "Datum der Erstellung",
                    "Selbstbewertung",
                    "Barriere melden",
                    "Ombudsstelle",
                ],
            ),
            ("leichte-sprache", ["Leichter Sprache", "Fach-Tag", "Barriere"]),
        ],
    )
    def test_what_the_law_wants_is_there(self, client, name, words):
        """A11Y-02, DP-05, WEB-01."""
        text = Visitor(client).get(f"/{name}").text
        assert [word for word in words if word not in text] == []

    def test_easy_language_is_easy(self):
        lines = [
            line
            for name in ("leichte-sprache.txt", "leichte-sprache.en.txt")
            for line in (queries.BUILT_IN / name).read_text("utf-8").splitlines()
        ]
        sentences = [line for line in lines if line and not line.startswith(("#", "SPDX", "[", "- "))]
        assert [s for s in sentences if len(s.split()) > 14] == []

    def test_the_operators_text_replaces_ours(self, settings, client):
        _write(settings, "impressum", "# Wer wir sind\n\nKreis Musterstadt\nwww@example.org")
        page = Visitor(client).get("/impressum")
        assert page.heading == "Wer wir sind"
        assert page.text == "Wer wir sind Kreis Musterstadt www@example.org"
        assert "mailto:www@example.org" in page.links()


@pytest.mark.sqlite_only
class TestPlaceholders:
    """SEC-13, WEB-01."""

    def test_our_texts_are_full_of_them(self, app, settings):
        left = _left(app, settings)
        assert {entry.partition(":")[0] for entry in left} == set(rules.PAGES)
        assert "impressum: [Name der Behörde]" in left

    def test_none_is_left_once_every_page_is_written(self, app, settings):
        for name in rules.PAGES:
            _write(settings, name, "# Titel\n\nKreis Musterstadt, siehe Fußnote [1].")
        assert _left(app, settings) == []

    def test_a_forgotten_one_is_named(self, app, settings):
        for name in rules.PAGES:
            _write(settings, name, "# Titel\n\nfertig")
        _write(settings, "datenschutz", "# Titel\n\nStand: [Datum dieser Fassung]")
        assert _left(app, settings) == ["datenschutz: [Datum dieser Fassung]"]

    def test_the_page_says_that_it_is_a_draft(self, settings, client):
        assert "Name der Behörde" in [m.get_text().strip("[]") for m in _marks(client)]
        _write(settings, "impressum", "# Impressum\n\nfertig")
        assert _marks(client) == []


def _left(app, settings):
    with app.app_context():
        return queries.placeholders_left(db.session(), settings.data_dir)


def _marks(client):
    return Visitor(client).get("/impressum").soup.find_all("mark")


class TestReportingABarrier:
    """A11Y-04."""

    def test_anybody_can(self, app, client):
        page = Visitor(client).get("/barriere-melden?seite=/events/x/agenda")
        done = page.send(text="Die Schrift ist zu klein.", email="roza.beispielsen@example.org")
        assert (done.status, done.address) == (200, "/barriere-melden/danke")
        assert _reports(app) == [
            ("Die Schrift ist zu klein.", "/events/x/agenda", "roza.beispielsen@example.org")
        ]

    def test_only_the_text_is_needed(self, app, client):
        assert Visitor(client).get("/barriere-melden").send(text="Nichts geht.").status == 200
        assert _reports(app) == [("Nichts geht.", "", "")]

    def test_a_form_sent_twice_is_one_report(self, app, client):
        page = Visitor(client).get("/barriere-melden")
        page.send(text="Doppelt")
        page.send(text="Doppelt")
        assert _reports(app) == [("Doppelt", "", "")]

    COMES_FROM = (
        ("/barriere-melden", {"Referer": "http://localhost/calendar?lang=de"}, "/calendar"),
        ("/barriere-melden", {"Referer": "http://evil.example/calendar"}, ""),
        ("/barriere-melden", {"Referer": "http://localhost/my/abc.def/cancel"}, "/my/…/cancel"),
        ("/barriere-melden?seite=/my/geheim", {}, "/my/…"),
        ("/barriere-melden?seite=%22%3E%3Cscript%3E", {}, '"><script>'),
        ("/barriere-melden?seite=a%E2%80%AEb", {}, ""),
        ("/barriere-melden", {"Referer": "http://[::1"}, ""),
    )

    @pytest.mark.sqlite_only
    def test_the_page_is_filled_in(self, client, subtests):
        for address, headers, expected in self.COMES_FROM:
            with subtests.test(address=address, headers=headers):
                page = Visitor(client, headers={"Accept-Language": "de", **headers}).get(address)
                assert page.status == 200
                assert page.values(page.form())["page"] == expected

    def test_a_personal_link_is_not_kept(self, app, client):
        """T14: whoever reads the list must not get into a registration."""
        Visitor(client).get("/barriere-melden").send(text="x", page="http://localhost/my/abc.def geht nicht")
        assert _reports(app) == [("x", "http://localhost/my/… geht nicht", "")]

    BAD_INPUT = (
        ("text", ""),
        ("text", "   \n "),
        ("text", None),
        ("text", "x" * 5001),
        ("text", "Bild\x00schirm"),
        ("text", "links \u202eherum"),
        ("page", "x" * 501),
        ("page", "Zeile\nzwei"),
        ("email", "keine Adresse"),
        ("email", "a@b@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("nonce", "x" * 65),
        ("nonce", "kurz"),
        ("text", ["einmal", "zweimal"]),
    )

    def test_bad_input_is_refused_and_nothing_is_lost(self, app, client, subtests):
        """T43, A11Y-06: one sentence at the field, what was typed stays, nothing is stored."""
        for field, value in self.BAD_INPUT:
            with subtests.test(field=field, value=str(value)[:40]):
                good = {"text": "Die Schrift ist zu klein.", "page": "Startseite", "email": "a@example.org"}
                page = Visitor(client).get("/barriere-melden").send(**{**good, field: value})
                assert page.status == 422
                assert page.title.startswith(("Fehler", "Error"))
                if field != "nonce":
                    assert set(page.errors()) == {field}
                kept = _typed(page)
                assert {name: kept[name] for name in good if name != field} == {
                    name: typed for name, typed in good.items() if name != field
                }
                assert _reports(app) == []

    WORDS = ("Ümläute und ß", "🦽 kommt nicht durch", "مرحبا", "=1+1", "<b>fett</b>")

    def test_any_language_is_welcome(self, app, client, subtests):
        for text in self.WORDS:
            with subtests.test(text=text):
                assert Visitor(client).get("/barriere-melden").send(text=text).status == 200
                assert _reports(app)[-1] == (text, "", "")

    @pytest.mark.sqlite_only
    def test_without_a_token_nothing_is_stored(self, app, client):
        """T33: the sentence stands above the form, and the text stays."""
        page = Visitor(client).get("/barriere-melden").send(text="Hallo", csrf_token="falsch")
        assert page.status == 422
        assert _typed(page)["text"] == "Hallo"
        assert _reports(app) == []

    @pytest.mark.sqlite_only
    def test_one_network_cannot_flood_the_list(self, app, client):
        """T08, SEC-06: and what was typed is still there."""
        statuses = [
            Visitor(client).get("/barriere-melden").send(text=f"Nummer {n}").status
            for n in range(service.REPORTS_PER_NETWORK)
        ]
        assert set(statuses) == {200}
        refused = Visitor(client).get("/barriere-melden").send(text="Einer zu viel")
        assert refused.status == 429
        assert _typed(refused)["text"] == "Einer zu viel"
        assert len(_reports(app)) == service.REPORTS_PER_NETWORK


class TestTheList:
    def test_only_administrators_see_it(self, client):
        """T01: the outsider is sent to sign in."""
        page = Visitor(client).get("/organise/barriers")
        assert page.address == "/organise/sign-in"

    def test_reports_have_an_age_and_can_be_answered(self, app):
        with app.app_context():
            with transaction() as session:
                admin = create_organiser(session, "a@example.org", "A", NO_PASSWORD, LATER, is_admin=True)
                first = service.report_barrier(
                    session, service.Barrier("alt"), "n" * 16, LATER - timedelta(days=9)
                )
                service.report_barrier(session, service.Barrier("neu"), "m" * 16, LATER)
                assert queries.age_in_days(first, LATER) == 9
            with transaction() as session:
                assert [report.text for report in queries.open_barriers(session)] == ["alt", "neu"]
                service.answer_barrier(session, first.id, admin, LATER)
                service.answer_barrier(session, first.id, admin, LATER + timedelta(days=1))
            with transaction() as session:
                assert queries.count_open_barriers(session) == 1
                (done,) = queries.answered_barriers(session)
                assert (done.text, done.answered_at, done.answered_by.name) == ("alt", LATER, "A")

    def test_answered_ones_are_forgotten_after_half_a_year(self, app):
        with app.app_context():
            with transaction() as session:
                admin = create_organiser(session, "a@example.org", "A", NO_PASSWORD, LATER, is_admin=True)
                for n in range(3):
                    service.report_barrier(session, service.Barrier(f"{n}"), str(n) * 16, LATER)
                old, young, _open = queries.open_barriers(session)
                service.answer_barrier(session, old.id, admin, LATER)
                service.answer_barrier(session, young.id, admin, LATER + timedelta(days=1))
            with transaction() as session:
                service.forget_barriers(session, LATER + service.REPORTS_KEPT)
            assert [report[0] for report in _reports(app)] == ["1", "2"]

    @pytest.mark.sqlite_only
    def test_the_page_shows_hostile_words_as_words(self, app, client):
        """T20; and the button answers the report."""
        with app.app_context(), transaction() as session:
            create_organiser(session, "a@example.org", "A", NO_PASSWORD, now(), is_admin=True)
            service.report_barrier(
                session, service.Barrier("</p><script>x</script>", "<i>", ""), "n" * 16, now()
            )
        _sign_in(app, client, "a@example.org")
        page = Visitor(client).get("/organise/barriers")
        assert (page.status, page.heading) == (200, _in_german(app, "Reported barriers"))
        assert "</p><script>x</script>" in page.text
        answered = page.send(action="/organise/barriers/1/answered")
        assert (answered.status, len(answered.soup.find_all("table"))) == (200, 1)
        with app.app_context():
            assert queries.count_open_barriers(db.session()) == 0


def _in_german(app, sentence):
    from app.texts import gettext

    with app.test_request_context("/?lang=de"):
        return gettext(sentence)


def _sign_in(app, client, email):
    """A session as `begin_visit` makes it."""
    from app.people.queries import find_organiser
    from app.people.service import open_session
    from app.people.session_views import SEEN

    with app.app_context(), transaction() as session:
        _, token = open_session(session, find_organiser(session, email), "Firefox", now())
    with client.session_transaction(base_url="http://localhost") as cookie:
        cookie["_user_id"], cookie["_fresh"], cookie[SEEN] = token, True, int(now().timestamp())


@pytest.mark.sqlite_only
class TestPlainFiles:
    def test_robots_leave_people_alone_and_calendars_in(self, client):
        """DP-08; calendar programs read robots.txt, too."""
        answer = client.get("/robots.txt")
        assert answer.mimetype == "text/plain"
        lines = answer.get_data(as_text=True).splitlines()
        assert lines[0] == "User-agent: *"
        assert set(lines[1:]) == {
            "Allow: /calendar/",
            "Disallow: /my/",
            "Disallow: /organise/",
            "Disallow: /demo/",
        }

    def test_security_txt_names_a_mailbox_that_is_read(self, client, settings):
        """SEC-12, RFC 9116."""
        answer = client.get("/.well-known/security.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        fields = dict(line.split(": ", 1) for line in answer.get_data(as_text=True).splitlines())
        assert fields["Contact"] == "mailto:fachtag@example.org"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", fields["Expires"])
        assert now() < datetime.fromisoformat(fields["Expires"]) < now() + timedelta(days=365)
        assert security.security_text_faults(settings, now()) == []

    @pytest.mark.parametrize(
        ("text", "faults"),
        [
            ("Contact: mailto:a@example.org\nExpires: 2027-06-01T00:00:00Z\n", []),
            (
                "Contact: mailto:a@example.org\nExpires: 2027-01-01T00:00:00Z\n",
                ["security.txt: Expires is over"],
            ),
            ("Expires: 2027-06-01T00:00:00Z\n", ["security.txt: Contact is missing"]),
            ("Contact: mailto:a@example.org\n", ["security.txt: Expires is missing"]),
            (
                "Contact: x\nExpires: bald\n",
                ["security.txt: Expires is no date and time with a time zone"],
            ),
            (
                "Contact: x\nExpires: 2027-06-01\n",
                ["security.txt: Expires is no date and time with a time zone"],
            ),
        ],
    )
    def test_the_operators_own_file_is_checked(self, settings, client, text, faults):
        _write(settings, "security", text)
        assert client.get("/.well-known/security.txt").get_data(as_text=True) == text
        assert security.security_text_faults(settings, LATER) == faults

    def test_a_sender_with_a_name_gives_the_bare_address(self, settings):
        named = replace(settings, mail_from="Fachtag OWL <tag@example.org>")
        assert security.security_text(named, LATER).startswith("Contact: mailto:tag@example.org\n")


def test_blocks_are_plain_values():
    assert parse("Hallo", "T").blocks == (Block("text", ((Piece("Hallo"),),)),)
