"""Exports of receipts to other systems. Each target is a module with a ``TARGET``; add it to the list below."""

from matcher.errors import MatcherError
from matcher.exports.erp import generic
from matcher.exports.erp.base import SENT, Export, ExportBatch, ExportRequest, File, Target

__all__ = ["SENT", "TARGETS", "Export", "ExportBatch", "ExportRequest", "File", "Target", "target"]

TARGETS: dict[str, Target] = {module.TARGET.name: module.TARGET for module in (generic,)}
"""All targets by name."""


def target(name: str) -> Target:
    """The target of that name.

    Raises:
        MatcherError: ``usage.option`` when there is none.
    """
    try:
        return TARGETS[name]
    except KeyError:
        raise MatcherError("usage.option", f"there is no export target {name!r}; known are {', '.join(sorted(TARGETS))}") from None
