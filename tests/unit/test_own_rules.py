"""What rules.toml changes, what that makes unmeasured, and what can never be reached."""

from collections.abc import Sequence
from copy import deepcopy

import pytest

from matcher.errors import MatcherError
from matcher.matching.decisions.decide import MatchResult, decide
from matcher.matching.entity import EntityItems
from matcher.matching.keys import fold
from matcher.pipeline import examples
from matcher.pipeline.examples import POLICY, company_of, run_examples
from matcher.rules import own, rulebook
from matcher.rules.own import HELD_PPM, OwnRules
from matcher.rules.review import unreachable
from matcher.rules.rulebook import Expected, Rulebook

SHIPPED = rulebook.default()
RULE = """
[[rule]]
id = "mine"
version = 3
title = "Mine"
mode = "{mode}"
{place}
basis = ["single"]
"""


def parsed(text: str) -> OwnRules:
    return own.parse(text, "rules.toml", SHIPPED, fold)


def effective(text: str) -> Rulebook:
    return own.effective(SHIPPED, parsed(text))


def held(text: str) -> dict[str, tuple[str, ...]]:
    return own.unmeasured(SHIPPED, parsed(text))


def test_an_empty_file_changes_nothing() -> None:
    assert effective("") == SHIPPED
    assert effective("").identity == SHIPPED.identity
    assert held("") == {}


def test_what_is_changed_is_changed_and_the_rest_is_kept() -> None:
    book = effective(
        '[evidence]\npayer_number = 1\n[limits]\nfee = 7\n[words]\npart = ["RATÉ", "rate "]\n[withholding]\nZA = [150000]\nIN = []\n'
    )
    assert book.evidence == SHIPPED.evidence | {"payer_number": 1}
    assert book.limits == SHIPPED.limits.model_copy(update={"fee": 7})
    assert book.words.part == (*SHIPPED.words.part, "rate", "rate ")
    assert book.withholding["ZA"] == (150_000,)
    assert "IN" not in book.withholding
    assert book.withholding["TH"] == SHIPPED.withholding["TH"]
    assert [rule.id for rule in book.rule] == [rule.id for rule in SHIPPED.rule]


@pytest.mark.parametrize(
    ("place", "neighbour", "offset"), [('before = "name-amount"', "name-amount", 1), ('after = "name-amount"', "name-amount", -1)]
)
def test_a_rule_stands_where_it_says_and_borrows_the_table_of_its_neighbour(place: str, neighbour: str, offset: int) -> None:
    book = effective(RULE.format(mode="shadow", place=place))
    ids = [rule.id for rule in book.rule]
    assert ids.index(neighbour) == ids.index("mine") + offset
    assert book.calibration.rule["mine"] == SHIPPED.calibration.rule[neighbour]


def test_a_new_rule_only_proposes_until_it_is_trusted() -> None:
    text = RULE.format(mode="post", place='before = "name-amount"')
    mine = effective(text).get("mine")
    assert (mine.mode, "the rule is new" in mine.held) == ("propose", True)
    assert max(share for _, share in effective(text).calibration.rule["mine"]) == HELD_PPM
    for trust in ("true", '["mine"]'):
        assert effective(f"trust = {trust}\n{text}").get("mine").mode == "post"


def test_raised_points_hold_the_rules_that_may_have_them() -> None:
    assert set(held("[evidence]\ndifference_withholding = 90\n")) == {"named-withholding", "payer-likely", "named-likely"}
    assert "name-amount" not in held("[evidence]\ntwin_oldest = 90\n")  # its explanations never have it


def test_lowered_points_hold_the_rules_that_may_do_without_them() -> None:
    found = held("[evidence]\ndifference_withholding = -90\n")
    assert "named-withholding" not in found  # all of its explanations have it, and lose
    assert {"named-full", "payer-amount"} <= set(found)  # their rivals lose, so their log-odds grow


def test_a_bound_holds_the_rules_whose_explanations_it_lets_in() -> None:
    assert set(held("[limits]\nexchange_low = 90000\n")) == {"named-exchange", "payer-likely", "named-likely"}
    assert held(f"[limits]\nfee = {SHIPPED.limits.fee}\n") == {}
    assert set(held("[withholding]\nZA = [150000]\n")) == {"named-withholding", "payer-likely", "named-likely"}
    assert held("[withholding]\nTH = [30000]\n") == {}
    assert held('[words]\npart = ["abschlag zwei"]\n') == {}


def test_a_rule_behind_one_in_the_shadow_is_not_measured() -> None:
    behind = ("mode.named-part",)
    assert held('[mode]\nnamed-part = "shadow"\n') == {"named-short-paid": behind, "named-likely": behind}
    assert held('[mode]\nnamed-part = "propose"\n') == {}


def test_a_table_that_was_measured_counts_until_its_inputs_change() -> None:
    changed = "[evidence]\ndifference_withholding = 90\n"
    inputs = own.inputs(SHIPPED, parsed(changed))
    steps = "named-withholding = [[0, 500000], [9, 999990]]"
    table = f'[calibration]\nversion = 1\nmeasured = "our 2025"\ninputs = "{inputs}"\nrule = {{ {steps} }}\n'
    assert set(held(changed + table)) == {"payer-likely", "named-likely"}
    assert effective(changed + table).calibration.confidence("named-withholding", 9) == 999_990
    assert effective(table).calibration == SHIPPED.calibration  # measured on other points than the shipped ones: it says nothing of them
    again = held(changed.replace("90", "91") + table)
    assert "named-withholding" in again


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("colour = 3", "colour: Extra inputs are not permitted"),
        ("[evidence]\npayer_name = 5.5", "evidence.payer_name: Input should be a valid integer"),
        ("[evidence]\npayer_name = 500", "evidence.payer_name: Input should be less than or equal to 200"),
        ("[limits]\nfee = -1", "limits.fee: Input should be greater than or equal to 0"),
        ("[limits]\nfees = 1", "limits.fees: there is no such key; perhaps 'fee' is meant"),
        ("[withholding]\nZAF = [1]", "withholding.ZAF"),
        ("[withholding]\nZA = [2000000]", "withholding.ZA.0: Input should be less than 1000000"),
        ('[mode]\nnamed-fulll = "post"', "mode.named-fulll: there is no such key; perhaps 'named-full' is meant"),
        ('trust = ["nobody"]', "trust.nobody: there is no such key"),
        (RULE.format(mode="post", place='before = "nobody"'), "rule mine.before: there is no rule 'nobody'"),
        (RULE.format(mode="post", place='before = "named-full"\nafter = "named-full"'), "rule mine: a rule of one's own names"),
        (RULE.format(mode="post", place='before = "named-full"\nneeds = [["payer_nam"]]'), "rule mine: 'payer_nam' is not"),
        (RULE.format(mode="post", place='before = "named-full"\nheld = "x"'), "rule mine: held is no key of a file"),
        (RULE.format(mode="post", place='before = "named-full"').replace("mine", "named-part"), "rule named-part: the id is taken"),
        (
            '[calibration]\nversion=1\nmeasured=""\ninputs=""\nrule={named-full=[[3, 9], [1, 10]]}',
            "calibration: steps of 'named-full' do not rise",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, what: str) -> None:
    with pytest.raises(MatcherError) as caught:
        parsed(text)
    assert (caught.value.code, caught.value.where) == ("rules.invalid", "rules.toml")
    assert what in caught.value.what


def test_a_rule_that_others_take_everything_from_is_never_reached() -> None:
    behind = RULE.format(mode="propose", place='after = "payer-likely"')
    assert [rule.id for rule, _ in unreachable(effective(behind))] == ["mine"]
    assert list(unreachable(effective(behind + 'difference = ["over"]\n'))) == []
    narrower = behind + 'needs = [["payer_account"]]\nwithout = ["twin_oldest"]\n'
    assert [rule.id for rule, _ in unreachable(effective(narrower))] == ["mine"]
    impossible = RULE.format(mode="propose", place='before = "named-full"') + 'needs = [["difference_fee"]]\n'
    assert [why for _, why in unreachable(effective(impossible))] == [
        "its conditions contradict each other: no explanation can meet all of them"
    ]


def verdicts(companies: Sequence[EntityItems], book: Rulebook) -> list[list[MatchResult]]:
    """Each company is decided in a copy: what is posted leaves its pool."""
    return [decide(c.receipts, c.pool, c.known, book, POLICY) for c in deepcopy(companies)]


@pytest.mark.usefixtures("companies_once")
def test_shadow_rules_change_nothing_and_are_noted() -> None:
    text = "".join(
        RULE.format(mode="shadow", place=f'before = "{rule.id}"')
        .replace("mine", f"shadow-{rule.id}")
        .replace('["single"]', str(list(rule.basis)))
        + f"difference = {list(rule.difference)}\n"
        for rule in SHIPPED.rule
    ).replace("'", '"')
    companies = [company_of(SHIPPED, example) for rule in SHIPPED.rule for example in rule.example]
    shaded = verdicts(companies, effective(text))
    assert [[(v.state, v.rule, v.confidence, v.explanation) for v in found] for found in shaded] == [
        [(v.state, v.rule, v.confidence, v.explanation) for v in found] for found in verdicts(companies, SHIPPED)
    ]
    said = [v.shadow for found in shaded for v in found if v.shadow]
    assert len(said) > len(SHIPPED.rule)
    assert {shadow.state for shadow in said} == {"posted", "proposed"}
    assert all(shadow.rule.startswith("shadow-") for shadow in said)


def test_a_held_rule_gives_the_cause_as_the_reason() -> None:
    book = effective("[evidence]\ndifference_withholding = 30\n")
    example = next(e for e in SHIPPED.get("named-withholding").example if e.expect.applies)
    company = company_of(book, example)
    (verdict,) = decide(company.receipts, company.pool, company.known, book, POLICY)
    assert (verdict.state, verdict.rule) == ("proposed", "named-withholding@2")
    assert verdict.reason == "its confidence is not measured on rules.toml (evidence.difference_withholding)"


def test_an_example_that_cannot_be_read_fails_alone() -> None:
    first, second = SHIPPED.get("named-full").example
    broken = first.model_copy(update={"line": {**first.line, "amount": "12.345"}})
    strange = first.model_copy(update={"line": {**first.line, "colour": "red"}})
    rule = SHIPPED.get("named-full").model_copy(update={"example": (broken, second, strange)})
    book = SHIPPED.changed(rule=(rule, *SHIPPED.rule[1:]))
    failures = [outcome.failure for outcome in run_examples(book, only="named-full")]
    assert failures[0].startswith("amount.decimals: lines:1: ")
    assert failures[1:] == ["", "rules.invalid: 'colour' is no column of line"]


def test_examples_fail_when_what_comes_out_is_not_what_they_say() -> None:
    first, second = SHIPPED.get("named-full").example
    wrong = [
        first.model_copy(update={"expect": Expected(state="proposed", items=first.expect.items)}),
        first.model_copy(update={"expect": Expected(state="posted", items={"417": "1190.00"})}),
        first.model_copy(update={"expect": Expected(applies=False)}),
        second.model_copy(update={"expect": Expected(state="posted", items={"417": "595.00"})}),
    ]
    book = SHIPPED.changed(rule=(SHIPPED.rule[0].model_copy(update={"example": tuple(wrong)}), *SHIPPED.rule[1:]))
    failures = [outcome.failure for outcome in run_examples(book, only="named-full")]
    assert [failure.partition(":")[0].partition(";")[0] for failure in failures] == [
        "the line is posted, not proposed",
        "the items get 417 1190.00, 431 773.50",
        "it decides the line, and should not",
        "it does not decide the line",
    ]


@pytest.mark.usefixtures("companies_once")
def test_examples_are_made_into_receipts_and_items_in_one_go() -> None:
    shown = [example for rule in SHIPPED.rule for example in rule.example]
    assert len(examples._together(SHIPPED, shown, None)) == len(shown)
