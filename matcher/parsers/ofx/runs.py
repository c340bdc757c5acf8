"""Runs of regular OFX transactions: found in the text and taken apart into one column per element.

A bank writes its transactions with the same elements in the same order, some of them only now and then. One regular expression with
all those elements is held against all transactions of a buffer at once. Those it fits have the leaves that `rows.leaves` finds;
what does not fit to the last character stays with the scanner.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from matcher.parsers.ofx.elements import REGULAR

if TYPE_CHECKING:
    import polars as pl

SHORTEST = 64
"""Regular transactions in a row from which on it pays to read them as columns."""

_LEAVES = REGULAR - {"STMTTRN"}
_UNREAD = frozenset({"DTUSER", "SRVRTID", "SIC", "PAYEEID"})
_LOOKED_AT = 20
"""Transactions of a buffer from which elements are learnt: its first ones, and as many that did not fit."""

_OPEN, _CLOSE = "<STMTTRN>", "</STMTTRN>"
_TAG = re.compile(r"<(/?)([A-Z]+)>")
_BLANKS = "[ \t\r\n]*"
# no other blanks than the common ones and no control characters: so there is only one way to trim a text
_TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}\x{3000}\x{feff}]*"


class Run(NamedTuple):
    """Regular transactions with nothing but blanks between them.

    Attributes:
        leaves: a column for each element that occurs, with the text as written or null; ``raw``; and ``line``, counted from the
            run's own first line as 0.
        end: where the run ends in the buffer.
    """

    leaves: "pl.DataFrame"
    end: int


class Runs:
    """Finds the runs of one file.

    Args:
        newline: the character that ends a physical line.
    """

    def __init__(self, newline: str) -> None:
        self._newline = newline
        self._order: list[str] = []
        self._closed: set[str] = set()

    def find(self, buffer: str, start: int) -> dict[int, Run]:
        """The runs of a buffer from a transaction's opening tag on, by the place where they begin."""
        texts = buffer[start:].split(_OPEN)[1:]
        if len(texts) < SHORTEST:
            return {}
        import polars as pl

        self._learn(texts[:_LOOKED_AT])
        entries = pl.Series("entry", texts, pl.String)
        fields = entries.str.extract_groups(self._pattern()).struct.unnest()
        if self._learn(entries.filter(fields["regular"].is_null()).head(_LOOKED_AT).to_list()):
            fields = entries.str.extract_groups(self._pattern()).struct.unnest()
        frame = fields.with_columns(
            end=(entries.str.len_chars().cast(pl.Int64) + len(_OPEN)).cum_sum() + start,
            lines=entries.str.count_matches(self._newline, literal=True).cast(pl.Int64),
            raw=_OPEN + entries.str.strip_chars_end(" \t\r\n"),
        )
        runs: dict[int, Run] = {}
        at = 0
        for stretch in frame["regular"].is_not_null().rle():
            if stretch["value"] and stretch["len"] >= SHORTEST:
                begin = frame["end"][at - 1] if at else start
                part = frame.slice(at, stretch["len"])
                leaves = part.drop("regular", "end", "lines").with_columns(line=part["lines"].cum_sum() - part["lines"])
                runs[begin] = Run(leaves, part["end"][-1])
            at += stretch["len"]
        return runs

    def _learn(self, texts: Sequence[str]) -> bool:
        """Takes note of the elements of some transactions, of their order and end tags; whether there was anything new."""
        before = len(self._order) + len(self._closed)
        for text in texts:
            place = 0
            for closes, name in _TAG.findall(text):
                if name not in _LEAVES:
                    continue
                if closes:
                    self._closed.add(name)
                elif name in self._order:
                    place = self._order.index(name) + 1
                else:
                    self._order.insert(place, name)
                    place += 1
        return len(self._order) + len(self._closed) > before

    def _pattern(self) -> str:
        """A pattern for what follows a regular transaction's opening tag; its group ``regular`` is null where it does not fit."""
        parts = []
        for name in self._order:
            text = _TEXT if name in _UNREAD else f"(?P<{name}>{_TEXT})"
            ending = f"(?:</{name}>{_BLANKS})?" if name in self._closed else ""
            parts.append(f"(?:<{name}>{text}{ending})?")
        return f"^(?P<regular>){_BLANKS}{''.join(parts)}{_CLOSE}{_BLANKS}$"
