"""`review`: the queue as a full-screen program, in the terminal or in a browser."""

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import given, open_books, say, with_books
from matcher.cli.filters import picked, sort_option, with_filters
from matcher.errors import MatcherError
from matcher.states import Work

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.filters import Filters

PATIENCE = 10
"""Seconds that a decision waits for books that another process has open, unless --wait says otherwise."""
_OURS = ("web", "port", "served")
"""Options that the program behind the page does not get."""


@click.command()
@with_books
@with_filters
@click.option("--held", is_flag=True, help="Receipts on hold, in the place of those that wait.")
@sort_option
@click.option("--web", is_flag=True, help="In a browser of this machine: prints an address that opens once. Ctrl-C ends it.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="NUMBER", help="With --web: on this port; default: one that is free.")
@click.option("--served", is_flag=True, hidden=True, help="The screen of a page; `--web` starts it.")
def review(sort: str | None, *, held: bool, web: bool, port: int | None, served: bool, **asked: Any) -> None:
    """Work the queue on the full screen: receipts on the left, evidence and choices on the right, a key for each decision.

    Every decision is saved at once. Press ? for all keys, q to end.
    """
    for package in ("textual", "textual-serve") if web else ("textual",):
        if find_spec(package.replace("-", "_")) is None:
            hint = "Install it: pip install 'matcher-recon[web]'." if web else ""
            raise MatcherError("extra.missing", f"the package {package} is not installed", hint=hint)
    if port and not web:
        raise MatcherError("usage.option", "--port is of --web")
    options = given()
    options.wait = PATIENCE if options.wait is None else options.wait
    books = open_books()
    books.check_role(Work.DECIDE, Work.APPROVE)
    if not (web or served or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise MatcherError("usage.option", "a full screen needs a terminal", hint="See `matcher queue` for the same in lines of text.")
    filters = picked(asked, held=held, sort=sort or "")
    if not books.actor:
        raise MatcherError("actor.unknown", "it is not known who decides")
    if web:
        _serve(books, filters, port or 0)
    else:
        _work(books, filters, served=served)


def _work(books: "Books", filters: "Filters", *, served: bool) -> None:
    from matcher.fullscreen.app import FIRST
    from matcher.fullscreen.keys import Review
    from matcher.gc_pause import spare_nothing

    # read before the screen is taken: a wrong filter, or books that cannot be read, are one line like any other error
    program = Review(books, filters, books.waiting(filters, FIRST))
    if served:
        from matcher.web.driver import HeldDriver

        program.driver_class = HeldDriver
    program.spares = True
    try:
        program.run()
    finally:
        spare_nothing()
    if program.failure:
        raise program.failure


def _serve(books: "Books", filters: "Filters", port: int) -> None:
    from matcher.web import serving

    books.waiting(filters)  # a wrong filter is said here, and not on the page

    def announce(address: str) -> None:
        say(f"Open {address}")
        say("It opens once, in one browser of this machine. Ctrl-C ends it.")
        sys.stdout.flush()

    serving.serve(serving.listen(port), _command(books), f"{books.config.books.name}: review", announce)


def _command(books: "Books") -> list[str]:
    """The same command for the program behind a page: these books, this person, these filters."""
    context = click.get_current_context()
    # -P: the folder that the person stands in is no place to take modules from
    words = [sys.executable, "-P", "-m", "matcher", "--books", str(books.directory.absolute()), f"--actor={books.actor}"]
    words += [f"--wait={given().wait}", "review", "--served"]
    for option in context.command.params:
        value = context.params.get(option.name or "")
        if option.name in _OURS or value in (None, "", False):
            continue
        if option.name == "min_confidence" and isinstance(value, int):
            value = f"{value / 1_000_000:.6f}"  # a fraction, of millionths
        words.append(option.opts[0] if value is True else f"{option.opts[0]}={value}")
    return words


COMMANDS = (review,)
