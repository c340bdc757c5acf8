"""What the latest queue showed a person: line 7 is the seventh, and what was proposed for it then.

The list is kept beside the books, a file for each person, and is no part of them: without it nothing is lost but the numbers.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

FOLDER = ".queue"
"""Folder of the lists, in the books directory."""
QUEUE, CHOICES = "queue", "choices"
"""What was shown: the lines of the queue, or the choices for lines, each with the line's id."""
_MOST_CHOICES = 2_000
"""Choices that are kept of lines before: more than anybody looks at in a day."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line as the list showed it. `key`: of its proposal; see `proposal_key`."""

    line_id: str
    key: str


def proposal_key(customer_id: str, other_line: str, pending: int, shares: Iterable[tuple[str, int, int, int, str]]) -> str:
    """Tells one proposal from another: whose money it is, the line it goes with, and what the line has to give.

    `shares`: each item with cash, what that settles of the item, what is cleared beside it and for which reason; minor units.
    """
    text = json.dumps([customer_id, other_line, pending, list(shares)], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def remember(directory: Path, actor: str, lines: Sequence[Listed], what: str = QUEUE) -> bool:
    """Keeps what was shown. False where the folder cannot be written: then the lines have no numbers."""
    record = {"version": 1, "lines": [[line.line_id, line.key] for line in lines]}
    folder = directory / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".new", delete=False, encoding="utf-8") as file:
            json.dump(record, file)
        os.replace(file.name, _path(directory, actor, what))
    except OSError:
        with suppress(OSError, NameError):
            os.unlink(file.name)
        return False
    return True


def remember_choices(directory: Path, actor: str, line_id: str, keys: Sequence[str]) -> bool:
    """Keeps the choices that were shown for a line, beside those for the lines before. False as in `remember`."""
    before = [one for one in recall(directory, actor, CHOICES) or () if one.line_id != line_id][-_MOST_CHOICES:]
    return remember(directory, actor, [*before, *(Listed(line_id, key) for key in keys)], CHOICES)


def recall(directory: Path, actor: str, what: str = QUEUE) -> tuple[Listed, ...] | None:
    """What this person was shown last; None when there was nothing yet, or it cannot be read."""
    try:
        return _read(_path(directory, actor, what).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=2)  # a range of thousands of numbers asks for the same list for each of them
def _read(text: str) -> tuple[Listed, ...] | None:
    record = json.loads(text)
    if record["version"] != 1:
        return None
    return tuple(Listed(str(line_id), str(key)) for line_id, key in record["lines"])


def _path(directory: Path, actor: str, what: str) -> Path:
    # a person's name is whatever the operating system or --actor says; the file's name must be one that every disk takes
    name = quote(actor, safe="")
    if len(name) > 100:
        name = hashlib.sha256(name.encode()).hexdigest()
    return directory / FOLDER / f"{what}-{name}.json"
