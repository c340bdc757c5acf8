"""Work that makes millions of small objects without cycles, in which Python would look for cycles again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused(objects: int) -> Iterator[None]:
    """Inside, cycles are looked for only after so many new objects, and hardly ever among old ones; with 0 never.

    What has no cycles is freed as ever.
    """
    before = gc.get_threshold()
    gc.set_threshold(objects, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
