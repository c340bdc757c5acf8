"""The example of docs/library.md is run, and prints what stands below it."""

import re

import pytest
from desk import ROOT


def test_the_example_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    ((code, printed),) = re.findall(r"^```python\n(.*?)^```\n\n^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    exec(compile(code, "library.md", "exec"), {})
    assert capsys.readouterr().out == printed
