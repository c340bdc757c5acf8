"""What a tidy repository looks like, as functions from a file's text to what is wrong with it. `test_gates.py` sees each of them fail."""

import ast
import re
from collections.abc import Iterator

MAX_MODULE, MAX_FUNCTION = 400, 70
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME)\b")
_ELSEWHERE = re.compile(r"/(?:tmp|work|home|root|Users)/\w")


def long_modules(text: str) -> Iterator[str]:
    """A module of more lines than a reader takes in."""
    lines = text.count("\n")
    if lines > MAX_MODULE:
        yield f"{lines} lines, at most {MAX_MODULE}"


def long_functions(text: str) -> Iterator[str]:
    """A function that does not fit on a screen."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                yield f"{node.name}: {length} lines, at most {MAX_FUNCTION}"


def unfinished(text: str) -> Iterator[str]:
    """A note that something is still to be done."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _UNFINISHED.search(line):
            yield f"line {number}: {line.strip()[:60]}"


def two_reasons(text: str) -> Iterator[str]:
    """An assertion that holds for one reason or for another, and does not say for which."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert) and _has_ways(node.test):
            yield f"line {node.lineno}: {ast.unparse(node.test)[:80]}"


def _has_ways(test: ast.expr) -> bool:
    match test:
        case ast.BoolOp(op=ast.Or()) | ast.IfExp():
            return True
        case ast.BoolOp(values=parts):
            return any(map(_has_ways, parts))
        case ast.Call(func=ast.Name(id="all" | "any" | "bool"), args=parts):
            return any(_has_ways(part.elt if isinstance(part, ast.GeneratorExp | ast.ListComp) else part) for part in parts)
        case ast.Compare(ops=kinds, comparators=parts):
            pairs = zip(kinds, parts, strict=True)
            return any(isinstance(kind, ast.In) and isinstance(part, ast.Tuple | ast.List | ast.Set) for kind, part in pairs)
    return False


def prints(text: str) -> Iterator[str]:
    """A call of print: only the command line speaks, through click."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"line {node.lineno}: print"


def undocumented(text: str) -> Iterator[str]:
    """A module that does not say what it is for."""
    if not ast.get_docstring(ast.parse(text)):
        yield "no docstring"


def machine_paths(text: str) -> Iterator[str]:
    """A path that exists on somebody's machine only."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _ELSEWHERE.search(line):
            yield f"line {number}: {found.group()}"


def dead_links(text: str, present: frozenset[str]) -> Iterator[str]:
    """A Markdown link to a page that is not there. `present` holds the paths that may be linked from this page."""
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and target not in present:
            yield target
