"""Two other libraries read the same invoices; where they can, they must agree with us."""

from pathlib import Path
from typing import Any

import facturx
import invoices
import pytest
from drafthorse.models.document import Document
from invoices import Sold

from matcher import money
from matcher.openitems import einvoices
from matcher.openitems.einvoices import EInvoice

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "invoices"
TERMS = {
    "document_no": "BT-1", "issue_date": "BT-2", "type_code": "BT-3", "currency": "BT-5", "due_date": "BT-9", "buyer_reference": "BT-10",
    "purchase_order": "BT-13", "payment_reference": "BT-83",
}  # fmt: skip
AMOUNTS = {"gross": "BT-112", "prepaid": "BT-113", "rounding": "BT-114", "payable": "BT-115"}
SOLD = [
    Sold(
        prepaid="190.00", rounding="0.01", payable="1000.01", reference="RF18539007547034", order="PO", buyer_reference="BR", preceding="X"
    ),
    Sold(code="381", currency="JPY", gross="1200", payable="1200", due="", buyer_vat="DE299887766", terms="net 30"),
    Sold(code="384", gross="-5.10", payable="-5.10"),
]


def forms() -> list[Any]:
    found = [pytest.param(path.read_bytes(), id=path.name) for path in sorted(FIXTURES.glob("*.xml")) if path.name[:3] in ("ubl", "cii")]
    found += [pytest.param(form(sold), id=f"{form.__name__}-{n}") for n, sold in enumerate(SOLD) for form in (invoices.ubl, invoices.cii)]
    return found


@pytest.mark.parametrize("data", forms())
def test_factur_x_reads_the_same(data: bytes) -> None:
    ours, theirs = einvoices.read(data, "f"), facturx.parse_ubl_cii_xml(data, check_xsd=False)
    for name, term in TERMS.items():
        if (name, ours.syntax, ours.type_code) == ("due_date", "ubl", "381"):
            continue  # the other library does not look at the means of payment
        assert (getattr(ours, name) or None) == (theirs.get(term) or None), name
    for name, term in AMOUNTS.items():
        amount = getattr(ours, name)
        assert (None if amount is None else money.render(amount, ours.currency)) == theirs.get(term), name
    assert list(ours.preceding) == [one["BT-25"] for one in theirs.get("BG-3", ())]
    for party, term in ((ours.seller, "BG-4"), (ours.buyer, "BG-7")):
        assert party.name == theirs[term]["name"]
        assert list(party.tax_ids) == [vat for vat in [theirs[term].get("vat_identifier")] if vat]


@pytest.mark.parametrize("data", [one for one in forms() if b"CrossIndustryInvoice" in one.values[0]])
def test_drafthorse_reads_the_same(data: bytes) -> None:
    ours, theirs = einvoices.read(data, "f"), Document.parse(data, strict=False)
    settlement, agreement = theirs.trade.settlement, theirs.trade.agreement
    assert (ours.document_no, ours.type_code) == (str(theirs.header.id), str(theirs.header.type_code))
    assert ours.issue_date == theirs.header.issue_date_time._value
    assert (ours.currency, ours.payment_reference) == (str(settlement.currency_code), str(settlement.payment_reference))
    assert (ours.buyer.name, ours.seller.name) == (str(agreement.buyer.name), str(agreement.seller.name))
    assert amounts(ours) == (settlement.monetary_summation.grand_total._amount, settlement.monetary_summation.due_amount._value)


def amounts(invoice: EInvoice) -> tuple[Any, Any]:
    from decimal import Decimal

    return Decimal(money.render(invoice.gross, invoice.currency)), Decimal(money.render(invoice.payable, invoice.currency))


def test_the_invoice_inside_a_pdf_is_the_same() -> None:
    data = invoices.cii(SOLD[0])
    name, theirs = facturx.get_xml_from_pdf(invoices.pdf(("factur-x.xml", data)), check_xsd=False)
    assert name == "factur-x.xml"
    assert einvoices.read(bytes(theirs), "f") == einvoices.read(data, "f")
