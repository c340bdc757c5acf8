"""Measuring worlds: exact bounds, counts by rule and world, the worklist, and the challenges, with engines that are known to be wrong."""

import csv
import json
import sys
from datetime import date
from pathlib import Path

import pytest

from benchmarks.worlds.__main__ import main
from benchmarks.worlds.classes import OTHER, by_class, of_rule
from benchmarks.worlds.report import pooled, quantile, summary
from matcher.books import Books
from matcher.rules import rulebook

# an engine that reads the truth: "chance" pays any item from lines that name a closed one, "half" leaves out all but the first of a list,
# "second" takes the second of two payments for the first
ENGINE = """
import csv, pathlib, sys
mode, command, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
columns = "account bank_reference item_id amount_applied adjustment_amount adjustment_reason state outcome confidence rule"

def table(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

if command == "export":
    out = pathlib.Path(rest[rest.index("-o") + 1])
    truth, items = table(out.parent / "truth.csv"), table(out.parent / "items.csv")
    first = next(row["item_id"] for row in items if row["status"] == "open")
    repeats = {(row["account"], row["first_reference"]): row["bank_reference"] for row in table(out.parent / "repeats.csv")}
    answered = set()
    with open(out, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns.split())
        for row in truth:
            key = row["account"], row["bank_reference"]
            if mode == "second" and row["kind"] == "duplicate":
                continue
            if mode == "second" and key in repeats:
                if key not in answered:
                    writer.writerow((*key, "", "", "", "", "none", "unexplained", "", ""))
                key = key[0], repeats[key]
            if mode == "chance" and row["kind"] == "closed_item":
                writer.writerow((*key, first, row["line_amount"], "0", "", "posted", "matched", "1", "by-chance@2"))
            elif not row["item_id"]:
                writer.writerow((*key, "", "", "", "", "none", row["expected_outcome"], "", ""))
            elif mode != "half" or key not in answered:
                writer.writerow((*key, row["item_id"], row["amount"], row["adjustment"], row["reason"], "posted", "matched", "1", "told@1"))
            answered.add((row["account"], row["bank_reference"]))
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "engine.py"
    path.write_text(ENGINE, encoding="utf-8")
    return f"{sys.executable} {path}"


@pytest.fixture
def engine(script: str) -> str:
    return f"{script} chance"


@pytest.fixture
def measured(tmp_path: Path, engine: str) -> Path:
    results = tmp_path / "results.json"
    assert main(["measure", "--seeds", "2-3", "--lines", "300", "--matcher", engine, "-o", str(results)]) == 0
    return results


def test_the_quantile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 31)]
    assert quantile(values, 0.9) == 27
    assert quantile([4.0], 0.9) == 4
    assert quantile([], 0.9) is None


def test_every_error_is_counted_by_rule_kind_and_world(measured: Path) -> None:
    found = json.loads(measured.read_text())
    for row in found["worlds"]:
        assert row["postings"] == row["matchable"] + row["kinds"]["closed_item"][0]
        assert row["errors"] == row["wrong"] == row["rules"]["by-chance"][1] == row["kinds"]["closed_item"][2] > 0
        assert row["posted_right"] == row["matchable"]
        assert row["on_account_true"] == row["on_account_said"] == row["on_account_right"]
    total = pooled(found["worlds"])
    assert total["errors"] == sum(row["errors"] for row in found["worlds"])
    assert total["rules"]["told"] == [total["matchable"], 0]


def test_the_worst_world_is_named_and_small_ones_do_not_decide(measured: Path) -> None:
    rows = json.loads(measured.read_text())["worlds"]
    one, two = ({**row, "world": name, "postings": 1_000, "errors": errors} for row, name, errors in zip(rows, "ab", (3, 9), strict=True))
    tiny = {**one, "world": "tiny", "postings": 20, "errors": 10}
    found = summary([one, two, tiny])
    assert (found["worst"], found["worst_rate"], found["rate_quantile"], found["large_worlds"]) == ("b", 0.009, 0.009, 2)
    assert found["pooled"]["errors"] == 22


def test_the_report_and_the_worklist_say_what_was_wrong(measured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", str(measured)]) == 0
    page = capsys.readouterr().out
    for wanted in (
        "normal-2",
        "normal-3",
        "pooled",
        "by-chance",
        "class of evidence",
        "stated confidence",
        "Worst world",
        "90 % quantile",
        "Clopper-Pearson",
        "closed_item",
    ):
        assert wanted in page
    count = pooled(json.loads(measured.read_text())["worlds"])["errors"]
    assert main(["errors", str(measured.with_suffix("")), "--rule", "by-chance"]) == 0
    listed = capsys.readouterr().out
    assert listed.count("WRONG  rule by-chance  kind closed_item") == count
    assert f"{count} postings are wrong or incomplete." in listed
    assert listed.count("pays nothing that is open") == count
    assert main(["errors", str(measured.with_suffix("")), "--count"]) == 0
    assert capsys.readouterr().out.split() == [str(count), "closed_item", "by-chance", "wrong"]
    assert main(["errors", str(measured.with_suffix("")), "--kind", "readable"]) == 0
    assert "0 postings" in capsys.readouterr().out


def test_a_posting_that_lacks_documents_is_an_error(tmp_path: Path, script: str) -> None:
    results = tmp_path / "results.json"
    assert main(["measure", "--seeds", "2", "--lines", "300", "--matcher", f"{script} half", "-o", str(results)]) == 0
    row = json.loads(results.read_text())["worlds"][0]
    assert row["incomplete"] == row["errors"] > 0
    assert row["wrong"] == 0


def test_a_second_payment_in_the_place_of_the_first_is_an_error_of_its_own(tmp_path: Path, script: str) -> None:
    results = tmp_path / "results.json"
    assert main(["measure", "--seeds", "2", "--lines", "300", "--matcher", f"{script} second", "-o", str(results)]) == 0
    row = json.loads(results.read_text())["worlds"][0]
    assert row["swapped"] == row["errors"] == row["kinds"]["duplicate"][0] > 0


def test_challenges_find_an_engine_that_knows_too_much(
    measured: Path, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, out = measured.with_suffix("") / "normal-2", tmp_path / "challenges.json"
    with (place / "items.csv").open(encoding="utf-8", newline="") as stream:
        before = list(csv.DictReader(stream))
    assert main(["challenge", str(place), "--matcher", engine, "-o", str(out)]) == 0
    found = {row["challenge"]: row for row in json.loads(out.read_text())["challenges"]}
    # it posts what it posted before, whatever was done to the items
    assert 0 < found["twin"]["errors"] == found["twin"]["postings"]
    for name in ("shuffled", "blank"):
        assert 0 < found[name]["errors"] == found[name]["rules"]["by-chance"][1] < found[name]["postings"]
    assert found["removed"]["asked"] == found["removed"]["postings"]
    with (place / "items.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == before
    assert "twin: of" in capsys.readouterr().out


def test_an_engine_that_fails_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failing = f"{sys.executable} -c 'raise SystemExit(7)'"
    assert main(["measure", "--seeds", "2", "--lines", "100", "--matcher", failing, "-o", str(tmp_path / "r.json")]) == 3
    assert "normal-2: init" in capsys.readouterr().err
    assert main(["report", str(tmp_path / "missing.json")]) == 3


def test_drawing_says_what_was_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "--seed", "4", "--lines", "200", "--hard", "-o", str(tmp_path / "w")]) == 0
    about = json.loads((tmp_path / "w" / "world.json").read_text())
    assert (about["seed"], about["family"]) == (4, "hard")
    assert f"{about['lines']} lines" in capsys.readouterr().out


def test_books_are_made_for_fitting(tmp_path: Path) -> None:
    assert main(["draw", "--seed", "9", "--lines", "60", "--books", "-o", str(tmp_path)]) == 0
    state = Books(tmp_path / "books").state(date.max)
    assert state.lines.height == json.loads((tmp_path / "world.json").read_text())["lines"]


def test_worlds_can_be_scored_again(measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = tmp_path / "again.json"
    capsys.readouterr()
    assert main(["score", str(measured.with_suffix("")), "-o", str(again)]) == 0
    before, after = (json.loads(path.read_text())["worlds"] for path in (measured, again))
    assert after == [{name: value for name, value in row.items() if name != "seconds"} for row in before]


def test_rules_of_the_shipped_book_have_a_class() -> None:
    assert {rule.id for rule in rulebook.default().rule if of_rule(rule.id) == OTHER} == set()
    assert by_class({"named-full": [10, 1], "name-amount": [5, 2], "unheard-of": [1, 1]}) == {
        "whole number": [10, 1],
        "damaged or short number": [0, 0],
        "number with a difference": [0, 0],
        "payer and amount": [5, 2],
        "sums": [0, 0],
        "remittance advice": [0, 0],
        "other": [1, 1],
    }
