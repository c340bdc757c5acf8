"""A stub of an ERP's interface: an HTTP server on this machine that is as strict as the system's documentation, and as unreliable as a net.

A stub of a system extends `Stub` with what its paths do. Everything that it refuses in a call is a mistake of ours, and is kept in
`mistakes`: a field that the system does not know, one that is missing, a wrong type. `trouble` says what happens to the next calls.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class Trouble(StrEnum):
    """What happens to a call."""

    NONE = "none"
    LOSE = "lose"  # it is done, and the connection is closed without an answer
    LOSE_BEFORE = "lose_before"  # the connection is closed before anything is done
    LATE = "late"  # the connection is closed, and it is done when the next call has come
    ERROR_DONE = "error_done"  # it is done, and the answer is 502
    ERROR = "error"  # nothing is done, and the answer is 503
    LIMIT = "limit"  # 429: too many calls
    REJECT = "reject"  # refused with the system's words
    GARBLED = "garbled"  # it is done, and the answer is no JSON
    REDIRECT = "redirect"
    SLOW = "slow"  # it is done, and answered too late


@dataclass(frozen=True)
class Call:
    """A call as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]
    writes: bool = False
    """Whether it may book something."""


@dataclass
class Said:
    """An answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """What the system refuses, with its own answer."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(str(said.body))


class Stub:
    """A system.

    Attributes:
        calls: all that came, in their order.
        mistakes: calls that no careful client makes.
        lists: that can be pulled.
        wait: seconds that are waited after too many calls.
        trouble: asked for each call what happens to it.
        down: whether nobody answers: connections are closed at once.
    """

    lists: tuple[str, ...] = ("customers", "items")
    wait: float = 3.0

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.mistakes: list[str] = []
        self.trouble: Callable[[Call], Trouble] = lambda call: Trouble.NONE
        self.down = False
        self._late: list[Call] = []
        self._lock = threading.RLock()

    # --- what a system says -------------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Said:
        """Does what is called. Raises `Refusal`."""
        raise NotImplementedError

    def rejected(self, call: Call) -> Said:
        """How the system refuses a call for reasons of its own."""
        raise NotImplementedError

    def limited(self) -> Said:
        """How the system says that there were too many calls."""
        return Said(429, {"message": "slow down"}, {"Retry-After": "3"})

    def writes(self, call: Call) -> bool:
        """Whether a call may book something."""
        return call.method != "GET"

    def let_in(self, call: Call) -> bool:
        """Whether the call has what lets it in."""
        raise NotImplementedError

    # --- strictness ---------------------------------------------------------------------------------------------------------------

    def mistake(self, what: str, status: int = 400) -> Refusal:
        """A call that is wrong in itself."""
        self.mistakes.append(what)
        return Refusal(Said(status, {"error": what}))

    def check(self, body: Any, known: Mapping[str, type | tuple[type, ...]], needed: tuple[str, ...], where: str) -> None:
        """Refuses unknown fields, missing ones and wrong types. JSON's numbers come as int or `Decimal`."""
        if not isinstance(body, dict):
            raise self.mistake(f"{where} is no object")
        for name, value in body.items():
            if name not in known:
                raise self.mistake(f"{where} has no field {name}")
            if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is int):
                raise self.mistake(f"{where}.{name} is {type(value).__name__}")
        for name in needed:
            if name not in body:
                raise self.mistake(f"{where} lacks {name}")

    # --- the server ---------------------------------------------------------------------------------------------------------------

    def handle(self, call: Call) -> tuple[Said | None, float]:
        """The answer, or None for a connection that is closed; and seconds before it."""
        call = replace(call, writes=self.writes(call))
        with self._lock:
            self.calls.append(call)
            for late in self._late:
                self._done(late)
            self._late.clear()
            if self.down:
                return None, 0
            trouble = self.trouble(call)
            match trouble:
                case Trouble.LOSE_BEFORE:
                    return None, 0
                case Trouble.LATE:
                    self._late.append(call)
                    return None, 0
                case Trouble.ERROR:
                    return Said(503, None), 0
                case Trouble.LIMIT:
                    return self.limited(), 0
                case Trouble.REDIRECT:
                    return Said(302, None, {"Location": "http://192.0.2.1/elsewhere"}), 0
                case Trouble.REJECT if call.writes:
                    return self.rejected(call), 0
            said = self._done(call)
            if trouble == Trouble.LOSE:
                return None, 0
            if trouble == Trouble.ERROR_DONE:
                return Said(502, None), 0
            if trouble == Trouble.GARBLED:
                return Said(200, "<html>"), 0
            return said, 1.5 if trouble == Trouble.SLOW else 0

    def _done(self, call: Call) -> Said:
        if not self.let_in(call):
            return Said(401, {"error": "not signed in"})
        try:
            return self.answer(call)
        except Refusal as refusal:
            return refusal.said

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serves on a port of this machine; the address."""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                parts = urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(size)
                headers = {name.lower(): value for name, value in self.headers.items()}
                if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                    body: Any = dict(parse_qsl(raw.decode()))
                else:
                    body = json.loads(raw, parse_float=Decimal) if raw else None
                call = Call(self.command, unquote(parts.path), dict(parse_qsl(parts.query)), body, headers)
                said, wait = stub.handle(call)
                if wait:
                    time.sleep(wait)
                if said is None:
                    self.close_connection = True
                    return
                text = said.body if isinstance(said.body, str) else "" if said.body is None else plain(said.body)
                data = text.encode()
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def plain(value: Any) -> str:
    """JSON with decimals as numbers."""
    from matcher.exports.erp.calls import json_text

    return json_text(value)
