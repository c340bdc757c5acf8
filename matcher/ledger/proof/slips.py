"""Slips of the pen: a line and an entry of one reference whose amounts differ by transposed digits, or stand on opposite sides.

They are the same money with an error on one side. Which side is wrong a person says; here the two are put together and the difference is
named.
"""

from collections.abc import Iterator

import polars as pl

from matcher.ledger.proof import keyed

DIGITS, SIDES = "digits transposed", "opposite sides"
SLIPS = (DIGITS, SIDES)
DAYS = 31
_LEAST_REFERENCE = 2


def slips(lines: pl.DataFrame, entries: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    """Pairs, columns of `keyed.PAIRS`, with what their slip is. One line is one entry's; what may be several's is none.

    Args:
        lines: not paired; as `evidence.of_lines` gives them.
        entries: not paired; as `evidence.of_entries` gives them.
    """
    keys = pl.concat([entries.select("id", "account", "amount", "date", pl.col(own).alias("key")) for own in ("reference", "document")])
    keys = keys.filter(pl.col("key").str.len_chars() >= _LEAST_REFERENCE)
    texts = (lines.select("id", "account", "amount", "date", pl.col(place).alias("key")).explode("key") for place in ("whole", "inside"))
    said = pl.concat(texts)
    both = said.filter(pl.col("key") != "").join(keys, on=["account", "key"], suffix=".entry")
    near = (pl.col("date") - pl.col("date.entry")).dt.total_days().abs() <= DAYS
    pairs = both.filter(near).select("id", "id.entry", "amount", "amount.entry").unique()
    # of a reference that several lines or entries have, none is known to be meant
    lone = pairs.filter((pl.len().over("id") == 1) & (pl.len().over("id.entry") == 1)).sort("id")
    opposite = pl.col("amount") == -pl.col("amount.entry")
    for kind, chosen in ((SIDES, lone.filter(opposite)), (DIGITS, lone.filter(~opposite & _transposed()))):
        if chosen.is_empty():
            continue
        numbered = chosen.with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
        members = [numbered.select("group", pl.lit(side, pl.Int8).alias("side"), pl.col(name).alias("id"))
                   for side, name in ((0, "id"), (1, "id.entry"))]  # fmt: skip
        yield pl.concat(members).select(list(keyed.PAIRS)), kind


def _transposed() -> pl.Expr:
    """Whether both amounts have one sign and the same digits, of which just two next to each other have changed places."""
    pair = pl.struct("amount", "amount.entry")
    return pair.map_elements(lambda one: transposed(one["amount"], one["amount.entry"]), return_dtype=pl.Boolean())


def transposed(one: int, other: int) -> bool:
    """Whether two amounts differ by two digits next to each other that have changed places.

    >>> transposed(54_000, 45_000), transposed(54_000, 40_500), transposed(54_000, 54_000)
    (True, False, False)
    """
    if (one > 0) != (other > 0):
        return False
    first, second = str(abs(one)), str(abs(other))
    width = max(len(first), len(second))
    first, second = first.zfill(width), second.zfill(width)
    places = [place for place in range(width) if first[place] != second[place]]
    return (
        len(places) == 2 and places[1] == places[0] + 1 and first[places[0]] == second[places[1]] and first[places[1]] == second[places[0]]
    )
