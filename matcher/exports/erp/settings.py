"""What a target takes from its table ``[target.NAME]`` of matcher.toml. Each target has a model of its own, made of these."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from matcher.errors import MatcherError
from matcher.exports.erp.records import Document

Text = Annotated[str, Field(min_length=1)]
"""A text that says something."""


class TargetSettings(BaseModel):
    """The table of a target that needs to know nothing.

    Attributes:
        version: of the system; '' for the first of `Target.versions`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: str = ""

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Keys that these documents need and the table has not, such as ``accounts.1``."""
        yield from ()


class MappedSettings(TargetSettings):
    """The table of a target that books on ledger accounts.

    Attributes:
        accounts: the ERP's account or journal for each of our bank accounts, by its id in matcher.toml.
        reasons: the ERP's ledger account for what is cleared without cash, by reason code.
        entities: the ERP's company code, by the id of the legal entity; left out where the ERP has the same.
    """

    accounts: dict[str, Text] = {}
    reasons: dict[str, Text] = {}
    entities: dict[str, Text] = {}

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and reasons of these documents that are mapped to nothing."""
        for one in documents:
            if one.line and one.line.account not in self.accounts:
                yield f"accounts.{one.line.account}"
            for part in one.parts:
                yield from (f"reasons.{cleared.reason}" for cleared in part.adjustments if cleared.reason not in self.reasons)

    def account(self, document: Document) -> str:
        """The ERP's account of the document's bank account; '' where there is no bank line.

        Raises:
            MatcherError: ``target.setting``.
        """
        return named(self.accounts, document.line.account, "accounts") if document.line else ""

    def reason(self, code: str) -> str:
        """The ERP's account for a reason code. Raises MatcherError: ``target.setting``."""
        return named(self.reasons, code, "reasons")

    def entity(self, document: Document) -> str:
        """The ERP's company code."""
        return self.entities.get(document.entity, document.entity)


def named(mapping: dict[str, str], key: str, table: str) -> str:
    """What a key is mapped to. Raises MatcherError: ``target.setting``."""
    if key not in mapping:
        raise MatcherError("target.setting", f"the target's table has no {table}.{key}", "matcher.toml")
    return mapping[key]
