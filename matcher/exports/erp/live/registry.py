"""Finds live targets by name. Ours and those of installed packages register the same way: entry points of the group ``matcher.live``."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from matcher.errors import MatcherError
from matcher.exports.erp import registry
from matcher.exports.erp.live.base import Connection, Live

GROUP = "matcher.live"
TABLE = "api"
"""Of a target's table, what its live connection takes: ``[target.NAME.api]``."""


@cache
def installed() -> EntryPoints:
    """The registered live targets."""
    return entry_points(group=GROUP)


def names() -> tuple[str, ...]:
    """Names of all targets with a live connection, without importing them.

    Raises:
        MatcherError: ``config.invalid`` when two installed packages register one name.
    """
    listed = sorted(point.name for point in installed())
    for first, second in pairwise(listed):
        if first == second:
            raise MatcherError("config.invalid", f"two installed packages register a live target named {first!r}")
    return tuple(listed)


def load(name: str) -> Live[Any, Any]:
    """The live target of that name.

    Raises:
        MatcherError: ``usage.option`` when there is no such target, or it has no live connection; ``target.failed`` when the package that
            brings it cannot be imported, or what it brings is no live target of that name.
    """
    registry.load(name)
    known = names()
    for point in installed():
        if point.name == name:
            with registry.failures_named(name, installed()):
                made = point.load()
                if not isinstance(made, Live) or made.name != name:
                    raise TypeError(f"{point.value} is no live target named {name!r}")
                return made
    hint = f"Send files to it: matcher export receipts --target {name}."
    raise MatcherError("usage.option", f"{name} has no live connection; those that have one are {', '.join(known)}", hint=hint)


def connection_of(live: Live[Any, Any], table: Mapping[str, object]) -> Connection:
    """The checked table ``[target.NAME.api]``.

    Args:
        live: whose.
        table: ``[target.NAME]`` of matcher.toml.

    Raises:
        MatcherError: ``target.setting`` with the key at fault.
    """
    given = table.get(TABLE, {})
    try:
        return live.connection.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        key = ".".join(("target", live.name, TABLE, *(str(part) for part in first["loc"])))
        what = f"{key}: {first['msg'].removeprefix('Value error, ')}"
        raise MatcherError("target.setting", what, "matcher.toml") from None
