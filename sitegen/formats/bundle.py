"""Pack files of the output into a zip that is the same bytes for the same files.

Exports `ZIP`, `Bundled`, `Member`.
"""

from __future__ import annotations

import io
import zipfile
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


def _produce(task: Task, kit: Kit) -> bytes:
    assert isinstance(task.model, Bundled)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, text in task.model.texts:
            bundle.writestr(_entry(name), text.encode("utf-8-sig"), zipfile.ZIP_DEFLATED)
        for member in task.model.members:
            try:
                data = Path(kit.sources[member.digest]).read_bytes()
            except OSError as error:
                raise SitegenError(f"读不到要打包的文件“{member.name}”：{error.strerror}。请重新构建。") from error
            bundle.writestr(_entry(member.name), data, zipfile.ZIP_STORED)  # Word and PDF files are packed already
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _BEGINNING)
    entry.create_system = 3  # else it tells the system it was made on
    entry.external_attr = _READABLE
    return entry


ZIP = Format("zip", _produce)
