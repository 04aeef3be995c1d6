"""The tokens that the rest of the package reads: markdown-it's own, and light ones for text that has no marks.

Exports `Token`, `Text`, `Mark`, `Paragraph`, `Heading`, `Table`, `List`, `text_tokens`, `line_of`, `BREAKS`, `RAW_TAG`,
`LITERAL`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

BREAKS = ("softbreak", "hardbreak")
RAW_TAG = "raw_tag"  # the type of a token that is the beginning of an HTML tag, shown as text
LITERAL = "literal"  # of the first bracket of what the author took for a link or footnote; `info` is the code


class Token(Protocol):
    """What is read of a token."""

    content: str
    meta: Any
    children: Any  # other tokens

    @property
    def type(self) -> str: ...
    @property
    def tag(self) -> str: ...
    @property
    def nesting(self) -> int: ...
    @property
    def info(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def map(self) -> Sequence[int] | None: ...
    def attrGet(self, name: str, /) -> Any: ...  # noqa: N802


class _Light:
    """A token without anything but what its class says."""

    __slots__ = ()

    type = tag = info = content = ""
    nesting = 0
    hidden = False
    map: Sequence[int] = ()
    children: Any = None
    meta: Any = None

    def attrGet(self, name: str, /) -> Any:  # noqa: ARG002, N802
        return None


class Text(_Light):
    """A token of plain text."""

    __slots__ = ("content",)

    type = "text"

    def __init__(self, content: str) -> None:
        self.content = content


class Paragraph(_Light):
    """A paragraph at the top level; its content is in its children."""

    __slots__ = ("children", "content", "map")

    type = "paragraph"

    def __init__(self, content: str, children: list[Token], lines: tuple[int, int]) -> None:
        self.content = content
        self.children = children
        self.map = lines


class Heading(_Light):
    """A heading at the top level; its content is in its children."""

    __slots__ = ("children", "level", "map")

    type = "heading"

    def __init__(self, level: int, children: list[Token], lines: tuple[int, int]) -> None:
        self.level = level
        self.children = children
        self.map = lines


class Table(_Light):
    """A table at the top level, its first row being the head; lines have one row each, but the second has none."""

    __slots__ = ("map", "rows", "styles")

    type = "table"

    def __init__(self, rows: list[list[list[Token]]], styles: list[str], lines: tuple[int, int]) -> None:
        self.rows = rows
        self.styles = styles
        self.map = lines

    @property
    def parts(self) -> list[list[Token]]:
        """What is in its cells."""
        return [cell for row in self.rows for cell in row]


class List(_Light):
    """A list at the top level, one line an item; `first` is the number of the first, None if they have none."""

    __slots__ = ("first", "map", "parts")

    type = "list"

    def __init__(self, items: list[list[Token]], first: int | None, lines: tuple[int, int]) -> None:
        self.parts = items
        self.first = first
        self.map = lines


class _SoftBreak(_Light):
    __slots__ = ()
    type = "softbreak"
    tag = "br"


class _HardBreak(_Light):
    __slots__ = ()
    type = "hardbreak"
    tag = "br"


_SOFT_BREAK, _HARD_BREAK = _SoftBreak(), _HardBreak()


class Mark(_Light):
    """The beginning or the end of what is bold or a link, an image, or a rule."""

    __slots__ = ("_attributes", "children", "map", "nesting", "type")

    def __init__(
        self,
        type: str,
        nesting: int = 0,
        attributes: Mapping[str, str] = {},
        children: list[Token] | None = None,
        lines: tuple[int, int] = (0, 0),
    ) -> None:
        self.type = type
        self.nesting = nesting
        self.children = children
        self.map = lines
        self._attributes = attributes

    def attrGet(self, name: str, /) -> Any:  # noqa: N802
        return self._attributes.get(name)


def text_tokens(content: str) -> list[Token]:
    """The tokens of text without marks; two spaces at the end of a line are a `hardbreak`."""
    if "\n" not in content:
        return [Text(content)] if content else []
    tokens: list[Token] = []
    *lines, last = content.split("\n")
    for i, line in enumerate(lines):
        kept = line.rstrip(" ")
        is_hard = len(line) - len(kept) > 1
        if i:
            kept = kept.lstrip(" \t")
        if kept:
            tokens.append(Text(kept))
        tokens.append(_HARD_BREAK if is_hard else _SOFT_BREAK)
    if last := last.lstrip(" \t"):
        tokens.append(Text(last))
    return tokens


def line_of(token: Token) -> int:
    """The line a block begins on."""
    return token.map[0] if token.map else 0
