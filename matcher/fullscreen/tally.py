"""Open items that are ticked for a receipt, what each gets, and what is left of the receipt. Without any screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.fullscreen.desk import Unable
from matcher.pipeline.choices.records import OpenItem, Share

if TYPE_CHECKING:
    from matcher.review.queue import WaitingLine


class Tally:
    """What is ticked for a receipt.

    Attributes:
        line: the receipt.
        ticked: what each document gets, by its id, in the order of ticking.
    """

    def __init__(self, line: WaitingLine) -> None:
        self.line = line
        self.ticked: dict[str, Share] = {}

    @property
    def left(self) -> int:
        """What is left of the receipt, minor units of its currency."""
        return self.line.pending - sum(share.cash for share in self.ticked.values())

    @property
    def shares(self) -> tuple[Share, ...]:
        """What is ticked."""
        return tuple(self.ticked.values())

    def tick(self, item: OpenItem) -> None:
        """Gives an item what is open of it and left of the receipt; of a credit all, which leaves more. Or takes the tick away.

        Raises:
            Unable: nothing is left.
        """
        if self.ticked.pop(item.item_id, None):
            return
        cash = item.open if item.open < 0 else min(item.open, self.left)
        if not cash or (item.open > 0 and cash < 0):
            raise Unable("Nothing is left of the receipt: take a tick away first.")
        self.ticked[item.item_id] = Share(item, cash)

    def clear(self, item: OpenItem, reason: str) -> None:
        """Clears what a ticked item keeps open, for a reason code; '' leaves it open.

        Raises:
            Unable: it is not ticked, or nothing of it stays open.
        """
        share = self.ticked.get(item.item_id)
        if share is None:
            raise Unable("Tick the document first, with the space bar.")
        bare = replace(share, adjustment=0, reason="")
        if not bare.left:
            raise Unable("Nothing of the document stays open.")
        self.ticked[item.item_id] = replace(bare, adjustment=bare.left, reason=reason) if reason else bare
