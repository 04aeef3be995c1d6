"""Blocks of text into Markdown that reads back as the same words, and lines of text into such blocks.

Exports `Run`, `Heading`, `Paragraph`, `Item`, `Table`, `Block`, `plain`, `to_markdown`, `escape`, `link`,
`structure_rank`, `paragraph_or_heading`, `tidy`, `squeeze`, `LINK`, `unescape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line: plain words, a link (`url`), or an image (`is_image`, with its alternative text)."""

    text: str
    url: str = ""
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `rank` orders it among the others (1 is highest), the level in the output follows from nesting."""

    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, one line."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list without numbers; `depth` counts from 0."""

    runs: tuple[Run, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain cells, whose lines are parted by `\\n`; the first row is its head. Rows are equally long."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Item | Table

# ---------------------------------------------------------------- text

_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u202a-\u202e\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMERALS = "〇零一二三四五六七八九十百千两0-9"
# 分编 before 编, and a name after it: 第一章 总则. “第一条” is no heading.
_STRUCTURE = re.compile(rf"第[{_NUMERALS}]+(分编|编|章|节|目)(?=\s|$|[^\s，。；、的至和或及（])")
_RANKS = {"编": 1, "分编": 2, "章": 3, "节": 4, "目": 5}
_ENDS = "。；：，！？”;:,!?"


def tidy(text: str) -> str:
    """The text on one line: no invisible characters, no space at the ends, one space where there were several.

    A run that holds a full-width space becomes one full-width space, any other one space.
    """
    return _SPACES.sub(lambda m: "\u3000" if "\u3000" in m[0] else " ", _INVISIBLE.sub("", text)).strip()


def squeeze(text: str) -> str:
    """The text without any white space or invisible characters."""
    return _SPACES.sub("", _INVISIBLE.sub("", text))


def structure_rank(text: str) -> int:
    """1 for 第×编, 2 分编, 3 章, 4 节, 5 目, if the line is such a heading; 0 otherwise."""
    found = _STRUCTURE.match(text)
    if found is None or len(text) > 60 or text[-1] in _ENDS:
        return 0
    return _RANKS[found[1]]


def heading_text(text: str) -> str:
    """A heading without its layout spaces: 第一章　总　　则 → 第一章 总则."""
    number, name = text, ""
    found = _STRUCTURE.match(text)
    if found is not None:
        number, name = text[: found.end()], text[found.end() :]
    parts = name.split()
    if len(parts) > 1 and all(len(part) == 1 for part in parts):
        parts = ["".join(parts)]
    return " ".join([*number.split(), *parts])


def paragraph_or_heading(text: str) -> Block | None:
    """The block that a line of plain text makes: a heading for 第×章 and the like; None for an empty line."""
    line = tidy(text)
    if not line:
        return None
    rank = structure_rank(line)
    return Heading(rank, heading_text(line)) if rank else Paragraph((Run(line),))


def plain(block: Block) -> str:
    """The words of a block."""
    if isinstance(block, Heading):
        return block.text
    if isinstance(block, Table):
        return "\n".join(" ".join(row) for row in block.rows)
    return "".join(run.text for run in block.runs)


# ---------------------------------------------------------------- Markdown

_ALWAYS = re.compile(r"[*`{]|\\(?=[!-/:-@\[-`{-~\s]|$)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ANGLE = re.compile(r"<(?=!--|[A-Za-z/!?][^<>]*>)")
_BRACKET = re.compile(r"\[(?=\^)|\[(?=[^\[\]]*\][(\[:{])|!(?=\[)|\](?=[(\[:])")
_UNDERSCORE = re.compile(r"_")
_START = re.compile(r"(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|(?:=+|-+)$|:::|\|)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(\s+|$)")
LINK = re.compile(r"(?<!\\)(!?)\[((?:\\.|[^\[\]\\])*)\]\(<((?:\\.|[^<>\\])*)>\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def escape(text: str) -> str:
    """Markdown whose words are exactly `text`; signs that would become markup get a backslash, others stay."""
    text = _ALWAYS.sub(lambda m: "\\" + m[0], text)
    text = _ENTITY.sub(r"\\&", text)
    text = _ANGLE.sub(r"\\<", text)
    text = _BRACKET.sub(lambda m: "\\" + m[0], text)
    return _UNDERSCORE.sub(lambda m: _underscore(m, text), text)


def _underscore(found: re.Match[str], text: str) -> str:
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    return "_" if before.isalnum() and after.isalnum() else "\\_"


def unescape(text: str) -> str:
    """The words of a piece of Markdown made by `escape`."""
    return _ESCAPED.sub(r"\1", text)


def _line(text: str) -> str:
    """A line of escaped words that starts no list, heading, quotation or rule."""
    text = text.lstrip()
    numbered = _NUMBERED.match(text)
    if numbered is not None:
        number, sign, rest = numbered[1], numbered[2], text[numbered.end() :]
        # 1. 强化 → 1.强化: the numbering of official documents has no space (GB/T 9704—2012, 7.3.3)
        glue = "" if rest and not rest[0].isascii() else "\\"
        return f"{number}{glue}{sign}{'' if not glue else numbered[3]}{rest}"
    started = _START.match(text)
    return "\\" + text if started is not None else text


def link(run: Run) -> str:
    """A run as Markdown."""
    if not run.url:
        return escape(run.text)
    if not run.is_image and run.text == run.url and re.fullmatch(r"https?://[^\s<>]+", run.url):
        return f"<{run.url}>"
    words = escape(run.text)
    words = re.sub(r"(?<!\\)[\[\]]", lambda m: "\\" + m[0], words)
    target = re.sub(r"[<>\\]", lambda m: "\\" + m[0], run.url)
    return f"{'!' if run.is_image else ''}[{words}](<{target}>)"


def _inline(runs: Sequence[Run]) -> str:
    return "".join(link(run) for run in runs)


def _cell(text: str) -> str:
    # <br> is the one tag our Markdown knows: there is no other line break in a cell
    return "<br>".join(escape(tidy(line)).replace("|", "\\|") for line in text.split("\n") if tidy(line))


def _table(table: Table) -> str:
    head, *rows = table.rows
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(row if i == 1 else [_cell(c) for c in row]) + " |" for i, row in enumerate(lines)
    )


def to_markdown(blocks: Iterable[Block]) -> str:
    """The blocks as a Markdown body. Headings begin at level 2 and never leave a level out."""
    parts: list[str] = []
    open_ranks: list[int] = []
    was_item = False
    for block in blocks:
        is_item = isinstance(block, Item)
        if isinstance(block, Heading):
            while open_ranks and open_ranks[-1] >= block.rank:
                open_ranks.pop()
            level = min(2 + len(open_ranks), 6)
            open_ranks.append(block.rank)
            text = "#" * level + " " + re.sub(r"(#+)$", r"\\\1", escape(block.text))
        elif isinstance(block, Table):
            text = _table(block)
        elif isinstance(block, Item):
            text = "  " * block.depth + "- " + _line(_inline(block.runs))
        else:
            text = _line(_inline(block.runs))
        if not text.strip():
            continue
        parts.append(("\n" if was_item and is_item else "\n\n") + text if parts else text)
        was_item = is_item
    return "".join(parts) + "\n" if parts else ""
