"""One command's run over the books: the open store, the configuration, the clock and the actor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

import polars as pl

from matcher import frames
from matcher.config import Config
from matcher.errors import MatcherError
from matcher.journal import chain, conservation
from matcher.ledger.fold import fold
from matcher.pipeline import signing
from matcher.store import Store, journal, near, seals


@cache
def program_version() -> str:
    """Of this program; to look it up takes 8 ms."""
    return version("matcher-recon")


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
        about: goes into the summary of every batch that the session appends.
        names: the books' name on each day that a report asks for, in the order in which it asks.
    """

    store: Store
    directory: Path
    config: Config
    config_hash: str
    actor: str
    at: str
    version: str
    about: Mapping[str, object] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def key(self) -> bytes | None:
        """The key that signs the journal; None when these books have none. Raises MatcherError: ``journal.key``."""
        return signing.key_of(self.config.journal, self.directory)

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
    ) -> chain.JournalEntry:
        """Seals what the command did and appends it to the journal, if every sum of what it changed holds.

        All that the command appends must be there before.

        Raises:
            MatcherError: ``decision.amount`` or ``journal.key``; the command must then keep nothing.
        """
        rows = (
            frames.empty(frames.DECISION) if decisions is None else decisions,
            frames.empty(frames.ALLOCATION) if allocations is None else allocations,
        )
        previous = journal.last_batch(self.store)
        journal.append_decided(self.store, previous.batch + 1, *rows)
        head = {"command": command, "actor": self.actor, "at": self.at, "version": self.version, "config_hash": self.config_hash}
        sealed = seals.of_batch(self.store, previous.batch + 1)
        batch = chain.seal(previous, head, {**summary, **self.about}, sealed, self.key)
        journal.append(self.store, batch)
        if not near.CHANGING.isdisjoint(sealed) and (facts := near.changed(self.store, batch.batch)):
            conservation.hold(fold(facts, date.max, self.config.books.base_currency))
        return batch

    def check_key(self) -> None:
        """Refuses to append to a signed journal without the key that signed it: a journal stays signed.

        Raises:
            MatcherError: ``journal.key``.
        """
        key, last = self.key, journal.latest(self.store)
        if last is None:
            return
        where, first = str(self.directory), self.config.journal.signed_from
        if last.signature and key is None:
            raise MatcherError("journal.key", f"batch {last.batch} is signed, and no key is named", where)
        if last.signature and key is not None and not chain.signed_by(last, key):
            raise MatcherError("journal.key", f"batch {last.batch} was signed with another key", where)
        if not last.signature and (0 < first <= last.batch or journal.signed(self.store)):
            what = f"batch {last.batch} has no signature, and it must have one"
            raise MatcherError("journal.key", what, where, "Run `matcher verify` and see docs/runbook.md.")
