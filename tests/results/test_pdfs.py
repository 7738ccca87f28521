# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs are judged elsewhere: what would run is found wherever it stands, and no file holds up the server (T22, T24, T25)."""

import subprocess
import sys
import threading
import time
import zlib

import pytest

from app.refusal import Refusal
from app.results import pdf_judge, pdfs
from app.results.pdf_judge import JudgedPdf, judge
from app.results.pdfs import ATTACHED, FINE, LOCKED, PROGRAM, UNREADABLE
from app.settings import ROOT
from tests.results.samples import ACCESSIBLE, pdf

SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
PROGRAMS = {
    "on opening": f"/OpenAction {SCRIPT}",
    "encoded name": "/OpenAction << /S /J#61vaScript /JS (app.alert\\(1\\)) >>",
    "encoded throughout": "/OpenAction << /#53 /#4a#61#76#61#53#63#72#69#70#74 /#4a#53 (x) >>",
    "launch": "/OpenAction << /S /Launch /F (cmd.exe) >>",
    "encoded launch": "/OpenAction << /S /L#61unch /F (cmd.exe) >>",
    "on closing": f"/AA << /WC {SCRIPT} >>",
    "next of a harmless one": f"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /GoTo /Next {SCRIPT} >>] >>",
    "by name": f"/Names << /JavaScript << /Names [(a) {SCRIPT}] >> >>",
    "of an annotation": f"/X [<< /Type /Annot /Subtype /Link /A {SCRIPT} >>]",
    "of a field": f"/AcroForm << /Fields [<< /FT /Tx /AA << /K {SCRIPT} >> >>] >>",
    "a form with a program of its own": "/AcroForm << /XFA (x) >>",
    "data from elsewhere": "/OpenAction << /S /ImportData /F (a.fdf) >>",
    "rich media": "/X << /Subtype /RichMedia >>",
    "a script as address": "/X << /S /URI /URI (JavaScript:alert\\(1\\)) >>",
}
HARMLESS = {
    "nothing": "",
    "a link": "/X << /S /URI /URI (https://example.org/JavaScript) >>",
    "a word about it": "/X (Kurs: JavaScript)",
    "a jump": "/OpenAction << /S /GoTo /D [3 0 R /Fit] >>",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_would_run_is_found_wherever_it_stands(name: str, packed: bool) -> None:
    assert judge(pdf(PROGRAMS[name], packed=packed)).verdict == PROGRAM


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_it_is_fine(name: str, packed: bool) -> None:
    assert judge(pdf(HARMLESS[name], packed=packed)).verdict == FINE


@pytest.mark.parametrize("packed", [False, True])
def test_what_nobody_refers_to_is_read_too(packed: bool) -> None:
    """A reader program that repairs a file may find it."""
    assert judge(pdf(packed=packed, more=[SCRIPT.encode()])).verdict == PROGRAM
    hidden = b"9 0 obj << /S /Java#53cript >> endobj\n"
    assert judge(pdf(packed=packed).replace(b"startxref", hidden + b"startxref")).verdict == PROGRAM
    body = zlib.compress(b"9 0 << /S /J#61vaScript >>")
    orphan = b"9 0 obj << /Type /ObjStm /Length %d >>\nstream\n%s\nendstream endobj\n" % (len(body), body)
    assert judge(pdf(packed=packed).replace(b"startxref", orphan + b"startxref")).verdict == PROGRAM


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("a.exe", ATTACHED),
        ("a.docm", ATTACHED),
        ("a.txt.lnk", ATTACHED),
        ("a.EXE .", ATTACHED),
        ("a.pdf", ATTACHED),
        ("ohne", ATTACHED),
        ("Zahlen.CSV", FINE),
        ("formel.mml", FINE),
    ],
)
def test_attached_files_may_be_no_programs(name: str, verdict: str) -> None:
    attached = (
        f"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F ({name}) /EF << /F 6 0 R >> >>] >> >>"
    )
    file = b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream"
    assert judge(pdf(attached, more=[file])).verdict == verdict


def test_a_locked_one_and_torn_ones_say_so() -> None:
    locked = pdf().replace(b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (x) /U (x) >> /Root")
    assert judge(locked).verdict == LOCKED
    whole = pdf(ACCESSIBLE, title="Input")
    for torn in (
        b"",
        whole[: len(whole) // 3],
        whole.replace(b"/Kids", b"/Kinder"),
        b"%PDF-1.7\n" + b"[" * 60_000,
    ):
        assert judge(torn).verdict == UNREADABLE
    for sentence in (LOCKED, UNREADABLE):
        with pytest.raises(Refusal) as caught:
            pdfs.is_accessible(locked if sentence is LOCKED else b"%PDF-1.7")
        assert (caught.value.sentence, caught.value.field) == (pdfs._SENTENCES[sentence], "file")


def test_a_title_may_stand_in_the_description() -> None:
    """A11Y-15: programs of today write it as XMP."""
    words = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        b'<rdf:li xml:lang="x-default">Input</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    described = b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(words), words)
    found = judge(pdf(f"{ACCESSIBLE} /Metadata 6 0 R", more=[described]))
    assert found == JudgedPdf(FINE, accessible=True)


# --- bounds ----------------------------------------------------------------------------------------------------------


def many_signs() -> bytes:
    """18 MB in which a search for object streams finds one beginning after the other."""
    return b"%PDF-1.7\n" + b"/Type /ObjStm" * 1_400_000 + b"\n%%EOF\n"


def many_objects() -> bytes:
    return pdf(more=[b"<< /A [1 2 3 (x)] >>"] * 400_000)


def unpacking() -> bytes:
    """120 MB in 120 KB, several times."""
    body = zlib.compress(bytes(120_000_000), 9)
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    return pdf(more=[stream % (len(body), body)] * 20)


def unpacking_where_it_counts() -> bytes:
    return pdf(packed=True, more=[b"(" + b"x" * 150_000_000 + b")"])


def nested() -> bytes:
    return pdf(more=[b"[" * 5_000_000])


@pytest.mark.long
@pytest.mark.parametrize("make", [many_signs, many_objects, unpacking, unpacking_where_it_counts, nested])
def test_no_file_holds_up_the_others(make) -> None:  # type: ignore[no-untyped-def]
    """While one is judged, this interpreter goes on; it ends in time, in its memory, and with a sentence."""
    content = make()
    ended = threading.Event()
    said: list[Refusal | bool] = []

    def upload() -> None:
        try:
            said.append(pdfs.is_accessible(content))
        except Refusal as refusal:
            said.append(refusal)
        ended.set()

    began = time.monotonic()
    threading.Thread(target=upload).start()
    longest, last = 0.0, began
    while not ended.wait(0.005):
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    took = time.monotonic() - began
    print(
        f"{make.__name__}: {len(content):,} bytes, {took:.1f} s, longest pause {longest * 1000:.0f} ms, {said[0]}"
    )
    assert took < pdfs.SECONDS + 2
    assert longest < 0.5
    assert said[0] is False or isinstance(said[0], Refusal)


@pytest.mark.parametrize(
    "greed",
    [f"bytearray({pdf_judge.MEMORY})", "open(__import__('tempfile').mktemp(), 'w').write('x' * 9_999)"],
)
def test_the_child_binds_itself(greed: str) -> None:
    """Memory and disk; how long it may take is asked above and below."""
    command = f"from app.results.pdf_judge import bound; bound(); {greed}"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True)
    assert done.returncode != 0


@pytest.mark.long
def test_who_reaches_a_bound_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "SECONDS", 0.5)
    with pytest.raises(Refusal) as caught:
        pdfs.is_accessible(many_objects())
    assert caught.value.sentence == pdfs._TOO_MUCH
