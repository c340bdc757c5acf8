"""Finding lines and items by what people call them."""

from collections.abc import Collection
from typing import NamedTuple

from matcher.store.database import Store
from matcher.store.journal import texts

MOST = 200
"""Items that one name may fit at first sight; more are not looked at one by one."""

_ALL = "SELECT item_id, document_no, entity FROM raw.item"


class NamedItem(NamedTuple):
    """An item that a name may mean."""

    item_id: str
    document_no: str
    entity: str


def items_called(store: Store, name: str) -> list[NamedItem]:
    """Items of which the name is the id, or has ever been the document number."""
    sql = (
        f"SELECT DISTINCT * FROM ({_ALL} WHERE item_id IN (SELECT unnest($1::VARCHAR[])) OR document_no IN (SELECT unnest($1::VARCHAR[])))"
    )
    return [NamedItem(*row) for row in store.run(f"{sql} ORDER BY ALL", [texts([name])])]


def items_ending(store: Store, ending: str) -> list[NamedItem]:
    """Items whose id or document number ends with a text, letters in whatever case; none when they are more than `MOST`."""
    if not texts([ending]):
        return []
    sql = f"SELECT DISTINCT * FROM ({_ALL} WHERE ends_with(lower(document_no), $1) OR ends_with(lower(item_id), $1)) LIMIT {MOST + 1}"
    rows = store.run(f"SELECT * FROM ({sql}) ORDER BY ALL", [ending.lower()])
    return [NamedItem(*row) for row in rows] if len(rows) <= MOST else []


def nearest_items(store: Store, name: str, count: int = 3) -> list[str]:
    """Document numbers that differ from a name in a few characters, the nearest first."""
    if not texts([name]) or len(name) > 60:
        return []
    sql = """SELECT document_no FROM (SELECT DISTINCT document_no FROM raw.item)
        WHERE damerau_levenshtein(lower(document_no), $1) <= $2
        ORDER BY damerau_levenshtein(lower(document_no), $1), document_no LIMIT $3"""
    return [str(row[0]) for row in store.run(sql, [name.lower(), max(2, len(name) // 4), count])]


def lines_referred(store: Store, reference: str) -> list[str]:
    """Ids of the lines with a bank reference."""
    if not texts([reference]):
        return []
    return [str(row[0]) for row in store.run("SELECT line_id FROM raw.line WHERE bank_reference = ? ORDER BY 1", [reference])]


def customers_called(store: Store, ids: Collection[str]) -> set[str]:
    """Which of the ids are customers: of the master data, or of an item."""
    sql = """SELECT customer_id FROM raw.customer WHERE customer_id IN (SELECT unnest($1::VARCHAR[]))
        UNION SELECT customer_id FROM raw.item WHERE customer_id IN (SELECT unnest($1::VARCHAR[]))"""
    return {str(row[0]) for row in store.run(sql, [texts(ids)])}


class CustomerNames(NamedTuple):
    """What a customer is called, by the latest record. `trade_name` and `alias` hold several with ``|`` between them."""

    customer_id: str
    customer_no: str
    name: str
    trade_name: str
    alias: str


def customers_written(store: Store, typed: str, spellings: Collection[str]) -> list[CustomerNames]:
    """Customers that may be meant: with one of the spellings in a name, with a name in other letters, or with the text in a number."""
    names = "concat_ws('|', name, trade_name, alias)"
    sql = f"""SELECT customer_id, customer_no, name, trade_name, alias FROM raw.customer AS c
        WHERE (strlen({names}) <> length({names})
            OR len(list_filter($spellings::VARCHAR[], lambda s: contains(lower({names}), s))) > 0
            OR contains(lower(customer_no), $typed) OR contains(lower(customer_id), $typed))
        AND NOT EXISTS (FROM raw.customer AS later WHERE later.customer_id = c.customer_id AND later.batch > c.batch)
        ORDER BY customer_id"""
    if not texts([typed]):
        return []
    return [CustomerNames(*map(str, row)) for row in store.run(sql, {"spellings": list(spellings), "typed": typed.strip().lower()})]


def customers_beginning(store: Store, typed: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Ids and names of customers whose id or name begins so, whatever the case; by id."""
    sql = """SELECT customer_id, arg_max(name, batch) AS name FROM raw.customer GROUP BY customer_id
        HAVING starts_with(lower(customer_id), $1) OR starts_with(lower(name), $1) ORDER BY customer_id LIMIT $2"""
    return tuple((customer_id, name) for customer_id, name in store.run(sql, [typed.lower(), limit]))


def nearest_customers(store: Store, typed: str, count: int = 3) -> list[tuple[str, str]]:
    """Ids and names of customers whose id or name is near to what was typed, or holds it; the nearest first."""
    if not texts([typed]) or len(typed) > 60:
        return []
    sql = """SELECT customer_id, name FROM (
            SELECT customer_id, name, contains(lower(name), $1) AS holds,
                least(damerau_levenshtein(lower(customer_id), $1), damerau_levenshtein(lower(name), $1)) AS distance
            FROM (SELECT customer_id, arg_max(name, batch) AS name FROM raw.customer GROUP BY customer_id)
        ) WHERE holds OR distance <= $2 ORDER BY distance, customer_id LIMIT $3"""
    return [(str(row[0]), str(row[1])) for row in store.run(sql, [typed.lower(), max(1, len(typed) // 4), count])]


def known(store: Store, names: Collection[str]) -> frozenset[str]:
    """Which of the names are the id or the document number of an item."""
    sql = "SELECT item_id FROM raw.item WHERE item_id IN (SELECT unnest($1::VARCHAR[])) UNION "
    sql += "SELECT document_no FROM raw.item WHERE document_no IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(str(row[0]) for row in store.run(sql, [texts(names)]))
