"""Whether the journal still begins as it did when its head was noted outside the books: in a mail, a month's file, an exported journal."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from matcher.errors import MatcherError
from matcher.journal import chain
from matcher.journal.chain import Head, JournalEntry
from matcher.pipeline.check import Check

_HEAD = re.compile(r"(?:(?<![0-9a-fA-F])([0-9]{1,18})\W{1,4}(?:(?:journal_)?hash\W{1,4})?)?(?<![0-9a-fA-F])([0-9a-f]{64})(?![0-9a-fA-F])")
"""``batch N HASH`` in any sentence, the header of receipts, or a hash alone."""
_EXPORTED = '"previous_hash"'
_FIELDS = {field.name: int if field.name == "batch" else str for field in fields(JournalEntry)}
_MOST = 1 << 30
"""Bytes of a file that is looked into."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted outside the books.

    Attributes:
        heads: number and hash of batches, in order of number; number 0 where only the hash was noted.
        journal: an exported journal's entries; () for heads alone.
    """

    heads: tuple[Head, ...]
    journal: tuple[JournalEntry, ...] = ()


def read(told: str) -> Noted:
    """A head as `matcher verify --head` prints it, or a file that holds such lines or is an exported journal.

    Raises:
        MatcherError: ``usage.option`` for what is neither; ``file.missing``; ``row.invalid`` for a journal that is no journal.
    """
    if heads := _heads(told):
        return Noted(heads)
    text = _text(told)
    if _EXPORTED in text.partition("\n")[0]:
        entries = tuple(_entry(line, f"{told}:{number}") for number, line in enumerate(text.splitlines(), 1) if line.strip())
        return Noted(tuple(Head(one.batch, one.hash) for one in entries), entries)
    if heads := _heads(text):
        return Noted(heads)
    raise MatcherError("usage.option", "--since takes a line of `matcher verify --head`, or a file that holds one", told)


def _heads(text: str) -> tuple[Head, ...]:
    return tuple(sorted({Head(int(number or 0), digest) for number, digest in _HEAD.findall(text)}))


def _text(told: str) -> str:
    try:
        with Path(told).open("rb") as stream:
            return stream.read(_MOST).decode("utf-8-sig", "replace")
    except (OSError, ValueError) as error:
        what = "--since takes a line of `matcher verify --head`, or a file that holds one"
        raise MatcherError("usage.option", what, told) from error


def _entry(line: str, where: str) -> JournalEntry:
    try:
        told = json.loads(line)
        if not isinstance(told, dict) or {name: type(told.get(name)) for name in _FIELDS} != _FIELDS:
            raise ValueError
        return JournalEntry(**{name: told[name] for name in _FIELDS})
    except (ValueError, RecursionError) as error:
        raise MatcherError("row.invalid", "is no row of `matcher export journal`", where) from error


def checks(batches: Sequence[JournalEntry], altered: int, noted: Noted) -> list[Check]:
    """Compares the books' journal with what was noted.

    Args:
        batches: the books' journal.
        altered: the first batch that is not as it was sealed, in its record or its rows; past the last one when all are.
        noted: what was noted.
    """
    found = Check("journal: nothing before the noted head has changed", len(noted.heads), _differing(batches, altered, noted.heads))
    if not found.failure:
        number = max(_number(batches, head) for head in noted.heads)
        found = Check(found.name, found.checked, note=f"batch {number}, {len(batches) - number} follow")
    return [found, *([_copy(noted.journal)] if noted.journal else [])]


def _number(batches: Sequence[JournalEntry], head: Head) -> int:
    """Number of the batch with that hash; 0 for the beginning, and where there is none."""
    return head.batch or next((one.batch for one in batches if one.hash == head.hash), 0)


def _differing(batches: Sequence[JournalEntry], altered: int, heads: Sequence[Head]) -> str:
    """The first batch that differs, as closely as the heads tell; '' when none does."""
    hashes, agrees = {one.batch: one.hash for one in batches} | {0: chain.GENESIS}, 0
    for number, digest in sorted((_number(batches, head), head.hash) for head in heads):
        if hashes.get(number) == digest and altered > number:
            agrees = number
            continue
        if altered <= min(number or altered, len(batches)):
            return f"batch {altered} is not as it was sealed"
        if not number:
            return f"no batch has the hash {digest}"
        if number > len(batches):
            return f"the journal ends with batch {len(batches)}, and batch {number} was noted"
        if number == agrees + 1:
            return f"batch {number} is another one than was noted"
        return f"one of the batches {agrees + 1} to {number} is another one than was noted"
    return ""


def _copy(entries: Sequence[JournalEntry]) -> Check:
    """Whether the exported journal is a chain itself. One of a part of the journal begins with any batch."""
    name = "exported journal: the hash chain"
    number, previous = entries[0].batch, entries[0].previous_hash if entries[0].batch > 1 else chain.GENESIS
    for one in entries:
        if (one.batch, one.previous_hash, one.hash) != (number, previous, chain.content_hash(one)):
            return Check(name, len(entries), f"batch {one.batch}")
        number, previous = number + 1, one.hash
    return Check(name, len(entries))
