"""What the writer asks before anything is kept: that no money is spent twice, on everything that is known and nothing clipped."""

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.states import AllocationState


def hold(state: State) -> None:
    """Refuses a state in which a line gives more than it has, or an item takes more than its document or than the ERP left open.

    Args:
        state: of the lines and items that a command changes, as of the latest day.

    Raises:
        MatcherError: ``decision.amount``, naming the first line or item; the caller then keeps nothing of the command.
    """
    placed = state.lines.with_columns(placed=pl.col("applied") + pl.col("used"))
    lines = placed.filter(_outside("placed", "amount"))
    for line_id, amount, given, currency in lines.select("line_id", "amount", "placed", "currency").iter_rows():
        raise _broken(f"line {line_id} has {money.render(amount, currency)} {currency}, {money.render(given, currency)} of it are applied")
    away = state.allocations.filter(pl.col("state") == AllocationState.POSTED).join(state.excluded, on="line_id", how="semi")
    for line_id in away["line_id"]:
        raise _broken(f"line {line_id} does not count and has money applied")
    settled = (pl.col("settled_cash") + pl.col("settled_adjustment")).alias("settled")
    items = state.items.with_columns(settled).filter(_outside("settled", "amount") | _outside("open", "amount"))
    for item_id, posted, still_open, currency in items.select("item_id", "settled", "open", "currency").iter_rows():
        left = money.render(still_open, currency)
        raise _broken(f"{money.render(posted, currency)} {currency} are posted on item {item_id}, which would leave {left}")


def _outside(name: str, bound: str) -> pl.Expr:
    """Whether an amount lies outside of 0 to its bound, mirrored for a bound below 0."""
    return ((pl.col(name) * pl.col(bound).sign()) < 0) | (pl.col(name).abs() > pl.col(bound).abs())


def _broken(what: str) -> MatcherError:
    return MatcherError("decision.amount", f"nothing was kept, since money would be spent twice: {what}")
