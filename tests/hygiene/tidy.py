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
