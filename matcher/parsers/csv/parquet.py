"""The plain layout as Parquet: the same columns, already typed. Every column is read as the text it would be in a CSV file."""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from matcher.columns import written
from matcher.errors import MatcherError
from matcher.parsers.base import BATCH_ROWS, Event, Source
from matcher.parsers.csv.columnar import NAMES, emit
from matcher.parsers.csv.reading import TableReading
from matcher.parsers.csv.sheets import number


def titles(source: Source) -> list[str]:
    """The names of the columns.

    Raises:
        MatcherError: ``file.malformed``.
    """
    try:
        with source.open() as stream:
            return [str(name) for name in pq.ParquetFile(stream).schema_arrow.names]
    except (pa.ArrowException, OSError) as error:
        raise MatcherError("file.malformed", f"the Parquet file is damaged: {str(error)[:120]}") from None


def read(source: Source, reading: TableReading) -> Iterator[Event]:
    """The events of the file's rows. A row's line is its number, counted from 1.

    Raises:
        MatcherError: ``file.malformed``.
    """
    row = 1
    try:
        with source.open() as stream:
            for batch in pq.ParquetFile(stream).iter_batches(batch_size=BATCH_ROWS):
                frame = pl.DataFrame(
                    [_text(pl.Series(name, pl.from_arrow(column))) for name, column in zip(NAMES, batch.columns, strict=False)]
                )
                if frame.height:
                    raw = pl.concat_str(pl.all(), separator="\t").alias("raw")
                    yield from emit(frame.with_columns(pl.int_range(row, row + frame.height, dtype=pl.Int64).alias("line"), raw), reading)
                    row += frame.height
    except (pa.ArrowException, OSError, pl.exceptions.PolarsError) as error:
        raise MatcherError("file.malformed", f"the Parquet file is damaged: {str(error)[:120]}") from None


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        values = (None if value is None else repr(value) for value in column.to_list())
        texts = [text if text in (None, "nan", "inf", "-inf") else str(number(text)) for text in values]
        return pl.Series(column.name, texts, pl.String).fill_null("")
    return written(column).fill_null("")  # a time of day stays, and the row reader puts it aside
