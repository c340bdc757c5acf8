"""References that are only the number of the row in the file: they say nothing of the entry, and begin again in the next file."""

import polars as pl


class RowNumbers:
    """Looks at one statement's entries as they come, and leaves out references that count the rows.

    Counting is 1, 2, 3 ... in the order of the file, or n ... 3, 2, 1 where all entries come at once. Leading zeros, a year or a prefix
    are a bank's own numbering, which goes on in the next file.
    """

    def __init__(self) -> None:
        self._counting: bool | None = None

    def without(self, frame: pl.DataFrame, position: int) -> pl.DataFrame:
        """The entries without such references. `frame`: columns of a batch of entries; `position`: of its first one, from 0."""
        if self._counting is None:
            self._counting = position == 0 and _counts(frame["bank_reference"])
        if not self._counting:
            return frame
        place = (pl.int_range(pl.len()) + position + 1).cast(pl.String)
        own = pl.when(pl.col("bank_reference") == place).then(pl.lit("")).otherwise("bank_reference")
        return frame.with_columns((pl.lit("") if position == 0 else own).alias("bank_reference"))

    @property
    def found(self) -> bool:
        """Whether references were left out."""
        return bool(self._counting)


def _counts(references: pl.Series) -> bool:
    up = [str(n) for n in range(1, len(references) + 1)]
    return bool(up) and references.to_list() in (up, up[::-1])
