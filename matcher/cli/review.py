"""`review`: the queue as a full-screen program."""

import sys
from importlib.util import find_spec
from typing import Any

import click

from matcher.cli.common import given, open_books, with_books
from matcher.cli.filters import picked, sort_option, with_filters
from matcher.errors import MatcherError

PATIENCE = 10
"""Seconds that a decision waits for books that another process has open, unless --wait says otherwise."""


@click.command()
@with_books
@with_filters
@click.option("--held", is_flag=True, help="Receipts on hold, in the place of those that wait.")
@sort_option
def review(sort: str | None, *, held: bool, **asked: Any) -> None:
    """Work the queue on the full screen: receipts on the left, evidence and choices on the right, a key for each decision.

    Every decision is saved at once. Press ? for all keys, q to end.
    """
    if find_spec("textual") is None:
        raise MatcherError("extra.missing", "the package textual is not installed")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise MatcherError("usage.option", "a full screen needs a terminal", hint="See `matcher queue` for the same in lines of text.")
    options = given()
    options.wait = PATIENCE if options.wait is None else options.wait
    books = open_books()
    filters = picked(asked, held=held, sort=sort or "")
    if not books.actor:
        raise MatcherError("actor.unknown", "it is not known who decides")
    from matcher.fullscreen.app import FIRST
    from matcher.fullscreen.keys import Review

    # read before the screen is taken: a wrong filter, or books that cannot be read, are one line like any other error
    program = Review(books, filters, books.waiting(filters, FIRST))
    program.run()
    if program.failure:
        raise program.failure


COMMANDS = (review,)
