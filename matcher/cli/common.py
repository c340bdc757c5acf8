"""What commands share: options, opening the books, and printing tables, CSV and JSON."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from matcher.characters import in_json, visible
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from rich.console import Console

    from matcher.books import Books

F = TypeVar("F", bound=Callable[..., Any])
Rows = Sequence[Mapping[str, Any]]
WHOLE, FOLDED, CUT = 25, 16, 8
"""Columns of a table: widest that is never folded, least width of one that is, least width of one whose texts are cut."""
SECONDS = click.IntRange(min=0)


class _Share(click.FloatRange):
    """A number within bounds; what is no number is no such number either."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


SHARE = _Share(0.5, 1, max_open=True)
WAIT = "When another process has the books open, wait for them so long."


@dataclass
class Given:
    """What stands on the command line for every command, and the books that the command opened.

    Attributes:
        books: --books; None where it is not given.
        actor: --actor.
        wait: --wait, in seconds.
        opened: the books.
    """

    books: str | None = None
    actor: str | None = None
    wait: int | None = None
    opened: list["Books"] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether something that the command did stays: a record in the books, or a file."""
        return any(books.kept for books in self.opened)


class IsoDate(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads the day, or fails with the form that is wanted."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-10-31", param, ctx)


def with_books(command: F) -> F:
    """Adds --books, --actor and --wait, so that they may stand behind the command's name too."""
    command = click.option("--wait", type=SECONDS, metavar="SECONDS", expose_value=False, callback=keep, help=WAIT)(command)
    command = click.option("--books", metavar="DIR", expose_value=False, callback=keep, help="Books directory.")(command)
    return click.option("--actor", metavar="NAME", expose_value=False, callback=keep, help="Who decides.")(command)


def keep(ctx: click.Context, param: click.Parameter, value: str | int | None) -> None:
    """Keeps what the command line says of the books."""
    if value is not None and param.name is not None:
        setattr(given(ctx), param.name, value)


def given(ctx: click.Context | None = None) -> Given:
    """What the command line says of the books."""
    found = (ctx or click.get_current_context()).find_root().obj
    assert isinstance(found, Given)
    return found


def with_format(command: F) -> F:
    """Adds --format."""
    option = click.option("--format", "output", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print.")
    return option(command)


as_of_option = click.option(
    "--as-of", type=IsoDate(), metavar="DATE", help="The day to look from; today, or the day of the latest line, if left out."
)
known_at_option = click.option(
    "--known-at", default="", metavar="BATCH|DATE", help="Tell what was known then, by the journal's batch or the end of a day."
)
reason_option = click.option("--reason", default="", help="Why; kept in the journal.")


def open_books() -> "Books":
    """The books that --books, MATCHER_BOOKS or the current directory name."""
    from matcher.books import Books
    from matcher.config import find_books
    from matcher.store.waiting import Wait

    options = given()
    options.opened.append(books := Books(find_books(options.books), actor=options.actor or "", wait=Wait(options.wait or 0)))
    return books


def note(text: str, *, lines: bool = False) -> None:
    """A message for the person, on stderr. Nothing in it steers the screen; it is one line unless `lines` are kept."""
    click.echo(visible(text, lines=lines), err=True)


def say(text: str) -> None:
    """A line for the person, on stdout. Nothing in it steers the screen."""
    click.echo(visible(text))


def data(text: str) -> None:
    """Data on stdout: UTF-8 whatever the locale, as it is stored. On a terminal nothing in it steers the screen."""
    shown = visible(text, lines=True) if sys.stdout.isatty() else text
    # as bytes: click takes colour codes out of text that goes into a pipe
    click.echo(shown.encode("utf-8", "backslashreplace"), nl=False)


def data_record(record: Any) -> None:
    """One JSON object on a line of its own, on stdout."""
    data(in_json(json.dumps(record, ensure_ascii=False)) + "\n")


def without_a_sign_it_lacks() -> None:
    """Lets a stdout whose encoding lacks a sign show its number instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def busy(text: str) -> Iterator[Callable[[str], None]]:
    """Shows that long work goes on when stderr is a terminal; yields a function that says which step it is at."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield lambda step: status.update(f"{text}: {step}")


def show(
    rows: Rows, columns: Sequence[str], output: str, *, numbers: Sequence[str] = (), long: Sequence[str] = (), title: str = ""
) -> None:
    """Prints rows: a table for people, CSV, or one JSON object per line.

    Args:
        rows: cells by column name.
        columns: which to print, in order.
        output: table, csv or json.
        numbers: columns that are aligned to the right in a table.
        long: columns of free text that share what a terminal's width leaves, each cut to one line.
        title: above a table.
    """
    if output == "json":
        for row in rows:
            data_record({name: _plain(row[name]) for name in columns})
    elif output == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_safe(name, row[name], numbers) for name in columns] for row in rows)
        data(text.getvalue())
    else:
        _table(rows, columns, numbers, long, title)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _safe(name: str, value: Any, numbers: Sequence[str]) -> str:
    text = "" if value is None else str(_plain(value))
    # a spreadsheet would run such a cell as a formula; amounts and counts are left alone
    return f"'{text}" if name not in numbers and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _table(rows: Rows, columns: Sequence[str], numbers: Sequence[str], long: Sequence[str], title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    texts = {name: ["" if row[name] is None else visible(str(_plain(row[name]))) for row in rows] for name in columns}
    if "file" in long:
        texts["file"] = [os.path.basename(text) for text in texts["file"]]  # a path is known by its end
    widest = {name: max(map(cell_len, [name, *texts[name]])) for name in columns}
    # ids, dates and amounts stay on one line; what is wider than that folds, and free text is cut
    least = {name: CUT if name in long else width if width <= WHOLE else FOLDED for name, width in widest.items()}
    console = _console(sum(width + 3 for width in least.values()))
    share = (console.width - sum(widest[name] + 3 for name in columns if name not in long)) // len(long) - 3 if long else 0
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in numbers else "left"
        if name in long:
            table.add_column(name.replace("_", " "), justify=justify, overflow="ellipsis", no_wrap=True, max_width=max(CUT, share))
        else:
            table.add_column(name.replace("_", " "), justify=justify, overflow="fold", no_wrap=widest[name] <= WHOLE)
    for cells in zip(*texts.values(), strict=True):
        table.add_row(*map(Text, cells))
    console.print(table)


def _console(least: int) -> "Console":
    """Where a table is printed. A page narrower than `least` columns is made wider, so that ids and amounts are never cut.

    Away from a terminal a row is one line, whatever its length, unless COLUMNS asks for a page.
    """
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(width=max(Console().width, least))
    page = os.environ.get("COLUMNS", "")
    return Console(width=max(int(page) if page.isdigit() else 10_000, least), color_system=None)


def check_files(paths: Sequence[str]) -> None:
    """Refuses an empty list of files.

    Raises:
        MatcherError: ``usage.option``.
    """
    if not paths:
        raise MatcherError("usage.option", "no file was named")
