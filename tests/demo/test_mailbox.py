# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mailbox of the demo: what the worker put into the maildir can be read, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.demo import mailbox
from app.factory import create_app
from app.outbox.building import Mail
from app.outbox.mime import pack
from app.settings import OperatingMode
from tests.pages import Visitor

pytestmark = pytest.mark.sqlite_only

SENT_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
INVITATION = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//DE\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    b"UID:abc@fachtag.invalid\r\nDTSTAMP:20261122T090000Z\r\nDTSTART:20270204T083000Z\r\nDTEND:20270204T144500Z\r\n"
    b"SUMMARY:Fachtag <b>Muster</b>\r\nLOCATION:Kreishaus Musterstadt\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def put(
    settings, number=1, *, text="Guten Tag,\n\nhier ist Ihr Link: http://localhost/my/abc.def.", **changes
):
    """A mail as the worker keeps it; its name."""
    mail = Mail(f"Betreff {number}", text, "<p>Guten Tag</p>", "roza.beispielsen@example.org", **changes)
    sent_at = SENT_AT + timedelta(minutes=number)
    parcel = pack(mail, sender=settings.mail_from, language="de", now=sent_at)
    home = settings.data_dir / "mail" / "new"
    home.mkdir(parents=True, exist_ok=True)
    name = f"{int(sent_at.timestamp())}.{number:032x}.fachtag"
    (home / name).write_bytes(parcel.content)
    return name


def test_an_empty_mailbox_says_what_to_do(client):
    page = Visitor(client).get("/demo/mailbox")
    assert page.status == 200
    assert page.soup.find("table") is None
    assert "/" in page.links()


def test_the_newest_mail_stands_first(client, settings):
    for number in (2, 1, 3):
        put(settings, number)
    page = Visitor(client).get("/demo/mailbox")
    rows = page.soup.find("tbody").find_all("tr")
    assert [row.find("th").get_text(strip=True) for row in rows] == ["Betreff 3", "Betreff 2", "Betreff 1"]
    assert {row.find_all("td")[1].get_text(strip=True) for row in rows} == {"roza.beispielsen@example.org"}


def test_a_long_list_is_paged(client, settings, subtests):
    for number in range(45):
        put(settings, number)
    for address, first, count in [
        ("/demo/mailbox", "Betreff 44", 20),
        ("/demo/mailbox?page=3", "Betreff 4", 5),
        ("/demo/mailbox?page=4", None, 0),
        ("/demo/mailbox?page=-1", "Betreff 44", 20),
        ("/demo/mailbox?page=x", "Betreff 44", 20),
        ("/demo/mailbox?page=99999999999999999999", None, 0),
    ]:
        with subtests.test(address=address):
            page = Visitor(client).get(address)
            rows = page.soup.select("tbody tr")
            assert (page.status, len(rows)) == (200, count)
            assert [row.find("th").get_text(strip=True) for row in rows[:1]] == ([first] if first else [])


def test_a_mail_is_shown_with_its_links_and_headers(client, settings):
    """Links of ours can be followed; foreign ones stay text, and so does markup (T19)."""
    name = put(
        settings,
        text="Ihr Link: http://localhost/my/abc.def.\nFremd: http://localhost.evil.example/x\n<script>x</script>",
    )
    page = Visitor(client).get(f"/demo/mailbox/{name}")
    assert (page.status, page.heading) == (200, "Betreff 1")
    main = page.soup.find("main")
    assert "/my/abc.def" in [a["href"] for a in main.find_all("a")]
    assert not any("evil" in a["href"] for a in main.find_all("a"))
    assert "http://localhost.evil.example/x" in page.text
    assert "<script>x</script>" in page.text
    assert "auto-generated" in page.text
    assert main.find("details") is None


def test_the_calendar_part_can_be_read_and_downloaded(client, settings):
    name = put(settings, calendar=INVITATION, calendar_method="REQUEST")
    page = Visitor(client).get(f"/demo/mailbox/{name}")
    facts = {
        dt.get_text(strip=True): dt.find_next("dd").get_text(strip=True) for dt in page.soup.find_all("dt")
    }
    assert {"REQUEST", "Fachtag <b>Muster</b>", "Kreishaus Musterstadt", "3", "abc@fachtag.invalid"} <= set(
        facts.values()
    )
    assert "Donnerstag, 4. Februar 2027, 9:30–15:45 Uhr" in facts.values()
    assert "METHOD:REQUEST" in page.soup.find("details").find("pre").get_text()
    answer = client.get(f"/demo/mailbox/{name}/invite.ics")
    assert (answer.data, answer.mimetype) == (INVITATION, "text/calendar")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_the_mail_is_downloaded_as_it_left(client, settings):
    name = put(settings)
    answer = client.get(f"/demo/mailbox/{name}/mail.eml")
    assert answer.data == (settings.data_dir / "mail" / "new" / name).read_bytes()
    assert answer.mimetype == "message/rfc822"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mail.eml"'
    assert client.get(f"/demo/mailbox/{name}/invite.ics").status_code == 404


def test_only_mails_are_read(client, settings, subtests):
    """T23: a name is a name, never a path."""
    (settings.data_dir / "mail").mkdir()
    (settings.data_dir / "mail" / "new").mkdir()
    (settings.data_dir / "mail" / "new" / "notes.txt").write_text("geheim")
    for name in [
        "notes.txt",
        "..%2F..%2Fsecret-key",
        "1." + "0" * 32 + ".fachtag",
        "x" * 300,
        "1.%2e%2e",
    ]:
        with subtests.test(name=name):
            assert client.get(f"/demo/mailbox/{name}").status_code == 404
            assert client.get(f"/demo/mailbox/{name}/mail.eml").status_code == 404
    assert mailbox.names(settings.data_dir / "mail") == []


def test_in_production_there_is_no_mailbox(settings):
    """The outsider: mails are nobody's but the recipients'."""
    production = replace(settings, mode=OperatingMode.PRODUCTION)
    name = put(settings)
    client = create_app(production).test_client()
    for address in ("/demo/mailbox", f"/demo/mailbox/{name}", f"/demo/mailbox/{name}/mail.eml"):
        assert client.get(address).status_code == 404


def test_with_a_real_mail_server_nothing_is_kept(settings):
    client = create_app(replace(settings, mail_url="smtp://127.0.0.1:2525")).test_client()
    page = Visitor(client).get("/demo/mailbox")
    assert page.status == 200
    assert page.soup.find("table") is None
    assert client.get(f"/demo/mailbox/{put(settings)}").status_code == 404
