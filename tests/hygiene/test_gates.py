"""A gate that cannot fail guards nothing: each checker is run on something that is wrong, and on the same put right."""

from collections.abc import Callable, Iterator

import pytest
import tidy

BAD_AND_GOOD = {
    tidy.long_modules: ("x = 1\n" * 401, "x = 1\n" * 400),
    tidy.long_functions: ("def f():\n" + "    x = 1\n" * 70, "def f():\n" + "    x = 1\n" * 69),
    tidy.unfinished: ("x = 1  # TODO: later\n", "x = 1  # todo lists are fine\n"),
    tidy.prints: ("def f():\n    print('x')\n", "def f():\n    pprint('x')\n"),
    tidy.two_reasons: ("assert x == 1 or y\n", "assert x == (y or 1), message or x\n"),
    tidy.undocumented: ("x = 1\n", '"""What it is for."""\nx = 1\n'),
    tidy.machine_paths: ("open('/home/anna/books')\n", "open('books/home')\n"),
}


@pytest.mark.parametrize("checker", BAD_AND_GOOD, ids=lambda checker: checker.__name__)
def test_each_gate_fails_on_what_it_guards_against(checker: Callable[[str], Iterator[str]]) -> None:
    bad, good = BAD_AND_GOOD[checker]
    assert len(list(checker(bad))) == 1
    assert list(checker(good)) == []


@pytest.mark.parametrize(
    "claim", ["x and (y or z)", "all(a or b for a, b in x)", "x in (before, after)", "x in {before, after}", "x == y if z else not y"]
)
def test_an_assertion_with_two_reasons_is_seen_in_every_shape(claim: str) -> None:
    assert len(list(tidy.two_reasons(f"assert {claim}\n"))) == 1


def test_a_dead_link_is_seen() -> None:
    page = "[one](one.md) [two](two.md#part) [web](https://example.org/three.md)"
    assert list(tidy.dead_links(page, frozenset({"one.md"}))) == ["two.md"]
    assert list(tidy.dead_links(page, frozenset({"one.md", "two.md"}))) == []
