"""The key that signs the journal: where it comes from, and what is said when it does not."""

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from matcher.config import Journal
from matcher.errors import MatcherError
from matcher.pipeline import signing

KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(signing.VARIABLE, raising=False)


def test_without_a_word_there_is_no_key(tmp_path: Path) -> None:
    assert signing.key_of(Journal(), tmp_path) is None


def test_a_file_is_named_from_the_books_on_and_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (tmp_path / "one.key").write_text(f"{KEY}\n", encoding="ascii")
    (tmp_path / "two.key").write_text(KEY[::-1], encoding="ascii")
    assert signing.key_of(Journal(key_file="../one.key"), books) == KEY.encode()
    monkeypatch.setenv(signing.VARIABLE, str(tmp_path / "two.key"))
    assert signing.key_of(Journal(key_file="../one.key"), books) == KEY[::-1].encode()


@pytest.mark.parametrize("text", [None, "", "too short\n"])
def test_a_file_that_holds_no_key_is_an_error_that_does_not_show_it(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "a.key").write_text(text, encoding="ascii")
    with pytest.raises(MatcherError) as caught:
        signing.key_of(Journal(key_file="a.key"), tmp_path)
    assert caught.value.code == "journal.key"
    assert "too short" not in str(caught.value)


def keyring(monkeypatch: pytest.MonkeyPatch, answer: str | None, error: type[Exception] | None = None) -> None:
    """A keyring in the place of the system's."""

    class KeyringError(Exception):
        """What keyrings raise."""

    def get_password(service: str, name: str) -> str | None:
        if error is not None:
            raise KeyringError
        return answer if (service, name) == ("matcher", "northgate") else None

    made = ModuleType("keyring")
    made.__dict__.update(get_password=get_password, errors=SimpleNamespace(KeyringError=KeyringError))
    monkeypatch.setitem(sys.modules, "keyring", made)


def test_the_keyring_is_asked_for_the_entry_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, KEY)
    assert signing.key_of(Journal(keyring="northgate"), tmp_path) == KEY.encode()
    with pytest.raises(MatcherError, match=r"journal\.key.*no entry 'southgate'"):
        signing.key_of(Journal(keyring="southgate"), tmp_path)
    keyring(monkeypatch, KEY, RuntimeError)
    with pytest.raises(MatcherError, match=r"journal\.key.*does not answer"):
        signing.key_of(Journal(keyring="northgate"), tmp_path)


def test_without_the_package_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MatcherError, match=r"journal\.key.*pip install matcher-recon\[keyring\]"):
        signing.key_of(Journal(keyring="northgate"), tmp_path)


@pytest.mark.parametrize("named", ["pipe", "/dev/zero", "~nobody-of-that-name/key", "a\0b"])
def test_what_is_no_file_is_refused_at_once(named: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MatcherError) as caught:
        signing.key_of(Journal(key_file=named), tmp_path)
    assert caught.value.code == "journal.key"
