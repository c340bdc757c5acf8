"""Remittance advices in PDF and e-mail: what is read, what is left to a person and why, and what is refused."""

import random
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pdfs
import pytest
from advice_layouts import BY_NAME, facts_for
from advices import Facts, Paid, issued
from reportlab.lib.pdfencrypt import StandardEncryption
from three_advised import FACTS, ISSUED, NETS, nets, of, refusal, why

from matcher.errors import MatcherError
from matcher.remittance.documents import apart
from matcher.remittance.documents.bounds import BOUNDS
from matcher.remittance.documents.pdf import read_pdf

# PDF


def printed(*texts: tuple[float, float, str]) -> bytes:
    return pdfs.one_page(pdfs.stream(pdfs.text([(x, 800 - 20 * y, text) for x, y, text in texts])))


ROWS = ((50, 0, "Remittance advice"), (50, 2, "RE-2026-0001"), (400, 2, "970.00 EUR"), (50, 3, "RE-2026-0002"), (400, 3, "500.00 EUR"))
PROVEN = ((50, 4, "Total"), (400, 4, "1,470.00 EUR"))
MORE = ((50, 5, "Total"), (400, 5, "1,475.00 EUR"))
LESS = "the rows add up to 1,470.00 EUR, and the total stated is 1,400.00 EUR"


def test_rows_that_add_up_are_an_advice() -> None:
    read = of(printed(*ROWS, *PROVEN))
    assert nets(read) == NETS[:2]
    assert read.advices[0].rows[0].place == "advice.pdf page 1"


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ((), "it states no total, so nothing proves that its rows are complete"),
        (((50, 4, "Total"), (400, 4, "1,471.00 EUR")), "the rows add up to 1,470.00 EUR, and the total stated is 1,471.00 EUR"),
        (((50, 4, "RE-2026-0777"), (400, 4, "5.00 EUR"), *MORE), "RE-2026-0777 is no document of these books"),
        (((50, 4, "4711"), (400, 4, "5.00 EUR"), *MORE), "4711 is no document of these books"),
        (
            ((50, 4, "Consulting"), (400, 4, "5.00 EUR"), *MORE),
            "a line names no document and says no reason: 'Consulting 5.00 EUR'",
        ),
        ((*PROVEN, (50, 5, "less discount"), (300, 5, "20.00 EUR")), "20.00 EUR is taken off, and no row holds it"),
        ((*PROVEN, (50, 5, "Amount paid"), (400, 5, "1,400.00 EUR")), LESS),
        ((*PROVEN, (50, 6, "about 1,500.00 USD")), "it speaks of several currencies: EUR, USD"),
        (
            ((50, 4, "RE-2026-0001 RE-2026-0002"), (400, 4, "5.00 EUR"), *MORE),
            "a line may be about several documents: 'RE-2026-0001 RE-2026-0002\\t5.00 EUR'",
        ),
        (
            ((300, 2, "970.00"), (300, 3, "600.00"), (300, 4, "1,570.00"), *PROVEN),
            "several columns of amounts, or ways to read them, add up to a total; none says that it is what is paid",
        ),
    ],
)  # fmt: skip
def test_what_does_not_prove_itself_is_left_to_a_person(texts: tuple[tuple[float, float, str], ...], reason: str) -> None:
    read = of(printed(*ROWS, *texts))
    assert why(read) == reason
    assert "RE-2026-0001" in read.unproven[0].text


def test_a_head_says_which_of_two_columns_is_paid() -> None:
    both = ((300, 2, "990.00"), (300, 3, "600.00"), (300, 4, "1,590.00"), *PROVEN)
    heads = ((50, 1, "Invoice"), (300, 1, "Gross"), (400, 1, "Net amount"))
    assert nets(of(printed(*ROWS, *both, *heads))) == NETS[:2]
    swapped = ((50, 1, "Invoice"), (300, 1, "Net amount"), (400, 1, "Gross"))
    assert nets(of(printed(*ROWS, *both, *swapped))) == [("RE-2026-0001", 99_000), ("RE-2026-0002", 60_000)]


def test_a_charge_without_a_document_is_a_row_of_its_own() -> None:
    read = of(printed(*ROWS, (50, 4, "Bank charges"), (400, 4, "-5.00 EUR"), (50, 5, "Total"), (400, 5, "1,465.00 EUR")))
    row = read.advices[0].rows[2]
    assert (row.document_no, row.gross, row.deduction, row.net, row.reason, row.reason_text) == ("", 0, 500, -500, "fee", "Bank charges")


def test_a_reduction_on_a_line_of_its_own_is_no_document() -> None:
    lines = ((50, 4, "RE-2026-0001 cash discount"), (400, 4, "-20.00 EUR"), (50, 5, "Total"), (400, 5, "1,450.00 EUR"))
    row = of(printed(*ROWS, *lines)).advices[0].rows[2]
    assert (row.document_no, row.gross, row.discount, row.deduction, row.net) == ("RE-2026-0001", 0, 2_000, 0, -2_000)


def test_documents_of_others_prove_nothing() -> None:
    assert why(of(printed(*ROWS, *PROVEN), issued(Facts((Paid("AB-77", date(2026, 1, 1), 5),))))) == "it names no document of these books"


@pytest.mark.parametrize(
    "written", ["RE-2026-0001", "re20260001", "RE 2026 0001", "2026-0001", "RE-2026-1", "RE/2026/0001", "Rechnung 2026/0001"]
)
def test_a_number_is_known_in_any_form(written: str) -> None:
    read = of(printed((50, 2, written), (400, 2, "970.00 EUR"), (50, 4, "Total"), (400, 4, "970.00 EUR")))
    assert [net for _, net in nets(read)] == [97_000]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.234,56", 123456), ("1,234.56", 123456), ("1 234,56", 123456), ("1'234.56", 123456), ("1234.56", 123456),
        ("EUR 1,234.56", 123456), ("1.234,56 EUR", 123456), ("(1,234.56)", -123456), ("1.234,56-", -123456), ("- 1.234,56", -123456),
        ("-EUR 1,234.56", -123456),
    ],
)  # fmt: skip
def test_an_amount_is_known_in_any_form(written: str, amount: int) -> None:
    comma = written.rfind(",") > written.rfind(".")
    other = "10.000,00" if comma else "10,000.00"
    total = 1_000_000 + amount
    shown = f"{total // 100:,}.{total % 100:02d}"
    shown = shown.translate(str.maketrans(",.", ".,")) if comma else shown
    rows = ((50, 2, "RE-2026-0001"), (400, 2, written), (50, 3, "RE-2026-0002"), (400, 3, other), (50, 4, "Total"), (400, 4, shown))
    assert nets(of(printed(*rows))) == [("RE-2026-0001", amount), ("RE-2026-0002", 1_000_000)]


def test_whole_yen_are_amounts() -> None:
    documents = [replace(one, currency="JPY") for one in ISSUED]
    rows = ((50, 2, "RE-2026-0001"), (400, 2, "1,200"), (50, 3, "RE-2026-0002"), (400, 3, "500"), (50, 4, "Total"), (400, 4, "1,700"))
    read = of(printed(*rows), documents)
    assert (nets(read), read.advices[0].currency) == ([("RE-2026-0001", 1200), ("RE-2026-0002", 500)], "JPY")


def test_each_payment_of_a_document_is_proven_by_itself() -> None:
    layout, second = BY_NAME["german"], Facts((Paid("RE-2026-0009", date(2026, 9, 1), 7_777),), reference="PAY-2")
    read = of(layout.render(FACTS, [second]))
    assert [(one.payment_reference, one.total) for one in read.advices] == [("PAY-2026-000815", 137_000), ("PAY-2", 7_777)]
    wrong = replace(second, rows=(Paid("RE-2026-0010", date(2026, 9, 1), 7_777),))
    both = of(layout.render(FACTS, [wrong]), ISSUED)
    assert [one.total for one in both.advices] == [137_000]
    assert [one.why for one in both.unproven] == ["RE-2026-0010 is no document of these books"]


def test_pages_that_go_on_are_one_advice() -> None:
    facts = facts_for(BY_NAME["french"], random.Random(5), 90)
    read = of(BY_NAME["french"].render(facts), issued(facts))
    assert [row.net for row in read.advices[0].rows] == [row.net for row in facts.rows]
    assert read.advices[0].rows[-1].place == "advice.pdf page 5"


def test_a_page_that_is_turned_is_read_as_it_is_shown() -> None:
    told = [f"BT /F1 10 Tf 0 1 -1 0 {20 + 20 * y} {x} Tm ({text}) Tj ET" for x, y, text in (*ROWS, *PROVEN)]
    assert nets(of(pdfs.one_page(pdfs.stream("\n".join(told).encode()), page=b"/Rotate 90"))) == NETS[:2]


# what a PDF may do to a reader


def test_pictures_without_text_are_refused() -> None:
    picture = pdfs.stream(bytes(100), b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8")
    scan = pdfs.one_page(pdfs.stream(b"q 500 0 0 800 0 0 cm /I Do Q"), resources=b"/XObject << /I 6 0 R >>", more=[picture])
    assert refusal(scan) == "document.scan"


def test_an_encrypted_document_is_refused() -> None:
    assert refusal(BY_NAME["english"].render(FACTS, encrypt=StandardEncryption("secret"))) == "document.encrypted"


def test_scripts_and_actions_do_nothing() -> None:
    actions = b"/OpenAction << /S /JavaScript /JS (while\\(1\\){}) >> /AA << /WC << /S /Launch /F (/bin/sh) >> >>"
    contents = pdfs.stream(pdfs.text([(x, 800 - 20 * y, text) for x, y, text in (*ROWS, *PROVEN)]))
    assert nets(of(pdfs.one_page(contents, actions))) == NETS[:2]


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return pdfs.document(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count), *[page] * count]
    )


def _forms(times: int, depth: int) -> bytes:
    resources = b"/Type /XObject /Subtype /Form /BBox [0 0 900 900] /Resources << /XObject << /X %d 0 R >> >>"
    forms = [pdfs.stream(b"/X Do " * times, resources % (number + 7)) for number in range(depth)]
    return pdfs.one_page(pdfs.stream(b"/X Do"), resources=b"/XObject << /X 6 0 R >>", more=[*forms, pdfs.stream(b"0 0 m 1 1 l S")])


HOSTILE = {
    "a stream that unpacks to a gigabyte": (lambda: pdfs.one_page(pdfs.stream(bytes(1 << 28), packed=True)), "file.too_large"),
    "more text than an advice has": (
        lambda: pdfs.one_page(pdfs.stream(b"BT /F1 9 Tf 50 50 Td " + b"(aaaaaaaaaa) Tj " * 50_000 + b"ET", packed=True)),
        "file.too_large",
    ),
    "more pages than an advice has": (lambda: _pages(201), "file.too_large"),
    "forms within forms": (lambda: _forms(10, 20), "file.too_large"),
    "a tree of pages that holds itself": (
        lambda: pdfs.document([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
        "file.malformed",
    ),
    "lists within lists": (
        lambda: pdfs.document([b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 100_000 + b" >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]),
        "file.malformed",
    ),
    "bytes after the mark": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 100, "file.malformed"),
    "nothing on the page": (lambda: pdfs.one_page(pdfs.stream(b"")), "document.scan"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_document_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, code = HOSTILE[kind]
    monkeypatch.setattr("matcher.remittance.documents.pdf.read_pdf.__defaults__", (replace(BOUNDS, memory=400 << 20, seconds=1),))
    assert refusal(make()) == code


def test_a_document_may_only_be_so_large() -> None:
    with pytest.raises(MatcherError, match=r"file\.too_large: x: a PDF document may have 0 MB"):
        read_pdf(b"%PDF-" + bytes(100), "x", (), replace(BOUNDS, size=99))


def test_the_process_that_opens_documents_opens_no_other_file() -> None:
    code = "from matcher.remittance.documents.apart import confine; confine(1 << 30, 5, 99); open('/etc/hostname')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Too many open files" in done.stderr


@pytest.mark.parametrize("answer", ["nonsense", '{"words": 7}', '{"words": [["a", 1, 2]], "picture": false}'])
def test_what_the_other_process_answers_is_checked(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_ask", lambda *_: answer)
    with pytest.raises(MatcherError, match=r"file\.malformed"):
        apart.pages(b"%PDF-", BOUNDS)


@pytest.mark.parametrize(("library", "data"), [("pypdfium2", b"%PDF-1.7"), ("olefile", pdfs.compound(pdfs.outlook("x")))])
def test_a_missing_package_is_named(library: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MatcherError, match=rf'extra\.missing: .*{library}.*pip install "matcher-recon\[documents\]"'):
        of(data)
