"""Tells the form of an electronic invoice by its bytes, and reads it."""

import re
from dataclasses import replace

from matcher import money
from matcher.errors import MatcherError
from matcher.openitems.einvoices import cii, fapiao, ofd, pdf, ubl, xml
from matcher.openitems.einvoices.records import DOCUMENT_TYPES, EInvoice
from matcher.openitems.einvoices.xml import Element

_ROOT = re.compile(
    r"\s*+(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)\s*+)*+"
    r"<(?:[\w.-]+:)?(StandardBusinessDocument|Invoice|CreditNote|CrossIndustryInvoice|CrossIndustryDocument|EInvoice|eInvoice)[\s>/]",
    re.DOTALL,
)
"""The root element, behind a declaration, comments and what is refused later."""
_HEAD = 65_536


def may_be_invoice(head: bytes) -> bool:
    """Whether the first bytes of a file leave it open that `is_invoice` says yes of the whole."""
    return head[:4] == b"PK\x03\x04" or is_invoice(head)


def is_invoice(data: bytes) -> bool:
    """Whether bytes look like an electronic invoice, or a PDF or an OFD that may hold one. Nothing is parsed."""
    if _is_pdf(data):
        return True
    return _looks_like(data) or ofd.is_ofd(data)


def is_xml(data: bytes) -> bool:
    """Whether bytes look like XML, of whatever kind."""
    return data[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<"


def _is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")


def read(data: bytes, name: str) -> EInvoice:
    """What an electronic invoice says.

    Args:
        data: the file: UBL, CII, ZUGFeRD 1.0 or 数电票 as XML, a PDF with one of them inside, or an OFD.
        name: of the file, for messages.

    Raises:
        MatcherError: ``file.empty``, ``file.malformed``, ``file.hostile``, ``file.too_large``; ``invoice.unknown`` for other XML;
            ``invoice.missing`` or ``invoice.several`` for a PDF or OFD without one invoice; ``extra.missing``; ``invoice.incomplete``,
            ``invoice.type``, ``invoice.sign`` and ``invoice.totals``; what is wrong with a date, an amount or a currency.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name, "Ask for the invoice again.")
    try:
        if _is_pdf(data):
            return replace(_checked(_xml(pdf.embedded(data, name, _looks_like), name)), container="pdf")
        if ofd.is_ofd(data):
            return replace(_checked(ofd.read(data, name)), container="ofd")
        return _checked(_xml(data, name))
    except MatcherError as error:
        raise error if error.where else error.at(name) from None


def _looks_like(data: bytes) -> bool:
    head = data[:_HEAD]
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return bool(_ROOT.match(head.decode(encoding, "replace")))


def _xml(data: bytes, name: str) -> EInvoice:
    root = xml.parse(data, name)
    if xml.local(root) == "StandardBusinessDocument":
        # the envelope of Peppol, whose header comes first
        root = next((part for part in xml.find_all(root, "*") if xml.local(part) != "StandardBusinessDocumentHeader"), root)
    space, _, local = xml.tag(root).rpartition("}")
    if ubl.NAMESPACES.get(space.removeprefix("{")) == local:
        return ubl.read(root, name)
    if xml.tag(root) in cii.ROOTS:
        return cii.read(root, name)
    if fapiao.is_root(root):
        return fapiao.read(root, name)
    raise _unknown(root, name)


def _unknown(root: Element, name: str) -> MatcherError:
    return MatcherError("invoice.unknown", f"the XML is no invoice of a form that is read: its root is {xml.tag(root)[:100]!r}", name)


def _checked(invoice: EInvoice) -> EInvoice:
    """The invoice, once what it says can be an open item."""
    money.scale(invoice.currency)
    if not invoice.document_type:
        what = f"{invoice.document_no!r} has the type code {invoice.type_code[:20]!r}, of which it is not known what it claims"
        raise MatcherError("invoice.type", what)
    signs = {amount > 0 for amount in (invoice.gross, invoice.payable) if amount}
    if len(signs) > 1:
        raise MatcherError("invoice.sign", f"{invoice.document_no!r} has a gross and a payable amount of different signs")
    if invoice.syntax != "fapiao" and invoice.gross < 0 and DOCUMENT_TYPES[invoice.type_code] == "credit_note":
        # the code takes the amount back once, the sign would a second time: nobody knows which is meant
        raise MatcherError("invoice.sign", f"{invoice.document_no!r} is a credit note (type {invoice.type_code}) of a negative amount")
    if not invoice.fits:
        raise MatcherError("invoice.totals", f"{invoice.document_no!r} has {_totals(invoice)}, which do not fit each other")
    return invoice


def _totals(invoice: EInvoice) -> str:
    amounts = {"gross": invoice.gross, "prepaid": invoice.prepaid, "rounding": invoice.rounding, "payable": invoice.payable}
    told = [f"{name} {money.render(amount, invoice.currency)}" for name, amount in amounts.items() if amount is not None]
    return f"{', '.join(told[:-1])} and {told[-1]} {invoice.currency}"
