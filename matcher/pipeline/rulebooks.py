"""The rulebook that books decide by: the shipped one, as `rules.toml` beside matcher.toml changes it."""

import os
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import MatcherError
from matcher.matching.keys import fold
from matcher.rules import own, rulebook
from matcher.rules.own import RULES_NAME, OwnRules
from matcher.rules.rulebook import Rulebook
from matcher.settings import read_text


@dataclass(frozen=True)
class Rules:
    """A rulebook, and what it is made of.

    Attributes:
        path: the rules.toml, None where only the shipped rules hold.
        own: what it changes.
        book: what decides.
    """

    path: Path | None
    own: OwnRules
    book: Rulebook

    @property
    def inputs(self) -> str:
        """Fingerprint of what a table of confidence for these rules is measured on."""
        return own.inputs(rulebook.default(), self.own)

    @property
    def unmeasured(self) -> dict[str, tuple[str, ...]]:
        """Rules whose table of confidence is not measured on their points, with the keys that were changed."""
        return own.unmeasured(rulebook.default(), self.own)

    @property
    def as_written(self) -> Rulebook:
        """The book that examples run by: every rule in the mode it was written in, and none held."""
        return own.effective(rulebook.default(), self.own, "examples")

    @property
    def to_measure(self) -> Rulebook:
        """The book that tables of confidence are measured with: no rule is held."""
        return own.effective(rulebook.default(), self.own, "measure")


def of_books(directory: Path) -> Rules:
    """The rules of a books directory: those of its rules.toml if there is one.

    Raises:
        MatcherError: ``rules.invalid``.
    """
    path = directory / RULES_NAME
    return of_file(path) if os.path.lexists(path) else shipped()


def shipped() -> Rules:
    """The shipped rules alone."""
    return Rules(None, OwnRules(), rulebook.default())


def of_file(path: Path) -> Rules:
    """The shipped rules as a file changes them.

    Raises:
        MatcherError: ``rules.invalid``, or ``file.missing``.
    """
    if not os.path.lexists(path):
        raise MatcherError("file.missing", "does not exist", str(path))
    return of_text(read_text(path, "rules.invalid"), path)


def of_text(text: str, path: Path) -> Rules:
    """The shipped rules as the text of a file would change them. Raises MatcherError: ``rules.invalid``."""
    changes = own.parse(text, str(path), rulebook.default(), fold)
    return Rules(path, changes, own.effective(rulebook.default(), changes))
