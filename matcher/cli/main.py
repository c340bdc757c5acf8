"""The command group: finds the commands, turns coded errors into one line and an exit status."""

import errno
import os
import sys
import traceback
from typing import Any

import click

from matcher import languages
from matcher.cli import completing, helping, runlog, screen
from matcher.cli.commands import MODULES, Commands
from matcher.cli.common import LOG, QUIET, SECONDS, WAIT, Given, with_language
from matcher.cli.streams import fault as note
from matcher.cli.streams import note as unless_quiet
from matcher.cli.streams import note_more
from matcher.codes import CATALOGUE, DONE, NEEDS_PERSON, USAGE
from matcher.display.errors import error_words
from matcher.errors import MatcherError

_REFUSALS = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOENT,
    errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ESTALE,
)  # fmt: skip
"""What the operating system refuses for reasons outside the program."""
_NO_THREAD = ("can't start new thread", "ThreadPoolBuildError")
"""What Python and polars say where there is no memory for a thread's stack."""
_WRAPPED = "from `i128` to `i64` failed"
"""What `amounts.total` raises: a sum that a column of amounts does not hold."""


class _Group(helping.Group):
    """Prints an error as one line on stderr and exits with its code; what nobody foresaw is an internal error (70)."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the command line; a wrong option is one coded line like every other error, not click's three."""
        options = Given()
        languages.use(languages.chosen([*(args[0] if args and args[0] is not None else extra.get("args") or sys.argv[1:])], os.environ))
        try:
            status = super().main(*args, **(extra | {"standalone_mode": False, "obj": options}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = USAGE
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "matcher"
            _tell(MatcherError("usage.option", error.format_message().rstrip("."), hint=f"See {command} --help."))
            status = USAGE
        except click.Abort:
            status = 130  # what a shell reports of a program that Ctrl-C ended
            note("Stopped. What was finished before stays: see `matcher log`." if options.kept else "Stopped: nothing was changed.")
        status = _shown(status or DONE, options)
        runlog.ended(options, status)
        sys.exit(status)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            done = super().invoke(ctx)
            if any(books.earlier for books in ctx.obj.opened):
                unless_quiet("Another command is at work on the books: this is what they held before it began.")
            return done
        except MatcherError as error:
            ctx.obj.code = error.code
            _tell(error)
            note_more(error)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BaseException as error:
            # a library's native code that gives up arrives as a class of no common kind, which can only be told by its name
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if os.environ.get("MATCHER_DEBUG"):
                note(traceback.format_exc(), lines=True)
            coded = _unforeseen(error, kept=ctx.obj.kept)
            _tell(coded)
            ctx.exit(coded.exit_code)


def _tell(error: MatcherError) -> None:
    """The error in one line, in the person's language: the code and the place are the same in all of them."""
    note(error_words(error), told=True)


def _unforeseen(error: BaseException, *, kept: bool) -> MatcherError:
    """An error without a code, as one with a code. `kept`: whether the command has left something behind before it failed."""
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_THREAD):
        code, what, where = "memory.short", "the program could not get the memory that it needs", ""
    elif isinstance(error, OSError) and error.errno in _REFUSALS:
        code, what, where = "system.refused", str(error.strerror), str(error.filename or "")
    elif _WRAPPED in str(error):
        code, what, where = "amount.range", "a sum of amounts is larger than any this program accepts", ""
    else:
        # the message of a foreign exception may hold statement contents, so only its kind and place are shown
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
        code, what, where = "internal", f"{type(error).__name__} at {place} (MATCHER_DEBUG=1 shows more)", ""
    hint = CATALOGUE[code].next_step.replace("nothing was changed", "the command's work is recorded, do not repeat it") if kept else ""
    return MatcherError(code, what, where, hint)


def _shown(status: int, options: Given) -> int:
    """The exit status of a command that ended with `status`, once its output is out; says it when that could not be shown."""
    why = screen.failure()
    if not why or status not in (DONE, NEEDS_PERSON):
        return status
    error = MatcherError("screen.failed" if options.kept else "file.unwritable", f"cannot be written ({why})", "standard output")
    _tell(error)
    return error.exit_code


def _set_up(command: click.Command) -> None:
    helping.set_pages(command)
    completing.set_words(command)


@click.group(
    cls=_Group, commands=Commands(MODULES, _set_up), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="matcher-recon", prog_name="matcher")
@click.option("--books", metavar="DIR", help="Books directory; else MATCHER_BOOKS, else upwards from here.")
@click.option("--actor", metavar="NAME", help="Who decides; else MATCHER_ACTOR, else your user name.")
@click.option("--wait", type=SECONDS, metavar="SECONDS", help=WAIT)
@click.option("--quiet", is_flag=True, default=None, help=QUIET)
@click.option("--log", metavar="FILE", help=LOG)
@with_language
@click.pass_context
def main(ctx: click.Context, books: str | None, actor: str | None, wait: int | None, quiet: bool | None, log: str | None) -> None:
    """Bank reconciliation and payment matching that never guesses with money.

    \b
    A month, in order:
      matcher init BOOKS          make a books folder, then fill in matcher.toml
      matcher import items FILE   open items from the ERP (also: customers, rates)
      matcher ingest FILE...      bank statements in, each proven by its balances
      matcher run                 match what can be known
      matcher queue               what is left for a person
      matcher export aging -o F   aged open items; files for other systems
      matcher report -o DIR ...   the month-end pack: a page and a workbook

    Exit status: 0 done; 1 done, and something needs a person; 2 wrong usage or configuration; 3 bad input, nothing changed;
    4 refused by policy; 5 the books are in use by another process; 70 internal error.
    """
    options = ctx.ensure_object(Given)
    options.books, options.actor, options.wait, options.quiet = books, actor, wait, quiet
    runlog.begin(options, ctx.invoked_subcommand or "", log)
