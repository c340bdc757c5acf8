"""The log of a job that runs by itself: when each command and step began, and how the command ended: an error's code, and who was refused.

It holds the books' name, words of this program, and counts: nothing that the bank or the ERP wrote. Nobody rotates it, and nobody else
may read it.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from matcher import actors
from matcher.codes import POLICY
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.cli.common import Given


def begin(options: Given, command: str, path: str | None) -> None:
    """Notes that a command begins, where a log is asked for.

    Args:
        options: what stands on the command line.
        command: its name.
        path: of the log, where it is named here.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    known, options.command = options.command, command or options.command
    options.log = path or options.log
    if options.log and (path or command != known):
        _append(options, "begins")


def step(options: Given, name: str, **counts: int) -> None:
    """Notes a step, or how far it is. `name`: words of this program. Raises MatcherError: ``file.unwritable``."""
    if options.log:
        _append(options, f"step={json.dumps(name)}" + "".join(f" {what}={number}" for what, number in counts.items()))


def ended(options: Given, status: int) -> None:
    """Notes how the command ended; a log that cannot be written by now changes nothing of that."""
    if options.log:
        counts = "".join(f" {name}={number}" for name, number in options.counts.items())
        if options.code:
            counts += f" code={options.code}"
        if status == POLICY:
            # what was refused is held against a person, so the log says whom
            counts += f" actor={json.dumps(_actor(options), ensure_ascii=False)}"
        try:
            _append(options, f"exit={status}{counts}")
        except MatcherError:
            return


def _actor(options: Given) -> str:
    """Who was refused; '' where that is not known."""
    if options.opened:
        return options.opened[0].actor
    try:
        return actors.named(options.actor or "")
    except MatcherError:
        return ""


def _append(options: Given, words: str) -> None:
    path = options.log or ""
    # quoted as JSON: a name with a line break in it would begin a line of its own
    books = "".join(f" books={json.dumps(one.config.books.name, ensure_ascii=False)}" for one in options.opened[:1])
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(number, f"{at} {options.command or 'matcher'}{books} {words}\n".encode("utf-8", "backslashreplace"))
        finally:
            os.close(number)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", path) from error
