"""The pictures of docs/pack.md: the pack of the demo month in Chromium, on a light and a dark screen, and its first side of paper.

    PYTHONPATH=tests:tests/contract:. .venv/bin/python tests/pack_pictures.py

Needs Chromium with its driver, and a font with Chinese signs (Debian: fonts-wqy-microhei).
"""

import glob
import io
import shlex
import tempfile
from pathlib import Path

import chrome
import pypdfium2
import pytest
from desk import FIXTURES, ROOT, Desk
from PIL import Image

DEMO, DOCS = FIXTURES / "demo", ROOT / "docs"
WIDE, HIGH = 1280, 1000
MOST_BYTES = 200_000


def demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The demo month, as fixtures/demo/run.sh works and closes it."""
    (folder / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    (folder / "out").mkdir()
    desk = Desk(folder, monkeypatch)
    known = {"$day": "2026-10-31", "$here": str(DEMO), "$books": str(folder), "$out": str(folder / "out")}
    for line in (DEMO / "run.sh").read_text(encoding="utf-8").splitlines():
        if not line.startswith("step matcher "):
            continue
        command = line.removeprefix("step matcher ")
        for name, value in known.items():
            command = command.replace(name, value)
        desk.do(*(found for word in shlex.split(command) for found in (sorted(glob.glob(word)) if "*" in word else [word])))
        if command.startswith("report "):
            break
    return desk


def keep(name: str, picture: Image.Image) -> None:
    """Writes a picture with as many colours as a page of figures needs."""
    path = DOCS / name
    picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < MOST_BYTES, path


def main() -> None:
    """Makes all pictures."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkeypatch:
        folder = Path(name)
        demo(folder, monkeypatch)
        page = folder / "out" / "pack" / "pack-2026-10.html"
        with chrome.opened(folder / "profile") as browser:
            chrome.shown(browser, page, WIDE)
            keep("pack-light.png", Image.open(io.BytesIO(chrome.picture(browser, WIDE, 0, HIGH))))
            printed = chrome.printed(browser)
            chrome.shown(browser, page, WIDE, dark=True)
            top = int(browser.execute_script("return document.getElementById('bridge').offsetTop"))  # type: ignore[no-untyped-call]
            keep("pack-dark.png", Image.open(io.BytesIO(chrome.picture(browser, WIDE, top, 760))))
        paper = pypdfium2.PdfDocument(printed)
        aging = next(side for side in range(len(paper)) if "Aged open items" in paper[side].get_textpage().get_text_bounded()[:200])
        keep("pack-paper.png", paper[aging].render(scale=1.4).to_pil())
        paper.close()


if __name__ == "__main__":
    main()
