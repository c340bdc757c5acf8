"""The command `import`: the ERP's files in, and what they changed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, cast

import click

from matcher.cli.advices import SHOWN, advice_remarks, some
from matcher.cli.common import IsoDate, did, note, open_books, reason_option, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, counted, data_record, for_programs, show, with_format
from matcher.codes import NEEDS_PERSON
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.pipeline.import_results import ImportResult
    from matcher.pipeline.imports import ImportKind

_COUNTS = ("kind", "files", "rows", "new", "changed", "closed")
_COUNTED = (
    Column("kind", priority=0), *(Column(name, kind=Kind.COUNT, priority=0, zeros=True) for name in _COUNTS[1:])
)  # fmt: skip
_FIGURES = ("entity", "currency", "figure", "items", "amount")
_TIED = (
    Column("entity", priority=0, once=True), Column("figure", priority=0), Column("items", kind=Kind.COUNT, priority=0, zeros=True),
    Column("amount", kind=Kind.AMOUNT, priority=0, zeros=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_SIGNS = {"new": "+ new", "changed": "+ changed", "closed": "- closed", "after": "= after"}
REMITTANCE = "remittance"
ANSWERS = "answers"
_ANSWER_COUNTS = ("files", "rows", "agreed", "disputed", "remarked", "unanswered")
_ANSWERED = (
    Column("kind", priority=0), *(Column(name, kind=Kind.COUNT, priority=0, zeros=True) for name in _ANSWER_COUNTS)
)  # fmt: skip
_ADVICE_COUNTS = ("files", "advices", "rows", "new", "known", "replaced", "found")
_ADVICES = (
    Column("kind", priority=0), *(Column(name, kind=Kind.COUNT, priority=0, zeros=True) for name in _ADVICE_COUNTS[:-1]),
    Column("found", "documents found", kind=Kind.COUNT, priority=0, zeros=True),
)  # fmt: skip


@click.command(name="import")
@click.argument("kind", type=click.Choice(["items", "customers", "rates", "book", REMITTANCE, ANSWERS]))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_books
@with_format
@click.option(
    "--snapshot-date",
    type=IsoDate(),
    metavar="DATE",
    help="The day that the list of open items speaks of. Default: the file's column or title, else its name, else today.",
)
@click.option("--layout", default="", metavar="NAME", help="Layout of the files; `matcher layout list` lists them. Default: detect.")
@click.option("--partial", is_flag=True, help="The files hold changes only: items that they do not list stay open.")
@click.option(
    "--allow-closing",
    is_flag=True,
    help="Let the list close more open items than policy.closing_percent by leaving them out.",
)
@click.option(
    "--allow-change",
    multiple=True,
    metavar="ITEM",
    help="Let this item's customer or document change although it has postings; repeatable.",
)
@click.option("--customer", default="", metavar="ID", help="The buyer of the electronic invoices. Default: whom each of them names.")
@click.option(
    "--entity", default="", metavar="ID", help="Legal entity of open items that do not say it: a list without it, a seller's old name."
)
@click.option(
    "--distinct",
    multiple=True,
    metavar="NUMBER",
    help="This electronic invoice is no listed document of the same customer, day and amount; repeatable.",
)
@reason_option
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def import_(
    kind: str,
    files: tuple[str, ...],
    output: str,
    snapshot_date: date | None,
    layout: str,
    partial: bool,
    allow_closing: bool,
    allow_change: tuple[str, ...],
    customer: str,
    entity: str,
    distinct: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """The ERP's files in: open items, customers, rates, the cash book (CSV, Parquet or workbooks); payers' advices; customers' answers.

    Items and customers are in the columns of docs/files.md, or as an ERP or accounting system exports them: the layout is told by the
    titles (docs/open_items.md); `matcher layout new FILE` proposes one for a list that none fits.

    Open items may also be electronic invoices of your own: UBL, CII (XRechnung, Factur-X, ZUGFeRD), a PDF with one inside, 数电票 as XML
    or OFD. They are changes: what they do not list stays open. A document that the books have already counts once.

    Of items, the files of one call are one snapshot, as of one day: --snapshot-date, else the column snapshot_date, as_of or stichtag,
    else the day above the titles (Stand: 31.10.2026), else the day in the file's name (2026-10-31, 20261031, 31.10.2026, or 2026-10 for
    its last day), else today. An open item of the same legal entity that the snapshot no longer lists is closed by the ERP, unless
    --partial is given. What was open before, is new, has changed, is closed and is open after is shown by legal entity and currency, to
    be held against the ERP's own list.

    A file with a fault changes nothing (exit status 3); all of its faults are named with their lines. A list that leaves out more than a
    fifth of what is open (policy.closing_percent) looks cut off and is refused (exit status 4); --allow-closing takes it all the same.

    Nothing is taken in (exit status 4) when an item with postings would get another currency, entity, customer, document or sign, or an
    amount below what is posted. --allow-change with a --reason lets the customer or the document of an item change all the same.

    An advice says which documents a payment is for; from the next run on it explains its receipt, whichever of the two came first. The
    same advice twice counts once; another one of the same sender and number takes its place. One that does not add up is kept, shown by
    `matcher advices` and never used (exit status 1).

    An answer is a workbook of `account-statement` (or a CSV file that was saved of it) whose marked cells a customer has filled in: what he
    disputes and why stands in the aging and the discrepancies from then on. No money moves.
    """
    books = open_books()
    if kind in (REMITTANCE, ANSWERS):
        given: dict[str, object] = {
            "--snapshot-date": snapshot_date, "--layout": layout, "--partial": partial, "--allow-closing": allow_closing,
            "--allow-change": allow_change, "--customer": customer, "--entity": entity, "--distinct": distinct,
        }  # fmt: skip
        take = _import_remittance if kind == REMITTANCE else _import_answers
        take(books, files, [name for name, value in given.items() if value], output, dry_run=dry_run)
        return
    with busy(f"reading {kind}"):
        result = books.import_files(
            cast("ImportKind", kind), files, partial=partial, dry_run=dry_run, allow_closing=allow_closing, allow_change=allow_change,
            reason=reason, snapshot_date=snapshot_date, layout=layout, customer=customer, entity=entity, distinct=distinct,
        )  # fmt: skip
    did(files=result.files, rows=result.rows, new=result.new, changed=result.changed, closed=result.closed)
    show_result(result, output)
    for text in remarks(result):
        note(text)
    if dry_run:
        note("Dry run: nothing was kept.")


def _import_remittance(books: "Books", files: tuple[str, ...], given: Sequence[str], output: str, *, dry_run: bool) -> None:
    if given:
        raise MatcherError("usage.option", f"{given[0]} is for lists of open items, not for remittance advices")
    with busy("reading advices"):
        result = books.import_remittance(files, dry_run=dry_run)
    did(files=len(files))
    if output == "json":
        data_record(result.to_dict())
    else:
        show([{name: getattr(result, name) for name in _ADVICE_COUNTS} | {"kind": REMITTANCE}], _ADVICES, output)
    for text in advice_remarks(result):
        note(text)
    if dry_run:
        note("Dry run: nothing was kept.")
    if result.unproven:
        click.get_current_context().exit(NEEDS_PERSON)


def _import_answers(books: "Books", files: tuple[str, ...], given: Sequence[str], output: str, *, dry_run: bool) -> None:
    if given:
        raise MatcherError("usage.option", f"{given[0]} is for lists of open items, not for answers")
    with busy("reading answers"):
        taken = books.import_answers(files, dry_run=dry_run)
    did(files=len(files))
    if output == "json":
        data_record(taken.to_dict())
    else:
        show([{name: getattr(taken, name) for name in _ANSWER_COUNTS} | {"kind": ANSWERS}], _ANSWERED, output)
    for one in taken.decided:
        note(one.said)
    if taken.again:
        note(f"{counted(taken.again, 'answer was given before, and is kept once', 'answers were given before, and are kept once')}.")
    if dry_run:
        note("Dry run: nothing was kept.")


def show_result(result: "ImportResult", output: str) -> None:
    """What an import changed."""
    if output == "json":
        data_record(result.to_dict())
        return
    programs = for_programs(output)
    if not programs or result.dated is None:
        show([{name: getattr(result, name) for name in _COUNTS}], _COUNTED, output)
    if result.dated is not None and (programs or result.tie_out):
        show(list(_figures(result, signs=not programs)), _TIED, output, complete=_FIGURES)


def _figures(result: "ImportResult", *, signs: bool) -> Iterator[dict[str, object]]:
    from matcher import money

    for tie in result.tie_out:
        for figure, items, amount in tie.figures():
            # changed items are counted before and after already
            count = f"({items})" if signs and figure == "changed" else items
            name = _SIGNS.get(figure, figure) if signs else figure
            cells = (tie.entity, tie.currency, name, count, money.render(amount, tie.currency))
            yield dict(zip(_FIGURES, cells, strict=True))


def remarks(result: "ImportResult") -> Iterator[str]:
    """What a person must know of a list, in sentences."""
    if result.layouts:
        yield f"Read with the layout {' and '.join(result.layouts)}."
    for text in result.notes:
        yield f"{text}."
    if result.dated is None:
        return
    if len(result.invoices) < result.files:  # an invoice is no list
        said = result.dated.said()
        yield f"{said[0].upper()}{said[1:]}."
    for warning in result.warnings():
        yield f"warning: {warning}."
    if result.unknown_customers:
        count = counted(len(result.unknown_customers), "customer of this list is", "customers of this list are")
        yield f"{count} not in the books: {some(result.unknown_customers)}. Import the customers: no payer is known by name before."
    if result.late:
        sums = ", ".join(f"{text} {code}" for code, text in result.late_totals().items())
        count = counted(len(result.late), "document")
        named = some([f"{one.document_no} ({one.item_id}) of {one.issue_date}" for one in result.late])
        yield f"Late: {count} ({sums}), missing from an earlier list of that day or a later one: {named}."
    for credit in result.recognised[:SHOWN]:
        yield f"{credit.said()}."
    if len(result.recognised) > SHOWN:
        yield f"{len(result.recognised) - SHOWN} more credits of the list are what is left of receipts; see -O json."
    if known := [one for one in result.invoices if one.known]:
        count = counted(
            len(known),
            "electronic invoice is in the books already or comes twice, and counts once",
            "electronic invoices are in the books already or come twice, and count once",
        )
        named = some([f"{one.invoice.document_no} ({one.item_id})" for one in known])
        yield f"{count}: {named}."
    correcting = [one for one in result.invoices if one.corrects]
    for file in correcting[:SHOWN]:
        yield f"{file.invoice.document_no} corrects {', '.join(file.corrects)}, which is open too: both count until the ERP says otherwise."
    if len(correcting) > SHOWN:
        yield f"{len(correcting) - SHOWN} more correct documents that are open; see -O json."
    for one in result.replaced[:SHOWN]:
        yield f"{one.said()}.{''.join(f' {text}' for text in _moving(one.lines, one.by_item_id))}"
    if len(result.replaced) > SHOWN:
        yield f"{len(result.replaced) - SHOWN} more were re-issued; see -O json."


def _moving(lines: Sequence[str], item_id: str) -> Iterator[str]:
    for line in lines:
        yield f"Our receipt is on the old one: `matcher undo {line}`, then `matcher allocate {line} {item_id}`."


COMMANDS = (import_,)
