"""The hash chain over batches: each command's record contains a hash of its contents and of the batch before it.

Changing, removing or inserting anything that was recorded breaks every hash from there on; `matcher verify` recomputes them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

GENESIS = "0" * 64
"""Previous hash of the first batch."""

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Batch:
    """One command's record.

    Attributes:
        batch: number, from 1.
        command: what was run, e.g. ``run`` or ``accept``.
        actor: who ran it.
        at: when, ISO 8601 in UTC; from an injected clock.
        version: of the program.
        config_hash: of matcher.toml as it stood.
        summary: what it did, as a JSON object with sorted keys (file hashes, counts, digests).
        decisions, allocations: how many rows of each.
        previous_hash, hash: the chain.
    """

    batch: int
    command: str
    actor: str
    at: str
    version: str
    config_hash: str
    summary: str
    decisions: int
    allocations: int
    previous_hash: str
    hash: str


def seal(previous: tuple[int, str], head: Mapping[str, str], summary: Mapping[str, object], rows: Iterable[pl.DataFrame]) -> Batch:
    """Makes the batch that follows `previous` (number, hash). `rows` are its decisions and its allocations, in order."""
    decisions, allocations = rows
    text = json.dumps(summary, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    number = previous[0] + 1
    digest = content_hash(number, previous[1], (*(head[k] for k in _HEAD), text), (decisions, allocations))
    return Batch(
        batch=number,
        command=head["command"],
        actor=head["actor"],
        at=head["at"],
        version=head["version"],
        config_hash=head["config_hash"],
        summary=text,
        decisions=decisions.height,
        allocations=allocations.height,
        previous_hash=previous[1],
        hash=digest,
    )


_HEAD = ("command", "actor", "at", "version", "config_hash")


def content_hash(number: int, previous_hash: str, head: Iterable[str], frames: Iterable[pl.DataFrame]) -> str:
    """The hash of a batch: SHA-256 over its number, the previous hash, its header and every cell of its rows."""
    digest = sha256(_SEPARATOR.join((str(number), previous_hash, *head)).encode())
    for frame in frames:
        digest.update(f"\n{frame.height}\n".encode())
        for part in frame.iter_slices(100_000):
            cells = [pl.col(name).cast(pl.String).fill_null("\x00") for name in part.columns]
            joined = part.select(pl.concat_str(cells, separator=_SEPARATOR).alias("row"))["row"]
            digest.update("\n".join(joined.to_list()).encode())
    return digest.hexdigest()
