"""Customers and items that a receipt may be about, found by its words and its amount: for a person to choose from."""

from collections.abc import Collection
from typing import NamedTuple

from matcher.store.database import Store
from matcher.store.journal import texts

_NAMES = "lower(strip_accents(name || ' | ' || trade_name || ' | ' || alias))"
_LATEST = "SELECT {columns} FROM raw.customer QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY batch DESC) = 1"
_STILL_OPEN = "HAVING arg_max(status, batch) <> 'closed' AND arg_max(currency, batch) = $currency"


class NamedCustomer(NamedTuple):
    """A customer of the master data; `alias` and `account` hold several, separated by ``|``."""

    customer_id: str
    customer_no: str
    name: str
    trade_name: str
    alias: str
    account: str
    entity: str


def customers(store: Store, words: Collection[str], accounts: Collection[str], limit: int) -> list[NamedCustomer]:
    """Customers one of whose names holds one of the words (lower case, without accents), or whose number or bank account is one."""
    columns = ", ".join(NamedCustomer._fields)
    sql = f"""SELECT {columns} FROM ({_LATEST.format(columns=f"{columns}, {_NAMES} AS names")})
        WHERE list_bool_or(list_transform($words::VARCHAR[], lambda word: contains(names, word)))
            OR list_contains($words::VARCHAR[], lower(customer_no)) OR list_contains($words::VARCHAR[], lower(customer_id))
            OR list_has_any(string_split(account, '|'), $accounts::VARCHAR[])
        ORDER BY customer_id LIMIT $limit"""
    values = {"words": texts(words), "accounts": texts(accounts), "limit": limit}
    return [NamedCustomer(*row) for row in store.run(sql, values)] if words or accounts else []


def items_of(store: Store, customer_ids: Collection[str], currency: str, limit: int) -> list[str]:
    """Ids of these customers' open items in a currency, those that are due first."""
    sql = f"""SELECT item_id FROM raw.item WHERE customer_id IN (SELECT unnest($customers::VARCHAR[]))
        GROUP BY item_id {_STILL_OPEN} ORDER BY min(coalesce(due_date, issue_date)), item_id LIMIT $limit"""
    return _ids(store, sql, {"customers": texts(customer_ids), "currency": currency, "limit": limit})


def items_of_amount(store: Store, amount: int, currency: str, limit: int) -> list[str]:
    """Ids of the open items of an amount in minor units, whosever they are; none when there are more than `limit`."""
    sql = f"""SELECT item_id FROM raw.item WHERE open_amount = $amount AND currency = $currency
        GROUP BY item_id {_STILL_OPEN} ORDER BY item_id LIMIT $limit + 1"""
    found = _ids(store, sql, {"amount": amount, "currency": currency, "limit": limit})
    return found if len(found) <= limit else []


def items_named(store: Store, numbers: Collection[str], currency: str, limit: int) -> list[str]:
    """Ids of the open items whose document number, without its signs, is or ends with one of the numbers (capital letters and digits)."""
    sql = f"""SELECT item_id FROM (
            SELECT item_id, status, batch, currency, regexp_replace(upper(document_no), '[^A-Z0-9]', '', 'g') AS bare FROM raw.item
        ) WHERE bare <> '' AND list_bool_or(list_transform($numbers::VARCHAR[], lambda number: ends_with(bare, number)))
        GROUP BY item_id {_STILL_OPEN} ORDER BY item_id LIMIT $limit + 1"""
    found = _ids(store, sql, {"numbers": texts(numbers), "currency": currency, "limit": limit}) if numbers else []
    return found if len(found) <= limit else []


def _ids(store: Store, sql: str, values: dict[str, object]) -> list[str]:
    return [str(row[0]) for row in store.run(sql, values)]
