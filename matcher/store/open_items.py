"""Open items as people look for them, found by the database: what matches, what is open of it, sums, and a page in order.

What is open is a fold over everything that moved an item. Of items that nobody has posted on, and of those that the ERP listed once only,
it is a plain sum; the few others are left to the fold. tests/properties/test_near.py holds the two equal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from matcher import columns, frames, terms
from matcher.ledger.unapplied import PREFIX
from matcher.money import PPM, SCALE
from matcher.states import SETTLING, ItemStatus
from matcher.store import journal
from matcher.store.database import Store

NUMBERS = ("document_no", "item_id", "payment_reference", "purchase_order")
"""Columns in which a number is looked for."""

SORTS = {"due": "due, item_id", "amount": "abs(open) DESC, item_id", "customer": "customer_id, due, item_id"}
"""Orders that may be asked for."""

MANY = 100_000
"""Items whose rows are read one by one; of more all are read."""

LISTED: frames.Schema = {
    "entity": pl.String(), "customer_id": pl.String(), "item_id": pl.String(), "document_no": pl.String(), "document_type": pl.String(),
    "issue_date": pl.Date(), "due_date": pl.Date(), "currency": pl.String(), "amount": pl.Int64(), "open": pl.Int64(),
    "discount": pl.Int64(), "discount_date": pl.Date(),
}  # fmt: skip
"""What `page` gives. ``discount`` is what may be deducted in terms, 0 when nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for. Empty: no condition.

    Attributes:
        customer_id: the customer.
        patterns: of SQL's LIKE, for numbers in small letters; an item with one of them in a column of `NUMBERS` matches.
        confirm: a regular expression that such a number must hold too.
        customers: ids; their items match where `patterns` would decide, too.
        entity, currency: as in the items.
    """

    customer_id: str = ""
    patterns: tuple[str, ...] = ()
    confirm: str = ""
    customers: tuple[str, ...] = ()
    searching: bool = False
    entity: str = ""
    currency: str = ""

    def sql(self) -> tuple[str, dict[str, object]]:
        """A condition on rows of ``raw.item``, and the values in it; '' for none."""
        parts: list[str] = []
        values: dict[str, object] = {}
        for name in ("customer_id", "entity", "currency"):
            if getattr(self, name):
                parts.append(f"{name} = ${name}")
                values[name] = getattr(self, name)
        if self.searching:
            ways = ["customer_id IN (SELECT unnest($customers::VARCHAR[]))"]
            values["customers"] = list(self.customers)
            for n, pattern in enumerate(self.patterns):
                confirm = " AND regexp_matches(lower({0}), $confirm)" if self.confirm else ""
                ways += [f"(lower({name}) LIKE $p{n}{confirm.format(name)})" for name in NUMBERS]
                values[f"p{n}"] = pattern
            if self.confirm and self.patterns:
                values["confirm"] = self.confirm
            parts.append(f"({' OR '.join(ways)})")
        return " AND ".join(parts), values


_AGAIN = """CREATE OR REPLACE TEMP TABLE seen_again AS
    SELECT item_id, max(batch) AS last FROM {table} GROUP BY item_id HAVING count(*) > 1"""
_DAY = f"CASE WHEN {{0}} BETWEEN DATE '{columns.EARLIEST}' AND DATE '{columns.LATEST}' THEN {{0}} END"
_LATEST = f"""CREATE OR REPLACE TEMP TABLE found_item AS
    SELECT entity, customer_id, item_id, document_no, document_type,
        least(greatest(issue_date, DATE '{columns.EARLIEST}'), DATE '{columns.LATEST}') AS issue_date,
        {_DAY.format("due_date")} AS due_date,
        currency, amount, CASE status WHEN '{ItemStatus.CLOSED}' THEN 0 ELSE open_amount END AS open,
        CASE WHEN discount_ppm BETWEEN 1 AND {PPM - 1} THEN discount_ppm ELSE 0 END AS ppm, {_DAY.format("discount_date")} AS discount_date,
        terms, last IS NOT NULL AS again
    FROM {{table}} AS t LEFT JOIN seen_again USING (item_id) WHERE batch = coalesce(last, batch) {{where}}"""
_PAST = f"""CREATE OR REPLACE TEMP TABLE found_item AS
    SELECT entity, customer_id, item_id, document_no, document_type, issue_date, {_DAY.format("due_date")} AS due_date,
        currency, amount, open,
        CASE WHEN discount_ppm BETWEEN 1 AND {PPM - 1} THEN discount_ppm ELSE 0 END AS ppm, {_DAY.format("discount_date")} AS discount_date,
        terms, false AS again
    FROM past_item {{where}}"""
_MOVED = """CREATE OR REPLACE TEMP TABLE moved_item AS
    SELECT a.item_id, sum(CASE WHEN u.reverses IS NULL THEN item_amount + adjustment ELSE 0 END) AS settled,
        bool_or(u.reverses IS NOT NULL) AS undone
    FROM log.allocation AS a SEMI JOIN found_item USING (item_id)
    LEFT JOIN (SELECT DISTINCT reverses FROM log.decision WHERE reverses <> '') AS u ON u.reverses = a.decision_id GROUP BY a.item_id"""
# What the ERP lists with nothing open has had all of our postings booked. What was taken back of them is open again before the ERP says so.
_SUMS = """UPDATE found_item SET open = CASE WHEN again THEN open ELSE open - settled END FROM moved_item AS m
    WHERE m.item_id = found_item.item_id"""
_LEFT = """SELECT item_id FROM found_item JOIN moved_item USING (item_id) WHERE again AND (open <> 0 OR undone) ORDER BY item_id"""
_DISCOUNT = f"""CASE WHEN ppm > 0 AND open = amount AND discount_date >= $since
    THEN sign(amount)::BIGINT * ((abs(amount)::HUGEINT * ppm + {PPM // 2}) // {PPM})::BIGINT ELSE 0 END"""


_ENDED = "ppm > 0 AND open = amount AND discount_date < $since AND regexp_matches(terms, '[%/].*[%/]')"
"""Items whose first step of discount is over, and whose terms may say others."""


def look(store: Store, wanted: Wanted) -> list[str]:
    """Finds the items that match, in a table of this connection; what is open of all but those whose ids are returned is known then."""
    condition, values = wanted.sql()
    table = "raw.item"
    if condition:
        # by their ids alone first: to read wide rows of a million for the sake of a few takes a second
        store.run(f"CREATE OR REPLACE TEMP TABLE some_item AS SELECT DISTINCT item_id FROM raw.item WHERE {condition}", values)
        if store.scalar("SELECT count(*) FROM some_item") <= MANY:
            rows = "rowid IN (SELECT rowid FROM raw.item SEMI JOIN some_item USING (item_id))"
            store.run(f"CREATE OR REPLACE TEMP TABLE some_version AS FROM raw.item WHERE {rows}")
            table = "some_version"
    several = store.scalar(f"SELECT count(DISTINCT batch) FROM {table}") > 1
    store.run(_AGAIN.format(table=table if several else f"(FROM {table} LIMIT 0)"))
    store.run(_LATEST.format(table=table, where=f"AND {condition}" if condition else ""), values)
    store.run(_MOVED)
    left = [str(row[0]) for row in store.run(_LEFT)]
    store.run(_SUMS)
    return left


def look_back(store: Store, items: pl.DataFrame, wanted: Wanted) -> None:
    """Finds the items that match among those of an earlier day; columns of `frames.STATE_ITEM`, with what was open then."""
    names = [*(name for name in LISTED if name != "discount"), "discount_ppm", "terms", "purchase_order", "payment_reference"]
    kept = ", ".join(name for name in names if name != "open")
    store.run(f"CREATE OR REPLACE TEMP TABLE past_item AS SELECT {kept}, 0::BIGINT AS open FROM raw.item LIMIT 0")
    store.append("past_item", items.select(names))
    condition, values = wanted.sql()
    store.run(_PAST.format(where=f"WHERE {condition}" if condition else ""), values)


def put_open(store: Store, opens: pl.DataFrame) -> None:
    """Says what is open of items that were left to the fold: item_id, ``open``."""
    store.run("CREATE OR REPLACE TEMP TABLE folded_item (item_id VARCHAR, open BIGINT)")
    store.append("folded_item", opens)
    store.run("UPDATE found_item SET open = f.open FROM folded_item AS f WHERE f.item_id = found_item.item_id")


def with_open(store: Store, amounts: Collection[int]) -> list[str]:
    """Ids of the items that were found of which one of these is open, in minor units; also of those that are left to the fold."""
    sql = "SELECT item_id FROM found_item WHERE again OR open IN (SELECT unnest($1::BIGINT[])) ORDER BY 1"
    return [str(row[0]) for row in store.run(sql, [list(amounts)])]


def put_credits(store: Store, credits: pl.DataFrame, document_type: str) -> None:
    """Adds what is left of receipts: columns of `frames.STATE_CREDIT`."""
    names = ("entity", "customer_id", "item_id", "document_no", "issue_date", "currency", "amount", "open")
    store.run("CREATE OR REPLACE TEMP TABLE found_credit AS SELECT * EXCLUDE (again) FROM found_item LIMIT 0")
    rows = credits.select(*names, document_type=pl.lit(document_type), ppm=pl.lit(0, pl.Int64))
    store.append("found_credit", rows)
    store.run("INSERT INTO found_item BY NAME SELECT *, false AS again FROM found_credit")


def credit_lines(store: Store, customers: Collection[str] | None, text: str = "") -> list[str]:
    """Ids of the receipts of which something may be left as a credit of one of these customers; None for any.

    `text`: or whose bank reference or id holds it, in whatever case.
    """
    kinds = ", ".join(f"'{kind}'" for kind in SETTLING)
    mine = "" if customers is None else "AND customer_id IN (SELECT unnest($customers::VARCHAR[]))"
    owned = f"""SELECT line_id FROM log.decision WHERE kind IN ({kinds}) AND customer_id <> '' {mine}
        UNION SELECT line_id FROM log.credit WHERE customer_id <> '' {mine}"""
    values: dict[str, object] = {} if customers is None else {"customers": journal.texts(customers)}
    if text and customers is not None:
        every = owned.replace(mine, "")
        owned = f"""{owned} UNION SELECT line_id FROM ({every}) JOIN raw.line USING (line_id)
            WHERE contains(lower(bank_reference), $text) OR starts_with('{PREFIX.lower()}' || line_id, $text)
                OR starts_with(line_id, $text)"""
        values["text"] = text.lower()
    sql = f"""WITH owned AS ({owned}), applied AS (
            SELECT line_id, sum(amount) AS applied FROM log.allocation SEMI JOIN owned USING (line_id)
            WHERE decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '') GROUP BY line_id
        )
        SELECT line_id FROM raw.line SEMI JOIN owned USING (line_id) LEFT JOIN applied USING (line_id)
        WHERE amount > 0 AND amount <> coalesce(applied, 0) ORDER BY line_id"""
    return [str(row[0]) for row in store.run(sql, values)]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of the items that were found are shown.

    Attributes:
        today: the day from which they are looked at.
        discount_until: the last day that an early-payment discount must reach to be earned today.
        closed: whether those with nothing open are.
        overdue: only debts that were due before today.
        items: only these ids; None for all.
    """

    today: date
    discount_until: date
    closed: bool = False
    overdue: bool = False
    items: tuple[str, ...] | None = None

    def sql(self) -> tuple[str, dict[str, object]]:
        """A condition on rows of what was found, and its values."""
        parts = ["true"] if self.closed else ["open <> 0"]
        values: dict[str, object] = {}
        if self.overdue:
            parts.append("open > 0 AND coalesce(due_date, issue_date) < $today")
            values["today"] = self.today
        if self.items is not None:
            parts.append("item_id IN (SELECT unnest($items::VARCHAR[]))")
            values["items"] = list(self.items)
        return " AND ".join(parts), values


def page(store: Store, narrowed: Narrowed, sort: str, limit: int | None) -> pl.DataFrame:
    """The first of the items that were found, in order; columns of `LISTED`."""
    where, values = narrowed.sql()
    told = ", ".join(f"{_DISCOUNT} AS discount" if name == "discount" else name for name in LISTED)
    sql = f"""SELECT {told}, CASE WHEN {_ENDED} THEN ppm END, terms FROM (SELECT *, coalesce(due_date, issue_date) AS due FROM found_item)
        WHERE {where} ORDER BY {SORTS[sort]} {"" if limit is None else f"LIMIT {int(limit)}"}"""
    rows = store.run(sql, {**values, "since": narrowed.discount_until})
    return frames.of_rows([_at_its_step(row[:-2], row[-2], row[-1], narrowed.discount_until) for row in rows], LISTED)


def _at_its_step(row: tuple[Any, ...], ppm: int | None, text: str, since: date) -> tuple[Any, ...]:
    """A row of `LISTED` whose first step of discount is over (`ppm`: its rate), with the step that counts now, else its last."""
    if ppm is None:
        return row
    cells = dict(zip(LISTED, row, strict=True))
    steps = terms.steps(text, cells["issue_date"], ppm, cells["discount_date"])
    rate, until = next(((rate, until) for rate, until in steps if until >= since), (0, steps[-1][1]))
    return tuple({**cells, "discount": terms.of_amount(cells["amount"], rate), "discount_date": until}.values())


def sums(store: Store, narrowed: Narrowed) -> list[tuple[str, int, int]]:
    """Currency, number of items with something open, and what that comes to, by currency."""
    where, values = replace(narrowed, closed=False).sql()
    rows = store.run(f"SELECT currency, count(*), sum(open) FROM found_item WHERE {where} GROUP BY currency ORDER BY currency", values)
    return [(str(currency), int(count), int(total)) for currency, count, total in rows]


def currencies(store: Store) -> list[str]:
    """Currencies of the items that were found."""
    return [str(row[0]) for row in store.run("SELECT DISTINCT currency FROM found_item ORDER BY 1")]


def known_values(store: Store, column: str) -> list[str]:
    """The words that items have in a column: ``entity`` or ``currency``."""
    assert column in ("entity", "currency")
    return [str(row[0]) for row in store.run(f"SELECT DISTINCT {column} FROM raw.item ORDER BY 1")]


@dataclass(frozen=True, slots=True)
class Sum:
    """A customer whose open items come to an amount; minor units."""

    entity: str
    customer_id: str
    currency: str
    items: tuple[str, ...]


def of_amount(store: Store, minor: Mapping[str, int], narrowed: Narrowed) -> tuple[list[str], list[str]]:
    """Ids of the items with that open, and of those whose open amount less their early-payment discount is that.

    `minor`: the amount in minor units of each currency. Credits are found by their size.
    """
    where, values = narrowed.sql()
    amount = _amount(minor)
    same = store.run(f"SELECT item_id FROM found_item WHERE {where} AND abs(open) = {amount} ORDER BY 1", values)
    less = store.run(
        f"""SELECT item_id FROM found_item WHERE {where} AND ppm > 0 AND open = amount AND discount_date >= $since
        AND abs(open - {_DISCOUNT}) = {amount} ORDER BY 1""",
        {**values, "since": narrowed.discount_until},
    )
    found = {str(row[0]) for row in less}
    sql = f"SELECT item_id, issue_date, ppm, discount_date, terms, amount, {amount} FROM found_item WHERE {where} AND {_ENDED}"
    for item, issued, ppm, until, text, whole, wanted in store.run(sql, {**values, "since": narrowed.discount_until}):
        rate = next((rate for rate, last in terms.steps(text, issued, ppm, until) if last >= narrowed.discount_until), 0)
        found |= {str(item)} if rate and abs(whole - terms.of_amount(whole, rate)) == wanted else set()
    return [str(row[0]) for row in same], sorted(found)


def whole_accounts(store: Store, minor: Mapping[str, int], most: int) -> list[Sum]:
    """Customers who owe that amount in several items, credits taken off; the first of them."""
    sql = f"""WITH account AS (
            SELECT entity, customer_id, currency FROM found_item WHERE open <> 0 GROUP BY entity, customer_id, currency
            HAVING count(*) > 1 AND sum(open) = {_amount(minor)} ORDER BY entity, customer_id, currency LIMIT {int(most)}
        )
        SELECT entity, customer_id, currency, list(item_id ORDER BY item_id) FROM found_item
        JOIN account USING (entity, customer_id, currency) WHERE open <> 0
        GROUP BY entity, customer_id, currency ORDER BY entity, customer_id, currency"""
    return [Sum(str(e), str(c), str(code), tuple(map(str, ids))) for e, c, code, ids in store.run(sql)]


def _amount(minor: Mapping[str, int]) -> str:
    """SQL for the amount in the currency of a row; NULL where it is none of it."""
    ways = " ".join(f"WHEN '{code}' THEN {int(value)}" for code, value in sorted(minor.items()) if code in SCALE)
    return f"CASE currency {ways} END" if ways else "NULL"


def names_of(store: Store, customer_ids: Sequence[str]) -> dict[str, str]:
    """Names of customers, as the latest record has them."""
    sql = """SELECT customer_id, arg_max(name, batch) FROM raw.customer WHERE customer_id IN (SELECT unnest($1::VARCHAR[]))
        GROUP BY customer_id"""
    return {str(customer_id): str(name) for customer_id, name in store.run(sql, [journal.texts(customer_ids)])}


def any_found(store: Store) -> bool:
    """Whether anything matches, open or not."""
    return bool(store.run("SELECT 1 FROM found_item LIMIT 1"))


def count(store: Store, narrowed: Narrowed, *, closed: bool) -> int:
    """How many of the items that were found are shown, with or without those that have nothing open."""
    where, values = replace(narrowed, closed=closed).sql()
    return int(store.run(f"SELECT count(*) FROM found_item WHERE {where}", values)[0][0])
