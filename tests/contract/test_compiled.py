"""The compiled matching modules decide what the pure ones decide, to the byte.

They are built by `make compiled` into a copy of the tree, which takes two minutes; without it the tests are skipped, but never where
MATCHER_NEEDS_COMPILED is set.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPILED = ROOT / "build" / "compiled"
MATCHING = ROOT / "matcher" / "matching"

DECIDED = """
import hashlib, sys
from contextlib import suppress
from pathlib import Path
import matcher.pipeline.run as run
from matcher.matching.explanations import build
from matcher.cli import main
month, books = map(Path, sys.argv[1:])
def digested(jobs, decide, *rest):
    digest = hashlib.sha256()
    for job in jobs:
        for frame in decide(job, lambda count: None):
            digest.update(frame.drop("at", strict=False).write_csv().encode())
    print("pure" if build.__file__.endswith(".py") else "compiled", digest.hexdigest())
    raise SystemExit(0)
books.mkdir()
(books / "matcher.toml").write_bytes((month / "matcher.toml").read_bytes())
imports = [("import", kind, str(month / f"{kind}.csv")) for kind in ("customers", "items", "rates")]
run.decide_all = digested
for words in (("init",), *imports, ("ingest", str(month / "lines.csv")), ("run", "--as-of", "2026-10-31")):
    with suppress(SystemExit):
        main(["--books", str(books), *words] if words != ("init",) else ["init", str(books)])
"""


@pytest.fixture(scope="module")
def built() -> Path:
    """The compiled tree."""
    if not any(COMPILED.glob("matcher/matching/explanations/build.*.*")):
        if os.environ.get("MATCHER_NEEDS_COMPILED"):
            pytest.fail("there is no compiled tree, and MATCHER_NEEDS_COMPILED is set")
        pytest.skip("the compiled tree is not built: `make compiled`, with a C compiler")
    return COMPILED


def decided(tree: Path, month: Path, books: Path) -> tuple[str, str]:
    """Whether a tree's matching is compiled, and the digest of all that its run of a month decides."""
    environment = os.environ | {"MATCHER_ACTOR": "tester", "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-c", DECIDED, str(month), str(books)], env=environment, cwd=tree, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    kind, digest = done.stdout.split()[-2:]
    return kind, digest


def test_the_same_bytes(built: Path, tmp_path: Path) -> None:
    month = tmp_path / "month"
    draw = [sys.executable, "-m", "benchmarks.generate", "--lines", "1500", "--seed", "41", "--difficulty", "hard", "-o", str(month)]
    subprocess.run(draw, cwd=ROOT, check=True, capture_output=True)
    pure, compiled = decided(ROOT, month, tmp_path / "one"), decided(built, month, tmp_path / "two")
    assert (pure[0], compiled[0]) == ("pure", "compiled")
    assert pure[1] == compiled[1]


def test_it_is_the_tree_of_today(built: Path) -> None:
    for path in MATCHING.rglob("*.py"):
        assert (built / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), f"{path} has changed since `make compiled`"


def test_nothing_stands_in_these_modules_that_compiles_to_something_else() -> None:
    """`cached_property` forgets, silently, in a compiled class; a dataclass field of `object` fails when the module is imported."""
    setup = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    pure = next(
        ast.literal_eval(node.value) for node in setup.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PURE"
    )
    assert all((MATCHING / name).is_file() for name in pure)
    for path in MATCHING.rglob("*.py"):
        if path.relative_to(MATCHING).as_posix() in pure:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Name) and node.id == "cached_property"), path
            if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(mark) for mark in node.decorator_list):
                fields = [field for field in node.body if isinstance(field, ast.AnnAssign)]
                assert all(ast.unparse(field.annotation) != "object" for field in fields), path
