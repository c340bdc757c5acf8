"""The hash chain over batches: each command's record contains a hash of all that it appended and of the batch before it.

Changing, removing or inserting anything that was recorded breaks every hash from there on; `matcher verify` recomputes them. Whoever
can write the file can also compute the whole chain anew. Two things tell that: a hash that was noted outside the books
(``verify --expect``), and a key that is kept outside them, with which every batch's hash is signed.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from matcher.journal.encoding import VERSION, fields

GENESIS = "0" * 64
"""Previous hash of the first batch."""

Contents = Mapping[str, tuple[int, str]]
"""Of each table that a batch appended to, or put anew: how many rows, and their digest (`encoding.table_digest`)."""


class Head(NamedTuple):
    """The latest batch: number and hash. It stands for everything that the books held after it; (0, `GENESIS`) in empty books."""

    batch: int
    hash: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One command's record.

    Attributes:
        batch: number, from 1.
        command: what was run, e.g. ``run`` or ``accept``.
        actor: who ran it.
        at: when, ISO 8601 in UTC; from an injected clock.
        version: of the program.
        config_hash: of matcher.toml as it stood.
        summary: what it did, as a JSON object with sorted keys (file hashes, counts).
        contents: `Contents` as JSON with sorted keys: what it appended, table by table.
        previous_hash, hash: the chain.
        signature: HMAC-SHA256 of the hash with the books' key; '' when they had none.
    """

    batch: int
    command: str
    actor: str
    at: str
    version: str
    config_hash: str
    summary: str
    contents: str
    previous_hash: str
    hash: str
    signature: str

    def sealed(self) -> dict[str, tuple[int, str]]:
        """The tables of `contents`. Raises ValueError when it is not what `seal` writes."""
        return {str(table): (int(rows), str(digest)) for table, (rows, digest) in json.loads(self.contents).items()}


def seal(
    previous: Head, head: Mapping[str, str], summary: Mapping[str, object], contents: Contents, key: bytes | None = None
) -> JournalEntry:
    """Makes the batch that follows `previous`. `head` has command, actor, at, version and config_hash; `key` signs it."""
    batch = JournalEntry(
        batch=previous.batch + 1,
        command=head["command"],
        actor=head["actor"],
        at=head["at"],
        version=head["version"],
        config_hash=head["config_hash"],
        summary=_json(summary),
        contents=_json(contents),
        previous_hash=previous.hash,
        hash="",
        signature="",
    )
    digest = content_hash(batch)
    return replace(batch, hash=digest, signature="" if key is None else signature(key, digest))


def content_hash(batch: JournalEntry) -> str:
    """The hash of a batch: SHA-256 over everything else that it holds, its signature apart."""
    cells = (batch.batch, batch.command, batch.actor, batch.at, batch.version, batch.config_hash, batch.summary, batch.contents)
    return sha256(fields(VERSION, *cells, batch.previous_hash)).hexdigest()


def signature(key: bytes, batch_hash: str) -> str:
    """HMAC-SHA256 of a batch's hash."""
    return hmac.new(key, fields(VERSION, batch_hash), sha256).hexdigest()


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def signed_by(batch: JournalEntry, key: bytes) -> bool:
    """Whether a batch's signature is this key's."""
    return hmac.compare_digest(batch.signature.encode(), signature(key, batch.hash).encode())
