"""The settings that a month's pack is made with. A close keeps them, so that the pack of a closed month stays the same for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from matcher import reasons
from matcher.config import Config

_PACK = "pack"
"""Key of a close's settings."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One of our accounts, as matcher.toml has it."""

    number: str
    entity: str
    currency: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one document may be cleared for a reason: decimal text and per cent, '' without a limit; and the ledger account."""

    amount: str = ""
    percent: str = ""
    gl_account: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Of matcher.toml what a pack shows.

    Attributes:
        books: name of the books.
        entities: names of the legal entities by id.
        accounts: our bank accounts by id.
        limits: by reason code.
        precision: share of automatic postings that must be right, as text.
    """

    books: str
    entities: Mapping[str, str]
    accounts: Mapping[str, BankAccount]
    limits: Mapping[str, Limit]
    precision: str


def kept(config: Config) -> dict[str, object]:
    """What a close keeps of matcher.toml for the pack, under its key; lists, so that the order is kept, too."""
    limits, own = config.policy.limits, config.reasons
    codes = sorted({*limits, *own})
    return {
        _PACK: {
            "books": config.books.name,
            "entities": [[one.id, one.name] for one in config.entity],
            "accounts": [[one.id, one.number, one.entity, one.currency] for one in config.account],
            "limits": [[code, *_limit(config, code)] for code in codes],
            "precision": str(config.policy.precision),
        }
    }


def _limit(config: Config, code: str) -> list[str]:
    limit, own = config.policy.limits.get(code), config.reasons.get(code)
    amount = "" if limit is None or limit.amount is None else f"{limit.amount:f}"
    percent = "" if limit is None or limit.percent is None else f"{limit.percent:f}"
    shipped = reasons.SHIPPED.get(code)
    return [amount, percent, own.gl_account if own else shipped.gl_account if shipped else ""]


def read(closed_with: str, config: Config) -> Settings:
    """The settings of a close (JSON), or those of now for an open month and for one that was closed before packs were made."""
    told = json.loads(closed_with or "{}").get(_PACK)
    if told is None:
        told = json.loads(json.dumps(kept(config)[_PACK]))
    return Settings(
        told["books"],
        dict(told["entities"]),
        {name: BankAccount(*about) for name, *about in told["accounts"]},
        {code: Limit(*about) for code, *about in told["limits"]},
        told["precision"],
    )
