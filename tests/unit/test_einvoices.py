"""Electronic invoices as they are read, in every form; and files that are none, several, damaged or hostile."""

import io
import json
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import invoices
import pytest
from invoices import Sold

from matcher.errors import MatcherError
from matcher.inspection import inspect
from matcher.openitems import einvoices
from matcher.openitems.einvoices import xml
from matcher.openitems.einvoices.records import EInvoice
from matcher.parsers.base import ParseOptions, Source

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "invoices"
FULL = Sold(
    terms="Net within 30 days", prepaid="190.00", rounding="0.00", payable="1000.00", reference="RF18539007547034", order="PO-77",
    buyer_vat="DE299887766", buyer_number="20017", buyer_reference="04011000-12345-34",
)  # fmt: skip


def read(data: bytes) -> EInvoice:
    assert einvoices.is_invoice(data)
    assert einvoices.may_be_invoice(data[:65_536])
    return einvoices.read(data, "invoice")


def refusal(data: bytes) -> MatcherError:
    with pytest.raises(MatcherError) as refused:
        einvoices.read(data, "f")
    assert refused.value.where.startswith("f")
    return refused.value


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.xml")), ids=lambda path: path.name)
def test_reads_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert einvoices.read(path.read_bytes(), path.name).to_dict() == expected


def test_every_form_says_the_same() -> None:
    one = read(invoices.ubl(FULL)).to_dict()
    assert (one["gross"], one["prepaid"], one["payable"], one["due_date"]) == ("1190.00", "190.00", "1000.00", "2026-11-04")
    assert read(invoices.cii(FULL)).to_dict() == one | {"syntax": "cii"}
    assert read(invoices.cii(FULL, first_version=True)).to_dict() == one | {"syntax": "zugferd1"}
    inside = read(invoices.pdf(("factur-x.xml", invoices.cii(FULL)))).to_dict()
    assert inside == one | {"syntax": "cii", "container": "pdf"}
    utf16 = invoices.ubl(FULL).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert read(utf16).to_dict() == one


def test_a_chinese_invoice_says_the_same_as_xml_and_as_ofd() -> None:
    sold = Sold(
        number="26332000000123456789", issued="2026-10-05", gross="11300.00", payable="11300.00", due="", account="1209 0044 0000 1",
        buyer="上海华信贸易有限公司", buyer_vat="91310000MA1FL0AB12", seller="北港（宁波）机械有限公司", seller_vat="91330200MA2AB3CD4E",
    )  # fmt: skip
    one = read(invoices.fapiao(sold)).to_dict()
    assert (one["syntax"], one["currency"], one["payable"], one["due_date"]) == ("fapiao", "CNY", "11300.00", None)
    attached = read(invoices.ofd({"Doc_0/Attachs/original_invoice.xml": invoices.fapiao(sold)})).to_dict()
    assert attached == one | {"container": "ofd"}
    tagged = read(invoices.tagged_ofd(sold)).to_dict()
    assert tagged == one | {"container": "ofd", "accounts": []}


def test_custom_data_stand_in_for_tags() -> None:
    data = {"发票号码": "26332000000123456789", "开票日期": "2026年10月05日", "合计金额": "10000.00", "合计税额": "1300.00"}
    body = "".join(f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in data.items())
    found = read(invoices.ofd({"OFD.xml": f'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016">{body}</ofd:OFD>'.encode()}))
    assert (found.document_no, str(found.issue_date), found.payable) == ("26332000000123456789", "2026-10-05", 1_130_000)


def test_a_red_letter_invoice_is_a_credit_note_of_the_one_it_takes_back() -> None:
    remark = "被红冲蓝字数电票号码：26332000000123456789 红字发票信息确认单编号：1"
    found = read(invoices.fapiao(Sold(number="26332000000999999999", gross="-113.00"), remark))
    assert (found.document_type, found.type_code, found.payable, found.preceding) == (
        "credit_note",
        "381",
        -11_300,
        ("26332000000123456789",),
    )


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({"gross": "1190.00", "payable": "1190.00"}, 119_000),
        ({"gross": "1190.00", "prepaid": "190.00", "payable": "1000.00"}, 119_000),
        ({"gross": "336.90", "rounding": "0.01", "payable": "336.91"}, 33_691),
        ({"gross": "336.91", "rounding": "-0.01", "payable": "336.90"}, 33_690),
        ({"gross": "336.90", "payable": "366.86", "others": "29.96"}, 36_686),  # with what is collected for others
        ({"gross": "100.00", "prepaid": "100.00", "payable": "0.00"}, 10_000),
        ({"gross": "-50.00", "payable": "-50.00"}, -5_000),
    ],
)
@pytest.mark.parametrize("form", [invoices.ubl, invoices.cii])
def test_the_amount_is_what_is_and_was_to_be_paid(form: Callable[[Sold], bytes], fields: dict[str, str], amount: int) -> None:
    assert read(form(Sold().but(**fields))).amount == amount


def test_a_profile_without_room_for_the_prepaid_amount_says_the_gross_amount() -> None:
    smallest = Sold(payable="1000.00", guideline="urn:factur-x.eu:1p0:minimum")
    assert (read(invoices.cii(smallest)).amount, read(invoices.cii(smallest)).payable) == (119_000, 100_000)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("380", "invoice"), ("381", "credit_note"), ("384", "invoice"), ("389", "invoice"), ("326", "invoice"), ("386", "invoice"),
     ("383", "debit_note"), ("877", "invoice"), ("396", "credit_note")],
)  # fmt: skip
def test_type_codes(code: str, kind: str) -> None:
    assert {read(form(Sold(code=code))).document_type for form in (invoices.ubl, invoices.cii)} == {kind}


def test_discounts_of_xrechnung_lines() -> None:
    terms = "#SKONTO#TAGE=7#PROZENT=2.00#\n#SKONTO#TAGE=14#PROZENT=3.00#\n#SKONTO#TAGE=9#PROZENT=5.00#BASISBETRAG=10.00#\nSee contract"
    found = read(invoices.ubl(Sold(terms=terms)))
    assert [(one.ppm, str(one.until)) for one in found.discounts] == [(30_000, "2026-10-19"), (20_000, "2026-10-12")]
    assert found.terms == terms


@pytest.mark.parametrize(
    ("sold", "code"),
    [
        (Sold(number=""), "invoice.incomplete"),
        (Sold(issued=""), "invoice.incomplete"),
        (Sold(payable=""), "invoice.incomplete"),
        (Sold(currency=""), "invoice.incomplete"),
        (Sold(code="325"), "invoice.type"),
        (Sold(code="999"), "invoice.type"),
        (Sold(code="381", gross="-10.00", payable="-10.00"), "invoice.sign"),
        (Sold(gross="10.00", payable="-10.00"), "invoice.sign"),
        (Sold(prepaid="190.00"), "invoice.totals"),
        (Sold(payable="1000.00"), "invoice.totals"),
        (Sold(payable="1190.01"), "invoice.totals"),
        (Sold(prepaid="190.00", rounding="0.01", payable="1000.00"), "invoice.totals"),
        (Sold(payable="1200.00", others="20.00"), "invoice.totals"),
        (Sold(issued="2026-02-30"), "date.invalid"),
        (Sold(due="1600-01-01"), "date.invalid"),
        (Sold(currency="EURO"), "currency.unknown"),
        (Sold(payable="10.005"), "amount.decimals"),
        (Sold(payable="1,190.00"), "amount.invalid"),
        (Sold(gross="9" * 17, payable="1.00"), "amount.range"),
        (Sold(buyer="x" * 3000), "file.too_large"),
    ],
)
@pytest.mark.parametrize("form", [invoices.ubl, invoices.cii])
def test_what_cannot_be_an_open_item_is_refused(form: Callable[[Sold], bytes], sold: Sold, code: str) -> None:
    assert refusal(form(sold)).code == code


def test_amounts_in_another_currency_are_refused() -> None:
    assert (
        refusal(invoices.ubl(Sold()).replace(b'PayableAmount currencyID="EUR"', b'PayableAmount currencyID="USD"')).code == "currency.mixed"
    )


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"<Invoice><ID>1", "file.malformed"),
        (b'<Invoice xmlns="urn:other"><ID>1</ID></Invoice>', "invoice.unknown"),
        (b"<EInvoices/>", "invoice.unknown"),
        (LAUGHS + b"<Invoice>&b;</Invoice>", "file.hostile"),
        ((LAUGHS + b"<Invoice>&b;</Invoice>").decode().encode("utf-16"), "file.hostile"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Invoice/>', "file.hostile"),
        (b"<Invoice>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Invoice>", "file.malformed"),
        (b"%PDF-1.7\n%garbage", "file.malformed"),
        (invoices.pdf(), "invoice.missing"),
        (invoices.pdf(("notes.xml", b"<notes/>"), ("photo.png", b"\x89PNG")), "invoice.missing"),
        (invoices.pdf(("a.xml", invoices.ubl(Sold())), ("b.xml", invoices.ubl(Sold(number="other")))), "invoice.several"),
        (invoices.pdf(("factur-x.xml", invoices.cii(Sold())), ("xrechnung.xml", invoices.ubl(Sold()))), "invoice.several"),
        (invoices.pdf(("factur-x.xml", LAUGHS + b"<Invoice>&b;</Invoice>")), "file.hostile"),
        (invoices.pdf(("factur-x.xml", invoices.cii(Sold())), password="secret"), "file.malformed"),
        (invoices.ofd({"Doc_0/Document.xml": b"<ofd/>"}), "invoice.missing"),
        (invoices.ofd({"a.xml": invoices.fapiao(Sold()), "b.xml": invoices.fapiao(Sold(number="2"))}), "invoice.several"),
        (invoices.ofd({"inner.zip": invoices.ofd({})}), "file.hostile"),
        (invoices.ofd({"bomb.xml": b" " * (17 << 20)}), "file.too_large"),
        (invoices.ofd({"a.xml": LAUGHS + b"<a>&b;</a>"}), "file.hostile"),
        (invoices.ofd({f"{n}.txt": b"" for n in range(2001)}), "file.too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_and_odd_files(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_the_same_invoice_twice_in_a_pdf_is_one() -> None:
    data = invoices.cii(Sold())
    assert read(invoices.pdf(("factur-x.xml", data), ("ZUGFeRD-invoice.xml", data))).document_no == "NK-2026-0417"
    assert read(invoices.pdf(("invoice_417.xml", data), ("notes.xml", b"<notes/>"))).document_no == "NK-2026-0417"


def test_too_much_xml_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_XML", 100)
    assert refusal(invoices.ubl(Sold())).code == "file.too_large"


def test_a_pdf_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    data = invoices.pdf(("factur-x.xml", invoices.cii(Sold())))
    monkeypatch.setitem(sys.modules, "pypdf", None)
    error = refusal(data)
    assert (error.code, error.hint) == ("extra.missing", 'Install it with `pip install "matcher-recon[documents]"`.')


@pytest.mark.parametrize("form", ["pdf", "ofd", "ubl"])
def test_damage_anywhere_is_an_error_with_a_code_or_changes_nothing_that_counts(form: str) -> None:
    whole = {
        "pdf": invoices.pdf(("factur-x.xml", invoices.cii(Sold()))),
        "ofd": invoices.ofd({"original.xml": invoices.fapiao(Sold())}),
        "ubl": invoices.ubl(Sold()),
    }[form]
    payable = einvoices.read(whole, "f").payable
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:place], whole[:place] + b"\xff\x00" + whole[place + 2 :]):
            try:
                found = einvoices.read(damaged, "f")
            except MatcherError:
                continue
            assert found.payable == payable


@pytest.mark.parametrize(
    "data",
    [
        b"<Document><Invoice></Invoice></Document>",
        b"<?a?>" * 9000 + b"<x>",
        b"",
        b"account,amount\n",
        b"PK\x03\x04",
        b"<Document/>",
        b"<!DOCTYPE html><html>",
        zlib.compress(b"x"),
    ],
)
def test_other_files_are_no_invoices(data: bytes) -> None:
    assert not einvoices.is_invoice(data)


def test_a_workbook_is_no_ofd() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert not einvoices.is_invoice(out.getvalue())


def test_inspect_shows_an_invoice_without_books() -> None:
    found = inspect(Source.of(invoices.ubl(FULL), "f.xml"), ParseOptions())
    assert (found["format"], found["outcome"], found["statements"], found["problems"]) == ("ubl", "read", [], [])
    assert found["invoice"] == read(invoices.ubl(FULL)).to_dict()
    refused = inspect(Source.of(invoices.ubl(Sold(code="325")), "f.xml"), ParseOptions())
    assert (refused["outcome"], refused["problems"][0]["code"]) == ("reject", "invoice.type")


def test_the_envelope_of_peppol_is_taken_off() -> None:
    inner = invoices.ubl(FULL).partition(b"?>")[2].strip()
    header = b"<StandardBusinessDocumentHeader><HeaderVersion>1.0</HeaderVersion></StandardBusinessDocumentHeader>"
    space = b'xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"'
    enveloped = b"<StandardBusinessDocument " + space + b">" + header + inner + b"</StandardBusinessDocument>"
    assert read(enveloped).to_dict() == read(invoices.ubl(FULL)).to_dict()
    assert refusal(b"<StandardBusinessDocument " + space + b">" + header + b"</StandardBusinessDocument>").code == "invoice.unknown"
