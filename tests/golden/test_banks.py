"""Every file in fixtures/banks reads as the expected rows beside it say.

Regenerate one on purpose with `python tests/golden/test_banks.py --generate FILE`; an existing expectation is only replaced with --force.
"""

import json
import sys
import tomllib
from pathlib import Path

import pytest

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks"
SIDE = (".expected.json", "index.toml")


def inputs() -> list[Path]:
    return sorted(p for p in BANKS.rglob("*") if p.is_file() and not p.name.endswith(SIDE))


def index(path: Path) -> dict[str, str]:
    with (path.parent / "index.toml").open("rb") as stream:
        found: dict[str, str] = tomllib.load(stream)[path.name]
    return found


def observed(path: Path) -> str:
    entry = index(path)
    options = ParseOptions(account=entry.get("account", ""), currency=entry.get("currency", ""), profile=entry.get("profile", ""))
    found = inspect(Source.of(path.read_bytes(), path.name), options, entry.get("format", ""), transactions=True)
    return json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"


def expectation(path: Path) -> Path:
    return path.with_name(path.name + ".expected.json")


@pytest.mark.parametrize("path", inputs(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_reads_as_expected(path: Path) -> None:
    assert expectation(path).read_text(encoding="utf-8") == observed(path)


@pytest.mark.parametrize("path", inputs(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_says_which_deviation_it_shows_and_where_it_was_seen(path: Path) -> None:
    assert index(path)["deviation"]
    assert index(path)["seen"]


def test_no_expectation_without_input() -> None:
    known = {expectation(path) for path in inputs()}
    assert [path for path in BANKS.rglob("*.expected.json") if path not in known] == []
    for page in BANKS.rglob("index.toml"):
        names = tomllib.loads(page.read_text(encoding="utf-8"))
        assert [name for name in names if not (page.parent / name).is_file()] == []


if __name__ == "__main__":
    force = "--force" in sys.argv
    for name in (a for a in sys.argv[1:] if not a.startswith("--")):
        target = expectation(Path(name).resolve())
        if target.exists() and not force:
            sys.exit(f"{target} exists; look at the difference, then use --force")
        target.write_text(observed(Path(name).resolve()), encoding="utf-8")
