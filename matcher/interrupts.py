"""Ctrl-C: held back while a step must not be broken off, and told apart from failures."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Holds Ctrl-C back until the block has ended; then it acts as it would have.

    A commit that is broken off while the disk confirms it has happened all the same, and would be reported as if it had not.
    Signals reach the main thread only: in another one there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        # None: somebody outside Python handles it, and cannot be put back from here
        signal.signal(signal.SIGINT, signal.SIG_DFL if usual is None else usual)
        if asked:
            signal.raise_signal(asked[0])
