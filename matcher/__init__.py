"""Bank reconciliation and payment matching."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.books import Books, init, open
    from matcher.pipeline.ranking import Ranking, rank

__all__ = ["Books", "Ranking", "init", "open", "rank"]


def __getattr__(name: str) -> Any:
    # the front door is opened when it is used: `matcher --help` must not wait for polars and duckdb
    if name in ("Ranking", "rank"):
        from matcher.pipeline import ranking

        return getattr(ranking, name)
    if name in __all__:
        from matcher import books

        return getattr(books, name)
    raise AttributeError(f"module 'matcher' has no attribute {name!r}")
