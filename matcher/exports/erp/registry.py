"""Finds targets by name. Ours and those of installed packages register the same way: entry points of the group ``matcher.targets``."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from itertools import pairwise

from matcher.errors import MatcherError
from matcher.exports.erp.base import Target

GROUP = "matcher.targets"
OURS = "matcher-recon"
"""The distribution whose targets are this program's own: what they raise is a defect here, and is said as one."""


@cache
def installed() -> EntryPoints:
    """The registered targets. Asked for once: finding them reads the metadata of all installed packages."""
    return entry_points(group=GROUP)


def names() -> tuple[str, ...]:
    """Names of all registered targets, without importing them.

    Raises:
        MatcherError: ``config.invalid`` when two installed packages register one name.
    """
    listed = sorted(point.name for point in installed())
    for first, second in pairwise(listed):
        if first == second:
            raise MatcherError("config.invalid", f"two installed packages register a target named {first!r}")
    return tuple(listed)


def load(name: str) -> Target:
    """The target of that name.

    Raises:
        MatcherError: ``usage.option`` when there is none; ``target.failed`` when the package that brings it cannot be imported, or what
            it brings is no target of that name.
    """
    known = names()
    for point in installed():
        if point.name == name:
            with failures_named(name):
                made = point.load()
                if not isinstance(made, Target) or made.name != name:
                    raise TypeError(f"{point.value} is no target named {name!r}")
                return made
    raise MatcherError("usage.option", f"there is no export target {name!r}; known are {', '.join(known)}")


@contextmanager
def failures_named(name: str, registered: EntryPoints | None = None) -> Iterator[None]:
    """What a target of another package raises, as ``target.failed`` with the package's name. `registered`: another list of targets."""
    try:
        yield
    except (MatcherError, MemoryError):
        raise
    except Exception as error:
        # asked for only now: the name of a package is read from its files
        points = [entry for entry in registered or installed() if entry.name == name]
        package = points[0].dist.name if points and points[0].dist else "an unknown package"
        if package == OURS or not points:
            raise
        what = f"the target {name!r} of the package {package} failed ({type(error).__name__})"
        raise MatcherError("target.failed", what) from error
