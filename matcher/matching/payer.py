"""Who paid, where that is certain: by the account, or by a name that only one customer has."""

from collections.abc import Callable

import polars as pl

from matcher.matching.candidates import customer_accounts
from matcher.matching.keys import account_key
from matcher.matching.names.plain import Keys, name_keys
from matcher.matching.records import Receipt

_NAMED = ("equal", "trade")
"""How a payer's name meets a customer's that is the same."""


def payer_of(receipt: Receipt) -> str:
    """The one customer whose account paid, or without a known account the one that has the payer's name; '' when it is not certain."""
    for kinds in (("account",), _NAMED):
        customers = {payer.customer_id for payer in receipt.payers if payer.kind in kinds}
        if customers:
            return customers.pop() if len(customers) == 1 else ""
    return ""


def certain_payer(lines: pl.DataFrame, customers: pl.DataFrame, taught: pl.DataFrame, keys: Keys = name_keys) -> pl.DataFrame:
    """The customer whose money a line is for certain: line_id, customer_id; lines of which that is not certain are left out.

    The account decides, if it is one customer's alone in the master data or by earlier receipts. Else the name does: one customer alone
    has it as name, trade name or alias, and the account is no other customer's.

    Args:
        lines: line_id, entity, counterparty_account, counterparty_name.
        customers: `frames.CUSTOMER`; a customer without entity is every legal entity's.
        taught: line_id, customer_id of what earlier receipts say of the lines (`learn.learned`).
        keys: gives names with their keys.
    """
    by_account = pl.concat([_owners(lines, customers), taught.select("line_id", "customer_id")]).unique()
    alone = _alone(by_account)
    # a name is read where the account says nothing
    unknown = lines.join(by_account, on="line_id", how="anti")
    found = pl.concat([alone, _alone(_namesakes(unknown, customers, keys))])
    return found.sort("line_id")


def _owners(lines: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Lines and the customers whose account they name."""
    return _met(lines, "counterparty_account", _account_keys, customer_accounts(customers).rename({"account": "key"}))


def _namesakes(lines: pl.DataFrame, customers: pl.DataFrame, keys: Keys) -> pl.DataFrame:
    """Lines and the customers that have the payer's name."""
    fields = (pl.concat_list("name"), pl.col("trade_name").str.split("|"), pl.col("alias").str.split("|"))
    named = pl.concat([customers.select("customer_id", "entity", field.alias("name")).explode("name") for field in fields])
    return _met(lines, "counterparty_name", keys, _keyed(named, "name", keys))


def _account_keys(numbers: pl.Series) -> pl.DataFrame:
    """The distinct account numbers with their key: name, key."""
    distinct = numbers.unique()
    return pl.DataFrame({"name": distinct, "key": [account_key(number) for number in distinct]}, schema=_KEYS)


_KEYS = {"name": pl.String(), "key": pl.String()}


def _met(lines: pl.DataFrame, column: str, form: Callable[[pl.Series], pl.DataFrame], owned: pl.DataFrame) -> pl.DataFrame:
    """Pairs of lines and customers with one key, inside the legal entity. `owned`: customer_id, entity, key."""
    theirs = owned.unique(["customer_id", "entity", "key"]).rename({"entity": "of_entity"})
    asked = _keyed(lines.select("line_id", "entity", column), column, form)
    pairs = asked.join(theirs, on="key").filter((pl.col("of_entity") == "") | (pl.col("of_entity") == pl.col("entity")))
    return pairs.select("line_id", "customer_id").unique()


def _keyed(frame: pl.DataFrame, column: str, form: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """Rows whose text has a key, with it; each distinct text is read once."""
    stated = frame.filter(pl.col(column).is_not_null() & (pl.col(column) != ""))
    keys = form(stated.get_column(column)).rename({"name": column})
    return stated.join(keys, on=column).filter(pl.col("key") != "")


def _alone(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of pairs of lines and customers, those whose line has no other customer."""
    return pairs.select("line_id", "customer_id").filter(pl.len().over("line_id") == 1)
