"""How far each class of evidence is trusted in these books: a fold over what persons said of what the engine posted or would have posted.

A person who takes back or refuses one posting demotes its class: it only proposes, until enough proposals that would have been posted
were accepted as they were. What counts as such a posting:

- one that the engine made, taken back by `matcher undo` of its line or its rule. A whole run is taken back for other reasons and says
  nothing of a class; neither does a posting that goes with its statement, nor one that a person then makes again just so;
- one that was chosen for a check (`policy.sample`), and that a person found right or took back;
- one that was held back, for a check or since its class is demoted, and was accepted, rejected or decided otherwise.

Other proposals say nothing: the engine was not sure of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from matcher.ledger.fold import live
from matcher.money import PPM
from matcher.rules.classes import CLASSES, HELD_BACK, REFUSED, SAMPLED, TAKEN_BACK, of_shape
from matcher.rules.vocabulary import BASES, DIFFERENCES
from matcher.states import ENGINE, SETTLING, DecisionKind, LineState

OF_RULE = ("rule", "basis", "difference", "blocked_by")
"""Columns of a decision or finding that tell its class, and whether it was held back."""

OTHERWISE: dict[str, pl.DataType] = {
    "batch": pl.Int64(),
    "line_id": pl.String(),
    **{name: pl.String() for name in OF_RULE},
}
"""Postings that were held back and that a person refused or decided otherwise, by the batch of that decision."""

_SAID = ("batch", "ordinal", "line_id", "at", *OF_RULE, "verdict")
_HELD_BACK = pl.any_horizontal(pl.col("blocked_by").str.starts_with(text) for text in HELD_BACK)
_SHARE = pl.concat_str("item_id", "amount", "adjustment", separator=" ").str.join("\n").alias("shares")
_SHAPES = {f"{basis} {difference}": of_shape(basis, difference) for basis in BASES for difference in DIFFERENCES}


@dataclass(frozen=True, slots=True)
class Answers:
    """What persons said, as far as decisions alone do not tell.

    Attributes:
        undos: batches in which postings were taken back one by one, or all of a rule.
        otherwise: columns of `OTHERWISE`.
        sampled: ids of the postings that were chosen for a check.
    """

    undos: Sequence[int]
    otherwise: pl.DataFrame
    sampled: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """The latest error of a class: what was said (`TAKEN_BACK` or `REFUSED`), of which line, on which day (YYYY-MM-DD)."""

    said: str
    line_id: str
    day: str


@dataclass(frozen=True, slots=True)
class Trust:
    """How a class stands.

    Attributes:
        name: of the class.
        posted: postings of the engine, without those that were taken back for other reasons.
        taken_back: of these, taken back by a person.
        checked, refused: postings that were chosen for a check and that a person looked at, and those of them that were wrong.
        mark: the latest error; None when there was none.
        confirmed: held back and accepted as proposed since.
        needed: how many of them it takes.
        waiting: proposals of the class that wait.
        accepted: proposals of the class that persons accepted, whatever had kept them from being posted.
    """

    name: str
    posted: int = 0
    taken_back: int = 0
    checked: int = 0
    refused: int = 0
    mark: Mark | None = None
    confirmed: int = 0
    needed: int = 0
    waiting: int = 0
    accepted: int = 0

    @property
    def missing(self) -> int:
        """How many are still to be confirmed before the class posts again; 0 when it posts."""
        return max(self.needed - self.confirmed, 0) if self.mark else 0

    @property
    def reason(self) -> str:
        """Why the class only proposes; '' when it posts."""
        if not self.mark or not self.missing:
            return ""
        mark = self.mark
        return f"{mark.said} on {mark.day} (line {mark.line_id[:10]}); {self.confirmed} of {self.needed} clean ones since"


def needed(precision_ppm: int) -> int:
    """Clean ones in a row that speak for a precision with 95 % confidence: three over the share of errors."""
    return -(-3 * PPM // max(PPM - precision_ppm, 1))


def demoted(
    decisions: pl.DataFrame, allocations: pl.DataFrame, answers: Answers, rules: Mapping[str, str], precision_ppm: int
) -> dict[str, str]:
    """Classes that only propose, with the reason. Arguments as in `trusted`."""
    if not answers.undos and not answers.otherwise.height:
        return {}
    judged = judgements(decisions, allocations, answers, rules)
    found = (_since_the_mark(judged, name, precision_ppm) for name in judged["class"].unique().sort())
    return {one.name: one.reason for one in found if one.reason}


def trusted(
    decisions: pl.DataFrame,
    allocations: pl.DataFrame,
    findings: pl.DataFrame,
    answers: Answers,
    rules: Mapping[str, str],
    precision_ppm: int,
) -> list[Trust]:
    """How each class stands.

    Args:
        decisions, allocations, findings: columns of `frames.DECISION`, `frames.ALLOCATION` and `frames.FINDING`, all of them.
        rules: the class of each rule by its id; of other rules basis and difference tell it.
        precision_ppm: the policy's.
    """
    judged = judgements(decisions, allocations, answers, rules)
    standing, by_engine = live(decisions).filter("live"), pl.col("actor") == ENGINE
    posted = _counts(standing.filter(pl.col("kind") == DecisionKind.MATCH, by_engine).select(class_of(rules)))
    accepted = _counts(standing.filter(pl.col("kind") == DecisionKind.ACCEPT, ~by_engine).select(class_of(rules)))
    waiting = _counts(findings.filter(pl.col("state") == LineState.PROPOSED, pl.col("basis") != "").select(class_of(rules)))
    taken_back = _counts(judged.filter(pl.col("verdict") == "taken back"))
    checks = judged.filter("checked")
    checked, refused = _counts(checks), _counts(checks.filter(pl.col("verdict") != "accepted"))
    made = []
    for name in (one.name for one in CLASSES):
        since = _since_the_mark(judged, name, precision_ppm)
        made.append(
            replace(
                since,
                posted=posted.get(name, 0) + taken_back.get(name, 0),
                taken_back=taken_back.get(name, 0),
                checked=checked.get(name, 0),
                refused=refused.get(name, 0),
                waiting=waiting.get(name, 0),
                accepted=accepted.get(name, 0),
            )
        )
    return made


def judgements(decisions: pl.DataFrame, allocations: pl.DataFrame, answers: Answers, rules: Mapping[str, str]) -> pl.DataFrame:
    """What persons said of postings of the engine, one row for each, in order: batch, ordinal, line_id, at, class, verdict, checked.

    ``verdict``: taken back, reversed (a posting that was held back, accepted and then taken back), refused or accepted; ``checked``:
    whether it was chosen for a check.
    """
    in_force = live(decisions).filter("live", pl.col("actor") != ENGINE)
    taken = taken_back(decisions, allocations, in_force, answers.undos)
    accepted = in_force.filter(pl.col("kind") == DecisionKind.ACCEPT, _HELD_BACK).with_columns(verdict=pl.lit("accepted"))
    verdicts = in_force.filter(pl.col("kind").is_in([*SETTLING, DecisionKind.REJECT])).select("batch", "ordinal", "line_id", "at")
    refused = answers.otherwise.join(verdicts, on=["batch", "line_id"]).with_columns(verdict=pl.lit("refused"))
    right = _right(in_force, decisions, answers.sampled)
    said = (taken, accepted, refused.with_columns(decision_id=pl.lit("")), right)
    rows = pl.concat([frame.select(*_SAID, "decision_id") for frame in said])
    chosen = pl.col("blocked_by").str.starts_with(SAMPLED) | pl.col("decision_id").is_in(list(answers.sampled))
    told = rows.with_columns(class_of(rules), checked=chosen)
    return told.select("batch", "ordinal", "line_id", "at", "class", "verdict", "checked").sort("batch", "ordinal")


def taken_back(decisions: pl.DataFrame, allocations: pl.DataFrame, in_force: pl.DataFrame, undos: Sequence[int]) -> pl.DataFrame:
    """Reversals of postings of the engine, and of such that were held back and accepted; not of those that a person then made again."""
    undone = decisions.filter(pl.col("kind") == DecisionKind.UNDO, pl.col("actor") != ENGINE, pl.col("batch").is_in(undos))
    said = undone.select("batch", "ordinal", "at", decision_id="reverses")
    by_engine = (pl.col("kind") == DecisionKind.MATCH) & (pl.col("actor") == ENGINE)
    held_back = (pl.col("kind") == DecisionKind.ACCEPT) & _HELD_BACK
    posted = decisions.filter(pl.col("decision_id").is_in(said["decision_id"].implode())).filter(by_engine | held_back)
    found = said.join(posted.select("decision_id", "kind", "line_id", *OF_RULE), on="decision_id")
    anew = in_force.filter(pl.col("kind").is_in(SETTLING), pl.col("line_id").is_in(found["line_id"].implode()))
    both = pl.concat([found["decision_id"], anew["decision_id"]])
    shares = allocations.filter(pl.col("decision_id").is_in(both.implode())).sort("item_id", "ordinal").group_by("decision_id").agg(_SHARE)
    again = found.join(shares, on="decision_id").join(
        anew.select("line_id", "decision_id").join(shares, on="decision_id").drop("decision_id"), on=["line_id", "shares"], how="semi"
    )
    verdict = pl.when(pl.col("kind") == DecisionKind.MATCH).then(pl.lit("taken back")).otherwise(pl.lit("reversed"))
    return found.join(again.select("decision_id"), on="decision_id", how="anti").with_columns(verdict=verdict)


def _right(in_force: pl.DataFrame, decisions: pl.DataFrame, sampled: Collection[str]) -> pl.DataFrame:
    """Postings chosen for a check that still stand, and that a person found right."""
    checks = in_force.filter(pl.col("kind") == DecisionKind.CHECK).select("line_id", "batch", "ordinal", "at")
    standing = live(decisions).filter("live", pl.col("decision_id").is_in(list(sampled)))
    found = checks.join(standing.select("line_id", "decision_id", *OF_RULE, posted="batch"), on="line_id").filter(
        pl.col("batch") > pl.col("posted")
    )
    return found.unique("decision_id", keep="first", maintain_order=True).with_columns(verdict=pl.lit("accepted"))


def _since_the_mark(judged: pl.DataFrame, name: str, precision_ppm: int) -> Trust:
    """A class with its latest error and what was confirmed since."""
    mine = judged.filter(pl.col("class") == name)
    errors = (mine["verdict"] != "accepted").arg_true()
    if not errors.len():
        return Trust(name)
    last = mine.row(errors[-1], named=True)
    mark = Mark(REFUSED if last["verdict"] == "refused" else TAKEN_BACK, last["line_id"], last["at"][:10])
    return Trust(name, mark=mark, confirmed=mine.height - errors[-1] - 1, needed=needed(precision_ppm))


def class_of(rules: Mapping[str, str]) -> pl.Expr:
    """The class of rows with the columns of `OF_RULE`."""
    rule = pl.col("rule").str.replace("@.*", "")
    shape = pl.concat_str("basis", pl.lit(" "), "difference")
    by_rule = rule.replace_strict(dict(rules), default=None, return_dtype=pl.String())
    return pl.coalesce(by_rule, shape.replace_strict(_SHAPES, default="", return_dtype=pl.String())).alias("class")


def _counts(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.group_by("class").len().iter_rows())
