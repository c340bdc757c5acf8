"""`queue`: the receipts that wait, two lines each: what the bank said, and what is proposed."""

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from matcher import languages
from matcher.cli.common import IsoDate, heading, note, open_books, with_books
from matcher.cli.filters import picked, sort_option, with_filters
from matcher.cli.tables import Column, Kind, counted, for_programs, page_width, put_line, show, with_format
from matcher.cli.tables.standard import ten
from matcher.codes import NEEDS_PERSON
from matcher.display.records import Columns, between, day, long_day, record
from matcher.display.text import cut
from matcher.display.widths import padded, width, wrapped

if TYPE_CHECKING:
    from matcher.review.queue import QueuePage, WaitingLine

SHOWN = 20
"""Receipts on a screen, unless --limit says another number."""
GROUPS = ("payer", "customer", "outcome", "account")

_WAITING = (
    Column("line_id", "line", priority=0, shown=ten), Column("booking_date", "date", Kind.DATE, priority=1),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    Column("account", priority=4), Column("payer", kind=Kind.TEXT, priority=1), Column("text", kind=Kind.TEXT, priority=3),
    Column("customer_id", "customer", priority=2),
    Column("customer_name", "name", Kind.TEXT, priority=2), Column("documents", kind=Kind.TEXT, priority=1),
    Column("difference", kind=Kind.TEXT, priority=2), Column("outcome", priority=3), Column("state", priority=3),
    Column("confidence", kind=Kind.SHARE, priority=2), Column("reason", kind=Kind.TEXT, priority=2),
)  # fmt: skip
_COMPLETE = (
    "line_id", "account", "booking_date", "amount", "currency", "payer", "text", "outcome", "state", "confidence", "reason", "customer_id",
    "customer_name", "documents", "rule",
)  # fmt: skip
_APPROVALS = (
    "decision_id", "kind", "line_id", "customer_id", "items", "amount", "cleared", "currency", "actor", "at", "reason",
)  # fmt: skip
_NUMBERS = ("amount", "confidence")
_TO_APPROVE = (
    Column("decision_id", "decision", priority=0, shown=ten), Column("kind", "what", priority=0),
    Column("line_id", "line", priority=2, shown=ten), Column("customer_id", "customer", priority=2),
    Column("items", kind=Kind.TEXT, priority=1), Column("amount", kind=Kind.AMOUNT, priority=0),
    Column("cleared", kind=Kind.AMOUNT, priority=1), Column("currency", " ", priority=0, once=True), Column("actor", "by", priority=0),
    Column("at", "at (UTC)", Kind.MOMENT, priority=3), Column("reason", kind=Kind.TEXT, priority=2),
)  # fmt: skip


@click.command()
@with_books
@with_format
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="The day to look from; default: today, or the latest line's day if later.")
@with_filters
@click.option("--held", is_flag=True, help="Receipts on hold, in the place of those that wait.")
@sort_option
@click.option("--to-approve", is_flag=True, help="Decisions that wait for approval by another person.")
@click.option("--group", type=click.Choice(GROUPS), default=None, help="Together what is alike, each group with its sum and numbers.")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=None, help=f"At most so many; on a screen {SHOWN} if left out.")
@click.option("--fail-if-waiting", is_flag=True, help="Exit status 1 while one waits that the filters let through.")
def queue(
    output: str,
    as_of: date | None,
    limit: int | None,
    sort: str | None,
    group: str | None,
    *,
    held: bool,
    to_approve: bool,
    fail_if_waiting: bool,
    **asked: Any,
) -> None:
    """Receipts that wait for a person, two lines each: what the bank said, and what is proposed.

    The numbers hold until you look at the queue again: `matcher accept 1-7,9`, `matcher explain 3`. Proposed ones come first, the largest
    first. Receipts on hold are left out: see --held.
    """
    if to_approve:
        _to_approve(output)
        return
    filters = picked(asked, held=held, sort=group or sort or "")
    shown = SHOWN if limit is None and output == "table" else limit
    books = open_books()
    page = books.queue(as_of, filters=filters, limit=shown, number=output == "table")
    if output == "table":
        _screen(page, group or "", held=held, narrow=filters.narrow, decides=not books.reads_only)
    else:
        if output == "json":
            show([line.to_dict() for line in page.lines], (*_COMPLETE[:-2], "pending", "rule", "items"), output)
        else:
            head = heading(books, "receipts that wait", as_of=as_of)
            show([_row(line) for line in page.lines], _WAITING, output, complete=_COMPLETE, head=head)
        if for_programs(output):
            note(_head(page, held=held, narrow=filters.narrow))
    if fail_if_waiting and page.found:
        click.get_current_context().exit(NEEDS_PERSON)


def _to_approve(output: str) -> None:
    """The decisions that another person approves."""
    rows = [one.to_dict() for one in open_books().to_approve()]
    if output == "table" and not rows:
        put_line(languages.sentence("No decision waits for approval."))
        return
    if output != "json":
        rows = [row | {"items": " ".join(map(str, row["items"]))} for row in rows]  # type: ignore[call-overload]
    show(rows, _TO_APPROVE, output, complete=_APPROVALS)
    if output == "table":
        put_line(languages.sentence("Post one: matcher approve DECISION     take one off: matcher approve --reject DECISION"))


def _row(line: "WaitingLine") -> dict[str, Any]:
    confidence = "" if line.confidence is None else f"{line.confidence / 1_000_000:.6f}"
    documents = " ".join(item.document_no for item in line.items)
    return line.to_dict() | {"confidence": confidence, "documents": documents, "difference": between(line) if line.items else ""}


def _screen(page: "QueuePage", group: str, *, held: bool, narrow: bool, decides: bool) -> None:
    """`decides`: whether the person may do something about them."""
    columns = page_width()
    for text in _lines(languages.sentence(_head(page, held=held, narrow=narrow)), columns):
        put_line(text)
    if not page.lines:
        _rules(page, columns, decides=decides)
        return
    put_line("")
    shared = Columns.of(page.lines, page.as_of, columns, len(str(len(page.lines))))
    last = ""
    for number, line in enumerate(page.lines, 1):
        if group and (key := _group(line, group)) != last:
            put_line(_group_head(page, group, key, number, columns))
            last = key
        for text in record(str(number), line, page.as_of, shared):
            put_line(text)
    put_line("")
    for told in _foot(page, decides=decides):
        for text in _lines(told, columns, indent="  "):
            put_line(text)
    _rules(page, columns, decides=decides)


def _rules(page: "QueuePage", columns: int, *, decides: bool) -> None:
    """Says that lines which persons classified alike may be left to a rule."""
    if page.rules and decides:
        told = languages.sentence(f"{counted(len(page.rules), 'rule')} proposed by what was classified: matcher rules propose")
        for text in _lines(told, columns, indent="  "):
            put_line(text)


def _lines(text: str, columns: int, indent: str = "") -> list[str]:
    """A sentence in lines; a Chinese one is broken between its characters."""
    if text.isascii():
        return wrap(text, columns, subsequent_indent=indent)
    first, *further = wrapped(text, columns - len(indent)) or [""]
    return [first, *(f"{indent}{line}" for line in further)]


def _head(page: "QueuePage", *, held: bool, narrow: bool) -> str:
    one, many = ("receipt is on hold", "receipts are on hold") if held else ("receipt waits", "receipts wait")
    what = counted(page.found, one, many)
    if narrow:
        what += f" of {page.waiting} in all"
    sums = ", ".join(f"{_grouped(minor, currency)} {currency}" for currency, minor in page.sums.items())
    told = f"{long_day(page.as_of)}: {what}{f', {sums}' if sums else ''}."
    if held or not page.posted + page.waiting:
        return told
    share = page.posted * 100 // (page.posted + page.waiting)
    since = f" since {day(page.since, page.as_of)}" if page.since else ""
    return f"{told} {page.posted} of {page.posted + page.waiting} receipts{since} are posted ({share} %)."


def _foot(page: "QueuePage", *, decides: bool) -> Iterator[str]:
    if len(page.lines) < page.found:
        yield languages.sentence(f"{len(page.lines)} of {page.found} shown; --limit {page.found} shows all.")
    if not decides:
        return
    proposed = [n for n, line in enumerate(page.lines, 1) if line.state == "proposed"]
    first = next((n for n, line in enumerate(page.lines, 1) if line.state != "proposed"), 1)
    commands = {
        "Post proposals:": f"matcher accept {_ranges(proposed)}" if proposed else "",
        "Why, and choices:": languages.sentence(f"matcher explain {first}, then matcher accept {first} --choice 2"),
        "By hand:": f"matcher allocate {first} {languages.word('DOCUMENT')}",
        "Find documents:": f"matcher items --search {languages.word('TEXT')}",
    }
    labels = {label: languages.word(label) for label in commands}
    widest = max(map(width, labels.values()))
    yield from (f"{padded(labels[label], widest)} {command}" for label, command in commands.items() if command)


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in a row as 1-7,9."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _group(line: "WaitingLine", group: str) -> str:
    if group == "customer":
        return " ".join(filter(None, (line.customer_id, line.customer_name))) or languages.word("no customer known")
    return {"payer": line.payer or languages.word("no payer named"), "outcome": languages.word(line.outcome), "account": line.account}[
        group
    ]


def _group_head(page: "QueuePage", group: str, key: str, first: int, columns: int) -> str:
    mine = [n for n, line in enumerate(page.lines, 1) if n >= first and _group(line, group) == key]
    sums: dict[str, int] = {}
    for number in mine:
        line = page.lines[number - 1]
        sums[line.currency] = sums.get(line.currency, 0) + line.pending
    told = ", ".join(f"{_grouped(minor, currency)} {currency}" for currency, minor in sums.items())
    tail = f": {len(mine)}, {told} ({_ranges(mine)})"
    return cut(key, columns - width(tail)) + tail


def _grouped(minor: int, currency: str) -> str:
    from matcher.money import grouped

    return grouped(minor, currency)


COMMANDS = (queue,)
