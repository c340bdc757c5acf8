"""The invoice inside an OFD (GB/T 33190: a ZIP of XML): the original XML where it is attached, else the fields that its tags point to."""

import io
import re
import zipfile
import zlib

from matcher import money
from matcher.errors import MatcherError
from matcher.openitems.einvoices import fapiao, xml
from matcher.openitems.einvoices.records import EInvoice, Party
from matcher.openitems.einvoices.xml import Element

MAX_MEMBERS = 2_000
MAX_MEMBER = 16 << 20
MAX_UNPACKED = 64 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError, OverflowError)
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_ENTRY = "OFD.xml"
_AGAIN = "Ask for the invoice again, as OFD or as XML."


def is_ofd(data: bytes) -> bool:
    """Whether bytes are an OFD document."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lstrip("/") == _ENTRY for name in archive.namelist())
    except _BROKEN:
        return False


def read(data: bytes, name: str) -> EInvoice:
    """The one invoice of an OFD document.

    Raises:
        MatcherError: ``file.malformed``, ``file.too_large`` and ``file.hostile`` (an archive inside, more than it says) for an archive that
            is not to be read; ``invoice.missing`` and ``invoice.several`` when the invoice is not one; as `fapiao.read`.
    """
    parts = _unpack(data, name)
    roots = [xml.parse(text, f"{name}: {part}") for part, text in parts.items() if text.strip()]
    originals = [root for root in roots if fapiao.is_root(root) and next(root.iter("{*}ObjectRef"), None) is None]
    read_ones = {fapiao.read(root, name) for root in originals}
    if len(read_ones) > 1:
        raise MatcherError("invoice.several", f"the OFD has {len(read_ones)} different invoices inside", name)
    return read_ones.pop() if read_ones else _by_tags(roots, name)


def _unpack(data: bytes, name: str) -> dict[str, bytes]:
    """The XML parts of the archive, in the order of their names."""
    parts: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
            if len(listed) > MAX_MEMBERS:
                raise MatcherError("file.too_large", f"the OFD holds more than {MAX_MEMBERS} files", name, _AGAIN)
            for info in sorted(listed, key=lambda one: one.filename):
                if info.flag_bits & 1:
                    raise MatcherError("file.malformed", "the OFD is encrypted", name, _AGAIN)
                with archive.open(info) as stream:
                    # what the directory says of the size is not believed
                    content = stream.read(MAX_MEMBER + 1 if info.filename.lower().endswith(".xml") else 8)
                if content.startswith(_ARCHIVES):
                    raise MatcherError("file.hostile", f"{info.filename[:60]!r} in the OFD is an archive itself", name, _AGAIN)
                total += len(content)
                if len(content) > MAX_MEMBER or total > MAX_UNPACKED:
                    raise MatcherError("file.too_large", "the OFD unpacks to more than an invoice can be", name, _AGAIN)
                if info.filename.lower().endswith(".xml"):
                    parts[info.filename] = content
    except _BROKEN:
        raise MatcherError("file.malformed", "the OFD is damaged and cannot be read", name, _AGAIN) from None
    return parts


def _by_tags(roots: list[Element], name: str) -> EInvoice:
    """Reads the fields that the document's own tags point to, and its list of custom data.

    Tags hold the ids of text objects of the pages; custom data are the named values of the document's description.
    """
    written: dict[str, str] = {}
    for root in roots:
        for thing in root.iter("{*}TextObject"):
            written[thing.get("ID", "")] = "".join((code.text or "") for code in thing.iter("{*}TextCode")).strip()
    fields: dict[str, str] = {}
    for root in roots:
        for data in root.iter("{*}CustomData"):
            fields.setdefault(data.get("Name", ""), (data.text or "").strip())
    for root in roots:
        if next(root.iter("{*}ObjectRef"), None) is None:
            continue
        for tag in root.iter("{*}*"):
            if refs := [(ref.text or "").strip() for ref in tag.findall("{*}ObjectRef")]:
                fields.setdefault(xml.local(tag), "".join(written.get(ref, "") for ref in refs))

    def field(*names: str) -> str:
        return next((fields[one] for one in names if fields.get(one)), "")

    number, issued = field("InvoiceNo", "发票号码"), field("IssueDate", "开票日期")
    if not number:
        raise MatcherError("invoice.missing", "the OFD has no invoice inside that a program can read", name)
    return fapiao.make(
        number=number,
        issued=issued,
        gross=_gross(fields),
        seller=Party(field("SellerName"), _ids(field("SellerTaxID", "销售方纳税人识别号"))),
        buyer=Party(field("BuyerName"), _ids(field("BuyerTaxID", "购买方纳税人识别号"))),
        remark=field("Note", "备注"),
        place=name,
    )


def _ids(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _gross(fields: dict[str, str]) -> int | None:
    """The amount with tax: in a field of its own, else net and tax together."""
    if whole := _figure(fields.get("TaxInclusiveTotalAmount", "")):
        return money.parse(whole, fapiao.CURRENCY)
    net, tax = (_figure(fields.get(one, "")) for one in ("合计金额", "合计税额"))
    return money.parse(net, fapiao.CURRENCY) + money.parse(tax, fapiao.CURRENCY) if net and tax else None


def _figure(text: str) -> str:
    """An amount without currency sign and grouping, of either width."""
    return re.sub(r"[\u00a5\uffe5,\uff0c\s]", "", text)
