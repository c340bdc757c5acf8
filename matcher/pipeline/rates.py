"""Exchange rates of the books' base currency, and of no other: what was imported for another one does not convert to this one."""

import polars as pl

from matcher.config import CONFIG_NAME
from matcher.errors import MatcherError
from matcher.pipeline.session import Session
from matcher.store import facts


def of_base(session: Session, base: str, batch: int | None = None) -> pl.DataFrame:
    """The rates for one unit of a base currency, as they were known after a batch; columns of `ledger.conversion.RATE`.

    Raises:
        MatcherError: ``rate.base`` where the books hold rates, and all are for one unit of another currency.
    """
    found = facts.rates(session.store, base, batch)
    others = facts.rate_bases(session.store, batch) if found.is_empty() else []
    if others:
        what = f"the books hold exchange rates for one {' or '.join(others)}, and books.base_currency is {base}"
        raise MatcherError("rate.base", what, str(session.directory / CONFIG_NAME))
    return found
