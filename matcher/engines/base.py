"""What an engine gives: the candidate relations of `matcher.matching.candidates`."""

from dataclasses import dataclass
from typing import Protocol

import polars as pl


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate relations, each in a fixed order.

    Attributes:
        references: line_id, item_id, source, key, carriers, class.
        accounts: line_id, customer_id (payer's account is the customer's).
        names: line_id, customer_id (normalised names are equal).
    """

    references: pl.DataFrame
    accounts: pl.DataFrame
    names: pl.DataFrame


class Engine(Protocol):
    """Runs the joins over whole frames."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """Candidates of all lines at once. Frames have the columns of `matcher.frames`."""
        ...
