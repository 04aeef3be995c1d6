"""Pack files of the output into a zip that is the same bytes for the same files.

Exports `ZIP`, `Bundled`, `Member`, `pack`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sitegen.diagnostics import SitegenError
from sitegen.model import Format, Kit, Task


class Member(NamedTuple):
    """A file in a zip: its name there, and the digest of its bytes, which `Kit.sources` tells the place of."""

    name: str
    digest: str


class Bundled(NamedTuple):
    """The model of a task that makes a zip: the texts first, such as the list of what is in it, then the files."""

    texts: tuple[tuple[str, str], ...]  # name, text
    members: tuple[Member, ...]


_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can tell
_READABLE = 0o644 << 16


def pack(files: Iterable[tuple[str, bytes, bool]]) -> bytes:
    """A zip of files, by name, bytes, and whether these are packed already; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, data, is_packed in files:
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system = 3  # else it tells the system it was made on
            entry.external_attr = _READABLE
            bundle.writestr(entry, data, zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _produce(task: Task, kit: Kit) -> bytes:
    assert isinstance(task.model, Bundled)
    return pack(_contents(task.model, kit))


def _contents(model: Bundled, kit: Kit) -> Iterator[tuple[str, bytes, bool]]:
    for name, text in model.texts:
        yield name, text.encode("utf-8-sig"), False
    for member in model.members:
        try:
            data = Path(kit.sources[member.digest]).read_bytes()
        except OSError as error:
            raise SitegenError(f"读不到要打包的文件“{member.name}”：{error.strerror}。请重新构建。") from error
        yield member.name, data, True  # Word and PDF files are packed


ZIP = Format("zip", _produce)
