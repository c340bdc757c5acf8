"""The command `evidence`: what the books hold of a claim, as one file, and the check that such a file was not changed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matcher.cli.common import as_of_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, formatted, show
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.exports.credit_control.bundles import Member

_MEMBER = (
    Column("name", "member", Kind.TEXT, priority=0), Column("size", kind=Kind.COUNT, priority=2),
    Column("sha256", kind=Kind.TEXT, priority=1), Column("result", priority=0, tones={"holds": Tone.GOOD}),
)  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])


def _printing(command: F) -> F:
    """Adds --format; -o is the bundle's."""
    return formatted(command, file=False)


@click.command()
@click.argument("items", nargs=-1, metavar="ITEM...")
@with_books
@_printing
@as_of_option
@click.option("--customer", default="", metavar="ID", help="All that this customer has open.")
@click.option("-o", "--out", "path", default="", metavar="FILE.zip", help="File to write.")
@click.option("--check", "checked", default="", metavar="FILE.zip", help="Check that the members of such a file were not changed.")
def evidence(items: tuple[str, ...], output: str, as_of: date | None, customer: str, path: str, checked: str) -> None:
    """Put all that the books hold of items into one file, for a lawyer, an agency or an insurer.

    \b
    index.html       to be read and printed
    *.csv            documents, movements, receipts with their bank lines, decisions, disputes and promises, interest, source files
    evidence.json    the same for programs
    manifest.json    SHA-256 of each member, and the journal's latest batch
    SHA256SUMS       the same for `sha256sum -c SHA256SUMS`

    The same books and day give the same bytes. --check needs no books; exit status 1 when a member was changed, added or is missing.
    """
    if bool(path) == bool(checked):
        raise click.UsageError("name the file to write with -o, or one to check with --check")
    if checked:
        if items or customer or as_of:
            raise click.UsageError("--check takes a file alone")
        from matcher.exports.credit_control import bundles

        _show(bundles.check(Path(checked)), output)
        return
    if not items and not customer:
        raise click.UsageError("name items, or a customer with --customer")
    with busy("putting the evidence together"):
        found = open_books().evidence(path, items, as_of, customer=customer)
    _show(found, output)


def _show(found: "list[Member]", output: str) -> None:
    rows = [one._asdict() | {"result": one.wrong or "holds"} for one in found]
    show(rows, _MEMBER, output, complete=("name", "size", "sha256", "result"))
    if wrong := sum(bool(one.wrong) for one in found):
        note(f"evidence.changed: {counted(wrong, 'member')} of {len(found)} {'is' if wrong == 1 else 'are'} not as the bundle was made.")
        click.get_current_context().exit(NEEDS_PERSON)


COMMANDS = (evidence,)
