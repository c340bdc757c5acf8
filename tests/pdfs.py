"""PDF documents and Outlook messages byte by byte, for what no program that writes them would write."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def document(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A document of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """A stream object."""
    if packed:
        data, entries = zlib.compress(data, 9), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def text(lines: Sequence[tuple[float, float, str]]) -> bytes:
    """A page's contents: texts at places."""
    told = [f"BT /F1 10 Tf {x} {y} Td ({words}) Tj ET" for x, y, words in lines]
    return "\n".join(told).encode("cp1252")


def one_page(contents: bytes, catalogue: bytes = b"", resources: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A document of one page; objects 6 and on are `more`."""
    return document(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> %s >> %s >>" % (resources, page),
            FONT,
            contents,
            *more,
        ]
    )  # fmt: skip


_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Storage = Mapping[str, "bytes | Storage"]


def compound(root: Storage) -> bytes:
    """A compound file ([MS-CFB], version 3) with these storages and streams; streams are filled up, so that none is a short one."""
    entries: list[list[object]] = []
    sectors: list[bytes] = []
    chains: list[int] = []

    def keep(data: bytes) -> int:
        first = len(sectors)
        parts = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        sectors.extend(parts)
        chains.extend([*range(first + 1, first + len(parts)), _END])
        return first

    def add(name: str, kind: int, inner: "bytes | Storage") -> int:
        number = len(entries)
        entry: list[object] = [name, kind, _FREE, _FREE, _FREE, _END, 0]
        entries.append(entry)
        if isinstance(inner, bytes):
            entry[5], entry[6] = (keep(inner.ljust(4096, b" ")), max(4096, len(inner)))
        else:
            numbers = [add(part, 2 if isinstance(held, bytes) else 1, held) for part, held in inner.items()]
            entry[4] = numbers[0] if numbers else _FREE
            for before, after in pairwise(numbers):
                entries[before][3] = after
        return number

    add("Root Entry", 5, root)
    packed = b"".join(
        struct.pack("<64sHBBIII36sIQ", str(name).encode("utf-16-le"), 2 * len(str(name)) + 2, kind, 1, left, right, child, b"", start, size)
        for name, kind, left, right, child, start, size in entries
    )
    directory = keep(packed)
    count = 1
    while (len(sectors) + count) * 4 > count * _SECTOR:
        count += 1
    first = len(sectors)
    table = struct.pack(f"<{len(chains) + count}I", *chains, *[_FAT] * count).ljust(count * _SECTOR, b"\xff")
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        count,
        directory,
        0,
        4096,
        _END,
        0,
        _END,
        0,
    )
    places = struct.pack("<109I", *range(first, first + count), *[_FREE] * (109 - count))
    return head + places + b"".join(sectors) + table


def outlook(body: str = "", html: str = "", attachments: Sequence[tuple[str, "bytes | Storage"]] = ()) -> dict[str, "bytes | Storage"]:
    """What an Outlook message consists of, for `compound`; an attachment that is a storage is a message itself."""
    told: dict[str, bytes | Storage] = {"__properties_version1.0": bytes(32)}
    if body:
        told["__substg1.0_1000001F"] = body.encode("utf-16-le").ljust(4096, b"\0")
    if html:
        told["__substg1.0_10130102"] = html.encode()
    for number, (name, data) in enumerate(attachments):
        inner = isinstance(data, bytes)
        told[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8) + struct.pack("<IIII", 0x37050003, 6, 1 if inner else 5, 0) + bytes(16 * 256),
            "__substg1.0_3707001F": name.encode("utf-16-le").ljust(4096, b"\0"),
            "__substg1.0_37010102" if inner else "__substg1.0_3701000D": data,
        }
    return told
