"""What a push or a pull works with: the target, its live side, the wire to it, and the books, which are open only while they are used."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp import live as connections
from matcher.exports.erp.base import Target
from matcher.exports.erp.live.base import Context, Live
from matcher.exports.erp.live.wire import Wire
from matcher.exports.erp.records import Document
from matcher.pipeline.session import Session


class Opened(Protocol):
    """Opens the books. `write`: whether something is recorded."""

    def __call__(self, *, write: bool) -> AbstractContextManager[Session]:
        """A session, for as long as it is entered."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A system that can be called.

    Attributes:
        target: with the forms of the interface in the place of those of its files.
        live: its live side.
        about: its checked tables.
        wire: to it.
        opened: opens the books.
    """

    target: Target
    live: Live[Any, Any]
    about: Context[Any, Any]
    wire: Wire
    opened: Opened


def prepared(session: Session, name: str) -> tuple[Target, Live[Any, Any], Context[Any, Any]]:
    """A target as its interface takes documents, and its checked tables. Nothing is called, and no secret is looked for.

    Raises:
        MatcherError: ``usage.option``, ``target.*``.
    """
    live, target = connections.load(name), erp.load(name)
    table = session.config.target.get(name, {})
    settings = erp.settings_of(target, table)
    entities = {one.id: one.name for one in session.config.entity}
    about = Context(settings, connections.connection_of(live, table), entities)
    forms = target.forms if live.forms is None else live.forms
    if (entity := about.connection.entity) and entity not in entities:
        raise MatcherError("target.setting", f"target.{name}.api.entity: the books have no legal entity {entity!r}", "matcher.toml")
    refuses = partial(_refuses, live, entity)
    made = replace(target, forms=forms, refuses=refuses, render=lambda batch: (), run=None, endings=())
    return made, live, about


def _refuses(live: Live[Any, Any], entity: str, document: Document, settings: Any) -> str:
    """Why the system has no form for a document; a system of one legal entity has none for those of others."""
    if entity and document.entity != entity:
        return f"is of the legal entity {entity}, and the document of {document.entity}"
    return live.refuses(document, settings)


@contextmanager
def connected(opened: Opened, name: str) -> Iterator[Connected]:
    """A system that can be called.

    Raises:
        MatcherError: as `prepared`, and ``api.secret``, ``extra.missing``; ``push.busy`` when another command calls it for these books.
    """
    with opened(write=False) as session:
        target, live, about = prepared(session, name)
        directory = session.directory
    with alone(directory, name), Wire(live, about, connections.secrets_of(name, live.needs(about.connection))) as wire:
        yield Connected(target, live, replace(about, ask=wire.ask), wire, opened)


@contextmanager
def alone(directory: Path, name: str) -> Iterator[None]:
    """Only one command at a time calls a system for these books: what one has sent, and has no answer to yet, another would send again.

    The lock ends with the process, however that ends.

    Raises:
        MatcherError: ``push.busy``.
    """
    path = directory / f".push-{name}.lock"
    number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if not _lock(number):
            raise MatcherError("push.busy", f"another command is pushing to {name} or pulling from it", str(directory))
        yield
    finally:
        os.close(number)


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> bool:
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(number: int) -> bool:
        """Whether nobody else holds the file."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
