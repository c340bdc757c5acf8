"""Waiting for books that another process has open."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from matcher.errors import MatcherError

T = TypeVar("T")
PAUSE = 0.2
"""Seconds between two tries to open the books."""
READING = 10
"""Seconds that a reader waits, unless it is told otherwise. A command of ours that takes longer lets readers see what was before it, until
it brings to the disk what it did."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for busy books.

    Attributes:
        seconds: at most so long; 0 asks once.
        now: tells the time, in seconds from any beginning.
        sleep: lets so many seconds pass.
        reading: seconds for those who only read; as long as `seconds` where that is longer.
    """

    seconds: float = 0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    reading: float = READING

    def until_free(self, enter: Callable[[], T], *, write: bool = True) -> T:
        """What `enter` gives, as soon as the books are free. `write`: whether it opens them for writing.

        Raises:
            MatcherError: ``books.busy`` when they are not free in time; whatever else `enter` raises, at once.
        """
        end = self.now() + (self.seconds if write else max(self.seconds, self.reading))
        while True:
            try:
                return enter()
            except MatcherError as error:
                left = end - self.now()
                if error.code != "books.busy" or left <= 0:
                    raise
                self.sleep(min(PAUSE, left))
