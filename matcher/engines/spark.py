"""The engine on a Spark cluster: candidates by its SQL, and receipts that are looked at for the first time in slices on its executors.

One process settles, as on one machine, and it looks again at what a posting touched. An executor is told a slice's receipts, and once for
all slices of a legal entity what `Snapshot` says of the open items; it keeps nothing that a task needs, so a task that is lost is done
again elsewhere.
"""

import os
import pickle
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from matcher.engines.base import Stage
from matcher.engines.sharing import snapshot_of
from matcher.errors import MatcherError
from matcher.matching import candidates as rules
from matcher.matching.candidates import Candidates
from matcher.matching.entity import EntityInput, EntityItems, Sharing
from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS, found_by_amount
from matcher.matching.explanations.looking import Found, Looking, Part, Question, packed_receipt, unpacked, unpacked_receipt
from matcher.matching.items.loaded import LoadedItems, Taken
from matcher.matching.items.open_items import OpenItems
from matcher.matching.items.snapshot import Snapshot
from matcher.matching.keys import item_keys, line_keys
from matcher.matching.records import Receipt
from matcher.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SLICE = 2_000
"""Receipts that one task looks at."""

WORTH = 2_000
"""Receipts from which a question goes to the cluster; fewer are looked at by the process that settles."""


class SparkEngine:
    """Runs the candidate SQL and the first look at receipts on Spark."""

    def __init__(self, master: str, settings: Mapping[str, str] | None = None) -> None:
        """`master`: as Spark is given it, such as ``local[4]`` or ``spark://host:7077``; `settings`: further ones of Spark."""
        self.master, self._settings = master, settings or {}

    @cached_property
    def session(self) -> "SparkSession":
        """The session, begun when it is first asked for. Raises MatcherError: ``extra.missing``, ``engine.unreachable``."""
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            hint = "pip install 'matcher-recon[spark]'"
            raise MatcherError("extra.missing", "the package pyspark is not installed", hint=hint) from error
        if self.master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # its executors would take the first Python that they find
        own = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC"}
        try:
            return SparkSession.builder.master(self.master).appName("matcher").config(map={**own, **self._settings}).getOrCreate()
        except Exception as error:  # Java's errors come as several classes, some only where Java is missing
            raise MatcherError("engine.unreachable", f"no Spark session begins ({type(error).__name__})", self.master) from error

    def close(self) -> None:
        """Ends the session."""
        if "session" in self.__dict__:
            self.session.stop()
            del self.session

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """See `matcher.engines.base.Engine`."""
        relations = {
            "line_keys": line_keys(lines),
            "item_keys": item_keys(items),
            "line_accounts": rules.line_accounts(lines),
            "customer_accounts": rules.customer_accounts(customers),
            "customer_numbers": rules.customer_numbers(customers),
        }
        for name, frame in relations.items():
            self.session.createDataFrame(frame.to_arrow()).createOrReplaceTempView(name)
        references, accounts, numbers = (self._asked(sql) for sql in (rules.REFERENCE_SQL, rules.ACCOUNT_SQL, rules.NUMBER_SQL))
        return Candidates(references, rules.payers(accounts, numbers, rules.line_payers(lines, customers)))

    def _asked(self, sql: str) -> pl.DataFrame:
        found = pl.from_arrow(self.session.sql(sql).toArrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def share(self, book: Rulebook, grace_days: int) -> Sharing:
        """See `matcher.engines.base.Engine`: the cluster, where many are asked about. Raises as `session`."""
        session = self.session

        def shared(job: EntityInput, company: EntityItems, receipts: Sequence[Receipt], here: Looking) -> Looking:
            return _OnCluster(session, snapshot_of(job, company), company.pool, receipts, here, book, grace_days)

        return shared

    def stages(self) -> list[Stage]:
        """See `matcher.engines.base.Engine`."""
        context = self.session.sparkContext
        gateway = context._gateway
        assert gateway is not None
        found = context._jsc.sc().statusStore().stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
        stages = (found.apply(place) for place in range(found.size()))
        return sorted(Stage(one.stageId(), one.numTasks(), one.shuffleWriteBytes(), one.shuffleReadBytes()) for one in stages)


class _OnCluster:
    """Receipts that executors look at, where many are asked about together."""

    def __init__(
        self,
        session: "SparkSession",
        snapshot: Snapshot,
        pool: OpenItems,
        receipts: Sequence[Receipt],
        here: Looking,
        book: Rulebook,
        grace_days: int,
    ) -> None:
        self._session, self._pool, self._here = session, pool, here
        self._receipts = {receipt.line_id: receipt for receipt in receipts}
        context = (snapshot, book, grace_days)
        self._context = session.sparkContext.broadcast(pickle.dumps(context, pickle.HIGHEST_PROTOCOL))
        self._taken: list[Taken] = []

    def plain(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`; it takes less than the way there."""
        return self._here.plain(lines)

    def names(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        return self._found("names", lines) if len(lines) >= WORTH else self._here.names(lines)

    def explanations(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        return self._found("explanations", lines) if len(lines) >= WORTH else self._here.explanations(lines)

    def took(self, taken: Sequence[Taken]) -> None:
        """As of `Looking`."""
        self._taken += taken

    def drop(self, line: str) -> None:
        """As of `Looking`."""
        self._here.drop(line)

    def _found(self, what: str, lines: Sequence[str]) -> Iterator[Found]:
        context, told = self._session.sparkContext, self._context
        taken = context.broadcast([tuple(one) for one in self._taken])
        slices = [self._work(what, lines[place : place + SLICE]) for place in range(0, len(lines), SLICE)]
        # neither columns nor a shuffle: a slice is one task, and mapInArrow would ask for pandas
        answers = context.parallelize(slices, len(slices)).map(lambda work: answer(told.value, taken.value, work))
        for rows in answers.collect():
            yield from map(unpacked, pickle.loads(rows))

    def _work(self, what: str, lines: Sequence[str]) -> bytes:
        receipts = [self._receipts[line] for line in lines]
        amounts = {(one.currency, one.amount) for one in receipts if found_by_amount(one)}
        few = {amount: self._pool.by_amount(*amount, RARE_AMOUNT_MAX_ITEMS) for amount in amounts}
        rare = {amount: [(item.item_id, item.customer_id) for item in items] for amount, items in few.items() if items}
        question = Question(what, list(lines), (), (), rare)
        return pickle.dumps((question, [packed_receipt(one) for one in receipts]), pickle.HIGHEST_PROTOCOL)


_known: list[tuple[bytes, tuple[Snapshot, Rulebook, int]]] = []
"""The context that this process has unpacked last."""


def answer(packed: bytes, taken: Sequence[tuple[Any, ...]], work: bytes) -> bytes:
    """On an executor: rows of `looking.packed` about the receipts of a slice, with the items as the postings have left them."""
    if not _known or _known[0][0] is not packed:
        _known[:] = [(packed, pickle.loads(packed))]
    snapshot, book, grace_days = _known[0][1]
    question, receipts = pickle.loads(work)
    pool = LoadedItems(snapshot)
    pool.note(Taken._make(one) for one in taken)
    part = Part(pool, map(unpacked_receipt, receipts), book, grace_days)
    return pickle.dumps(part.answer(question), pickle.HIGHEST_PROTOCOL)
