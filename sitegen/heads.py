"""Cut the bytes of a source file into the lines of its head and the rest, and put them together again, losing nothing.

For what changes a file on an editor's behalf: everything it does not mean to change stays to the byte. Exports
`Source`, `cut`, `field_lines`, `replace_file`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Source(NamedTuple):
    """A file with front matter; every line with its end."""

    has_bom: bool
    opening: str  # the first ---
    head: tuple[str, ...]
    rest: str  # from the second --- on

    def joined(self) -> bytes:
        """The bytes of the file."""
        text = "".join((self.opening, *self.head, self.rest))
        return (_BOM if self.has_bom else b"") + text.encode("utf-8")

    @property
    def line_end(self) -> str:
        """How the lines of the head end."""
        return self.opening[len(self.opening.rstrip("\r\n")) :]


def cut(data: bytes) -> Source | None:
    """The file cut up; None if it is no UTF-8 text with front matter. `joined` gives the same bytes back."""
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = _LINE.findall(text)
    fences = [number for number, line in enumerate(lines) if line.startswith("---") and line.rstrip() == "---"][:2]
    if len(fences) < 2 or fences[0] != 0 or "\x00" in text:
        return None
    end = fences[1]
    return Source(data.startswith(_BOM), lines[0], tuple(lines[1:end]), "".join(lines[end:]))


def field_lines(head: Sequence[str], names: Collection[str]) -> tuple[int, int] | None:
    """The lines from and to which the field of one of these names stands, without comments and blanks after it."""
    for start, line in enumerate(head):
        key = re.match(r"""(['"]?)([^\s'":#]+)\1[ \t]*:(?=\s|$)""", line)
        if key is None or key[2] not in names:
            continue
        end = start + 1
        while end < len(head) and (not head[end].strip() or head[end][0] in " \t#"):
            end += 1
        while not head[end - 1].strip() or head[end - 1].lstrip(" \t").startswith("#"):
            end -= 1
        return start, end
    return None


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in place of the file's bytes, at once and with its permissions."""
    handle, name = tempfile.mkstemp(prefix=".sitegen-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
