"""ISO 20022: remittance advices (remt.001), and the structured remittance information that statements carry (camt.053, camt.054).

Elements (ISO 20022, StructuredRemittanceInformation): RfrdDocInf the document, RfrdDocAmt what is due, taken off and paid, CdtrRefInf the
creditor's reference, and AdjstmntAmtAndRsn what is kept back and why.
"""

from collections.abc import Iterator, Sequence

from lxml import etree

from matcher.remittance.amounts import amount, day, made_id, row
from matcher.remittance.reason_codes import reason_of
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument
from matcher.remittance.xml import at, each, local, root_of, text

_CREDIT_NOTE = "CREN"
_ADVICE = "RmtAdvc"
_STATEMENTS = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_PAID = ("RmtdAmt", "RfrdDocAmt/RmtdAmt")


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advices of a remt.001 message; None for anything else.

    Raises:
        MatcherError: as `xml.root_of`, and ``amount.*``.
    """
    del documents
    root = root_of(data, name, frozenset({"Document", _ADVICE}))
    message = root if root is None or local(root) == _ADVICE else at(root, _ADVICE)
    if message is None:
        return None
    number = text(message, "GrpHdr/MsgId")
    parts = [*each(message, "RmtInf")]
    made = [_advice(part, f"{number}/{place}" if len(parts) > 1 else number, name) for place, part in enumerate(parts, 1)]
    return AdviceFile(tuple(made))


def _advice(part: etree._Element, number: str, name: str) -> Advice:
    payment = at(part, "OrgnlPmtInf")
    references = at(payment, "Refs")
    paid = at(payment, "Amt/InstdAmt")
    paid = at(payment, "Amt") if paid is None else paid
    strds = [*each(part, "Strd")]
    currency = _currency(paid, strds)
    rows = tuple(_rows(strds, currency, name))
    said = text(payment, "Amt/InstdAmt", "Amt")
    total = amount(said, currency, name) if said else sum(one.net for one in rows)
    reference = text(references, "EndToEndId", "InstrId", "PmtInfId", "UETR")
    return Advice(
        text(part, "RmtId") or number or made_id(reference, total), AdviceKind.PAYER, reference, "",
        text(payment, "Dbtr/Nm") or text(part, "Dbtr/Nm"), text(payment, "DbtrAcct/Id/IBAN", "DbtrAcct/Id/Othr/Id"),
        day(text(payment, "ReqdExctnDt/Dt", "ReqdExctnDt", "IntrBkSttlmDt")), currency, total, rows, name,
    )  # fmt: skip


def statement_advices(data: bytes, name: str) -> tuple[Advice, ...]:
    """What the credits of a camt.053 or camt.054 message say of the documents that they pay; a transaction without amounts says nothing.

    Raises:
        MatcherError: as `xml.root_of`, and ``amount.*``.
    """
    root = root_of(data, name, frozenset({"Document"}))
    found: list[Advice] = []
    for outer, inner in _STATEMENTS.items():
        for entry in each(root, f"{outer}/{inner}/Ntry"):
            if text(entry, "CdtDbtInd") == "CRDT":
                found += [one for part in each(entry, "NtryDtls/TxDtls") if (one := _of_transaction(part, entry, name)) is not None]
    return tuple(found)


def _of_transaction(part: etree._Element, entry: etree._Element, name: str) -> Advice | None:
    strds = [one for one in each(part, "RmtInf/Strd") if at(one, "RfrdDocAmt") is not None and _number(one)]
    if not strds:
        return None
    money = next((found for path in ("Amt", "AmtDtls/TxAmt/Amt") if (found := at(part, path)) is not None), at(entry, "Amt"))
    currency = _currency(money, strds)
    total = amount("" if money is None else "".join(map(str, money.itertext())), currency, name)
    rows = tuple(_rows(strds, currency, name))
    reference = text(part, "Refs/EndToEndId", "Refs/AcctSvcrRef", "Refs/InstrId", "Refs/TxId")
    reference = text(part, "Refs/AcctSvcrRef") or text(entry, "AcctSvcrRef") if reference in ("", "NOTPROVIDED") else reference
    payer = text(part, "RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm")
    account = text(part, "RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id")
    booked = day(text(entry, "BookgDt/Dt", "BookgDt/DtTm"))
    number = made_id(reference, payer, booked, [(one.document_no, one.net) for one in rows])
    return Advice(number, AdviceKind.PAYER, reference, "", payer, account, booked, currency, total, rows, name)


def _rows(strds: Sequence[etree._Element], currency: str, name: str) -> Iterator[AdviceRow]:
    for strd in strds:
        amounts = at(strd, "RfrdDocAmt")
        sign = -1 if text(strd, "RfrdDocInf/Tp/CdOrPrtry/Cd", "RfrdDocInf/RfrdDocTp/Cd") == _CREDIT_NOTE else 1

        def of(*paths: str, parent: etree._Element | None = amounts) -> int | None:
            said = text(parent, *paths)
            return abs(amount(said, currency, name)) if said else None

        due, paid = of("DuePyblAmt"), of("RmtdAmt")
        discount = sum(
            abs(amount(text(one, "Amt") or text(one, "."), currency, name)) for one in each(amounts, "DscntApldAmt") if text(one, "Amt")
        )
        discount = discount or of("DscntApldAmt") or 0
        if paid is None and due is None and (credit := of("CdtNoteAmt")) is not None:
            sign, paid = -1, credit
        kept = [
            (_signed(one, currency, name), reason_of(text(one, "AddtlInf", "Rsn")), text(one, "AddtlInf", "Rsn"))
            for one in each(amounts, "AdjstmntAmtAndRsn")
        ]
        if paid is None:
            paid = (due or 0) - discount - sum(part for part, *_ in kept)
        signed = [(sign * part, code, words) for part, code, words in kept]
        yield row(_number(strd), sign * paid, name, gross=None if due is None else sign * due, discount=sign * discount, deductions=signed)


def _signed(adjustment: etree._Element, currency: str, name: str) -> int:
    """What an adjustment keeps back: a credit for the payer lowers what he pays."""
    value = amount(text(adjustment, "Amt"), currency, name)
    return -value if text(adjustment, "CdtDbtInd") == "CRDT" and value < 0 else value if text(adjustment, "CdtDbtInd") != "DBIT" else -value


def _number(strd: etree._Element) -> str:
    return text(strd, "RfrdDocInf/Nb", "RfrdDocInf/RfrdDocNb", "CdtrRefInf/Ref", "CdtrRefInf/CdtrRef")


def _currency(money: etree._Element | None, strds: Sequence[etree._Element]) -> str:
    if money is not None and (code := money.get("Ccy")):
        return code
    amounts = (child for strd in strds for child in each(strd, "RfrdDocAmt") for child in child.iter() if child.get("Ccy"))
    first = next(amounts, None)
    return "" if first is None else str(first.get("Ccy"))
