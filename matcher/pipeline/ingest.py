"""Bank statements in: detect, parse, prove, identify, append what is new. All files of a command or none."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

import polars as pl

from matcher import ids, money
from matcher.codes import CATALOGUE
from matcher.config import Account
from matcher.errors import Fault, MatcherError
from matcher.gc_pause import gc_paused
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.ledger.chain import StatementSpan, span
from matcher.model import Balance, Problem, StatementStart
from matcher.parsers import batches, registry
from matcher.parsers.base import REPORTS, ParseOptions, RowBatch, Source
from matcher.parsers.ofx.second_reader import second_opinion
from matcher.parsers.tally import FileTally, StatementTally
from matcher.pipeline import accounts, conflicts
from matcher.pipeline.admission import admit
from matcher.pipeline.remittance.results import RemittanceResult
from matcher.pipeline.row_numbers import RowNumbers
from matcher.pipeline.session import Session
from matcher.progress import SILENT, Progress
from matcher.states import StatementState
from matcher.store import facts, lines, memory
from matcher.store.staged_lines import Counts, StagedLines
from matcher.store.staging import Staging, staging

_ROW_NUMBERS = "the bank references are the numbers of the rows in the file, and are not used"


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How files are to be read.

    Attributes:
        format: name of the parser to use; empty detects.
        account: id or number of our account; empty takes the file's.
        profile: CSV layout to use; empty detects.
        profiles: further CSV layouts by name, as TOML text.
        quarantine: keep damaged statements aside for a person instead of refusing the file.
        verify: read OFX files with a second reader too, and refuse one whose money reads differently.
    """

    format: str = ""
    account: str = ""
    profile: str = ""
    profiles: dict[str, str] = field(default_factory=dict)
    quarantine: bool = False
    verify: bool = False


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What became of one statement. Sums in minor units; `state` is balanced, unproven, report or quarantined."""

    statement_id: str
    account: str
    number: str
    currency: str
    first_booking_date: date | None
    last_booking_date: date | None
    opening: int | None
    closing: int | None
    count: int
    credit: int
    debit: int
    new: int
    known: int
    conflicting: int
    state: StatementState


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file; `known`: its bytes were read before and nothing was added. `remittance`: advices that it holds."""

    file: str
    format: str
    known: bool
    statements: tuple[StatementResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    remittance: RemittanceResult | None = None


_LARGEST = 2**63 - 1
"""What a column of amounts holds, in minor units: nine thousand times the largest single amount."""


@dataclass(slots=True)
class _Staged:
    source: Source
    file_id: str
    tally: FileTally
    accounts: dict[int, Account] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)  # statement of the file -> statement of the command
    held: dict[int, StatementState] = field(default_factory=dict)  # statements that do not count, and their state
    rows: dict[int, RowNumbers] = field(default_factory=dict)


def ingest(session: Session, sources: Sequence[Source], options: IngestOptions, progress: Progress = SILENT) -> list[FileResult]:
    """Reads statement files into the books.

    Raises:
        MatcherError: whatever refuses a file, or ``account.changed``; then nothing of any file is kept.
    """
    accounts.check(session)
    memory.bound(session.store)
    # entries live for one batch and hold no cycles: looking for some after every few hundred costs a sixth of the time
    with gc_paused(50_000):
        return _ingest(session, sources, options, progress)


def _ingest(session: Session, sources: Sequence[Source], options: IngestOptions, progress: Progress) -> list[FileResult]:
    results: dict[int, FileResult] = {}
    staged: dict[int, _Staged] = {}
    seen: set[str] = set()
    progress.stage("reading statements", len(sources))
    with staging(session.store) as area:
        for position, source in enumerate(sources):
            file_id = source.digest()
            if file_id in seen or facts.file_known(session.store, file_id, "statement"):
                results[position] = FileResult(source.name, "", known=True)
                continue
            seen.add(file_id)
            taken = sum(len(s.numbers) for s in staged.values())
            staged[position] = _stage(session, area, _Staged(source, file_id, FileTally()), options, taken)
            source.check()
            progress.done(1)
        if staged:
            progress.stage("adding lines")
            results |= _settle(session, area, staged)
    return [results[position] for position in range(len(sources))]


def _stage(session: Session, area: Staging, staged: _Staged, options: IngestOptions, taken: int) -> _Staged:
    source = staged.source
    parse_options = _parse_options(session, source, options)
    positions: dict[int, int] = {}
    for event in staged.tally.watch(registry.read(source, parse_options, options.format)):
        if isinstance(event, StatementStart):
            staged.accounts[event.statement] = _account(session, event, options, staged)
            staged.numbers[event.statement] = taken + len(staged.numbers)
            positions[event.statement] = 0
        elif isinstance(event, RowBatch):
            frame, account = batches.to_frame(event), staged.accounts[event.statement]
            frame = staged.rows.setdefault(event.statement, RowNumbers()).without(frame, positions[event.statement])
            _check_currency(frame, account, staged, options, event.statement)
            place = {
                "statement_no": staged.numbers[event.statement],
                "position": positions[event.statement],
                "account": account.id,
                "entity": account.entity,
            }
            lines.stage(area, frame, batches.details(event), place)
            positions[event.statement] += frame.height
    counted = [ordinal for ordinal, rows in staged.rows.items() if rows.found]
    staged.tally.problems += [Problem("note.identity", "info", _ROW_NUMBERS, statement=ordinal) for ordinal in counted]
    _judge(staged, options)
    if options.verify and staged.tally.info is not None and staged.tally.info.format.startswith("ofx"):
        _verify(staged, parse_options)
    return staged


def _verify(staged: _Staged, options: ParseOptions) -> None:
    """Asks the second reader. Where the source text shows ours to be right, the difference is only told."""
    for difference in second_opinion(staged.source, options):
        readings = f"this reader says {difference.ours or 'nothing'}, the second {difference.theirs or 'nothing'}"
        message = f"{difference.what}: {readings}; {difference.reason}"
        if difference.verdict != "ours":
            raise MatcherError("verify.disputed", message, staged.source.name)
        staged.tally.problems.append(Problem("note.second_reader", "info", message, statement=difference.statement))


def _parse_options(session: Session, source: Source, options: IngestOptions) -> ParseOptions:
    if not options.account:
        detected = ParseOptions(profile=options.profile, profiles=options.profiles)
        return replace(detected, profile=options.profile or _configured_profile(session, source, detected, options))
    account = session.config.find_account(options.account, "")
    if account is None:
        raise MatcherError("account.unknown", f"account {options.account!r} is not in matcher.toml", source.name)
    profile = options.profile or account.profile
    return ParseOptions(account=account.number, currency=account.currency, profile=profile, profiles=options.profiles)


def _configured_profile(session: Session, source: Source, detected: ParseOptions, options: IngestOptions) -> str:
    """The layout that matcher.toml names for an account and that fits the file; '' when none or several do.

    Naming it settles what detection must not guess: which of two like layouts it is, and the order of day and month.
    """
    named = sorted({account.profile for account in session.config.account if account.profile})
    if options.format not in ("", "csv") or not named:
        return ""
    csv = registry.load("csv")
    fitting = [name for name in named if csv.recognise(source.head(), source, replace(detected, profile=name)) == f"csv:{name}"]
    return fitting[0] if len(fitting) == 1 else ""


def _account(session: Session, start: StatementStart, options: IngestOptions, staged: _Staged) -> Account:
    source = staged.source
    where = f"{source.name}:{start.line}" if start.line else source.name
    if not start.account and not options.account:
        raise MatcherError("account.missing", "the file does not say which account it is of", where)
    account = session.config.find_account(options.account or start.account, start.currency)
    if account is None:
        raise accounts.unknown(session.config, start.account, where)
    if options.account and start.account:
        own = session.config.find_account(start.account, start.currency)
        before = {statement.start.account for statement in staged.tally.statements.values()} - {start.account}
        if (own is not None and own != account) or before:
            raise MatcherError("account.several", f"the file is of account {start.account!r} as well, not only of one", where)
    if start.currency == money.NO_CURRENCY:
        raise MatcherError(
            "currency.unknown", "the file names no currency", where, "Name our account with --account; its currency is taken."
        )
    if start.currency and start.currency != account.currency:
        message = f"the statement is in {start.currency}, account {account.id!r} in {account.currency}"
        if not options.quarantine:
            raise MatcherError("currency.mixed", message, where)
        # the odd entries are kept aside, and do not keep the others from being read
        staged.tally.problems.append(Problem("currency.mixed", "error", message, start.line, start.statement))
    return account


def _check_currency(frame: pl.DataFrame, account: Account, staged: _Staged, options: IngestOptions, ordinal: int) -> None:
    other = frame.filter(frame["currency"] != account.currency)
    if not other.height:
        return
    message, line = f"a line is in {other['currency'][0]}, account {account.id!r} in {account.currency}", other["line"][0]
    if not options.quarantine:
        raise MatcherError("currency.mixed", message, f"{staged.source.name}:{line}")
    if not any(p.code == "currency.mixed" and p.statement == ordinal for p in staged.tally.problems):
        staged.tally.problems.append(Problem("currency.mixed", "error", message, line, ordinal))


def _judge(staged: _Staged, options: IngestOptions) -> None:
    """Decides from a file's problems whether it is refused, or which of its statements go to quarantine."""
    refused: list[Problem] = []
    for problem in staged.tally.problems:
        treatment = CATALOGUE[problem.code].at_ingest if problem.severity != "info" else "accept"
        whole = problem.severity == "fatal" and not (problem.code == "file.cut" and options.quarantine and staged.numbers)
        if whole or (treatment == "refuse" and not options.quarantine):
            refused.append(problem)
        elif treatment != "accept":
            for ordinal in staged.numbers if problem.statement is None else (problem.statement,):
                staged.held[ordinal] = StatementState.QUARANTINED
    if staged.tally.info is not None and staged.tally.info.format.startswith(REPORTS):
        staged.held = dict.fromkeys(staged.numbers, StatementState.REPORT) | staged.held
    source = staged.source
    if refused:
        # what is wrong with the whole file comes before what follows from it in single rows, and these as they stand in the file
        refused.sort(key=lambda p: (p.severity != "fatal", not p.code.startswith("file."), p.line))
        faults = [Fault(p.code, f"{p.code}: {p.message}", f"{source.name}:{p.line}" if p.line else source.name) for p in refused]
        more = [fault for fault in faults[1:] if fault.where != faults[0].where]
        raise MatcherError(refused[0].code, refused[0].message, faults[0].where, more=more)
    if not staged.numbers:
        cause = next((p for p in staged.tally.problems), Problem("file.no_statement", "info", "the file holds no statement"))
        raise MatcherError(cause.code, cause.message, source.name)


def _settle(session: Session, area: Staging, staged: dict[int, _Staged]) -> dict[int, FileResult]:
    entries = StagedLines(session.store, area)
    batch = session.next_batch
    statement_ids = {
        number: ids.of("statement", file.file_id, ordinal) for file in staged.values() for ordinal, number in file.numbers.items()
    }
    _guard(session, entries, list(staged.values()))
    held = [number for file in staged.values() for ordinal, number in file.numbers.items() if ordinal in file.held]
    counts = entries.append(batch, statement_ids, held)
    drafts = _conflicts(entries, list(staged.values()), statement_ids, counts)
    results = {position: _result(file, statement_ids, counts) for position, file in staged.items()}
    _record(session, batch, staged, results, drafts)
    return results


def _guard(session: Session, entries: StagedLines, files: Sequence[_Staged]) -> None:
    """Keeps aside the statements that tell what was told before otherwise; see `admission.admit`."""
    places = {number: (file, ordinal) for file in files for ordinal, number in file.numbers.items() if ordinal not in file.held}
    statements = [(fact, number) for number, (file, ordinal) in places.items() if (fact := _fact("", file, ordinal)).count]
    statements.sort(
        key=lambda statement: (
            statement[0].first_day or date.min,
            statement[0].last_day or date.min,
            places[statement[1]][0].file_id,
            places[statement[1]][1],
        )
    )
    stated = {number: (tally.from_date, tally.to_date) for number, (file, n) in places.items() for tally in (file.tally.statements[n],)}
    renamed: dict[int, int] = {}
    doubts = admit(session, entries, statements, stated, renamed)
    for number, count in renamed.items():
        file, ordinal = places[number]
        message = f"{count} entries were read before under other references of the bank; the balances show that they are the same"
        file.tally.problems.append(Problem("note.identity", "info", message, file.tally.statements[ordinal].start.line, ordinal))
    for number, doubt in doubts.items():
        file, ordinal = places[number]
        file.held[ordinal] = StatementState.QUARANTINED
        line = file.tally.statements[ordinal].start.line
        file.tally.problems.append(Problem("statement.reissued", "warning", doubt.message, line, ordinal))


def _conflicts(entries: StagedLines, files: Sequence[_Staged], statement_ids: dict[int, str], counts: dict[int, Counts]) -> list[Draft]:
    """Sets aside new lines whose bank reference was told before with another amount, and says so."""
    if not any(count.conflicting for count in counts.values()):
        return []
    places = {statement_ids[number]: (file, ordinal) for file in files for ordinal, number in file.numbers.items()}
    proven = [name for name, (file, ordinal) in places.items() if file.tally.statements[ordinal].balanced and ordinal not in file.held]
    new_conflicts = conflicts.find(entries, statement_ids, proven)
    for conflict in new_conflicts:
        file, ordinal = places[conflict.statement_id]
        others = ", ".join(conflict.others[:3])
        message = f"line {conflict.line_id} has the bank's reference of line {others} and another amount; it does not count yet"
        file.tally.problems.append(Problem("statement.conflict", "warning", message, conflict.source_line, ordinal))
    return [conflict.draft() for conflict in new_conflicts]


def _fact(statement_id: str, file: _Staged, ordinal: int) -> StatementSpan:
    tally, info = file.tally.statements[ordinal], file.tally.info
    first, last = _span(tally)
    return StatementSpan(
        statement_id=statement_id,
        account=file.accounts[ordinal].id,
        first_day=first,
        last_day=last,
        opening=_minor(tally.opening),
        closing=_minor(tally.closing),
        count=tally.booked.count,
        format=info.format if info else "",
        number=tally.start.number,
    )


def _span(tally: StatementTally) -> tuple[date | None, date | None]:
    booked = (tally.booked.first_booking_date, tally.booked.last_booking_date)
    return span(booked, (tally.from_date, tally.to_date), (_day(tally.opening), _day(tally.closing)))


def _minor(balance: Balance | None) -> int | None:
    return None if balance is None else balance.amount


def _day(balance: Balance | None) -> date | None:
    return None if balance is None else balance.date


def _result(file: _Staged, statement_ids: dict[int, str], counts: dict[int, Counts]) -> FileResult:
    statements = []
    for ordinal, number in file.numbers.items():
        tally, count = file.tally.statements[ordinal], counts[number]
        if max(tally.booked.credit, tally.booked.debit) > _LARGEST:
            raise MatcherError("amount.range", "the sum of a statement's entries is larger than any this program accepts", file.source.name)
        state = file.held.get(ordinal) or (StatementState.BALANCED if tally.balanced else StatementState.UNPROVEN)
        statements.append(
            StatementResult(
                statement_ids[number], file.accounts[ordinal].id, tally.start.number, tally.currency or file.accounts[ordinal].currency,
                tally.booked.first_booking_date, tally.booked.last_booking_date, _minor(tally.opening),
                _minor(tally.closing), tally.booked.count, tally.booked.credit, tally.booked.debit,
                count.new, count.known, count.conflicting, state,
            )
        )  # fmt: skip
    info = file.tally.info
    return FileResult(file.source.name, info.format if info else "", False, tuple(statements), tuple(file.tally.problems))


def _record(session: Session, batch: int, staged: dict[int, _Staged], results: dict[int, FileResult], drafts: Sequence[Draft]) -> None:
    for position, file in staged.items():
        result, info = results[position], file.tally.info
        encoding = info.encoding if info else ""
        record = {"batch": batch, "file_id": file.file_id, "kind": "statement", "name": result.file, "format": result.format}
        problems = json.dumps([asdict(replace(p, message=p.message)) for p in result.problems], ensure_ascii=False, default=str)
        facts.append_file(session.store, record | {"encoding": encoding, "size": file.source.size, "problems": problems})
        rows = []
        for ordinal, statement in zip(file.numbers, result.statements, strict=True):
            tally = file.tally.statements[ordinal]
            mine = [asdict(p) for p in file.tally.problems if p.statement in (ordinal, None)]
            row = asdict(statement)
            row |= {"lines_new": row.pop("new"), "lines_known": row.pop("known"), "lines_conflicting": row.pop("conflicting")}
            row |= {"batch": batch, "file_id": file.file_id, "ordinal": ordinal, "entity": file.accounts[ordinal].entity}
            row |= {"from_date": tally.from_date, "to_date": tally.to_date, "problems": json.dumps(mine, ensure_ascii=False, default=str)}
            row |= {"opening_date": _day(tally.opening), "closing_date": _day(tally.closing)}
            row["precise"] = all(problem["code"] != "note.precision" for problem in mine)
            row["first_day"], row["last_day"] = _span(tally)
            rows.append(row)
        facts.append_statements(session.store, rows)
    files = {
        file.file_id: {"statements": len(file.numbers), "new": sum(s.new for s in results[p].statements)} for p, file in staged.items()
    }
    session.commit("ingest", {"files": files}, *decisions.build(drafts, batch, session.actor, session.at))
