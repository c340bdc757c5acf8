"""Small questions: a text, one of a list, several fields, whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from matcher import languages
from matcher.characters import visible

_CLOSE = Binding("escape", "close", "Close", show=False)


def plain(text: str, *, data: bool = False) -> Text:
    """A text of which nothing is markup, and nothing is hidden; in the person's language, unless it is `data` or told in it already."""
    return Text(visible(text if data else languages.sentence(text), lines=True))


class Ask(ModalScreen[str | None]):
    """Asks for a text. Gives it, or None when the person changed his mind."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(self, title: str, about: str = "", value: str = "", check: Callable[[str], str] | None = None) -> None:
        """`check`: says what is wrong with a text, '' when nothing is."""
        super().__init__()
        self._title, self._about, self._value, self._check = title, about, value, check

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            yield Input(self._value, select_on_focus=True)
            yield Label(plain(self._about), id="about")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Gives the text, if it can be one."""
        event.stop()
        wrong = self._check(event.value) if self._check else ""
        if wrong:
            self.query_one("#about", Label).update(plain(wrong))
        else:
            self.dismiss(event.value.strip())

    def action_close(self) -> None:
        """Gives nothing."""
        self.dismiss(None)


class Pick(ModalScreen[str | None]):
    """Asks for one of a list: by the arrows and Enter, by its number or first letter, or by the mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(self, title: str, values: Sequence[str], chosen: str = "") -> None:
        super().__init__()
        self._title, self._values, self._chosen = title, list(values), chosen

    def compose(self) -> ComposeResult:
        """The list, each with the key that takes it."""
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            words = [languages.word(value.replace("_", " ") or "(default)") for value in self._values]
            yield OptionList(*(Option(plain(f"{_key(n)}  {word}")) for n, word in enumerate(words)))

    def on_mount(self) -> None:
        """Highlights the present value."""
        listed = self.query_one(OptionList)
        listed.highlighted = self._values.index(self._chosen) if self._chosen in self._values else 0
        listed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Gives the value."""
        self.dismiss(self._values[event.option_index])

    def on_key(self, event: events.Key) -> None:
        """Takes the value of a key."""
        found = [n for n in range(len(self._values)) if event.character and _key(n) == event.character]
        if found:
            event.stop()
            self.dismiss(self._values[found[0]])

    def action_close(self) -> None:
        """Gives nothing."""
        self.dismiss(None)


def _key(place: int) -> str:
    """The key of a place in a list: 1 to 9, then letters."""
    return "123456789abcdefghilmnoprstuvw"[place] if place < 29 else " "


class Sure(ModalScreen[bool]):
    """Shows what a decision on several receipts does, and asks whether to go on."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE, Binding("enter", "go_on", "Go on", show=False)]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        """The effect, and the two keys."""
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            with VerticalScroll():
                yield Label(plain("\n".join(self._lines)))
            yield Label(plain("Enter goes on, Escape does nothing."), classes="title")

    def action_go_on(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_close(self) -> None:
        """No."""
        self.dismiss(False)


class Fields(ModalScreen[dict[str, str] | None]):
    """Asks for several texts at once. Enter in any of them applies all."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(self, title: str, values: Mapping[str, str], check: Callable[[dict[str, str]], str]) -> None:
        super().__init__()
        self._title, self._values, self._check = title, values, check

    def compose(self) -> ComposeResult:
        """A row for each field."""
        with Vertical(classes="dialog wide"):
            yield Label(plain(self._title), classes="title")
            with VerticalScroll(can_focus=False), Grid(id="fields"):
                for name, value in self._values.items():
                    yield Label(plain(name.replace("_", " ")))
                    yield Input(value, id=f"field-{name}", compact=True)
            yield Label(plain("Tab moves on, Enter applies, Escape closes."), id="about")

    def on_mount(self) -> None:
        """Begins with the first."""
        self.query(Input).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Gives all texts, if they can be."""
        event.stop()
        typed = {name: self.query_one(f"#field-{name}", Input).value.strip() for name in self._values}
        if wrong := self._check(typed):
            self.query_one("#about", Label).update(plain(wrong))
        else:
            self.dismiss(typed)

    def action_close(self) -> None:
        """Gives nothing."""
        self.dismiss(None)


class Page(ModalScreen[None]):
    """A page to read."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE, Binding("enter,q,question_mark", "close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The page."""
        with Vertical(classes="dialog wide"):
            yield Label(plain(self._title), classes="title")
            with VerticalScroll():
                yield Label(plain(self._text))

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss(None)
