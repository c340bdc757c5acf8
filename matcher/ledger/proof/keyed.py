"""Pairs of records that have one key: as many on both sides, in the order of their days.

Records of one account, amount and key are taken in groups whose neighbours are at most some days apart. Where a group has as many of one
side as of the other, all of it is paired by the order of days; which of two equal amounts is which changes no sum then.
"""

from collections.abc import Sequence

import polars as pl

KEYED = {
    "id": pl.String(),
    "account": pl.String(),
    "amount": pl.Int64(),
    "date": pl.Date(),
    "key": pl.String(),
    "words": pl.List(pl.String()),
}
"""Columns of either side."""

PAIRS = {"group": pl.Int64(), "side": pl.Int8(), "id": pl.String()}
"""What is found: members of numbered groups; side 0 is the first that was given, 1 the second."""

_SAME = ("account", "amount", "key")


def pairs(
    first: pl.DataFrame, second: pl.DataFrame, windows: Sequence[int], *, twins: bool = False, agreeing: bool = False
) -> pl.DataFrame:
    """Members of pairs: columns of `PAIRS`, numbered from 0, two of each number.

    Args:
        first, second: columns of `KEYED`; equal account, amount and key belong together.
        windows: days, rising: what a narrow window pairs, no wide one sees.
        twins: whether of records that are alike in their day too, as many are taken as the other side has, by their ids.
        agreeing: whether a group is left alone where the words of two that would be paired have nothing in common.
    """
    left = pl.concat([_side(first, 0), _side(second, 1)])
    found, count = [], 0
    for window in windows:
        left = left.filter(pl.col("side").n_unique().over(_SAME) == 2)
        if left.is_empty():
            break
        taken = _of_window(left, window, twins=twins, agreeing=agreeing)
        if taken.is_empty():
            continue
        found.append(taken.with_columns(pl.col("group") + count))
        count += taken.height // 2
        left = left.join(taken, on=["side", "id"], how="anti")
    return pl.concat(found) if found else pl.DataFrame(schema=PAIRS)


def _side(frame: pl.DataFrame, side: int) -> pl.DataFrame:
    return frame.select(list(KEYED)).with_columns(pl.lit(side, pl.Int8).alias("side"))


def _of_window(left: pl.DataFrame, window: int, *, twins: bool, agreeing: bool) -> pl.DataFrame:
    ordered = left.sort(*_SAME, "date", "side", "id")
    begins = pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in _SAME) | (pl.col("date").diff().dt.total_days() > window)
    clusters = ordered.with_columns(begins.fill_null(value=True).cast(pl.Int64).cum_sum().alias("cluster"))
    of = [((pl.col("side") == side).sum().over("cluster")).cast(pl.Int64) for side in (0, 1)]
    alike = [pl.col("date").filter(pl.col("side") == side).n_unique().over("cluster") == 1 for side in (0, 1)]
    sized = clusters.with_columns(pl.int_range(pl.len()).over("cluster", "side").alias("rank"), of[0].alias("n0"), of[1].alias("n1"))
    fits = pl.col("n0") == pl.col("n1")
    if twins:
        fits |= ((pl.col("n0") > pl.col("n1")) & alike[0]) | ((pl.col("n1") > pl.col("n0")) & alike[1])
    both = sized.filter(fits & (pl.min_horizontal("n0", "n1") > 0) & (pl.col("rank") < pl.min_horizontal("n0", "n1")))
    if both.is_empty():
        return pl.DataFrame(schema=PAIRS)
    on = ["cluster", "rank"]
    paired = both.filter(pl.col("side") == 0).join(both.filter(pl.col("side") == 1), on=on, suffix=".other")
    good = (pl.col("date") - pl.col("date.other")).dt.total_days().abs() <= window
    if agreeing:
        silent = (pl.col("words").list.len() == 0) | (pl.col("words.other").list.len() == 0)
        good &= silent | (pl.col("words").list.set_intersection("words.other").list.len() > 0)
    whole = paired.filter(good.all().over("cluster")).sort("cluster", "rank").with_row_index("group")
    members = [whole.select(pl.col("group").cast(pl.Int64), pl.lit(side, pl.Int8).alias("side"), pl.col(name).alias("id"))
               for side, name in ((0, "id"), (1, "id.other"))]  # fmt: skip
    return pl.concat(members)
