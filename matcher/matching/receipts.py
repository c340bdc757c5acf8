"""From columns to the objects that choices are made about: only lines that have a candidate become objects."""

from collections import defaultdict
from datetime import date

import polars as pl

from matcher.matching.candidates import Candidates
from matcher.matching.normalise import account_key, name_key
from matcher.matching.records import Item, Receipt, Reference

PPM = 1_000_000


def receipts(lines: pl.DataFrame, found: Candidates, fuzzy: pl.DataFrame) -> list[Receipt]:
    """A record for every line, with what the candidate relations say of it."""
    references: dict[str, list[Reference]] = defaultdict(list)
    for row in found.references.iter_rows():
        references[row[0]].append(Reference(row[1], row[2], row[3], row[4], row[5]))
    by_account = _sets(found.accounts)
    by_name = _sets(found.names)
    alike = {line_id: (customer, likeness, margin) for line_id, customer, likeness, margin in fuzzy.iter_rows()}
    columns = ("line_id", "entity", "currency", "amount", "booking_date", "value_date", "counterparty_account", "counterparty_name")
    made = []
    for line_id, entity, currency, amount, booked, valued, account, name in lines.select(columns).iter_rows():
        made.append(
            Receipt(
                line_id, entity, currency, amount, booked, valued or booked, account_key(account) or name_key(name),
                tuple(references.get(line_id, ())), by_account.get(line_id, frozenset()), by_name.get(line_id, frozenset()),
                alike.get(line_id),
            )
        )  # fmt: skip
    return made


def items(frame: pl.DataFrame) -> list[Item]:
    """Records of the items that have something open. `frame` has `frames.ITEM` columns and ``open``."""
    still = frame.filter(pl.col("open") != 0)
    columns = (
        "item_id",
        "entity",
        "customer_id",
        "document_no",
        "issue_date",
        "due_date",
        "currency",
        "open",
        "amount",
        "discount_ppm",
        "discount_date",
    )
    made = []
    for item_id, entity, customer, number, issued, due, currency, left, amount, ppm, until in still.select(columns).iter_rows():
        discount = _discount(amount, ppm) if ppm and left == amount else 0
        made.append(Item(item_id, entity, customer, number, issued, due or issued, currency, left, discount, until))
    return made


def payers(lines: pl.DataFrame) -> dict[str, tuple[str, int, date]]:
    """Normalised payer, amount and booking date of lines, by id."""
    columns = ("line_id", "counterparty_account", "counterparty_name", "amount", "booking_date")
    return {
        line: (account_key(acc) or name_key(name), amount, booked) for line, acc, name, amount, booked in lines.select(columns).iter_rows()
    }


def _discount(amount: int, ppm: int) -> int:
    """Half away from zero, as invoices state it (docs/matching.md, early-payment discount)."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * ppm + PPM // 2) // PPM)


def _sets(pairs: pl.DataFrame) -> dict[str, frozenset[str]]:
    grouped: dict[str, set[str]] = defaultdict(set)
    for line_id, customer in pairs.iter_rows():
        grouped[line_id].add(customer)
    return {line_id: frozenset(customers) for line_id, customers in grouped.items()}
