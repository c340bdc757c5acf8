"""Bank lines that the ledger has an entry of already: somebody booked the receipt there by hand."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.matching.names.forms import name_key
from matcher.matching.returns import day

DAYS = 5
"""Most days between the bank's booking day and the ledger's."""

LINE = (
    "line_id", "account", "amount", "currency", "booking_date", "counterparty_name", "bank_reference", "end_to_end_id",
    "creditor_reference", "remittance_information",
)  # fmt: skip
"""Columns of `frames.LINE` that are read."""

BOOKED = {"line_id": pl.String(), "entry_id": pl.String(), "reason": pl.String()}
"""Columns of what `booked_entries` finds."""

_WORD = re.compile(r"\w+")
_LEAST_WORD = 5
_LEAST_NUMBER = 4
"""Shortest word of a name, and shortest reference inside a longer text, that says anything."""


class _Pair(NamedTuple):
    line_id: str
    entry_id: str
    by: str  # the end of the sentence that says by what they agree
    amount: int
    currency: str
    day: date


def booked_entries(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Lines and the entries that are them: columns of `BOOKED`, in the order of the lines.

    Account, amount and currency are equal, the days at most `DAYS` apart, and reference, text or name agree. One line is one entry: where
    several entries may be a line's, or several lines an entry's, nothing is found. What agrees by its reference is taken first.

    Args:
        lines: all that count, decided ones too, since an entry may be of one of those; columns of `LINE`.
        entries: columns of `frames.BOOK_ENTRY`.
    """
    if lines.is_empty() or entries.is_empty():
        return pl.DataFrame(schema=BOOKED)
    mine = lines.select(
        "line_id", "account", "amount", "currency", "booking_date", "counterparty_name",
        texts=pl.concat_list("bank_reference", "end_to_end_id", "creditor_reference", "remittance_information"),
    )  # fmt: skip
    both = mine.join(entries.drop("extra"), on=["account", "amount", "currency"], suffix=".entry")
    near = both.filter((pl.col("booking_date") - pl.col("date")).dt.total_days().abs() <= DAYS).sort("line_id", "entry_id")
    named: list[_Pair] = []
    alike: list[_Pair] = []
    for row in near.iter_rows(named=True):
        pair = _Pair(row["line_id"], row["entry_id"], "", row["amount"], row["currency"], row["date"])
        if by := _reference(row["texts"], (row["reference"], row["document_no"])):
            named.append(pair._replace(by=by))
        elif by := _name(row["counterparty_name"], row["counterparty_name.entry"], row["description"]):
            alike.append(pair._replace(by=by))
    chosen = _one_to_one(named)
    taken = {text for pair in chosen for text in (f"l{pair.line_id}", f"e{pair.entry_id}")}
    # what may be another's by its reference is nobody's by name
    doubtful = {text for pair in named for text in (f"l{pair.line_id}", f"e{pair.entry_id}")} - taken
    left = [pair for pair in alike if not {f"l{pair.line_id}", f"e{pair.entry_id}"} & (taken | doubtful)]
    rows = [(pair.line_id, pair.entry_id, _said(pair)) for pair in (*chosen, *_one_to_one(left))]
    return pl.DataFrame(rows, schema=BOOKED, orient="row").sort("line_id")


def _one_to_one(pairs: list[_Pair]) -> list[_Pair]:
    """The pairs of which neither side is in another."""
    lines, entries = Counter(pair.line_id for pair in pairs), Counter(pair.entry_id for pair in pairs)
    return [pair for pair in pairs if lines[pair.line_id] == 1 and entries[pair.entry_id] == 1]


def _reference(texts: Iterable[str], references: Iterable[str]) -> str:
    """How a reference of the entry agrees with one of the line; '' when none does."""
    for reference in filter(None, references):
        for text in texts:
            if text.strip().casefold() == reference.strip().casefold():
                return f"by reference {reference}"
            if len(reference) >= _LEAST_NUMBER and re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", text, re.IGNORECASE):
                return f"by reference {reference}"
    return ""


def _name(payer: str, counterparty: str, description: str) -> str:
    """How the entry's name or text agrees with the payer; '' when it does not, or names another."""
    if not payer or not (key := name_key(payer)):
        return ""
    if counterparty:
        return f"by the name {counterparty}" if name_key(counterparty) == key else ""
    words = {word for word in _WORD.findall(name_key(description)) if len(word) >= _LEAST_WORD}
    common = sorted(words & set(key.split()))
    return f"by the name in {description!r}" if common else ""


def _said(pair: _Pair) -> str:
    amount = money.render(pair.amount, pair.currency)
    return f"The ledger has it already: entry {pair.entry_id} of {day(pair.day)}, {amount} {pair.currency}, {pair.by}."
