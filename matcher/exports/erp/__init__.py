"""Exports of receipts to other systems. Each target is a module with a ``TARGET``, registered as an entry point ``matcher.targets``."""

from matcher.exports.erp.base import SENT, Answer, CustomerFeed, Export, ExportBatch, ExportRequest, File, Refused, Rendering, Target
from matcher.exports.erp.exporting import customers, export, settings_of
from matcher.exports.erp.registry import load, names

__all__ = [
    "SENT", "Answer", "CustomerFeed", "Export", "ExportBatch", "ExportRequest", "File", "Refused", "Rendering", "Target", "customers",
    "export", "load", "names", "settings_of", "target",
]  # fmt: skip

target = load
