"""Each target's files of one small month, byte for byte; and what it has no form for.

A case of a target is a folder ``tests/golden/targets/NAME/CASE`` with ``target.toml``, the table ``[target.NAME]`` of matcher.toml without
its title. After a change write what is expected with `PYTHONPATH=tests:. python tests/golden/test_targets.py --write`, and read the
difference. A folder without a file yet gets one with the first of the target's endings.
"""

import sys
import tomllib
from pathlib import Path

import pytest
from erp_month import exported

from matcher.exports.erp import Export, load, names
from matcher.exports.erp.exporting import said

HERE = Path(__file__).parent / "targets"
DOCS = Path(__file__).parents[2] / "docs" / "targets"
OURS = [name for name in names() if name != "generic"]
CASES = sorted(path.parent for path in HERE.glob("*/*/target.toml"))
REFUSED = "refused.txt"


def made(case: Path) -> Export:
    target = load(case.parent.name)
    table = tomllib.loads((case / "target.toml").read_text(encoding="utf-8"))
    kept = [path for path in case.iterdir() if path.stem == "receipts"]
    return exported(target.name, kept[0].name if len(kept) == 1 else f"receipts{target.endings[0]}", table)


def files(export: Export) -> dict[str, bytes]:
    """The files, and in words what is refused."""
    refused = "".join(f"{one.document.decision_id} {said(one.document)}: {one.why}\n" for one in export.refused)
    return {file.name: b"".join(file.chunks()) for file in export.files} | {REFUSED: refused.encode()}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_target_writes_the_same_bytes(case: Path) -> None:
    found = files(made(case))
    expected = {path.name: path.read_bytes() for path in case.iterdir() if path.name != "target.toml"}
    assert sorted(found) == sorted(expected)
    for name, data in found.items():
        assert data == expected[name], name


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_document_is_sent_or_refused(case: Path) -> None:
    export = made(case)
    told = [one.external_id for one in export.documents] + [one.document.external_id for one in export.refused]
    assert len(set(told)) == len(told) == 13


@pytest.mark.parametrize("name", OURS)
def test_a_target_has_a_golden_file_and_a_page(name: str) -> None:
    assert [path for path in CASES if path.parent.name == name]
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    fields = [key for key in load(name).settings.model_fields if key != "version" or load(name).versions]
    assert [key for key in fields if f"`{key}`" not in page] == [], "settings that the page does not tell"


if __name__ == "__main__" and "--write" in sys.argv:
    for folder in CASES:
        for file_name, contents in files(made(folder)).items():
            (folder / file_name).write_bytes(contents)
