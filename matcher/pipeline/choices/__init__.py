"""What a person may choose for a receipt that waits: what is proposed, what came next to it, and what a look through the ledger finds."""

from matcher.pipeline.choices.find import choices as of_line
from matcher.pipeline.choices.find import of_lines
from matcher.pipeline.choices.search import open_items

__all__ = ["of_line", "of_lines", "open_items"]
