"""What an explanation blocked_by, rule by rule, and explanations as text and back."""

import pytest
import steady
from hypothesis import given
from hypothesis import strategies as st

from matcher.amounts import percent
from matcher.matching.decisions.diagnosis import failed_test
from matcher.matching.explanations.encoding import decode, encode, evidence_of
from matcher.matching.records import Explanation
from matcher.model import Allocation
from matcher.rules.rulebook import Rule


def one(basis: str, difference: str, *kinds: str, items: int = 1) -> Explanation:
    shares = tuple(Allocation(f"I{n}", 10_00, 10_00) for n in range(items))
    return Explanation("", basis, difference, "matched", "C1", shares, tuple((kind, 1) for kind in kinds), len(kinds))


def rule(name: str, **more: object) -> Rule:
    return Rule.model_validate({"id": name, "version": 1, "title": name, "mode": "post", "basis": ["named"], "difference": ["none"]} | more)


PAYER = ["payer_account", "payer_name"]


@pytest.mark.parametrize(
    ("explanation", "rules", "said"),
    [
        (one("named", "none"), [rule("a", needs=[["payer_account"]])], "needs the payer's account (rule a)"),
        (one("named", "none"), [rule("a", needs=[PAYER])], "needs the payer's account or name (rule a)"),
        (
            one("named", "none"),
            [rule("a", needs=[["payer_account", "payer_learned", "payer_name"]])],
            "needs the payer's account or name, or earlier receipts of the payer (rule a)",
        ),
        (one("named", "none"), [rule("a", needs=[["reference_whole", "reference_run"]])], "needs the document number (rule a)"),
        (one("named", "none"), [rule("a", needs=[["amount_unique"]])], "needs exactly the open amount (rule a)"),
        (
            one("named", "none", "payer_name_near"),
            [rule("a", needs=[PAYER])],
            "needs the payer's account or name, and has only: the payer's name is like the customer's (rule a)",
        ),
        (
            one("named", "none", "set_ambiguous"),
            [rule("a", without=["set_ambiguous"])],
            "other sets of the customer's items have the same sum (rule a)",
        ),
        (one("named", "none", items=3), [rule("a", items=1)], "pays 3 items, the rule takes 1 (rule a)"),
        (
            one("named", "none", "payer_name"),
            [rule("far", needs=[["payer_account"], ["reference_whole"]]), rule("near", needs=[["reference_whole"]])],
            "needs the document number (rule near)",
        ),
        (one("named", "none"), [rule("a", difference=["fee"], needs=[PAYER])], ""),
        (one("named", "none", "payer_name"), [rule("a", needs=[PAYER])], ""),
    ],
)
def test_the_first_condition_of_the_nearest_rule(explanation: Explanation, rules: list[Rule], said: str) -> None:
    assert failed_test(explanation, rules) == said


def test_every_condition_of_every_shipped_rule_has_words() -> None:
    for shipped in steady.book().rule:
        for basis in shipped.basis:
            for difference in shipped.difference:
                said = failed_test(one(basis, difference, *shipped.without), [shipped])
                assert bool(said) == bool(shipped.needs or shipped.without)
                assert "None" not in said


@pytest.mark.parametrize(
    ("ppm", "text"), [(999_500, "99.95 %"), (954_000, "95.4 %"), (1_000_000, "100.0 %"), (42, "0.0042 %"), (0, "0.0 %")]
)
def test_a_share_is_shown_to_its_last_digit(ppm: int, text: str) -> None:
    assert percent(ppm) == text


IDS = st.text(min_size=1, max_size=12)
SHARES = st.lists(
    st.builds(Allocation, IDS, st.integers(), st.integers(), st.integers(), st.sampled_from(["", "fee", "discount"]), st.just(0)),
    max_size=4,
)
KINDS = st.dictionaries(st.sampled_from(["payer_name", "amount_sum", "date_due"]), st.integers(-99, 99))


@given(shares=SHARES, kinds=KINDS, note=st.text(max_size=20))
def test_an_explanation_comes_back_from_its_text(shares: list[Allocation], kinds: dict[str, int], note: str) -> None:
    evidence = tuple(kinds.items())
    given_one = Explanation("r", "named", "none", "matched", "C|1", tuple(shares), evidence, sum(kinds.values()), note=note)
    back = decode(encode(given_one))
    assert back is not None
    assert (back.shares, back.evidence, back.points, back.note) == (given_one.shares, evidence, given_one.points, note)
    assert (back.rule, back.basis, back.difference, back.customer_id) == ("r", "named", "none", "C|1")
    assert "\n" not in encode(given_one)


def test_nothing_is_an_empty_text() -> None:
    assert (encode(None), decode("")) == ("", None)
    assert evidence_of("A1 A2") == ()
