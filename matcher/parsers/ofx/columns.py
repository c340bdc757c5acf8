"""Runs of regular OFX transactions to columns of `Transaction`: what `rows.RowReader` does, for many at once.

Only what can be read in one way is read here: plain amounts, dates that are days. Whatever else a run holds is given back as it
stands. Both ways give the same rows (held equal by a property test).
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from matcher import money
from matcher.parsers.ofx import runs
from matcher.parsers.ofx.fields import is_blank_date, unescape
from matcher.parsers.ofx.rows import DIRECTION, KINDS, NUMBERS, SEPARATE, SURE, RowReader

_BLANKS = " \t\r\n"


def booked(leaves: pl.DataFrame, reader: RowReader) -> Iterator[pl.DataFrame]:
    """The transactions of a run in order, as frames with columns of `Transaction`; or, when they have to be read one by one, as
    frames with the columns ``raw`` and ``line`` alone.
    """
    cells = {name: _stripped(leaves[name]) for name in leaves.columns if name not in ("raw", "line")}
    absent = pl.repeat("", leaves.height, dtype=pl.String, eager=True)

    def cell(name: str) -> pl.Series:
        return cells.get(name, absent)

    def text(name: str) -> pl.Series:
        return _one_line(cell(name))

    days, times = _days(cell("DTPOSTED"), reader)
    value_days, _ = _days(cell("DTAVAIL"), reader)
    identity, name, code = text("FITID"), text("NAME"), text("TRNTYPE")
    if "EXTDNAME" in cells:
        full = text("EXTDNAME")
        name = full.zip_with(full != "", name)
    rows = leaves.select("raw", "line").with_columns(
        booking_date=days,
        amount=_amounts(cell("TRNAMT"), reader.currency),
        currency=pl.lit(reader.currency),
        value_date=value_days,
        bank_reference=identity,
        counterparty_name=name,
        remittance_information=text("MEMO"),
        transaction_code=code,
        kind=code.str.to_uppercase().replace_strict(KINDS, default="", return_dtype=pl.String),
        time=times,
    )
    for element, label in NUMBERS:
        if element in cells:
            rows = rows.with_columns(number=text(element)).with_columns(remittance_information=_with_number(label)).drop("number")
    ordinary = rows["booking_date"].is_not_null() & rows["amount"].is_not_null()
    if "DTAVAIL" in cells:
        blank = [text for text in cells["DTAVAIL"].unique() if is_blank_date(text)]
        ordinary &= value_days.is_not_null() | cells["DTAVAIL"].is_in(blank)
    if reader.currency == "BRL":
        # without an id it may be a balance written among the transactions
        ordinary &= identity.str.strip_chars("0") != ""
    at = 0
    for stretch in ordinary.rle():
        part = rows.slice(at, stretch["len"])
        at += part.height
        if stretch["value"] and part.height >= runs.SHORTEST:
            part = _directed(part, reader)
            reader.without_id += int((part["bank_reference"] == "").sum())
            yield part
        else:
            yield part.select("raw", "line")


def _directed(rows: pl.DataFrame, reader: RowReader) -> pl.DataFrame:
    """The rows with the direction that their types say, where the amounts have no signs; counts those that contradict each other."""
    code = pl.col("transaction_code").str.to_uppercase()
    says = code.replace_strict(DIRECTION, default=0, return_dtype=pl.Int64)
    against = (says * pl.col("amount").sign()) < 0
    if not reader.by_type:
        reader.against += int(rows.select((against & code.is_in(list(SURE))).sum()).item())
        return rows
    reader.against += int(rows.select(against.sum()).item())
    return rows.with_columns(amount=pl.when(against).then(-pl.col("amount")).otherwise("amount"))


def _stripped(written: pl.Series) -> pl.Series:
    """Texts without spaces at their ends, entities replaced; empty where there is none."""
    texts = written.fill_null("")
    if texts.str.contains("&", literal=True).any():
        texts = pl.Series([unescape(text) if "&" in text else text for text in texts], dtype=pl.String)
    return texts.str.strip_chars(_BLANKS)


def _one_line(texts: pl.Series) -> pl.Series:
    broken = texts.str.contains("[\r\n]")
    return texts.str.replace_all("[ \t]*[\r\n][ \t\r\n]*", " ") if broken.any() else texts


def _days(cells: pl.Series, reader: RowReader) -> tuple[pl.Series, pl.Series]:
    """The days that date cells name, null where they name none, and the times behind them."""
    days: dict[str, date | None] = {}
    times: dict[str, str] = {}
    for cell in cells.unique():
        day = reader.day(cell)
        days[cell], times[cell] = (day.day, day.time) if day else (None, "")
    return cells.replace_strict(days, return_dtype=pl.Date), cells.replace_strict(times, return_dtype=pl.String)


def _amounts(cells: pl.Series, currency: str) -> pl.Series:
    """Minor units of plain amounts, with at most two decimals behind the mark, which no file can mean otherwise; null for any other."""
    places = money.scale(currency)
    fraction = "[0-9]{1,2}" if places >= 2 else "0{1,2}"
    parts = cells.str.extract_groups(rf"^(?P<sign>[-+]?)(?P<whole>[0-9]{{1,12}})(?:[.,](?P<fraction>{fraction}))?$").struct.unnest()
    digits = pl.concat_str("whole", pl.col("fraction").fill_null("").str.slice(0, places).str.pad_end(places, "0"))
    minor = digits.cast(pl.Int64)
    return parts.select(pl.when(pl.col("sign") == "-").then(-minor).otherwise(minor).alias("amount")).to_series()


def _with_number(label: str) -> pl.Expr:
    """The remittance information and a number, when neither it nor name and id say that already."""
    text, number = pl.col("remittance_information"), pl.col("number")
    told = (
        (number.str.strip_chars("0") == "")
        | (number == pl.col("bank_reference"))
        | text.str.contains(number, literal=True)
        | pl.col("counterparty_name").str.contains(number, literal=True)
    )
    labelled = pl.concat_str(pl.when(text == "").then(pl.lit("")).otherwise(text + SEPARATE), pl.lit(f"{label} "), number)
    return pl.when(told).then(text).otherwise(labelled)
