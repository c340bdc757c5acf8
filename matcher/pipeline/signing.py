"""The key that signs the journal: read from a file or the system's keyring, never from the books and never shown."""

import os
from pathlib import Path

from matcher.config import Journal
from matcher.errors import MatcherError
from matcher.settings import read_bytes

VARIABLE = "MATCHER_JOURNAL_KEY_FILE"
"""Environment variable that names the key's file; it goes before matcher.toml."""

SERVICE = "matcher"
"""Service under which a keyring holds the key."""

LEAST = 32
"""Bytes that a key has at least: what one guesses, one signs with."""


def key_of(journal: Journal, books: Path) -> bytes | None:
    """The key of these books: the file of the environment, else of matcher.toml, else the keyring's; None when none is named.

    Raises:
        MatcherError: ``journal.key`` when the one that is named cannot be read or is too short.
    """
    if named := os.environ.get(VARIABLE) or journal.key_file:
        try:
            path = books / Path(named).expanduser()
        except RuntimeError:
            raise MatcherError("journal.key", "the key file lies with a user who is not known here", named) from None
        return _checked(read_bytes(path, "journal.key").strip(), str(path))
    return _checked(_of_keyring(journal.keyring).encode(), "keyring") if journal.keyring else None


def _of_keyring(name: str) -> str:
    try:
        import keyring
    except ModuleNotFoundError:
        hint = "Install it with `pip install matcher-recon[keyring]`, or name a key_file."
        raise MatcherError("journal.key", "the package keyring is not installed", hint=hint) from None
    try:
        password = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise MatcherError("journal.key", f"the keyring does not answer ({type(error).__name__})") from None
    if password is None:
        raise MatcherError("journal.key", f"the keyring has no entry {name!r} under the service {SERVICE!r}")
    return str(password)


def _checked(key: bytes, where: str) -> bytes:
    if len(key) < LEAST:
        raise MatcherError("journal.key", f"the key has fewer than {LEAST} characters", where)
    return key
