"""Who runs the set-shaped work. An engine computes and forgets; the store remembers."""

from collections.abc import Iterator
from contextlib import contextmanager

from matcher.engines.base import Engine


@contextmanager
def chosen(kind: str, master: str) -> Iterator[Engine]:
    """The engine of that kind, for as long as the block lasts: ``spark`` on the cluster `master`, anything else on this machine."""
    if kind == "spark":
        from matcher.engines.spark import SparkEngine  # its library is loaded only when it is needed

        spark = SparkEngine(master)
        try:
            yield spark
        finally:
            spark.close()
    else:
        from matcher.engines.duckdb import DuckDBEngine

        yield DuckDBEngine()
