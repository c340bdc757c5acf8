"""Commands that take files in: init, inspect, ingest, profile."""

import os
from collections.abc import Mapping
from typing import Any

import click

from matcher.cli.common import busy, data, data_record, given, note, open_books, show, with_books, with_format
from matcher.codes import BAD_INPUT, NEEDS_PERSON
from matcher.errors import MatcherError

_STATEMENT_COLUMNS = ("file", "account", "number", "first_day", "last_day", "lines", "credit", "debit", "closing", "new", "known", "state")
_NUMBERS = ("lines", "credit", "debit", "opening", "closing", "new", "known", "conflicting", "transactions")


@click.command()
@click.argument("directory", default=".", metavar="[DIR]")
@click.option("--encrypt", is_flag=True, help="Encrypt the books; the key comes from MATCHER_KEY, MATCHER_KEY_FILE or a keyring.")
def init(directory: str, encrypt: bool) -> None:
    """Make a books directory with a commented matcher.toml.

    A matcher.toml that is there already is kept and checked.
    """
    from matcher.books import init as make

    path, written = make(directory, encrypt=encrypt)
    note(f"{path} written: fill in your accounts, then import open items and ingest statements." if written else f"{path} is valid.")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_format
@click.option("--transactions", is_flag=True, help="The lines themselves too (with --format json).")
@click.option("--read-as", "format_name", default="", metavar="FORMAT", help="Parser to use: ofx, mt940, camt, bai2, csv. Default: detect.")
@click.option("--account", default="", metavar="NUMBER", help="Account number for files that name none.")
@click.option("--currency", default="", metavar="CODE", help="Currency for files that name none.")
@click.option("--profile", default="", metavar="NAME", help="CSV layout to use. Default: detect.")
@click.option("--verify", is_flag=True, help="Read OFX files with a second reader too, and report where the two differ.")
def inspect(files: tuple[str, ...], output: str, transactions: bool, verify: bool, **options: str) -> None:
    """Read statement files without any books and say what is in them.

    Never stops at a bad file. With --format json, one object per file on its own line.
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
    none = dict.fromkeys(
        (
            "account",
            "currency",
            "opening",
            "closing",
            "transactions",
            "credit",
            "debit",
            "first_booking_date",
            "last_booking_date",
            "balanced",
        )
    )
    rows = [
        {
            "file": report["file"],
            "format": report["format"],
            "outcome": report["outcome"],
            **statement,
            "balanced": _yes(statement["balanced"]),
        }
        for report in reports
        for statement in report["statements"] or [none]
    ]
    columns = (
        "file",
        "format",
        "outcome",
        "account",
        "currency",
        "opening",
        "transactions",
        "credit",
        "debit",
        "closing",
        "first_booking_date",
        "last_booking_date",
        "balanced",
    )
    show(rows, columns, output, numbers=_NUMBERS)
    for report in reports:
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
@click.option("--output", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print what was read.")
@click.option(
    "--format", "format_name", default="", metavar="FORMAT", help="Statement format: ofx, mt940, camt, bai2, csv. Default: detect."
)
@click.option("--account", default="", metavar="ID", help="Our account (id or number) for files that name none.")
@click.option("--profile", default="", metavar="NAME", help="CSV layout to use. Default: the account's, else detect.")
@click.option("--quarantine", is_flag=True, help="Keep a damaged statement aside for a person instead of refusing the file.")
@click.option("--verify", is_flag=True, help="Read OFX files with a second reader too, and refuse one that reads differently in money.")
@click.option("--keep-going", is_flag=True, help="Read each file by itself, so that a bad one keeps out no other (exit status 1).")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def ingest(files: tuple[str, ...], output: str, dry_run: bool, keep_going: bool, **options: Any) -> None:
    """Bank statements in: all files or none, or each by itself with --keep-going. A folder stands for the files in it.

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
    with busy("reading statements") as step:
        for together in [[name] for name in _in_folders(files)] if keep_going else [_in_folders(files)]:
            try:
                results += books.ingest(together, how, dry_run=dry_run, progress=step)
            except MatcherError as error:
                if not keep_going or error.exit_code != BAD_INPUT:
                    raise
                refused += 1
                note(str(error))
    rows = [row for result in results for row in _ingest_rows(result)]
    columns: tuple[str, ...] = _STATEMENT_COLUMNS
    if output == "table":
        # a screen is narrow; the statement's number and closing balance are in `statement list` and in the other forms
        columns = ("file", "account", "first_day", "last_day", "lines", "credit", "debit", "new", "known", "state")
        rows = [row | {"file": os.path.basename(row["file"])} for row in rows]
    show(rows, columns, output, numbers=_NUMBERS, long=("file",))
    for result in results:
        _note_problems(result)
    new, known, conflicting = (sum(getattr(s, name) for r in results for s in r.statements) for name in ("new", "known", "conflicting"))
    files_known = sum(r.known for r in results)
    counts = [f"{new} new line{'' if new == 1 else 's'}"]
    counts += [f"{known} already known"] if known else []
    counts += [f"{conflicting} conflicting"] if conflicting else []
    before = f"; {files_known} of {len(results)} files {'was' if files_known == 1 else 'were'} read before" if files_known else ""
    note(f"{', '.join(counts)}{before}.{' Dry run: nothing was kept.' if dry_run else ''}")
    quarantined = any(s.state == "quarantined" for r in results for s in r.statements)
    conflict = any(p.code == "statement.conflict" for r in results for p in r.problems)
    if quarantined:
        note("A statement is in quarantine; none of its lines count. See `matcher statement list --quarantined`.")
    if conflict:
        note("Lines wait because the bank told their reference with another amount before. See `matcher statement conflicts`.")
    if refused:
        note(f"{refused} of {refused + len(results)} files were refused; nothing of them was kept.")
    if quarantined or conflict or refused:
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
            seen = f"{statement.known} of its {statement.count} lines were read before and are not added again"
            note(f"info: statement.overlap: {result.file}: {seen}")


def _ingest_rows(result: Any) -> list[dict[str, Any]]:
    if result.known:
        return [dict.fromkeys(_STATEMENT_COLUMNS) | {"file": result.file, "new": 0, "state": "read before"}]
    return [_statement_row(result.file, statement) for statement in result.statements]


def _statement_row(file: str, s: Any) -> dict[str, Any]:
    from matcher import money

    return {
        "file": file, "account": s.account, "number": s.number, "first_day": s.first_booking_date, "last_day": s.last_booking_date,
        "lines": s.count, "credit": money.render(s.credit, s.currency), "debit": money.render(s.debit, s.currency),
        "closing": None if s.closing is None else money.render(s.closing, s.currency), "new": s.new, "known": s.known, "state": s.state,
    }  # fmt: skip


@click.group()
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
    show(rows, ("name", "bank", "country", "from"), output)


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
