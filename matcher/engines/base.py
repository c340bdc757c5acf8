"""What an engine gives: the candidate relations of `matcher.matching.candidates`."""

from typing import Protocol

import polars as pl

from matcher.matching.candidates import Candidates


class Engine(Protocol):
    """Runs the joins over whole frames."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """Candidates of all lines at once. Frames have the columns of `matcher.frames`."""
        ...
