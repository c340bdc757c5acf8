"""One self-contained HTML page from the JSON files of score and speed: `python -m benchmarks.report -o page.html FILE.json...`."""

import argparse
import json
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; background: #fff; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ccd3dc; padding-bottom: .3rem }
h3 { font-size: 1rem; margin-bottom: .4rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0 1rem }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #e6eaef }
th:first-child, td:first-child { text-align: left } thead th { border-bottom: 2px solid #9aa7b5; vertical-align: bottom }
.bad { color: #a11; font-weight: 600 } .note { color: #5a6675; max-width: 60rem }
code { background: #f2f4f7; padding: .1rem .3rem } figure { margin: .5rem 0 } svg text { font: 12px system-ui, sans-serif; fill: #3a4552 }
"""

_HEADLINE = (
    ("matchable", "matchable receipts", False),
    ("posted", "receipts posted", False),
    ("posted_exact_share", "matchable receipts posted exactly right", True),
    ("exact_share", "matchable receipts posted or proposed exactly right", True),
    ("wrong", "receipts posted with a wrong allocation", False),
    ("false_match_rate", "share of the posted receipts", True),
    ("false_match_rate_at_most", "what that share may still be, with 95 % confidence", True),
    ("posted_unmatchable", "receipts posted that match nothing", False),
    ("posted_precision", "allocations posted that are right", True),
    ("posted_precision_weighted", "the same, by amount", True),
    ("posted_recall", "true allocations that are posted", True),
    ("posted_recall_weighted", "the same, by amount", True),
    ("outcome_right_share", "lines with the right outcome", True),
)
_BY = (
    ("lines", "lines", False), ("matchable", "match-able", False), ("posted", "posted", False), ("posted_exact", "posted exactly", False),
    ("wrong", "posted wrong", False), ("proposed", "proposed", False), ("exact_share", "posted or proposed exactly", True),
    ("posted_exact_share", "posted exactly", True), ("posted_precision", "precision of allocations", True),
    ("posted_recall", "recall of allocations", True), ("outcome_right_share", "outcome right", True),
)  # fmt: skip
_DIMENSIONS = {
    "kind": "By kind of line",
    "identifiable": "By whether the answer can be known from the files",
    "written": "By how the reference is written, in lines whose kind is about the amount",
    "payer_name": "By how the payer's name is written",
    "payer_account": "By whose account the line shows",
}
_STEPS = (
    ("step", "step"), ("lines", "lines"), ("wall_seconds", "wall seconds"), ("cpu_seconds", "CPU seconds"), ("lines_per_second",
    "lines a second"),
    ("mb_per_second", "MB a second"), ("file_mb", "file, MB"), ("peak_mib", "peak MiB"), ("calibration", "fixed loop, seconds"), ("runs",
    "runs"),
    ("exit", "exit"),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page. A file is a score or a timing by what it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="from benchmarks.score --json and benchmarks.speed")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--diagram", type=Path, metavar="SVG", help="also write the reliability diagram of the first score here")
    given = parser.parse_args(arguments)
    try:
        found = [(path.name, json.loads(path.read_text(encoding="utf-8"))) for path in given.files]
        page = render(found)
    except (OSError, ValueError, KeyError) as error:
        print(f"report: {type(error).__name__}: {error}", file=sys.stderr)
        return 3
    given.out.write_text(page, encoding="utf-8")
    if given.diagram:
        score = next(data for _, data in found if "calibration" in data)
        given.diagram.write_text(diagram(score["calibration"]) + "\n", encoding="utf-8")
    return 0


def render(files: Sequence[tuple[str, Json]]) -> str:
    """The page.

    Args:
        files: name and contents of each JSON file, in the order in which they are to be shown.

    Raises:
        KeyError: a file is neither a score nor a timing.
    """
    parts = [_timing(name, data) if "steps" in data else _score(name, data) for name, data in files]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Benchmark</title>\n<style>{_STYLE}</style>\n'
        f"</head>\n<body>\n<h1>Benchmark</h1>\n{''.join(parts)}</body>\n</html>\n"
    )


def _score(name: str, data: Json) -> str:
    every = data["all"]
    rows = [(label, _cell(every[key], share=share)) for key, label, share in _HEADLINE]
    sweep = [
        (f"{row['precision']:.2%}", _cell(row["share"], share=True), _cell(row["lines"]), "" if row["bar"] is None else f"{row['bar']:.6g}")
        for row in data["sweep"]
    ]
    safe = [(key.replace("_", " "), _zero(count)) for key, count in data["safety"].items() if key != "rows_in_other_currency"]
    parts = [
        f"<h2>Accuracy: {escape(name)}</h2>\n{_month(data.get('month', {}))}",
        _table(("all lines", ""), rows),
        "<h3>Posting by confidence alone</h3>\n",
        _table(("precision asked for", "matchable receipts posted exactly", "lines above the bar", "bar"), sweep),
        "<h3>What must never happen</h3>\n",
        _table(("", "count"), safe),
        "<h3>Is a confidence of 0.9 right nine times in ten?</h3>\n",
        _reliability(data["calibration"]),
    ]
    for dimension, title in _DIMENSIONS.items():
        body = [(escape(row[dimension]), *(_cell(row[key], share=share) for key, _, share in _BY)) for row in data["by"].get(dimension, ())]
        if body:
            parts.append(f"<h3>{title}</h3>\n{_table(('', *(label for _, label, _ in _BY)), body)}")
    confusion = [
        (escape(row["expected_outcome"]), escape(row["outcome"] or "(no answer)"), escape(row["state"]), _cell(row["lines"]))
        for row in data["outcomes"]
    ]
    parts.append(f"<h3>Outcomes</h3>\n{_table(('right outcome', 'given', 'state', 'lines'), confusion)}")
    return "".join(parts)


def _month(about: Json) -> str:
    if not about:
        return ""
    s = about["settings"]
    options = [f"--{key} {s[key]}" for key in ("lines", "seed", "difficulty", "noise", "month")]
    options += [f"--hot-share {s['hot_per_mille'] / 1000:g}"] + (["--remittance"] if s["remittance"] else [])
    return (
        f'<p class="note">{about["lines"]} bank lines, {about["open_items"]} open items, {about["customers"]} customers, '
        f"{about['companies']} legal entities; made by <code>python -m benchmarks.generate {escape(' '.join(options))}</code></p>\n"
    )


def _timing(name: str, data: Json) -> str:
    machine = data["machine"]
    libraries = ", ".join(f"{library} {version}" for library, version in machine["libraries"].items())
    columns = [(key, label) for key, label in _STEPS if any(key in step for step in data["steps"])]
    rows = [tuple(_cell(step.get(key)) for key, _ in columns) for step in data["steps"]]
    return (
        f"<h2>Speed: {escape(name)}</h2>\n"
        f'<p class="note">{escape(machine["processor"])}, {machine["cores"]} cores, {machine["memory_gib"]} GiB, '
        f"{escape(machine['system'])}, Python {machine['python']}; {escape(libraries)}. <code>{escape(data['command'])}</code></p>\n"
        f"{_month(data.get('month', {}))}{_table([label for _, label in columns], rows)}"
        '<p class="note">Each command ran in a process of its own; time includes its start. '
        "The fixed loop ran right before and tells a quiet machine from a busy one.</p>\n"
    )


def _reliability(data: Json) -> str:
    """The reliability table and its picture: one mark a bin, its area by the number of lines."""
    picture = (
        f"<figure>{diagram(data)}"
        "<figcaption>Share of exactly right answers over stated confidence; on the dashed line the two are equal.</figcaption></figure>\n"
    )
    rows = [
        (f"{b['above']:g} to {b['to']:g}", _cell(b["lines"]), _cell(b["stated"], share=True), _cell(b["right"], share=True))
        for b in data["bins"]
    ]
    error = (
        ""
        if data["expected_error"] is None
        else f"<p>Expected calibration error {data['expected_error']:.2%} over {data['lines']} lines.</p>\n"
    )
    return picture + error + _table(("confidence above .. to", "lines", "stated", "right"), rows)


def diagram(data: Json) -> str:
    """The reliability diagram as SVG: one mark a bin, its area by the number of lines. `data` is the ``calibration`` of a score."""
    size, edge = 320, 44
    most = max((b["lines"] for b in data["bins"]), default=1)

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * size, 12 + (1 - y) * size

    marks = []
    for b in data["bins"]:
        x, y = at(b["stated"], b["right"])
        radius = 3 + 11 * (b["lines"] / most) ** 0.5
        title = f"{b['lines']} lines, stated {b['stated']:.2%}, right {b['right']:.2%}"
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#2a6fb0" fill-opacity=".55"><title>{title}</title></circle>'
        )
    ticks = []
    for step in range(6):
        x, y = at(step / 5, step / 5)
        ticks.append(f'<text x="{x:.0f}" y="{size + 30}" text-anchor="middle">{step * 20} %</text>')
        ticks.append(f'<text x="{edge - 6}" y="{y + 4:.0f}" text-anchor="end">{step * 20} %</text>')
    low, high = at(0, 0), at(1, 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size + edge + 30}" height="{size + 56}" role="img" '
        f'aria-label="Reliability diagram">'
        f'<rect x="{edge}" y="12" width="{size}" height="{size}" fill="none" stroke="#9aa7b5"/>'
        f'<line x1="{low[0]}" y1="{low[1]}" x2="{high[0]}" y2="{high[1]}" stroke="#9aa7b5" stroke-dasharray="4 4"/>'
        f"{''.join(ticks)}{''.join(marks)}"
        f'<text x="{edge + size / 2}" y="{size + 50}" text-anchor="middle">stated confidence</text></svg>'
    )


def _cell(value: Any, *, share: bool = False) -> str:
    if value is None:
        return ""
    if share:
        return f"{value:.2%}"
    return escape(
        f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    )


def _zero(count: int) -> str:
    return str(count) if not count else f'<span class="bad">{count}</span>'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{label}</th>" for label in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


if __name__ == "__main__":
    sys.exit(main())
