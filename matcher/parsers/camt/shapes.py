"""Reads the blocks of a statement by their shape.

A bank writes its entries with one of a handful of shapes: the same tags in the same order, only the text between them differs.
So the first block of a shape is taken apart tag by tag, which also proves it well-formed, and what was learnt (which text is
which field) is kept under the sequence of its tags. Every later block with the very same tags needs one pass of a regular
expression that holds all its tags literally. A block that has other tags is simply another shape.
"""

import re
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from matcher.errors import MatcherError
from matcher.parsers.camt.xml_blocks import MAX_DEPTH, NAME, attributes, local, unescape, without_asides

_TAG = re.compile(r"<([^<>\"']*(?:(?:\"[^\"<]*\"|'[^'<]*')[^<>\"']*)*)>")
_INSIDE = re.compile(rf"(/?)({NAME})((?:\s+{NAME}\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)")
_MAX_SHAPES = 2_000
_COMPILE_AFTER = 16
_TRIED = 4
"""Patterns tried before a block is taken apart; a file rarely alternates between more shapes than that."""


class Leaf(NamedTuple):
    """An element without children.

    Attributes:
        path: local names from below the block's own element, joined with '/'.
        place: position of its text among the block's values.
        currency: its ``Ccy`` attribute, or ''.
    """

    path: str
    place: int
    currency: str


T = TypeVar("T")


class _Shape(Generic[T]):
    __slots__ = ("built", "match", "positions", "seen")

    def __init__(self, built: T, positions: Sequence[int]) -> None:
        self.built = built
        self.positions = positions
        self.seen = 0
        self.match: Callable[[str], re.Match[str] | None] | None = None


class Shapes(Generic[T]):
    """Takes blocks apart.

    Args:
        build: makes of a shape's leaves what the caller needs to find its fields in the values.
    """

    def __init__(self, build: Callable[[list[Leaf]], T]) -> None:
        self._build = build
        self._known: dict[str, _Shape[T]] = {}
        self._recent: list[_Shape[T]] = []

    def read(self, block: str) -> tuple[T, Sequence[str]]:
        """What was built for the block's shape, and the block's values; the last value is always ''.

        Raises:
            MatcherError: ``file.malformed`` when the block is not well-formed XML, ``file.hostile`` for declarations in it.
        """
        return self.recall(block) or self._resolved(*self._taken_apart(without_asides(block)), block)

    def recall(self, block: str) -> tuple[T, Sequence[str]] | None:
        """The same for a block of a frequent shape; None for others."""
        for place, shape in enumerate(self._recent):
            match = shape.match(block) if shape.match else None
            if match:
                shape.seen += 1
                if place and shape.seen > self._recent[0].seen:
                    self._recent[0], self._recent[place] = shape, self._recent[0]
                return self._resolved(shape, (*match.groups(), ""), block)
        return None

    def _resolved(self, shape: _Shape[T], values: Sequence[str], block: str) -> tuple[T, Sequence[str]]:
        if "&" in block:
            values = [unescape(value) if "&" in value else value for value in values]
        return shape.built, values

    def _taken_apart(self, block: str) -> tuple[_Shape[T], Sequence[str]]:
        pieces = _TAG.split(block)
        tags = pieces[1::2]
        key = ">".join(tags)
        shape = self._known.get(key)
        if shape is None:
            leaves, positions = leaves_of(tags)
            shape = _Shape(self._build(leaves), positions)
            if len(self._known) >= _MAX_SHAPES:
                self._known.clear()
            self._known[key] = shape
        if any("<" in piece for piece in pieces[::2]):
            raise MatcherError("file.malformed", "there is a '<' that begins no tag")
        shape.seen += 1
        if shape.seen >= _COMPILE_AFTER and not shape.match:
            shape.match = _pattern(tags, set(shape.positions))
        if shape.match:
            self._recent = [*self._recent[: _TRIED - 1], shape]
        return shape, [*map(pieces.__getitem__, shape.positions), ""]


def leaves_of(tags: Sequence[str]) -> tuple[list[Leaf], list[int]]:
    """The leaves of a sequence of tags (without their angle brackets), and where their texts are when split at the tags.

    Raises:
        MatcherError: ``file.malformed`` when the tags do not nest.
    """
    leaves: list[Leaf] = []
    positions: list[int] = []
    stack: list[tuple[str, int]] = []
    for number, tag in enumerate(tags):
        match = _INSIDE.fullmatch(tag)
        if not match or (match[1] and (match[3] or match[4])) or (not stack and number) or len(stack) > MAX_DEPTH:
            raise MatcherError("file.malformed", f"<{tag[:40]}> is not well-formed here")
        name = match[2]
        if not match[1]:
            stack.append((name, number))
        elif not stack or stack[-1][0] != name:
            raise MatcherError("file.malformed", f"<{tag[:40]}> does not close the element that is open")
        if match[1] or match[4]:
            opened = stack.pop()[1]
            if match[1] and opened == number - 1 and stack:
                path = "/".join(local(outer) for outer, _ in (*stack[1:], (name, 0)))
                leaves.append(Leaf(path, len(positions), attributes(tags[opened]).get("Ccy", "")))
                positions.append(2 * number)
    if stack:
        raise MatcherError("file.malformed", f"<{stack[-1][0][:40]}> is not closed")
    return leaves, positions


def _pattern(tags: Sequence[str], captured: set[int]) -> Callable[[str], re.Match[str] | None]:
    """Matches a block with exactly these tags and captures the texts at the given positions."""
    parts = []
    for number, tag in enumerate(tags):
        if number:
            parts.append("([^<]*)" if 2 * number in captured else "[^<]*")
        parts.append(re.escape(f"<{tag}>"))
    return re.compile("".join(parts)).fullmatch
