"""The server: a page, and behind it a full-screen program of its own for each time that it is opened."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from matcher.errors import MatcherError
from matcher.web import page
from matcher.web.gate import HOST, REFUSED, Gate

MOST_SCREENS = 4
"""Pages that are open at a time; each is a process."""
MOST_CELLS = 1000
"""Columns, and rows, of a screen."""
MOST_TYPED = 65_536
"""Bytes that a page sends at once: a paste."""
PATIENCE = 30
"""Seconds that programs get to save what was decided, when the server ends."""
_LOGS = ("aiohttp", "asyncio", "textual-serve")


def listen(port: int) -> socket.socket:
    """A socket on the loopback address. `port`: 0 takes a free one. Raises MatcherError: ``usage.option``."""
    try:
        return socket.create_server((HOST, port), backlog=16)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise MatcherError("usage.option", f"port {port} of {HOST} cannot be used ({reason})", hint="Leave --port out.") from error


def serve(listening: socket.socket, command: Sequence[str], title: str, announce: Callable[[str], None]) -> None:
    """Serves until Ctrl-C, or the end of the terminal; then all screens are closed, once they have saved what was decided.

    Args:
        listening: see `listen`.
        command: starts the full-screen program with a page for its screen.
        title: of the page.
        announce: gets the address that opens it.
    """
    for name in _LOGS:  # they would print what a screen sends, and where an error was with all that was there
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with suppress(KeyboardInterrupt):
        asyncio.run(Server(listening, command, title).until_told(announce))


class _Program(AppService):
    """A full-screen program behind a page."""

    async def stop(self) -> None:
        """Has it end, and returns when it has; what textual-serve waits for is the end of its output only."""
        try:
            await super().stop()
        except asyncio.CancelledError:
            # also what textual-serve raises of a program that has ended before it said anything
            if (task := asyncio.current_task()) and task.cancelling():
                raise
        if self._process:
            self.stdin.close()
            await self._process.wait()


class Server:
    """The server by itself.

    Args:
        listening, command, title: see `serve`.

    Attributes:
        gate: who is let in.
    """

    def __init__(self, listening: socket.socket, command: Sequence[str], title: str) -> None:
        self.gate = Gate(listening.getsockname()[1])
        self._listening = listening
        # textual-serve takes the line of a shell
        self._command = subprocess.list2cmdline(command) if sys.platform == "win32" else f"exec {shlex.join(command)}"
        self._title = title
        self._open: WeakSet[web.WebSocketResponse] = WeakSet()
        self._ending: set[asyncio.Task[None]] = set()
        self._downloads = DownloadManager()
        self._runner = web.AppRunner(self._application(), access_log=None, handle_signals=False, shutdown_timeout=PATIENCE)

    async def start(self) -> None:
        """Begins to serve."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()

    async def stop(self) -> None:
        """Closes all screens, and returns when they have ended or after `PATIENCE`."""
        await self._runner.cleanup()
        if self._ending:
            await asyncio.wait(self._ending, timeout=PATIENCE)

    async def until_told(self, announce: Callable[[str], None]) -> None:
        """Serves until a signal says that it is enough."""
        enough = asyncio.Event()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with suppress(AttributeError, NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), enough.set)
        try:
            await self.start()
            announce(self.gate.address)
            await enough.wait()
        finally:
            await self.stop()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self.gate.check])
        application.on_response_prepare.append(self.gate.seal)
        application.on_shutdown.append(self._close)
        path = self.gate.path
        application.add_routes(
            [
                web.get(path, self._page),
                web.get(f"{path}style.css", self._style),
                web.get(f"{path}keys.js", self._script),
                web.get(f"{path}ws", self._screen),
                web.static(f"{path}static", page.STATIC),
            ]
        )
        return application

    async def _page(self, request: web.Request) -> web.Response:
        path = self.gate.path
        text = page.page(self._title, path, f"ws://{self.gate.host}{path}ws")
        return web.Response(text=text, content_type="text/html")

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=page.STYLE, content_type="text/css")

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=page.SCRIPT, content_type="text/javascript")

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        if not self.gate.admits_screen(request):
            raise web.HTTPForbidden(text=REFUSED)
        if len(self._open) >= MOST_SCREENS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_SCREENS} screens are open.\n")
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=MOST_TYPED)
        await socket.prepare(request)
        self._open.add(socket)

        async def close() -> None:
            await socket.close()

        program = _Program(
            self._command, write_bytes=socket.send_bytes, write_str=socket.send_str, close=close, download_manager=self._downloads
        )
        try:
            await program.start(*(_cells(request.query.get(name), least) for name, least in (("width", 80), ("height", 24))))
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not await _passed_on(program, socket, message.data):
                    break
        finally:
            self._open.discard(socket)
            # a page that is closed cancels what answers it, and the program must be waited for all the same
            self._ending.add(ending := asyncio.create_task(program.stop()))
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)
        return socket

    async def _close(self, application: web.Application) -> None:
        for open_one in list(self._open):
            await open_one.close(code=WSCloseCode.GOING_AWAY)


async def _passed_on(program: AppService, socket: web.WebSocketResponse, text: str) -> bool:
    """Hands over what a page sends. Gives whether it was something that pages send."""
    try:
        said = json.loads(text)
        kind, about = (said[0], said[1] if len(said) > 1 else None) if isinstance(said, list) and said else ("", None)
        match kind, about:
            case "stdin", str(typed):
                await program.send_bytes(typed.encode("utf-8", "replace"))
            case "resize", {"width": int(width), "height": int(height)}:
                await program.set_terminal_size(_cells(width, 80), _cells(height, 24))
            case "ping", int() | float() | str():
                await socket.send_json(["pong", about])
            case "focus", _:
                await program.focus()
            case "blur", _:
                await program.blur()
            case _:
                return False
    except (ValueError, ConnectionError):
        return False
    return True


def _cells(asked: Any, least: int) -> int:
    """A number of columns or rows that a screen can have; `least` for what is no number."""
    try:
        return min(max(int(asked), 1), MOST_CELLS)
    except (TypeError, ValueError):
        return least
