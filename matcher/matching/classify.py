"""Lines that pay no open item because of what the bank says they are: money going out, fees, interest, tax, our own transfers."""

from collections.abc import Callable, Collection

import polars as pl

from matcher.matching.candidates import customer_accounts
from matcher.matching.keys import account_key, fold, name_key
from matcher.states import Outcome

NON_RECEIVABLE = {"fee": "a fee", "interest": "interest", "tax": "a tax", "own_transfer": "a transfer of our own"}
"""Kinds of lines (`frames.LINE`, ``kind``) that are no receivable."""

_CODES = {"CHRG": "fee", "COMM": "fee", "INTR": "interest", "TAXE": "tax"}
"""Sub-families of ISO 20022 bank transaction codes in the domain of account management (ACMT)."""


def non_receivable(lines: pl.DataFrame, own_accounts: Collection[str], own_names: Collection[str], customers: pl.DataFrame) -> pl.DataFrame:
    """Lines that are not matched with open items: line_id, outcome, reason.

    A company of our own that is a customer too pays its invoices like any other: its lines are matched.

    Args:
        own_accounts, own_names: of the books' own bank accounts and legal entities, as written.
        customers: columns of `frames.CUSTOMER`.
    """
    own_account, own_name = _own(lines, own_accounts, own_names, customers)
    kind = _kind()
    reason = (
        pl.when(pl.col("amount") <= 0).then(pl.lit("money going out is not matched with open items"))
        .when(kind.is_not_null()).then(pl.format("the bank's code says {}", kind.replace_strict(NON_RECEIVABLE, default="")))
        .when(own_account).then(pl.lit("it comes from an account of our own"))
        .when(own_name).then(pl.lit("it comes from a company of our own"))
    )  # fmt: skip
    outcome = pl.when(pl.col("amount") <= 0).then(pl.lit(Outcome.OUTGOING)).otherwise(pl.lit(Outcome.NON_RECEIVABLE))
    classified = lines.select("line_id", outcome.alias("outcome"), reason.alias("reason"))
    return classified.filter(pl.col("reason").is_not_null())


def own_side(lines: pl.DataFrame, own_accounts: Collection[str], own_names: Collection[str], customers: pl.DataFrame) -> pl.Series:
    """Ids of lines whose other side is ours, by account, by name or by the bank's word; of both signs. Arguments as above."""
    own_account, own_name = _own(lines, own_accounts, own_names, customers)
    return lines.filter(own_account | own_name | (_kind() == "own_transfer")).get_column("line_id")


def _kind() -> pl.Expr:
    """What the bank says that a line is, of `NON_RECEIVABLE`; null when it says nothing of the kind."""
    code = pl.col("transaction_code").str.extract(r"^ACMT[-/][A-Z]{4}[-/]([A-Z]{4})$", 1).replace_strict(_CODES, default=None)
    return pl.when(pl.col("kind").is_in(list(NON_RECEIVABLE))).then(pl.col("kind")).otherwise(code)


def _own(
    lines: pl.DataFrame, own_accounts: Collection[str], own_names: Collection[str], customers: pl.DataFrame
) -> tuple[pl.Expr, pl.Expr]:
    """Whether a line's other side has one of our account numbers; whether it has one of our names and no account that may be another's.

    A book transfer is one inside a bank, so the name is told by the bank itself.
    """
    accounts = {account_key(number) for number in own_accounts} - set(customer_accounts(customers)["account"])
    ours = {name_key(name) for name in own_names if name}
    may_be_ours = _may_have(ours)
    names = ours - {name_key(name) for name in customers["name"] if may_be_ours(name)}
    book = pl.col("transaction_code").str.contains(r"[-/]BOOK$")
    by_name = (pl.col("counterparty_account") == "") | book
    plain = pl.col("counterparty_account").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    named_own = _is(lines.filter(by_name), "counterparty_name", lambda v: may_be_ours(v) and name_key(v) in names)
    return plain.is_in(sorted(accounts)), by_name & named_own


def _may_have(keys: Collection[str]) -> Callable[[str], bool]:
    """Whether a name may have one of these keys: a key in plain letters has only letters of the name. A quick no for nearly all."""
    letter_sets = [frozenset(key.replace(" ", "") if key.isascii() else "") for key in keys]

    def test(name: str) -> bool:
        letters = set(fold(name))
        return any(map(letters.issuperset, letter_sets))

    return test


def _is(lines: pl.DataFrame, column: str, test: Callable[[str], bool]) -> pl.Expr:
    return pl.col(column).is_in([value for value in lines[column].unique().to_list() if test(value)])
