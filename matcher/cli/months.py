"""Commands that close a month and open it again."""

import click

from matcher.cli.common import note, open_books, reason_option, say, with_books
from matcher.cli.tables import Column, Kind, Tone, for_programs, show, with_format
from matcher.codes import NEEDS_PERSON
from matcher.states import CloseState

_POINTS = (
    Column("settled", priority=0, tones={"NO": Tone.BAD, "yes": Tone.GOOD}), Column("what", kind=Kind.TEXT, priority=0, wrap=True),
    Column("detail", kind=Kind.TEXT, priority=0, wrap=True),
)  # fmt: skip


@click.command()
@click.argument("month", metavar="YYYY-MM")
@click.option("--as-reviewer", is_flag=True, help="Close what somebody else has prepared; see [policy] close_by.")
@click.option("--force", is_flag=True, help="Close although the checklist is not settled; needs --reason.")
@click.option("--dry-run", is_flag=True, help="Show the checklist, and keep nothing.")
@with_books
@with_format
@reason_option
def close(month: str, output: str, reason: str, *, as_reviewer: bool, force: bool, dry_run: bool) -> None:
    """Close a month, and every day before it.

    Its reports stay the same for ever. What is decided later about its days counts from the first open day. Exit status 1 when the
    checklist keeps it open, or when another person has to close it.
    """
    done = open_books().close(month, as_reviewer=as_reviewer, force=force, reason=reason, dry_run=dry_run)
    if for_programs(output):
        show([point.to_dict() | {"month": month} for point in done.points], ("month", "what", "settled", "blocks", "said"), output)
    else:
        rows = [{"settled": "yes" if p.settled else "NO" if p.blocks else "no", "what": p.what, "detail": p.said} for p in done.points]
        show(rows, _POINTS, output, head=(f"Checklist of {month}",))
    if done.state == CloseState.CLOSED:
        note(f"{month} is closed.{' Dry run: nothing was kept.' if dry_run else ''}")
        return
    if done.state == CloseState.PREPARED:
        note(f"{month} is prepared. Somebody else closes it: matcher close {month} --as-reviewer.")
    else:
        note(f"period.blocked: {month} stays open: what is marked NO has to be settled first, or closed with --force and a --reason.")
    click.get_current_context().exit(NEEDS_PERSON)


@click.command()
@click.argument("month", metavar="YYYY-MM")
@with_books
@reason_option
def reopen(month: str, reason: str) -> None:
    """Open the latest closed month again. Its reports then show what is known now."""
    open_books().reopen(month, reason=reason)
    say(f"{month} is open again.")


COMMANDS = (close, reopen)
