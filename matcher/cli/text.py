"""How wide the page is that is printed for."""

import os
import sys

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
