"""Builds the matching modules as a compiled extension where that is asked for: `MATCHER_COMPILE=1`, with mypy and a C compiler there.

Without it the package is pure Python and decides the same, more slowly. docs/runbook.md has the commands and the measured difference.
"""

import os
from pathlib import Path

from setuptools import setup

PURE = (
    "advised.py",  # frozen dataclasses that are handed to other processes: compiled ones cannot be unpacked there
    "candidates.py",  # whole columns, nothing to gain
    "decisions/policy.py",
    "entity.py",
    "items/repetition.py",  # goes with it
    "items/snapshot.py",
)
"""Modules of `matcher/matching` that stay as they are."""


def extensions() -> list[object]:
    """The extension modules to build; none unless they are asked for."""
    if os.environ.get("MATCHER_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    here = Path("matcher/matching")
    modules = sorted(path for path in here.rglob("*.py") if path.name != "__init__.py" and path.relative_to(here).as_posix() not in PURE)
    return list(mypycify([path.as_posix() for path in modules], opt_level="3", debug_level="0"))


setup(ext_modules=extensions())
