"""The `matcher` command. Prints what `matcher.books` returns; every other module is imported only when a command needs it."""

import os
import sys

from matcher.cli import screen
from matcher.cli.common import without_a_sign_it_lacks
from matcher.cli.main import main

__all__ = ["main", "program"]


def program() -> None:
    """`main` as a program of its own, which ends at once: taking the objects of a run apart one by one would take as long as a second.

    Files and the database are closed by the commands themselves. What cannot be shown breaks nothing off; `main` says so at its end.
    """
    screen.install()
    # to look for plug-ins of pydantic, of which this program uses none, every installed package is read
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    status = 0
    without_a_sign_it_lacks()
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
