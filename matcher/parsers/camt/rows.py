"""Makes transactions of the entries of a camt statement.

The entry is the booking. Its ``TxDtls`` explain it and become `Transaction.details`; the amounts of several parts may leave out
charges, be in the payment's currency or repeat the batch total, so they are never added up. ``CdtDbtInd`` is the direction that
was booked, for reversals too.
"""

import re
from datetime import date
from typing import NamedTuple

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Transaction, TransactionKind
from matcher.parsers import german_codes
from matcher.parsers.camt.fields import NO_AMOUNT, Amount, Entry, Part, entry_of, kind_of, part_of
from matcher.parsers.camt.shapes import Shapes
from matcher.parsers.camt.texts import Values, clean, entry_id, joined, party_of, reference, remittance
from matcher.parsers.camt.xml_blocks import NAME, without_asides

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](.*)|Z|[+-]\d\d:\d\d)?")
_PART_START = re.compile(rf"<((?:{NAME}:)?TxDtls)(?:\s[^<>]*)?>")
_UNBOOKED = frozenset(("PDNG", "INFO", "FUTR"))
_CREDIT = {"CRDT": True, "DBIT": False}
_PENDING = {"": False, "BOOK": False} | dict.fromkeys(_UNBOOKED, True)
_TRUE = frozenset(("true", "1", "TRUE", "True"))
_CACHED = 10_000
_GERMAN_ISSUERS = frozenset(("DK", "ZKA"))
_UNCODED: tuple[str, TransactionKind, str] = ("", "", "")
_NOT_GERMAN: tuple[TransactionKind, str] = ("", "")
_UNCONVERTED: tuple[int | None, str, str, int | None] = (None, "", "", None)


def read_date(text: str) -> tuple[date, str]:
    """The calendar day of an ISO date or date-time as written, never shifted, and the time with its offset as written.

    Raises:
        MatcherError: ``date.invalid``.
    """
    match = _DATE.fullmatch(text.strip())
    if match:
        try:
            return date.fromisoformat(match[1]), match[2] or ""
        except ValueError:
            pass
    raise MatcherError("date.invalid", f"{text.strip()[:30]!r} is not a date")


class _Booking(NamedTuple):
    """What an entry says of itself, and its parts inherit."""

    day: date
    value_date: date | None
    time: str
    amount: int
    exact: str
    currency: str
    credit: bool
    reversal: bool
    pending: bool
    line: int


_NOTHING = Transaction(date.min, 0, "")
_new = tuple.__new__
"""Makes a record of its 27 fields in half the time of a call of its class; a million entries make two million records."""


class EntryReader:
    """Reads entries of one file, statement after statement.

    Attributes:
        account: the statement's own account, to tell the counterparty from the account's owner.
        currency: for amounts without one.
        fallback_date: booking date of entries that have no date at all.
        undated: entries whose booking date was taken from elsewhere.
        unreadable: accompanying amounts (instructed, charges, parts) and value dates that could not be read.
        parts: ``TxDtls`` read.
    """

    def __init__(self) -> None:
        self._entries: Shapes[Entry] = Shapes(entry_of)
        self._parts: Shapes[Part] = Shapes(part_of)
        self._dates: dict[str, tuple[date, str]] = {}
        self._codes: dict[tuple[str, ...], tuple[str, TransactionKind, str]] = {}
        self._original_direction = False
        self._text = self._text_currency = ""
        self._parsed = (0, "")
        self.begin("", "", None)

    def begin(self, account: str, currency: str, fallback_date: date | None) -> None:
        """A statement begins."""
        self.account = account.replace(" ", "")
        self.currency = currency
        self.fallback_date = fallback_date
        self.undated = 0
        self.unreadable = 0
        self.parts = 0

    def read(self, block: str, line: int) -> Transaction:
        """The transaction of an ``Ntry`` element.

        Raises:
            MatcherError: ``file.malformed`` or ``file.hostile`` when the block is not plain XML; any other code refuses this row.
        """
        pieces: list[tuple[Part, Values]]
        recalled = self._entries.recall(block)
        if recalled is None and block.count("TxDtls") > 2:
            without, parts = _without_parts(without_asides(block))
            entry, values = self._entries.read(without)
            pieces = [self._parts.read(part) for part in parts]
        else:
            entry, values = recalled or self._entries.read(block)
            pieces = [(entry.part, values)] if entry.part else []
        self.parts += len(pieces)
        booking = self._booking(entry, values, line)
        coding = self._code(entry, values) if entry.coded else _UNCODED
        returned = coding[1] == "return"
        details = tuple([self._detail(part, texts, booking, len(pieces) == 1, returned) for part, texts in pieces])
        return self._entry(entry, values, booking, details, coding, block)

    def turned(self, row: Transaction) -> Transaction:
        """A reversal whose ``CdtDbtInd`` is the direction of the original booking, so that it goes the other way."""
        counted = (self.undated, self.unreadable, self.parts)
        self._original_direction = True
        try:
            return self.read(row.raw, row.line)
        finally:
            self._original_direction = False
            self.undated, self.unreadable, self.parts = counted

    def _booking(self, entry: Entry, values: Values, line: int) -> _Booking:
        indicator, status = values[entry.indicator].strip(), values[entry.status].strip()
        credit, pending = _CREDIT.get(indicator), _PENDING.get(status)
        if credit is None:
            raise MatcherError("value.unknown", f"CdtDbtInd is {indicator[:10]!r}, neither CRDT nor DBIT")
        if pending is None:
            raise MatcherError("value.unknown", f"the entry's status {status[:10]!r} is neither booked nor pending")
        if entry.amount is NO_AMOUNT:
            raise MatcherError("row.invalid", "the entry has no amount")
        currency = entry.amount[1] or self.currency
        amount, exact = self._parse(values[entry.amount[0]], currency)
        reversal = entry.reversal >= 0 and values[entry.reversal].strip() in _TRUE
        credit = credit != (reversal and self._original_direction)
        if not credit:
            amount, exact = -amount, exact and (exact[1:] if exact[0] == "-" else f"-{exact}")
        day, value_date, time = self._days(values[entry.booking_date], values[entry.value_date])
        return _Booking(day, value_date, time, amount, exact, currency, credit, reversal, pending, line)

    def _days(self, booked: str, valued: str) -> tuple[date, date | None, str]:
        """Booking date, value date and time of booking; an absent booking date is the value date, else the statement's."""
        value_date = None
        if valued:
            try:
                value_date = (self._dates.get(valued) or self._date(valued))[0]
            except MatcherError:
                self.unreadable += 1
        if booked.strip():
            day, time = self._dates.get(booked) or self._date(booked)
            return day, value_date, time
        self.undated += 1
        day_or_none = value_date or self.fallback_date
        if day_or_none is None:
            raise MatcherError("row.invalid", "neither the entry nor its statement has a date")
        return day_or_none, value_date, ""

    def _date(self, text: str) -> tuple[date, str]:
        if len(self._dates) >= _CACHED:
            self._dates.clear()
        found = self._dates[text] = read_date(text)
        return found

    def _entry(
        self,
        entry: Entry,
        values: Values,
        booking: _Booking,
        details: tuple[Transaction, ...],
        coding: tuple[str, TransactionKind, str],
        raw: str,
    ) -> Transaction:
        only = details[0] if len(details) == 1 else _NOTHING
        code, kind, reason = coding
        instructed, instructed_currency, rate, charges = (
            self._converted(entry, values, booking.currency, booking.credit) if entry.converted else _UNCONVERTED
        )
        if instructed is None and only is not _NOTHING:
            instructed, instructed_currency = only.instructed_amount, only.instructed_currency
            if instructed is None and only.currency != booking.currency:
                instructed, instructed_currency = only.amount, only.currency
        if charges is None and only.currency == booking.currency:
            charges = only.charges
        return _new(
            Transaction,
            (
                booking.day,
                booking.amount,
                booking.currency,
                booking.value_date,
                reference(values[entry.servicer_reference]) or only.bank_reference or reference(values[entry.entry_reference]),
                only.counterparty_name,
                only.counterparty_account,
                only.counterparty_bank,
                only.remittance_information or joined(entry.additional, values),
                only.creditor_reference,
                only.end_to_end_id,
                only.mandate_id,
                code or only.transaction_code,
                kind or only.kind,
                only.return_reason or reason,
                instructed,
                instructed_currency,
                rate or only.exchange_rate,
                charges,
                None,
                booking.reversal,
                booking.pending,
                booking.time,
                booking.exact,
                booking.line,
                raw,
                details,
            ),
        )

    def _detail(self, part: Part, values: Values, booking: _Booking, alone: bool, returned: bool) -> Transaction:
        """One ``TxDtls``. An amount it does not tell is the entry's when it is the only one, and 0 when it is one of several.

        `returned`: the entry's code says that a payment comes back.
        """
        credit = _CREDIT.get(values[part.indicator].strip(), booking.credit)
        credit = booking.credit if booking.reversal and self._original_direction else credit
        currency, exact = booking.currency, ""
        told = part.amount if part.amount is not NO_AMOUNT else part.transferred
        amount = self._beside(told, values, currency, credit)
        if amount is not None:
            currency = told[1] or currency
        else:
            amount, exact = (booking.amount, booking.exact) if alone else (0, "")
        code, kind, coded_reason = self._code(part, values) if part.coded else _UNCODED
        reason = values[part.return_reason].strip() or coded_reason
        comes_back = booking.reversal or reason != "" or returned or kind == "return"
        name, account, bank = self._counterparty(part, values, booking.credit, comes_back)
        instructed, instructed_currency, rate, charges = self._converted(part, values, currency, credit) if part.converted else _UNCONVERTED
        return _new(
            Transaction,
            (
                booking.day,
                amount,
                currency,
                booking.value_date,
                reference(values[part.servicer_reference]) or entry_id(part, values),
                name,
                account,
                bank,
                remittance(part, values),
                clean(values[part.references[0]]) if part.references else "",
                reference(values[part.end_to_end_id]),
                reference(values[part.mandate_id]),
                code,
                kind,
                reason,
                instructed,
                instructed_currency,
                rate,
                charges,
                None,
                booking.reversal,
                booking.pending,
                "",
                exact,
                booking.line,
                "",
                (),
            ),
        )

    def _parse(self, text: str, currency: str) -> tuple[int, str]:
        # parts mostly repeat their entry's amount
        if text != self._text or currency != self._text_currency:
            self._parsed = money.parse_exact(text, currency)
            self._text, self._text_currency = text, currency
        return self._parsed

    def _code(self, part: Part, values: Values) -> tuple[str, TransactionKind, str]:
        """The bank's code of the entry, its kind, and the reason of a return that a German code tells."""
        key = (values[part.domain], values[part.family], values[part.sub_family], values[part.proprietary], values[part.issuer])
        coding = self._codes.get(key)
        if coding is None:
            domain, family, sub_family, proprietary, issuer = (text.strip() for text in key)
            if len(self._codes) >= _CACHED:
                self._codes.clear()
            code = "/".join(filter(None, (domain, family, sub_family))) if domain else proprietary
            german = issuer in _GERMAN_ISSUERS or (not issuer and "+" in proprietary)
            kind, reason = german_codes.proprietary(proprietary) if german else _NOT_GERMAN
            coding = self._codes[key] = code, kind_of(domain, family, sub_family) or kind, reason
        return coding

    def _counterparty(self, part: Part, values: Values, credit: bool, turned: bool) -> tuple[str, str, str]:
        """Name, account and bank of the other side: the debtor of a credit, the creditor of a debit.

        `turned`: a returned or reversed payment names the parties of the original one. An account that is the statement's own
        is never the counterparty's.
        """
        first, second = (part.debtor, part.creditor) if credit != turned else (part.creditor, part.debtor)
        name, account, bank = party_of(first, values)
        if (not name and not account) or account == self.account:
            other = party_of(second, values)
            if (other[1] or account) and other[1] != self.account:
                return other
        return name, account, bank

    def _converted(self, part: Part, values: Values, currency: str, credit: bool) -> tuple[int | None, str, str, int | None]:
        """Amount before conversion or charges, its currency, the exchange rate as written, and the charges."""
        rate = values[part.rate].strip()
        charges = self._charges(part, values, currency)
        for told in (part.instructed, part.transferred, part.counter_value):
            if told is not NO_AMOUNT and (told is part.instructed or told[1] != currency):
                amount = self._beside(told, values, currency, credit)
                if amount is not None:
                    return amount, told[1] or currency, rate, charges
        return None, "", rate, charges

    def _charges(self, part: Part, values: Values, currency: str) -> int | None:
        """What the bank took off, when it is told in the given currency; a charge marked as a credit was given back."""
        if part.charges_total is not NO_AMOUNT:
            return self._beside(part.charges_total, values, currency, credit=True) if part.charges_total[1] in ("", currency) else None
        total = None
        for told, indicator in part.charges:
            amount = self._beside(told, values, currency, credit=values[indicator].strip() != "CRDT")
            if amount is None or told[1] not in ("", currency):
                return None
            total = (total or 0) + amount
        return total

    def _beside(self, told: Amount, values: Values, currency: str, credit: bool) -> int | None:
        """An amount that accompanies the booking, in minor units of its own currency; None when absent or not readable."""
        if told is NO_AMOUNT:
            return None
        try:
            amount, exact = self._parse(values[told[0]], told[1] or currency)
        except MatcherError:
            self.unreadable += 1
            return None
        if exact:
            self.unreadable += 1
            return None
        return amount if credit else -amount


def _without_parts(block: str) -> tuple[str, list[str]]:
    """An entry without its ``TxDtls``, and these.

    Raises:
        MatcherError: ``file.malformed`` when one is not closed.
    """
    outside, parts, at = [], [], 0
    while start := _PART_START.search(block, at):
        outside.append(block[at : start.start()])
        closing = f"</{start[1]}>"
        end = block.find(closing, start.end())
        if end < 0:
            raise MatcherError("file.malformed", f"<{start[1][:40]}> is not closed")
        at = end + len(closing)
        parts.append(block[start.start() : at])
    outside.append(block[at:])
    return "".join(outside), parts


def in_account_currency(row: Transaction, currency: str) -> Transaction | None:
    """An entry that is marked with another currency than its account's, as what it was in the account's where that is told beside."""
    amount = row.instructed_amount
    if row.instructed_currency != currency or amount is None:
        return None
    return row._replace(amount=amount, currency=currency, exact="", instructed_amount=row.amount, instructed_currency=row.currency)
