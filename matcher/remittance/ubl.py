"""UBL RemittanceAdvice (OASIS UBL 2.0 to 2.3): one advice per document."""

from collections.abc import Sequence

from lxml import etree

from matcher.remittance.amounts import amount, day, made_id, row
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument
from matcher.remittance.xml import at, each, root_of, text


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advice of a UBL RemittanceAdvice; None for anything else.

    Raises:
        MatcherError: as `xml.root_of`, and ``amount.*``.
    """
    del documents
    root = root_of(data, name, frozenset({"RemittanceAdvice"}))
    if root is None:
        return None
    currency = text(root, "DocumentCurrencyCode")
    money = next((one for path in ("TotalPaymentAmount", "TotalDebitAmount") if (one := at(root, path)) is not None), None)
    currency = (money.get("currencyID") if money is not None else None) or currency
    rows = tuple(_row(line, currency, name) for line in each(root, "RemittanceAdviceLine"))
    total = sum(one.net for one in rows) if money is None else amount("".join(map(str, money.itertext())), currency, name)
    party = at(root, "AccountingCustomerParty/Party")
    payer = text(party, "PartyName/Name", "PartyLegalEntity/RegistrationName")
    account = text(root, "PaymentMeans/PayerFinancialAccount/ID")
    reference = text(root, "PaymentMeans/PaymentID", "PayeePaymentReference", "PayerPaymentReference", "PaymentOrderReference")
    number = text(root, "ID") or made_id(payer, total, [one.document_no for one in rows])
    when = day(text(root, "PaymentMeans/PaymentDueDate", "IssueDate"))
    return AdviceFile((Advice(number, AdviceKind.PAYER, reference, "", payer, account, when, currency, total, rows, name),))


def _row(line: etree._Element, currency: str, name: str) -> AdviceRow:
    document = text(
        line, "BillingReference/InvoiceDocumentReference/ID", "BillingReference/SelfBilledInvoiceDocumentReference/ID",
        "BillingReference/CreditNoteDocumentReference/ID", "DocumentReference/ID", "InvoicingPartyReference",
    )  # fmt: skip
    debit, credit, balance = (text(line, path) for path in ("DebitLineAmount", "CreditLineAmount", "BalanceAmount"))
    noted = at(line, "BillingReference/CreditNoteDocumentReference") is not None
    if debit and credit:
        gross, kept = amount(debit, currency, name), amount(credit, currency, name)
        return row(document, gross - kept, name, gross=gross)
    net = amount(balance or debit or credit, currency, name)
    lowers = noted or (bool(credit) and not debit and not balance)
    return row(document, -abs(net) if lowers else net, name)
