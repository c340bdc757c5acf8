"""The `matcher` command. Prints what `matcher.books` returns; every other module is imported only when a command needs it."""

from matcher.cli.main import main

__all__ = ["main"]
