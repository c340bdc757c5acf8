"""The sentence in code: which stage follows which. No SQL, no arithmetic, no printing.

A stage is imported when it is first used: a listing must not wait for what only a run needs.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.pipeline import (
        acknowledging,
        actions,
        aged,
        audit_sample,
        backtest,
        bridges,
        challenge,
        choices,
        conflicts,
        drill,
        exports,
        figures,
        imports,
        ingest,
        layouts,
        line_rules,
        lists,
        lookup,
        opening,
        outbox,
        periods,
        proof,
        proof_errors,
        receipts,
        reissues,
        reports,
        roles,
        rulebooks,
        run,
        sampling,
        since,
        statements,
        trust,
        verify,
        view,
    )

__all__ = [
    "acknowledging", "actions", "aged", "audit_sample", "backtest", "bridges", "challenge", "choices", "conflicts", "drill", "exports",
    "figures", "imports", "ingest", "layouts", "line_rules", "lists", "lookup", "opening", "outbox", "periods", "proof",
    "proof_errors", "receipts", "reissues", "reports", "roles", "rulebooks", "run", "sampling", "since", "statements", "trust",
    "verify", "view",
]  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"matcher.pipeline.{name}")
    raise AttributeError(f"module 'matcher.pipeline' has no attribute {name!r}")
