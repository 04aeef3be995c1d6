"""The bytes of the index: numbers, lists of documents, the shards that hold them. Format 1, `docs/search-format.md`.

Exports `varint`, `read_varint`, `crc`, `shard_path`, `pack`, `pack_closely`, `unpack`, `Lists`, `Place`, `names_list`,
`names_of`, `body_list`, `body_of`, `numbers_of`, `place_bytes`, `place_of`, `is_dense`, `bitmap`, `numbers_in`,
`encode_shard`, `decode_shard`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple


class Lists(NamedTuple):
    """Where one term occurs, as it stands in a shard."""

    names: bytes  # documents that have it in a name
    body: bytes  # documents that have it in the text: a list, or one bit for each document
    is_bitmap: bool


@lru_cache(maxsize=1 << 14)
def varint(value: int) -> bytes:
    """A number of 0 or more, seven bits a byte, the low ones first.

    >>> varint(5), varint(300)
    (b'\\x05', b'\\xac\\x02')
    """
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    value = shift = 0
    while (byte := data[at]) > 127:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
    return value | byte << shift, at + 1


def pack(data: bytes) -> bytes:
    """The bytes of a file of the index."""
    return zlib.compress(data, 6)


def pack_closely(sections: Sequence[bytes]) -> bytes:
    """The bytes of a file that every search reads: its sections follow each other, each packed as suits it best.

    A section of numbers without order is smallest with a code of its own, and nothing looked for that occurs twice.
    """
    data = b"".join(sections)
    packed = bytearray(b"\x78\xda")  # RFC 1950: the header; then blocks, each to the end of a byte
    at = 0
    for section in sections:
        if section:
            seen = data[max(0, at - _WINDOW) : at]
            packed += min((_blocks(section, seen, strategy) for strategy in _STRATEGIES), key=len)
            at += len(section)
    packed += b"\x03\x00" + zlib.adler32(data).to_bytes(4, "big")  # an empty last block
    return min(bytes(packed), zlib.compress(data, 9), key=len)


_WINDOW = 1 << zlib.MAX_WBITS
_STRATEGIES = zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY


def _blocks(data: bytes, seen: bytes, strategy: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1, strategy, seen)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def unpack(data: bytes) -> bytes:
    """What was packed. Raises `ValueError` if it was not."""
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error


def crc(term: str) -> int:
    """What tells the shard of a term: the shards take as many of its low bits as they need."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def shard_path(number: int) -> str:
    """Where a shard lies."""
    name = f"{number:04x}"
    return f"search/data/shards/{name[:-2]}/{name}.bin"


# ---------------------------------------------------------------- lists of documents


def names_list(documents: Iterable[tuple[int, bool]], before: int = -1) -> bytes:
    """Documents that have a term in a name, ascending; True where it is in another name than the title."""
    out = bytearray()
    for number, is_other in documents:
        out += varint((number - before) * 2 + is_other)
        before = number
    return bytes(out)


def names_of(data: bytes, before: int = -1) -> Iterator[tuple[int, bool]]:
    """What `names_list` was given."""
    at = 0
    while at < len(data):
        value, at = read_varint(data, at)
        before += value >> 1
        yield before, bool(value & 1)


class Place(NamedTuple):
    """One document that has a term in its text."""

    number: int
    weight: int  # 0 once, 1 two or three times, 2 more often, 3 in a heading
    units: int  # bit i: unit i holds it


def body_list(places: Iterable[Place], before: int = -1) -> bytes:
    """Documents that have a term in the text, ascending."""
    out = bytearray()
    for number, weight, units in places:
        out += place_bytes(number - before, weight, units)
        before = number
    return bytes(out)


def numbers_of(data: bytes, before: int = -1) -> list[int]:
    """The documents of a list, without what is said of each: quickly."""
    numbers = []
    number, at, end = before, 0, len(data)
    while at < end:
        value = data[at]
        at += 1
        if value > 127:
            value, at = read_varint(data, at - 1)
        number += value >> 3
        numbers.append(number)
        if value & 1:
            length = data[at]
            at += 1
            if length > 127:
                length, at = read_varint(data, at - 1)
            at += length
    return numbers


def place_bytes(delta: int, weight: int, units: int) -> bytes:
    """One document of a list, so much after the one before."""
    low, mask = place_of(weight, units)
    return varint(delta * 8 + low) + mask


@lru_cache(maxsize=50_000)
def place_of(weight: int, units: int) -> tuple[int, bytes]:
    """The low bits of a place in a list of documents, and what follows it: the units that have the term."""
    if units == 1:
        return weight << 1, b""
    mask = units.to_bytes((units.bit_length() + 7) // 8, "little")
    return weight << 1 | 1, varint(len(mask)) + mask


def body_of(data: bytes, before: int = -1) -> Iterator[Place]:
    """What `body_list` was given."""
    at = 0
    while at < len(data):
        value, at = read_varint(data, at)
        before += value >> 3
        units = 1
        if value & 1:
            length, at = read_varint(data, at)
            units = int.from_bytes(data[at : at + length], "little")
            at += length
        yield Place(before, value >> 1 & 3, units)


MANY = 512
"""Documents from which a list may become a bitmap."""


def is_dense(count: int, last: int) -> bool:
    """Whether a term of so many documents, the last of them `last`, is written as one bit for each document."""
    return count >= MANY and 5 * count > last + 1


def bitmap(numbers: Iterable[int], last: int) -> bytes:
    """One bit for each document up to the last."""
    flags = bytearray(last // 8 + 1)
    for number in numbers:
        flags[number >> 3] |= 1 << (number & 7)
    return bytes(flags)


def numbers_in(flags: bytes) -> Iterator[int]:
    """The documents of a bitmap."""
    for at, byte in enumerate(flags):
        for bit in range(8):
            if byte >> bit & 1:
                yield 8 * at + bit


# ---------------------------------------------------------------- shards


def encode_shard(entries: Iterable[tuple[str, Lists]], everyday: bytes) -> bytes:
    """A shard, not yet packed; `everyday` is JSON or nothing."""
    out = bytearray(varint(len(everyday)) + everyday)
    for term, (names, body, is_bitmap) in sorted((t.encode("utf-8", "surrogatepass"), lists) for t, lists in entries):
        out += varint(len(term)) + term + varint(len(names)) + varint(len(body) * 2 + is_bitmap) + names + body
    return bytes(out)


def decode_shard(data: bytes) -> tuple[dict[str, Lists], bytes]:
    """The lists by term, and the everyday words as JSON."""
    length, at = read_varint(data, 0)
    everyday, at = data[at : at + length], at + length
    entries: dict[str, Lists] = {}
    while at < len(data):
        size, at = read_varint(data, at)
        term, at = data[at : at + size].decode("utf-8", "surrogatepass"), at + size
        names, at = read_varint(data, at)
        body, at = read_varint(data, at)
        entries[term] = Lists(data[at : at + names], data[at + names : at + names + (body >> 1)], bool(body & 1))
        at += names + (body >> 1)
    return entries, everyday
