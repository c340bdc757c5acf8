"""Statement files, timings and the page of the benchmarks, at small sizes."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from benchmarks import beside, machine, mutations, report, speed, statements
from benchmarks.month.kinds import KINDS
from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions
from matcher.parsers.files import file_source

README = Path(__file__).parents[2] / "benchmarks" / "README.md"


@pytest.mark.parametrize("name", sorted(statements.FORMATS))
def test_statement_files_are_read_without_a_word(name: str, tmp_path: Path) -> None:
    path = tmp_path / "statement"
    assert statements.write(name, 250, path) == path.stat().st_size
    found: dict[str, Any] = inspect(file_source(path), ParseOptions())
    credit = sum(e.amount for e in statements.entries(250) if e.amount > 0)
    debit = -sum(e.amount for e in statements.entries(250) if e.amount < 0)
    assert (found["outcome"], found["problems"]) == ("read", [])
    assert sum(s["transactions"] for s in found["statements"]) == 250
    assert sum(round(float(s["credit"]) * 100) for s in found["statements"]) == credit
    assert sum(round(float(s["debit"]) * 100) for s in found["statements"]) == debit
    # OFX has no opening balance, so nothing can be proven there
    assert {s["balanced"] for s in found["statements"]} == {None if name.startswith("ofx") else True}


def test_a_command_is_measured_from_outside(tmp_path: Path) -> None:
    used = machine.run(
        [sys.executable, "-c", "x = bytearray(64 << 20); x[::4096] = b'1' * len(x[::4096]); print('done')"], tmp_path / "log"
    )
    assert (used["exit"], (tmp_path / "log").read_text()) == (0, "done\n")
    assert used["peak_mib"] > 64
    assert used["cpu_seconds"] > 0
    assert used["calibration"] > 0
    assert machine.run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "log")["exit"] == 3


def test_machine_facts_name_what_matters() -> None:
    assert set(machine.facts()) == {"processor", "cores", "memory_gib", "system", "python", "libraries"}


def test_last_lines_of_each_account_make_the_second_file(tmp_path: Path) -> None:
    rows = [f"{account},{number}" for account in "AB" for number in range(250 if account == "A" else 3)]
    (tmp_path / "lines.csv").write_text("account,n\n" + "\n".join(rows) + "\n")
    first, last, count, new = speed.split(tmp_path / "lines.csv", tmp_path)
    assert (count, new) == (253, 3)
    assert last.read_text() == "account,n\nA,248\nA,249\nB,2\n"
    assert len(first.read_text().splitlines()) == 251


def test_fastest_run_keeps_the_worst_exit_and_memory() -> None:
    runs = (
        {"wall_seconds": 2.0, "exit": 0, "peak_mib": 90.0},
        {"wall_seconds": 1.0, "exit": 0, "peak_mib": 80.0},
        {"wall_seconds": 3.0, "exit": 3, "peak_mib": 1.0},
    )
    assert speed._fastest(runs) == {"wall_seconds": 1.0, "exit": 3, "peak_mib": 90.0, "runs": 3}


def test_the_page_shows_what_the_files_say(tmp_path: Path) -> None:
    every: dict[str, Any] = dict.fromkeys(
        ("posted_precision", "posted_recall", "posted_precision_weighted", "posted_recall_weighted", "posted_exact_share"), 0.5
    )
    every |= dict.fromkeys(("exact_share", "outcome_right_share", "false_match_rate", "false_match_rate_at_most"), None) | {
        "matchable": 12345
    }
    every |= dict.fromkeys(("lines", "posted", "posted_exact", "wrong", "proposed", "posted_unmatchable"), 3)
    score = {
        "all": every,
        "sweep": [{"precision": 0.999, "bar": 0.9997, "lines": 7, "right": 7, "share": 0.25}],
        "calibration": {
            "lines": 9,
            "expected_error": 0.0123,
            "bins": [{"above": 0.9, "to": 0.95, "lines": 9, "stated": 0.92, "right": 1.0}],
        },
        "safety": {"over_applied_items": 2, "over_spent_lines": 0},
        "by": {"kind": [every | {"kind": "<typo>"}]},
        "outcomes": [{"expected_outcome": "matched", "outcome": "", "state": "", "lines": 4}],
    }
    timing = {
        "command": "python -m benchmarks.speed month", "machine": machine.facts(),
        "steps": [{"step": "run", "exit": 0, "wall_seconds": 1.5, "cpu_seconds": 1.25, "peak_mib": 300.0, "calibration": 0.1, "runs": 1}],
    }  # fmt: skip
    paths = []
    for name, data in (("score.json", score), ("speed.json", timing)):
        paths.append(str(tmp_path / name))
        (tmp_path / name).write_text(json.dumps(data))
    assert report.main([*paths, "-o", str(tmp_path / "page.html")]) == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = html.fromstring(text)
    seen = page.text_content()
    for wanted in ("12,345", "50.00%", "25.00%", "0.9997", "1.23%", "<typo>", "(no answer)", "1.25", "python -m benchmarks.speed month"):
        assert wanted in seen
    assert [mark.text for mark in page.iter("span")] == ["2"]  # what must never happen is marked
    assert len(list(page.iter("circle"))) == 1
    # nothing is fetched from anywhere
    assert not any(attribute in text for attribute in ("src=", "href=", "@import", "url("))


def test_the_page_refuses_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert report.main([str(tmp_path / "x.json"), "-o", str(tmp_path / "page.html")]) == 3
    assert "report:" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_every_kind_is_explained() -> None:
    text = README.read_text(encoding="utf-8")
    assert [kind.name for kind in KINDS if f"| `{kind.name}` | {kind.outcome} | {kind.meaning} |" not in text] == []


def test_no_changed_sum_of_a_damaged_statement_goes_by_without_a_word() -> None:
    made = list(mutations.trials(150, seed=4))
    assert [trial for trial in made if trial.changed and not trial.shown and not trial.hidden] == []
    assert sum(trial.changed and trial.shown for trial in made) > 30


def test_the_other_reader_stands_beside_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # in the place of the other package's interpreter: a program that says what its table would hold
    other = tmp_path / "other"
    other.write_text('#!/bin/sh\necho "0.0.29 40"\n', encoding="utf-8")
    other.chmod(0o755)
    out = tmp_path / "out"
    given = ["--python", str(other), "--count", "40", "--rounds", "1", "--format", "mt940", "-o", str(out)]
    assert beside.main(given) == 0
    assert "0.0.29" in capsys.readouterr().out
    (row,) = json.loads((out / "beside.json").read_text(encoding="utf-8"))["formats"]
    assert (row["format"], row["agree"], row["ours"] > 0) == ("mt940", True, True)
