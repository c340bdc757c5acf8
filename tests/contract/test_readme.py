"""The README is run: each command of its console blocks, in order, and what it prints must be what stands there.

After a change that is meant to show, write the new output with `python tests/contract/test_readme.py --write`, and read the difference.
"""

import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from matcher.books import Books
from matcher.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_MINUTE = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b")
PAGE = "110"
"""Width, in characters, of the tables in the README."""

_HEAD = re.compile(r"\b[0-9a-f]{64}\b")


def trimmed(printed: str) -> str:
    """Output as a page shows it: no blanks at line ends, no empty lines around it, one moment for all that was decided.

    The journal's head holds that moment, so that only its first digits are shown, and always the same.
    """
    moved = _HEAD.sub("3f2a...", _MOMENT.sub("2026-11-02T09:00:00+00:00", _MINUTE.sub("2026-11-02 09:00", printed)))
    lines = [line.rstrip() for line in moved.splitlines()]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return re.sub("\n{3,}", "\n\n", "".join(f"{line}\n" for line in lines))


def run(line: str) -> str:
    """What a line of a console block prints: `matcher` runs in this process, `export` sets a variable, the rest is the shell's.

    Where a command ends otherwise than well, `# exit status N` stands behind it.
    """
    status = int(found[1]) if (found := re.search(r"# exit status (\d)$", line)) else 0
    line, _, further = line.partition(" | ")
    words = shlex.split(line, comments=True)
    if words[0] == "export":
        os.environ.update(word.split("=", 1) for word in words[1:])
        return ""
    if words[0] == "matcher":
        words, target = (words[:-2], words[-1]) if words[-2:-1] == [">"] else (words, "")
        words = [found for word in words for found in (sorted(glob.glob(word)) if "*" in word else [word])]
        result = CliRunner().invoke(main, words[1:], prog_name="matcher")
        assert result.exit_code == status, result.output
        if target:
            Path(target).write_text(result.stdout, encoding="utf-8")
            return result.stderr
        return _shell(further, result.stdout) if further else result.output
    return _shell(line)


def _shell(line: str, given: str = "") -> str:
    return subprocess.run(["/bin/sh", "-c", line], input=given, capture_output=True, text=True, check=True).stdout


def rewritten(text: str, folder: Path, books: str = "") -> str:
    """A page with each output replaced by the one that its command gives now, run in a folder beside the fixtures.

    `books`: which ones its commands are about, until it says so itself.
    """
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    os.chdir(folder)
    os.environ.pop("MATCHER_BOOKS", None)
    if books:
        os.environ["MATCHER_BOOKS"] = books
    os.environ["COLUMNS"] = PAGE
    return _BLOCK.sub(lambda block: f"```console\n{''.join(_answered(block[1]))}```", text)


def _answered(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{trimmed(run(line[2:]))}"


def test_the_readme_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("MATCHER_BOOKS", "MATCHER_ACTOR", "COLUMNS"):
        monkeypatch.setenv(name, "")  # restored afterwards, whatever the README sets
    monkeypatch.chdir(tmp_path)
    text = README.read_text(encoding="utf-8")
    assert text.count("```console") >= 5
    assert rewritten(text, tmp_path).splitlines() == text.splitlines()
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == Books(Path("books")).queue(date(2026, 10, 31)).waiting


def test_the_readme_names_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_a_wrong_output_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "")
    monkeypatch.chdir(tmp_path)
    text = "```console\n$ echo one\ntwo\n```\n"
    assert rewritten(text, tmp_path) == "```console\n$ echo one\none\n```\n"


if __name__ == "__main__" and "--write" in sys.argv:
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(rewritten(README.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
