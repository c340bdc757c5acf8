"""The import contracts of pyproject.toml fail on what they guard against, also in a module that nobody has listed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> str:
    """What the linter says of a copy of the program."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [LINTER, "--no-cache", "--config", str(folder / "pyproject.toml")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return f"{done.returncode} {done.stdout}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "matcher", tmp_path / "matcher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("money.py", "import matcher.books", "Imports point one way BROKEN"),
        ("store/staging.py", "import matcher.parsers.tally", "Imports point one way BROKEN"),
        ("forecasts.py", "import matcher.money", "matcher.forecasts"),
        ("ledger/aging.py", "import duckdb", "DuckDB is called by the store and the engines only BROKEN"),
        ("codes/entry.py", "import click", "Only the command line prints BROKEN"),
    ],
    ids=["upwards", "sideways", "a module of no layer", "duckdb", "click"],
)
def test_a_contract_fails_on_what_it_guards_against(module: str, line: str, said: str, copy: Path) -> None:
    path = copy / "matcher" / module
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    found = lint(copy)
    assert found.startswith("1 "), found
    assert said in found


def test_the_program_keeps_them(copy: Path) -> None:
    assert lint(copy).startswith("0 ")
