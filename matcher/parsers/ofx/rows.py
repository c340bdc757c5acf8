"""One ``STMTTRN`` of an OFX file to one `Transaction`.

Most blocks are regular: each element once, no aggregate, no markup in texts. Those are read with one regular expression;
all others tag by tag. Both ways give the same leaves (held equal by a property test).
"""

import re
from datetime import date

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Problem, Severity, Transaction, TransactionKind
from matcher.parsers.base import Event
from matcher.parsers.ofx.elements import (
    BOUNDARIES,
    FREE_TEXT,
    IN_TRANSACTION,
    MONEY_IN,
    MONEY_OUT,
    MONEY_OUT_OF_BANK_ACCOUNTS,
    ONCE,
    REGULAR,
)
from matcher.parsers.ofx.fields import Day, amount, clean, day, is_blank_date, unescape
from matcher.parsers.ofx.text import Survey
from matcher.parsers.ofx.tokens import Kind, Scanner

KINDS: dict[str, TransactionKind] = {
    "INT": "interest",
    "FEE": "fee",
    "SRVCHG": "fee",
    "ATM": "cash",
    "CASH": "cash",
    "POS": "card",
    "XFER": "transfer",
    "CHECK": "cheque",
    "PAYMENT": "transfer",
    "DIRECTDEP": "transfer",
    "DIRECTDEBIT": "direct_debit",
    "REPEATPMT": "transfer",
}
"""TRNTYPE (OFX 2.2 section 11.4.4.3) to the common set. CREDIT, DEBIT, DEP, DIV, HOLD and OTHER say nothing of the kind."""

DIRECTION = dict.fromkeys(MONEY_IN, 1) | dict.fromkeys(MONEY_OUT | MONEY_OUT_OF_BANK_ACCOUNTS, -1)
SURE = frozenset({"CREDIT", "DEBIT"})
"""The types that say nothing but the direction: where the amounts have signs, only these can contradict them. A fee may be paid back."""

_LEAF = re.compile(r"<([A-Z][A-Z0-9.]*)>([^<]*)")
_TEXT_AFTER_END = re.compile(r"</[^<>]*>\s*[^\s<]")
SEPARATE = " / "
"""Stands between the parts of the remittance information."""
NUMBERS = (("CHECKNUM", "CHECKNUM"), ("CHKNUM", "CHECKNUM"), ("REFNUM", "REFNUM"))
"""Elements with numbers that go to the remittance information, and the words they are given there."""
_MAX_DATES = 20_000

_SALDO = r"(?:S A L D O|SALDO)"
_MARKER = re.compile(
    _SALDO + r"(?: (?:DO )?DIA| ANTERIOR| INICIAL| FINAL| ATUAL| TOTAL| PARCIAL| DISPON[IÍ]VEL| BLOQUEADO)?[\s\d/.:-]*",
    re.IGNORECASE,
)
_MARKER_BY_ID = re.compile(
    _SALDO + r"\b(?!.*\b(?:FATURA|DUPL|DUPLICATA|NF|NFE|NOTA|BOLETO|PARC|PARCELA|PEDIDO|CONTRATO|DEVEDOR|QUITA\w*|PAG\w*|PGTO)\b)",
    re.IGNORECASE,
)
"""With the id 0, any balance but the balance of something bought: ``SALDO FATURA 118`` settles an invoice."""


class RefusedRowError(Exception):
    """A transaction that cannot be booked as it stands, with the code and reason for its problem."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


def leaves(block: str) -> tuple[dict[str, str], bool]:
    """Elements of a transaction and their texts, entities replaced, and whether it was regular.

    Elements inside an aggregate are named with it, such as ``PAYEE/NAME``.

    Raises:
        RefusedRowError: two transactions have run into each other.
    """
    pairs = _LEAF.findall(block)
    elements = dict(pairs)
    regular = len(elements) == len(pairs) and REGULAR.issuperset(elements) and block.count("<") == len(pairs) + block.count("</")
    if regular and not _TEXT_AFTER_END.search(block):
        if "&" in block:
            return {name: unescape(text) for name, text in pairs}, True
        return elements, True
    return irregular_leaves(block), False


def irregular_leaves(block: str) -> dict[str, str]:
    """Like `leaves`, tag by tag: aggregates, CDATA, comments, ``<`` in texts, self-closed and repeated elements."""
    pieces: dict[str, list[str]] = {}
    inside, leaf, ended = "", "", ""
    # without its opening tag, or the scanner would hand the block out whole again
    for kind, name, text, *_ in Scanner(iter([block[block.index(">") + 1 :]])):
        if kind is Kind.OPEN and name in BOUNDARIES:
            raise RefusedRowError("row.invalid", f"{name} stands inside a transaction")
        if kind is Kind.OPEN and name in IN_TRANSACTION:
            inside, leaf, ended = name, "", ""
        elif kind is Kind.OPEN:
            if name in REGULAR and (inside, name) != ("PAYEE", "NAME"):
                inside = ""  # the aggregate has lost its end tag, or was a text without one
            ended = ""
            leaf = f"{inside}/{name}" if inside else name
            if leaf in ONCE and leaf in pieces:
                raise RefusedRowError("row.invalid", f"{leaf} occurs twice, as if two transactions had run into each other")
            pieces.setdefault(leaf, []).append(" ")
            leaf = "" if text.endswith("/>") else leaf
        elif kind is Kind.CLOSE:
            inside, ended, leaf = ("" if name == inside else inside), leaf or ended, ""
        elif kind is Kind.TEXT and not leaf and inside == "PAYEE" and not ended:
            pieces.setdefault("PAYEE", []).append(unescape(text))
        elif kind is Kind.TEXT and not leaf and ended in ONCE:
            raise RefusedRowError("row.invalid", f"text follows the end of {ended}, as if it were damaged")
        elif kind in (Kind.LITERAL, Kind.COMMENT) and "<STMTTRN>" in text:
            raise RefusedRowError("row.invalid", "a comment or CDATA section reaches into the next transaction")
        elif kind is Kind.DOUBTFUL_TAG and leaf not in FREE_TEXT:
            leaf, ended = "", ""
        elif leaf and kind is not Kind.COMMENT:
            pieces[leaf].append(text if kind is Kind.LITERAL else unescape(text))
    return {name: "".join(texts).strip() for name, texts in pieces.items()}


class RowReader:
    """Reads the transactions of one statement.

    Args:
        statement: the statement's number in the file.
        currency: its currency, an ISO 4217 code.
        survey: how the file writes amounts and dates.
        out: where problems of rows that are read all the same are appended.

    Attributes:
        without_id: rows so far that have no FITID.
        against: rows so far whose type says one direction and whose amount's sign the other.
        by_type: whether the type decides, since the amounts have no signs that could.
    """

    def __init__(self, statement: int, currency: str, survey: Survey, out: list[Event]) -> None:
        self.currency = currency
        self.without_id = 0
        self.against = 0
        self.by_type = survey.signs == "type"
        self._statement = statement
        self._marks = survey.marks
        self._short_order = survey.short_order
        self._out = out
        self._days: dict[str, Day] = {}

    def read(self, block: str, line: int, pending: bool = False) -> Transaction | Problem:
        """The transaction of one block, or the problem that says why there is none: refused, or a balance marker instead of a booking."""
        try:
            elements, regular = leaves(block)
            get = elements.get
            cell = get("DTTRAN" if pending else "DTPOSTED", "").strip()
            posted = self.day(cell)
            try:
                minor, exact = amount(get("TRNAMT", ""), self.currency, self._marks)
            except MatcherError:
                posted = None
            if posted is None:
                raise self._refusal(get("TRNAMT", ""), cell)
        except RefusedRowError as refusal:
            return Problem(refusal.code, "error", str(refusal), line, self._statement)
        identity = clean(get("FITID", ""))
        if not identity.strip("0") and not pending:
            if self._is_marker(identity, elements):
                return Problem("note.balance_marker", "info", "a balance written as a transaction was left out", line, self._statement)
            self.without_id += not identity
        code, name = clean(get("TRNTYPE", "")), _name(elements)
        if not pending and (sign := DIRECTION.get(code.upper(), 0)) and minor and (sign > 0) != (minor > 0):
            self.against += self.by_type or code.upper() in SURE
            if self.by_type:
                minor, exact = -minor, exact and (exact[1:] if exact[0] == "-" else f"-{exact}")
        row = Transaction(
            booking_date=posted.day,
            amount=minor,
            currency=self.currency,
            value_date=self._value_date(elements["DTAVAIL"], line) if "DTAVAIL" in elements else None,
            bank_reference=identity,
            counterparty_name=name,
            remittance_information=_remittance(elements, identity, name),
            transaction_code=code,
            kind=KINDS.get(code.upper(), ""),
            pending=pending,
            time=posted.time,
            exact=exact,
            line=line,
            raw=block,
        )
        return row if regular else self._with_the_rest(row, elements)

    def day(self, cell: str) -> Day | None:
        """The day of a date cell without spaces around it, None when it names none. A file repeats few dates, so they are kept."""
        if remembered := self._days.get(cell):
            return remembered
        try:
            parsed = day(cell, self._short_order)
        except MatcherError:
            return None
        if parsed is not None:
            if len(self._days) > _MAX_DATES:
                self._days.clear()
            self._days[cell] = parsed
        return parsed

    def _refusal(self, text: str, date_cell: str) -> RefusedRowError:
        """Every reason why date and amount cannot be booked, under the code of the first."""
        reasons: list[tuple[str, str]] = []
        try:
            amount(text, self.currency, self._marks)
        except MatcherError as error:
            reasons.append((error.code, error.what) if text.strip() else ("row.invalid", "the transaction has no amount"))
        try:
            if is_blank_date(date_cell):
                reasons.append(("row.invalid", "the transaction has no booking date"))
            elif day(date_cell, self._short_order) is None:
                reasons.append(("date.invalid", f"{date_cell[:40]!r} is not a date"))
        except MatcherError as error:
            reasons.append((error.code, error.what))
        return RefusedRowError(reasons[0][0], "; ".join(reason for _, reason in reasons))

    def _is_marker(self, identity: str, elements: dict[str, str]) -> bool:
        """Whether the row is a balance that Brazilian banks write among the transactions: id zero or none, text ``SALDO ...``.

        Elsewhere *saldo* is a word for settling an invoice, and no bank is known to do this.
        """
        if self.currency != "BRL" or (elements.get("NAME", "").strip() and elements.get("MEMO", "").strip()):
            return False
        text = clean(elements.get("MEMO", "")) or clean(elements.get("NAME", ""))
        return bool(_MARKER_BY_ID.match(text) if identity else _MARKER.fullmatch(text))

    def _value_date(self, cell: str, line: int) -> date | None:
        """DTAVAIL, 'the date funds are available (value date)' (OFX 2.2 section 11.4.4.1); DTUSER is no value date."""
        available = self.day(cell.strip())
        if available is None and not is_blank_date(cell):
            self._note("note.syntax", f"DTAVAIL {cell.strip()[:40]!r} is not a date; the entry has no value date", line)
        return available and available.day

    def _with_the_rest(self, row: Transaction, elements: dict[str, str]) -> Transaction | Problem:
        """The row with what only irregular blocks hold: payee and account of the other side, other currencies, corrections."""
        row = row._replace(
            counterparty_name=row.counterparty_name or clean(elements.get("PAYEE/NAME", "") or elements.get("PAYEE", "")),
            counterparty_account=clean(elements.get("BANKACCTTO/ACCTID", "") or elements.get("CCACCTTO/ACCTID", "")),
            counterparty_bank=clean(elements.get("BANKACCTTO/BANKID", "")),
        )
        if corrected := clean(elements.get("CORRECTFITID", "")):
            action = clean(elements.get("CORRECTACTION", "")) or "REPLACE"
            self._note("note.correction", f"the entry corrects ({action}) the one with FITID {corrected[:40]!r}", row.line)
        symbol = clean(elements.get("CURRENCY/CURSYM", "")).upper()
        if symbol and symbol != row.currency:
            return self._in_other_currency(row, symbol, clean(elements.get("CURRENCY/CURRATE", "")))
        symbol = clean(elements.get("ORIGCURRENCY/CURSYM", "")).upper()
        if symbol and symbol != row.currency:
            # TRNAMT is converted already; the amount before is not stated, and dividing by the rate would invent its last digit
            return row._replace(instructed_currency=symbol, exchange_rate=clean(elements.get("ORIGCURRENCY/CURRATE", "")))
        return row

    def _in_other_currency(self, row: Transaction, symbol: str, rate: str) -> Transaction | Problem:
        """A row with CURRENCY: TRNAMT itself is in that currency (OFX 2.2 section 5.2), the amount in the account's is not stated."""
        if symbol not in money.SCALE:
            self._note("currency.unknown", f"CURSYM {symbol[:10]!r} is not an ISO 4217 currency code", row.line)
            return row
        if money.scale(symbol) != money.scale(self.currency):
            # a statement's sums are kept in one number of places
            reason = f"the amount is in {symbol}, the account in {self.currency}, and what was booked in {self.currency} is not stated"
            return Problem("currency.mixed", "error", reason, row.line, self._statement)
        self._note("note.currency", f"the amount is in {symbol}, the account in {self.currency}", row.line, "info")
        return row._replace(currency=symbol, instructed_amount=row.amount, instructed_currency=symbol, exchange_rate=rate)

    def _note(self, code: str, message: str, line: int, severity: Severity = "warning") -> None:
        self._out.append(Problem(code, severity, message, line, self._statement))


def currency_of(block: str) -> str:
    """The currency a transaction's CURRENCY aggregate names, '' when there is none or it is not in ISO 4217."""
    if "<CURRENCY" not in block.upper():
        return ""
    try:
        symbol = clean(irregular_leaves(block).get("CURRENCY/CURSYM", "")).upper()
    except RefusedRowError:
        return ""
    return symbol if symbol in money.SCALE else ""


def _name(elements: dict[str, str]) -> str:
    name = clean(elements.get("NAME", ""))
    # EXTDNAME repeats the 32 characters of NAME and goes on (OFX 2.1.1)
    return clean(elements["EXTDNAME"]) or name if "EXTDNAME" in elements else name


def _remittance(elements: dict[str, str], identity: str, name: str) -> str:
    """MEMO, then cheque and reference numbers that neither it nor name and id say already."""
    text = clean(elements.get("MEMO", ""))
    for element, label in NUMBERS:
        if element in elements:
            number = clean(elements[element])
            if number.strip("0") and number != identity and number not in text and number not in name:
                text = f"{text}{SEPARATE}{label} {number}" if text else f"{label} {number}"
    return text
