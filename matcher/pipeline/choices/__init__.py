"""What a person may choose for a receipt that waits: what is proposed, what came next to it, and what a look through the ledger finds."""

from matcher.pipeline.choices.find import choices as of_line
from matcher.pipeline.choices.find import of_lines

__all__ = ["of_line", "of_lines"]
