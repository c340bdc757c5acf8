"""What a person looks at: frozen records that know how they are told to a machine, and no screen.

The command line prints them; another screen may show them otherwise. A record is imported when it is first asked for, as the stages of
`matcher.pipeline` are.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.review import (
        approvals,
        behaviour,
        customer,
        decision_file,
        explanation,
        items,
        learned,
        line,
        log,
        queue,
        statement,
        status,
    )

__all__ = [
    "approvals",
    "behaviour",
    "customer",
    "decision_file",
    "explanation",
    "exposure",
    "items",
    "learned",
    "line",
    "log",
    "queue",
    "statement",
    "status",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"matcher.review.{name}")
    raise AttributeError(f"module 'matcher.review' has no attribute {name!r}")
