"""A books file from somebody else: refused with what is not ours in it, before any of it has run; and nothing outside can be reached."""

import shutil
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from desk import FIXTURES, Desk, prepared

from matcher.codes import CATALOGUE
from matcher.engines.duckdb import DuckDBEngine
from matcher.errors import MatcherError
from matcher.matching import candidates
from matcher.store import database, hardening, open_store, schema

pytestmark = pytest.mark.shape

CASES: list[dict[str, Any]] = tomllib.loads((FIXTURES / "foreign" / "cases.toml").read_text(encoding="utf-8"))["case"]
START = (
    ("init", "."),
    ("import", "customers", "customers.csv"),
    ("import", "items", "items.csv"),
    ("ingest", "october.csv"),
    ("run", "--as-of", "2026-10-31"),
)
SECRET = "what stands in a file outside"
COMMANDS = (("verify",), ("queue",), ("run",), ("export", "matches", "-o", "m.csv"), ("ingest", "october.csv"), ("init", "."))


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "books"
    shutil.copytree(FIXTURES / "errors" / "books", folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        prepared(Desk(folder, monkeypatch), START)
    return folder


@pytest.fixture
def desk(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "books"
    shutil.copytree(start, folder)
    return Desk(folder, monkeypatch)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def change(desk: Desk, sql: str) -> None:
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute(sql)


def beside(desk: Desk) -> set[str]:
    return {path.name for path in desk.folder.iterdir()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_not_ours_is_named_and_never_runs(case: dict[str, Any], desk: Desk, outside: Path) -> None:
    change(desk, case["sql"].replace("{outside}", str(outside)))
    before, names = desk.file.read_bytes(), beside(desk)
    for command in COMMANDS:
        result = desk.run(*command)
        assert result.exit_code == CATALOGUE["books.foreign"].exit_code, result.output
        assert result.stderr.startswith(f"books.foreign: {desk.file}: " if command[0] != "init" else "books.foreign: books.duckdb: ")
        assert case["differs"] in result.stderr
        assert result.stderr.count("\n") == 1
        assert result.stderr.removesuffix("\n").isprintable()
        assert result.stdout == ""
        assert SECRET not in result.output
    assert desk.file.read_bytes() == before
    assert beside(desk) == names


def test_any_other_database_is_refused_and_left_as_it_is(desk: Desk) -> None:
    desk.file.unlink()
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute("CREATE TABLE main.other (a INTEGER)")
    before = desk.file.read_bytes()
    assert "table main.other is not this program's" in desk.do("verify", status=CATALOGUE["books.foreign"].exit_code)
    assert "table main.other is not this program's" in desk.do("init", ".", status=CATALOGUE["books.foreign"].exit_code)
    assert desk.file.read_bytes() == before


def test_what_waits_in_a_log_beside_the_file_is_refused_too(desk: Desk, outside: Path) -> None:
    log = Path(f"{desk.file}.wal")
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute("SET checkpoint_threshold = '1GB'")
        connection.execute("CREATE VIEW main.spy AS SELECT content FROM read_text('" + str(outside) + "')")
        kept = {path: path.read_bytes() for path in (desk.file, log)}
    for path, content in kept.items():
        path.write_bytes(content)
    assert log.stat().st_size > 0
    assert "view main.spy is not this program's" in desk.do("verify", status=CATALOGUE["books.foreign"].exit_code)


def test_comments_say_nothing(desk: Desk) -> None:
    change(desk, "COMMENT ON TABLE raw.line IS 'seen by the auditor'")
    assert "holds" in desk.do("verify")


@pytest.fixture(params=[True, False], ids=["writing", "reading"])
def opened(request: pytest.FixtureRequest, desk: Desk) -> Iterator[database.Store]:
    with open_store(desk.file, write=request.param, keep=False) as store:
        yield store


def test_no_sql_reaches_anything_outside_the_books(opened: database.Store, outside: Path, desk: Desk) -> None:
    table = {"a": [1]}  # a name that SQL might find among this program's variables
    for sql in (
        f"FROM read_text('{outside}')",
        f"FROM read_csv('{outside}')",
        f"FROM '{desk.folder / 'items.csv'}'",
        f"FROM read_blob('{desk.folder / 'matcher.toml'}')",
        f"FROM read_text('{opened.scratch}/../matcher.toml')",
        f"FROM glob('{desk.folder}/*')",
        f"COPY raw.line TO '{outside.with_name('stolen.csv')}'",
        f"COPY raw.line TO '{desk.folder / 'stolen.csv'}'",
        f"EXPORT DATABASE '{outside.with_name('stolen')}'",
        f"ATTACH '{outside.with_name('other.duckdb')}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        f"LOAD '{outside}'",
        "CREATE PERSISTENT SECRET s (TYPE http)",
        "FROM table",
        "FROM tables_of_this_program",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET allowed_paths = ['/etc/hostname']",
        "SET allowed_configs = ['threads']",
        "SET autoload_known_extensions = true",
        "SET allow_community_extensions = true",
        "SET python_enable_replacements = true",
        "SET temp_directory = '.'",
        "SET lock_configuration = false",
        "RESET lock_configuration",
    ):
        with pytest.raises(duckdb.Error):
            opened.connection.execute(sql).fetchall()
    assert table
    assert not list(outside.parent.glob("stolen*"))
    assert not list(desk.folder.glob("stolen*"))


def test_neither_does_the_engine_s(desk: Desk, outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = open_state(desk)
    for sql in (f"FROM read_text('{outside}')", "SET enable_external_access = true", "LOAD httpfs", f"COPY (SELECT 1) TO '{outside}'"):
        monkeypatch.setattr(candidates, "REFERENCE_SQL", sql)
        with pytest.raises(duckdb.Error, match=r"disabled|locked"):
            DuckDBEngine().candidates(*state)
    assert outside.read_text(encoding="utf-8") == SECRET


def open_state(desk: Desk) -> tuple[Any, Any, Any]:
    from matcher.books import Books

    state = Books(desk.folder).state()
    return state.lines, state.items, state.customers


def test_the_kept_digest_is_that_of_the_migrations() -> None:
    made = schema.expected(database.migrate, database.migrations())
    assert schema.digest(made) == schema.CATALOGUE, "put this digest into matcher/store/schema.py"


def test_another_version_of_duckdb_may_write_the_catalogue_otherwise(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "CATALOGUE", "as another version writes it")
    assert "holds" in desk.do("verify")
    change(desk, "CREATE SCHEMA extra")
    assert "schema extra" in desk.do("verify", status=CATALOGUE["books.foreign"].exit_code)


def test_books_of_an_older_version_are_compared_with_what_that_version_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    later = [*database.migrations(), ("0002_later.sql", "CREATE TABLE work.later (a BIGINT NOT NULL);")]
    monkeypatch.setattr(database, "migrations", lambda: later)
    monkeypatch.setattr(schema, "CATALOGUE", "of both")
    older = desk.file.read_bytes()
    change(desk, "CREATE VIEW work.later AS SELECT 1 AS a")
    assert "view work.later is not this program's" in desk.do("run", status=CATALOGUE["books.foreign"].exit_code)
    desk.file.write_bytes(older)
    assert "holds" in desk.do("verify")
    with duckdb.connect(str(desk.file), read_only=True) as connection:
        assert connection.execute("FROM work.later").fetchall() == []


def test_books_of_a_newer_version_say_so_although_their_tables_differ(desk: Desk) -> None:
    change(desk, "CREATE TABLE work.later (a BIGINT); INSERT INTO meta.migration VALUES ('9999_later.sql', '')")
    assert "books.newer" in desk.do("verify", status=CATALOGUE["books.newer"].exit_code)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("wide_umask")
def test_books_are_their_owner_s_alone_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path / "books", monkeypatch)
    shutil.copytree(FIXTURES / "errors" / "books", desk.folder)
    made: list[int] = []
    monkeypatch.setattr(hardening.os, "link", lambda fresh, path: made.append(mode(Path(fresh))) or Path(fresh).rename(path))
    desk.do("init", ".")
    assert made == [0o600]
    assert mode(desk.file) == 0o600
    assert mode(desk.folder / "matcher.toml") != 0o600


@pytest.mark.usefixtures("wide_umask")
def test_what_stands_beside_the_books_while_a_command_works_is_its_owner_s_alone(desk: Desk, tmp_path: Path) -> None:
    desk.file.unlink()
    database.create(desk.file)
    with open_store(desk.file, write=True) as store:
        assert store.scratch is not None
        assert store.scratch.parent == desk.folder
        assert mode(store.scratch) == 0o700
        store.run("CREATE TABLE main.t AS SELECT 1 AS a")
        store.connection.execute("COMMIT")
        log = Path(f"{desk.file}.wal")
        assert log.stat().st_size > 0
        assert mode(log) == 0o600
        store.run("BEGIN")
        store.run("SET memory_limit = '60MB'")
        store.run("SET preserve_insertion_order = false")
        store.run("CREATE TEMP TABLE big AS SELECT range AS a, md5(range::VARCHAR) AS b FROM range(3_000_000)")
        spilled = list(store.scratch.iterdir())
        assert spilled
    assert beside(desk) == {path.name for path in (FIXTURES / "errors" / "books").iterdir()} | {"books.duckdb"}


@pytest.fixture
def wide_umask() -> Iterator[None]:
    import os

    before = os.umask(0)
    yield
    os.umask(before)


def test_books_that_are_there_keep_their_mode(desk: Desk) -> None:
    desk.file.chmod(0o640)
    desk.do("run")
    assert mode(desk.file) == 0o640


def test_a_command_that_keeps_nothing_leaves_nothing_beside_the_books(desk: Desk) -> None:
    names = beside(desk)
    desk.do("run", "--dry-run")
    desk.do("status")
    assert desk.run("ingest", "items.csv").exit_code == 3
    assert beside(desk) == names


def test_what_a_killed_command_left_is_removed_by_the_next_that_writes(desk: Desk) -> None:
    names = beside(desk)
    left = desk.folder / f"{hardening.PREFIX}left"
    left.mkdir()
    (left / "line-000000.parquet").write_bytes(b"payers")
    Path(f"{desk.file}.wal").touch()
    desk.do("status")
    assert left.exists()
    desk.do("run")
    assert beside(desk) == names


def test_without_hard_links_the_file_is_put_in_place_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*names: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(hardening.os, "link", unsupported)
    database.create(tmp_path / "books.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["books.duckdb"]
    assert mode(tmp_path / "books.duckdb") == 0o600


def test_a_file_that_another_process_made_in_between_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "books.duckdb"

    def quicker(fresh: Path, wanted: Path) -> None:
        assert wanted == path
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE main.theirs (a INTEGER)")
        raise FileExistsError

    monkeypatch.setattr(hardening.os, "link", quicker)
    with pytest.raises(MatcherError, match=r"books\.foreign.*main\.theirs"):
        database.create(path)


def test_a_command_that_finds_the_books_busy_leaves_the_log_of_their_holder(desk: Desk) -> None:
    with open_store(desk.file, write=True):
        log = Path(f"{desk.file}.wal")
        assert log.stat().st_size == 0
        names = beside(desk)
        second = open_store(desk.file, write=True)
        with pytest.raises(MatcherError, match=r"books\.busy"):
            second.__enter__()
        assert beside(desk) == names


def test_new_books_begin_anew_over_what_a_killed_command_left_of_them(tmp_path: Path) -> None:
    path = tmp_path / "books.duckdb"
    draft = tmp_path / ".books.duckdb.part"
    draft.mkdir()
    with duckdb.connect(str(draft / path.name)) as connection:
        connection.execute("CREATE TABLE main.theirs (a INTEGER)")
    database.create(path)
    assert [left.name for left in tmp_path.iterdir()] == ["books.duckdb"]
    assert mode(path) == 0o600
    with open_store(path, write=False):
        pass
