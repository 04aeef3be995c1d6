"""Turn the bytes of an image into its size and what its properties say: where it was taken, by whom (Exif, XMP, IPTC).

Exports `Picture`, `read_image`. JPEG, PNG, WebP, TIFF, GIF and BMP are read; of the pixels only whether they are
there.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sitegen.screening.patterns import later


@dataclass(slots=True)
class Picture:
    """What is known of an image."""

    width: int = 0
    height: int = 0
    is_whole: bool = True  # nothing is missing at its end, and what can be checked is right: programs show it
    has_place: bool = False  # GPS coordinates
    people: list[str] = field(default_factory=list)  # author, owner
    texts: list[str] = field(default_factory=list)  # title, comment, keywords


class _CutError(Exception):
    """The image ends before it should, or is none."""


def read_image(data: bytes) -> Picture | None:
    """What the properties of the image say, also of one that is damaged; None if not even its size can be read."""
    picture = Picture()
    try:
        if data.startswith(b"\xff\xd8\xff"):
            _read_jpeg(data, picture)
        elif data.startswith(b"\x89PNG\r\n\x1a\n"):
            _read_png(data, picture)
        elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            _read_webp(data, picture)
        elif data.startswith((b"II*\0", b"MM\0*")):
            _read_tiff(data, picture)
        elif data.startswith((b"GIF87a", b"GIF89a")):
            picture.width, picture.height = _unpack("<HH", data, 6)
            _read_xmp(data, picture)
            _walk_gif(data)
        elif data.startswith(b"BM"):
            width, height = _unpack("<ii", data, 18)
            picture.width, picture.height = abs(width), abs(height)
    except _CutError:
        picture.is_whole = False
    return picture if picture.width and picture.height else None


def _unpack(form: str, data: bytes, at: int) -> tuple[int, ...]:
    if at < 0 or at + struct.calcsize(form) > len(data):
        raise _CutError
    return struct.unpack_from(form, data, at)


# ---------------------------------------------------------------- containers

_SIZES = frozenset((*range(0xC0, 0xD0),)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))


def _read_jpeg(data: bytes, picture: Picture) -> None:
    at = 2
    while True:
        start, marker = _unpack("BB", data, at)
        if start != 0xFF:
            raise _CutError
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        (size,) = _unpack(">H", data, at + 2)
        body = data[at + 4 : at + 2 + size]
        if marker in _SIZES:
            picture.height, picture.width = _unpack(">HH", body, 1)
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            _read_exif(body[6:], picture)
        elif marker == 0xE1:
            _read_xmp(body, picture)
        elif marker == 0xED:
            _read_iptc(body, picture)
        elif marker == 0xFE:
            picture.texts.append(_text(body))
        if marker in (0xDA, 0xD9):  # the pixels begin
            picture.is_whole = data.rfind(b"\xff\xd9", at) >= 0
            return
        at += 2 + max(size, 2)


def _read_png(data: bytes, picture: Picture) -> None:
    picture.width, picture.height = _unpack(">II", data, 16)
    at = 8
    pixels: list[bytes] = []
    while at < len(data):
        (size,) = _unpack(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"eXIf":
            _read_exif(body, picture)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            _read_png_text(kind, body, picture)
        elif kind == b"IDAT":
            pixels.append(body)
        if _unpack(">I", data, at + 8 + size)[0] != zlib.crc32(body, zlib.crc32(kind)):
            picture.is_whole = False
        if kind == b"IEND":
            picture.is_whole &= _has_rows(data, pixels)
            return
        at += 12 + size
    raise _CutError


_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by the kind of its colours
_MOST_BYTES = 1 << 30  # of the pixels: no program shows more


def _has_rows(data: bytes, pixels: Sequence[bytes]) -> bool:
    """Whether the pixels of a PNG can be unpacked, and are as many as its head says."""
    width, height, depth, colours, _, _, is_interlaced = _unpack(">IIBBBBB", data, 16)
    if is_interlaced:
        wanted = height * (width * depth * _SAMPLES.get(colours, 1) // 8)  # and at least as many
    else:
        wanted = height * (1 + (width * depth * _SAMPLES.get(colours, 1) + 7) // 8)
    if wanted > _MOST_BYTES:
        return False
    packed = zlib.decompressobj()
    found = 0
    try:
        for part in pixels:
            while part and found < wanted:
                found += len(packed.decompress(part, 1_000_000))
                part = packed.unconsumed_tail
    except zlib.error:
        return False
    return found >= wanted


def _walk_gif(data: bytes) -> None:
    """Raise `_CutError` where the image ends before its last block."""
    at = 13 + _colours(_unpack("B", data, 10)[0])
    while (mark := _unpack("B", data, at)[0]) != 0x3B:
        if mark == 0x2C:  # a picture
            at += 11 + _colours(_unpack("B", data, at + 9)[0])
        elif mark == 0x21:  # what is said of one
            at += 2
        else:
            raise _CutError
        while size := _unpack("B", data, at)[0]:
            at += 1 + size
        at += 1


def _colours(flags: int) -> int:
    """How many bytes a table of colours takes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _read_png_text(kind: bytes, body: bytes, picture: Picture) -> None:
    name, _, value = body.partition(b"\0")
    if kind == b"zTXt":
        value = _inflate(value[1:])
    elif kind == b"iTXt":
        is_packed, rest = value[:1] == b"\1", value[2:].partition(b"\0")[2].partition(b"\0")[2]
        value = _inflate(rest) if is_packed else rest
    if name == b"XML:com.adobe.xmp":
        _read_xmp(value, picture)
    elif name.lower() in (b"author", b"artist"):
        picture.people.append(_text(value))
    else:
        picture.texts.append(_text(value))


def _inflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 1_000_000)
    except zlib.error:
        return b""


def _read_webp(data: bytes, picture: Picture) -> None:
    at = 12
    picture.is_whole = _unpack("<I", data, 4)[0] + 8 <= len(data)
    while at + 8 <= len(data):
        kind, (size,) = data[at : at + 4], _unpack("<I", data, at + 4)
        body = data[at + 8 : at + 8 + size]
        if kind == b"VP8X":
            picture.width = int.from_bytes(body[4:7], "little") + 1
            picture.height = int.from_bytes(body[7:10], "little") + 1
        elif kind == b"VP8 " and not picture.width:
            width, height = _unpack("<HH", body, 6)
            picture.width, picture.height = width & 0x3FFF, height & 0x3FFF
        elif kind == b"VP8L" and not picture.width:
            (bits,) = _unpack("<I", body, 1)
            picture.width, picture.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"EXIF":
            _read_exif(body.removeprefix(b"Exif\0\0"), picture)
        elif kind == b"XMP ":
            _read_xmp(body, picture)
        at += 8 + size + size % 2


# ---------------------------------------------------------------- properties

_PEOPLE = frozenset((0x013B, 0x9C9D, 0xA430))  # Artist, XPAuthor, CameraOwnerName
_TEXTS = frozenset((0x010D, 0x010E, 0x8298, 0x9286, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F))  # titles, comments, keywords
_FOLDERS = frozenset((0x8769, 0x8825))  # the Exif and the GPS folder
_GPS_LATITUDE = 2
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}


def _read_tiff(data: bytes, picture: Picture) -> None:
    for folder, tag, value in _tags(data):
        number = int.from_bytes(value[:4], "little" if data[:1] == b"I" else "big")
        if not folder and tag == 0x0100 and not picture.width:
            picture.width = number
        elif not folder and tag == 0x0101 and not picture.height:
            picture.height = number
        elif tag == 0x02BC:
            _read_xmp(value, picture)
        else:
            _take(folder, tag, value, picture)


def _read_exif(data: bytes, picture: Picture) -> None:
    try:
        for folder, tag, value in _tags(data):
            _take(folder, tag, value, picture)
    except _CutError:
        return  # what was read counts; the image itself may be whole


def _take(folder: int, tag: int, value: bytes, picture: Picture) -> None:
    if folder == 0x8825:
        picture.has_place |= tag == _GPS_LATITUDE and any(value)
    elif tag in _PEOPLE:
        picture.people.append(_utf16(value) if tag == 0x9C9D else _text(value))
    elif tag in _TEXTS:
        picture.texts.append(_utf16(value) if tag >= 0x9C9B else _text(value[8:] if tag == 0x9286 else value))


def _tags(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The folder, the tag and the value of every entry; the folder is 0 for those of the image itself."""
    order = "<" if data[:2] == b"II" else ">"
    (first,) = _unpack(order + "I", data, 4)
    waiting, seen = [(0, first)], set[int]()
    while waiting and len(seen) < 20:
        folder, at = waiting.pop()
        if not at or at in seen:
            continue
        seen.add(at)
        (count,) = _unpack(order + "H", data, at)
        for number in range(min(count, 1000)):
            place = at + 2 + 12 * number
            tag, kind, length = _unpack(order + "HHI", data, place)
            size = length * _WIDTHS.get(kind, 1)
            start = place + 8 if size <= 4 else _unpack(order + "I", data, place + 8)[0]
            value = data[start : start + min(size, 100_000)]
            if tag in _FOLDERS:
                waiting.append((tag, _unpack(order + "I", data, place + 8)[0]))
            elif kind == 3 and length == 1:  # a short: as wide as a long, so that it reads like one
                (short,) = _unpack(order + "H", value, 0)
                yield folder, tag, struct.pack(order + "I", short)
            else:
                yield folder, tag, value
        if not folder:
            waiting.append((0, _unpack(order + "I", data, at + 2 + 12 * count)[0]))


_CREATOR = later(rb"<dc:creator>(.*?)</dc:creator>", re.DOTALL)
_DESCRIBED = later(rb"<dc:(?:title|description|subject)>(.*?)</dc:(?:title|description|subject)>", re.DOTALL)
_TAG = later(rb"<[^<>]*>")


def _read_xmp(data: bytes, picture: Picture) -> None:
    start = data.find(b"<x:xmpmeta")
    if start < 0:
        return
    packet = data[start : start + 1_000_000]
    picture.has_place |= b"GPSLatitude" in packet
    picture.people += (_text(_TAG.sub(b" ", found)) for found in _CREATOR.findall(packet))
    picture.texts += (_text(_TAG.sub(b" ", found)) for found in _DESCRIBED.findall(packet))


def _read_iptc(data: bytes, picture: Picture) -> None:
    for found in re.finditer(rb"\x1c\x02([\x05\x19\x50\x69\x78\x7a])(..)", data, re.DOTALL):
        size = int.from_bytes(found[2], "big")
        value = _text(data[found.end() : found.end() + size])
        (picture.people if found[1] in (b"\x50", b"\x7a") else picture.texts).append(value)


def _text(value: bytes) -> str:
    """Text of an unknown encoding: UTF-8 as most write it, else GB 18030."""
    value = value.strip(b"\0 \r\n\t")
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace").strip()


def _utf16(value: bytes) -> str:
    return value.decode("utf-16-le", "replace").strip("\0 ")
