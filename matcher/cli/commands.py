"""Which module has which command. A module is imported when one of its commands is asked for: no command waits for the others."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module

import click

MODULES = {
    "advices": ("advices",),
    "aged": ("aging",),
    "audit_sample": ("sample",),
    "bridge": ("bridge",),
    "credit_control": ("account-statement", "dispute", "promise", "dunning-hold"),
    "decide": (
        "accept", "reject", "allocate", "on-account", "set-off", "write-off", "refund", "return", "classify", "hold", "assign", "note",
        "approve", "undo",
    ),
    "decisions": ("decisions",),
    "drill": ("drill",),
    "dunning": ("dunning", "interest"),
    "evidence": ("evidence",),
    "explain": ("explain",),
    "figures": ("kpi", "team"),
    "files": ("init", "inspect", "ingest", "profile"),
    "handing_over": ("placement", "declare-overdue"),
    "importing": ("import",),
    "layouts": ("layout",),
    "learned": ("learned",),
    "live": ("push", "pull"),
    "looking": ("items", "log"),
    "months": ("close", "reopen"),
    "out": ("export", "verify"),
    "outbox": ("outbox", "ack"),
    "payers": ("behaviour", "forecast", "exposure"),
    "proof": ("proof",),
    "queue": ("queue",),
    "report": ("report",),
    "review": ("review",),
    "rules": ("rules",),
    "statement": ("statement",),
    "topics": ("help",),
    "work": ("run", "status", "show", "customer"),
}  # fmt: skip
"""The modules of `matcher.cli` that have commands, and the names of these; each module has them in its ``COMMANDS``."""


class Commands(MutableMapping[str, click.Command]):
    """Commands by their names.

    Args:
        modules: names of modules and of their commands, as `MODULES`.
        set_up: what is done with each command before it is used.
    """

    def __init__(self, modules: Mapping[str, tuple[str, ...]], set_up: Callable[[click.Command], None]) -> None:
        self._module_of = {name: module for module, names in modules.items() for name in names}
        self._set_up = set_up
        self._made: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        """The command of that name."""
        if name not in self._made:
            for command in import_module(f"matcher.cli.{self._module_of[name]}").COMMANDS:
                self[command.name or name] = command
        return self._made[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Adds a command."""
        self._set_up(command)
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        """Takes a command away."""
        self._made.pop(name, None)
        self._module_of.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        """All names."""
        return iter(self._module_of | self._made)

    def __len__(self) -> int:
        """How many commands there are."""
        return len(self._module_of | self._made)
