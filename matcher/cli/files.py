"""Commands that take files in: init, inspect, ingest, profile."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click

from matcher.cli.advices import advice_remarks
from matcher.cli.common import check_place, data, did, given, note, open_books, with_books
from matcher.cli.helping import Group
from matcher.cli.progress import busy
from matcher.cli.streams import fault, note_more
from matcher.cli.tables import Column, Kind, Tone, counted, data_record, formatted, show, with_format
from matcher.cli.tables.output import FORMS
from matcher.cli.tables.standard import file_name
from matcher.codes import BAD_INPUT, NEEDS_PERSON
from matcher.display.errors import error_words
from matcher.errors import MatcherError

F = TypeVar("F", bound=Callable[..., Any])

_READ = (
    "file", "account", "number", "first_day", "last_day", "lines", "credit", "debit", "closing", "new", "known", "state"
)  # fmt: skip
_STATES = {"balanced": Tone.GOOD, "quarantined": Tone.BAD, "read before": Tone.DIM}
_FILE = Column("file", kind=Kind.TEXT, priority=1, shown=file_name, least=16)
_READ_COLUMNS = (
    _FILE, Column("account", priority=0), Column("number", priority=5), Column("first_day", "from", Kind.DATE),
    Column("last_day", "to", Kind.DATE), Column("lines", kind=Kind.COUNT, priority=2),
    Column("credit", kind=Kind.AMOUNT, priority=2, total=True), Column("debit", kind=Kind.AMOUNT, priority=2, total=True),
    Column("closing", kind=Kind.AMOUNT, priority=4), Column("currency", " ", priority=2, once=True),
    Column("new", kind=Kind.COUNT, priority=0, zeros=True), Column("known", kind=Kind.COUNT, priority=3),
    Column("state", priority=0, tones=_STATES),
)  # fmt: skip
_OUTCOMES = {"read": Tone.GOOD, "reject": Tone.BAD, "partial": Tone.BAD}
_INSPECTED_COLUMNS = (
    replace(_FILE, priority=0, least=24), Column("format", priority=2), Column("outcome", priority=0, tones=_OUTCOMES),
    Column("account", priority=1), Column("first_booking_date", "from", Kind.DATE, priority=3),
    Column("last_booking_date", "to", Kind.DATE, priority=3), Column("opening", kind=Kind.AMOUNT, priority=5),
    Column("transactions", "lines", Kind.COUNT, priority=1), Column("credit", kind=Kind.AMOUNT, priority=4),
    Column("debit", kind=Kind.AMOUNT, priority=4), Column("closing", kind=Kind.AMOUNT, priority=3),
    Column("currency", " ", priority=1, once=True), Column("balanced", priority=0, tones={"no": Tone.BAD, "yes": Tone.GOOD}),
)  # fmt: skip
_INSPECTED = (
    "file", "format", "outcome", "account", "currency", "opening", "transactions", "credit", "debit", "closing", "first_booking_date",
    "last_booking_date", "balanced",
)  # fmt: skip
_OF_STATEMENT = _INSPECTED[3:]


class _Form(click.ParamType[str]):
    """A form to print in; or, as scripts of earlier versions have it, the format of a statement."""

    name = "form"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The form. A statement's format, which is no form, goes to --read-as."""
        from matcher.parsers.registry import names

        if value not in FORMS and value not in names():
            self.fail(f"{value!r} is not one of {', '.join(FORMS)}", param, ctx)
        return str(value)


def _with_format(command: F) -> F:
    return formatted(command, kind=_Form(), other="format_name")


@click.command()
@click.argument("directory", default=".", metavar="[DIR]")
@click.option("--encrypt", is_flag=True, help="Encrypt the books; the key comes from MATCHER_KEY, MATCHER_KEY_FILE or a keyring.")
def init(directory: str, encrypt: bool) -> None:
    """Make a books directory with a commented matcher.toml.

    A matcher.toml that is there already is kept and checked.
    """
    from matcher.books import init as make

    path, written = make(directory, encrypt=encrypt, actor=given().actor or "")
    note(f"{path} written: fill in your accounts, then import open items and ingest statements." if written else f"{path} is valid.")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_format
@click.option("--transactions", is_flag=True, help="The lines themselves too (with -O json).")
@click.option("--read-as", "format_name", default="", metavar="FORMAT", help="Parser to use: ofx, mt940, camt, bai2, csv. Default: detect.")
@click.option("--account", default="", metavar="NUMBER", help="Account number for files that name none.")
@click.option("--currency", default="", metavar="CODE", help="Currency for files that name none.")
@click.option("--profile", default="", metavar="NAME", help="CSV layout to use. Default: detect.")
@click.option("--verify", is_flag=True, help="Read OFX files with a second reader too, and report where the two differ.")
def inspect(files: tuple[str, ...], output: str, transactions: bool, verify: bool, **options: str) -> None:
    """Read statement files, or electronic invoices, without any books and say what is in them.

    Never stops at a bad file. With -O json, one object per file on its own line.
    """
    from matcher.inspection import inspect as inspect_source
    from matcher.inspection import unreadable
    from matcher.parsers.base import ParseOptions
    from matcher.parsers.files import file_source

    how = ParseOptions(account=options["account"], currency=options["currency"], profile=options["profile"], profiles=_own_layouts())
    reports = []
    for name in files:
        try:
            reports.append(inspect_source(file_source(name), how, options["format_name"], transactions=transactions, verify=verify))
        except MatcherError as error:
            reports.append(unreadable(name, error))
        if output == "json":
            data_record(reports.pop())
    if output != "json":
        _show_inspection(reports, output)


def _show_inspection(reports: list[dict[str, Any]], output: str) -> None:
    rows = [
        {name: report[name] for name in ("file", "format", "outcome")} | statement | {"balanced": _yes(statement["balanced"])}
        for report in reports
        for statement in report["statements"] or [dict.fromkeys(_OF_STATEMENT)]
    ]
    show(rows, _INSPECTED_COLUMNS, output, complete=_INSPECTED, head=(counted(len(reports), "statement file"),))
    for report in reports:
        if invoice := report.get("invoice"):
            due = f", due {invoice['due_date']}" if invoice["due_date"] else ""
            to = f" to {invoice['buyer']}" if invoice["buyer"] else ""
            figures = f"{invoice['payable']} of {invoice['gross']} {invoice['currency']} to be paid{due}"
            note(f"{report['file']}: invoice {invoice['document_no']} of {invoice['issue_date']}{to}: {figures}")
        for problem in report["problems"]:
            place = f"{report['file']}:{problem['line']}" if problem["line"] else report["file"]
            note(f"{problem['severity']}: {problem['code']}: {place}: {problem['message']}")
        for d in report.get("verification", ()):
            readings = f"this reader says {d['ours'] or 'nothing'}, the second {d['theirs'] or 'nothing'}"
            note(f"second reader: {report['file']}: {d['what']}: {readings}; right: {d['verdict']}, {d['reason']}")
        if report.get("verification") == []:
            note(f"second reader: {report['file']}: agrees in all counts, dates and amounts")


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_books
@_with_format
@click.option("--read-as", "format_name", default="", metavar="FORMAT", help="Parser to use: ofx, mt940, camt, bai2, csv. Default: detect.")
@click.option("--account", default="", metavar="ID", help="Our account (id or number) for files that name none.")
@click.option("--profile", default="", metavar="NAME", help="CSV layout to use. Default: the account's, else detect.")
@click.option("--quarantine", is_flag=True, help="Keep a damaged statement aside for a person instead of refusing the file.")
@click.option("--verify", is_flag=True, help="Read OFX files with a second reader too, and refuse one that reads differently in money.")
@click.option("--keep-going", is_flag=True, help="Read each file by itself, so that a bad one keeps out no other (exit status 1).")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def ingest(files: tuple[str, ...], output: str, dry_run: bool, keep_going: bool, **options: Any) -> None:
    """Bank statements in: all files or none, or each by itself with --keep-going. A folder stands for the files in it.

    A remittance advice among them is taken as `import remittance` takes it.

    The format is found by content. A file that was read before adds nothing; of an overlapping file only new lines are added.
    A statement whose opening balance plus lines is not its closing balance goes to quarantine (exit status 1).
    """
    from matcher.pipeline.ingest import IngestOptions

    books = open_books()
    how = IngestOptions(
        format=options["format_name"], account=options["account"], profile=options["profile"],
        quarantine=options["quarantine"], verify=options["verify"],
    )  # fmt: skip
    results, refused = list[Any](), 0
    with busy("reading statements") as progress:
        for together in [[name] for name in _in_folders(files)] if keep_going else [_in_folders(files)]:
            try:
                results += books.ingest(together, how, dry_run=dry_run, progress=progress)
            except MatcherError as error:
                if not keep_going or error.exit_code != BAD_INPUT:
                    raise
                refused += 1
                fault(error_words(error), told=True)
                note_more(error)
    rows = [row for result in results for row in _ingest_rows(result)]
    show(rows, _READ_COLUMNS, output, complete=_READ, head=(books.config.books.name, "statements read") if rows else ())
    for result in results:
        _note_problems(result)
    new, known, conflicting = (sum(getattr(s, name) for r in results for s in r.statements) for name in ("new", "known", "conflicting"))
    did(files=len(results), refused=refused, new=new, known=known, conflicting=conflicting)
    counts = [counted(new, "new line")] if new or not results or not all(r.known for r in results) else []
    counts += [f"{known} already known"] if known else []
    counts += [f"{conflicting} conflicting"] if conflicting else []
    told = [r.remittance for r in results if r.remittance]
    counts += [counted(sum(one.new for one in told), "new remittance advice", "new remittance advices")] if told else []
    again = sum(r.known for r in results)
    counts += [f"{counted(again, 'file was', 'files were')} read before"] if again else []
    note(f"{', '.join(counts)}.{' Dry run: nothing was kept.' if dry_run else ''}")
    quarantined = any(s.state == "quarantined" for r in results for s in r.statements)
    conflict = any(p.code == "statement.conflict" for r in results for p in r.problems)
    if quarantined:
        note("A statement is in quarantine; none of its lines count. See `matcher statement list --quarantined`.")
    if conflict:
        note("Lines wait because the bank told their reference with another amount before. See `matcher statement conflicts`.")
    if refused:
        were, them = ("was", "it") if refused == 1 else ("were", "them")
        note(f"{refused} of {counted(refused + len(results), 'file')} {were} refused; nothing of {them} was kept.")
    for one in told:
        for text in advice_remarks(one):
            note(text)
    if quarantined or conflict or refused or any(one.unproven for one in told):
        click.get_current_context().exit(NEEDS_PERSON)


def _in_folders(names: tuple[str, ...]) -> list[str]:
    """The files that are meant: those of a folder in the order of their names, without hidden ones."""
    files: list[str] = []
    for name in names:
        if not os.path.isdir(name):
            files.append(name)
            continue
        inside = sorted(entry.path for entry in os.scandir(name) if entry.is_file() and not entry.name.startswith("."))
        if not inside:
            raise MatcherError("file.missing", "the folder holds no files", name)
        files += inside
    return files


def _note_problems(result: Any) -> None:
    for problem in result.problems:
        if problem.severity != "info" or problem.code == "note.second_reader":
            place = f"{result.file}:{problem.line}" if problem.line else result.file
            note(f"{problem.severity}: {problem.code}: {place}: {problem.message}")
    for statement in result.statements:
        if statement.known:
            were = "was read before and is" if statement.known == 1 else "were read before and are"
            seen = f"{statement.known} of its {counted(statement.count, 'line')} {were} not added again"
            note(f"info: statement.overlap: {result.file}: {seen}")


def _ingest_rows(result: Any) -> list[dict[str, Any]]:
    if result.known:
        return [dict.fromkeys((*_READ, "currency")) | {"file": result.file, "new": 0, "state": "read before"}]
    return [_statement_row(result.file, statement) for statement in result.statements]


def _statement_row(file: str, s: Any) -> dict[str, Any]:
    from matcher import money

    return {
        "file": file, "account": s.account, "number": s.number, "first_day": s.first_booking_date, "last_day": s.last_booking_date,
        "lines": s.count, "credit": money.render(s.credit, s.currency), "debit": money.render(s.debit, s.currency),
        "closing": None if s.closing is None else money.render(s.closing, s.currency), "new": s.new, "known": s.known,
        "state": s.state, "currency": s.currency,
    }  # fmt: skip


@click.group(cls=Group)
def profile() -> None:
    """CSV layouts of banks: which are known, and a proposal for a new one."""


@profile.command(name="list")
@with_format
def profile_list(output: str) -> None:
    """The layouts that are shipped, and those of the books."""
    from matcher.parsers.base import ParseOptions
    from matcher.parsers.csv.detect import layouts

    own = _own_layouts()
    known = layouts(ParseOptions(profiles=own))
    assert isinstance(known, Mapping)
    rows = [
        {"name": name, "bank": layout.bank, "country": layout.country, "from": "books" if name in own else "shipped"}
        for name, layout in sorted(known.items())
    ]
    columns = (Column("name", priority=0), Column("bank", kind=Kind.TEXT), Column("country", kind=Kind.TEXT), Column("from", priority=2))
    show(rows, columns, output)


def _own_layouts() -> dict[str, str]:
    """The layouts of the books that the command line or the folder points to; none where there are no books.

    A wrong one is an error of its own, named by its file.
    """
    from matcher.config import find_books
    from matcher.pipeline.layouts import own_layouts

    try:
        folder = find_books(given().books)
    except MatcherError:
        return {}
    return own_layouts(folder)


@profile.command(name="new")
@click.argument("file", metavar="FILE")
@click.option("--name", default="my-bank", metavar="NAME", help="Name of the layout.", show_default=True)
@click.option("-o", "--out", "path", default="", metavar="PATH", help="Write the layout here instead of to standard output.")
def profile_new(file: str, name: str, path: str) -> None:
    """Propose a layout for an unknown table, and show its first rows as that layout reads them.

    Put the layout into the `profiles` folder of your books; docs/add_a_bank.md explains every key.
    """
    from matcher import money
    from matcher.parsers.csv.propose import propose
    from matcher.parsers.files import file_source

    proposal = propose(file_source(file), name)
    check_place(path)
    if path:
        from pathlib import Path

        from matcher.exports.files import write_bytes

        write_bytes(Path(path), [proposal.toml.encode()])
        note(f"{path} written.")
    else:
        data(proposal.toml)
    note(
        "First rows as this layout reads them:" if proposal.rows else "This layout reads no row yet: correct it where it says `uncertain`."
    )
    for row in proposal.rows:
        amount = f"{money.render(row.amount, row.currency)} {row.currency}"
        note(f"  {row.booking_date}  {amount:>18}  {row.counterparty_name}  {row.remittance_information}")


COMMANDS = (init, inspect, ingest, profile)
