# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Broken and hostile files are refused with place and reason, quickly; what stands in cells is read as people write it (T24, T29)."""

import json
import time
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from flask import Flask

from app.attendees.imports.tables import Wished
from app.clock import BERLIN
from app.programme.rules import ContributorRole
from app.refusal import Refusal
from app.scheduling.imports.files import read, refuse_other_kind
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.sheets import template
from app.scheduling.imports.values import ProgrammeFile
from app.texts import force_locale, sentence_of
from tests.attendees.imports.test_imports import BOMBS, xlsx
from tests.scheduling.imports.shapes import as_json, as_xml, conference

ON = date(2031, 3, 13)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), force_locale("en"):
        yield


def read_here(content: bytes | str) -> ProgrammeFile:
    return read(content.encode() if isinstance(content, str) else content, Wished(), ON).programme


def refusal_of(content: bytes | str) -> str:
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        read_here(content)
    assert refused.value.field == "file"
    assert time.process_time() - begun < 5
    return sentence_of(refused.value)


def faults_of(content: bytes | str) -> list[str]:
    return [f"{one.where.words}: {sentence_of(one.why)}" for one in read_here(content).faults]


GOOD = as_xml(conference(3), "frab").decode()
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?>\n<!DOCTYPE schedule [<!ENTITY a0 "ha">{LAUGHS}]>\n<schedule>&a9;</schedule>'
NO_TYPE = "this file defines a document type or entities. Such files are not read."
ENCODED = "the letters are not written as the file says. Please save it as UTF-8."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace("</title>", "</titel>", 1), "Line 6, column 31: this is no valid XML (mismatched tag)."),
        (GOOD[:500], "this is no valid XML"),
        (BOMB, f"Line 2: {NO_TYPE}"),
        ('<!DOCTYPE schedule SYSTEM "file:///etc/passwd">\n<schedule/>', f"Line 1: {NO_TYPE}"),
        ("<schedule>\n&unknown;</schedule>", "Line 2, column 1: this is no valid XML (undefined entity)."),
        ("\n<rss><channel/></rss>", "Line 2: this is no schedule, it begins with <rss>."),
        ("<schedule/>", "There is nothing in this file that takes place."),
        ("<schedule>" + "<a>" * 30 + "</a>" * 30 + "</schedule>", "Line 1: this file has too many or too deep elements."),
        ("<schedule>" + "<a/>" * 600_000 + "</schedule>", "this file has too many or too deep elements."),
        (b"<schedule>\n\xfc</schedule>", f"Line 2, column 1: {ENCODED}"),
        ('<?xml version="1.0" encoding="x-secret"?><schedule/>', "The letters of this file cannot be read. Please save it as UTF-8."),
        (b" \r\n", "This file is empty."),
        (b"", "This file is empty."),
        (b"x" * 50_000_000, "This file is too large. At most 8 MB are accepted."),
        (b"%PDF-1.7 x", "This is no table."),
        ("<!DOCTYPE html><html></html>", f"Line 1: {NO_TYPE}"),
        ('{"schedule": \n [}', 'Line 2, column 3: this is no valid JSON (Expecting value).'),
        ('{"schedule": 3}', "This is no schedule of frab: “schedule” is missing or of another kind."),
        ('{"schedule": {"conference": {"days": [{"rooms": {"A": [7]}}]}}}', "“days[0].rooms.A[0]” is missing"),
        ('{"a": 1, "a": 2}', "The name “a” stands twice in one object."),
        ("[" * 200_000, "nested too deep or too long"),
        ('{"schedule": ' + "9" * 10_000 + "}", "nested too deep or too long"),
        (b'{"schedule":\n "\xff"}', "Line 2: the letters of this file cannot be read."),
        ("Wann;Was\n9:00;Los\n", "No column is called “Beginn”."),
        ("Beginn;Titel\n", "There is nothing in this file below the headings."),
    ],
    ids=lambda one: one[:20] if isinstance(one, str) else "",
)  # fmt: skip
def test_what_is_broken_is_refused_with_its_place(content: bytes | str, said: str) -> None:
    assert said in refusal_of(content)


@pytest.mark.parametrize(
    "name", [one for one in BOMBS if ("many" not in one and "entit" in one) or "gigabyte" in one]
)
def test_bombs_in_workbooks_are_refused(name: str) -> None:
    refusal_of(BOMBS[name])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<duration>00:30</duration>", "<duration>-0:30</duration>", "It ends before it begins, or at the same moment."),
        ("<duration>00:30</duration>", "<duration>00:00</duration>", "It ends before it begins, or at the same moment."),
        ("<duration>00:30</duration>", "<duration>bald</duration>", "“bald” is no duration."),
        ("<title>Eröffnung</title>", "<title> </title>", "It has no title."),
        ("<title>Eröffnung</title>", f"<title>{'x' * 201}</title>", "“title” is longer than 200 characters."),
        ("<date>2031-03-13T09:00:00+01:00</date>", "<date>morgen</date>", "“morgen” is no moment."),
        ("<date>2031-03-13T09:00:00+01:00</date>", "<date>9999-12-31T23:59:59-12:00</date>", "is no moment."),
    ],
)  # fmt: skip
def test_one_broken_entry_is_named_by_its_line_and_the_others_are_read(old: str, new: str, said: str) -> None:
    assert old in GOOD
    (fault,) = faults_of(GOOD.replace(old, new, 1))
    line = GOOD[: GOOD.index("<event ")].count("\n") + 1
    assert fault.startswith(f"Line {line}: ")
    assert said in fault
    assert len(read_here(GOOD).entries) == len(conference(3))


def test_an_id_that_stands_twice_is_named_with_both_places() -> None:
    second = GOOD.index("<event ", GOOD.index("<event ") + 1)
    twice = GOOD[:second] + GOOD[second:].replace('id="2"', 'id="1"', 1)
    (fault,) = faults_of(twice)
    assert "The same id stands at another entry: Line" in fault
    whole = json.loads(as_json(conference(3)))
    rooms = whole["schedule"]["conference"]["days"][0]["rooms"]
    rooms["Saal 2"][0]["guid"] = rooms["Saal 1"][0]["guid"]
    (fault,) = faults_of(json.dumps(whole))
    assert fault == "days[0].rooms.Saal 2[0]: The same guid stands at another entry: days[0].rooms.Saal 1[0]."


@pytest.mark.parametrize(
    ("name", "content", "fits"),
    [
        ("a.xml", GOOD, True), ("a.XML", GOOD, True), ("a.json", "{}", True), ("a.csv", "a;b", True), ("a.xlsx", "PK\x03\x04", True),
        ("a.json", GOOD, False), ("a.xml", "{}", False), ("a.csv", "PK\x03\x04", False), ("a.xlsx", "a;b", False),
        ("a.exe", GOOD, False), ("a", GOOD, False), ("", GOOD, False),
    ],
)  # fmt: skip
def test_a_file_is_what_its_name_says(name: str, content: str, fits: bool) -> None:
    if fits:
        refuse_other_kind(name, content.encode())
    else:
        with pytest.raises(Refusal):
            refuse_other_kind(name, content.encode())


def test_hostile_letters_are_taken_out_and_the_rest_stays() -> None:
    hostile = GOOD.replace("Eröffnung", "&lt;script&gt;\u202e\u200falert(1)\u2028 =1+1", 1)
    assert read_here(hostile).entries[0].title == "<script>alert(1) =1+1"


def test_other_encodings_and_byte_order_marks_are_read() -> None:
    for content in (GOOD.replace("utf-8", "utf-16").encode("utf-16"), b"\xef\xbb\xbf" + GOOD.encode()):
        assert len(read_here(content).entries) == len(conference(3))
    latin = GOOD.replace("utf-8", "iso-8859-1").replace("„", "").replace("“", "").encode("iso-8859-1")
    assert read_here(latin).entries[0].title == "Eröffnung"
    assert read_here(
        json.dumps({"schedule": json.loads(as_json(conference(3)))["schedule"]}).encode("utf-16")
    ).entries


def test_a_time_without_a_date_in_the_night_belongs_to_the_day_before() -> None:
    made = (
        as_xml(conference(3), "pentabarf").decode().replace("<start>09:00</start>", "<start>01:30</start>", 1)
    )
    assert read_xml(made.encode()).entries[0].starts_at == datetime(2031, 3, 14, 1, 30, tzinfo=BERLIN)


# -- tables

HEAD = "Datum;Beginn;Ende;Titel;Art;Raum;Runde;Nummer;Plätze;Name 1;Funktion 1;Organisation 1;Rolle 1;Mitwirkende;Sprache;Für wen;Bemerkung"  # fmt: skip
ROWS = (
    "Do., 13.3.2031;9:00;9.30 Uhr;Begrüßung;Begrüßung;Saal;;;;Dr. Ada Probe;Leiterin, stv.;Stadt Musterstadt;Grußwort;;;;intern",
    ";11:00–12:30;;Beraten;Workshop;Birke;Runde 1;1.1;20;;;;;Jon Beispiel; Englisch ;Neue;",
    "14.03.2031;22:00;1:00;Fest;;;;;30;;;;;A;;;",
    ";10:00;9:00;Verdreht;;;;;;;;;;;;;",
    ";10:00;;Ohne Ende;;;;;;;;;;;;;",
    ";9 Uhr;10;Ohne Zeit;;;;;;;;;;;;;",
    ";9:00;10:00;Zu viele;;;;2.1;zwanzig;;;;;;;;",
    ";9:00;10:00;Falsche Rolle;;;;;;X;;;Chefin;;;;",
)


def test_a_table_says_what_its_columns_are_called() -> None:
    file = read_here("\r\n".join((HEAD, *ROWS)))
    welcome, workshop, feast = file.entries
    assert (welcome.starts_at, welcome.ends_at) == tuple(
        datetime(2031, 3, 13, 9, minute, tzinfo=BERLIN) for minute in (0, 30)
    )
    (ada,) = welcome.people
    assert (ada.name, ada.function, ada.organisation) == (
        "Dr. Ada Probe",
        "Leiterin, stv.",
        "Stadt Musterstadt",
    )
    assert ada.role is ContributorRole.GREETING
    assert workshop.ends_at == datetime(2031, 3, 13, 12, 30, tzinfo=BERLIN)
    assert workshop.run is not None
    assert (workshop.run.label, workshop.run.round_title, workshop.run.capacity) == ("1.1", "Runde 1", 20)
    assert (workshop.run.about.language, workshop.run.about.target_group) == ("en", "Neue")
    assert feast.ends_at == datetime(2031, 3, 15, 1, 0, tzinfo=BERLIN)
    assert file.aside == {"Bemerkung": 1, "Plätze": 1}
    assert [(one.where.row, one.title, sentence_of(one.why).split(".")[0]) for one in file.faults] == [
        (5, "Verdreht", "It ends before it begins, or at the same moment"),
        (6, "Ohne Ende", "It does not say when it ends"),
        (7, "Ohne Zeit", "“10” is no time"),
        (8, "Zu viele", "“zwanzig” is no number of people"),
        (9, "Falsche Rolle", "“Chefin” is no role that there is"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "duration", "minutes"),
    [
        ("9:00", "10:30", "", 90), ("9.00 Uhr", "10 Uhr", "", 60), ("9:00-9:20", "", "", 20), ("9:00 bis 9.45 Uhr", "", "", 45),
        ("13.03.2031 09:00", "13.03.2031 10:00", "", 60), ("2031-03-13T09:00:00", "2031-03-14 09:00", "", 1440),
        ("9:00", "", "1:15", 75), ("9:00", "", "40 Minuten", 40), ("09:00:00", "", "1:00:00", 1440),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(start: str, end: str, duration: str, minutes: int) -> None:
    file = read_here(f"Datum;Beginn;Ende;Dauer;Titel\n13.03.2031;{start};{end};{duration};Los\n")
    assert file.faults == ()
    (entry,) = file.entries
    assert entry.starts_at == datetime(2031, 3, 13, 9, 0, tzinfo=BERLIN)
    assert (entry.ends_at - entry.starts_at).total_seconds() == 60 * minutes


def test_a_workbook_with_times_as_spreadsheets_keep_them() -> None:
    content = xlsx(
        ["Datum", "Beginn", "Dauer", "Titel", "Raum"],
        [date(2031, 3, 13), datetime(2031, 3, 13, 9, 0).time(), "45 min", "Vortrag", "Saal"],  # noqa: DTZ001
        [None, "=1+1", "1:00", "Formel", "Saal"],
    )
    file = read_here(content)
    (entry,) = file.entries
    assert (entry.starts_at, entry.ends_at) == tuple(
        datetime(2031, 3, 13, 9, minute, tzinfo=BERLIN) for minute in (0, 45)
    )
    assert [sentence_of(one.why) for one in file.faults] == [
        "A formula stands under “start”. Please put its value there."
    ]


def test_the_template_is_understood_as_it_is() -> None:
    head, row, wide = template(ON)
    assert len(head) == len(row) == len(wide) == len(set(head))
    (entry,) = read_here(xlsx([*head], [*row])).entries
    assert (entry.title, entry.room, entry.people[0].organisation) == (
        "Beraten ohne Vorurteil",
        "Raum Birke",
        "Stadt Musterstadt",
    )
    assert entry.run is not None
    assert (entry.run.label, entry.run.capacity, entry.run.about.language) == ("1.1", 20, "de")
