"""Loading the rulebook: strict, with stable ids and versions."""

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matcher.errors import MatcherError

PPM = 1_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Rule(_Strict):
    """One rule.

    Attributes:
        id, version: stable name; the version rises whenever what it does changes.
        title: what it says, in a person's words.
        posts: whether it may post without a person.
        points: least evidence at which it applies.
        confidence: how far its explanations are trusted, 0 to 1; set by hand, not calibrated.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: int = Field(ge=1)
    title: str
    posts: bool
    points: int
    confidence: float = Field(gt=0, lt=1)

    @property
    def name(self) -> str:
        """Id and version, as decisions record it."""
        return f"{self.id}@{self.version}"

    @property
    def confidence_ppm(self) -> int:
        """Confidence in millionths."""
        return round(self.confidence * PPM)


class Evidence(_Strict):
    """Points of each kind of evidence; see the comments in ``default.toml``."""

    reference_whole: int
    reference_digits: int
    reference_run: int
    reference_short: int
    reference_tail: int
    reference_order: int
    reference_shared: int
    payer_account: int
    payer_account_other: int
    payer_name: int
    payer_name_alike: int
    payer_name_other: int
    amount_full: int
    amount_rare: int
    amount_discount: int
    amount_part: int
    amount_over: int


class Rulebook(_Strict):
    """A checked rulebook."""

    evidence: Evidence
    rule: tuple[Rule, ...] = Field(strict=False)

    def get(self, rule_id: str) -> Rule:
        """The rule of that id."""
        return next(rule for rule in self.rule if rule.id == rule_id)


def parse(text: str, where: str) -> Rulebook:
    """Checks the text of a rulebook.

    Raises:
        MatcherError: ``rules.invalid`` with the key at fault.
    """
    try:
        book = Rulebook.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MatcherError("rules.invalid", f"is not valid TOML ({error})", where) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise MatcherError("rules.invalid", f"{'.'.join(map(str, first['loc']))}: {first['msg']}", where) from error
    ids = [rule.id for rule in book.rule]
    if len(set(ids)) != len(ids):
        raise MatcherError("rules.invalid", "two rules have one id", where)
    return book


@cache
def default() -> Rulebook:
    """The shipped rulebook."""
    return parse((resources.files("matcher.rules") / "default.toml").read_text(encoding="utf-8"), "default.toml")
