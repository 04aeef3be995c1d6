"""Tell what a file is by its first bytes, and whether its suffix says the same.

Exports `kind_of`, `fits`, `is_binary`, `IMAGES`, `KIND_NAMES`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

from sitegen.screening.patterns import later

IMAGES = frozenset(("jpeg", "png", "gif", "webp", "bmp", "tiff"))

KIND_NAMES: Mapping[str, str] = {
    "pdf": " PDF",
    "docx": " Word 文档（docx）",
    "xlsx": " Excel 工作簿（xlsx）",
    "pptx": "演示文稿（pptx）",
    "odt": " OpenDocument 文档",
    "ods": " OpenDocument 表格",
    "odp": " OpenDocument 演示文稿",
    "ofd": " OFD",
    "epub": " EPUB",
    "zip": "压缩包（zip）",
    "rar": "压缩包（rar）",
    "7z": "压缩包（7z）",
    "ole": "旧版 Office 文件（doc、xls、wps）",
    "locked": "加密的 Office 文件",
    "rtf": " RTF 文档",
    "html": "网页（html）",
    "xml": " XML",
    "program": "程序",
    "jpeg": " JPEG 图片",
    "png": " PNG 图片",
    "gif": " GIF 图片",
    "webp": " WebP 图片",
    "bmp": " BMP 图片",
    "tiff": " TIFF 图片",
    "text": "纯文本",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)

_INSIDE: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("OFD.xml", "ofd"),
)
_MIMETYPES: Mapping[bytes, str] = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = later(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta|table)\b", re.IGNORECASE | re.DOTALL
)
_TEXT = frozenset(("text", "html", "xml"))

# What a file of this suffix may be; a suffix that is not here says nothing that could be told by its bytes.
_FITTING: Mapping[str, frozenset[str]] = {
    **{suffix: frozenset((suffix,)) for suffix in ("pdf", "png", "gif", "webp", "bmp", "rar", "7z", "epub", "ofd")},
    **{suffix: frozenset((suffix, "locked")) for suffix in ("docx", "xlsx", "pptx", "odt", "ods", "odp")},
    **dict.fromkeys(("jpg", "jpeg"), frozenset(("jpeg",))),
    **dict.fromkeys(("tif", "tiff"), frozenset(("tiff",))),
    **dict.fromkeys(("doc", "wps", "wpt"), frozenset(("ole", "locked", "rtf"))),
    **dict.fromkeys(("xls", "et", "ppt", "dps"), frozenset(("ole", "locked"))),
    "rtf": frozenset(("rtf",)),
    "zip": frozenset(("zip",)),
    **dict.fromkeys(("txt", "json", "geojson"), _TEXT),
    "csv": frozenset(("text", "xml")),
}
_NEW_WPS = {"wps": "docx", "wpt": "docx", "et": "xlsx", "dps": "pptx"}


def kind_of(head: bytes, source: BinaryIO) -> str:
    """What the file is by its beginning and, where it is packed, by its members; "" where it is nothing known."""
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _kind_of_package(source)
    if head.startswith(_OLE):
        return "locked" if _holds(source, "EncryptedPackage".encode("utf-16-le")) else "ole"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF"):
        return "webp" if head[8:12] == b"WEBP" else ""
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\0" in head:
        return ""
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(text):
        return "html"
    if text.lstrip().startswith(b"<?xml"):
        return "html" if b"<html" in text[:1000].lower() else "xml"
    return "text"


def _kind_of_package(source: BinaryIO) -> str:
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as package:
            names = set(package.namelist())
            for name, kind in _INSIDE:
                if name in names:
                    return kind
            if "mimetype" in names:
                with package.open("mimetype") as opened:
                    return _MIMETYPES.get(opened.read(100).strip(), "zip")
    except Exception:  # each way of packing has exceptions of its own
        return ""
    return "zip"


def _holds(source: BinaryIO, name: bytes) -> bool:
    """Whether the list of streams of an OLE file, which lies anywhere in it, names this one."""
    source.seek(0)
    return name in source.read(16_000_000)


def fits(suffix: str, kind: str) -> bool:
    """Whether a file of this suffix may be of this kind; what is of no kind that can be told fits everywhere."""
    allowed = _FITTING.get(suffix)
    if allowed is None:
        return kind not in ("program", "html") or suffix in ("html", "htm", "xhtml")
    return kind in allowed or kind in ("", "text") or _NEW_WPS.get(suffix) == kind


def is_binary(suffix: str) -> bool:
    """Whether files of this suffix can be told by their first bytes: one that cannot be is damaged."""
    return suffix in _FITTING and "text" not in _FITTING[suffix]
