"""The commands `layout list` and `layout new`: layouts of the lists that ERP and accounting systems export."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from matcher.cli.common import check_place, data, given, note, open_books
from matcher.cli.tables import Column, show, with_format
from matcher.cli.tables import Kind as CellKind
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.openitems.layouts.words import Kind
    from matcher.pipeline.lists import ProposedLayout

_COLUMNS = (Column("name", priority=0), Column("kind", priority=1), Column("system", kind=CellKind.TEXT), Column("from", priority=2))
_FAULTS = 5
"""Faults of the list that are shown beside a proposal; the others are counted."""


@click.group()
def layout() -> None:
    """Layouts of open items and customers as ERPs export them: which are known, and a proposal for a new one."""


@layout.command(name="list")
@with_format
def layout_list(output: str) -> None:
    """The layouts that are shipped, and those of the books."""
    from matcher.openitems.layouts.library import available

    known = available(_own())
    rows = [
        {"name": name, "kind": one.kind, "system": one.system, "from": "books" if name in known.own else "shipped"}
        for name, one in known.known.items()
    ]
    show(rows, _COLUMNS, output)


def _own() -> Mapping[str, str]:
    """The layouts of the books that the command line or the folder points to; none where there are no books."""
    from matcher.config import find_books
    from matcher.pipeline.layouts import own_lists

    try:
        folder = find_books(given().books)
    except MatcherError:
        return {}
    return own_lists(folder)


@layout.command(name="new")
@click.argument("file", metavar="FILE")
@click.option("--name", default="my-erp", metavar="NAME", help="Name of the layout.", show_default=True)
@click.option("--kind", type=click.Choice(["items", "customers"]), default="items", help="What the list holds.", show_default=True)
@click.option("-o", "--out", "path", default="", metavar="PATH", help="Write the layout here instead of to standard output.")
def layout_new(file: str, name: str, kind: str, path: str) -> None:
    """Propose a layout for a list, and show its first rows as that layout reads them.

    Every guess is marked with CHECK. Put the layout into the `layouts` folder of your books, under its name; it is then used for lists
    with these titles, or with --layout NAME. docs/open_items.md explains every key.
    """
    proposal = _proposed(file, name, kind)
    check_place(path)
    if path:
        from pathlib import Path

        from matcher.exports.files import write_bytes

        write_bytes(Path(path), [proposal.toml.encode()])
        note(f"{path} written.")
    else:
        data(proposal.toml)
    if proposal.rows:
        note(f"The first of {proposal.count} rows as this layout reads them:")
    else:
        note("This layout reads no row yet: correct it where it says CHECK.")
    for row in proposal.rows:
        note("  " + "  ".join(cell for cell in row.values() if cell))
    for text in proposal.notes:
        note(f"{text}.")
    for fault in proposal.faults[:_FAULTS]:
        note(f"{fault.code}: {fault.where}: {fault.what}")
    if len(proposal.faults) > _FAULTS:
        note(f"and {len(proposal.faults) - _FAULTS} more")


def _proposed(file: str, name: str, kind: str) -> "ProposedLayout":
    """The proposal, with what the books know where there are any."""
    from matcher.config import find_books

    listed: Kind = "customers" if kind == "customers" else "items"
    try:
        find_books(given().books)
    except MatcherError:
        from matcher.openitems.layouts.convert import Context
        from matcher.openitems.layouts.library import available
        from matcher.parsers.files import file_source
        from matcher.pipeline.lists import proposed

        return proposed(file_source(file), listed, name, Context(), available({}))
    return open_books().propose_layout(file, kind=listed, name=name)


COMMANDS = (layout,)
