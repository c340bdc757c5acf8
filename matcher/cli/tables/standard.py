"""Columns that many lists have, by name: what they hold, and how much they matter."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os.path import basename

from matcher.cli.tables.columns import Column, Kind, Row, Tone

WIDEST_WORD = 25
"""A column of unknown kind with longer cells is free text."""

STATES = {
    "balanced": Tone.GOOD, "quarantined": Tone.BAD, "unproven": Tone.DIM, "rejected": Tone.DIM, "read before": Tone.DIM,
    "reject": Tone.BAD, "partial": Tone.BAD, "posted": Tone.GOOD,
}  # fmt: skip
"""How states of statements, files and lines stand out."""


def ten(value: object) -> str:
    """The first ten digits of an id: they name a line or a statement."""
    return str(value)[:10]


def file_name(value: object) -> str:
    """A file without its folders."""
    return basename(str(value))


LONG_OVERDUE = 90
"""Days after which what is overdue stands out."""


def days_overdue(days: object) -> str:
    """Days past due, where there are any."""
    return f"{days:,}" if isinstance(days, int) and days > 0 else ""


def long_overdue(row: Row) -> Tone:
    """Stands out where a document is overdue for more than ninety days."""
    days = row["days_past_due"]
    return Tone.BAD if isinstance(days, int) and days > LONG_OVERDUE else Tone.PLAIN


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 line`, `3 lines`. `many` is the plural where an s behind `one` does not make it."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _columns() -> Iterable[Column]:
    for name in (
        "amount", "pending", "open", "cash", "adjustment", "before", "after", "credit", "debit", "opening", "closing", "missing", "control",
        "difference", "unapplied", "open_amount", "disputed_amount", "amount_before", "amount_now", "applied", "left",
    ):  # fmt: skip
        yield Column(name, kind=Kind.AMOUNT, priority=1)
    for name in (
        "lines",
        "count",
        "transactions",
        "new",
        "known",
        "lines_new",
        "lines_known",
        "lines_excluded",
        "files",
        "rows",
        "changed",
    ):
        yield Column(name, kind=Kind.COUNT, priority=2)
    for name in ("booking_date", "value_date", "issue_date", "due_date", "first_booking_date", "last_booking_date", "date", "due", "since"):
        yield Column(name, kind=Kind.DATE, priority=1)
    for name in ("payer", "text", "counterparty_name", "remittance_information", "title", "message", "reason", "name"):
        yield Column(name, kind=Kind.TEXT, priority=2)
    yield Column("currency", priority=0)
    yield Column("line_id", "line", priority=0, shown=ten)
    yield Column("statement_id", "statement", priority=0, shown=ten)
    yield Column("decision_id", "decision", priority=4, shown=ten)
    yield Column("file", kind=Kind.TEXT, priority=3, shown=file_name, least=16)
    yield Column("state", priority=1, tones=STATES)
    yield Column("confidence", kind=Kind.SHARE, priority=2)
    yield Column("at", "at (UTC)", Kind.MOMENT, priority=2)
    yield Column("days_past_due", "days overdue", Kind.COUNT, priority=2)


STANDARD = {column.name: column for column in _columns()}
"""What a column of that name is, where a list says nothing else."""


def resolved(
    rows: Sequence[Row], columns: Iterable["str | Column"], numbers: Sequence[str] = (), long: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Columns as records: names are looked up in `STANDARD`, what is not there is told by its cells.

    Args:
        rows: the cells.
        columns: records, or names.
        numbers: names whose cells are aligned to the right.
        long: names of free texts.
    """
    return tuple(column if isinstance(column, Column) else _known(rows, column, numbers, long) for column in columns)


def _known(rows: Sequence[Row], name: str, numbers: Sequence[str], long: Sequence[str]) -> Column:
    column = STANDARD.get(name)
    if column is None:
        widest = max((len(str(row[name])) for row in rows if row[name] is not None), default=0)
        column = Column(name, kind=Kind.WORD if widest <= WIDEST_WORD else Kind.TEXT, wrap=widest > WIDEST_WORD)
    if name in numbers and not column.kind.is_number:
        column = replace(column, kind=Kind.NUMBER, wrap=False)
    if name in long and column.kind != Kind.TEXT:
        column = replace(column, kind=Kind.TEXT)
    return column
