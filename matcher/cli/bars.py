"""Bars on a terminal. Only a command that shows one loads this."""

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Count(MofNCompleteColumn):
    """How many are done, of how many; nothing where nobody knows."""

    def render(self, task: Task) -> Text:
        return Text() if task.total is None else Text(f"{int(task.completed):,} / {int(task.total):,}", style="progress.download")


class _TimeLeft(TimeRemainingColumn):
    """The time that is left; nothing where nobody knows."""

    def render(self, task: Task) -> Text:
        return Text() if task.total is None else super().render(task)


class _Bar(BarColumn):
    """A bar; nothing where nobody knows how much there is to do."""

    def render(self, task: Task) -> RenderableType:  # type: ignore[override]
        return Text() if task.total is None else super().render(task)


def bars() -> Progress:
    """Bars on stderr, which leave nothing behind."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), _Bar(bar_width=24), _Count(), _TimeLeft(compact=True))
    return Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
