"""UBL 2.1 Invoice and CreditNote, as EN 16931 binds them (CEN/TS 16931-3-2)."""

from matcher.errors import MatcherError
from matcher.openitems.einvoices import skonto, xml
from matcher.openitems.einvoices.records import DOCUMENT_TYPES, EInvoice, Party
from matcher.openitems.einvoices.xml import Element

NAMESPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "CreditNote",
}
"""The root element of each namespace."""


def read(root: Element, place: str) -> EInvoice:
    """An invoice or credit note.

    Raises:
        MatcherError: ``invoice.incomplete`` and what is wrong with a date or an amount; without the file's name.
    """
    credit = xml.local(root) == "CreditNote"
    code = xml.text(root, "CreditNoteTypeCode" if credit else "InvoiceTypeCode") or ("381" if credit else "380")
    if credit and DOCUMENT_TYPES.get(code) == "invoice":
        raise MatcherError("invoice.type", f"a credit note of type {code}, which is an invoice's")
    currency = xml.needed(xml.text(root, "DocumentCurrencyCode"), "currency (DocumentCurrencyCode)")
    totals = xml.find(root, "LegalMonetaryTotal")
    payable = xml.amount(totals, "PayableAmount", currency)
    gross = xml.amount(totals, "TaxInclusiveAmount", currency)
    if payable is None:
        xml.needed("", "payable amount (PayableAmount)")
    # a credit note has its due date with the means of payment
    due = xml.text(root, "DueDate") or xml.text(root, "PaymentMeans/PaymentDueDate")
    terms = "\n".join(xml.texts(root, "PaymentTerms/Note", xml.MAX_TERMS))
    order = xml.text(root, "OrderReference/ID")
    issued = xml.day(xml.needed(xml.text(root, "IssueDate"), "issue date (IssueDate)"), "IssueDate")
    assert payable is not None
    prepaid, rounding = xml.amount(totals, "PrepaidAmount", currency), xml.amount(totals, "PayableRoundingAmount", currency)
    return EInvoice(
        syntax="ubl",
        container="",
        document_no=xml.needed(xml.text(root, "ID"), "number (ID)"),
        type_code=code,
        issue_date=issued,
        due_date=xml.day(due, "DueDate") if due else None,
        terms=terms,
        currency=currency,
        gross=payable + (prepaid or 0) - (rounding or 0) if gross is None else gross,
        prepaid=prepaid,
        rounding=rounding,
        payable=payable,
        payment_reference=xml.text(root, "PaymentMeans/PaymentID"),
        seller=_party(xml.find(root, "AccountingSupplierParty/Party")),
        buyer=_party(xml.find(root, "AccountingCustomerParty/Party"), xml.texts(root, "AccountingCustomerParty/SupplierAssignedAccountID")),
        buyer_reference=xml.text(root, "BuyerReference"),
        # Peppol asks for a word here where there is none
        purchase_order="" if order.upper() == "NA" else order,
        preceding=xml.texts(root, "BillingReference/InvoiceDocumentReference/ID"),
        accounts=xml.texts(root, "PaymentMeans/PayeeFinancialAccount/ID"),
        discounts=skonto.discounts(terms, issued, payable, currency),
        for_others=xml.total(root, "PrepaidPayment", "PaidAmount", currency),
        place=place,
    )


def _party(party: Element | None, numbers: tuple[str, ...] = ()) -> Party:
    name = xml.text(party, "PartyLegalEntity/RegistrationName") or xml.text(party, "PartyName/Name")
    given = dict.fromkeys((*numbers, *xml.texts(party, "PartyIdentification/ID")))
    ids = xml.texts(party, "PartyLegalEntity/CompanyID") + xml.texts(party, "EndpointID")
    return Party(name, xml.texts(party, "PartyTaxScheme/CompanyID"), tuple(given), ids)
