"""Rules of one's own about lines that are no receivables: the fee of every month, the interest, the tax office.

Such a rule speaks of lines that are alike: on one account, in one direction, of one counterparty, with a text that begins with the same
words. It settles nothing and moves no money. What it takes waits for nobody.
"""

import json
from typing import Annotated, Literal

from pydantic import Field, model_validator

from matcher import money
from matcher.rules.rulebook import Strict

Kind = Literal["fee", "interest", "tax", "payroll", "supplier"]


class LineRule(Strict):
    """A ``[[line]]`` of rules.toml.

    Attributes:
        id, version, title: as of a rule.
        kind: what the lines are, a word of `states.LineClass`.
        entity, account: ids, as in matcher.toml.
        direction: ``in`` or ``out``.
        counterparty: the name without case, accents and legal form; '' where the bank names none.
        text: the first words of the text, six at most, without months; all of them where there are fewer.
        up_to: largest amount without its sign, in `currency`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: int = Field(default=1, ge=1)
    title: str
    kind: Kind
    entity: str
    account: str
    direction: Literal["in", "out"]
    counterparty: str = ""
    text: Annotated[tuple[str, ...], Field(strict=False)] = ()
    up_to: str
    currency: str

    @model_validator(mode="after")
    def _says_something(self) -> "LineRule":
        if not self.counterparty and not self.text:
            raise ValueError("counterparty or text must say what the lines have in common")
        if self.currency not in money.SCALE:
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code")
        if self.most <= 0:
            raise ValueError("up_to must be above zero")
        return self

    @property
    def name(self) -> str:
        """Id and version, as findings name it."""
        return f"{self.id}@{self.version}"

    @property
    def most(self) -> int:
        """`up_to` in minor units."""
        from matcher.errors import MatcherError

        try:
            return money.parse(self.up_to, self.currency)
        except MatcherError as error:
            raise ValueError(f"up_to: {error.what}") from error

    def toml(self) -> str:
        """As it stands in rules.toml."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        rows = [f"{name} = {_value(value)}" for name, value in told.items() if value not in ("", ())]
        return "\n".join(["[[line]]", *rows, ""])


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    # a JSON text is a TOML text but for the one character that TOML wants escaped too
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
