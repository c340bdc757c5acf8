"""One statement, report or notification of a camt message: what stands around its entries, and the events that come of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance, ControlTotals, Problem, Severity, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, Event, ParseOptions, RowBatch
from matcher.parsers.camt.rows import EntryReader, in_account_currency, read_date

HEADERS = frozenset(
    ("Id", "ElctrncSeqNb", "LglSeqNb", "CreDtTm", "FrToDt", "Acct", "Bal", "TxsSummry", "StmtPgntn", "RptPgntn", "MsgPgntn")
)
"""Elements beside the entries that are read."""
_MAX_BALANCES = 10_000


@dataclass(slots=True)
class Node:
    """An element of a statement's header."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, path: str) -> list["Node"]:
        """The elements at a path of local names below this one."""
        nodes = [self]
        for name in path.split("/"):
            nodes = [child for node in nodes for child in node.children if child.name == name]
        return nodes

    def first(self, *paths: str) -> str:
        """The text of the first element that has one, trying path after path."""
        return next((text for path in paths for node in self.all(path) if (text := node.text.strip())), "")


@dataclass(slots=True)
class _Stated:
    """A balance as it stands in the file; `text` is its amount without sign."""

    kind: str
    currency: str
    text: str
    debit: bool
    day: date | None
    with_credit_line: bool


@dataclass(slots=True)
class _Booked:
    """The entries of one currency."""

    number: int
    currency: str
    rows: list[Transaction] = field(default_factory=list)
    count: int = 0
    pending: int = 0
    zero: bool = False
    total: int = 0

    def add(self, row: Transaction) -> None:
        """Keeps and counts an entry."""
        self.rows.append(row)
        if row.pending:
            self.pending += 1
        else:
            self.count += 1
            self.total += row.amount
            if not row.amount:
                self.zero = True


class Statement:
    """Collects one statement and turns it into events.

    Banks of several countries report all currencies of an account in one statement, with balances for each. Every currency then
    becomes a statement of its own, because only so do its sums and its balance equation mean anything.

    Args:
        message: ``camt.052``, ``camt.053`` or ``camt.054``.
        group: the message's group header, for dates and pages.
        numbers: gives the ordinals of the file's statements.
        reader: reads entries.
        line: where the statement begins.
    """

    def __init__(self, message: str, group: Node, numbers: Iterator[int], reader: EntryReader, options: ParseOptions, line: int) -> None:
        self._message = message
        self._group = group
        self._numbers = numbers
        self._reader = reader
        self._options = options
        self._line = line
        self._head = Node("")
        self._stated: list[_Stated] = []
        self._booked: dict[str, _Booked] = {}
        self._notes: list[tuple[str, Severity, str]] = []
        self._odd: list[Transaction] = []
        self._refused = 0
        self._begun = False
        self._account = self._currency = ""
        self._from: date | None = None
        self._to: date | None = None

    def header(self, node: Node) -> None:
        """Takes an element that stands beside the entries."""
        if node.name != "Bal":
            self._head.children.append(node)
        elif self._message != "camt.054":
            self._balance(node)

    def entry(self, block: str, line: int) -> Iterable[Event]:
        """Takes an entry; mostly nothing comes of it before a batch is full.

        Raises:
            MatcherError: ``file.malformed`` or ``file.hostile``; a row that only lacks something becomes an ``error``.
        """
        if not self._begun:
            self._begin()
        try:
            row = self._reader.read(block, line)
        except MatcherError as error:
            if error.code in ("file.malformed", "file.hostile"):
                raise
            self._refused += 1
            return [Problem(error.code, "error", f"entry refused: {error.what}", line)]
        if row.currency != self._currency and self._is_odd(row.currency) and len(self._odd) < BATCH_ROWS:
            self._odd.append(row)
            return ()
        booked = self._booked.get(row.currency)
        if booked is None:
            booked = self._open(row.currency)
            booked.add(row)
            return [self._start(booked)]
        booked.add(row)
        if len(booked.rows) < BATCH_ROWS:
            return ()
        # only the balances at the end tell in which direction a reversal was booked
        full, booked.rows = [r for r in booked.rows if not r.reversal], [r for r in booked.rows if r.reversal]
        if len(booked.rows) >= BATCH_ROWS:
            full, booked.rows = full + booked.rows, []
        return [RowBatch(booked.number, full)] if full else ()

    def end(self) -> Iterator[Event]:
        """The statement is complete."""
        if not self._begun:
            self._begin()
        yield from self._settle_odd()
        for currency in self._further_currencies():
            yield self._start(self._open(currency))
        alone = len(self._booked) == 1
        self._count_notes()
        for booked in self._booked.values():
            opening = self._choose(self._openings(), booked.currency, alone, latest=False)
            closing = self._choose(self._closings(), booked.currency, alone, latest=True)
            if opening and closing:
                self._turn(booked, closing.amount - opening.amount)
            if booked.rows:
                yield RowBatch(booked.number, booked.rows)
            if opening is None and closing is None:
                self._notes.append(("statement.unproven", "info", "there are no balances, so completeness cannot be proven"))
            elif opening is None or closing is None:
                missing = "opening" if opening is None else "closing"
                self._notes.append(("note.balance_missing", "info", f"the statement has no {missing} balance"))
            totals = self._totals(booked) if alone and not booked.pending and not self._refused else ControlTotals()
            for code, severity, message in dict.fromkeys(self._notes):
                yield Problem(code, severity, message, self._line, booked.number)
            self._notes = []
            yield StatementEnd(booked.number, closing, opening, totals=totals)

    def _begin(self) -> None:
        """Before the first entry: all of the header that stands in front of the entries is known."""
        self._begun = True
        head, group = self._head, self._group
        self._account = head.first("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/BBAN", "Acct/Id/PrtryAcct/Id", "Acct/Id/UPIC", "Acct/Id")
        self._account = self._account or self._options.account
        if not self._account:
            self._notes.append(("account.missing", "warning", "the statement does not say which account it is of"))
        own = head.first("Acct/Ccy").upper()
        if own and own not in money.SCALE:
            self._notes.append(("currency.unknown", "warning", f"the account's currency {own[:10]!r} is not in ISO 4217"))
            own = ""
        self._currency = own or self._options.currency
        self._from = self._day(head.first("FrToDt/FrDtTm", "FrToDt/FrDt"))
        self._to = self._day(head.first("FrToDt/ToDtTm", "FrToDt/ToDt"))
        closing = max((b.day for b in self._stated if b.kind == "CLBD" and b.day), default=None)
        made = self._day(head.first("CreDtTm") or group.first("CreDtTm"))
        self._reader.begin(self._account, self._currency, self._to or closing or made)

    def _open(self, currency: str) -> _Booked:
        booked = self._booked[currency] = _Booked(next(self._numbers), currency)
        if len(self._booked) == 2:
            message = "the statement is in several currencies; each is reported as a statement of its own"
            self._notes.append(("note.currencies", "info", message))
        return booked

    def _start(self, booked: _Booked) -> StatementStart:
        head = self._head
        return StatementStart(
            booked.number,
            self._account,
            booked.currency,
            bank=head.first("Acct/Svcr/FinInstnId/BICFI", "Acct/Svcr/FinInstnId/BIC", "Acct/Svcr/FinInstnId/Nm"),
            account_type=head.first("Acct/Tp/Cd", "Acct/Tp/Prtry"),
            number=head.first("ElctrncSeqNb", "LglSeqNb", "Id"),
            from_date=self._from,
            to_date=self._to,
            line=self._line,
        )

    def _is_odd(self, currency: str) -> bool:
        """Whether entries in this currency stand in a statement that has balances, and none in it."""
        stated = {stated.currency for stated in self._stated} - {""}
        return self._currency in stated and currency not in stated

    def _settle_odd(self) -> Iterator[Event]:
        """Books entries marked with another currency in the account's, when it is told what they are there or the balances prove it."""
        odd, self._odd = self._odd, []
        if not odd:
            return
        own = self._currency
        told = [converted for row in odd if (converted := in_account_currency(row, own))]
        marked = [row._replace(currency=own) for row in odd if money.scale(row.currency) == money.scale(own)]
        gap = self._gap(own)
        choices = [rows for rows in (told, marked) if len(rows) == len(odd)]
        proven = [rows for rows in choices if gap == sum(row.amount for row in rows if not row.pending)]
        beside = [told] if gap is None and len(told) == len(odd) else []
        rows = proven or beside or [odd]
        if rows[0] is not odd:
            message = f"{len(odd)} entries are marked with another currency than the account's; "
            message += "the balances show that they are in the account's" if proven else "what they are in the account's is told beside"
            self._notes.append(("note.syntax" if proven else "note.currency", "warning", message))
        for row in rows[0]:
            booked = self._booked.get(row.currency)
            if booked is None:
                booked = self._open(row.currency)
                yield self._start(booked)
            booked.add(row)
        for booked in self._booked.values():
            booked.rows.sort(key=lambda row: row.line)

    def _gap(self, currency: str) -> int | None:
        """What the entries in a currency lack to lead from the opening to the closing balance; None when a balance is missing."""
        opening = self._choose(self._openings(), currency, False, latest=False)
        closing = self._choose(self._closings(), currency, False, latest=True)
        booked = self._booked.get(currency)
        return closing.amount - opening.amount - (booked.total if booked else 0) if opening and closing else None

    def _turn(self, booked: _Booked, change: int) -> None:
        """Turns all reversals when the balances hold only so: some banks give a reversal the direction of what it reverses."""
        back = sum(row.amount for row in booked.rows if row.reversal and not row.pending)
        if not back or booked.total == change or booked.total - 2 * back != change:
            return
        booked.rows = [self._reader.turned(row) if row.reversal else row for row in booked.rows]
        booked.total = change
        message = "reversals are marked with the direction of what they reverse; the balances show that they were booked the other way"
        self._notes.append(("note.reversal", "warning", message))

    def _further_currencies(self) -> list[str]:
        """Currencies without entries that still need a statement: those with both balances, at least one in all."""
        kinds: dict[str, set[bool]] = {}
        openings, closings = self._openings(), self._closings()
        for stated in self._stated:
            if stated.kind in (*openings, *closings):
                kinds.setdefault(stated.currency or self._currency, set()).add(stated.kind in closings)
        paired = [currency for currency, sides in kinds.items() if len(sides) == 2]
        if self._booked:
            # balances that are all in another currency than the entries are mislabelled, not a second account
            return [c for c in paired if c not in self._booked] if self._booked.keys() & kinds.keys() else []
        return paired or [self._currency or next(iter(kinds), "")]

    def _openings(self) -> tuple[str, ...]:
        """Balance types that open this statement, best first. An interim balance opens the pages after the first."""
        continued = self._pages("PgNb") not in ("", "1") or (self._message == "camt.052" and self._interim() > 1)
        return ("OPBD", "PRCD", "ITBD") if continued else ("OPBD", "PRCD")

    def _closings(self) -> tuple[str, ...]:
        """Balance types that close this statement. An interim balance closes the pages before the last."""
        return ("CLBD", "ITBD") if self._pages("LastPgInd") == "false" else ("CLBD",)

    def _interim(self) -> int:
        return sum(stated.kind == "ITBD" for stated in self._stated)

    def _pages(self, name: str) -> str:
        return self._head.first(f"StmtPgntn/{name}", f"RptPgntn/{name}") or self._group.first(f"MsgPgntn/{name}")

    def _balance(self, node: Node) -> None:
        if len(self._stated) >= _MAX_BALANCES:
            raise MatcherError("file.too_large", f"the statement has more than {_MAX_BALANCES} balances")
        amounts = node.all("Amt")
        indicator = node.first("CdtDbtInd")
        if not amounts or not amounts[0].text.strip():
            self._notes.append(("note.balance_missing", "info", "a balance has no amount"))
            return
        currency = amounts[0].attributes.get("Ccy", "").upper()
        if indicator not in ("CRDT", "DBIT"):
            self._notes.append(
                ("note.syntax", "info", "a balance does not say whether it is credit or debit; taken as its amount is signed")
            )
        self._stated.append(
            _Stated(
                node.first("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd"),
                currency if currency in money.SCALE else "",
                amounts[0].text.strip(),
                indicator == "DBIT",
                self._day(node.first("Dt/Dt", "Dt/DtTm", "Dt")),
                any(child.text.strip() == "true" for child in node.all("CdtLine/Incl")),
            )
        )

    def _choose(self, kinds: Iterable[str], currency: str, alone: bool, latest: bool) -> Balance | None:
        """The balance of the best type: of several the earliest as opening, the latest as closing."""
        for own in (True, False) if alone else (True,):
            for kind in kinds:
                if kind == "ITBD" and not own:
                    continue
                balances = [b for b in self._stated if b.kind == kind and (not own or b.currency in ("", currency))]
                balances = [b for b in balances if not b.with_credit_line] or balances
                if not balances:
                    continue
                if all(b.day for b in balances):
                    balances.sort(key=lambda b: b.day or date.min)
                stated = balances[-1] if latest else balances[0]
                if not own:
                    message = f"the {kind} balance is in {stated.currency}, the statement in {currency}"
                    self._notes.append(("currency.mixed", "warning", message))
                return self._read(stated, currency)
        return None

    def _read(self, stated: _Stated, currency: str) -> Balance | None:
        try:
            amount, exact = money.parse_exact(stated.text, currency)
        except MatcherError as error:
            self._notes.append((error.code, "warning", f"{stated.kind} balance left out: {error.what}"))
            return None
        if stated.debit:
            amount, exact = -amount, exact and (exact[1:] if exact[0] == "-" else f"-{exact}")
        return Balance(amount, stated.day, exact)

    def _totals(self, booked: _Booked) -> ControlTotals:
        """What the statement says of its entries. Counts of payments instead of entries are not counts of entries."""
        head = self._head

        def count(path: str) -> int | None:
            text = head.first(f"TxsSummry/{path}/NbOfNtries")
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

        def total(path: str) -> int | None:
            try:
                amount, exact = money.parse_exact(head.first(f"TxsSummry/{path}/Sum"), booked.currency)
            except MatcherError:
                return None
            return None if exact else amount

        entries, credits, debits = count("TtlNtries"), count("TtlCdtNtries"), count("TtlDbtNtries")
        stated = entries if entries is not None else (credits or 0) + (debits or 0)
        if stated == self._reader.parts != booked.count:
            entries = credits = debits = None
        if booked.zero:
            # an entry of 0.00 is neither side's by its sign
            credits = debits = None
        return ControlTotals(entries, credits, debits, total("TtlCdtNtries"), total("TtlDbtNtries"))

    def _count_notes(self) -> None:
        reader, pending = self._reader, sum(booked.pending for booked in self._booked.values())
        if reader.undated:
            message = f"{reader.undated} entries have no booking date; their value date, else the statement's date stands in"
            self._notes.append(("note.date_missing", "info", message))
        if pending:
            self._notes.append(("note.pending", "info", f"{pending} entries are announced and not booked; they are not counted"))
        if reader.unreadable:
            message = f"{reader.unreadable} accompanying amounts or value dates could not be read and were left out"
            self._notes.append(("note.syntax", "info", message))

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            return read_date(text)[0]
        except MatcherError as error:
            self._notes.append((error.code, "warning", f"a date of the statement's header was left out: {error.what}"))
            return None
