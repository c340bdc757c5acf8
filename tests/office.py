"""LibreOffice without a screen: what a spreadsheet makes of a workbook when it opens it and computes every formula again.

Where it is not installed the test is skipped, but never where MATCHER_NEEDS_OFFICE says that it must be.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_COMPUTE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""
"""Compute everything again on loading, whatever values stand in the file."""


def computed(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it after it computed every formula again."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("MATCHER_NEEDS_OFFICE"):
            pytest.fail("no soffice, and MATCHER_NEEDS_OFFICE is set")
        pytest.skip("a workbook is computed again by LibreOffice (libreoffice-calc), and there is no soffice")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_COMPUTE, encoding="utf-8")
    out = folder / "computed"
    command = [
        program,
        "--headless",
        f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(out),
        str(workbook),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return out / workbook.name
