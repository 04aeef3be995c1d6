"""Files as people attach them, made small: docx, xlsx, pdf, png, jpeg, zip, each with a text where a test wants it.

Exports `docx`, `xlsx`, `pdf`, `png`, `jpeg`, `zipped`, `exif`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(name: str, inner: str) -> str:
    """A part of a docx: `document`, `hdr`, `ftr`, `comments` …, and what stands in it."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {_W}>{inner}</w:{name}>'


def paragraph(text: str) -> str:
    """A paragraph of a docx."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str = "", **parts: str) -> bytes:
    """A docx with these paragraphs and further parts (`word/header1.xml` as `header1`)."""
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": word("document", f"<w:body>{body or paragraph('附件')}</w:body>"),
            **{f"word/{name}.xml": text for name, text in parts.items()},
        }
    )


def xlsx(rows: str = "", sheet: str = "", state: str = "visible", **parts: str) -> bytes:
    """An xlsx with one sheet of these rows, what else stands in the sheet, and further parts of `xl/`."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook xmlns:r="{relations}"><sheets><sheet name="名单" state="{state}" '
            'r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/></R>',
            "xl/worksheets/sheet1.xml": f"<worksheet>{sheet}<sheetData>{rows}</sheetData></worksheet>",
            **{f"xl/{name}.xml": text for name, text in parts.items()},
        }
    )


def pdf(*pages: str, properties: str = "", more: str = "", catalog: str = "") -> bytes:
    """A PDF with a page for each text of ASCII; an empty text gives a page on which something is drawn.

    `properties` are those of the document, `more` stands in every page, `catalog` in the catalog.
    """
    count = len(pages) or 1
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(count))
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: f"<< {properties} >>".encode(),
    }
    for number, text in enumerate(pages or ("An attachment.",)):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else "0 0 m 100 100 l S 0 100 m 100 0 l S"
        objects[10 + 2 * number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {11 + 2 * number} 0 R {more} >>"
        ).encode()
        objects[11 + 2 * number] = f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream".encode()
    data, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(data)
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        data += f"{number} 1\n{place:010} 00000 n \n".encode()
    size = max(objects) + 1
    return data + f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def png(width: int = 1, height: int = 1, *chunks: tuple[bytes, bytes]) -> bytes:
    """A black PNG, with further chunks."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\0" + bytes(width)) * height)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        *chunks,
        (b"IDAT", pixels),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def exif(artist: str = "", description: str = "", has_place: bool = False) -> bytes:
    """The properties of a picture as cameras write them."""
    entries = [(0x010E, description.encode()), (0x013B, artist.encode())]
    texts = [(tag, text + b"\0") for tag, text in entries if text]
    count = len(texts) + has_place
    at = 8 + 2 + 12 * count + 4
    folder, values = b"", b""
    for tag, text in texts:
        stored = text.ljust(8, b"\0")
        folder += struct.pack("<HHII", tag, 2, len(stored), at + len(values))
        values += stored
    if has_place:
        folder += struct.pack("<HHII", 0x8825, 4, 1, at + len(values))
        place = at + len(values) + 2 + 12 + 4
        values += struct.pack("<HHHII", 1, 2, 5, 3, place) + bytes(4) + struct.pack("<6I", 22, 1, 32, 1, 45, 1)
    return b"II*\0" + struct.pack("<IH", 8, count) + folder + bytes(4) + values


def jpeg(width: int = 800, height: int = 600, properties: bytes = b"", *segments: tuple[int, bytes]) -> bytes:
    """The beginning of a JPEG, which is all of it that is read, with these properties."""
    parts = [(0xE1, b"Exif\0\0" + properties)] if properties else []
    parts += [*segments, (0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"), (0xDA, b"\1\1\0\0\x3f\0")]
    body = b"".join(struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in parts)
    return b"\xff\xd8" + body + b"\0\xff\xd9"
