"""Chromium without a screen, driven by selenium: pages as people see and print them.

Where it is not installed the test is skipped, but never where MATCHER_NEEDS_CHROMIUM says that it must be.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


@contextmanager
def opened(profile: Path, *, size: str = "1200,700") -> Iterator[Chrome]:
    """A browser that nobody has used yet."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        if os.environ.get("MATCHER_NEEDS_CHROMIUM"):
            pytest.fail("no chromium or no chromedriver, and MATCHER_NEEDS_CHROMIUM is set")
        pytest.skip("a page needs a browser, and there is no chromium or no chromedriver")
    options = ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--window-size={size}", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=ChromeService(driver))
    try:
        yield made
    finally:
        made.quit()


def shown(browser: Chrome, page: Path, width: int, *, dark: bool = False) -> None:
    """Opens a file in a window so wide, in light or dark."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    _do(browser, "Emulation.setEmulatedMedia", {"features": [scheme]})
    _do(browser, "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    browser.get(page.as_uri())


def picture(browser: Chrome, width: int, top: int, height: int) -> bytes:
    """A PNG of a part of the page that is open."""
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    return base64.b64decode(_do(browser, "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})["data"])


def printed(browser: Chrome) -> bytes:
    """The page that is open as it prints, as PDF."""
    options = {"preferCSSPageSize": True, "printBackground": True}
    return base64.b64decode(_do(browser, "Page.printToPDF", options)["data"])


def _do(browser: Chrome, command: str, options: dict[str, Any]) -> Any:
    return browser.execute_cdp_cmd(command, options)  # type: ignore[no-untyped-call]
