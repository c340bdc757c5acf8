"""One command's run over the books: the open store, the configuration, the clock and the actor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from matcher import frames
from matcher.config import Config
from matcher.journal import chain, conservation
from matcher.journal.fold import fold
from matcher.store import Store, journal

Progress = Callable[[str], None]
"""Told which step long work is at; never told statement contents."""


def silent(step: str) -> None:
    """Shows no progress."""


@dataclass(frozen=True)
class Session:
    """What every step of a command needs.

    Attributes:
        store: the open books file.
        directory: the books directory.
        config: checked matcher.toml.
        config_hash: SHA-256 of its text.
        actor: who runs the command.
        at: when, ISO 8601 in UTC.
        version: of the program.
    """

    store: Store
    directory: Path
    config: Config
    config_hash: str
    actor: str
    at: str
    version: str

    @property
    def next_batch(self) -> int:
        """Number of the batch that this command will append."""
        return journal.last_batch(self.store)[0] + 1

    def commit(
        self,
        command: str,
        summary: Mapping[str, object],
        decisions: pl.DataFrame | None = None,
        allocations: pl.DataFrame | None = None,
    ) -> chain.Batch:
        """Seals what the command did and appends it to the journal, if every sum of what it changed holds.

        Raises:
            MatcherError: ``decision.amount``; the command must then keep nothing.
        """
        rows = (
            frames.empty(frames.DECISION) if decisions is None else decisions,
            frames.empty(frames.ALLOCATION) if allocations is None else allocations,
        )
        head = {"command": command, "actor": self.actor, "at": self.at, "version": self.version, "config_hash": self.config_hash}
        batch = chain.seal(journal.last_batch(self.store), head, summary, rows)
        journal.append(self.store, batch, *rows)
        conservation.hold(fold(journal.touched(self.store, batch.batch), date.max, self.config.books.base_currency))
        return batch
