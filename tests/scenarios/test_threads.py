"""How many threads a machine has changes no byte of what a run decides."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.generate import main as generate

PROGRAM = """
import sys
from datetime import date
from pathlib import Path
import duckdb
threads, month, folder = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
connect = duckdb.connect
def bounded(*given, **more):
    connection = connect(*given, **more)
    connection.execute(f"SET threads = {threads}")
    return connection
duckdb.connect = bounded
from matcher.books import Books, init
folder.mkdir()
(folder / "matcher.toml").write_bytes((month / "matcher.toml").read_bytes())
init(folder)
books = Books(folder, actor="ada")
for kind in ("customers", "items", "rates"):
    books.import_files(kind, [month / f"{kind}.csv"])
books.ingest([month / "lines.csv"])
books.run(date(2026, 10, 31))
books.export("matches", folder / "matches.csv", date(2026, 10, 31))
with connect(str(folder / "books.duckdb"), read_only=True) as connection:
    sys.exit(0 if connection.execute("SELECT count(*) FROM log.decision").fetchone()[0] > 300 else 1)
"""


def test_one_and_two_threads_write_the_same_bytes(tmp_path: Path) -> None:
    month = tmp_path / "month"
    assert generate(["--lines", "1000", "--seed", "5", "-o", str(month)]) == 0
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(threads), str(month), str(tmp_path / str(threads))],
            env={**os.environ, "POLARS_MAX_THREADS": str(threads)},
        )
        for threads in (1, 2)
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    one, two = ((tmp_path / threads / "matches.csv").read_bytes() for threads in ("1", "2"))
    assert one.count(b"\n") > 1_000
    assert one == two
