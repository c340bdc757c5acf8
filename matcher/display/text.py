"""Texts that fit a screen: Chinese signs are two columns wide, and nothing hidden steers it."""

from collections.abc import Sequence

from matcher.characters import visible
from matcher.display import widths
from matcher.display.widths import width


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits with an ellipsis directly behind it; what is hidden in it is made visible."""
    return widths.cut(visible(text), columns)


def padded(text: str, columns: int) -> str:
    """The text cut to so many columns, or filled up to them."""
    return widths.padded(cut(text, columns), columns)


def fitted(parts: Sequence[str], columns: int) -> str:
    """The parts with two blanks between them; the last ones fall away where they do not fit, and the one that is then last is cut."""
    kept = [part for part in parts if part]
    while len(kept) > 2 and width("  ".join(kept)) > columns:
        kept.pop()
    if len(kept) == 2 and width("  ".join(kept)) > columns:
        kept[0] = cut(kept[0], max(columns // 3, columns - 2 - width(kept[1])))
    return cut("  ".join(kept), columns)
