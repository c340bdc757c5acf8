"""From columns to the objects that choices are made about, one legal entity at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from matcher import terms
from matcher.matching.candidates import mapped
from matcher.matching.keys import account_key, name_key
from matcher.matching.records import Item, Payer, Receipt, Reference
from matcher.matching.references.meanings import said
from matcher.matching.references.text import Text

MIN_WHOLE = 7
"""Fewest characters of a number that takes in what is a piece of it."""

_HEAD = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "payment_reference", "purchase_order", "issue_date",
    "due_date", "currency", "open",
)  # fmt: skip
_DISCOUNT = ("open", "amount", "discount_ppm", "discount_date", "terms")
_ISSUED = _HEAD.index("issue_date")
ITEM = (*_HEAD, "amount", "discount_ppm", "discount_date", "terms", "listed_open")
"""Columns of items that are read here."""
LINE = (
    "account", "line_id", "entity", "currency", "amount", "booking_date", "value_date", "counterparty_account", "counterparty_name",
    "remittance_information", "creditor_reference", "end_to_end_id", "instructed_amount", "instructed_currency",
)  # fmt: skip


def receipts(lines: pl.DataFrame, references: pl.DataFrame, payers: pl.DataFrame, homes: Mapping[str, str]) -> list[Receipt]:
    """A record for every line, with what the candidate relations say of it.

    Args:
        lines: columns of `frames.LINE`.
        references: line_id, item_id, source, key, item_count, class.
        payers: line_id, customer_id, kind, similarity, margin.
        homes: country of each of our accounts that tells it.
    """
    named: dict[str, list[Reference]] = defaultdict(list)
    for row in references.rows():
        named[row[0]].append(Reference._make(row[1:]))
    payers_of: dict[str, list[Payer]] = defaultdict(list)
    for row in payers.rows():
        payers_of[row[0]].append(Payer._make(row[1:]))
    made = []
    for ours, line_id, entity, currency, amount, booked, valued, account, name, remittance, creditor, own_id, told, its in lines.select(
        LINE
    ).rows():
        text = " | ".join(filter(None, (remittance, creditor)))
        payer = account_key(account) or name_key(name)
        about = (homes.get(ours, ""), _meant(named.get(line_id, ()), text, own_id), tuple(payers_of.get(line_id, ())))
        made.append(Receipt(line_id, entity, currency, amount, booked, valued or booked, payer, name, text, own_id, told or 0, its, *about))
    return made


def _meant(references: Sequence[Reference], text: str, own_id: str) -> tuple[Reference, ...]:
    """References of a text; those by a number that reads as something else are doubtful: a date, a customer number, a count of goods.

    A few digits that nothing says are a document's are no whole number, but a run of digits.
    """
    kept = _own_numbers(references, text, own_id)
    if all(r.source != "document" or (r.kind == "whole" and not r.key.isdigit()) for r in kept):
        return kept
    upper = Text(text, own_id).upper
    stands = "".join(filter(str.isalnum, upper)), "".join(filter(str.isdigit, upper))
    told: frozenset[str] | None = None
    meant = []
    for r in kept:
        kind = r.kind
        if r.source == "document" and not any(r.key in form for form in stands):
            kind = "doubtful"
        elif r.source == "document" and kind in ("whole", "digits") and r.key.isdecimal() and len(r.key) < MIN_WHOLE:
            told = said(upper) if told is None else told
            kind = kind if r.key.lstrip("0") in told else "run"
        meant.append(r._replace(kind=kind) if kind != r.kind else r)
    return tuple(meant)


def _own_numbers(references: Sequence[Reference], text: str, own_id: str) -> tuple[Reference, ...]:
    """References without those that are only a piece of another one: in `RE-2026-020413` the text does not speak of an item `20413`."""
    whole = [r for r in references if r.kind in ("whole", "digits") and len(r.key) >= MIN_WHOLE]
    items, numbers = {r.item_id for r in whole}, {r.key for r in whole}
    if not whole or all(r.item_id in items for r in references):
        return tuple(references)
    pieces = {r.key for r in references if r.item_id not in items and any(r.key in number and r.key != number for number in numbers)}
    if not pieces:
        return tuple(references)
    read = Text(text, own_id)
    within = {key for key in pieces if read.only_within(key, numbers)}
    return tuple(r for r in references if r.item_id in items or r.key not in within)


def items(frame: pl.DataFrame) -> Iterator[Item]:
    """Records of the items that have something open. `frame` has `frames.ITEM` columns and ``open``."""
    # those of a customer are asked for together, so they are laid down side by side
    still = frame.filter(pl.col("open") != 0).sort("customer_id", "item_id")
    for row, (open_amount, amount, ppm, until, text) in zip(still.select(_HEAD).rows(), still.select(_DISCOUNT).rows(), strict=True):
        discount = terms.of_amount(amount, ppm) if ppm and open_amount == amount else 0
        further = terms.later(text, row[_ISSUED], ppm, until) if discount and until and text else ()
        item = Item._make((*row, discount, until, tuple((terms.of_amount(amount, rate), last) for rate, last in further)))
        yield item if item.due_date else item._replace(due_date=item.issue_date)


def payers(lines: pl.DataFrame) -> dict[str, tuple[str, int, date]]:
    """Normalised payer, amount and booking date of lines, by id."""
    columns = ("line_id", "counterparty_account", "counterparty_name", "amount", "booking_date")
    return {
        line: (account_key(acc) or name_key(name), amount, booked) for line, acc, name, amount, booked in lines.select(columns).iter_rows()
    }


def repeats(lines: pl.DataFrame, days: int) -> dict[str, str]:
    """Lines with an earlier line of the same account, payer and amount not more than `days` before: line -> earlier line."""
    same = ["account", "counterparty_account", "name", "currency", "amount"]
    stated = (pl.col("counterparty_account") != "") | (pl.col("counterparty_name") != "")
    pairs = (
        lines.select("line_id", "booking_date", "counterparty_name", *(set(same) - {"name"}))
        .filter((pl.col("amount") > 0) & stated)
        .filter(pl.len().over("account", "counterparty_account", "amount") > 1)
        .with_columns(mapped("counterparty_name", name_key, "name"))
        .sort("booking_date", "line_id")
        .with_columns(pl.col("line_id", "booking_date").shift(1).over(same).name.prefix("earlier_"))
        .filter((pl.col("booking_date") - pl.col("earlier_booking_date")).dt.total_days() <= days)
    )
    return dict(pairs.select("line_id", "earlier_line_id").iter_rows())
