"""Which element of a camt entry is which field, in all versions of the messages.

Paths are local names below ``Ntry`` or ``TxDtls``. Versions 001.01 to 001.14 differ little: codes moved into ``Cd`` (status,
from 001.08), parties into ``Pty`` or ``Agt`` (from 001.08), BIC became BICFI (from 001.03), and 001.01 had ``PrtryAcct``.
Since no name ever changed its meaning, one table serves them all.
"""

from dataclasses import dataclass, field

from matcher.model import TransactionKind
from matcher.parsers.camt.shapes import Leaf

Amount = tuple[int, str]
"""Where an amount is among a block's values, and its currency."""
NO_AMOUNT: Amount = (-1, "")

_ROLES = {"Dbtr": "debtor", "Cdtr": "creditor"}

_PARTY_PATHS = {
    "RltdPties/{role}/Nm": "name",
    "RltdPties/{role}/Pty/Nm": "name",
    "RltdPties/{role}/Agt/FinInstnId/Nm": "name",
    "RltdPties/{role}Acct/Nm": "account_name",
    "RltdPties/Ultmt{role}/Nm": "ultimate",
    "RltdPties/Ultmt{role}/Pty/Nm": "ultimate",
    "RltdPties/{role}Acct/Id/IBAN": "account",
    "RltdPties/{role}Acct/Id/Othr/Id": "account",
    "RltdPties/{role}Acct/Id/BBAN": "account",
    "RltdPties/{role}Acct/Id/PrtryAcct/Id": "account",
    "RltdAgts/{role}Agt/FinInstnId/BICFI": "bank",
    "RltdAgts/{role}Agt/FinInstnId/BIC": "bank",
    "RltdAgts/{role}Agt/FinInstnId/ClrSysMmbId/MmbId": "bank_code",
    "RltdAgts/{role}Agt/FinInstnId/Othr/Id": "bank_code",
}

_COMMON = {
    "CdtDbtInd": "indicator",
    "BkTxCd/Domn/Cd": "domain",
    "BkTxCd/Domn/Fmly/Cd": "family",
    "BkTxCd/Domn/Fmly/SubFmlyCd": "sub_family",
    "BkTxCd/Prtry/Cd": "proprietary",
    "BkTxCd/Prtry/Issr": "issuer",
    "AmtDtls/InstdAmt/CcyXchg/XchgRate": "rate",
    "AmtDtls/TxAmt/CcyXchg/XchgRate": "rate",
    "AmtDtls/CntrValAmt/CcyXchg/XchgRate": "rate",
    "AmtDtls/AnncdPstngAmt/CcyXchg/XchgRate": "rate",
}

_ENTRY = _COMMON | {
    "RvslInd": "reversal",
    "Sts": "status",
    "Sts/Cd": "status",
    "Sts/Prtry": "status",
    "BookgDt/Dt": "booking_date",
    "BookgDt/DtTm": "booking_date",
    "ValDt/Dt": "value_date",
    "ValDt/DtTm": "value_date",
    "AcctSvcrRef": "servicer_reference",
    "NtryRef": "entry_reference",
}

_PART = _COMMON | {
    "Refs/EndToEndId": "end_to_end_id",
    "Refs/MndtId": "mandate_id",
    "Refs/AcctSvcrRef": "servicer_reference",
    "Refs/ChqNb": "cheque_number",
    "Refs/Prtry/Tp": "further_reference_type",
    "Refs/Prtry/Ref": "further_reference",
    "RtrInf/Rsn/Cd": "return_reason",
    "RtrInf/Rsn/Prtry": "return_reason",
    "RtrInf/RtrRsn/Cd": "return_reason",
    "RtrInf/RtrRsn/Prtry": "return_reason",
}

_MANY = {
    "RmtInf/Ustrd": "unstructured",
    "RmtInf/Strd/CdtrRefInf/Ref": "references",
    "RmtInf/Strd/CdtrRefInf/CdtrRef": "references",
    "RmtInf/Strd/AddtlRmtInf": "additional_remittance",
    "AddtlTxInf": "additional",
    "AddtlNtryInf": "additional",
}

_AMOUNTS = {
    "Amt": "amount",
    "AmtDtls/InstdAmt/Amt": "instructed",
    "AmtDtls/TxAmt/Amt": "transferred",
    "AmtDtls/CntrValAmt/Amt": "counter_value",
    "Chrgs/TtlChrgsAndTaxAmt": "charges_total",
}

_CHARGES = {
    "Chrgs/Amt": "amount",
    "Chrgs/CdtDbtInd": "indicator",
    "Chrgs/Rcrd/Amt": "amount",
    "Chrgs/Rcrd/CdtDbtInd": "indicator",
}

_DOCUMENTS = {
    "RmtInf/Strd/RfrdDocInf/Nb": "number",
    "RmtInf/Strd/RfrdDocInf/RfrdDocNb": "number",
    "RmtInf/Strd/RfrdDocInf/Tp/CdOrPrtry/Cd": "type",
    "RmtInf/Strd/RfrdDocInf/Tp/CdOrPrtry/Prtry": "type",
    "RmtInf/Strd/RfrdDocInf/RfrdDocTp/Cd": "type",
}

DOCUMENT_WORDS = {"CINV": "invoice", "CREN": "credit note", "DEBN": "debit note", "CNFA": "credit note", "DNFA": "debit note"}
"""Words for DocumentType codes of referred documents; others are shown as the code."""


@dataclass(slots=True)
class Party:
    """Where debtor or creditor are told."""

    name: int = -1
    account_name: int = -1
    ultimate: int = -1
    account: int = -1
    bank: int = -1
    bank_code: int = -1


@dataclass(slots=True)
class Part:
    """Where the fields of a ``TxDtls`` are among a block's values; -1 is the empty text at their end.

    A charge is its amount and its indicator; a referred document is its type and its number. `converted` says that there are
    amounts besides the booked one: before conversion, or charges; `coded` that there is a bank transaction code. `only_text` is where
    the remittance information is when it is a single text, else -1.
    """

    amount: Amount = NO_AMOUNT
    instructed: Amount = NO_AMOUNT
    transferred: Amount = NO_AMOUNT
    counter_value: Amount = NO_AMOUNT
    charges_total: Amount = NO_AMOUNT
    indicator: int = -1
    domain: int = -1
    family: int = -1
    sub_family: int = -1
    proprietary: int = -1
    issuer: int = -1
    rate: int = -1
    servicer_reference: int = -1
    end_to_end_id: int = -1
    mandate_id: int = -1
    cheque_number: int = -1
    further_reference_type: int = -1
    further_reference: int = -1
    return_reason: int = -1
    debtor: Party = field(default_factory=Party)
    creditor: Party = field(default_factory=Party)
    unstructured: list[int] = field(default_factory=list)
    references: list[int] = field(default_factory=list)
    additional_remittance: list[int] = field(default_factory=list)
    additional: list[int] = field(default_factory=list)
    charges: list[tuple[Amount, int]] = field(default_factory=list)
    converted: bool = False
    documents: list[tuple[int, int]] = field(default_factory=list)
    coded: bool = False
    only_text: int = -1

    def settle(self) -> None:
        """All fields are placed."""
        self.coded = max(self.domain, self.family, self.sub_family, self.proprietary) >= 0
        beside = self.additional_remittance or self.documents or self.references[1:] or self.cheque_number >= 0
        if len(self.unstructured) == 1 and not beside and not self.additional:
            self.only_text = self.unstructured[0]


@dataclass(slots=True)
class Entry(Part):
    """Where the fields of an ``Ntry`` are, and those of its ``TxDtls`` when it has one."""

    reversal: int = -1
    status: int = -1
    booking_date: int = -1
    value_date: int = -1
    entry_reference: int = -1
    part: Part | None = None


def part_of(leaves: list[Leaf]) -> Part:
    """Finds the fields of a ``TxDtls`` by its leaves."""
    part = Part()
    for leaf in leaves:
        _place(part, _PART, leaf.path, leaf)
    part.settle()
    return part


def entry_of(leaves: list[Leaf]) -> Entry:
    """Finds the fields of an ``Ntry`` with at most one ``TxDtls`` by its leaves."""
    entry = Entry()
    for leaf in leaves:
        _, inside, below = f"/{leaf.path}/".partition("/TxDtls/")
        if not inside:
            _place(entry, _ENTRY, leaf.path, leaf)
            continue
        if entry.part is None:
            entry.part = Part()
        _place(entry.part, _PART, below[:-1], leaf)
    entry.settle()
    if entry.part is not None:
        entry.part.settle()
    return entry


def _place(part: Part, names: dict[str, str], path: str, leaf: Leaf) -> None:
    """Notes where a leaf's field is; of a field told twice the first counts."""
    index = leaf.place
    if name := names.get(path):
        if getattr(part, name) < 0:
            setattr(part, name, index)
    elif name := _AMOUNTS.get(path):
        if getattr(part, name) == NO_AMOUNT:
            setattr(part, name, (index, leaf.currency))
            part.converted |= name != "amount"
    elif name := _MANY.get(path):
        getattr(part, name).append(index)
    elif where := _PARTIES.get(path):
        party = getattr(part, where[0])
        if getattr(party, where[1]) < 0:
            setattr(party, where[1], index)
    elif path in _CHARGES:
        if _CHARGES[path] == "amount":
            part.charges.append(((index, leaf.currency), -1))
            part.converted = True
        elif part.charges:
            part.charges[-1] = (part.charges[-1][0], index)
    elif path in _DOCUMENTS:
        # the type comes before the number of its document
        if _DOCUMENTS[path] == "type":
            part.documents.append((index, -1))
        elif part.documents and part.documents[-1][1] < 0:
            part.documents[-1] = (part.documents[-1][0], index)
        else:
            part.documents.append((-1, index))


def _party_table() -> dict[str, tuple[str, str]]:
    return {path.format(role=role): (name, what) for role, name in _ROLES.items() for path, what in _PARTY_PATHS.items()}


_PARTIES = _party_table()

_BY_SUB_FAMILY: dict[str, TransactionKind] = {
    **dict.fromkeys(("CHRG", "COMM", "COME", "COMI", "COMT", "FEES"), "fee"),
    "INTR": "interest",
    "TAXE": "tax",
    **dict.fromkeys(("SALA", "XBSA"), "salary"),
    **dict.fromkeys(("RRTN", "RPCR", "PRDD", "UPDD", "RCDD", "UPCQ", "CQRV", "ARET"), "return"),
    **dict.fromkeys(("ZABA", "SWEP", "TOPG", "ICCT", "XICT"), "own_transfer"),
    **dict.fromkeys(("CDPT", "CWDL", "FCDP", "FCWD", "BCDP", "BCWD"), "cash"),
    **dict.fromkeys(("POSD", "POSC", "POSP", "SMRT"), "card"),
}
_BY_FAMILY: dict[str, TransactionKind] = {
    **dict.fromkeys(("RCDT", "ICDT", "RRCT", "IRCT"), "transfer"),
    **dict.fromkeys(("RDDT", "IDDT"), "direct_debit"),
    **dict.fromkeys(("CCRD", "MCRD"), "card"),
    **dict.fromkeys(("RCHQ", "ICHQ"), "cheque"),
    "CNTR": "cash",
    **dict.fromkeys(("ACCB", "CAPL"), "own_transfer"),
}


def kind_of(domain: str, family: str, sub_family: str) -> TransactionKind:
    """The common kind of an ISO 20022 bank transaction code (ISO external code sets, BankTransaction domains)."""
    if domain not in ("PMNT", "ACMT", "CAMT"):
        return ""
    return _BY_SUB_FAMILY.get(sub_family) or _BY_FAMILY.get(family, "")
