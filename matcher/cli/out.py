"""Commands that give out: aging, export, verify."""

import click

from matcher.cli.common import busy, note, open_books, show, with_books, with_format
from matcher.codes import NEEDS_PERSON

_NUMBERS = ("not_due", "open", "unapplied", "checked", "items", "open_amount", "days_past_due")


@click.command()
@with_books
@with_format
def verify(output: str) -> None:
    """Recompute the journal's hash chain, the statement equations and every conservation sum.

    Exit status 1 when one does not hold.
    """
    with busy("verifying"):
        checks = open_books().verify()
    rows = [{"check": c.name, "checked": c.checked, "result": f"FAILS: {c.failure}" if c.failure else "holds"} for c in checks]
    show(rows, ("check", "checked", "result"), output, numbers=_NUMBERS)
    if failed := sum(bool(c.failure) for c in checks):
        note(f"verify.failed: {failed} of {len(checks)} checks do not hold. Do not post further; see docs/runbook.md.")
        click.get_current_context().exit(NEEDS_PERSON)


COMMANDS = (verify,)
