"""Secrets of live connections: where they are looked for, and how they stay out of messages, logs and tracebacks."""

import hashlib
import os
from collections.abc import Sequence
from importlib import import_module

from matcher.encryption import SERVICE
from matcher.errors import MatcherError

_LONGEST = 16_384
REFRESH = "REFRESH_TOKEN"
"""The word of a secret that a system may renew."""


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


def variable(target: str, word: str) -> str:
    """The environment variable of a secret: MATCHER_ERPNEXT_TOKEN."""
    return f"MATCHER_{target.upper().replace('-', '_')}_{word}"


def entry(target: str, word: str) -> str:
    """The user of a secret's entry in the system keyring, whose service is ``matcher``: erpnext.token."""
    return f"{target}.{word.lower()}"


def secrets_of(target: str, words: Sequence[str]) -> tuple[Secret, ...]:
    """The secrets of a target: each from its environment variable, else from the system keyring.

    Where the system has given a newer token in the place of that one (`keep_renewed`), it is the newer one.

    Raises:
        MatcherError: ``api.secret``, without a word of any secret.
    """
    return tuple(_secret(target, word) for word in words)


def keep_renewed(target: str, word: str, new: Secret) -> bool:
    """Keeps a token that a system gives in the place of the one that was set up, in the keyring, with a digest of that one.

    Whoever sets another one up is not overruled by what came before.

    Returns:
        False where there is no keyring to keep it.
    """
    try:
        keyring = import_module("keyring")
        keyring.set_password(SERVICE, f"{entry(target, word)}.renewed", f"{_digest(_set_up(target, word))} {new.reveal()}")
    except Exception:  # noqa: BLE001 - as below; a keyring that cannot be written to is none
        return False
    return True


def _set_up(target: str, word: str) -> str:
    return os.environ.get(variable(target, word)) or _from_keyring(entry(target, word)) or ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _renewed(target: str, word: str, text: str) -> str:
    """What a system gave in the place of a token; the token itself where it gave nothing."""
    try:
        kept = _from_keyring(f"{entry(target, word)}.renewed") or ""
    except MatcherError:
        kept = ""  # a machine without a keyring keeps nothing
    digest, _, new = kept.partition(" ")
    return new if new and digest == _digest(text) else text


def _secret(target: str, word: str) -> Secret:
    name = variable(target, word)
    text = _set_up(target, word)
    if word == REFRESH:
        text = text and _renewed(target, word, text)
    if not text:
        what = f"neither {name} nor the keyring entry {SERVICE} / {entry(target, word)} is set"
        raise MatcherError("api.secret", what)
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or text != text.strip():
        raise MatcherError("api.secret", "it is no such secret: it holds spaces around it, line ends or signs that are not ASCII", name)
    return Secret(text)


def _from_keyring(user: str) -> str | None:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None
    try:
        found = keyring.get_password(SERVICE, user)
    except Exception as error:  # noqa: BLE001 - each of its backends has errors of its own, and their text is not ours to show
        raise MatcherError("api.secret", f"the keyring cannot be asked ({type(error).__name__})") from None
    return found if isinstance(found, str) else None
