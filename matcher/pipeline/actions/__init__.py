"""What a person decides: each command is one or more decisions in the journal, and nothing is ever edited.

A module is imported when it is first used: a listing must not wait for what only a decision needs.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.pipeline.actions import (
        allocating,
        approving,
        choosing,
        credits,
        item_notes,
        learning,
        placing,
        proposals,
        requests,
        returning,
        undoing,
    )

__all__ = [
    "allocating", "approving", "choosing", "credits", "item_notes", "learning", "placing", "proposals", "requests", "returning", "undoing",
]  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"matcher.pipeline.actions.{name}")
    raise AttributeError(f"module 'matcher.pipeline.actions' has no attribute {name!r}")
