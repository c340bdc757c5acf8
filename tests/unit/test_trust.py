"""Classes of evidence, and what the journal says of them: literal rows in, counts and reasons out."""

import polars as pl
import pytest

from matcher import frames
from matcher.ledger.trust import OTHERWISE, Answers, demoted, judgements, needed, trusted
from matcher.matching.decisions.withheld import withheld
from matcher.pipeline.sampling import chosen
from matcher.policy_settings import Policy as PolicySection
from matcher.rules import classes, rulebook
from matcher.rules.classes import SAMPLED, of_rule, of_shape
from matcher.rules.rulebook import Rule

RULES = classes.of_rules(rulebook.default())
DEMOTED = "a person took back a posting of this class on 2026-10-03 (line L1); 0 of 6 clean ones since"
HALF = 500_000
NAMED = ("named-full@3", "named", "none")
SINGLE = ("name-amount@1", "single", "none")


def decision(batch: int, kind: str, line: str, actor: str = "engine", **more: object) -> dict[str, object]:
    made = {"batch": batch, "ordinal": 0, "decision_id": f"D{batch}", "kind": kind, "line_id": line, "actor": actor}
    return made | {"at": f"2026-10-{batch:02d}T09:00:00+00:00"} | more


def on(rule: tuple[str, str, str], blocked_by: str = "") -> dict[str, object]:
    return dict(zip(("rule", "basis", "difference"), rule, strict=True)) | {"blocked_by": blocked_by}


def log(*made: dict[str, object]) -> pl.DataFrame:
    empty = {name: "" if kind == pl.String() else None for name, kind in frames.DECISION.items()}
    return pl.DataFrame([empty | row for row in made], schema=frames.DECISION)


def paid(*rows: tuple[str, str, int]) -> pl.DataFrame:
    made = [
        {"decision_id": decision_id, "ordinal": 0, "line_id": "", "item_id": item, "amount": amount, "adjustment": 0}
        for decision_id, item, amount in rows
    ]
    return pl.DataFrame(made, schema=frames.ALLOCATION)


def answers(*undos: int, otherwise: tuple[tuple[object, ...], ...] = ()) -> Answers:
    return Answers(undos, frames.of_rows(otherwise, OTHERWISE))


POSTED = decision(1, "match", "L1", **on(NAMED))
UNDONE = decision(3, "undo", "L1", "ann", reverses="D1")
ACCEPTED = decision(5, "accept", "L2", "ann", **on(NAMED, DEMOTED))


def rule(basis: list[str], difference: list[str], needs: list[list[str]]) -> Rule:
    return Rule(id="own", version=1, title="Own", mode="post", basis=basis, difference=difference, needs=needs)


@pytest.mark.parametrize(
    ("basis", "difference", "needs", "name"),
    [
        (["named"], ["none"], [["reference_whole", "reference_run"]], "whole number"),
        (["named"], ["none"], [["payer_name"]], "damaged or short number"),
        (["named"], ["none"], [["reference_short"]], "damaged or short number"),
        (["order", "named"], ["none"], [], "damaged or short number"),
        (["named", "listed"], ["none", "fee"], [["reference_whole"]], "number with a difference"),
        (["named_one"], ["none"], [["reference_whole"]], "number with a difference"),
        (["named", "single"], ["none"], [["reference_whole"]], "payer and amount"),
        (["single", "subset"], ["discount"], [], "sums"),
    ],
)
def test_a_rule_of_one_s_own_has_a_class(basis: list[str], difference: list[str], needs: list[list[str]], name: str) -> None:
    assert of_rule(rule(basis, difference, needs)) == name


def test_every_rule_that_posts_has_one_class_and_every_class_has_a_rule() -> None:
    posting = {one.id for one in rulebook.default().rule if one.mode == "post"}
    assert set(RULES) == posting
    assert set(RULES.values()) == {one.name for one in classes.CLASSES}


def test_the_class_of_a_rule_that_is_gone_is_told_by_basis_and_difference() -> None:
    shapes = [
        ("named", "none"),
        ("named", "part"),
        ("damaged", "none"),
        ("single", "discount"),
        ("everything", "none"),
        ("unheard-of", "none"),
    ]
    assert [of_shape(*shape) for shape in shapes] == [
        "whole number",
        "number with a difference",
        "damaged or short number",
        "payer and amount",
        "sums",
        "payer and amount",
    ]


def test_as_many_are_needed_as_speak_for_the_precision() -> None:
    assert [needed(ppm) for ppm in (HALF, 990_000, 999_500, 999_999)] == [6, 300, 6_000, 3_000_000]


def test_nobody_said_anything() -> None:
    assert demoted(log(POSTED), paid(("D1", "I1", 5)), answers(), RULES, HALF) == {}


def test_one_posting_taken_back_demotes_its_class_and_no_other() -> None:
    found = demoted(log(POSTED, decision(2, "match", "L2", **on(SINGLE)), UNDONE), paid(("D1", "I1", 5)), answers(3), RULES, HALF)
    assert found == {"whole number": DEMOTED}


def test_confirmed_ones_since_are_counted_and_lift_it() -> None:
    accepted = [decision(batch, "accept", f"L{batch}", "ann", **on(NAMED, DEMOTED)) for batch in range(4, 10)]
    before = decision(2, "accept", "L9", "ann", **on(NAMED, SAMPLED))
    made = (POSTED, before, UNDONE)
    (five,) = demoted(log(*made, *accepted[:5]), paid(), answers(3), RULES, HALF).values()
    assert five.endswith("; 5 of 6 clean ones since")
    assert demoted(log(*made, *accepted), paid(), answers(3), RULES, HALF) == {}


@pytest.mark.parametrize(
    "other",
    [
        decision(5, "accept", "L2", "ann", **on(NAMED, "confidence 90 % is below the bar of 99 %")),
        decision(5, "accept", "L2", "ann", **on(SINGLE, DEMOTED)),
        decision(5, "match", "L2", **on(NAMED)),
    ],
)
def test_what_was_not_held_back_or_is_of_another_class_confirms_nothing(other: dict[str, object]) -> None:
    found = demoted(log(POSTED, UNDONE, other), paid(), answers(3), RULES, HALF)
    assert found == {"whole number": DEMOTED}


def test_a_run_or_a_statement_taken_back_says_nothing() -> None:
    assert demoted(log(POSTED, UNDONE), paid(), answers(4), RULES, HALF) == {}


def test_a_posting_made_again_just_so_was_right() -> None:
    again = decision(4, "accept", "L1", "ann", **on(NAMED, "a person has taken this posting back"))
    assert demoted(log(POSTED, UNDONE, again), paid(("D1", "I1", 5), ("D4", "I1", 5)), answers(3), RULES, HALF) == {}
    assert list(demoted(log(POSTED, UNDONE, again), paid(("D1", "I1", 5), ("D4", "I1", 4)), answers(3), RULES, HALF)) == ["whole number"]


def test_a_confirmed_one_taken_back_begins_the_count_anew() -> None:
    reversal = decision(7, "undo", "L2", "ann", reverses="D5")
    later = decision(8, "accept", "L3", "ann", **on(NAMED, DEMOTED))
    found = demoted(log(POSTED, UNDONE, ACCEPTED, reversal, later), paid(), answers(3, 7), RULES, HALF)
    assert found == {"whole number": "a person took back a posting of this class on 2026-10-07 (line L2); 1 of 6 clean ones since"}


def test_a_refused_one_counts_for_as_long_as_the_refusal_stands() -> None:
    refusal = decision(6, "reject", "L4", "ann", refused='["I4"]')
    said = answers(otherwise=((6, "L4", *SINGLE, SAMPLED),))
    found = demoted(log(POSTED, refusal), paid(), said, RULES, HALF)
    assert found == {"payer and amount": "a person refused a posting of this class on 2026-10-06 (line L4); 0 of 6 clean ones since"}
    taken_back = decision(7, "undo", "L4", "ann", reverses="D6")
    assert demoted(log(POSTED, refusal, taken_back), paid(), said, RULES, HALF) == {}


def test_how_every_class_stands() -> None:
    made = log(
        POSTED, decision(2, "match", "L2", **on(NAMED)), UNDONE, decision(4, "accept", "L4", "ann", **on(SINGLE, SAMPLED)),
        decision(6, "allocate", "L5", "ann"), decision(7, "match", "L6", **on(("gone@1", "everything", "none"))),
    )  # fmt: skip
    waiting = {"line_id": "L7", "state": "proposed", **on(("payer-likely@1", "single", "none"), DEMOTED)}
    found = pl.DataFrame(
        [{name: "" if kind == pl.String() else None for name, kind in frames.FINDING.items()} | waiting], schema=frames.FINDING
    )
    said = answers(3, otherwise=((6, "L5", *SINGLE, SAMPLED),))
    standing = {one.name: one for one in trusted(made, paid(), found, said, RULES, HALF)}
    whole, payer = standing["whole number"], standing["payer and amount"]
    assert list(standing) == [one.name for one in classes.CLASSES]
    assert (whole.posted, whole.taken_back, whole.missing, whole.waiting) == (2, 1, 6, 0)
    assert [standing[name].accepted for name in ("payer and amount", "whole number")] == [1, 0]
    assert (payer.posted, payer.checked, payer.refused, payer.confirmed, payer.needed, payer.waiting) == (0, 2, 1, 0, 6, 1)
    assert (standing["sums"].posted, standing["sums"].reason, standing["sums"].missing) == (1, "", 0)


def test_judgements_come_in_the_order_of_the_journal() -> None:
    found = judgements(log(ACCEPTED, POSTED, UNDONE), paid(), answers(3), RULES)
    assert found.select("batch", "verdict", "checked").rows() == [(3, "taken back", False), (5, "accepted", False)]


def posted(count: int, rule: str = "named-full@3") -> pl.DataFrame:
    rows = [(rule, f"line {number}", f"D{number}") for number in range(count)]
    return pl.DataFrame(rows, schema=["rule", "line_id", "decision_id"], orient="row")


def test_postings_are_chosen_by_line_and_run_and_about_as_many_as_asked_for() -> None:
    book = rulebook.default()
    some = set(chosen(posted(10_000), book, 1, 20_000))
    assert 150 < len(some) < 250
    assert some < set(chosen(posted(10_000), book, 1, 100_000))
    assert chosen(posted(10_000), book, 1, 20_000) == chosen(posted(10_000).reverse(), book, 1, 20_000)
    assert some != set(chosen(posted(10_000), book, 2, 20_000))
    assert len(chosen(posted(50), book, 1, 1_000_000)) == 50
    assert chosen(posted(50), book, 1, 0) == []


def test_of_each_class_with_postings_one_at_least_is_chosen() -> None:
    both = pl.concat([posted(3), posted(2, "name-amount@1").with_columns(pl.col("line_id") + "x", pl.col("decision_id") + "x")])
    found = chosen(both, rulebook.default(), 1, 1)
    assert sorted(name.endswith("x") for name in found) == [False, True]
    assert chosen(posted(0), rulebook.default(), 1, 1) == []


def test_a_demoted_class_is_withheld() -> None:
    named = rulebook.default().get("named-full")
    assert withheld(named, {"whole number": "why"}) == "why"
    assert withheld(named, {"sums": "why"}) == ""


def test_nothing_is_checked_unasked() -> None:
    assert PolicySection().sample == 0
