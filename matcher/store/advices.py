"""Remittance advices as they came in: appended once, read as the latest of each sender's number."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import polars as pl

from matcher.frames import Schema, of_rows
from matcher.store.database import Store
from matcher.store.journal import until

ADVICE: Schema = {
    "advice_key": pl.String(),
    "advice_id": pl.String(),
    "kind": pl.String(),
    "payment_reference": pl.String(),
    "customer_id": pl.String(),
    "payer_name": pl.String(),
    "payer_account": pl.String(),
    "date": pl.Date(),
    "currency": pl.String(),
    "total": pl.Int64(),
    "place": pl.String(),
}
"""Columns of `advices`, beside ``batch``. ``advice_key`` is made of what the advice says."""

ROW: Schema = {
    "advice_key": pl.String(),
    "ordinal": pl.Int64(),
    "document_no": pl.String(),
    "gross": pl.Int64(),
    "discount": pl.Int64(),
    "deduction": pl.Int64(),
    "reason": pl.String(),
    "reason_text": pl.String(),
    "net": pl.Int64(),
    "customer": pl.String(),
    "reference": pl.String(),
    "place": pl.String(),
}
"""Columns of `rows`."""

UNPROVEN: Schema = {"advice_key": pl.String(), "place": pl.String(), "why": pl.String(), "text": pl.String()}
"""Columns of `unproven`."""

_SENDER = "coalesce(nullif(customer_id, ''), nullif(payer_account, ''), payer_name)"
_ALONE = f"CASE WHEN {_SENDER} = '' THEN advice_key ELSE '' END"


class Stored(NamedTuple):
    """Rows of the three tables."""

    advices: pl.DataFrame
    rows: pl.DataFrame
    unproven: pl.DataFrame


def known(store: Store, keys: Collection[str]) -> set[str]:
    """Those of the keys that the books have, of advices and of what is unproven."""
    sql = """SELECT advice_key FROM raw.advice WHERE list_contains($keys::VARCHAR[], advice_key)
        UNION SELECT advice_key FROM raw.unproven_advice WHERE list_contains($keys::VARCHAR[], advice_key)"""
    return {key for (key,) in store.run(sql, {"keys": list(keys)})}


def append(
    store: Store,
    batch: int,
    advices: Iterable[tuple[object, ...]],
    rows: Iterable[tuple[object, ...]],
    unproven: Iterable[tuple[object, ...]],
) -> None:
    """Appends rows in the order of the columns of `ADVICE`, `ROW` and `UNPROVEN`."""
    for table, schema, found in (("advice", ADVICE, advices), ("advice_row", ROW, rows), ("unproven_advice", UNPROVEN, unproven)):
        store.append(f"raw.{table}", of_rows(list(found), schema).with_columns(pl.lit(batch, pl.Int64).alias("batch")))


def any_advice(store: Store) -> bool:
    """Whether the books have an advice at all: without one nothing else is asked."""
    return bool(store.scalar("SELECT EXISTS (FROM raw.advice)::INTEGER"))


def stored(store: Store, batch: int | None = None, *, replaced: bool = False) -> Stored:
    """The advices that hold, by the batch and the place in which they came: of one sender's with one number the latest.

    Args:
        batch: as the books knew them after it; None for what they know now.
        replaced: also those that a later one replaces.
    """
    latest = (
        ""
        if replaced
        else f"QUALIFY row_number() OVER (PARTITION BY kind, advice_id, {_SENDER}, {_ALONE} ORDER BY batch DESC, place, advice_key) = 1"
    )
    every, rows, unproven = (until(f"raw.{table}", batch) for table in ("advice", "advice_row", "unproven_advice"))
    return Stored(
        store.few(f"SELECT {_names(ADVICE)}, batch FROM {every} {latest} ORDER BY batch, place, advice_id, advice_key"),
        store.few(f"SELECT {_names(ROW)}, batch FROM {rows} ORDER BY advice_key, ordinal"),
        store.few(f"SELECT {_names(UNPROVEN)}, batch FROM {unproven} ORDER BY batch, place, advice_key"),
    )


def earlier(store: Store, kind: str, advice_id: str, sender: str) -> list[str]:
    """Keys of the advices of a sender with that number, the latest last; none where nobody says who sent it."""
    if not sender:
        return []
    sql = f"SELECT advice_key FROM raw.advice WHERE kind = ? AND advice_id = ? AND {_SENDER} = ? ORDER BY batch, advice_key"
    return [key for (key,) in store.run(sql, [kind, advice_id, sender])]


def _names(schema: Schema) -> str:
    return ", ".join(f'"{name}"' for name in schema)
