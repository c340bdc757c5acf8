"""Rules of one's own: `rules.toml` in the books directory changes the shipped rulebook, key by key, and never takes its place.

What is measured on the shipped points does not hold for others: a rule whose points, bounds or conditions were changed only proposes,
until its table of confidence is measured again or a person says that it is trusted.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from matcher.errors import MatcherError
from matcher.money import PPM
from matcher.rules.lines import LineRule
from matcher.rules.rulebook import Calibration, Limits, Mode, Rule, Rulebook, Strict, Words, checked, load
from matcher.rules.vocabulary import DIFFERENCES, EVIDENCE, bears, scope

RULES_NAME = "rules.toml"
"""Name of the file in a books directory."""

HELD_PPM = 900_000
"""Most confidence, in millionths, that is shown for a rule whose table is not measured on its points."""

Fold = Callable[[str], str]


class OwnRule(Rule):
    """A rule of one's own, and where it stands.

    Attributes:
        before, after: id of the rule that it stands directly before or after; exactly one of them.
        like: as in `Rule`; '' for the table of `before` or `after`.
    """

    before: str = ""
    after: str = ""

    @model_validator(mode="after")
    def _placed(self) -> "OwnRule":
        if bool(self.before) == bool(self.after):
            raise ValueError("a rule of one's own names the rule that it stands before or after, one of the two")
        if self.held:
            raise ValueError("held is no key of a file")
        return self

    @property
    def anchor(self) -> str:
        """The rule that it stands beside."""
        return self.before or self.after


class OwnCalibration(Strict):
    """Tables of confidence that were measured on these rules.

    Attributes:
        version, measured, bar, rule: as in `Calibration`; without bars the shipped ones hold.
        inputs: fingerprint of the rulebook that it was measured with (`matcher rules check` prints the present one).
    """

    version: int = Field(ge=1)
    measured: str
    inputs: str
    bar: Annotated[tuple[Annotated[tuple[int, int], Field(strict=False)], ...], Field(strict=False)] = ()
    rule: dict[str, Annotated[tuple[Annotated[tuple[int, int], Field(strict=False)], ...], Field(strict=False)]]


_Rates = Annotated[tuple[Annotated[int, Field(gt=0, lt=PPM)], ...], Field(strict=False)]
_Named = Annotated[tuple[Annotated[str, Field(min_length=2)], ...], Field(strict=False)]


class OwnRules(Strict):
    """A checked `rules.toml`.

    Attributes:
        trust: rules that post although their table of confidence is not measured on their points; true for all.
        evidence: points that differ from the shipped ones.
        limits: bounds that differ.
        words: words that are added.
        withholding: rates of countries, in place of the shipped ones; an empty list takes a country out.
        mode: modes of shipped rules that differ.
        calibration: tables that were measured on these rules.
        rule: further rules.
        line: rules about lines that are no receivables.
    """

    trust: bool | Annotated[tuple[str, ...], Field(strict=False)] = ()
    evidence: dict[str, Annotated[int, Field(ge=-200, le=200)]] = Field(default_factory=dict)
    limits: dict[str, Annotated[int, Field(ge=0, le=10**15)]] = Field(default_factory=dict)
    words: dict[str, _Named] = Field(default_factory=dict)
    withholding: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], _Rates] = Field(default_factory=dict)
    mode: dict[str, Mode] = Field(default_factory=dict)
    calibration: OwnCalibration | None = None
    rule: Annotated[tuple[OwnRule, ...], Field(strict=False)] = ()
    line: Annotated[tuple[LineRule, ...], Field(strict=False)] = ()


def parse(text: str, where: str, shipped: Rulebook, fold: Fold) -> OwnRules:
    """Checks the text of a `rules.toml` against the rulebook that it changes.

    Args:
        fold: brings words to the form that texts are compared in.

    Raises:
        MatcherError: ``rules.invalid`` with the line or the key at fault.
    """
    own = checked(OwnRules, load(text, where), where)
    for what in _wrong(own, shipped):
        raise MatcherError("rules.invalid", what, where)
    words = {use: tuple(dict.fromkeys(map(fold, words))) for use, words in own.words.items()}
    done = own.model_copy(update={"words": words})
    try:
        if own.calibration:
            Calibration(version=own.calibration.version, measured="", bar=own.calibration.bar, rule=own.calibration.rule)
    except ValidationError as error:  # tables that do not rise
        raise MatcherError("rules.invalid", f"calibration: {error.errors()[0]['msg'].removeprefix('Value error, ')}", where) from error
    return done


def _wrong(own: OwnRules, shipped: Rulebook) -> Iterator[str]:
    ids = {rule.id for rule in shipped.rule}
    mine = {rule.id for rule in own.rule}
    trusted = own.trust if isinstance(own.trust, tuple) else ()
    measured = own.calibration.rule if own.calibration else {}
    for section, keys, known in (
        ("evidence", own.evidence, set(EVIDENCE)),
        ("limits", own.limits, set(Limits.model_fields)),
        ("words", own.words, set(Words.model_fields)),
        ("mode", own.mode, ids),
        ("trust", trusted, ids | mine),
        ("calibration.rule", measured, ids | mine),
    ):
        for key in keys:
            if key not in known:
                yield f"{section}.{key}: there is no such key; {_nearest(key, known)}"
    seen = set(ids)
    for rule in own.rule:
        if rule.id in seen:
            yield f"rule {rule.id}: the id is taken; a shipped rule is changed by [mode], [evidence] and [limits]"
        for key, name in (("before" if rule.before else "after", rule.anchor), ("like", rule.like)):
            if name and name not in seen:
                yield f"rule {rule.id}.{key}: there is no rule {name!r} among the shipped ones and those above; {_nearest(name, seen)}"
        seen.add(rule.id)
    for line in own.line:
        if line.id in seen:
            yield f"line {line.id}: the id is taken"
        seen.add(line.id)


def _nearest(word: str, known: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"perhaps {near[0]!r} is meant" if near else "`matcher rules show` lists the rules, docs/rules.md the words"


def effective(shipped: Rulebook, own: OwnRules, use: Literal["run", "measure", "examples"] = "run") -> Rulebook:
    """The shipped rulebook as `rules.toml` changes it.

    Args:
        use: ``run`` to decide with. ``measure``: none is held. ``examples``: none is held, and every rule is in the mode it was
            written in, since an example shows what a rule is about and not whether it may act today.
    """
    base = _changed(shipped, own)
    rules = list(base.rule)
    measured = in_force(shipped, own)
    tables = dict(base.calibration.rule) | (measured.rule if measured else {})
    for rule in own.rule:
        place = next(n for n, other in enumerate(rules) if other.id == rule.anchor)
        rules.insert(place if rule.before else place + 1, _plain(rule))
        tables.setdefault(rule.id, tables.get(rule.like or rule.anchor, ()))
    if use != "examples":
        held = unmeasured(shipped, own) if use == "run" else {}
        rules = [rule.model_copy(update=_acting(rule, own, held)) for rule in rules]
        acting = [rule.id for rule in rules if rule.id in held and rule.mode != "shadow"]
        tables |= {name: tuple((log_odds, min(share, HELD_PPM)) for log_odds, share in tables.get(name, ())) for name in acting}
    bar = (measured.bar if measured else ()) or base.calibration.bar
    calibration = base.calibration.model_copy(update={"bar": bar, "rule": {name: steps for name, steps in tables.items() if steps}})
    return base.changed(rule=tuple(rules), calibration=calibration)


def _changed(shipped: Rulebook, own: OwnRules) -> Rulebook:
    """With the points, bounds, words and rates of one's own."""
    words = {name: (*getattr(shipped.words, name), *added) for name, added in own.words.items()}
    countries = {name: rates for name, rates in (shipped.withholding | own.withholding).items() if rates}
    return shipped.changed(
        evidence=shipped.evidence | own.evidence,
        limits=shipped.limits.model_copy(update=own.limits),
        words=shipped.words.model_copy(update=words),
        withholding=countries,
    )


def _plain(rule: OwnRule) -> Rule:
    return Rule.model_validate({name: getattr(rule, name) for name in Rule.model_fields})


def _acting(rule: Rule, own: OwnRules, held: dict[str, tuple[str, ...]]) -> dict[str, str]:
    mode = own.mode.get(rule.id, rule.mode)
    if mode != "post" or rule.id not in held:
        return {"mode": mode}
    return {"mode": "propose", "held": f"its confidence is not measured on rules.toml ({', '.join(held[rule.id])})"}


def unmeasured(shipped: Rulebook, own: OwnRules) -> dict[str, tuple[str, ...]]:
    """Rules whose table of confidence was measured on other points than theirs, in order, with the keys that were changed.

    Confidence is read from the log-odds of an explanation over all others. Raising the points of a kind of evidence raises the log-odds of
    explanations that have it; lowering them raises the log-odds of those that do not have it, for their rivals lose. A bound or a rate
    bears on the explanations it lets in. A rule behind one that was put into the shadow gets what that one took. A new rule has no
    measurement at all. What only lowers a log-odds makes a rule more careful, and leaves its table in force.
    """
    reasons = {rule.id: tuple(_touched(rule, shipped, own)) for rule in shipped.rule}
    reasons |= {rule.id: ("the rule is new",) for rule in own.rule}
    tables = in_force(shipped, own)
    measured = set(tables.rule) if tables else set()
    trusted = set(reasons) if own.trust is True else set(own.trust or ())
    return {name: why for name, why in reasons.items() if why and name not in measured | trusted}


def in_force(shipped: Rulebook, own: OwnRules) -> OwnCalibration | None:
    """The tables of rules.toml, if it has some and they were measured on these rules; others count for nothing."""
    return own.calibration if own.calibration and own.calibration.inputs == inputs(shipped, own) else None


def inputs(shipped: Rulebook, own: OwnRules) -> str:
    """Fingerprint of what a table of confidence is measured on, see `Rulebook.inputs`."""
    return effective(shipped, own.model_copy(update={"calibration": None}), "measure").inputs


def _touched(rule: Rule, shipped: Rulebook, own: OwnRules) -> Iterator[str]:
    for kind, points in own.evidence.items():
        before = shipped.evidence[kind]
        if (points > before and _may_have(rule, kind)) or (points < before and not _must_have(rule, kind)):
            yield f"evidence.{kind}"
    for other in shipped.rule[: shipped.rule.index(rule)]:
        if own.mode.get(other.id) == "shadow" and set(other.basis) & set(rule.basis) and set(other.difference) & set(rule.difference):
            yield f"mode.{other.id}"
    for limit, value in own.limits.items():
        if value != getattr(shipped.limits, limit) and {*rule.basis, *rule.difference} & scope(limit):
            yield f"limits.{limit}"
    if "withholding" in rule.difference:
        for country, rates in own.withholding.items():
            if set(rates) - set(shipped.withholding.get(country, ())):
                yield f"withholding.{country}"


def _may_have(rule: Rule, kind: str) -> bool:
    return kind not in rule.without and any(bears(kind, basis, difference) for basis in rule.basis for difference in rule.difference)


def _must_have(rule: Rule, kind: str) -> bool:
    return any(set(group) == {kind} for group in rule.needs) or all(
        DIFFERENCES[difference].evidence == (kind,) for difference in rule.difference
    )
