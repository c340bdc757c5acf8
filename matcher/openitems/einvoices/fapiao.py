"""数电票: the fully digital invoice of the Chinese tax administration as XML, and the older electronic invoice's XML inside an OFD.

The elements are those of the tax administration's XML invoices. They name neither a due date nor a payment reference.
"""

import re

from matcher.openitems.einvoices import xml
from matcher.openitems.einvoices.records import EInvoice, Party
from matcher.openitems.einvoices.xml import Element

CURRENCY = "CNY"
_RED = re.compile(r"被红冲蓝字(?:数电|全电)?(?:发票|票)?号码\s*[:\uff1a]?\s*(\d{8,20})")
"""How the remark of a red-letter invoice names the invoice that it takes back."""


def is_root(root: Element) -> bool:
    """Whether an element is such an invoice."""
    return xml.local(root) == "EInvoice" or xml.find(root, "TaxSupervisionInfo/InvoiceNumber") is not None or is_older(root)


def is_older(root: Element) -> bool:
    """Whether an element is the invoice before the fully digital one."""
    return xml.local(root) == "eInvoice"


def read(root: Element, place: str) -> EInvoice:
    """An invoice; one in red letters is a credit note.

    Raises:
        MatcherError: ``invoice.incomplete`` and what is wrong with a date or an amount; without the file's name.
    """
    if is_older(root):
        return _older(root, place)
    data = xml.find(root, "EInvoiceData")
    seller, buyer = xml.find(data, "SellerInformation"), xml.find(data, "BuyerInformation")
    remark = xml.text(data, "AdditionalInformation/Remark", xml.MAX_TERMS) or xml.text(data, "Remark", xml.MAX_TERMS)
    return make(
        number=xml.text(root, "TaxSupervisionInfo/InvoiceNumber"),
        issued=xml.text(root, "TaxSupervisionInfo/IssueTime"),
        gross=xml.amount(data, "BasicInformation/TotalTax-includedAmount", CURRENCY),
        seller=Party(xml.text(seller, "SellerName"), xml.texts(seller, "SellerIdNum")),
        buyer=Party(xml.text(buyer, "BuyerName"), xml.texts(buyer, "BuyerIdNum")),
        accounts=xml.texts(seller, "SellerBankAccNum"),
        remark=remark,
        place=place,
    )


def _older(root: Element, place: str) -> EInvoice:
    seller, buyer = xml.find(root, "seller"), xml.find(root, "buyer")
    return make(
        number=xml.text(root, "invoiceNo"),
        issued=xml.text(root, "issueDate"),
        gross=xml.amount(root, "taxInclusiveTotalAmount", CURRENCY),
        seller=Party(xml.text(seller, "sellerName"), xml.texts(seller, "sellerTaxID")),
        buyer=Party(xml.text(buyer, "buyerName"), xml.texts(buyer, "buyerTaxID")),
        remark=xml.text(root, "note", xml.MAX_TERMS),
        place=place,
    )


def make(
    *,
    number: str,
    issued: str,
    gross: int | None,
    seller: Party,
    buyer: Party,
    accounts: tuple[str, ...] = (),
    remark: str = "",
    place: str,
) -> EInvoice:
    """The invoice of these parts; the whole of it is payable. Raises as `read` does."""
    if gross is None:
        xml.needed("", "amount with tax (TotalTax-includedAmount)")
    assert gross is not None
    red = _RED.findall(remark)
    day = xml.needed(issued, "issue date (IssueTime)").replace("年", "-").replace("月", "-").replace("日", "")
    return EInvoice(
        syntax="fapiao",
        container="",
        document_no=xml.needed(number, "number (InvoiceNumber)"),
        type_code="381" if gross < 0 else "380",
        issue_date=xml.day(day, "IssueTime"),
        due_date=None,
        terms="",
        currency=CURRENCY,
        gross=gross,
        prepaid=None,
        rounding=None,
        payable=gross,
        payment_reference="",
        seller=seller,
        buyer=buyer,
        buyer_reference="",
        purchase_order="",
        preceding=tuple(dict.fromkeys(red)),
        accounts=accounts,
        place=place,
    )
