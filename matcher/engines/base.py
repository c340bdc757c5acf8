"""What an engine gives: the candidate relations of `matcher.matching.candidates`."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import polars as pl

from matcher.matching.candidates import Candidates
from matcher.matching.entity import Sharing
from matcher.rules.rulebook import Rulebook


class Stage(NamedTuple):
    """A stage of the work on a cluster: its tasks, and the bytes that it wrote for and read from other stages."""

    number: int
    tasks: int
    shuffle_written: int
    shuffle_read: int


class Engine(Protocol):
    """Runs the joins over whole frames."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """Candidates of all lines at once. Frames have the columns of `matcher.frames`."""
        ...

    def share(self, book: Rulebook, grace_days: int) -> Sharing | None:
        """Who looks at the receipts of a legal entity, where the engine does; None where processes of this program share the work.

        Args:
            book: the rules.
            grace_days: as of `ExplanationCache`.
        """
        ...

    def stages(self) -> Sequence[Stage]:
        """What a cluster has done, in the order in which it began; nothing where there is none."""
        ...
