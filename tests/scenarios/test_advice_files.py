"""Advices as they arrive, in PDF and by e-mail: from the file to the posting, and what is refused on the way."""

import json
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pdfs
import pytest
from advice_layouts import BY_NAME
from advices import Facts, Paid
from click.testing import CliRunner, Result
from reportlab.lib.pdfencrypt import StandardEncryption
from support import copied, filled

from matcher.books import Books
from matcher.cli import main
from matcher.codes import BAD_INPUT, DONE, NEEDS_PERSON, USAGE

CUSTOMERS = [{"customer_id": "C1", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345", "country": "DE"}]
ITEMS = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "KM-2026-00417", "amount": "1000.00"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "KM-2026-00423", "amount": "500.00"},
    {"item_id": "A3", "customer_id": "C1", "document_no": "KM-2026-00424", "amount": "1435.00"},
]
LINE = {
    "amount": "1435.00", "counterparty_name": "Hafenbau Nordsee GmbH", "counterparty_account": "DE21500105170000012345",
    "remittance_information": "AVIS", "end_to_end_id": "PAY-7001", "bank_reference": "R1",
}  # fmt: skip
DAY = date(2026, 9, 1)
FACTS = Facts((Paid("KM-2026-00417", DAY, 100_000), Paid("KM-2026-00423", DAY, 50_000, 0, 6_500, "Bruchschaden")), reference="PAY-7001")
ADVICE = BY_NAME["german"].render(FACTS)


def _made(folder: Path) -> None:
    filled(folder, items=ITEMS, customers=CUSTOMERS, lines=[LINE])


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, _made)


def cli(books: Books, *words: str) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])


def taken(books: Books, name: str, data: bytes) -> Result:
    file = books.directory / name
    file.write_bytes(data)
    return cli(books, "import", "remittance", str(file), "-O", "json")


def mailed(text: str, attachment: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "anybody@example.com", "Zahlungsavis"
    message.set_content(text)
    message.add_attachment(attachment, maintype="application", subtype="pdf", filename="avis.pdf")
    return message.as_bytes()


@pytest.mark.parametrize(("name", "data"), [("avis.pdf", ADVICE), ("avis.eml", mailed("anbei unser Avis", ADVICE))])
def test_a_receipt_is_posted_as_the_advice_says(books: Books, name: str, data: bytes) -> None:
    told = json.loads(taken(books, name, data).stdout)
    assert (told["advices"], told["rows"], told["documents_found"], told["documents_not_found"]) == (1, 2, 2, [])
    assert cli(books, "run", "--as-of", "2026-10-31").exit_code == DONE
    items = {row.item_id: row.open for row in books.items().items}
    assert items.get("A3") == 143_500  # the amount alone would have paid this one
    assert "A1" not in items


def test_an_advice_that_does_not_add_up_is_shown_and_not_used(books: Books) -> None:
    wrong = BY_NAME["letter"].render(Facts((Paid("KM-2026-00417", DAY, 100_000), Paid("KM-2026-00999", DAY, 43_500)), reference="PAY-7001"))
    result = taken(books, "avis.pdf", wrong)
    assert result.exit_code == NEEDS_PERSON
    assert "KM 2026 00999" not in result.stderr
    assert json.loads(result.stdout)["advices"] == 0


SCAN = pdfs.one_page(pdfs.stream(b"q 500 0 0 800 0 0 cm /I Do Q"), resources=b"/XObject << /I 6 0 R >>", more=[
    pdfs.stream(bytes(100), b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8"),
])  # fmt: skip
REFUSED = {
    "document.scan": SCAN,
    "document.encrypted": BY_NAME["english"].render(FACTS, encrypt=StandardEncryption("secret")),
    "file.malformed": b"%PDF-1.7\nnothing",
    "file.hostile": mailed("x", b"PK\x03\x04" + bytes(99)),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_read_changes_nothing(books: Books, code: str) -> None:
    result = taken(books, "avis.pdf", REFUSED[code])
    assert (result.exit_code, result.stderr.split(":")[0]) == (BAD_INPUT, code)
    assert json.loads(taken(books, "good.pdf", ADVICE).stdout)["new"] == 1


def test_a_package_that_is_missing_is_named(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.remittance.documents.apart.importlib.util.find_spec", lambda _: None)
    result = taken(books, "avis.pdf", ADVICE)
    assert result.exit_code == USAGE
    assert 'Install it: pip install "matcher-recon[documents]".' in result.stderr
