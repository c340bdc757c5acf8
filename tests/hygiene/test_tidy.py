"""The package, the tests and the pages are tidy; what that means is in `tidy.py`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import tidy

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "matcher").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CODE = [*PACKAGE, *TESTS, *sorted((ROOT / "benchmarks").rglob("*.py"))]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
Checker = Callable[[str], Iterator[str]]


def findings(checker: Checker, paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {found}" for path in paths for found in checker(path.read_text(encoding="utf-8"))]


def test_modules_and_functions_are_small() -> None:
    assert findings(tidy.long_modules, [*PACKAGE, *sorted((ROOT / "benchmarks").rglob("*.py"))]) == []
    assert findings(tidy.long_functions, CODE) == []


def test_every_module_says_what_it_is_for() -> None:
    assert findings(tidy.undocumented, PACKAGE) == []


def test_nothing_is_left_unfinished() -> None:
    assert findings(tidy.unfinished, [*(p for p in CODE if p.name not in ("tidy.py", "test_gates.py")), *PAGES]) == []


def test_an_assertion_holds_for_one_reason() -> None:
    assert findings(tidy.two_reasons, TESTS) == []


def test_only_the_command_line_speaks() -> None:
    assert findings(tidy.prints, PACKAGE) == []


def test_no_path_of_one_machine() -> None:
    assert findings(tidy.machine_paths, [*(p for p in CODE if p.name != "test_gates.py"), *PAGES]) == []


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        near = {str(path.relative_to(page.parent)) for path in page.parent.rglob("*") if ".git" not in path.parts}
        upper, every = page.parent.parent, (*PAGES, ROOT / "LICENSE")
        above = {f"../{path.relative_to(upper)}" for path in every if path.is_relative_to(upper)} if page.parent != ROOT else set()
        assert list(tidy.dead_links(page.read_text(encoding="utf-8"), frozenset(near | above))) == [], page.name
