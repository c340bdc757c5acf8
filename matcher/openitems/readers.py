"""Open items, customers and exchange rates: the contract's columns (section 3) and what must hold between them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from matcher import columns, frames, terms
from matcher.characters import visible
from matcher.errors import MatcherError
from matcher.money import PPM
from matcher.openitems import dating
from matcher.openitems.faults import RowFault, refuse, where
from matcher.openitems.layouts.convert import Context, Converted, convert
from matcher.openitems.layouts.detect import find
from matcher.openitems.layouts.entities import contradictions
from matcher.openitems.layouts.grid import is_workbook
from matcher.openitems.layouts.library import Layouts
from matcher.openitems.layouts.words import Kind
from matcher.openitems.sheets import RawSheet, raw_sheets
from matcher.openitems.tables import Column, Table, one_sheet, text_table, typed
from matcher.states import DOCUMENT_TYPES, ITEM_STATUSES, DocumentType, ItemStatus

_ITEM_COLUMNS = (
    Column("item_id", "id", required=True),
    Column("entity", "id", required=True),
    Column("customer_id", "id", required=True),
    Column("document_type", "word", required=True, words=DOCUMENT_TYPES),
    Column("document_no", required=True),
    Column("issue_date", "date", required=True),
    Column("due_date", "date"),
    Column("currency", "currency", required=True),
    Column("amount", "amount", required=True),
    Column("open_amount", "amount"),
    Column("terms"),
    Column("discount_pct", "percent"),
    Column("discount_date", "date"),
    Column("purchase_order"),
    Column("payment_reference"),
    Column("status", "word", words=ITEM_STATUSES),
    Column("closed_date", "date"),
    Column("disputed_amount", "amount"),
)
_CUSTOMER_COLUMNS = tuple(
    Column(name, "id" if name in ("customer_id", "parent_id", "entity") else "text", required=name in ("customer_id", "name"))
    for name in frames.CUSTOMER
    if name != "extra"
)
_RATE_COLUMNS = (Column("date", "date", required=True), Column("currency", "currency", required=True), Column("per_base", required=True))

MAX_TERM_DAYS = terms.MAX_DAYS

_DISCOUNT_TERMS = r"^([0-9]+(?:\.[0-9]+)?)\s*/\s*([0-9]+)\b"
_NET_TERMS = r"(?i)\bnet\s*([0-9]+)\b"
_LEAST_RATE, _MOST_RATE = Decimal("1e-9"), Decimal("1e9")


def items(data: bytes, name: str) -> pl.DataFrame:
    """Open items as `frames.ITEM` without ``first_seen`` and ``seen``.

    A missing due date, discount rate or discount date is taken from terms such as ``net 30`` and ``2/10 net 30``.

    Raises:
        MatcherError: see `tables.text_table` and `tables.typed`; also
            ``row.invalid`` for an id that comes twice, an amount of the wrong sign for its
            document type, an open amount beyond the amount, terms of more than `MAX_TERM_DAYS` days, or a discount of 100 % or more.
    """
    return read_file("items", data, name).frame


def item_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`items` from mappings with the contract's columns. Raises as `items` does, and `tables.Table.of_rows`."""
    return _read("items", Table.of_rows(rows, "items")).frame


def _items(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowFault]]:
    frame = frame.with_columns(
        pl.coalesce("open_amount", pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("amount"))).alias("open_amount"),
        pl.col("disputed_amount").fill_null(0),
        pl.when(pl.col("status") == "").then(pl.lit(ItemStatus.OPEN)).otherwise(pl.col("status")).alias("status"),
    )
    stated = {"discount_pct is not from 0 to below 100": ~pl.col("discount_pct").is_between(0, PPM - 1)}
    found = where(frame, _wrong_terms() | stated)
    said = {fault.row for fault in found}
    found += [fault for fault in _too_long(frame) if fault.row not in said]
    frame = _with_terms(frame).rename({"discount_pct": "discount_ppm"})
    wrong = {
        f"the terms lead beyond the year {columns.LATEST.year}": (pl.col("due_date") > columns.LATEST)
        | (pl.col("discount_date") > columns.LATEST),
        "item_id comes a second time": _again("item_id"),
        "a credit note's amount is positive (credit notes are negative)": (pl.col("document_type") == DocumentType.CREDIT_NOTE)
        & (pl.col("amount") > 0),
        "open_amount lies beyond amount": (pl.col("open_amount") * pl.col("amount").sign() > pl.col("amount").abs())
        | (pl.col("open_amount") * pl.col("amount").sign() < 0),
    }
    return frame.select(c for c in frames.ITEM if c not in ("first_seen", "seen")), found + where(frame, wrong)


def customers(data: bytes, name: str) -> pl.DataFrame:
    """Customers as `frames.CUSTOMER`.

    Raises:
        MatcherError: see `tables.text_table` and `tables.typed`;
            ``row.invalid`` for an id that comes twice, or terms beyond reason as in `items`.
    """
    return read_file("customers", data, name).frame


def customer_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`customers` from mappings with the contract's columns. Raises as `customers` does, and `tables.Table.of_rows`."""
    return _read("customers", Table.of_rows(rows, "customers")).frame


def _customers(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowFault]]:
    wrong = _wrong_terms() | {"customer_id comes a second time": _again("customer_id")}
    return frame.select(list(frames.CUSTOMER)), where(frame, wrong)


def rates(data: bytes, name: str) -> pl.DataFrame:
    """Exchange rates: date, currency and ``per_base`` as decimal text (units of the currency for one unit of the base currency).

    Raises:
        MatcherError: see `tables.text_table` and `tables.typed`;
            ``row.invalid`` for a rate that is not a decimal from a billionth to a billion, or two for one day.
    """
    return read_file("rates", data, name).frame


def rate_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`rates` from mappings with the contract's columns. Raises as `rates` does, and `tables.Table.of_rows`."""
    return _read("rates", Table.of_rows(rows, "rates")).frame


def _rates(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowFault]]:
    decimal = pl.col("per_base").str.contains(r"^[0-9]{1,12}(\.[0-9]{1,12})?$")
    # with all of its digits a rate has 24 at most, which the type holds exactly
    value = pl.when(decimal).then(pl.col("per_base")).cast(pl.Decimal(38, 12), strict=False)
    possible = value.is_between(_LEAST_RATE, _MOST_RATE).fill_null(value=False)
    wrong = {
        "per_base is not a decimal from 0.000000001 to 1000000000": (pl.col("per_base") != "") & ~possible,
        "date and currency come a second time": _again("date", "currency"),
    }
    return frame.select("date", "currency", "per_base"), where(frame, wrong)


def _again(*key: str) -> pl.Expr:
    """Whether a row's key stood in an earlier row; not where a part of it is lacking, which is a fault of its own."""
    lacking = pl.any_horizontal(pl.col(name).is_null() | (pl.col(name).cast(pl.String) == "") for name in key)
    return ~pl.struct(key).is_first_distinct() & ~lacking


_KINDS: dict[str, tuple[tuple[Column, ...], Callable[[pl.DataFrame], tuple[pl.DataFrame, list[RowFault]]]]] = {
    "items": (_ITEM_COLUMNS, _items),
    "customers": (_CUSTOMER_COLUMNS, _customers),
    "rates": (_RATE_COLUMNS, _rates),
}


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file of the ERP.

    Attributes:
        frame: its rows, typed.
        table: without rows: tells where a row of the frame stands in the file.
        day: the day that a list of open items says in a column of its own or above its titles; None when it has none.
        notes: what a person should know of how it was read, in sentences without their full stop.
        titled: whether the day stands above the titles.
    """

    frame: pl.DataFrame
    table: Table
    day: date | None
    notes: tuple[str, ...] = ()
    titled: bool = False


@dataclass(frozen=True, slots=True)
class How:
    """How files in other layouts than the contract's are read.

    Attributes:
        layouts: those at hand; None reads the contract's columns only.
        layout: name of the one to use; empty detects.
        context: what the books say that a list may leave out.
        opened: the sheets of a workbook that is written as text (SpreadsheetML, HTML), where the caller has read it.
    """

    layouts: Layouts | None = None
    layout: str = ""
    context: Context = field(default_factory=Context)
    opened: Sequence[RawSheet] | None = None


def read_file(
    kind: str, data: bytes, name: str, entities: Collection[str] | None = None, dated: bool = False, how: How | None = None
) -> FileRead:
    """Reads `items`, `customers` or `rates`.

    Args:
        kind: of the file.
        data: its bytes.
        name: of the file, for messages.
        entities: the legal entities that items may be of; None for any.
        dated: whether the day is known without the file, so that its column for it is not looked at.
        how: the layouts of open items and customers; left out, the contract's columns alone are read.

    Raises:
        MatcherError: as `items`, `customers` and `rates`; ``value.unknown`` for another entity; ``date.invalid`` or
            ``snapshot.unclear`` for a column of the list's day that does not say one. All that is wrong is in one error. In a layout
            also ``layout.unknown``, ``layout.ambiguous``, ``items.totals``, ``amount.ambiguous``, ``date.ambiguous``.
    """
    if how is None or how.layouts is None or kind == "rates":
        return _read(kind, text_table(data, name), entities, dated)
    opened = raw_sheets(data, name) if is_workbook(data) else how.opened
    titles = _titles(data, opened)
    declared = _KINDS[kind][0]
    stated = how.context.entity
    needed = {column.name for column in declared if column.required} - ({"entity"} if stated else set())
    if not how.layout and (data[:4] == b"PAR1" or needed <= titles):
        return _of_entity(kind, text_table(data, name, opened), entities, dated, how.context, opened)
    listed: Kind = "items" if kind == "items" else "customers"
    try:
        found = find(data, name, listed, how.layouts, how.layout, opened)
    except MatcherError as error:
        nearly = len(titles & {column.name for column in declared}) >= (3 if kind == "items" else 1)
        if error.code == "layout.unknown" and nearly and not how.layout:
            return _of_entity(kind, text_table(data, name, opened), entities, dated, how.context, opened)
        raise
    made = convert(found, name, how.context)
    return _read(kind, made.table, entities, dated, made)


def _of_entity(
    kind: str, table: Table, entities: Collection[str] | None, dated: bool, context: Context, opened: Sequence[RawSheet] | None
) -> FileRead:
    """A table in the contract's columns, with the legal entity that a person names for rows that do not say it."""
    one_sheet(opened or (), table.name)
    if not (stated := context.entity):
        return _read(kind, table, entities, dated)
    said = (
        table.frame["entity"].fill_null("").str.strip_chars()
        if "entity" in table.frame.columns
        else pl.repeat("", table.frame.height, eager=True)
    )
    wrong = contradictions(said.to_list(), stated, context.entities)
    frame = table.frame.with_columns(pl.when(said == "").then(pl.lit(stated)).otherwise(said).alias("entity"))
    return _read(kind, replace(table, frame=frame), entities, dated, Converted(table, wrong))


def _titles(data: bytes, opened: Sequence[RawSheet] | None) -> set[str]:
    """The titles in the first line of a text with commas, or in the first row of a workbook's first sheet."""
    if opened is not None:
        return {str(cell).strip() for cell in opened[0].rows[0]} if opened else set()
    line = data[:65_536].lstrip(b"\xef\xbb\xbf\r\n ").partition(b"\n")[0].decode("utf-8", "replace")
    return {title.strip().strip('"') for title in line.split(",")}


def read_table(kind: str, table: Table, entities: Collection[str] | None = None) -> FileRead:
    """`read_file` of a table that was made of something else than a file. Raises as it does."""
    return _read(kind, table, entities)


def _read(kind: str, table: Table, entities: Collection[str] | None = None, dated: bool = True, made: Converted | None = None) -> FileRead:
    declared, check = _KINDS[kind]
    apart = dating.columns_of(table.frame) if kind == "items" else []
    frame, found = typed(table, declared, apart)
    day, unclear = (None, []) if dated else dating.told(table.frame, apart)
    titled = made.day if made and not dated and day is None else None
    frame, wrong = check(frame)
    found += unclear + wrong + (made.found if made else [])
    if entities is not None and "entity" in table.frame.columns:
        found += _other_entities(frame["entity"], entities)
    wide = {fault.row for fault in table.wide}
    # of a shifted row every other cell is wrong too
    refuse(table, (fault for fault in found if fault.row not in wide or fault.code == "row.width"))
    notes = (made.notes if made else ()) + (_unknown_terms(frame) + _due_early(frame) if kind == "items" else ())
    return FileRead(frame, table.without_rows(), day or titled, notes, titled=titled is not None)


def _other_entities(named: pl.Series, entities: Collection[str]) -> list[RowFault]:
    unknown = (~named.is_in([*entities, ""])).arg_true().to_list()
    hint = "Add an [[entity]] with this id."
    return [RowFault(row, "value.unknown", f"entity {named[row]!r} is not in matcher.toml", hint) for row in unknown]


def _net() -> pl.Expr:
    return pl.col("terms").str.extract(_NET_TERMS, 1)


def _discount(group: int) -> pl.Expr:
    return pl.col("terms").str.extract(_DISCOUNT_TERMS, group)


def _days(stated: pl.Expr) -> pl.Expr:
    """Days of a term; null where there is none, and where it is beyond reason."""
    days = stated.cast(pl.Int64, strict=False)
    return pl.when(days <= MAX_TERM_DAYS).then(days)


def _rate() -> pl.Expr:
    """The discount of the terms in millionths, exactly; null where there is none or it has more than four places."""
    return columns.amount(_discount(1), pl.lit("CLF"))


def _wrong_terms() -> dict[str, pl.Expr]:
    """What must not be in a column of terms."""
    too_long = (_net().is_not_null() & _days(_net()).is_null()) | (_discount(2).is_not_null() & _days(_discount(2)).is_null())
    return {
        f"terms are of more than {MAX_TERM_DAYS} days": too_long,
        "terms have a discount that is not from 0 to below 100 per cent, with four places at most": _discount(1).is_not_null()
        & ~_rate().is_between(0, PPM - 1).fill_null(value=False),
    }


def _unknown_terms(frame: pl.DataFrame) -> tuple[str, ...]:
    """How many items have terms of which nothing was made, with some of them."""
    named = frame.filter(
        (pl.col("terms") != "") & (pl.col("terms").str.to_lowercase() != "immediate") & _net().is_null() & _discount(1).is_null()
    )
    unknown = [text for text in named["terms"].unique().sort() if terms.parse(text) is None]
    if not unknown:
        return ()
    count = named["terms"].is_in(unknown).sum()
    few = ", ".join(repr(visible(text[:40])) for text in unknown[:_EXAMPLES])
    has = "item has" if count == 1 else "items have"
    return (f"{count} {has} terms that are not understood ({few}): only the dates in the list count for them",)


def _due_early(frame: pl.DataFrame) -> tuple[str, ...]:
    """The documents that are due before they are issued: their days may stand in the wrong columns."""
    early = frame.filter(pl.col("due_date") < pl.col("issue_date"))["document_no"]
    if early.is_empty():
        return ()
    named = ", ".join(repr(visible(text[:40])) for text in early[:_EXAMPLES])
    is_ = "1 document is due before it is issued" if len(early) == 1 else f"{len(early)} documents are due before they are issued"
    return (f"{is_}: {named}",)


_EXAMPLES = 3


def _in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """What `terms.parse` makes of each pair of terms and day of the document; no row where it makes nothing."""
    rows = []
    for text, issued in frame.filter(pl.col("terms") != "").select("terms", "issue_date").unique(maintain_order=True).iter_rows():
        understood = terms.parse(text)
        if understood is None or issued is None:
            continue
        first = understood.discounts[0] if understood.discounts else None
        if max(understood.days or 0, understood.after_month_end, first.days if first else 0) > MAX_TERM_DAYS:
            continue
        until = issued + timedelta(days=first.days) if first else None
        rows.append((text, issued, understood.due(issued), first.ppm if first else None, until))
    schema = {"terms": pl.String(), "issue_date": pl.Date(), "_due": pl.Date(), "_ppm": pl.Int64(), "_until": pl.Date()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _too_long(frame: pl.DataFrame) -> list[RowFault]:
    """The rows whose terms, in words, are beyond reason."""
    long = []
    for text in frame["terms"].unique():
        if (understood := terms.parse(text)) is not None:
            days = [understood.days or 0, understood.after_month_end, *(step.days for step in understood.discounts)]
            long += [text] if max(days) > MAX_TERM_DAYS else []
    rows = frame["terms"].is_in(long).arg_true().to_list() if long else []
    return [RowFault(row, "row.invalid", f"terms are of more than {MAX_TERM_DAYS} days") for row in rows]


def _with_terms(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.join(_in_words(frame), on=["terms", "issue_date"], how="left", maintain_order="left")
    frame = frame.with_columns(
        pl.coalesce("due_date", "_due").alias("due_date"),
        pl.coalesce("discount_pct", "_ppm").alias("discount_pct"),
        pl.coalesce("discount_date", "_until").alias("discount_date"),
    ).drop("_due", "_ppm", "_until")
    net = pl.when(pl.col("terms").str.to_lowercase() == "immediate").then(0).otherwise(_days(_net()))
    return frame.with_columns(
        pl.coalesce("due_date", pl.col("issue_date") + pl.duration(days=net)).alias("due_date"),
        pl.coalesce("discount_pct", _rate()).alias("discount_pct"),
        pl.coalesce("discount_date", pl.col("issue_date") + pl.duration(days=_days(_discount(2)))).alias("discount_date"),
    )
