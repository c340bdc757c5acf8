"""Money between our own accounts: the two legs of a transfer, and what says that one side is ours."""

from collections.abc import Mapping

import polars as pl

from matcher.matching.candidates import mapped
from matcher.matching.keys import account_key
from matcher.matching.returns import day
from matcher.states import Outcome

DAYS = 5
"""Most days between the legs of a transfer."""

PAIRED = {name: pl.String() for name in ("line_id", "other_line", "outcome", "reason")}
"""Columns of what `own_transfers` finds."""


def own_transfers(lines: pl.DataFrame, ours: pl.Series, numbers: Mapping[str, str]) -> pl.DataFrame:
    """Both legs of transfers between our accounts: columns of `PAIRED`, a row for each leg.

    The legs have opposite amounts on two accounts, at most `DAYS` apart. One names the other's account, or both say that the other side
    is ours. Of several that may belong together those that name each other go first, then those of the nearest days.

    Args:
        lines: that nobody has decided; columns of `frames.LINE`.
        ours: ids of lines whose other side is ours, by account, name or the bank's word.
        numbers: of our accounts, by id.
    """
    by_number = {account_key(number): account for account, number in numbers.items()}
    mine = pl.col("line_id").is_in(ours.implode())
    # the account of ours that a line names as its other side; '' for none
    legs = lines.filter(mine).select(*_LEG, mapped("counterparty_account", lambda number: by_number.get(account_key(number), ""), "names"))
    if legs.is_empty():
        return pl.DataFrame(schema=PAIRED)
    sized = legs.with_columns(pl.col("amount").abs().alias("size"))
    named = sized.filter(pl.col("names") != "").with_columns(pl.col("names").alias("other_account"), pl.lit(1).alias("named"))
    others = lines.select(*_LEG, pl.col("amount").abs().alias("size")).join(sized, on=["currency", "size"], how="semi")
    by_name = named.join(
        others, left_on=["currency", "size", "other_account"], right_on=["currency", "size", "account"], coalesce=False, suffix=".other"
    )
    both = sized.with_columns(pl.lit(0).alias("named")).join(sized, on=["currency", "size"], suffix=".other")
    columns = ("line_id", "account", "amount", "booking_date", "named")
    pairs = pl.concat(found.select(*columns, *(f"{name}.other" for name in columns[:-1])) for found in (by_name, both))
    apart = (pl.col("booking_date") - pl.col("booking_date.other")).dt.total_days().abs()
    fits = (pl.col("amount") == -pl.col("amount.other")) & (pl.col("account") != pl.col("account.other")) & (apart <= DAYS)
    near = pairs.with_columns(apart.alias("apart")).filter(fits)
    return _paired(near)


_LEG = ("line_id", "account", "currency", "amount", "booking_date")


def _paired(pairs: pl.DataFrame) -> pl.DataFrame:
    """A row for each leg; a line is the leg of one transfer."""
    sides = ("line_id", "account", "booking_date")
    out, into = (
        [pl.when(pl.col("amount") * sign < 0).then(name).otherwise(f"{name}.other").alias(f"{side}_{name}") for name in sides]
        for side, sign in (("out", 1), ("into", -1))
    )
    ordered = pairs.select("named", "apart", *out, *into).group_by("out_line_id", "into_line_id").agg(
        pl.col("named").sum(), pl.exclude("named").first()
    )  # fmt: skip
    rows: list[tuple[str, str, str, str]] = []
    done: set[str] = set()
    columns = ("out_line_id", "into_line_id", "out_account", "into_account", "out_booking_date", "into_booking_date")
    for first, second, paying, paid, went, came in (
        ordered.sort(pl.col("named") * -1, "apart", "out_line_id", "into_line_id").select(columns).iter_rows()
    ):
        if not {first, second} & done:
            done |= {first, second}
            rows.append((first, second, Outcome.OUTGOING, f"A transfer of our own: account {paid} has it on {day(came)}."))
            rows.append((second, first, Outcome.NON_RECEIVABLE, f"A transfer of our own: from account {paying}, {day(went)}."))
    return pl.DataFrame(rows, schema=PAIRED, orient="row").sort("line_id")
