"""Pauses cyclic garbage collection during work that makes millions of small objects without cycles, or keeps it short in a long program."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def spare_what_is_there() -> None:
    """Leaves everything that lives by now out of all later collections, until `spare_nothing`.

    A program with a screen has half a million objects of its libraries once it has begun. To look through them again takes a tenth of a
    second, in the midst of a key.
    """
    gc.freeze()


def spare_nothing() -> None:
    """Lets everything be collected again."""
    gc.unfreeze()


@contextmanager
def gc_paused(objects: int) -> Iterator[None]:
    """Raises the threshold of the cycle collector to so many new objects; 0 turns it off.

    Objects without cycles are freed as usual.
    """
    before = gc.get_threshold()
    gc.set_threshold(objects, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
