"""Files that no reader reads: what they are is said, and what to do with them."""

import io
import zipfile

import openpyxl
import pytest

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["to do", "call the bank"])
    book.save(out)
    return out.getvalue()


def zipped(flag: int = 0, name: str = "march.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "a,b\n")  # of a fixed day: the bytes name the test
    data = bytearray(out.getvalue())
    data[6] |= flag
    data[data.index(b"PK\x01\x02") + 8] |= flag
    return bytes(data)


ITEMS = b"item_id,entity,customer_id,document_type,document_no,issue_date,currency,amount\n1,1,C,invoice,7,2026-01-01,EUR,5\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"!Type:Bank\nD03/04/2026\nT-10.00\nPRENT\n^\n", "a QIF file"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"<!DOCTYPE html><html><body><form>Sign in</form></body></html>", "a web page"),
        (zipped(), "a ZIP archive that holds 'march.csv'"),
        (zipped(1), "a ZIP archive with a password"),
        (zipped()[:60], "damaged or was cut off"),
        (workbook()[:3000], "damaged or was cut off"),
        (zipped(name="content.xml"), "an OpenDocument file; save it as XLSX"),
        (workbook(), "a workbook in which no sheet holds a table of bookings"),
        (ITEMS, "use `matcher import items`"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a picture"),
        (b"PK\x05\x06" + bytes(18), "a ZIP archive that holds nothing"),
        (zipped(name="word/document.xml"), "a Word document"),
        (b"{\\rtf1 hello}", "a text document"),
        (b'{"bookings": [{"day": "2026-11-02"}]}', "a JSON file"),
        (b'[\n {"day": "2026-11-02"}]', "a JSON file"),
        (b"From: a@b.example\nTo: c@d.example\nSubject: Kontoauszug\n\nAnbei.\n", "a mail; save what is attached to it"),
        (b'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>', "a payment order"),
        (b"<Stmt><Id>7</Id></Stmt>", "a piece of a camt message"),
        (b'<Ntry><Amt Ccy="EUR">1.00</Amt></Ntry>', "a piece of a camt message"),
    ],
)
def test_what_a_file_is_that_is_not_read(data: bytes, words: str) -> None:
    found = inspect(Source.of(data, "march"), ParseOptions())
    assert found["outcome"] == "reject"
    (problem,) = found["problems"]
    assert words in problem["message"]


def test_a_table_saved_again_in_another_encoding_is_read_and_said() -> None:
    text = (
        '"Girokonto";"DE02120300000000202051"\n""\n"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";'
        '"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
        '"16.01.26";"16.01.26";"Gebucht";"Jörg Tür";"Glas GmbH";"Miete";"Eingang";"DE02300209000106531065";"250,00";"";"";""\n'
    )
    found = inspect(Source.of(text.encode("cp1252")), ParseOptions(), transactions=True)
    assert (found["format"], found["encoding"]) == ("csv:de-dkb", "cp1252")
    assert [(row["counterparty_name"], row["amount"]) for row in found["transactions"]] == [("Jörg Tür", "250.00")]
    assert "note.encoding" in [p["code"] for p in found["problems"]]


def test_a_piece_of_an_ofx_file_is_read_with_what_the_caller_knows() -> None:
    data = b"<BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260305<TRNAMT>7.00<FITID>1<NAME>X</STMTTRN></BANKTRANLIST>\n"
    found = inspect(Source.of(data), ParseOptions(account="77", currency="EUR"))
    assert [(s["account"], s["currency"], s["credit"]) for s in found["statements"]] == [("77", "EUR", "7.00")]
    assert found["outcome"] == "read_with_warnings"
    assert inspect(Source.of(data[:90]), ParseOptions(account="77", currency="EUR"))["outcome"] == "reject"
