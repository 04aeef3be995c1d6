"""Read the blocks of a clean text: the plain ones that official documents are made of here, all others by the rules.

Exports `tokens_of`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sitegen.markdown.characters import can_close, can_open
from sitegen.markdown.tokens import Heading, List, Mark, Paragraph, Table, Token, text_tokens

if TYPE_CHECKING:
    from sitegen.markdown.syntax import Reader

_BLANKS = " \t"
_DOUBTFUL = frozenset("#>-*+_`~[|:0123456789")  # what begins with another character is no block of Markdown
_TEXT = re.compile(  # what is none either: no list, rule, code, definition or second line of a table
    r"[0-9](?![0-9]{0,8}[.)](?:[ \t]|\Z))|\*{1,2}[^* \t]|_{1,2}[^_ \t]|`{1,2}[^`]|~{1,2}[^~]"
    r"|-[^-:| \t]|\+[^ \t]|:.*[^-:| \t]|\[[^\[\]\\]*\](?!:)"
)
_HEADING = re.compile(r"(#{1,6})(?:[ \t]([^#|]*))?")  # with `|` it may be the head of a table
_ITEM = re.compile(r"([0-9]{0,9})((?<![0-9])[-*+]|(?<=[0-9])[.)]) ([^ \t].*)")
_MAY_GO_ON = re.compile(r"[ \t]|[-*+]|[0-9]{1,9}[.)]")
_RULE = re.compile(r"(?:---+|\*\*\*+)[ \t]*")
# Text without one of these has no inline syntax, only line ends. It begins with one set of characters: quick to find.
_MARK = re.compile(r"[\\`*_\[<&](?:(?<![<&])|(?<=<)[!-~]|(?<=&)[#A-Za-z])")
_SIMPLE_MARK = re.compile(r"\*\*|(?P<bang>!?)\[(?P<label>[^\[\]\\`*_<&!\n]*)\]\((?P<target>[^\s()<>\\&]+)\)(?!\{)")
_COLUMN = r"[ \t]*:?-+:?[ \t]*"
_DELIMITERS = re.compile(rf"\|{_COLUMN}(?:\|{_COLUMN})*\|?")
_MOST_MISSING_CELLS = 1000

_Waiting = list[tuple[str, list[Token]]]  # text with marks, and the list its tokens go to


def tokens_of(source: str) -> tuple[list[Token], int | None]:
    """The tokens of a clean text, and the line of the first container that was left as text.

    Guarantees: what comes of them is what comes of the tokens that the rules make of the whole text. A block is read
    here only if all its lines plainly are of it and it plainly ends there; the rules read the other blocks, each from
    its first line to its end, and the text with other marks than `**`.
    """
    lines = source.split("\n")
    last = len(lines)
    tokens: list[Token] = []
    waiting: _Waiting = []
    reader: Reader | None = None
    start = 0
    while start < last:
        line = ""
        end = start
        while end < last and (line := lines[end].lstrip(_BLANKS)):
            if line[0] in _DOUBTFUL and not _TEXT.match(line):
                break
            end += 1
        if end > start and (end == last or not line or _HEADING.fullmatch(lines[end])):
            content = "\n".join(lines[start:end]).strip()
            tokens.append(Paragraph(content, _inline(content, waiting), (start, end)))
            start = end
        elif end == last or not line:
            start = end + 1
        elif end == start and (block := _plain_block(lines, line, start, waiting)):
            tokens.append(block)
            start = block.map[1]
        else:
            reader = reader or _reader(lines)
            found, start = reader.block(start)
            for token in found:
                if token.type == "inline":
                    token.children = _inline(token.content, waiting)
            tokens += found
    if waiting:
        reader = reader or _reader(lines)
        reader.inline(waiting)
    return tokens, reader.too_deep if reader else None


def _reader(lines: list[str]) -> Reader:
    """The rules, which take a while to load and are not asked for by most documents."""
    from sitegen.markdown.syntax import Reader

    return Reader(lines)


def _plain_block(lines: list[str], line: str, start: int, waiting: _Waiting) -> Heading | Table | List | Mark | None:
    if line[0] == "#":
        return _heading(line, start, waiting)
    if line[0] == "|":
        return _table(lines, start, waiting)
    if _RULE.fullmatch(line):
        return Mark("hr", lines=(start, start + 1))
    return _list(lines, start, waiting)


def _heading(line: str, number: int, waiting: _Waiting) -> Heading | None:
    match = _HEADING.fullmatch(line)
    return Heading(len(match[1]), _inline((match[2] or "").strip(), waiting), (number, number + 1)) if match else None


def _list(lines: list[str], start: int, waiting: _Waiting) -> List | None:
    """The list that begins on that line, if each item is one line of text, and neither an item nor its rest follows."""
    texts: list[str] = []
    first: tuple[str, str] | None = None
    end = start
    while end < len(lines) and (match := _ITEM.fullmatch(lines[end])):
        number, mark, text = match.groups()
        first = first or (number, mark)
        if mark != first[1] or (text[0] in _DOUBTFUL and not _TEXT.match(text)):
            return None
        texts.append(text.strip())
        end += 1
    following = end
    while following < len(lines) and not lines[following].strip(_BLANKS):
        following += 1
    if first is None or (following < len(lines) and (following == end or _MAY_GO_ON.match(lines[following]))):
        return None
    return List([_inline(text, waiting) for text in texts], int(first[0]) if first[0] else None, (start, end))


def _table(lines: list[str], start: int, waiting: _Waiting) -> Table | None:
    """The table that begins on that line, if each of its lines begins with `|` and none has a backslash."""
    if start + 1 == len(lines) or not _DELIMITERS.fullmatch(lines[start + 1].strip(_BLANKS)):
        return None
    styles = [_style(column) for column in _cells(lines[start + 1].strip())]
    width = len(styles)
    rows: list[list[str]] = []
    missing = 0
    end = start
    while end < len(lines) and (line := lines[end].strip()):
        cells = _cells(line)
        missing += max(width - len(cells), 0)
        is_doubtful = not lines[end].lstrip(_BLANKS).startswith("|") or "\\" in line or missing > _MOST_MISSING_CELLS
        if is_doubtful or (end == start and len(cells) != width):
            return None
        rows.append([*cells, *[""] * width][:width])
        end += 1
    del rows[1]
    return Table([[_inline(cell, waiting) for cell in row] for row in rows], styles, (start, end))


def _cells(line: str) -> list[str]:
    cells = line.split("|")
    return [cell.strip() for cell in cells[1 : len(cells) - (not cells[-1])]]


def _style(column: str) -> str:
    if column.endswith(":"):
        return "text-align:center" if column.startswith(":") else "text-align:right"
    return "text-align:left" if column.startswith(":") else ""


# ---------------------------------------------------------------- inside a line


def _inline(content: str, waiting: _Waiting) -> list[Token]:
    """The tokens of the content of a block; if the rules have to make them, they come when all blocks are read."""
    if not _MARK.search(content):
        return text_tokens(content)
    tokens = _tokens_of_simple_marks(content)
    if tokens is None:
        tokens = []
        waiting.append((content, tokens))
    return tokens


def _tokens_of_simple_marks(content: str) -> list[Token] | None:
    """The tokens of text with no other marks than `**` and plain links and images; None if there are others."""
    marks = [*_SIMPLE_MARK.finditer(content)]
    ends = [0, *[mark.end() for mark in marks]]
    text, *texts = [content[a:b] for a, b in zip(ends, [*[mark.start() for mark in marks], len(content)], strict=True)]
    if "****" in content or _MARK.search(text) or any(map(_MARK.search, texts)):
        return None
    nestings = _nestings(content, marks)
    tokens: list[Token] = []
    for mark, nesting, following in zip(marks, nestings, texts, strict=True):
        if mark[0] == "**" and not nesting:  # it is text
            text += mark[0] + following
            continue
        tokens += text_tokens(text)
        text = following
        if nesting:
            tokens.append(Mark("strong_open" if nesting > 0 else "strong_close", nesting))
        elif mark["bang"]:
            tokens.append(Mark("image", attributes={"src": mark["target"]}, children=text_tokens(mark["label"])))
        else:
            tokens.append(Mark("link_open", 1, {"href": mark["target"]}))
            tokens += text_tokens(mark["label"])
            tokens.append(Mark("link_close", -1))
    return tokens + text_tokens(text)


def _nestings(content: str, marks: list[re.Match[str]]) -> list[int]:
    """1 for each `**` that opens, -1 for each that closes, and 0; one that closes belongs to the last one open."""
    nestings = [0] * len(marks)
    opened: list[int] = []
    for i, mark in enumerate(marks):
        if mark[0] != "**":
            continue
        before, after = content[mark.start() - 1 : mark.start()] or " ", content[mark.end() : mark.end() + 1] or " "
        if opened and can_close(before, after):
            nestings[opened.pop()] = 1
            nestings[i] = -1
        elif can_open(before, after):
            opened.append(i)
    return nestings
