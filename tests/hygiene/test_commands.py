"""Every command and option explains itself, is in the documentation, and `--help` is quick."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from matcher import codes
from matcher.cli import main
from matcher.cli.commands import MODULES
from matcher.config import Config

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def commands(group: click.Group, path: str = "matcher") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


COMMANDS = dict(commands(main))
MODULES_OF_COMMANDS = {
    path.stem for path in (ROOT / "matcher" / "cli").glob("*.py") if re.search(r"^COMMANDS = ", path.read_text(encoding="utf-8"), re.M)
}


def test_every_command_is_found_by_its_name() -> None:
    assert set(MODULES) == MODULES_OF_COMMANDS
    for module, names in MODULES.items():
        assert tuple(one.name for one in import_module(f"matcher.cli.{module}").COMMANDS) == names


def test_a_command_loads_no_other_ones() -> None:
    program = (
        "import sys; from matcher.cli import main\n"
        "try: main(['queue', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(n for n in ('matcher.cli.decide', 'matcher.cli.work') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_explain_themselves(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_documentation(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


def test_what_messages_and_pages_tell_the_user_to_run_exists() -> None:
    messages = " ".join(code.next_step for code in codes.CATALOGUE.values())
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "matcher").rglob("*.py"))
    named = set(re.findall(r"`matcher ([a-z][a-z-]*)", messages + source)) | set(
        re.findall(r"(?:^\$ |`)matcher ([a-z][a-z-]*)", TEXT, re.MULTILINE)
    )
    assert named - set(main.commands) == set()


def test_pages_that_messages_name_exist() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "matcher").rglob("*.py"))
    assert sorted({page for page in re.findall(r"\bdocs/[a-z_]+\.md\b", source + TEXT) if not (ROOT / page).is_file()}) == []


def test_every_key_of_matcher_toml_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    keys = [f"{section}.{key}" for section, schema in Config.model_json_schema()["properties"].items() for key in _keys(schema)]
    assert len(keys) > 10
    assert [key for key in keys if f"`{key}`" not in page] == []


def _keys(schema: dict[str, object]) -> list[str]:
    reference = re.search(r"#/\$defs/(\w+)", json.dumps(schema))
    if reference is None:  # tables of targets: each has a page of its own
        return []
    return list(Config.model_json_schema()["$defs"][reference.group(1)]["properties"])


def test_help_loads_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from matcher.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(n for n in ('polars', 'duckdb', 'textual', 'numpy', 'rapidfuzz', 'lxml', 'rich') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    assert done.stderr == ""


def test_the_queue_loads_nothing_that_only_matching_needs() -> None:
    program = (
        "import sys; import matcher.cli.queue, matcher.review.queue\n"
        "sys.stdout.write(' '.join(n for n in ('numpy', 'rapidfuzz', 'pyarrow', 'lxml') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "status", "last"),
    [(["--help"], 0, "  verify  "), (["no-such-command"], 2, ""), (["--books", "nowhere", "status"], 2, "")],
)
def test_the_program_ends_at_once_and_loses_nothing_it_said(arguments: list[str], status: int, last: str) -> None:
    command = [sys.executable, "-c", "from matcher.cli import program; program()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stderr.count("\n") == (status > 0)
    assert (not done.stdout) == (status > 0)
    assert last in done.stdout


def test_what_runs_at_the_end_of_a_program_is_not_waited_for() -> None:
    late = "import atexit; atexit.register(print, 'late'); from matcher.cli import program; program()"
    done = subprocess.run([sys.executable, "-c", late, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("matcher, version ")
    assert "late" not in done.stdout
