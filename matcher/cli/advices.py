"""The command `advices`: what payers said their payments are for."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from matcher.cli.common import heading, note, open_books, with_books
from matcher.cli.tables import Column, Kind, Tone, counted, for_programs, show, with_format
from matcher.cli.tables.standard import file_name

if TYPE_CHECKING:
    from matcher.pipeline.remittance.results import RemittanceResult
    from matcher.review.advices import AdviceView

SHOWN = 5
"""Names that are shown on screen; the others are counted."""

STATES = ("used", "about a line", "waits for its payment", "unproven")
_COLUMNS = (
    Column("advice_id", "advice", priority=0), Column("sender", kind=Kind.TEXT, priority=1), Column("date", kind=Kind.DATE, priority=2),
    Column("rows", kind=Kind.COUNT, priority=3), Column("total", kind=Kind.AMOUNT, priority=0),
    Column("currency", " ", priority=0, once=True),
    Column("payment_reference", "payment", priority=3),
    Column("state", priority=0, tones={"used": Tone.GOOD, "unproven": Tone.BAD}), Column("lines", priority=1),
    Column("place", "file", kind=Kind.TEXT, priority=2, shown=file_name),
)  # fmt: skip
_COMPLETE = ("advice_id", "kind", "payment_reference", "sender", "date", "currency", "total", "state", "lines", "why", "place", "rows")
_ROWS = (
    Column("document_no", "document", priority=0), Column("gross", kind=Kind.AMOUNT, priority=1),
    Column("discount", kind=Kind.AMOUNT, priority=2), Column("deduction", kind=Kind.AMOUNT, priority=1),
    Column("reason", priority=2), Column("net", kind=Kind.AMOUNT, priority=0, total=True),
)  # fmt: skip
_WORDS = {"waiting": STATES[2], "bound": STATES[1], "used": STATES[0], "unproven": STATES[3]}


@click.command()
@click.option(
    "--state", "word", type=click.Choice(list(_WORDS)), default=None, help="Only those that wait, are about a line, used, or unproven."
)
@with_books
@with_format
def advices(output: str, word: str | None) -> None:
    """Remittance advices, and what became of each.

    An advice is used when a receipt was posted by it; it is about a line that waits when the line carries its number, or payer, amount
    and day agree; else it waits for its payment. One that does not add up is unproven: it is never used, and its reason stands below.
    With -O json each has its rows.
    """
    books = open_books()
    found = books.advices(_WORDS[word] if word else "")
    rows = [one.to_dict() if for_programs(output) else _row(one) for one in found]
    if output == "csv":
        for row in rows:
            row["rows"] = len(row["rows"]) if isinstance(row["rows"], list) else row["rows"]
            row["lines"] = " ".join(row["lines"]) if isinstance(row["lines"], list) else row["lines"]
    show(rows, _COLUMNS, output, complete=_COMPLETE, head=heading(books, "remittance advices") if rows else ())
    for one in found:
        if one.why:
            note(f"{one.advice_id or one.place}: {one.why}.")
    note(f"{counted(len(found), 'advice', 'advices')}.")


def _row(one: "AdviceView") -> dict[str, object]:
    return one.to_dict() | {"rows": len(one.rows), "lines": " ".join(line[:10] for line in one.lines)}


def show_advices(found: "Sequence[AdviceView]", output: str) -> None:
    """The rows of the advices about a line, each under its name."""
    for one in found:
        title = f"Advice {one.advice_id} ({file_name(one.place)})"
        show([one.row_dict(row) for row in one.rows], _ROWS, output, complete=tuple(column.name for column in _ROWS), title=title)


def advice_remarks(result: "RemittanceResult") -> Iterator[str]:
    """What a person must know of advices that came in, in sentences."""
    for text in result.notes:
        yield f"{text}."
    if result.not_found:
        count = counted(len(result.not_found), "document is", "documents are")
        yield f"{count} not in the books: {some(result.not_found)}. An advice with such a document posts nothing until it is imported."
    for one in result.unproven:
        yield f"Not used: {one.place}: {one.why}."


def some(names: "Sequence[str]") -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


COMMANDS = (advices,)
