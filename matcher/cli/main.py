"""The command group: finds the commands, turns coded errors into one line and an exit status."""

import os
import sys
import traceback
from typing import Any

import click

from matcher.cli import explain, files, out, rules, statement, work
from matcher.cli.common import note
from matcher.codes import INTERNAL, USAGE
from matcher.errors import MatcherError


class _Group(click.Group):
    """Prints an error as one line on stderr and exits with its code; what nobody foresaw is an internal error (70)."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the command line; a wrong option is one coded line like every other error, not click's three."""
        try:
            status = super().main(*args, **(extra | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = USAGE
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "matcher"
            note(str(MatcherError("usage.option", error.format_message().rstrip("."), hint=f"See {command} --help.")))
            status = USAGE
        except click.Abort:
            status = 130  # what a shell reports of a program that Ctrl-C ended
        sys.exit(status or 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MatcherError as error:
            note(str(error))
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # whoever reads our output has closed it: that is their decision, not an error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the one place where everything unforeseen ends
            if os.environ.get("MATCHER_DEBUG"):
                note(traceback.format_exc(), lines=True)
            # the message of a foreign exception may hold statement contents, so only its kind and place are shown
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
            note(str(MatcherError("internal", f"{type(error).__name__} at {place} (MATCHER_DEBUG=1 shows more)")))
            ctx.exit(INTERNAL)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="matcher-recon", prog_name="matcher")
@click.option("--books", metavar="DIR", help="Books directory; else MATCHER_BOOKS, else upwards from here.")
@click.option("--actor", metavar="NAME", help="Who decides; else MATCHER_ACTOR, else your user name.")
@click.pass_context
def main(ctx: click.Context, books: str | None, actor: str | None) -> None:
    """Bank reconciliation and payment matching that never guesses with money.

    \b
    A month, in order:
      matcher init BOOKS          make a books directory, then fill in matcher.toml
      matcher import items FILE   open items from the ERP (also: customers, rates)
      matcher ingest FILE...      bank statements in, each proven by its balances
      matcher run                 match what can be known
      matcher queue               what is left for a person
      matcher export aging -o F   aged open items, and other files for other systems

    Exit status: 0 done; 1 done, and something needs a person; 2 wrong usage or configuration; 3 bad input, nothing changed;
    4 refused by policy; 5 the books are in use by another process; 70 internal error.
    """
    ctx.obj = {"books": books, "actor": actor}


for _command in (*files.COMMANDS, *statement.COMMANDS, *work.COMMANDS, *explain.COMMANDS, *rules.COMMANDS, *out.COMMANDS):
    main.add_command(_command)
