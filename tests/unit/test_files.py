"""Files as sources: what is hashed is what is parsed."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from support import filled, items_file, lines_file

from matcher.errors import MatcherError
from matcher.parsers.files import file_source
from matcher.pipeline import imports, ingest

LINES = [{"amount": f"{n}.00", "bank_reference": f"B{n}"} for n in range(1, 5)]


def write_more(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def put_another(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    os.replace(other, path)


def write_over(path: Path) -> None:
    """The same length, and the time put back."""
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1.00", b"9.00"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [write_more, put_another, write_over, Path.unlink])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "file"
    path.write_text("1.00")
    source = file_source(path)
    source.check()
    with source.open() as stream:
        assert stream.read() == b"1.00"
    change(path)
    for look in (source.open, source.check, source.head):
        with pytest.raises(MatcherError) as refused:
            look()
        assert refused.value.code == ("file.missing" if change is Path.unlink else "file.changed")
        assert refused.value.where == str(path)


@pytest.mark.parametrize("change", [write_more, put_another, write_over])
def test_ingest_keeps_nothing_of_a_statement_that_changes_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    books = filled(tmp_path)
    lines = lines_file(tmp_path, LINES)
    stage = ingest._stage

    def stage_and_change(*how: object) -> object:
        done = stage(*how)  # type: ignore[arg-type]
        change(lines)
        return done

    monkeypatch.setattr(ingest, "_stage", stage_and_change)
    with pytest.raises(MatcherError, match=r"file\.changed"):
        books.ingest([lines])
    assert books.state().lines.is_empty()


@pytest.mark.parametrize("change", [write_more, put_another, write_over, Path.unlink])
def test_import_records_the_hash_of_the_bytes_that_it_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    books = filled(tmp_path)
    row = {"item_id": "I1", "customer_id": "C1", "document_no": "R1", "amount": "1.00"}
    items = items_file(tmp_path, [row])
    whole, read = items.read_bytes(), imports.readers.read_file

    def read_and_change(*how: object) -> object:
        done = read(*how)  # type: ignore[arg-type]
        change(items)
        return done

    monkeypatch.setattr(imports.readers, "read_file", read_and_change)
    books.import_files("items", [items])
    assert books.state().items["amount"].to_list() == [1_00]
    with books.reading() as session:
        found = session.store.run("SELECT file_id FROM raw.file WHERE kind = 'items'")
    assert found == [(sha256(whole).hexdigest(),)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_or_a_device_is_refused_and_holds_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(MatcherError) as refused:
            file_source(place)
        assert (refused.value.code, refused.value.exit_code) == ("file.special", 3)
    with pytest.raises(MatcherError, match=r"file\.missing: .* \(Is a directory\)"):
        file_source(tmp_path)
