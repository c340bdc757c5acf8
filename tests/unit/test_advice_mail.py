"""Remittance advices by e-mail: what is read of bodies and attachments, and what is refused."""

from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart

import pdfs
import pytest
from advice_layouts import BY_NAME
from three_advised import FACTS, LINES, NETS, nets, of, refusal, why

from matcher.remittance.documents.lines import of_text
from matcher.remittance.documents.mail import read_mail
from matcher.remittance.documents.pdf import read_pdf
from matcher.remittance.records import Advice, AdviceFile, Unproven

TABLE = """<p>Dear all, this is what we paid.</p><table>
<tr><th>Invoice</th><th>Date</th><th>Gross</th><th>Discount</th><th>Paid</th></tr>
<tr><td>RE-2026-0001</td><td>01/09/2026</td><td>€1,000.00</td><td>€30.00</td><td>€970.00</td></tr>
<tr style="display: none"><td>RE-2026-0009</td><td></td><td>€1.00</td><td></td><td>€1.00</td></tr>
<tr><td>RE-2026-0002</td><td>02/09/2026</td><td>€500.00</td><td></td><td>€500.00</td></tr>
<tr><td>GS-2026-0003</td><td></td><td>(€100.00)</td><td></td><td>(€100.00)</td></tr>
<tr><td colspan="4">Total</td><td><b>€1,370.00</b></td></tr></table><script>RE-2026-0009 5.00</script>
<img src="https://tracker.example/pixel.png"><p>Kind regards</p>"""


def mail(text: str = "", page: str = "", files: Sequence[tuple[str, bytes]] = (), inner: bytes = b"") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ap@nordlicht.example", "ar@example.com", "Zahlungsavis"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if inner:
        part = MIMEPart()
        part["Content-Type"] = "message/rfc822"
        part.set_payload(inner.decode())
        message.make_mixed()
        message.attach(part)
    return message.as_bytes()


def of_mail(text: str = "", page: str = "", files: Sequence[tuple[str, bytes]] = ()) -> AdviceFile:
    return of(mail(text, page, files))


@pytest.mark.parametrize(
    "text",
    [
        f"am 28.10.2026 haben wir 1.370,00 EUR überwiesen:\n\n{LINES}\nMit freundlichen Grüßen",
        f"{LINES}Summe 1.370,00 EUR",
        "\n".join(f"> {line}" for line in f"{LINES}Gesamtbetrag: 1.370,00 EUR".splitlines()),
        "Beleg Brutto Skonto Netto\nRE-2026-0001 1.000,00 30,00 970,00 EUR\nRE-2026-0002 500,00 0,00 500,00 EUR\n"
        "GS-2026-0003 -100,00 0,00 -100,00 EUR\nSumme 1.400,00 30,00 1.370,00 EUR",
        "Invoice\tAmount\nRE-2026-0001\t970.00\nRE-2026-0002\t500.00\nGS-2026-0003\t-100.00\nTotal\t1,370.00",
    ],
)  # fmt: skip
def test_a_body_of_plain_text_is_read(text: str) -> None:
    assert nets(of_mail(text)) == NETS


def test_a_table_in_a_page_is_read_as_it_is_seen() -> None:
    read = of_mail("Please see the page.", TABLE)
    assert nets(read) == NETS
    assert [(row.gross, row.discount) for row in read.advices[0].rows] == [(100_000, 3_000), (50_000, 0), (-10_000, 0)]


def test_a_line_about_another_document_keeps_the_rest_from_being_an_advice() -> None:
    assert why(of_mail(f"RE-2026-0001 970,00\nXX-9 400,00\n{LINES[LINES.index('RE-2026-0002'):]}Summe 1.370,00")) == (
        "XX-9 is no document of these books"
    )  # fmt: skip


def test_page_and_text_that_differ_prove_nothing() -> None:
    assert why(of_mail("RE-2026-0001 970,00\nSumme 970,00 EUR", TABLE)) == "the message says one thing as a page and another as plain text"


def test_an_attached_document_is_read_and_the_letter_around_it_is_none() -> None:
    read = of_mail(
        "Attached is our advice for RE-2026-0001.", files=[("C:\\a\\avis.pdf", BY_NAME["english"].render(FACTS)), ("logo.png", b"\x89PNG")]
    )
    assert nets(read) == NETS
    assert read.advices[0].rows[0].place == "advice.eml/avis.pdf page 1"


def test_the_same_advice_as_text_and_attached_is_one() -> None:
    assert nets(of_mail(f"{LINES}Summe 1.370,00 EUR", files=[("avis.pdf", BY_NAME["english"].render(FACTS))])) == NETS


def test_a_table_that_is_attached_goes_to_the_other_readers() -> None:
    rows = "advice_id,payment_reference,customer_id,date,currency,total,document_no,gross,discount,deduction,reason,net\n"
    read = of_mail("hello", files=[("a.csv", f"{rows}A7,P7,,2026-10-28,EUR,970.00,RE-2026-0001,1000.00,30.00,0.00,,970.00\n".encode())])
    assert ([one.advice_id for one in read.advices], nets(read)) == (["A7"], NETS[:1])


def test_an_attachment_that_cannot_be_read_is_said() -> None:
    read = of_mail(f"{LINES}Summe 1.370,00 EUR", files=[("scan.pdf", pdfs.one_page(pdfs.stream(b"")))])
    assert [one.total for one in read.advices] == [137_000]
    assert [one.why for one in read.unproven] == ["it cannot be read: the document has no text (document.scan)"]


def test_a_forwarded_message_is_read() -> None:
    assert nets(of(mail("fyi", inner=mail(f"{LINES}Summe 1.370,00 EUR")))) == NETS


def test_an_outlook_message_is_read() -> None:
    held = pdfs.outlook(f"{LINES}Summe 1.370,00 EUR".replace("\n", "\r\n"))
    assert nets(of(pdfs.compound(held))) == NETS
    assert nets(of(pdfs.compound(pdfs.outlook("see below", attachments=[("x", held)])))) == NETS
    assert nets(of(pdfs.compound(pdfs.outlook("", TABLE)))) == NETS
    assert nets(of(pdfs.compound(pdfs.outlook("", attachments=[("a.pdf", BY_NAME["english"].render(FACTS))])))) == NETS


def _deep(depth: int) -> bytes:
    data = mail(LINES)
    for _ in range(depth):
        data = mail("fyi", inner=data)
    return data


HEAD = b"From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MANY = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
OUTLOOK = pdfs.compound(pdfs.outlook("x"))
BOMBS = {
    "messages within messages": (_deep(4), "file.hostile"),
    "thousands of parts": (MANY + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5_000, "file.too_large"),
    "thousands of parts of no type": (MANY + b"--b\r\n\r\nx\r\n" * 5_000, "file.too_large"),
    "a huge attachment": (mail("x", files=[("a.bin", bytes(20 << 20))]), "file.too_large"),
    "a line for each byte": (HEAD + b"\r\n" + b"\n" * 1_100_000, "file.too_large"),
    "an archive": (mail("x", files=[("a.zip", b"PK\x03\x04" + bytes(99))]), "file.hostile"),
    "a hundred documents": (mail("x", files=[("a.eml", mail("x"))] * 11), "file.too_large"),
    "more text than an advice has": (mail("word " * 100_000), "file.too_large"),
    "a damaged Outlook message": (OUTLOOK[:30] + b"\xff\xff" + OUTLOOK[32:], "file.malformed"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_a_hostile_message_is_refused(kind: str) -> None:
    data, code = BOMBS[kind]
    assert refusal(data) == code


def test_parts_within_parts_end_somewhere() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(199))
    assert why(of(HEAD + nested)) == "it names no document of these books"


def test_other_files_are_left_to_others() -> None:
    for data in (b"document_no,net\nA,1\n", b"<?xml version='1.0'?><a/>", b"", b"Subject: x\r\n", b"ISA*00*"):
        assert (read_mail(data, "x", ()), read_pdf(data, "x", ())) == (None, None)


def test_lines_of_text_are_cut_into_cells() -> None:
    (line,) = of_text("RE-1   12,00\t3,00 | x y")
    assert [(word.text, word.cell) for word in line.words] == [("RE-1", 0), ("12,00", 1), ("3,00", 2), ("x", 3), ("y", 3)]


def test_records_are_what_they_say() -> None:
    read = of_mail(f"{LINES}Summe 1.370,00 EUR")
    assert isinstance(read.advices[0], Advice)
    assert isinstance(of_mail(LINES).unproven[0], Unproven)
