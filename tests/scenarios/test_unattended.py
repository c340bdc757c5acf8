"""What a job that runs by itself asks for: `--quiet`, `--log`, and listings that a run does not hold up."""

import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import copied, filled, lines_file

from matcher.books import Books
from matcher.cli.main import main

ITEMS = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00400", "amount": "1190.00"}]
LINES = [{"amount": "1190.00", "counterparty_name": "Brandt Geheim", "remittance_information": "RE-2026-00400", "bank_reference": "B1"}]
STAMP = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def _made(folder: Path) -> None:
    filled(folder, items=ITEMS, customers=[{"customer_id": "C1", "name": "Brandt Geheim"}], lines=LINES)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, _made)


def run(books: Books, *words: str) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])


@pytest.mark.parametrize("words", [["--quiet", "run"], ["run", "--quiet"]], ids=["before", "behind"])
def test_quiet_leaves_data_and_errors(words: list[str], books: Books) -> None:
    loud = run(books, "run", "--dry-run")
    assert "looked at" in loud.stderr
    result = run(books, *words, "--dry-run")
    assert (result.exit_code, result.stderr, result.stdout) == (0, "", loud.stdout)
    result = run(books, *words, "--as-of", "soon")
    assert (result.exit_code, result.stderr[:13]) == (2, "usage.option:")
    result = run(books, "--quiet", "show", "nothing")
    assert result.stderr.startswith("line.unknown: ")


def test_quiet_says_which_file_was_refused(books: Books, tmp_path: Path) -> None:
    bad = tmp_path / "bad.sta"
    bad.write_text("nothing that a bank sends")
    result = run(books, "--quiet", "ingest", "--keep-going", str(bad))
    assert str(bad) in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_log_tells_commands_steps_and_counts_and_nothing_of_what_they_read(books: Books, tmp_path: Path) -> None:
    log, more = tmp_path / "night.log", lines_file(tmp_path, [LINES[0] | {"bank_reference": "B2", "amount": "7.77"}], "Brandt.csv")
    assert run(books, "--log", str(log), "ingest", str(more)).exit_code == 0
    assert run(books, "run", "--log", str(log)).exit_code == 0
    assert run(books, "--log", str(log), "show", "ref:nothing").exit_code == 2
    assert run(books, "--log", str(log), "run", "--as-of", "soon").exit_code == 2
    text = log.read_text(encoding="utf-8")
    assert [re.fullmatch(rf"{STAMP} (.*)", line)[1] for line in text.splitlines()] == [  # type: ignore[index]
        "ingest begins",
        'ingest books="Test" step="reading statements"',
        'ingest books="Test" step="adding lines"',
        'ingest books="Test" exit=0 files=1 refused=0 new=1 known=0 conflicting=0',
        "run begins",
        *(f'run books="Test" step="{step}"' for step in ("reading the books", "matching", "writing")),
        'run books="Test" exit=0 lines=2 posted=1 proposed=0',
        "show begins",
        'show books="Test" exit=2 code=line.unknown',
        "run begins",
        "run exit=2",
    ]
    assert not re.search(r"Brandt|RE-2026|1190|7\.77|ada|nothing", text)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_log_of_a_long_stage_says_how_far_it_is(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "night.log"
    monkeypatch.setattr("matcher.cli.progress.MINUTE", 0.0)
    assert run(books, "run", "--log", str(log)).exit_code == 0
    assert 'run books="Test" step="matching" done=1 of=1' in log.read_text(encoding="utf-8")


def test_ctrl_c_says_that_nothing_was_changed(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = books.head()
    monkeypatch.setattr("matcher.pipeline.run.decide_all", stop)
    stopped = run(books, "run")
    assert (stopped.exit_code, stopped.stderr.strip()) == (130, "Stopped: nothing was changed.")
    assert books.head() == before


def test_ctrl_c_after_the_last_step_says_that_it_stays(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = books.head()
    monkeypatch.setattr("matcher.cli.work.did", stop)
    stopped = run(books, "run")
    assert (stopped.exit_code, stopped.stderr.strip()) == (130, "Stopped. What was finished before stays: see `matcher log`.")
    assert books.head() != before


def test_a_log_that_cannot_be_written_stops_the_command_before_it_begins(books: Books, tmp_path: Path) -> None:
    result = run(books, "run", "--log", str(tmp_path / "nowhere" / "log"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("file.unwritable: ")
    assert books.state().decisions.height == 0


def test_who_reads_what_was_before_is_told(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    from matcher.store import before, database

    said = "Another command is at work on the books: this is what they held before it began."
    assert said not in run(books, "queue").stderr
    dropped = before.dropped

    def listed(opened: object) -> None:
        # this process may open what it has open, so the copy is asked for by name
        with monkeypatch.context() as patched:
            patched.setattr(database, "_connect_to_read", lambda path, key: before.reading(path, database.NAME, key))
            seen.append(run(books, "queue").stderr)
        dropped(opened)  # type: ignore[arg-type]

    seen: list[str] = []
    monkeypatch.setattr(before, "dropped", listed)
    books.run()
    assert [said in text for text in seen] == [True]


def test_runs_are_numbered_from_one(books: Books) -> None:
    books.run()
    for number in ("0", "00", "-1", "first"):
        result = run(books, "undo", f"--run={number}")
        assert (result.exit_code, result.stderr) == (
            2,
            f"usage.option: '{number}' is no number of a run; they are numbered from 1. See main undo --help.\n",
        )
    assert "there are 1 runs, and no 2" in run(books, "undo", "--run", "2").stderr
