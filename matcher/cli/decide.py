"""Commands by which a person decides. Each prints what it did in words; with --dry-run it shows the effect on money and keeps nothing."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matcher import languages
from matcher.cli.common import IsoDate, note, open_books, reason_option, say, with_books
from matcher.cli.filters import picked, with_filters, with_filters_but_owner
from matcher.cli.tables import Column, Kind, counted, data_record, formatted, show
from matcher.errors import MatcherError
from matcher.states import LINE_CLASSES, DecisionKind

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.filters import Filters
    from matcher.pipeline.actions.base import Decided

F = TypeVar("F", bound=Callable[..., Any])

DRY_RUN = "Show the effect on money, and keep nothing."
_EFFECT = (
    Column("document", priority=0), Column("customer", priority=1), Column("cash", kind=Kind.AMOUNT, priority=0),
    Column("adjustment", "cleared", Kind.AMOUNT, priority=0), Column("reason", kind=Kind.TEXT, priority=2),
    Column("before", "open before", Kind.AMOUNT, priority=1, zeros=True),
    Column("after", "open after", Kind.AMOUNT, priority=0, zeros=True),
    Column("currency", " ", priority=0),
)  # fmt: skip


def _deciding(command: F) -> F:
    """Adds what every decision takes: --reason, --dry-run, --format and the books."""
    command = click.option("--dry-run", is_flag=True, help=DRY_RUN)(command)
    return with_books(reason_option(formatted(command, forms=("table", "json"), file=False)))


def _show(made: "Sequence[Decided]", output: str, *, dry_run: bool) -> None:
    if output == "json":
        for decided in made:
            data_record(decided.to_dict())
    else:
        for decided in made:
            parts = (decided.decision_id, languages.word(decided.kind), decided.line_id or "-", languages.word(decided.outcome))
            say("  ".join(parts))
            if decided.said:
                say(f"  {decided.said}")
            if decided.learned:
                say(f"  {decided.learned}")
        if dry_run:
            show_effects(made)
    if dry_run:
        note("Dry run: nothing was kept.")


def show_made(made: "Sequence[Decided]", output: str, *, dry_run: bool) -> None:
    """What was decided, in words or for a program."""
    _show(made, output, dry_run=dry_run)


def show_decided(made: "Sequence[Decided]") -> None:
    """What was decided, in words."""
    _show(made, "table", dry_run=False)


def show_effects(made: "Sequence[Decided]") -> None:
    """The effect of decisions on items, as a table; nothing where they have none."""
    if rows := [_effect(effect.to_dict()) for decided in made for effect in decided.effects]:
        show(rows, _EFFECT, "table")


def _effect(record: dict[str, object]) -> dict[str, object]:
    renamed = {"document": record["document_no"] or record["item_id"], "customer": record["customer_id"]}
    return record | renamed | {"before": record["open_before"], "after": record["open_after"]}


@click.command()
@click.argument("lines", nargs=-1, metavar="LINE...")
@with_filters
@click.option("--except", "but", multiple=True, metavar="LINE", help="Not this one.")
@click.option("--choice", type=click.IntRange(1), default=None, metavar="N", help="Take the N-th choice that `explain LINE` shows.")
@_deciding
def accept(
    lines: tuple[str, ...], but: tuple[str, ...], choice: int | None, reason: str, output: str, *, dry_run: bool, **asked: Any
) -> None:
    """Post the proposals on these lines, or on all receipts that filters pick, all or none.

    LINE is a number of your latest queue, `1-7,9` several of them, or an id. What is proposed for a line must still be what the queue
    showed. On a terminal filters show the effect first and ask.

    Money that pays nothing open goes on the account of the customer whose it certainly is: where you name the line, or ask for --outcome
    on_account, duplicate or closed_item.

    \b
    matcher accept 1-7,9
    matcher accept --min-confidence 98 --max-amount 5000 --dry-run
    matcher accept 3 --choice 2
    """
    filters = _filters(lines, asked)
    books = open_books()
    shown = None
    if filters and not dry_run and output == "table" and sys.stdin.isatty() and sys.stdout.isatty():
        shown = books.accept((), filters=filters, but=but, reason=reason, dry_run=True)
        _show(shown, output, dry_run=True)
        if not shown or not click.confirm(languages.sentence(f"Post {_counted(shown, 'proposal')}?"), default=False):
            return
    made = books.accept(lines, filters=filters, but=but, choice=choice or 0, reason=reason, dry_run=dry_run, shown=shown)
    _show(made, output, dry_run=dry_run)
    _after(books, made, output, dry_run=dry_run)


def _filters(lines: Sequence[str], asked: dict[str, Any]) -> "Filters | None":
    """The filters, where no line is named."""
    filters = picked(asked)
    if lines and filters.narrow:
        raise click.UsageError("name lines, or pick them by filters, not both")
    if not lines and not filters.narrow:
        raise click.UsageError("name a line, or pick lines by a filter such as --customer")
    return filters if filters.narrow else None


def _counted(made: "Sequence[Decided]", what: str) -> str:
    return f"{len(made)} {what}{'' if len(made) == 1 else 's'}"


def _after(books: "Books", made: "Sequence[Decided]", output: str, *, dry_run: bool) -> None:
    """How many are done and still wait, and how all of it is taken back."""
    if output != "table":
        return
    if not made:
        note("No receipt with a proposal fits the filters.")
    if dry_run or not made:
        return
    waits = sum(one.kind == DecisionKind.SUBMIT for one in made)
    if waits:
        say(f"{waits} of {_counted(made, 'decision')} wait for approval: matcher queue --to-approve.")
    elif len(made) > 1:
        say(f"{_counted(made, 'decision')}; all of them back: matcher undo --run last.")
    try:
        waiting = books.queue(limit=1).waiting
    except MatcherError:  # another process has the books by now: what was decided is recorded, and that is what the status must say
        return
    say("Nothing waits any more." if not waiting else f"{waiting} receipt{' still waits' if waiting == 1 else 's still wait'}.")


@click.command()
@click.argument("lines", nargs=-1, metavar="LINE...")
@with_filters
@click.option("--except", "but", multiple=True, metavar="LINE", help="Not this one.")
@_deciding
def reject(lines: tuple[str, ...], but: tuple[str, ...], reason: str, output: str, *, dry_run: bool, **asked: Any) -> None:
    """Refuse the proposals on these lines, or on all receipts that filters pick; the same items are not proposed for them again."""
    filters = _filters(lines, asked)
    _show(open_books().reject(lines, filters=filters, but=but, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("line", metavar="LINE")
@click.argument("items", nargs=-1, required=True, metavar="ITEM[=CASH]...")
@_deciding
def allocate(line: str, items: tuple[str, ...], reason: str, output: str, *, dry_run: bool) -> None:
    """Put a line's money on items: of any customer and entity, also in another currency.

    \b
    ITEM                           an item's id, or its document number as people write it; it gets what is open and left
    ITEM=98.00                     so much of the line's money
    ITEM=98.00+2.00:discount       and 2.00 are cleared beside it, for a reason code; more adjustments may follow
    ITEM=912.40@1100.00            912.40 of the line settle 1100.00 of an item in another currency
    U-LINE                         what is left of another receipt, netted

    An id that holds one of these signs itself is found first. LINE is an id, its beginning, or ref:BANK-REFERENCE.
    """
    books = open_books()
    _show(books.allocate(line, books.wanted(items), reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="on-account")
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@click.option("--customer", required=True, metavar="ID", help="Whose money it is.")
@_deciding
def on_account(lines: tuple[str, ...], customer: str, reason: str, output: str, *, dry_run: bool) -> None:
    """Put what is left of receipts on a customer's account: an advance, a deposit, money for a purpose not yet known.

    It becomes the credit U-LINE, which stands in the aging, pays later invoices (`set-off`) or is paid back (`refund`).
    """
    _show(open_books().on_account(lines, customer, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="set-off")
@click.argument("credit", metavar="CREDIT")
@click.argument("invoices", nargs=-1, required=True, metavar="INVOICE[=AMOUNT]...")
@_deciding
def set_off(credit: str, invoices: tuple[str, ...], reason: str, output: str, *, dry_run: bool) -> None:
    """Set a credit note, or the rest U-LINE of a receipt, off against invoices of the same customer. No money moves."""
    books = open_books()
    _show(books.set_off(credit, books.wanted(invoices), reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="write-off")
@click.argument("items", nargs=-1, required=True, metavar="ITEM[=AMOUNT]...")
@click.option("--note", "said", default="", help="Why, in words; kept in the journal.")
@_deciding
def write_off(items: tuple[str, ...], said: str, reason: str, output: str, *, dry_run: bool) -> None:
    """Clear items without money. --reason is a reason code, such as rounding or bad_debt."""
    books = open_books()
    _show(books.write_off(books.wanted(items), reason=reason, note=said, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("line", metavar="LINE")
@click.argument("credits", nargs=-1, required=True, metavar="CREDIT[=AMOUNT]...")
@_deciding
def refund(line: str, credits: tuple[str, ...], reason: str, output: str, *, dry_run: bool) -> None:
    """Say which credits a payment to a customer pays back: credit notes, or the rests U-LINE of receipts."""
    books = open_books()
    _show(books.refund(line, books.wanted(credits), reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="return")
@click.argument("line", metavar="LINE")
@click.option("--of", "of", required=True, metavar="LINE", help="The earlier line that the bank took back.")
@_deciding
def return_line(line: str, of: str, reason: str, output: str, *, dry_run: bool) -> None:
    """Say that a line is the bank's return of an earlier one, with or without a fee.

    What the earlier line had paid is open again from the day of the return. Both lines leave the queue.
    """
    _show(open_books().return_line(line, of, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@click.option("--as", "kind", required=True, type=click.Choice(LINE_CLASSES), help="What the lines are.")
@click.option("--gl", "gl_account", default="", metavar="ACCOUNT", help="The ledger account that takes them.")
@click.option("--with", "other", default="", metavar="LINE", help="The other leg of a transfer between own accounts.")
@_deciding
def classify(lines: tuple[str, ...], kind: str, gl_account: str, other: str, reason: str, output: str, *, dry_run: bool) -> None:
    """Say that lines are no receivables: a fee, interest, tax, a transfer of our own, payroll, a supplier, booked elsewhere."""
    books = open_books()
    made = books.classify(lines, kind, gl_account=gl_account, other=other, reason=reason, dry_run=dry_run)
    _show(made, output, dry_run=dry_run)


@click.command()
@click.argument("lines", nargs=-1, metavar="LINE...")
@with_filters_but_owner
@click.option("--until", required=True, type=IsoDate(), metavar="DATE", help="The first day on which they wait again.")
@click.option("--owner", default="", metavar="NAME", help="Who follows them up.")
@_deciding
def hold(lines: tuple[str, ...], until: date, owner: str, reason: str, output: str, *, dry_run: bool, **asked: Any) -> None:
    """Set lines, or all receipts that filters pick, aside until a day: out of the queue, never out of the count."""
    filters = _filters(lines, asked)
    _show(open_books().hold(lines, until, filters=filters, owner=owner, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("lines", nargs=-1, metavar="LINE...")
@with_filters_but_owner
@click.option("--owner", required=True, metavar="NAME", help="Who follows them up.")
@_deciding
def assign(lines: tuple[str, ...], owner: str, reason: str, output: str, *, dry_run: bool, **asked: Any) -> None:
    """Give lines, or all receipts that filters pick, to somebody; the name stands in the discrepancies."""
    filters = _filters(lines, asked)
    _show(open_books().assign(lines, owner, filters=filters, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="note")
@click.argument("line", metavar="LINE")
@click.argument("text", metavar="TEXT")
@with_books
def note_line(line: str, text: str) -> None:
    """Keep a note on a line; it stands in the discrepancies."""
    _show(open_books().note([line], text), "table", dry_run=False)


@click.command()
@click.argument("decisions", nargs=-1, required=True, metavar="DECISION...")
@click.option("--reject", "rejected", is_flag=True, help="Take them off instead; nothing is posted.")
@_deciding
def approve(decisions: tuple[str, ...], reason: str, output: str, *, rejected: bool, dry_run: bool) -> None:
    """Post decisions that another person took and that wait for a second one. DECISION is an id of `queue --to-approve`, or its line.

    Nobody approves a decision of his own.
    """
    _show(open_books().approve(decisions, reject=rejected, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("decisions", nargs=-1, metavar="[DECISION|LINE]...")
@click.option("--run", "run", metavar="N|last", help="All that a run posted, or that was accepted at once.")
@click.option("--rule", metavar="ID", help="Everything that a rule posted.")
@click.option("--since", type=IsoDate(), metavar="DATE", help="With --rule: posted since this day.")
@_deciding
def undo(
    decisions: tuple[str, ...], run: str | None, rule: str | None, since: date | None, reason: str, output: str, *, dry_run: bool
) -> None:
    """Reverse a decision, named by its id or by its line, or all that a run or a rule posted.

    Of several, all are reversed or none: a receipt and its return, for instance, when the ERP has the document paid otherwise by now.

    Both stay in the journal; the line is open again, and the proposal stands again at once. Where the month is closed, or the
    ERP has booked the posting, the reversal counts from the first open day.
    """
    named = [word for word in (decisions, run, rule) if word]
    if len(named) != 1 or (since is not None and not rule):
        raise click.UsageError("name one of DECISION, LINE, --run and --rule; --since goes with --rule")
    books = open_books()
    if rule:
        made = books.undo_rule(rule, since=since, reason=reason, dry_run=dry_run)
    elif run:
        if run != "last" and not (run.isdecimal() and int(run)):
            raise click.UsageError(f"{run!r} is no number of a run; they are numbered from 1")
        made = books.undo_run(0 if run == "last" else int(run), reason=reason, dry_run=dry_run)
    elif len(decisions) > 1:
        made = books.undo_decisions(decisions, reason=reason, dry_run=dry_run)
    else:
        made = books.undo(decisions[0], reason=reason, dry_run=dry_run)
    if decisions:
        _show(made, output, dry_run=dry_run)
        return
    if output == "json":
        for decided in made:
            data_record(decided.to_dict())
    note(f"{counted(len(made), 'posting')} taken back.{' Dry run: nothing was kept.' if dry_run else ''}")


COMMANDS = (
    accept, reject, allocate, on_account, set_off, write_off, refund, return_line, classify, hold, assign, note_line, approve, undo,
)  # fmt: skip
