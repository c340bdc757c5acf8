"""How far long work has come: the stage that it is at, how much there is of it, and what is done. Never statement contents."""


class Progress:
    """Is told of the work as it goes, and shows nothing of it. Several threads may tell it."""

    def stage(self, name: str, total: int = 0) -> None:
        """A new stage begins.

        Args:
            name: words of this program.
            total: how many things there are to do; 0 where nobody knows.
        """

    def done(self, count: int) -> None:
        """So many more of the stage's things are done."""


SILENT = Progress()
"""For work that nobody waits for."""
