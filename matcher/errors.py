"""Coded errors. Every message a user can get has a code of the catalogue in `matcher.codes`."""

from collections.abc import Sequence
from typing import NamedTuple

from matcher.characters import visible
from matcher.codes import CATALOGUE, Code


class Fault(NamedTuple):
    """One thing that is wrong with a file, beside the first: code of the catalogue, what in the user's words, and file and line."""

    code: str
    what: str
    where: str


class MatcherError(Exception):
    """A failure with a code, in one line: code, what, where, what to do.

    Args:
        code: an id of `matcher.codes.CATALOGUE`.
        what: what is wrong, in the user's words, without statement contents beyond the offending cell.
        where: file and line, as ``FILE:LINE`` or ``FILE``; empty when there is no file.
        hint: the next step; empty takes the catalogue's.
        more: what else is wrong with the files, in their order; the text of the error does not hold it.
    """

    def __init__(self, code: str, what: str, where: str = "", hint: str = "", more: Sequence[Fault] = ()) -> None:
        self.entry: Code = CATALOGUE[code]
        self.code = code
        self.what = what
        self.where = where
        self.hint = hint or self.entry.next_step
        self.more = tuple(more)
        super().__init__(str(self))

    @property
    def exit_code(self) -> int:
        """Exit status of the command line for this error (contract section 2)."""
        return self.entry.exit_code

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong: this error itself, and `more`."""
        return (Fault(self.code, self.what, self.where), *self.more)

    def at(self, where: str) -> "MatcherError":
        """The same error with its place filled in, for callers that know the file when the raiser does not."""
        return MatcherError(self.code, self.what, where, self.hint, self.more)

    def __str__(self) -> str:
        place = f"{visible(self.where)}: " if self.where else ""
        words = visible(f"{self.what}. {self.hint}", lines=True)
        return f"{self.code}: {place}{' '.join(words.split())}"
