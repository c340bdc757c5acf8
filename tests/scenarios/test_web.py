"""`review --web` without a browser: who is let in, who is not, and that it ends with everything that it started."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, WSServerHandshakeError
from click.testing import CliRunner
from support import copied
from web import made, served

from matcher.books import Books
from matcher.cli.main import main
from matcher.web.gate import REFUSED, Gate
from matcher.web.serving import Server, listen

Story = Callable[[ClientSession, Server], Awaitable[None]]
NOTHING = ["matcher-that-does-not-exist"]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, made)


def played(story: Story) -> None:
    """Plays a story with a server of this process."""

    async def play() -> None:
        server = Server(listen(0), NOTHING, "Northgate <group>")
        await server.start()
        try:
            async with ClientSession(timeout=ClientTimeout(10)) as client:
                await story(client, server)
        finally:
            await server.stop()

    asyncio.run(play())


def let_in(gate: Gate) -> dict[str, str]:
    """What the browser that has used the token sends with each request."""
    return {"Cookie": f"matcher={gate.cookie}"}


async def refused(client: ClientSession, url: str, **headers: str) -> None:
    async with client.get(url, headers=headers, allow_redirects=False) as answer:
        assert (answer.status, await answer.text()) == (403, REFUSED)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Server"] == "matcher"


async def no_socket(client: ClientSession, url: str, **headers: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await client.ws_connect(url, headers=headers)
    assert refusal.value.status == 403


@pytest.mark.parametrize("place", ["", "?token=", "?token=wrong", "static/js/textual.js", "static", "ws", "favicon.ico", "..", "nothing"])
def test_without_the_token_nothing_is_told(place: str) -> None:
    async def story(client: ClientSession, server: Server) -> None:
        await refused(client, f"{server.gate.origin}/{place}")
        if "token" not in place:  # the path alone, which a history of the browser may have, is no way in either
            await refused(client, f"{server.gate.origin}{server.gate.path}{place}")
            await refused(client, f"{server.gate.origin}{server.gate.path}{place}", Cookie="matcher=wrong")

    played(story)


def test_the_token_is_good_once_and_gives_a_cookie_that_pages_cannot_read() -> None:
    async def story(client: ClientSession, server: Server) -> None:
        gate = server.gate
        async with client.head(gate.address, allow_redirects=False) as answer:
            assert answer.status == 403  # a preview uses nothing up
        async with client.get(gate.address, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, gate.path)
            assert answer.headers["Set-Cookie"] == f"matcher={gate.cookie}; HttpOnly; Path={gate.path}; SameSite=Strict"
        await refused(client, gate.address)
        await refused(client, gate.address, **let_in(gate))
        async with client.get(f"{gate.origin}{gate.path}", headers=let_in(gate)) as answer:
            page = await answer.text()
        assert "Northgate &lt;group&gt;" in page
        assert "://" not in page.replace(f"ws://{gate.host}/", "")
        assert gate.token not in page
        assert gate.cookie not in page
        for name, value in {"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}.items():
            assert answer.headers[name] == value
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        for place in ("static/js/textual.js", "static/css/xterm.css", "style.css", "keys.js"):
            async with client.get(f"{gate.origin}{gate.path}{place}", headers=let_in(gate)) as answer:
                assert answer.status == 200, place
        async with client.get(f"{gate.origin}{gate.path}static/", headers=let_in(gate)) as answer:
            assert answer.status == 403  # no list of files

    played(story)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "books.example"},
        {"Host": "localhost:{port}"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://books.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_other_hosts_and_pages_of_others_are_refused(headers: dict[str, str]) -> None:
    async def story(client: ClientSession, server: Server) -> None:
        gate = server.gate
        sent = {name: value.format(port=gate.port) for name, value in headers.items()}
        await refused(client, gate.address, **sent)
        assert not gate.used
        await refused(client, f"{gate.origin}{gate.path}", **sent, **let_in(gate))
        await no_socket(client, f"{gate.origin}{gate.path}ws", **({"Origin": gate.origin} | sent), **let_in(gate))

    played(story)


def test_a_websocket_needs_the_cookie_and_our_own_page() -> None:
    async def story(client: ClientSession, server: Server) -> None:
        gate = server.gate
        place = f"{gate.origin}{gate.path}ws"
        await no_socket(client, place, Origin=gate.origin)
        await no_socket(client, place, Origin=gate.origin, Cookie=f"matcher={gate.token}")
        await no_socket(client, place, **let_in(gate))
        async with client.ws_connect(place, headers={"Origin": gate.origin, **let_in(gate)}) as socket:
            await socket.send_str('{"no": "page sends this"}')
            assert (await socket.receive()).type.name.startswith("CLOS")

    played(story)


def test_it_listens_on_the_loopback_address_alone() -> None:
    with listen(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        port = listening.getsockname()[1]
        result = CliRunner().invoke(main, ["review", "--port", str(port)])
        assert result.stderr.startswith("usage.option: --port is of --web")


def test_a_port_that_is_taken_and_a_wrong_filter_are_one_line(books: Books) -> None:
    named = ["--books", str(books.directory), "--actor", "ada", "review", "--web"]
    with listen(0) as listening:
        result = CliRunner().invoke(main, [*named, "--port", str(listening.getsockname()[1])])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be used (Address already in use). Leave --port out." in result.stderr
    result = CliRunner().invoke(main, [*named, "--account", "nowhere"])
    assert (result.exit_code, result.stdout) == (2, "")


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it has not come about")


def _children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


async def _screen(client: ClientSession, address: str, words: str) -> ClientWebSocketResponse:
    """A websocket as the page opens it, after its first screen has arrived."""
    origin = address.split("/?", 1)[0]
    async with client.get(address, allow_redirects=False) as answer:
        path, cookie = answer.headers["Location"], answer.headers["Set-Cookie"].split(";", 1)[0]
    socket = await client.ws_connect(f"{origin}{path}ws?width=130&height=30", headers={"Origin": origin, "Cookie": cookie})
    await _shown(socket, words)
    return socket


async def _shown(socket: ClientWebSocketResponse, words: str) -> None:
    seen = ""
    async with asyncio.timeout(30):
        while words not in seen:
            seen += (await socket.receive_bytes()).decode("utf-8", "replace")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are counted in /proc")
def test_a_decision_is_saved_as_who_started_it_and_ctrl_c_ends_all(books: Books) -> None:
    with served(books.directory) as server:

        async def story() -> list[int]:
            async with ClientSession() as client:
                socket = await _screen(client, server.address, "0 of 2 done")
                children = _children(server.process.pid)
                await socket.send_str(json.dumps(["stdin", "\r"]))
                await _shown(socket, "1 of 2 done")
                await asyncio.to_thread(os.kill, server.process.pid, signal.SIGINT)
                while not (await socket.receive()).type.name.startswith("CLOS"):
                    pass
                return children

        children = asyncio.run(story())
        assert len(children) == 1
        said, _ = server.process.communicate(timeout=30)
        assert (server.process.returncode, said) == (0, "")
        assert all(map(_gone, children))
    decisions = books.state().decisions
    assert [tuple(row) for row in decisions.select("kind", "actor").iter_rows()] == [("accept", "ada")]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are counted in /proc")
def test_screens_end_when_the_server_is_killed(books: Books) -> None:
    with served(books.directory, "--search", "thanks") as server:

        async def story() -> list[int]:
            async with ClientSession() as client:
                await _screen(client, server.address, "0 of 1 done")
                children = _children(server.process.pid)
                server.end(signal.SIGKILL)
                await _until(lambda: all(map(_gone, children)))
                return children

        begun = time.monotonic()
        assert len(asyncio.run(story())) == 1
        assert time.monotonic() - begun < 20
