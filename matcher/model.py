"""The records that stages hand to each other. Names follow ISO 20022 where it has one.

Amounts are minor units (`matcher.money`). Dates are the bank's own local dates, never shifted by a time zone.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

_Date = date  # a field named `date` hides the type inside its own class

Severity = Literal["info", "warning", "error", "fatal"]
"""info: worth knowing. warning: all money read. error: a named row was refused. fatal: the file was refused."""

TransactionKind = Literal[
    "", "transfer", "direct_debit", "card", "cheque", "cash", "fee", "interest", "tax", "salary", "return", "own_transfer"
]
"""The small common set that banks' own transaction codes are mapped to; empty when the bank's code says nothing."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance as the bank states it.

    Attributes:
        amount: minor units; negative is overdrawn.
        date: the balance's date, None when the bank gives none.
        exact: the bank's own decimal text when it has more places than the currency, else empty.
    """

    amount: int
    date: _Date | None = None
    exact: str = ""


class Transaction(NamedTuple):
    """One booked (or pending) entry of a statement, as the bank wrote it. Empty text and None mean: the bank did not say.

    Attributes:
        booking_date: the day the bank booked it.
        amount: minor units of `currency`; credit > 0, debit < 0.
        currency: ISO 4217 code of the account's booking.
        value_date: interest date.
        bank_reference: the bank's own id of the entry (FITID, AcctSvcrRef, bank reference of :61:).
        counterparty_name, counterparty_account, counterparty_bank: who paid or was paid; IBAN or local number; BIC or code.
        remittance_information: the payer's text, unwrapped.
        creditor_reference: structured reference (RF, QRR, OGM, KID, ...), as written.
        end_to_end_id, mandate_id: SEPA/ISO ids as written; NOTPROVIDED becomes empty.
        transaction_code: the bank's code as written.
        kind: the common set.
        return_reason: ISO reason code or text of a returned payment.
        instructed_amount, instructed_currency, exchange_rate: amount before conversion (minor units of its own currency,
            same sign as `amount`), its currency, and the rate as written.
        charges: minor units of `currency`, positive when deducted from the payer's amount.
        balance: account balance after the entry, minor units, when the file has a running balance.
        reversal: the bank marked it as a reversal of an earlier entry.
        pending: announced but not booked; never counted, never matched.
        time: local time and UTC offset as written, e.g. ``235900[-5:EST]``.
        exact: exact decimal text when `amount` has more places than the currency (then nothing may be booked), else empty.
        line: 1-based line in the source where the entry starts.
        raw: the source text of the entry, for the auditor.
        details: the parts of a batch entry; they explain the entry and are never booked beside it.
    """

    booking_date: date
    amount: int
    currency: str
    value_date: date | None = None
    bank_reference: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    counterparty_bank: str = ""
    remittance_information: str = ""
    creditor_reference: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    transaction_code: str = ""
    kind: TransactionKind = ""
    return_reason: str = ""
    instructed_amount: int | None = None
    instructed_currency: str = ""
    exchange_rate: str = ""
    charges: int | None = None
    balance: int | None = None
    reversal: bool = False
    pending: bool = False
    time: str = ""
    exact: str = ""
    line: int = 0
    raw: str = ""
    details: tuple["Transaction", ...] = ()


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What a file says of its own contents. None where it says nothing. Sums are positive minor units."""

    count: int | None = None
    credit_count: int | None = None
    debit_count: int | None = None
    credit: int | None = None
    debit: int | None = None


@dataclass(frozen=True, slots=True)
class StatementStart:
    """A statement begins. `statement` numbers the statements of one file from 0; later events refer to it."""

    statement: int
    account: str
    currency: str
    opening: Balance | None = None
    bank: str = ""
    account_type: str = ""
    number: str = ""
    from_date: date | None = None
    to_date: date | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class StatementEnd:
    """A statement is complete: what is known only after its lines.

    `opening` and `currency`, when given, replace what the start said (formats that tell them last).
    """

    statement: int
    closing: Balance | None = None
    opening: Balance | None = None
    currency: str = ""
    totals: ControlTotals = field(default_factory=ControlTotals)
    from_date: date | None = None
    to_date: date | None = None


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What the reader found the file to be: `format` as in the contract (``ofx1``, ``csv:canonical``), `encoding` in Python's names."""

    format: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know of a file. `code` is an id of `matcher.codes.CATALOGUE`; `line` is 1-based, 0 when none."""

    code: str
    severity: Severity
    message: str
    line: int = 0
    statement: int | None = None


class Allocation(NamedTuple):
    """Cash of a line on an open item, and what is cleared beside it. Minor units; see `frames.ALLOCATION`.

    Attributes:
        amount: cash in the line's currency; item_amount the same in the item's currency.
        adjustment: cleared without cash, in the item's currency, for `adjustment_reason`.
        item_open: what the ERP's snapshot had open of the item when it was decided; 0 until then.
    """

    item_id: str
    amount: int
    item_amount: int
    adjustment: int = 0
    adjustment_reason: str = ""
    item_open: int = 0
