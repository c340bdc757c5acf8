"""The key of encrypted books: where it is looked for, and what is no key. It never stands in matcher.toml, an argument or a message."""

import os
import stat
from importlib import import_module
from pathlib import Path

from matcher.errors import MatcherError
from matcher.settings import read_bytes

KEY, KEY_FILE = "MATCHER_KEY", "MATCHER_KEY_FILE"
SERVICE = "matcher"
"""Under which name a keyring holds keys; the entry's user is the name of the books."""

SHORTEST = 16
"""Characters of a key at least: a shorter one is found by trying."""


def find_key(name: str, key_file: str, directory: Path) -> str:
    """The key of these books: MATCHER_KEY, else the file of MATCHER_KEY_FILE, else that of `key_file`, else the keyring.

    The first of them that is set is the one that counts, whether or not it holds a usable key.

    Args:
        name: the books' name, for the keyring.
        key_file: ``books.key_file`` of matcher.toml; a relative path is taken from the books directory; empty when not set.
        directory: the books directory.

    Raises:
        MatcherError: ``encryption.key``, without a word of the key itself.
    """
    if KEY in os.environ:
        return _usable(os.environ[KEY], KEY)
    if named := os.environ.get(KEY_FILE):
        return _from_file(Path(named), directory)
    if key_file:
        return _from_file(directory / key_file, directory)
    key = from_keyring(name)
    if key is None:
        raise MatcherError("encryption.key", f"neither {KEY}, {KEY_FILE}, books.key_file nor a keyring names a key")
    return _usable(key, f"keyring entry {SERVICE}")


def _from_file(path: Path, directory: Path) -> str:
    data = read_bytes(path, "encryption.key")
    try:
        mode = path.stat().st_mode
        text = data.decode()
    except OSError as error:
        raise MatcherError("encryption.key", f"cannot be read ({error.strerror})", str(path)) from error
    except UnicodeDecodeError:
        # the exception holds the bytes
        raise MatcherError("encryption.key", "the key file is not UTF-8 text", str(path)) from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MatcherError("encryption.key", "others than its owner may use the key file", str(path), "Run chmod 600 on it.")
    if path.resolve().is_relative_to(directory.resolve()):
        what = "the key lies in the books directory, so that a copy of the books is a copy of the key"
        raise MatcherError("encryption.key", what, str(path), "Keep it elsewhere.")
    return _usable(text.strip(), str(path))


def from_keyring(user: str, code: str = "encryption.key") -> str | None:
    """What the system keyring has under the service ``matcher``; None where there is no keyring, or nothing in it.

    Raises:
        MatcherError: of that code, where the keyring cannot be asked.
    """
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None
    try:
        found = keyring.get_password(SERVICE, user)
    except Exception as error:  # noqa: BLE001 - each of its backends has errors of its own, and their text is not ours to show
        raise MatcherError(code, f"the keyring cannot be asked ({type(error).__name__})") from None
    return found if isinstance(found, str) else None


def _usable(key: str, where: str) -> str:
    if len(key) < SHORTEST:
        raise MatcherError("encryption.key", f"the key has fewer than {SHORTEST} characters", where)
    return key
