"""`queue`: the receipts that wait, two lines each: what the bank said, and what is proposed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import IsoDate, open_books, say, show, with_books, with_format
from matcher.cli.filters import picked, sort_option, with_filters
from matcher.cli.text import page_width
from matcher.codes import NEEDS_PERSON
from matcher.display.records import Columns, day, long_day, record
from matcher.display.text import cut

if TYPE_CHECKING:
    from matcher.review.queue import QueuePage, WaitingLine

SHOWN = 20
"""Receipts on a screen, unless --limit says another number."""
GROUPS = ("payer", "customer", "outcome", "account")

_COLUMNS = (
    "line_id", "account", "booking_date", "amount", "currency", "payer", "text", "outcome", "state", "confidence", "reason", "customer_id",
    "customer_name", "documents", "rule",
)  # fmt: skip
_NUMBERS = ("amount", "confidence")


@click.command()
@with_books
@with_format
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="The day to look from; default: today, or the latest line's day if later.")
@with_filters
@click.option("--held", is_flag=True, help="Receipts on hold, in the place of those that wait.")
@sort_option
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
    fail_if_waiting: bool,
    **asked: Any,
) -> None:
    """Receipts that wait for a person, two lines each: what the bank said, and what is proposed.

    The numbers hold until you look at the queue again: `matcher accept 1-7,9`, `matcher explain 3`. Proposed ones come first, the largest
    first. Receipts on hold are left out: see --held.
    """
    filters = picked(asked, held=held, sort=group or sort or "")
    shown = SHOWN if limit is None and output == "table" else limit
    page = open_books().queue(as_of, filters=filters, limit=shown, number=True)
    if output == "json":
        show([line.to_dict() for line in page.lines], [*_COLUMNS[:-2], "pending", "rule", "items"], output)
    elif output == "csv":
        show([_row(line) for line in page.lines], _COLUMNS, output, numbers=_NUMBERS)
    else:
        _screen(page, group or "", held=held, narrow=filters.narrow)
    if fail_if_waiting and page.found:
        click.get_current_context().exit(NEEDS_PERSON)


def _row(line: "WaitingLine") -> dict[str, Any]:
    confidence = "" if line.confidence is None else f"{line.confidence / 1_000_000:.6f}"
    return line.to_dict() | {"confidence": confidence, "documents": " ".join(item.document_no for item in line.items)}


def _screen(page: "QueuePage", group: str, *, held: bool, narrow: bool) -> None:
    say(_head(page, held=held, narrow=narrow))
    if not page.lines:
        return
    say("")
    columns = page_width()
    shared = Columns.of(page.lines, page.as_of, columns, len(str(len(page.lines))))
    last = ""
    for number, line in enumerate(page.lines, 1):
        if group and (key := _group(line, group)) != last:
            say(_group_head(page, group, key, number, columns))
            last = key
        for text in record(str(number), line, page.as_of, shared):
            say(text)
    say("")
    for text in _foot(page):
        say(text)


def _head(page: "QueuePage", *, held: bool, narrow: bool) -> str:
    waits = "on hold" if held else "waits" if page.found == 1 else "wait"
    what = f"{page.found} receipt{'' if page.found == 1 else 's'} {'are ' if held and page.found != 1 else 'is ' if held else ''}{waits}"
    if narrow:
        what += f" of {page.waiting} in all"
    sums = ", ".join(f"{_grouped(minor, currency)} {currency}" for currency, minor in page.sums.items())
    told = f"{long_day(page.as_of)}: {what}{f', {sums}' if sums else ''}."
    if held or not page.posted + page.waiting:
        return told
    share = page.posted * 100 // (page.posted + page.waiting)
    since = f" since {day(page.since, page.as_of)}" if page.since else ""
    return f"{told} {page.posted} of {page.posted + page.waiting} receipts{since} are posted ({share} %)."


def _foot(page: "QueuePage") -> Iterator[str]:
    if len(page.lines) < page.found:
        yield f"{len(page.lines)} of {page.found} shown; --limit {page.found} shows all."
    proposed = [n for n, line in enumerate(page.lines, 1) if line.state == "proposed"]
    if proposed:
        yield f"Post proposals:   matcher accept {_ranges(proposed)}"
    first = next((n for n, line in enumerate(page.lines, 1) if line.state != "proposed"), 1)
    yield f"Why, and choices: matcher explain {first}     then: matcher accept {first} --choice 2"
    yield f"By hand:          matcher allocate {first} DOCUMENT     find it: matcher items --search TEXT"


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
        return " ".join(filter(None, (line.customer_id, line.customer_name))) or "no customer known"
    return {"payer": line.payer or "no payer named", "outcome": line.outcome, "account": line.account}[group]


def _group_head(page: "QueuePage", group: str, key: str, first: int, columns: int) -> str:
    mine = [n for n, line in enumerate(page.lines, 1) if n >= first and _group(line, group) == key]
    sums: dict[str, int] = {}
    for number in mine:
        line = page.lines[number - 1]
        sums[line.currency] = sums.get(line.currency, 0) + line.pending
    told = ", ".join(f"{_grouped(minor, currency)} {currency}" for currency, minor in sums.items())
    tail = f": {len(mine)}, {told} ({_ranges(mine)})"
    return cut(key, columns - len(tail)) + tail


def _grouped(minor: int, currency: str) -> str:
    from matcher.money import grouped

    return grouped(minor, currency)


COMMANDS = (queue,)
