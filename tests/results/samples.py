# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Photos, PDFs and days for the tests of results, hostile ones included. Everything is made here, nothing is fetched."""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event as listening

from app.events.models import Event
from app.events.team_service import add_member
from app.people.queries import find_organiser
from app.people.rules import Role
from app.results.rules import AgreementFacts, AgreementStatus, Level, MaterialFacts, ResultFacts
from app.results.service import add_agreement, publish_documentation, write_result
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme
from tests.people.helpers import an_organiser, signed_in

NOW = datetime(2031, 3, 20, 8, 0, tzinfo=UTC)
SLUG = "musterfachtag"
HOME = f"/organise/events/{SLUG}/results"
PAYLOAD = "</script><svg onload=alert(1)>'\"{{7*7}}"
# Words for a picture that are far too long to be spoken in one go.
LONG = "Auf dem Flipchart steht: " + "Erste Zeile mit einem Befund, den alle teilen. " * 8


@dataclass
class Day:
    """Ids of a day with three workshops: 1.1, 1.2 (repeated as 2.2) and 2.1."""

    event_id: int
    workshops: list[int]


def make_day(app: Flask, slug: str = SLUG) -> Day:
    with app.app_context(), transaction() as session:
        event = make_event(session, slug=slug)
        programme = make_programme(session, event)
        return Day(event.id, [workshop.id for workshop in programme.workshops])


def team(app: Flask, day: Day, role: Role, name: str = "jonas") -> FlaskClient:
    """A signed-in browser of somebody with this role in the day's team."""
    an_organiser(app, f"{name}@example.org", name=name.capitalize())
    with app.app_context(), transaction() as session:
        member = find_organiser(session, f"{name}@example.org")
        assert member is not None
        add_member(session, day.event_id, member, role, by=None, now=NOW)
    return signed_in(app, f"{name}@example.org")


def the_event(day: Day) -> Event:
    found = db.session.get(Event, day.event_id)
    assert found is not None
    return found


def an_agreement(workshop_id: int | None = None, **changes: object) -> AgreementFacts:
    values: dict[str, object] = {
        "workshop_id": workshop_id,
        "text": "Gemeinsame Checkliste entwerfen",
        "owner": "KI Kreis Herford",
        "due": date(2031, 6, 30),
        "status": AgreementStatus.OPEN,
        "level": Level.ASSOCIATION,
        "note": "",
        **changes,
    }
    return AgreementFacts(**values)  # type: ignore[arg-type]


def a_photo(**changes: object) -> MaterialFacts:
    values: dict[str, object] = {
        "workshop_id": None,
        "title": "Flipchart",
        "alt_text": "Zwei Zeilen Text",
        **changes,
    }
    return MaterialFacts(**values)  # type: ignore[arg-type]


def released(app: Flask, day: Day) -> None:
    """A day with one result and one agreement, published."""
    with app.app_context(), transaction() as session:
        event = the_event(day)
        write_result(session, event, day.workshops[0], ResultFacts("Standards gehen auseinander"), 0, NOW)
        add_agreement(session, event, an_agreement(day.workshops[0]), NOW)
        publish_documentation(session, event, None, NOW)


def jpeg(size: tuple[int, int] = (640, 480), *, gps: bool = False) -> bytes:
    """A photo; with `gps` it tells where it was taken, turns by its EXIF, and hides a comment."""
    picture = Image.new("RGB", size, (30, 90, 160))
    written = io.BytesIO()
    if not gps:
        picture.save(written, "JPEG")
        return written.getvalue()
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees
    exif[0x010F] = "GEHEIMKAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 7.0, 3.0)
    picture.save(written, "JPEG", exif=exif, comment=b"GEHEIMKOMMENTAR")
    return written.getvalue()


def png(size: tuple[int, int] = (64, 64)) -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", size, (0, 120, 60, 128)).save(written, "PNG")
    return written.getvalue()


@cache
def png_bomb(width: int = 13_000, height: int = 13_000) -> bytes:
    """A small file that unpacks to half a gigabyte (T25)."""
    line = b"\x00" + bytes(width * 3)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(catalogue: str = "", *, packed: bool = False, title: str = "", more: Sequence[bytes] = ()) -> bytes:
    """A PDF of one empty page and `more` objects, from number 6 on. `packed`: they stand in a packed stream, and the table
    of where they are is one, too, as newer programs write it."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        b"<< /Type /StructTreeRoot >>",
        f"<< /Title ({title}) >>".encode() if title else b"<< >>",
        *more,
    ]
    return _packed(objects) if packed else _listed(objects)


def _listed(objects: list[bytes]) -> bytes:
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Root 1 0 R /Info 5 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(written) + head + table + trailer % (len(objects) + 1, len(written))


def _packed(objects: list[bytes]) -> bytes:
    heads, bodies = b"", b""
    for number, one in enumerate(objects, start=1):
        heads += b"%d %d " % (number, len(bodies))
        bodies += one + b" "
    count = len(objects)
    holder = b"/Type /ObjStm /N %d /First %d" % (count, len(heads))
    start = b"%PDF-1.7\n" + _stream(count + 1, holder, heads + bodies)
    rows = [(0, 0, 65535), *((2, count + 1, place) for place in range(count)), (1, 9, 0), (1, len(start), 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"/Type /XRef /W [1 4 2] /Root 1 0 R /Info 5 0 R /Size %d" % len(rows)
    return start + _stream(count + 2, head, table) + b"startxref\n%d\n%%%%EOF\n" % len(start)


def _stream(number: int, head: bytes, body: bytes) -> bytes:
    packed = zlib.compress(body)
    form = b"%d 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    return form % (number, head, len(packed), packed)


ACCESSIBLE = "/MarkInfo << /Marked true >> /StructTreeRoot 4 0 R /Lang (de-DE)"


def files_of(app: Flask) -> list[str]:
    """Names of everything that lies in the folder of materials."""
    folder: Path = app.extensions["fachtag.settings"].data_dir / "materials"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


class CountedQueries:
    """Statements that reach the database, without BEGIN and PRAGMA.

    with CountedQueries(app) as counted:
        …
    assert counted.number == 1
    """

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine
        self.statements: list[str] = []

    @property
    def number(self) -> int:
        return len(self.statements)

    def __enter__(self) -> "CountedQueries":
        listening.listen(self._engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        listening.remove(self._engine, "before_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements.append(statement)
