"""What the readers of files give: stretches of text with their place, files inside, and remarks about the file itself.

Exports `Part`, `Inside`, `Found`, `UnreadError`, `MAX_BYTES`.
"""

from __future__ import annotations

from typing import NamedTuple

from sitegen.screening.spots import Spot

MAX_BYTES = 64_000_000  # of one member of a package, or of one text


class Part(NamedTuple):
    """A stretch of text of a file, as plain lines; the cells of a table row are separated by tabs."""

    place: str  # 工作表“名单”, 页眉, 批注; "" for the text itself
    text: str
    unit: str = "段"  # what one line of it is called
    numbers: tuple[int, ...] = ()  # of the lines, where they are not 1, 2, 3 …
    is_table: bool = False


class Inside(NamedTuple):
    """A file inside the file."""

    name: str
    data: bytes


Found = Part | Inside | Spot


class UnreadError(Exception):
    """The file, or the rest of it, cannot be read; `spot` says why."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.spot = Spot(code, 1, 1, message, hint)
