"""Where lists go, and in which form: `-O`, `-o`, and `show`, which every command calls with its rows."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from matcher import languages
from matcher.characters import visible
from matcher.cli.streams import data, note
from matcher.cli.tables import cells
from matcher.cli.tables.columns import Column, Kind, Row, Table
from matcher.cli.tables.standard import resolved
from matcher.errors import MatcherError

F = TypeVar("F", bound=Callable[..., Any])

FORMS = ("table", "csv", "tsv", "json", "md", "html", "xlsx")
ENDINGS = {
    ".txt": "table", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "json", ".md": "md", ".html": "html", ".htm": "html",
    ".xlsx": "xlsx",
}  # fmt: skip
"""The form of a file, by its ending."""
PROGRAMS = ("csv", "tsv", "json")
"""Forms with the columns' own names and the values as they are."""
WHOLE = ("md", "html", "xlsx")
"""Forms in which all lists of a command are one document."""
DEFAULT_WIDTH, LEAST_WIDTH = 100, 40
"""Of a page, in characters: away from a terminal where COLUMNS says nothing; and the narrowest that is obeyed."""
_KEY = "matcher.cli.tables"


@dataclass
class Sink:
    """What a command prints, on its way.

    Attributes:
        form: one of `FORMS`.
        path: the file that it goes to; '' or '-' for stdout.
        more: how to see the columns of a table that has no room for them.
        parts: lists, and text that is printed as it is; kept until the command ends where they make one document.
    """

    form: str
    path: str = ""
    more: str = "-O csv"
    parts: list[Table | str] = field(default_factory=list)

    @property
    def to_file(self) -> bool:
        """Whether a file is written."""
        return self.path not in ("", "-")

    def put(self, part: Table | str) -> None:
        """Prints a list or a text, or keeps it for the document."""
        if self.to_file or self.form in WHOLE:
            self.parts.append(part)
        elif self.form == "table" and isinstance(part, Table):
            _print_table(part, self.more)
        else:
            data(part if isinstance(part, str) else _text(part, self.form, self.more))

    def close(self, stream: BinaryIO | None) -> None:
        """Writes what was kept, to the file's stream where there is a file.

        Raises:
            MatcherError: ``usage.option`` where a workbook cannot hold the list.
        """
        if stream is not None:
            stream.write(self._document())
        elif self.form == "xlsx":
            click.echo(self._document(), nl=False)
        elif self.form in WHOLE:
            data(self._document().decode())

    def _document(self) -> bytes:
        tables = [part for part in self.parts if isinstance(part, Table)]
        if self.form == "xlsx":
            from matcher.cli.tables.workbook import workbook

            with languages.english():
                return workbook(tables)
        if self.form == "html":
            from matcher.cli.tables.webpage import page

            text = page(tables, click.get_current_context().command_path)
        elif self.form == "md":
            from matcher.cli.tables.markdown import markdown

            text = markdown(tables)
        else:
            text = "".join(part if isinstance(part, str) else _text(part, self.form, self.more) for part in self.parts)
        return text.encode("utf-8", "backslashreplace")


def with_format(command: F) -> F:
    """Adds -O/--format and -o/--out. The command gets the form as `output`, and calls `show` with it."""
    return formatted(command)


def formatted(
    command: F, *, forms: Sequence[str] = FORMS, kind: click.ParamType[str] | None = None, other: str = "", file: bool = True
) -> F:
    """`with_format` for a command that prints in fewer forms, or whose --format once meant something else.

    Args:
        command: gets the form as `output`.
        forms: in which it prints.
        kind: reads the value of --format.
        file: whether it takes -o/--out too.
        other: the parameter that takes a --format which is no form; the command then has --output too, for those who wrote that.
    """

    @wraps(command)
    def wrapped(*args: Any, output: str | None, out: str = "", **others: Any) -> Any:
        if other:
            output = others.pop("former") or output
            if output not in (None, *FORMS):
                others[other], output = others[other] or output, None
        form = _form(output, out, forms)
        with printing(form, out, more="-O csv" if "csv" in forms else f"-O {forms[-1]}"):
            return command(*args, output=form, **others)

    words = f"How to print: {', '.join(forms)}. Default: {'by the ending of --out, else ' if file else ''}table."
    option = click.option("-O", "--format", "output", type=kind or click.Choice(forms), default=None, metavar="FORM", help=words)
    out = click.option(
        "-o", "--out", "out", default="", metavar="FILE", help="Write to this file, whole or not at all; - is standard output."
    )
    made: Any = option(out(wrapped) if file else wrapped)
    if other:
        made = click.option("--output", "former", type=click.Choice(forms), default=None, hidden=True, help="The same as -O.")(made)
    return made  # type: ignore[no-any-return]


@contextmanager
def printing(form: str, path: str = "", more: str = "-O csv") -> Iterator[None]:
    """While a command works, what it shows goes to `path` in this form; at its end, the document is written.

    That the file can be written is found out first, before the command records anything. A command that fails writes nothing; one
    that ends with an exit status for a person has done its work.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    from matcher.exports.files import atomic

    sink = Sink(form, path, more)
    click.get_current_context().meta[_KEY] = sink
    end: click.exceptions.Exit | None = None
    with atomic(Path(path)) if sink.to_file else nullcontext() as stream:
        try:
            yield
        except click.exceptions.Exit as status:
            end = status
        sink.close(stream)
    if sink.to_file:
        note(f"{path} written.")
    if end is not None:
        raise end


def _form(asked: str | None, path: str, forms: Sequence[str]) -> str:
    """The form that was asked for.

    Raises:
        MatcherError: ``usage.option`` for a file whose ending says nothing, and for a workbook on a terminal.
    """
    to_file = path not in ("", "-")
    if asked is None and to_file:
        known = {ending: form for ending, form in ENDINGS.items() if form in forms}
        asked = known.get(Path(path).suffix.lower())
        if asked is None:
            raise MatcherError("usage.option", f"the file must end with {', '.join(known)}", path, "Or name the form with -O.")
    if asked == "xlsx" and not to_file and sys.stdout.isatty():
        raise MatcherError("usage.option", "a workbook cannot be shown on a terminal", hint="Write it to a file: -o FILE.xlsx")
    return asked or "table"


def show(
    rows: Sequence[Row],
    columns: Iterable[str | Column],
    output: str,
    *,
    numbers: Sequence[str] = (),
    long: Sequence[str] = (),
    title: str = "",
    head: Sequence[str] = (),
    complete: Iterable[str | Column] | None = None,
    currency: str = "currency",
) -> None:
    """Prints rows in the form that was asked for.

    A person gets `columns`: in a table as many as fit by their priority, in Markdown and on a web page all. Programs and spreadsheets get
    `complete`. Amounts are decimal text in the row, shares a fraction as text, dates a `date` or ISO text; each form shows them its own
    way, so a command need not ask which one it is::

        show(
            [line.to_dict() for line in lines],
            (Column("line_id", "line", priority=0, shown=ten), "booking_date", Column("amount", kind=Kind.AMOUNT, total=True), "currency"),
            output,
            complete=("line_id", "booking_date", "amount", "currency", "text"),
            head=(books.config.books.name, "receipts that wait"),
        )

    Args:
        rows: cells by column name.
        columns: `Column` records, or names: `standard.STANDARD` knows what many of them hold, and the cells tell the rest.
        output: one of `FORMS`, as `with_format` gives it.
        numbers: names of columns that are aligned to the right.
        long: names of columns of free text.
        title: above it where there are several lists.
        head: parts of the line above it.
        complete: columns of the other forms, where they are not the same.
        currency: name of the column with the currency of a row's amounts; a sum is made for each.
    """
    shown = resolved(rows, columns, numbers, long)
    known = {column.name: column for column in shown}
    if complete is None:
        full = shown
    else:
        full = resolved(rows, (known.get(one, one) if isinstance(one, str) else one for one in complete), numbers, long)
    table = Table(rows, shown, full, title, tuple(head), currency)
    context = click.get_current_context(silent=True)
    sink = context.meta.get(_KEY) if context else None
    (sink if sink is not None and sink.form == output else Sink(output)).put(table)


def show_facts(record: Row, output: str, *, title: str = "", head: Sequence[str] = ()) -> None:
    """Shows one record to a person: a row for each field that says something, with the field's name before it."""
    rows = []
    for column in resolved([record], record):
        value = record[column.name]
        if value not in ("", None, False):
            said = languages.word("yes") if value is True else cells.text(replace(column, shown=None, zeros=True), record)
            rows.append({"field": column.name.replace("_", " "), "value": said})
    columns = (Column("field", priority=0), Column("value", kind=Kind.TEXT, wrap=True, priority=0))
    show(rows, columns, output, title=title, head=head)


def for_programs(output: str) -> bool:
    """Whether programs read this form: it then has the complete columns only, and no sums."""
    return output in PROGRAMS


def data_record(record: Any) -> None:
    """One JSON object on a line of its own: to the file that was named, else to stdout."""
    from matcher.cli.tables.machine import json_line

    context = click.get_current_context(silent=True)
    sink = context.meta.get(_KEY) if context else None
    (sink if sink is not None else Sink("json")).put(json_line(record))


def put_line(line: str) -> None:
    """A line of text, in which nothing steers the screen: to the file that was named, else to stdout."""
    context = click.get_current_context(silent=True)
    sink = context.meta.get(_KEY) if context else None
    (sink if sink is not None else Sink("table")).put(f"{visible(line)}\n")


def _text(table: Table, form: str, more: str) -> str:
    from matcher.cli.tables import machine, terminal

    if form == "table":
        text = "".join(f"{line}\n" for line in terminal.lines(table, terminal.Page(page_width(), more=more)))
        return f"{text}\n" if text else ""
    return {"csv": machine.csv_text, "tsv": machine.tsv_text, "json": machine.json_lines}[form](table)


def _print_table(table: Table, more: str) -> None:
    from matcher.cli.tables.terminal import Page, lines

    page = Page(page_width(), _colour(), _signs(), more)
    shown = False
    for line in lines(table, page):
        click.echo(line, color=page.colour)
        shown = True
    if shown:
        click.echo()


def page_width() -> int:
    """Columns of the page: the terminal's; away from one, what COLUMNS says."""
    if sys.stdout.isatty():
        return max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, LEAST_WIDTH)
    asked = os.environ.get("COLUMNS", "")
    return max(int(asked), LEAST_WIDTH) if asked.isdigit() and asked.isascii() else DEFAULT_WIDTH


def _colour() -> bool:
    """Whether stdout is a terminal that shows colours, and nobody asked it not to (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _signs() -> bool:
    """Whether stdout can show the signs that tables are drawn with."""
    try:
        "─…·".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
