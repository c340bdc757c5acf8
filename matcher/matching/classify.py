"""Lines that pay no open item because of what the bank says they are: money going out, fees, interest, tax, our own transfers."""

from collections.abc import Collection
from typing import NamedTuple

import polars as pl

from matcher.matching.candidates import customer_accounts
from matcher.matching.keys import account_key, name_key
from matcher.matching.names.plain import Keys, name_keys
from matcher.states import Outcome

NON_RECEIVABLE = {"fee": "a fee", "interest": "interest", "tax": "a tax", "own_transfer": "a transfer of our own"}
"""Kinds of lines (`frames.LINE`, ``kind``) that are no receivable."""

_CODES = {"CHRG": "fee", "COMM": "fee", "INTR": "interest", "TAXE": "tax"}
"""Sub-families of ISO 20022 bank transaction codes in the domain of account management (ACMT)."""


class Ours(NamedTuple):
    """Whether a line's other side is ours: it has one of our account numbers; or one of our names, and no account that may be another's."""

    account: pl.Expr
    name: pl.Expr


def ours(
    lines: pl.DataFrame, own_accounts: Collection[str], own_names: Collection[str], customers: pl.DataFrame, keys: Keys = name_keys
) -> Ours:
    """What says that the other side of these lines is ours.

    A company of our own that is a customer too pays its invoices like any other. A book transfer is one inside a bank, so the name is
    told by the bank itself.

    Args:
        lines: columns of `frames.LINE`.
        own_accounts: numbers of the books' own bank accounts, as written.
        own_names: names of the legal entities, as written.
        customers: columns of `frames.CUSTOMER`.
        keys: gives names with their keys.
    """
    accounts = {account_key(number) for number in own_accounts} - set(customer_accounts(customers)["account"])
    mine = {name_key(name) for name in own_names if name}
    names = mine - set(keys(customers["name"]).filter(pl.col("key").is_in(list(mine)))["key"])
    book = pl.col("transaction_code").str.contains(r"[-/]BOOK$")
    by_name = (pl.col("counterparty_account") == "") | book
    plain = pl.col("counterparty_account").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    named = keys(lines.filter(by_name)["counterparty_name"]).filter(pl.col("key").is_in(list(names)))["name"]
    return Ours(plain.is_in(sorted(accounts)), by_name & pl.col("counterparty_name").is_in(named.implode()))


def non_receivable(lines: pl.DataFrame, own: Ours) -> pl.DataFrame:
    """Lines that are not matched with open items: line_id, outcome, reason."""
    kind = _kind()
    reason = (
        pl.when(pl.col("amount") <= 0).then(pl.lit("money going out is not matched with open items"))
        .when(kind.is_not_null()).then(pl.format("the bank's code says {}", kind.replace_strict(NON_RECEIVABLE, default="")))
        .when(own.account).then(pl.lit("it comes from an account of our own"))
        .when(own.name).then(pl.lit("it comes from a company of our own"))
    )  # fmt: skip
    outcome = pl.when(pl.col("amount") <= 0).then(pl.lit(Outcome.OUTGOING)).otherwise(pl.lit(Outcome.NON_RECEIVABLE))
    classified = lines.select("line_id", outcome.alias("outcome"), reason.alias("reason"))
    return classified.filter(pl.col("reason").is_not_null())


def own_side(lines: pl.DataFrame, own: Ours) -> pl.Series:
    """Ids of lines whose other side is ours, by account, by name or by the bank's word; of both signs."""
    return lines.filter(own.account | own.name | (_kind() == "own_transfer")).get_column("line_id")


def _kind() -> pl.Expr:
    """What the bank says that a line is, of `NON_RECEIVABLE`; null when it says nothing of the kind."""
    code = pl.col("transaction_code").str.extract(r"^ACMT[-/][A-Z]{4}[-/]([A-Z]{4})$", 1).replace_strict(_CODES, default=None)
    return pl.when(pl.col("kind").is_in(list(NON_RECEIVABLE))).then(pl.col("kind")).otherwise(code)
