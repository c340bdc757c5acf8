"""What matcher.toml says of credit control: dunning, late interest, credit insurance."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AddressSection(_Strict):
    """``[entity.address]``: a structured address, as codes for payments have it. `country`: ISO 3166-1, two letters."""

    street: Annotated[str, Field(max_length=70)] = ""
    house_number: Annotated[str, Field(max_length=16)] = ""
    postcode: Annotated[str, Field(max_length=16)] = ""
    town: Annotated[str, Field(max_length=35)] = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""


class DunningSection(_Strict):
    """``[dunning]``: when an item is dunned.

    Attributes:
        levels: days past due from which each level is reached, rising.
        advice_days: how long after its date an advice keeps the items that it names from being dunned.
        least_amount: a document of which less is asked for is not dunned; in the base currency.
        least_total: a customer of whom less is asked for in all is not dunned; in the base currency.
    """

    levels: tuple[int, ...] = Field(default=(7, 21, 35), strict=False, min_length=1)
    advice_days: int = Field(default=14, ge=0)
    least_amount: Decimal = Field(default=Decimal(0), ge=0, strict=False)
    least_total: Decimal = Field(default=Decimal(0), ge=0, strict=False)

    @model_validator(mode="after")
    def _rising(self) -> "DunningSection":
        if list(self.levels) != sorted({day for day in self.levels if day > 0}):
            raise ValueError(f"levels: {list(self.levels)} are not rising numbers of days above 0")
        return self


class InterestTermsSection(_Strict):
    """``[interest.customers.ID]``: how late interest is reckoned for a customer.

    Attributes:
        profile: id of a shipped profile; '' for that of the customer's country.
        rate: per cent a year that was agreed.
        day_basis: days of a year.
    """

    profile: str = ""
    rate: Decimal | None = Field(default=None, ge=0, le=100, strict=False)
    day_basis: int | None = Field(default=None, ge=360, le=366)


_RateRow = Annotated[tuple[Annotated[date, Field(strict=False)], Annotated[Decimal, Field(strict=False)]], Field(strict=False)]
_RateRows = Annotated[tuple[_RateRow, ...], Field(strict=False)]


class InterestSection(InterestTermsSection):
    """``[interest]``: the same for all customers that have none of their own.

    Attributes:
        rates: rows of reference rates, by the table that they are added to: day and per cent a year.
        customers: by id.
    """

    rates: dict[str, _RateRows] = Field(default_factory=dict)
    customers: dict[str, InterestTermsSection] = Field(default_factory=dict)


class InsuranceSection(_Strict):
    """``[insurance]``: credit insurance.

    Attributes:
        days: days past due from which an item is declared.
        limits: insured limit by customer, in `currency`.
        currency: of the limits; '' for the base currency.
    """

    days: int = Field(default=60, ge=1)
    currency: str = ""
    limits: dict[str, Annotated[Decimal, Field(strict=False, ge=0)]] = Field(default_factory=dict)
