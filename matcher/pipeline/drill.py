"""A rehearsal of the worst day: the books are restored from a copy, proven, and the latest run is taken back and done again there.

The books themselves are only read. On the copy the drill decides as nobody in particular: who may decide, and limits, are not rehearsed.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest, sha256
from pathlib import Path

import polars as pl

from matcher.config import CONFIG_NAME, STORE_NAME, Config
from matcher.errors import MatcherError
from matcher.journal.chain import Head
from matcher.ledger.periods import Close, Locks
from matcher.pipeline import actions, exports, opening, selection, verify, view
from matcher.pipeline.session import Session
from matcher.policy_settings import Policy
from matcher.progress import SILENT, Progress
from matcher.rules.own import RULES_NAME
from matcher.states import SETTLING, AllocationState
from matcher.store import facts, journal, open_store
from matcher.store.copying import copy_books
from matcher.store.journal import Known

DONE, FAILED, NOT_DONE = "done", "failed", "not done"
"""What became of a step."""
ACTOR = "drill"
_EXPORTS = ("matches", "aging", "discrepancies", "journal")
_TOLD = "line_id", "item_id", "amount", "currency", "item_amount", "adjustment", "adjustment_reason"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the drill. `seconds`: how long it took."""

    name: str
    result: str
    said: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill: its steps, and the head of the books that were copied."""

    steps: tuple[Step, ...]
    head: Head

    @property
    def passed(self) -> bool:
        """Whether no step failed."""
        return not any(step.result == FAILED for step in self.steps)


class _NotDoneError(Exception):
    """Why a step has nothing to do."""


@dataclass(frozen=True)
class _Desk:
    """Where the drill works: the books, the copy, and what a command on either needs."""

    books: Path
    copy: Path
    settings: opening.Settings
    at: str
    version: str

    @contextmanager
    def session(self, directory: Path, *, write: bool = False) -> Iterator[Session]:
        """A command\'s session on the books, or on the copy."""
        key = self.settings.key()
        with open_store(directory / STORE_NAME, write=write, key=key, itself=not write, upgrade=directory != self.books) as store:
            config = _rehearsed(self.settings.config, self.books)
            yield Session(store, directory, config, self.settings.digest, ACTOR, self.at, self.version)


def rehearse(
    directory: Path, *, at: str, version: str, timer: Callable[[], float], place: Path | None = None, progress: Progress = SILENT
) -> Drill:
    """Carries out the drill.

    Args:
        directory: the books directory.
        at: now, ISO 8601 in UTC.
        version: of the program.
        timer: tells seconds from any beginning.
        place: folder in which the copy is made; None for the system's folder for temporary files. It is removed at the end.
        progress: is told of each step.

    Raises:
        MatcherError: ``books.busy`` and what else keeps the books from being read, ``file.unwritable`` when they cannot be copied.
    """
    settings = opening.read(directory)
    before = _digest(directory / STORE_NAME)
    try:
        folder = Path(tempfile.mkdtemp(prefix="matcher-drill-", dir=place))
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be made ({error.strerror})", str(place or tempfile.gettempdir())) from error
    desk = _Desk(directory, folder, settings, at, version)
    steps: list[Step] = []
    try:
        began = timer()
        _copy(desk)
        with desk.session(folder) as session:
            head = journal.last_batch(session.store)
        steps.append(Step("the books are copied", DONE, f"batch {head.batch}, {_size(folder)}", timer() - began))
        for name, do in _STEPS:
            progress.stage(name)
            began = timer()
            steps.append(Step(name, *_outcome(do, desk, head), timer() - began))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    steps.append(_gone(folder))
    steps.append(_unchanged(directory, before))
    return Drill(tuple(steps), head)


def _outcome(do: Callable[[_Desk, Head], str], desk: _Desk, head: Head) -> tuple[str, str]:
    try:
        return DONE, do(desk, head)
    except _NotDoneError as reason:
        return NOT_DONE, str(reason)
    except MatcherError as error:
        return FAILED, f"{error.code}: {error.what}"


def _copy(desk: _Desk) -> None:
    copy_books(desk.books / STORE_NAME, desk.copy, desk.settings.key())
    try:
        for name in (CONFIG_NAME, RULES_NAME):
            with suppress(FileNotFoundError):
                shutil.copyfile(desk.books / name, desk.copy / name)
        for name in ("profiles", "layouts"):
            if (desk.books / name).is_dir():
                shutil.copytree(desk.books / name, desk.copy / name)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be copied ({error.strerror})", str(desk.copy)) from error


def _rehearsed(config: Config, books: Path) -> Config:
    """The configuration without what asks for certain people; a key is looked for where the books are."""
    free = {"people": {}, "people_only": False, "roles": {}, "default_role": "", "limits": {}, "write_off_disputed": True}
    open_ = {"four_eyes_above": None, "four_eyes_for": (), "four_eyes_classes": ()}
    policy: Policy = config.policy.model_copy(update=free | open_)
    key_file = config.journal.key_file
    named = (
        config.journal.model_copy(update={"key_file": str((books / Path(key_file).expanduser()).resolve())}) if key_file else config.journal
    )
    return config.model_copy(update={"policy": policy, "journal": named})


def _verified(desk: _Desk, head: Head) -> str:
    with desk.session(desk.copy) as session:
        checks = verify.verify(session, head.hash if head.batch else "")
    failed = [check for check in checks if check.failure and check.code == "verify.failed"]
    if failed:
        raise MatcherError("verify.failed", f"{failed[0].name}: {failed[0].failure}")
    told = [check.failure for check in checks if check.failure]
    return f"{len(checks) - len(told)} checks hold" + (f"; {told[0]}" if told else "")


def _exported(desk: _Desk, head: Head) -> str:
    """The exports of the books and of the copy, as the books were when they were copied."""
    day = _day(desk)
    ours, theirs = (_exports(desk, directory, day, head) for directory in (desk.books, desk.copy))
    differ = [name for name in _EXPORTS if ours[name] != theirs[name]]
    if differ:
        raise MatcherError("drill.differs", f"the export {differ[0]} of the copy has other bytes than that of the books")
    return f"{', '.join(_EXPORTS)} as of {day.isoformat()}: the same bytes"


def _day(desk: _Desk) -> date:
    with desk.session(desk.copy) as session:
        return max(date.fromisoformat(desk.at[:10]), facts.latest_day(session.store) or date.min)


def _exports(desk: _Desk, directory: Path, day: date, head: Head) -> dict[str, str]:
    """Digests of the exports. They are written nowhere: of encrypted books nothing lies about in plain."""
    with desk.session(directory) as session:
        return {what: _digest_of(exports.contents(session, what, day, Known(head.batch))) for what in _EXPORTS}


def _closed_month(desk: _Desk, head: Head) -> str:
    """The aging of the latest closed month, as it was known when it was closed: of the books and of the copy."""
    closed = _latest_closed(desk)
    ours, theirs = (_aging(desk, directory, closed) for directory in (desk.books, desk.copy))
    if ours != theirs:
        raise MatcherError("drill.differs", f"the aging of {closed.month} of the copy has other bytes than that of the books")
    return f"the aging of {closed.month} is as it was known in batch {closed.batch}, when it was closed"


def _latest_closed(desk: _Desk) -> Close:
    with desk.session(desk.copy) as session:
        closed = Locks(journal.periods(session.store)).closed
    if not closed:
        raise _NotDoneError("no month is closed yet")
    return closed[-1]


def _aging(desk: _Desk, directory: Path, closed: Close) -> str:
    with desk.session(directory) as session:
        return _digest_of(exports.contents(session, "aging", closed.last_day))


def _digest_of(chunks: Iterable[bytes]) -> str:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _run_undone(desk: _Desk, head: Head) -> str:
    """The latest run is taken back on the copy, and its postings are posted again from the proposals that stand in their place."""
    with desk.session(desk.copy) as session:
        if not journal.run_batches(session.store):
            raise _NotDoneError("no run was made yet")
        before, closed = _postings(session), Locks(journal.periods(session.store)).closed
    aging = _aging(desk, desk.copy, closed[-1]) if closed else ""
    with desk.session(desk.copy, write=True) as session:
        try:
            undone = actions.undoing.undo_run(session, 0, "rehearsed")
        except MatcherError as error:
            if error.code != "decision.state":
                raise
            raise _NotDoneError(error.what) from None
    lines = tuple(dict.fromkeys(one.line_id for one in undone if one.line_id))
    mine = pl.col("line_id").is_in(lines)
    with desk.session(desk.copy) as session:
        left = _postings(session)
    if left.filter(mine).height >= before.filter(mine).height:
        raise MatcherError("drill.differs", "postings of the latest run stand after it was taken back")
    if closed and aging != _aging(desk, desk.copy, closed[-1]):
        raise MatcherError("drill.differs", f"taking the run back has changed the closed month {closed[-1].month}")
    with desk.session(desk.copy, write=True) as session:
        actions.proposals.accept(session, selection.Selection(lines), "rehearsed")
    with desk.session(desk.copy) as session:
        after = _postings(session)
    if not before.equals(after):
        raise MatcherError("drill.differs", "the postings of the latest run are others after they were taken back and posted again")
    return f"{len(lines)} postings taken back and posted again: the same money on the same documents"


def _postings(session: Session) -> pl.DataFrame:
    """What is posted on each line: money and documents, whoever decided it; a line without a document has a row without one."""
    state = view.present(session)
    shares = state.allocations.filter(pl.col("state") == AllocationState.POSTED).select(_TOLD)
    made = state.decisions.filter("live", pl.col("kind").is_in(SETTLING)).select("line_id", "outcome", "customer_id")
    return made.join(shares, on="line_id", how="left", nulls_equal=True).unique().sort(pl.all())


def _verified_again(desk: _Desk, head: Head) -> str:
    return _verified(desk, head)


_STEPS: tuple[tuple[str, Callable[[_Desk, Head], str]], ...] = (
    ("the copy is opened and verified", _verified),
    ("its exports are those of the books", _exported),
    ("the latest closed month is told as it was closed", _closed_month),
    ("the latest run is taken back and posted again", _run_undone),
    ("the copy still holds what was sealed", _verified_again),
)
"""What is done with the copy, in order."""


def _gone(folder: Path) -> Step:
    left = folder.exists()
    return Step("the copy is removed", FAILED if left else DONE, str(folder) if left else "", 0)


def _unchanged(directory: Path, before: str) -> Step:
    """Whether the books file has the bytes that it had; another command may have written meanwhile."""
    same = _digest(directory / STORE_NAME) == before
    said = "the same bytes as before" if same else "another command has written to them meanwhile"
    return Step("the books are as they were", DONE if same else NOT_DONE, said, 0)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, sha256).hexdigest()


def _size(folder: Path) -> str:
    return f"{(folder / STORE_NAME).stat().st_size / 1_000_000:.1f} MB"
