"""How far long work is: a bar on a terminal, a line a minute in the log of a job that runs by itself."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from matcher import languages
from matcher.cli import runlog
from matcher.cli.common import Given, given
from matcher.cli.streams import quiet
from matcher.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

MINUTE = 60.0
"""Seconds after which the log has another line of the same stage."""


@contextmanager
def busy(text: str) -> Iterator[Progress]:
    """Shows that long work goes on; yields whom to tell how far it is. `text`: what the work is called until a stage has a name."""
    bars = None
    if not quiet() and sys.stderr.isatty():
        from matcher.cli.bars import bars as made

        bars = made()
    shown = Shown(given(), bars)
    with bars or nullcontext():
        shown.stage(text)
        yield shown


class Shown(Progress):
    """Shows progress on a terminal, and notes it where there is a log."""

    def __init__(self, options: Given, bars: Bars | None) -> None:
        self._options, self._bars = options, bars
        self._lock = threading.Lock()
        self._task: TaskID | None = None
        self._name, self._total, self._done, self._noted = "", 0, 0, 0.0

    def stage(self, name: str, total: int = 0) -> None:
        """Another bar, or only a name where no total is known."""
        if name != self._name:
            runlog.step(self._options, name)
        with self._lock:
            self._name, self._total, self._done, self._noted = name, total, 0, time.monotonic()
            if self._bars is not None:
                if self._task is not None:
                    self._bars.remove_task(self._task)
                self._task = self._bars.add_task(languages.sentence(name), total=total or None)

    def done(self, count: int) -> None:
        """Moves the bar."""
        with self._lock:
            self._done += count
            if self._bars is not None and self._task is not None:
                self._bars.update(self._task, completed=self._done)
            now = time.monotonic()
            if now - self._noted >= MINUTE:
                self._noted = now
                runlog.step(self._options, self._name, done=self._done, of=self._total)
