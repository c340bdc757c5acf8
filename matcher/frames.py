"""Columns of the frames that stages hand to each other, and the `State` they make together.

Amounts are Int64 minor units of the row's currency. A frame may have more columns than listed, never fewer.
Empty text means: not stated. Every frame has a total order (its first columns), so that the same books give the same bytes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import polars as pl

Schema = dict[str, pl.DataType]


def of_rows(rows: Sequence[Sequence[object]], schema: Schema) -> pl.DataFrame:
    """A frame of rows, made column by column: many times faster than row by row."""
    if not rows:
        return empty(schema)
    columns = zip(*rows, strict=True)
    return pl.DataFrame([pl.Series(name, column, dtype) for (name, dtype), column in zip(schema.items(), columns, strict=True)])


_TEXT, _MONEY, _DAY = pl.String(), pl.Int64(), pl.Date()

LINE: Schema = {
    "line_id": _TEXT,
    "statement_id": _TEXT,
    "account": _TEXT,  # id of the account in matcher.toml
    "entity": _TEXT,
    "booking_date": _DAY,
    "value_date": _DAY,  # null when the bank gave none
    "amount": _MONEY,  # credit > 0
    "currency": _TEXT,
    "bank_reference": _TEXT,
    "counterparty_name": _TEXT,
    "counterparty_account": _TEXT,
    "counterparty_bank": _TEXT,
    "remittance_information": _TEXT,
    "creditor_reference": _TEXT,
    "end_to_end_id": _TEXT,
    "mandate_id": _TEXT,
    "transaction_code": _TEXT,
    "kind": _TEXT,
    "return_reason": _TEXT,
    "instructed_amount": _MONEY,
    "instructed_currency": _TEXT,
    "exchange_rate": _TEXT,
    "charges": _MONEY,
    "balance": _MONEY,
    "reversal": pl.Boolean(),
    "time": _TEXT,
    "source_line": pl.Int64(),
    "raw": _TEXT,
}
"""Bank lines as the bank wrote them (accepted statements only)."""

ITEM: Schema = {
    "item_id": _TEXT,
    "entity": _TEXT,
    "customer_id": _TEXT,
    "document_type": _TEXT,  # invoice, credit_note, debit_note, instalment, on_account
    "document_no": _TEXT,
    "issue_date": _DAY,
    "due_date": _DAY,  # null: due at issue
    "currency": _TEXT,
    "amount": _MONEY,  # credit notes < 0
    "open_amount": _MONEY,  # as the ERP said in its latest snapshot
    "terms": _TEXT,
    "discount_ppm": pl.Int64(),  # early-payment discount in millionths (2 % = 20000); null when none
    "discount_date": _DAY,  # last day of the discount
    "purchase_order": _TEXT,
    "payment_reference": _TEXT,
    "status": _TEXT,  # open, part_paid, closed
    "closed_date": _DAY,
    "disputed_amount": _MONEY,
    "extra": _TEXT,  # unknown columns, as a JSON object
    "first_seen": pl.Int64(),  # batch that brought the item
    "seen": pl.Int64(),  # batch of the latest snapshot
}
"""Open items: the latest snapshot of each."""

CUSTOMER: Schema = {
    "customer_id": _TEXT,
    "customer_no": _TEXT,
    "name": _TEXT,
    "trade_name": _TEXT,
    "alias": _TEXT,  # several separated by |
    "country": _TEXT,
    "currency": _TEXT,
    "parent_id": _TEXT,
    "account": _TEXT,  # several separated by |
    "entity": _TEXT,
    "terms": _TEXT,
    "extra": _TEXT,
}

BOOK_ENTRY: Schema = {
    "entry_id": _TEXT,  # the ledger's key
    "account": _TEXT,  # id of the account in matcher.toml
    "date": _DAY,
    "amount": _MONEY,  # receipt > 0
    "currency": _TEXT,
    "description": _TEXT,
    "reference": _TEXT,
    "counterparty_name": _TEXT,
    "document_no": _TEXT,
    "extra": _TEXT,
}
"""The ledger's own entries on our bank accounts."""

BOOK_ROW: Schema = {**BOOK_ENTRY, "kind": _TEXT}
"""A row of the cash book's file: an ``entry``, or a ``balance`` of the account at the end of its date."""

BOOK_BALANCE: Schema = {name: BOOK_ENTRY[name] for name in ("entry_id", "account", "date", "amount", "currency")}
"""What the ledger told of an account's balance at the end of a day."""

DECISION: Schema = {
    "batch": pl.Int64(),
    "ordinal": pl.Int64(),
    "decision_id": _TEXT,
    "kind": _TEXT,  # match, accept, reject, allocate, undo, ...
    "line_id": _TEXT,
    "customer_id": _TEXT,
    "outcome": _TEXT,
    "actor": _TEXT,  # who decided: ``engine`` for a rule, else the person
    "at": _TEXT,  # ISO time of the batch
    "effective_date": _DAY,
    "rule": _TEXT,  # rule@version
    "confidence": pl.Int64(),  # millionths
    "margin": pl.Int64(),  # millionths; null when there is no other explanation
    "basis": _TEXT,  # how the set of items was found, and what lies between its sum and the amount: words of the vocabulary
    "difference": _TEXT,
    "log_odds": pl.Int64(),  # points against all other explanations together; what confidence was read from
    "evidence": _TEXT,  # kind=points, separated by spaces
    "runner_up": _TEXT,  # the best other explanation (`matching.explain.told`)
    "blocked_by": _TEXT,  # the test that kept the engine from posting it
    "reason": _TEXT,
    "reverses": _TEXT,  # decision_id that this one undoes
    "refused": _TEXT,  # a JSON array: of a reject the items not proposed for the line again, of a revoke the account's or name's key
    "counts_instead": _TEXT,  # of an exclude the lines, separated by spaces, or the statement that count in its place; of a listed the item
    "run_by": _TEXT,  # who started the run that posted it; empty when a person decided
    "other_line": _TEXT,  # decided together with this line: the payment that came back, the other leg of a transfer; else empty
    "classified": _TEXT,  # of a classify a word of `states.LineClass`, of a revoke ``account`` or ``name``; else empty
    "gl_account": _TEXT,  # of a classify the ledger account; empty when none was named
    "until": _DAY,  # of a hold the first day on which the line waits again
    "owner": _TEXT,  # of an assign who follows the line up
}
"""The journal's decisions, all of them, in order of (batch, ordinal)."""

ALLOCATION: Schema = {
    "decision_id": _TEXT,
    "ordinal": pl.Int64(),
    "line_id": _TEXT,
    "item_id": _TEXT,
    "amount": _MONEY,  # cash of the line on the item, in the line's currency; < 0 for a netted credit note
    "currency": _TEXT,  # of the line
    "item_amount": _MONEY,  # the same cash in the item's currency
    "adjustment": _MONEY,  # cleared without cash, in the item's currency
    "adjustment_reason": _TEXT,
    "item_open": _MONEY,  # open amount of the ERP's snapshot that the decision saw
}
"""Children of decisions. An item's open amount falls by item_amount + adjustment."""

ITEM_NOTE: Schema = {
    "decision_id": _TEXT,
    "item_id": _TEXT,
    "amount": _MONEY,  # disputed, promised or dunned, in the item's currency; 0: of a dispute that it is settled, of a hold that it ends
    "currency": _TEXT,  # of the item
    "item_open": _MONEY,  # open when it was said
    "code": _TEXT,  # of a dispute the reason code, of a dunning letter its level
}
"""What decisions of the kinds `states.ON_ITEMS` say of an item. Children of decisions that move nothing."""

FINDING: Schema = {
    "line_id": _TEXT,
    "outcome": _TEXT,
    "state": _TEXT,  # proposed or none
    "customer_id": _TEXT,
    "rule": _TEXT,
    "confidence": pl.Int64(),
    "margin": pl.Int64(),
    "basis": _TEXT,
    "difference": _TEXT,
    "log_odds": pl.Int64(),
    "evidence": _TEXT,
    "runner_up": _TEXT,  # of a line without a proposal the nearest candidate
    "blocked_by": _TEXT,  # the one test that failed
    "reason": _TEXT,
    "other_line": _TEXT,  # the payment that this line returns, or the other leg of a transfer, as the run found it; else empty
}
"""What the latest run thinks of the lines it did not post. Can always be dropped and computed again."""


SHADOW: Schema = {
    "line_id": _TEXT,
    "rule": _TEXT,  # rule@version
    "state": _TEXT,  # what the rule would have done: posted, proposed or none
    "confidence": pl.Int64(),  # millionths
    "shares": _TEXT,
    "reason": _TEXT,
}
"""What shadow rules would have made of the lines that the latest run on each of them looked at."""


MOVEMENT: Schema = {
    "item_id": _TEXT,
    "entity": _TEXT,
    "customer_id": _TEXT,
    "currency": _TEXT,
    "amount": _MONEY,  # minor units; raises what is open when above zero, for a credit too
    "effective_date": _DAY,
    "recorded": pl.Int64(),  # the journal's batch that made it known
    "kind": _TEXT,  # `states.MovementKind`
    "reason": _TEXT,  # of an adjustment
    "decision_id": _TEXT,  # empty for what the ERP said
    "line_id": _TEXT,  # empty where there is no bank line
}
"""Rows of `ledger.movements`."""

SNAPSHOT: Schema = {"batch": pl.Int64(), "snapshot_date": _DAY, "entity": _TEXT}
"""The day that each list of open items speaks of, by the batch that brought it and the legal entities that it lists."""

CREDIT: Schema = {"batch": pl.Int64(), "line_id": _TEXT, "customer_id": pl.String()}
"""Whose the money of an undecided line is, as runs found it; '' takes it back. In order of batch."""

EXPLAINED: Schema = {name: DECISION[name] for name in ("basis", "difference", "log_odds", "evidence", "runner_up", "blocked_by")}
"""What a decision or finding keeps for `explain`."""

STATE_LINE: Schema = {
    **LINE,
    "state": _TEXT,  # `states.LineState`
    "outcome": _TEXT,  # `states.Outcome`
    "customer_id": _TEXT,  # payer as decided, or as the engine's finding has it; empty when unknown
    "payer": _TEXT,  # whose money it certainly is; empty when nobody knows
    "applied": _MONEY,  # posted cash allocations of the line
    "used": _MONEY,  # of the rest what refunds, set-offs and other receipts took
    "pending": _MONEY,  # amount - applied - used
    "confidence": pl.Int64(),  # millionths; null when none, like margin
    "margin": pl.Int64(),
    "rule": _TEXT,
    "decision_id": _TEXT,  # empty when none
    "actor": _TEXT,
    "run_by": _TEXT,
    "other_line": _TEXT,
    "reason": _TEXT,
    **EXPLAINED,
}
"""Lines that count. One row per line."""

STATE_EXCLUDED: Schema = {**STATE_LINE, "counts_instead": _TEXT}
"""Lines that do not count: ``state`` is excluded, ``outcome`` a word of `states.Exclusion`, ``applied``, ``used`` and ``pending`` are 0."""

STATE_ITEM: Schema = {
    **ITEM,
    "open": _MONEY,  # after posted allocations; below 0 for a debt only if the books are wrong
    "settled_cash": _MONEY,  # our posted allocations
    "settled_adjustment": _MONEY,
    "open_before": _MONEY,  # open without them: open + settled
    "listed_open": _MONEY,  # as the ERP's latest snapshot says, 0 when closed
}
"""Open items. One row per item."""

STATE_CREDIT: Schema = {
    "item_id": _TEXT,  # U- and the line's id
    "line_id": _TEXT,
    "entity": _TEXT,
    "customer_id": _TEXT,
    "currency": _TEXT,
    "document_no": _TEXT,  # the bank's reference
    "issue_date": _DAY,  # the line's booking date
    "amount": _MONEY,  # of the line, below zero
    "open": _MONEY,  # below zero
    "posted": pl.Boolean(),  # whether a decision placed the line
}
"""What is left of receipts whose customer is known. One row per line and customer with something open."""

STATE_ALLOCATION: Schema = {
    **ALLOCATION,
    "state": _TEXT,  # `states.AllocationState`
    "actor": _TEXT,
    "run_by": _TEXT,
    "rule": _TEXT,
    "outcome": _TEXT,
    "effective_date": _DAY,
}
"""Allocations of decisions in force, and present proposals."""

STATE_ITEM_NOTE: Schema = {
    **ITEM_NOTE,
    "kind": _TEXT,  # one of `states.ON_ITEMS`
    "actor": _TEXT,
    "at": _TEXT,
    "effective_date": _DAY,
    "until": _DAY,  # of a promise the day of payment, of a hold the first day on which the item is dunned again
    "reason": _TEXT,  # why, in words
    "batch": pl.Int64(),
}
"""The latest that is said of an item in each kind, of decisions in force."""

STATE_DECISION: Schema = {**DECISION, "live": pl.Boolean()}
"""All decisions; ``live`` are those that are not reversed, and no reversals."""


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of that schema without rows. Most tables that a single command reads are empty, and to make a frame takes longer than to
    copy one.
    """
    return _empty(tuple(schema.items())).clone()


@cache
def _empty(columns: tuple[tuple[str, pl.DataType], ...]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(columns))


def check(name: str, frame: pl.DataFrame, schema: Schema, left_out: Collection[str] = ()) -> None:
    """Holds a frame against its schema. It looks at names and types alone, so it costs nothing.

    Args:
        name: of the frame, for the message.
        frame: may have more columns, in any order.
        schema: what it must have.
        left_out: columns that it need not have, since nobody asked the store for them.

    Raises:
        TypeError: naming each column that is missing or of another type. It is the program that is wrong, not the books.
    """
    has = frame.schema
    wrong = [
        f"{column} is {has.get(column, 'missing')}, not {kind}"
        for column, kind in schema.items()
        if (has[column] != kind if column in has else column not in left_out)
    ]
    if wrong:
        raise TypeError(f"{name}: {'; '.join(wrong)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What customers owe as of a day, and what is left of their money: the facts, and what moved them up to that day.

    Attributes:
        as_of: decisions with a later effective date, and documents and lines with a later date, are left out.
        base_currency: of the books.
        lines: those that count; columns of `LINE` as far as they were asked for.
        items: `STATE_ITEM` columns; those of `ITEM` as far as they were asked for.
        customers: `CUSTOMER` columns.
        credits: `STATE_CREDIT` columns.
        movements: `MOVEMENT` columns, up to the day: what every open amount here is a sum of; none where nobody asked for them.
        item_notes: `STATE_ITEM_NOTE` columns.
    """

    as_of: date
    base_currency: str
    lines: pl.DataFrame
    items: pl.DataFrame
    customers: pl.DataFrame
    credits: pl.DataFrame = field(default_factory=lambda: empty(STATE_CREDIT))
    movements: pl.DataFrame = field(default_factory=lambda: empty(MOVEMENT))
    item_notes: pl.DataFrame = field(default_factory=lambda: empty(STATE_ITEM_NOTE))


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Owed):
    """Everything that reports and exports are computed from: what is owed, and the journal folded over the lines as of the day.

    Attributes:
        lines: `STATE_LINE` columns; those of `LINE` as far as they were asked for.
        allocations: `STATE_ALLOCATION` columns.
        decisions: `STATE_DECISION` columns.
        excluded: `STATE_EXCLUDED` columns. These lines are in no other frame and in no sum.
    """

    allocations: pl.DataFrame
    decisions: pl.DataFrame
    excluded: pl.DataFrame = field(default_factory=lambda: empty(STATE_EXCLUDED))


TEXTS = ("counterparty_name", "remittance_information")
"""What people read of a line."""
UNTOLD = (
    "counterparty_bank", "mandate_id", "instructed_amount", "instructed_currency", "exchange_rate", "charges",
    "balance", "time", "source_line", "raw", "purchase_order", "extra", "evidence", "runner_up",
)  # fmt: skip
"""Columns that no report of the ledger reads. With a million lines they take as long to have as all others, and as much memory."""
UNSUMMED = (
    *UNTOLD, *TEXTS, "statement_id", "counterparty_account", "creditor_reference", "end_to_end_id", "transaction_code", "payment_reference",
    "terms", "blocked_by",
)  # fmt: skip
"""Columns that sums over movements do not need."""
