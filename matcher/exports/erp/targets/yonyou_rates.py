"""What the targets of Yonyou (用友) share: amounts that stand there in the currency of the money and in the base currency."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field, field_validator

from matcher import money
from matcher.exports.erp.records import Document
from matcher.exports.erp.settings import MappedSettings, Text, named


class RatedSettings(MappedSettings):
    """The table of a target that wants amounts in the base currency too.

    Attributes:
        base_currency: of the ledger there.
        rates: units of the base currency for one unit of another currency.
    """

    base_currency: Text = "CNY"
    rates: dict[str, Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,10})?$")]] = Field(default_factory=dict)

    @field_validator("rates")
    @classmethod
    def _above_zero(cls, value: dict[str, str]) -> dict[str, str]:
        for currency, rate in value.items():
            if not Decimal(rate):
                raise ValueError(f"the rate of {currency} is zero")
        return value

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and rates that are not there."""
        for one in documents:
            if one.line and one.line.account not in self.accounts:
                yield f"accounts.{one.line.account}"
            if one.currency != self.base_currency and one.currency not in self.rates:
                yield f"rates.{one.currency}"


def rate(currency: str, settings: RatedSettings) -> Decimal:
    """Units of the base currency for one unit of a currency. Raises MatcherError: ``target.setting``."""
    return Decimal(1) if currency == settings.base_currency else Decimal(named(settings.rates, currency, "rates"))


def local(amount: int, currency: str, settings: RatedSettings) -> Decimal:
    """Minor units in the base currency, rounded half up to its places; the same where they are of the base currency."""
    whole = Decimal(money.render(amount, currency)) * rate(currency, settings)
    return whole.quantize(Decimal(1).scaleb(-money.scale(settings.base_currency)), ROUND_HALF_UP)
