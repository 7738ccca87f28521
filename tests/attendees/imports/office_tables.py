# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of people as offices have them, made here: what Excel, LibreOffice, address books and old programs leave behind.

Each says the same people in its own way, as far as its letters go.
"""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date

import openpyxl

JOERG = ("Müller", "Jörg", "joerg@example.org", "Stadt Musterstadt", "Leitung")
KAETHE = ("Groß", "Käthe", "kaethe@example.org", "Kreis Musterland", "Beratung")
ANNA = ("von der Heide", "Anna", "anna@example.org", "Kreis Musterland", "")
PEOPLE = [JOERG, KAETHE, ANNA]
SIME = ("Marković", "Šime", "sime@example.org", "Verein Brücke", "")
AYSE = ("Şahin", "Ayşe", "ayse@example.org", "Verein Brücke", "")


@dataclass(frozen=True)
class OfficeTable:
    """A file and who is in it. `asks`: how its letters are written has to be said, by this name."""

    name: str
    content: bytes
    people: list[tuple[str, str, str, str, str]] = field(default_factory=lambda: list(PEOPLE))
    asks: str = ""
    left_out: int = 0


def csv_of(*lines: str, separator: str = ";", end: str = "\r\n") -> str:
    return end.join(line.replace("|", separator) for line in lines) + end


HEAD = "Nachname|Vorname|E-Mail-Adresse|Behörde|Funktion"


def simple(*people: tuple[str, ...], separator: str = ";", end: str = "\r\n") -> str:
    return csv_of(HEAD, *("|".join(one) for one in people), separator=separator, end=end)


def typed_in_excel() -> str:
    """A title, a blank row, running numbers, a row prepared for nobody, a total."""
    return csv_of(
        "Teilnehmerliste Fachtag, Stand: 12.03.2027||||||",
        "||||||",
        "Nr.|Name|Vorname|Tel.|E-Mail Adresse|Behörde / Organisation|Funktion",
        "1|Müller|Jörg|05221/13|joerg@example.org|Stadt Musterstadt|Leitung",
        "2|Groß|Käthe||kaethe@example.org|Kreis Musterland|Beratung",
        "||||||",
        "3|von der Heide|Anna||anna@example.org|Kreis Musterland|",
        "4||||||",
        "Summe:|3|||||",
    )


def of_an_address_book() -> str:
    return csv_of(
        '"Name, Vorname"|Kontakt|Einrichtung|Aufgabenbereich',
        '"Müller, Jörg"|"Müller, Jörg <joerg@example.org>"|"Stadt\nMusterstadt"|Leitung',
        '"Groß, Käthe"|mailto:kaethe@example.org|Kreis Musterland|Beratung',
        '"von der Heide, Anna"|"anna@example.org;"|Kreis Musterland|',
    ).replace("Kontakt", "E-Mail (dienstlich)")


def names_in_one_column() -> str:
    """Addresses with the names beside them, and nothing else; the headings have a line break in them."""
    return csv_of(
        '"Name der\nDienststelle"|"E-Mail\nAdresse"|Ihre Funktion',
        'Stadt Musterstadt|"Müller, Jörg" <joerg@example.org>|Leitung',
        "Kreis Musterland|Frau Käthe Groß <kaethe@example.org>|Beratung",
        "Kreis Musterland|Anna von der Heide <anna@example.org>|",
    )


def without_headings() -> str:
    return csv_of(*("|".join((one[2], *one[:2], one[3], one[4])) for one in PEOPLE))


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook_of_an_office() -> bytes:
    """Cover sheet first, a hidden one, a title over merged cells, an organisation over two rows, dates and numbers."""
    book = openpyxl.Workbook()
    book.active.title = "Deckblatt"
    book.active["A1"] = "Fachtag"
    secret = book.create_sheet("Alt")
    secret.sheet_state = "hidden"
    secret.append(["Nachname", "Vorname", "E-Mail", "Organisation"])
    secret.append(["Geheim", "Gerd", "gerd@example.org", "Amt"])
    sheet = book.create_sheet("Teilnehmende")
    for line in (
        ["Anmeldungen zum Fachtag"],
        ["Lfd. Nr.", "Behörde", "Name", "Vorname", "E-Mail-Adresse", "Eingang", "Funktion"],
        [1, "Stadt Musterstadt", "Müller", "Jörg", "joerg@example.org", date(2027, 2, 1), "Leitung"],
        [2, "Kreis Musterland", "Groß", "Käthe", "kaethe@example.org", date(2027, 2, 3), "Beratung"],
        [3, None, "von der Heide", "Anna", "anna@example.org", date(2027, 2, 4), None],
        ["Gesamt", "=COUNTA(C3:C5)"],
    ):
        sheet.append(line)
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("B4:B5")
    return saved(book)


def headings_in_two_rows() -> bytes:
    book = openpyxl.Workbook()
    for line in (
        ["Person", None, "Kontakt", None, "Dienststelle", "Funktion"],
        ["Nachname", "Vorname", "Telefon", "E-Mail", None, None],
        *([one[0], one[1], 5221131415, one[2], one[3], one[4] or None] for one in PEOPLE),
    ):
        book.active.append(line)
    for place in ("A1:B1", "C1:D1", "E1:E2", "F1:F2"):
        book.active.merge_cells(place)
    book.active.row_dimensions[4].hidden = True
    return saved(book)


def packed(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_rels_dot", "_rels/.rels"), content)
    return file.getvalue()


SPACE = "http://schemas.openxmlformats.org"


def of_another_program() -> bytes:
    """Parts under names of its own, a prefix before every tag, texts inside the cells, no places said."""

    def row(*cells: str) -> str:
        texts = (f"<x:c t='inlineStr'><x:is><x:t>{cell}</x:t></x:is></x:c>" for cell in cells)
        return f"<x:row>{''.join(texts)}</x:row>"

    def link(key: str, kind: str, target: str) -> str:
        return f"<Relationship Id='{key}' Type='{SPACE}/officeDocument/2006/relationships/{kind}' Target='{target}'/>"

    rows = row("Nachname", "Vorname", "E-Mail", "Institution", "Position") + "".join(
        row(*one) for one in PEOPLE
    )
    sheets = "<x:sheets><x:sheet name='Notizen' sheetId='1' r:id='b'/><x:sheet name='Liste' sheetId='2' r:id='a'/></x:sheets>"
    return packed(
        **{
            "_rels_dot": f"<Relationships>{link('r', 'officeDocument', '/daten/buch.xml')}</Relationships>",
            "daten__buch.xml": f"<x:workbook xmlns:x='{SPACE}/spreadsheetml/2006/main' xmlns:r='{SPACE}/officeDocument/2006/relationships'>{sheets}</x:workbook>",
            "daten___rels__buch.xml.rels": f"<Relationships>{link('a', 'worksheet', 'blatt-b.xml')}{link('b', 'worksheet', '/daten/blatt-a.xml')}</Relationships>",
            "daten__blatt-a.xml": f"<x:worksheet xmlns:x='{SPACE}/spreadsheetml/2006/main'><x:sheetData>{row('leer')}</x:sheetData></x:worksheet>",
            "daten__blatt-b.xml": f"<x:worksheet xmlns:x='{SPACE}/spreadsheetml/2006/main'><x:sheetData>{rows}</x:sheetData></x:worksheet>",
        }
    )


def of_libreoffice() -> bytes:
    """Empty rows and cells that repeat to the end of the sheet, a note at a cell, a date, an organisation over two rows."""

    def cell(text: str, said: str = "", note: str = "") -> str:
        return f'<table:table-cell office:value-type="string"{said}>{note}<text:p>{text}</text:p></table:table-cell>'

    def row(*cells: str) -> str:
        return f'<table:table-row>{"".join(cells)}<table:table-cell table:number-columns-repeated="1020"/></table:table-row>'

    note = "<office:annotation><text:p>bitte prüfen</text:p></office:annotation>"
    day = '<table:table-cell office:value-type="date" office:date-value="2027-02-01"><text:p>01.02.27</text:p></table:table-cell>'
    number = (
        '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    )
    rows = [
        row(cell("Fachtag: <text:span>Anmeldungen</text:span>")),
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>',
        row(*map(cell, ("Nr", "am", "Dienststelle", "Nachname", "Vorname", "Mail", "Funktion"))),
        row(number, day, *map(cell, (JOERG[3], JOERG[0], JOERG[1], JOERG[2], JOERG[4]))),
        row(number, day, cell(KAETHE[3], ' table:number-rows-spanned="2"'), cell("Groß", note=note), *map(cell, ("Käthe", KAETHE[2], "Beratung"))),
        row(number, day, "<table:covered-table-cell/>", *map(cell, ("von der<text:s/>Heide", "Anna", ANNA[2]))),
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>',
    ]  # fmt: skip
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0"'
        f' xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Tabelle1">'
        f"{''.join(rows)}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content})


def with_a_wrong_byte() -> bytes:
    """UTF-8, but one line was pasted from an older program."""
    good, bad = simple(JOERG, KAETHE), "|".join(ANNA).replace("|", ";").replace("Anna", "Änna")
    return good.encode() + bad.encode("cp1252") + b"\r\n"


CENTRAL = [JOERG, SIME]
TABLES: list[OfficeTable] = [
    OfficeTable("typed in Excel, saved as CSV", typed_in_excel().encode("cp1252"), left_out=3),
    OfficeTable("CSV UTF-8 of Excel", b"\xef\xbb\xbf" + simple(*PEOPLE, AYSE).encode(), [*PEOPLE, AYSE]),
    OfficeTable("Unicode text of Excel", simple(*PEOPLE, SIME, separator="\t").encode("utf-16"), [*PEOPLE, SIME]),
    OfficeTable("UTF-16 without a mark", simple(*PEOPLE, separator="\t").encode("utf-16-le")),
    OfficeTable("a program of DOS", simple(*PEOPLE).encode("cp437")),
    OfficeTable("an old Macintosh", simple(*PEOPLE, separator=",", end="\r").encode("mac_roman")),
    OfficeTable("one line of other letters", with_a_wrong_byte(), [JOERG, KAETHE, (ANNA[0], "Änna", *ANNA[2:])], asks="mixed"),
    OfficeTable("UTF-8 saved wrongly once", simple(*PEOPLE).encode().decode("cp1252").encode(), asks="twice"),
    OfficeTable("central European Windows", simple(*CENTRAL).encode("cp1250"), CENTRAL, asks="cp1250"),
    OfficeTable("an address book", of_an_address_book().encode("cp1252")),
    OfficeTable("addresses with names", names_in_one_column().encode()),
    OfficeTable("no headings", without_headings().encode()),
    OfficeTable("a workbook with cover and hidden sheet", workbook_of_an_office(), left_out=2),
    OfficeTable("headings in two rows", headings_in_two_rows(), left_out=1),
    OfficeTable("a workbook of another program", of_another_program()),
    OfficeTable("LibreOffice", of_libreoffice(), left_out=1),
]  # fmt: skip
BY_NAME: dict[str, OfficeTable] = {one.name: one for one in TABLES}
