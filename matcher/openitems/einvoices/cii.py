"""UN/CEFACT Cross Industry Invoice: D16B as in Factur-X, ZUGFeRD 2 and XRechnung (CEN/TS 16931-3-3), and the older form of ZUGFeRD 1."""

from dataclasses import dataclass
from datetime import date

from matcher.openitems.einvoices import skonto, xml
from matcher.openitems.einvoices.records import Discount, EInvoice, Party
from matcher.openitems.einvoices.xml import Element


@dataclass(frozen=True, slots=True)
class _Names:
    """Where the parts of an invoice are in a version of the syntax."""

    syntax: str
    document: str
    transaction: str
    agreement: str
    settlement: str
    totals: str


ROOTS = {
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": _Names(
        "cii", "ExchangedDocument", "SupplyChainTradeTransaction", "ApplicableHeaderTradeAgreement", "ApplicableHeaderTradeSettlement",
        "SpecifiedTradeSettlementHeaderMonetarySummation",
    ),
    "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument": _Names(
        "zugferd1", "HeaderExchangedDocument", "SpecifiedSupplyChainTradeTransaction", "ApplicableSupplyChainTradeAgreement",
        "ApplicableSupplyChainTradeSettlement", "SpecifiedTradeSettlementMonetarySummation",
    ),
}  # fmt: skip
"""The root elements that are read."""


def read(root: Element, place: str) -> EInvoice:
    """An invoice or credit note.

    Raises:
        MatcherError: ``invoice.incomplete`` and what is wrong with a date or an amount; without the file's name.
    """
    names = ROOTS[xml.tag(root)]
    document, transaction = xml.find(root, names.document), xml.find(root, names.transaction)
    agreement, settlement = xml.find(transaction, names.agreement), xml.find(transaction, names.settlement)
    totals = xml.find(settlement, names.totals)
    currency = xml.needed(xml.text(settlement, "InvoiceCurrencyCode"), "currency (InvoiceCurrencyCode)")
    gross = xml.amount(totals, "GrandTotalAmount", currency)
    prepaid = xml.amount(totals, "TotalPrepaidAmount", currency)
    rounding = xml.amount(totals, "RoundingAmount", currency)
    payable = xml.amount(totals, "DuePayableAmount", currency)
    if payable is None and gross is not None and names.syntax == "zugferd1":
        payable = gross - (prepaid or 0) + (rounding or 0)  # the first version may leave it out
    if payable is None:
        xml.needed("", "payable amount (DuePayableAmount)")
    assert payable is not None
    issued = _date(document, "IssueDateTime", "IssueDateTime")
    if issued is None:
        xml.needed("", "issue date (IssueDateTime)")
    assert issued is not None
    guideline = xml.text(root, "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID")
    terms = "\n".join(xml.texts(settlement, "SpecifiedTradePaymentTerms/Description", xml.MAX_TERMS))
    stages = xml.find_all(settlement, "SpecifiedTradePaymentTerms")
    dues = [found for stage in stages if (found := _date(stage, "DueDateDateTime", "DueDateDateTime"))]
    return EInvoice(
        syntax=names.syntax,
        container="",
        document_no=xml.needed(xml.text(document, "ID"), "number (ID)"),
        type_code=xml.text(document, "TypeCode") or "380",
        issue_date=issued,
        # of several stages the last is the one without discount
        due_date=max(dues, default=None),
        terms=terms,
        currency=currency,
        gross=payable + (prepaid or 0) - (rounding or 0) if gross is None else gross,
        prepaid=prepaid,
        rounding=rounding,
        payable=payable,
        payment_reference=xml.text(settlement, "PaymentReference"),
        seller=_party(xml.find(agreement, "SellerTradeParty")),
        buyer=_party(xml.find(agreement, "BuyerTradeParty")),
        buyer_reference=xml.text(agreement, "BuyerReference"),
        purchase_order=xml.text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID")
        or xml.text(agreement, "BuyerOrderReferencedDocument/ID"),
        preceding=xml.texts(settlement, "InvoiceReferencedDocument/IssuerAssignedID"),
        accounts=_accounts(settlement),
        discounts=_discounts(stages, issued) or skonto.discounts(terms, issued, payable, currency),
        for_others=xml.total(settlement, "SpecifiedAdvancePayment", "PaidAmount", currency),
        summary=prepaid is None and guideline.casefold().endswith("minimum"),
        place=place,
    )


def _date(element: Element | None, path: str, what: str) -> date | None:
    written = xml.text(element, f"{path}/DateTimeString") or xml.text(element, f"{path}/DateTime") or xml.text(element, path)
    return xml.day(written, what) if written else None


def _party(party: Element | None) -> Party:
    ids = (
        *xml.texts(party, "GlobalID"),
        *xml.texts(party, "SpecifiedLegalOrganization/ID"),
        *xml.texts(party, "URIUniversalCommunication/URIID"),
    )
    return Party(xml.text(party, "Name"), xml.texts(party, "SpecifiedTaxRegistration/ID"), xml.texts(party, "ID"), ids)


def _accounts(settlement: Element | None) -> tuple[str, ...]:
    account = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
    return xml.texts(settlement, f"{account}/IBANID") + xml.texts(settlement, f"{account}/ProprietaryID")


def _discounts(stages: list[Element], issued: date) -> tuple[Discount, ...]:
    """Discounts that stand in fields of their own (profile EXTENDED)."""
    found = []
    for stage in stages:
        terms = xml.find(stage, "ApplicableTradePaymentDiscountTerms")
        ppm = xml.percent(xml.text(terms, "CalculationPercent"))
        if not ppm:
            continue
        measure = xml.find(terms, "BasisPeriodMeasure")
        days = skonto.days((measure.text or "").strip()) if measure is not None and measure.get("unitCode", "DAY") == "DAY" else None
        base = _date(terms, "BasisDateTime", "BasisDateTime") or issued
        until = skonto.after(base, days) if days is not None else _date(stage, "DueDateDateTime", "DueDateDateTime")
        if until is not None:
            found.append(Discount(ppm, None, until))
    return tuple(sorted(found, key=lambda one: (-one.ppm, one.until or date.max)))
