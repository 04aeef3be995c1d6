"""Open what is packed in zip files without being flooded by it, and XML without letting it define anything.

Exports `Package`, `open_package`, `xml_of`, `refuse_doctype`, `Budget`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from sitegen.screening.parts import MAX_BYTES, UnreadError

_MOST_MEMBERS = 20_000
_MOST_PACKED = 100  # times: nothing that people write shrinks more
_SMALL = 20_000_000  # bytes: what is smaller does no harm, however much it shrank


@dataclass(slots=True)
class Budget:
    """How many bytes of one attachment may still be unpacked."""

    left: int = 300_000_000

    @staticmethod
    def of(size: int) -> Budget:
        """For a file of this size: one that is small holds no more than a small harm, however deep it is packed."""
        return Budget(min(Budget().left, max(_SMALL, size * _MOST_PACKED)))


@dataclass(slots=True)
class Package:
    """An open zip file, and what may still be unpacked of it."""

    file: zipfile.ZipFile
    members: Sequence[zipfile.ZipInfo]
    budget: Budget

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """The bytes of the member; raises `UnreadError` where they are too many, damaged or encrypted."""
        if member.flag_bits & 1:
            raise UnreadError("L122", "有密码，读者打不开，也无法检查", "去掉密码再上传。")
        limit = min(MAX_BYTES, self.budget.left)
        try:
            with self.file.open(member) as opened:
                data = opened.read(limit + 1)
        except Exception as error:  # each way of packing has exceptions of its own
            raise damaged() from error
        if len(data) > limit:
            raise UnreadError("S249", f"展开后超过 {limit // 1_000_000} MB，没有读完", "拆成几个小一些的文件。")
        self.budget.left -= len(data)
        return data

    def named(self, name: str) -> bytes | None:
        """The bytes of the member of this name; None if there is none."""
        for member in self.members:
            if member.filename == name:
                return self.read(member)
        return None


def damaged() -> UnreadError:
    """What is said of a file that cannot be opened."""
    return UnreadError("L121", "打不开，可能已损坏", "在自己的电脑上打开看看，重新导出后再上传。")


def open_package(source: BinaryIO, budget: Budget) -> Package:
    """The zip file; raises `UnreadError` for one that is damaged, or made to fill the memory."""
    try:
        file = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise damaged() from error
    members = [member for member in file.infolist() if not member.filename.endswith("/")]
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    is_bomb = unpacked > _SMALL and unpacked > packed * _MOST_PACKED
    if is_bomb or len(members) > _MOST_MEMBERS:
        message = f"展开后有 {unpacked // 1_000_000} MB、{len(members)} 个文件，像是压缩炸弹，不检查也不发布"
        raise UnreadError("L124", message, "只放读者需要的文件，重新压缩。")
    return Package(file, members, budget)


class _StartedError(Exception):
    """The first element begins."""


class _DoctypeError(Exception):
    """The text defines entities of its own, or is in an encoding of its own."""


_ENCODINGS = frozenset(("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"))


def refuse_doctype(data: bytes) -> None:
    """Raise `UnreadError` for XML with a DOCTYPE: what it defines could grow without end, or name other files.

    And for XML in an encoding that no office program writes: nobody could tell what stands there.
    """

    def doctype(*_: object) -> None:
        raise _DoctypeError

    def element(*_: object) -> None:
        raise _StartedError

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise _DoctypeError

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data[:100_000], False)
    except _StartedError:
        return
    except (_DoctypeError, expat.ExpatError, ValueError, LookupError) as error:
        raise damaged() from error
    raise damaged()


def xml_of(data: bytes) -> ET.Element:
    """The tree of an XML text; raises `UnreadError` where there is none."""
    refuse_doctype(data)
    try:
        return ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise damaged() from error
