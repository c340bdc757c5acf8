"""Texts that fit a screen: Chinese signs are two columns wide, and nothing hidden steers it."""

import os
import sys

from matcher.characters import visible

PAGE = 100
"""Columns of a page where there is no terminal and COLUMNS says nothing."""
LEAST = 80
"""Columns of the narrowest page that is printed for."""


def page_width() -> int:
    """Columns of the terminal, else what COLUMNS says, else `PAGE`; at least `LEAST`."""
    if sys.stdout.isatty():
        from rich.console import Console

        return max(LEAST, Console().width)
    page = os.environ.get("COLUMNS", "")
    return max(LEAST, int(page) if page.isdigit() else PAGE)


def width(text: str) -> int:
    """Columns that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits with an ellipsis directly behind it; what is hidden in it is made visible."""
    shown = visible(text)
    if width(shown) <= columns:
        return shown
    kept, used = [], 0
    for sign in shown:
        used += width(sign)
        if used > columns - 1:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"


def padded(text: str, columns: int) -> str:
    """The text cut to so many columns, or filled up to them."""
    shown = cut(text, columns)
    return shown + " " * (columns - width(shown))
