"""`drill`: restore the books from a copy, prove it, and take the latest run back there; for the file."""

from typing import Any

import click

from matcher.cli.common import did, heading, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, show, with_format
from matcher.codes import CATALOGUE, NEEDS_PERSON

_STEPS = (
    Column("step", kind=Kind.TEXT, priority=0, wrap=True),
    Column("result", priority=0, tones={"failed": Tone.BAD, "done": Tone.GOOD}),
    Column("said", "found", Kind.TEXT, priority=1, wrap=True), Column("seconds", priority=2),
)  # fmt: skip
_SIGNED = (
    Column("what", kind=Kind.TEXT, priority=0),
    Column("name", priority=0),
    Column("date", kind=Kind.DATE, priority=0),
    Column("signature", priority=1),
)
_LINE = "_" * 24


@click.command()
@with_books
@with_format
@click.option("--in", "place", default="", metavar="DIR", help="Folder for the copy; default: the system's folder for temporary files.")
def drill(output: str, place: str) -> None:
    """Rehearse the restore on a copy: a checklist with durations, to be signed. The books are only read.

    \b
    matcher drill                    on the screen
    matcher drill -o drill.html      for the file; .md, .xlsx and .csv too

    The books are copied, and the copy is verified and compared with them: all exports, and the aging of the latest closed month. There
    the latest run is taken back and posted again. The copy is removed at the end. Of encrypted books it is encrypted too; a plain one
    lies in a folder for you alone, so choose with --in where. Exit status 1 when a step failed.
    """
    books = open_books()
    with busy("rehearsing") as progress:
        found = books.drill(place=place, progress=progress)
    rows = [{"step": one.name, "result": one.result, "said": one.said, "seconds": f"{one.seconds:.1f}"} for one in found.steps]
    show(rows, _STEPS, output, head=heading(books, "restore drill", as_of=books.today()))
    signed: list[dict[str, Any]] = [
        {"what": "carried out", "name": books.actor, "date": books.today(), "signature": _LINE},
        {"what": "reviewed", "name": "", "date": None, "signature": _LINE},
    ]
    if output in ("table", "md", "html", "xlsx"):
        show(signed, _SIGNED, output, title="Signed off")
    did(steps=len(found.steps), failed=sum(one.result == "failed" for one in found.steps))
    note(f"Journal head: batch {found.head.batch}, {found.head.hash}.")
    if not found.passed:
        first = next(one for one in found.steps if one.result == "failed")
        note(f"drill.failed: {first.name}: {first.said}. {CATALOGUE['drill.failed'].next_step}")
        click.get_current_context().exit(NEEDS_PERSON)


COMMANDS = (drill,)
