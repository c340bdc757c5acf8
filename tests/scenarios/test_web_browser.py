"""`review --web` in a browser: the address opens, the queue is there, a key decides. Headless Chromium is driven by selenium.

Without Chromium the test is skipped, but never where MATCHER_NEEDS_CHROMIUM says that there must be one.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import chrome
import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys
from support import copied
from web import made, served


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A browser that nobody has used yet."""
    with chrome.opened(tmp_path / "profile") as made:
        yield made


def until(true: Callable[[], bool]) -> None:
    """Waits for something."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.1)


def test_a_receipt_is_accepted_in_a_browser(browser: Chrome, tmp_path: Path) -> None:
    books = copied(tmp_path, made)

    def classes() -> str:
        return browser.find_element("tag name", "body").get_attribute("class") or ""

    with served(books.directory) as server:
        browser.get(server.address)
        until(lambda: "-first-byte" in classes())
        assert browser.title == "Test: review"
        assert server.address.rsplit("=", 1)[1] not in browser.current_url
        assert browser.execute_script("return document.cookie") == ""  # type: ignore[no-untyped-call]
        screen: list[str] = []

        def shows(words: str) -> bool:
            screen.extend(_received(browser))
            return words in "".join(screen)

        until(lambda: shows("0 of 2 done") and shows("Brandt GmbH") and shows("RE-2026-00400"))
        ActionChains(browser).send_keys(Keys.ENTER).perform()
        until(lambda: shows("1 of 2 done"))
        ActionChains(browser).send_keys("q").perform()
        until(lambda: "-closed" in classes())
        assert "every decision is saved" in browser.find_element("class name", "ended").text
        # nothing was refused, neither by the page's own policy nor by the server; a key that came after the end is no fault
        found = browser.get_log("browser")
        assert [entry for entry in found if entry["level"] == "SEVERE" and entry["source"] != "javascript"] == []
        assert server.end() == (0, "")
    assert list(books.state().decisions.select("kind", "actor").iter_rows()) == [("accept", "ada")]
    assert [check.failure for check in books.verify() if check.failure] == []


def _received(browser: Chrome) -> Iterator[str]:
    """What has come in through the page's websocket since it was last asked for."""
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            text = frame["payloadData"]
            yield base64.b64decode(text).decode("utf-8", "replace") if frame["opcode"] == 2 else text
