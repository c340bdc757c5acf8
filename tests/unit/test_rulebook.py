"""The rulebook is checked when it is loaded: every mistake is told with its place. And confidence is read between steps."""

import json
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from matcher.errors import MatcherError
from matcher.rules import rulebook
from matcher.rules.rulebook import Calibration, Rule, Rulebook
from matcher.rules.vocabulary import EVIDENCE

Change = Callable[[dict[str, Any]], None]


def shipped(name: str) -> str:
    return (resources.files("matcher.rules") / name).read_text(encoding="utf-8")


def as_toml(value: object) -> str:
    """TOML of plain tables, lists, texts and whole numbers."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {as_toml(part)}' for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def load(change: Change, change_table: Change = lambda table: None) -> Rulebook:
    book, table = tomllib.loads(shipped("default.toml")), tomllib.loads(shipped("calibration.toml"))
    change(book)
    change_table(table)
    texts = ["\n".join(f"{key} = {as_toml(value)}" for key, value in one.items()) for one in (book, table)]
    return rulebook.parse(texts[0], texts[1], "my.toml")


def test_the_shipped_book_is_valid_and_stays_so_when_it_is_written_anew() -> None:
    assert load(lambda book: None) == rulebook.default()


def rule(**fields: object) -> Change:
    return lambda book: book["rule"][0].update(fields)


def dropped(*path: str) -> Change:
    def change(book: dict[str, Any]) -> None:
        for key in path[:-1]:
            book = book[key]
        del book[path[-1]]

    return change


def evidence(**points: object) -> Change:
    return lambda book: book["evidence"].update(points)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (rule(basis=["nmed"]), "rule named-full", "'nmed' is not in the vocabulary"),
        (rule(difference=["skonto"]), "rule named-full", "'skonto' is not in the vocabulary"),
        (rule(needs=[["payer_acount"]]), "rule named-full", "'payer_acount' is not in the vocabulary"),
        (rule(without=["payer"]), "rule named-full", "'payer' is not in the vocabulary"),
        (rule(id="Named Full"), "rule Named Full.id", "match pattern"),
        (rule(version=0), "rule named-full.version", "greater than or equal to 1"),
        (rule(version="2"), "rule named-full.version", "valid integer"),
        (rule(mode="maybe"), "rule named-full.mode", "'post', 'propose' or 'shadow'"),
        (rule(items=0), "rule named-full.items", "greater than or equal to 1"),
        (rule(min_log_odds=-1), "rule named-full.min_log_odds", "greater than or equal to 0"),
        (rule(points=80), "rule named-full.points", "not permitted"),
        (rule(basis="named"), "rule named-full.basis", "valid tuple"),
        (lambda book: book["rule"][0].pop("title"), "rule named-full.title", "required"),
        (lambda book: book["rule"].append(dict(book["rule"][0])), "", "two rules have one id"),
        (evidence(reference_smell=3), "", "evidence: reference_smell missing or not in the vocabulary"),
        (dropped("evidence", "amount_sum"), "", "evidence: amount_sum missing or not in the vocabulary"),
        (evidence(amount_sum="many"), "evidence.amount_sum", "valid integer"),
        (evidence(amount_sum=1.5), "evidence.amount_sum", "valid integer"),
        (dropped("evidence"), "evidence", "required"),
        (dropped("rule"), "rule", "required"),
        (lambda book: book["limits"].update(fees=3), "limits.fees", "not permitted"),
        (lambda book: book["limits"].update(fee="60"), "limits.fee", "valid integer"),
        (lambda book: book["words"].update(gift=["gift"]), "words.gift", "not permitted"),
        (lambda book: book["withholding"].update(IN=20_000), "withholding.IN", "valid tuple"),
        (lambda book: book.update(bonus=1), "bonus", "not permitted"),
    ],
)
def test_a_mistake_in_the_rulebook_is_told_with_its_place(change: Change, where: str, what: str) -> None:
    with pytest.raises(MatcherError) as caught:
        load(change)
    assert caught.value.code == "rules.invalid"
    message = str(caught.value)
    assert "my.toml" in message
    assert where in message
    assert what in message


def steps(*pairs: tuple[int, int]) -> Change:
    return lambda table: table["rule"].update({"named-full": [list(pair) for pair in pairs]})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (steps(), "steps of 'named-full' do not rise"),
        (steps((5, 1), (3, 2)), "steps of 'named-full' do not rise"),
        (steps((3, 5), (5, 3)), "steps of 'named-full' do not rise"),
        (lambda table: table.update(version=0), "calibration.version"),
        (lambda table: table.pop("measured"), "calibration.measured"),
        (lambda table: table["rule"].update({"named-full": [[1]]}), "calibration.rule.named-full.0"),
        (lambda table: table.update(rank=1), "calibration.rank"),
    ],
)
def test_a_mistake_in_the_table_of_confidence_is_told(change: Change, what: str) -> None:
    with pytest.raises(MatcherError, match=r"rules\.invalid") as caught:
        load(lambda book: None, change)
    assert what in str(caught.value)


def test_text_that_is_no_toml_is_told() -> None:
    for texts in (("[evidence", shipped("calibration.toml")), (shipped("default.toml"), "version = = 1")):
        with pytest.raises(MatcherError, match=r"rules\.invalid.*my\.toml.*is not valid TOML"):
            rulebook.parse(*texts, "my.toml")


def table(*pairs: tuple[int, int], bar: tuple[tuple[int, int], ...] = ()) -> Calibration:
    return Calibration(version=1, measured="", rule={"r": pairs}, bar=bar)


@pytest.mark.parametrize(
    ("points", "confidence"),
    [(-99, 200_000), (0, 200_000), (5, 500_000), (9, 740_000), (10, 800_000), (15, 800_000), (20, 800_000), (30, 900_000), (99, 900_000)],
)
def test_confidence_is_read_between_the_steps(points: int, confidence: int) -> None:
    assert table((0, 200_000), (10, 800_000), (20, 800_000), (30, 900_000)).confidence("r", points) == confidence


def test_one_step_is_the_confidence_everywhere_and_no_step_is_none() -> None:
    assert [table((7, 300_000)).confidence("r", points) for points in (-5, 7, 50)] == [300_000] * 3
    assert table((7, 300_000)).confidence("other", 50) == 0


def test_confidence_never_falls_with_more_points() -> None:
    shipped_table = rulebook.default().calibration
    for name in shipped_table.rule:
        found = [shipped_table.confidence(name, points) for points in range(-150, 151)]
        assert found == sorted(found)
        assert 0 <= found[0] <= found[-1] < 1_000_000


@pytest.mark.parametrize(
    ("precision", "least"), [(900_000, 700_000), (990_000, 700_000), (995_000, 950_000), (999_000, 950_000), (999_500, 999_500)]
)
def test_the_bar_of_a_precision(precision: int, least: int) -> None:
    assert table((0, 1), bar=((990_000, 700_000), (999_000, 950_000))).least(precision) == least


def test_every_shipped_rule_was_measured() -> None:
    book = rulebook.default()
    assert set(book.calibration.rule) == {*(rule.id for rule in book.rule), rulebook.HELD}


def test_an_explanation_belongs_to_the_first_rule_that_holds() -> None:
    found = rulebook.default().first
    assert found("named", "none", frozenset({"reference_whole", "amount_unique"}), 1) == rulebook.default().get("named-full")
    assert found("named", "none", frozenset({"reference_cut"}), 1) == rulebook.default().get("named-likely")
    assert found("single", "over", frozenset({"payer_account"}), 1) is None


def holds(needs: tuple[tuple[str, ...], ...] = (), without: tuple[str, ...] = (), items: int = 9, kinds: str = "", count: int = 1) -> bool:
    one = Rule(id="r", version=1, title="", mode="post", basis=("named",), needs=needs, without=without, items=items)
    return one.holds("named", "none", frozenset(kinds.split()), count)


def test_the_conditions_of_a_rule() -> None:
    assert holds()
    assert holds(needs=(("payer_account", "payer_name"),), kinds="payer_name")
    assert not holds(needs=(("payer_account", "payer_name"),), kinds="amount_sum")
    assert not holds(needs=(("payer_account",), ("amount_sum",)), kinds="payer_account")
    assert not holds(without=("amount_sum",), kinds="amount_sum")
    assert (holds(items=2, count=2), holds(items=2, count=3)) == (True, False)


def test_every_word_of_evidence_has_points_and_words() -> None:
    assert all(one.words and not one.words.endswith(".") for one in EVIDENCE.values())
    assert set(rulebook.default().evidence) == set(EVIDENCE)
