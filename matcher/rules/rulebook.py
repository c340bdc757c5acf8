"""Loading the rulebook: strict, with stable ids and versions, and a closed vocabulary."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib import resources
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from matcher.errors import MatcherError
from matcher.money import PPM
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE
from matcher.settings import load_toml


class Strict(BaseModel):
    """A part of a rulebook: no unknown key, no value of another type, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Mode = Literal["post", "propose", "shadow"]
_Step = Annotated[tuple[int, int], Field(strict=False)]
_Words = Annotated[tuple[str, ...], Field(strict=False)]


_Cell = str | int | date
_Rows = Annotated[tuple[dict[str, _Cell], ...], Field(strict=False)]


class Expected(Strict):
    """What an example says must come out.

    Attributes:
        applies: whether the rule is the one that the line is decided by.
        state: ``posted``, ``proposed`` or ``none``; '' for whichever.
        items: what each item gets, as ``AMOUNT`` or ``AMOUNT+ADJUSTMENT:reason``; empty for whichever.
    """

    applies: bool = True
    state: Literal["posted", "proposed", "none", ""] = ""
    items: dict[str, str] = {}

    @model_validator(mode="after")
    def _says_something(self) -> "Expected":
        if self.applies and (self.state not in ("posted", "proposed") or not self.items):
            raise ValueError("where the rule applies, a state (posted or proposed) and items are expected")
        return self


class Example(Strict):
    """A bank line, what is open, and what the rule makes of it. Cells by the contract's column names, see `matcher.pipeline.examples`.

    `advice`: rows of a remittance advice that is about the line.
    """

    says: str
    line: dict[str, _Cell]
    advice: _Rows = ()
    items: _Rows = ()
    customers: _Rows = ()
    rates: _Rows = ()
    expect: Expected


class Rule(Strict):
    """One rule: which explanations it is about, and whether they may post without a person.

    An explanation belongs to the first rule of the book whose conditions it meets.

    Attributes:
        id, version: stable name; the version rises whenever what it does changes.
        title: what it says, in a person's words.
        mode: ``post`` may post, ``propose`` never does, ``shadow`` is only noted on the line.
        basis: how the set of items was found, words of `BASES`.
        difference: what lies between sum and amount, words of `DIFFERENCES`.
        needs: groups of evidence; of each group at least one kind must be there.
        without: evidence that must not be there.
        items: largest number of items.
        min_log_odds: least log-odds (`decide.MatchResult`), in points, to post.
        like: id of the rule whose table of confidence it borrows, where nothing was measured of its own; '' for none.
        held: why the rule only proposes although it was written to post; '' when it is not held.
        example: lines that show what the rule does and what it leaves alone.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: int = Field(ge=1)
    title: str
    mode: Mode
    basis: _Words
    difference: _Words = ("none",)
    needs: Annotated[tuple[_Words, ...], Field(strict=False)] = ()
    without: _Words = ()
    items: int = Field(default=10_000, ge=1)
    min_log_odds: int = Field(default=10, ge=0)
    like: str = ""
    held: str = ""
    example: Annotated[tuple[Example, ...], Field(strict=False)] = ()

    @property
    def name(self) -> str:
        """Id and version, as decisions record it."""
        return f"{self.id}@{self.version}"

    @cached_property
    def _needs(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(group) for group in self.needs)

    @cached_property
    def _without(self) -> frozenset[str]:
        return frozenset(self.without)

    def holds(self, basis: str, difference: str, kinds: frozenset[str], items: int) -> bool:
        """Whether an explanation meets the conditions."""
        return (
            basis in self.basis
            and difference in self.difference
            and items <= self.items
            and all(group & kinds for group in self._needs)
            and not self._without & kinds
        )

    @model_validator(mode="after")
    def _known_words(self) -> "Rule":
        if not self.basis or not self.difference or not all(self.needs):
            raise ValueError("basis, difference and every group of needs name at least one word")
        for words, known in (
            (self.basis, BASES),
            (self.difference, DIFFERENCES),
            ((*self.without, *(w for g in self.needs for w in g)), EVIDENCE),
        ):
            for word in words:
                if word not in known:
                    raise ValueError(f"{word!r} is not in the vocabulary")
        return self


class Limits(Strict):
    """Bounds of explanations. Amounts in whole units of the base currency where not said otherwise.

    Attributes:
        rounding: most that is missing for a rounding, in the smallest unit of the currency.
        fee: most that a bank's fee may be; `fee_share` also bounds it, in millionths of the amount.
        payout_fee_share: most that a payment provider's fee is believed to be, in millionths of the payment; `payout_fee` comes on top,
            in the smallest unit of the currency.
        exchange_low, exchange_high: how far below and above the day's rate a payment may lie, in millionths.
        due_before, overdue: days around the due date within which a payment is ordinary.
        subset_items, triple_items: most open items for a set of any size, and for one of at most three, to be trusted.
        unique_among: items of a legal entity from which it says something that only one has an amount.
        repeats: share of a customer's documents whose amount another of them has, in millionths, from which an amount alone says little.
        alike_days: days within which an earlier receipt of the same payer and amount holds one back that names nothing.
        duplicate_days: days within which the same payer, amount and reference is a duplicate.
    """

    rounding: int
    fee: int
    fee_share: int
    payout_fee_share: int
    payout_fee: int
    exchange_low: int
    exchange_high: int
    due_before: int
    overdue: int
    subset_items: int
    triple_items: int
    duplicate_days: int
    alike_days: int
    repeats: int
    unique_among: int


class Words(Strict):
    """Words that tell what a payment is for; `matcher.matching.references.text.says` looks for them."""

    prepayment: _Words = ()
    part: _Words = ()
    interest: _Words = ()
    fee: _Words = ()
    tax: _Words = ()
    payout: _Words = ()
    provider: _Words = ()
    goods: _Words = ()
    neutral: _Words = ()


HELD = "held"
"""Name of the table for what something else than confidence holds back; no rule is called so."""


class Calibration(Strict):
    """How certain explanations of each rule turned out, by their points.

    Attributes:
        version: of the table; `measured`: on what it was measured.
        bar: share of right postings that is asked for, and the least confidence that gives it; both millionths, rising.
        rule: by rule id: steps (points, millionths), rising; between two steps confidence is interpolated. That of a rule which posts is
            of what could be posted; what is held back has the table `HELD`.
    """

    version: int = Field(ge=1)
    measured: str
    bar: Annotated[tuple[_Step, ...], Field(strict=False)] = ()
    rule: dict[str, Annotated[tuple[_Step, ...], Field(strict=False)]]

    @model_validator(mode="after")
    def _rising(self) -> "Calibration":
        for name, steps in self.rule.items():
            if not steps or list(steps) != sorted(steps) or any(b[1] < a[1] for a, b in pairwise(steps)):
                raise ValueError(f"steps of {name!r} do not rise")
        return self

    def least(self, precision_ppm: int) -> int:
        """Least confidence, in millionths, at which explanations may post so that so many of them are right.

        A share beyond the table asks every single explanation for that confidence.
        """
        return next((bar for share, bar in self.bar if share >= precision_ppm), precision_ppm)

    def held(self, points: int) -> int:
        """Most confidence, in millionths, of what a rule would post and something else holds back: certain where that was not measured."""
        return self.confidence(HELD, points) if HELD in self.rule else PPM

    def confidence(self, rule_id: str, points: int) -> int:
        """Probability in millionths that an explanation of a rule with these points (against its rivals) is right."""
        steps = self.rule.get(rule_id)
        if not steps:
            return 0
        if points <= steps[0][0]:
            return steps[0][1]
        for (low, least), (high, most) in pairwise(steps):
            if points < high:
                return least + (most - least) * (points - low) // (high - low)
        return steps[-1][1]


MOST_JUDGED = 100_000
"""Judgements that are kept."""


class Judgement(NamedTuple):
    """Id of the first rule that holds ('' for none), the evidence with its points, and their sum."""

    rule: str
    evidence: tuple[tuple[str, int], ...]
    points: int


class Rulebook(Strict):
    """A checked rulebook."""

    evidence: dict[str, int]
    limits: Limits
    withholding: dict[str, Annotated[tuple[int, ...], Field(strict=False)]] = {}
    words: Words = Words()
    rule: tuple[Rule, ...] = Field(strict=False)
    calibration: Calibration

    @model_validator(mode="after")
    def _whole(self) -> "Rulebook":
        for kinds, known in ((set(self.evidence), set(EVIDENCE)),):
            if kinds != known:
                raise ValueError(f"evidence: {', '.join(sorted(kinds ^ known))} missing or not in the vocabulary")
        ids = [rule.id for rule in self.rule]
        if len(set(ids)) != len(ids):
            raise ValueError("two rules have one id")
        return self

    def changed(self, **update: Any) -> "Rulebook":
        """A checked book with other values of these fields. `model_copy` would keep what was computed from the old ones."""
        return Rulebook(**{name: getattr(self, name) for name in Rulebook.model_fields} | update)

    def get(self, rule_id: str) -> Rule:
        """The rule of that id."""
        return self._by_id[rule_id]

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rule}

    @cached_property
    def shadows(self) -> tuple[Rule, ...]:
        """Rules that are only noted, in order."""
        return tuple(rule for rule in self.rule if rule.mode == "shadow")

    def shadow(self, basis: str, difference: str, kinds: frozenset[str], items: int, before: str) -> Rule | None:
        """The first shadow rule that holds for an explanation and stands before the rule of that id; '' for the end of the book."""
        for rule in self.rule:
            if rule.id == before:
                break
            if rule.mode == "shadow" and rule.holds(basis, difference, kinds, items):
                return rule
        return None

    @cached_property
    def inputs(self) -> str:
        """Fingerprint of what points are made of and of what rules are about: a table of confidence is measured on exactly this."""
        fields = {"id", "basis", "difference", "needs", "without", "items"}
        about = self.model_dump(mode="json", include={"evidence", "limits", "withholding", "words"})
        return _fingerprint(about | {"rule": [rule.model_dump(mode="json", include=fields) for rule in self.rule if rule.mode != "shadow"]})

    @cached_property
    def identity(self) -> str:
        """Fingerprint of everything that decides: equal only for books that decide alike. Titles and examples do not count."""
        return _fingerprint(self.model_dump(mode="json", exclude={"rule": {"__all__": {"title", "example", "held"}}}))

    def first(self, basis: str, difference: str, kinds: frozenset[str], items: int) -> Rule | None:
        """The first rule that holds for an explanation; shadow rules are passed over."""
        for rule in self._by_shape.get((basis, difference), ()):
            if rule.holds(basis, difference, kinds, items):
                return rule
        return None

    def judged(self, basis: str, difference: str, kinds: Sequence[str], items: int) -> Judgement:
        """What the book makes of an explanation by these kinds of evidence, said once or more often, of so many items."""
        asked = (basis, difference, tuple(kinds), items)
        judgement = self._judged.get(asked)
        if judgement is None:
            rule = self.first(basis, difference, frozenset(kinds), items)
            evidence = self.scored(kinds)
            judgement = Judgement(rule.id if rule else "", evidence, sum(points for _, points in evidence))
            if len(self._judged) < MOST_JUDGED:
                self._judged[asked] = judgement
        return judgement

    def scored(self, kinds: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """Kinds of evidence with their points, each once."""
        return tuple((kind, self.evidence[kind]) for kind in dict.fromkeys(kinds))

    @cached_property
    def _judged(self) -> dict[tuple[str, str, tuple[str, ...], int], Judgement]:
        # a month has a thousand different ones: nearly every explanation was judged before
        return {}

    @cached_property
    def _by_shape(self) -> dict[tuple[str, str], list[Rule]]:
        shapes = ((basis, difference) for basis in BASES for difference in DIFFERENCES)
        live = [rule for rule in self.rule if rule.mode != "shadow"]
        return {shape: [rule for rule in live if shape[0] in rule.basis and shape[1] in rule.difference] for shape in shapes}


def _fingerprint(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]


def parse(text: str, calibration: str, where: str) -> Rulebook:
    """Checks the texts of a rulebook and of its calibration table.

    Raises:
        MatcherError: ``rules.invalid`` with the key at fault.
    """
    keys, tables = load(text, where), load(calibration, where)
    measured = tables.get("rule", {})
    rules = keys.get("rule", [])
    borrowed = {rule["id"]: measured[rule["like"]] for rule in rules if rule.get("like") in measured and rule["id"] not in measured}
    return checked(Rulebook, keys | {"calibration": tables | {"rule": measured | borrowed}}, where)


def load(text: str, where: str) -> dict[str, Any]:
    """The keys of a TOML text.

    Raises:
        MatcherError: ``rules.invalid`` with the line at fault.
    """
    return load_toml(text, where, "rules.invalid")


_Model = TypeVar("_Model", bound=Strict)


def checked(model: type[_Model], keys: dict[str, Any], where: str) -> _Model:
    """Keys of a TOML file as a checked model.

    Raises:
        MatcherError: ``rules.invalid`` with the key at fault; a rule is named by its id.
    """
    try:
        return model.model_validate(keys)
    except ValidationError as error:
        first = error.errors()[0]
        place = list(first["loc"])
        if len(place) > 1 and place[0] == "rule" and isinstance(place[1], int):
            named = keys["rule"][place[1]].get("id", "") if isinstance(keys["rule"][place[1]], dict) else ""
            place[:2] = [f"rule {named or place[1] + 1}"]
        message = f"{'.'.join(map(str, place))}: {first['msg']}".removeprefix(": ").replace("Value error, ", "")
        raise MatcherError("rules.invalid", message, where) from error


@cache
def default() -> Rulebook:
    """The shipped rulebook."""
    folder = resources.files("matcher.rules")
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("default.toml", "calibration.toml")]
    return parse(texts[0], texts[1], "default.toml")
