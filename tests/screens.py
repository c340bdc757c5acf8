"""The full-screen program driven by keys, and what its screen then shows."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from matcher.books import Books
from matcher.filters import Filters
from matcher.fullscreen.keys import Review


class Seat:
    """A person at the screen."""

    def __init__(self, program: Review, pilot: Pilot[None]) -> None:
        self.program = program
        self.pilot = pilot
        self.pressed = 0

    async def press(self, *keys: str) -> str:
        """Presses keys, one after the other as fast as can be, and gives the screen once all is done."""
        self.pressed += len(keys)
        await self.pilot.press(*keys)
        return await self.settled()

    async def type(self, text: str) -> str:
        """Types a text."""
        names = {" ": "space", "-": "minus", ".": "full_stop", "/": "slash", ",": "comma"}
        return await self.press(*(names.get(sign, sign) for sign in text))

    async def settled(self) -> str:
        """The screen once nothing is left to be done."""
        for _ in range(6000):
            if self.program.settled:
                await self.pilot.pause()
                if self.program.settled:
                    return self.text()
            await asyncio.sleep(0.02)
        raise AssertionError("the program is still at work")

    def text(self) -> str:
        """What the screen shows."""
        rows = self.program.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in row).rstrip() for row in rows)

    @property
    def message(self) -> str:
        """The sentence under the list."""
        return str(self.program.query_one("#message").render())

    @property
    def head(self) -> str:
        """The first row."""
        return str(self.program.query_one("#head").render())


def work(
    books: Books, story: Callable[[Seat], Awaitable[None]], *, size: tuple[int, int] = (130, 30), filters: Filters | None = None
) -> Review:
    """Plays a story at the screen."""
    program = Review(books, filters)

    async def play() -> None:
        async with program.run_test(size=size) as pilot:
            seat = Seat(program, pilot)
            await seat.settled()
            await story(seat)

    asyncio.run(play())
    return program
