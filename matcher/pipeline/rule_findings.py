"""What is worth knowing of rules that are valid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from matcher.pipeline.examples import Outcome, run_examples
from matcher.pipeline.rulebooks import Rules
from matcher.rules import own, rulebook
from matcher.rules.review import unreachable


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is worth knowing of a rulebook. `code` of the catalogue; `rule` is its id."""

    code: Literal["rules.unreachable", "rules.example", "rules.differs", "rules.unmeasured"]
    rule: str
    message: str


def findings(rules: Rules) -> Iterator[Finding]:
    """What is wrong with valid rules: some are never reached, examples fail, tables of confidence are not measured."""
    for rule, why in unreachable(rules.book):
        yield Finding("rules.unreachable", rule.id, why)
    for outcome in run_examples(rules.as_written):
        if outcome.failure:
            yield Finding(code_of(rules, outcome), outcome.rule.id, f"{outcome.example.says}: {outcome.failure}")
    if rules.own.calibration and not own.in_force(rulebook.default(), rules.own):
        yield Finding("rules.unmeasured", "", f"[calibration] was measured on {rules.own.calibration.inputs} and not on these rules")
    acting = {rule.id: rule for rule in rules.book.rule if rule.mode != "shadow"}
    for name, keys in rules.unmeasured.items():
        if name in acting:
            what = "only proposes" if acting[name].held else "is shown as at most 90 % certain"
            yield Finding("rules.unmeasured", name, f"{what}, since its confidence is not measured ({', '.join(keys)})")


def code_of(rules: Rules, outcome: Outcome) -> Literal["rules.example", "rules.differs"]:
    """What a failed example is: wrong, or what rules.toml changes of a shipped rule."""
    mine = {rule.id for rule in rules.own.rule}
    return "rules.differs" if rules.path and outcome.rule.id not in mine else "rules.example"
