"""What matcher.toml says of the books that a command opens, and the making of new ones."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from matcher import config as configuration
from matcher.config import CONFIG_NAME, STORE_NAME, Config
from matcher.encryption import find_key
from matcher.errors import MatcherError
from matcher.exports.files import write_bytes
from matcher.pipeline import roles
from matcher.settings import read_text
from matcher.states import Work
from matcher.store import check_encryption, create


@dataclass(frozen=True)
class Settings:
    """One reading of matcher.toml.

    Attributes:
        directory: the books directory.
        config: what it says.
        digest: SHA-256 of its text.
    """

    directory: Path
    config: Config
    digest: str

    def key(self) -> str | None:
        """The key that opens the books; None for plain ones. It is kept nowhere. Raises MatcherError: ``encryption.key``."""
        books = self.config.books
        return find_key(books.name, books.key_file, self.directory) if books.encryption else None


def read(directory: Path) -> Settings:
    """Reads matcher.toml, once.

    Raises:
        MatcherError: ``config.invalid``.
    """
    path = directory / CONFIG_NAME
    return _settings(directory, read_text(path, "config.invalid"))


def make(directory: Path, *, encrypt: bool, actor: str = "") -> tuple[Path, bool]:
    """Makes a books directory. A matcher.toml that is there already is kept and checked.

    Returns:
        The path of matcher.toml, and whether it was written.

    Raises:
        MatcherError: ``config.invalid``, ``policy.role``, ``usage.option``, ``encryption.key``, ``file.unwritable``, and what
            `matcher.store.create` raises.
    """
    path = directory / CONFIG_NAME
    written = not path.exists()
    text = configuration.template(encryption=encrypt)
    settings = _settings(directory, text) if written else read(directory)
    if not written:
        roles.check(settings.config.policy, actor, Work.SETUP)
    if encrypt and not settings.config.books.encryption:
        raise MatcherError("usage.option", "--encrypt is for new books, and there is a matcher.toml without it", str(path))
    key = settings.key()
    if key is not None:
        check_encryption()
    if written:
        _write_template(path, text)
    create(directory / STORE_NAME, key=key)
    return path, written


def _settings(directory: Path, text: str) -> Settings:
    return Settings(directory, configuration.parse(text, str(directory / CONFIG_NAME)), sha256(text.encode()).hexdigest())


def _write_template(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be made ({error.strerror})", str(path.parent)) from error
    # whole or not at all: a part of it would be taken for a person's own
    write_bytes(path, [text.encode()])
