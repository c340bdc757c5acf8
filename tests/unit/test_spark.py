"""Spark finds and posts what this machine does, also where an executor is killed in the middle."""

import importlib.util
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from matcher.engines import spark, workers
from matcher.engines.duckdb import DuckDBEngine
from matcher.engines.spark import SparkEngine
from matcher.errors import MatcherError
from matcher.matching.candidates import PAYER
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput, entity_inputs, master_data
from matcher.openitems import readers
from matcher.pipeline import in_memory
from matcher.pipeline.recording import Deciding
from matcher.rules import rulebook

POLICY = Policy(999_500, auto_post=True, rejected=frozenset(), grace_days=0)
LACKING = [name for name, there in (("pyspark", importlib.util.find_spec("pyspark")), ("Java", shutil.which("java"))) if not there]
needs_spark = pytest.mark.skipif(
    bool(LACKING) and "MATCHER_NEEDS_SPARK" not in os.environ, reason=f"{' and '.join(LACKING)} missing: pip install 'matcher-recon[spark]'"
)


def company() -> list[EntityInput]:
    """One legal entity: receipts that name an item, that name it badly, that name nothing, and two that want the same one."""
    customer = {"country": "DE", "entity": "1"}
    names = ("Alder Werke GmbH", "Birken Handel AG", "Cedern Logistik KG", "Dornbusch Bau GmbH")
    customers = readers.customer_rows(
        [customer | {"customer_id": f"C{n}", "customer_no": f"7{n}00{n}", "name": name} for n, name in enumerate(names)]
    )
    item = {"entity": "1", "issue_date": "2026-09-01", "due_date": "2026-10-01", "currency": "EUR"}
    items = [
        item | {"item_id": f"I{n}", "customer_id": f"C{n % 4}", "document_no": f"RE-2026-{n:05d}", "amount": f"{100 + n * 7 % 50}.{n:02d}"}
        for n in range(40)
    ]
    line = {"entity": "1", "account": "giro", "booking_date": "2026-10-02", "currency": "EUR"}
    texts = ("RE-2026-{n:05d}", "Rechnung 2026 {n:05d}", "", "RE2026{n:05d} und weitere", "{n}")
    lines = [
        line
        | {
            "line_id": f"L{n:02d}",
            "amount": items[n % 40]["amount"],
            "counterparty_name": names[n % 4],
            "remittance_information": texts[n % 5].format(n=n % 40),
        }
        for n in range(48)
    ]
    rates = pl.DataFrame(schema={"date": pl.Date, "currency": pl.String, "per_base": pl.String})
    about = master_data(customers, rates, "EUR", {})
    return entity_inputs(in_memory._line_frame(lines), in_memory._item_frame(items), customers, pl.DataFrame(schema=PAYER), {}, {}, about)


def decided(engine: SparkEngine | DuckDBEngine) -> list[str]:
    """Every row of the records, as text."""
    deciding = Deciding(engine, rulebook.default(), POLICY, 1, "tester", "2026-11-01T00:00:00Z", {}, date.min)
    (records,), told = workers.decide_all(company(), deciding, share=engine.share(deciding.book, POLICY.grace_days))
    assert told == ()
    return [frame.write_csv() for frame in records]


@pytest.fixture
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SparkEngine]:
    """A session on the cluster that the test names, where questions go to the executors in small slices."""
    monkeypatch.setattr(spark, "WORTH", 8)
    monkeypatch.setattr(spark, "SLICE", 12)
    made = SparkEngine(request.param, {"spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false"})
    yield made
    made.close()


@needs_spark
@pytest.mark.parametrize("engine", ["local-cluster[2,1,1024]"], indirect=True)
def test_an_executor_that_is_killed_in_the_middle_changes_nothing(engine: SparkEngine) -> None:
    alone = decided(DuckDBEngine())
    assert alone[0].count("\n") > 10
    assert alone[2].count("\n") > 5
    killed, stop = list[int](), threading.Event()
    tracker = engine.session.sparkContext.statusTracker()

    def kill() -> None:
        while not stop.wait(0.05):
            if tracker.getActiveStageIds():
                for process in executors():
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)
                    return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        found = decided(engine)
    finally:
        stop.set()
        killer.join()
    assert len(killed) == 1
    assert found == alone
    assert any(stage.shuffle_written for stage in engine.stages())
    assert [stage.number for stage in engine.stages()] == sorted(stage.number for stage in engine.stages())


def executors() -> list[int]:
    """Processes of this session that run tasks."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes()
                status = (folder / "status").read_text()
            except OSError:
                continue
            if b"CoarseGrainedExecutorBackend" in words and ours(status):
                found.append(int(folder.name))
    return sorted(found)


def ours(status: str) -> bool:
    """Whether a process descends from this one."""
    for _ in range(10):
        parent = re.search(r"^PPid:\s*(\d+)", status, re.MULTILINE)
        if parent is None or parent[1] in ("0", "1"):
            return False
        if int(parent[1]) == os.getpid():
            return True
        status = Path("/proc", parent[1], "status").read_text()
    return False


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MatcherError) as caught:
        _ = SparkEngine("local[1]").session
    assert (caught.value.code, "spark" in caught.value.hint) == ("extra.missing", True)


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        @property
        def builder(self) -> None:
            raise ConnectionRefusedError("10.0.0.1")

    package, sql = ModuleType("pyspark"), ModuleType("pyspark.sql")
    sql.SparkSession = Session()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyspark", package)
    monkeypatch.setitem(sys.modules, "pyspark.sql", sql)
    with pytest.raises(MatcherError) as caught:
        SparkEngine("spark://host:7077").share(rulebook.default(), 0)
    assert (caught.value.code, caught.value.where) == ("engine.unreachable", "spark://host:7077")
    assert "10.0.0.1" not in str(caught.value)
