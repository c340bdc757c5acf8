"""`matcher rules challenge`: how frequently the engine would post wrongly on these books, without knowing what is right."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import IsoDate, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Row, Tone, counted, for_programs, show, with_format
from matcher.cli.tables.standard import ten

if TYPE_CHECKING:
    from matcher.pipeline.challenge import Count, Failure, Test

_TESTS = ("removed", "twin", "shuffled", "blank")
_COUNTS = ("asked", "before", "posted", "same", "wrong", "one_in")


def _tone(row: Row) -> Tone:
    return Tone.BAD if row["wrong"] else Tone.PLAIN


_COUNTED = (
    Column("test", priority=0), Column("rule", priority=0),
    *(Column(name, kind=Kind.COUNT, priority=1, zeros=True, tone=_tone if name == "wrong" else None) for name in _COUNTS),
)  # fmt: skip
_WRONG = (
    Column("test", priority=1), Column("line_id", "line", priority=0, shown=ten), Column("booking_date", "date", Kind.DATE, priority=3),
    Column("amount", kind=Kind.AMOUNT, priority=0), Column("currency", " ", priority=0, once=True),
    Column("rule_before", "rule before", priority=3), Column("before", kind=Kind.TEXT, priority=2),
    Column("rule_now", "rule now", priority=1), Column("now", kind=Kind.TEXT, priority=1),
)  # fmt: skip


@click.command()
@click.option("--only", type=click.Choice(_TESTS), multiple=True, help="Only this test; may be repeated.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Look at N lines in each test, always the same ones; default: all.")
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="Look at lines up to this day only; all that is known counts.")
@click.option("--show", "listed", is_flag=True, help="List the lines that went wrong, with what they posted.")
@with_books
@with_format
def challenge(only: "tuple[Test, ...]", sample: int | None, as_of: date | None, listed: bool, output: str) -> None:
    """Change the books so that postings would be wrong, decide again, and count what posts. Nothing is written.

    \b
    removed   the documents that a line paid are taken away; whatever the line posts now is wrong
    twin      each paid document has a second one of its amount, nine days older; a posting on the amount
              alone is wrong, and so is one that goes elsewhere than before
    shuffled  all texts are empty, and the documents have amounts of other customers; what posts is wrong
    blank     all texts are empty; a posting to others than with the text is wrong

    The engine's postings are taken back for it, in memory; what persons decided stands. It needs no truth, so it works on any books.

    \b
    asked     lines that were looked at
    before    how many of them are posted on the books as they are (of a rule: by this rule)
    posted    how many are posted on the changed books
    same      how many of those just as before
    wrong     how many of those wrongly
    one in    with 95 % certainty at most one line in so many goes wrong

    What is posted, neither the same nor wrong, was not posted with its text: nobody knows what is right.

    Good is: removed without a wrong line, or one in 2,000 and more where that many were asked; few lines prove little, 300 without an
    error only one in 100. In twin nothing should be wrong. Shuffled and blank are harder than life: they show which rules rest on payer
    and amount. A rule that goes wrong is put to `mode = "propose"` in rules.toml (docs/rules.md).

    With --show, CSV and JSON have the lines in the place of the counts. The exit status is 0 whatever is found.
    """
    from matcher.engines.duckdb import DuckDBEngine
    from matcher.pipeline import challenge as challenging

    books = open_books()
    with busy("challenging"), books.reading() as session:
        chosen = tuple(test for test in challenging.TESTS if test in only) or challenging.TESTS
        done = challenging.challenge(session, DuckDBEngine(), books.rules().book, as_of or date.max, only=chosen, sample=sample)
    if not listed or not for_programs(output):
        show([_count(count) for count in done.counts], _COUNTED, output)
    if listed:
        columns = ("test", "line_id", "booking_date", "amount", "currency", "rule_before", "before", "rule_now", "now")
        show([_failure(one) for one in done.failures], _WRONG, output, complete=columns, title="Wrong")
    credits = counted(done.lines, "credit")
    note(f"{credits}, {done.postings} of them posted by a rule, {len(done.failures)} went wrong on changed books.")
    if done.trouble:
        note(done.trouble)


def _count(count: "Count") -> dict[str, Any]:
    return {"test": count.test, "rule": count.rule or "(all)", **{name: getattr(count, name) for name in _COUNTS}}


def _failure(one: "Failure") -> dict[str, Any]:
    from matcher import money

    return {
        "test": one.test,
        "line_id": one.line_id,
        "booking_date": one.booking_date,
        "amount": money.render(one.amount, one.currency),
        "currency": one.currency,
        "rule_before": one.rule_before,
        "before": one.before,
        "rule_now": one.rule_now,
        "now": one.now,
    }
