"""A handful of lines, open items and customers, as mappings, made into what the engine decides: for examples of rules and for `rank`.

The way is the real one: the contract's columns are checked as in a file, the engine finds candidates, and `EntityItems` is what a run
would hand to `decide`.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from matcher import columns, frames
from matcher.engines.base import Engine
from matcher.errors import MatcherError
from matcher.frames import Schema
from matcher.matching import receipts
from matcher.matching.candidates import PAYER
from matcher.matching.entity import EntityItems, entity_inputs, master_data
from matcher.openitems import readers
from matcher.openitems.tables import Column, Table, checked
from matcher.states import DocumentType, ItemStatus

Row = Mapping[str, object]
"""Cells by the contract's column names (section 3): text as in a file, or dates, decimals, whole numbers, None."""

ENTITY = "1"
"""The legal entity where neither lines nor items name one."""

_LINE_COLUMNS = (
    Column("line_id"),
    Column("account"),
    Column("entity"),
    Column("booking_date", "date", required=True),
    Column("value_date", "date"),
    Column("amount", "amount", required=True),
    Column("currency", "currency", required=True),
    *(
        Column(name)
        for name in (
            "counterparty_name", "counterparty_account", "counterparty_bank", "remittance_information", "creditor_reference",
            "end_to_end_id", "bank_reference", "transaction_code", "instructed_amount",
        )
    ),
    Column("instructed_currency", "currency"),
)  # fmt: skip
LINE_COLUMNS = tuple(column.name for column in _LINE_COLUMNS)
"""Columns that a line may have."""

_FILLERS: dict[pl.DataType, object] = {pl.String(): "", pl.Boolean(): False}


def entity_from_rows(
    lines: Sequence[Row],
    items: Sequence[Row],
    customers: Sequence[Row] = (),
    *,
    rates: Sequence[Row] = (),
    base_currency: str = "",
    duplicate_days: int = 30,
    engine: Engine | None = None,
) -> EntityItems:
    """The receipts and open items of one legal entity, ready for `decide.decide`, `build.explanations` and the like.

    Nothing is known of earlier runs: a closed item is closed, and nobody knows by which receipt.

    Args:
        lines: bank lines, credits. ``line_id`` may be left out (they are then 1, 2, ...), and ``account`` and ``entity`` too.
        items: open items. ``entity`` may be left out, and ``document_type``: an invoice, or a credit note if the amount is negative.
        customers: may be left out; nothing is then known of payers.
        rates: exchange rates.
        base_currency: that the rates are against; empty takes the first line's.
        duplicate_days: days within which an equal line is a repetition.
        engine: who finds candidates; the default engine if left out.

    Raises:
        MatcherError: as an import of the same rows as files would: ``column.missing``, ``row.invalid``, ``amount.*``,
            ``date.invalid``, ``currency.unknown``, ``value.unknown``, with ``lines``, ``items``, ``customers`` or ``rates`` as the file
            and the place of the row as the line; ``row.invalid`` when the lines are of several legal entities, or it is not clear
            of which.
    """
    owed = _item_frame(items)
    paid = _line_frame(lines)
    (company,) = _companies(
        paid.with_columns(pl.lit(_entity(paid, owed)).alias("entity")), owed, customers, rates, base_currency, duplicate_days, engine
    )
    return company


def entities_from_rows(
    lines: Sequence[Row],
    items: Sequence[Row],
    customers: Sequence[Row] = (),
    *,
    rates: Sequence[Row] = (),
    base_currency: str = "",
    duplicate_days: int = 30,
    engine: Engine | None = None,
) -> list[EntityItems]:
    """`entity_from_rows` for lines of several legal entities, which they and the items name; in the order of the companies' ids."""
    return _companies(_line_frame(lines), _item_frame(items), customers, rates, base_currency, duplicate_days, engine)


def _companies(
    paid: pl.DataFrame,
    owed: pl.DataFrame,
    customers: Sequence[Row],
    rates: Sequence[Row],
    base_currency: str,
    duplicate_days: int,
    engine: Engine | None,
) -> list[EntityItems]:
    customer_frame = readers.customer_rows(customers) if customers else frames.empty(frames.CUSTOMER)
    worth = (
        readers.rate_rows(rates) if rates else pl.DataFrame(schema={"date": pl.Date(), "currency": pl.String(), "per_base": pl.String()})
    )
    numbers = {a: a for a in paid["account"]}
    # what is ranked is seen, whichever instalment is due first
    about = master_data(customer_frame, worth, base_currency or paid["currency"][0], numbers, instalments_in_order=False)
    taught = pl.DataFrame(schema=PAYER)
    finder = engine or _default_engine()
    return [
        job.company(finder) for job in entity_inputs(paid, owed, customer_frame, taught, {}, receipts.repeats(paid, duplicate_days), about)
    ]


def _default_engine() -> Engine:
    from matcher.engines.duckdb import DuckDBEngine  # the library is loaded only when it is needed

    return DuckDBEngine()


def _item_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """`frames.ITEM` columns, ``open`` and ``listed_open``: what is open, 0 for closed items; nothing was posted before."""
    if not rows:
        return frames.empty(frames.ITEM | {"open": pl.Int64(), "listed_open": pl.Int64()})
    full = [{"entity": ENTITY, "document_type": _type(row), **row} for row in rows]
    still = pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("open_amount"))
    batch = pl.lit(0, pl.Int64)
    return readers.item_rows(full).with_columns(
        still.alias("open"), still.alias("listed_open"), batch.alias("first_seen"), batch.alias("seen")
    )


def _type(row: Row) -> str:
    return DocumentType.CREDIT_NOTE if str(row.get("amount", "")).startswith("-") else DocumentType.INVOICE


def _line_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """`frames.LINE` columns, and ``pending``: all of the amount. Cells that the contract has no column for are empty."""
    if not rows:
        raise MatcherError("row.invalid", "there is no line", "lines")
    numbered = [{"line_id": str(number), **row} for number, row in enumerate(rows, 1)]
    frame, table = checked(Table.of_rows(numbered, "lines"), _LINE_COLUMNS)
    instructed = columns.amount(pl.col("instructed_amount"), pl.col("instructed_currency"))
    typed = frame.with_columns(instructed.alias("instructed_amount"))
    if (wrong := typed["instructed_amount"].is_null() & (frame["instructed_amount"] != "")).any():
        where = table.where(wrong.arg_max() or 0)
        raise MatcherError("amount.invalid", "instructed_amount is no amount of the instructed_currency", where)
    if frame["line_id"].is_duplicated().any():
        raise MatcherError("row.invalid", "line_id comes a second time", table.where(frame["line_id"].is_duplicated().arg_max() or 0))
    missing: Schema = {name: kind for name, kind in frames.LINE.items() if name not in typed.columns}
    filled = typed.with_columns(pl.lit(_FILLERS.get(kind), kind).alias(name) for name, kind in missing.items())
    return filled.select(*frames.LINE, pl.col("amount").alias("pending"))


def _entity(lines: pl.DataFrame, items: pl.DataFrame) -> str:
    """The legal entity that the lines name, else the only one of the items."""
    named = lines["entity"].unique().sort().to_list()
    if named == [""]:
        named = items["entity"].unique().sort().to_list() or [ENTITY]
    if len(named) > 1:
        raise MatcherError("row.invalid", f"lines of one legal entity are needed, not of {', '.join(n or 'none' for n in named)}", "lines")
    return str(named[0])
