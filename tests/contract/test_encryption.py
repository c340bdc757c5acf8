"""Encrypted books: where the key comes from, what is refused, and that nothing of a statement lies about in plain.

DuckDB encrypts for writing with the module of its extension httpfs only. Where that is installed, the last test makes books with it.
Elsewhere the other tests take DuckDB's own module under the name that DuckDB gives it, unsafe, to see that keys and files are
handled rightly. The program itself never does.
"""

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from click.testing import Result
from desk import FIXTURES, Desk
from support import copy_of, lines_file

from matcher import encryption, sandbox
from matcher.codes import CATALOGUE
from matcher.errors import MatcherError
from matcher.store import hardening, open_store, staging

SECRET_KEY = "correct horse battery staple"
MEASURES = {"customers": "customers.csv", "items": "items.csv"}


def installed() -> bool:
    try:
        hardening.check_encryption()
    except MatcherError:
        return False
    return True


INSTALLED = installed()


def missing(desk: Desk) -> None:
    """Lets DuckDB look for extensions where none are."""
    empty = desk.folder.parent / "no extensions"
    empty.mkdir()
    desk.monkeypatch.setitem(sandbox.SETTINGS, "extension_directories", [str(empty)])


def nobody_has_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable names one, and a keyring of the machine is not asked."""
    for name in (encryption.KEY, encryption.KEY_FILE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


def placed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A directory with the ERP's files and a statement, and no matcher.toml."""
    shutil.copytree(FIXTURES / "errors" / "books", folder / "books")
    (folder / "books" / "matcher.toml").rename(folder / "matcher.toml")
    nobody_has_a_key(monkeypatch)
    return Desk(folder / "books", monkeypatch)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return placed(tmp_path, monkeypatch)


def unsafe(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET force_mbedtls_unsafe = true")


@pytest.fixture
def crypto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardening, "load_module", unsafe)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encrypted books with a statement that was run over; copied, never used."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(hardening, "load_module", unsafe)
        desk = placed(folder, monkeypatch)
        monkeypatch.setenv(encryption.KEY, SECRET_KEY)
        desk.do("init", ".", "--encrypt")
        configure(desk, "encryption = true")
        for kind, name in MEASURES.items():
            desk.do("import", kind, name)
        desk.do("ingest", "october.csv")
        desk.do("run", "--as-of", "2026-10-31")
    return folder


@pytest.fixture
def encrypted(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crypto: None) -> Desk:
    """Encrypted books with a statement that was run over."""
    copy_of(made, tmp_path)
    nobody_has_a_key(monkeypatch)
    monkeypatch.setenv(encryption.KEY, SECRET_KEY)
    return Desk(tmp_path / "books", monkeypatch)


def configure(desk: Desk, *settings: str) -> None:
    """The accounts of the fixture's matcher.toml, with these lines in [books]."""
    text = (desk.folder.parent / "matcher.toml").read_text(encoding="utf-8")
    (desk.folder / "matcher.toml").write_text(text.replace("[books]", "\n".join(["[books]", *settings]), 1), encoding="utf-8")


def refused(result: Result, code: str, *words: str) -> None:
    assert result.exit_code == CATALOGUE[code].exit_code, result.output
    assert result.stderr.startswith(f"{code}: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    assert SECRET_KEY not in result.output


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix not in (".csv", ".toml"))


def test_without_the_module_it_is_said_what_is_missing_and_nothing_is_made(desk: Desk) -> None:
    before = {path.name for path in desk.folder.iterdir()}
    missing(desk)
    desk.monkeypatch.setenv(encryption.KEY, SECRET_KEY)
    refused(desk.run("init", ".", "--encrypt"), "encryption.unavailable", "INSTALL httpfs", "encrypted disk")
    refused(desk.run("init", "further/books", "--encrypt"), "encryption.unavailable")
    assert {path.name for path in desk.folder.iterdir()} == before


def test_without_the_module_encrypted_books_are_neither_written_nor_read(encrypted: Desk) -> None:
    encrypted.monkeypatch.undo()
    missing(encrypted)
    encrypted.monkeypatch.setenv(encryption.KEY, SECRET_KEY)
    before = encrypted.file.read_bytes()
    for command in (("verify",), ("run",), ("ingest", "october.csv")):
        refused(encrypted.run(*command), "encryption.unavailable")
    assert encrypted.file.read_bytes() == before


@pytest.mark.skipif(not INSTALLED, reason="DuckDB's extension httpfs is not installed here")
def test_with_the_module_books_are_made_and_read(desk: Desk) -> None:
    desk.monkeypatch.setenv(encryption.KEY, SECRET_KEY)
    desk.do("init", ".", "--encrypt")
    configure(desk, "encryption = true")
    desk.do("import", "customers", "customers.csv")
    assert "holds" in desk.do("verify")
    with pytest.raises(duckdb.Error), duckdb.connect(str(desk.file), read_only=True):
        pass


def test_the_module_is_loaded_from_where_it_is_installed_and_never_fetched() -> None:
    said: list[str] = []
    hardening.load_module(SimpleNamespace(execute=said.append))  # type: ignore[arg-type]
    assert said == ["LOAD httpfs"]
    package = Path(hardening.__file__).parents[1]
    assert not [path for path in package.rglob("*.py") if "force_mbedtls" in path.read_text(encoding="utf-8")]


def test_a_month_runs_on_encrypted_books_as_on_plain_ones(encrypted: Desk, tmp_path: Path) -> None:
    assert "FAILS" not in encrypted.do("verify")
    plain = Desk(tmp_path / "plain", encrypted.monkeypatch)
    shutil.copytree(FIXTURES / "errors" / "books", plain.folder)
    plain.do("init", ".")
    for kind, name in MEASURES.items():
        plain.do("import", kind, name)
    plain.do("ingest", "october.csv")
    plain.do("run", "--as-of", "2026-10-31")
    assert encrypted.matches() == plain.matches()
    row = plain.folder.joinpath("october.csv").read_text(encoding="utf-8").splitlines()[1]
    texts = [cell.encode() for cell in row.replace('"', "").replace(",", ";").split(";") if len(cell) > 10]
    assert any(text in everything(plain.folder) for text in texts)
    assert not any(text in everything(encrypted.folder) for text in texts)
    with pytest.raises(duckdb.Error, match="without a key"):
        duckdb.connect(str(encrypted.file), read_only=True)


def test_a_drill_leaves_no_payer_in_plain_on_the_disk(encrypted: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    place, gone = tmp_path / "place", shutil.rmtree
    place.mkdir()

    def watched(folder: Path, **how: bool) -> None:
        seen.append(b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()))
        gone(folder, **how)

    monkeypatch.setattr(shutil, "rmtree", watched)
    before = encrypted.file.read_bytes()
    said = encrypted.do("drill", "--in", str(place))
    assert "failed" not in said
    assert "the same money on the same documents" in " ".join(said.split())
    assert encrypted.file.read_bytes() == before
    assert max(map(len, seen)) > len(before) // 2
    assert not any(b"Domkapitel" in what for what in seen)
    assert list(place.iterdir()) == []


def test_the_log_and_what_is_put_aside_are_encrypted_too(encrypted: Desk) -> None:
    text = "Nobody may read this payer's text"
    with open_store(encrypted.file, write=True, key=SECRET_KEY) as store:
        assert store.scratch is not None
        store.run("INSERT INTO meta.refusal VALUES (?)", [text])
        store.run("COMMIT")
        log = Path(f"{encrypted.file}.wal")
        assert log.stat().st_size > 0
        assert text.encode() not in log.read_bytes()
        store.run("BEGIN")
        store.run("SET memory_limit = '60MB'")
        store.run("SET preserve_insertion_order = false")
        store.run(
            f"CREATE TEMP TABLE big AS SELECT range AS a, '{text.replace(chr(39), '')} ' || md5(range::VARCHAR) AS b FROM range(2_000_000)"
        )
        assert sum(path.stat().st_size for path in store.scratch.iterdir()) > 1 << 20
        assert b"Nobody may read" not in everything(store.scratch)


def test_entries_that_wait_are_not_put_into_plain_files(encrypted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr(staging, "ROWS", 1)
    monkeypatch.setattr(staging, "MEMORY", 0)
    monkeypatch.setattr(staging.Staging, "_write", lambda self, folder, kind, frame: written.append(folder))
    path = lines_file(encrypted.folder.parent, [{"amount": f"{n}.00", "booking_date": "2026-12-01"} for n in range(1, 30)], "december.csv")
    assert "29 new lines" in encrypted.do("ingest", str(path))
    assert written == []


def test_foreign_things_are_refused_in_encrypted_books_too(encrypted: Desk) -> None:
    with duckdb.connect() as connection:
        unsafe(connection)
        connection.execute(f"ATTACH '{encrypted.file}' AS theirs (ENCRYPTION_KEY ?, STORAGE_VERSION 'v2.0.0')", [SECRET_KEY])
        connection.execute("CREATE MACRO theirs.main.md5(x) AS 'evil'")
    refused(encrypted.run("verify"), "books.foreign", "macro main.md5")


def test_another_key_opens_nothing(encrypted: Desk) -> None:
    before = encrypted.file.read_bytes()
    other = "another horse battery staple"
    encrypted.monkeypatch.setenv(encryption.KEY, other)
    for command in (("verify",), ("run",), ("init", "."), ("init", ".", "--encrypt")):
        result = encrypted.run(*command)
        refused(result, "encryption.wrong_key", str(encrypted.file.name))
        assert other not in result.output
    assert encrypted.file.read_bytes() == before


def test_a_trace_does_not_show_the_key(encrypted: Desk) -> None:
    encrypted.monkeypatch.setenv("MATCHER_DEBUG", "1")
    encrypted.monkeypatch.setattr("matcher.store.schema.catalogue", lambda *given: 1 / 0)
    result = encrypted.run("verify")
    assert "ZeroDivisionError" in result.stderr
    assert SECRET_KEY not in result.output


def test_matcher_toml_and_the_file_have_to_agree(encrypted: Desk, tmp_path: Path) -> None:
    configure(encrypted)
    for command in (("verify",), ("run",), ("init", ".")):
        refused(encrypted.run(*command), "encryption.mismatch", "the file is encrypted, and matcher.toml does not say so")
    refused(encrypted.run("init", ".", "--encrypt"), "usage.option", "--encrypt")
    plain = Desk(tmp_path / "plain", encrypted.monkeypatch)
    shutil.copytree(FIXTURES / "errors" / "books", plain.folder)
    plain.do("init", ".")
    before = plain.file.read_bytes()
    configure(plain, "encryption = true")
    for command in (("verify",), ("run",), ("init", ".", "--encrypt")):
        refused(plain.run(*command), "encryption.mismatch", "the file is not encrypted, and matcher.toml says that it is")
    assert plain.file.read_bytes() == before


def test_no_key_is_said_before_anything_is_made(desk: Desk) -> None:
    refused(desk.run("init", ".", "--encrypt"), "encryption.key", "MATCHER_KEY", "MATCHER_KEY_FILE", "books.key_file", "keyring")
    assert not (desk.folder / "matcher.toml").exists()


@pytest.mark.parametrize("key", ["", "short", "fifteen letters"])
def test_a_key_that_can_be_found_by_trying_is_refused(key: str, encrypted: Desk) -> None:
    encrypted.monkeypatch.setenv(encryption.KEY, key)
    result = encrypted.run("verify")
    refused(result, "encryption.key", "MATCHER_KEY: the key has fewer than 16 characters")
    if key:
        assert key not in result.output


def key_file(folder: Path, text: str | bytes = SECRET_KEY + "\n", mode: int = 0o600) -> Path:
    path = folder / "books.key"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_the_key_comes_from_a_file(encrypted: Desk, tmp_path: Path) -> None:
    path = key_file(tmp_path)
    encrypted.monkeypatch.delenv(encryption.KEY)
    refused(encrypted.run("verify"), "encryption.key")
    encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(path))
    assert "holds" in encrypted.do("verify")
    encrypted.monkeypatch.delenv(encryption.KEY_FILE)
    for named in (str(path), "../books.key"):
        configure(encrypted, "encryption = true", f'key_file = "{named}"')
        assert "holds" in encrypted.do("verify")
    # the environment goes before the configuration, and the key itself before a file
    encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(tmp_path / "nowhere"))
    refused(encrypted.run("verify"), "encryption.key", str(tmp_path / "nowhere"), "cannot be read")
    encrypted.monkeypatch.setenv(encryption.KEY, SECRET_KEY)
    assert "holds" in encrypted.do("verify")


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_use_is_refused(mode: int, encrypted: Desk, tmp_path: Path) -> None:
    encrypted.monkeypatch.delenv(encryption.KEY)
    encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(key_file(tmp_path, mode=mode)))
    refused(encrypted.run("verify"), "encryption.key", "chmod 600")


def test_a_key_file_that_travels_with_the_books_or_is_no_text_is_refused(encrypted: Desk, tmp_path: Path) -> None:
    encrypted.monkeypatch.delenv(encryption.KEY)
    inside = key_file(encrypted.folder)
    link = tmp_path / "link.key"
    link.symlink_to(inside)
    for path in (inside, link):
        encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(path))
        refused(encrypted.run("verify"), "encryption.key", "a copy of the books is a copy of the key")
    inside.unlink()
    encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(key_file(tmp_path, b"\xff\xfe" * 20)))
    refused(encrypted.run("verify"), "encryption.key", "is not UTF-8 text")
    encrypted.monkeypatch.setenv(encryption.KEY_FILE, str(tmp_path))
    refused(encrypted.run("verify"), "encryption.key", "cannot be read")


def test_the_key_comes_from_a_keyring(encrypted: Desk) -> None:
    asked: list[tuple[str, str]] = []

    def password(service: str, name: str) -> str | None:
        asked.append((service, name))
        return SECRET_KEY

    def locked(service: str, name: str) -> str | None:
        raise RuntimeError(f"locked, and the entry is {SECRET_KEY}")

    encrypted.monkeypatch.delenv(encryption.KEY)
    encrypted.monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=password))
    assert "holds" in encrypted.do("verify")
    (name,) = {name for _, name in asked}
    assert asked[0] == ("matcher", name)
    assert f'name = "{name}"' in (encrypted.folder / "matcher.toml").read_text(encoding="utf-8")
    encrypted.monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=lambda service, name: None))
    refused(encrypted.run("verify"), "encryption.key")
    encrypted.monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=locked))
    refused(encrypted.run("verify"), "encryption.key", "RuntimeError")


def test_no_command_takes_a_key_as_an_argument(desk: Desk) -> None:
    refused(desk.run("init", ".", "--encrypt", "--key", "something longer than that"), "usage.option")
    configure(desk, "encryption = true", 'key = "something longer than that"')
    refused(desk.run("verify"), "config.invalid", "books.key")


@pytest.mark.parametrize("named", ["pipe", "/dev/zero", "a\0b"])
def test_a_key_file_that_is_no_file_is_refused_at_once(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(encryption.KEY, raising=False)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MatcherError) as caught:
        encryption.find_key("any", f"../{named}" if named == "pipe" else named, tmp_path / "books")
    assert caught.value.code == "encryption.key"
