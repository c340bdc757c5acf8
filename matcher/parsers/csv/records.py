"""From lines to records: cells, the line each record starts at, and its source text.

Quotation marks follow the usual rule: a mark opens a quoted cell only at the cell's start, two marks inside stand for one, and
a quoted cell may run over several lines. A mark that is opened and never closed spoils one line, not the rest of the file.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import Final

MAX_RECORD_LINES = 100
"""A record over more lines than this has a quotation mark that was never closed."""

OPEN_QUOTE: Final[list[str]] = []
"""Stands for the cells of a line whose quotation mark is never closed. Compared by identity."""

_END = "\0\0end\0\0"

Record = tuple[int, list[str], str]
"""First line (1-based), cells as written between the delimiters, source text with its line end."""


class _RunawayError(Exception):
    """A record runs over `MAX_RECORD_LINES`."""


class RecordReader:
    """Records of delimited text.

    Args:
        lines: physical lines with their ends.
        delimiter, quote: single characters; an empty quote means that quotation marks are ordinary text.
        first_line: number of the first line.
        final: False when more text follows, so that a record left open at the end is kept in `rest` instead of being refused.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, quote: str, first_line: int = 1, final: bool = True) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._quote = quote
        self._final = final
        self._queue: deque[str] = deque()
        self._taken: list[str] = []
        self.line = first_line
        self.rest = ""

    def __iter__(self) -> Iterator[Record]:
        reader = self._reader()
        while True:
            start, cells = self.line, None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (_RunawayError, csv.Error):
                pass
            taken, self._taken = self._taken, []
            if cells and cells[-1].endswith(_END):
                if not taken:
                    return
                if not self._final and len(taken) < MAX_RECORD_LINES:
                    self.rest = "".join(taken)
                    return
                cells = None
            if len(taken) > 1 and cells is not None and not self._is_quoted(taken):
                cells = None
            if cells is None:
                reader = self._reader()
                self._back(taken)
                yield start, OPEN_QUOTE, taken[0]
                continue
            self.line += len(taken)
            yield start, cells, (taken[0] if len(taken) == 1 else "".join(taken))

    def _is_quoted(self, taken: list[str]) -> bool:
        """Whether a record of several lines is quoted as it should be, so that it has not swallowed its neighbour."""
        # Blanks between a closing mark and the delimiter are usual; the strict reader knows them not.
        tidy = re.sub(f"{self._quote}[ \t]+(?=[{re.escape(self._delimiter)}\r\n]|$)", self._quote, "".join(taken))
        try:
            return len(list(csv.reader(io.StringIO(tidy, newline=""), delimiter=self._delimiter, quotechar=self._quote, strict=True))) == 1
        except csv.Error:
            return False

    def _back(self, taken: list[str]) -> None:
        self._queue.extendleft(reversed(taken[1:]))
        self.line += 1

    def _reader(self) -> Iterator[list[str]]:
        if not self._quote:
            return csv.reader(self._feed(), delimiter=self._delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(self._feed(), delimiter=self._delimiter, quotechar=self._quote)

    def _feed(self) -> Iterator[str]:
        while True:
            text = self._queue.popleft() if self._queue else next(self._lines, None)
            if text is None:
                # Inside an open quotation mark this becomes the end of the cell, which reveals the missing quote.
                yield _END
                return
            self._taken.append(text)
            if len(self._taken) > MAX_RECORD_LINES:
                raise _RunawayError
            yield text
