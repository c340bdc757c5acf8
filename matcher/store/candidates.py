"""Customers and items that a receipt may be about, found by its words and its amount: for a person to choose from."""

import re
from collections.abc import Collection
from typing import NamedTuple

from matcher.store.database import Store
from matcher.store.journal import texts

_NAMES = "lower(strip_accents(name || ' | ' || trade_name || ' | ' || alias))"
_SIGNS = "[^A-Z0-9]*"
"""What may stand between the letters and digits of a number."""
_AT_ONCE = 50
"""Numbers in one expression: a very large one the database refuses."""
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
    if not words and not accounts:
        return []
    # only of those that any record names the latest record is sought
    sql = f"""SELECT {", ".join(NamedCustomer._fields)} FROM raw.customer AS c
        WHERE (($words <> '' AND regexp_matches({_NAMES}, $words))
                OR list_contains($numbers::VARCHAR[], lower(customer_no)) OR list_contains($numbers::VARCHAR[], lower(customer_id))
                OR list_has_any(string_split(account, '|'), $accounts::VARCHAR[]))
            AND NOT EXISTS (FROM raw.customer AS later WHERE later.customer_id = c.customer_id AND later.batch > c.batch)
        ORDER BY customer_id LIMIT $limit"""
    asked = texts(words)
    pattern = "|".join(re.escape(word) for word in asked)
    return [
        NamedCustomer(*row) for row in store.run(sql, {"words": pattern, "numbers": asked, "accounts": texts(accounts), "limit": limit})
    ]


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
    asked = [number for number in texts(numbers) if number]
    # expressions for many numbers at once: to take the signs off a million document numbers takes ten times as long
    patterns = [
        f"(?:{'|'.join(_SIGNS.join(number) for number in asked[first : first + _AT_ONCE])}){_SIGNS}$"
        for first in range(0, len(asked), _AT_ONCE)
    ]
    tests = " OR ".join(f"regexp_matches(upper(document_no), $p{place})" for place in range(len(patterns)))
    sql = f"SELECT item_id FROM raw.item WHERE {tests} GROUP BY item_id {_STILL_OPEN} ORDER BY item_id LIMIT $limit + 1"
    named = {f"p{place}": pattern for place, pattern in enumerate(patterns)}
    found = _ids(store, sql, {**named, "currency": currency, "limit": limit}) if patterns else []
    return found if len(found) <= limit else []


def _ids(store: Store, sql: str, values: dict[str, object]) -> list[str]:
    return [str(row[0]) for row in store.run(sql, values)]
