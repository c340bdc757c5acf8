"""What commands share: options, opening the books, messages; and lists, which `matcher.cli.tables` prints."""

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matcher import languages
from matcher.cli import runlog
from matcher.cli.streams import data as data
from matcher.cli.streams import note as note
from matcher.cli.streams import say as say
from matcher.cli.tables import data_record as data_record
from matcher.cli.tables import show as show
from matcher.cli.tables import with_format as with_format
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.store.waiting import Wait

F = TypeVar("F", bound=Callable[..., Any])
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
WAIT = "When another process has the books open, wait for them so long; default: 10 to read, else 0."
QUIET = "Say nothing on stderr but errors; what is printed on stdout stays."
LOG = "Append what was done, when and how it ended to this file: a line for each command and step, without contents of the books."
LANGUAGE = "Language of what people read: en, de or zh; else MATCHER_LANG, else the locale's."


@dataclass
class Given:
    """What stands on the command line for every command, and the books that the command opened.

    Attributes:
        books: --books; None where it is not given.
        actor: --actor.
        wait: --wait, in seconds.
        quiet: --quiet.
        log: --log, a file that can be written.
        command: name of the command, once that is known.
        counts: what the command did, in numbers; for the log.
        opened: the books.
        code: of the error that ended the command; '' for none.
    """

    books: str | None = None
    actor: str | None = None
    wait: int | None = None
    quiet: bool | None = None
    log: str | None = None
    command: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    opened: list["Books"] = field(default_factory=list)
    code: str = ""

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
    """Adds --books, --actor, --wait, --quiet, --log and --lang, so that they may stand behind the command's name too."""
    command = with_language(command)
    command = click.option("--log", metavar="FILE", expose_value=False, callback=keep_log, help=LOG)(command)
    command = click.option("--quiet", is_flag=True, default=None, expose_value=False, callback=keep, help=QUIET)(command)
    command = click.option("--wait", type=SECONDS, metavar="SECONDS", expose_value=False, callback=keep, help=WAIT)(command)
    command = click.option("--books", metavar="DIR", expose_value=False, callback=keep, help="Books directory.")(command)
    return click.option("--actor", metavar="NAME", expose_value=False, callback=keep, help="Who decides.")(command)


def with_language(command: F) -> F:
    """Adds --lang. It is obeyed before anything is parsed, so that the parser's own complaints are in the language too."""
    return click.option("--lang", type=click.Choice(languages.LANGUAGES), expose_value=False, help=LANGUAGE)(command)


def keep(ctx: click.Context, param: click.Parameter, value: str | int | None) -> None:
    """Keeps what the command line says of the books."""
    if value is not None and param.name is not None:
        setattr(given(ctx), param.name, value)


def keep_log(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Begins the log of a command."""
    runlog.begin(given(ctx), ctx.command_path.partition(" ")[2], value)


def given(ctx: click.Context | None = None) -> Given:
    """What the command line says of the books."""
    found = (ctx or click.get_current_context()).find_root().obj
    assert isinstance(found, Given)
    return found


def did(**counts: int) -> None:
    """Keeps for the log what the command did, in numbers."""
    given().counts.update(counts)


as_of_option = click.option(
    "--as-of", type=IsoDate(), metavar="DATE", help="The day to look from; today, or the day of the latest line, if left out."
)
known_at_option = click.option(
    "--known-at", default="", metavar="BATCH|DATE", help="Tell what was known then, by the journal's batch or the end of a day."
)
reason_option = click.option("--reason", default="", help="Why; kept in the journal.")


def heading(books: "Books", *parts: str, as_of: date | None = None) -> tuple[str, ...]:
    """The line above a report: the name of the books, what it is, and its day, which is asked for or the one the books took."""
    from matcher.cli.tables.cells import day_in_words

    day = as_of or books.day
    return (books.name, *parts, *([day_in_words(day)] if day else []))


def open_books() -> "Books":
    """The books that --books, MATCHER_BOOKS or the current directory name."""
    from matcher.books import Books
    from matcher.config import find_books

    options = given()
    options.opened.append(books := Books(find_books(options.books), actor=options.actor or "", wait=_wait(options.wait)))
    return books


def _wait(seconds: int | None) -> "Wait":
    from matcher.store.waiting import Wait

    return Wait() if seconds is None else Wait(seconds, reading=seconds)


def without_a_sign_it_lacks() -> None:
    """Lets a stdout whose encoding lacks a sign show its number instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def check_files(paths: Sequence[str]) -> None:
    """Refuses an empty list of files.

    Raises:
        MatcherError: ``usage.option``.
    """
    if not paths:
        raise MatcherError("usage.option", "no file was named")


def check_place(path: str) -> None:
    """Refuses to put a layout into the books for somebody who may not set them up. `path`: where it goes; '' for nowhere.

    Raises:
        MatcherError: ``policy.role``.
    """
    from pathlib import Path

    from matcher.books import Books
    from matcher.config import find_books
    from matcher.states import Work

    try:
        folder = find_books(given().books)
    except MatcherError:
        return
    if path and Path(path).resolve().is_relative_to(folder.resolve()):
        Books(folder, actor=given().actor or "").check_role(Work.SETUP)
